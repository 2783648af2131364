"""Lists, dicts and tuples: reading, writing, methods. A list of run-time length is one SSA value."""
from __future__ import annotations

from typing import Any, cast

from adgen.errors import NeedsStatic, Refusal
from adgen.frontend.machine import Machine
from adgen.frontend.memory import content, fresh, new_list, number, set_content
from adgen.frontend.resolve import lift
from adgen.frontend.values import (
    NONE,
    AVal,
    Cell,
    DictV,
    ListV,
    Ref,
    Run,
    Slice,
    Static,
    Tup,
)
from adgen.ir.builder import const
from adgen.ir.core import Arg, Atom, Const, IntItem, Value
from adgen.ir.types import ArrayT, ListT, ShapeT


def to_elements(m: Machine, value: AVal, count: int | None) -> list[AVal]:
    """The items of anything that can be unpacked; `count` says how many are expected."""
    from adgen.frontend.indexing import element_at
    from adgen.frontend.iterables import known_items
    items = known_items(m, value)
    if items is not None:
        return items
    if isinstance(value, Value) and isinstance(value.type, ShapeT):
        count = count if value.type.dims is None else len(value.type.dims)
    if isinstance(value, Ref):
        t = cast(Atom, number(m, value)).type
        if isinstance(t, ArrayT) and t.dims and isinstance(t.dims[0], int):
            count = t.dims[0]
    if count is None:
        raise Refusal(f"how many items {m.describe(value)} has is known at run time only")
    if isinstance(value, (Ref, ListV, Value)):
        return [element_at(m, value, const(k)) for k in range(count)]
    raise Refusal(f"{m.describe(value)} cannot be unpacked")


# Keys and positions

def key_of(index: AVal) -> Any:
    """A dict's key: known when compiling."""
    match index:
        case Static(value) | Const(value):
            return value
        case Tup(items, None):
            return tuple(key_of(i) for i in items)
        case Value():
            raise NeedsStatic(index, "a dict's key must be known when compiling")
        case _:
            raise Refusal("this key of a dict is not supported")


def position_of(m: Machine, index: AVal, size: int) -> int:
    """A position in a list or tuple, known when compiling."""
    match index:
        case Const(int() as k):
            if not -size <= k < size:
                raise Refusal(f"index {k} is out of range: there are {size} items")
            return k
        case Value():
            raise NeedsStatic(index, "the index of a list or tuple must be known when compiling here",
                              "use an array, or loop over the list itself")
        case _:
            raise Refusal(f"{m.describe(index)} is no index of a list or tuple")


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
                raise NeedsStatic(bound, "the bounds of a slice of a list must be known when compiling")
    return slice(*bounds)


# Lists of run-time length

def to_run(m: Machine, items: tuple[AVal, ...]) -> Run:
    """A list of known length as one SSA value."""
    run = same_types(m, items)
    if run is None:
        raise Refusal("a list is used here as one of run-time length; its elements must be numbers or arrays of one type")
    return run


def same_types(m: Machine, items: tuple[AVal, ...]) -> Run | None:
    from adgen.frontend.join import common_type, recast
    atoms = [number(m, item) for item in items]
    if not atoms or any(a is None for a in atoms):
        return None
    element = common_type(cast("list[Atom]", atoms))
    if isinstance(element, str):
        return None
    cells = frozenset(item.cell for item in items if isinstance(item, Ref))
    made = m.builder.emit("list", *(recast(cast(Atom, a), element) for a in atoms), element=element)
    return Run(made, cells)


def list_item(m: Machine, run: Run, index: Atom, owner: Cell | None) -> AVal:
    if isinstance(index, Const):
        made = m.builder.emit("getitem", run.atom, index=(IntItem(int(index.value)),))
    else:
        made = m.builder.emit("getitem", run.atom, index, index=(IntItem(Arg(0)),))
    item = fresh(m, made)
    if isinstance(item, Ref):
        if owner is not None:
            m.state.join_list(owner, item.cell)
        for cell in run.sources:
            m.state.link(item.cell, cell)
    return item


def list_get(m: Machine, owner: ListV, index: AVal) -> AVal:
    held = content(m, owner.cell)
    if not isinstance(held, Run):
        return sequence_get(m, held, index, lambda items: new_list(m, items))
    match index:
        case Value() | Const():
            return list_item(m, held, index, owner.cell)
        case Slice():
            from adgen.frontend.indexing import index_items
            items, operands = index_items(m, index)
            made = new_list(m, Run(m.builder.emit("getitem", held.atom, *operands, index=items), held.sources))
            m.state.members[made.cell] = m.state.members.get(owner.cell, frozenset())
            return made
        case _:
            raise Refusal(f"{m.describe(index)} is no index of a list")


