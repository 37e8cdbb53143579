#!/usr/bin/python3
"""Trains one of three nets in NumPy, for bench_train to be compared with: float32, vectorised, and
the shuffle that Keras uses. Prints the time of an iteration, and the last loss, as JSON."""

import argparse
import json
import time

import numpy as np

N_POINTS = 200
BATCH_SIZE = 128
RATE = np.float32(0.01)
SEED = 0


def bilinear():
    """The post's 200 points: flat, then rising with slope 2."""
    x = np.linspace(0, 2, N_POINTS)
    y = np.concatenate([np.zeros(N_POINTS // 2), 2 * x[: N_POINTS // 2]])
    return x.astype(np.float32), y.astype(np.float32)


def sine():
    x = np.linspace(0, 2 * np.pi, N_POINTS)
    y = np.sin(x) + np.random.normal(0, 0.2, N_POINTS)
    return x.astype(np.float32)[:, np.newaxis], y.astype(np.float32)[:, np.newaxis]


def batches(n_epochs):
    order = np.arange(N_POINTS)
    for _ in range(n_epochs):
        np.random.shuffle(order)
        for first in range(0, N_POINTS, BATCH_SIZE):
            yield order[first : first + BATCH_SIZE]


def train_neuron(n_epochs):
    """The post's neuron needs no matrices."""
    x, y = bilinear()
    weight = np.float32(np.random.normal(0, 0.05))
    bias = np.float32(0)
    start = time.perf_counter()
    for batch in batches(n_epochs):
        inputs = x[batch]
        sums = weight * inputs + bias
        error = np.maximum(sums, 0) - y[batch]
        loss = error.dot(error) / len(batch)
        error *= np.float32(2 / len(batch))
        error *= sums > 0
        weight -= RATE * error.dot(inputs)
        bias -= RATE * error.sum()
    return time.perf_counter() - start, loss


def glorot(n_inputs, n_units):
    limit = np.sqrt(6 / (n_inputs + n_units))
    return np.random.uniform(-limit, limit, (n_inputs, n_units)).astype(np.float32)


def train_net(n_epochs, *hidden):
    """Dense layers with ReLU, and a linear one with one unit."""
    x, y = sine()
    sizes = [1, *hidden, 1]
    weights = [glorot(*pair) for pair in zip(sizes, sizes[1:])]
    biases = [np.zeros(size, np.float32) for size in sizes[1:]]
    last = len(weights) - 1
    start = time.perf_counter()
    for batch in batches(n_epochs):
        outputs = [x[batch]]
        for i, (weight, bias) in enumerate(zip(weights, biases)):
            sums = outputs[i] @ weight
            sums += bias
            outputs.append(sums if i == last else np.maximum(sums, 0, out=sums))
        error = outputs[-1] - y[batch]
        loss = np.vdot(error, error) / len(batch)
        delta = np.float32(2 / len(batch)) * error
        for i in range(last, -1, -1):
            gradient = outputs[i].T @ delta
            bias_gradient = delta.sum(axis=0)
            if i:
                delta = delta @ weights[i].T
                delta *= outputs[i] > 0
            weights[i] -= RATE * gradient
            biases[i] -= RATE * bias_gradient
    return time.perf_counter() - start, loss


NETS = {
    "neuron": train_neuron,
    "1-60-1": lambda n_epochs: train_net(n_epochs, 60),
    "1-10-10-1": lambda n_epochs: train_net(n_epochs, 10, 10),
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("net", choices=NETS)
    parser.add_argument("--epochs", type=int, default=2000, metavar="N")
    args = parser.parse_args()
    np.random.seed(SEED)
    seconds, loss = NETS[args.net](args.epochs)
    n_iterations = args.epochs * -(-N_POINTS // BATCH_SIZE)
    print(json.dumps({"iteration_us": 1e6 * seconds / n_iterations, "loss": float(loss)}))


if __name__ == "__main__":
    main()
