"""Heat conduction in a plate, with one ring of ghost cells, explicit steps and swapped buffers."""

import numpy as np


def apply_boundary(u, left, right):
    """Fixed temperatures to the left and right, no flux through the top and bottom."""
    u[:, 0] = 2.0 * left - u[:, 1]
    u[:, -1] = 2.0 * right - u[:, -2]
    u[0, :] = u[1, :]
    u[-1, :] = u[-2, :]


def step(u, u_new, conductivity, dt):
    """One explicit step from u to u_new, with a conductivity that depends on the temperature."""
    c = u[1:-1, 1:-1]
    k = conductivity * (1.0 + 0.1 * c)
    u_new[1:-1, 1:-1] = c + dt * k * (u[2:, 1:-1] + u[:-2, 1:-1] + u[1:-1, 2:] + u[1:-1, :-2] - 4.0 * c)


def misfit(initial, conductivity, target, left=1.0, right=0.0, steps=6, dt=0.1):
    """Half the squared distance to a measured temperature after some steps."""
    n, m = initial.shape
    assert dt * 4.0 <= 1.0, "unstable step"
    u = np.zeros((n + 2, m + 2))
    u[1:-1, 1:-1] = initial
    u_new = np.empty_like(u)
    for _ in range(steps):
        apply_boundary(u, left, right)
        step(u, u_new, conductivity, dt)
        u, u_new = u_new, u
    residual = u[1:-1, 1:-1] - target
    return 0.5 * np.sum(residual**2)


def example(n, steps):
    rng = np.random.default_rng(1)
    return rng.random((n, n)), 0.4 + rng.random((n, n)), rng.random((n, n)), 1.0, 0.0, steps


FUNCTION, SMALL, LARGE = misfit, example(5, 4), example(200, 100)
ARGNUMS = (0, 1)
