"""Records the training of a PyTorch net in a file that trainreel makes videos of. It takes two lines:

    with Recorder(model, optimizer, "run.h5", data=(x, y), loss="mean_squared_error") as recorder:
            recorder.step(loss, len(inputs))  # in the loop as it is, after optimizer.step()

recorder.close() instead of `with` completes the file too, as the end of the program does. `every` keeps
one state of so many; data, loss (as trainreel calls it) and seed may be left out."""
import atexit
import time
import h5py
import numpy
from torch import nn

ACTIVATIONS = {nn.ReLU: "relu", nn.Tanh: "tanh", nn.Sigmoid: "sigmoid", nn.Softplus: "softplus",
               nn.Softmax: "softmax", nn.LeakyReLU: "leaky_relu({.negative_slope})", nn.ELU: "elu({.alpha})"}

def add_layers(module, layers):  # lists of nn.Linear and activation
    alike = getattr(module, "beta", 1) == 1 and getattr(module, "dim", -1) in (1, -1)  # to trainreel's
    if type(module) is nn.Sequential:
        for part in module:
            add_layers(part, layers)
    elif type(module) is nn.Linear:
        layers.append([module, "linear"])
    elif alike and type(module) in ACTIVATIONS and layers and layers[-1][1] == "linear":
        layers[-1][1] = ACTIVATIONS[type(module)].format(module)
    else:
        raise ValueError(f"{type(module).__name__} cannot be shown here, only an nn.Sequential of nn.Linear, each "
                         f"with at most one of {', '.join(a.__name__ for a in ACTIVATIONS)} after it")
    return layers

class Recorder:
    def __init__(self, model, optimizer, path, data=None, loss="", every=1, seed=-1):
        self.layers, self.every, self.recorded, self.flushed = add_layers(model, []), every, -1, 0
        self.rows, self.state, self.n_samples = [], (0, 0, 0, 0, numpy.nan), len(data[0]) if data else 2**63
        self.file, name = h5py.File(path, "w", libver=("v110", "v110")), type(optimizer).__name__.lower()
        self.file.attrs.update(trainreel_schema=1, framework="torch", loss=loss, seed=seed,
                               optimizer=name if name in ("sgd", "adam", "rmsprop", "adagrad") else "",
                               learning_rate=float(optimizer.param_groups[0]["lr"]))
        for key, values in zip("xy", data or ()):
            values = numpy.asarray(values, "f8").reshape(self.n_samples, -1)
            self.file.create_dataset(f"data/{key}", data=values, chunks=True, fletcher32=True)
        series = list(zip("iteration epoch samples_seen batch_size loss".split(), "u8 u8 u8 u4 f4".split()))
        for i, (linear, activation) in enumerate(self.layers):
            self.file.create_group(f"params/layer_{i}").attrs.update(kind="dense", activation=activation)
            n_in, n_out = linear.in_features, linear.out_features
            series += (f"params/layer_{i}/weights", "f4", n_in, n_out), (f"params/layer_{i}/bias", "f4", n_out)
        self.series = [self.file.create_dataset(
            name, (0, *shape), kind, maxshape=(None, *shape), fletcher32=True,
            chunks=(max(1, 8192 // numpy.prod(shape, dtype=int)), *shape)) for name, kind, *shape in series]
        self.ended = self.file.create_dataset("ended", (1,), "u1", chunks=(1,), fletcher32=True)
        self.file.swmr_mode = True  # from here on others may read it while it grows
        self.record()
        atexit.register(self.close)

    def step(self, loss, batch_size):
        iteration, _, samples, _, _ = self.state
        self.state = iteration + 1, samples // self.n_samples, samples + batch_size, batch_size, float(loss)
        if self.state[0] % self.every == 0:
            self.record()

    def record(self, last=False):
        if self.recorded != self.state[0]:
            pairs = [(m.weight.T, m.weight[:, 0] * 0 if m.bias is None else m.bias) for m, _ in self.layers]
            arrays = (numpy.array(array.detach().cpu(), "f4") for pair in pairs for array in pair)
            self.rows.append((*self.state, *arrays))
            self.recorded = self.state[0]
        if last or time.monotonic() > self.flushed + 1 or len(self.rows) >= 1000:
            for series, values in zip(self.series, zip(*self.rows)):
                series.resize(len(series) + len(values), 0)
                series[-len(values):] = values
            self.file.flush()
            self.rows, self.flushed = [], time.monotonic()

    def close(self, *_):
        if self.file:  # not closed yet
            self.record(last=True)
            self.ended[0] = 1
            self.file.close()
    __enter__, __exit__ = lambda self: self, close
