"""Arrays made from sizes and numbers: `zeros`, `full`, `eye`, `arange`, `linspace` and their kin.

`full` is linear in its value and `linspace` jointly in both ends; `arange` has the derivative of
`start + i * step`, its length being a constant.
"""
from __future__ import annotations

import math
from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Const, Op
from adgen.ir.types import (
    ArrayT,
    Dim,
    ScalarT,
    Type,
    dim_minus,
    dims_of,
    dtype_of,
    fresh_dim,
)
from adgen.rules.lowering import Result, dtype_name, lowers, static
from adgen.rules.shapes import array_of, fit, int_of, shape_of, size_of, static_int
from adgen.rules.table import E, Ops, Rule, Shape, Transposer, add_rule, sizes_to_dims
from adgen.rules.typing import dtype_of_operands

Dots = tuple[E | None, ...]


# Types

def filled_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT(attrs["dtype"], sizes_to_dims(args))


def full_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT(attrs["dtype"], sizes_to_dims(args[1:]))


def eye_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT(attrs["dtype"], (size_of(args[0]), size_of(args[1])))


def arange_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """arange(stop), arange(start, stop) or arange(start, stop, step)."""
    dtype = attrs["dtype"] or str(np.result_type(*(dtype_of(a.type) for a in args)))
    if np.dtype(dtype).kind == "b":
        dtype = "int64"
    return ArrayT(dtype, (_arange_dim(args),))


def _arange_dim(args: tuple[Atom, ...]) -> Dim:
    if all(isinstance(a, Const) for a in args):
        start, stop, step = arange_bounds([a.value for a in args if isinstance(a, Const)])
        return max(0, math.ceil((stop - start) / step))
    step = args[2] if len(args) == 3 else None
    if any(np.dtype(dtype_of(a.type)).kind == "f" for a in args):
        return fresh_dim()
    if step is None or (isinstance(step, Const) and step.value == 1):
        return _count_dim(args)
    return fresh_dim()


def _count_dim(args: tuple[Atom, ...]) -> Dim:
    if len(args) == 1:
        return size_of(args[0])
    start, stop = size_of(args[0]), size_of(args[1])
    if isinstance(start, int) and 0 <= start:
        return dim_minus(stop, start)
    return fresh_dim()


def arange_bounds(values: list[Any]) -> tuple[Any, Any, Any]:
    """(start, stop, step) of arange's arguments."""
    match values:
        case [stop]:
            return 0, stop, 1
        case [start, stop]:
            return start, stop, 1
        case _:
            return values[0], values[1], values[2]


def linspace_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """linspace(start, stop, num)."""
    dtype = str(np.result_type(dtype_of_operands(args[:2]), 1.0))
    if np.dtype(dtype_of_operands(args[:2])).kind in "iub":
        dtype = "float64"
    return ArrayT(dtype, (size_of(args[2]),))


# Derivatives

def full_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    value = op.args[0].type
    if dims_of(value) != ():
        raise Refusal("np.full with an array as its value is not differentiated",
                      "use np.broadcast_to(value, shape).copy()")
    return (fit(g, ct, value),)


def arange_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
    """d(start + i step)."""
    start, _, step = arange_bounds(list(dots)) if len(args) > 1 else (None, None, None)
    step = step if isinstance(step, E) else None
    shape, dtype = g.shape(ys[0]), ys[0].dtype
    made = None if start is None else g.broadcast(_as_dtype(g, start, dtype), shape)
    if step is None:
        return made
    count = g("convert", g("arange", g.dim(ys[0], 0), dtype=None), dtype=dtype)
    rise = count * g.broadcast(_as_dtype(g, step, dtype), shape)
    return rise if made is None else made + rise


def _as_dtype(g: Ops, x: E, dtype: str) -> E:
    return g("convert", x, dtype=dtype) if isinstance(x.type, ScalarT) or x.dtype != dtype else x


