"""Value of f and its directional derivative along (x1_dot, x2_dot). Compiled for x1: float, x2:
float, x1_dot: float, x2_dot: float.
Source: examples/textbook.py, sha256 a3b6cbff35c0.
Written by: adgen jvp examples/textbook.py:f --wrt 'x1, x2' --arg x1=float --arg x2=float"""
import numpy as np


def f_jvp(x1, x2, x1_dot, x2_dot):
    """Value of f and its directional derivative along (x1_dot, x2_dot)."""
    v1 = np.log(x1)
    v1_dot = x1_dot / x1
    v2 = x1 * x2
    v2_dot = x1_dot * x2 + x1 * x2_dot
    v3 = np.sin(x2)
    v3_dot = x2_dot * np.cos(x2)
    v4 = v1 + v2
    v4_dot = v1_dot + v2_dot
    y = v4 - v3
    y_dot = v4_dot - v3_dot
    return y, y_dot
