"""The Thomas algorithm for a tridiagonal system, in place, in an implicit diffusion step."""

import numpy as np


def thomas(lower, diag, upper, rhs):
    """Solve in place: diag and rhs are overwritten, rhs with the solution."""
    n = len(rhs)
    for i in range(1, n):
        w = lower[i] / diag[i - 1]
        diag[i] -= w * upper[i - 1]
        rhs[i] -= w * rhs[i - 1]
    rhs[-1] /= diag[-1]
    for i in reversed(range(n - 1)):
        rhs[i] = (rhs[i] - upper[i] * rhs[i + 1]) / diag[i]


def diffuse(u, d, steps=3, dt=0.1, dx=0.5):
    """Implicit Euler steps of u_t = (d u_x)_x with u = 0 outside."""
    n = u.shape[0]
    face = np.empty(n + 1)
    face[1:-1] = 0.5 * (d[1:] + d[:-1])
    face[0], face[-1] = d[0], d[-1]
    face *= dt / dx**2
    for _ in range(steps):
        diag = 1.0 + face[1:] + face[:-1]
        rhs = u.copy()
        thomas(-face[:-1], diag, -face[1:], rhs)
        u = rhs
    return np.sum(u**2) * dx


def example(n, steps):
    rng = np.random.default_rng(6)
    return rng.random(n), 0.5 + rng.random(n), steps


FUNCTION, SMALL, LARGE = diffuse, example(5, 3), example(200, 5)
ARGNUMS = (0, 1)