def linspace_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    weight = g("linspace", 0.0, 1.0, op.args[2], endpoint=op.attrs["endpoint"])
    weight = weight if ct.dtype == weight.dtype else g("convert", weight, dtype=ct.dtype)

    def end(k: int) -> E:
        return fit(g, g("dot", ct, weight if k == 1 else 1.0 - weight), op.args[k].type)

    return tuple(end(k) for k in linear)


def geomspace_tangent(
    g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots
) -> E | None:
    """y (start_dot / start (1 - t) + stop_dot / stop t)."""
    y = ys[0]
    t = g("linspace", 0.0, 1.0, args[2], endpoint=op.attrs["endpoint"])
    t = t if t.dtype == y.dtype else g("convert", t, dtype=y.dtype)
    parts = [
        weight * y * g.broadcast(_as_dtype(g, dot / end, y.dtype), g.shape(y))
        for dot, end, weight in zip(dots[:2], args[:2], (1.0 - t, t), strict=True)
        if dot is not None
    ]
    return parts[0] + parts[1] if len(parts) == 2 else parts[0]


# fmt: off
add_rule(Rule("zeros",     filled_type,   zero=True))
add_rule(Rule("ones",      filled_type,   zero=True))
add_rule(Rule("empty",     filled_type,   zero=True))
add_rule(Rule("full",      full_type,     linear=(0,), transpose=full_transpose))
add_rule(Rule("eye",       eye_type,      zero=True, call="np.eye"))
add_rule(Rule("tri",       eye_type,      zero=True, call="np.tri"))
add_rule(Rule("arange",    arange_type,   tangent=arange_tangent, call="np.arange", cheap=True))
add_rule(Rule("linspace",  linspace_type, linear=(0, 1), call="np.linspace",
              transpose=linspace_transpose))
add_rule(Rule("geomspace", linspace_type, tangent=geomspace_tangent, call="np.geomspace"))
# fmt: on


# Lowerings

def _filled(name: str) -> Any:
    def lower(g: Ops, shape: Any, dtype: Any) -> Result:
        return g.sized(name, (), shape_of(shape), dtype=dtype_or(dtype, "float64"))

    return lower


def _filled_like(name: str) -> Any:
    def lower(g: Ops, a: Any, dtype: Any, shape: Any) -> Result:
        x = array_of(g, a)
        return g.sized(name, (), like_shape(g, x, shape), dtype=dtype_or(dtype, x.dtype))

    return lower


def dtype_or(dtype: Any, default: str) -> str:
    return default if static(dtype, "dtype") is None else dtype_name(dtype)


def like_shape(g: Ops, x: E, shape: Any) -> Shape:
    return g.shape(x) if shape is None else shape_of(shape)


lowers(np.zeros, "shape, dtype=None")(_filled("zeros"))
lowers(np.ones, "shape, dtype=None")(_filled("ones"))
lowers(np.empty, "shape, dtype=None")(_filled("empty"))
lowers(np.zeros_like, "a, dtype=None, shape=None")(_filled_like("zeros"))
lowers(np.ones_like, "a, dtype=None, shape=None")(_filled_like("ones"))
lowers(np.empty_like, "prototype, dtype=None, shape=None")(_filled_like("empty"))


@lowers(np.full, "shape, fill_value, dtype=None")
def lower_full(g: Ops, shape: Any, fill_value: Any, dtype: Any) -> Result:
    value = array_of(g, fill_value)
    return filled_with(g, value, shape_of(shape), dtype_or(dtype, value.dtype))


@lowers(np.full_like, "a, fill_value, dtype=None, shape=None")
def lower_full_like(g: Ops, a: Any, fill_value: Any, dtype: Any, shape: Any) -> Result:
    x = array_of(g, a)
    return filled_with(
        g, array_of(g, fill_value), like_shape(g, x, shape), dtype_or(dtype, x.dtype)
    )


