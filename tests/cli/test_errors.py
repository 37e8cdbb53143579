"""Failures: one line on stderr, the documented exit code, nothing half-written, older files as they
were."""
import fcntl
import os
import random
import re
import resource
import shutil
import signal
import stat
import subprocess
import sys
import termios
import time
import unittest

from support import (DONE, INTERRUPTED, LONG, OUTPUT, PROGRAM, USAGE, WORK, CliTest, environment,
                     is_sanitized, limit, ordinary_user, params, read)

# What every format writes, so that each of them finds an older file in its place.
RESULTS = ("out/neuron.mp4", "out/neuron_start.png", "out/neuron.vtt", "out/neuron.sha256",
           "out/neuron/frame_000000.png", "out/neuron.webm", "out/neuron.av1.webm",
           "out/neuron.gif", "out/neuron.apng")
FORMATS = ("mp4", "png", "checksums", "webm", "av1", "gif", "apng")
WRITTEN_AT_ONCE = ("mp4", "png", "checksums", "webm", "apng")  # not at the end, nor late


def close(*descriptors):
    """For preexec_fn: the program starts without these, as after >&- in a shell."""
    def apply():
        for descriptor in descriptors:
            os.close(descriptor)
    return apply


class ErrorTest(CliTest):
    def contents(self):
        """All files below the test's folder, with their bytes; the temporary ones too."""
        found = {}
        for folder, _, names in os.walk(self.folder):
            for name in names:
                path = os.path.join(folder, name)
                regular = stat.S_ISREG(os.lstat(path).st_mode)
                found[os.path.relpath(path, self.folder)] = read(path) if regular else None
        return found

    def make_older(self):
        for path in RESULTS:
            self.make(path, b"older " + path.encode())

    def fail_cleanly(self, exit_code, *arguments, **options):
        """As fail_with(); also asserts that no file was made, changed or removed."""
        before = self.contents()
        message = self.fail_with(exit_code, *arguments, **options)
        self.assertEqual(self.contents(), before, arguments)
        return message

    def open_to_all(self, *folders):
        """Lets ordinary_user() use these folders; skips the test if it cannot run the program."""
        os.chmod(self.folder, 0o755)
        for folder in folders:
            os.makedirs(self.path(folder), exist_ok=True)
            os.chmod(self.path(folder), 0o777)
        try:
            subprocess.run([PROGRAM, "--version"], capture_output=True, check=True, timeout=60,
                           cwd=self.folder, **ordinary_user())
        except (PermissionError, subprocess.CalledProcessError):
            self.skipTest("an ordinary user cannot run the program here")


# ---- exit code 2 ----

class Usage(ErrorTest):
    def test_no_command(self):
        result = self.run_program()
        self.assertEqual((result.returncode, result.stdout), (USAGE, b""))
        self.assertEqual(result.stderr, self.succeed("--help").decode())

    def test_unknown_command(self):
        for name in ("frobnicate", "", "-x", "--bogus", "train.csv", "TRAIN"):
            self.fail_cleanly(USAGE, name, says=[f'"{name}"', "trainreel --help"])

    def test_unknown_command_has_a_suggestion(self):
        for name, meant in (("rendr", "render"), ("trian", "train"), ("tain", "train")):
            self.fail_cleanly(USAGE, name, says=[f'"{name}"', f'did you mean "{meant}"?'])
        self.assertNotIn("did you mean", self.fail_cleanly(USAGE, "frobnicate"))

    def test_unknown_option(self):
        for command in ("train", "render"):
            for option in ("--bogus", "-x", "--batch_size=3"):
                self.fail_cleanly(USAGE, command, option,
                                  says=[f"trainreel {command}: ", option.split("=")[0],
                                        f"trainreel {command} --help"])

    def test_unknown_option_has_a_suggestion(self):
        for command, option, meant in (("train", "--batchsize", "--batch-size"),
                                       ("train", "--epoch", "--epochs"),
                                       ("train", "--sead", "--seed"),
                                       ("train", "--outptu", "--output"),
                                       ("render", "--titel", "--title"),
                                       ("render", "--quite", "--quiet"),
                                       ("render", "--Name", "--name")):
            self.fail_cleanly(USAGE, command, option, "1", says=[f"did you mean {meant}?"])
        self.assertNotIn("did you mean", self.fail_cleanly(USAGE, "train", "--frobnicate"))

    def test_option_of_another_command(self):
        for param in params():
            for command in ("train", "render"):
                if not param.is_for(command):
                    self.fail_cleanly(USAGE, command, "--" + param.option, param.default or "1",
                                      says=[f"--{param.option}"])
        self.fail_cleanly(USAGE, "render", "--output", "x")
        self.fail_cleanly(USAGE, "train", "--json")

    def test_missing_value(self):
        for param in params():
            self.fail_cleanly(USAGE, param.command(), "--" + param.option,
                              says=[f"--{param.option}"])
        for arguments in (("render", "-j"), ("render", "--progress"), ("train", "-o"),
                          ("train", "--output")):
            self.fail_cleanly(USAGE, *arguments, says=[arguments[-1]])

    def test_flags_take_no_value(self):
        for option in ("--quiet=no", "--verbose=1", "--json=", "--help=all"):
            with self.subTest(option):
                self.fail_cleanly(USAGE, "render", option, says=[option.split("=")[0]])

    def test_stray_argument(self):
        # render takes the name of a recording, and nothing after it
        for command in (["train"], ["render", "run.h5"]):
            for arguments in (["foo"], ["--", "foo"], ["--seed", "1", "foo"], [""]):
                self.fail_cleanly(USAGE, *command, *arguments, says=[f'"{arguments[-1]}"'])
            self.fail_cleanly(USAGE, *command, "--", "--seed")
        self.fail_cleanly(USAGE, "render", "", says=["recording"])

    def test_progress_style(self):
        for style in ("bogus", "", "Bar", "jsonn"):
            self.fail_cleanly(USAGE, "render", "--progress=" + style,
                              says=["--progress", f'"{style}"', "auto, plain, json, none"])

    def test_odd_size_for_mp4(self):
        for size, better in (("401x301", "402x302"), ("400x301", "400x302"), ("65x64", "66x64")):
            self.fail_cleanly(USAGE, "render", "--size", size, says=["even", size, better])
        self.fail_cleanly(USAGE, "render", "--size", "401x301", "--scale", "3", says=["even"])

    def test_too_large_with_scale(self):
        for size, scale in (("7680x4320", "2"), ("3842x100", "2"), ("64x542", "8")):
            self.fail_cleanly(USAGE, "render", "--size", size, "--scale", scale,
                              says=[size, scale, "7680x4320"])

    def test_name(self):
        for name in ("", ".", "..", "a/b", "/", "/absolute", "a/"):
            self.fail_cleanly(USAGE, "render", "--name=" + name, says=["name", f'"{name}"'])

    def test_out_without_a_name(self):
        self.fail_cleanly(USAGE, "render", "--out=", says=["folder"])

    def test_title(self):
        self.make_older()
        for title in ("{nope}", "{", "}", "a } b", "{iteration", "{iteration} {", "{}", "{ epoch}",
                      "{Iteration}", "{{}", "{iteration}}", "{iteration!r}", "x" * 300):
            for form in FORMATS + ("none",):
                self.fail_cleanly(USAGE, "render", "--format", form, "--title", title,
                                  says=["title"])

    def test_texts_that_do_not_fit(self):
        self.make_older()
        for option in ("--title", "--x-label", "--y-label"):
            self.fail_cleanly(USAGE, "render", option, "W" * 200, says=["is too long", "WWW"])


