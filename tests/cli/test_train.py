"""trainreel train: the CSV of a training, its numbers and where it is written."""
import csv
import io
import os
import resource
import signal
import stat
import struct
import subprocess
import threading
import unittest

from support import (DATA, OUTPUT, USAGE, WORK, CliTest, limit, read)

HEADER = "iteration,epoch,batch_size,loss,full_loss,w,b"


def parse(content):
    """The lines of a CSV as dicts of texts; checks its form."""
    text = content.decode("ascii")
    assert text.endswith("\n") and "\r" not in text, "lines end with a newline"
    assert text.split("\n", 1)[0] == HEADER, text[:80]
    rows = list(csv.DictReader(io.StringIO(text)))
    assert all(None not in row and None not in row.values() for row in rows), "7 values a line"
    return rows


def bilinear(n_points=200):
    """The data, as DESIGN.md defines it."""
    x = [i * (2 / (n_points - 1)) for i in range(n_points)]
    x[-1] = 2
    half = n_points // 2
    return x, [2 * x[i - half] if i >= half else 0 for i in range(n_points)]


def full_loss(row, n_points=200):
    w, b = float(row["w"]), float(row["b"])
    x, y = bilinear(n_points)
    return sum((max(w * a + b, 0) - t) ** 2 for a, t in zip(x, y)) / n_points


def is_float32(text):
    """Whether a text is what float32 needs to come back exactly, and no more."""
    (value,) = struct.unpack("f", struct.pack("f", float(text)))
    return "%.9g" % value == text


class TrainTest(CliTest):
    def train(self, *arguments):
        return parse(self.succeed("train", *arguments))


