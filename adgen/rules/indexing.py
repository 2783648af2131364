"""Reading and writing at an index: `getitem`, `setitem`, `addat`, and the functions of NumPy that
come down to them.

The transpose of "read at index" is "add at index" into zeros; the transposer adds into an
existing cotangent instead where there is one.
"""
from __future__ import annotations

from functools import lru_cache

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import (
    Arg,
    ArrayItem,
    Atom,
    Attrs,
    Const,
    EllipsisItem,
    Index,
    IndexItem,
    IntItem,
    NewAxis,
    Op,
    SliceItem,
    is_basic,
)
from adgen.ir.types import (
    ArrayT,
    Dim,
    Dims,
    ListT,
    ScalarT,
    ShapeT,
    Type,
    broadcast_dims,
    dims_of,
    dtype_of,
    fresh_dim,
)
from adgen.rules.shapes import (
    bound_value,
    fit,
    slice_dim,
)
from adgen.rules.table import E, Rule, Transposer, add_rule

# Types

def getitem_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """The type of `x[index]`."""
    x, operands, index = args[0].type, args[1:], attrs["index"]
    match x:
        case ArrayT(dtype, dims):
            return ArrayT(dtype, None if dims is None else indexed_dims(dims, index, operands))
        case ListT():
            return _list_item_type(x, index)
        case ShapeT(dims):
            return _shape_item_type(dims, index)
        case _:
            raise Refusal(f"a value of type {x} cannot be indexed", "index an array, a list, a tuple or a dict")


def _list_item_type(x: ListT, index: Index) -> Type:
    match index:
        case (IntItem(),):
            return x.element
        case (SliceItem(),):
            return x
        case _:
            raise Refusal("a list is indexed by an int or a slice", "index it by an int or a slice")


def _shape_item_type(dims: Dims | None, index: Index) -> Type:
    match index:
        case (IntItem(int(i)),) if dims is not None:
            if not -len(dims) <= i < len(dims):
                raise Refusal(
                    f"axis {i} is out of bounds for an array of rank {len(dims)}",
                    "count from 0 to one less than there are, or from the end by -1",
                )
            return ScalarT("int", dims[i])
        case (IntItem(),):
            return ScalarT("int", fresh_dim())
        case (SliceItem(start, stop, step),):
            if dims is None or isinstance(start, Arg) or isinstance(stop, Arg):
                return ShapeT(None)
            if isinstance(step, Arg):
                return ShapeT(None)
            return ShapeT(dims[slice(start, stop, step)])
        case _:
            raise Refusal("a shape is indexed by an int or a slice", "index it by an int or a slice")


def indexed_dims(dims: Dims, index: Index, operands: tuple[Atom, ...]) -> Dims | None:
    """Dims of `x[index]`; None where an index array has unknown rank."""
    items = _expanded(index, operands, len(dims))
    if items is None:
        return None
    advanced = any(isinstance(item, ArrayItem) for item in items)
    basic: list[Dim] = []
    places: list[tuple[int, int]] = []
    arrays: list[Dims] = []
    axis = 0
    for position, item in enumerate(items):
        match item:
            case NewAxis():
                basic.append(1)
            case SliceItem(start, stop, step):
                bounds = [bound_value(b, operands) for b in (start, stop, step)]
                basic.append(slice_dim(dims[axis], *bounds))
                axis += 1
            case IntItem(value):
                _check_bound(dims[axis], value)
                if advanced:
                    places.append((position, len(basic)))
                axis += 1
            case ArrayItem(Arg(k)):
                places.append((position, len(basic)))
                arrays.append(_index_array_dims(operands[k]))
                axis += _axes_taken(operands[k])
            case _:
                raise AssertionError(item)
    if not advanced:
        return tuple(basic)
    together = broadcast_or_refuse(*arrays)
    assert together is not None
    where = places[0][1] if _contiguous([p for p, _ in places]) else 0
    return tuple(basic[:where]) + together + tuple(basic[where:])


