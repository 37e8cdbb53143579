"""trainreel chart: kinds, formats, what every option does, failures."""
import os
import signal
import unittest

from media import Png
from support import INPUT, INTERRUPTED, OUTPUT, USAGE, WORK, CliTest, params, read

KINDS = ("data", "fit", "error", "weights", "landscape", "network", "neuron")
FEW = ("--epochs", "50")


class ChartTest(CliTest):
    def chart(self, kind, *arguments, ending="svg"):
        """The bytes of the chart."""
        self.succeed("chart", kind, *FEW, "-q", "-o", "chart." + ending, *arguments)
        return read(self.path("chart." + ending))


class Files(ChartTest):
    def test_default(self):
        self.assertRegex(self.succeed("chart", "error", *FEW).decode(),
                         r"\Aout/error\.svg: 400x300, \d+\.\d kB\n\Z")
        self.assertEqual((self.names(), self.names("out")), (["out"], ["error.svg"]))
        self.succeed("chart", "fit+error", *FEW)
        self.assertEqual(self.names("out"), ["error.svg", "fit+error.svg"])

    def test_formats(self):
        png = Png(self.chart("fit", ending="png"))
        self.assertEqual((png.width, png.height, len(png.pixels())), (400, 300, 360000))
        self.assertRegex(self.chart("fit").decode(), r'<svg [^>]*viewBox="0 0 400 300"')
        self.assertTrue(self.chart("fit", ending="pdf").startswith(b"%PDF-"))

    def test_all_kinds(self):
        found = {kind: self.chart(kind) for kind in KINDS}
        self.assertEqual(len(set(found.values())), len(KINDS))
        for kind in KINDS:
            for ending in ("svg", "png", "pdf"):
                self.assertEqual(self.chart(kind, ending=ending), self.chart(kind, ending=ending))

    def test_quiet(self):
        self.assertEqual(self.succeed("chart", "data", "-q"), b"")

    def test_data_needs_no_training(self):
        self.succeed("chart", "data", "--epochs", "1000000000", "--batch-size", "1", timeout=20)

    def test_older_file_is_replaced_and_a_link_stays(self):
        self.make("real.svg")
        os.symlink("real.svg", self.path("chart.svg"))
        content = self.chart("fit")
        self.assertTrue(os.path.islink(self.path("chart.svg")))
        self.assertEqual(read(self.path("real.svg")), content)


class Options(ChartTest):
    def test_every_option_of_charts_is_tested_here_or_with_render(self):
        folder = os.path.dirname(os.path.abspath(__file__))
        source = read(os.path.join(folder, "test_render.py")) + read(os.path.join(folder,
                                                                                  "test_chart.py"))
        for param in params():
            if param.is_for("chart"):
                self.assertIn(f'"--{param.option}"', source.decode())

    def test_iteration(self):
        states = [self.chart("fit", "--iteration", number) for number in ("0", "1", "50", "100")]
        self.assertEqual(len(set(states)), 4)
        self.assertEqual(self.chart("fit", "--iteration", "-1"), states[-1])
        self.assertEqual(self.chart("fit"), states[-1])

    def test_the_error_of_a_single_iteration_is_a_dot(self):
        def count_colored(*epochs):
            self.succeed("chart", "error", "-q", "-o", "error.png", "--batch-size", "200", "--epochs", *epochs)
            data = Png(read(self.path("error.png"))).pixels()
            return sum(max(data[i:i + 3]) - min(data[i:i + 3]) > 40 for i in range(0, len(data), 3))
        self.assertEqual(count_colored("0"), 0)
        self.assertGreater(count_colored("1"), 4)

    def test_iteration_beyond_the_end(self):
        says = ["of a run that ends with iteration 100"]
        self.succeed("record", *FEW, "-q", "-o", "run.h5")
        for number in ("101", "1000000000000000"):
            for what in (("fit", *FEW), ("error", *FEW), ("fit", "run.h5")):
                self.fail_with(USAGE, "chart", *what, "--iteration", number,
                               says=[f"iteration {number} is wanted", *says])
        self.make("plan.yaml", b"runs: {a: {recording: run.h5}}\n"
                  b"artifacts: {a.svg: {run: a, chart: fit, iteration: 101}}\n")
        says = ["iteration 101 is wanted", *says]
        self.fail_with(INPUT, "plan", "check", "plan.yaml", says=says)
        self.fail_with(USAGE, "build", "plan.yaml", "-q", says=["out/a.svg: ", *says])

    def test_training(self):
        default = self.chart("fit")
        for option in (("--seed", "1"), ("--batch-size", "20"), ("--learning-rate", "0.1"),
                       ("--optimizer", "adam"), ("--model", "4:tanh,1"), ("--points", "50")):
            self.assertNotEqual(self.chart("fit", *option), default, option)

    def test_picture(self):
        default = self.chart("error")
        for option in (("--title", "x"), ("--title", ""), ("--x-label", "x"), ("--y-label", "x"),
                       ("--theme", "dark"), ("--size", "410x240"), ("--error-scale", "log"),
                       ("--full-loss", "yes"), ("--background", "#eeeeee")):
            self.assertNotEqual(self.chart("error", *option), default, option)
        png = Png(self.chart("error", "--size", "410x240", "--scale", "2", ending="png"))
        self.assertEqual((png.width, png.height), (820, 480))
        self.assertNotEqual(self.chart("fit+error", "--layout", "column"), self.chart("fit+error"))

    def test_title_fields(self):
        text = self.chart("fit", "--title", "")
        self.assertNotEqual(self.chart("fit", "--title", "{iteration}"), text)


