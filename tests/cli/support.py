"""What the command-line tests share: running the program, and what is asserted of it everywhere.

The path of the program comes in the environment variable TRAINREEL.
"""
import os
import re
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import unittest

sys.dont_write_bytecode = True

SOURCE = os.path.abspath(os.path.join(os.path.dirname(__file__), "..", ".."))
DATA = os.path.join(SOURCE, "tests", "data")

if not os.access(os.environ.get("TRAINREEL", ""), os.X_OK):
    sys.exit("set TRAINREEL to the path of the program that is to be tested")
PROGRAM = os.path.abspath(os.environ["TRAINREEL"])

# Exit codes, as the help pages document them.
DONE, WORK, USAGE, INPUT, OUTPUT, INTERRUPTED = 0, 1, 2, 3, 4, 130

# A training that takes half a minute to draw, for tests that end it before.
LONG = ("--every", "1", "--batch-size", "1", "--epochs", "2000")


def environment(**changes):
    """The environment without what a developer may have set; None removes a variable."""
    result = dict(os.environ)
    changes = {"NO_COLOR": None, "COLUMNS": None, "TERM": "xterm", "LC_ALL": "C.UTF-8", **changes}
    for name, value in changes.items():
        result.pop(name, None)
        if value is not None:
            result[name] = value
    return result


def read(path):
    with open(path, "rb") as file:
        return file.read()


def write(path, content):
    with open(path, "wb") as file:
        file.write(content)


def limit(which, amount):
    """For preexec_fn: a limit as of ulimit, which also gives no core files."""
    def apply():
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(which, (amount, amount))
    return apply


def ordinary_user():
    """Arguments for run() that make the program run without root's privileges."""
    if os.geteuid() != 0:
        return {}
    nobody = 65534
    return {"user": nobody, "group": nobody, "extra_groups": []}


def is_sanitized():
    """Whether the program was built with a sanitizer, which needs terabytes of address space."""
    program = read(PROGRAM)
    return any(name in program for name in (b"__asan_init", b"__tsan_init", b"__msan_init"))


class Param:
    """A row of the parameter table, src/plan/params.c."""

    def __init__(self, fields, lists, groups):
        (self.name, _, self.option, self.short, users, self.type, default, self.default, self.low,
         self.high, choices, self.value, texts) = fields
        if default == "NULL":
            self.default = None
        self.short = self.short.strip("'") if self.short != "0" else ""
        self.users = re.findall(r"TR_FOR_(\w+)", re.sub(r"\w+", lambda name: groups.get(
            name[0], name[0]), users))
        self.choices = lists.get(choices, [])
        self.low, self.high = float(self.low), float(self.high)
        self.takes_list = "TR_TAKES_LIST" in users  # of compare
        self.help = "".join(re.findall(r'"((?:[^"\\]|\\.)*)"', texts)).replace('\\"', '"')

    def is_for(self, command):
        return command.upper().replace("-", "_") in self.users

    def command(self):
        """A command that has the option, one that needs no argument if there is one."""
        return next(command for command in ("render", "train", "chart", "build", "predict",
                                            "check-gradient", "compare", "embed")
                    if self.is_for(command))


def params():
    """Those rows that are options: a plan has some more."""
    with open(os.path.join(SOURCE, "src", "plan", "params.c"), encoding="utf-8") as file:
        text = file.read()
    table = text[text.index("tr_params[] = {"):text.index("tr_n_params = ")]
    string = r'"((?:[^"\\]|\\.)*)"'
    row = (r'\{' + string + r',\s*(NULL|' + string + r"),\s*(0|'.'),\s*([\w\s|]+),\s*TR_PARAM_(\w+),\s*" +
           r'(NULL|' + string + r'),\s*([-+\w.]+),\s*([-+\w.]+),\s*(\w+),\s*' + string +
           r',\s*((?:"(?:[^"\\]|\\.)*"\s*)+),')
    lists = {name: re.findall(r'"(\w+)"', items)
             for name, items in re.findall(r"(\w+)\[\] = \{([^{}]*),\s+NULL\};", text)}
    groups = dict(re.findall(r"#define (\w+)\s((?:.*\\\n)*.*TR_FOR_.*)", text))
    rows = [Param(match, lists, groups) for match in re.findall(row, table)]
    if len(rows) != table.count("AT("):
        raise AssertionError(f"read {len(rows)} of the {table.count('AT(')} rows of params.c")
    if any(row.type == "CHOICE" and not row.choices for row in rows):
        raise AssertionError("found no choices for a row of params.c")
    return [row for row in rows if row.option]


