"""trainreel predict and check-gradient."""
import json
import signal
import time
import unittest

from support import INPUT, INTERRUPTED, USAGE, WORK, CliTest, read


class Predict(CliTest):
    def predict(self, *arguments):
        lines = self.succeed("predict", *arguments).decode().splitlines()
        return lines[0], [[float(field) for field in line.split(",")] for line in lines[1:]]

    def test_the_posts_neuron(self):
        """relu(w x + b) with what train ends with."""
        last = self.succeed("train").decode().splitlines()[-1].split(",")
        weight, bias = (float(value) for value in last[5:])
        header, rows = self.predict("--x", "0.5,1.5,2")
        self.assertEqual(header, "x,prediction")
        self.assertEqual([x for x, _ in rows], [0.5, 1.5, 2])
        for x, prediction in rows:
            self.assertAlmostEqual(prediction, max(weight * x + bias, 0), delta=1e-6)

    def test_several_inputs_and_outputs(self):
        header, rows = self.predict("--data", "circles", "--model", "3:tanh,1:sigmoid", "--epochs",
                                    "5", "--x", "0,0; -1,0.5 ;1e-3,+2")
        self.assertEqual(header, "x1,x2,prediction")
        self.assertEqual([row[:2] for row in rows], [[0, 0], [-1, 0.5], [0.001, 2]])
        self.assertTrue(all(0 < row[2] < 1 for row in rows))

    def test_points_from_a_file(self):
        self.make("points.csv", b"b,a\n7,1\n8,2\n")
        expected = self.predict("--x", "1,2", "--epochs", "20")
        self.assertEqual(self.predict("--input", "points.csv", "--x-columns", "a", "--epochs", "20"),
                         expected)
        self.succeed("predict", "--input", "points.csv", "--x-columns", "a", "--epochs", "20", "-o",
                     "out.csv")
        self.assertEqual(read(self.path("out.csv")).decode().splitlines()[0], expected[0])

    def test_an_untrained_net_predicts_too(self):
        _, rows = self.predict("--x", "1", "--epochs", "0")
        self.assertAlmostEqual(rows[0][1], 0.0882026181, delta=1e-9)

    def test_numbers_are_as_they_were_written(self):
        lines = self.succeed("predict", "--x", "0.1,-2.5e-7,3", "--epochs", "0").decode().splitlines()
        self.assertEqual([line.split(",")[0] for line in lines[1:]], ["0.1", "-2.5e-07", "3"])

    def test_json(self):
        _, rows = self.predict("--x", "0.1,1.5", "--epochs", "20")
        report = json.loads(self.succeed("predict", "--x", "0.1,1.5", "--epochs", "20", "--json"))
        self.assertEqual([point["x"] for point in report["points"]], [[0.1], [1.5]])
        for (_, prediction), point in zip(rows, report["points"]):
            self.assertAlmostEqual(point["prediction"][0], prediction, delta=1e-9)
        self.succeed("predict", "--x", "1", "--epochs", "0", "--json", "-o", "out.json")
        self.assertEqual(len(json.loads(read(self.path("out.json")))["points"]), 1)

    def test_wrong_points(self):
        for points, says in (("", "there is no point"), ("1,,2", "has 0 numbers"),
                             ("1,nan", '"nan" is not a number'), ("0x10", "is not a number"),
                             ("1;2,x", '"x" is not a number')):
            self.fail_with(USAGE, "predict", f"--x={points}", says=[says])
        self.fail_with(USAGE, "predict", "--data", "xor", "--model", "1", "--x", "1,2;3",
                       says=['"3" has 1 numbers, but the net 2 inputs'])
        self.fail_with(USAGE, "predict", says=["one of --x POINTS and --input FILE is wanted"])
        self.fail_with(USAGE, "predict", "--x", "1", "--input", "a", says=["one of --x"])

    def test_wrong_files(self):
        self.make("points.csv", b"1,2\n3,x\n")
        self.fail_with(INPUT, "predict", "--input", "points.csv", says=["points.csv:2:3"])
        self.make("points.csv", b"1,2\n")
        self.fail_with(INPUT, "predict", "--input", "points.csv", says=["2 columns", "1 inputs"])
        self.fail_with(INPUT, "predict", "--input", "missing.csv", says=["missing.csv"])


class CheckGradient(CliTest):
    def test_table(self):
        lines = self.succeed("check-gradient", "--data", "sine", "--model", "3:tanh,1").decode(
            ).splitlines()
        self.assertEqual(lines[0].split(), ["parameter", "backpropagated", "central", "difference",
                                            "relative", "error"])
        self.assertEqual([line.split()[0] for line in lines[1:-1]],
                         [f"dense1.w.0.{i}" for i in range(3)] + [f"dense1.b.{i}" for i in range(3)]
                         + [f"dense2.w.{i}.0" for i in range(3)] + ["dense2.b.0"])
        self.assertRegex(lines[-1], r"\A10 parameters after 4000 iterations, 0 at a kink; the largest "
                         r"relative error is .*, of dense\S+: the gradient is right\Z")
        for line in lines[1:-1]:
            _, first, second, error = line.split()
            self.assertLess(float(error), 1e-3)
            self.assertAlmostEqual(float(first), float(second), delta=1e-3 * abs(float(first)) + 1e-6)

    def test_the_state_after_training_is_checked(self):
        """The post's neuron: while its bias is 0, the first sample, x = 0, is at the kink."""
        before, after = (self.succeed("check-gradient", "--epochs", epochs).decode().splitlines()
                         for epochs in ("0", "2000"))
        self.assertIn("at a kink", before[2])
        self.assertRegex(before[-1], "2 parameters after 0 iterations, 1 at a kink")
        self.assertRegex(after[-1], "2 parameters after 4000 iterations, 0 at a kink")
        self.assertNotEqual(before[1], after[1])

    def test_nothing_to_compare_is_no_success(self):
        """The neuron's weighted sum is 0, and both parameters change it."""
        self.make("data.csv", b"x,y\n1,1\n1,1\n")
        result = self.run_program("check-gradient", "--data-file", "data.csv", "--model",
                                  "1:relu:zeros", "--epochs", "0")
        self.assertEqual(result.returncode, WORK)
        self.assertIn(b"nothing could be compared", result.stdout)

    def test_json(self):
        report = json.loads(self.succeed("check-gradient", "--json"))
        self.assertEqual(set(report["parameters"]), {"w", "b"})
        self.assertLess(report["largest_relative_error"], report["tolerance"])
        self.assertEqual([report[name] for name in ("iterations", "compared", "at_kinks", "right")],
                         [4000, 2, 0, True])

    def test_interrupted(self):
        training = ("--epochs", "1000000000", "--batch-size", "1")
        checking = ("--epochs", "0", "--points", "1000000", "--model", "300:tanh,1")
        for arguments in (training, checking):
            process = self.start("check-gradient", *arguments)
            self.wait_for(lambda: self.caught(process), "the program to catch signals")
            time.sleep(0.3)
            process.send_signal(signal.SIGINT)
            stdout, stderr = process.communicate(timeout=60)
            self.assertEqual((process.returncode, stdout), (INTERRUPTED, b""), stderr)
            self.check_message(stderr.decode(), ["interrupted"])

    def test_what_does_not_go_together(self):
        self.fail_with(USAGE, "check-gradient", "--loss", "binary_crossentropy", says=["sigmoid"])


if __name__ == "__main__":
    unittest.main()
