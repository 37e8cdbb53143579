"""trainreel plan: check, show and list, and what is wrong in plans."""
import os
import resource
import unittest

from support import DONE, INPUT, OUTPUT, SOURCE, USAGE, CliTest, is_sanitized, limit, ordinary_user, read

SMALL = b"""runs:
  neuron: {train: {epochs: 3}}
artifacts:
  images/fit.svg: {run: neuron, chart: fit}
  v.mp4: {run: neuron, poster: v.png}
"""


def built_in():
    folder = os.path.join(SOURCE, "src", "plan", "plans")
    return sorted(name[:-5] for name in os.listdir(folder) if name.endswith(".yaml"))


class List(CliTest):
    def test_list(self):
        lines = self.succeed("plan", "list").decode().splitlines()
        self.assertEqual([line.split()[0] for line in lines], built_in())
        for line in lines:
            self.assertGreater(len(line.split()), 2, "a title")
        self.assertEqual(self.names(), [])


class Show(CliTest):
    def test_built_in_plans_come_back(self):
        for name in built_in():
            shown = self.succeed("plan", "show", name)
            self.make("plan.yaml", shown)
            self.assertEqual(self.succeed("plan", "show", "plan.yaml"), shown)
            self.assertEqual(self.succeed("plan", "check", "plan.yaml").split(b":")[1],
                             self.succeed("plan", "check", name).split(b":")[1])

    def test_every_default_is_shown(self):
        self.make("plan.yaml", SMALL)
        shown = self.succeed("plan", "show", "plan.yaml").decode()
        for line in ("epochs: 3", "learning_rate: 0.01", "batch_size: 128", "noise: 0", "fps: 30",
                     "size: 400x300", "title: null", 'scene: "fit"', 'poster: "v.png"', 'captions: "v.vtt"',
                     '- {units: 1, activation: "relu", init: "normal"}'):
            self.assertIn(line, shown)

    def test_settings_on_the_command_line(self):
        self.make("plan.yaml", SMALL)
        shown = self.succeed("plan", "show", "plan.yaml", "--set", "runs.neuron.train.epochs=7",
                             "--set", "artifacts.images/fit.svg.theme=dark").decode()
        self.assertIn("epochs: 7", shown)
        self.assertEqual(shown.count("theme: dark"), 1)

    def test_a_file_is_no_built_in_plan(self):
        """The name of a built-in plan is that plan; the file is called ./NAME."""
        self.make("first-steps", SMALL)
        self.assertIn(b"full-batch", self.succeed("plan", "show", "first-steps"))
        self.assertNotIn(b"full-batch", self.succeed("plan", "show", "./first-steps"))

    def test_plans_in_other_folders(self):
        self.make("a/b/plan.yaml", SMALL.replace(b"{train:", b"{data: {file: d.csv}, train:"))
        self.assertIn(b'file: "d.csv"', self.succeed("plan", "show", "a/b/plan.yaml"))
        self.fail_with(INPUT, "plan", "check", "a/b/plan.yaml", says=["a/b/plan.yaml:2:3: a/b/d.csv"])
        self.make("a/b/d.csv", b"x,y\n0,1\n1,2\n")
        self.succeed("plan", "check", "a/b/plan.yaml")

    def test_standard_output(self):
        if os.path.exists("/dev/full"):
            with open("/dev/full", "wb") as full:
                self.fail_with(OUTPUT, "plan", "show", "first-steps", stdout=full,
                               says=["standard output"])


