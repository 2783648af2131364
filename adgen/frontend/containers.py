"""Lists, dicts and tuples: reading, writing, methods."""

from __future__ import annotations

import functools
from typing import Any, cast

from adgen.errors import NeedsSize, NeedsStatic, Refusal
from adgen.frontend.machine import Machine
from adgen.frontend.memory import content, new_list, number, set_content
from adgen.frontend.resolve import lift
from adgen.frontend.runs import list_append, list_extend, list_item, list_pop, run_set, same_types
from adgen.frontend.values import (
    NONE,
    AVal,
    Cell,
    DictV,
    Generator,
    ListV,
    Ref,
    Run,
    Slice,
    Static,
    Tup,
)
from adgen.ir.builder import const
from adgen.ir.core import Atom, Const, Value
from adgen.ir.types import ArrayT, ShapeT


def to_elements(m: Machine, value: AVal, count: int | None) -> list[AVal]:
    """The items of anything that can be unpacked; `count` says how many are expected."""
    from adgen.frontend.indexing import element_at
    from adgen.frontend.iterables import known_items

    if isinstance(value, Generator):
        from adgen.frontend.generators import collected

        value = collected(m, value)
    items = known_items(m, value)
    if items is not None:
        return items
    if isinstance(value, Value) and isinstance(value.type, ShapeT):
        count = count if value.type.dims is None else len(value.type.dims)
    if isinstance(value, Ref):
        t = cast(Atom, number(m, value)).type
        if isinstance(t, ArrayT) and t.dims and isinstance(t.dims[0], int):
            count = t.dims[0]
        elif count is None and isinstance(t, ArrayT) and t.dims and str(t.dims[0]) in m.sizes:
            raise NeedsSize(
                str(t.dims[0]), f"how many items {m.describe(value)} has must be known when compiling here",
                "give the size in its type, as x=float64[3]; or loop over it",
            )
    if count is None:
        raise Refusal(
            f"how many items {m.describe(value)} has is known at run time only",
            "loop over it, or unpack it into as many names",
        )
    if isinstance(value, (Ref, ListV, Value)):
        return [element_at(m, value, const(k)) for k in range(count)]
    raise Refusal(f"{m.describe(value)} cannot be unpacked", "unpack a tuple, a list or an array")


# Keys and positions


def key_of(index: AVal) -> Any:
    """A dict's key: known when compiling."""
    match index:
        case Static(value) | Const(value):
            return value
        case Tup(items, None):
            return tuple(key_of(i) for i in items)
        case Slice():
            return known_slice(index)
        case Value():
            raise NeedsStatic(
                index, "a dict's key must be known when compiling", "use an array or a list, indexed by a number"
            )
        case _:
            raise Refusal("what is used as a key or an option here must be known when compiling", "give a constant")


def position_of(m: Machine, index: AVal, size: int) -> int:
    """A position in a list or tuple, known when compiling."""
    match index:
        case Const(int() as k):
            if not -size <= k < size:
                raise Refusal(f"index {k} is out of range: there are {size} items", "use an index", raises=IndexError)
            return k
        case Value():
            raise NeedsStatic(
                index,
                "the index of a list or tuple must be known when compiling here",
                "use an array, or loop over the list itself",
            )
        case _:
            raise Refusal(f"{m.describe(index)} is no index of a list or tuple", "index it by an int or a slice")


def sequence_get(m: Machine, items: tuple[AVal, ...], index: AVal, rebuild: Any) -> AVal:
    """An item or slice of a tuple or list of known length."""
    if isinstance(index, Slice):
        return rebuild(items[known_slice(index)])
    if isinstance(index, Value) and not m.unrollable:
        run = same_types(m, items)
        if run is not None:
            return list_item(m, run, index, None)
    return items[position_of(m, index, len(items))]


def known_slice(index: Slice) -> slice:
    bounds: list[Any] = []
    for bound in (index.start, index.stop, index.step):
        match bound:
            case Static(None):
                bounds.append(None)
            case Const(int() as k):
                bounds.append(k)
            case _:
                raise NeedsStatic(
                    bound,
                    "the bounds of a slice of a list must be known when compiling",
                    "use an array, or a list that is appended to in a loop",
                )
    return slice(*bounds)


def list_get(m: Machine, owner: ListV, index: AVal) -> AVal:
    held = content(m, owner.cell)
    if not isinstance(held, Run):
        return sequence_get(m, held, index, functools.partial(new_list, m))
    match index:
        case Value() | Const():
            return list_item(m, held, index, owner.cell)
        case Slice():
            from adgen.frontend.indexing import index_items

            items, operands = index_items(m, index)
            atoms = tuple(m.builder.emit("getitem", a, *operands, index=items) for a in held.atoms)
            made = new_list(m, Run(atoms, held.form, held.sources))
            m.state.members[made.cell] = m.state.members.get(owner.cell, frozenset())
            return made
        case _:
            raise Refusal(f"{m.describe(index)} is no index of a list", "index it by an int or a slice")


