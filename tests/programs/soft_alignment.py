"""Alignment of two series by dynamic programming with a soft minimum (Cuturi and Blondel, arXiv:1703.01541)."""

import numpy as np


def soft_min(a, b, c, gamma):
    """-gamma log(exp(-a/gamma) + ...), shifted by the smallest."""
    low = min(a, b, c)
    total = np.exp(-(a - low) / gamma) + np.exp(-(b - low) / gamma) + np.exp(-(c - low) / gamma)
    return low - gamma * np.log(total)


def squared_distances(x, y):
    return (x[:, None] - y[None, :]) ** 2


def soft_dtw(x, y, gamma=0.1):
    """The soft cost of the best alignment of x with y."""
    cost = squared_distances(x, y)
    n, m = cost.shape
    r = np.full((n + 1, m + 1), np.inf)
    r[0, 0] = 0.0
    for i in range(1, n + 1):
        for j in range(1, m + 1):
            best = soft_min(r[i - 1, j], r[i, j - 1], r[i - 1, j - 1], gamma)
            r[i, j] = cost[i - 1, j - 1] + best
    return r[n, m]


def example(n):
    rng = np.random.default_rng(4)
    return np.cumsum(rng.normal(size=n)), np.cumsum(rng.normal(size=n + 1)), 0.1


FUNCTION, SMALL, LARGE = soft_dtw, example(3), example(40)
ARGNUMS = (0, 1)
