"""Gauss-Seidel sweeps for Poisson's equation, until the residual is small."""

import numpy as np


def sweep(u, f, h, omega):
    """One sweep of over-relaxation, in place; the largest change."""
    n, m = u.shape
    change = 0.0
    for i in range(1, n - 1):
        for j in range(1, m - 1):
            new = 0.25 * (u[i - 1, j] + u[i + 1, j] + u[i, j - 1] + u[i, j + 1] - h * h * f[i, j])
            delta = omega * (new - u[i, j])
            u[i, j] += delta
            change = max(change, abs(delta))
    return change


def potential(f, boundary, h=0.25, omega=1.2, tolerance=1e-3, most=60):
    """The mean potential of a charge density f inside of a box with given boundary values."""
    u = np.zeros(f.shape)
    u[0, :] = boundary
    u[-1, :] = boundary[::-1]
    sweeps = 0
    while sweeps < most:
        change = sweep(u, f, h, omega)
        sweeps += 1
        if change < tolerance:
            break
    else:
        print("not converged after", sweeps, "sweeps")
    return np.mean(u[1:-1, 1:-1]) + 0.1 * np.sum(u * u)


def example(n):
    rng = np.random.default_rng(3)
    return rng.normal(size=(n, n)), rng.normal(size=n), 0.25, 1.2


FUNCTION, SMALL, LARGE = potential, example(4), example(12)
ARGNUMS = (0, 1, 3)
