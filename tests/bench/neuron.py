"""The post's neuron in NumPy, for the programs that trainreel is compared with."""

import argparse

import numpy as np

N_POINTS = 200
BATCH_SIZE = 128
LEARNING_RATE = 0.01


def data():
    """The 200 points: flat, then rising with slope 2."""
    x = np.linspace(0, 2, N_POINTS)
    y = np.concatenate([np.zeros(N_POINTS // 2), 2 * x[: N_POINTS // 2]])
    return x, y


def predict(x, weight, bias):
    return np.maximum(weight * x + bias, 0)


def train(n_states, every):
    """Weight and bias of every `every`-th iteration, the initial state first: [n_states, 2]."""
    np.random.seed(0)
    x, y = data()
    order = np.arange(N_POINTS)
    weight, bias = np.random.normal(0, 0.05), 0.0
    states = [(weight, bias)]
    iteration = 0
    while len(states) < n_states:
        np.random.shuffle(order)
        for first in range(0, N_POINTS, BATCH_SIZE):
            batch = order[first : first + BATCH_SIZE]
            sums = weight * x[batch] + bias
            error = np.maximum(sums, 0) - y[batch]
            # As Theano had it: the derivative at 0 is 0.5.
            slope = 2 * error * np.heaviside(sums, 0.5) / len(batch)
            weight -= LEARNING_RATE * slope.dot(x[batch])
            bias -= LEARNING_RATE * slope.sum()
            iteration += 1
            if iteration % every == 0:
                states.append((weight, bias))
    return np.array(states[:n_states])


def parse_args(description):
    """What both programs take."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("video", help="the MP4 file to write")
    parser.add_argument("--frames", type=int, default=81, metavar="N")
    parser.add_argument("--every", type=int, default=50, metavar="K", help="iterations a frame")
    return parser.parse_args()
