"""How NumPy's functions that copy elements or whole arrays become ops: casts, `tile`, `repeat`,
`kron`, `insert`."""
from __future__ import annotations

from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Const
from adgen.ir.types import ListT
from adgen.rules.constructors import layout
from adgen.rules.joining import check_cast
from adgen.rules.lowering import (
    Result,
    axis_of,
    dtype_name,
    is_array,
    is_python_number,
    lowers,
    method_lowers,
    static,
)
from adgen.rules.rearranging import expanded
from adgen.rules.shapes import along, array_of, get, known_dims, listed, sizes, static_int
from adgen.rules.table import E, Ops

# Copies and casts

@method_lowers("copy", "a, order='C'")
def lower_copy_method(g: Ops, a: Any, order: Any) -> Result:
    return copied(g, array_of(g, a), order)


def copied(g: Ops, x: E, order: Any) -> E:
    """A copy; in Fortran order as the transpose of a copy of the transpose."""
    if layout(order) != "F" or x.rank < 2:
        return g("copy", x)
    back = tuple(range(x.rank))[::-1]
    return g("transpose", g("copy", g("transpose", x, axes=back)), axes=back)


@lowers(np.copy, "a, order='K', subok=False")
def lower_copy(g: Ops, a: Any, order: Any) -> Result:
    return copied(g, a, order) if _is_array_value(a) else as_new_array(g, a, None, order)


def _is_array_value(a: Any) -> bool:
    return isinstance(a, E) and is_array(a)


@method_lowers("astype", "a, dtype, order='K', casting='unsafe', subok=True, copy=True")
def lower_astype(g: Ops, a: Any, dtype: Any, order: Any, casting: Any, copy: Any) -> Result:
    x, wanted = array_of(g, a), dtype_name(dtype)
    check_cast(x, wanted, casting)
    if not static(copy, "copy") and x.dtype == wanted:
        return x
    if static(order, "order") in ("C", "F") and x.rank > 1:
        x = copied(g, x, order)
        return x if x.dtype == wanted else g("convert", x, dtype=wanted)
    return g("convert", x, dtype=wanted)


@lowers(np.astype, "x, dtype, /, *, copy=True, device=None")
def lower_astype_function(g: Ops, x: Any, dtype: Any, copy: Any) -> Result:
    return lower_astype(g, x, dtype, 'K', 'unsafe', copy)


@lowers([np.asarray, np.asanyarray], "a, dtype=None, order=None, *, device=None, copy=None, like=None",
        name="np.asarray")
def lower_asarray(g: Ops, a: Any, dtype: Any, order: Any, copy: Any) -> Result:
    """The array itself where it is one of that dtype."""
    if static(copy, "copy"):
        return as_new_array(g, a, dtype, order)
    wanted = None if dtype is None else dtype_name(dtype)
    is_kept = _is_array_value(a) and wanted in (None, a.dtype)
    if static(copy, "copy") is False and not is_kept:
        raise Refusal("copy=False cannot do without a copy here", "leave copy=False out")
    if not _is_array_value(a):
        return as_new_array(g, a, dtype, order)
    if layout(order) == "F" and a.rank > 1:
        raise Refusal("order='F' of np.asarray is not supported", "leave it out")
    return a if is_kept else g("convert", a, dtype=wanted)


@lowers(np.ascontiguousarray, "a, dtype=None, *, like=None")
def lower_ascontiguousarray(g: Ops, a: Any, dtype: Any) -> Result:
    return lower_asarray(g, a, dtype, None, None)


@lowers(np.array, "object, dtype=None, *, copy=True, order='K', subok=False, ndmin=0, ndmax=0, like=None")
def lower_array(g: Ops, object: Any, dtype: Any, copy: Any, order: Any, ndmin: Any, ndmax: Any) -> Result:
    if static(ndmax, "ndmax") != 0:
        raise Refusal("np.array with ndmax= is not supported", "leave it out: it is for arrays of objects")
    made = as_new_array(g, object, dtype, order) if static(copy, "copy") is True else lower_asarray(
        g, object, dtype, order, copy)
    missing = static_int(ndmin, "ndmin") - made.rank if static_int(ndmin, "ndmin") else 0
    return expanded(g, made, tuple(range(missing)))


