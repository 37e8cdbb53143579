"""scripts/recorders/trainreel_keras.py.

Keras is not installed for this. Its base class Callback has a stand-in here, and so have a model and its
layers, as far as the recorder looks at them. What they do is what Keras' documentation says; that Keras does it
is not tested.
"""
import os
import re
import sys
import types
import unittest

from modules import need

need("h5py", "numpy")

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path += [os.path.join(HERE, "..", "cli"), os.path.join(HERE, "..", "..", "scripts", "recorders")]

import h5py  # noqa: E402
import numpy  # noqa: E402
from support import CliTest  # noqa: E402


class Callback:
    """Keras' base class, as far as it matters: it gets the model before training begins."""

    def __init__(self):
        self.model = None


sys.modules["keras"] = types.ModuleType("keras")
sys.modules["keras.callbacks"] = types.ModuleType("keras.callbacks")
sys.modules["keras.callbacks"].Callback = Callback

from trainreel_keras import Recorder  # noqa: E402


class InputLayer:
    def get_weights(self):
        return []


class LeakyReLU(InputLayer):
    def __init__(self, alpha):
        self.alpha = numpy.array(alpha, "f4")  # as Keras 2 has it


class ELU(InputLayer):
    alpha = 0.5


class Conv2D(InputLayer):
    pass


class Dense:
    def __init__(self, n_in, n_out, activation="linear", bias=True):
        def function(z):
            return z
        function.__name__ = activation
        self.activation = function
        self.weights = [numpy.arange(n_in * n_out, dtype="f4").reshape(n_in, n_out)]
        self.weights += [numpy.ones(n_out, "f4")] if bias else []

    def get_weights(self):
        return [array.copy() for array in self.weights]


class SGD:
    learning_rate = numpy.array(0.25)


class Nadam:
    def learning_rate(self, step):
        """A schedule, which has no single rate."""


class Model:
    def __init__(self, *layers, optimizer=SGD()):
        self.layers, self.optimizer = layers, optimizer


def fit(recorder, model, sizes, epochs, fails_at=None):
    """Calls the recorder as Model.fit does; every batch adds 1 to all weights, and has its number as loss.
    Keras logs the mean over the epoch so far, weighted by samples."""
    recorder.model = model
    recorder.on_train_begin()
    number = 0
    for epoch in range(epochs):
        recorder.on_epoch_begin(epoch)
        total = 0
        for batch, size in enumerate(sizes):
            number += 1
            if number == fails_at:
                raise ZeroDivisionError
            for layer in model.layers:
                for array in getattr(layer, "weights", []):
                    array += 1
            total += number * size
            recorder.on_train_batch_end(batch, {"loss": total / sum(sizes[:batch + 1])})
    recorder.on_train_end()


class KerasStandIn(CliTest):
    def data(self, n_samples=10, n_in=2):
        return numpy.zeros((n_samples, n_in)), numpy.ones(n_samples)

    def test_every_batch_is_recorded(self):
        model = Model(InputLayer(), Dense(2, 3, "relu"), Dense(3, 1))
        fit(Recorder(self.path("run.h5"), self.data(), batch_size=4, loss="mean_squared_error", seed=7),
            model, [4, 4, 2], 2)
        with h5py.File(self.path("run.h5")) as file:
            self.assertEqual(file["iteration"][:].tolist(), list(range(7)))
            self.assertEqual(file["epoch"][:].tolist(), [0, 0, 0, 0, 1, 1, 1])
            self.assertEqual(file["samples_seen"][:].tolist(), [0, 4, 8, 10, 14, 18, 20])
            self.assertEqual(file["batch_size"][:].tolist(), [0, 4, 4, 2, 4, 4, 2])
            self.assertTrue(numpy.isnan(file["loss"][0]))
            self.assertLess(abs(file["loss"][1:] - numpy.arange(1, 7)).max(), 1e-6)
            weights = file["params/layer_0/weights"][:]
            self.assertEqual(weights.shape, (7, 2, 3))
            self.assertEqual(weights[0].tolist(), [[0, 1, 2], [3, 4, 5]])
            self.assertEqual(weights[6].tolist(), [[6, 7, 8], [9, 10, 11]])
            self.assertEqual(file["params/layer_1/bias"][:, 0].tolist(), [1, 2, 3, 4, 5, 6, 7])
            self.assertEqual([file[f"params/layer_{i}"].attrs["activation"] for i in (0, 1)],
                             ["relu", "linear"])
            self.assertEqual({name: file.attrs[name] for name in file.attrs},
                             {"trainreel_schema": 1, "framework": "keras", "optimizer": "sgd",
                              "loss": "mean_squared_error", "learning_rate": 0.25, "seed": 7})
            self.assertEqual((file["data/y"].shape, file["ended"][0]), ((10, 1), 1))

    def test_every_keeps_the_initial_and_the_last_state(self):
        fit(Recorder(self.path("run.h5"), self.data(), batch_size=5, every=3), Model(Dense(2, 1)), [5, 5], 2)
        with h5py.File(self.path("run.h5")) as file:
            self.assertEqual(file["iteration"][:].tolist(), [0, 3, 4])

    def test_layers_of_activations_and_missing_biases(self):
        model = Model(Dense(2, 2, bias=False), LeakyReLU(0.3), Dense(2, 2), ELU(),
                      Dense(2, 2, "leaky_relu"), Dense(2, 2, "elu"), Dense(2, 2, "softmax"),
                      optimizer=Nadam())
        fit(Recorder(self.path("run.h5"), self.data()), model, [10], 1)
        with h5py.File(self.path("run.h5")) as file:
            self.assertEqual([file[f"params/layer_{i}"].attrs["activation"] for i in range(5)],
                             ["leaky_relu(0.3)", "elu(0.5)", "leaky_relu(0.2)", "elu(1)", "softmax"])
            self.assertEqual(file["params/layer_0/bias"][-1].tolist(), [0, 0])
            self.assertEqual(file.attrs["optimizer"], "")
            self.assertTrue(numpy.isnan(file.attrs["learning_rate"]))

    def test_what_cannot_be_shown_is_refused_by_name(self):
        for layers, name in (([Conv2D()], "Conv2D"), ([Dense(1, 1, "gelu")], "gelu"),
                             ([ELU()], "ELU"), ([Dense(1, 1, "relu"), ELU()], "ELU")):
            with self.assertRaisesRegex(ValueError, f"not {name} here"):
                fit(Recorder(self.path("run.h5"), self.data()), Model(*layers), [10], 1)
        self.assertEqual(self.names(), [])

    def test_after_an_exception_the_end_of_the_program_completes_the_file(self):
        recorder = Recorder(self.path("run.h5"), self.data(), batch_size=5)
        with self.assertRaises(ZeroDivisionError):
            fit(recorder, Model(Dense(2, 1)), [5, 5], 2, fails_at=4)
        recorder.on_train_end()  # what atexit calls
        with h5py.File(self.path("run.h5")) as file:
            self.assertEqual((len(file["loss"]), file["ended"][0]), (4, 1))


class Recorders(unittest.TestCase):
    def test_each_is_one_short_file_that_needs_only_h5py(self):
        for framework in ("torch", "keras"):
            with open(os.path.join(sys.path[-1], f"trainreel_{framework}.py"), encoding="utf-8") as file:
                text = file.read()
            self.assertLess(text.count("\n"), 80)
            modules = set(re.findall(r"(?m)^(?:import|from) (\w+)", text))
            self.assertEqual(modules, {"atexit", "time", "h5py", "numpy", framework})


if __name__ == "__main__":
    unittest.main()
