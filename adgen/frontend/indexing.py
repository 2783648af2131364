"""Subscripts: an index's items, reading and writing of arrays, dispatch for containers."""

from __future__ import annotations

import ast
from typing import cast

import numpy as np

from adgen.errors import Refusal
from adgen.frontend.containers import dict_get, list_get, sequence_get
from adgen.frontend.machine import Machine, evaluates
from adgen.frontend.memory import (
    check_writable,
    content,
    follow,
    fresh,
    is_mutable,
    number,
    read,
    write,
)
from adgen.frontend.resolve import lift
from adgen.frontend.runs import list_item
from adgen.frontend.values import (
    NONE,
    AVal,
    DictV,
    ListV,
    Record,
    Ref,
    Run,
    Slice,
    Static,
    Step,
    Tup,
    known_int,
)
from adgen.ir.core import (
    Arg,
    ArrayItem,
    Atom,
    Bound,
    Const,
    EllipsisItem,
    Index,
    IndexItem,
    IntItem,
    NewAxis,
    SliceItem,
    Value,
    is_basic,
)
from adgen.ir.types import ArrayT, ScalarT, ShapeT, is_number, is_scalar


@evaluates(ast.Subscript)
def eval_subscript(m: Machine, node: ast.Subscript) -> AVal:
    owner = m.eval(node.value)
    return get_at(m, owner, m.eval(node.slice))


@evaluates(ast.Slice)
def eval_slice(m: Machine, node: ast.Slice) -> AVal:
    bounds = [NONE if b is None else m.eval(b) for b in (node.lower, node.upper, node.step)]
    return Slice(*bounds)


def get_at(m: Machine, owner: AVal, index: AVal) -> AVal:
    """`owner[index]`."""
    from adgen.frontend.index_objects import INDEXED
    from adgen.frontend.objects import special

    match owner:
        case Static(made_by_index) if id(made_by_index) in INDEXED:
            return INDEXED[id(made_by_index)](m, index)
        case Ref():
            return get_array(m, owner, index)
        case ListV():
            return list_get(m, owner, index)
        case DictV():
            return dict_get(m, owner, index)
        case Tup(items, _):
            return sequence_get(m, items, index, Tup)
        case Value(type=ShapeT()):
            items, operands = index_items(m, index)
            return m.builder.emit("getitem", owner, *operands, index=items)
        case Value() | Const() if isinstance(owner.type, ArrayT):
            items, operands = index_items(m, index)
            return fresh(m, m.builder.emit("getitem", owner, *operands, index=items))
        case Static(str() as text):
            return _string_item(m, text, index)
        case Record() | Static() if (method := special(owner, "__getitem__")) is not None:
            return m.call(method, [index])
        case Static(obj):
            return lift(m, obj[_static_index(index)], f"{m.describe(owner)}[...]")
        case _:
            raise Refusal(f"{m.describe(owner)} cannot be indexed", "index an array, a list, a tuple or a dict")


def _string_item(m: Machine, text: str, index: AVal) -> AVal:
    from adgen.frontend.containers import known_slice

    match index:
        case Const(int() as k):
            return lift(m, text[k])
        case Slice():
            return lift(m, text[known_slice(index)])
        case _:
            raise Refusal(
                "this index of a string is not supported",
                "index it by an int or a slice known when compiling",
            )


def _static_index(index: AVal) -> object:
    from adgen.frontend.containers import key_of

    return key_of(index)


# Arrays


def get_array(m: Machine, owner: Ref, index: AVal) -> AVal:
    items, operands = index_items(m, index)
    base = read(m, owner)
    made = m.builder.emit("getitem", base, *operands, index=items)
    if not is_mutable(made.type) and isinstance(made.type, ArrayT):
        return made
    if is_basic(items):
        return follow(m, owner, (Step("getitem", operands, (("index", items),)),), made)
    return fresh(m, made)


