"""scripts/recorders/trainreel_torch.py, with PyTorch itself."""
import csv
import io
import os
import re
import signal
import subprocess
import sys
import time
import unittest

from modules import need

need("torch", "h5py", "numpy")

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [os.path.join(HERE, "..", "cli"), os.path.join(HERE, "..", "..", "scripts", "recorders")]

import h5py  # noqa: E402
import numpy  # noqa: E402
import torch  # noqa: E402
from support import PROGRAM, CliTest, environment  # noqa: E402
from torch import nn  # noqa: E402
from trainreel_torch import Recorder  # noqa: E402

torch.set_num_threads(1)


def post_data():
    """The post's, as include/trainreel/dataset.h defines it."""
    x = numpy.linspace(0, 2, 200)
    y = numpy.zeros(200)
    y[100:] = 2 * x[:100]
    return x[:, None], y[:, None]


def train_neuron(path, epochs, **options):
    """The post's neuron with the weight and the batches that NumPy's legacy generator gives."""
    generator = numpy.random.RandomState(0)
    x, y = post_data()
    model = nn.Sequential(nn.Linear(1, 1), nn.ReLU())
    with torch.no_grad():
        model[0].weight[:] = torch.tensor(generator.normal(scale=0.05, size=(1, 1)))
        model[0].bias.zero_()
    optimizer = torch.optim.SGD(model.parameters(), lr=0.01)
    criterion = nn.MSELoss()
    inputs, targets = torch.tensor(x, dtype=torch.float32), torch.tensor(y, dtype=torch.float32)
    order = numpy.arange(len(x))
    with Recorder(model, optimizer, path, data=(x, y), loss="mean_squared_error", seed=0,
                  **options) as recorder:
        for _ in range(epochs):
            generator.shuffle(order)
            for batch in (order[:128], order[128:]):
                loss = criterion(model(inputs[batch]), targets[batch])
                optimizer.zero_grad()
                loss.backward()
                optimizer.step()
                recorder.step(loss, len(batch))


def layers_of(*modules):
    """What is recorded of the layers of a net: activations and shapes."""
    model = nn.Sequential(*modules)
    path = os.path.join(os.environ["TMPDIR"], "layers.h5")
    Recorder(model, torch.optim.Adam(model.parameters()), path).close()
    with h5py.File(path) as file:
        params = file["params"]
        return [(params[name].attrs["activation"], params[name]["weights"].shape)
                for name in sorted(params)]


