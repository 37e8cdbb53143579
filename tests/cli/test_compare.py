"""trainreel compare: files, table, what varies, and failures."""
import csv
import hashlib
import io
import json
import os
import re
import shlex
import shutil
import signal
import textwrap
import unittest

from media import Mp4, Png, Vtt
from support import DONE, INPUT, INTERRUPTED, OUTPUT, SOURCE, USAGE, CliTest, read, write

FILES = ["compare.mp4", "compare_start.png", "compare.vtt", "overlay.mp4", "overlay_start.png",
         "overlay.vtt", "error.svg", "error.png", "summary.csv"]
SUMMED = ["SHA256SUMS", "index.html", "manifest.json"]
# A comparison that takes no time.
QUICK = ("--epochs", "10", "--frames", "5", "--size", "240x180", "--scene", "fit")


class CompareTest(CliTest):
    def compare(self, *arguments, **options):
        """Compares quickly, and returns what --json prints."""
        return json.loads(self.succeed("compare", "--json", "--progress", "none", *QUICK, *arguments,
                                       **options))

    def summary(self, *arguments):
        """The lines of summary.csv, as dictionaries."""
        self.compare(*arguments)
        return self.lines()

    def lines(self, folder="out"):
        text = read(self.path(folder, "summary.csv")).decode()
        return list(csv.DictReader(io.StringIO(text)))

    def labels(self, *arguments):
        return [line["label"] for line in self.summary(*arguments)]

    def found(self, folder="out"):
        return {name: read(self.path(folder, name)) for name in self.names(folder)}

    def refuse(self, *arguments, says=(), code=USAGE, **options):
        """The program says so in one line, and makes nothing."""
        before = self.names()
        self.fail_with(code, "compare", *arguments, says=says, **options)
        self.assertEqual(self.names(), before)


