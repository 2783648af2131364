"""Value of rosenbrock and its gradient with respect to x. Compiled for x: float64[n].
Source: examples/rosenbrock.py, sha256 49b06927e3d7.
Written by: adgen value-and-grad examples/rosenbrock.py:rosenbrock --wrt x --arg 'x=float64[n]'"""
import numpy as np


def rosenbrock_value_and_grad(x):
    """Value of rosenbrock and its gradient with respect to x."""
    # forward
    t = x[:-1]
    t1 = x[1:] - t ** 2
    t2 = 1.0 - t
    y = np.sum(100.0 * t1 ** 2 + t2 ** 2)
    # reverse
    # 17: return np.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1.0 - x[:-1]) ** 2)
    t1 = 200.0 * t1
    x_bar = np.zeros_like(x)
    x_bar[:-1] = -2.0 * t1 * t - 2.0 * t2
    x_bar[1:] += t1
    return y, x_bar
