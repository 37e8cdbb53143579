"""Recordings: trainreel record, what h5py finds in them, and what is drawn of them."""
import csv
import hashlib
import io
import json
import os
import re
import resource
import signal
import unittest

try:
    import h5py
    import numpy
except ImportError:
    h5py = None

from support import (DONE, INPUT, INTERRUPTED, OUTPUT, USAGE, WORK, CliTest, environment,
                     is_sanitized, limit, ordinary_user, read, write)

NEEDS_H5PY = "h5py is not installed (scripts/install-deps --test does it)"
FEW = ("--epochs", "60")
LONG = ("--batch-size", "1", "--epochs", "1000000")
CHARTS = ("data", "fit", "error", "weights", "landscape", "network", "neuron")
# Nets and data of all kinds, with their losses.
RUNS = {
    "neuron": (),
    "deep": ("--model", "7:tanh,5:leaky_relu(0.1),1", "--data", "sine", "--optimizer", "adam"),
    "plane": ("--data", "circles", "--points", "60", "--model", "6:elu,1:sigmoid", "--loss",
              "binary_crossentropy", "--batch-size", "16"),
}


def sha256(path):
    return hashlib.sha256(read(path)).hexdigest()


class RecordTest(CliTest):
    def record(self, path="run.h5", *options):
        out = self.succeed("record", *options, "-o", path).decode()
        self.assertRegex(out, rf"\A{re.escape(path)}: \d+ states of \d+ parameters, [\d.]+ [kM]B\n\Z")
        return out

    def same(self, one, other):
        self.assertEqual(read(self.path(one)), read(self.path(other)), f"{one}, {other}")


class Record(RecordTest):
    def test_what_is_said(self):
        self.assertIn("run.h5: 121 states of 2 parameters", self.record("run.h5", *FEW))
        self.assertEqual(self.succeed("record", "-q", *FEW, "-o", "quiet.h5"), b"")
        self.assertEqual(self.names(), ["quiet.h5", "run.h5"])
        self.same("quiet.h5", "run.h5")

    def test_the_help_has_the_format(self):
        page = self.succeed("record", "--help").decode()
        for name in ("/iteration", "/epoch", "/samples_seen", "/batch_size", "/loss",
                     "/params/layer_0/weights", "/params/layer_0/bias", "/data/x", "/data/y",
                     "/ended", "trainreel_schema", "framework", "optimizer", "learning_rate",
                     "seed", "kind", "activation", "fletcher32", "SWMR"):
            self.assertIn(name, page)

    def test_a_plans_run(self):
        self.make("plan.yaml", b"""
runs:
  first: {train: {epochs: 30}}
  second: {extends: first, data: {from: first}, train: {seed_from: first, batch_size: 50}}
artifacts:
  first.csv: {run: first}
  second.csv: {run: second}
""")
        self.succeed("build", "plan.yaml", "-q")
        for name in ("first", "second"):
            self.record(f"{name}.h5", "plan.yaml", "--run", name)
            self.assertEqual(self.last_weights(f"{name}.h5"), self.last_line(f"out/{name}.csv"))
        self.record("other.h5", "plan.yaml", "--run", "second", "--set", "runs.*.train.epochs=5")
        self.assertNotEqual(read(self.path("other.h5")), read(self.path("second.h5")))

    def last_weights(self, path):
        report = json.loads(self.succeed("render", path, "--format", "none", "--json"))
        return tuple(float(f"{report['trained_params'][name]:.6g}") for name in "wb")

    def last_line(self, path):
        row = list(csv.DictReader(io.StringIO(read(self.path(path)).decode())))[-1]
        return tuple(float(f"{float(row[name]):.6g}") for name in "wb")

    def test_options_win_over_a_plan_with_one_run(self):
        self.make("plan.yaml", b"runs: {a: {train: {epochs: 30}}}\nartifacts: {a.csv: {run: a}}\n")
        self.assertIn(": 61 states", self.record("run.h5", "plan.yaml"))
        self.assertIn(": 11 states", self.record("run.h5", "plan.yaml", "--epochs", "5"))

    def test_wrong_usage(self):
        self.make("run.h5")
        two = b"runs: {a: {}, b: {recording: a.h5}}\nartifacts: {a.csv: {run: a}}\n"
        self.make("plan.yaml", two)
        for arguments, says in (((), "-o FILE"), (("-o", "-"), "standard output"),
                                (("-o", ""), "-o FILE"), (("-o", "run.h5", "--run", "a"), "--run"),
                                (("-o", "run.h5", "--set", "runs.a.train.seed=1"), "--set"),
                                (("plan.yaml", "-o", "run.h5"), "2 runs"),
                                (("plan.yaml", "-o", "run.h5", "--run", "c"), '"c"'),
                                (("plan.yaml", "-o", "run.h5", "--run", "b"), "recording already"),
                                (("plan.yaml", "-o", "run.h5", "--epochs", "1", "--run", "a"),
                                 "2 runs"),
                                (("-o", "run.h5", "--epochs", "x"), "--epochs"),
                                (("-o", "run.h5", "--progress", "loud"), "--progress"),
                                (("a", "b", "-o", "run.h5"), '"b"')):
            self.fail_with(USAGE, "record", *arguments, says=[says])
        self.fail_with(INPUT, "record", "nothing.yaml", "-o", "run.h5", says=["nothing.yaml"])
        self.fail_with(INPUT, "record", "--data-file", "no.csv", "-o", "run.h5", says=["no.csv"])
        self.assertEqual(read(self.path("run.h5")), b"older\n")
        self.assertEqual(self.names(), ["plan.yaml", "run.h5"])

    def test_where_it_cannot_be_written(self):
        os.mkdir(self.path("folder"))
        self.make("file")
        for path, says in (("folder", "folder: is a folder"),
                           ("file/run.h5", "file: is a file, but a folder is wanted"),
                           ("/dev/full", "/dev/full: is not a regular file")):
            self.fail_with(OUTPUT, "record", *FEW, "-o", path, says=[says])
        self.assertEqual(self.names(), ["file", "folder"])

    def test_a_full_disk(self):
        for size in (1000, 10000, 60000):
            self.make("run.h5")
            line = self.fail_with(OUTPUT, "record", "--epochs", "4000", "-o", "run.h5",
                                  preexec_fn=limit(resource.RLIMIT_FSIZE, size))
            self.assertIn("File too large", line)
            self.assertEqual(self.names(), ["run.h5"])
            self.assertEqual(read(self.path("run.h5")), b"older\n")

    def test_a_training_that_diverges(self):
        self.make("run.h5")
        result = self.run_program("record", "--model", "1", "--learning-rate", "10", "-o", "run.h5")
        self.assertEqual(result.returncode, WORK)
        self.assertRegex(result.stderr, r"\Atrainreel record: run\.h5 has the \d+ states until then, and "
                         r"says that it has not ended\ntrainreel record: [^\n]*diverged[^\n]*\n\Z")
        self.succeed("chart", "error", "run.h5", "-o", "error.svg")

    def test_interrupted(self):
        for number in (signal.SIGINT, signal.SIGTERM):
            process = self.start("record", *LONG, "-o", "run.h5")
            self.wait_for(lambda: "run.h5" in self.names(), "the recording")
            process.send_signal(number)
            out, stderr = process.communicate(timeout=30)
            self.assertEqual((process.returncode, out), (INTERRUPTED, b""))
            self.assertRegex(stderr.decode(), r"\Atrainreel record: run\.h5 has the \d+ states until "
                             r"then, and says that it has not ended\ntrainreel record: interrupted\n\Z")
            self.assertEqual(self.names(), ["run.h5"])
            self.succeed("predict", "run.h5", "--x", "1")
            os.unlink(self.path("run.h5"))

    def test_progress(self):
        result = self.run_program("record", "-o", "run.h5", "--epochs", "100000", "--progress", "json")
        self.assertEqual(result.returncode, DONE)
        lines = [json.loads(line) for line in result.stderr.splitlines()]
        self.assertTrue(lines)
        self.assertEqual({line["n_iterations"] for line in lines}, {200000})
        self.assertEqual(sorted(line["iterations"] for line in lines),
                         [line["iterations"] for line in lines])

    def test_the_link_stays_a_link(self):
        os.mkdir(self.path("there"))
        self.make("there/run.h5")
        os.symlink("there/run.h5", self.path("run.h5"))
        self.record("run.h5", *FEW)
        self.assertTrue(os.path.islink(self.path("run.h5")))
        self.assertGreater(os.path.getsize(self.path("there/run.h5")), 1000)


