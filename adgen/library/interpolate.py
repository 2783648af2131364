"""Piecewise polynomials and splines of `scipy.interpolate`, and linear interpolation on grids.

The piece that holds a point is found by its knots; its polynomial is evaluated there, so derivatives go through the
point, the coefficients and the knots, and those of a fit through the data. At a knot the derivative is that of the
piece that SciPy evaluates. Objects that were fitted outside are read by their coefficients.
"""

from __future__ import annotations

import importlib
import itertools
import math
from typing import Any

from adgen.library import FROZEN, reads, refuse

np: Any = importlib.import_module("numpy")
linalg: Any = importlib.import_module("scipy.linalg")
interpolate: Any = importlib.import_module("scipy.interpolate")


def beside(x: Any, rank: int) -> Any:
    """x with axes behind it, to broadcast against values that have `rank` axes for each point."""
    return x if rank == 0 else np.reshape(x, np.shape(x) + (1,) * rank)


def first_axis(axis: Any, name: str) -> None:
    if axis != 0:
        refuse(f"{name} along another axis than the first is not supported", "bring the axis to the front first")


# Piecewise polynomials in the power basis

class Piecewise:
    """`PPoly`: c[k, i] (x - knots[i]) ** (order - k) on piece i."""

    def __init__(self, c: Any, x: Any, extrapolate: Any = None, axis: Any = 0):
        first_axis(axis, "a piecewise polynomial")
        self.c = np.asarray(c, dtype=np.float64)
        self.x = np.asarray(x, dtype=np.float64)
        self.extrapolate = True if extrapolate is None else extrapolate

    def __call__(self, x: Any, nu: Any = 0, extrapolate: Any = None) -> Any:
        beyond = self.extrapolate if extrapolate is None else extrapolate
        points, knots, rows = np.asarray(x, dtype=np.float64), self.x, list(self.c)
        if isinstance(beyond, str):
            points = knots[0] + np.mod(points - knots[0], knots[-1] - knots[0])
        piece = np.clip(np.searchsorted(knots, points, side="right") - 1, 0, len(knots) - 2)
        part = beside(points - knots[piece], self.c.ndim - 2)
        if nu >= len(rows):
            refuse("a derivative of a piecewise polynomial that is zero everywhere is not supported", "use zeros")
        value = 0.0
        for k, row in enumerate(rows[:len(rows) - nu]):
            factor = float(math.perm(len(rows) - 1 - k, nu))
            term = row[piece] if nu == 0 else factor * row[piece]
            value = term if k == 0 else value * part + term
        if not isinstance(beyond, str) and not beyond:
            outside = np.logical_or(points < knots[0], points > knots[-1])
            value = np.where(beside(outside, self.c.ndim - 2), np.nan, value)
        return value

    def derivative(self, nu: Any = 1) -> Any:
        rows = list(self.c)
        if nu >= len(rows):
            refuse("a derivative of a piecewise polynomial that is zero everywhere is not supported", "use zeros")
        kept = [float(math.perm(len(rows) - 1 - k, nu)) * row for k, row in enumerate(rows[:len(rows) - nu])]
        return Piecewise(np.stack(kept), self.x, self.extrapolate)

    def antiderivative(self, nu: Any = 1) -> Any:
        if nu != 1:
            refuse("several antiderivatives at once are not supported", "call it again")
        given = list(self.c)
        widths = beside(self.x[1:] - self.x[:-1], self.c.ndim - 2)
        rows = [row / float(len(given) - k) for k, row in enumerate(given)]
        area = np.zeros_like(rows[0])
        for row in rows:
            area = (area + row) * widths
        before = np.concatenate((np.zeros_like(area[:1]), np.cumsum(area, axis=0)[:-1]))
        return Piecewise(np.stack([*rows, before]), self.x, self.extrapolate)

    def integrate(self, a: Any, b: Any, extrapolate: Any = None) -> Any:
        if isinstance(self.extrapolate, str) or extrapolate is not None:
            refuse("integrals of periodic functions, and extrapolate=, are not supported", "use antiderivative()")
        whole = self.antiderivative()
        return whole(b) - whole(a)


reads(interpolate.PPoly, "scipy.interpolate.PPoly", exact=False)(Piecewise)


def hermite(x: Any, y: Any, slopes: Any, extrapolate: Any) -> Piecewise:
    """The cubics that have these values and slopes at the knots."""
    width = beside(x[1:] - x[:-1], y.ndim - 1)
    mean = (y[1:] - y[:-1]) / width
    bend = (slopes[:-1] + slopes[1:] - 2.0 * mean) / width
    return Piecewise(np.stack([bend / width, (mean - slopes[:-1]) / width - bend, slopes[:-1], y[:-1]]), x, extrapolate)


