"""trainreel import: recordings of what was saved elsewhere, and pictures of those."""
import csv
import io
import json
import os
import random
import signal
import struct
import subprocess
import sys
import time
import unittest

sys.path.append(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "recorders"))

from modules import need  # noqa: E402

need("h5py", "numpy")

import h5py  # noqa: E402
import numpy  # noqa: E402
from support import INPUT, INTERRUPTED, OUTPUT, USAGE, CliTest, read, write  # noqa: E402

NET = ("--model", "4:tanh,1:sigmoid")
SHAPES = [(2, 4), (4, 1)]


class ImportTest(CliTest):
    def setUp(self):
        super().setUp()
        self.csv = self.succeed("train", "--data", "xor", *NET, "--epochs", "4")
        write(self.path("run.csv"), self.csv)
        rows = list(csv.reader(io.StringIO(self.csv.decode())))[1:]
        self.rows = rows
        self.params = numpy.array([row[5:] for row in rows], "f4")

    def layers(self, state):
        """Weights and biases of a state, as the flat parameters have them."""
        at, result = 0, []
        for n_in, n_out in SHAPES:
            weights = self.params[state, at:at + n_in * n_out].reshape(n_in, n_out)
            bias = self.params[state, at + n_in * n_out:at + n_in * n_out + n_out]
            result.append((weights, bias))
            at += (n_in + 1) * n_out
        return result

    def import_all(self, *sources, **options):
        out = self.succeed("import", *sources, "-o", "run.h5", **options)
        self.assertRegex(out, rb"\Arun\.h5: \d+ states, iteration 0 to 8, of 17 parameters\n\Z")

    def check_weights(self, states=range(9)):
        """The recording has exactly these states of the run."""
        with h5py.File(self.path("run.h5")) as file:
            self.assertEqual(file["iteration"][:].tolist(), list(states))
            for k in range(len(SHAPES)):
                for row, state in enumerate(states):
                    weights, bias = self.layers(state)[k]
                    self.assertTrue((file[f"params/layer_{k}/weights"][row] == weights).all())
                    self.assertTrue((file[f"params/layer_{k}/bias"][row] == bias).all())
            self.assertEqual(file["ended"][0], 1)
            return {name: file.attrs[name] for name in file.attrs}

    def check_picture(self):
        """It renders, and ends as the training itself does."""
        self.succeed("render", "run.h5", "--every", "4", "--format", "checksums", "--name", "imported",
                     "--quiet", "--scene", "weights")
        checksums = self.read_text("out/imported.sha256")
        self.succeed("render", "--data", "xor", *NET, "--epochs", "4", "--every", "4", "--format",
                     "checksums", "--name", "trained", "--quiet", "--scene", "weights")
        self.assertEqual(checksums, self.read_text("out/trained.sha256"))

    def read_text(self, path):
        with open(self.path(path), encoding="utf-8") as file:
            return file.read()


