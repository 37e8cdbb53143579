"""What render shows on stderr while it works: a bar on a terminal, lines elsewhere."""
import errno
import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import termios
import time
import tty
import unittest

from support import DONE, INTERRUPTED, LONG, CliTest, environment

# A frame for every iteration, 200 of which are an epoch. Nothing is written, to spare time.
FRAMES = ("--format", "none", "--every", "1", "--batch-size", "1", "--epochs")
ENDLESS = (*FRAMES, "10000000")

ERASE = "\r\x1b[K"
COLOR = re.compile(r"\x1b\[[0-9;]*m")
COUNTS = re.compile(r"iteration (\d+)/(\d+), frame (\d+)/(\d+), (\d+) frames/s"
                    r"(?:, (\d+) (s|min) left)?")


class ProgressTest(CliTest):
    @classmethod
    def setUpClass(cls):
        """Finds out how much this machine draws in about a second; the progress begins to be shown
        after 0.2 s."""
        super().setUpClass()
        if not hasattr(ProgressTest, "some"):
            test = cls()
            test.setUp()
            try:
                seconds = min(json.loads(test.succeed("render", "--json", "--progress", "none",
                                                      *FRAMES, "60"))["seconds"] for _ in range(3))
            finally:
                test.doCleanups()
            epochs = min(max(round(60 / seconds), 20), 4000)
            ProgressTest.iterations = epochs * 200
            ProgressTest.some = (*FRAMES, str(epochs))

    def start_on_terminal(self, *arguments, columns=80, stdout=subprocess.PIPE, **changes):
        """Starts render with a terminal as its stderr, and maybe stdout; self.screen reads it."""
        self.screen, terminal = pty.openpty()
        self.addCleanup(os.close, self.screen)
        tty.setraw(terminal)  # what is read is what was written
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
        try:
            return self.start("render", *arguments, stderr=terminal,
                              stdout=terminal if stdout == "terminal" else stdout,
                              env=environment(**{"NO_COLOR": "1", **changes}))
        finally:
            os.close(terminal)

    def read_screen(self, process, enough=lambda text: False, seconds=100):
        """What is written until it is enough, or to the end."""
        text = b""
        end = time.monotonic() + seconds
        while not enough(text.decode("utf-8", "ignore")):
            self.assertLess(time.monotonic(), end, f"the program shows only {text[-1000:]}")
            if select.select([self.screen], [], [], 0.2)[0]:
                try:
                    part = os.read(self.screen, 65536)
                except OSError as error:  # so Linux reports that nobody can write any more
                    self.assertEqual(error.errno, errno.EIO)
                    part = b""
                if not part:
                    process.wait(60)
                    break
                text += part
        return text.decode("utf-8")

    def on_terminal(self, *arguments, **options):
        """Renders to the end; returns what the terminal got, and stdout."""
        process = self.start_on_terminal(*arguments, **options)
        text = self.read_screen(process)
        stdout = process.stdout.read().decode() if process.stdout else None
        self.assertEqual(process.wait(60), DONE, text)
        return text, stdout

    def check_bar(self, text, columns, iterations=None):
        """Checks the updates of a bar which is erased in the end; returns them without colours."""
        self.assertTrue(text.startswith(ERASE) and text.endswith(ERASE), repr(text[-200:]))
        updates = [COLOR.sub("", update) for update in text.split(ERASE)[1:-1]]
        self.assertGreaterEqual(len(updates), 2)
        for update in updates:
            self.assertTrue(update.isprintable(), repr(update))
            self.assertLessEqual(len(update), columns, update)
        if columns >= 80:
            self.check_counts(updates, iterations)
        return updates

    def check_counts(self, lines, iterations=None):
        before = (0, 0)
        iterations = iterations or self.iterations
        for line in lines:
            found = COUNTS.search(line)
            self.assertIsNotNone(found, line)
            self.assertEqual(line[found.end():], "")
            iteration, n_iterations, frame, n_frames = map(int, found.groups()[:4])
            self.assertEqual((n_iterations, n_frames), (iterations, iterations + 1))
            self.assertLessEqual(before, (iteration, frame))
            self.assertLessEqual(frame, iteration + 1, "no frame before its state")
            self.assertLessEqual(iteration, n_iterations)
            self.assertEqual(found.group(6) is not None, frame > 0, line)
            before = (iteration, frame)

    def check_report(self, stdout):
        self.assertRegex(stdout, rf"\A{self.iterations + 1} frames drawn, nothing written\n"
                                 r"initial weights: 0\.09, 0\.00\n"
                                 rf"trained weights: .* \(after {self.iterations} iterations\)\n\Z")