class Drawn(RecordTest):
    """What is made of a recording is, byte for byte, what is made of the run."""

    def test_videos(self):
        for name, options in RUNS.items():
            self.record("run.h5", *options, *FEW)
            for frames in (("--every", "7"), ("--pace", "log", "--frames", "9"),
                           ("--pace", "adaptive", "--frames", "9"),
                           ("--scene", "fit+error", "--full-loss", "yes", "--hold", "0.5")):
                direct = self.succeed("render", *options, *FEW, *frames, "--out", "direct")
                drawn = self.succeed("render", "run.h5", *frames, "--out", "drawn")
                self.assertEqual(drawn.replace(b"drawn/", b"direct/"), direct, name)
                self.same("direct/neuron.mp4", "drawn/neuron.mp4")
                self.same("direct/neuron_start.png", "drawn/neuron_start.png")

    def test_charts(self):
        for name, options in RUNS.items():
            self.record("run.h5", *options, *FEW)
            for kind in CHARTS:
                if kind == "neuron" and name != "neuron":
                    continue
                for ending in ("svg", "png"):
                    more = ("--iteration", "31") if ending == "png" else ()
                    self.succeed("chart", kind, *options, *FEW, *more, "-o", f"direct.{ending}")
                    self.succeed("chart", kind, "run.h5", *more, "-o", f"drawn.{ending}")
                    self.same(f"direct.{ending}", f"drawn.{ending}")

    def test_predictions(self):
        for options, points in ((RUNS["neuron"], "0,1,2"), (RUNS["plane"], "0,0;1,0.5")):
            self.record("run.h5", *options, *FEW)
            for more in ((), ("--json",)):
                self.assertEqual(self.succeed("predict", "run.h5", "--x", points, *more),
                                 self.succeed("predict", *options, *FEW, "--x", points, *more))
        self.make("points.csv", b"b,a,c\n7,1,0\n8,2,0\n")
        columns = ("--input", "points.csv", "--x-columns", "a,c")
        self.assertEqual(self.succeed("predict", "run.h5", *columns),
                         self.succeed("predict", *options, *FEW, "--x", "1,0;2,0"))

    def test_a_report_has_no_settings_of_training(self):
        self.record("run.h5", *FEW)
        report = json.loads(self.succeed("render", "run.h5", "--json"))
        self.assertEqual(report["recording"], "run.h5")
        self.assertEqual(report["iterations"], 120)
        self.assertEqual([name for name in report["settings"]
                          if re.match(r"(train|data|model)\.", name)], [])
        self.assertIn("200 samples, 120 iterations",
                      self.run_program("render", "run.h5", "-v").stderr)

    def test_what_is_given_must_be_what_was_recorded(self):
        self.record("run.h5", *FEW)
        self.record("deep.h5", *RUNS["deep"], *FEW)
        self.succeed("render", "run.h5", "--model", "1:relu:zeros", "--data", "bilinear", "--loss",
                     "mean_squared_error", "--seed", "0", "-q")
        for path, options, says in (
                ("run.h5", ("--model", "2:relu"), "/params/layer_0: has 1 unit, but 2"),
                ("run.h5", ("--model", "1:tanh"), "/params/layer_0: has another activation"),
                ("run.h5", ("--model", "1:relu,1"), "/params: has 1 layer, but 2"),
                ("deep.h5", ("--model", "7:tanh,5:leaky_relu(0.2),1"), "/params/layer_1"),
                ("deep.h5", ("--model", "7:tanh,5:leaky_relu,1"), "/params/layer_1"),
                ("deep.h5", ("--model", "7:tanh,5:leaky_relu(0.1),2"), "/params/layer_2"),
                ("run.h5", ("--data", "circles"), "has 1 inputs and 1 outputs, but 2 and 1"),
                ("run.h5", ("--data", "sine"), "/data/x: differs"),
                ("run.h5", ("--noise", "1"), "/data/y: differs"),
                ("run.h5", ("--points", "100"), "/data/x: differs"),
                ("run.h5", ("--loss", "mean_absolute_error"), "attribute loss")):
            for command in (("render", path), ("chart", "fit", path)):
                self.fail_with(USAGE, *command, *options, says=[path, says])
        for option, value in (("--epochs", "5"), ("--batch-size", "5"), ("--optimizer", "adam"),
                              ("--learning-rate", "1"), ("--seed", "1"), ("--momentum", "0.5")):
            for command in (("render", "run.h5"), ("chart", "fit", "run.h5"),
                            ("predict", "run.h5", "--x", "1")):
                self.fail_with(USAGE, *command, option, value,
                               says=[f"{option} makes no difference", "nothing is trained"])

    def test_what_is_no_recording(self):
        os.mkdir(self.path("folder"))
        os.mkfifo(self.path("pipe"))
        self.make("text.h5", b"a text\n")
        self.make("empty.h5", b"")
        for path, says in (("none.h5", "No such file"), ("folder", "not a regular file"),
                           ("pipe", "not a regular file"), ("text.h5", "not an HDF5 file"),
                           ("empty.h5", "not an HDF5 file"), ("/dev/zero", "not a regular file")):
            for command in (("render", path), ("chart", "error", path),
                            ("predict", path, "--x", "1")):
                self.fail_with(INPUT, *command, says=[path, says])
        for command in ("render", "embed", "import", "compare", "preview", "record"):
            self.fail_with(USAGE, command, "", says=["empty argument"])
        self.assertFalse(os.path.exists(self.path("out")))

    def test_it_is_never_changed(self):
        self.record("run.h5", *FEW)
        os.chmod(self.path("run.h5"), 0o444)
        os.chmod(self.folder, 0o755)
        before = sha256(self.path("run.h5")), os.stat(self.path("run.h5")).st_mtime_ns
        for changes in ({}, {"HDF5_USE_FILE_LOCKING": "TRUE"}, {"HDF5_USE_FILE_LOCKING": "FALSE"}):
            self.succeed("predict", "run.h5", "--x", "1", env=environment(**changes),
                         **ordinary_user())
        self.succeed("render", "run.h5", "-q")
        self.assertEqual((sha256(self.path("run.h5")), os.stat(self.path("run.h5")).st_mtime_ns),
                         before)


