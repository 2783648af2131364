"""Reductions and cumulative functions: rows, and the lowering of calls and methods.

Attrs are `axis` (None, or a tuple of non-negative ints) and `keepdims`. Ties of max and min share
equally; products are differentiated without division, so zeros do no harm; `std` of a constant has
derivative 0. """
from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

from adgen.ir.builder import const
from adgen.ir.core import Atom, Attrs, Op, Value
from adgen.ir.types import (
    INT,
    ArrayT,
    ScalarT,
    Type,
    dim_product,
    dims_of,
    dtype_of,
    fresh_dim,
    real_dtype,
)
from adgen.rules.infrastructure import conj, real
from adgen.rules.shapes import along, get, put
from adgen.rules.table import E, Ops, Rule, Transpose, Transposer, TypeRule, add_rule
from adgen.rules.typing import (
    Axes,
    fixed_dtype,
    keys_of,
    mean_dtype,
    reduced_dims,
    reduction_type,
    same_dtype,
    sum_dtype,
)

Dots = tuple[E | None, ...]
AnyOps = Ops | Transposer
OfArray = Callable[[Ops, Op, E, E, E], E]
"""The tangent of a reduction, from the operand x, the result y and the tangent of x."""


# Shapes

def expanded(g: AnyOps, op: Op, y: E) -> E:
    """A result of the reduction with its axes put back as 1s, so that it broadcasts against the
    operand."""
    axis: Axes = op.attrs.get("axis")
    if axis is None or op.attrs.get("keepdims", False) or axis == ():
        return y
    return g("expand_dims", y, axis=axis)


def spread(g: Transposer, op: Op, ct: E) -> E:
    """A cotangent of the result repeated to the operand's shape."""
    return g.broadcast(expanded(g, op, ct), g.shape(op.args[0]))


def total(g: Ops, op: Op, x: E) -> E:
    """The sum of x over the axes of this reduction."""
    return g.sum(x, op.attrs.get("axis"), op.attrs.get("keepdims", False))


def count(g: AnyOps, op: Op) -> E:
    """How many entries are reduced into one: an int."""
    x, axis = op.args[0], cast("Axes", op.attrs.get("axis"))
    if axis is None:
        return g.size(x)
    number: E | int = 1
    for a in axis:
        size = g.dim(x, a)
        number = size if isinstance(number, int) else number * size
    return g.wrap(const(number)) if isinstance(number, int) else number


def cast_to(g: Ops, x: E, dtype: str) -> E:
    return x if x.dtype == dtype else g("convert", x, dtype=dtype)


# Linear reductions

