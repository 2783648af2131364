"""How NumPy's products become the ops of `products`."""
from __future__ import annotations

from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.builder import const
from adgen.rules import products
from adgen.rules.joining import check_cast
from adgen.rules.lowering import Result, axis_of, dtype_name, is_array, lowers, static
from adgen.rules.rearranging import expanded, permuted
from adgen.rules.shapes import FULL, array_of, get, listed
from adgen.rules.table import E, Ops

__all__ = ["products"]


GUFUNC = ("out=None, *, axes=None, axis=None, keepdims=False, casting='same_kind', order='K', dtype=None, subok=True, "
          "signature=None")
"""The keywords of generalised ufuncs."""


@lowers(np.matmul, f"x1, x2, /, {GUFUNC}")
def lower_matmul(g: Ops, x1: Any, x2: Any, axes: Any, axis: Any, keepdims: Any, *loop: Any) -> Result:
    if static(axis, "axis") is not None or static(keepdims, "keepdims"):
        raise Refusal("np.matmul takes neither axis= nor keepdims=", "leave them out")
    x, y = in_loop(g, (array_of(g, x1), array_of(g, x2)), *loop)
    if static(axes, "axes") is None:
        return g("matmul", x, y)
    return along_axes(g, x, y, axes)


def in_loop(g: Ops, xs: tuple[E, E], casting: Any, order: Any, dtype: Any, signature: Any) -> tuple[E, E]:
    """Two operands in the dtype that the keywords of a generalised ufunc ask for."""
    if static(signature, "signature") is not None or static(order, "order") == "F":
        raise Refusal("signature= and order='F' of a product are not supported", "use dtype=, or leave them out")
    if static(dtype, "dtype") is None:
        return xs
    wanted = dtype_name(dtype)
    for x in xs:
        check_cast(x, wanted, casting)
    x, y = (x if x.dtype == wanted and is_array(x) else g("convert", x, dtype=wanted) for x in xs)
    return x, y


def along_axes(g: Ops, x: E, y: E, axes: Any) -> E:
    """A product of matrices that lie along other axes than the last ones."""
    given = [listed(v) for v in listed(static(axes, "axes"))]
    if len(given) != 3 or any(len(v) != 2 for v in given) or min(x.rank, y.rank) < 2:
        raise Refusal("axes= of np.matmul takes three pairs of axes, of arrays of rank 2 or more",
                      "write it with np.moveaxis or np.einsum")
    x, y = (moved_last(g, v, tuple(axis_of(v, k) for k in ks)) for v, ks in zip((x, y), given, strict=False))
    made = g("matmul", x, y)
    places = [axis_of(made, k) for k in given[2]]
    order = [k for k in range(made.rank - 2)]
    for place, k in sorted(zip(places, (made.rank - 2, made.rank - 1), strict=True)):
        order.insert(place, k)
    return permuted(g, made, tuple(order))


def moved_last(g: Ops, x: E, axes: tuple[int, ...]) -> E:
    """x with these axes moved to the end, in this order."""
    return permuted(g, x, (*(k for k in range(x.rank) if k not in axes), *axes))


def last_axis(g: Ops, x: E, axis: int) -> E:
    """x with an axis moved to the end."""
    return moved_last(g, x, (axis,))


@lowers(np.linalg.matmul, "x1, x2", name="np.linalg.matmul")
def lower_linalg_matmul(g: Ops, x1: Any, x2: Any) -> Result:
    return g("matmul", array_of(g, x1), array_of(g, x2))


@lowers(np.dot, "a, b, out=None", method="dot", name="np.dot")
def lower_dot(g: Ops, a: Any, b: Any) -> Result:
    x, y = array_of(g, a), array_of(g, b)
    return scaled(g, x, y) if x.rank == 0 or y.rank == 0 else g("dot", x, y)


def scaled(g: Ops, x: E, y: E) -> E:
    """x times a number. The product of arrays takes a Python number as an array, of float64."""
    wanted = str(np.result_type(x.dtype, y.dtype))
    product = x * y
    if product.dtype == wanted:
        return product
    return g("convert", x, dtype=wanted) * g("convert", y, dtype=wanted)


@lowers(np.vdot, "a, b", name="np.vdot")
def lower_vdot(g: Ops, a: Any, b: Any) -> Result:
    return g("vdot", array_of(g, a), array_of(g, b))


@lowers(np.vecdot, f"x1, x2, /, {GUFUNC}")
def lower_vecdot(g: Ops, x1: Any, x2: Any, axes: Any, axis: Any, keepdims: Any, *loop: Any) -> Result:
    if static(axes, "axes") is not None:
        raise Refusal("np.vecdot with axes= is not supported", "use axis=, or np.moveaxis")
    x, y = in_loop(g, (array_of(g, x1), array_of(g, x2)), *loop)
    place = static(axis, "axis")
    if place is not None:
        x, y = (moved_last(g, v, (axis_of(v, place),)) for v in (x, y))
    made = g("vecdot", x, y)
    if not static(keepdims, "keepdims"):
        return made
    at = made.rank if place is None else place % (made.rank + 1)
    return expanded(g, made, (at,))


@lowers(np.inner, "a, b", name="np.inner")
def lower_inner(g: Ops, a: Any, b: Any) -> Result:
    x, y = array_of(g, a), array_of(g, b)
    return scaled(g, x, y) if x.rank == 0 or y.rank == 0 else g("inner", x, y)