class Values(ErrorTest):
    """Every row of the parameter table refuses what is not a value for it."""

    def check(self, type_of_row, bad_values, says=lambda param: []):
        rows = [param for param in params() if param.type == type_of_row]
        self.assertTrue(rows)
        for param in rows:
            for value in bad_values(param):
                option = os.fsencode(f"--{param.option}=") + os.fsencode(value)
                with self.subTest(option):
                    self.fail_cleanly(USAGE, param.command(), option, timeout=20,
                                      says=[f"--{param.option}: ", *says(param)])

    def test_whole_numbers(self):
        self.check("INTEGER", lambda param: [
            "", "abc", "1e3", "1.5", "300px", " 5", "5 ", "0x10", "1,000", "-", "--1", "+-1",
            "9" * 40, "-" + "9" * 40, "9223372036854775808", "18446744073709551617",
            str(int(param.low) - 1), str(int(param.high) + 1)],
            lambda param: ["whole number", f"{param.low:.0f}", f"{param.high:.0f}"])

    def test_numbers(self):
        self.check("NUMBER", lambda param: [
            "", "nan", "-nan", "inf", "-inf", "infinity", "0x1", "1,5", "abc", " 1", "1 ", "1e",
            "1e+", "--1", "1.2.3", "-", ".", "e5", "1e400", "9" * 400, "1_0", "1f",
            repr(param.high * 1.001), repr(param.low - 0.001)], lambda param: ["number"])

    def test_sizes(self):
        self.check("SIZE", lambda param: [
            "", "400", "400x", "x300", "x", "400x300x2", "63x64", "64x63", "7681x300", "-400x300",
            "400x-300", "+400x300", "400X300", "400*300", " 400x300", "400x300 ", "400 x 300",
            "4e2x300", "0x0", "9" * 40 + "x300", "4294967696x300", "400x4294967596"],
                   lambda param: ["size"])
        for size in ("400x4321", "7680x7680"):
            self.fail_cleanly(USAGE, "render", "--size", size, says=[size, "7680x4320"])

    def test_levels(self):
        self.check("LEVELS", lambda param: [
            "", ",", "0.1,", ",0.1", "0", "-1", "nan", "inf", "0.1,0.1", "0.1,1e-1", "0.1;0.2", "0.1, 0.2",
            "1e400", "1,2,3,4,5,6,7,8,9"], lambda param: ["different numbers above 0"])

    def test_choices(self):
        self.check("CHOICE", lambda param: [
            "bogus", "", param.default.upper(), param.default[:-1], param.default + " ", "0",
            "x" * 500], lambda param: [", ".join(param.choices)])

    def test_lists_of_choices(self):
        self.check("CHOICES", lambda param: [
            "bogus", "", ",", param.default + ",", param.default.upper(), f"{param.default}, none",
            f"{param.default},{param.default}", "x" * 500])
        for value, says in (("mp4,webm,mp4", "names mp4 twice"), ("mp4,wbm", '"wbm" is not one of'),
                            ("mp4,none", "the format none cannot be had with others"),
                            ("none,png,gif", "the format none cannot be had with others")):
            self.fail_cleanly(USAGE, "render", "--format", value, says=[says])

    def test_bytes(self):
        self.check("BYTES", lambda param: [
            "", "0", "k", "M", "-1", "1K", "1m", "1 k", " 1k", "1kb", "1.5M", "1e6", "0x10", "None",
            "9" * 40], lambda param: ["a number of bytes such as"])

    def test_a_gif_that_cannot_be_so_small(self):
        self.make("out/neuron.gif")
        line = self.fail_with(WORK, "render", "--format", "gif,mp4", "--gif-size", "2k",
                              says=["out/neuron.gif: ", "and 2000 are allowed"])
        self.assertNotIn("mp4", line)
        self.assertEqual(self.names("out"), ["neuron.gif"])

    def test_odd_sizes_of_videos(self):
        for form in ("webm", "gif,av1", "mp4"):
            self.fail_cleanly(USAGE, "render", "--format", form, "--size", "401x300",
                              says=["402x300 would do"])

    def test_texts(self):
        self.check("TEXT", lambda param: [
            b"\xff", b"a\xc3", b"\xed\xa0\x80", b"\xc0\x80", "a\nb", "\r", "\t", "\x1b[1m", "\x7f",
            "\u0085"])

    def test_the_value_before_does_not_count(self):
        self.fail_cleanly(USAGE, "train", "--seed", "x", "--seed", "1", says=["--seed"])
        self.fail_cleanly(USAGE, "render", "-j", "1", "-j", "257", says=["-j: "])


