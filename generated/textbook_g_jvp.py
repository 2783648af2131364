"""Value of g and its directional derivative along (x1_dot, x2_dot). Compiled for x1: float, x2:
float, x1_dot: float, x2_dot: float.
Source: examples/textbook.py, sha256 0cca5fce5cf3.
Written by: adgen jvp examples/textbook.py:g --wrt 'x1, x2' --arg x1=float --arg x2=float"""
import numpy as np


def g_jvp(x1, x2, x1_dot, x2_dot):
    """Value of g and its directional derivative along (x1_dot, x2_dot)."""
    t = x1 + x2
    t1 = x1 * x2
    t2 = t ** 2 + np.sin(t1)
    y_dot = (2.0 * t * (x1_dot + x2_dot) + (x1_dot * x2 + x1 * x2_dot) * np.cos(t1)) / t2
    return np.log(t2), y_dot