def list_set(m: Machine, owner: ListV, index: AVal, value: AVal) -> None:
    held = content(m, owner.cell)
    if isinstance(held, Run):
        run_set(m, owner, held, index, value)
        return
    if isinstance(index, Slice):
        items = list(held)
        items[known_slice(index)] = to_elements(m, value, None)
        set_content(m, owner.cell, tuple(items))
        return
    if isinstance(index, Value) and not m.unrollable and (run := same_types(m, (*held, value))) is not None:
        run = same_types(m, held) or run
        run_set(m, owner, run, index, value)
        return
    position = position_of(m, index, len(held))
    items = list(held)
    items[position] = value
    set_content(m, owner.cell, tuple(items))


def list_del(m: Machine, owner: ListV, index: AVal) -> None:
    """`del owner[index]`."""
    held = content(m, owner.cell)
    if isinstance(held, Run):
        raise Refusal("del of an element of a list of run-time length is not supported", "make the list without it")
    items = list(held)
    del items[known_slice(index) if isinstance(index, Slice) else position_of(m, index, len(items))]
    set_content(m, owner.cell, tuple(items))


# Dicts


def new_dict(m: Machine, items: dict[Any, AVal]) -> DictV:
    cell = Cell()
    m.state.store[cell] = items
    return DictV(cell)


def dict_get(m: Machine, owner: DictV, index: AVal) -> AVal:
    held, key = content(m, owner.cell), key_of(index)
    if key not in held and owner.cell.factory is not None:
        made = m.call(owner.cell.factory, [])
        dict_set(m, owner, index, made)
        return made
    if key not in held:
        raise missing_key(key, held)
    return held[key]


def missing_key(key: Any, held: dict[Any, AVal]) -> Refusal:
    has = ", ".join(map(repr, held)) or "none"
    return Refusal(f"the dict has no key {key!r}", f"its keys are: {has}", raises=KeyError)


def dict_set(m: Machine, owner: DictV, index: AVal, value: AVal) -> None:
    held = content(m, owner.cell)
    set_content(m, owner.cell, {**held, key_of(index): value})


# Methods


def list_method(m: Machine, owner: ListV, name: str, args: list[AVal]) -> AVal:
    match name, args:
        case "append", [value]:
            list_append(m, owner, value)
            return NONE
        case "extend", [values]:
            list_extend(m, owner, values)
            return NONE
        case "pop", []:
            return list_pop(m, owner, None)
        case "pop", [index]:
            return list_pop(m, owner, index)
        case "copy", []:
            return _copied(m, owner)
        case "popleft", []:
            return list_pop(m, owner, const(0))
        case "appendleft", [value]:
            return _static_method(m, owner, "insert", [const(0), value])
        case (("insert" | "reverse" | "clear" | "remove" | "count" | "index"), _):
            return _static_method(m, owner, name, args)
        case _:
            raise Refusal(f"the list method .{name}() is not supported", "write it with append, insert, pop and slices")


def _copied(m: Machine, owner: ListV) -> ListV:
    held = content(m, owner.cell)
    made = new_list(m, held)
    if isinstance(held, Run):
        m.state.members[made.cell] = m.state.members.get(owner.cell, frozenset())
    return made


def _static_method(m: Machine, owner: ListV, name: str, args: list[AVal]) -> AVal:
    held = content(m, owner.cell)
    if isinstance(held, Run):
        raise Refusal(
            f"the method .{name}() of a list of run-time length is not supported",
            "make a new list in a loop",
        )
    items = list(held)
    match name, args:
        case "insert", [Const(int() as k), value]:
            items.insert(k, value)
        case "count", [value]:
            return const(sum(key_of(i) == key_of(value) for i in items))
        case "index", [value]:
            return const([key_of(i) for i in items].index(key_of(value)))
        case "reverse", []:
            items.reverse()
        case "clear", []:
            items.clear()
        case _:
            raise Refusal(f"the list method .{name}() is not supported here", "make a new list")
    set_content(m, owner.cell, tuple(items))
    return NONE


def dict_method(m: Machine, owner: DictV, name: str, args: list[AVal]) -> AVal:
    held = content(m, owner.cell)
    match name, args:
        case "items", []:
            return Tup(tuple(Tup((lift(m, k), v)) for k, v in held.items()))
        case "keys", []:
            return Tup(tuple(lift(m, k) for k in held))
        case "values", []:
            return Tup(tuple(held.values()))
        case "get", [key, *default]:
            return held.get(key_of(key), default[0] if default else NONE)
        case "copy", []:
            return new_dict(m, held)
        case "update", [DictV(cell)]:
            set_content(m, owner.cell, {**held, **content(m, cell)})
            return NONE
        case "pop", [key, *default]:
            known = key_of(key)
            if known not in held and not default:
                raise missing_key(known, held)
            set_content(m, owner.cell, {k: v for k, v in held.items() if k != known})
            return held.get(known, default[0] if default else NONE)
        case "setdefault", [key, default]:
            if key_of(key) not in held:
                dict_set(m, owner, key, default)
            return content(m, owner.cell)[key_of(key)]
        case _:
            raise Refusal(f"the dict method .{name}() is not supported", "write it with d[key]")