PLAN = """
runs:
  neuron: {neuron}
  full: {full}
artifacts:
  neuron.mp4: {{run: neuron, poster: start.png, every: 10}}
  frames.sha256: {{run: full, every: 10}}
  error.svg: {{run: neuron, scene: error, full_loss: yes}}
  full.csv: {{run: full}}
  both.svg: {{compare: [neuron, full], scene: error}}
  both.mp4: {{compare: [neuron, full], scene: fit, frames: 8}}
  summary.csv: {{compare: [neuron, full], seconds: no}}
"""
TRAINED = {"neuron": "{train: {epochs: 60}}", "full": "{train: {epochs: 60, batch_size: 200}}"}
RECORDED = {"neuron": "{recording: runs/neuron.h5}", "full": "{recording: runs/full.h5}"}
ARTIFACTS = ("neuron.mp4", "start.png", "frames.sha256", "error.svg", "full.csv", "both.svg",
             "both.mp4", "summary.csv")


class Plans(RecordTest):
    def setUp(self):
        super().setUp()
        os.makedirs(self.path("plans", "runs"))
        self.make("plans/trained.yaml", PLAN.format(**TRAINED).encode())
        self.make("plans/recorded.yaml", PLAN.format(**RECORDED).encode())
        for name in ("neuron", "full"):
            self.record(f"plans/runs/{name}.h5", "plans/trained.yaml", "--run", name)

    def plan_with(self, **runs):
        self.make("plans/changed.yaml", PLAN.format(**{**RECORDED, **runs}).encode())
        return "plans/changed.yaml"

    def test_a_recorded_run_is_like_a_trained_one(self):
        """Files of a recording are found beside the plan, wherever the program runs."""
        self.succeed("build", "plans/trained.yaml", "--out", "trained", "-q")
        self.succeed("build", "plans/recorded.yaml", "--out", "recorded", "-q")
        for name in ARTIFACTS:
            self.same(f"trained/{name}", f"recorded/{name}")
        page = read(self.path("recorded/index.html"))
        self.assertIn(b"neuron.h5", page)
        self.assertNotIn(b"train.epochs", page)
        self.succeed("plan", "check", "plans/recorded.yaml")

    def test_its_content_is_an_input(self):
        self.succeed("build", "plans/recorded.yaml", "-q")
        manifest = json.loads(read(self.path("out/manifest.json")))
        run = manifest["runs"]["neuron"]
        self.assertEqual(run["recording_sha256"], sha256(self.path("plans/runs/neuron.h5")))
        self.assertEqual(run["settings"]["recording.file"], "runs/neuron.h5")
        self.assertNotIn("train.epochs", run["settings"])
        again = self.succeed("build", "plans/recorded.yaml").decode()
        n_files = again.count("unchanged")
        self.assertGreaterEqual(n_files, len(ARTIFACTS))
        # the same content under another name is the same, but for the page, which tells the name
        os.rename(self.path("plans/runs/neuron.h5"), self.path("moved.h5"))
        moved = self.succeed("build", "plans/recorded.yaml", "--set",
                             "runs.neuron.recording=moved.h5").decode()
        self.assertEqual(moved.count("unchanged"), n_files - 1)
        self.assertNotIn("index.html: unchanged", moved)
        # and another content under the same name is not
        self.record("plans/runs/neuron.h5", "--epochs", "70")
        changed = self.succeed("build", "plans/recorded.yaml").decode()
        self.assertEqual(changed.count("unchanged"), 2)
        self.assertIn("frames.sha256: unchanged", changed)

    def test_what_is_shown_reads_back(self):
        plan = self.plan_with(neuron="{recording: runs/neuron.h5, model: '1:relu', "
                                     "train: {loss: mean_squared_error}, data: {kind: bilinear}}")
        shown = self.succeed("plan", "show", plan)
        self.assertIn(b'recording: "runs/full.h5"', shown)
        self.assertNotIn(b"epochs", shown)
        self.make("plans/shown.yaml", shown)
        self.assertEqual(self.succeed("plan", "show", "plans/shown.yaml"), shown)
        self.succeed("build", "plans/shown.yaml", "-q")

    def test_another_runs_data(self):
        plan = self.plan_with(full="{data: {from: neuron}, train: {epochs: 60, batch_size: 200}}")
        self.succeed("build", plan, "--out", "mixed", "-q")
        self.succeed("build", "plans/trained.yaml", "--out", "trained", "-q")
        for name in ARTIFACTS:
            self.same(f"trained/{name}", f"mixed/{name}")

    def test_what_does_not_go_together(self):
        for run, says in (("{recording: runs/full.h5, train: {epochs: 5}}", "train.epochs"),
                          ("{recording: runs/full.h5, train: {seed: 5}}", "train.seed"),
                          ("{recording: runs/full.h5, train: {seed_from: neuron}}",
                           "train.seed_from"),
                          ("{train: {seed_from: neuron}}", "which is a recording"),
                          ("{extends: neuron, train: {epochs: 5}}", "train.epochs"),
                          ("{recording: [a]}", "wanted a path"), ("{recordings: a.h5}", "recording")):
            line = self.fail_with(INPUT, "plan", "check", self.plan_with(full=run), says=[says])
            self.assertRegex(line, r"plans/changed\.yaml:\d+:\d+: found ")
        self.make("plans/vary.yaml", b"runs: {a: {recording: runs/full.h5}}\nartifacts:\n"
                  b"  a.mp4: {compare: a, vary: {train.seed: [1, 2]}}\n")
        self.fail_with(INPUT, "plan", "check", "plans/vary.yaml", says=["settings cannot vary"])
        self.make("plans/one.yaml",
                  b"runs: {a: {recording: runs/full.h5}}\nartifacts: {a.csv: {run: a}}\n")
        self.fail_with(USAGE, "build", "plans/one.yaml", "--epochs", "5", says=["epochs"])

    def test_a_recording_that_does_not_fit_or_is_not_there(self):
        for run, says in (("{recording: runs/no.h5}", "plans/runs/no.h5: No such file"),
                          ("{recording: ../plans/trained.yaml}", "not an HDF5 file"),
                          ("{recording: runs/full.h5, model: '2:relu,1'}", "/params: has 1 layer"),
                          ("{recording: runs/full.h5, data: {kind: sine}}", "/data/x: differs")):
            plan = self.plan_with(full=run)
            self.fail_with(INPUT, "plan", "check", plan, says=["changed.yaml:4:", says])
            result = self.run_program("build", plan, "-q", "--out", "bad")
            self.assertIn(result.returncode, (INPUT, USAGE))
            self.assertIn(says, result.stderr)
            self.assertIn("neuron.mp4", self.names("bad"), "what does not need it is made")