@reads(interpolate.CubicHermiteSpline, "scipy.interpolate.CubicHermiteSpline", exact=False)
def cubic_hermite_spline(x: Any, y: Any, dydx: Any, axis: Any = 0, extrapolate: Any = None) -> Any:
    first_axis(axis, "scipy.interpolate.CubicHermiteSpline")
    knots, values, slopes = (np.asarray(v, dtype=np.float64) for v in (x, y, dydx))
    return hermite(knots, values, slopes, extrapolate)


# Slopes that keep the shape of the data

def end_slope(h: Any, other: Any, m: Any, next_m: Any) -> Any:
    """A one-sided formula of three points, held to the sign and to three times the difference (Fritsch and Butland)."""
    d = ((2.0 * h + other) * m - h * next_m) / (h + other)
    limited = np.where((np.sign(m) != np.sign(next_m)) & (np.abs(d) > 3.0 * np.abs(m)), 3.0 * m, d)
    return np.where(np.sign(d) != np.sign(m), 0.0, limited)


def monotone_slopes(x: Any, y: Any) -> Any:
    """Harmonic means of the differences, 0 where these change sign."""
    h = x[1:] - x[:-1]
    m = (y[1:] - y[:-1]) / h
    flat = (np.sign(m[1:]) != np.sign(m[:-1])) | (m[1:] == 0) | (m[:-1] == 0)
    first, second = 2.0 * h[1:] + h[:-1], h[1:] + 2.0 * h[:-1]
    left, right = np.where(flat, 1.0, m[:-1]), np.where(flat, 1.0, m[1:])
    inner = np.where(flat, 0.0, (first + second) / (first / left + second / right))
    return np.concatenate((
        np.reshape(end_slope(h[0], h[1], m[0], m[1]), (1,)), inner,
        np.reshape(end_slope(h[-1], h[-2], m[-1], m[-2]), (1,)),
    ))


def of_rank_one(x: Any, y: Any, name: str, least: int) -> None:
    if y.ndim != 1:
        refuse(f"scipy.interpolate.{name} of values of rank 2 or more is not supported", "loop over the columns")
    if len(x) < least:
        raise ValueError("too few points for this interpolation")


@reads(interpolate.PchipInterpolator, "scipy.interpolate.PchipInterpolator", exact=False)
def pchip(x: Any, y: Any, axis: Any = 0, extrapolate: Any = None) -> Any:
    first_axis(axis, "scipy.interpolate.PchipInterpolator")
    knots, values = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    of_rank_one(knots, values, "PchipInterpolator", 3)
    return hermite(knots, values, monotone_slopes(knots, values), extrapolate)


@reads(interpolate.pchip_interpolate, "scipy.interpolate.pchip_interpolate", exact=False)
def pchip_interpolate(xi: Any, yi: Any, x: Any, der: Any = 0, axis: Any = 0) -> Any:
    return pchip(xi, yi, axis)(x, der)


@reads(interpolate.Akima1DInterpolator, "scipy.interpolate.Akima1DInterpolator", exact=False)
def akima(x: Any, y: Any, axis: Any = 0, *, method: Any = "akima", extrapolate: Any = None) -> Any:
    first_axis(axis, "scipy.interpolate.Akima1DInterpolator")
    knots, values = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    of_rank_one(knots, values, "Akima1DInterpolator", 3)
    m = (values[1:] - values[:-1]) / (knots[1:] - knots[:-1])
    first, last = 2.0 * m[0] - m[1], 2.0 * m[-1] - m[-2]
    m = np.concatenate((np.array([2.0 * first - m[0], first]), m, np.array([last, 2.0 * last - m[-1]])))
    change = np.abs(m[1:] - m[:-1])
    left, right = change[2:], change[:-2]
    if method == "makima":
        size = np.abs(m[1:] + m[:-1])
        left, right = left + 0.5 * size[2:], right + 0.5 * size[:-2]
    total = left + right
    defined = total > 1e-9 * np.max(total)
    share = right / np.where(defined, total, 1.0)
    slopes = np.where(defined, m[1:-2] + share * (m[2:-1] - m[1:-2]), 0.5 * (m[3:] + m[:-3]))
    return hermite(knots, values, slopes, False if extrapolate is None else extrapolate)


# Cubic splines: slopes that make the second derivative continuous

def one(x: Any) -> Any:
    return np.reshape(x, (1,))


