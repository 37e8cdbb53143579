"""Records the training of a Keras net (Keras 2 or 3) in a file that trainreel makes videos of:
    model.fit(x, y, batch_size=32, callbacks=[Recorder("run.h5", (x, y), batch_size=32)])
The net is a Sequential of Dense layers; `every` keeps one state of so many; loss is what trainreel calls it.
Each fit() needs a Recorder of its own; its end completes the file, or that of the program does."""
import atexit
import time
import h5py
import numpy
from keras.callbacks import Callback

ACTIVATIONS = {name: name for name in "linear relu tanh sigmoid softplus softmax".split()}
ACTIVATIONS.update(elu="elu(1)", leaky_relu="leaky_relu(0.2)", ELU="elu({:g})", LeakyReLU="leaky_relu({:g})")

def activations_of(model):  # of every Dense layer, as trainreel calls them
    activations = []
    for layer in [layer for layer in model.layers if type(layer).__name__ != "InputLayer"]:
        if type(layer).__name__ == "Dense":
            activations.append("linear")
        what = getattr(layer, "activation", layer)
        name, alpha = getattr(what, "__name__", type(what).__name__), getattr(what, "alpha", 1)
        if name not in ACTIVATIONS or activations[-1:] != ["linear"]:
            raise ValueError(f"trainreel shows Dense layers with one of {', '.join(ACTIVATIONS)}, not {name} here")
        activations[-1] = ACTIVATIONS[name].format(float(getattr(what, "negative_slope", alpha)))
    return activations

class Recorder(Callback):
    def __init__(self, path, data, batch_size=32, loss="", every=1, seed=-1):
        super().__init__()
        self.path, self.data, self.batch_size, self.every = path, data, batch_size, every
        self.loss, self.seed, self.flushed, self.state = loss, seed, 0, (0, 0, 0, 0, numpy.nan)
    def weights(self):  # with JAX only looking at self.model brings them up to date
        weights = filter(None, [layer.get_weights() for layer in self.model.layers])
        return [numpy.array(a, "f4") for w, *bias in weights for a in (w, bias[0] if bias else w[0] * 0)]
    def on_train_begin(self, logs=None):
        activations, optimizer = activations_of(self.model), self.model.optimizer
        name, rate = type(optimizer).__name__.lower(), optimizer.learning_rate
        self.file = h5py.File(self.path, "w", libver=("v110", "v110"))
        self.file.attrs.update(trainreel_schema=1, framework="keras", loss=self.loss, seed=self.seed,
                               optimizer=name if name in ("sgd", "adam", "rmsprop", "adagrad") else "",
                               learning_rate=numpy.nan if callable(rate) else float(numpy.array(rate)))
        for key, values in zip("xy", self.data):
            values = numpy.asarray(values, "f8").reshape(len(values), -1)
            self.file.create_dataset(f"data/{key}", data=values, chunks=True, fletcher32=True)
        names = "iteration epoch samples_seen batch_size loss".split()
        for i, activation in enumerate(activations):
            self.file.create_group(f"params/layer_{i}").attrs.update(kind="dense", activation=activation)
            names += f"params/layer_{i}/weights", f"params/layer_{i}/bias"
        values = [numpy.zeros((), kind) for kind in "u8 u8 u8 u4 f4".split()] + self.weights()
        self.series = [self.file.create_dataset(
            name, (0, *a.shape), a.dtype, maxshape=(None, *a.shape), chunks=(max(1, 8192 // a.size), *a.shape),
            fletcher32=True) for name, a in zip(names, values)]
        self.ended = self.file.create_dataset("ended", (1,), "u1", chunks=(1,), fletcher32=True)
        self.file.swmr_mode = True  # from here on others may read it while it grows
        self.record()
        atexit.register(self.on_train_end)
    def on_epoch_begin(self, epoch, logs=None):
        self.epoch, self.start, self.seen, self.total = epoch, self.state, 0, 0
    def on_train_batch_end(self, batch, logs=None):
        seen = min((batch + 1) * self.batch_size, len(self.data[0]))
        size, total = seen - self.seen, logs["loss"] * seen  # Keras logs the mean over the epoch so far
        loss, self.seen, self.total = (total - self.total) / size, seen, total
        self.state = self.start[0] + batch + 1, self.epoch, self.start[2] + seen, size, loss
        self.record()
    def record(self, last=False):
        if last == (self.state[0] % self.every == 0):
            return
        for series, value in zip(self.series, (*self.state, *self.weights())):
            series.resize(len(series) + 1, 0)
            series[-1] = value
        if time.monotonic() > self.flushed + 1:
            self.file.flush()
            self.flushed = time.monotonic()
    def on_train_end(self, logs=None):
        if self.file:  # not closed yet
            self.record(last=True)
            self.file.flush()  # all the rest is on the disk before it says that it has ended
            self.ended[0] = 1
            self.file.close()
