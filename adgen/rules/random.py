"""Random draws: effects, run once and in order in the forward sweep, and constants of the derivative.

`generator(seed?)`  np.random.default_rng(seed)
`draw(rng?, *given, *size; method, names, size, dtype)`
                    a method of a generator, or (without one) a function of np.random; `given` are the parameters
                    `names`, the last operands are the size

A draw of a location-scale family has a derivative with respect to its parameters, that of the draw for the same random
numbers: y = loc + scale * z with z fixed (the reparameterisation of Kingma and Welling, arXiv:1312.6114).
"""

from __future__ import annotations

from typing import cast

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import GENERATOR, ArrayT, Dims, ScalarT, Type, broadcast_dims, dims_of, is_number
from adgen.rules.table import E, Ops, Rule, add_rule, sizes_to_dims

KINDS = {"float64": "float", "int64": "int"}
LOCATION_SCALE = frozenset({"normal", "laplace", "gumbel", "logistic"})


def generator_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return GENERATOR


def draw_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    if attrs["dtype"] is None:
        return ()
    return (drawn(args, attrs),)


def drawn(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    count: int | None = attrs["size"]
    extra: Dims = (attrs["width"],) if attrs.get("width") is not None else ()
    if count is not None:
        dims = sizes_to_dims(args[len(args) - count :]) if count else ()
        return ArrayT(attrs["dtype"], None if dims is None else dims + extra)
    known = [dims_of(a.type) for a in args if is_number(a.type)]
    dims = broadcast_dims(*known) if known and not extra else ()
    if dims == () and not extra and attrs["dtype"] in KINDS and not attrs.get("scalar"):
        return ScalarT(KINDS[attrs["dtype"]])
    return ArrayT(attrs["dtype"], None if dims is None else dims + extra)


def draw_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: tuple[E | None, ...]) -> E:
    method: str = op.attrs["method"]
    names = cast("tuple[str, ...]", op.attrs["names"])
    start = int(op.args[0].type == GENERATOR) if op.args else 0
    given = {n: args[start + k] for k, n in enumerate(names)}
    moved = {n: d for k, n in enumerate(names) if (d := dots[start + k]) is not None}
    (y,) = ys
    moved = {n: d if dims_of(d.type) == dims_of(y.type) else g.broadcast(d, g.shape(y)) for n, d in moved.items()}
    one = g.wrap(g.atom(1.0))
    if method in LOCATION_SCALE:
        scale, loc = given.get("scale", one), given.get("loc", g.wrap(g.atom(0.0)))
        parts = [moved[n] if n == "loc" else moved[n] * ((y - loc) / scale) for n in moved]
    elif method == "uniform":
        low, high = given.get("low", g.wrap(g.atom(0.0))), given.get("high", one)
        share = (y - low) / (high - low)
        parts = [moved[n] * (share if n == "high" else 1.0 - share) for n in moved]
    elif method in ("exponential", "rayleigh"):
        parts = [moved[n] * (y / given[n]) for n in moved]
    else:
        raise Refusal(
            f"the derivative of a draw of {method} with respect to its parameters is not supported",
            "draw from a fixed distribution, and transform the numbers",
            op.span,
        )
    total = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


# fmt: off
add_rule(Rule("generator", generator_type, zero=True, call="np.random.default_rng"))
add_rule(Rule("draw",      draw_type,      tangent=draw_tangent))
# fmt: on