@unittest.skipUnless(h5py, NEEDS_H5PY)
class WithH5py(RecordTest):
    def test_what_h5py_reads(self):
        for name, options in RUNS.items():
            self.record("run.h5", *options, *FEW)
            table = self.succeed("train", *options, *FEW).decode()
            rows = numpy.genfromtxt(io.StringIO(table), delimiter=",", skip_header=1)
            rows[0, 2] = 0  # of no batch, and so nothing in the table
            with h5py.File(self.path("run.h5"), "r") as file:
                self.check_numbers(file, rows)
                self.check_form(file)
                self.assertEqual(file["params/layer_0"].attrs["activation"].decode(),
                                 {"neuron": "relu", "deep": "tanh", "plane": "elu(1)"}[name])

    def check_numbers(self, file, rows):
        n = len(rows)
        numpy.testing.assert_array_equal(file["iteration"][:], rows[:, 0].astype("u8"))
        numpy.testing.assert_array_equal(file["epoch"][:], rows[:, 1].astype("u8"))
        numpy.testing.assert_array_equal(file["batch_size"][:], rows[:, 2].astype("u4"))
        numpy.testing.assert_array_equal(file["samples_seen"][:],
                                         numpy.cumsum(rows[:, 2]).astype("u8"))
        numpy.testing.assert_array_equal(file["loss"][1:], rows[1:, 3].astype("f4"))
        self.assertTrue(numpy.isnan(file["loss"][0]))
        parts = [file[f"params/layer_{i}/{part}"][:].reshape(n, -1)
                 for i in range(len(file["params"])) for part in ("weights", "bias")]
        numpy.testing.assert_array_equal(numpy.hstack(parts), rows[:, 5:].astype("f4"))
        self.assertEqual(file["ended"][:].tolist(), [1])

    def check_form(self, file):
        def check(name, item):
            if isinstance(item, h5py.Dataset):
                self.assertTrue(item.fletcher32, name)
                along_time = name not in ("ended", "data/x", "data/y")
                self.assertEqual(item.maxshape[0] is None, along_time, name)
        file.visititems(check)
        self.assertEqual({name: file[name].dtype.str for name in
                          ("iteration", "epoch", "samples_seen", "batch_size", "loss", "ended",
                           "data/x", "data/y", "params/layer_0/weights", "params/layer_0/bias")},
                         {"iteration": "<u8", "epoch": "<u8", "samples_seen": "<u8",
                          "batch_size": "<u4", "loss": "<f4", "ended": "|u1", "data/x": "<f8",
                          "data/y": "<f8", "params/layer_0/weights": "<f4",
                          "params/layer_0/bias": "<f4"})
        self.assertEqual(file.attrs["trainreel_schema"], 1)
        self.assertEqual(file.attrs["framework"], b"trainreel")
        self.assertEqual(file.attrs["seed"], 0)
        self.assertIn(file.attrs["loss"], (b"mean_squared_error", b"binary_crossentropy"))
        self.assertEqual((file.attrs["optimizer"], file.attrs["learning_rate"]),
                         (b"adam", 0.001) if len(file["params"]) == 3 else (b"sgd", 0.01))
        self.assertEqual(file["params/layer_0"].attrs["kind"], b"dense")

    def test_it_is_read_while_it_grows(self):
        process = self.start("record", *LONG, "-o", "run.h5")
        self.wait_for(lambda: "run.h5" in self.names(), "the recording")
        os.environ["HDF5_USE_FILE_LOCKING"] = "FALSE"
        with h5py.File(self.path("run.h5"), "r", libver="latest", swmr=True) as file:
            lengths = {len(file["iteration"])}

            def has_grown():
                file["iteration"].refresh()
                lengths.add(len(file["iteration"]))
                return len(lengths) >= 4
            self.wait_for(has_grown, "the recording to grow")
            self.assertEqual(file["ended"][0], 0)
            last = max(lengths) - 1
            self.assertEqual(file["iteration"][last], last)
        process.kill()

    def test_a_killed_program_leaves_a_recording(self):
        process = self.start("record", *LONG, "-o", "run.h5")
        self.wait_for(lambda: "run.h5" in self.names(), "the recording")
        process.kill()
        process.wait()
        before = sha256(self.path("run.h5"))
        self.succeed("chart", "error", "run.h5", "-o", "error.svg")
        self.assertEqual(sha256(self.path("run.h5")), before)


