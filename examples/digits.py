"""A neural network that reads handwritten digits, trained with a derivative that is plain NumPy.

    python examples/digits.py [--epochs 40] [--plot examples/plots/digits.png]

The parameters are a list of (weights, bias) pairs, and so is the
gradient: no flattening, no tensors.
"""
from __future__ import annotations

import argparse
from itertools import pairwise
from pathlib import Path

import numpy as np
from scipy.special import logsumexp
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from tqdm import trange

import adgen

LAYERS = (64, 64, 32, 10)
BATCH = 64
DECAY = 1e-4


def predict(params, images):
    """Logits of each image."""
    activations = images
    for weights, bias in params[:-1]:
        activations = np.tanh(activations @ weights + bias)
    weights, bias = params[-1]
    return activations @ weights + bias


def loss(params, images, labels, decay):
    """Mean cross entropy, and a penalty on the weights."""
    logits = predict(params, images)
    right = logits[np.arange(len(labels)), labels]
    penalty = sum(np.sum(weights ** 2) for weights, _ in params)
    return np.mean(logsumexp(logits, axis=1) - right) + 0.5 * decay * penalty


def initial_params(rng):
    return [(rng.normal(size=(m, n)) / np.sqrt(m), np.zeros(n))
            for m, n in pairwise(LAYERS)]


def adam(params, gradient, state, step, rate=2e-3, memory=(0.9, 0.999)):
    """One step of Adam, in place."""
    for layer, slopes, moments in zip(params, gradient, state, strict=True):
        for value, slope, (mean, square) in zip(layer, slopes, moments, strict=True):
            mean += (1 - memory[0]) * (slope - mean)
            square += (1 - memory[1]) * (slope ** 2 - square)
            scale = np.sqrt(1 - memory[1] ** step) / (1 - memory[0] ** step)
            value -= rate * scale * mean / (np.sqrt(square) + 1e-8)


def accuracy(params, images, labels):
    return np.mean(np.argmax(predict(params, images), axis=1) == labels)


def train(images, labels, epochs, rng):
    """Trained parameters, and the mean loss of each epoch. Prints the gradient that trains them."""
    loss_and_grad = adgen.value_and_grad(loss)
    params = initial_params(rng)
    loss_and_grad(params, images[:BATCH], labels[:BATCH], DECAY)
    print(loss_and_grad.source)
    state = [[(np.zeros_like(v), np.zeros_like(v)) for v in layer] for layer in params]
    history, step = [], 0
    bar = trange(epochs, desc="training", unit="epoch")
    for _ in bar:
        losses = []
        order = rng.permutation(len(labels))
        for start in range(0, len(labels) - BATCH + 1, BATCH):
            batch, step = order[start:start + BATCH], step + 1
            value, gradient = loss_and_grad(params, images[batch], labels[batch], DECAY)
            adam(params, gradient, state, step)
            losses.append(value)
        history.append(np.mean(losses))
        bar.set_postfix(loss=f"{history[-1]:.4f}")
    return params, history


def plot(path, history, images, labels, guesses):
    """The loss, and the digits that were misread."""
    import matplotlib
    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    wrong = np.flatnonzero(guesses != labels)[:12]
    figure = plt.figure(figsize=(11, 4))
    left, right = figure.subfigures(1, 2)
    axes = left.subplots()
    axes.semilogy(history)
    axes.set(xlabel="epoch", ylabel="loss", title="training")
    right.suptitle("misread: read as (is)")
    for axes in right.subplots(3, 4).flat:
        axes.axis("off")
    for axes, i in zip(right.axes, wrong, strict=False):
        axes.imshow(images[i].reshape(8, 8), cmap="gray_r")
        axes.set_title(f"{guesses[i]} ({labels[i]})", fontsize=9)
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    print(f"plot: {path}")


def main(epochs=40, path=Path(__file__).parent / "plots" / "digits.png"):
    rng = np.random.default_rng(0)
    digits = load_digits()
    split = train_test_split(digits.data / 16.0, digits.target, test_size=0.25, random_state=0)
    images, test_images, labels, test_labels = split
    params, history = train(images, labels, epochs, rng)
    score = accuracy(params, test_images, test_labels)
    print(f"{len(labels)} digits for training, {len(test_labels)} for the test")
    print(f"accuracy: {accuracy(params, images, labels):.1%} training, {score:.1%} test")
    plot(path, history, test_images, test_labels, np.argmax(predict(params, test_images), axis=1))
    return score


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--epochs", type=int, default=40)
    parser.add_argument("--plot", type=Path, default=Path(__file__).parent / "plots" / "digits.png")
    options = parser.parse_args()
    main(options.epochs, options.plot)
