"""trainreel build: files, manifest, what is made again, and failures."""
import hashlib
import json
import os
import re
import shutil
import signal
import subprocess
import unittest

from media import Mp4, Png, Vtt
from support import (DONE, INPUT, INTERRUPTED, OUTPUT, SOURCE, USAGE, WORK, CliTest, environment,
                     ordinary_user, read)
from test_plan import built_in

SMALL = b"""runs:
  neuron: {train: {epochs: 20}, record: {every: 10}}
  next: {extends: neuron, train: {batch_size: 200, seed_from: neuron}}
artifacts:
  videos/neuron.mp4: {run: neuron, size: 128x96, poster: images/neuron.png}
  images/fit.svg: {run: next, chart: fit}
  images/fit.png: {run: next, chart: fit, iteration: 3, size: 200x150, scale: 2}
  images/fit.pdf: {run: next, chart: fit}
  frames.sha256: {run: neuron, size: 128x96}
  tables/neuron.csv: {run: neuron}
"""
FILES = {"videos/neuron.mp4", "images/neuron.png", "videos/neuron.vtt", "images/fit.svg", "images/fit.png",
         "images/fit.pdf", "frames.sha256", "tables/neuron.csv"}
VIDEO = {"videos/neuron.mp4", "images/neuron.png", "videos/neuron.vtt"}


class BuildTest(CliTest):
    def setUp(self):
        super().setUp()
        self.make("plan.yaml", SMALL)

    def build(self, *arguments, **options):
        """Builds, and returns what --json prints."""
        return json.loads(self.succeed("build", "--json", *arguments, **options))

    def found(self, folder="out"):
        """All files below a folder with their bytes, hidden ones too."""
        found = {}
        for path, _, names in os.walk(self.path(folder)):
            for name in names:
                whole = os.path.join(path, name)
                found[os.path.relpath(whole, self.path(folder))] = read(whole)
        return found

    def manifest(self, folder="out"):
        return json.loads(read(self.path(folder, "manifest.json")))

    def check_folder(self, folder="out"):
        """The manifest and SHA256SUMS describe what is there; returns the manifest without the page."""
        found = self.found(folder)
        manifest = self.manifest(folder)
        self.assertEqual(manifest["files"]["index.html"]["kind"], "page")
        self.assertEqual(set(found), set(manifest["files"]) | {"manifest.json", "SHA256SUMS"})
        lines = []
        for path, entry in sorted(manifest["files"].items()):
            checksum = hashlib.sha256(found[path]).hexdigest()
            self.assertEqual((entry["sha256"], entry["bytes"]), (checksum, len(found[path])), path)
            lines.append(f"{checksum}  {path}\n")
        self.assertEqual(found["SHA256SUMS"].decode(), "".join(lines))
        if shutil.which("sha256sum"):
            result = subprocess.run(["sha256sum", "-c", "--strict", "SHA256SUMS"],
                                    cwd=self.path(folder), capture_output=True, timeout=60)
            self.assertEqual((result.returncode, result.stderr), (0, b""), result.stdout)
        del manifest["files"]["index.html"]
        return manifest