def first_row(kind: Any, h: Any, k: Any, mean: Any) -> Any:
    """The condition at the first knot, from the widths next to it: (diagonal, beside it, right side). Read backwards,
    with the signs of slopes kept, it is that at the last."""
    if kind == "not-a-knot":
        both = h[0] + h[1]
        right = ((k[0] + 2.0 * (k[0] + k[1])) * k[1] * mean[0] + k[0] * k[0] * mean[1]) / (k[0] + k[1])
        return h[1], both, right
    if kind == "clamped":
        return np.ones_like(h[0]), np.zeros_like(h[0]), np.zeros_like(mean[0])
    if kind == "natural":
        return 2.0 * h[0], h[0], 3.0 * k[0] * mean[0]
    return refuse(f"scipy.interpolate.CubicSpline with bc_type={kind!r} is not supported",
                  "use 'not-a-knot', 'clamped' or 'natural', or a pair of these")


@reads(interpolate.CubicSpline, "scipy.interpolate.CubicSpline", exact=False)
def cubic_spline(x: Any, y: Any, axis: Any = 0, bc_type: Any = "not-a-knot", extrapolate: Any = None) -> Any:
    first_axis(axis, "scipy.interpolate.CubicSpline")
    knots, values = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    start, end = (bc_type, bc_type) if isinstance(bc_type, str) else bc_type
    if len(knots) < 4:
        raise ValueError("a cubic spline needs at least four points here")
    h = knots[1:] - knots[:-1]
    k = beside(h, values.ndim - 1)
    mean = (values[1:] - values[:-1]) / k
    low, after, right = first_row(start, h, k, mean)
    high, before, last = first_row(end, h[::-1], k[::-1], mean[::-1])
    inner = 3.0 * (k[1:] * mean[:-1] + k[:-1] * mean[1:])
    bands = np.stack([
        np.concatenate((np.zeros(1), one(after), h[:-1])),
        np.concatenate((one(low), 2.0 * (h[:-1] + h[1:]), one(high))),
        np.concatenate((h[1:], one(before), np.zeros(1))),
    ])
    slopes = linalg.solve_banded((1, 1), bands, np.concatenate((right[None], inner, last[None])))
    return hermite(knots, values, slopes, extrapolate)


# Splines in the B-spline basis

def de_boor(t: Any, c: Any, k: int, x: Any) -> Any:
    """The value of a spline by de Boor's algorithm; the first and last pieces go on beyond the knots."""
    count = len(t) - k - 1
    piece = np.clip(np.searchsorted(t, x, side="right") - 1, k, count - 1)
    rank = c.ndim - 1
    held = [c[piece - k + j] for j, _ in enumerate((0,) * (k + 1))]
    for r, _ in enumerate((0,) * k):
        parts = [share(t, x, piece, j + r + 1 - k, j + 1, rank) for j, _ in enumerate(held[1:])]
        held = [low + part * (high - low) for low, high, part in zip(held[:-1], held[1:], parts)]
    return held[0]


def share(t: Any, x: Any, piece: Any, before: int, after: int, rank: int) -> Any:
    """How far x is along the knots from one to another."""
    low = t[piece + before]
    return beside((x - low) / (t[piece + after] - low), rank)


class Spline:
    """`BSpline`."""

    def __init__(self, t: Any, c: Any, k: Any, extrapolate: Any = True, axis: Any = 0):
        first_axis(axis, "a spline")
        self.t, self.c, self.k = np.asarray(t, dtype=np.float64), np.asarray(c, dtype=np.float64), k
        self.extrapolate = extrapolate

    def derivative(self, nu: Any = 1) -> Any:
        t, c, k = self.t, self.c, self.k
        if nu > k:
            refuse("a derivative of a spline of a higher order than its degree is zero everywhere", "use zeros")
        for _ in (0,) * nu:
            count = len(t) - k - 1
            gap = t[k + 1:count + k] - t[1:count]
            c = k * (c[1:count] - c[:count - 1]) / beside(np.where(gap == 0, 1.0, gap), c.ndim - 1)
            t, k = t[1:-1], k - 1
        return Spline(t, c, k, self.extrapolate)

    def __call__(self, x: Any, nu: Any = 0, extrapolate: Any = None) -> Any:
        beyond = self.extrapolate if extrapolate is None else extrapolate
        points, k = np.asarray(x, dtype=np.float64), self.k
        low, high = self.t[k], self.t[len(self.t) - k - 1]
        if isinstance(beyond, str):
            points = low + np.mod(points - low, high - low)
        made = self.derivative(nu) if nu else self
        value = de_boor(made.t, made.c, made.k, points)
        if not isinstance(beyond, str) and not beyond:
            outside = np.logical_or(points < low, points > high)
            value = np.where(beside(outside, self.c.ndim - 1), np.nan, value)
        return value