class OneLine(ErrorTest):
    """What is quoted in a message neither breaks its line nor makes it anything but text."""

    def test_line_breaks(self):
        os.mkdir(self.path("a\nb"))
        for exit_code, *arguments in (
                (USAGE, "a\nb"), (USAGE, "train", "a\nb"), (USAGE, "train", "--a\nb"),
                (USAGE, "train", "--seed=1\n2"), (USAGE, "train", "--learning-rate=1\n2"),
                (USAGE, "render", "--size=1\n2"), (USAGE, "render", "--format=a\nb"),
                (USAGE, "render", "--progress=a\nb"), (USAGE, "train", "--data=a\nb"),
                (OUTPUT, "train", "-o", "a\nb")):
            with self.subTest(arguments):
                self.fail_cleanly(exit_code, *arguments)

    def test_escape_sequences(self):
        """They would reach the terminal."""
        for arguments in (("\x1b[2J",), ("train", "\x1b[2J"), ("train", "--seed=\x1b[2J"),
                          ("render", "--format=\x1b[2J"), ("render", "--progress=\x1b[2J")):
            with self.subTest(arguments):
                self.assertNotIn("\x1b", self.fail_cleanly(USAGE, *arguments))

    def test_bytes_that_are_not_text(self):
        for arguments in ((b"\xff",), ("train", b"\xff"), ("train", b"--\xff"),
                          ("train", b"--seed=\xff"), ("train", b"--data=\xff"),
                          ("render", b"--crf=\xff"), ("render", b"--size=\xff"),
                          ("render", b"--progress=\xff")):
            with self.subTest(arguments):
                self.fail_cleanly(USAGE, *arguments)

    def test_long_texts_are_not_cut_within_a_character(self):
        for start in ("", "x"):
            text = start + "é" * 150
            folders = f"{text[:100]}/{text[:100]}"
            for exit_code, *arguments in (
                    (USAGE, text), (USAGE, "train", text), (USAGE, "train", "--" + text),
                    (USAGE, "train", "--seed", text), (USAGE, "train", "--learning-rate", text),
                    (USAGE, "train", "--data", text), (USAGE, "render", "--size", text),
                    (USAGE, "render", "--progress", text), (USAGE, "render", "--x-label", text),
                    (USAGE, "render", "--title", text[:100] + "{" + text[:50]),
                    (USAGE, "render", "--name", text + "/"),
                    (OUTPUT, "train", "-o", f"{folders}/{text}.csv"),
                    (WORK, "render", "--format", "none", "--title", text[:100] + "\ue000")):
                with self.subTest(arguments):
                    self.fail_cleanly(exit_code, *arguments)


# ---- exit code 4 ----