class Files(CompareTest):
    def test_default(self):
        """The post's batch sizes, with no option at all."""
        lines = self.succeed("compare", "--progress", "none").decode().splitlines()
        self.assertEqual([line.split(": ")[0] for line in lines[:10]],
                         ["out/" + name for name in [*FILES, "index.html"]])
        self.assertRegex(lines[0], r": \d+x\d+, 150 frames, 5\.00 s, \d+\.\d kB\Z")
        sizes = ["1", "8", "32", "128", "200"]
        self.assertEqual([line["train.batch_size"] for line in self.lines()], sizes)
        self.assertEqual([line["iterations"] for line in self.lines()],
                         ["400000", "50000", "14000", "4000", "2000"])
        table = lines[10:]
        self.assertEqual([line.split()[2] for line in table[1:]], sizes)
        self.assertEqual(table[0].split("  ")[-1], "seconds")
        self.assertEqual(len({len(line) for line in table}), 1, "columns")
        self.assertEqual(self.names("out"), sorted([*FILES, *SUMMED]))

    def test_files_and_report(self):
        report = self.compare("--batch-size", "50,200")
        self.assertEqual([file["path"] for file in report["files"]], FILES)
        self.assertEqual([file["kind"] for file in report["files"]],
                         ["video", "poster", "captions", "video", "poster", "captions", "chart",
                          "chart", "table"])
        found = self.found()
        for file in report["files"]:
            content = found[file["path"]]
            self.assertEqual((file["sha256"], file["bytes"]),
                             (hashlib.sha256(content).hexdigest(), len(content)))
            self.assertIn(f"{file['sha256']}  {file['path']}\n", found["SHA256SUMS"].decode())
        for name in ("compare", "overlay"):
            video = Mp4(found[name + ".mp4"])
            self.assertEqual((video.size, len(video.sample_sizes)), ((240, 180), 5))
            self.assertEqual(Png(found[name + "_start.png"]).width, 240)
        self.assertNotEqual(found["compare_start.png"], found["overlay_start.png"])
        self.assertIn(b"<svg", found["error.svg"][:300])
        self.assertEqual(Png(found["error.png"]).width, 240)
        manifest = json.loads(found["manifest.json"])
        self.assertEqual(manifest["files"]["overlay.mp4"]["compare"],
                         [{"run": "batch size 50", "label": "batch size 50"},
                          {"run": "batch size 200", "label": "batch size 200"}])
        self.assertEqual(manifest["runs"]["batch size 50"]["settings"]["train.batch_size"], 50)
        summary = report["files"][-1]["summary"]
        self.assertEqual([line["iterations"] for line in summary], [40, 10])
        self.assertIsNone(summary[0]["diverged_at"])
        self.assertEqual(list(summary[0]), list(self.lines()[0]))

    def test_unchanged(self):
        first = self.succeed("compare", "--progress", "none", *QUICK).decode().splitlines()
        before = self.found()
        again = self.succeed("compare", "--progress", "none", *QUICK).decode().splitlines()
        self.assertEqual(again[:10], [f"out/{name}: unchanged" for name in [*FILES, "index.html"]])
        self.assertEqual(again[10:], first[10:], "the table is there")
        self.assertEqual(self.found(), before)
        report = self.compare("--force")
        self.assertEqual((report["made"], report["unchanged"]), (5, 0))
        report = self.compare("--align", "epoch")
        self.assertEqual((report["made"], report["unchanged"]), (4, 1))

    def test_jobs_change_nothing(self):
        arguments = ("--batch-size", "8,50,200", "--learning-rate", "0.01,1e9", "--model", "1")
        found = {}
        for jobs in ("1", "2", "7"):
            self.compare(*arguments, "--seconds", "no", "-j", jobs, "--out", jobs)
            found[jobs] = self.found(jobs)
            self.compare(*arguments, "-j", jobs, "--out", jobs)
            for name in FILES[:-1]:
                self.assertEqual(read(self.path(jobs, name)), found[jobs][name])
        for jobs in ("2", "7"):
            for name, content in found["1"].items():
                self.assertTrue(found[jobs][name] == content, (jobs, name))

    def test_only_seconds_differ(self):
        self.assertNotIn("seconds", self.summary("--seconds", "no")[0])
        without = self.lines()
        with_seconds = self.summary()
        for line, other in zip(with_seconds, without):
            self.assertRegex(line.pop("seconds"), r"\A\d+\.\d{3}\Z")
            self.assertEqual(line, other)

    def test_captions(self):
        """They count what the runs are aligned by, and name every run's error."""
        for align, form, unit, last in (("samples", "{} samples seen", "sample", 2000),
                                        ("iteration", "iteration {}", "iteration", 250),
                                        ("epoch", "epoch {}", "epoch", 10)):
            self.compare("--batch-size", "8,200", "--align", align, "--frames", "90", "--pace", "log")
            for name in ("compare", "overlay"):
                lines = read(self.path("out", name + ".vtt")).decode().splitlines()
                self.assertEqual(lines[0], "WEBVTT")
                if align != "epoch":  # of which there are too few frames
                    self.assertEqual(lines[3], form.format(0) + ", before training")
                self.assertRegex(lines[-1], rf"\Aat the end: {form.format(last)}; batch size 8: error "
                                 r"[\d.]+; batch size 200: error [\d.]+\Z")
                chapters = Mp4(read(self.path("out", name + ".mp4"))).chapters
                self.assertEqual([title for _, title in chapters][:2], [f"{unit} 0", f"{unit} 1"])

    def test_options_of_output(self):
        self.assertEqual(self.succeed("compare", "--progress", "none", *QUICK, "-q", "--out", "a/b"), b"")
        self.assertIn("compare.mp4", self.names("a/b"))
        result = self.run_program("compare", *QUICK, "-v", "--progress", "json")
        self.assertEqual(result.returncode, DONE)
        lines = result.stderr.splitlines()
        self.assertTrue(lines[0].startswith("trainreel "))
        progress = [json.loads(line) for line in lines if line.startswith("{")]
        self.assertEqual((progress[-1]["artifacts"], progress[-1]["n_artifacts"]), (5, 5))

    def test_pictures(self):
        default = self.found() if self.compare() else {}
        for option in (("--align", "epoch"), ("--align", "iteration"), ("--pace", "log"),
                       ("--theme", "dark"), ("--title", "x"), ("--scene", "fit+error"),
                       ("--scene", "network"), ("--frames", "6"), ("--hold", "1"), ("--fps", "10")):
            self.compare(*option)
            found = self.found()
            self.assertNotEqual(found["compare.mp4"], default["compare.mp4"], option)
            self.assertNotEqual(found["overlay.mp4"] == default["overlay.mp4"],
                                option[0] != "--scene", option)
        for option in (("--align", "epoch"), ("--error-scale", "linear"), ("--scale", "2")):
            self.compare(*option)
            self.assertNotEqual(self.found()["error.png"], default["error.png"], option)

    def test_sizes_follow_from_the_number_of_panels(self):
        sizes = []
        for seeds in ("1,2", "1,2,3,4,5,6"):
            self.succeed("compare", "--epochs", "2", "--frames", "2", "--seed", seeds, "-q")
            sizes.append(Mp4(read(self.path("out/compare.mp4"))).size)
        self.assertGreater(sizes[1][0] * sizes[1][1], sizes[0][0] * sizes[0][1])

    def test_as_a_plan_has_it(self):
        """A plan with the same settings gives the same files."""
        self.make("plan.yaml", b"""runs: {neuron: {train: {epochs: 10}}}
artifacts:
  a/c.mp4: {compare: neuron, vary: {train.batch_size: [8, 200]}, frames: 5, size: 240x180, poster: c.png}
  o.mp4: {compare: neuron, vary: {train.batch_size: [8, 200]}, frames: 5, size: 240x180,
    arrangement: overlay}
  both.mp4: {compare: neuron, vary: {train.batch_size: [8, 200]}, frames: 5, scene: fit+error}
  e.svg: {compare: neuron, vary: {train.batch_size: [8, 200]}, chart: error, size: 240x180}
  s.csv: {compare: neuron, vary: {train.batch_size: [8, 200]}}
""")
        self.compare("--batch-size", "8,200", "--seconds", "no")
        self.succeed("build", "plan.yaml", "--out", "built", "-q")
        for ours, built in (("compare.mp4", "a/c.mp4"), ("compare_start.png", "c.png"),
                            ("overlay.mp4", "o.mp4"), ("error.svg", "e.svg"),
                            ("summary.csv", "s.csv")):
            self.assertTrue(read(self.path("out", ours)) == read(self.path("built", built)), ours)
        self.succeed("compare", "--batch-size", "8,200", "--epochs", "10", "--frames", "5", "--out",
                     "both", "-q")
        self.assertTrue(read(self.path("both/compare.mp4")) == read(self.path("built/both.mp4")))
        page = read(self.path("built/index.html")).decode()
        for part in ('<th scope="col">run</th><th scope="col">iterations</th><th scope="col">loss</th>'
                     '<th scope="col">&lt; 0.1</th>',
                     '<th scope="row">batch size 200</th><td>10</td><td>0.341</td><td>-</td>',
                     "The error on all data falls from 0.53 to 0.11 in 250 iterations (batch size 8), to 0.34 in "
                     "10 iterations (batch size 200)."):
            self.assertTrue(part in page, part)
        table = self.succeed("build", "plan.yaml", "--out", "built").decode()
        self.assertIn("\nbatch size 8 ", table)


