"""The programs of the benchmark: ordinary NumPy functions of arrays, and arguments of a stated size.

Each returns a number, whose value and gradient are timed. `n` elements is the size of the largest array that a program
is about: options, activations, responsibilities, pairs of bodies, points of a grid, scores, entries of a matrix.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from math import isqrt, log, pi, sqrt
from typing import Any

import numpy as np
from scipy.special import erf, logsumexp, ndtr, softmax

# Elementwise-heavy


def black_scholes(spot, strike, rate, volatility, time):
    """Value of a portfolio of European calls; its gradient holds the Greeks of each."""
    scale = volatility * np.sqrt(time)
    d1 = (np.log(spot / strike) + (rate + 0.5 * volatility**2) * time) / scale
    d2 = d1 - scale
    return np.sum(spot * ndtr(d1) - strike * np.exp(-rate * time) * ndtr(d2))


def gelu_layernorm(x, gain, bias, target):
    """Rows brought to mean 0 and variance 1, scaled, and sent through a GELU; squared distance from a target."""
    centred = x - np.mean(x, axis=1, keepdims=True)
    deviation = np.sqrt(np.mean(centred**2, axis=1, keepdims=True) + 1e-5)
    z = gain * (centred / deviation) + bias
    y = 0.5 * z * (1.0 + erf(z / sqrt(2.0)))
    return np.mean((y - target) ** 2)


def gaussian_mixture(points, logits, means, log_scales):
    """Mean log likelihood of points on a line under a mixture of Gaussians."""
    z = (points[:, None] - means) * np.exp(-log_scales)
    log_weights = logits - logsumexp(logits)
    return np.mean(logsumexp(log_weights - log_scales - 0.5 * z**2, axis=1)) - 0.5 * log(2.0 * pi)


def n_body(positions, masses):
    """Potential energy of bodies under softened gravity; minus its gradient is the forces."""
    apart = positions[:, None, :] - positions[None, :, :]
    distance = np.sqrt(np.sum(apart**2, axis=2) + 0.01)
    return -0.5 * np.sum(masses[:, None] * masses / distance)


def wave(speed, start, observed, steps):
    """Misfit of a wave after some time steps, on a square with fixed edges; speed in points a step."""
    before = start
    now = start
    for _ in range(steps):
        bend = np.zeros_like(now)
        inner = now[1:-1, 1:-1]
        bend[1:-1, 1:-1] = now[2:, 1:-1] + now[:-2, 1:-1] + now[1:-1, 2:] + now[1:-1, :-2] - 4.0 * inner
        after = 2.0 * now - before + speed**2 * bend
        before = now
        now = after
    return np.mean((now - observed) ** 2)


# Heavy in products of matrices


def perceptron(x, targets, w1, b1, w2, b2, w3, b3):
    """Mean squared error of a network of two hidden layers."""
    h1 = np.tanh(x @ w1 + b1)
    h2 = np.tanh(h1 @ w2 + b2)
    return np.mean((h2 @ w3 + b3 - targets) ** 2)


def attention(x, targets, wq, wk, wv, wo):
    """Mean squared error of one head of attention with a residual connection."""
    queries, keys, values = x @ wq, x @ wk, x @ wv
    weights = softmax(queries @ keys.T / sqrt(wq.shape[1]), axis=1)
    return np.mean((x + weights @ values @ wo - targets) ** 2)


def low_rank(left, right, observed, weights, decay):
    """Weighted misfit of a factorisation of low rank."""
    residual = left @ right.T - observed
    return np.mean(weights * residual**2) + decay * (np.mean(left**2) + np.mean(right**2))


# Arguments


@dataclass(frozen=True)
class Program:
    """A function, the arguments that it is differentiated for, and how to make all of them."""

    function: Callable[..., Any]
    wrt: tuple[str, ...]
    make: Callable[[int, Draw], dict[str, Any]]
    flops: Callable[[dict[str, Any]], float] | None = None
    """Of the products of matrices in one value and gradient; None where there are none."""

    @property
    def name(self) -> str:
        return self.function.__name__

    def arguments(self, n: int, dtype: str) -> dict[str, Any]:
        """NumPy arrays and Python numbers, about `n` elements in the largest."""
        return self.make(n, Draw(dtype))


class Draw:
    """Random arrays of one dtype. Of large ones a part is drawn and repeated: the values are for checks only."""

    PERIOD = 1_000_003

    def __init__(self, dtype: str):
        self.dtype = dtype
        self.rng = np.random.default_rng(0)

    def uniform(self, low: float, high: float, *shape: int) -> np.ndarray:
        return self.fill(self.rng.uniform(low, high, min(int(np.prod(shape)), self.PERIOD)), shape)

    def normal(self, scale: float, *shape: int) -> np.ndarray:
        return self.fill(scale * self.rng.normal(size=min(int(np.prod(shape)), self.PERIOD)), shape)

    def fill(self, drawn: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
        return np.resize(drawn.astype(self.dtype), shape)


def options(n: int, draw: Draw) -> dict[str, Any]:
    return {
        "spot": draw.uniform(80.0, 120.0, n), "strike": draw.uniform(80.0, 120.0, n),
        "rate": draw.uniform(0.01, 0.05, n), "volatility": draw.uniform(0.1, 0.4, n),
        "time": draw.uniform(0.2, 2.0, n),
    }  # fmt: skip


def activations(n: int, draw: Draw) -> dict[str, Any]:
    width = min(768, n // 10)
    rows = n // width
    return {
        "x": draw.normal(2.0, rows, width), "gain": draw.uniform(0.5, 1.5, width),
        "bias": draw.normal(0.1, width), "target": draw.normal(1.0, rows, width),
    }  # fmt: skip


def mixture(n: int, draw: Draw) -> dict[str, Any]:
    k = 16
    return {
        "points": draw.normal(2.0, n // k), "logits": draw.normal(1.0, k),
        "means": draw.normal(2.0, k), "log_scales": draw.normal(0.3, k),
    }  # fmt: skip


def bodies(n: int, draw: Draw) -> dict[str, Any]:
    count = isqrt(n)
    return {"positions": draw.normal(1.0, count, 3), "masses": draw.uniform(0.5, 1.5, count)}


def waves(n: int, draw: Draw) -> dict[str, Any]:
    m = isqrt(n)
    fields = {"start": draw.normal(1.0, m, m), "observed": draw.normal(1.0, m, m)}
    return {"speed": draw.uniform(0.3, 0.6, m, m), **fields, "steps": 16}


def layers(n: int, draw: Draw) -> dict[str, Any]:
    width = min(1024, isqrt(n) // 2)
    batch = n // width
    scale = 1.0 / np.sqrt(width)
    made = {"x": draw.normal(1.0, batch, width), "targets": draw.normal(1.0, batch, width)}
    for i in (1, 2, 3):
        made |= {f"w{i}": draw.normal(scale, width, width), f"b{i}": draw.normal(0.1, width)}
    return made


def head(n: int, draw: Draw) -> dict[str, Any]:
    tokens, width = isqrt(n), 256
    made = {"x": draw.normal(1.0, tokens, width), "targets": draw.normal(1.0, tokens, width)}
    return made | {name: draw.normal(1.0 / np.sqrt(width), width, width) for name in ("wq", "wk", "wv", "wo")}


def factors(n: int, draw: Draw) -> dict[str, Any]:
    m, rank = isqrt(n), 64
    return {
        "left": draw.normal(0.3, m, rank), "right": draw.normal(0.3, m, rank),
        "observed": draw.normal(1.0, m, m), "weights": draw.uniform(0.0, 1.0, m, m), "decay": 0.1,
    }  # fmt: skip


# Operations of the products: two for each multiplication with an addition. The gradient of a product has two, of which
# one falls away where an operand is an argument that is not differentiated.


def perceptron_flops(args: dict[str, Any]) -> float:
    batch, width = args["x"].shape
    return (3 + 3 + 2) * 2.0 * batch * width**2


def attention_flops(args: dict[str, Any]) -> float:
    tokens, width = args["x"].shape
    return 3 * (4 * 2.0 * tokens * width**2 + 2 * 2.0 * tokens**2 * width) - 3 * 2.0 * tokens * width**2


def low_rank_flops(args: dict[str, Any]) -> float:
    rows, columns = args["observed"].shape
    return 3 * 2.0 * rows * columns * args["left"].shape[1]


# fmt: off
ALL = (
    Program(black_scholes,    ("spot", "rate", "volatility", "time"),    options),
    Program(gelu_layernorm,   ("x", "gain", "bias"),                     activations),
    Program(gaussian_mixture, ("logits", "means", "log_scales"),         mixture),
    Program(n_body,           ("positions",),                            bodies),
    Program(wave,             ("speed", "start"),                        waves),
    Program(perceptron,       ("w1", "b1", "w2", "b2", "w3", "b3"),      layers,  perceptron_flops),
    Program(attention,        ("wq", "wk", "wv", "wo"),                  head,    attention_flops),
    Program(low_rank,         ("left", "right"),                         factors, low_rank_flops),
)
# fmt: on
PROGRAMS = {program.name: program for program in ALL}
