"""Methods of ufuncs: `np.add.reduce`, `np.maximum.accumulate`, `np.add.reduceat` and their kin.

`UFUNC_METHODS` holds their lowerings by the ufunc's name and the method's. A reduction that has a function of its own
is lowered as that one; the others have rows here. `outer` and `at` are the frontend's.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import ArrayT, Type, dims_of, dtype_of
from adgen.rules.indexing_calls import along_axis_items
from adgen.rules.lowering import Lowering, Result, as_array, axis_of, describe, parse_signature, static
from adgen.rules.reduction_calls import in_accumulator, reduce
from adgen.rules.reductions import Dots, previous, recurrence, tangent_of_array, total
from adgen.rules.shapes import add_at, along, array_of, get, known_dims, put, size_along, size_of
from adgen.rules.table import E, Ops, Rule, Transposer, add_rule
from adgen.rules.typing import mean_dtype, reduction_type, same_dtype, same_type, sum_dtype

UFUNC_METHODS: dict[tuple[str, str], Lowering] = {}
"""By the names of the ufunc and its method."""

REDUCE = "array, /, axis=0, dtype=None, out=None, keepdims=False, initial=None, where=True"
ACCUMULATE = "array, /, axis=0, dtype=None, out=None"
REDUCEAT = "array, /, indices, axis=0, dtype=None, out=None"


def method_of(ufunc: np.ufunc, method: str, signature: str, lower: Callable[..., Result]) -> None:
    """Enter a method of a ufunc."""
    name = ufunc.__name__
    UFUNC_METHODS[name, method] = Lowering(f"np.{name}.{method}", parse_signature(signature), lower)


# Derivatives

def tangent_logaddexp2(g: Ops, op: Op, x: E, y: E, x_dot: E) -> E:
    return total(g, op, g("exp2", x - with_axis(g, op, y)) * x_dot)


def tangent_hypot(g: Ops, op: Op, x: E, y: E, x_dot: E) -> E:
    return total(g, op, x * x_dot) / (y + y.eq(0))


def tangent_subtract(g: Ops, op: Op, x: E, y: E, x_dot: E) -> E:
    """Twice the first less the sum."""
    (at,) = op.attrs["axis"]
    first = get(g, x_dot, *along(at, slice(0, 1) if op.attrs["keepdims"] else 0))
    return 2.0 * first - total(g, op, x_dot)


def with_axis(g: Ops, op: Op, y: E) -> E:
    return y if op.attrs["keepdims"] else g("expand_dims", y, axis=op.attrs["axis"])


def tangent_running(g: Ops, op: Op, x: E, y: E, x_dot: E) -> E:
    """That of the element which is the extremum so far: the mean of the first and the last of those that tie."""
    at: int = op.attrs["axis"]
    places = g("arange", g.dim(x, at), dtype=None)
    places = g("expand_dims", places, axis=tuple(range(1, x.rank - at))) if x.rank - at > 1 else places
    last = g("maximum.accumulate", g("where", x.eq(y), places, 0), axis=at)
    changes = y.ne(shifted(g, y, at))
    first = g("maximum.accumulate", g("where", changes, places, 0), axis=at)
    return (get(g, x_dot, *along_axis_items(g, x, first, at)) + get(g, x_dot, *along_axis_items(g, x, last, at))) * 0.5


def shifted(g: Ops, y: E, axis: int) -> E:
    """y by one place later along an axis; the first place as it is."""
    return put(g, g("copy", y), get(g, y, *along(axis, slice(None, -1))), *along(axis, slice(1, None)))


def tangent_running_logaddexp(g: Ops, op: Op, x: E, y: E, x_dot: E) -> E:
    """y_dot[k] = exp(y[k-1] - y[k]) y_dot[k-1] + exp(x[k] - y[k]) x_dot[k]."""
    at: int = op.attrs["axis"]
    shift = g("where", y.eq(-np.inf), 0.0, y)
    return recurrence(g, g("exp", previous(g, y, at) - shift), g("exp", x - shift) * x_dot, at)


# Sums over segments

def reduceat_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """One place for each index along the axis."""
    dims, at = list(known_dims(args[0].type)), attrs["axis"]
    (dims[at],) = dims_of(args[1].type) or (1,)
    return ArrayT(sum_dtype(dtype_of(args[0].type)), tuple(dims))


def reduceat_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
    return None if dots[0] is None else g(op.name, dots[0], args[1], **op.attrs)


def reduceat_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    """Segment k runs from its index up to the next one; it is one element where the next index is not larger."""
    x, indices, at = op.args[0], g.wrap(op.args[1]), op.attrs["axis"]
    ends = g("concatenate", get(g, indices, slice(1, None)), g("array", g.dim(x, at)), axis=0)
    lengths = g("maximum", ends - indices, 1)
    owner = g("repeat_each", g("arange", g.dim(indices, 0), dtype=None), lengths)
    starts = g("cumsum", lengths, axis=0) - lengths
    places = g("arange", g.dim(owner, 0), dtype=None) + get(g, indices - starts, owner)
    zeros = g.zeros(g.shape(x), dtype_of(x.type))
    given = get(g, ct, *along(at, owner))
    given = given if given.dtype == zeros.dtype else g("convert", given, dtype=zeros.dtype)
    return (add_at(g, zeros, given, *along(at, places)),)


# fmt: off
for _name, _tangent, _dtype in (
    ("logaddexp2", tangent_logaddexp2, mean_dtype),
    ("hypot",      tangent_hypot,      mean_dtype),
    ("subtract",   tangent_subtract,   same_dtype),
):
    add_rule(Rule(f"{_name}.reduce", reduction_type(_dtype), tangent=tangent_of_array(_tangent), real=True,
                  call=f"np.{_name}.reduce"))
for _name, _tangent in (
    ("maximum",   tangent_running),
    ("minimum",   tangent_running),
    ("logaddexp", tangent_running_logaddexp),
):
    add_rule(Rule(f"{_name}.accumulate", same_type, tangent=tangent_of_array(_tangent), real=True,
                  call=f"np.{_name}.accumulate"))
add_rule(Rule("add.reduceat", reduceat_type, tangent=reduceat_tangent, transpose=reduceat_transpose,
              needs_shape=(0,), call="np.add.reduceat"))
# fmt: on


# Lowerings

FUNCTIONS = {
    np.add: "sum", np.multiply: "prod", np.maximum: "max", np.minimum: "min", np.fmax: "nanmax", np.fmin: "nanmin",
    np.logical_and: "all", np.logical_or: "any",
}
"""Ufuncs whose reduction is a function of its own, with the op."""


def reduced_by(op: str) -> Callable[..., Result]:
    def lower(g: Ops, a: Any, axis: Any, dtype: Any, keepdims: Any, initial: Any, where: Any) -> Result:
        return reduce(g, op, a, axis, keepdims, dtype=dtype, initial=initial, where=where)

    return lower


def reduced_along(name: str) -> Callable[..., Result]:
    """Over one axis, for NumPy may not change the order."""

    def lower(g: Ops, a: Any, axis: Any, dtype: Any, keepdims: Any, initial: Any, where: Any) -> Result:
        if initial is not None or static(where, "where") is not True:
            raise Refusal(f"np.{name}.reduce with initial= or where= is not supported", "put them into the array first")
        x = of_floats(in_accumulator(g, as_array(g, a), dtype), name)
        at = 0 if static(axis, "axis") is None and x.rank == 1 else axis_of(x, axis)
        return g(f"{name}.reduce", x, axis=(at,), keepdims=bool(static(keepdims, "keepdims")))

    return lower


def of_floats(x: E, name: str) -> E:
    if np.dtype(x.dtype).kind != "f":
        raise Refusal(f"this method of np.{name} takes an array of floats, got {describe(x)}", "write x.astype(float)")
    return x


def accumulated_by(op: str) -> Callable[..., Result]:
    def lower(g: Ops, a: Any, axis: Any, dtype: Any) -> Result:
        x = in_accumulator(g, as_array(g, a), dtype)
        x = of_floats(x, "logaddexp") if op == "logaddexp.accumulate" else x
        return g(op, x, axis=axis_of(x, axis))

    return lower


def lower_reduceat(g: Ops, array: Any, indices: Any, axis: Any, dtype: Any) -> Result:
    x, places = in_accumulator(g, as_array(g, array), dtype), array_of(g, indices)
    if np.dtype(places.dtype).kind not in "iu" or places.rank != 1:
        raise Refusal(f"np.add.reduceat takes a row of ints as indices, got {describe(places)}", "give such indices")
    if size_of(g.atom(size_along(g, x, axis_of(x, axis)))) == 0:
        raise Refusal("np.add.reduceat of nothing", "give it an array with elements")
    return g("add.reduceat", x, places, axis=axis_of(x, axis))


for _ufunc, _op in FUNCTIONS.items():
    method_of(_ufunc, "reduce", REDUCE, reduced_by(_op))
for _ufunc in (np.logaddexp, np.logaddexp2, np.hypot, np.subtract):
    method_of(_ufunc, "reduce", REDUCE, reduced_along(_ufunc.__name__))
method_of(np.add, "accumulate", ACCUMULATE, accumulated_by("cumsum"))
method_of(np.multiply, "accumulate", ACCUMULATE, accumulated_by("cumprod"))
for _ufunc in (np.maximum, np.minimum, np.logaddexp):
    method_of(_ufunc, "accumulate", ACCUMULATE, accumulated_by(f"{_ufunc.__name__}.accumulate"))
method_of(np.add, "reduceat", REDUCEAT, lower_reduceat)
