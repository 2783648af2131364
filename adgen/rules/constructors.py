"""Arrays made from sizes and numbers: `zeros`, `full`, `eye`, `arange`, `linspace` and their kin.

`full` is linear in its value and `linspace` jointly in both ends; `arange` has the derivative of
`start + i * step`, its length being a constant.
"""
from __future__ import annotations

import math
from collections.abc import Callable
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
from adgen.rules.lowering import Result, dtype_name, is_python_number, lowers, static
from adgen.rules.rearranging import together
from adgen.rules.shapes import array_of, fit, int_of, shape_of, size_of, sizes, static_int
from adgen.rules.table import E, Ops, Rule, Shape, Transposer, add_rule, sizes_to_dims
from adgen.rules.typing import dtype_of_operands, fitting

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
    """linspace(start, stop, num): the points along `axis`, the axes of both ends (of one shape) beside it."""
    dtype = str(np.result_type(dtype_of_operands(args[:2]), 1.0))
    if np.dtype(dtype_of_operands(args[:2])).kind in "iub":
        dtype = "float64"
    dims, at = fitting(*(dims_of(a.type) for a in args[:2])), attrs["axis"]
    if dims is None:
        raise Refusal("the rank of the ends of a range is not known", "give the argument's type, as x=float64[n]")
    return ArrayT(dtype, (*dims[:at], size_of(args[2]), *dims[at:]))


def geomspace_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """NumPy computes in double precision at least."""
    t = linspace_type(args, attrs)
    return ArrayT(str(np.result_type(dtype_of(t), np.float64)), dims_of(t))


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


def weights(g: Ops | Transposer, op: Op, dtype: str) -> E:
    """How far each point is on the way from the start to the stop."""
    made = g("linspace", 0.0, 1.0, op.args[2], endpoint=op.attrs["endpoint"], axis=0)
    return made if made.dtype == dtype else g("convert", made, dtype=dtype)


def linspace_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    weight, at = weights(g, op, ct.dtype), op.attrs["axis"]

    def end(k: int) -> E:
        part = weight if k == 1 else 1.0 - weight
        summed = g("dot", ct, part) if ct.rank == 1 else g("tensordot", ct, part, axes=((at,), (0,)))
        return fit(g, summed, op.args[k].type)

    return tuple(end(k) for k in linear)