class Check(CliTest):
    def check(self, plan, *lines):
        """The plan has these errors, one a line."""
        self.make("plan.yaml", plan)
        result = self.run_program("plan", "check", "plan.yaml")
        expected = "".join(f"trainreel plan: {line}\n" for line in lines)
        self.assertEqual((result.stderr, result.returncode, result.stdout), (expected, INPUT, b""))
        build = self.run_program("build", "plan.yaml")
        self.assertEqual((build.stderr, build.returncode, build.stdout),
                         (expected.replace("trainreel plan", "trainreel build"), INPUT, b""))
        self.assertEqual(self.names(), ["plan.yaml"], "nothing is made of a wrong plan")

    def test_a_good_plan(self):
        self.make("plan.yaml", SMALL)
        self.assertEqual(self.succeed("plan", "check", "plan.yaml"),
                         b"plan.yaml: 1 run, 4 files\n")

    def test_places(self):
        self.check(SMALL.replace(b"epochs: 3", b"epochs: 1e3"),
                   'plan.yaml:2:28: found "1e3"; wanted a whole number from 0 to 1000000000')
        self.check(SMALL.replace(b"epochs", b"epoch"),
                   'plan.yaml:2:20: found the key "epoch"; wanted a setting of train (did you mean '
                   '"epochs"?)')
        self.check(SMALL.replace(b"run: neuron, p", b"run: neron, p"),
                   'plan.yaml:5:16: found "neron"; wanted the name of a run (did you mean "neuron"?)')
        self.check(SMALL.replace(b"v.mp4", b"../v.mp4"),
                   'plan.yaml:5:3: found "../v.mp4"; wanted a path below the output folder, without '
                   '. and ..')

    def test_several_errors(self):
        self.check(b"runs: {a: {train: {sed: 1}, data: {points: 1}}}\n"
                   b"artifacts: {x.svg: {run: b}}\n",
                   'plan.yaml:1:20: found the key "sed"; wanted a setting of train (did you mean '
                   '"seed"?)',
                   'plan.yaml:1:44: found "1"; wanted a whole number from 2 to 10000000',
                   'plan.yaml:2:26: found "b"; wanted the name of a run')

    def test_too_many_errors_to_show(self):
        runs = b"".join(b"  r%d: {x: 1}\n" % i for i in range(100))
        self.make("plan.yaml", b"runs:\n" + runs + b"artifacts: {x.svg: {run: r1}}\n")
        result = self.run_program("plan", "check", "plan.yaml")
        self.assertEqual(result.returncode, INPUT)
        lines = result.stderr.splitlines()
        self.assertEqual(len(lines), 21)
        self.assertEqual(lines[-1], "trainreel plan: and 80 errors more")

    def test_what_cannot_be_drawn(self):
        """Found without training."""
        self.make("plan.yaml", SMALL.replace(b"epochs: 3", b"epochs: 1000000000")
                  .replace(b"poster: v.png", b"size: 401x300"))
        self.fail_with(INPUT, "plan", "check", "plan.yaml", says=["plan.yaml:5:3: ", "even", "402x300"])

    def test_files(self):
        os.mkdir(self.path("folder"))
        self.fail_with(INPUT, "plan", "check", "folder", says=["folder: is a folder"])
        self.fail_with(INPUT, "plan", "check", "none.yaml", says=["none.yaml", "no such file"])
        self.fail_with(INPUT, "plan", "check", "./none.yaml",
                       says=["./none.yaml", "No such file or directory"])
        self.fail_with(INPUT, "plan", "check", "frist-steps", says=["did you mean first-steps?"])
        self.fail_with(USAGE, "plan", "check", "", says=["empty argument"])
        self.make("large.yaml", b"#" * (1 << 20) + b"\n")
        self.fail_with(INPUT, "plan", "check", "large.yaml", says=["large.yaml: ", "1048576 bytes"])
        self.make("empty.yaml", b"")
        self.fail_with(INPUT, "plan", "check", "empty.yaml", says=["empty.yaml:1:1: found nothing"])
        self.make("latin1.yaml", b"title: \xe9\n")
        self.fail_with(INPUT, "plan", "check", "latin1.yaml",
                       says=["latin1.yaml:1:8: found the byte 0xE9"])

    def test_file_that_cannot_be_read(self):
        os.chmod(self.make("plan.yaml", SMALL), 0)
        os.chmod(self.folder, 0o755)
        self.fail_with(INPUT, "plan", "check", "plan.yaml", **ordinary_user(),
                       says=["plan.yaml", "Permission denied"])

    def test_from_a_pipe(self):
        with open(self.make("plan.yaml", SMALL), "rb") as file:
            self.assertEqual(self.succeed("plan", "check", "/dev/stdin", stdin=file),
                             b"/dev/stdin: 1 run, 4 files\n")

    def test_alias_bomb(self):
        bomb = b"a: &a [x, x]\n" + b"".join(
            b"%c: &%c [*%c, *%c]\n" % (i, i, i - 1, i - 1) for i in range(ord("b"), ord("z")))
        self.make("plan.yaml", bomb)
        self.fail_with(INPUT, "plan", "check", "plan.yaml", says=["plan.yaml:1:4: found the anchor &a"],
                       timeout=10)

    def test_nested_lists(self):
        self.make("plan.yaml", b"[" * 1000000)
        self.fail_with(INPUT, "plan", "check", "plan.yaml", says=["in more than 8 levels"], timeout=10)

    def test_long_names_are_cut(self):
        self.make("plan.yaml", b"runs: {a: {train: {" + b"x" * 5000 + b": 1}}}\n"
                  b"artifacts: {" + b"/".join([b"y" * 200] * 6) + b".svg: {run: a}}\n")
        result = self.run_program("plan", "check", "plan.yaml")
        self.assertEqual(result.returncode, INPUT)
        for line in result.stderr.splitlines():
            self.assertLess(len(line), 400)


