"""How NumPy's functions that copy elements or whole arrays become ops: casts, `tile`, `repeat`,
`pad`, `kron`, `insert`."""
from __future__ import annotations

from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Const
from adgen.ir.types import ListT, is_inexact
from adgen.rules.lowering import (
    Result,
    axes_of,
    axis_of,
    dtype_name,
    is_array,
    lowers,
    method_lowers,
    static,
)
from adgen.rules.rearranging import expanded
from adgen.rules.shapes import along, array_of, get, known_dims, listed, put, sizes, static_int
from adgen.rules.table import E, Ops

# Copies and casts

@method_lowers("copy", "a, order='C'")
def lower_copy_method(g: Ops, a: Any, order: Any) -> Result:
    if static(order, "order") not in ("C", "K", "A"):
        raise Refusal("order='F' is not supported", "transpose before and after")
    return g("copy", array_of(g, a))


@lowers(np.copy, "a, order='K'")
def lower_copy(g: Ops, a: Any, order: Any) -> Result:
    return lower_copy_method(g, a, order) if _is_array_value(a) else as_new_array(g, a, None)


def _is_array_value(a: Any) -> bool:
    return isinstance(a, E) and is_array(a)


@method_lowers("astype", "a, dtype, order='K', casting='unsafe', subok=True, copy=True")
def lower_astype(g: Ops, a: Any, dtype: Any, order: Any, casting: Any, copy: Any) -> Result:
    x, wanted = array_of(g, a), dtype_name(dtype)
    if static(order, "order") not in ("K", "A"):
        raise Refusal("astype with order= is not supported", "leave it out, and transpose before and after")
    if not np.can_cast(x.dtype, wanted, static(casting, "casting")):
        raise Refusal(f"a cast from {x.dtype} to {wanted} is not {static(casting, 'casting')}", "leave casting= out")
    return x if not static(copy, "copy") and x.dtype == wanted else g("convert", x, dtype=wanted)


@lowers(np.astype, "x, dtype")
def lower_astype_function(g: Ops, x: Any, dtype: Any) -> Result:
    return lower_astype(g, x, dtype, 'K', 'unsafe', True)


@lowers([np.asarray, np.asanyarray], "a, dtype=None", name="np.asarray")
def lower_asarray(g: Ops, a: Any, dtype: Any) -> Result:
    """The array itself where it is one of that dtype."""
    if not _is_array_value(a):
        return as_new_array(g, a, dtype)
    wanted = None if dtype is None else dtype_name(dtype)
    return a if wanted in (None, a.dtype) else g("convert", a, dtype=wanted)


@lowers(np.ascontiguousarray, "a, dtype=None")
def lower_ascontiguousarray(g: Ops, a: Any, dtype: Any) -> Result:
    return lower_asarray(g, a, dtype)


@lowers(np.array, "object, dtype=None, copy=True")
def lower_array(g: Ops, object: Any, dtype: Any, copy: Any) -> Result:
    given = static(copy, "copy")
    if given is True:
        return as_new_array(g, object, dtype)
    made = lower_asarray(g, object, dtype)
    if given is False and not (isinstance(object, E) and made.atom is object.atom):
        raise Refusal("np.array with copy=False cannot do without a copy here", "leave copy=False out")
    return made


def as_new_array(g: Ops, value: Any, dtype: Any) -> E:
    """`np.array(value, dtype)`."""
    wanted = None if dtype is None else dtype_name(dtype)
    x = array_of(g, value)
    if isinstance(value, E) and not isinstance(value.type, ListT):
        if not is_array(x) or wanted not in (None, x.dtype):
            return g("convert", x, dtype=wanted or x.dtype)
        return g("copy", x)
    return x if wanted in (None, x.dtype) else g("convert", x, dtype=wanted)


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