class Torch(CliTest):
    def setUp(self):
        super().setUp()
        os.environ["TMPDIR"] = self.folder

    def test_the_posts_neuron_takes_our_way(self):
        train_neuron(self.path("run.h5"), 2000)
        rows = list(csv.reader(io.StringIO(self.succeed("train").decode())))[1:]
        with h5py.File(self.path("run.h5")) as file:
            self.assertEqual(file["iteration"][:].tolist(), [int(row[0]) for row in rows])
            self.assertEqual(file["epoch"][:].tolist(), [int(row[1]) for row in rows])
            self.assertEqual(file["batch_size"][:].tolist(), [int(row[2] or 0) for row in rows])
            self.assertEqual(file["samples_seen"][-1], 400000)
            self.assertEqual(file["ended"][0], 1)
            w = file["params/layer_0/weights"][:, 0, 0]
            b = file["params/layer_0/bias"][:, 0]
            ours = numpy.array([[float(row[5]), float(row[6])] for row in rows])
            self.assertLess(abs(w - ours[:, 0]).max(), 1e-5)
            self.assertLess(abs(b - ours[:, 1]).max(), 1e-5)
            losses = numpy.array([float(row[3]) for row in rows[1:]])
            self.assertLess(abs(file["loss"][1:] - losses).max(), 1e-5)
            self.assertTrue(numpy.isnan(file["loss"][0]))
            self.assertEqual((file.attrs["trainreel_schema"], file.attrs["framework"],
                              file.attrs["loss"], file.attrs["optimizer"],
                              file.attrs["learning_rate"], file.attrs["seed"]),
                             (1, "torch", "mean_squared_error", "sgd", 0.01, 0))
            self.assertTrue((file["data/x"][:] == post_data()[0]).all())

    def test_its_recording_renders_as_our_training_does(self):
        train_neuron(self.path("run.h5"), 20)
        out = self.succeed("render", "run.h5", "--every", "4", "--name", "torch")
        self.assertIn(b"out/torch.mp4: 400x300, 11 frames", out)
        self.assertEqual(sorted(name for name in self.names("out") if name.startswith("torch")),
                         self.names("out"))
        for name, arguments in (("recorded", ["run.h5"]), ("trained", ["--epochs", "20"])):
            self.succeed("render", *arguments, "--every", "4", "--format", "checksums", "--name", name,
                         "--quiet")
        with open(self.path("out/recorded.sha256"), encoding="utf-8") as recorded:
            with open(self.path("out/trained.sha256"), encoding="utf-8") as trained:
                self.assertEqual(recorded.read(), trained.read())

    def test_every_keeps_the_initial_and_the_last_state(self):
        train_neuron(self.path("run.h5"), 5, every=4)
        with h5py.File(self.path("run.h5")) as file:
            self.assertEqual(file["iteration"][:].tolist(), [0, 4, 8, 10])
            self.assertEqual(file["samples_seen"][:].tolist(), [0, 400, 800, 1000])

    def test_weights_are_transposed(self):
        model = nn.Sequential(nn.Linear(2, 3, bias=False), nn.Tanh(), nn.Linear(3, 1))
        path = self.path("run.h5")
        Recorder(model, torch.optim.SGD(model.parameters(), lr=0.1), path).close()
        with h5py.File(path) as file:
            weights = file["params/layer_0/weights"][0]
            self.assertEqual(weights.shape, (2, 3))
            self.assertTrue((weights == model[0].weight.detach().numpy().T).all())
            self.assertEqual(file["params/layer_0/bias"][0].tolist(), [0, 0, 0])
            self.assertTrue((file["params/layer_1/bias"][0] == model[2].bias.detach().numpy()).all())
            self.assertNotIn("data", file)
            self.assertEqual((file.attrs["loss"], file.attrs["seed"]), ("", -1))

    def test_activations_have_our_names(self):
        relu = nn.ReLU()
        self.assertEqual(
            layers_of(nn.Linear(2, 3), relu, nn.Sequential(nn.Linear(3, 4), relu), nn.Linear(4, 1)),
            [("relu", (1, 2, 3)), ("relu", (1, 3, 4)), ("linear", (1, 4, 1))])
        for module, name in ((nn.Tanh(), "tanh"), (nn.Sigmoid(), "sigmoid"), (nn.ELU(), "elu(1.0)"),
                             (nn.LeakyReLU(0.1), "leaky_relu(0.1)"), (nn.Softplus(), "softplus"),
                             (nn.Softmax(dim=1), "softmax")):
            self.assertEqual(layers_of(nn.Linear(1, 2), module), [(name, (1, 1, 2))])

    def test_what_cannot_be_shown_is_refused_by_name(self):
        class Net(nn.Module):
            pass
        for modules, name in (((nn.Conv2d(1, 1, 3),), "Conv2d"), ((Net(),), "Net"),
                              ((nn.ReLU(), nn.Linear(1, 1)), "ReLU"),
                              ((nn.Linear(1, 1), nn.ReLU(), nn.Tanh()), "Tanh"),
                              ((nn.Linear(1, 1), nn.Softplus(beta=2)), "Softplus"),
                              ((nn.Linear(1, 2), nn.Softmax(dim=0)), "Softmax"),
                              ((nn.Linear(1, 1), nn.GELU()), "GELU")):
            with self.assertRaisesRegex(ValueError, f"{name} cannot be shown here, only"):
                model = nn.Sequential(*modules)
                parameters = [nn.Parameter(torch.zeros(1))]
                Recorder(model, torch.optim.SGD(parameters, lr=0.1), self.path("run.h5"))
        self.assertEqual(self.names(), [])

    def test_an_exception_completes_the_file(self):
        model = nn.Linear(1, 1)
        with self.assertRaises(ZeroDivisionError):
            with Recorder(model, torch.optim.SGD(model.parameters(), lr=0.1),
                          self.path("run.h5")) as recorder:
                recorder.step(0.5, 3)
                raise ZeroDivisionError
        with h5py.File(self.path("run.h5")) as file:
            self.assertEqual(file["iteration"][:].tolist(), [0, 1])
            self.assertEqual((file["loss"][1], file["batch_size"][1]), (0.5, 3))
            self.assertEqual(file["ended"][0], 1)

    def start_script(self, ending):
        script = self.path("script.py")
        with open(script, "w", encoding="utf-8") as file:
            file.write(f"import sys; sys.path.insert(0, {sys.path[-1]!r})\n"
                       "import time\nimport torch\nfrom trainreel_torch import Recorder\n"
                       "model = torch.nn.Linear(1, 1)\n"
                       "recorder = Recorder(model, torch.optim.SGD(model.parameters(), 0.1), 'run.h5')\n"
                       "recorder.step(0.5, 3)\n" + ending)
        return subprocess.Popen([sys.executable, script], cwd=self.folder, env=environment())

    def test_the_end_of_the_program_completes_the_file(self):
        self.assertEqual(self.start_script("").wait(timeout=100), 0)
        with h5py.File(self.path("run.h5")) as file:
            self.assertEqual((len(file["iteration"]), file["ended"][0]), (2, 1))

    def test_a_killed_program_leaves_what_it_flushed(self):
        process = self.start_script("while True:\n    recorder.step(0.25, 3)\n    time.sleep(0.01)\n")
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)

        def has_grown():
            try:
                with h5py.File(self.path("run.h5"), "r", libver="latest", swmr=True) as file:
                    return len(file["loss"]) > 50
            except OSError:
                return False
        self.wait_for(has_grown, "fifty states")
        process.send_signal(signal.SIGKILL)
        process.wait()
        with h5py.File(self.path("run.h5"), "r", libver="latest", swmr=True) as file:
            count = min(len(file[name]) for name in ("iteration", "loss", "params/layer_0/bias"))
            self.assertEqual(file["iteration"][:count].tolist(), list(range(count)))
            self.assertEqual(set(file["loss"][2:count]), {0.25})
            self.assertEqual(file["ended"][0], 0)


