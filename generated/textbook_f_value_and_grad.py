"""Value of f and its gradient with respect to (x1, x2). Compiled for x1: float, x2: float.
Source: examples/textbook.py, sha256 a3b6cbff35c0.
Written by: adgen value-and-grad examples/textbook.py:f --wrt 'x1, x2' --arg x1=float --arg
x2=float"""
import numpy as np


def f_value_and_grad(x1, x2):
    """Value of f and its gradient with respect to (x1, x2)."""
    # forward
    v1 = np.log(x1)
    v2 = x1 * x2
    v3 = np.sin(x2)
    v4 = v1 + v2
    y = v4 - v3
    # reverse
    # 16: v2 = x1 * x2
    x2_bar = x1 - np.cos(x2)
    # 15: v1 = np.log(x1)
    x1_bar = x2 + 1.0 / x1
    return y, (x1_bar, x2_bar)