class Files(BuildTest):
    def test_videos_of_every_format(self):
        self.make("plan.yaml", b"""runs:
  a: {train: {epochs: 20}, record: {every: 10}}
artifacts:
  v/a.mp4: {run: a, size: 128x96}
  v/a.webm: {run: a, size: 128x96, poster: v/webm.png}
  v/a.av1.webm: {run: a, size: 128x96}
  v/a.gif: {run: a, size: 127x95, gif_size: 10k}
  v/a.apng: {run: a, size: 127x95}
""")
        self.build("plan.yaml")
        files = self.check_folder()["files"]
        for ending in ("mp4", "webm", "av1.webm", "gif", "apng"):
            self.assertEqual(files["v/a." + ending]["kind"], "video", ending)
            self.assertAlmostEqual(files["v/a." + ending]["duration"], 5 / 30, places=6)
        self.assertEqual(files["v/webm.png"]["of"], "v/a.webm")
        self.assertEqual(files["v/a.gif"]["settings"]["video.gif_size"], "10k")
        self.assertNotIn("video.crf", files["v/a.gif"]["settings"])
        self.assertNotIn("video.preset", files["v/a.webm"]["settings"])
        self.assertLessEqual(files["v/a.gif"]["bytes"], 10000)
        again = self.build("plan.yaml")
        self.assertEqual(again["made"], 0)

    def test_report(self):
        lines = self.succeed("build", "plan.yaml").decode().splitlines()
        self.assertEqual([line.split(": ")[0] for line in lines],
                         ["out/videos/neuron.mp4", "out/images/neuron.png", "out/videos/neuron.vtt",
                          "out/images/fit.svg",
                          "out/images/fit.png", "out/images/fit.pdf", "out/frames.sha256",
                          "out/tables/neuron.csv", "out/index.html"])
        self.assertRegex(lines[0], r": 128x96, 5 frames, 0\.17 s, \d+\.\d kB\Z")
        self.assertRegex(lines[4], r": 400x300, \d+\.\d kB\Z")
        self.assertEqual(set(self.check_folder()["files"]), FILES)
        self.assertEqual(self.succeed("build", "plan.yaml").decode().splitlines(),
                         [line.split(": ")[0] + ": unchanged" for line in lines])

    def test_contents(self):
        self.succeed("build", "-q", "plan.yaml")
        video = Mp4(read(self.path("out/videos/neuron.mp4")))
        self.assertEqual((video.size, len(video.sample_sizes)), ((128, 96), 5))
        self.assertEqual(Png(read(self.path("out/images/neuron.png"))).width, 128)
        self.assertEqual(Vtt(read(self.path("out/videos/neuron.vtt"))).cues[-1][1], 167)
        self.assertEqual(Png(read(self.path("out/images/fit.png"))).width, 400)
        self.assertIn(b"<svg", read(self.path("out/images/fit.svg"))[:300])
        self.assertTrue(read(self.path("out/images/fit.pdf")).startswith(b"%PDF-"))
        self.assertEqual(read(self.path("out/frames.sha256")).count(b"\n"), 5)
        self.assertEqual(read(self.path("out/tables/neuron.csv")),
                         self.succeed("train", "--epochs", "20"))

    def test_as_render_has_it(self):
        self.succeed("build", "-q", "plan.yaml")
        common = ("--epochs", "20", "--every", "10", "--size", "128x96", "-q")
        self.succeed("render", *common)
        self.succeed("render", *common, "--format", "checksums")
        for built, rendered in (("videos/neuron.mp4", "neuron.mp4"),
                                ("images/neuron.png", "neuron_start.png"),
                                ("videos/neuron.vtt", "neuron.vtt"),
                                ("frames.sha256", "neuron.sha256")):
            self.assertTrue(read(self.path("out", built)) == read(self.path("out", rendered)), built)

    def test_as_chart_has_it(self):
        self.succeed("build", "-q", "plan.yaml", "--set", "artifacts.images/fit.svg.run=neuron")
        self.succeed("chart", "fit", "--epochs", "20", "-o", "fit.svg")
        self.assertEqual(read(self.path("fit.svg")), read(self.path("out/images/fit.svg")))

    def test_manifest(self):
        self.succeed("build", "-q", "plan.yaml")
        manifest = self.check_folder()
        self.assertEqual((manifest["schema"], manifest["program"]), (1, "trainreel"))
        version = self.succeed("--version").decode().splitlines()
        self.assertEqual(manifest["version"], version[0].split()[1])
        self.assertIn("libavcodec", manifest["libraries"])
        self.assertEqual(set(manifest["runs"]), {"neuron", "next"})
        settings = manifest["runs"]["next"]["settings"]
        self.assertEqual((settings["train.seed_from"], settings["train.batch_size"],
                          settings["train.learning_rate"]), ("neuron", 200, 0.01))
        video = manifest["files"]["videos/neuron.mp4"]
        self.assertEqual((video["kind"], video["run"], video["width"], video["height"],
                          video["frames"]), ("video", "neuron", 128, 96, 5))
        self.assertAlmostEqual(video["duration"], 5 / 30)
        self.assertEqual(video["settings"]["record.every"], 10)
        poster = manifest["files"]["images/neuron.png"]
        self.assertEqual((poster["kind"], poster["of"]), ("poster", "videos/neuron.mp4"))
        captions = manifest["files"]["videos/neuron.vtt"]
        self.assertEqual((captions["kind"], captions["of"]), ("captions", "videos/neuron.mp4"))
        self.assertEqual(manifest["files"]["tables/neuron.csv"]["kind"], "table")
        text = read(self.path("out", "manifest.json")).decode()
        self.assertNotIn(self.folder, text)
        self.assertNotIn("plan.yaml", text)

    def test_jobs_and_folders_make_no_difference(self):
        self.succeed("build", "-q", "plan.yaml", "-j", "1")
        expected = self.found()
        for jobs in ("2", "9"):
            self.succeed("build", "-q", "plan.yaml", "-j", jobs, "--out", "j" + jobs)
            self.assertTrue(self.found("j" + jobs) == expected, jobs)
        os.makedirs(self.path("other/folder"))
        self.make("other/folder/renamed.yaml", SMALL)
        self.succeed("build", "-q", "../other/folder/renamed.yaml", cwd=self.path("j2"),
                     env=environment(LC_ALL="C", TZ="Asia/Tokyo"))
        self.assertTrue(self.found("j2/out") == expected)

    def test_json(self):
        report = self.build("plan.yaml")
        self.assertEqual(set(report), {"version", "out", "files", "page", "made", "unchanged",
                                       "failed", "seconds"})
        self.assertEqual((report["page"]["path"], report["page"]["outcome"]), ("index.html", "made"))
        self.assertEqual(report["page"]["sha256"],
                         hashlib.sha256(read(self.path("out/index.html"))).hexdigest())
        self.assertEqual((report["out"], report["made"], report["unchanged"], report["failed"]),
                         ("out", 6, 0, 0))
        files = {file["path"]: file for file in report["files"]}
        self.assertEqual(set(files), FILES)
        entries = self.manifest()["files"]
        for path, file in files.items():
            self.assertEqual(file["outcome"], "made")
            for name in ("sha256", "bytes", "kind", "width", "height", "frames", "duration"):
                if name == "duration" and name in file:
                    self.assertAlmostEqual(file[name], entries[path][name], delta=1e-6)
                else:
                    self.assertEqual(file.get(name), entries[path].get(name), f"{path}: {name}")
        again = self.build("plan.yaml")
        self.assertEqual((again["made"], again["unchanged"]), (0, 6))
        self.assertEqual({file["outcome"] for file in again["files"]}, {"unchanged"})

    def test_progress_as_json(self):
        result = self.run_program("build", "plan.yaml", "--progress", "json", "-q")
        self.assertEqual((result.returncode, result.stdout), (DONE, b""))
        last = json.loads(result.stderr.splitlines()[-1])
        self.assertEqual({name: last[name] for name in last if name != "seconds"}, {
            "artifacts": 6, "n_artifacts": 6, "iterations": 60, "n_iterations": 60, "frames": 10,
            "n_frames": 10})

    def test_verbose(self):
        result = self.run_program("build", "plan.yaml", "-v")
        self.assertEqual(result.returncode, DONE)
        self.assertRegex(result.stderr, r"\Atrainreel [^\n]*\n\d+\.\d\d s\n\Z")


