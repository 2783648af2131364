"""Solving a linear system by Gaussian elimination in place, with partial pivoting."""

import numpy as np


def lu_factor(a):
    """Overwrite a with its LU factors; the rows' order."""
    n = a.shape[0]
    order = np.arange(n)
    for k in range(n - 1):
        pivot = k + np.argmax(np.abs(a[k:, k]))
        if pivot != k:
            a[[k, pivot]] = a[[pivot, k]]
            order[[k, pivot]] = order[[pivot, k]]
        a[k + 1 :, k] /= a[k, k]
        a[k + 1 :, k + 1 :] -= np.outer(a[k + 1 :, k], a[k, k + 1 :])
    return order


def lu_solve(lu, order, b):
    """Forward and back substitution."""
    x = b[order]
    n = len(x)
    for i in range(1, n):
        x[i] -= lu[i, :i] @ x[:i]
    for i in range(n - 1, -1, -1):
        x[i] = (x[i] - lu[i, i + 1 :] @ x[i + 1 :]) / lu[i, i]
    return x


def energy(a, b):
    """The energy of the solution, and the logarithm of the determinant's size."""
    lu = a.copy()
    order = lu_factor(lu)
    x = lu_solve(lu, order, b)
    return 0.5 * (x @ x) + np.sum(np.log(np.abs(np.diag(lu))))


def example(n):
    rng = np.random.default_rng(2)
    return rng.normal(size=(n, n)) + 0.5 * np.eye(n), rng.normal(size=n)


FUNCTION, SMALL, LARGE = energy, example(4), example(100)
ARGNUMS = (0, 1)
