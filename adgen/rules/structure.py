"""Rearranging an array without arithmetic: transposes, reshapes, added and dropped axes, rolls,
padding, triangles.

All of it is linear; the transpose of a view is the view the other way round. What NumPy itself
gets by indexing (`flip`, `rot90`, `diff`) is lowered to that. Axes in attrs are never negative
where the rank is known.
"""
from __future__ import annotations

from typing import Any, cast

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import (
    Dim,
    Dims,
    ShapeT,
    Sym,
    Type,
    dim_product,
    dim_sum,
    dims_of,
    dtype_of,
    fresh_dim,
)
from adgen.rules.shapes import (
    add_at,
    along,
    array_type,
    get,
    known_dims,
    known_rank,
    number_type,
    put,
    reshaped_dims,
)
from adgen.rules.table import (
    E,
    Rule,
    Shape,
    Transpose,
    Transposer,
    TypeRule,
    add_rule,
    sizes_to_dims,
)
from adgen.rules.typing import fitting, same_type

Cotangents = tuple[E | None, ...]

# Types

def transpose_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    t, axes = number_type(args[0], "transpose"), attrs["axes"]
    dims = dims_of(t)
    if dims is None:
        return array_type(t, None)
    order: tuple[int, ...] = tuple(range(len(dims)))[::-1] if axes is None else axes
    return array_type(t, tuple(dims[a] for a in order))


def reshape_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    t, new = number_type(args[0], "reshape"), sizes_to_dims(args[1:])
    return array_type(t, None if new is None else reshaped_dims(dims_of(t), new))


def axis_tuple(axis: int | tuple[int, ...]) -> tuple[int, ...]:
    return (axis,) if isinstance(axis, int) else axis


def expand_dims_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    t, axes = number_type(args[0], "expand_dims"), axis_tuple(attrs["axis"])
    dims = dims_of(t)
    if dims is None:
        return array_type(t, None)
    rank = len(dims) + len(axes)
    places, rest = {a % rank for a in axes}, iter(dims)
    return array_type(t, tuple(1 if k in places else next(rest) for k in range(rank)))


def squeeze_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    t = number_type(args[0], "squeeze")
    dims = dims_of(t)
    if dims is None:
        return array_type(t, None)
    gone = axis_tuple(attrs["axis"])
    for a in gone:
        if isinstance(dims[a], int) and dims[a] != 1:
            raise Refusal(f"cannot squeeze axis {a}: its size is {dims[a]}", "squeeze axes of size 1")
    return array_type(t, tuple(d for k, d in enumerate(dims) if k not in gone))


def diag_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    t = number_type(args[0], "diag")
    if known_rank(t) != 1:
        raise Refusal("the op diag needs an array of rank 1", "this is a defect of adgen: please report the program")
    side = dim_sum((known_dims(t)[0], abs(attrs["k"])))
    return array_type(t, (side, side))


def diagonal_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    t = number_type(args[0], "diagonal")
    dims = known_dims(t)
    first, second = cast(int, attrs["axis1"]), cast(int, attrs["axis2"])
    rest = tuple(d for k, d in enumerate(dims) if k not in (first, second))
    length = diagonal_dim(dims[first], dims[second], cast(int, attrs["offset"]))
    return array_type(t, (*rest, length))


def diagonal_dim(rows: Dim, columns: Dim, offset: int) -> Dim:
    """How long a diagonal is."""
    if isinstance(rows, int) and isinstance(columns, int):
        return max(0, min(rows + min(offset, 0), columns - max(offset, 0)))
    if rows == columns and offset == 0:
        return rows
    return Sym(f"diagonal({rows},{columns},{offset})")


def trace_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    if known_rank(number_type(args[0], "trace")) != 2:
        raise Refusal("the op trace needs a matrix", "this is a defect of adgen: please report the program")
    return array_type(args[0].type, ())


def tile_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    t = number_type(args[0], "tile")
    reps, dims = cast("tuple[int, ...]", attrs["reps"]), known_dims(t)
    rank = max(len(dims), len(reps))
    long: Dims = (1,) * (rank - len(dims)) + dims
    times: Dims = (1,) * (rank - len(reps)) + reps
    return array_type(t, tuple(dim_product((r, d)) for r, d in zip(times, long, strict=True)))


def repeat_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    t, axis = number_type(args[0], "repeat"), cast(int, attrs["axis"])
    dims = list(known_dims(t))
    dims[axis] = dim_product((cast(int, attrs["repeats"]), dims[axis]))
    return array_type(t, tuple(dims))


def pad_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    t = number_type(args[0], "pad")
    dims = dims_of(t) or ()
    return array_type(
        t, tuple(dim_sum((d, sum(w))) for d, w in zip(dims, attrs["pad_width"], strict=True))
    )


def repeat_each_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return array_type(args[0].type, (fresh_dim(),))


def broadcast_shapes_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ShapeT(fitting(*(a.type.dims for a in args if isinstance(a.type, ShapeT))))


# Transposes

def transpose_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Cotangents:
    axes = op.attrs["axes"]
    back = None if axes is None else tuple(axes.index(k) for k in range(len(axes)))
    return (g("transpose", ct, axes=back),)


def reshape_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Cotangents:
    return (g.reshape(ct, g.shape(op.args[0])),)


def expand_dims_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Cotangents:
    return (g("squeeze", ct, axis=axis_tuple(op.attrs["axis"])),)


def squeeze_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Cotangents:
    return (g("expand_dims", ct, axis=axis_tuple(op.attrs["axis"])),)


def diag_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Cotangents:
    return (g("diagonal", ct, offset=op.attrs["k"], axis1=0, axis2=1),)


