"""Elements of arrays that are chosen by values: `partition`, `choose`, `unique`; counted: `bincount`; seen through a
window or raised to powers.

`partition` need not leave the elements besides the k-th in any order, so which went where is found from both: the
i-th in order of what came out is the i-th in order of what went in. `bincount` is linear in its weights, a cotangent
being read where the weight was counted.
"""
from __future__ import annotations

from typing import Any, cast

import numpy as np

from adgen.errors import Refusal
from adgen.ir.builder import const
from adgen.ir.core import Atom, Attrs, Const, Op
from adgen.ir.types import ArrayT, Dim, Dims, Type, dim_minus, dtype_of, fresh_dim
from adgen.rules.elementwise import is_none, of_one
from adgen.rules.indexing_calls import lower_compress
from adgen.rules.infrastructure import as_dtype
from adgen.rules.lowering import Result, axis_of, lowers, method_lowers, static
from adgen.rules.rearranging import expanded, permuted
from adgen.rules.shapes import (
    AnyOps,
    add_at,
    array_of,
    get,
    int_of,
    known_dims,
    listed,
    put,
    size_along,
    size_of,
    static_int,
)
from adgen.rules.sorting import along_one, check_order
from adgen.rules.table import RULES, E, Ops, Rule, Transposer, add_rule
from adgen.rules.typing import dims_together, dtype_of_operands, same_type, ufunc_type

Dots = tuple[E | None, ...]


# Types

def choose_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT(dtype_of_operands(args[1:]), dims_together(args))


def bincount_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """bincount(x, weights, minlength): as many as the largest of x says, one at least for each to `minlength`."""
    weighted = len(args) > 1 and not is_none(args[1])
    return ArrayT("float64" if weighted else "int64", (fresh_dim(),))