def broadcast_or_refuse(*dims: Dims | None) -> Dims | None:
    try:
        return broadcast_dims(*dims)
    except ValueError as error:
        raise Refusal(str(error), "give indices that broadcast against each other") from None


def _contiguous(positions: list[int]) -> bool:
    return positions[-1] - positions[0] == len(positions) - 1


def _check_bound(dim: Dim, value: int | Arg) -> None:
    if isinstance(dim, int) and isinstance(value, int) and not -dim <= value < dim:
        raise Refusal(
            f"index {value} is out of bounds for an axis of size {dim}",
            "count from 0 to one less than there are, or from the end by -1",
        )


def _is_mask(atom: Atom) -> bool:
    return dtype_of(atom.type) == "bool"


def _axes_taken(atom: Atom) -> int:
    return len(dims_of(atom.type) or ()) if _is_mask(atom) else 1


def _index_array_dims(atom: Atom) -> Dims:
    dims = dims_of(atom.type)
    assert dims is not None
    if not _is_mask(atom):
        return dims
    if isinstance(atom, Const):
        return (int(np.count_nonzero(atom.value)),)
    return (_count_dim(atom),)


@lru_cache(maxsize=512)
def _count_dim(mask: Atom) -> Dim:
    """How many elements a mask selects: the same symbol wherever the same mask is used."""
    return fresh_dim()


def _expanded(index: Index, operands: tuple[Atom, ...], rank: int) -> list[IndexItem] | None:
    """The items with the ellipsis (or what is left out at the end) written as slices."""
    used = 0
    for item in index:
        match item:
            case SliceItem() | IntItem():
                used += 1
            case ArrayItem(Arg(k)):
                if not _usable(operands[k]):
                    return None
                used += _axes_taken(operands[k])
            case _:
                pass
    if used > rank:
        raise Refusal(f"too many indices: {used} for an array of rank {rank}", "give at most one index an axis")
    fill: list[IndexItem] = [SliceItem()] * (rank - used)
    ellipses = [i for i, item in enumerate(index) if isinstance(item, EllipsisItem)]
    if len(ellipses) > 1:
        raise Refusal("an index can have one ellipsis ('...') only", "write the other as colons")
    at = ellipses[0] if ellipses else len(index)
    return [*index[:at], *fill, *index[at + 1:]]


def _usable(atom: Atom) -> bool:
    """Whether the rank of an index array is known; refuses what is no index."""
    if not isinstance(atom.type, (ArrayT, ScalarT)):
        raise Refusal(
            f"a value of type {atom.type} is not an index",
            "index by ints, slices, None, ..., and arrays of ints or bools",
        )
    if np.dtype(dtype_of(atom.type)).kind not in "iub":
        raise Refusal(
            f"an index must be an array of ints or bools, not {atom.type}",
            "index by ints, slices, None, ..., and arrays of ints or bools",
        )
    if dims_of(atom.type) == () and _is_mask(atom):
        raise Refusal("indexing by a single bool is not supported", "write an `if`")
    return dims_of(atom.type) is not None


def update_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """The type of x after a write: its own."""
    x, value, operands, index = args[0].type, args[1].type, args[2:], attrs["index"]
    match x:
        case ArrayT(_, dims):
            if dims is not None and isinstance(value, ArrayT):
                _check_fits(indexed_dims(dims, index, operands), value.dims)
            return x
        case ListT():
            _list_item_type(x, index)
            return x
        case _:
            raise Refusal(f"a value of type {x} cannot be written into", "use an array or a list")


def _check_fits(slot: Dims | None, value: Dims | None) -> None:
    if slot is None or value is None:
        return
    together = broadcast_or_refuse(slot, value)
    extra = value[: max(0, len(value) - len(slot))]
    if any(d != 1 and isinstance(d, int) for d in extra):
        raise Refusal(
            f"an array of rank {len(value)} does not fit into a slot of rank {len(slot)}",
            "store a value of the slot's shape",
        )
    assert together is not None
    for have, want in zip(slot[::-1], together[::-1], strict=False):
        if have == 1 and isinstance(want, int) and want != 1:
            raise Refusal(f"{want} values do not fit into a slot of size 1", "store a value of the slot's shape")