class BuiltIn(BuildTest):
    def test_all_of_them(self):
        """The plans that the program brings along, each as a whole."""
        for name in built_in():
            with self.subTest(name):
                report = self.build(name, "--out", name, "--progress", "none", timeout=280)
                self.assertEqual((report["failed"], report["unchanged"]), (0, 0))
                self.check_folder(name)
                report = self.build(name, "--out", name)
                self.assertEqual((report["failed"], report["made"]), (0, 0))

    def test_first_steps_are_the_posts(self):
        """Its weights as it prints them, and a neuron that is dead."""
        self.succeed("build", "first-steps", "-q")
        text = self.succeed("plan", "show", "first-steps").decode()
        runs = text[:text.index("artifacts:")]
        self.make("weights.yaml", runs.encode() + b"artifacts:\n" + b"".join(
            b"  %s.csv: {run: %s}\n" % (run, run) for run in (b"neuron", b"full-batch", b"dead")))
        self.succeed("build", "weights.yaml", "-q", "--out", "weights")

        def row(run, number):
            line = read(self.path("weights", run + ".csv")).splitlines()[number].split(b",")
            return [float(field) for field in line[5:]]
        self.assertEqual(["%.2f" % value for value in row("neuron", 1) + row("neuron", -1)],
                         ["0.09", "0.00", "1.69", "-1.54"])
        self.assertAlmostEqual(row("full-batch", 1)[0], 0.020007860418361167, delta=1e-8)
        self.assertAlmostEqual(row("dead", -1)[0], -0.02083789237027353, delta=1e-8)

    def test_tiny_nets_have_the_same_data(self):
        """The data is drawn once; the first run has the noise that numpy draws."""
        text = self.succeed("plan", "show", "tiny-nets").decode()
        runs = re.findall(r'(?m)^  "([a-z-]+)":$', text[:text.index("artifacts:")])
        self.assertEqual(len(runs), 4)
        self.make("tables.yaml", text[:text.index("artifacts:")].encode() + b"artifacts:\n" +
                  "".join(f"  {run}.csv: {{run: {run}}}\n" for run in runs).encode())
        self.succeed("build", "tables.yaml", "-q", "--set", "runs.*.train.epochs=2")
        first = {run: read(self.path("out", run + ".csv")).splitlines()[1].split(b",")[5:]
                 for run in runs}
        self.assertEqual([len(weights) for weights in first.values()], [181, 141, 181, 141])
        self.assertEqual(len({tuple(weights) for weights in first.values()}), 4)