class Summary(CompareTest):
    def expected(self, levels, *arguments):
        """The same numbers, counted in what trainreel train writes."""
        text = self.succeed("train", *arguments).decode()
        rows = list(csv.DictReader(io.StringIO(text)))
        loss = [float(row["loss"]) for row in rows[1:]]
        full_loss = [float(row["full_loss"]) for row in rows]
        below = [next((str(i) for i, value in enumerate(full_loss) if value < level), "")
                 for level in levels]
        return [rows[-1]["iteration"], rows[-1]["full_loss"], *below,
                str(sum(b > a for a, b in zip(loss, loss[1:]))),
                str(sum(b > a for a, b in zip(full_loss, full_loss[1:]))), ""]

    def check(self, levels, varied, values, *arguments):
        lines = self.summary("--levels", ",".join(map(str, levels)), f"--{varied}", ",".join(values),
                             *arguments)
        self.assertEqual(len(lines), len(values))
        for line, value in zip(lines, values):
            found = list(line.values())[2:-1]  # without label, value and seconds
            self.assertEqual(found, self.expected(levels, f"--{varied}", value, *arguments), value)

    def test_batch_sizes(self):
        self.check((0.5, 0.1, 0.01, 1e-3), "batch-size", ("1", "8", "32", "128", "200"),
                   "--epochs", "150")

    def test_optimizers(self):
        self.check((1, 0.3), "optimizer", ("sgd", "adam", "rmsprop", "adagrad"), "--data", "sine",
                   "--model", "10:tanh,1", "--epochs", "100")

    def test_crossentropy(self):
        self.check((0.7, 0.69, 0.5), "learning-rate", ("0.01", "0.5"), "--data", "circles", "--model",
                   "4:tanh,1:sigmoid", "--loss", "binary_crossentropy", "--epochs", "40")

    def test_names_of_columns(self):
        (line, _) = self.summary("--seed", "1,2", "--vary", "model=3:relu,1", "--levels", "2,1e-2")
        self.assertEqual(list(line), ["label", "train.seed", "model.layers", "iterations",
                                      "final_full_loss", "below_2", "below_1e-2", "loss_rises",
                                      "full_loss_rises", "diverged_at", "seconds"])
        self.assertEqual(line["label"], "seed 1, 3:relu,1")

    def test_four_hundred_thousand_iterations(self):
        """Summing up takes a fraction of the second that the test allows for all."""
        lines = self.summary("--vary", "batch-size=1", "--epochs", "2000")
        self.assertEqual(lines[0]["iterations"], "400000")