# Transposes

def getitem_transpose(
    g: Transposer, op: Op, ct: E, linear: tuple[int, ...]
) -> tuple[E | None, ...]:
    x = op.args[0]
    if not isinstance(x.type, ArrayT):
        raise Refusal("a derivative through an element of a run-time list is not supported here",
                      "stack the list with np.array or np.stack first, and index the array")
    base = g.zeros(g.shape(x), x.type.dtype)
    return (g("addat", base, ct, *_operands(g, op, 1), index=op.attrs["index"]),)


def setitem_transpose(
    g: Transposer, op: Op, ct: E, linear: tuple[int, ...]
) -> tuple[E | None, ...]:
    index, operands = op.attrs["index"], _operands(g, op, 2)
    made: dict[int, E] = {}
    if 1 in linear:
        slot = g("getitem", ct, *operands, index=index)
        if not _writes_once(op):
            slot = _where_last(g, op, ct, slot, operands)
        if 0 in linear and is_basic(index) and isinstance(slot.type, ArrayT) and slot.type.dims != ():
            slot = g("copy", slot)
        made[1] = fit(g, slot, op.args[1].type)
    if 0 in linear:
        made[0] = g("setitem", ct, _zero_of(g, op, ct, operands), *operands, index=index)
    return tuple(made[k] for k in linear)


def _zero_of(g: Transposer, op: Op, ct: E, operands: tuple[E, ...]) -> E | float:
    """A zero for the slot: of a list, the zeros of an element's shape."""
    value = op.args[1]
    if not isinstance(ct.type, ListT) or not isinstance(value.type, ArrayT):
        return 0.0
    slot = g("getitem", ct, *operands, index=op.attrs["index"])
    return g.zeros(g("shape", slot), value.type.dtype)


def _writes_once(op: Op) -> bool:
    """Whether no element is written twice: evident for basic indices, masks and some constants."""
    arrays = [
        op.args[2 + item.value.position]
        for item in op.attrs["index"]
        if isinstance(item, ArrayItem)
    ]
    if all(_is_mask(a) for a in arrays):
        return True
    if len(arrays) != 1 or not isinstance(arrays[0], Const):
        return False
    values = np.asarray(arrays[0].value)
    return bool((values >= 0).all() or (values < 0).all()) and np.unique(values).size == values.size


def _where_last(g: Transposer, op: Op, ct: E, slot: E, operands: tuple[E, ...]) -> E:
    """The slot's cotangent where its write was the last to its element, 0 where it was overwritten.

    Numbers the writes, writes the numbers as the values were, and reads back which one stands.
    """
    index = op.attrs["index"]
    number = g.reshape(g("arange", g("size", slot), dtype=None), g("shape", slot))
    marks = g("setitem", g.zeros(g("shape", ct), "int64"), number, *operands, index=index)
    stands = g("eq", g("getitem", marks, *operands, index=index), number)
    return g("where", stands, slot, 0.0)


def addat_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> tuple[E | None, ...]:
    made: dict[int, E] = {0: ct}
    if 1 in linear:
        slot = g("getitem", ct, *_operands(g, op, 2), index=op.attrs["index"])
        made[1] = fit(g, slot, op.args[1].type)
    return tuple(made[k] for k in linear)


def _operands(g: Transposer, op: Op, start: int) -> tuple[E, ...]:
    return tuple(g.wrap(a) for a in op.args[start:])


# fmt: off
add_rule(Rule("getitem", getitem_type, linear=(0,),   transpose=getitem_transpose,
              needs_shape=(0,), view=True, cheap=True))
add_rule(Rule("setitem", update_type,  linear=(0, 1), transpose=setitem_transpose))
add_rule(Rule("addat",   update_type,  linear=(0, 1), transpose=addat_transpose))
# fmt: on