def write_recording(path, n=50, change=None, libver="latest", **root):
    """A recording of a neuron as a program with h5py would write it; `change` is called before the
    file is closed."""
    i = numpy.arange(n)
    x = numpy.linspace(0, 2, 20)
    attributes = {"trainreel_schema": 1, "framework": "torch", "loss": "mean_squared_error",
                  "optimizer": "sgd", "learning_rate": 0.01, "seed": 3, **root}
    with h5py.File(path, "w", libver=libver) as file:
        for name, value in attributes.items():
            if value is not None:
                file.attrs[name] = value
        for name, values in {"iteration": (2 * i).astype("u8"), "epoch": i.astype("u8"),
                             "samples_seen": (20 * i).astype("u8"),
                             "batch_size": numpy.full(n, 10, "u4"),
                             "loss": (1 / (1 + i)).astype("f4"),
                             "params/layer_0/weights": (i / n).astype("f4").reshape(n, 1, 1),
                             "params/layer_0/bias": (i / n).astype("f4").reshape(n, 1)}.items():
            file.create_dataset(name, data=values, maxshape=(None,) + values.shape[1:],
                                chunks=(7,) + values.shape[1:], fletcher32=True)
        file["params/layer_0"].attrs["kind"] = "dense"
        file["params/layer_0"].attrs["activation"] = "relu"
        file.create_dataset("data/x", data=x.reshape(-1, 1), fletcher32=True, chunks=(20, 1))
        file.create_dataset("data/y", data=(x / 2).reshape(-1, 1), fletcher32=True, chunks=(20, 1))
        file.create_dataset("ended", data=numpy.ones(1, "u1"), fletcher32=True, chunks=(1,))
        if change:
            change(file)


