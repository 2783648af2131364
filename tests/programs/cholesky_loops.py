"""The Cholesky factor by loops over its elements, and a Gaussian's log density with it."""

import math

import numpy as np


def cholesky(a):
    n = len(a)
    lower = np.zeros_like(a)
    for j in range(n):
        s = a[j, j]
        for k in range(j):
            s -= lower[j, k] ** 2
        if s <= 0:
            raise ValueError(f"not positive definite: pivot {j}")
        lower[j, j] = math.sqrt(s)
        for i in range(j + 1, n):
            s = a[i, j]
            for k in range(j):
                s -= lower[i, k] * lower[j, k]
            lower[i, j] = s / lower[j, j]
    return lower


def log_density(x, mean, covariance):
    lower = cholesky(covariance)
    z = x - mean
    log_det = 0.0
    for i in range(len(z)):
        z[i] -= lower[i, :i] @ z[:i]
        z[i] /= lower[i, i]
        log_det += math.log(lower[i, i])
    return -0.5 * (z @ z) - log_det - 0.5 * len(z) * math.log(2.0 * math.pi)


def example(n):
    rng = np.random.default_rng(7)
    a = rng.normal(size=(n, n))
    return rng.normal(size=n), rng.normal(size=n), a @ a.T + n * np.eye(n)


FUNCTION, SMALL, LARGE = log_density, example(4), example(20)
ARGNUMS = (0, 1, 2)
