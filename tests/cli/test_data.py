"""--data and --data-file: the data that nets are trained on, made or read from a CSV file."""
import csv
import io
import math
import os
import random
import resource
import signal
import struct
import time
import unittest

from support import (INPUT, INTERRUPTED, USAGE, WORK, CliTest, is_sanitized, limit, ordinary_user,
                     write)


class Generator:
    """numpy.random after seed(), as Python's own Mersenne Twister can be made to behave."""

    def __init__(self, seed):
        key = [seed]
        for i in range(1, 624):
            key.append((1812433253 * (key[-1] ^ key[-1] >> 30) + i) & 0xffffffff)
        self.twister = random.Random()
        self.twister.setstate((3, (*key, 624), None))
        self.kept = None

    def uniform(self, low, high):
        return low + (high - low) * self.twister.random()

    def normal(self, deviation):
        if self.kept is not None:
            value, self.kept = self.kept, None
            return deviation * value
        square = 0
        while not 0 < square < 1:
            first, second = self.uniform(-1, 1), self.uniform(-1, 1)
            square = first * first + second * second
        factor = math.sqrt(-2 * math.log(square) / square)
        self.kept = factor * first
        return deviation * (factor * second)


def linspace(low, high, count, endpoint=True):
    step = (high - low) / max(count - endpoint, 1)
    values = [low + i * step for i in range(count)]
    return values[:-1] + [high] if endpoint and count > 1 else values


def make(kind, count, noise, generator):
    """Samples (inputs, output) as include/trainreel/dataset.h defines them."""
    half = count // 2

    def polar(radii, angles, y):
        return [([r * math.cos(t), r * math.sin(t)], y) for r, t in zip(radii, angles)]

    if kind == "bilinear":
        x = linspace(0, 2, count)
        samples = [([a], 2 * x[i - half] if i >= half else 0) for i, a in enumerate(x)]
    elif kind == "sine":
        samples = [([a], math.sin(a)) for a in linspace(0, 2 * math.pi, count)]
    elif kind == "linear":
        samples = [([a], 2 * a + 1) for a in linspace(-1, 1, count)]
    elif kind == "step":
        samples = [([a], float(a >= 0)) for a in linspace(-1, 1, count)]
    elif kind == "xor":
        x = [[generator.uniform(-1, 1), generator.uniform(-1, 1)] for _ in range(count)]
        samples = [(a, float((a[0] < 0) != (a[1] < 0))) for a in x]
    elif kind == "circles":
        samples = [sample for radius, n, y in ((1, half, 0), (0.5, count - half, 1))
                   for sample in polar([radius] * n, linspace(0, 2 * math.pi, n, False), y)]
    else:
        samples = [sample for sign, n, y in ((1, half, 0), (-1, count - half, 1))
                   for sample in polar([sign * r for r in linspace(0.1, 1, n)],
                                       linspace(0, 3 * math.pi, n), y)]
    if noise and len(samples[0][0]) == 1:
        samples = [(x, y + generator.normal(noise)) for x, y in samples]
    elif noise:
        samples = [([a + generator.normal(noise) for a in x], y) for x, y in samples]
    return samples


def float32(value):
    return struct.unpack("f", struct.pack("f", value))[0]