def unique_type(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    """The values, and the arrays asked for."""
    dims, count = known_dims(args[0].type), fresh_dim()
    axis: int | None = attrs["axis"]
    found: Dims = (count,) if axis is None else (*dims[:axis], count, *dims[axis + 1:])
    made = [ArrayT(dtype_of(args[0].type), found)]
    if attrs["return_index"]:
        made.append(ArrayT("int64", (count,)))
    if attrs["return_inverse"]:
        made.append(ArrayT("int64", dims if axis is None else (dims[axis],)))
    if attrs["return_counts"]:
        made.append(ArrayT("int64", (count,)))
    return tuple(made)


def vander_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    dtype = str(np.promote_types(dtype_of(args[0].type), int))
    return ArrayT(dtype, (*known_dims(args[0].type), size_of(args[1])))


def window_view_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    dims: list[Dim] = list(known_dims(args[0].type))
    windows: tuple[tuple[int, int], ...] = tuple(zip(attrs["window_shape"], attrs["axis"], strict=True))
    for size, axis in windows:
        dims[axis] = dim_minus(dims[axis], size - 1)
    return ArrayT(dtype_of(args[0].type), (*dims, *attrs["window_shape"]))


# Derivatives

def partition_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
    if dots[0] is None:
        return None
    axis = op.attrs["axis"]
    order, made = (g("argsort", v, axis=axis, kind="stable") for v in (args[0], ys[0]))
    return g("permute", g("permute", dots[0], order, axis=axis), g("argsort", made, axis=axis, kind=None), axis=axis)


def choose_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E:
    return g("choose", args[0], *(const(0.0) if dot is None else dot for dot in dots[1:]))


def choose_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    chosen = g.wrap(op.args[0])
    return tuple(g("where", chosen.eq(k - 1), ct, 0.0) for k in linear)


def bincount_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    return (as_dtype(g, get(g, ct, g.wrap(op.args[0])), dtype_of(op.args[1].type)),)


def vander_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
    """The column x^k becomes k x^(k-1) x_dot."""
    y, count = ys[0], args[1]
    if dots[0] is None or (isinstance(count.atom, Const) and count.atom.value < 1):
        return None
    powers = g("convert", g("arange", 1, count, dtype=None), dtype=y.dtype)
    every, up, down = slice(None), slice(1, None), slice(None, -1)
    if op.attrs["increasing"]:
        slopes = put(g, g.zeros(g.shape(y), y.dtype), get(g, y, every, down) * powers, every, up)
    else:
        falling = get(g, powers, slice(None, None, -1))
        slopes = put(g, g.zeros(g.shape(y), y.dtype), get(g, y, every, up) * falling, every, down)
    return slopes * g.broadcast(expanded(g, dots[0], (1,)), g.shape(y))


def window_view_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    """Each element is added up over the windows that it is in."""
    x = op.args[0]
    rank = len(known_dims(x.type))
    shape, axes = op.attrs["window_shape"], op.attrs["axis"]
    total = rank + len(axes)
    items: list[E] = []
    for axis in range(rank):
        place = ranged(g, g.dim(ct, axis), axis, total)
        for k, (at, size) in enumerate(zip(axes, shape, strict=True)):
            place = place + ranged(g, size, rank + k, total) if at == axis else place
        items.append(place)
    return (add_at(g, g.zeros(g.shape(x), ct.dtype), ct, *items),)


def ranged(g: AnyOps, size: E | int, axis: int, rank: int) -> E:
    """0, 1, ... along one axis of so many."""
    numbers = g("arange", size, dtype=None)
    return numbers if rank == 1 else g.reshape(numbers, tuple(-1 if k == axis else 1 for k in range(rank)))


def i0_slope(g: Ops, x: E, y: E) -> E:
    if "special.i1" not in RULES:
        raise Refusal("the derivative of np.i0 is scipy.special.i1, and SciPy is not installed", "install scipy")
    return g("special.i1", x)


# fmt: off
add_rule(Rule("i0",        ufunc_type(np.sin), partials=(of_one(i0_slope),), call="np.i0", elementwise=True))
add_rule(Rule("partition", same_type,          tangent=partition_tangent,    call="np.partition"))
add_rule(Rule("unique",    unique_type,        zero=True,                    call="np.unique"))
add_rule(Rule("vander",    vander_type,        tangent=vander_tangent,       call="np.vander"))
add_rule(Rule("bincount",  bincount_type,      linear=(1,), transpose=bincount_transpose, call="np.bincount"))
add_rule(Rule("choose",    choose_type,        tangent=choose_tangent, transpose=choose_transpose, elementwise=True))
add_rule(Rule("sliding_window_view", window_view_type, linear=(0,), transpose=window_view_transpose, needs_shape=(0,),
              view=True, call="np.lib.stride_tricks.sliding_window_view"))
# fmt: on


# Lowerings

@lowers(np.i0, "x")
def lower_i0(g: Ops, x: Any) -> Result:
    return g("i0", array_of(g, x))


@lowers(np.partition, "a, kth, axis=-1, kind='introselect', order=None", name="np.partition")
def lower_partition(g: Ops, a: Any, kth: Any, axis: Any, kind: Any, order: Any) -> Result:
    check_order(order)
    x, at = along_one(g, a, axis)
    return g("partition", x, array_of(g, kth), axis=at)


@lowers(np.choose, "a, choices, out=None, mode='raise'", method="choose", name="np.choose")
def lower_choose(g: Ops, a: Any, choices: Any, mode: Any) -> Result:
    chosen, given = array_of(g, a), split(g, choices)
    match static(mode, "mode"):
        case "wrap":
            chosen = g("mod", chosen, len(given))
        case "clip":
            chosen = g("clip", chosen, 0, len(given) - 1)
        case _:
            pass
    return g("choose", chosen, *given)


def split(g: Ops, choices: Any) -> list[E]:
    """The choices: items of a list, or the rows of an array of known length."""
    if isinstance(choices, (list, tuple)):
        return [array_of(g, c) for c in cast("list[Any]", choices)]
    x = array_of(g, choices)
    count = known_dims(x.type)[0]
    if not isinstance(count, int):
        raise Refusal("np.choose from an array whose length is known at run time only is not supported",
                      "give a list of arrays, or write choices[a, np.arange(n)]")
    return [get(g, x, k) for k in range(count)]


@lowers(np.bincount, "x, /, weights=None, minlength=0", name="np.bincount")
def lower_bincount(g: Ops, x: Any, weights: Any, minlength: Any) -> Result:
    least = int_of(minlength, "minlength")
    given = [array_of(g, x), const(None) if weights is None else array_of(g, weights), least]
    return g("bincount", *given[: 3 if least != 0 else 1 if weights is None else 2])


@lowers(np.vander, "x, N=None, increasing=False", name="np.vander")
def lower_vander(g: Ops, x: Any, N: Any, increasing: Any) -> Result:
    base = array_of(g, x)
    if base.rank != 1:
        raise Refusal("np.vander needs an array of rank 1", "give such")
    count = size_along(g, base, 0) if N is None else int_of(N, "N")
    return g("vander", base, count, increasing=bool(static(increasing, "increasing")))


@lowers(np.lib.stride_tricks.sliding_window_view, "x, window_shape, axis=None, *, subok=False, writeable=False",
        name="np.lib.stride_tricks.sliding_window_view")
def lower_windows(g: Ops, x: Any, window_shape: Any, axis: Any, subok: Any, writeable: Any) -> Result:
    base, chosen = array_of(g, x), static(axis, "axis")
    if static(writeable, "writeable"):
        raise Refusal("sliding_window_view with writeable=True is not supported: its elements overlap",
                      "write to the array itself")
    shape = tuple(static_int(s, "window_shape") for s in listed(window_shape))
    axes = tuple(range(base.rank)) if chosen is None else tuple(axis_of(base, a) for a in listed(chosen))
    if len(shape) != len(axes) or min(shape, default=1) < 1:
        raise Refusal("sliding_window_view needs a size of 1 or more for each axis", "give as many sizes as axes")
    return g("sliding_window_view", base, window_shape=shape, axis=axes)


# Unique values

class Found:
    """What `np.unique` finds: the values as elements of the array, so that they have a derivative."""

    def __init__(self, g: Ops, ar: Any, axis: Any, equal_nan: Any, **wanted: bool) -> None:
        x, chosen = array_of(g, ar), static(axis, "axis")
        x = expanded(g, x, (0,)) if x.rank == 0 else x
        at = None if chosen is None else axis_of(x, chosen)
        differs = np.dtype(x.dtype).kind in "fc"
        asked = {k: wanted.get(k, False) for k in ("return_index", "return_inverse", "return_counts")}
        asked["return_index"] = asked["return_index"] or differs
        values, *more = g.many("unique", x, **asked, axis=at, equal_nan=bool(static(equal_nan, "equal_nan")))
        self.parts: dict[str, E] = dict(zip((k for k in asked if asked[k]), more, strict=True))
        if differs:
            values = taken(g, x, self.parts["return_index"], at)
        self.values = values


def taken(g: Ops, x: E, index: E, axis: int | None) -> E:
    """Elements, or slices along an axis, in the memory layout that `np.unique` gives them."""
    if axis is None:
        return get(g, x if x.rank == 1 else g.reshape(x, (-1,)), index)
    order = (axis, *(k for k in range(x.rank) if k != axis))
    made = get(g, permuted(g, x, order), index)
    return permuted(g, made, tuple(order.index(k) for k in range(x.rank)))


@lowers(np.unique, "ar, return_index=False, return_inverse=False, return_counts=False, axis=None, *, equal_nan=True, "
        "sorted=True")
def lower_unique(g: Ops, ar: Any, return_index: Any, return_inverse: Any, return_counts: Any, axis: Any,
                 equal_nan: Any, sorted: Any) -> Result:
    wanted = {"return_index": bool(static(return_index, "return_index")),
              "return_inverse": bool(static(return_inverse, "return_inverse")),
              "return_counts": bool(static(return_counts, "return_counts"))}
    if not static(sorted, "sorted"):
        raise Refusal("np.unique with sorted=False is not supported: the order is up to NumPy", "leave it out")
    found = Found(g, ar, axis, equal_nan, **wanted)
    parts = [found.parts[k] for k, asked in wanted.items() if asked]
    return (found.values, *parts) if parts else found.values


def result_class(function: Any) -> Any:
    """The namedtuple that one of the functions of the array API returns."""
    return cast(Any, type(function(np.zeros(1))))


@lowers(np.unique_values, "x, /", name="np.unique_values")
def lower_unique_values(g: Ops, x: Any) -> Result:
    if np.dtype(array_of(g, x).dtype).kind != "f":
        raise Refusal("np.unique_values is not supported for them: the order is up to NumPy", "use np.unique")
    return Found(g, x, None, False).values


@lowers(np.unique_counts, "x, /", name="np.unique_counts")
def lower_unique_counts(g: Ops, x: Any) -> Result:
    found = Found(g, x, None, False, return_counts=True)
    return result_class(np.unique_counts)(found.values, found.parts["return_counts"])


@lowers(np.unique_inverse, "x, /", name="np.unique_inverse")
def lower_unique_inverse(g: Ops, x: Any) -> Result:
    found = Found(g, x, None, False, return_inverse=True)
    return result_class(np.unique_inverse)(found.values, found.parts["return_inverse"])


@lowers(np.unique_all, "x, /", name="np.unique_all")
def lower_unique_all(g: Ops, x: Any) -> Result:
    found = Found(g, x, None, False, return_index=True, return_inverse=True, return_counts=True)
    return result_class(np.unique_all)(found.values, *found.parts.values())


@method_lowers("compress", "a, condition, axis=None, out=None")
def lower_compress_method(g: Ops, a: Any, condition: Any, axis: Any) -> Result:
    return lower_compress(g, condition, a, axis)
