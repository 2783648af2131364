"""Reductions with `dtype=`, `initial=`, `where=` or `mean=`: ops beside those of `reductions`.

    sum.with(x, *values; named, axis, keepdims, dtype)      `named`: the keywords of the values, as ("initial", "where")

They print as NumPy's own call with these keywords, so values are bit for bit NumPy's: a sum over a mask is not the sum
with zeros, for NumPy adds in runs. Derivatives are those of the reduction over the elements that the mask selects:
tangents go through `where`, so nothing that is not finite comes in from an element that is left out. A tangent is cast
to the dtype of the result first, as the elements are.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import PYTHON_KINDS, ArrayT, ScalarT, Type, dims_of, dtype_of, is_complex, rank_of
from adgen.rules.infrastructure import as_dtype, conj, real
from adgen.rules.lowering import is_array
from adgen.rules.reductions import Dots, cast_to, count, expanded, tangent_prod, total
from adgen.rules.table import E, Ops, Rule, add_rule
from adgen.rules.typing import fitting, keys_of, reduced_dims

Tangent = Callable[[Ops, "Parts"], "E | None"]


class Parts:
    """The operands of a reduction by name, its result, and the tangents."""

    def __init__(self, g: Ops, op: Op, args: tuple[E, ...], y: E, dots: Dots, skips_nan: bool):
        self.op, self.y = op, y
        self.values = dict(zip(op.attrs["named"], args[1:], strict=True))
        named_dots = dict(zip(op.attrs["named"], dots[1:], strict=True))
        x, x_dot = args[0], dots[0]
        dtype = str(np.result_type(y.dtype, "complex64")) if is_deviation(op) and is_complex(x.type) else y.dtype
        self.start_dot = repeated(g, named_dots.get("initial"), y, y.dtype)
        self.mean_dot = repeated(g, named_dots.get("mean"), args[0], dtype)
        mask = self.values.get("where")
        if skips_nan:
            valid = g("logical_not", g("isnan", x))
            mask = valid if mask is None else g("logical_and", mask, valid)
        self.mask = mask
        self.x = as_dtype(g, x, dtype)
        self.x_dot = None if x_dot is None else as_dtype(g, x_dot, dtype)

    def selected(self, g: Ops, value: E, other: float = 0.0) -> E:
        """A value of x's shape, with another number where it is left out."""
        return value if self.mask is None else g("where", self.mask, value, other)

    def number(self, g: Ops) -> E:
        """How many elements are reduced into one."""
        if self.mask is None:
            return count(g, self.op)
        same = self.mask.dims == self.x.dims and self.mask.dims is not None
        return total(g, self.op, self.mask if same else g.broadcast(self.mask, g.shape(self.x)))


def is_deviation(op: Op) -> bool:
    """Whether the result is real though the elements are complex."""
    return op.name in ("var.with", "std.with")


def repeated(g: Ops, dot: E | None, like: E, dtype: str) -> E | None:
    """A tangent in the shape of another value."""
    if dot is None:
        return None
    dot = as_dtype(g, dot, dtype) if is_array(dot) else g("convert", dot, dtype=dtype)
    return dot if dot.dims == like.dims and like.dims is not None else g.broadcast(dot, g.shape(like))


def plus(a: E | None, b: E | None) -> E | None:
    if a is None or b is None:
        return b if a is None else a
    return a + b


# Derivatives

def tangent_sum(g: Ops, p: Parts) -> E | None:
    change = None if p.x_dot is None else total(g, p.op, p.selected(g, p.x_dot))
    return plus(change, p.start_dot)


def tangent_mean(g: Ops, p: Parts) -> E | None:
    return None if p.x_dot is None else total(g, p.op, p.selected(g, p.x_dot)) / p.number(g)


def tangent_product(g: Ops, p: Parts) -> E | None:
    """By the product of the elements, times the number that it starts with."""
    x, start = p.selected(g, p.x, 1.0), p.values.get("initial")
    change = None if p.x_dot is None else tangent_prod(g, p.op, x, p.y, p.selected(g, p.x_dot))
    change = change if start is None or change is None else start * change
    if p.start_dot is None:
        return change
    return plus(change, p.start_dot * g("prod", x, axis=p.op.attrs["axis"], keepdims=p.op.attrs["keepdims"]))


def tangent_extremum(g: Ops, p: Parts) -> E | None:
    """The mean of the tangents at the places where the extremum is; the number given may be one of them."""
    at = p.x.eq(expanded(g, p.op, p.y))
    at = at if p.mask is None else g("logical_and", p.mask, at)
    change = None if p.x_dot is None else total(g, p.op, g("where", at, p.x_dot, 0.0))
    places = total(g, p.op, at)
    start = p.values.get("initial")
    if start is not None:
        is_start = p.y.eq(start)
        places = places + is_start
        change = plus(change, None if p.start_dot is None else is_start * p.start_dot)
    return None if change is None else change / cast_to(g, places, p.y.dtype)