class Again(BuildTest):
    def setUp(self):
        super().setUp()
        self.succeed("build", "-q", "plan.yaml")
        self.before = self.found()

    def made(self, *arguments):
        return {file["path"] for file in self.build("plan.yaml", *arguments)["files"]
                if file["outcome"] == "made"}

    def test_nothing_is_touched(self):
        times = {path: os.stat(self.path("out", path)).st_mtime_ns for path in self.before}
        self.assertEqual(self.made(), set())
        self.assertEqual({path: os.stat(self.path("out", path)).st_mtime_ns for path in self.before},
                         times)

    def test_force(self):
        self.assertEqual(self.made("--force"), FILES)
        self.assertTrue(self.found() == self.before)

    def test_what_is_missing_or_damaged(self):
        os.unlink(self.path("out/images/fit.svg"))
        with open(self.path("out/tables/neuron.csv"), "ab") as file:
            file.write(b"more\n")
        self.assertEqual(self.made(), {"images/fit.svg", "tables/neuron.csv"})
        self.assertTrue(self.found() == self.before)
        shutil.rmtree(self.path("out/videos"))
        self.assertEqual(self.made(), VIDEO)
        self.assertTrue(self.found() == self.before)

    def test_what_depends_on_a_setting(self):
        self.assertEqual(self.made("--set", "artifacts.images/fit.png.iteration=4"),
                         {"images/fit.png"})
        self.assertEqual(self.made("--set", "runs.next.train.batch_size=100"),
                         {"images/fit.svg", "images/fit.png", "images/fit.pdf"})
        self.assertEqual(self.made("--set", "runs.neuron.train.seed=1"), FILES)

    def test_manifest_that_is_none(self):
        for content in (b"", b"{", b"null", b'{"schema": 1, "files": {"../plan.yaml": {}}}',
                        b'{"schema": 99, "files": {}}', b"\x00\xff", b"[" * 100000):
            self.make("out/manifest.json", content)
            result = self.run_program("build", "plan.yaml", "-v", "-q")
            self.assertEqual(result.returncode, DONE)
            self.assertTrue(self.found() == self.before)
            if content != b'{"schema": 1, "files": {"../plan.yaml": {}}}':
                self.assertIn("was not made by this program, or is damaged", result.stderr)

    def test_what_is_no_longer_in_the_plan_stays(self):
        self.make("plan.yaml", SMALL.replace(b"tables/neuron.csv", b"renamed.csv"))
        self.assertEqual(self.made(), {"renamed.csv"})
        self.assertIn("tables/neuron.csv", self.found())
        self.assertNotIn("tables/neuron.csv", self.manifest()["files"])