def replaced(name, **options):
    """A change: another dataset in the place of one."""
    def change(file):
        del file[name]
        file.create_dataset(name, **options)
    return change


def without(name):
    def change(file):
        del file[name]
    return change


def with_value(name, index, value):
    def change(file):
        file[name][index] = value
    return change


def with_attribute(name, attribute, value):
    def change(file):
        file[name].attrs[attribute] = value
    return change


def external_link(file):
    del file["loss"]
    file["loss"] = h5py.ExternalLink("other.h5", "/loss")


def soft_link(file):
    del file["epoch"]
    file["epoch"] = h5py.SoftLink("/iteration")


def external_data(file):
    del file["loss"]
    file.create_dataset("loss", shape=(50,), dtype="f4", external=[("other.bin", 0, 200)])


def virtual_data(file):
    del file["loss"]
    layout = h5py.VirtualLayout(shape=(50,), dtype="f4")
    layout[:] = h5py.VirtualSource("other.h5", "loss", shape=(50,))
    file.create_virtual_dataset("loss", layout)


def other_layer(file):
    file.copy("params/layer_0", "params/layer_2")


def second_layer(file):
    file.copy("params/layer_0", "params/layer_1")
    replaced("params/layer_1/weights", data=numpy.zeros((50, 3, 1), "f4"))(file)


def not_a_dataset(file):
    del file["loss"]
    file.create_group("loss")


