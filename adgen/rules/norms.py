"""Norms: `np.linalg.norm`, `vector_norm`, `matrix_norm`, `cond`, of every order, over any axes.

At a zero norm the derivative is 0. Elements, rows and columns that share a maximum share its derivative. A norm of
order p < 1 has a cusp at each element that is 0: its derivative there is 0, the mean of both sides. Singular values
that are exactly 0 count as norms do: their derivative is 0.
"""
from __future__ import annotations

from typing import Any, cast

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import ArrayT, Type, dtype_of
from adgen.rules.infrastructure import conj, real
from adgen.rules.linalg import (
    Args,
    Dots,
    float_dtype,
    real_dtype,
    singular_dot,
    square_dims,
)
from adgen.rules.lowering import Result, axis_of, lowers, static
from adgen.rules.products import ranked_dims
from adgen.rules.rearranging import expanded, permuted
from adgen.rules.shapes import array_of, get, listed
from adgen.rules.table import E, Ops, Rule, add_rule
from adgen.rules.typing import mean_dtype

SPECTRAL = (2, -2, "nuc")
"""Orders of matrix norms that are made of singular values."""


# Rows

def norm_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    (dims,) = ranked_dims(args[:1], "norm")
    axis, keepdims = attrs["axis"], attrs["keepdims"]
    gone = range(len(dims)) if axis is None else listed(axis)
    kept = tuple(1 if k in gone else d for k, d in enumerate(dims))
    dtype = real_dtype(mean_dtype(dtype_of(args[0].type)))
    if len(gone) == 2 and attrs["ord"] in SPECTRAL:
        float_dtype(args[:1])
    return ArrayT(dtype, kept if keepdims else tuple(d for k, d in enumerate(dims) if k not in gone))


def norm_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    """Direction times x_dot: x / |x|, 0 at 0; for an order p, sign(x) (|x| / |x|_p)^(p - 1)."""
    (x,), (y,), (dot,) = args, ys, dots
    if dot is None:
        return None
    axis, keepdims, order = op.attrs["axis"], op.attrs["keepdims"], op.attrs["ord"]
    axes = tuple(range(x.rank)) if axis is None else tuple(cast("list[int]", listed(axis)))
    if len(axes) == 2 and order in SPECTRAL:
        return spectral_tangent(g, x, dot, axes, keepdims, order)
    axes = tuple(sorted(axes))
    size = y if keepdims else expanded(g, y, axes)
    return g.sum(real(g, conj(g, direction(g, x, size, order)) * dot), axes, keepdims)


def direction(g: Ops, x: E, size: E, order: Any) -> E:
    if order in (None, 2, "fro", "f"):
        return g("safe_div", x, size)
    if order >= 1:
        return g("sign", x) * g("safe_div", g("abs", x), size) ** (order - 1.0)
    return g("safe_div", g("sign", x) * size ** (1.0 - order), g("abs", x) ** (1.0 - order))


def spectral_tangent(g: Ops, x: E, dot: E, axes: tuple[int, ...], keepdims: bool, order: Any) -> E:
    """Of the sum, the largest or the smallest singular value: those that are 0 do not count, equal ones share."""
    rest = tuple(k for k in range(x.rank) if k not in axes)
    matrices, moved = permuted(g, x, (*rest, *axes)), permuted(g, dot, (*rest, *axes))
    u, s, vh = g.many("svd", matrices, full_matrices=False)
    weights = g("sign", s)
    if order != "nuc":
        outer = get(g, s, Ellipsis, slice(None, 1) if order == 2 else slice(-1, None))
        chosen = g("convert", s.eq(outer), dtype=s.dtype)
        weights = weights * (chosen / g.sum(chosen, (s.rank - 1,), True))
    made = g.sum(weights * singular_dot(g, u, vh, moved), (s.rank - 1,))
    return expanded(g, made, tuple(sorted(axes))) if keepdims else made


def cond_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    (dims,) = ranked_dims(args[:1], "cond")
    if len(dims) < 2:
        raise Refusal("np.linalg.cond takes a matrix, or a stack of them", "give an array of rank 2 or more")
    return ArrayT(real_dtype(float_dtype(args[:1])), dims[:-2])


def cond_tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    """Of the quotient of the outer singular values, or of the norm times that of the inverse."""
    (x,), (y,), (dot,), order = args, ys, dots, op.attrs["p"]
    if dot is None:
        return None
    if order not in (None, 2, -2):
        inverse = g("inv", x)
        change = -(inverse @ dot @ inverse)
        axes = (x.rank - 2, x.rank - 1)
        first, second = (matrix_norm(g, m, order, axes, False, False) for m in (x, inverse))
        return matrix_norm_dot(g, x, dot, order) * second + matrix_norm_dot(g, inverse, change, order) * first
    u, s, vh = g.many("svd", x, full_matrices=False)
    change = singular_dot(g, u, vh, dot)
    above, below = (-1, 0) if order == -2 else (0, -1)
    top, top_dot = (get(g, v, Ellipsis, above) for v in (s, change))
    bottom, bottom_dot = (get(g, v, Ellipsis, below) for v in (s, change))
    return y * (top_dot / top - bottom_dot / bottom)


def matrix_norm_dot(g: Ops, x: E, dot: E, order: Any) -> E:
    """The tangent of a norm of a stack of matrices."""
    axes = (x.rank - 2, x.rank - 1)
    if order == "nuc":
        return spectral_tangent(g, x, dot, axes, False, order)
    if order in ("fro", "f"):
        along = direction(g, x, matrix_norm(g, x, order, axes, True, False), order)
        return g.sum(real(g, conj(g, along) * dot), axes)
    summed, picked = axes if order in (1, -1) else axes[::-1]
    sums = g.sum(g("abs", x), (summed,), True)
    outer = g("max" if order > 0 else "min", sums, axis=(picked,), keepdims=True)
    chosen = g("convert", sums.eq(outer), dtype=sums.dtype)
    share = chosen / g.sum(chosen, (picked,), True)
    return g.sum(real(g, conj(g, g("sign", x)) * dot) * share, axes)