def set_at(m: Machine, owner: Ref, index: AVal, value: AVal) -> None:
    """`owner[index] = value`."""
    check_writable(owner)
    items, operands = index_items(m, index)
    base = read(m, owner)
    given = array_like(m, value)
    if isinstance(base.type, ArrayT) and base.type.dims == () and is_scalar(given.type):
        write(m, owner, m.builder.emit("convert", given, dtype=base.type.dtype))
        return
    write(m, owner, m.builder.emit("setitem", base, given, *operands, index=items))


def array_like(m: Machine, value: AVal) -> Atom:
    """A number, or a list or tuple as the array that NumPy makes of it."""
    from adgen.frontend.calls import to_rule
    from adgen.rules.lowering import as_array

    atom = number(m, value)
    if atom is not None and is_number(atom.type):
        return atom
    return as_array(m.g, to_rule(m, value)).atom


def element_at(m: Machine, value: AVal, index: Atom) -> AVal:
    """`value[index]` for an int."""
    if isinstance(value, ListV) and isinstance(held := content(m, value.cell), Run):
        return list_item(m, held, index, value.cell)
    return get_at(m, value, index)


# Items


def index_items(m: Machine, index: AVal) -> tuple[Index, tuple[Atom, ...]]:
    """An index as items, and the operands that they point at."""
    operands: list[Atom] = []
    parts = index.items if isinstance(index, Tup) else (index,)
    return tuple(_item(m, part, operands) for part in parts), tuple(operands)


def _item(m: Machine, part: AVal, operands: list[Atom]) -> IndexItem:
    match part:
        case Slice(start, stop, step):
            return SliceItem(*(_bound(m, b, operands) for b in (start, stop, step)))
        case Static(None):
            return NewAxis()
        case Static(value) if value is Ellipsis:
            return EllipsisItem()
        case Const(bool()):
            raise Refusal("a bool as an index is not supported", "use None to add an axis")
        case Const() if (known := known_int(part)) is not None:
            return IntItem(known)
        case Value() | Const() | Ref():
            return _number_item(cast(Atom, number(m, part)), operands)
        case ListV() | Tup():
            operands.append(index_array(m, part))
            return ArrayItem(Arg(len(operands) - 1))
        case _:
            raise Refusal(
                f"{m.describe(part)} is no index",
                "index by ints, slices, None, ..., and arrays of ints or bools",
            )


def _number_item(atom: Atom, operands: list[Atom]) -> IndexItem:
    operands.append(atom)
    position = Arg(len(operands) - 1)
    match atom.type:
        case ScalarT("int"):
            return IntItem(position)
        case ArrayT(dtype, ()) if np.dtype(dtype).kind in "iu":
            return IntItem(position)
        case ArrayT(dtype, _) if np.dtype(dtype).kind in "iub":
            return ArrayItem(position)
        case ScalarT() | ArrayT():
            raise Refusal(
                f"an index of type {atom.type} is not supported: indices are ints or bools",
                "convert it: int(i), or i.astype(int)",
            )
        case other:
            raise Refusal(
                f"a value of type {other} is no index",
                "index by ints, slices, None, ..., and arrays of ints or bools",
            )


def index_array(m: Machine, part: AVal) -> Atom:
    """A list of ints or bools as an array."""
    from adgen.frontend.iterables import known_items

    items = known_items(m, part)
    if items is not None and all(isinstance(i, Const) for i in items):
        values = np.array([cast(Const, i).value for i in items], dtype=None if items else np.int64)
        return Const(values, ArrayT(str(values.dtype), values.shape))
    return array_like(m, part)


def _bound(m: Machine, bound: AVal, operands: list[Atom]) -> Bound:
    match bound:
        case Static(None):
            return None
        case Const() if (known := known_int(bound)) is not None:
            return known
        case Value(type=ScalarT("int")):
            operands.append(bound)
            return Arg(len(operands) - 1)
        case Value(type=ArrayT(dtype, ())) if np.dtype(dtype).kind in "iu":
            operands.append(bound)
            return Arg(len(operands) - 1)
        case _:
            raise Refusal(
                f"{m.describe(bound)} as the bound of a slice is not supported: bounds are ints", "write int(...)"
            )