class Kinds(CliTest):
    def check(self, kind, count=200, noise=None, seed=0):
        """The initial weights are drawn after the data, and the loss is that of the data."""
        arguments = ["--noise", repr(noise)] if noise is not None else []
        rows = list(csv.reader(io.StringIO(self.succeed(
            "train", "--data", kind, "--points", str(count), "--seed", str(seed), "--epochs", "0",
            *arguments).decode())))
        self.assertEqual(len(rows), 2)
        generator = Generator(seed)
        default = 0.2 if kind == "sine" else 0
        samples = make(kind, count, default if noise is None else noise, generator)
        weights = [float32(generator.normal(0.05)) for _ in samples[0][0]]
        self.assertEqual(rows[1][5:], ["%.9g" % weight for weight in weights] + ["0"])
        loss = sum((max(sum(w * a for w, a in zip(weights, x)), 0) - y) ** 2
                   for x, y in samples) / count
        self.assertAlmostEqual(float(rows[1][4]), loss, delta=1e-6 * max(loss, 1))

    def test_kinds(self):
        for kind in ("bilinear", "sine", "linear", "step", "xor", "circles", "spirals"):
            for settings in ({}, {"noise": 0.3}, {"noise": 0, "seed": 4294967295},
                             {"count": 7, "seed": 3}, {"count": 2}):
                with self.subTest(kind, **settings):
                    self.check(kind, **settings)

    def test_sine_is_the_posts(self):
        """What NumPy printed: the weight that comes after the noise, and the loss."""
        rows = list(csv.reader(io.StringIO(
            self.succeed("train", "--data", "sine", "--epochs", "0").decode())))
        self.assertEqual(rows[1][5], "-0.0184590928")
        self.assertAlmostEqual(float(rows[1][4]), 0.519587683, delta=1e-7)

    def test_csv_needs_a_file(self):
        self.fail_with(USAGE, "train", "--data", "csv", says=["--data-file"])


class Files(CliTest):
    def setUp(self):
        super().setUp()
        self.samples = make("bilinear", 200, 0, None)
        self.expected = self.succeed("train", "--epochs", "20")

    def train(self, lines, *arguments, **options):
        write(self.path("data.csv"), "".join(f"{line}\n" for line in lines).encode())
        return self.succeed("train", "--data-file", "data.csv", "--epochs", "20", *arguments,
                            **options)

    def test_same_data_from_a_file(self):
        lines = [f"{x[0]!r},{y!r}" for x, y in self.samples]
        self.assertEqual(self.train(lines), self.expected)
        self.assertEqual(self.train(["x,y", *lines]), self.expected)
        self.assertEqual(self.train(["2019,2020", *lines], "--header", "yes"), self.expected)
        self.assertEqual(self.train(lines, "--header", "no"), self.expected)
        self.assertEqual(self.train(lines, "--data", "csv"), self.expected)
        quoted = [f'"{x[0]:.17e}" ; {y!r}\r' for x, y in self.samples]
        self.assertEqual(self.train(["\ufeffx;y\r", *quoted, "\r", ""]), self.expected)

    def test_columns(self):
        lines = ["name,f(x),x"] + [f"sample,{y!r},{x[0]!r}" for x, y in self.samples]
        for x, y in (("x", "f(x)"), ("3", "2"), (" x ", "\"f(x)\"")):
            self.assertEqual(self.train(lines, "--x-columns", x, "--y-columns", y), self.expected)

    def test_locale_does_not_matter(self):
        lines = [f"{x[0]!r},{y!r}" for x, y in self.samples]
        self.assertEqual(self.train(lines, env={**os.environ, "LC_ALL": "de_DE.UTF-8"}),
                         self.expected)

    def test_standard_input(self):
        write(self.path("data.csv"), "".join(f"{x[0]!r},{y!r}\n" for x, y in self.samples).encode())
        with open(self.path("data.csv"), "rb") as file:
            self.assertEqual(self.succeed("train", "--data-file", "-", "--epochs", "20",
                                          stdin=file), self.expected)

    def test_pipe(self):
        os.mkfifo(self.path("pipe"))
        process = self.start("train", "--data-file", "pipe", "--epochs", "20")
        with open(self.path("pipe"), "w", encoding="ascii") as pipe:
            for x, y in self.samples:
                print(f"{x[0]!r},{y!r}", file=pipe, flush=True)
        self.assertEqual(process.communicate(timeout=60), (self.expected, b""))
        self.assertEqual(process.returncode, 0)