def as_new_array(g: Ops, value: Any, dtype: Any, order: Any = "K") -> E:
    """`np.array(value, dtype, order=order)`."""
    wanted = None if dtype is None else dtype_name(dtype)
    x = array_of(g, value)
    if isinstance(value, E) and not isinstance(value.type, ListT):
        if not is_array(x) or wanted not in (None, x.dtype):
            x = g("convert", x, dtype=wanted or x.dtype)
            return copied(g, x, order) if layout(order) == "F" and x.rank > 1 else x
        return copied(g, x, order)
    x = x if wanted in (None, x.dtype) else g("convert", x, dtype=wanted)
    return copied(g, x, order) if layout(order) == "F" and x.rank > 1 else x


# Copies of elements

@lowers(np.tile, "A, reps")
def lower_tile(g: Ops, A: Any, reps: Any) -> Result:
    times = tuple(int(r) for r in listed(static(reps, "reps")))
    return g("tile", array_of(g, A), reps=times)


@lowers(np.repeat, "a, repeats, axis=None", method="repeat")
def lower_repeat(g: Ops, a: Any, repeats: Any, axis: Any) -> Result:
    x = array_of(g, a)
    if static(axis, "axis") is None:
        x, at = g.reshape(x, (-1,)), 0
    else:
        at = axis_of(x, axis)
    if isinstance(repeats, int):
        return g("repeat", x, repeats=repeats, axis=at)
    if isinstance(repeats, E) and isinstance(repeats.atom, Const) and repeats.dims == ():
        return g("repeat", x, repeats=int(repeats.atom.value), axis=at)
    numbers = g("arange", g.dim(x, at), dtype=None)
    return get(g, x, *along(at, g("repeat_each", numbers, array_of(g, repeats))))


# Differences

@lowers(np.diff, "a, n=1, axis=-1, prepend=None, append=None")
def lower_diff(g: Ops, a: Any, n: Any, axis: Any, prepend: Any, append: Any) -> Result:
    x = array_of(g, a)
    if x.dtype == "bool":
        raise Refusal("np.diff of bools is not supported", "use x[1:] != x[:-1]")
    times, at = static_int(n, "n"), axis_of(x, axis)
    if times == 0:
        return x
    parts = [*at_end(g, x, at, prepend), x, *at_end(g, x, at, append)]
    x = g("concatenate", *parts, axis=at) if len(parts) > 1 else x
    for _ in range(times):
        x = get(g, x, *along(at, slice(1, None))) - get(g, x, *along(at, slice(None, -1)))
    return x


def at_end(g: Ops, x: E, axis: int, value: Any) -> list[E]:
    """What is put to an end of x along an axis: an array, or a number as often as there are rows."""
    if value is None:
        return []
    part = array_of(g, value)
    part = g("convert", part, dtype=part.dtype) if is_python_number(part) else part
    if part.rank:
        return [part]
    return [g.broadcast(part, tuple(1 if k == axis else size for k, size in enumerate(sizes(g, x))))]


@lowers(np.ediff1d, "ary, to_end=None, to_begin=None")
def lower_ediff1d(g: Ops, ary: Any, to_end: Any, to_begin: Any) -> Result:
    x = array_of(g, ary)
    x = x if x.dims is not None and x.rank == 1 else g.reshape(x, (-1,))
    parts = [*flat_end(g, x, to_begin), lower_diff(g, x, 1, -1, None, None), *flat_end(g, x, to_end)]
    return g("concatenate", *parts, axis=0) if len(parts) > 1 else parts[0]


def flat_end(g: Ops, x: E, value: Any) -> list[E]:
    """What np.ediff1d puts to an end: of the array's dtype, in one row."""
    if value is None:
        return []
    part = array_of(g, value)
    if not np.can_cast(part.dtype, x.dtype, "same_kind") and not is_python_number(part):
        raise Refusal(f"np.ediff1d: {part.dtype} does not go into an array of {x.dtype}", "give numbers of its dtype")
    part = g("convert", part, dtype=x.dtype) if part.dtype != x.dtype or is_python_number(part) else part
    return [part if part.rank == 1 else g.reshape(part, (-1,))]


# Products of shapes

