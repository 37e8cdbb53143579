"""trainreel render: what it writes and prints, and what every option does."""
import hashlib
import json
import os
import re
import shutil
import subprocess
import unittest
import urllib.parse

from media import Gif, Mp4, Png, Webm, Vtt
from support import OUTPUT, USAGE, CliTest, environment, params, read

# A few frames are enough to see what an option changes.
FEW = ("--every", "2000")
# What a video is written as.
FILES = ["neuron.mp4", "neuron.vtt", "neuron_start.png"]


class RenderTest(CliTest):
    def render(self, *arguments, **options):
        """Renders, and returns what --json prints."""
        return json.loads(self.succeed("render", "--json", *arguments, **options))

    def checksums(self, *arguments, every="2000"):
        """The checksum of every frame."""
        self.succeed("render", "--quiet", "--format", "checksums", "--out", "sums", "--every", every,
                     *arguments)
        return [line.split()[0] for line in
                read(self.path("sums", "neuron.sha256")).decode().splitlines()]

    def video(self, *arguments):
        self.succeed("render", "--quiet", *arguments)
        return Mp4(read(self.path("out", "neuron.mp4")))

    def files(self, folder="out"):
        return {name: read(self.path(folder, name)) for name in self.names(folder)}


class Default(RenderTest):
    def test_files_and_report(self):
        lines = self.succeed("render").decode().splitlines()
        self.assertEqual(self.names(), ["out"])
        self.assertEqual(self.names("out"), FILES)
        video, captions, poster = (os.path.getsize(self.path("out", name)) for name in FILES)
        self.assertEqual(lines, [
            f"out/neuron.mp4: 400x300, 81 frames, 2.70 s, {video / 1000:.1f} kB",
            f"out/neuron_start.png: 400x300, {poster / 1000:.1f} kB",
            f"out/neuron.vtt: {captions / 1000:.1f} kB",
            "initial weights: 0.09, 0.00",
            "trained weights: 1.69, -1.54 (after 4000 iterations)",
            "embed with Pelican: "
            "{% video /videos/neuron.mp4 400 300 /images/neuron_start.png %}"])
        self.assertLess(video, 60000)

    def test_twice_gives_the_same_bytes(self):
        self.succeed("render")
        first = self.files()
        self.succeed("render")
        self.assertEqual(self.files(), first)

    def test_nothing_else_makes_a_difference(self):
        self.succeed("render", "--quiet", "--out", "here")
        expected = self.files("here")
        os.mkdir(self.path("elsewhere"))
        changes = [{"LC_ALL": "C"}, {"LC_ALL": "de_DE.UTF-8"}, {"LC_ALL": None, "LANG": "xx_YY"},
                   {"TERM": "", "COLUMNS": "garbage"}, {"TZ": "Asia/Tokyo"}, {"LANGUAGE": "ar"},
                   {"PANGO_LANGUAGE": "ar"}, {"HOME": "/nonexistent"}, {"HOME": None},
                   {"SOURCE_DATE_EPOCH": "1"}, {"MALLOC_PERTURB_": "85"}]
        for change in changes:
            with self.subTest(change):
                self.succeed("render", "--quiet", env=environment(**change),
                             cwd=self.path("elsewhere"))
                self.assertEqual(self.files("elsewhere/out"), expected)

    def test_jobs_do_not_change_the_video(self):
        found = []
        for jobs in ("1", "2", "7"):
            self.succeed("render", "--quiet", "--every", "4", "-j", jobs, "--out", "j" + jobs)
            found.append(self.files("j" + jobs))
            self.assertEqual(len(Mp4(found[-1]["neuron.mp4"]).sample_sizes), 1001)
        self.assertTrue(found[0] == found[1] == found[2])

    def test_jobs_do_not_change_other_formats(self):
        for form, path in (("checksums", "neuron.sha256"), ("png", "neuron")):
            for jobs in ("1", "7"):  # for two segments
                self.succeed("render", "--quiet", "--format", form, "--every", "16", "-j", jobs,
                             "--out", "j" + jobs)
            if form == "checksums":
                self.assertEqual(read(self.path("j1", path)), read(self.path("j7", path)))
            else:
                self.assertEqual(len(self.names("j1/neuron")), 251)
                self.assertTrue(self.files("j1/neuron") == self.files("j7/neuron"))

    def test_ffmpeg_decodes_it(self):
        if not shutil.which("ffmpeg"):
            self.skipTest("there is no ffmpeg")
        self.succeed("render", "--quiet")
        self.succeed("render", "--quiet", "--format", "png", "--every", "2000", "--name", "few")
        decoded = subprocess.run(
            ["ffmpeg", "-v", "warning", "-xerror", "-i", self.path("out", "neuron.mp4"), "-f",
             "rawvideo", "-pix_fmt", "rgb24", "-sws_flags", "accurate_rnd+full_chroma_int", "-"],
            capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
        self.assertEqual((decoded.returncode, decoded.stderr), (0, b""))
        size = 400 * 300 * 3
        self.assertEqual(len(decoded.stdout), 81 * size)
        for few, frame in ((0, 0), (1, 40), (2, 80)):
            drawn = Png(read(self.path("out", "few", f"frame_{few:06}.png"))).pixels()
            shown = decoded.stdout[frame * size:(frame + 1) * size]
            error = sum((a - b) ** 2 for a, b in zip(drawn[::7], shown[::7])) / len(drawn[::7])
            self.assertLess(error, 40, f"frame {frame}")  # more than 32 dB


class Options(RenderTest):
    def setUp(self):
        super().setUp()
        self.default = self.checksums()

    def assert_changes(self, *arguments):
        """Asserts that the pictures change; returns their checksums."""
        found = self.checksums(*arguments)
        self.assertEqual(len(found), len(self.default))
        for frame, (ours, theirs) in enumerate(zip(found, self.default)):
            self.assertNotEqual(ours, theirs, f"{arguments}: frame {frame} is as by default")
        return found

    def test_every_option_is_tested_here(self):
        """A new row of the parameter table asks for a test in this class."""
        source = read(__file__.replace(".pyc", ".py")).decode()
        for param in params():
            if param.is_for("render"):
                self.assertIn(f'"--{param.option}"', source)

    def test_size(self):
        report = self.render(*FEW, "--size", "640x360")
        self.assertEqual([(file["width"], file["height"]) for file in report["files"][:2]],
                         [(640, 360), (640, 360)])
        self.assertEqual(report["embed"],
                         "{% video /videos/neuron.mp4 640 360 /images/neuron_start.png %}")
        video = Mp4(read(self.path("out", "neuron.mp4")))
        self.assertEqual((video.size, video.coded_size), ((640, 360), (640, 360)))
        poster = Png(read(self.path("out", "neuron_start.png")))
        self.assertEqual((poster.width, poster.height), (640, 360))

    def test_smallest_and_odd_sizes(self):
        self.render(*FEW, "--size", "64x64")
        self.assertEqual(Mp4(read(self.path("out", "neuron.mp4"))).size, (64, 64))
        self.render(*FEW, "--size", "401x301", "--format", "png")
        poster = Png(read(self.path("out", "neuron", "frame_000000.png")))
        self.assertEqual((poster.width, poster.height, len(poster.pixels())),
                         (401, 301, 401 * 301 * 3))

    def test_scale(self):
        report = self.render(*FEW, "--scale", "2")
        self.assertEqual([(file["width"], file["height"]) for file in report["files"][:2]],
                         [(800, 600), (800, 600)])
        self.assertEqual(report["embed"],
                         "{% video /videos/neuron.mp4 400 300 /images/neuron_start.png %}")
        self.assertEqual(Mp4(read(self.path("out", "neuron.mp4"))).size, (800, 600))
        poster = Png(read(self.path("out", "neuron_start.png")))
        self.assertEqual((poster.width, poster.height), (800, 600))

    def test_scale_keeps_the_layout(self):
        """Every pixel of the small picture is about the mean of four of the large one."""
        self.render("--epochs", "0", "--format", "png", "--name", "small")
        self.render("--epochs", "0", "--format", "png", "--name", "large", "--scale", "2")
        small, large = (Png(read(self.path("out", name, "frame_000000.png")))
                        for name in ("small", "large"))
        small, large = small.pixels(), large.pixels()
        total = 0
        for y in range(300):
            for x in range(400):
                at = 3 * (2 * y * 800 + 2 * x)
                mean = (large[at] + large[at + 3] + large[at + 2400] + large[at + 2403]) / 4
                total += abs(mean - small[3 * (y * 400 + x)])
        self.assertLess(total / (300 * 400), 4)

    def test_fps(self):
        for fps, seconds in (("1", 81), ("60", 1.35), ("240", 0.3375)):
            report = self.render("--fps", fps)
            video = Mp4(read(self.path("out", "neuron.mp4")))
            self.assertAlmostEqual(report["files"][0]["duration"], seconds, delta=1e-9)
            self.assertAlmostEqual(video.seconds, seconds, delta=2 / video.timescale)
            self.assertEqual(len(video.sample_sizes), 81)
        self.assertIn("81 frames, 1.35 s", self.succeed("render", "--fps", "60").decode())

    def test_every(self):
        all_states = self.checksums("--epochs", "100", every="1")
        self.assertEqual(len(set(all_states)), 201)
        for every, states in (("50", [0, 50, 100, 150, 200]), ("200", [0, 200]), ("100", [0, 100, 200]),
                              ("150", [0, 150, 200]), ("199", [0, 199, 200]), ("201", [0, 200]),
                              ("1000000000000", [0, 200])):
            self.assertEqual(self.checksums("--epochs", "100", "--every", every),
                             [all_states[i] for i in states], every)

    def test_title(self):
        self.assertEqual(self.checksums("--title", "iteration: {iteration}"), self.default)
        titles = ["", "step {iteration}", "{{{iteration}}}", "é", "a\"b'c", "no number"]
        found = [tuple(self.assert_changes("--title", title)) for title in titles]
        self.assertEqual(len(set(found)), len(titles))

    def test_title_fields(self):
        """With learning rate 0 only the title changes, and with batch size 1 or one batch an epoch
        the fields are known."""
        fixed = ("--learning-rate", "0", "--epochs", "3")
        counted = self.checksums("--title", "{iteration}", "--batch-size", "200", *fixed, every="1")
        self.assertEqual(len(set(counted)), 4)
        epochs = self.checksums("--title", "{epoch}", "--batch-size", "200", *fixed, every="1")
        self.assertEqual(epochs, [counted[0], *counted[:3]])
        one = ("--batch-size", "1", *fixed)
        self.assertEqual(self.checksums("--title", "{samples}", *one, every="100"),
                         self.checksums("--title", "{iteration}", *one, every="100"))

    def test_axis_labels(self):
        found = {tuple(self.assert_changes(*arguments))
                 for arguments in (("--x-label", "x"), ("--y-label", "x"), ("--x-label", "y"))}
        self.assertEqual(len(found), 3)

    def test_legend_labels(self):
        found = {tuple(self.assert_changes(*arguments))
                 for arguments in (("--data-label", "f"), ("--prediction-label", "f"),
                                   ("--data-label", ""), ("--prediction-label", ""),
                                   ("--data-label", "", "--prediction-label", ""))}
        self.assertEqual(len(found), 5)

    def test_crf(self):
        sizes = []
        for crf in ("10", "21", "40"):
            self.video("--crf", crf)
            sizes.append(os.path.getsize(self.path("out", "neuron.mp4")))
        self.assertEqual(sizes, sorted(sizes, reverse=True))
        self.assertGreater(sizes[0], 1.3 * sizes[2])

    def test_preset(self):
        (param,) = [param for param in params() if param.option == "preset"]
        presets = ["plot", "ultrafast", "superfast", "veryfast", "faster", "fast", "medium", "slow",
                   "slower", "veryslow"]
        self.assertEqual(param.default, "plot")
        found = set()
        for preset in presets:
            video = self.video("--preset", preset, "--every", "200")
            self.assertEqual(len(video.sample_sizes), 21, preset)
            self.assertIn(video.profile, (66, 77), preset)  # ultrafast needs no more than baseline
            found.add(video.data)
        self.assertGreaterEqual(len(found), 8)
        self.assertEqual(self.video("--every", "200", "--preset", "plot").data,
                         self.video("--every", "200").data)

    def test_profile(self):
        self.assertEqual(self.video("--profile", "high", "--preset", "medium").profile, 100)
        self.assertEqual(self.video("--profile", "high").profile, 100)
        self.assertEqual(self.video("--profile", "main", "--preset", "medium").profile, 77)
        self.assertEqual(self.video("--profile", "main").profile, 77)
        baseline = self.video("--profile", "baseline")
        self.assertEqual(baseline.profile, 66)
        self.assertTrue(baseline.constraints & 0x40, "constraint_set1: constrained baseline")
        self.assertLessEqual(baseline.level, 30)
        self.assertNotIn(b"ctts", [box.type for box in baseline.table.boxes], "no B frames")
        # avc1.42E01E declares level 3.0; the level that a stream needs must not be higher
        self.assertLessEqual(self.video("--profile", "baseline", "--every", "4").level, 30)

    def test_gif_size(self):
        sizes = []
        for limit in ("none", "200k", "100k", "40000", "9k"):
            self.succeed("render", "--format", "gif", "--gif-size", limit)
            gif = Gif(read(self.path("out", "neuron.gif")))
            self.assertEqual(sum(gif.delays), 270)
            sizes.append((os.path.getsize(self.path("out", "neuron.gif")), gif.n_colors,
                          len(gif.delays), gif.size[0]))
        whole, enough, colors, frames, picture = sizes
        self.assertEqual(whole, enough)
        self.assertEqual(whole[1:], (256, 81, 400))
        self.assertTrue(colors[0] <= 100000 and colors[1] < 256 and colors[2:] == (81, 400), colors)
        self.assertTrue(frames[0] <= 40000 and frames[2] < 81 and frames[3] == 400, frames)
        self.assertTrue(picture[0] <= 9000 and picture[3] < 400, picture)

    def test_data_and_points(self):
        self.assertEqual(self.checksums("--data", "bilinear"), self.default)
        # as many iterations, but other data
        found = self.checksums("--points", "20", "--batch-size", "10")
        self.assertEqual(len(found), 3)
        self.assertFalse(set(found) & set(self.default))

    def test_training_options(self):
        """The initial frame depends on the seed only, the last one on everything."""
        for arguments in (("--batch-size", "64"), ("--epochs", "1000"), ("--learning-rate", "0.02")):
            found = self.checksums(*arguments)
            self.assertEqual(found[0], self.default[0])
            self.assertNotEqual(found[-1], self.default[-1])
        self.assert_changes("--seed", "1")
        self.assertEqual(self.checksums("--epochs", "0"), self.default[:1])

    def test_out(self):
        self.succeed("render", *FEW)
        expected = self.files()
        absolute = self.path("absolute", "folder")
        for out in ("a/b/c", "a/b/c/", "./d//e", absolute, "."):
            report = self.render(*FEW, "--out", out)
            folder = os.path.join(self.folder, out)
            for file in report["files"]:
                self.assertTrue(file["path"].startswith(out))
                self.assertEqual(read(os.path.join(self.folder, file["path"])),
                                 expected[os.path.basename(file["path"])])
            if out != ".":
                self.assertEqual(sorted(os.listdir(folder)), FILES)

    def test_out_may_be_a_link(self):
        os.mkdir(self.path("real"))
        os.symlink("real", self.path("link"))
        self.succeed("render", *FEW, "--out", "link")
        self.assertTrue(os.path.islink(self.path("link")))
        self.assertEqual(self.names("real"), FILES)

    def test_name(self):
        for name in ("full-batch", "a b%c", "é", ".hidden", "-"):
            report = self.render(*FEW, f"--name={name}", "--out", "named")
            self.assertEqual(self.names("named"), sorted([name + ".mp4", name + ".vtt", name + "_start.png"]))
            url = urllib.parse.quote(name, safe="")
            self.assertEqual(report["embed"], f"{{% video /videos/{url}.mp4 400 300 "
                                              f"/images/{url}_start.png %}}")
            shutil.rmtree(self.path("named"))

    def test_jobs(self):
        for jobs in (("--jobs", "256"), ("-j", "1"), ("--jobs=0",)):
            self.assertEqual(self.checksums(*jobs), self.default)

    SINE = ("--data", "sine", "--model", "5:tanh,1", "--epochs", "20")

    def assert_all_differ(self, *variants, common=()):
        """Asserts that the last frame differs for all variants; returns the checksums of all."""
        found = [self.checksums(*common, *variant) for variant in variants]
        self.assertEqual(len({sums[-1] for sums in found}), len(variants), variants)
        return found

    def test_kinds_of_data(self):
        self.assert_all_differ(*(("--data", kind) for kind in ("bilinear", "sine", "linear", "step")),
                               common=("--epochs", "1"))
        self.assert_all_differ(*(("--data", kind) for kind in ("xor", "circles", "spirals")),
                               common=("--epochs", "1", "--model", "3:tanh,1:sigmoid"))

    def test_noise(self):
        self.assertEqual(self.checksums("--noise", "0"), self.default)
        self.assert_all_differ((), ("--noise", "0.1"), ("--noise", "0"), common=self.SINE)
        self.assertEqual(self.checksums(*self.SINE, "--noise", "0.2"), self.checksums(*self.SINE))

    def test_data_from_a_file(self):
        self.make("d.csv", b"a,b,c\n0,1,2\n1,2,0\n2,0,5\n")
        file = ("--data-file", "d.csv", "--epochs", "5")
        found = self.assert_all_differ((), ("--x-columns", "b"), ("--x-columns", "a", "--y-columns",
                                                                  "b"), common=(*file, "--model", "1"))
        self.assertEqual(found[0], self.checksums(*file, "--model", "1", "--header", "yes", "--data",
                                                  "csv", "--x-columns", "1,2", "--y-columns", "c"))

    def test_model(self):
        self.assertEqual(self.checksums("--model", "1:relu:normal"), self.default)
        models = ["1:linear:normal", "1:tanh:normal", "1:softplus:normal", "1:relu:constant(0.5)",
                  "3:relu,1", "3:elu(0.5),1", "3:elu(2),1", "3:leaky_relu,1", "3:relu,2:sigmoid,1"]
        self.assert_all_differ(*(("--model", model) for model in models), common=("--epochs", "50"))

    def test_loss(self):
        self.assert_all_differ((), ("--loss", "mean_absolute_error"), common=("--epochs", "50"))
        circles = ("--data", "circles", "--model", "4:tanh,1:sigmoid", "--epochs", "50")
        self.assert_all_differ((), ("--loss", "binary_crossentropy"), common=circles)

    def test_optimizers(self):
        names = ("sgd", "adam", "rmsprop", "adagrad")
        self.assert_all_differ(*(("--optimizer", name) for name in names), common=self.SINE)
        for name, rate in (("sgd", "0.01"), ("adam", "0.001"), ("rmsprop", "0.001"),
                           ("adagrad", "0.01")):
            of = (*self.SINE, "--optimizer", name)
            self.assertEqual(self.checksums(*of), self.checksums(*of, "--learning-rate", rate))

    def test_settings_of_optimizers(self):
        for name, variants in (
                ("sgd", [("--momentum", "0.9"), ("--momentum", "0.9", "--nesterov", "yes"),
                         ("--decay", "0.1")]),
                ("adam", [("--beta-1", "0.5"), ("--beta-2", "0.5"), ("--epsilon", "0.1")]),
                ("rmsprop", [("--rho", "0.5"), ("--epsilon", "0.1")]),
                ("adagrad", [("--epsilon", "0.1")])):
            self.assert_all_differ((), *variants, common=(*self.SINE, "--optimizer", name))
        self.assertEqual(self.checksums("--beta-1", "0.5", "--rho", "0.5"), self.default,
                         "those of other optimizers do not count")

    def test_pace(self):
        every = self.checksums("--pace", "step", "--epochs", "500", every="1")
        self.assertEqual(len(every), 1001)
        for pace in ("log", "adaptive"):
            found = self.checksums("--pace", pace, "--frames", "20", "--epochs", "500")
            at = [every.index(checksum) for checksum in found]
            self.assertEqual(len(at), 20)
            self.assertEqual((at[0], at[-1]), (0, 1000))
            self.assertEqual(at, sorted(set(at)))
            self.assertLess(at[9], 500, "close together at first")
        self.assertEqual(len(self.checksums("--pace", "log", "--frames", "1000", "--epochs", "3")), 7)

    def test_hold(self):
        report = self.render(*FEW, "--hold", "1.5", "--fps", "10")
        self.assertEqual(report["files"][0]["frames"], 3 + 15)
        self.assertAlmostEqual(report["files"][0]["duration"], 1.8, delta=1e-9)
        held = self.checksums("--hold", "0.1")
        self.assertEqual(held, self.default + self.default[-1:] * 3)

    def test_scene(self):
        scenes = ["fit", "error", "weights", "data", "network", "landscape", "neuron", "fit+error",
                  "error+fit"]
        found = self.assert_all_differ(*(("--scene", scene) for scene in scenes),
                                       common=("--epochs", "100"))
        self.assertEqual(found[0], self.checksums("--epochs", "100"))

    def test_layout(self):
        two = ("--scene", "fit+error", "--size", "600x600", "--epochs", "100")
        found = self.assert_all_differ(("--layout", "row"), ("--layout", "column"), common=two)
        self.assertEqual(found[0], self.checksums(*two))

    def test_theme(self):
        found = self.assert_all_differ(*(("--theme", theme) for theme in
                                         ("post", "light", "dark", "colorblind")))
        self.assertEqual(found[0], self.default)

    def test_colors(self):
        found = {tuple(self.assert_changes(option, "#123456")) for option in
                 ("--background", "--grid-color", "--text-color", "--data-color",
                  "--prediction-color")}
        self.assertEqual(len(found), 5)
        self.assertEqual(self.checksums("--background", ""), self.default)

    def test_error_chart(self):
        error = ("--scene", "error", "--epochs", "100")
        self.assert_all_differ((), ("--error-scale", "log"), ("--full-loss", "yes"), common=error)
        self.assertEqual(self.checksums("--full-loss", "yes"), self.default, "the fit has no error")

    def test_last_value_counts(self):
        self.assertEqual(self.checksums("--seed", "1", "--seed", "0"), self.default)


class Formats(RenderTest):
    def test_options_that_make_no_difference_are_refused(self):
        for arguments, says in (
                (("--gif-size", "100k"), "--gif-size makes no difference with --format mp4, only with gif"),
                (("--format", "gif", "--crf", "30"), "--crf makes no difference with --format gif, "
                                                     "only with mp4, webm or av1"),
                (("--format", "webm,gif", "--preset", "medium"), "with --format webm,gif, only with mp4"),
                (("--profile", "high", "--format", "png"), "with --format png, only with mp4"),
                (("--frames", "20"), "--frames makes no difference with --pace step, only with log or "
                                     "adaptive")):
            self.fail_with(USAGE, "render", *arguments, says=[says])
        self.assertEqual(self.names(), [])
        self.succeed("render", *FEW, "-q", "--format", "webm,gif", "--crf", "40", "--gif-size", "1M")

    def test_png(self):
        report = self.render("--format", "png")
        self.assertEqual(self.names("out"), ["neuron"])
        names = self.names("out/neuron")
        self.assertEqual(names, [f"frame_{frame:06}.png" for frame in range(81)])
        frames = self.files("out/neuron")
        for name in names:
            png = Png(frames[name])
            self.assertEqual((png.width, png.height), (400, 300))
            self.assertLessEqual(set(png.chunks), {b"IHDR", b"pHYs", b"IDAT", b"IEND"})
        self.assertEqual(len(set(frames.values())), 81)
        self.assertEqual(report["files"], [
            {"path": "out/neuron", "kind": "frames", "width": 400, "height": 300, "frames": 81,
             "bytes": sum(len(frame) for frame in frames.values())}])
        self.assertIsNone(report["embed"])

    def test_poster_is_the_first_frame(self):
        self.succeed("render", *FEW)
        self.succeed("render", *FEW, "--format", "png")
        poster = read(self.path("out", "neuron_start.png"))
        self.assertEqual(poster, read(self.path("out", "neuron", "frame_000000.png")))
        pixels = Png(poster).pixels()
        self.assertEqual(pixels[:3], b"\xff\xff\xff")
        colors = set(pixels[i:i + 3] for i in range(0, len(pixels), 3))
        self.assertIn(bytes.fromhex("4c72b0"), colors)
        self.assertIn(bytes.fromhex("55a868"), colors)

    def test_checksums(self):
        self.succeed("render", "--format", "checksums")
        self.assertEqual(self.names("out"), ["neuron.sha256"])
        lines = read(self.path("out", "neuron.sha256")).decode().splitlines()
        self.assertEqual(len(lines), 81)
        for frame, line in enumerate(lines):
            self.assertRegex(line, rf"\A[0-9a-f]{{64}}  {frame:06}\Z")
        self.assertEqual(len({line[:64] for line in lines}), 81)

    def test_checksums_are_those_of_the_pixels(self):
        self.succeed("render", *FEW, "--format", "checksums")
        self.succeed("render", *FEW, "--format", "png")
        lines = read(self.path("out", "neuron.sha256")).decode().splitlines()
        for frame, line in enumerate(lines):
            png = Png(read(self.path("out", "neuron", f"frame_{frame:06}.png")))
            self.assertEqual(line[:64], hashlib.sha256(png.pixels()).hexdigest())

    def test_none(self):
        lines = self.succeed("render", "--format", "none").decode().splitlines()
        self.assertEqual(lines[0], "81 frames drawn, nothing written")
        self.assertEqual(self.names(), [])
        self.assertEqual(self.render("--format", "none")["files"], [])

    def test_webm(self):
        for form, ending, codec in (("webm", ".webm", "V_VP9"), ("av1", ".av1.webm", "V_AV1")):
            report = self.render(*FEW, "--format", form, "--out", form)
            self.assertEqual(self.names(form), sorted(["neuron" + ending, "neuron.vtt",
                                                       "neuron_start.png"]))
            video = Webm(read(self.path(form, "neuron" + ending)))
            self.assertEqual((video.codec, video.size, video.frames), (codec, (400, 300), 3))
            self.assertAlmostEqual(video.seconds, 0.1, delta=1e-3)
            self.assertLess(video.order.index(0x1C53BB6B), video.order.index(0x1F43B675),
                            "the index comes first")
            self.assertEqual(report["files"][0]["kind"], "video")
            self.assertEqual(report["files"][0]["frames"], 3)
            self.assertIsNone(report["embed"])

    def test_gif(self):
        report = self.render("--format", "gif", "--fps", "30")
        self.assertEqual(self.names("out"), ["neuron.gif"])
        gif = Gif(read(self.path("out", "neuron.gif")))
        self.assertEqual((gif.size, gif.loops, len(gif.delays)), ((400, 300), 0, 81))
        self.assertEqual(sum(gif.delays), 270)
        self.assertEqual(set(gif.delays), {3, 4})
        self.assertEqual(gif.boxes[0], (0, 0, 400, 300))
        self.assertLess(max(width * height for _, _, width, height in gif.boxes[1:]), 400 * 300)
        self.assertEqual(report["files"], [
            {"path": "out/neuron.gif", "kind": "video", "width": 400, "height": 300, "frames": 81,
             "duration": 2.7, "bytes": os.path.getsize(self.path("out", "neuron.gif"))}])

    def test_apng(self):
        report = self.render("--format", "apng", *FEW)
        self.assertEqual(self.names("out"), ["neuron.apng"])
        data = read(self.path("out", "neuron.apng"))
        self.assertEqual(data.count(b"fcTL"), 3)
        self.assertIn(b"acTL\0\0\0\3\0\0\0\0", data)
        self.assertEqual(report["files"][0]["frames"], 3)
        self.assertAlmostEqual(report["files"][0]["duration"], 0.1)

    def test_list_of_formats(self):
        """One pass writes the files that each format alone gives."""
        formats = {"webm": ["neuron.webm"], "gif": ["neuron.gif"], "apng": ["neuron.apng"],
                   "checksums": ["neuron.sha256"], "mp4": ["neuron.mp4"], "av1": ["neuron.av1.webm"]}
        self.succeed("render", *FEW, "--format", ",".join(formats), "--out", "all")
        expected = {"neuron_start.png": None, "neuron.vtt": None}
        for form, names in formats.items():
            self.succeed("render", *FEW, "--format", form, "--out", form)
            expected.update((name, None) for name in names)
            for name in self.names(form):
                self.assertEqual(read(self.path("all", name)), read(self.path(form, name)), name)
        self.assertEqual(self.names("all"), sorted(expected))

    def test_order_of_the_list_does_not_count(self):
        one = self.render(*FEW, "--format", "gif,mp4", "--out", "one")
        other = self.render(*FEW, "--format", "mp4,gif", "--out", "other")
        self.assertEqual(self.files("one"), self.files("other"))
        self.assertEqual(one["settings"]["output.format"], "mp4,gif")
        self.assertEqual([file["kind"] for file in one["files"]],
                         [file["kind"] for file in other["files"]])
        self.assertIn("neuron.mp4 400 300", one["embed"])

    def test_a_list_with_frames(self):
        self.succeed("render", *FEW, "--format", "png,webm")
        self.assertEqual(self.names("out"), ["neuron", "neuron.vtt", "neuron.webm",
                                             "neuron_start.png"])
        self.assertEqual(len(self.names("out/neuron")), 3)

    def test_odd_sizes_of_pictures(self):
        self.succeed("render", *FEW, "--format", "gif,apng", "--size", "401x301")
        self.assertEqual(Gif(read(self.path("out", "neuron.gif"))).size, (401, 301))

    def test_jobs_do_not_change_any_format(self):
        found = []
        for jobs in ("1", "2", "3"):
            self.succeed("render", "--quiet", "--size", "160x120", "--every", "7", "-j", jobs,
                         "--format", "mp4,webm,av1,gif,apng", "--out", "j" + jobs)
            found.append(self.files("j" + jobs))
        self.assertEqual(len(found[0]), 7)
        self.assertTrue(found[0] == found[1] == found[2])

    def test_processors_do_not_change_webm(self):
        """The encoders have code for many instruction sets."""
        arguments = ("render", "--quiet", *FEW, "--format", "webm,av1")
        self.succeed(*arguments, "--out", "usual")
        self.succeed(*arguments, "--out", "plain",
                     env=environment(VPX_SIMD_CAPS="0", AOM_SIMD_CAPS="0"))
        self.assertEqual(self.files("usual"), self.files("plain"))

    def test_png_folder_is_replaced(self):
        self.succeed("render", "--format", "png", "--every", "1000", "--seed", "1")
        self.succeed("render", "--format", "png", *FEW)
        names = [f"frame_{frame:06}.png" for frame in range(3)]
        self.assertEqual((self.names("out"), self.names("out/neuron")), (["neuron"], names))
        first = self.files("out/neuron")
        self.succeed("render", "--format", "png", *FEW, "--out", "again")
        self.assertEqual(self.files("again/neuron"), first)

    def test_empty_folder_is_filled(self):
        os.makedirs(self.path("out", "neuron"))
        self.succeed("render", "--format", "png", *FEW)
        self.assertEqual(len(self.names("out/neuron")), 3)

    def test_folder_with_something_else_stays(self):
        for foreign in ("notes.txt", "frame_1.png", "frame_000000.png.bak", ".hidden",
                        "frame_000000.PNG"):
            self.make("out/neuron/" + foreign)
            older = self.make("out/neuron/frame_000000.png")
            self.fail_with(OUTPUT, "render", "--format", "png", *FEW, says=["out/neuron", foreign])
            self.assertEqual(self.names("out"), ["neuron"])
            self.assertEqual(self.names("out/neuron"), sorted([foreign, "frame_000000.png"]))
            self.assertEqual(read(older), b"older\n")
            os.unlink(self.path("out", "neuron", foreign))

    def test_formats_stand_side_by_side(self):
        for form in ("png", "checksums", "mp4"):
            self.succeed("render", *FEW, "--format", form)
        self.assertEqual(self.names("out"),
                         ["neuron", "neuron.mp4", "neuron.sha256", "neuron.vtt", "neuron_start.png"])


class Captions(RenderTest):
    """Times and texts of captions and chapters, against those of the frames."""

    def losses(self, *arguments):
        """The loss of every iteration's batch; that of iteration 0 is missing."""
        lines = self.succeed("train", *arguments).decode().splitlines()[1:]
        return [line.split(",")[3] for line in lines]

    def check(self, shown, fps, losses, *arguments):
        """Renders what shows the iterations `shown`, one a frame; returns cues and chapters."""
        self.succeed("render", "-q", "--fps", str(fps), *arguments)
        video = Mp4(read(self.path("out", "neuron.mp4")))
        cues = Vtt(read(self.path("out", "neuron.vtt"))).cues
        self.assertEqual(len(video.sample_sizes), len(shown))
        self.assertEqual(cues[0][0], 0)
        self.assertEqual(cues[-1][1], round(1000 * len(shown) / fps))
        self.assertEqual([cue[1] for cue in cues[:-1]], [cue[0] for cue in cues[1:]])
        for start, _, settings, text in cues:
            self.assertEqual(settings, ["line:0"])
            match = re.fullmatch(r"(at the end: )?iteration (\d+), (before training|error (\S+))", text)
            iteration = int(match[2])
            if match[1]:
                self.assertEqual(iteration, shown[-1])
                self.assertEqual(start, cues[-1][0])
            else:
                self.assertEqual(iteration, shown[round(start * fps / 1000)], "of that frame")
            if iteration:
                self.assertEqual(float(match[4]), float(f"{float(losses[iteration]):.1e}"))
            else:
                self.assertEqual(match[3], "before training")
        for start, title in video.chapters:
            frame = next(i for i in range(len(shown)) if 1000 * i / fps >= 1000 * start - 1)
            self.assertTrue(0 <= start - frame / fps < 0.001)
            decade = int(re.fullmatch(r"iteration (0|10*)", title)[1])
            self.assertGreaterEqual(shown[frame], decade)
            self.assertTrue(frame == 0 or shown[frame - 1] < decade)
        reached = [0] + [10 ** i for i in range(20) if 10 ** i <= shown[-1]]
        if len(reached) > 1:
            self.assertEqual(video.chapters[-1][1], f"iteration {reached[-1]}")
            self.assertLessEqual(video.chapter_seconds, video.seconds)
            self.assertLess(video.seconds - video.chapter_seconds, 0.002)
        return cues, video.chapters

    def test_steps(self):
        losses = self.losses()
        cues, chapters = self.check([50 * i for i in range(81)], 30, losses)
        self.assertEqual(chapters, [(0, "iteration 0"), (0.034, "iteration 10"),
                                    (0.067, "iteration 100"), (0.667, "iteration 1000")])
        self.assertEqual([cue[0] for cue in cues], [0, 1000, 2000])
        for every, fps in ((7, 24), (100, 1), (4, 240), (1, 60), (4000, 30)):
            shown = [*range(0, 4000, every), 4000]
            cues, _ = self.check(shown, fps, losses, "--every", str(every))
            seconds = len(shown) / fps
            self.assertLessEqual(abs(len(cues) - seconds), 1)

    def test_hold(self):
        losses = self.losses()
        for hold, held, start in (("2.5", 25, 8000), ("0.2", 2, 7000), ("0.5", 5, 8000)):
            shown = [*range(0, 4000, 50), 4000] + [4000] * held
            cues, _ = self.check(shown, 10, losses, "--hold", hold)
            self.assertEqual(cues[-1][0], start, hold)

    def test_paces(self):
        few = ("--epochs", "500")
        losses = self.losses(*few)
        every = self.checksums(*few, every="1")
        for pace in ("log", "adaptive"):
            of_pace = (*few, "--pace", pace, "--frames", "60", "--hold", "1", "--fps", "15")
            shown = [every.index(checksum) for checksum in self.checksums(*of_pace)]
            cues, chapters = self.check(shown, 15, losses, *of_pace)
            self.assertEqual(len(cues), 5, cues)
            if pace == "log":
                self.assertEqual([title for _, title in chapters],
                                 ["iteration 0", "iteration 1", "iteration 10", "iteration 100",
                                  "iteration 1000"])

    def test_of_a_single_state(self):
        cues, chapters = self.check([0] * 31, 30, [], "--epochs", "0", "--hold", "1")
        self.assertEqual(cues, [(0, 1033, ["line:0"], "iteration 0, before training")])
        self.assertEqual(chapters, [])

    def test_ffmpeg_reads_them(self):
        if not shutil.which("ffprobe"):
            self.skipTest("there is no ffprobe")
        self.succeed("render", "-q")
        found = {}
        for name in ("neuron.mp4", "neuron.vtt"):
            output = subprocess.run(["ffprobe", "-v", "error", "-of", "json", "-show_chapters",
                                     "-show_streams", "-show_packets", self.path("out", name)],
                                    capture_output=True, stdin=subprocess.DEVNULL, timeout=60)
            self.assertEqual((output.returncode, output.stderr), (0, b""))
            found[name] = json.loads(output.stdout)
        self.assertEqual([chapter["tags"]["title"] for chapter in found["neuron.mp4"]["chapters"]],
                         ["iteration 0", "iteration 10", "iteration 100", "iteration 1000"])
        self.assertEqual(found["neuron.vtt"]["streams"][0]["codec_name"], "webvtt")
        self.assertEqual([(packet["pts"], packet["duration"])
                          for packet in found["neuron.vtt"]["packets"]],
                         [(0, 1000), (1000, 1000), (2000, 700)])

    def test_only_videos_have_captions(self):
        for form in ("png", "checksums", "none"):
            self.succeed("render", "-q", *FEW, "--format", form)
        self.assertEqual(self.names("out"), ["neuron", "neuron.sha256"])


class Reports(RenderTest):
    def test_json(self):
        output = self.succeed("render", "--json", "--seed", "3", "--size", "500x320", "--crf", "18.5",
                              "--title", "\"é\" {epoch}", "--name", "n", "--fps", "25").decode()
        self.assertEqual(output.count("\n"), 1)
        report = json.loads(output)
        self.assertEqual(set(report), {"version", "files", "frames", "iterations", "final_loss",
                                       "initial_params", "trained_params", "embed", "seconds",
                                       "settings"})
        self.assertEqual((report["frames"], report["iterations"]), (81, 4000))
        video, poster, captions = (os.path.getsize(self.path("out", name))
                                   for name in ("n.mp4", "n_start.png", "n.vtt"))
        self.assertEqual(report["files"], [
            {"path": "out/n.mp4", "kind": "video", "bytes": video, "width": 500, "height": 320,
             "frames": 81, "duration": 3.24},
            {"path": "out/n_start.png", "kind": "poster", "bytes": poster, "width": 500,
             "height": 320},
            {"path": "out/n.vtt", "kind": "captions", "bytes": captions}])
        self.assertEqual(report["embed"],
                         "{% video /videos/n.mp4 500 320 /images/n_start.png %}")
        self.assertEqual(set(report["settings"]),
                         {param.name for param in params() if param.is_for("render")})
        changed = {"train.seed": 3, "picture.size": "500x320", "video.crf": 18.5,
                   "picture.title": "\"é\" {epoch}", "output.name": "n", "video.fps": 25,
                   # what follows from other settings
                   "data.noise": 0, "train.learning_rate": 0.01, "train.epsilon": 1e-6}
        for param in params():
            if not param.is_for("render"):
                continue
            value = report["settings"][param.name]
            expected = changed.get(param.name, param.default)
            if param.type in ("INTEGER", "NUMBER"):
                self.assertEqual(value, float(expected), param.name)
            else:
                self.assertEqual(value, expected, param.name)

    def test_json_has_the_numbers_of_the_training(self):
        report = self.render(*FEW, "--format", "none")
        last = self.succeed("train").decode().splitlines()[-1].split(",")
        self.assertAlmostEqual(report["final_loss"], float(last[3]), delta=1e-9)
        for name, value in zip(("w", "b"), last[5:]):
            self.assertAlmostEqual(report["trained_params"][name], float(value), delta=1e-8)
        self.assertAlmostEqual(report["initial_params"]["w"], 0.0882026181, delta=1e-9)

    def test_json_without_an_iteration(self):
        report = self.render("--epochs", "0")
        self.assertEqual((report["frames"], report["iterations"]), (1, 0))
        self.assertIsNone(report["final_loss"])
        self.assertEqual(len(Mp4(read(self.path("out", "neuron.mp4"))).sample_sizes), 1)

    def test_a_single_frame_is_counted_too(self):
        lines = self.succeed("render", "--epochs", "0").decode().splitlines()
        self.assertRegex(lines[0], r": 400x300, 1 frame, 0\.03 s, \d+\.\d kB\Z")
        self.assertRegex(lines[1], r": 400x300, \d+\.\d kB\Z")  # the poster

    def test_quiet(self):
        for option in ("-q", "--quiet"):
            self.assertEqual(self.succeed("render", *FEW, option), b"")
        self.assertEqual(self.names("out"), FILES)

    def test_quiet_does_not_silence_json(self):
        self.assertEqual(json.loads(self.succeed("render", *FEW, "-q", "--json"))["frames"], 3)

    def test_verbose(self):
        for option in ("-v", "--verbose"):
            result = self.run_program("render", *FEW, option)
            self.assertEqual(result.returncode, 0)
            lines = result.stderr.splitlines()
            self.assertEqual(len(lines), 3)
            for library in ("Cairo", "Pango", "libavcodec", "libavformat"):
                self.assertRegex(lines[0], library + r" \d+\.\d+\.\d+")
            self.assertEqual(lines[1], "200 samples, 4000 iterations, a frame every 2000")
            self.assertRegex(lines[2], r"\A\d+\.\d\d s\Z")
            self.assertIn(b"embed with Pelican", result.stdout)


class Video(RenderTest):
    """The structure of the file, read without FFmpeg."""

    def test_order_of_the_boxes(self):
        video = self.video()
        self.assertEqual(video.types[0], b"ftyp")
        self.assertLess(video.types.index(b"moov"), video.types.index(b"mdat"))
        self.assertEqual(video.types.count(b"mdat"), 1)
        self.assertLessEqual(set(video.types), {b"ftyp", b"moov", b"free", b"mdat"})

    def test_nothing_tells_when_or_by_what_it_was_written(self):
        video = self.video()
        self.assertEqual(video.times, [0] * 6)
        for text in (b"x264", b"X264", b"Lavf", b"Lavc", b"libav", b"trainreel", b"http",
                     self.folder.encode()):
            self.assertNotIn(text, video.data)

    def test_nothing_but_a_video_and_its_chapters(self):
        video = self.video()  # of other tracks Mp4 would complain
        self.assertEqual((video.size, video.coded_size), ((400, 300), (400, 300)))
        self.assertEqual(video.coding, b"avc1")

    def test_samples(self):
        for every, frames in (("50", 81), ("4", 1001), ("4000", 2)):
            video = self.video("--every", every)
            self.assertEqual(len(video.sample_sizes), frames)
            self.assertEqual(len(video.durations), frames)
            self.assertEqual(len(set(video.durations)), 1)
            self.assertEqual(video.durations[0] * 30, video.media_timescale)
            self.assertEqual(video.media_duration, sum(video.durations))
            self.assertAlmostEqual(video.seconds, frames / 30, delta=2 / video.timescale)
            (mdat,) = [box for box in video.boxes if box.type == b"mdat"]
            self.assertEqual(sum(video.sample_sizes) + video.chapter_bytes, len(mdat.content))

    def test_one_can_seek(self):
        """A sync sample begins every segment, and is what it says: an IDR frame."""
        video = self.video("--every", "4")
        sync = video.sync_samples
        self.assertEqual(sync[0], 1)
        self.assertGreaterEqual(len(sync), 5)
        for a, b in zip(sync, sync[1:] + [1002]):
            self.assertLessEqual(b - a, 250)
        positions = video.sample_positions()
        self.assertEqual(len(positions), 1001)
        idr = 5
        for number, (position, size) in enumerate(positions, 1):
            types = video.nal_types(position, size)
            self.assertEqual(idr in types, number in sync, f"sample {number}: {types}")
            self.assertLessEqual(set(types), {1, 5}, f"sample {number}: only slices")

    def test_frames_are_shown_from_time_0(self):
        """What B frames delay, the edit list takes back."""
        video = self.video()
        elst = video.track.find("edts", "elst").content
        offsets = video.table.find("ctts").content
        first_offset = int.from_bytes(offsets[12:16], "big")
        self.assertEqual(int.from_bytes(elst[4:8], "big"), 1, "one edit")
        self.assertEqual(int.from_bytes(elst[12:16], "big"), first_offset)

    def test_profile_and_level(self):
        for every in ("50", "4"):
            video = self.video("--every", every)
            self.assertEqual(video.profile, 77)
            self.assertLessEqual(video.level, 30)

    def test_colors(self):
        colr = self.video().entry_boxes[b"colr"]
        self.assertEqual(colr[:4], b"nclx")
        self.assertEqual([int.from_bytes(colr[i:i + 2], "big") for i in (4, 6, 8)], [1, 1, 1])
        self.assertEqual(colr[10], 0, "limited range")


if __name__ == "__main__":
    unittest.main()