class Kinds(ImportTest):
    def test_our_own_table(self):
        self.import_all("run.csv", *NET, "--data", "xor", "--loss", "mean_squared_error",
                        "--optimizer", "sgd", "--learning-rate", "0.01", "--seed", "0")
        attributes = self.check_weights()
        self.assertEqual((attributes["loss"], attributes["optimizer"], attributes["learning_rate"],
                          attributes["seed"], attributes["framework"]),
                         (b"mean_squared_error", b"sgd", 0.01, 0, b""))
        with h5py.File(self.path("run.h5")) as file:
            self.assertEqual(file["batch_size"][:].tolist(), [0, 128, 72, 128, 72, 128, 72, 128, 72])
            self.assertEqual(file["samples_seen"][-1], 800)
            self.assertEqual(file["epoch"][:].tolist(), [0, 0, 0, 1, 1, 2, 2, 3, 3])
            losses = numpy.array([row[3] for row in self.rows[1:]], "f4")
            self.assertTrue((file["loss"][1:] == losses).all())
            self.assertTrue(numpy.isnan(file["loss"][0]))
            self.assertEqual(file["data/x"].shape, (200, 2))
            self.assertEqual(file["params/layer_0"].attrs["activation"], b"tanh")
        self.check_picture()

    def test_the_standard_input(self):
        with open(self.path("run.csv"), "rb") as file:
            self.import_all("-", *NET, stdin=file)
        attributes = self.check_weights()
        self.assertEqual((attributes["loss"], attributes["optimizer"], attributes["seed"]),
                         (b"", b"", -1))
        self.assertTrue(numpy.isnan(attributes["learning_rate"]))
        with h5py.File(self.path("run.h5")) as file:
            self.assertNotIn("data", file)

    def test_json_lines(self):
        for as_list in (False, True):
            with open(self.path("run.jsonl"), "w", encoding="utf-8") as file:
                for i, row in enumerate(self.params.tolist()):
                    state = {"iteration": i, "loss": None if i == 0 else float(self.rows[i][3])}
                    state.update({"params": row} if as_list else {f"p{k}": p for k, p in enumerate(row)})
                    file.write(json.dumps(state) + "\n")
            self.import_all("run.jsonl", *NET, "--data", "xor", "--batch-size", "128")
            self.check_weights()
            with h5py.File(self.path("run.h5")) as file:
                self.assertEqual(file["batch_size"][:3].tolist(), [0, 128, 72])
        self.check_picture()

    def test_numpy_arrays(self):
        numpy.save(self.path("params.npy"), self.params)
        self.import_all("params.npy", *NET, "--data", "xor")
        self.check_weights()
        self.check_picture()
        os.mkdir(self.path("run"))
        numpy.save(self.path("run/iteration.npy"), numpy.arange(9))
        numpy.save(self.path("run/loss.npy"), numpy.array([numpy.nan] + [0.5] * 8))
        for k in range(2):
            numpy.save(self.path(f"run/layer_{k}.weights.npy"),
                       numpy.stack([self.layers(i)[k][0] for i in range(9)]).astype(">f8"))
            numpy.save(self.path(f"run/layer_{k}.bias.npy"),
                       numpy.stack([self.layers(i)[k][1] for i in range(9)]))
        self.import_all("run/*.npy", *NET)
        self.check_weights()

    def write_safetensors(self, path, tensors):
        header, data = {"__metadata__": {"format": "pt"}}, b""
        for name in sorted(tensors):
            part = numpy.ascontiguousarray(tensors[name], "<f4").tobytes()
            header[name] = {"dtype": "F32", "shape": list(tensors[name].shape),
                            "data_offsets": [len(data), len(data) + len(part)]}
            data += part
        text = json.dumps(header).encode()
        write(self.path(path), struct.pack("<Q", len(text)) + text + data)

    def test_safetensors(self):
        for i in (0, 2, 8):
            (w0, b0), (w1, b1) = self.layers(i)
            self.write_safetensors(f"net_{i}.safetensors", {"0.weight": w0.T, "0.bias": b0,
                                                            "2.weight": w1.T, "2.bias": b1})
        self.import_all("net_*.safetensors", *NET)
        self.check_weights((0, 2, 8))
        self.succeed("render", "run.h5", "--data", "xor", "--format", "none", "--quiet")

    def test_layers_whose_names_sort_otherwise(self):
        (w0, b0), (w1, b1) = self.layers(0)
        self.write_safetensors("net_0.safetensors", {"hidden.kernel": w0, "hidden.bias": b0,
                                                     "a_last.kernel": w1, "a_last.bias": b1})
        self.fail_with(INPUT, "import", "net_0.safetensors", *NET, "-o", "run.h5",
                       says=["layer 2, \"hidden\", has 2 inputs", "--layer-order"])
        self.succeed("import", "net_0.safetensors", *NET, "-o", "run.h5", "--layer-order",
                     "hidden,a_last")
        self.check_weights((0,))

    def write_keras_3(self, path, state, root="layers"):
        """As keras/src/saving/saving_lib.py lays it out."""
        with h5py.File(self.path(path), "w") as file:
            file.create_group("vars")
            for name, layer in zip(("dense", "dense_1"), self.layers(state)):
                group = file.create_group(f"{root}/{name}/vars")
                group["0"], group["1"] = layer
            file.create_group(f"{root}/input_layer/vars")
            file.create_group("optimizer/vars")["0"] = 7

    def write_keras_2(self, group, state):
        """As keras/src/legacy/saving/legacy_h5_format.py lays it out."""
        names = [b"input_1", b"hidden", b"a_last"]
        group.attrs["layer_names"] = names
        group.attrs["backend"] = b"tensorflow"
        group.create_group("input_1").attrs["weight_names"] = []
        for name, (weights, bias) in zip(("hidden", "a_last"), self.layers(state)):
            layer = group.create_group(name)
            layer.attrs["weight_names"] = [f"{name}/kernel:0".encode(), f"{name}/bias:0".encode()]
            layer[f"{name}/kernel:0"], layer[f"{name}/bias:0"] = weights, bias

    def test_keras_3(self):
        for root in ("layers", "_layer_checkpoint_dependencies"):
            for i in (0, 4, 8):
                self.write_keras_3(f"net_{i:03}.weights.h5", i, root)
            self.import_all("net_*.weights.h5", *NET)
            self.assertEqual(self.check_weights((0, 4, 8))["framework"], b"keras")
        self.succeed("render", "run.h5", "--data", "xor", "--format", "none", "--quiet")

    def test_keras_2_weights(self):
        for i in (0, 8):
            with h5py.File(self.path(f"net-{i}.h5"), "w") as file:
                self.write_keras_2(file, i)
        self.import_all("net-0.h5", "net-8.h5", *NET, "--data", "xor")
        self.check_weights((0, 8))
        self.succeed("render", "run.h5", "--format", "none", "--quiet")

    def test_keras_2_models_say_their_activations(self):
        config = {"class_name": "Sequential", "config": {"name": "net", "layers": [
            {"class_name": "InputLayer", "config": {"name": "input_1"}},
            {"class_name": "Dense", "config": {"units": 4, "activation": "linear"}},
            {"class_name": "LeakyReLU", "config": {"alpha": 0.25}},
            {"class_name": "Dense", "config": {"units": 1, "activation": "sigmoid"}}]}}
        for i in (0, 8):
            with h5py.File(self.path(f"net-{i}.h5"), "w") as file:
                file.attrs["model_config"] = json.dumps(config).encode()
                self.write_keras_2(file.create_group("model_weights"), i)
        self.import_all("net-*.h5")
        self.check_weights((0, 8))
        with h5py.File(self.path("run.h5")) as file:
            self.assertEqual([file[f"params/layer_{k}"].attrs["activation"] for k in (0, 1)],
                             [b"leaky_relu(0.25)", b"sigmoid"])

    def test_keras_of_the_post(self):
        for i in (0, 8):
            with h5py.File(self.path(f"net-{i}.h5"), "w") as file:
                file.attrs["nb_layers"] = 4
                for k, layer in enumerate((self.layers(i)[0], (), self.layers(i)[1], ())):
                    group = file.create_group(f"layer_{k}")
                    group.attrs["nb_params"] = len(layer)
                    for j, array in enumerate(layer):
                        group[f"param_{j}"] = array
        self.import_all("net-*.h5", *NET)
        self.check_weights((0, 8))


