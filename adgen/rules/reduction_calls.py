"""Calls of NumPy's reductions and cumulative functions, and the ndarray methods of those names.

`dtype`, `out`, `where` and `initial` are not in the signatures, so they are refused by name.
"""
from __future__ import annotations

from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.rules.lowering import Result, as_array, axes_of, axis_of, lowers, static
from adgen.rules.table import E, Ops

PLAIN: tuple[tuple[str, list[Any], bool], ...] = (
    ("sum", [np.sum], True), ("prod", [np.prod], True), ("mean", [np.mean], True),
    ("max", [np.max, np.amax], True), ("min", [np.min, np.amin], True),
    ("all", [np.all], True), ("any", [np.any], True),
    ("nansum", [np.nansum], False), ("nanmean", [np.nanmean], False),
    ("nanmax", [np.nanmax], False), ("nanmin", [np.nanmin], False),
    ("count_nonzero", [np.count_nonzero], False),
)
"""Op, functions, whether there is a method."""


def unique(functions: list[Any]) -> list[Any]:
    """Without the aliases that are one object."""
    return list({id(f): f for f in functions}.values())


def enter_reduction(op: str, functions: list[Any], method: bool) -> None:
    @lowers(unique(functions), "a, axis=None, *, keepdims=False", method=op if method else "")
    def lower(g: Ops, a: Any, axis: Any, keepdims: Any) -> Result:
        return reduce(g, op, a, axis, keepdims)


def reduce(g: Ops, op: str, a: Any, axis: Any, keepdims: Any, **attrs: Any) -> E:
    x = as_array(g, a)
    return g(op, x, axis=axes_of(x, axis), keepdims=bool(static(keepdims, "keepdims")), **attrs)


for _op, _functions, _method in PLAIN:
    enter_reduction(_op, _functions, _method)


def enter_moment(op: str, function: Any, method: bool) -> None:
    @lowers(function, "a, axis=None, *, ddof=0, keepdims=False", method=op if method else "")
    def lower(g: Ops, a: Any, axis: Any, ddof: Any, keepdims: Any) -> Result:
        return reduce(g, op, a, axis, keepdims, ddof=static(ddof, "ddof"))


enter_moment("var", np.var, True)
enter_moment("std", np.std, True)
enter_moment("nanvar", np.nanvar, False)
enter_moment("nanstd", np.nanstd, False)


def enter_cumulative(op: str, function: Any) -> None:
    @lowers(function, "a, axis=None", method=op)
    def lower(g: Ops, a: Any, axis: Any) -> Result:
        x, chosen = one_axis(g, a, axis)
        return g(op, x, axis=chosen)


def one_axis(g: Ops, a: Any, axis: Any) -> tuple[E, int | None]:
    """An array and the one axis meant, or None for the flattened array."""
    x = as_array(g, a)
    chosen = static(axis, "axis")
    if chosen is None or x.dims is None:
        return x, chosen
    return x, axis_of(x, chosen)


enter_cumulative("cumsum", np.cumsum)
enter_cumulative("cumprod", np.cumprod)


def enter_position(op: str, function: Any) -> None:
    @lowers(function, "a, axis=None, *, keepdims=False", method=op)
    def lower(g: Ops, a: Any, axis: Any, keepdims: Any) -> Result:
        x, chosen = one_axis(g, a, axis)
        return g(op, x, axis=chosen, keepdims=bool(static(keepdims, "keepdims")))


enter_position("argmax", np.argmax)
enter_position("argmin", np.argmin)


@lowers(np.ptp, "a, axis=None, *, keepdims=False")
def lower_ptp(g: Ops, a: Any, axis: Any, keepdims: Any) -> Result:
    x = as_array(g, a)
    return reduce(g, "max", x, axis, keepdims) - reduce(g, "min", x, axis, keepdims)


@lowers(np.nanprod, "a, axis=None, *, keepdims=False")
def lower_nanprod(g: Ops, a: Any, axis: Any, keepdims: Any) -> Result:
    x = as_array(g, a)
    return reduce(g, "prod", g("where", g("isnan", x), 1, x), axis, keepdims)


@lowers(np.average, "a, axis=None, weights=None, *, keepdims=False")
def lower_average(g: Ops, a: Any, axis: Any, weights: Any, keepdims: Any) -> Result:
    x = as_array(g, a)
    if weights is None:
        return reduce(g, "mean", x, axis, keepdims)
    w = aligned_weights(g, x, as_array(g, weights), axis)
    total = reduce(g, "sum", w, axis, keepdims)
    return reduce(g, "sum", x * w, axis, keepdims) / total


def aligned_weights(g: Ops, x: E, weights: E, axis: Any) -> E:
    """Weights of x's shape; one weight for each place of an axis is repeated to it."""
    if weights.rank == x.rank:
        return weights
    axes = axes_of(x, axis)
    if weights.rank != 1 or axes is None or len(axes) != 1:
        raise Refusal(
            "np.average takes weights of the array's shape or of one axis's length",
            "give weights of such a shape",
        )
    placed = g("expand_dims", weights, axis=tuple(i for i in range(x.rank) if i != axes[0]))
    return g.broadcast(placed, g.shape(x))