def list_set(m: Machine, owner: ListV, index: AVal, value: AVal) -> None:
    held = content(m, owner.cell)
    if isinstance(held, Run):
        raise Refusal("setting an element of a list of run-time length is not supported", "use an array")
    position = position_of(m, index, len(held))
    items = list(held)
    items[position] = value
    set_content(m, owner.cell, tuple(items))


def list_append(m: Machine, owner: ListV, value: AVal) -> None:
    held = content(m, owner.cell)
    if not isinstance(held, Run):
        set_content(m, owner.cell, (*held, value))
        return
    atom = number(m, value)
    if atom is None:
        raise Refusal(f"appending {m.describe(value)} to a list of run-time length is not supported",
                      "append numbers or arrays, one list for each")
    _check_element(atom, held)
    set_content(m, owner.cell, Run(m.builder.emit("append", held.atom, atom), held.sources))
    if isinstance(value, Ref):
        m.state.join_list(owner.cell, value.cell)


def _check_element(atom: Atom, held: Run) -> None:
    from adgen.frontend.join import join_types
    element = cast(ListT, held.atom.type).element
    joint = join_types(Value(element), atom)
    if isinstance(joint, str):
        raise Refusal("the elements of this list differ in type: " + joint.format(name="an element"))


def list_extend(m: Machine, owner: ListV, values: AVal) -> None:
    from adgen.frontend.iterables import known_items
    items = known_items(m, values)
    if items is None:
        raise Refusal("extending a list by one of run-time length is not supported", "append in a loop")
    for item in items:
        list_append(m, owner, item)


def list_pop(m: Machine, owner: ListV, index: AVal | None) -> AVal:
    held = content(m, owner.cell)
    if isinstance(held, Run):
        if index is not None and not (isinstance(index, Const) and index.value == -1):
            raise Refusal("pop of an element in the middle of a list of run-time length is not supported")
        rest, last = m.builder.emit_many("poplast", (held.atom,), {})
        set_content(m, owner.cell, Run(rest, held.sources))
        return fresh(m, last)
    position = position_of(m, const(-1) if index is None else index, len(held))
    items = list(held)
    item = items.pop(position)
    set_content(m, owner.cell, tuple(items))
    return item


# Dicts

def new_dict(m: Machine, items: dict[Any, AVal]) -> DictV:
    cell = Cell()
    m.state.store[cell] = items
    return DictV(cell)


def dict_get(m: Machine, owner: DictV, index: AVal) -> AVal:
    held, key = content(m, owner.cell), key_of(index)
    if key not in held:
        raise Refusal(f"the dict has no key {key!r}; it has {', '.join(map(repr, held))}")
    return held[key]


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
        case ("insert" | "reverse" | "clear" | "remove" | "count" | "index"), _:
            return _static_method(m, owner, name, args)
        case _:
            raise Refusal(f"the list method .{name}() is not supported")


def _copied(m: Machine, owner: ListV) -> ListV:
    held = content(m, owner.cell)
    made = new_list(m, held)
    if isinstance(held, Run):
        m.state.members[made.cell] = m.state.members.get(owner.cell, frozenset())
    return made


def _static_method(m: Machine, owner: ListV, name: str, args: list[AVal]) -> AVal:
    held = content(m, owner.cell)
    if isinstance(held, Run):
        raise Refusal(f"the method .{name}() of a list of run-time length is not supported")
    items = list(held)
    match name, args:
        case "insert", [Const(int() as k), value]:
            items.insert(k, value)
        case "reverse", []:
            items.reverse()
        case "clear", []:
            items.clear()
        case _:
            raise Refusal(f"the list method .{name}() is not supported")
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
                raise Refusal(f"the dict has no key {known!r}")
            set_content(m, owner.cell, {k: v for k, v in held.items() if k != known})
            return held.get(known, default[0] if default else NONE)
        case "setdefault", [key, default]:
            if key_of(key) not in held:
                dict_set(m, owner, key, default)
            return content(m, owner.cell)[key_of(key)]
        case _:
            raise Refusal(f"the dict method .{name}() is not supported")