@lowers(np.pad, "array, pad_width, mode='constant', constant_values=0")
def lower_pad(g: Ops, array: Any, pad_width: Any, mode: Any, constant_values: Any) -> Result:
    x, how = array_of(g, array), static(mode, "mode")
    widths = pad_widths(static(pad_width, "pad_width"), x.rank)
    if how not in ("constant", "edge", "reflect", "symmetric", "wrap"):
        raise Refusal(
            f"np.pad with mode={how!r} is not supported",
            "use 'constant', 'edge', 'reflect', 'symmetric' or 'wrap', or write it with np.concatenate",
        )
    if how != "constant" or _is_zero(constant_values):
        return g("pad", x, pad_width=widths, mode=how)
    value = array_of(g, constant_values)
    if value.rank:
        raise Refusal("np.pad takes one constant value here", "pad axis by axis")
    shape = tuple(g.dim(x, k) + sum(w) if sum(w) else g.dim(x, k) for k, w in enumerate(widths))
    inside = tuple(slice(b or None, -a or None) for b, a in widths)
    return put(g, g.sized("full", (value,), shape, dtype=x.dtype), x, *inside)


def _is_zero(value: Any) -> bool:
    known = value.atom.value if isinstance(value, E) and isinstance(value.atom, Const) else value
    return isinstance(known, (int, float)) and known == 0


def pad_widths(given: Any, rank: int) -> tuple[tuple[int, int], ...]:
    """(before, after) an axis, from the forms that NumPy takes: n, (n,), (before, after) or such
    pairs."""
    try:
        pairs = np.broadcast_to(np.asarray(given), (rank, 2))
    except ValueError:
        raise Refusal(
            f"pad_width {given!r} does not fit an array of rank {rank}",
            "give a pair for each axis",
        ) from None
    return tuple((int(before), int(after)) for before, after in pairs)


# Differences

@lowers(np.diff, "a, n=1, axis=-1")
def lower_diff(g: Ops, a: Any, n: Any, axis: Any) -> Result:
    x = array_of(g, a)
    if x.dtype == "bool":
        raise Refusal("np.diff of bools is not supported", "use x[1:] != x[:-1]")
    at = axis_of(x, axis)
    for _ in range(static_int(n, "n")):
        x = get(g, x, *along(at, slice(1, None))) - get(g, x, *along(at, slice(None, -1)))
    return x


@lowers(np.ediff1d, "ary")
def lower_ediff1d(g: Ops, ary: Any) -> Result:
    x = array_of(g, ary)
    return lower_diff(g, x if x.dims is not None and x.rank == 1 else g.reshape(x, (-1,)), 1, -1)


@lowers(np.gradient, "f, *varargs, axis=None, edge_order=1")
def lower_gradient(g: Ops, f: Any, varargs: tuple[Any, ...], axis: Any, edge_order: Any) -> Result:
    x = array_of(g, f)
    if static_int(edge_order, "edge_order") != 1:
        raise Refusal("np.gradient with edge_order=2 is not supported", "use edge_order=1")
    axes = axes_of(x, axis)
    axes = tuple(range(x.rank)) if axes is None else axes
    steps = [array_of(g, h) for h in varargs] or [1.0]
    steps = steps * len(axes) if len(steps) == 1 else steps
    if len(steps) != len(axes) or any(isinstance(h, E) and h.rank for h in steps):
        raise Refusal("np.gradient takes one number as the step, or one an axis", "give the spacing as numbers")
    made = tuple(central(g, x, at, h) for at, h in zip(axes, steps, strict=True))
    return made[0] if len(made) == 1 else made


def central(g: Ops, x: E, at: int, h: E | float) -> E:
    """Central differences along an axis, one-sided at its ends. A step of 1.0 is not divided by."""
    def part(index: int | slice) -> E:
        return get(g, x, *along(at, index))

    inside = (part(slice(2, None)) - part(slice(None, -2))) / (h * 2.0)
    ends = [part(k) - part(k - 1) for k in (1, -1)]
    if isinstance(h, E) or not is_inexact(x.type):
        ends = [end / h for end in ends]
    first, last = (expanded(g, end, (at,)) for end in ends)
    return g("concatenate", first, inside, last, axis=at)


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


@lowers(np.meshgrid, "*xi, indexing='xy'")
def lower_meshgrid(g: Ops, xi: tuple[Any, ...], indexing: Any) -> Result:
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
