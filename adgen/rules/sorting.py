"""Order: `sort`, `median`, `percentile` and `quantile` apply the permutation that sorts;
positions have no derivative.

A tangent is gathered along the axis by the stable order of the values, so ties keep their order.
The transpose of that gathers by the inverse order.
"""
from __future__ import annotations

from functools import cache
from typing import Any, cast

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import ArrayT, Dims, Type, dims_of, dtype_of, is_complex
from adgen.rules.indexing_calls import along_axis_items
from adgen.rules.lowering import Result, axes_of, axis_of, describe, lowers, static
from adgen.rules.rearranging import expanded, permuted
from adgen.rules.shapes import along, array_of, get, known_rank, put, size_along
from adgen.rules.table import E, Ops, Rule, Transposer, add_rule
from adgen.rules.typing import mean_dtype, reduced_dims, same_type

Dots = tuple[E | None, ...]


# Types

def positions_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    known_rank(args[0].type)
    return ArrayT("int64", dims_of(args[0].type))


def digitize_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT("int64", dims_of(args[0].type))


def _reduced(args: tuple[Atom, ...], attrs: Attrs) -> Dims:
    if is_complex(args[0].type):
        raise Refusal("the order of complex numbers is not supported", "order their real parts or moduli")
    rank, axis = known_rank(args[0].type), attrs["axis"]
    axes = tuple(range(rank)) if axis is None else (axis,)
    return reduced_dims(dims_of(args[0].type), axes, attrs["keepdims"]) or ()


def median_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT(mean_dtype(dtype_of(args[0].type)), _reduced(args, attrs))


def quantile_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """The dims of q, then those left of x."""
    q = args[1].type
    dtype = quantile_dtype(dtype_of(args[0].type), dtype_of(q), isinstance(q, ArrayT), attrs["method"])
    return ArrayT(dtype, (dims_of(q) or ()) + _reduced(args, attrs))


@cache
def quantile_dtype(dtype: str, place: str, is_array: bool, method: str) -> str:
    """The dtype of NumPy's own result, asked of NumPy."""
    q: Any = np.ones((), place)
    return str(np.quantile(np.ones(2, dtype), q if is_array else q.item(), method=cast(Any, method)).dtype)


# Derivatives

def in_order(g: Ops, x: E, dot: E, axis: int) -> E:
    """A tangent in the order of the values."""
    return g("permute", dot, g("argsort", x, axis=axis, kind="stable"), axis=axis)


def sort_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
    (dot,) = dots
    return None if dot is None else in_order(g, args[0], dot, op.attrs["axis"])


def permute_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    """Each element back where it came from."""
    order = g.wrap(op.args[1])
    at = along_axis_items(g, ct, order, op.attrs["axis"])
    return (put(g, g.zeros(g.shape(op.args[0]), ct.dtype), ct, *at),)


def sorted_dot(g: Ops, op: Op, x: E, dot: E) -> tuple[E, int, E]:
    """The sorted tangent, the axis and its length; raveled where the axis is None."""
    axis = op.attrs["axis"]
    if axis is None and x.rank != 1:
        x, dot = g.reshape(x, (-1,)), g.reshape(dot, (-1,))
    return in_order(g, x, dot, axis or 0), axis or 0, g.dim(x, axis or 0)


def kept_axes(g: Ops, op: Op, made: E, at: int, lead: int = 0) -> E:
    """With the axes reduced back as axes of size 1, where `keepdims` asks for them."""
    if not op.attrs["keepdims"]:
        return made
    rank = known_rank(op.args[0].type)
    axes = range(rank) if op.attrs["axis"] is None else (at,)
    return expanded(g, made, tuple(lead + k for k in axes))


def median_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
    (dot,) = dots
    if dot is None:
        return None
    ordered, at, n = sorted_dot(g, op, args[0], dot)
    low, high = g("floordiv", n - 1, 2), g("floordiv", n, 2)
    made = (get(g, ordered, *along(at, low)) + get(g, ordered, *along(at, high))) * 0.5
    return kept_axes(g, op, made, at)


def quantile_tangent(
    g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots
) -> E | None:
    """Between the two elements next to the place, linearly; that is q (n - 1) where no other method is asked for."""
    x_dot, q_dot = dots
    if q_dot is not None:
        raise Refusal("the derivative with respect to q of a quantile is not supported", "give q as a constant")
    if x_dot is None:
        return None
    ordered, at, n = sorted_dot(g, op, args[0], x_dot)
    place, last = virtual_index(g, op, args[1], n), n - 1
    low = _whole(g, place)
    high = g("minimum" if place.rank else "pymin", low + 1, last)
    made = _between(g, ordered, at, (low, high), place - low)
    if place.rank and at:
        made = permuted(g, made, (at, *(k for k in range(made.rank) if k != at)))
    made = made if made.dtype == ys[0].dtype else g("convert", made, dtype=ys[0].dtype)
    return kept_axes(g, op, made, at, place.rank)


def virtual_index(g: Ops, op: Op, q: E, n: E) -> E:
    """The place between the sorted elements, of which the quantile of 0, 1, ... tells where another method has it."""
    if op.attrs["method"] != "linear":
        return g(op.name, g("arange", n, dtype=None), q, axis=0, keepdims=False, method=op.attrs["method"])
    return (q / 100.0 if op.name == "percentile" else q) * (n - 1)


def _whole(g: Ops, place: E) -> E:
    return g("convert", place, dtype="int64") if place.rank else g("to_python", place, kind="int")