class OutputsInTheWay(ErrorTest):
    def test_out_is_a_file(self):
        for path, out in (("out", "out"), ("file", "file/out"), ("file", "file/a/b")):
            self.make(path)
            for form in FORMATS:
                self.fail_cleanly(OUTPUT, "render", "--format", form, "--out", out, says=[path])

    def test_out_is_a_link_to_nowhere(self):
        os.symlink("nowhere", self.path("out"))
        self.fail_cleanly(OUTPUT, "render", says=["out"])

    def test_out_is_a_loop(self):
        os.symlink("out", self.path("out"))
        self.fail_cleanly(OUTPUT, "render", says=["out"])

    def test_result_is_a_folder(self):
        for path, form in (("out/neuron.mp4", "mp4"), ("out/neuron_start.png", "mp4"),
                           ("out/neuron.vtt", "mp4"), ("out/neuron.sha256", "checksums")):
            self.make_older()
            os.unlink(self.path(path))
            self.make(path + "/inside")
            self.fail_cleanly(OUTPUT, "render", "--format", form, says=[path + ": is a folder"])
            shutil.rmtree(self.path("out"))

    def test_folder_of_frames_is_a_file(self):
        self.make("out/neuron")
        self.fail_cleanly(OUTPUT, "render", "--format", "png", says=["out/neuron: is a file"])

    def test_result_is_a_device(self):
        """train may write to one, but a video cannot be written without seeking."""
        for path, form in (("out/neuron.mp4", "mp4"), ("out/neuron_start.png", "mp4"),
                           ("out/neuron.vtt", "mp4"), ("out/neuron.sha256", "checksums")):
            self.make_older()
            os.unlink(self.path(path))
            os.mkfifo(self.path(path))
            self.fail_cleanly(OUTPUT, "render", "--format", form, says=[path, "regular file"])
            shutil.rmtree(self.path("out"))

    def test_name_that_the_file_system_refuses(self):
        self.make_older()
        for form in FORMATS:
            self.fail_cleanly(OUTPUT, "render", "--format", form, "--every", "2000", "--name",
                              "x" * 300, says=["xxx"])
        # 255 bytes is the most; the poster's name is longer than that of the video
        self.fail_cleanly(OUTPUT, "render", "--every", "2000", "--name", "x" * 250, says=["xxx"])
        self.fail_cleanly(OUTPUT, "render", "--out", "x" * 300, says=["xxx"])
        self.fail_cleanly(OUTPUT, "train", "-o", "x" * 300, says=["xxx"])


class Permissions(ErrorTest):
    def protect(self, path, mode):
        os.chmod(path, mode)
        self.addCleanup(os.chmod, path, 0o755)

    def test_out_cannot_be_made(self):
        self.open_to_all()
        self.protect(self.folder, 0o555)
        for form in FORMATS:
            self.fail_cleanly(OUTPUT, "render", "--format", form, **ordinary_user(),
                              says=["out", "Permission denied"])

    def test_folder_that_cannot_be_written(self):
        self.make_older()
        self.open_to_all()
        self.protect(self.path("out"), 0o555)
        for form in FORMATS:
            self.fail_cleanly(OUTPUT, "render", "--format", form, **ordinary_user(),
                              says=["out/neuron", "Permission denied"])
        self.fail_cleanly(OUTPUT, "train", "-o", "out/x.csv", **ordinary_user(),
                          says=["out/x.csv", "Permission denied"])

    def test_folder_that_cannot_be_entered(self):
        self.make_older()
        self.open_to_all()
        before = self.contents()
        self.protect(self.path("out"), 0o000)
        for form in FORMATS:
            self.fail_with(OUTPUT, "render", "--format", form, **ordinary_user(),
                           says=["out", "Permission denied"])
        os.chmod(self.path("out"), 0o755)
        self.assertEqual(self.contents(), before)

    def test_file_that_is_read_only(self):
        """A rename would replace it, but somebody protected it."""
        self.make_older()
        self.open_to_all("out")
        for path in RESULTS:
            os.chmod(self.path(path), 0o666)
        for path, form in (("out/neuron.mp4", "mp4"), ("out/neuron_start.png", "mp4"),
                           ("out/neuron.vtt", "mp4"), ("out/neuron.sha256", "checksums")):
            os.chmod(self.path(path), 0o444)
            self.fail_cleanly(OUTPUT, "render", "--format", form, **ordinary_user(), says=[path])
            os.chmod(self.path(path), 0o666)
        os.chmod(self.path(RESULTS[0]), 0o444)
        self.fail_cleanly(OUTPUT, "train", "-o", RESULTS[0], **ordinary_user(), says=[RESULTS[0]])