class Errors(CliTest):
    def refuse(self, content, where, found, wanted, *arguments):
        """One line that says where, what is there and what would be right; nothing is written."""
        write(self.path("data.csv"), content)
        message = self.fail_with(INPUT, "train", "--data-file", "data.csv", "-o", "net.csv",
                                 *arguments)
        self.assertEqual(message,
                         f"trainreel train: data.csv:{where}: found {found}; wanted {wanted}\n")
        self.assertEqual(self.names(), ["data.csv"])

    def test_fields(self):
        self.refuse(b"x,y\n1,2\n3,\n", "3:3", "nothing", "a number")
        self.refuse(b"x,y\n1,2\nthree,4\n", "3:1", '"three"', "a number")
        self.refuse(b"x,y\n1,2\n3, inf\n", "3:3", '"inf"', "a finite number")
        self.refuse(b"x,y\n1,1e400\n", "2:3", '"1e400"',
                    "a number up to 3.4e38, the largest float32")
        self.refuse("ä,ö\n\"ä\",€\n".encode(), "2:1", '"ä"', "a number")
        self.refuse("ä;ö\n1;\x07€\n".encode(), "2:3", '"\\x07€"', "a number")

    def test_lines(self):
        self.refuse(b"x,y\n1,2\n3\n", "3:2", "the end of the line", "2 fields, as in line 1")
        self.refuse(b"x,y\n1,2,3\n", "2:5", "a field more", "2 fields, as in line 1")
        self.refuse(b"", "1:1", "an empty file", "lines of numbers")
        self.refuse(b"x,y\n", "2:1", "the end of the file", "a line of numbers")
        self.refuse(b"1,2\n", "2:1", "the end of the file", "a line of numbers", "--header", "yes")
        self.refuse(b"x,y\n1,2\n", "1:1", '"x"', "a number", "--header", "no")
        self.refuse(b"1,2\n\0,3\n", "2:1", "a NUL byte", "a text file in UTF-8 (not UTF-16)")
        self.refuse(b"1,2\n\"3,4\n", "2:1", "a quote that is not closed", "a second one")

    def test_columns(self):
        write(self.path("data.csv"), b"x,y\n1,2\n")
        for arguments, says in ((("--x-columns", "z"), 'no column "z"'),
                                (("--y-columns", "3"), 'no column "3"'),
                                (("--x-columns", "x,x"), 'the column "x" is chosen twice'),
                                (("--y-columns", "x,y"), "all columns are outputs")):
            self.fail_with(USAGE, "train", "--data-file", "data.csv", *arguments,
                           says=["data.csv: ", says])

    def test_render_says_the_same(self):
        write(self.path("data.csv"), b"x,y\n1,2\n3,\n")
        self.fail_with(INPUT, "render", "--data-file", "data.csv",
                       says=["data.csv:3:3: found nothing; wanted a number"])
        self.assertEqual(self.names(), ["data.csv"])

    def test_files_that_cannot_be_read(self):
        self.fail_with(INPUT, "train", "--data-file", "none.csv", says=["none.csv: cannot read"])
        os.mkdir(self.path("folder"))
        self.fail_with(INPUT, "train", "--data-file", "folder", says=["folder: cannot read"])
        self.fail_with(INPUT, "train", "--data-file", "-",
                       says=["standard input:1:1: found an empty file"])
        os.chmod(self.folder, 0o755)
        os.chmod(self.make("secret.csv", b"1,2\n"), 0)
        try:
            self.fail_with(INPUT, "train", "--data-file", "secret.csv",
                           says=["secret.csv: cannot read"], **ordinary_user())
        except PermissionError:
            self.skipTest("an ordinary user cannot run the program here")

    def test_endless_files(self):
        self.fail_with(INPUT, "train", "--data-file", "/dev/zero", says=["1:1: found a NUL byte"])

    @unittest.skipIf(is_sanitized(), "a sanitizer needs more address space")
    def test_more_data_than_memory(self):
        line = b"0.5," * 4000 + b"0.5\n"
        write(self.path("data.csv"), line * 2000)
        self.fail_with(WORK, "train", "--data-file", "data.csv", says=["not enough memory"],
                       preexec_fn=limit(resource.RLIMIT_AS, 60 << 20))

    def test_waiting_for_a_pipe_can_be_interrupted(self):
        os.mkfifo(self.path("pipe"))
        process = self.start("train", "--data-file", "pipe")
        pipe = os.open(self.path("pipe"), os.O_WRONLY)
        self.addCleanup(os.close, pipe)
        os.write(pipe, b"1,2\n")
        time.sleep(0.5)  # until it waits for more
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        self.assertEqual(process.returncode, INTERRUPTED)


if __name__ == "__main__":
    unittest.main()