class Settings(BuildTest):
    ONE = b"runs: {a: {train: {epochs: 20}}}\nartifacts: {a.csv: {run: a}}\n"

    def test_options_for_the_only_run(self):
        self.make("one.yaml", self.ONE)
        self.succeed("build", "one.yaml", "-q", "--batch-size", "64", "--epochs=3")
        self.assertEqual(read(self.path("out/a.csv")),
                         self.succeed("train", "--batch-size", "64", "--epochs", "3"))

    def test_options_for_one_of_several_runs(self):
        self.fail_with(USAGE, "build", "plan.yaml", "--batch-size", "64",
                       says=["--batch-size: the plan has 2 runs", "runs.NAME.train.batch_size=VALUE"])
        self.assertEqual(self.names(), ["plan.yaml"])

    def test_set(self):
        self.succeed("build", "plan.yaml", "-q", "--set", "runs.neuron.train.epochs=3", "--set",
                     "artifacts.*.size=64x64")
        self.assertEqual(read(self.path("out/tables/neuron.csv")),
                         self.succeed("train", "--epochs", "3"))
        self.assertEqual(Png(read(self.path("out/images/neuron.png"))).width, 64)
        self.fail_with(USAGE, "build", "plan.yaml", "--set", "runs.neuron.train.epochs=x",
                       says=["--set runs.neuron.train.epochs=x: "])

    def test_data_files(self):
        data = b"x,y\n0,1\n1,2\n2,3\n"
        self.make("there/one.yaml", self.ONE.replace(b"{train", b"{data: {file: d.csv}, train"))
        self.make("there/d.csv", data)
        self.make("here.csv", data.replace(b"1,2", b"1,5"))
        self.succeed("build", "there/one.yaml", "-q")
        self.assertEqual(read(self.path("out/a.csv")),
                         self.succeed("train", "--data-file", "there/d.csv", "--epochs", "20"))
        self.assertEqual(self.manifest()["runs"]["a"]["data_sha256"],
                         hashlib.sha256(data).hexdigest())
        self.succeed("build", "there/one.yaml", "-q", "--data-file", "here.csv")
        self.assertEqual(read(self.path("out/a.csv")),
                         self.succeed("train", "--data-file", "here.csv", "--epochs", "20"))