reads(interpolate.BSpline, "scipy.interpolate.BSpline", exact=False)(Spline)


@reads(interpolate.splev, "scipy.interpolate.splev", exact=False)
def splev(x: Any, tck: Any, der: Any = 0, ext: Any = 0) -> Any:
    t, c, k = tck
    points = np.asarray(x, dtype=np.float64)
    spline = Spline(t, c, k)
    low, high = spline.t[k], spline.t[len(spline.t) - k - 1]
    if ext == 3:
        return spline(np.clip(points, low, high), der)
    if ext == 1:
        return np.where(np.logical_or(points < low, points > high), 0.0, spline(points, der))
    if ext != 0:
        refuse(f"scipy.interpolate.splev with ext={ext!r} is not supported", "use 0, 1 or 3")
    return spline(points, der)


# Grids

def cell(knots: Any, x: Any) -> Any:
    """(which cell holds x, how far along it x is)."""
    low = np.clip(np.searchsorted(knots, x) - 1, 0, len(knots) - 2)
    return low, (x - knots[low]) / (knots[low + 1] - knots[low])


class Grid:
    """`RegularGridInterpolator`, linear or nearest."""

    def __init__(self, points: Any, values: Any, method: Any = "linear", bounds_error: Any = True,
                 fill_value: Any = np.nan):
        if method not in ("linear", "nearest"):
            refuse(f"interpolation on a grid with method={method!r} is not supported", "use 'linear' or 'nearest'")
        self.grid = tuple(np.asarray(p, dtype=np.float64) for p in points)
        self.values = np.asarray(values)
        self.method, self.bounds_error, self.fill_value = method, bounds_error, fill_value

    def __call__(self, xi: Any, method: Any = None) -> Any:
        chosen = self.method if method is None else method
        rank = len(self.grid)
        if isinstance(xi, tuple):
            coordinates = np.broadcast_arrays(*xi)
        else:
            points = np.asarray(xi, dtype=np.float64)
            if rank == 1 and points.ndim < 2:
                points = np.reshape(points, np.shape(points) + (1,))
            elif points.ndim == 1:
                points = points[None]
            coordinates = [points[..., k] for k, _ in enumerate(self.grid)]
        outside = np.zeros(np.shape(coordinates[0]), dtype=bool)
        for knots, x in zip(self.grid, coordinates):
            outside = outside | (x < knots[0]) | (x > knots[-1])
        if self.bounds_error and np.any(outside):
            raise ValueError("One of the requested xi is out of bounds")
        cells = [cell(knots, x) for knots, x in zip(self.grid, coordinates)]
        behind = self.values.ndim - rank
        if chosen == "nearest":
            made = self.values[tuple(np.where(part <= 0.5, low, low + 1) for low, part in cells)]
        else:
            made = 0.0
            for corner in itertools.product((0, 1), repeat=rank):
                weight = 1.0
                for side, (_, part) in zip(corner, cells):
                    weight = weight * (part if side else 1.0 - part)
                places = tuple(low + side for side, (low, _) in zip(corner, cells))
                made = made + beside(weight, behind) * self.values[places]
        if self.bounds_error or self.fill_value is None:
            return made
        return np.where(beside(outside, behind), self.fill_value, made)


reads(interpolate.RegularGridInterpolator, "scipy.interpolate.RegularGridInterpolator", exact=False)(Grid)


@reads(interpolate.interpn, "scipy.interpolate.interpn", exact=False)
def interpn(points: Any, values: Any, xi: Any, method: Any = "linear", bounds_error: Any = True,
            fill_value: Any = np.nan) -> Any:
    return Grid(points, values, method, bounds_error, fill_value)(xi)


# Objects from outside

def thaw_piecewise(obj: Any) -> Any:
    return Piecewise, (obj.c, obj.x, obj.extrapolate), {}


def thaw_spline(obj: Any) -> Any:
    return Spline, (obj.t, obj.c, int(obj.k), obj.extrapolate), {}


def thaw_grid(obj: Any) -> Any:
    return Grid, (tuple(obj.grid), obj.values, obj.method, obj.bounds_error, obj.fill_value), {}


for _name in ("PPoly", "CubicSpline", "PchipInterpolator", "Akima1DInterpolator", "CubicHermiteSpline"):
    FROZEN[getattr(interpolate, _name)] = thaw_piecewise
FROZEN[interpolate.BSpline] = thaw_spline
FROZEN[interpolate.RegularGridInterpolator] = thaw_grid
