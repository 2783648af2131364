"""Order: `sort`, `median`, `percentile` and `quantile` apply the permutation that sorts;
positions have no derivative.

A tangent is gathered along the axis by the stable order of the values, so ties keep their order.
The transpose of that gathers by the inverse order.
"""
from __future__ import annotations

from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import ArrayT, Dims, Type, dims_of, dtype_of, is_complex
from adgen.rules.indexing_calls import along_axis_items
from adgen.rules.lowering import Result, axis_of, describe, lowers, static
from adgen.rules.rearranging import expanded, permuted
from adgen.rules.shapes import along, array_of, get, known_rank, put
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
    weak = not isinstance(q, ArrayT)
    dtype = mean_dtype(dtype_of(args[0].type))
    dtype = dtype if weak else str(np.result_type(dtype, mean_dtype(dtype_of(q))))
    return ArrayT(dtype, (dims_of(q) or ()) + _reduced(args, attrs))


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
    """Between the two elements next to the place q (n - 1), linearly."""
    x_dot, q_dot = dots
    if q_dot is not None:
        raise Refusal("the derivative with respect to q of a quantile is not supported", "give q as a constant")
    if x_dot is None:
        return None
    ordered, at, n = sorted_dot(g, op, args[0], x_dot)
    q = args[1] / 100.0 if op.name == "percentile" else args[1]
    last = n - 1
    place = q * last
    low = _whole(g, place)
    high = g("minimum" if q.rank else "pymin", low + 1, last)
    made = _between(g, ordered, at, (low, high), place - low)
    if q.rank and at:
        made = permuted(g, made, (at, *(k for k in range(made.rank) if k != at)))
    made = made if made.dtype == ys[0].dtype else g("convert", made, dtype=ys[0].dtype)
    return kept_axes(g, op, made, at, q.rank)


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


@lowers(np.sort, "a, axis=-1, kind=None, *, stable=None")
def lower_sort(g: Ops, a: Any, axis: Any, kind: Any, stable: Any) -> Result:
    x, at = along_one(g, a, axis)
    return g("sort", x, axis=at)


@lowers(np.argsort, "a, axis=-1, kind=None", method="argsort", name="np.argsort")
def lower_argsort(g: Ops, a: Any, axis: Any, kind: Any) -> Result:
    x, at = along_one(g, a, axis)
    return g("argsort", x, axis=at, kind=static(kind, "kind"))


@lowers(np.digitize, "x, bins")
def lower_digitize(g: Ops, x: Any, bins: Any) -> Result:
    return g("digitize", array_of(g, x), array_of(g, bins))


@lowers(np.median, "a, axis=None, *, keepdims=False")
def lower_median(g: Ops, a: Any, axis: Any, keepdims: Any) -> Result:
    x = array_of(g, a)
    return g("median", x, axis=one_axis(x, axis), keepdims=bool(static(keepdims, "keepdims")))


def one_axis(x: E, axis: Any) -> int | None:
    chosen = static(axis, "axis")
    if isinstance(chosen, (tuple, list)):
        raise Refusal("the order over several axes is not supported", "reshape them into one first")
    return None if chosen is None else axis_of(x, chosen)


def _quantile(name: str) -> Any:
    def lower(g: Ops, a: Any, q: Any, axis: Any, method: Any, keepdims: Any) -> Result:
        if static(method, "method") != "linear":
            raise Refusal(f"np.{name} with method={method!r} is not supported", "leave method out")
        x, place = array_of(g, a), array_of(g, q)
        if place.rank > 1:
            raise Refusal(
                f"q must be a number or an array of rank 1, got {describe(q)}",
                "give a number or a list of numbers",
            )
        return g(
            name, x, place, axis=one_axis(x, axis), keepdims=bool(static(keepdims, "keepdims"))
        )

    return lower


lowers(np.quantile, "a, q, axis=None, *, method='linear', keepdims=False")(_quantile("quantile"))
lowers(np.percentile, "a, q, axis=None, *, method='linear', keepdims=False")(
    _quantile("percentile")
)