class Refusals(ImportTest):
    def refuse(self, exit_code, *arguments, says=(), **options):
        before = self.names()
        self.fail_with(exit_code, "import", *arguments, says=says, **options)
        self.assertEqual(self.names(), before, "nothing is left")

    def test_wrong_usage(self):
        self.refuse(USAGE, "run.csv", *NET, says=["-o run.h5"])
        self.refuse(USAGE, "-o", "run.h5", says=["a SOURCE is missing"])
        self.refuse(USAGE, "run.csv", "-o", "run.h5", says=["give it, such as --model 60:relu,1"])
        self.refuse(USAGE, "run.csv", "--model", "3:tanh,1", "-o", "run.h5",
                    says=["has 17 parameters in each state, but the model has"])
        self.refuse(USAGE, "run.csv", *NET, "--data", "sine", "-o", "run.h5",
                    says=["has 17 parameters in each state, but the model has 13"])
        self.refuse(USAGE, "run.csv", *NET, "--loss", "categorical_crossentropy", "-o", "run.h5",
                    says=["softmax"])
        self.refuse(USAGE, "-", "--data-file", "-", *NET, "-o", "run.h5", says=["standard input"])
        self.refuse(USAGE, "run.csv", *NET, "--layer-order", "a,b", "-o", "run.h5",
                    says=["no names of layers"])
        self.refuse(USAGE, "run.csv", "run.csv", *NET, "-o", "run.h5", says=["one file is wanted"])

    def test_what_is_not_there(self):
        self.refuse(INPUT, "nowhere.csv", *NET, "-o", "run.h5", says=["nowhere.csv", "No such file"])
        self.refuse(INPUT, "w_*.h5", *NET, "-o", "run.h5", says=["w_*.h5"])
        self.refuse(INPUT, ".", *NET, "-o", "run.h5", says=["folder"])
        self.refuse(OUTPUT, "run.csv", *NET, "-o", "run.csv/run.h5", says=["run.csv: is a file"])

    def test_what_is_read_is_not_replaced(self):
        for source in ("run.csv", "*.csv", os.path.join("..", os.path.basename(self.folder), "run.csv")):
            self.refuse(USAGE, source, *NET, "-o", "run.csv", says=["run.csv: is read, and would be replaced"])
        self.make("d.csv", b"x,y\n1,2\n2,3\n")
        data = ("--data-file", "d.csv", "-o", "d.csv")
        self.refuse(USAGE, "run.csv", *NET, *data, says=["d.csv: is read"])
        self.refuse(USAGE, "run.csv", *NET, "-o", "-", says=["not the standard output"])
        for command in (("train",), ("record",), ("predict", "--x", "1")):
            self.fail_with(USAGE, *command, "--epochs", "1", *data, says=["d.csv: is read"])
        self.fail_with(USAGE, "predict", "--input", "d.csv", "-o", "d.csv", says=["d.csv: is read"])
        self.assertEqual(read(self.path("d.csv")), b"x,y\n1,2\n2,3\n")

    def test_a_bad_line_leaves_the_older_recording(self):
        write(self.path("run.h5"), b"older\n")
        write(self.path("bad.csv"), self.csv.replace(b"\n5,", b"\n5,,,x,,y", 1))
        self.fail_with(INPUT, "import", "bad.csv", *NET, "-o", "run.h5", says=["bad.csv:7:"])
        with open(self.path("run.h5"), "rb") as file:
            self.assertEqual(file.read(), b"older\n")
        self.assertEqual(self.names(), ["bad.csv", "run.csv", "run.h5"])

    def test_a_slow_source_leaves_nothing_when_it_fails(self):
        """After a moment a recording has its own name, which this one must not have yet."""
        process = self.start("import", "-", *NET, "-o", "run.h5", stdin=subprocess.PIPE)
        lines = self.csv.splitlines(keepends=True)
        process.stdin.write(b"".join(lines[:4]))
        process.stdin.flush()
        with self.assertRaises(subprocess.TimeoutExpired):
            process.wait(timeout=1.5)
        self.assertNotIn("run.h5", self.names())
        process.stdin.write(b"5\n")
        _, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, INPUT)
        self.check_message(stderr.decode(), ["standard input:5:2: found 1 field"])
        self.assertEqual(self.names(), ["run.csv"])

    def test_waiting_for_a_pipe_can_be_interrupted(self):
        process = self.start("import", "-", *NET, "-o", "run.h5", stdin=subprocess.PIPE)
        process.stdin.write(self.csv[:1000])
        process.stdin.flush()
        time.sleep(0.5)  # until it waits for more
        process.send_signal(signal.SIGINT)
        self.assertEqual(process.wait(timeout=60), INTERRUPTED)
        self.check_message(process.stderr.read().decode(), ["interrupted; nothing was written"])
        self.assertEqual(self.names(), ["run.csv"])

    def test_what_can_run_code(self):
        for name, says in (("net.pt", "trainreel_torch.py"), ("net.npz", "unzip"),
                           ("net.pkl", "numpy.save")):
            write(self.path(name), b"PK\3\4")
            self.refuse(INPUT, name, *NET, "-o", "run.h5", says=[name, says])
        numpy.save(self.path("params.npy"), numpy.array([{}]), allow_pickle=True)
        self.refuse(INPUT, "params.npy", *NET, "-o", "run.h5", says=["pickled"])

    def test_a_recording(self):
        self.succeed("import", "run.csv", *NET, "-o", "run.h5")
        self.refuse(INPUT, "run.h5", *NET, "-o", "again.h5", says=["is a recording already"])

    def test_other_hdf5_files(self):
        with h5py.File(self.path("net-1.h5"), "w") as file:
            file["x"] = 1
        self.refuse(INPUT, "net-1.h5", *NET, "-o", "run.h5", says=["no weights of Keras"])
        with h5py.File(self.path("net-1.h5"), "w") as file:
            file["layers/conv/vars/0"] = numpy.zeros((1, 1, 3, 3))
        self.refuse(INPUT, "net-1.h5", *NET, "-o", "run.h5", says=["layers/conv/vars/0"])
        with h5py.File(self.path("net-1.h5"), "w") as file:
            file["layers/dense/vars/0"] = numpy.zeros((2, 4), "i4")
        self.refuse(INPUT, "net-1.h5", *NET, "-o", "run.h5", says=["float32 or float64"])
        with h5py.File(self.path("net-1.h5"), "w") as file:
            file["layers/dense/vars/0"] = numpy.full((2, 4), numpy.nan)
        self.refuse(INPUT, "net-1.h5", "--model", "4", "-o", "run.h5", says=["finite float32"])
        with h5py.File(self.path("net-1.h5"), "w") as file:
            file["layers/dense/vars/0"] = h5py.ExternalLink("other.h5", "/x")
        self.refuse(INPUT, "net-1.h5", *NET, "-o", "run.h5", says=["link to somewhere else"])
        with h5py.File(self.path("net-1.h5"), "w") as file:
            file.create_dataset("layers/dense/vars/0", (1 << 20, 1 << 20), "f4", chunks=(64, 64))
        self.refuse(INPUT, "net-1.h5", *NET, "-o", "run.h5", says=["layers/dense/vars/0"])

    def test_damaged_keras_files(self):
        """A child process reads them, so that nothing worse can happen than that it fails."""
        generator = random.Random(0)
        with h5py.File(self.path("net-1.h5"), "w") as file:
            for k, (weights, bias) in enumerate(self.layers(0)):
                file[f"layers/dense_{k}/vars/0"], file[f"layers/dense_{k}/vars/1"] = weights, bias
        with open(self.path("net-1.h5"), "rb") as file:
            content = file.read()
        outcomes = set()
        for i in range(100):
            damaged = bytearray(content)
            if i % 2:
                damaged = damaged[:generator.randrange(len(damaged))]
            else:
                damaged[generator.randrange(len(damaged))] ^= 1 << generator.randrange(8)
            write(self.path("net-1.h5"), damaged)
            result = self.run_program("import", "net-1.h5", *NET, "-o", "run.h5", "--quiet")
            self.assertIn(result.returncode, (0, INPUT, USAGE), result.stderr)
            if result.returncode:
                self.check_message(result.stderr, ["net-1.h5"])
            outcomes.add(result.returncode)
        self.assertGreaterEqual(outcomes, {0, INPUT})


if __name__ == "__main__":
    unittest.main()