def _between(g: Ops, x: E, at: int, ends: tuple[E, E], part: E) -> E:
    low, high = (get(g, x, *along(at, k)) for k in ends)
    after = low.rank - at - part.rank
    if part.rank and after:
        part = expanded(g, part, tuple(range(1, 1 + after)))
    part = part if part.dtype == x.dtype or not part.rank else g("convert", part, dtype=x.dtype)
    return low + (high - low) * part


# fmt: off
add_rule(Rule("argsort",    positions_type, zero=True,                    call="np.argsort"))
add_rule(Rule("digitize",   digitize_type,  zero=True,                    call="np.digitize"))
add_rule(Rule("sort",       same_type,      tangent=sort_tangent,         call="np.sort"))
add_rule(Rule("permute",    same_type,      linear=(0,),                  call="np.take_along_axis",
              transpose=permute_transpose, needs_shape=(0,)))
add_rule(Rule("median",     median_type,    tangent=median_tangent,       call="np.median"))
add_rule(Rule("quantile",   quantile_type,  tangent=quantile_tangent,     call="np.quantile"))
add_rule(Rule("percentile", quantile_type,  tangent=quantile_tangent,     call="np.percentile"))
# fmt: on


# Lowerings

def along_one(g: Ops, value: Any, axis: Any) -> tuple[E, int]:
    """The array and the axis to sort; raveled where the axis is None."""
    x = array_of(g, value)
    if static(axis, "axis") is None:
        return (x if x.rank == 1 else g.reshape(x, (-1,))), 0
    return x, axis_of(x, axis)


def check_order(order: Any) -> None:
    if static(order, "order") is not None:
        raise Refusal("order= is for arrays with fields, which are not supported", "leave it out")


@lowers(np.sort, "a, axis=-1, kind=None, order=None, *, stable=None")
def lower_sort(g: Ops, a: Any, axis: Any, kind: Any, order: Any, stable: Any) -> Result:
    check_order(order)
    x, at = along_one(g, a, axis)
    return g("sort", x, axis=at)


@lowers(np.argsort, "a, axis=-1, kind=None, order=None, *, stable=None", method="argsort", name="np.argsort")
def lower_argsort(g: Ops, a: Any, axis: Any, kind: Any, order: Any, stable: Any) -> Result:
    check_order(order)
    x, at = along_one(g, a, axis)
    how = static(kind, "kind")
    if static(stable, "stable") is not None:
        if how is not None:
            raise Refusal("kind and stable cannot both be given", "give one of them")
        how = "stable" if static(stable, "stable") else None
    return g("argsort", x, axis=at, kind=how)


@lowers(np.digitize, "x, bins, right=False")
def lower_digitize(g: Ops, x: Any, bins: Any, right: Any) -> Result:
    return g("digitize", array_of(g, x), array_of(g, bins), right=bool(static(right, "right")))


@lowers(np.median, "a, axis=None, out=None, overwrite_input=False, keepdims=False")
def lower_median(g: Ops, a: Any, axis: Any, keepdims: Any) -> Result:
    x, at, back = over_one(g, array_of(g, a), axis, keepdims)
    made = g("median", x, axis=at, keepdims=bool(static(keepdims, "keepdims")) and not back)
    return expanded(g, made, back)


def over_one(g: Ops, x: E, axis: Any, keepdims: Any) -> tuple[E, int | None, tuple[int, ...]]:
    """x with all axes meant as its last one, that axis (None: all), and the axes to put back for `keepdims`."""
    axes = axes_of(x, axis)
    if axes is None or x.dims is None:
        return x, None, ()
    if len(axes) == 1:
        return x, axes[0], ()
    if not axes:
        raise Refusal("the order over no axes is not supported", "name an axis, or leave axis= out")
    rest = tuple(k for k in range(x.rank) if k not in axes)
    moved = permuted(g, x, (*rest, *axes))
    flat = g.reshape(moved, (*(size_along(g, x, k) for k in rest), -1))
    return flat, len(rest), axes if static(keepdims, "keepdims") else ()


METHODS = (
    "inverted_cdf", "averaged_inverted_cdf", "closest_observation", "interpolated_inverted_cdf", "hazen", "weibull",
    "linear", "median_unbiased", "normal_unbiased", "lower", "higher", "midpoint", "nearest",
)


def _quantile(name: str) -> Any:
    def lower(g: Ops, a: Any, q: Any, axis: Any, method: Any, keepdims: Any, weights: Any) -> Result:
        how = static(method, "method")
        if how not in METHODS:
            raise Refusal(f"np.{name} with method={how!r} is not supported", f"use one of {', '.join(METHODS)}")
        if weights is not None:
            raise Refusal(f"np.{name} with weights= is not supported", "leave them out, or repeat the elements")
        place = array_of(g, q)
        if place.rank > 1:
            raise Refusal(
                f"q must be a number or an array of rank 1, got {describe(q)}",
                "give a number or a list of numbers",
            )
        x, at, back = over_one(g, array_of(g, a), axis, keepdims)
        kept = bool(static(keepdims, "keepdims")) and not back
        made = g(name, x, place, axis=at, keepdims=kept, method=how)
        return expanded(g, made, tuple(place.rank + k for k in back))

    return lower


for _name in ("quantile", "percentile"):
    lowers(getattr(np, _name), "a, q, axis=None, out=None, overwrite_input=False, method='linear', keepdims=False, *, "
           "weights=None")(_quantile(_name))
