"""The classical Runge-Kutta method with work arrays, for the restricted three-body problem."""

import numpy as np


def derivative(state, mu, out):
    """The right-hand side, written into out."""
    x, y, vx, vy = state
    r1 = ((x + mu) ** 2 + y**2) ** 1.5
    r2 = ((x - 1.0 + mu) ** 2 + y**2) ** 1.5
    out[0] = vx
    out[1] = vy
    out[2] = x + 2.0 * vy - (1.0 - mu) * (x + mu) / r1 - mu * (x - 1.0 + mu) / r2
    out[3] = y - 2.0 * vx - (1.0 - mu) * y / r1 - mu * y / r2


def integrate(state, mu, steps=3, h=0.05):
    """How far the body is from where it started."""
    y = np.array(state)
    k = np.zeros((4, 4))
    work = np.empty_like(y)
    weights = np.array([1.0, 2.0, 2.0, 1.0]) / 6.0
    for _ in range(steps):
        derivative(y, mu, k[0])
        for stage, c in ((1, 0.5), (2, 0.5), (3, 1.0)):
            np.multiply(k[stage - 1], c * h, out=work)
            np.add(work, y, out=work)
            derivative(work, mu, k[stage])
        np.dot(weights, k, out=work)
        work *= h
        y += work
    return np.sum((y - state) ** 2)


def example(steps):
    return np.array([0.6, 0.1, 0.2, 0.9]), 0.0123, steps


FUNCTION, SMALL, LARGE = integrate, example(2), example(200)
ARGNUMS = (0, 1)