class Varied(CompareTest):
    def test_lists(self):
        self.assertEqual(self.labels("--batch-size", "8,32"), ["batch size 8", "batch size 32"])
        self.assertEqual(self.labels("--learning-rate", "0.1,1e-2"),
                         ["learning rate 0.1", "learning rate 0.01"])
        self.assertEqual(self.labels("--optimizer", "adam,sgd"), ["adam", "sgd"])
        self.assertEqual(self.labels("--seed", "3,1"), ["seed 3", "seed 1"])

    def test_vary(self):
        self.assertEqual(self.labels("--vary", "momentum=0,0.9"), ["momentum 0", "momentum 0.9"])
        self.assertEqual(self.labels("--vary", "train.momentum=0.5"), ["momentum 0.5"])
        self.assertEqual(self.labels("--vary", "model=1;4:tanh,1"), ["1:linear", "4:tanh,1"])
        self.assertEqual(self.labels("--vary", "noise=0,0.3"), ["noise 0", "noise 0.3"])
        self.make("a,b.csv", b"x,y\n0,0\n1,2\n2,4\n")
        self.make("c.csv", b"x,y\n0,0\n1,3\n2,5\n")
        self.assertEqual(self.labels("--vary", "data-file=a,b.csv;c.csv"), ["a,b.csv", "c.csv"])

    def test_two_make_a_grid(self):
        self.assertEqual(self.labels("--batch-size", "8,200", "--optimizer", "sgd,adam"),
                         ["batch size 8, sgd", "batch size 8, adam", "batch size 200, sgd",
                          "batch size 200, adam"])

    def test_a_single_value_is_set(self):
        self.compare("--learning-rate", "0.5", "--seed", "1,2", "--batch-size", "20")
        runs = json.loads(read(self.path("out/manifest.json")))["runs"]
        settings = runs["seed 2"]["settings"]
        self.assertEqual((settings["train.learning_rate"], settings["train.batch_size"]), (0.5, 20))

    def test_the_last_one_counts(self):
        self.assertEqual(self.labels("--seed", "1,2", "--seed", "3,4"), ["seed 3", "seed 4"])
        labels = self.labels("--seed", "1,2", "--batch-size", "8,9", "--batch-size", "5")
        self.assertEqual(labels, ["seed 1", "seed 2"])

    def test_an_optimizer_has_its_own_learning_rate(self):
        self.compare("--optimizer", "sgd,adam")
        runs = json.loads(read(self.path("out/manifest.json")))["runs"]
        self.assertEqual([runs[name]["settings"]["train.learning_rate"] for name in ("sgd", "adam")],
                         [0.01, 0.001])

    def test_as_train_has_it(self):
        lines = self.summary("--batch-size", "8,128")
        for line in lines:
            last = self.succeed("train", "--epochs", "10", "--batch-size",
                                line["train.batch_size"]).decode().splitlines()[-1].split(",")
            self.assertEqual((line["iterations"], line["final_full_loss"]), (last[0], last[4]))

    def test_sixty_four(self):
        seeds = ",".join(map(str, range(64)))
        lines = self.summary("--seed", seeds, "--size", "1216x942", "--frames", "2")
        self.assertEqual([line["train.seed"] for line in lines], seeds.split(","))
        self.refuse("--seed", seeds + ",64",
                    says=["--seed: found 65 runs", "at most 64", "panels"])
        self.refuse("--seed", ",".join(map(str, range(13))), "--batch-size", "1,2,3,4,5",
                    says=["--seed: found 65 runs"])

    def test_two_inputs_have_no_overlay(self):
        arguments = ("--data", "circles", "--model", "4:tanh,1:sigmoid")
        lines = self.succeed("compare", "--progress", "none", *QUICK, *arguments).decode().splitlines()
        self.assertRegex(lines[0], r"\Aoverlay\.mp4 is left out: .*one input")
        self.assertNotIn("overlay.mp4", self.names("out"))
        self.assertEqual(len(self.compare(*arguments)["files"]), 6)