@unittest.skipUnless(h5py, NEEDS_H5PY)
class FromH5py(RecordTest):
    def test_what_h5py_writes(self):
        write_recording(self.path("run.h5"))
        report = json.loads(self.succeed("render", "run.h5", "--json", "--every", "7"))
        self.assertEqual(report["iterations"], 98)
        self.assertAlmostEqual(report["trained_params"]["w"], 0.98, delta=1e-6)
        self.assertEqual(report["frames"], 15, "one at or after every seventh, and the last")
        for kind in CHARTS:
            self.succeed("chart", kind, "run.h5", "-o", f"{kind}.png")
        lines = self.succeed("predict", "run.h5", "--x", "1").decode().split()
        self.assertAlmostEqual(float(lines[1].split(",")[1]), 1.96, delta=1e-6)

    def test_what_may_be_missing(self):
        write_recording(self.path("full.h5"))
        write_recording(self.path("bare.h5"), loss=None, framework=None, optimizer=None, seed=None,
                        learning_rate=None, change=without("data"))
        self.fail_with(INPUT, "render", "bare.h5", says=["bare.h5: /data/x: is missing", "--data"])
        rows = "".join(f"{x!r},{x / 2!r}\n" for x in numpy.linspace(0, 2, 20).tolist())
        self.make("data.csv", rows.encode())
        self.succeed("render", "full.h5", "--out", "full", "-q")
        self.succeed("render", "bare.h5", "--data-file", "data.csv", "--out", "bare", "-q")
        self.same("full/neuron.mp4", "bare/neuron.mp4")
        self.succeed("predict", "bare.h5", "--x", "1")
        self.fail_with(USAGE, "render", "bare.h5", "--data", "circles",
                       says=["bare.h5: /params: has 1 inputs"])

    def test_losses_that_are_not_known(self):
        write_recording(self.path("run.h5"), change=with_value("loss", slice(None), numpy.nan))
        self.succeed("render", "run.h5", "-q")
        self.fail_with(USAGE, "chart", "error", "run.h5", says=["loss"])
        self.succeed("chart", "error", "run.h5", "--full-loss", "yes", "-q")

    def test_lengths_that_differ(self):
        """As many states count as all datasets have."""
        def change(file):
            file["loss"].resize(40, axis=0)
            file["params/layer_0/bias"].resize(30, axis=0)
        write_recording(self.path("run.h5"), change=change)
        report = json.loads(self.succeed("render", "run.h5", "--json", "--format", "none"))
        self.assertEqual(report["iterations"], 58)

    def check_bad(self, says, **options):
        write_recording(self.path("bad.h5"), **options)
        for command in (("render", "bad.h5"), ("chart", "error", "bad.h5"),
                        ("predict", "bad.h5", "--x", "1")):
            self.fail_with(INPUT, *command, says=["bad.h5: ", *says], timeout=20)
        self.assertEqual([name for name in self.names() if name not in ("bad.h5", "out", "other.h5")],
                         [])

    def test_another_hdf5_file(self):
        with h5py.File(self.path("other.h5"), "w", libver="latest") as file:
            file["model_weights/dense_1/kernel"] = numpy.zeros((3, 3))
        self.fail_with(INPUT, "render", "other.h5", says=["other.h5", "not a recording"])
        self.check_bad(["older HDF5 format", "libver"], libver="earliest")
        self.check_bad(["trainreel_schema", "found 2; wanted 1"], trainreel_schema=2)
        self.check_bad(["trainreel_schema", "an integer"], trainreel_schema="1")
        self.check_bad(["trainreel_schema", "a single value"], trainreel_schema=[1, 1])

    def test_wrong_attributes(self):
        for says, root in ((["attribute loss", '"hinge"'], {"loss": "hinge"}),
                           (["attribute loss", "a text"], {"loss": 3}),
                           (["attribute framework", "one line"], {"framework": "a\nb"}),
                           (["attribute framework", "one line"], {"framework": "a" * 3000}),
                           (["attribute framework"], {"framework": numpy.bytes_("a" * 9000)}),
                           (["attribute learning_rate", "floating"], {"learning_rate": 1}),
                           (["attribute seed", "an integer"], {"seed": 0.5})):
            self.check_bad(says, **root)
        for attribute, value, says in (
                ("kind", "conv", '"conv"; wanted "dense"'), ("activation", "relu6", '"relu6"'),
                ("activation", "leaky_relu(x)", "leaky_relu(NUMBER)"),
                ("activation", "leaky_relu(-1)", "leaky_relu(NUMBER)"),
                ("activation", "relu(1)", "without a number"), ("activation", 7, "a text"),
                ("activation", "", '""')):
            self.check_bad([f"/params/layer_0: attribute {attribute}", says],
                           change=with_attribute("params/layer_0", attribute, value))

    def test_missing_and_mismatched_datasets(self):
        names = ("iteration", "epoch", "samples_seen", "batch_size", "loss", "ended",
                 "params/layer_0/weights", "params/layer_0/bias")
        for name in names:
            self.check_bad([f"/{name}: is missing"], change=without(name))
            self.check_bad([f"/{name}: found another type"],
                           change=replaced(name, data=numpy.zeros((50, 1, 1), "f8")))
            rank = {"params/layer_0/weights": 3, "params/layer_0/bias": 2}.get(name, 1)
            kind = {"loss": "f4", "ended": "u1", "batch_size": "u4"}.get(
                name, "f4" if rank > 1 else "u8")
            self.check_bad([f"/{name}: found {rank + 1} dimensions; wanted {rank}"],
                           change=replaced(name, data=numpy.zeros((50,) + (1,) * rank, kind)))
        for says, change in (
                ("/params: is missing", without("params")),
                ("/params: found 0 layers", without("params/layer_0")),
                ("/params/layer_1: is missing", other_layer),
                ("/params/layer_1/weights: found 3 inputs, but layer_0 has 1", second_layer),
                ("/params/layer_0/bias: found 2 units, but weights has 1",
                 replaced("params/layer_0/bias", data=numpy.zeros((50, 2), "f4"))),
                ("/loss: found a link", external_link), ("/epoch: found a link", soft_link),
                ("/loss: found data in other files", external_data),
                ("/loss: found data in other files", virtual_data),
                ("/loss: ", not_a_dataset),
                ("/loss: found the filter 32000", replaced(
                    "loss", data=numpy.zeros(50, "f4"), compression="lzf")),
                ("/ended: found 2 numbers", replaced("ended", data=numpy.ones(2, "u1"))),
                ("/ended: found 7", with_value("ended", 0, 7)),
                ("/data/x: is missing", without("data/x")),
                ("/data/y: is missing", without("data/y")),
                ("/data/y: found 19 samples, but x has 20",
                 replaced("data/y", data=numpy.zeros((19, 1)))),
                ("/data/x: found 2 inputs, but layer_0 has 1",
                 replaced("data/x", data=numpy.zeros((20, 2)))),
                ("/data/y: found 3 outputs, but the last layer has 1",
                 replaced("data/y", data=numpy.zeros((20, 3)))),
                ("/data/x: found another type", replaced("data/x", data=numpy.zeros((20, 1), "f4"))),
        ):
            self.check_bad([says], change=change)

    def test_absurd_shapes(self):
        """Nothing is allocated that the file has no room for."""
        long = {"dtype": "f4", "chunks": True}

        def wide(chunk):
            return {"dtype": "f4", "chunks": (1,) + chunk}
        for says, change in (
                ("/params/layer_0/weights: found 0 inputs",
                 replaced("params/layer_0/weights", shape=(50, 0, 1), maxshape=(None, None, 1), **long)),
                ("/params/layer_0/weights: found 2000000000 inputs and 4 units",
                 [replaced("params/layer_0/weights", shape=(50, 2000000000, 4),
                           **wide((10000, 4))),
                  replaced("params/layer_0/bias", shape=(50, 4), **long)]),
                ("/params/layer_0/weights: found 0 bytes, which is not enough for its shape",
                 [replaced("params/layer_0/weights", shape=(50, 1, 20000000),
                           **wide((1, 10000))),
                  replaced("params/layer_0/bias", shape=(50, 20000000), **long)]),
                ("/params/layer_0/weights: found chunks of 100000000 values",
                 replaced("params/layer_0/weights", data=numpy.zeros((50, 1, 1), "f4"),
                          chunks=(10000, 100, 100), maxshape=(None, None, None))),
                ("/data/x: found 0 samples", replaced("data/x", shape=(0, 1), dtype="f8")),
                ("/data/x: found 1000000000000 samples",
                 replaced("data/x", shape=(10 ** 12, 1), dtype="f8", chunks=(1000, 1))),
                ("/data/x: found 0 bytes",
                 [replaced("data/x", shape=(10 ** 9, 1), dtype="f8", chunks=(1000, 1)),
                  replaced("data/y", shape=(10 ** 9, 1), dtype="f8", chunks=(1000, 1))])):
            changes = change if isinstance(change, list) else [change]

            def apply(file, changes=changes):
                for one in changes:
                    one(file)
            self.check_bad([says], change=apply)

        def lengthen(file):
            for name in ("iteration", "epoch", "samples_seen", "batch_size", "loss",
                         "params/layer_0/weights", "params/layer_0/bias"):
                file[name].resize(10 ** 12, axis=0)
        self.check_bad(["/iteration: found", "not enough for its shape"], change=lengthen)
        self.check_bad(["/iteration: there is no snapshot yet"], n=0)

    def test_numbers_that_cannot_be(self):
        for name, where in (("params/layer_0/weights", (30, 0, 0)), ("params/layer_0/bias", (49, 0))):
            for value in (numpy.nan, numpy.inf, -numpy.inf):
                write_recording(self.path("bad.h5"), change=with_value(name, where, value))
                for command in (("render", "bad.h5", "--every", "1"), ("chart", "weights", "bad.h5")):
                    self.fail_with(INPUT, *command, says=[
                        f"bad.h5: /{name}: snapshot {where[0]}", "not finite"])
        self.check_bad(["/data/x: found a number that is not finite"],
                       change=with_value("data/x", (3, 0), numpy.inf))
        self.check_bad(["/data/y: found a number that is not finite, or too large"],
                       change=with_value("data/y", (3, 0), 1e300))
        for index, value in ((0, 2), (7, 12), (49, 96), (30, 0)):
            self.check_bad(["/iteration: snapshot ", "wanted a larger number"],
                           change=with_value("iteration", index, value))
        write_recording(self.path("bad.h5"), change=with_value("loss", 20, numpy.inf))
        self.fail_with(INPUT, "chart", "error", "bad.h5", says=["/loss: snapshot 20"])

    def test_a_writer_without_swmr_that_was_killed(self):
        write_recording(self.path("bad.h5"))
        content = bytearray(read(self.path("bad.h5")))
        content[11] |= 1  # "open for writing"; the checksum after it is not looked at before that
        write(self.path("bad.h5"), bytes(content))
        self.fail_with(INPUT, "render", "bad.h5", says=["bad.h5: is being written without SWMR"])