add_rule(Rule("norm", norm_type, tangent=norm_tangent, call="np.linalg.norm"))
add_rule(Rule("cond", cond_type, tangent=cond_tangent, call="np.linalg.cond"))


# Calls

@lowers(np.linalg.norm, "x, ord=None, axis=None, keepdims=False")
def lower_norm(g: Ops, x: Any, ord: Any, axis: Any, keepdims: Any) -> Result:
    a, kind, keep = array_of(g, x), static(ord, "ord"), bool(static(keepdims, "keepdims"))
    if a.rank == 0:
        raise Refusal("np.linalg.norm of a number is not supported", "use abs(x)")
    chosen = static(axis, "axis")
    places = tuple(range(a.rank)) if chosen is None else tuple(axis_of(a, k) for k in listed(chosen))
    if len(set(places)) < len(places):
        raise Refusal("np.linalg.norm: an axis is named twice", "name each axis once")
    if kind is None:
        if len(places) > 2 and chosen is not None:
            raise Refusal("np.linalg.norm takes one axis or two", "use np.sqrt(np.sum(np.abs(x) ** 2, axis=axes))")
        return g("norm", a, ord=None, axis=norm_axis(chosen, places), keepdims=keep)
    if len(places) == 1:
        return vector_norm(g, a, kind, places[0], keep, chosen is None)
    if len(places) == 2:
        return matrix_norm(g, a, kind, places, keep, chosen is None)
    raise Refusal(f"np.linalg.norm with ord={kind!r} needs one axis or two", "give axis=")


def norm_axis(chosen: Any, places: tuple[int, ...]) -> int | tuple[int, ...] | None:
    if chosen is None:
        return None
    return places[0] if len(places) == 1 else places


def vector_norm(g: Ops, a: E, kind: Any, axis: int, keep: bool, all_axes: bool) -> E:
    if not isinstance(kind, (int, float)):
        raise Refusal(f"np.linalg.norm has no order {kind!r} for vectors", "give a number, np.inf or None")
    if kind == np.inf:
        return g("max", g("abs", a), axis=(axis,), keepdims=keep)
    if kind == -np.inf:
        return g("min", g("abs", a), axis=(axis,), keepdims=keep)
    if kind == 1:
        return g.sum(g("abs", a), (axis,), keep)
    if kind == 0:
        return g.sum(g("convert", a.ne(0), dtype=real_dtype(mean_dtype(a.dtype))), (axis,), keep)
    return g("norm", a, ord=kind, axis=None if all_axes else axis, keepdims=keep)


def matrix_norm(g: Ops, a: E, kind: Any, axes: tuple[int, ...], keep: bool, all_axes: bool) -> E:
    if kind in ("fro", "f") or kind in SPECTRAL:
        return g("norm", a, ord=kind, axis=None if all_axes else axes, keepdims=keep)
    if kind in (1, -1, np.inf, -np.inf):
        summed, picked = (axes[0], axes[1]) if kind in (1, -1) else (axes[1], axes[0])
        sums = g.sum(g("abs", a), (summed,), True)
        made = g("max" if kind > 0 else "min", sums, axis=(picked,), keepdims=True)
        return made if keep else g("squeeze", made, axis=tuple(sorted(axes)))
    raise Refusal(f"np.linalg.norm has no order {kind!r} for matrices", "use 'fro', 'nuc', 1, -1, 2, -2 or np.inf")


@lowers(np.linalg.vector_norm, "x, /, *, axis=None, keepdims=False, ord=2")
def lower_vector_norm(g: Ops, x: Any, axis: Any, keepdims: Any, ord: Any) -> Result:
    a, chosen = array_of(g, x), static(axis, "axis")
    if isinstance(chosen, int):
        return lower_norm(g, a, ord, chosen, keepdims)
    axes = tuple(range(a.rank)) if chosen is None else tuple(axis_of(a, k) for k in listed(chosen))
    rest = tuple(k for k in range(a.rank) if k not in axes)
    flat = a
    if len(axes) != 1 or axes[0] != 0:
        moved = permuted(g, a, (*axes, *rest))
        flat = g.reshape(moved, (-1, *(g.dim(a, k) for k in rest)))
    made = lower_norm(g, flat, ord, 0, False)
    return expanded(g, made, tuple(sorted(axes))) if static(keepdims, "keepdims") else made


@lowers(np.linalg.matrix_norm, "x, /, *, keepdims=False, ord='fro'")
def lower_matrix_norm(g: Ops, x: Any, keepdims: Any, ord: Any) -> Result:
    return lower_norm(g, x, ord, (-2, -1), keepdims)


@lowers(np.linalg.cond, "x, p=None")
def lower_cond(g: Ops, x: Any, p: Any) -> Result:
    a, kind = array_of(g, x), static(p, "p")
    if kind in (None, 2, -2):
        return g("cond", a, p=kind)
    square_dims((a.atom,), "np.linalg.cond")
    if kind not in ("fro", "f", "nuc", 1, -1, np.inf, -np.inf):
        raise Refusal(f"np.linalg.cond has no order {kind!r}", "use None, 'fro', 'nuc', 1, -1, 2, -2 or np.inf")
    return g("cond", a, p=kind)
