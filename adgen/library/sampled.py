"""Integrals of sampled functions (`scipy.integrate`): the trapezoidal rule, Simpson's, Romberg's.

What depends on whether a number of samples is odd is decided when compiling: the derivative is compiled again for
another number of samples.
"""

from __future__ import annotations

import importlib
import math
from typing import Any

import numpy as np

from adgen.library import fixed, reads, refuse

integrate: Any = importlib.import_module("scipy.integrate")


def last(y: Any, axis: int) -> Any:
    """Samples along the last axis, as floats."""
    v = np.asarray(y)
    if v.dtype.kind not in "fc":
        v = v.astype(np.float64)
    return np.moveaxis(v, axis, -1)


def abscissas(x: Any, y: Any, axis: int) -> Any:
    """Where the samples were taken, along the last axis: for all, or one axis of y."""
    points = np.asarray(x)
    return points if points.ndim == 1 else np.moveaxis(points, axis, -1)


@reads(integrate.trapezoid, "scipy.integrate.trapezoid", exact=False)
def trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1) -> Any:
    v = last(y, axis)
    width = dx if x is None else np.diff(abscissas(x, y, axis))
    return np.sum(width * (v[..., 1:] + v[..., :-1]) / 2.0, axis=-1)


@reads(integrate.cumulative_trapezoid, "scipy.integrate.cumulative_trapezoid", exact=False)
def cumulative_trapezoid(y: Any, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: Any = None) -> Any:
    v = last(y, axis)
    width = dx if x is None else np.diff(abscissas(x, y, axis))
    sums = np.cumsum(width * (v[..., 1:] + v[..., :-1]) / 2.0, axis=-1)
    if initial is not None:
        if initial != 0:
            refuse("scipy.integrate.cumulative_trapezoid takes None or 0 as initial=", "add another value afterwards")
        sums = np.concatenate((np.zeros_like(sums[..., :1]), sums), axis=-1)
    return np.moveaxis(sums, -1, axis)


def ratio(a: Any, b: Any) -> Any:
    """a / b, and 0 where b is 0: samples may be taken at one place."""
    return np.divide(a, b, out=np.zeros_like(b), where=b != 0)


def parabolas(y: Any, x: Any, dx: Any) -> Any:
    """Simpson's rule for an odd number of samples: for unequal widths g, h each parabola's integral is
    (g + h) / 6 (y0 (2 - h / g) + y1 (g + h)^2 / (g h) + y2 (2 - g / h))."""
    y0, y1, y2 = y[..., :-2:2], y[..., 1:-1:2], y[..., 2::2]
    if x is None:
        return np.sum(y0 + 4.0 * y1 + y2, axis=-1) * (dx / 3.0)
    widths = np.diff(x).astype(np.float64)
    g, h = widths[..., ::2], widths[..., 1::2]
    both, quotient = g + h, ratio(g, h)
    last_three = y0 * (2.0 - ratio(1.0, quotient)) + y1 * (both * ratio(both, g * h)) + y2 * (2.0 - quotient)
    return np.sum(both / 6.0 * last_three, axis=-1)


@reads(integrate.simpson, "scipy.integrate.simpson", exact=False)
def simpson(y: Any, x: Any = None, *, dx: Any = 1.0, axis: int = -1) -> Any:
    """For an even number of samples the last interval is integrated by the parabola through the last three (Cartwright,
    Journal of Mathematical Sciences and Mathematics Education 12, 2017, equation 8)."""
    v = last(y, axis)
    points = None if x is None else abscissas(x, y, axis)
    count = fixed(v.shape[-1], "the number of samples of scipy.integrate.simpson")
    if points is not None and fixed(points.shape[-1], "the number of abscissas of scipy.integrate.simpson") != count:
        refuse("scipy.integrate.simpson needs an abscissa for each sample", "give x the length of y along the axis")
    if count % 2 == 1:
        return parabolas(v, points, dx)
    if count == 2:
        width = dx if points is None else points[..., -1] - points[..., -2]
        return 0.0 + 0.5 * width * (v[..., 1] + v[..., 0])
    g = np.float64(dx) if points is None else (points[..., -2] - points[..., -3]).astype(np.float64)
    h = np.float64(dx) if points is None else (points[..., -1] - points[..., -2]).astype(np.float64)
    before = parabolas(v[..., :-1], None if points is None else points[..., :-1], dx)
    alpha = ratio(2 * h**2 + 3 * g * h, 6 * (h + g))
    beta = ratio(h**2 + 3.0 * g * h, 6 * g)
    eta = ratio(1 * h**3, 6 * g * (g + h))
    return before + (alpha * v[..., -1] + beta * v[..., -2] - eta * v[..., -3])


