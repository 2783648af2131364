"""Calls of NumPy's reductions and cumulative functions, and the ndarray methods of those names.

A reduction with axes and `keepdims` alone is an op of `reductions`; with `dtype`, `initial`, `where` or `mean` that say
more than their defaults it is one of `qualified`.
"""
from __future__ import annotations

from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Const
from adgen.ir.types import is_inexact
from adgen.rules.lowering import Result, as_array, axes_of, axis_of, dtype_name, lowers, static
from adgen.rules.rearranging import expanded, permuted
from adgen.rules.shapes import listed
from adgen.rules.table import E, Ops, infer
from adgen.rules.typing import sum_dtype

AXES = "a, axis=None, "
SUMS = "dtype=None, out=None, keepdims=False, initial=None, where=True"
MEANS = "dtype=None, out=None, keepdims=False, *, where=True"
EXTREMA = "out=None, keepdims=False, initial=None, where=True"
TESTS = "out=None, keepdims=False, *, where=True"
MOMENTS = "dtype=None, out=None, ddof=0, keepdims=False, *, where=True, mean=None, correction=None"

# fmt: off
PLAIN: tuple[tuple[str, list[Any], bool, str], ...] = (
    ("sum",     [np.sum],          True,  SUMS),
    ("prod",    [np.prod],         True,  SUMS),
    ("mean",    [np.mean],         True,  MEANS),
    ("max",     [np.max, np.amax], True,  EXTREMA),
    ("min",     [np.min, np.amin], True,  EXTREMA),
    ("all",     [np.all],          True,  TESTS),
    ("any",     [np.any],          True,  TESTS),
    ("var",     [np.var],          True,  MOMENTS),
    ("std",     [np.std],          True,  MOMENTS),
    ("nansum",  [np.nansum],       False, SUMS),
    ("nanprod", [np.nanprod],      False, SUMS),
    ("nanmean", [np.nanmean],      False, MEANS),
    ("nanmax",  [np.nanmax],       False, EXTREMA),
    ("nanmin",  [np.nanmin],       False, EXTREMA),
    ("nanvar",  [np.nanvar],       False, MOMENTS),
    ("nanstd",  [np.nanstd],       False, MOMENTS),
)
# fmt: on
"""Op, functions, whether there is a method, parameters behind the axes."""
QUALIFIERS = ("initial", "where", "mean")
"""Parameters whose values are operands."""


def unique(functions: list[Any]) -> list[Any]:
    """Without the aliases that are one object."""
    return list({id(f): f for f in functions}.values())


def enter_reduction(op: str, functions: list[Any], method: bool, parameters: str) -> None:
    names = [p.partition("=")[0] for p in (AXES + parameters).split(", ") if p != "*"]
    names.remove("out")

    @lowers(unique(functions), AXES + parameters, method=op if method else "")
    def lower(g: Ops, *values: Any) -> Result:
        given = dict(zip(names, values, strict=True))
        return reduce(g, op, given.pop("a"), given.pop("axis"), given.pop("keepdims"), **given)


def reduce(g: Ops, op: str, a: Any, axis: Any, keepdims: Any, **given: Any) -> E:
    """A reduction by what is given of dtype, initial, where, mean, ddof and correction."""
    x = as_array(g, a)
    attrs: dict[str, Any] = {"axis": axes_of(x, axis), "keepdims": bool(static(keepdims, "keepdims"))}
    if "ddof" in given:
        attrs["ddof"] = degrees_of_freedom(given["ddof"], given.get("correction"))
    values = {k: as_array(g, given[k]) for k in QUALIFIERS if is_given(given.get(k))}
    dtype = given.get("dtype")
    wanted = None if static(dtype, "dtype") is None else dtype_name(dtype)
    if not values and (wanted is None or (op != "nanprod" and wanted == own_dtype(op, x))):
        return plain(g, op, x, attrs)
    if wanted is not None:
        attrs["dtype"] = wanted
    check_accumulator(op, x, wanted)
    return g(f"{op}.with", x, *values.values(), named=tuple(values), **attrs)


def plain(g: Ops, op: str, x: E, attrs: dict[str, Any]) -> E:
    if op == "nanprod":
        return g("prod", g("where", g("isnan", x), 1, x), **attrs)
    return g(op, x, **attrs)


def own_dtype(op: str, x: E) -> str:
    """The dtype that a reduction computes in without `dtype=`."""
    if op in ("sum", "nansum"):
        return sum_dtype(x.dtype)
    return infer(op, (x.atom,), {"axis": (), "keepdims": False, "ddof": 0})[0].dtype  # type: ignore[union-attr]