def commands():
    """The names in the table of commands, src/cli/main.c."""
    with open(os.path.join(SOURCE, "src", "cli", "main.c"), encoding="utf-8") as file:
        names = re.findall(r'\{"([a-z-]+)", "[^"]*",\s*tr_cmd_\w+\}', file.read())
    if not names:
        raise AssertionError("no commands found in main.c")
    return names


class CliTest(unittest.TestCase):
    """Every test has a folder of its own, in which the program runs."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="trainreel-cli-")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def path(self, *parts):
        return os.path.join(self.folder, *parts)

    def make(self, path, content=b"older\n"):
        """A file, and the folders to it."""
        path = self.path(path)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        write(path, content)
        return path

    def start(self, *arguments, **options):
        """Starts the program; what still runs at the test's end is killed."""
        options.setdefault("cwd", self.folder)
        options.setdefault("env", environment())
        options.setdefault("stdin", subprocess.DEVNULL)
        options.setdefault("stdout", subprocess.PIPE)
        options.setdefault("stderr", subprocess.PIPE)
        process = subprocess.Popen([PROGRAM, *arguments], **options)

        def end():
            if process.poll() is None:
                process.kill()
            process.wait()
            for stream in (process.stdout, process.stderr):
                if stream:
                    stream.close()
        self.addCleanup(end)
        return process

    def run_program(self, *arguments, timeout=100, **options):
        """Runs the program; stdout stays bytes, stderr is text, which must be UTF-8."""
        process = self.start(*arguments, **options)
        stdout, stderr = process.communicate(timeout=timeout)
        if stderr is not None:
            stderr = stderr.decode("utf-8")
        return subprocess.CompletedProcess(process.args, process.returncode, stdout, stderr)

    def succeed(self, *arguments, **options):
        """Runs the program, which must succeed without a word on stderr; returns its stdout."""
        result = self.run_program(*arguments, **options)
        self.assertEqual((result.returncode, result.stderr), (DONE, ""), arguments)
        return result.stdout

    def fail_with(self, exit_code, *arguments, says=(), **options):
        """Runs the program, which must fail with one line on stderr that holds the texts `says`, and
        nothing on stdout; returns the line."""
        result = self.run_program(*arguments, **options)
        self.assertEqual(result.returncode, exit_code, f"{arguments}: {result.stderr}")
        self.assertIn(result.stdout, (b"", None), arguments)
        self.check_message(result.stderr, says)
        return result.stderr

    def check_message(self, stderr, says=()):
        self.assertRegex(stderr, r"\Atrainreel( [a-z-]+)?: [^\n]+\n\Z")
        for text in says:
            self.assertIn(text, stderr)

    def names(self, path=""):
        """All names in a folder, hidden ones too."""
        return sorted(os.listdir(self.path(path)))

    def wait_for(self, condition, what, seconds=30):
        end = time.monotonic() + seconds
        while not condition():
            self.assertLess(time.monotonic(), end, f"waited in vain for {what}")
            time.sleep(0.005)

    def caught(self, process):
        """Whether the program has begun to catch Ctrl-C."""
        if not os.path.exists("/proc/self/status"):
            self.skipTest("for Linux's /proc")
        status = read(f"/proc/{process.pid}/status").decode()
        caught = int(re.search("SigCgt:\\s*([0-9a-f]+)", status).group(1), 16)
        return caught & 1 << signal.SIGINT - 1

    def wait_for_temporary(self, process, path, count=1):
        """Waits until the program has begun to write in a folder."""
        def begun():
            self.assertIsNone(process.poll(), "the program ended too soon")
            folder = self.path(path)
            return os.path.isdir(folder) and sum(
                name.startswith(".trainreel-") for name in os.listdir(folder)) >= count
        self.wait_for(begun, "a temporary file")