class Recorded(CompareTest):
    """Recordings beside each other, for which nothing is trained."""

    def setUp(self):
        super().setUp()
        for batch_size in ("50", "200"):
            self.succeed("record", "-q", "--epochs", "10", "--batch-size", batch_size, "-o",
                         f"b{batch_size}.h5")

    def test_as_if_trained(self):
        self.fail_with(INPUT, "compare", "b50.h5", "none.h5", says=["compare: none.h5: No such file"])
        self.succeed("compare", "-q", "--progress", "none", "--frames", "9", "b50.h5", "b200.h5")
        self.assertTrue(b"<title>Recording: b50, b200</title>" in read(self.path("out/index.html")))
        lines = self.lines()
        self.assertEqual([line["label"] for line in lines], ["b50", "b200"])
        self.compare("--batch-size", "50,200", "--epochs", "10", "--frames", "9", "--out", "trained")
        for line, trained in zip(lines, self.lines("trained"), strict=True):
            for column in ("iterations", "final_full_loss", "below_0.1", "loss_rises", "full_loss_rises"):
                self.assertEqual(line[column], trained[column], column)

    def test_the_folder_that_all_are_in_goes_without_saying(self):
        for folder, names in (("runs/new", ("b50.h5", "b200.h5")), ("one", ("run.h5",)),
                              ("other", ("run.h5",)), ("oth", ("run.h5",))):
            os.makedirs(self.path(folder))
            for name in names:
                shutil.copy(self.path("b50.h5"), self.path(folder, name))
        for paths, labels in (
                (("runs/new/b50.h5", "runs/new/b200.h5"), ["b50", "b200"]),
                ((self.path("runs/new/b50.h5"), self.path("b200.h5")), ["runs/new/b50", "b200"]),
                (("one/run.h5", "other/run.h5", "oth/run.h5"), ["one/run", "other/run", "oth/run"])):
            self.succeed("compare", "-q", "--progress", "none", "--frames", "2", *paths)
            self.assertEqual([line["label"] for line in self.lines()], labels)
            self.assertIn(f"<title>Recording: {', '.join(labels)}</title>",
                          read(self.path("out/index.html")).decode())

    def test_wrong(self):
        self.refuse("b50.h5", "--batch-size", "8", says=["--batch-size", "nothing is trained"])
        self.refuse("b50.h5", "--seed", "1,2", says=["--seed", "nothing is trained"])
        self.refuse("b50.h5", "b50.h5", says=["b50.h5", "twice"])
        self.refuse("b50.h5", "none.h5", says=["none.h5: No such file"], code=INPUT)
        self.make("text.h5", b"text")
        self.refuse("b50.h5", "text.h5", says=["text.h5"], code=INPUT)


class Divergence(CompareTest):
    ARGUMENTS = ("--model", "1", "--learning-rate", "0.01,1.5,1e20", "--epochs", "100")

    def test_it_keeps_its_place(self):
        text = self.succeed("compare", "--progress", "none", *QUICK, *self.ARGUMENTS).decode()
        self.assertIn("diverged at", text)
        lines = self.lines()
        self.assertEqual([line["diverged_at"] for line in lines], ["", "28", "2"])
        self.assertEqual([line["iterations"] for line in lines], ["200", "27", "1"])
        self.assertEqual(self.names("out"), sorted([*FILES, *SUMMED]))
        self.fail_with(1, "train", "--model", "1", "--learning-rate", "1.5", "-o", "x",
                       says=["diverged", "iteration 28"])

    def test_all_of_them(self):
        self.compare("--model", "1", "--learning-rate", "1e20,1e30")
        self.assertEqual([line["diverged_at"] for line in self.lines()], ["2", "2"])


