"""The help pages and --version, and that what the pages promise works."""
import os
import re
import shlex
import shutil
import subprocess
import unittest

from support import PROGRAM, SOURCE, CliTest, commands, environment, params, read

WIDTH = 80
EXIT_CODES = ("0", "1", "2", "3", "4", "130")
# Defaults that are not the table's.
DEFAULTS = {("compare", "scene"): "fit+error", ("compare", "error-scale"): "log",
            ("compare", "seconds"): "yes"}


class HelpTest(CliTest):
    def page(self, *arguments):
        page = self.succeed(*arguments).decode("utf-8")
        self.assertEqual(self.names(), [], "a help page makes no files")
        return page

    def pages(self):
        """All of them, with the arguments that show them."""
        yield ("--help",), self.page("--help")
        for command in commands():
            yield (command, "--help"), self.page(command, "--help")

    def examples(self):
        for arguments, page in self.pages():
            for section in re.findall(r"(?m)^Examples:\n((?:  .*\n)+)", page):
                for line in section.splitlines():
                    yield arguments, line.strip()


class Pages(HelpTest):
    def test_all_ways_to_ask(self):
        page = self.page("--help")
        for arguments in (("-h",), ("help",)):
            self.assertEqual(self.page(*arguments), page)
        for command in commands():
            page = self.page(command, "--help")
            option = {"plan": ("--set", "runs.a.train.seed=1"),
                      "embed": ("--alt", "a")}.get(command, ("--seed", "1"))
            for arguments in ((command, "-h"), (command, *option, "--help"),
                              (command, "-h", *option)):
                self.assertEqual(self.page(*arguments), page)

    def test_form(self):
        for arguments, page in self.pages():
            self.assertTrue(page.endswith("\n") and not page.endswith("\n\n"), arguments)
            self.assertNotIn("\n\n\n", page, arguments)
            for line in page.splitlines():
                self.assertLessEqual(len(line), WIDTH, f"{arguments}: {line}")
                self.assertEqual(line, line.rstrip(), arguments)
                self.assertTrue(line.isprintable(), f"{arguments}: {line!r}")

    def test_nothing_around_makes_a_difference(self):
        for arguments, page in self.pages():
            for changes in ({"COLUMNS": "20"}, {"COLUMNS": "200"}, {"TERM": "dumb"},
                            {"LC_ALL": "C"}, {"LC_ALL": "de_DE.UTF-8"}, {"NO_COLOR": "1"}):
                again = self.succeed(*arguments, env=environment(**changes))
                self.assertEqual(again.decode(), page)

    def test_exit_codes(self):
        sections = set()
        for arguments, page in self.pages():
            self.assertEqual(page.count("\nExit codes:\n"), 1, arguments)
            sections.add(page[page.index("\nExit codes:\n"):])
        self.assertEqual(len(sections), 1, "all pages say the same")
        codes = re.findall(r"(?m)^  ([0-9]+) +\S", sections.pop())
        self.assertEqual(tuple(codes), EXIT_CODES)

    def test_commands(self):
        page = self.page("--help")
        section = page[page.index("\nCommands:\n"):].split("\n\n")[0]
        self.assertEqual(re.findall(r"(?m)^  ([a-z-]+) +\S", section), commands())
        for command in commands():
            self.assertIn(f"Usage: trainreel {command} ", self.page(command, "--help"))

    def test_options(self):
        """Every row of the table as a whole: option, value, help, default and choices."""
        for command in commands():
            page = " ".join(self.page(command, "--help").split())
            for param in params():
                if not param.is_for(command):
                    self.assertNotRegex(page, rf"--{param.option}\b(?!-)", command)
                    continue
                takes_list = command == "compare" and param.takes_list
                value = "LIST" if takes_list else param.value
                entry = f"--{param.option} {value} {param.help}"
                if param.short:
                    entry = f"-{param.short}, {entry}"
                default = DEFAULTS.get((command, param.option), param.default)
                if default:
                    entry += f" [{default}]"
                if len(param.choices) > 1:
                    number = "one or more" if param.type == "CHOICES" else "one"
                    entry += f" ({number} of {', '.join(param.choices)})"
                self.assertIn(f" {entry} ", page, command)

    def test_options_of_the_command(self):
        reports = ["--progress STYLE", "-q, --quiet", "-v, --verbose", "--json", "-h, --help"]
        for command, options in (("train", ["-o, --output FILE", "-h, --help"]),
                                 ("chart", ["-o, --output FILE", "-q, --quiet", "-h, --help"]),
                                 ("import", ["-o, --output FILE", "--layer-order NAMES", "-q, --quiet"]),
                                 ("plan", ["--set KEY=VALUE", "-h, --help"]),
                                 ("embed", ["--autoplay", "-h, --help"]),
                                 ("build", ["--set KEY=VALUE", "--force", *reports]),
                                 ("compare", ["--vary PARAMETER=LIST", "--force", *reports]),
                                 ("render", reports)):
            page = self.page(command, "--help")
            for option in options:
                self.assertRegex(page, rf"(?m)^  {option}\b", command)
        for style in ("auto", "plain", "json", "none"):
            self.assertRegex(self.page("render", "--help"), rf"\b{style}\b")

    def test_every_option_has_its_place(self):
        """Options stand below headings, and none stands there twice."""
        for command in commands():
            page = self.page(command, "--help")
            options = re.findall(r"(?m)^  (?:-\w, )?--([a-z0-9-]+)", page)
            self.assertEqual(len(options), len(set(options)), command)
            expected = {param.option for param in params() if param.is_for(command)}
            self.assertLessEqual(expected, set(options))
            headings = re.findall(r"(?m)^([A-Z][a-z ]+):\n", page)
            self.assertEqual(headings[-3:], ["This command", "Examples", "Exit codes"])


