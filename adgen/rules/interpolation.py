"""`np.interp`: linear in the values at the knots; in x, the slope of the segment, at a knot the
mean of both sides."""
from __future__ import annotations

from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import ArrayT, Type, dims_of, dtype_of, is_complex
from adgen.rules.infrastructure import as_dtype
from adgen.rules.lowering import Result, lowers
from adgen.rules.products import ranked_dims
from adgen.rules.shapes import add_at, array_of, get
from adgen.rules.table import E, Ops, Rule, Transposer, add_rule

Dots = tuple[E | None, ...]


def interp_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    _, knots, values = ranked_dims(args, "interp")
    if len(knots) != 1 or len(values) != 1:
        raise Refusal("np.interp takes knots and values of rank 1", "loop over the rows")
    return ArrayT("complex128" if is_complex(args[2].type) else "float64", dims_of(args[0].type))


def interp_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
    x, knots, values = args
    x_dot, knots_dot, values_dot = dots
    if knots_dot is not None:
        raise Refusal(
            "the derivative of np.interp with respect to its knots is not supported",
            "differentiate with respect to the values or the points",
        )
    made = None if values_dot is None else g("interp", x, knots, values_dot)
    if x_dot is None:
        return made
    x_dot = x_dot if x_dot.dtype == "float64" else g("convert", x_dot, dtype="float64")
    moved = (slope(g, x, knots, values, "left") + slope(g, x, knots, values, "right")) * 0.5 * x_dot
    return moved if made is None else made + moved


def slope(g: Ops, x: E, knots: E, values: E, side: str) -> E:
    """The slope on one side of x, 0 outside the knots."""
    after = g("searchsorted", knots, x, side=side)
    last = g.dim(knots, 0) - 1
    inside = (after > 0) * (after <= last)
    low, high = segment(g, after, last)
    return (
        inside
        * (get(g, values, high) - get(g, values, low))
        / (get(g, knots, high) - get(g, knots, low))
    )


def segment(g: Any, after: E, last: E) -> tuple[E, E]:
    """Positions of the knots around x."""
    low = g("minimum", g("maximum", after - 1, 0), last - 1)
    return low, low + 1


def interp_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    if linear != (2,):
        raise Refusal("np.interp is linear in its values alone", "this is a defect of adgen: please report the program")
    x, knots = g.wrap(op.args[0]), g.wrap(op.args[1])
    low, high = segment(g, g("searchsorted", knots, x, side="right"), g.dim(knots, 0) - 1)
    start = get(g, knots, low)
    part = g("clip", (x - start) / (get(g, knots, high) - start), 0.0, 1.0)
    base = g.zeros(g.shape(op.args[2]), ct.dtype)
    made = add_at(g, add_at(g, base, ct * (1.0 - part), low), ct * part, high)
    return (as_dtype(g, made, dtype_of(op.args[2].type)),)


add_rule(
    Rule(
        "interp",
        interp_type,
        tangent=interp_tangent,
        transpose=interp_transpose,
        call="np.interp",
        needs_shape=(2,),
    )
)


@lowers(np.interp, "x, xp, fp, left=None, right=None, period=None", name="np.interp")
def lower_interp(g: Ops, x: Any, xp: Any, fp: Any, left: Any, right: Any, period: Any) -> Result:
    at, knots, values = array_of(g, x), array_of(g, xp), array_of(g, fp)
    if period is not None:
        return periodic(g, at, knots, values, array_of(g, period))
    made = g("interp", at, knots, values)
    if left is not None:
        made = g("where", at < get(g, knots, 0), array_of(g, left), made)
    return made if right is None else g("where", at > get(g, knots, -1), array_of(g, right), made)


def periodic(g: Ops, x: E, knots: E, values: E, period: E) -> E:
    """By the knots within one period, with the last one also before and the first one also behind them."""
    period = g("abs", period)
    x, knots, values = (v if v.dtype == "float64" else g("convert", v, dtype="float64") for v in (x, knots, values))
    x, knots = g("mod", x, period), g("mod", knots, period)
    order = g("argsort", knots, axis=0, kind="quicksort")
    knots, values = get(g, knots, order), get(g, values, order)
    last, first = slice(-1, None), slice(0, 1)
    around = g("concatenate", get(g, knots, last) - period, knots, get(g, knots, first) + period, axis=0)
    return g("interp", x, around,
             g("concatenate", get(g, values, last), values, get(g, values, first), axis=0))