class Usage(CliTest):
    def test_usage(self):
        self.fail_with(USAGE, "plan", says=["check, show or list is missing"])
        self.fail_with(USAGE, "plan", "check", says=["a plan is missing"])
        self.fail_with(USAGE, "plan", "show", says=["a plan is missing"])
        self.fail_with(USAGE, "plan", "list", "first-steps", says=["list takes no plan"])
        self.fail_with(USAGE, "plan", "chek", "first-steps", says=['did you mean "check"?'])
        self.fail_with(USAGE, "plan", "show", "first-steps", "x", says=['"x"'])
        self.fail_with(USAGE, "plan", "show", "first-steps", "--epochs", "3", says=["--epochs"])

    def test_set(self):
        for setting, says in (("runs.neuron.train.epochs=x", "whole number"),
                              ("runs.neuron.train.epoch=3", "train.epochs"),
                              ("runs.nobody.train.epochs=3", "there is no such run"),
                              ("train.epochs=3", "runs.NAME.SETTING=VALUE"),
                              ("", "runs.NAME.SETTING=VALUE"),
                              ("artifacts.x.svg.theme=dark", "no such artifact"),
                              (b"runs.neuron.train.seed_from=\xff", "one line of text"),
                              (b"artifacts.videos/neuron.mp4.title=\xff", "text"),
                              ("artifacts.videos/neuron.mp4.poster=/x.png", "output folder")):
            with self.subTest(setting):
                self.fail_with(USAGE, "plan", "show", "first-steps", "--set", setting,
                               says=["--set ", says])


@unittest.skipIf(is_sanitized(), "sanitizers need more")
class Resources(CliTest):
    def test_little_memory_is_enough(self):
        """A megabyte of plan takes no more than some of memory."""
        lines = b"".join(b"  r%d: {model: [%s]}\n" % (i, b",".join([b"{units: 1}"] * 60))
                         for i in range(256))
        self.make("plan.yaml", b"runs:\n" + lines + b"artifacts: {x.svg: {run: r1}}\n")
        self.assertGreater(os.path.getsize(self.path("plan.yaml")), 100000)
        result = self.run_program("plan", "show", "plan.yaml",
                                  preexec_fn=limit(resource.RLIMIT_DATA, 200 << 20))
        self.assertEqual(result.returncode, DONE, result.stderr)


if __name__ == "__main__":
    unittest.main()