class Readme(CliTest):
    def test_its_section_works_as_written(self):
        with open(os.path.join(HERE, "..", "..", "README.md"), encoding="utf-8") as file:
            section = re.search(r"(?s)\n## Bring your own run\n(.*?)\n## ", file.read())[1]
        program = re.search(r"(?s)```python\n(import torch\n.*?)```", section)[1]
        commands = re.findall(r"(?m)^    build/bin/(trainreel .*)$", section)
        self.assertEqual(len(commands), 4)
        with open(self.path("train.py"), "w", encoding="utf-8") as file:
            file.write(program)
        os.mkdir(self.path("bin"))
        os.symlink(PROGRAM, self.path("bin", "trainreel"))
        env = environment(PYTHONPATH=sys.path[-1],
                          PATH=self.path("bin") + os.pathsep + os.environ.get("PATH", os.defpath))
        subprocess.run([sys.executable, "train.py"], cwd=self.folder, env=env, check=True, timeout=200)
        for command in commands:
            subprocess.run(["sh", "-ec", command], cwd=self.folder, env=env, check=True, timeout=200,
                           stdout=subprocess.DEVNULL)
        for name in ("sine.mp4", "sine_start.png", "xor.mp4"):
            self.assertIn(name, self.names("out"))


if __name__ == "__main__":
    unittest.main()