@unittest.skipUnless(h5py, NEEDS_H5PY)
class Large(RecordTest):
    N_SNAPSHOTS = 10_000_001

    def write_large(self, path):
        n = self.N_SNAPSHOTS
        i = numpy.arange(n, dtype="u8")
        along_time = {"chunks": (4096,), "maxshape": (None,), "fletcher32": True}
        small = {**along_time, "compression": "gzip", "compression_opts": 1, "shuffle": True}
        weight = (numpy.log1p(i / 1e5) / 3).astype("f4")

        def change(file):
            for name in ("iteration", "epoch", "samples_seen", "batch_size", "loss",
                         "params/layer_0/weights", "params/layer_0/bias"):
                del file[name]
            file.create_dataset("iteration", data=i, **small)
            file.create_dataset("epoch", data=i // 2, **small)
            file.create_dataset("samples_seen", data=i * 100, **small)
            file.create_dataset("batch_size", data=numpy.full(n, 100, "u4"), **small)
            file.create_dataset("loss", data=numpy.exp(-i.astype("f8") / 1e6).astype("f4"),
                                **along_time)
            file.create_dataset("params/layer_0/weights", data=weight.reshape(n, 1, 1),
                                chunks=(4096, 1, 1), maxshape=(None, 1, 1), fletcher32=True)
            file.create_dataset("params/layer_0/bias", data=(-weight / 2).reshape(n, 1),
                                chunks=(4096, 1), maxshape=(None, 1), fletcher32=True)
        write_recording(path, change=change)

    def measure(self, *arguments):
        """Runs the program, which must succeed; kilobytes that it took."""
        process = self.start(*arguments, stdout=None, stderr=None)
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        self.assertEqual(process.returncode, DONE, arguments)
        return usage.ru_maxrss

    @unittest.skipIf(is_sanitized(), "sanitizers take memory of their own")
    def test_ten_million_take_the_memory_of_a_few(self):
        write_recording(self.path("small.h5"), n=1000)
        self.write_large(self.path("large.h5"))
        for command, options in ((("render",), ("-q", "--every", "100000", "-j", "1")),
                                 (("render",), ("-q", "--pace", "log", "-j", "1")),
                                 (("render",), ("-q", "--pace", "adaptive", "-j", "1")),
                                 (("chart", "error"), ("-q",)), (("chart", "weights"), ("-q",)),
                                 (("predict",), ("--x", "1"))):
            small = self.measure(*command, "small.h5", *options)
            large = self.measure(*command, "large.h5", *options)
            self.assertLess(large, small + 40_000, (command, options))

    @unittest.skipIf(is_sanitized(), "sanitizers take terabytes of address space")
    def test_ten_million_under_a_limit(self):
        """All states at once would take 560 MB."""
        self.write_large(self.path("large.h5"))
        self.succeed("render", "large.h5", "-q", "--every", "1000000", "-j", "1",
                     preexec_fn=limit(resource.RLIMIT_AS, 500 << 20))
        report = json.loads(self.succeed("render", "large.h5", "--json", "--every", "1000000",
                                         "--format", "none"))
        self.assertEqual((report["frames"], report["iterations"]), (11, 10_000_000))
        self.assertAlmostEqual(report["trained_params"]["w"], numpy.log1p(100) / 3, delta=1e-6)


if __name__ == "__main__":
    unittest.main()