def geomspace_tangent(
    g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots
) -> E | None:
    """y (start_dot / start (1 - t) + stop_dot / stop t)."""
    y, at = ys[0], op.attrs["axis"]
    t = weights(g, op, y.dtype)
    t = g("expand_dims", t, axis=tuple(range(1, y.rank - at))) if y.rank - at > 1 else t

    def placed(change: E) -> E:
        change = _as_dtype(g, change, y.dtype)
        return g.broadcast(g("expand_dims", change, axis=(at,)) if y.rank > 1 else change, g.shape(y))

    parts = [
        weight * y * placed(dot / end)
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
add_rule(Rule("geomspace", geomspace_type, tangent=geomspace_tangent, call="np.geomspace"))
# fmt: on


# Lowerings

def in_layout(g: Ops, make: Callable[[Shape], E], shape: Shape, order: Any) -> E:
    """An array made from its shape; in Fortran order as the transpose of one in C order."""
    if layout(order) != "F" or not isinstance(shape, tuple) or len(shape) < 2:
        return make(shape)
    return g("transpose", make(shape[::-1]), axes=tuple(range(len(shape)))[::-1])


def layout(order: Any) -> str:
    """The `order` of a new array; the letters that leave it to NumPy are C."""
    known = static(order, "order")
    if known not in ("C", "F", "A", "K", None):
        raise Refusal(f"order must be one of 'C', 'F', 'A' or 'K', got {known!r}", "leave it out")
    return "F" if known == "F" else "C"


def _filled(name: str) -> Any:
    def lower(g: Ops, shape: Any, dtype: Any, order: Any) -> Result:
        wanted = dtype_or(dtype, "float64")
        return in_layout(g, lambda sizes: g.sized(name, (), sizes, dtype=wanted), shape_of(shape), order)

    return lower


def _filled_like(name: str) -> Any:
    def lower(g: Ops, a: Any, dtype: Any, order: Any, shape: Any) -> Result:
        x = array_of(g, a)
        wanted = dtype_or(dtype, x.dtype)
        return in_layout(g, lambda sizes: g.sized(name, (), sizes, dtype=wanted), like_shape(g, x, shape, order), order)

    return lower


def dtype_or(dtype: Any, default: str) -> str:
    return default if static(dtype, "dtype") is None else dtype_name(dtype)


def like_shape(g: Ops, x: E, shape: Any, order: Any) -> Shape:
    if shape is not None:
        return shape_of(shape)
    return sizes(g, x) if layout(order) == "F" else g.shape(x)


for _name in ("zeros", "ones", "empty"):
    lowers(getattr(np, _name), "shape, dtype=None, order='C', *, device=None, like=None")(_filled(_name))
for _name, _first in (("zeros", "a"), ("ones", "a"), ("empty", "prototype")):
    _signature = f"{_first}, dtype=None, order='K', subok=True, shape=None, *, device=None"
    lowers(getattr(np, f"{_name}_like"), _signature)(_filled_like(_name))


@lowers(np.full, "shape, fill_value, dtype=None, order='C', *, device=None, like=None")
def lower_full(g: Ops, shape: Any, fill_value: Any, dtype: Any, order: Any) -> Result:
    value = array_of(g, fill_value)
    return filled_with(g, value, shape_of(shape), dtype_or(dtype, value.dtype), order)


@lowers(np.full_like, "a, fill_value, dtype=None, order='K', subok=True, shape=None, *, device=None")
def lower_full_like(g: Ops, a: Any, fill_value: Any, dtype: Any, order: Any, shape: Any) -> Result:
    x = array_of(g, a)
    return filled_with(g, array_of(g, fill_value), like_shape(g, x, shape, order), dtype_or(dtype, x.dtype), order)


def filled_with(g: Ops, value: E, shape: Shape, dtype: str, order: Any) -> E:
    """An array of this shape and dtype that holds value, which may be an array that broadcasts."""
    if value.dims == ():
        return in_layout(g, lambda sizes: g.sized("full", (value,), sizes, dtype=dtype), shape, order)
    if layout(order) == "F":
        raise Refusal("order='F' with an array as the value is not supported", "leave order= out")
    value = value if value.dtype == dtype else g("convert", value, dtype=dtype)
    return g("copy", g.broadcast(value, shape))


@lowers(np.eye, "N, M=None, k=0, dtype=float, order='C', *, device=None, like=None")
def lower_eye(g: Ops, N: Any, M: Any, k: Any, dtype: Any, order: Any) -> Result:
    rows = int_of(N, "N")
    columns = rows if M is None else int_of(M, "M")
    offset, wanted = static_int(k, "k"), dtype_or(dtype, "float64")
    if layout(order) == "F":
        return g("transpose", g("eye", columns, rows, k=-offset, dtype=wanted), axes=(1, 0))
    return g("eye", rows, columns, k=offset, dtype=wanted)


@lowers(np.identity, "n, dtype=None, *, like=None")
def lower_identity(g: Ops, n: Any, dtype: Any) -> Result:
    return lower_eye(g, n, None, 0, dtype, "C")


@lowers(np.tri, "N, M=None, k=0, dtype=float, *, like=None")
def lower_tri(g: Ops, N: Any, M: Any, k: Any, dtype: Any) -> Result:
    rows = int_of(N, "N")
    columns = rows if M is None else int_of(M, "M")
    return g("tri", rows, columns, k=static_int(k, "k"), dtype=dtype_or(dtype, "float64"))


@lowers(np.arange, "start, stop=None, step=1, dtype=None, *, device=None, like=None")
def lower_arange(g: Ops, start: Any, stop: Any, step: Any, dtype: Any) -> Result:
    step = None if is_one(step) else step
    given = [array_of(g, v) for v in (start, stop, step) if v is not None]
    if step is not None and stop is None:
        given = [g.wrap(g.atom(0)), *given]
    if any(v.dims != () for v in given):
        raise Refusal("np.arange takes numbers", "give ints or floats")
    return g("arange", *given, dtype=None if dtype is None else dtype_name(dtype))


def is_one(step: Any) -> bool:
    """Whether a step is the int 1, or left out."""
    known = step.atom.value if isinstance(step, E) and isinstance(step.atom, Const) else step
    return known is None or (type(known) is int and known == 1)


@lowers(np.linspace, "start, stop, num=50, endpoint=True, retstep=False, dtype=None, axis=0, *, device=None")
def lower_linspace(
    g: Ops, start: Any, stop: Any, num: Any, endpoint: Any, retstep: Any, dtype: Any, axis: Any
) -> Result:
    (first, last), closed, count = _ends(g, start, stop), bool(static(endpoint, "endpoint")), int_of(num, "num")
    made = g("linspace", first, last, count, endpoint=closed, axis=_place(first, axis))
    points = _points_as(g, made, dtype)
    if not static(retstep, "retstep"):
        return points
    intervals = count - 1 if closed else count
    return points, (last - first) / intervals


def _points_as(g: Ops, points: E, dtype: Any) -> E:
    """Points cast to the dtype asked for; to ints they are rounded down."""
    wanted = dtype_or(dtype, points.dtype)
    if wanted == points.dtype:
        return points
    return g("convert", g("floor", points) if np.dtype(wanted).kind in "iu" else points, dtype=wanted)


def _place(end: E, axis: Any) -> int:
    """Where the points go among the axes of the ends."""
    at = static_int(axis, "axis")
    if not -end.rank - 1 <= at <= end.rank:
        raise Refusal(f"axis {at} is out of bounds for ends of rank {end.rank}", "give 0 or -1")
    return at % (end.rank + 1)


def _ends(g: Ops, start: Any, stop: Any, number: str = "") -> tuple[E, E]:
    """The ends of a range, of one shape; a Python number beside an array becomes one of this dtype, or the array's."""
    first, last = array_of(g, start), array_of(g, stop)
    if first.dims == last.dims:
        return first, last
    dtype = number or dtype_of_operands((first.atom, last.atom))
    shape = g.shape(last) if first.rank == 0 else g.shape(first) if last.rank == 0 else together(g, [first, last])

    def spread(end: E) -> E:
        return g.broadcast(g("convert", end, dtype=dtype) if is_python_number(end) else end, shape)

    return (first if first.rank and last.rank == 0 else spread(first),
            last if last.rank and first.rank == 0 else spread(last))


@lowers(np.logspace, "start, stop, num=50, endpoint=True, base=10.0, dtype=None, axis=0")
def lower_logspace(
    g: Ops, start: Any, stop: Any, num: Any, endpoint: Any, base: Any, dtype: Any, axis: Any
) -> Result:
    exponents, of = lower_linspace(g, start, stop, num, endpoint, False, None, axis), array_of(g, base)
    if of.dims != ():
        raise Refusal("an array as the base of np.logspace is not supported", "use base ** np.linspace(...)")
    made = of ** exponents
    wanted = dtype_or(dtype, made.dtype)
    return made if wanted == made.dtype else g("convert", made, dtype=wanted)


@lowers(np.geomspace, "start, stop, num=50, endpoint=True, dtype=None, axis=0")
def lower_geomspace(g: Ops, start: Any, stop: Any, num: Any, endpoint: Any, dtype: Any, axis: Any) -> Result:
    (first, last), closed = _ends(g, start, stop, "float64"), bool(static(endpoint, "endpoint"))
    made = g("geomspace", first, last, int_of(num, "num"), endpoint=closed, axis=_place(first, axis))
    wanted = dtype_or(dtype, made.dtype)
    return made if wanted == made.dtype else g("convert", made, dtype=wanted)


@lowers(np.indices, "dimensions, dtype=int, sparse=False")
def lower_indices(g: Ops, dimensions: Any, dtype: Any, sparse: Any) -> Result:
    counts = [int_of(d, "a size") for d in dimensions]
    wanted = dtype_name(dtype)

    def positions(k: int) -> E:
        numbers = g("arange", counts[k], dtype=None if wanted == "int64" else wanted)
        others = tuple(j for j in range(len(counts)) if j != k)
        return g("expand_dims", numbers, axis=others) if others else numbers

    if static(sparse, "sparse"):
        return tuple(positions(k) for k in range(len(counts)))
    return g("stack", *(g.broadcast(positions(k), tuple(counts)) for k in range(len(counts))), axis=0)