class Captions(CompareTest):
    """What is said of each run, against its own training."""

    def captions(self, *arguments):
        self.succeed("compare", "-q", "--size", "240x180", "--scene", "fit", *arguments)
        self.assertEqual(read(self.path("out/compare.vtt")), read(self.path("out/overlay.vtt")))
        cues = Vtt(read(self.path("out/compare.vtt"))).cues
        self.assertEqual(cues[0][0], 0)
        self.assertEqual([cue[1] for cue in cues[:-1]], [cue[0] for cue in cues[1:]])
        self.assertTrue(cues[-1][3].startswith("at the end: "))
        return [text.removeprefix("at the end: ").split("; ") for _, _, _, text in cues]

    def losses(self, *arguments):
        lines = self.succeed("train", *arguments).decode().splitlines()[1:]
        return [line.split(",") for line in lines]

    def test_each_run(self):
        few = ("--epochs", "20", "--fps", "10", "--frames", "50")
        for align, column, word in (("iteration", 0, "iteration (\\d+)"), ("epoch", 1, "epoch (\\d+)"),
                                    ("samples", None, "(\\d+) samples seen")):
            cues = self.captions("--batch-size", "50,200", "--align", align, *few)
            self.assertGreaterEqual(len(cues), 2)  # epochs are few
            self.assertRegex(cues[0][0], rf"\A{word}, before training\Z")
            runs = {size: self.losses("--batch-size", size, "--epochs", "20")
                    for size in ("50", "200")}
            for position, *errors in cues[1:]:
                at = int(re.fullmatch(word, position)[1])
                self.assertEqual(len(errors), 2)
                for (size, losses), text in zip(runs.items(), errors):
                    label, error = re.fullmatch(r"batch size (\d+): error (\S+)", text).groups()
                    self.assertEqual(label, size)
                    if align != "epoch":  # of which several states are at the same position
                        reached = at if align == "iteration" else at // int(size)
                        loss = losses[min(reached, len(losses) - 1)][3]
                        self.assertEqual(float(error), float(f"{float(loss):.1e}"))
            video = Mp4(read(self.path("out/compare.mp4")))
            titles = [title for _, title in video.chapters]
            unit = {"iteration": "iteration", "epoch": "epoch", "samples": "sample"}[align]
            self.assertEqual(titles[0], f"{unit} 0")
            self.assertIn(f"{unit} 10", titles)

    def test_of_many_runs_the_lowest_and_the_highest_error(self):
        sizes = [str(size) for size in range(20, 200, 20)]
        cues = self.captions("--batch-size", ",".join(sizes), "--epochs", "5", "--frames", "3",
                             "--align", "iteration")
        (end,) = cues
        last = {size: float(self.losses("--batch-size", size, "--epochs", "5")[-1][3])
                for size in sizes}
        low, high = min(last, key=last.get), max(last, key=last.get)
        match = re.fullmatch(r"errors from (\S+) \(batch size (\d+)\) to (\S+) \(batch size (\d+)\)",
                             end[1])
        self.assertEqual((match[2], match[4]), (low, high))
        self.assertEqual(float(match[1]), float(f"{last[low]:.1e}"))
        self.assertEqual(float(match[3]), float(f"{last[high]:.1e}"))

    def test_divergence(self):
        cues = self.captions(*Divergence.ARGUMENTS, "--frames", "30")
        self.assertRegex(cues[-1][1], r"\Alearning rate 0\.01: error \S+\Z")
        self.assertEqual(cues[-1][2:], ["learning rate 1.5: diverged at iteration 28",
                                        "learning rate 1e20: diverged at iteration 2"])