class FullDisk(ErrorTest):
    PAGE = os.sysconf("SC_PAGE_SIZE")  # what a tmpfs gives to files

    def tmpfs(self, options):
        os.mkdir(self.path("disk"))
        mount = ["mount", "-t", "tmpfs", "-o", options, "trainreel-test", self.path("disk")]
        try:
            subprocess.run(mount, capture_output=True, check=True, timeout=20)
        except (OSError, subprocess.SubprocessError):
            self.skipTest("file systems cannot be mounted here")
        self.addCleanup(subprocess.run, ["umount", "-l", self.path("disk")], timeout=20, check=True)

    def sizes(self, *arguments):
        self.succeed("render", "--quiet", "--out", "complete", *arguments)
        found = {}
        for folder, _, names in os.walk(self.path("complete")):
            found.update((name, os.path.getsize(os.path.join(folder, name))) for name in names)
        shutil.rmtree(self.path("complete"))
        return found

    def check_limits(self, limits, *arguments, says):
        self.make_older()
        for amount in limits:
            with self.subTest(limit=amount):
                self.fail_cleanly(OUTPUT, "render", *arguments, says=[says, "File too large"],
                                  preexec_fn=limit(resource.RLIMIT_FSIZE, amount))

    def test_limit_for_a_video(self):
        sizes = self.sizes()
        video, poster = sizes["neuron.mp4"], sizes["neuron_start.png"]
        self.assertGreater(video, poster)
        self.check_limits((0, 1, sizes["neuron.vtt"] - 1), says="out/neuron")
        self.check_limits((1000, poster - 1), says="out/neuron_start.png")
        self.check_limits((poster, (poster + video) // 2, video - 1000, video - 1),
                          says="out/neuron.mp4")

    def test_limit_for_a_video_of_many_segments(self):
        video = self.sizes("--every", "4")["neuron.mp4"]
        self.check_limits((video // 2, video - 1), "--every", "4", says="out/neuron.mp4")

    def test_limit_for_each_format(self):
        """Where one cannot be written, none of a list appears."""
        for form, name in (("webm", "neuron.webm"), ("av1", "neuron.av1.webm"),
                           ("gif", "neuron.gif"), ("apng", "neuron.apng")):
            size = self.sizes("--every", "500", "--format", form)[name]
            self.check_limits((size // 2, size - 1), "--every", "500", "--format", form,
                              says="out/neuron")
            self.check_limits((size // 2,), "--every", "500", "--format", form + ",checksums",
                              says="out/neuron")

    def test_limit_for_frames(self):
        largest = max(self.sizes("--format", "png").values())
        self.check_limits((0, 1000, largest - 1), "--format", "png", says="out/neuron")

    def test_limit_for_checksums(self):
        size = self.sizes("--format", "checksums", "--every", "10")["neuron.sha256"]
        self.check_limits((0, 1000, size // 2, size - 1), "--format", "checksums", "--every", "10",
                          says="out/neuron.sha256")

    def test_limit_for_a_training(self):
        self.make("x.csv")
        size = len(self.succeed("train"))
        for amount in (0, 1, size // 2, size - 1):
            with self.subTest(limit=amount):
                self.fail_cleanly(OUTPUT, "train", "-o", "x.csv", says=["x.csv", "File too large"],
                                  preexec_fn=limit(resource.RLIMIT_FSIZE, amount))

    def fill(self, pages):
        self.make("disk/filler", b"x" * pages * self.PAGE)

    def test_full_file_system(self):
        """At first there is no room at all, at last only the end of the video has none."""
        pages = sum(-(-size // self.PAGE) for size in self.sizes().values())
        self.tmpfs(f"size={(pages - 1 + 3) * self.PAGE}")
        self.make("disk/neuron.mp4")
        self.make("disk/neuron_start.png")
        self.make("disk/neuron.vtt")
        for taken in range(pages - 1, -1, -2):
            with self.subTest(pages=taken):
                self.fill(taken)
                self.fail_cleanly(OUTPUT, "render", "--out", "disk",
                                  says=["disk/neuron", "No space left"])

    def test_full_file_system_for_other_formats(self):
        self.tmpfs(f"size={8 * self.PAGE}")
        for path in ("neuron.sha256", "neuron/frame_000000.png", "x.csv"):
            self.make("disk/" + path)
        many = ("--batch-size", "1", "--epochs", "100")
        for form, result in (("png", "neuron"), ("checksums", "neuron.sha256")):
            self.fail_cleanly(OUTPUT, "render", "--out", "disk", "--format", form, "--every", "1",
                              *many, says=["disk/" + result, "No space left"])
        self.fail_cleanly(OUTPUT, "train", "-o", "disk/x.csv", *many,
                          says=["disk/x.csv", "No space left"])
        self.succeed("train", "-o", "states.csv", *many)
        self.fail_cleanly(OUTPUT, "import", "states.csv", "--model", "1:relu", "-o", "disk/x.h5",
                          says=["disk/x.h5", "No space left"])

    def test_no_name_left(self):
        self.tmpfs("size=10m,nr_inodes=20")
        self.make("disk/neuron/frame_000000.png")
        self.fail_cleanly(OUTPUT, "render", "--out", "disk", "--format", "png",
                          says=["disk/neuron", "No space left"])

    def test_read_only_file_system(self):
        self.tmpfs("size=1m")
        self.make("disk/neuron.mp4")
        self.make("disk/x.csv")
        remount = ["mount", "-o", "remount,ro", self.path("disk")]
        if subprocess.run(remount, capture_output=True, timeout=20).returncode:
            self.skipTest("file systems cannot be made read-only here")
        for form in FORMATS:
            self.fail_cleanly(OUTPUT, "render", "--out", "disk", "--format", form,
                              says=["disk/neuron", "Read-only"])
        self.fail_cleanly(OUTPUT, "render", "--out", "disk/new", says=["disk/new", "Read-only"])
        self.fail_cleanly(OUTPUT, "train", "-o", "disk/x.csv", says=["disk/x.csv", "Read-only"])


class StandardStreams(ErrorTest):
    TO_STDOUT = (("train",), ("render",), ("render", "--json"), ("render", "--quiet", "--json"),
                 ("--help",), ("help",), ("--version",), ("train", "--help"), ("render", "--help"))
    NOT_TO_STDOUT = (("render", "--quiet"), ("train", "--output", "x.csv"))

    @unittest.skipUnless(os.path.exists("/dev/full"), "there is no /dev/full")
    def test_full(self):
        for arguments in self.TO_STDOUT:
            with open("/dev/full", "wb") as full:
                self.fail_with(OUTPUT, *arguments, stdout=full, says=["standard output"])
        for arguments in self.NOT_TO_STDOUT:
            with open("/dev/full", "wb") as full:
                self.succeed(*arguments, stdout=full)

    def test_closed(self):
        for arguments in self.TO_STDOUT:
            self.fail_with(OUTPUT, *arguments, stdout=None, preexec_fn=close(1),
                           says=["standard output"])
        for arguments in self.NOT_TO_STDOUT:
            self.succeed(*arguments, stdout=None, preexec_fn=close(1))

    def test_what_is_printed_does_not_end_up_in_a_file(self):
        """A file that is opened gets the number of a closed stream."""
        self.succeed("render", "--quiet", "--out", "expected", "--every", "4")
        expected = {name: read(self.path("expected", name)) for name in self.names("expected")}
        for closed in ((2,), (1, 2), (0, 1, 2)):
            with self.subTest(closed=closed):
                result = self.run_program("render", "--every", "4", "--verbose", "--json",
                                          "--progress", "json", preexec_fn=close(*closed))
                self.assertEqual(result.returncode, OUTPUT if 1 in closed else DONE)
                self.assertEqual(set(self.names("out")), set(expected))
                for name, content in expected.items():
                    self.assertTrue(read(self.path("out", name)) == content, f"{name} differs")

    def test_reader_that_left(self):
        """trainreel … | head -n 0: a quiet end, as other programs have, but not without files."""
        for arguments in self.TO_STDOUT:
            reader, writer = os.pipe()
            os.close(reader)
            try:
                result = self.run_program(*arguments, stdout=writer)
            finally:
                os.close(writer)
            self.assertEqual((result.returncode, result.stderr), (-signal.SIGPIPE, ""), arguments)
        self.assertEqual(self.names("out"), ["neuron.mp4", "neuron.vtt", "neuron_start.png"])

    def test_reader_that_left_where_that_signal_is_ignored(self):
        for arguments in self.TO_STDOUT:
            reader, writer = os.pipe()
            os.close(reader)
            try:
                self.fail_with(OUTPUT, *arguments, stdout=writer, restore_signals=False,
                               says=["standard output"])
            finally:
                os.close(writer)

    def test_head(self):
        script = ('"$TRAINREEL" train --batch-size 1 --epochs 2000 | head -n 1; '
                  '"$TRAINREEL" render --help | head -n 1')
        result = subprocess.run(["sh", "-c", script], capture_output=True, cwd=self.folder,
                                timeout=60)
        self.assertEqual(result.stderr, b"")
        self.assertEqual(result.stdout.count(b"\n"), 2)


# ---- exit code 1 ----

class Work(ErrorTest):
    def test_divergence(self):
        self.make_older()
        for form in FORMATS + ("none",):
            self.fail_cleanly(WORK, "render", "--format", form, "--learning-rate", "1e30",
                              says=["diverged", "iteration 2 ", "learning rate 1e+30"])

    def without_fonts(self):
        self.make("fontconfig/fonts.conf", b"""<?xml version="1.0"?>
            <!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig><dir prefix="relative">none</dir>
            <cachedir prefix="relative">cache</cachedir></fontconfig>""")
        os.mkdir(self.path("fontconfig", "none"))
        os.mkdir(self.path("fontconfig", "cache"))
        return environment(FONTCONFIG_FILE=self.path("fontconfig", "fonts.conf"))

    def test_no_font(self):
        self.make_older()
        env = self.without_fonts()
        older = {path: read(self.path(path)) for path in RESULTS}
        for form in FORMATS + ("none",):
            self.fail_with(WORK, "render", "--format", form, env=env, says=["DejaVu Sans"])
            self.assertEqual(self.names("out"), sorted({path.split("/")[1] for path in RESULTS}))
            self.assertEqual({path: read(self.path(path)) for path in RESULTS}, older)
        self.succeed("train", "--epochs", "1", env=env)

    def test_character_that_no_font_has(self):
        self.make_older()
        for option in ("--title", "--x-label", "--y-label", "--data-label", "--prediction-label"):
            for form in ("mp4", "none"):
                self.fail_cleanly(WORK, "render", "--format", form, option, "a\ue000b",
                                  says=["U+E000", "font"])

    @unittest.skipUnless(sys.platform == "linux", "for Linux's dynamic linker")
    def test_no_ffmpeg(self):
        self.make_older()
        version = self.succeed("--version").decode()
        path = self.path("broken")
        os.mkdir(path)
        searched = os.pathsep.join(filter(None, [path, os.environ.get("LD_LIBRARY_PATH")]))
        env = environment(LD_LIBRARY_PATH=searched)
        for library in ("libavcodec", "libavformat"):
            name = f"{library}.so.{re.search(library + ' ([0-9]+)', version).group(1)}"
            self.make("broken/" + name, b"This is no library.\n")
            for form in ("mp4", "png"):
                self.fail_cleanly(WORK, "render", "--format", form, env=env, says=["FFmpeg", name])
            self.assertIn(name, self.succeed("--version", env=env).decode())
            self.succeed("render", "--quiet", "--format", "none", env=env)
            self.succeed("train", "--epochs", "1", env=env)
            os.unlink(self.path("broken", name))


@unittest.skipIf(is_sanitized(), "sanitizers need more")
class Resources(ErrorTest):
    # One worker and one arena for malloc: what else needs memory at the same time is known.
    HUGE = ("--size", "7680x4320", "--jobs", "1", "--epochs", "1")
    ENVIRONMENT = environment(MALLOC_ARENA_MAX="1")

    def enough(self, form):
        """Address space for the program and its libraries, in megabytes."""
        os.mkdir(self.path("trial"))
        successes = 0
        for megabytes in range(100, 4000, 20):
            result = self.run_program("render", "--quiet", "--jobs", "1", "--epochs", "1",
                                      "--format", form, cwd=self.path("trial"),
                                      env=self.ENVIRONMENT,
                                      preexec_fn=limit(resource.RLIMIT_AS, megabytes << 20))
            successes = successes + 1 if result.returncode == 0 else 0
            if successes == 3:
                shutil.rmtree(self.path("trial"))
                return megabytes
        raise AssertionError("the program does not run in 4 GB")

    def test_memory_for_a_picture(self):
        """There is room for one of the two pictures of 133 MB that a worker needs."""
        self.make_older()
        for form in ("checksums", "none"):
            amount = self.enough(form) + 160 << 20
            self.fail_cleanly(WORK, "render", "--format", form, *self.HUGE, env=self.ENVIRONMENT,
                              says=["memory"], preexec_fn=limit(resource.RLIMIT_AS, amount))

    def test_memory_for_a_video(self):
        """There is room for the pictures, but not for the encoder."""
        self.make_older()
        amount = self.enough("mp4") + 600 << 20
        before = self.contents()
        result = self.run_program("render", *self.HUGE, env=self.ENVIRONMENT,
                                  preexec_fn=limit(resource.RLIMIT_AS, amount))
        self.assertEqual((result.returncode, result.stdout), (WORK, b""), result.stderr)
        # x264 itself prints when it gets no memory, whatever it is told
        self.check_message(re.sub(r"(?m)^x264 \[error\]: malloc of size \d+ failed\n", "",
                                  result.stderr))
        self.assertEqual(self.contents(), before)

    def test_memory_for_a_training(self):
        self.make("x.csv")
        for arguments in (("train",), ("train", "-o", "x.csv")):
            self.fail_cleanly(WORK, *arguments, "--points", "10000000", "--batch-size", "10000000",
                              says=["memory"], preexec_fn=limit(resource.RLIMIT_AS, 250 << 20))

    def test_threads(self):
        """Root has no such limit. What else the user runs counts too, so there may be no thread at
        all."""
        self.make_older()
        self.open_to_all("out", "out/neuron")
        for path in RESULTS:
            os.chmod(self.path(path), 0o666)
        for amount in (1,):  # where some threads start, Pango aborts for want of one of its own
            for form in ("mp4", "checksums"):
                with self.subTest(threads=amount, format=form):
                    self.fail_cleanly(WORK, "render", "--format", form, "--every", "1", "--jobs",
                                      "64", "--batch-size", "1", **ordinary_user(),
                                      preexec_fn=limit(resource.RLIMIT_NPROC, amount))


# ---- exit code 130, and worse ends ----

class Signals(ErrorTest):
    SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)

    def bytes_of_temporaries(self, path):
        total = 0
        for folder, _, names in os.walk(self.path(path)):
            for name in names:
                try:
                    if ".trainreel-" in os.path.join(folder, name):
                        total += os.path.getsize(os.path.join(folder, name))
                except FileNotFoundError:
                    pass
        return total

    def check_interrupted(self, process):
        _, stderr = process.communicate(timeout=60)
        self.assertEqual(process.returncode, INTERRUPTED, stderr)
        self.check_message(stderr.decode(), ["interrupted"])

    def test_render(self):
        self.make_older()
        before = self.contents()
        for form in WRITTEN_AT_ONCE:
            for number in self.SIGNALS:
                with self.subTest(format=form, signal=number.name):
                    process = self.start("render", "--progress", "none", "--format", form, *LONG)
                    self.wait_for_temporary(process, "out")
                    # once at the very beginning, otherwise when there is something in the files
                    if number != signal.SIGINT:
                        self.wait_for(lambda: self.bytes_of_temporaries("out") > 20000, "output")
                    process.send_signal(number)
                    self.check_interrupted(process)
                    self.assertEqual(self.contents(), before)

    def test_render_without_older_files(self):
        for form in FORMATS:
            process = self.start("render", "--progress", "none", "--format", form, *LONG)
            self.wait_for_temporary(process, "out")
            process.send_signal(signal.SIGTERM)
            self.check_interrupted(process)
            self.assertEqual(self.contents(), {})

    def test_train(self):
        self.make("x.csv")
        before = self.contents()
        for number in self.SIGNALS:
            process = self.start("train", "-o", "x.csv", *self.ENDLESS)
            self.wait_for_temporary(process, "")
            if number != signal.SIGINT:
                self.wait_for(lambda: self.bytes_of_temporaries("") > 200000, "output")
            process.send_signal(number)
            self.check_interrupted(process)
            self.assertEqual(self.contents(), before)

    ENDLESS = ("--batch-size", "1", "--epochs", "1000000")

    def check_ends(self, process):
        process.send_signal(signal.SIGINT)
        try:
            exit_code = process.wait(20)
        except subprocess.TimeoutExpired:
            self.fail("it goes on after the signal")
        stderr = process.stderr.read().decode()
        self.assertEqual(exit_code, INTERRUPTED, stderr)
        self.check_message(stderr, ["interrupted"])

    def wait_until_full(self, pipe):
        def waiting():
            count = bytearray(4)
            fcntl.ioctl(pipe, termios.FIONREAD, count)
            return int.from_bytes(count, sys.byteorder)

        def full():  # nothing was added for a while, as nothing more fits in
            before = waiting()
            time.sleep(0.3)
            return before and before == waiting()
        self.wait_for(full, "a full pipe")

    def test_train_to_a_reader_that_does_not_read(self):
        process = self.start("train", *self.ENDLESS)
        self.wait_until_full(process.stdout)
        self.check_ends(process)

    def test_train_to_a_fifo_whose_reader_does_not_read(self):
        os.mkfifo(self.path("fifo"))
        process = self.start("train", "-o", "fifo", *self.ENDLESS)
        with open(self.path("fifo"), "rb") as reader:
            self.wait_until_full(reader)
            self.check_ends(process)

    @unittest.skipUnless(sys.platform == "linux", "for Linux's /proc")
    def test_train_to_a_fifo_without_a_reader(self):
        os.mkfifo(self.path("fifo"))
        process = self.start("train", "-o", "fifo")

        def waits():
            status = read(f"/proc/{process.pid}/status").decode()
            caught = int(re.search("SigCgt:\\s*([0-9a-f]+)", status).group(1), 16)
            return caught & 1 << signal.SIGINT - 1 and re.search("State:\\s*S", status)
        self.wait_for(waits, "the program to wait for a reader")
        time.sleep(0.3)  # had it only slept for another reason
        self.check_ends(process)

    def test_signals_that_are_to_be_ignored(self):
        """nohup has SIGHUP ignored, and a shell has SIGINT ignored by what it runs with &."""
        for number in (signal.SIGHUP, signal.SIGINT):
            with self.subTest(number.name):
                process = self.start("render", "--progress", "none", *LONG,
                                     preexec_fn=lambda: signal.signal(number, signal.SIG_IGN))
                self.wait_for_temporary(process, "out")
                process.send_signal(number)
                time.sleep(1)
                self.assertIsNone(process.poll(), "it ended")
                process.send_signal(signal.SIGTERM)
                self.check_interrupted(process)

    def test_kill(self):
        """The worst moment to end leaves the older file, or the new one, but nothing in between."""
        arguments = {"render": ("render", "--quiet", "--every", "20"),
                     "train": ("train", "-o", "out/x.csv")}
        results = {"render": ("neuron.mp4", "neuron_start.png", "neuron.vtt"),
                   "train": ("x.csv",)}
        seed = random.randrange(1 << 32)
        moments = random.Random(seed)
        for command, rounds in (("render", 24), ("train", 8)):
            os.makedirs(self.path("out"), exist_ok=True)
            self.succeed(*arguments[command], "--seed", "1")
            older = {name: read(self.path("out", name)) for name in results[command]}
            began = time.monotonic()
            self.succeed(*arguments[command])
            duration = time.monotonic() - began
            newer = {name: read(self.path("out", name)) for name in results[command]}
            self.assertFalse(set(older.values()) & set(newer.values()))
            for i in range(rounds):
                shutil.rmtree(self.path("out"))
                for name, content in older.items():
                    self.make("out/" + name, content)
                # half of them at the end, where the files get their names
                moment = duration * moments.uniform(0.7 if i % 2 else 0, 1.1)
                process = self.start(*arguments[command])
                try:
                    process.wait(moment)
                except subprocess.TimeoutExpired:
                    process.kill()
                self.assertEqual(process.communicate(timeout=30)[1], b"")
                for name in results[command]:
                    content = read(self.path("out", name))
                    self.assertTrue(
                        content == newer[name] or process.returncode and content == older[name],
                        f"{name} is neither ({process.returncode} after {moment} s, seed {seed})")


class Environment(ErrorTest):
    """Not failures: what is odd here makes no difference."""

    def test_odd_environments(self):
        nowhere = self.path("nowhere")
        self.make("file")
        for changes in ({"COLUMNS": "garbage"}, {"COLUMNS": "0"}, {"COLUMNS": "-1"},
                        {"COLUMNS": "9" * 30}, {"TERM": "garbage"}, {"TERM": ""}, {"TERM": None},
                        {"LC_ALL": "garbage"}, {"LC_ALL": None, "LANG": "\udcff"},
                        {"LC_ALL": None, "LANG": "x" * 5000}, {"TMPDIR": nowhere},
                        {"TMPDIR": self.path("file")}, {"HOME": None}, {"HOME": nowhere},
                        {"HOME": self.path("file"), "XDG_CACHE_HOME": None},
                        {"XDG_CACHE_HOME": self.path("file")}, {"XDG_CACHE_HOME": ""},
                        {"NO_COLOR": "garbage"}, {"TZ": "garbage"}, {"PATH": None},
                        {"HOME": None, "PATH": None, "XDG_CACHE_HOME": None, "TERM": None,
                         "LC_ALL": None, "LANG": None, "USER": None, "LOGNAME": None}):
            with self.subTest(changes):
                env = environment(**changes)
                self.succeed("render", "--every", "2000", env=env)
                self.succeed("train", "--epochs", "1", env=env)
                self.succeed("--version", env=env)
        self.assertEqual(self.names(), ["file", "out"])

    def test_caches_that_cannot_be_written(self):
        self.open_to_all("folder")
        env = environment(XDG_CACHE_HOME="/nonexistent", HOME="/nonexistent")
        self.succeed("render", "--every", "2000", cwd=self.path("folder"), env=env,
                     **ordinary_user())


if __name__ == "__main__":
    unittest.main()