def transpose_sum(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    return (spread(g, op, ct),)


def transpose_mean(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    if dims_of(op.args[0].type) is not None:
        return (spread(g, op, ct / count(g, op)),)
    full = spread(g, op, ct)
    return (full / sizes_product(g, full, op.attrs.get("axis")),)


def sizes_product(g: AnyOps, x: E, axis: Axes) -> E:
    """The number of entries along the axes of an array whose rank is not known."""
    if axis is None:
        return g.size(x)
    number = g.dim(x, axis[0])
    for a in axis[1:]:
        number = number * g.dim(x, a)
    return number


def transpose_cumsum(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    axis = op.attrs["axis"]
    back = along(0 if axis is None else axis, slice(None, None, -1))
    summed = get(g, g("cumsum", get(g, ct, *back), axis=axis), *back)
    return (g.reshape(summed, g.shape(op.args[0])) if axis is None else summed,)


# Extrema, moments

def tangent_of_array(rule: OfArray) -> Any:
    def tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
        return None if dots[0] is None else rule(g, op, args[0], ys[0], dots[0])

    return tangent


def tangent_extremum(g: Ops, op: Op, x: E, y: E, x_dot: E) -> E:
    """The mean of the tangents at the places where the extremum is."""
    at = x.eq(expanded(g, op, y))
    return total(g, op, at * x_dot) / cast_to(g, total(g, op, at), y.dtype)


def tangent_logaddexp(g: Ops, op: Op, x: E, y: E, x_dot: E) -> E:
    """Weights by their own sum, which carries the same rounding of a large y."""
    powers = g("exp", x - expanded(g, op, y))
    return total(g, op, powers * x_dot) / total(g, op, powers)


def tangent_var(g: Ops, op: Op, x: E, y: E, x_dot: E) -> E:
    change = total(g, op, real(g, conj(g, centred(g, op, x)) * x_dot))
    return 2.0 * change / freedom(g, op)


def tangent_std(g: Ops, op: Op, x: E, y: E, x_dot: E) -> E:
    change = total(g, op, real(g, conj(g, centred(g, op, x)) * x_dot))
    return change / ((y + y.eq(0)) * freedom(g, op))


def centred(g: Ops, op: Op, x: E) -> E:
    return x - g("mean", x, axis=op.attrs.get("axis"), keepdims=True)


def freedom(g: Ops, op: Op) -> E:
    """The divisor of a variance."""
    n, ddof = count(g, op), op.attrs.get("ddof", 0)
    return n - ddof if ddof else n


# The same, with NaN left out

def tangent_nansum(g: Ops, op: Op, x: E, y: E, x_dot: E) -> E:
    return total(g, op, where_valid(g, x, x_dot))


def tangent_nanmean(g: Ops, op: Op, x: E, y: E, x_dot: E) -> E:
    return total(g, op, where_valid(g, x, x_dot)) / valid_count(g, op, x)


def tangent_nanvar(g: Ops, op: Op, x: E, y: E, x_dot: E) -> E:
    change = total(g, op, nan_centred(g, op, x) * where_valid(g, x, x_dot))
    return 2.0 * change / (valid_count(g, op, x) - op.attrs["ddof"])


def tangent_nanstd(g: Ops, op: Op, x: E, y: E, x_dot: E) -> E:
    change = total(g, op, nan_centred(g, op, x) * where_valid(g, x, x_dot))
    return change / ((y + y.eq(0)) * (valid_count(g, op, x) - op.attrs["ddof"]))


def where_valid(g: Ops, x: E, value: E) -> E:
    """value, with 0 where x is NaN."""
    return g("where", g("isnan", x), 0.0, value)


def valid_count(g: Ops, op: Op, x: E) -> E:
    """How many entries are not NaN."""
    return total(g, op, g("logical_not", g("isnan", x)))


def nan_centred(g: Ops, op: Op, x: E) -> E:
    return where_valid(g, x, x - g("nanmean", x, axis=op.attrs["axis"], keepdims=True))


# Products

def tangent_prod(g: Ops, op: Op, x: E, y: E, x_dot: E) -> E:
    """The sum over entries of their tangent times the product of the others."""
    axis: Axes = op.attrs.get("axis")
    others = product_of_others(g, gathered(g, x, x, axis))
    y_dot = g.sum(gathered(g, x_dot, x, axis) * others, (others.rank - 1,))
    if not op.attrs.get("keepdims", False):
        return y_dot
    axes = tuple(range(x.rank)) if axis is None else axis
    return g("expand_dims", y_dot, axis=axes) if axes else y_dot


def gathered(g: Ops, x: E, like: E, axis: Axes) -> E:
    """x with these axes as one last axis; sizes are read from `like`, for x may be a tangent."""
    if axis is None:
        return x if x.dims is not None and len(x.dims) == 1 else g.reshape(x, (-1,))
    rest = tuple(i for i in range(x.rank) if i not in axis)
    order = rest + axis
    moved = x if order == tuple(range(x.rank)) else g("transpose", x, axes=order)
    if len(axis) == 1:
        return moved
    return g.reshape(moved, (*(g.dim(like, i) for i in rest), -1))


def product_of_others(g: Ops, x: E) -> E:
    """Along the last axis: the product of all entries but this one."""
    last = x.rank - 1
    back = along(last, slice(None, None, -1))
    return before(g, x) * get(g, before(g, get(g, x, *back)), *back)


def before(g: Ops, x: E) -> E:
    """Along the last axis: the product of the entries before this one."""
    last = x.rank - 1
    return previous(g, g("cumprod", x, axis=last), last)


def tangent_cumprod(g: Ops, op: Op, x: E, y: E, x_dot: E) -> E:
    """The recurrence y_dot[k] = x[k] y_dot[k-1] + y[k-1] x_dot[k], as a loop: exact with any
    zeros."""
    axis: int = op.attrs["axis"] if op.attrs["axis"] is not None else 0
    if op.attrs["axis"] is None and x.rank != 1:
        x, x_dot = g.reshape(x, (-1,)), g.reshape(x_dot, (-1,))
    return recurrence(g, x, previous(g, y, axis) * x_dot, axis)


def previous(g: Ops, y: E, axis: int) -> E:
    """y shifted by one along an axis, from 1."""
    ones = g.sized("ones", (), g.shape(y), dtype=y.dtype)
    return put(g, ones, get(g, y, *along(axis, slice(None, -1))), *along(axis, slice(1, None)))


def recurrence(g: Ops, factors: E, terms: E, axis: int) -> E:
    """s[k] = factors[k] s[k-1] + terms[k] along an axis, from zero, as a loop."""
    init = g.zeros(g.shape(factors), terms.dtype)
    row_type = get_type(terms, axis)
    zero = g.zeros(tuple(g.dim(factors, i) for i in range(factors.rank) if i != axis), terms.dtype)
    carried, held, k = Value(init.type), Value(row_type), Value(ScalarT("int", fresh_dim()))
    inner = Ops(g.builder.nested())
    here = along(axis, inner.wrap(k))
    factor, term = (get(inner, inner.wrap(a.atom), *here) for a in (factors, terms))
    state = factor * inner.wrap(held) + term
    updated = put(inner, inner.wrap(carried), state, *here)
    body = inner.builder.block((carried, held, k), (updated.atom, state.atom))
    attrs = {"carry": 2, "xs": ("range",), "stack": 0, "reverse": False, "breaks": False}
    args = (init.atom, zero.atom, const(0), g.dim(factors, axis).atom, const(1))
    out, _ = g.builder.region("for", args, attrs, (body,), (init.type, row_type))
    return g.wrap(out)


def get_type(x: E, axis: int) -> Type:
    """The type of a slice of x at one place of an axis."""
    dims = tuple(d for i, d in enumerate(dims_of(x.type) or ()) if i != axis)
    return ArrayT(x.dtype, dims)


# Types

def cumulative_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    keys_of(args, "a cumulative sum or product")
    dims = dims_of(args[0].type)
    if attrs["axis"] is None:
        dims = None if dims is None else (dim_product(dims),)
    return ArrayT(sum_dtype(dtype_of(args[0].type)), dims)


def position_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    axis = attrs["axis"]
    dims = reduced_dims(dims_of(args[0].type), None if axis is None else (axis,), attrs["keepdims"])
    return ArrayT("int64", dims)


def count_type(args: tuple[Atom, ...], attrs: Attrs) -> Type | tuple[Type, ...]:
    """`np.count_nonzero` without axis gives a Python int."""
    if attrs["axis"] is None and not attrs["keepdims"]:
        return INT
    return reduction_type(fixed_dtype("int64"))(args, attrs)


def spread_dtype(dtype: str) -> str:
    """The dtype of a variance."""
    return real_dtype(mean_dtype(dtype))


def row(name: str, type_rule: TypeRule, **form: Any) -> None:
    add_rule(Rule(name, type_rule, call=f"np.{name}", **form))


def linear_row(name: str, type_rule: TypeRule, transpose: Transpose) -> None:
    row(name, type_rule, linear=(0,), transpose=transpose, needs_shape=(0,))


# fmt: off
linear_row("sum",    reduction_type(sum_dtype),  transpose_sum)
linear_row("mean",   reduction_type(mean_dtype), transpose_mean)
linear_row("cumsum", cumulative_type,            transpose_cumsum)

row("max",      reduction_type(same_dtype), tangent=tangent_of_array(tangent_extremum), real=True)
row("min",      reduction_type(same_dtype), tangent=tangent_of_array(tangent_extremum), real=True)
row("var",      reduction_type(spread_dtype), tangent=tangent_of_array(tangent_var))
row("std",      reduction_type(spread_dtype), tangent=tangent_of_array(tangent_std))
row("nansum",   reduction_type(sum_dtype),  tangent=tangent_of_array(tangent_nansum))
row("nanmean",  reduction_type(mean_dtype), tangent=tangent_of_array(tangent_nanmean))
row("nanmax",   reduction_type(same_dtype), tangent=tangent_of_array(tangent_extremum), real=True)
row("nanmin",   reduction_type(same_dtype), tangent=tangent_of_array(tangent_extremum), real=True)
row("nanvar",   reduction_type(spread_dtype), tangent=tangent_of_array(tangent_nanvar), real=True)
row("nanstd",   reduction_type(spread_dtype), tangent=tangent_of_array(tangent_nanstd), real=True)
row("prod",     reduction_type(sum_dtype),  tangent=tangent_of_array(tangent_prod))
row("cumprod",  cumulative_type,            tangent=tangent_of_array(tangent_cumprod))

add_rule(Rule("logaddexp.reduce", reduction_type(mean_dtype), tangent=tangent_of_array(tangent_logaddexp),
              call="np.logaddexp.reduce"))

row("argmax",        position_type, zero=True)
row("argmin",        position_type, zero=True)
row("count_nonzero", count_type,    zero=True)
row("all",           reduction_type(fixed_dtype("bool")), zero=True)
row("any",           reduction_type(fixed_dtype("bool")), zero=True)
# fmt: on