class Failures(CompareTest):
    def test_wrong_lists(self):
        for option, values, says in (
                ("--batch-size", "8,8", ['found "8" twice']),
                ("--batch-size", "8,,9", ["whole number"]),
                ("--batch-size", "8,9,", ["whole number"]),
                ("--batch-size", ",", ["whole number"]),
                ("--batch-size", "", ["whole number"]),
                ("--batch-size", "8,0", ["whole number"]),
                ("--batch-size", "8;9", ["whole number"]),
                ("--batch-size", "8", ["one value, which leaves nothing to compare"]),
                ("--learning-rate", "0.1,x", ["number"]),
                ("--learning-rate", "0.1,1e-1", ['found "0.1" twice']),
                ("--optimizer", "adam,bogus", ["sgd, adam, rmsprop, adagrad"]),
                ("--seed", "1,-1", ["whole number"])):
            self.refuse(option, values, says=[option + ": ", *says])

    def test_wrong_vary(self):
        for text, says in (("bogus=1", ['--vary: found "bogus"']),
                           ("momentom=1", ["did you mean momentum?"]),
                           ("momentum", ["momentum=LIST"]), ("momentum=", ["momentum=LIST"]),
                           ("=1", ["--vary"]), ("", ["--vary"]),
                           ("momentum=0,2", ["--vary momentum: ", '"2"', "from 0 to 1"]),
                           ("momentum=0,0", ["--vary momentum: ", "twice"]),
                           ("model=1;0", ["--vary model: ", "units"]),
                           ("model=1;", ["--vary model: "]),
                           ("data=sine,csv", ["--vary data: ", "csv"]),
                           ("size=300x200", ["--vary: "]), ("every=1,2", ["--vary: "]),
                           ("record.every=1,2", ["--vary: "]), ("seed_from=a", ["--vary: "]),
                           ("j=1,2", ["--vary: "])):
            self.refuse("--vary", text, says=says)
        self.refuse("--vary", "seed=1", "--batch-size", "1,2", "--learning-rate", "1,2",
                    says=["third setting", "one, or two for a grid"])

    def test_what_does_not_go_together(self):
        for arguments, says in (
                (("--pace", "adaptive"), ["--pace: ", "step or log"]),
                (("--size", "401x300"), ["even", "402x300"]),
                (("--scene", "bogus"), ["bogus"]),
                (("--scene", "error+fit"), ["error"]),
                (("--title", "{nope}"), ["nope"]),
                (("--model", "2"), ["2 outputs"]),
                (("--vary", "model=1;2"), ["2:linear: ", "2 outputs"]),
                (("--every", "3"), ["--every"]),
                (("--layout", "row"), ["--layout"]),
                (("--name", "x"), ["--name"])):
            self.refuse(*arguments, says=says)

    def test_missing_data(self):
        self.refuse("--data-file", "none.csv", code=INPUT, says=["none.csv", "No such file"])

    def test_output(self):
        write(self.path("file"), b"")
        self.refuse(*QUICK, "--out", "file", code=OUTPUT, says=["file"])
        os.makedirs(self.path("out/error.svg"))
        result = self.run_program("compare", *QUICK, "-q")
        self.assertEqual(result.returncode, OUTPUT)
        self.check_message(result.stderr, ["out/error.svg: is a folder"])
        self.assertIn("compare.mp4", self.names("out"))

    def test_interrupted(self):
        process = self.start("compare", "--batch-size", "1,2", "--epochs", "1000000", "--progress",
                             "none")
        self.wait_for(lambda: os.path.isdir(self.path("out")), "the folder")
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, INTERRUPTED, stderr)
        self.check_message(stderr.decode(), ["interrupted; 0 of 5 artifacts are made"])
        self.assertEqual(self.names("out"), [], "no page of nothing")


class Readme(CompareTest):
    def setUp(self):
        super().setUp()
        readme = read(os.path.join(SOURCE, "README.md")).decode()
        self.section = readme.split("\n## Batch sizes side by side\n")[1].split("\n## ")[0]

    def test_its_commands(self):
        commands = re.findall(r"(?m)^    build/bin/trainreel (compare .*)$", self.section)
        self.assertEqual(len(commands), 3)
        for command in commands:
            self.succeed(*shlex.split(command), "--epochs", "20", "--frames", "3", "--progress", "none")

    def test_its_table(self):
        """But for the seconds, that is what the first command prints."""
        table = re.findall(r"(?m)^    (  .*  seconds|batch size .*)$", self.section)
        found = self.succeed("compare", "--progress", "none", "--frames", "2").decode().splitlines()
        self.assertEqual([line.split()[:-1] for line in found[10:]],
                         [line.split()[:-1] for line in table])

    def test_its_plan(self):
        plan = re.search(r"(?m)^    artifacts:\n(      .*\n)+", self.section).group(0)
        self.make("plan.yaml", b"runs:\n  neuron: {train: {epochs: 5}}\n"
                  b"  full-batch: {extends: neuron, train: {batch_size: 200, seed_from: neuron}}\n" +
                  textwrap.dedent(plan).encode())
        self.succeed("build", "plan.yaml", "--progress", "none", "--set", "artifacts.*.frames=3")


if __name__ == "__main__":
    unittest.main()