def filled_with(g: Ops, value: E, shape: Shape, dtype: str) -> E:
    """An array of this shape and dtype that holds value, which may be an array that broadcasts."""
    if value.dims == ():
        return g.sized("full", (value,), shape, dtype=dtype)
    value = value if value.dtype == dtype else g("convert", value, dtype=dtype)
    return g("copy", g.broadcast(value, shape))


@lowers(np.eye, "N, M=None, k=0, dtype=float")
def lower_eye(g: Ops, N: Any, M: Any, k: Any, dtype: Any) -> Result:
    rows = int_of(N, "N")
    columns = rows if M is None else int_of(M, "M")
    return g("eye", rows, columns, k=static_int(k, "k"), dtype=dtype_or(dtype, "float64"))


@lowers(np.identity, "n, dtype=None")
def lower_identity(g: Ops, n: Any, dtype: Any) -> Result:
    return lower_eye(g, n, None, 0, dtype)


@lowers(np.tri, "N, M=None, k=0, dtype=float")
def lower_tri(g: Ops, N: Any, M: Any, k: Any, dtype: Any) -> Result:
    rows = int_of(N, "N")
    columns = rows if M is None else int_of(M, "M")
    return g("tri", rows, columns, k=static_int(k, "k"), dtype=dtype_or(dtype, "float64"))


@lowers(np.arange, "start, stop=None, step=None, dtype=None")
def lower_arange(g: Ops, start: Any, stop: Any, step: Any, dtype: Any) -> Result:
    given = [array_of(g, v) for v in (start, stop, step) if v is not None]
    if step is not None and stop is None:
        given = [g.wrap(g.atom(0)), *given]
    if any(v.dims != () for v in given):
        raise Refusal("np.arange takes numbers", "give ints or floats")
    return g("arange", *given, dtype=None if dtype is None else dtype_name(dtype))


@lowers(np.linspace, "start, stop, num=50, endpoint=True, retstep=False")
def lower_linspace(g: Ops, start: Any, stop: Any, num: Any, endpoint: Any, retstep: Any) -> Result:
    ends, closed = _ends(g, start, stop), bool(static(endpoint, "endpoint"))
    count = int_of(num, "num")
    made = g("linspace", *ends, count, endpoint=closed)
    if not static(retstep, "retstep"):
        return made
    intervals = count - 1 if closed else count
    return made, (ends[1] - ends[0]) / intervals


def _ends(g: Ops, start: Any, stop: Any) -> tuple[E, E]:
    ends = array_of(g, start), array_of(g, stop)
    if any(e.dims != () for e in ends):
        raise Refusal("arrays as the ends of a range are not supported",
                      "use start + (stop - start) * t[:, None]")
    return ends


@lowers(np.logspace, "start, stop, num=50, endpoint=True, base=10.0")
def lower_logspace(g: Ops, start: Any, stop: Any, num: Any, endpoint: Any, base: Any) -> Result:
    exponents = lower_linspace(g, start, stop, num, endpoint, False)
    return array_of(g, base) ** exponents


@lowers(np.geomspace, "start, stop, num=50, endpoint=True")
def lower_geomspace(g: Ops, start: Any, stop: Any, num: Any, endpoint: Any) -> Result:
    closed = bool(static(endpoint, "endpoint"))
    return g("geomspace", *_ends(g, start, stop), int_of(num, "num"), endpoint=closed)


@lowers(np.indices, "dimensions")
def lower_indices(g: Ops, dimensions: Any) -> Result:
    sizes = [int_of(d, "a size") for d in dimensions]
    shape = tuple(sizes)

    def positions(k: int) -> E:
        numbers = g("arange", sizes[k], dtype=None)
        others = tuple(j for j in range(len(sizes)) if j != k)
        return g.broadcast(g("expand_dims", numbers, axis=others) if others else numbers, shape)

    return g("stack", *(positions(k) for k in range(len(sizes))), axis=0)