def change_of_squares(g: Ops, p: Parts) -> E | None:
    """Half the tangent of the sum of squared deviations."""
    mean, dot = p.values.get("mean") or mean_of(g, p), p.x_dot
    if p.mean_dot is not None:
        dot = -p.mean_dot if dot is None else dot - p.mean_dot
    if dot is None:
        return None
    return total(g, p.op, real(g, conj(g, p.selected(g, p.x - mean)) * p.selected(g, dot)))


def mean_of(g: Ops, p: Parts) -> E:
    axis = p.op.attrs["axis"]
    if p.mask is None:
        return g("mean", p.x, axis=axis, keepdims=True)
    return g("mean.with", p.x, p.mask, named=("where",), axis=axis, keepdims=True)


def freedom(g: Ops, p: Parts) -> E:
    n, ddof = p.number(g), p.op.attrs["ddof"]
    return n - ddof if ddof else n


def tangent_var(g: Ops, p: Parts) -> E | None:
    change = change_of_squares(g, p)
    return None if change is None else 2.0 * change / freedom(g, p)


def tangent_std(g: Ops, p: Parts) -> E | None:
    change = change_of_squares(g, p)
    return None if change is None else change / ((p.y + p.y.eq(0)) * freedom(g, p))


def as_rule(tangent: Tangent, skips_nan: bool) -> Any:
    def rule(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
        made = tangent(g, Parts(g, op, args, ys[0], dots, skips_nan))
        return made if made is None or made.dtype == ys[0].dtype else g("convert", made, dtype=ys[0].dtype)

    return rule


# Types

def type_of(name: str) -> Any:
    def rule(args: tuple[Atom, ...], attrs: Attrs) -> Type:
        keys_of(args, f"np.{name}")
        named: tuple[str, ...] = attrs["named"]
        dims = dims_of(args[0].type)
        if "where" in named:
            fits_under(args[0], args[1 + named.index("where")])
        given = tuple((k, sample_key(a.type)) for k, a in zip(named, args[1:], strict=True))
        dtype = result_dtype(name, dtype_of(args[0].type), attrs.get("dtype"), given)
        return ArrayT(dtype, reduced_dims(dims, attrs["axis"], attrs["keepdims"]))

    return rule


def fits_under(x: Atom, mask: Atom) -> None:
    """NumPy broadcasts a mask to the array, not the array to the mask."""
    if dtype_of(mask.type) != "bool":
        raise Refusal(f"where= must be a mask of bools, got {mask.type}", "compare: where=x > 0")
    rank, of_mask = rank_of(x.type), rank_of(mask.type)
    fitting(dims_of(x.type), dims_of(mask.type))
    if rank is not None and of_mask is not None and of_mask > rank:
        raise Refusal(f"where= of rank {of_mask} does not fit an array of rank {rank}", "give one of its shape")


def sample_key(t: Type) -> tuple[str, bool]:
    return dtype_of(t), isinstance(t, ScalarT)


@cache
def result_dtype(name: str, dtype: str, wanted: str | None, given: tuple[tuple[str, tuple[str, bool]], ...]) -> str:
    """The dtype of NumPy's own result, asked of NumPy."""
    kinds = {str(np.dtype(t)): t for t in PYTHON_KINDS.values()}
    sample: dict[str, Any] = {} if wanted is None else {"dtype": wanted}
    for key, (of_value, is_python) in given:
        sample[key] = kinds[of_value](1) if is_python else np.ones(() if key == "initial" else 1, of_value)
    try:
        return str(np.asarray(getattr(np, name)(np.ones(1, dtype), **sample)).dtype)
    except (TypeError, ValueError) as error:
        raise Refusal(f"np.{name} of {dtype} does not take these: {error}", "give arguments that NumPy takes") from None


def row(name: str, tangent: Tangent | None, skips_nan: bool = False, is_real: bool = False) -> None:
    form: dict[str, Any] = {"zero": True} if tangent is None else {"tangent": as_rule(tangent, skips_nan)}
    add_rule(Rule(f"{name}.with", type_of(name), call=f"np.{name}", real=is_real, **form))


# fmt: off
row("sum",     tangent_sum)
row("prod",    tangent_product)
row("mean",    tangent_mean)
row("max",     tangent_extremum, is_real=True)
row("min",     tangent_extremum, is_real=True)
row("var",     tangent_var)
row("std",     tangent_std)
row("all",     None)
row("any",     None)
row("nansum",  tangent_sum,      skips_nan=True)
row("nanprod", tangent_product,  skips_nan=True)
row("nanmean", tangent_mean,     skips_nan=True)
row("nanmax",  tangent_extremum, skips_nan=True, is_real=True)
row("nanmin",  tangent_extremum, skips_nan=True, is_real=True)
row("nanvar",  tangent_var,      skips_nan=True, is_real=True)
row("nanstd",  tangent_std,      skips_nan=True, is_real=True)
# fmt: on