class Failures(BuildTest):
    def fail_partly(self, exit_code, plan, says, *arguments, n_failed=None, **options):
        """Some artifacts fail, a line each, but one for all those that need a run that failed; returns
        the paths of those that are made."""
        self.make("plan.yaml", plan)
        result = self.run_program("build", "plan.yaml", "--json", *arguments, **options)
        self.assertEqual(result.returncode, exit_code, result.stderr)
        lines = result.stderr.splitlines()
        self.assertEqual(len(lines), len(says), result.stderr)
        for line, texts in zip(lines, says):
            for text in texts:
                self.assertIn(text, line)
        report = json.loads(result.stdout)
        self.assertEqual(report["failed"], n_failed or len(says))
        self.assertFalse([name for name in self.found() if ".trainreel-" in name])
        for file in report["files"]:
            self.assertEqual("error" in file, file["outcome"] == "failed")
        return {file["path"] for file in report["files"] if file["outcome"] == "made"}

    def test_one_does_not_lose_the_others(self):
        plan = SMALL.replace(b"chart: fit, iteration", b"chart: nonsense, iteration")
        made = self.fail_partly(USAGE, plan, [["out/images/fit.png: ", "nonsense"]])
        self.assertEqual(made, FILES - {"images/fit.png"})
        self.assertEqual(set(self.check_folder()["files"]), made)

    def test_run_that_diverges(self):
        plan = SMALL + b"  z.csv: {run: bad}\n  z.svg: {run: after}\n"
        plan = plan.replace(b"artifacts:", b"  bad: {train: {learning_rate: 1e30}}\n"
                            b"  after: {train: {seed_from: bad}}\nartifacts:")
        self.make("out/z.csv")
        made = self.fail_partly(WORK, plan, [[": run bad: ", "diverged",
                                              "; not made: out/z.csv, out/z.svg"]], n_failed=2)
        self.assertEqual(made, FILES)
        self.assertEqual(read(self.path("out/z.csv")), b"older\n")

    def test_link_out_of_the_folder(self):
        os.mkdir(self.path("outside"))
        os.mkdir(self.path("out"))
        os.symlink("../outside", self.path("out/videos"))
        self.make("victim")
        os.symlink(self.path("victim"), self.path("out/frames.sha256"))
        made = self.fail_partly(OUTPUT, SMALL, [
            ["out/videos/neuron.mp4: the link out/videos leads out of the output folder"],
            ["out/frames.sha256: the link out/frames.sha256 leads out of the output folder"]])
        self.assertEqual(made, FILES - VIDEO - {"frames.sha256"})
        self.assertEqual(self.names("outside"), [])
        self.assertEqual(read(self.path("victim")), b"older\n")

    def test_link_within_the_folder(self):
        os.makedirs(self.path("out/pictures"))
        os.symlink("pictures", self.path("out/images"))
        self.succeed("build", "plan.yaml", "-q")
        self.assertEqual(self.names("out/pictures"),
                         ["fit.pdf", "fit.png", "fit.svg", "neuron.png"])
        self.assertEqual(self.build("plan.yaml")["unchanged"], 6)

    def test_out_may_be_a_link(self):
        os.mkdir(self.path("real"))
        os.symlink("real", self.path("out"))
        self.succeed("build", "plan.yaml", "-q")
        self.check_folder("real")

    def test_folder_in_the_way(self):
        self.make("out/images/fit.svg/inside")
        made = self.fail_partly(OUTPUT, SMALL, [["out/images/fit.svg: is a folder"]])
        self.assertEqual(made, FILES - {"images/fit.svg"})

    def test_file_in_the_way_of_a_folder(self):
        self.make("out/videos")
        made = self.fail_partly(OUTPUT, SMALL, [["out/videos/neuron.mp4: ", "Not a directory"]])
        self.assertEqual(made, FILES - VIDEO)

    def test_out_cannot_be_made(self):
        self.make("out")
        self.fail_with(OUTPUT, "build", "plan.yaml", "-q", says=["out"])
        self.fail_with(USAGE, "build", "plan.yaml", "-q", "--out=", says=["folder"])

    def test_folder_that_cannot_be_written(self):
        os.chmod(self.folder, 0o755)
        os.mkdir(self.path("out"))
        os.chmod(self.path("out"), 0o555)
        result = self.run_program("build", "plan.yaml", "-q", **ordinary_user())
        self.assertEqual((result.returncode, result.stdout), (OUTPUT, b""))
        for line in result.stderr.splitlines():
            self.assertRegex(line, r"\Atrainreel build: out.*Permission denied")
        self.assertEqual(self.names("out"), [])

    def test_no_plan(self):
        self.fail_with(USAGE, "build", says=["a plan is missing"])
        self.fail_with(USAGE, "build", "plan.yaml", "other.yaml", says=['"other.yaml"'])
        self.fail_with(INPUT, "build", "none.yaml", says=["none.yaml"])
        self.fail_with(USAGE, "build", "plan.yaml", "--progress", "bogus", says=["--progress"])

    def test_recording_in_the_place_of_a_plan(self):
        self.succeed("record", "--epochs", "1", "-q", "-o", "run.h5")
        for command in (("build",), ("plan", "check"), ("record", "-o", "x.h5")):
            self.fail_with(INPUT, *command, "run.h5", says=["run.h5: is a recording; wanted a plan"])

    def test_missing_data(self):
        plan = Settings.ONE.replace(b"{train", b"{data: {file: none.csv}, train")
        self.fail_partly(INPUT, plan, [["out/a.csv: run a: none.csv", "No such file"]])

    def test_run_that_many_need(self):
        """Its failure is told once; in the report every file has its own."""
        charts = "".join(f"  {name}.svg: {{run: a, chart: fit}}\n" for name in "cdef")
        plan = ("runs: {a: {recording: none.h5}, b: {recording: other.h5}}\nartifacts:\n"
                + charts + "  b.svg: {run: b, chart: fit}\n").encode()
        self.fail_partly(INPUT, plan, [
            ["build: run a: none.h5: No such file or directory; "
             "not made: out/c.svg, out/d.svg, out/e.svg and 1 more"],
            ["build: out/b.svg: run b: other.h5: No such file"]], n_failed=5)