class Examples(HelpTest):
    def test_every_command_has_some(self):
        shown = {arguments[0] for arguments, _ in self.examples()}
        self.assertEqual(shown, set(commands()))

    def test_they_work(self):
        """As they stand there, in a shell that finds the program; those that read the recording run.h5
        find that as well."""
        examples = list(self.examples())
        self.succeed("record", "-q", "--epochs", "50", "-o", "run.h5")
        env = environment(PATH=self.path("bin") + os.pathsep + os.environ.get("PATH", os.defpath))
        os.mkdir(self.path("bin"))
        os.symlink(PROGRAM, self.path("bin", "trainreel"))
        for i, (arguments, line) in enumerate(examples):
            with self.subTest(line):
                self.assertEqual(shlex.split(line)[:2], ["trainreel", arguments[0]])
                os.mkdir(self.path(f"folder{i}"))
                if "run.h5" in line and "-o run.h5" not in line:
                    shutil.copy(self.path("run.h5"), self.path(f"folder{i}"))
                if arguments[0] == "embed":
                    self.succeed("render", "-q", cwd=self.path(f"folder{i}"))
                if arguments[0] == "import":
                    self.succeed("train", "-o", "run.csv", cwd=self.path(f"folder{i}"))
                result = subprocess.run(["sh", "-c", line], cwd=self.path(f"folder{i}"), env=env,
                                        stdin=subprocess.DEVNULL, capture_output=True, timeout=120)
                # on a slow machine there may be lines that show the progress
                stderr = re.sub(rb"(?m)^(\d+/\d+ artifacts, )?iteration .*\n", b"", result.stderr)
                self.assertEqual((result.returncode, stderr), (0, b""))
                self.assertTrue(result.stdout or self.names(f"folder{i}"), "it does something")


class Version(HelpTest):
    def test_version(self):
        text = read(os.path.join(SOURCE, "CMakeLists.txt")).decode()
        version = re.search(r"project\(trainreel\s+VERSION ([0-9.]+)", text).group(1)
        lines = self.page("--version").splitlines()
        self.assertEqual(lines[0], f"trainreel {version}")
        for library in ("Cairo", "Pango", "libavcodec", "libavformat"):
            self.assertRegex("\n".join(lines[1:]), rf"\b{library} \d+\.\d+\.\d+\b")
        for line in lines:
            self.assertLessEqual(len(line), WIDTH)
            self.assertEqual(line, line.rstrip())

    def test_every_command_reports_the_same(self):
        self.assertIn(f'"version":"{self.page("--version").split()[1]}"',
                      self.succeed("render", "--json", "--format", "none").decode())


if __name__ == "__main__":
    unittest.main()