@lowers(np.kron, "a, b")
def lower_kron(g: Ops, a: Any, b: Any) -> Result:
    x, y = array_of(g, a), array_of(g, b)
    rank = max(x.rank, y.rank)
    if rank == 0:
        return x * y
    x, y = (expanded(g, v, tuple(range(rank - v.rank))) for v in (x, y))
    product = expanded(g, x, tuple(range(1, 2 * rank, 2))) * expanded(
        g, y, tuple(range(0, 2 * rank, 2))
    )
    shape = tuple(multiplied(g, m, n) for m, n in zip(sizes(g, x), sizes(g, y), strict=True))
    return g.reshape(product, shape)


def multiplied(g: Ops, m: E | int, n: E | int) -> E | int:
    """The product of two sizes."""
    return m * n if isinstance(m, int) and isinstance(n, int) else g("mul", m, n)


@lowers(np.meshgrid, "*xi, copy=True, sparse=False, indexing='xy'")
def lower_meshgrid(g: Ops, xi: tuple[Any, ...], copy: Any, sparse: Any, indexing: Any) -> Result:
    if not static(copy, "copy"):
        raise Refusal("np.meshgrid with copy=False is not supported", "leave it out")
    xs = [x if x.rank == 1 else g.reshape(x, (-1,)) for x in (array_of(g, x) for x in xi)]
    count = len(xs)
    places = list(range(count))
    if static(indexing, "indexing") == "xy" and count > 1:
        places[0], places[1] = 1, 0
    shape = [g.dim(xs[places.index(k)], 0) for k in range(count)]
    lifted = [
        expanded(g, x, tuple(k for k in range(count) if k != at))
        for x, at in zip(xs, places, strict=True)
    ]
    if static(sparse, "sparse"):
        return tuple(lifted)
    return tuple(g("copy", g.broadcast(x, tuple(shape))) for x in lifted)


@lowers(np.delete, "arr, obj, axis=None")
def lower_delete(g: Ops, arr: Any, obj: Any, axis: Any) -> Result:
    x, at = _flat_or_axis(g, arr, axis)
    chosen = static(obj, "obj")
    size = known_dims(x.type)[at]
    if isinstance(chosen, int):
        return _without(g, x, at, chosen)
    if not isinstance(size, int):
        raise Refusal(
            "np.delete of several elements needs an axis of known size",
            "write np.concatenate of the parts that stay",
        )
    kept = np.delete(np.arange(size), chosen)
    return g(
        "concatenate", *(get(g, x, *along(at, slice(int(k), int(k) + 1))) for k in kept), axis=at
    )


def _without(g: Ops, x: E, at: int, k: int) -> E:
    before = get(g, x, *along(at, slice(None, k)))
    if k == -1:
        return g("copy", before)
    return g("concatenate", before, get(g, x, *along(at, slice(k + 1, None))), axis=at)


@lowers(np.insert, "arr, obj, values, axis=None")
def lower_insert(g: Ops, arr: Any, obj: Any, values: Any, axis: Any) -> Result:
    x, at = _flat_or_axis(g, arr, axis)
    k, value = static_int(obj, "obj"), array_of(g, values)
    if value.rank > x.rank - 1 and not (x.rank == 1 and value.rank == 1):
        raise Refusal("np.insert takes one slice of the array's rank less one here",
                      "use np.concatenate")
    if value.rank < x.rank:
        slot = tuple(g.dim(x, j) for j in range(x.rank) if j != at)
        value = expanded(g, g.broadcast(value, slot) if value.rank < x.rank - 1 else value, (at,))
    value = value if value.dtype == x.dtype else g("convert", value, dtype=x.dtype)
    before, after = get(g, x, *along(at, slice(None, k))), get(g, x, *along(at, slice(k, None)))
    return g("concatenate", before, value, after, axis=at)


@lowers(np.append, "arr, values, axis=None")
def lower_append(g: Ops, arr: Any, values: Any, axis: Any) -> Result:
    x, at = _flat_or_axis(g, arr, axis)
    value = array_of(g, values)
    value = g.reshape(value, (-1,)) if static(axis, "axis") is None and value.rank != 1 else value
    return g("concatenate", x, value, axis=at)


def _flat_or_axis(g: Ops, value: Any, axis: Any) -> tuple[E, int]:
    x = array_of(g, value)
    if static(axis, "axis") is not None:
        return x, axis_of(x, axis)
    return (x if x.dims is not None and x.rank == 1 else g.reshape(x, (-1,))), 0