class Signals(BuildTest):
    def test_interrupted(self):
        """What was made until then stays, and the manifest says so."""
        self.make("plan.yaml", b"runs:\n"
                  b"  short: {train: {epochs: 1}}\n"
                  b"  long: {train: {epochs: 1000000000, batch_size: 1}}\n"
                  b"artifacts: {short.csv: {run: short}, long.csv: {run: long}}\n")
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            process = self.start("build", "plan.yaml", "--progress", "none", "-j", "2")
            self.wait_for(lambda: os.path.exists(self.path("out/short.csv")), "the short one")
            process.send_signal(number)
            _, stderr = process.communicate(timeout=60)
            self.assertEqual(process.returncode, INTERRUPTED, stderr)
            self.check_message(stderr.decode(), ["interrupted; 1 of 2 artifacts are made"])
            self.assertEqual(set(self.check_folder()["files"]), {"short.csv"})
            shutil.rmtree(self.path("out"))

    def test_interrupted_while_rendering(self):
        self.make("plan.yaml", b"runs: {a: {train: {epochs: 2000, batch_size: 1}, record: {every: 1}}}\n"
                  b"artifacts: {a.mp4: {run: a}}\n")
        process = self.start("build", "plan.yaml", "--progress", "none")
        self.wait_for_temporary(process, "out")
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, INTERRUPTED, stderr)
        self.check_message(stderr.decode(), ["interrupted; 0 of 1 artifacts are made"])
        self.assertEqual(self.names("out"), [], "no page of nothing")


class Readme(BuildTest):
    def test_the_plan_that_it_shows(self):
        """It is the built-in one, but for its texts and comments."""
        readme = read(os.path.join(SOURCE, "README.md")).decode()
        shown, recorded = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)
        self.make("readme.yaml", shown.encode())

        def without_texts(name):
            text = self.succeed("plan", "show", name).decode()
            return text[text.index("runs:"):]
        self.assertEqual(without_texts("readme.yaml"), without_texts("first-steps"))
        # the other one has a recording
        os.mkdir(self.path("runs"))
        self.succeed("record", "--epochs", "20", "-q", "-o", "runs/neuron.h5")
        self.make("recorded.yaml", recorded.encode())
        self.succeed("plan", "check", "recorded.yaml")


if __name__ == "__main__":
    unittest.main()
