"""The textbook's functions in both modes: derivatives as source, then a trace by numbers.

    python examples/textbook.py

    f(x1, x2) = ln(x1) + x1 x2 - sin(x2) at (2, 5)       g(x1, x2) = log((x1 + x2)^2 + sin(x1 x2))
"""
from __future__ import annotations

import numpy as np

import adgen


def f(x1, x2):
    v1 = np.log(x1)
    v2 = x1 * x2
    v3 = np.sin(x2)
    v4 = v1 + v2
    y = v4 - v3
    return y


def g(x1, x2):
    return np.log((x1 + x2) ** 2 + np.sin(x1 * x2))


def forward_trace(x1, x2, x1_dot, x2_dot):
    """What a student writes down: values on the left, tangents on the right."""
    v1, v1_dot = np.log(x1), x1_dot / x1
    v2, v2_dot = x1 * x2, x1_dot * x2 + x1 * x2_dot
    v3, v3_dot = np.sin(x2), np.cos(x2) * x2_dot
    v4, v4_dot = v1 + v2, v1_dot + v2_dot
    y, y_dot = v4 - v3, v4_dot - v3_dot
    return [("v1 = ln(x1)", v1, v1_dot), ("v2 = x1 x2", v2, v2_dot), ("v3 = sin(x2)", v3, v3_dot),
            ("v4 = v1 + v2", v4, v4_dot), ("y = v4 - v3", y, y_dot)]


def main():
    x = 2.0, 5.0
    for function in (f, g):
        forward, reverse = adgen.jvp(function), adgen.value_and_grad(function, wrt="x1, x2")
        value, slope = forward(*x, 1.0, 0.0)
        y, (x1_bar, x2_bar) = reverse(*x)
        print(forward.source)
        print(reverse.source)
        print(f"{function.__name__}{x} = {value:.6f} = {y:.6f}")
        print(f"forward mode, d/dx1: {slope:.6f}; reverse mode: ({x1_bar:.6f}, {x2_bar:.6f})\n")
    print("the forward trace of f, direction (1, 0):")
    trace = forward_trace(*x, 1.0, 0.0)
    for formula, value, tangent in trace:
        print(f"  {formula:14s} {value:9.4f}   {tangent:9.4f}")
    value, slope = adgen.jvp(f)(*x, 1.0, 0.0)
    assert np.allclose(trace[-1][1:], (value, slope))
    return slope


if __name__ == "__main__":
    main()
