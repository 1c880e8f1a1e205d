"""What the peers in Python share: CIFAR-10, the schedule, the loop, and the questions on standard input.

A peer is a process with the options of the experiment as JSON in its first argument:

    folder, train, validation, test    the folder of binary batches, and lists of their file names
    hidden, batchSize, lambda          the network d-hidden-10 and its training
    etaMin, etaMax, stepSize, seed

It prints {"ready": what computes}, then reads lines "UPDATES MEASUREMENTS". Each asks for a training from new weights, measured before the first
update and then so many times, evenly (not at all if 0; without updates, measured only), and is answered by one line of JSON:

    {"seconds": wall time from the first update to the last measurement, "history": [{update, train, validation}], "testAccuracy"}
"""

import json
import os
import sys
import time

import numpy as np

CLASSES = 10
PIXELS = 3072


def read_batches(folder, names):
    """Images [n x d] in float32 and labels [n] of binary batches."""
    records = np.concatenate([np.fromfile(os.path.join(folder, name), np.uint8).reshape(-1, 1 + PIXELS) for name in names])
    return records[:, 1:].astype(np.float32), records[:, 0].astype(np.int64)


def read_parts(options):
    """The three parts, all standardised by the pixels' means and deviations in the training part."""
    parts = {name: read_batches(options["folder"], options[name]) for name in ("train", "validation", "test")}
    X = parts["train"][0]
    mean, deviation = X.mean(0, dtype=np.float64).astype(np.float32), X.std(0, dtype=np.float64).astype(np.float32)
    deviation[deviation == 0] = 1
    for images, _ in parts.values():
        images -= mean
        images /= deviation
    return parts


def initial_weights(options):
    """W1 [d x m], b1 [m], W2 [m x K], b2 [K]: normal with deviation 1/sqrt(fan-in)."""
    random = np.random.default_rng(options["seed"])
    weights = []
    for fan_in, fan_out in ((PIXELS, options["hidden"]), (options["hidden"], CLASSES)):
        weights += [(random.standard_normal((fan_in, fan_out)) / np.sqrt(fan_in)).astype(np.float32), np.zeros(fan_out, np.float32)]
    return weights


def learning_rate(update, options):
    """Triangular: up in stepSize updates, down in as many."""
    low, high, step = options["etaMin"], options["etaMax"], options["stepSize"]
    return low + (high - low) * (1 - abs(update % (2 * step) / step - 1))


def mini_batches(rows, options):
    """Rows of one mini-batch after another, shuffled anew every epoch."""
    random = np.random.default_rng(options["seed"] + 1)
    size = options["batchSize"]
    while True:
        order = random.permutation(rows)
        for start in range(0, rows - size + 1, size):
            yield order[start : start + size]


def experiment(make_network, parts, options, updates, measurements):
    """One training; `make_network` makes a network with update(rows, eta) and scores(part): cost, loss, accuracy."""
    network = make_network(parts, options)
    measure_at = {round(k * updates / measurements) for k in range(1, measurements + 1)} if measurements else set()
    batches = mini_batches(len(parts["train"][1]), options)
    history = []

    def measure(update):
        history.append({"update": update, "train": network.scores("train"), "validation": network.scores("validation")})

    started = time.perf_counter()
    if measurements:
        measure(0)
    for _ in range(measurements if updates == 0 else 0):
        measure(0)
    for update in range(1, updates + 1):
        network.update(next(batches), learning_rate(update, options))
        if update in measure_at:
            measure(update)
    seconds = time.perf_counter() - started
    return {"seconds": seconds, "history": history, "testAccuracy": network.scores("test")["accuracy"]}


def serve(description, make_network):
    """Answers the questions on standard input until it ends."""
    options = json.loads(sys.argv[1])
    parts = read_parts(options)
    print(json.dumps({"ready": description}), flush=True)
    for line in sys.stdin:
        updates, measurements = map(int, line.split())
        print(json.dumps(experiment(make_network, parts, options, updates, measurements)), flush=True)