class Failures(ChartTest):
    def test_usage(self):
        self.fail_with(USAGE, "chart", says=["the kind of the chart is missing"])
        self.fail_with(USAGE, "chart", "fit", "run.h5", "error", says=['"error"'])
        self.fail_with(USAGE, "chart", "fit", "--every", "3", says=["--every"])
        self.fail_with(USAGE, "chart", "", says=["wanted the kind of the chart"])
        for kind in ("fot", "+", "fit+", "../x", "fit+fit+fit+fit+fit", "/etc/x", "FIT"):
            self.fail_with(USAGE, "chart", kind, says=["scene"])
        self.fail_with(USAGE, "chart", b"\xff", says=["UTF-8"])
        for name in ("x.jpg", "x", "", ".svgz", "x.SVG"):
            self.fail_with(USAGE, "chart", "fit", "-o", name, says=["--output", ".png, .svg or .pdf"])
        self.assertEqual(self.names(), [])

    def test_what_does_not_go_together(self):
        self.fail_with(USAGE, "chart", "fit", "--model", "3:relu,2", says=["output"])
        self.fail_with(USAGE, "chart", "fit", "--title", "{nope}", says=["title"])
        self.assertFalse(os.path.exists(self.path("out", "fit.svg")))

    def test_work(self):
        self.make("chart.svg")
        self.fail_with(WORK, "chart", "fit", "-o", "chart.svg", "--learning-rate", "1e30",
                       says=["diverged"])
        self.fail_with(WORK, "chart", "fit", "-o", "chart.svg", *FEW, "--title", "a\ue000",
                       says=["U+E000"])
        self.fail_with(INPUT, "chart", "fit", "-o", "chart.svg", "--data-file", "none.csv",
                       says=["none.csv"])
        self.assertEqual((self.names(), read(self.path("chart.svg"))), (["chart.svg"], b"older\n"))

    def test_outputs_in_the_way(self):
        self.make("file")
        self.fail_with(OUTPUT, "chart", "fit", *FEW, "-o", "file/x.svg", says=["file: is a file"])
        os.mkdir(self.path("x.svg"))
        self.fail_with(OUTPUT, "chart", "fit", *FEW, "-o", "x.svg", says=["x.svg: is a folder"])
        self.make("out")
        self.fail_with(OUTPUT, "chart", "fit", *FEW, says=["out"])

    def test_interrupted(self):
        process = self.start("chart", "error", "--epochs", "1000000000", "--batch-size", "1")
        self.wait_for(lambda: self.caught(process), "the program to train")
        process.send_signal(signal.SIGINT)
        _, stderr = process.communicate(timeout=30)
        self.assertEqual(process.returncode, INTERRUPTED)
        self.check_message(stderr.decode(), ["interrupted"])
        self.assertEqual(self.names("out"), [])


if __name__ == "__main__":
    unittest.main()