@lowers([np.outer], "a, b, out=None")
def lower_outer(g: Ops, a: Any, b: Any) -> Result:
    x, y = (v if v.rank == 1 else g.reshape(v, (-1,)) for v in (array_of(g, a), array_of(g, b)))
    return g("outer", x, y)


@lowers(np.linalg.outer, "x1, x2, /")
def lower_linalg_outer(g: Ops, x1: Any, x2: Any) -> Result:
    return lower_outer(g, x1, x2)


@lowers(np.cross, "a, b, axisa=-1, axisb=-1, axisc=-1, axis=None")
def lower_cross(g: Ops, a: Any, b: Any, axisa: Any, axisb: Any, axisc: Any, axis: Any) -> Result:
    x, y = array_of(g, a), array_of(g, b)
    places = (axisa, axisb, axisc) if static(axis, "axis") is None else (axis,) * 3
    at, at_y = axis_of(x, places[0]), axis_of(y, places[1])
    for vectors, along_axis in ((x, at), (y, at_y)):
        require_size(g, vectors, along_axis, 3, "np.cross: vectors of three elements are supported")
    made = g("cross", moved_last(g, x, (at,)), moved_last(g, y, (at_y,)))
    order = [k for k in range(made.rank - 1)]
    order.insert(axis_of(made, places[2]), made.rank - 1)
    return permuted(g, made, tuple(order))


@lowers(np.linalg.cross, "x1, x2, /, *, axis=-1")
def lower_linalg_cross(g: Ops, x1: Any, x2: Any, axis: Any) -> Result:
    return lower_cross(g, x1, x2, -1, -1, -1, axis)


def require_size(g: Ops, x: E, axis: int, size: E | int, message: str) -> None:
    """Check when running what is not known when compiling: the length of an axis."""
    known = x.dims[axis] if x.dims is not None else None
    if not isinstance(known, int):
        g.builder.emit_many("assert", (g.dim(x, axis).eq(size).atom, const(message)), {})


def require_same_size(g: Ops, a: tuple[E, int], b: tuple[E, int], message: str) -> None:
    """Check when running what is not known when compiling: that two axes have one length."""
    (x, at), (y, at_y) = a, b
    sizes = x.dims and x.dims[at], y.dims and y.dims[at_y]
    if sizes[0] != sizes[1] or sizes[0] is None:
        holds = g.dim(x, at).eq(g.dim(y, at_y))
        g.builder.emit_many("assert", (holds.atom, const(message)), {})


@lowers([np.tensordot, np.linalg.tensordot], "a, b, axes=2")
def lower_tensordot(g: Ops, a: Any, b: Any, axes: Any) -> Result:
    x, y, known = array_of(g, a), array_of(g, b), static(axes, "axes")
    if isinstance(known, (tuple, list)):
        first, second = (tuple(listed(v)) for v in listed(known))
    else:
        first, second = tuple(range(x.rank - known, x.rank)), tuple(range(known))
    if len(first) != len(second) or len(first) > min(x.rank, y.rank):
        raise Refusal(
            f"axes {known!r} do not fit arrays of rank {x.rank} and {y.rank}",
            "give axes that the arrays have",
        )
    pairs = tuple(axis_of(x, k) for k in first), tuple(axis_of(y, k) for k in second)
    return g("tensordot", x, y, axes=pairs)


@lowers(np.convolve, "a, v, mode='full'")
def lower_convolve(g: Ops, a: Any, v: Any, mode: Any) -> Result:
    return g("convolve", array_of(g, a), array_of(g, v), mode=known_mode(mode))


@lowers(np.correlate, "a, v, mode='valid'", name="np.correlate")
def lower_correlate(g: Ops, a: Any, v: Any, mode: Any) -> Result:
    x, y = array_of(g, a), array_of(g, v)
    return g("correlate", x, y, mode=known_mode(mode))


def known_mode(mode: Any) -> str:
    chosen = static(mode, "mode")
    if chosen not in ("full", "same", "valid"):
        raise Refusal(f"mode must be 'full', 'same' or 'valid', got {chosen!r}", "use one of these")
    return chosen


@lowers(np.trapezoid, "y, x=None, dx=1.0, axis=-1")
def lower_trapezoid(g: Ops, y: Any, x: Any, dx: Any, axis: Any) -> Result:
    values = array_of(g, y)
    at = axis_of(values, axis)
    index = (FULL,) * at
    width = array_of(g, dx) if x is None else _steps(g, array_of(g, x), values, at)
    upper, lower = (get(g, values, *index, s) for s in (slice(1, None), slice(None, -1)))
    return g.sum(width * (upper + lower) / 2.0, (at,))


def _steps(g: Ops, x: E, values: E, at: int) -> E:
    rank = values.rank
    if x.rank in (1, rank):
        require_same_size(g, (x, 0 if x.rank == 1 else at), (values, at),
                          "np.trapezoid: x and y must be of one length")
    if x.rank == 1:
        steps = get(g, x, slice(1, None)) - get(g, x, slice(None, -1))
        return expanded(g, steps, tuple(range(1, rank - at))) if rank - at > 1 else steps
    if x.rank != rank:
        raise Refusal("np.trapezoid needs x of rank 1 or of the rank of y", "give x of such a rank")
    index = (FULL,) * at
    return get(g, x, *index, slice(1, None)) - get(g, x, *index, slice(None, -1))