def check_accumulator(op: str, x: E, wanted: str | None) -> None:
    """Whole numbers of the elements have no derivative, and a mean of them is none."""
    if wanted is not None and op.endswith(("mean", "var", "std")) and np.dtype(wanted).kind not in "fc":
        raise Refusal(f"np.{op} with dtype={wanted} is not supported", "give a dtype of floats")


def is_given(value: Any) -> bool:
    """Whether a qualifier says more than its default."""
    known = value.atom.value if isinstance(value, E) and isinstance(value.atom, Const) else value
    return known is not None and known is not True


def degrees_of_freedom(ddof: Any, correction: Any) -> Any:
    if static(correction, "correction") is None:
        return static(ddof, "ddof")
    if static(ddof, "ddof") != 0:
        raise Refusal("ddof and correction cannot both be given", "give one of them")
    return static(correction, "correction")


for _row in PLAIN:
    enter_reduction(*_row)


@lowers(np.count_nonzero, "a, axis=None, *, keepdims=False")
def lower_count_nonzero(g: Ops, a: Any, axis: Any, keepdims: Any) -> Result:
    return reduce(g, "count_nonzero", a, axis, keepdims)


def enter_cumulative(op: str, function: Any) -> None:
    @lowers(function, "a, axis=None, dtype=None, out=None", method=op)
    def lower(g: Ops, a: Any, axis: Any, dtype: Any) -> Result:
        x, chosen = one_axis(g, a, axis)
        return g(op, in_accumulator(g, x, dtype), axis=chosen)


def in_accumulator(g: Ops, x: E, dtype: Any) -> E:
    """x as the elements that are added up one by one: cast to `dtype` where that is not theirs already."""
    wanted = None if static(dtype, "dtype") is None else dtype_name(dtype)
    if wanted in (None, sum_dtype(x.dtype)):
        return x
    if sum_dtype(wanted) != wanted:
        raise Refusal(f"a cumulative sum or product in {wanted} is not supported", "leave dtype= out")
    return g("convert", x, dtype=wanted)


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
    @lowers(function, "a, axis=None, out=None, *, keepdims=False", method=op)
    def lower(g: Ops, a: Any, axis: Any, keepdims: Any) -> Result:
        x, chosen = one_axis(g, a, axis)
        return g(op, x, axis=chosen, keepdims=bool(static(keepdims, "keepdims")))


enter_position("argmax", np.argmax)
enter_position("argmin", np.argmin)


@lowers(np.ptp, "a, axis=None, out=None, keepdims=False")
def lower_ptp(g: Ops, a: Any, axis: Any, keepdims: Any) -> Result:
    x = as_array(g, a)
    return reduce(g, "max", x, axis, keepdims) - reduce(g, "min", x, axis, keepdims)


@lowers(np.average, "a, axis=None, weights=None, returned=False, *, keepdims=False")
def lower_average(g: Ops, a: Any, axis: Any, weights: Any, returned: Any, keepdims: Any) -> Result:
    x, with_sum = as_array(g, a), bool(static(returned, "returned"))
    if weights is None:
        made = reduce(g, "mean", x, axis, keepdims)
        return (made, counted(g, x, made)) if with_sum else made
    w = aligned_weights(g, x, as_array(g, weights), axis)
    dtype = str(np.result_type(x.dtype, w.dtype, *(() if is_inexact(x.type) else ("f8",))))
    total = reduce(g, "sum", w, axis, keepdims, dtype=dtype)
    x, factor = (v if v.dtype == dtype else g("convert", v, dtype=dtype) for v in (x, w))
    made = reduce(g, "sum", x * factor, axis, keepdims) / total
    if not with_sum:
        return made
    return made, total if total.dims == made.dims else g("copy", g.broadcast(total, g.shape(made)))


def counted(g: Ops, x: E, made: E) -> E:
    """How many elements each mean is of, in an array like the means."""
    number = g("convert", g("div", g.size(x), g.size(made)), dtype=made.dtype)
    return g.sized("full", (number,), g.shape(made), dtype=made.dtype) if made.dims else number


def aligned_weights(g: Ops, x: E, weights: E, axis: Any) -> E:
    """Weights that broadcast against x: of its shape, or of the sizes of the axes named, in their order."""
    known = static(axis, "axis")
    if weights.rank == x.rank:
        return weights
    given = [] if known is None else [axis_of(x, k) for k in listed(known)]
    if weights.rank != len(given):
        raise Refusal(
            "np.average takes weights of the array's shape, or of the shape of the axes that it is over",
            "give weights of such a shape",
        )
    weights = permuted(g, weights, tuple(sorted(range(len(given)), key=given.__getitem__)))
    return expanded(g, weights, tuple(k for k in range(x.rank) if k not in given))