class Bar(ProgressTest):
    def test_bar(self):
        text, stdout = self.on_terminal(*self.some)
        updates = self.check_bar(text, 80)
        for update in updates:
            self.assertRegex(update, r"\A(━*─*  )?iteration ")
        self.assertTrue(any("━" in update or "─" in update for update in updates))
        self.assertTrue(any("left" in update for update in updates))
        self.check_report(stdout)

    def test_bar_grows_with_the_frames(self):
        text, _ = self.on_terminal(*self.some, columns=160)
        before = 0
        for update in self.check_bar(text, 160):
            width, full = len(re.findall("[━─]", update)), update.count("━")
            frame, n_frames = map(int, COUNTS.search(update).groups()[2:4])
            self.assertEqual(width, 40)
            self.assertAlmostEqual(full, frame / n_frames * width, delta=0.51)
            self.assertGreaterEqual(full, before)
            before = full

    def test_width_of_the_terminal(self):
        for columns in (80, 40, 20, 1):
            with self.subTest(columns=columns):
                text, stdout = self.on_terminal(*self.some, columns=columns)
                # a line as wide as the terminal wraps in some of them
                updates = self.check_bar(text, columns - 1)
                if columns >= 20:
                    for update in updates:
                        self.assertIn("iteration ", update)
                self.check_report(stdout)

    def test_width_is_not_known(self):
        text, _ = self.on_terminal(*self.some, columns=0)
        self.check_bar(text, 80)

    def test_width_changes(self):
        process = self.start_on_terminal(*ENDLESS, columns=120)

        def widths(text):
            return [len(update) for update in text.split(ERASE)[1:-1]]
        wide = self.read_screen(process, lambda text: len(widths(text)) > 2)
        self.assertGreater(min(widths(wide)), 40)
        fcntl.ioctl(self.screen, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 30, 0, 0))
        self.read_screen(process, lambda text: min(widths(text), default=99) < 30)
        narrow = self.read_screen(process, lambda text: len(widths(text)) > 2)
        self.assertLess(max(widths(narrow)), 30)

    def test_updates_are_not_too_many(self):
        began = time.monotonic()
        text, _ = self.on_terminal(*self.some)
        self.assertLess(text.count(ERASE), 20 * (time.monotonic() - began) + 5)

    def test_colors(self):
        for value, colored in (("", True), (None, True), ("1", False), ("0", False)):
            with self.subTest(NO_COLOR=value):
                text, _ = self.on_terminal(*self.some, NO_COLOR=value)
                self.check_bar(text, 80)
                self.assertEqual(COLOR.search(text) is not None, colored)
                if colored:  # every update leaves the terminal as it was
                    for update in text.split(ERASE)[1:-1]:
                        self.assertEqual(COLOR.findall(update)[-1], "\x1b[0m")

    def test_ascii(self):
        for changes in ({"LC_ALL": "C"}, {"LC_ALL": None, "LC_CTYPE": None, "LANG": "xx_YY"}):
            text, _ = self.on_terminal(*self.some, columns=120, **changes)
            self.assertTrue(text.isascii())
            for update in self.check_bar(text, 120):
                self.assertRegex(update, r"\A#*\.*  iteration ")

    def test_short_run_shows_none(self):
        """It would only flash."""
        text, stdout = self.on_terminal("--format", "none", "--every", "2000")
        self.assertEqual(text.replace(ERASE, ""), "")
        self.assertIn("3 frames drawn", stdout)

    def test_report_on_the_same_terminal(self):
        text, _ = self.on_terminal(*self.some, stdout="terminal")
        self.check_report(text[text.rindex(ERASE) + len(ERASE):])
        self.check_bar(text[:text.rindex(ERASE) + len(ERASE)], 80)

    def test_verbose(self):
        text, _ = self.on_terminal(*self.some, "--verbose")
        begin, end = text.index(ERASE), text.rindex(ERASE) + len(ERASE)
        self.check_bar(text[begin:end], 80)
        self.assertRegex(text[:begin], r"\Atrainreel [^\n]*\n200 samples, [^\n]*\n\Z")
        self.assertRegex(text[end:], r"\A\d+\.\d\d s\n\Z")

    def test_interrupted(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            process = self.start_on_terminal("--out", "out", *LONG)
            shown = self.read_screen(process, lambda text: text.count(ERASE) > 2)
            process.send_signal(number)
            text = shown + self.read_screen(process)
            self.assertEqual(process.wait(60), INTERRUPTED)
            self.assertEqual(process.stdout.read(), b"")
            message = text[text.rindex(ERASE) + len(ERASE):]
            self.check_message(message, ["interrupted"])
            self.check_bar(text[:-len(message)], 80, iterations=400000)
            self.assertEqual(self.names("out"), [])

    def test_failed(self):
        """A folder comes into the way, while a bar is shown."""
        process = self.start_on_terminal(*self.some, "--format", "checksums", "--size", "64x64")
        shown = self.read_screen(process, lambda text: text.count(ERASE) > 0)
        os.mkdir(self.path("out", "neuron.sha256"))
        text = shown + self.read_screen(process)
        self.assertEqual(process.wait(60), 4)
        message = text[text.rindex(ERASE) + len(ERASE):]
        self.check_message(message, ["out/neuron.sha256"])
        self.check_bar(text[:-len(message)], 80)
        self.assertEqual(self.names("out"), ["neuron.sha256"])


class Lines(ProgressTest):
    def test_lines_now_and_then(self):
        """On a dumb terminal, where --progress plain says so, and where there is no terminal. All
        side by side, for a line takes three seconds."""
        on_terminal = []
        for arguments, changes in ((["--progress", "plain"], {}), ([], {"TERM": "dumb"}),
                                   (["--progress", "auto"], {"TERM": None})):
            process = self.start_on_terminal(*ENDLESS, *arguments, "-j", "1", **changes)
            on_terminal.append((process, self.screen))
        began = time.monotonic()
        elsewhere = self.start("render", *ENDLESS, "-j", "1")
        lines = [elsewhere.stderr.readline().decode() for _ in range(2)]
        self.assertGreater(time.monotonic() - began, 4)
        elsewhere.send_signal(signal.SIGINT)
        rest = elsewhere.stderr.read().decode()
        self.assertLess(rest.count("\n"), (time.monotonic() - began) / 2)
        lines += rest.splitlines(keepends=True)
        self.check_message(lines.pop(), ["interrupted"])
        self.check_lines("".join(lines))
        for process, self.screen in on_terminal:
            process.send_signal(signal.SIGINT)
            lines = self.read_screen(process).splitlines(keepends=True)
            self.check_message(lines.pop(), ["interrupted"])
            self.assertLess(len(lines), (time.monotonic() - began) / 2)
            self.check_lines("".join(lines))

    def check_lines(self, text):
        self.assertTrue(text.endswith("\n"), repr(text))
        self.assertNotIn("\r", text)
        self.assertNotIn("\x1b", text)
        self.check_counts(text.splitlines(), iterations=2000000000)

    def test_short_run_shows_none(self):
        self.succeed("render", "--format", "none")
        self.succeed("render", "--format", "none", "--progress", "plain")
        for changes in ({"TERM": "dumb"}, {"TERM": None}):
            self.assertEqual(self.on_terminal("--format", "none", **changes)[0], "")

    def test_none(self):
        for arguments in (["--progress", "none"], ["-q"], ["--quiet", "--progress", "none"]):
            with self.subTest(arguments):
                text, stdout = self.on_terminal(*self.some, *arguments)
                self.assertEqual(text, "")
                if arguments == ["--progress", "none"]:
                    self.check_report(stdout)
                else:
                    self.assertEqual(stdout, "")

    def test_none_when_interrupted(self):
        process = self.start_on_terminal("--out", "out", *LONG, "--progress", "none")
        self.wait_for_temporary(process, "out")
        process.send_signal(signal.SIGINT)
        self.check_message(self.read_screen(process), ["interrupted"])
        self.assertEqual(process.wait(60), INTERRUPTED)


class Json(ProgressTest):
    FIELDS = {"iterations": int, "n_iterations": int, "frames": int, "n_frames": int,
              "seconds": float}

    def check_json(self, text, n_iterations, n_frames):
        """Checks all lines, and returns them."""
        self.assertTrue(text.endswith("\n"))
        lines = [json.loads(line) for line in text.splitlines()]
        before = {"iterations": 0, "frames": 0, "seconds": 0}
        for line in lines:
            self.assertEqual({name: type(value) for name, value in line.items()}, self.FIELDS)
            self.assertEqual((line["n_iterations"], line["n_frames"]), (n_iterations, n_frames))
            for name in before:
                self.assertLessEqual(before[name], line[name], name)
            before = {name: line[name] for name in before}
            self.assertLessEqual(line["frames"], line["iterations"] + 1)
        return lines

    def check_complete(self, lines):
        self.assertEqual((lines[-1]["frames"], lines[-1]["iterations"]),
                         (lines[-1]["n_frames"], lines[-1]["n_iterations"]))
        self.assertLessEqual(len(lines), lines[-1]["seconds"] / 0.4 + 4)

    def test_json(self):
        began = time.monotonic()
        result = self.run_program("render", "--progress", "json", *self.some)
        self.assertEqual(result.returncode, DONE)
        lines = self.check_json(result.stderr, self.iterations, self.iterations + 1)
        self.check_complete(lines)
        self.assertLess(lines[0]["seconds"], lines[-1]["seconds"])
        self.assertLessEqual(lines[-1]["seconds"], time.monotonic() - began)
        self.check_report(result.stdout.decode())

    def test_short_runs(self):
        for arguments, iterations, frames in (
                (("--every", "50"), 4000, 81), (("--every", "150"), 4000, 28),
                (("--every", "5000"), 4000, 2), (("--epochs", "1", "--every", "1"), 2, 3)):
            for form in ("none", "mp4", "png", "checksums"):
                result = self.run_program("render", "--progress", "json", "--json",
                                          "--format", form, *arguments)
                self.assertEqual(result.returncode, DONE)
                self.check_complete(self.check_json(result.stderr, iterations, frames))
                self.assertEqual(json.loads(result.stdout)["frames"], frames)

    def test_no_iteration(self):
        """Then nothing but the initial state is drawn."""
        result = self.run_program("render", "--progress", "json", "--format", "none",
                                  "--epochs", "0")
        self.assertEqual(result.returncode, DONE)
        for line in map(json.loads, result.stderr.splitlines()):
            self.assertEqual({name: type(value) for name, value in line.items()}, self.FIELDS)
            self.assertEqual((line["iterations"], line["n_iterations"]), (0, 0))
            self.assertLessEqual(line["frames"], 1)

    def test_quiet_does_not_silence_it(self):
        result = self.run_program("render", "--progress", "json", "--quiet", "--format", "none")
        self.assertEqual((result.returncode, result.stdout), (DONE, b""))
        self.check_complete(self.check_json(result.stderr, 4000, 81))

    def test_on_a_terminal_and_in_other_locales(self):
        for changes in ({"LC_ALL": "de_DE.UTF-8"}, {"TERM": "dumb"}):
            text, _ = self.on_terminal(*self.some, "--progress", "json", **changes)
            self.check_complete(self.check_json(text, self.iterations, self.iterations + 1))

    def test_interrupted(self):
        process = self.start("render", "--progress", "json", "--out", "out", *LONG)
        self.wait_for_temporary(process, "out")
        process.send_signal(signal.SIGTERM)
        _, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, INTERRUPTED)
        *lines, message = stderr.decode().splitlines(keepends=True)
        self.check_message(message, ["interrupted"])
        if lines:
            self.check_json("".join(lines), 400000, 400001)


if __name__ == "__main__":
    unittest.main()
