"""Hessian of rosenbrock times x_dot. Compiled for x: float64[n], x_dot: float64[n].
Source: examples/rosenbrock.py, sha256 49b06927e3d7.
Written by: adgen hvp examples/rosenbrock.py:rosenbrock --wrt x --arg 'x=float64[n]'"""
import numpy as np


def rosenbrock_hvp(x, x_dot):
    """Hessian of rosenbrock times x_dot: float64[n], float64[n] -> float64[n]."""
    t = x[:-1]
    t1 = x_dot[:-1]
    t2 = 200.0 * (x_dot[1:] - 2.0 * t * t1)
    x_bar_dot = np.zeros_like(x)
    x_bar_dot[:-1] = -2.0 * t2 * t - 400.0 * (x[1:] - t ** 2) * t1 + 2.0 * t1
    x_bar_dot[1:] += t2
    return x_bar_dot