class Numbers(TrainTest):
    """The post's run: batch size 128, seed 0."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        test = cls()
        test.setUp()
        try:
            cls.rows = test.train()
        finally:
            test.doCleanups()

    def test_initial_state_comes_first(self):
        first = self.rows[0]
        self.assertEqual((first["iteration"], first["epoch"], first["batch_size"], first["loss"]),
                         ("0", "0", "", ""))
        self.assertEqual((first["w"], first["b"]), ("0.0882026181", "0"))

    def test_a_line_for_every_iteration(self):
        self.assertEqual(len(self.rows), 4001)
        for i, row in enumerate(self.rows[1:], 1):
            self.assertEqual((row["iteration"], row["epoch"], row["batch_size"]),
                             (str(i), str((i - 1) // 2), "128" if i % 2 else "72"))

    def test_agrees_with_keras(self):
        with open(os.path.join(DATA, "keras032_neuron_bs128.csv"), newline="") as file:
            keras = list(csv.DictReader(file))
        self.assertEqual(len(keras), 4000)
        for ours, theirs in zip(self.rows[1:], keras):
            self.assertEqual(ours["iteration"], theirs["iter"])
            self.assertEqual(ours["batch_size"], theirs["len"])
            for name, tolerance in (("w", 1e-6), ("b", 1e-6), ("loss", 1e-7)):
                difference = abs(float(ours[name]) - float(theirs[name]))
                self.assertLessEqual(difference, tolerance, f"{name} at {ours['iteration']}")

    def test_ends_where_the_post_does(self):
        last = self.rows[-1]
        self.assertEqual("%.2f, %.2f" % (float(last["w"]), float(last["b"])), "1.69, -1.54")

    def test_numbers_bring_float32_back(self):
        for row in self.rows:
            for name in ("loss", "full_loss", "w", "b"):
                if row["iteration"] != "0" or name != "loss":
                    self.assertTrue(is_float32(row[name]), f"{name} = {row[name]}")

    def test_full_loss_is_that_of_all_data(self):
        for row in self.rows[::250]:
            self.assertAlmostEqual(float(row["full_loss"]), full_loss(row), delta=1e-6,
                                   msg=row["iteration"])

    def test_full_loss_falls_at_every_iteration(self):
        losses = [float(row["full_loss"]) for row in self.rows]
        self.assertTrue(all(a > b for a, b in zip(losses, losses[1:])))


class Settings(TrainTest):
    def test_batch_size_1(self):
        rows = self.train("--batch-size", "1", "--epochs", "3")
        self.assertEqual(len(rows), 601)
        self.assertEqual({row["batch_size"] for row in rows[1:]}, {"1"})
        self.assertEqual([row["epoch"] for row in rows[1:]],
                         [str(i // 200) for i in range(600)])

    def test_batch_size_32_has_a_short_last_batch(self):
        rows = self.train("--batch-size", "32")
        self.assertEqual(len(rows), 14001)
        lengths = [row["batch_size"] for row in rows[1:]]
        self.assertEqual(lengths, (["32"] * 6 + ["8"]) * 2000)
        with open(os.path.join(DATA, "neuron_bs032_f64.csv"), newline="") as file:
            for theirs in csv.DictReader(file):
                ours = rows[int(theirs["iteration"])]
                self.assertEqual(ours["epoch"], theirs["epoch"])
                self.assertEqual(ours["batch_size"], theirs["batch_len"])
                for name in ("w", "b", "loss"):
                    self.assertAlmostEqual(float(ours[name]), float(theirs[name]), delta=1e-5)

    def test_full_batch(self):
        rows = self.train("--batch-size", "200", "--epochs", "100")
        self.assertEqual([row["epoch"] for row in rows[1:]], [str(i) for i in range(100)])
        self.assertEqual({row["batch_size"] for row in rows[1:]}, {"200"})
        for before, after in zip(rows, rows[1:]):
            self.assertAlmostEqual(float(before["full_loss"]), float(after["loss"]), delta=1e-7)

    def test_batch_size_beyond_the_data(self):
        self.assertEqual(self.succeed("train", "--batch-size", "10000000", "--epochs", "50"),
                         self.succeed("train", "--batch-size", "200", "--epochs", "50"))

    def test_no_epoch_leaves_the_initial_state(self):
        self.assertEqual(self.succeed("train", "--epochs", "0").decode(),
                         HEADER + "\n0,0,,,0.527008951,0.0882026181,0\n")

    def test_seed(self):
        same = [self.succeed("train", "--epochs", "5", "--seed", "0"),
                self.succeed("train", "--epochs", "5")]
        self.assertEqual(same[0], same[1])
        others = {self.train("--epochs", "0", "--seed", str(seed))[0]["w"]
                  for seed in (0, 1, 2, 4294967295)}
        self.assertEqual(len(others), 4)
        # numpy.random.seed(1); numpy.random.normal(0, 0.05)
        self.assertAlmostEqual(float(self.train("--epochs", "0", "--seed", "1")[0]["w"]),
                               0.05 * 1.6243453636632417, delta=1e-8)

    def test_points(self):
        rows = self.train("--points", "30", "--batch-size", "8", "--epochs", "2")
        self.assertEqual([row["batch_size"] for row in rows[1:]], ["8", "8", "8", "6"] * 2)
        self.assertAlmostEqual(float(rows[-1]["full_loss"]), full_loss(rows[-1], 30), delta=1e-6)

    def test_learning_rate_0_changes_nothing(self):
        rows = self.train("--learning-rate", "0", "--epochs", "3")
        self.assertEqual({(row["w"], row["b"]) for row in rows}, {("0.0882026181", "0")})

    def test_learning_rate(self):
        slow = self.train("--learning-rate", "1e-3", "--epochs", "1")
        fast = self.train("--learning-rate", ".1", "--epochs", "1")
        for rows, rate in ((slow, 1e-3), (fast, 0.1)):
            self.assertAlmostEqual(float(rows[1]["b"]), 0.792316161 * rate, delta=1e-7)

    def test_data_has_one_kind(self):
        self.assertEqual(self.succeed("train", "--data", "bilinear", "--epochs", "3"),
                         self.succeed("train", "--epochs", "3"))

    def test_settings_of_render_are_no_settings_of_train(self):
        self.fail_with(USAGE, "train", "--every", "10", says=["--every"])


class Divergence(TrainTest):
    """This neuron is hard to make diverge: a rate that is much too large takes w and b below 0, where
    it predicts 0 everywhere and learns no more. Only rates that overflow float32 at once do it."""

    says = ["diverged", "iteration 2 ", "learning rate 1e+30"]

    def test_message(self):
        self.fail_with(WORK, "train", "--learning-rate", "1e30", says=self.says)

    def test_older_file_stays(self):
        self.make("x.csv")
        self.fail_with(WORK, "train", "--learning-rate", "1e30", "-o", "x.csv", says=self.says)
        self.assertEqual(read(self.path("x.csv")), b"older\n")
        self.assertEqual(self.names(), ["x.csv"])

    def test_no_file_appears(self):
        self.fail_with(WORK, "train", "--learning-rate", "1e30", "-o", "x.csv", says=self.says)
        self.assertEqual(self.names(), [])

    def test_a_dead_neuron_has_not_diverged(self):
        rows = self.train("--learning-rate", "10", "--epochs", "50")
        _, y = bilinear()
        dead = sum(t * t for t in y) / len(y)
        self.assertEqual(len(rows), 101)
        for row in rows[-10:]:
            self.assertEqual((row["w"], row["b"]), (rows[-1]["w"], rows[-1]["b"]))
            self.assertAlmostEqual(float(row["full_loss"]), dead, delta=1e-6)


class Files(TrainTest):
    def setUp(self):
        super().setUp()
        self.expected = self.succeed("train", "--epochs", "500")

    def train_to(self, *arguments, **options):
        self.assertEqual(self.succeed("train", "--epochs", "500", *arguments, **options), b"")

    def test_file_has_the_same_bytes(self):
        self.train_to("-o", "x.csv")
        self.train_to("--output=long.csv")
        for name in ("x.csv", "long.csv"):
            self.assertEqual(read(self.path(name)), self.expected)
        self.assertEqual(self.names(), ["long.csv", "x.csv"])

    def test_dash_is_the_standard_output(self):
        self.assertEqual(self.succeed("train", "--epochs", "500", "-o", "-"), self.expected)
        self.assertEqual(self.names(), [])

    def test_older_file_is_replaced(self):
        self.make("x.csv", b"x" * 1000000)
        self.train_to("-o", "x.csv")
        self.assertEqual(read(self.path("x.csv")), self.expected)
        self.assertEqual(self.names(), ["x.csv"])

    def test_link_stays_a_link(self):
        self.make("real/x.csv")
        os.symlink("real/x.csv", self.path("link.csv"))
        self.train_to("-o", "link.csv")
        self.assertTrue(os.path.islink(self.path("link.csv")))
        self.assertEqual(read(self.path("real", "x.csv")), self.expected)
        self.assertEqual((self.names(), self.names("real")), (["link.csv", "real"], ["x.csv"]))

    def test_name_that_is_not_utf8(self):
        name = b"\xff.csv"
        self.train_to("-o", name)
        self.assertEqual(read(os.fsencode(self.folder) + b"/" + name), self.expected)

    def test_devices_are_written_and_not_replaced(self):
        self.train_to("-o", os.devnull)
        self.assertTrue(stat.S_ISCHR(os.stat(os.devnull).st_mode))
        self.assertEqual(self.names(), [])

    def test_standard_output_as_a_file_name(self):
        self.assertEqual(self.succeed("train", "--epochs", "500", "-o", "/dev/stdout"),
                         self.expected)

    def test_fifo(self):
        os.mkfifo(self.path("fifo"))
        received = []
        reader = threading.Thread(target=lambda: received.append(read(self.path("fifo"))))
        reader.start()
        self.train_to("-o", "fifo")
        reader.join(30)
        self.assertEqual(received, [self.expected])
        self.assertTrue(stat.S_ISFIFO(os.stat(self.path("fifo")).st_mode))
        self.assertEqual(self.names(), ["fifo"])


class FilesThatCannotBeWritten(TrainTest):
    def test_folder(self):
        os.mkdir(self.path("folder"))
        self.fail_with(OUTPUT, "train", "-o", "folder", says=["folder: is a folder"])
        self.assertEqual((self.names(), self.names("folder")), (["folder"], []))

    def test_below_a_file(self):
        self.make("file")
        self.fail_with(OUTPUT, "train", "-o", "file/x.csv", says=["file: is a file, but a folder is wanted"])
        self.assertEqual(read(self.path("file")), b"older\n")
        self.assertEqual(self.names(), ["file"])

    def test_folders_that_are_not_there(self):
        """They are made, as every command does for its -o."""
        few = ("--epochs", "2")
        self.succeed("train", *few, "-o", "none/at/all/states.csv")
        self.succeed("predict", *few, "--x", "1", "-o", "a/b/points.csv")
        self.succeed("chart", "fit", *few, "-q", "-o", "c/d/fit.svg")
        self.succeed("record", *few, "-q", "-o", "e/f/run.h5")
        self.succeed("import", "none/at/all/states.csv", "--model", "1:relu", "-q", "-o",
                     self.path("g/run.h5"))
        self.assertEqual([self.names(folder) for folder in ("none/at/all", "a/b", "c/d", "e/f", "g")],
                         [["states.csv"], ["points.csv"], ["fit.svg"], ["run.h5"], ["run.h5"]])

    @unittest.skipUnless(os.path.exists("/dev/full"), "there is no /dev/full")
    def test_full_device(self):
        self.fail_with(OUTPUT, "train", "-o", "/dev/full", says=["/dev/full: ", "No space left"])
        self.assertTrue(stat.S_ISCHR(os.stat("/dev/full").st_mode))
        self.assertEqual(self.names(), [])

    @unittest.skipUnless(os.path.exists("/dev/full"), "there is no /dev/full")
    def test_full_standard_output(self):
        with open("/dev/full", "wb") as full:
            self.fail_with(OUTPUT, "train", stdout=full, says=["standard output", "No space left"])

    def test_size_limit(self):
        self.make("x.csv")
        self.fail_with(OUTPUT, "train", "-o", "x.csv", says=["x.csv: ", "File too large"],
                       preexec_fn=limit(resource.RLIMIT_FSIZE, 100000))
        self.assertEqual(read(self.path("x.csv")), b"older\n")
        self.assertEqual(self.names(), ["x.csv"])

    def test_reader_that_leaves_is_no_failure(self):
        """trainreel train | head -n 1"""
        process = self.start("train", "--batch-size", "1")
        self.assertEqual(process.stdout.readline().decode(), HEADER + "\n")
        process.stdout.close()
        self.assertEqual(process.wait(30), -signal.SIGPIPE)
        self.assertEqual(process.stderr.read(), b"")

    def test_head(self):
        script = '"$TRAINREEL" train --batch-size 1 | head -n 1'
        result = subprocess.run(["sh", "-c", script], capture_output=True, cwd=self.folder,
                                timeout=60)
        self.assertEqual((result.stdout, result.stderr), (HEADER.encode() + b"\n", b""))


if __name__ == "__main__":
    unittest.main()
