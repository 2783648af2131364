"""Value of g and its gradient with respect to (x1, x2). Compiled for x1: float, x2: float.
Source: examples/textbook.py, sha256 0cca5fce5cf3.
Written by: adgen value-and-grad examples/textbook.py:g --wrt 'x1, x2' --arg x1=float --arg
x2=float"""
import numpy as np


def g_value_and_grad(x1, x2):
    """Value of g and its gradient with respect to (x1, x2)."""
    # forward
    t = x1 + x2
    t1 = x1 * x2
    t2 = t ** 2 + np.sin(t1)
    # reverse
    # 24: return np.log((x1 + x2) ** 2 + np.sin(x1 * x2))
    t3 = 1.0 / t2
    t1 = t3 * np.cos(t1)
    t *= 2.0 * t3
    x1_bar = t1 * x2 + t
    x2_bar = t1 * x1 + t
    return np.log(t2), (x1_bar, x2_bar)