def first_halves(y: Any, g: Any, h: Any) -> Any:
    """The integral over the first of two neighbouring intervals of widths g, h, of the parabola through three samples
    (Cartwright, equation 8)."""
    part, quotient = g / (g + h), g / h
    cross = part * quotient
    return g / 6 * ((3 - part) * y[..., :-2] + (3 + cross + part) * y[..., 1:-1] + -cross * y[..., 2:])


def equal_halves(y: Any, g: Any) -> Any:
    """The same for intervals of one width (Cartwright, equation 10)."""
    return g / 3 * (5 * y[..., :-2] / 4 + 2 * y[..., 1:-1] - y[..., 2:] / 4)


@reads(integrate.cumulative_simpson, "scipy.integrate.cumulative_simpson", exact=False)
def cumulative_simpson(y: Any, *, x: Any = None, dx: Any = 1.0, axis: int = -1, initial: Any = None) -> Any:
    v = last(y, axis)
    count = fixed(v.shape[-1], "the number of samples of scipy.integrate.cumulative_simpson")
    widths = None
    if x is not None:
        points = abscissas(x, y, axis)
        if fixed(points.shape[-1], "the number of abscissas of scipy.integrate.cumulative_simpson") != count:
            refuse("scipy.integrate.cumulative_simpson needs an abscissa for each sample", "give x the length of y")
        widths = np.broadcast_to(np.diff(points), v[..., 1:].shape)
    if count < 3:
        steps = (dx if widths is None else widths) * (v[..., 1:] + v[..., :-1]) / 2.0
    else:
        if widths is None:
            ahead, behind = equal_halves(v, np.float64(dx)), equal_halves(v[..., ::-1], np.float64(dx))[..., ::-1]
        else:
            turned = widths[..., ::-1]
            ahead = first_halves(v, widths[..., :-1], widths[..., 1:])
            behind = first_halves(v[..., ::-1], turned[..., :-1], turned[..., 1:])[..., ::-1]
        steps = np.zeros(v[..., 1:].shape, dtype=ahead.dtype)
        steps[..., :-1:2] = ahead[..., ::2]
        steps[..., 1::2] = behind[..., ::2]
        steps[..., -1] = behind[..., -1]
    sums = np.cumsum(steps, axis=-1)
    if initial is not None:
        start = np.broadcast_to(np.asarray(initial), sums.shape)[..., :1]
        sums = np.concatenate((start, sums + start), axis=-1)
    return np.moveaxis(sums, -1, axis)


@reads(integrate.romb, "scipy.integrate.romb", exact=False)
def romb(y: Any, dx: Any = 1.0, axis: int = -1, show: Any = False) -> Any:
    """Richardson's extrapolation of trapezoidal sums, whose widths halve."""
    if show:
        refuse("scipy.integrate.romb with show=True is not supported", "leave it out")
    v = last(y, axis)
    count = fixed(v.shape[-1], "the number of samples of scipy.integrate.romb") - 1
    levels = round(math.log2(max(count, 1)))
    if count < 1 or count != 2**levels:
        refuse("scipy.integrate.romb needs one more than a power of two samples", "use scipy.integrate.simpson")
    h = np.float64(dx) * count
    row = [(v[..., 0] + v[..., -1]) / 2.0 * h]
    step = count
    for level in range(1, levels + 1):
        half = step // 2
        better = [0.5 * (row[0] + h * np.sum(v[..., half::step], axis=-1))]
        for k in range(1, level + 1):
            better.append(better[k - 1] + (better[k - 1] - row[k - 1]) / (4**k - 1))
        row, step, h = better, half, h / 2.0
    return row[-1]