def diagonal_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Cotangents:
    """Zeros with the cotangent on the diagonal, the two axes first brought to the end."""
    x, offset = op.args[0], op.attrs["offset"]
    rank, first, second = known_rank(x.type), op.attrs["axis1"], op.attrs["axis2"]
    if rank == 2 and offset == 0 and len(set(known_dims(x.type))) == 1:
        return (g("diag", ct, k=0),)
    order = (*(k for k in range(rank) if k not in (first, second)), first, second)
    shape = g.shape(x) if order == tuple(range(rank)) else tuple(g.dim(x, k) for k in order)
    i = g("arange", g.dim(ct, rank - 2), dtype=None)
    row, column = (i - offset, i) if offset < 0 else (i, i + offset if offset else i)
    back = tuple(order.index(k) for k in range(rank))
    placed = put(g, g.zeros(shape, ct.dtype), ct, *along(rank - 2, row, column))
    return (placed if back == tuple(range(rank)) else g("transpose", placed, axes=back),)


def trace_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Cotangents:
    x = op.args[0]
    n, m = (g.dim(x, k) for k in (0, 1))
    return (ct * g("eye", n, m, k=op.attrs["offset"], dtype=dtype_of(x.type)),)


def triangle_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Cotangents:
    return (g(op.name, ct, k=op.attrs["k"]),)


def tile_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Cotangents:
    """With the copies on axes of their own, the sum over those."""
    x, reps = op.args[0], op.attrs["reps"]
    rank = known_rank(x.type)
    lead = max(0, len(reps) - rank)
    times = (1,) * (rank - len(reps)) + reps
    split: list[Any] = list(times[:lead])
    gone: list[int] = list(range(lead))
    for k in range(rank):
        gone.append(len(split))
        split += [times[lead + k], g.dim(x, k)]
    return (g.sum(g.reshape(ct, tuple(split)), tuple(gone)),)


def repeat_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Cotangents:
    x, axis = op.args[0], op.attrs["axis"]
    lengths = [g.dim(x, k) for k in range(known_rank(x.type))]
    split = (*lengths[:axis + 1], op.attrs["repeats"], *lengths[axis + 1:])
    return (g.sum(g.reshape(ct, split), (axis + 1,)),)


def roll_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Cotangents:
    shift = cast("int | tuple[int, ...]", op.attrs["shift"])
    back = -shift if isinstance(shift, int) else tuple(-s for s in shift)
    return (g("roll", ct, shift=back, axis=op.attrs["axis"]),)


def roll_by_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Cotangents:
    return (g("roll_by", ct, -g.wrap(op.args[1]), axis=op.attrs["axis"]),)


def pad_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Cotangents:
    widths, mode = op.attrs["pad_width"], op.attrs["mode"]
    if mode == "constant":
        return (get(g, ct, *(_inside(*w) for w in widths)),)
    padded = [axis for axis, width in enumerate(widths) if any(width)]
    for axis in padded:
        whole = g.shape(op.args[0]) if axis == padded[-1] else None
        ct = _gather_back(g, ct, g.dim(op.args[0], axis), axis, widths[axis], mode, whole)
    return (ct,)


def _inside(before: int, after: int) -> slice:
    return slice(before or None, -after or None)


def _gather_back(
    g: Transposer, ct: E, size: E, axis: int, width: tuple[int, int], mode: str, whole: Shape | None
) -> E:
    """Adds each padded element to the one that it was copied from, along one axis; `whole` is the
    shape after that, where it is at hand."""
    source = g("pad", g("arange", size, dtype=None), pad_width=(width,), mode=mode)
    shape = whole or tuple(size if k == axis else g.dim(ct, k) for k in range(ct.rank))
    return add_at(g, g.zeros(shape, ct.dtype), ct, *along(axis, source))


def linear(name: str, type_rule: TypeRule, transpose: Transpose, call: str = "", *,
           view: bool = False, shaped: bool = False) -> None:
    """Enter an op linear in its first operand; `shaped`: the transpose asks for its shape."""
    add_rule(Rule(name, type_rule, linear=(0,), transpose=transpose, call=call, view=view,
                  cheap=view, needs_shape=(0,) if shaped else ()))


# fmt: off
linear("transpose",   transpose_type,   transpose_transpose,   view=True)
linear("reshape",     reshape_type,     reshape_transpose,     view=True, shaped=True)
linear("expand_dims", expand_dims_type, expand_dims_transpose, view=True)
linear("squeeze",     squeeze_type,     squeeze_transpose,     view=True)
linear("diagonal",    diagonal_type,    diagonal_transpose,    "np.diagonal", view=True,
       shaped=True)
linear("diag",        diag_type,        diag_transpose,        "np.diag")
linear("trace",       trace_type,       trace_transpose,       "np.trace", shaped=True)
linear("triu",        same_type,        triangle_transpose,    "np.triu")
linear("tril",        same_type,        triangle_transpose,    "np.tril")
linear("tile",        tile_type,        tile_transpose,        "np.tile", shaped=True)
linear("repeat",      repeat_type,      repeat_transpose,      "np.repeat", shaped=True)
linear("roll",        same_type,        roll_transpose,        "np.roll")
linear("roll_by",     same_type,        roll_by_transpose,     "np.roll")
linear("pad",         pad_type,         pad_transpose,         "np.pad", shaped=True)

add_rule(Rule("repeat_each",      repeat_each_type,      zero=True, call="np.repeat"))
add_rule(Rule("broadcast_shapes", broadcast_shapes_type, zero=True, cheap=True,
              call="np.broadcast_shapes"))
# fmt: on
