"""Assignment: names, unpacking, elements, fields; plain and augmented."""

from __future__ import annotations

import ast
from typing import cast

from adgen.errors import Refusal
from adgen.frontend.containers import dict_set, list_set, to_elements
from adgen.frontend.indexing import set_at
from adgen.frontend.inplace import flat_assign, flat_set
from adgen.frontend.machine import Flow, Machine, executes
from adgen.frontend.memory import need_number, number, read, store_into
from adgen.frontend.operators import OPERATORS, SYMBOLS, binary
from adgen.frontend.values import (
    AVal,
    DictV,
    ListV,
    Record,
    Ref,
    Run,
    Static,
    christen,
)
from adgen.ir.core import EllipsisItem, NewAxis, SliceItem, Value
from adgen.ir.types import ArrayT


def assign(m: Machine, target: ast.expr, value: AVal) -> None:
    """Bind a target to a value."""
    match target:
        case ast.Name(id=name):
            bind(m, name, value)
        case ast.Tuple(elts=elts) | ast.List(elts=elts):
            unpack(m, elts, value)
        case ast.Starred(value=inner):
            assign(m, inner, value)
        case ast.Subscript():
            store_item(m, target, value)
        case ast.Attribute():
            store_field(m, target, value)
        case _:
            raise Refusal(
                f"an assignment to {type(target).__name__} is not supported",
                "assign to a name, an item or an attribute",
                span=m.span(target),
            )


def bind(m: Machine, name: str, value: AVal) -> None:
    """Bind a name, and give a new value that name."""
    if name in m.here.outer_names:
        bind_outer(m, name, value)
        return
    if not name.startswith("__") and name != "_":
        hint(m, name, value)
    m.names[name] = value


def bind_outer(m: Machine, name: str, value: AVal) -> None:
    """Bind a nonlocal name of a function that is being run; others are outside of what is differentiated."""
    frame = m.here.parent
    while frame is not None and name not in frame.assigned:
        frame = frame.parent
    if frame is None or name in m.here.globals and name not in frame.assigned:
        raise Refusal(
            f"{name} is a name from outside of the function, and is modified here",
            "return the new value instead, and assign it outside",
        )
    hint(m, name, value)
    m.state.frames[frame.id][name] = value


def hint(m: Machine, name: str, value: AVal) -> None:
    """A value that has no name gets this one."""
    match value:
        case Value():
            christen(value, name)
        case Ref(cell, ()) if not cell.hint:
            cell.hint = name
            christen(cast(Value, m.state.store.get(cell)), name)
        case Ref():
            held = m.state.views.get((value.cell, value.path))
            if held is not None:
                christen(held[1], name)
        case ListV(cell) | DictV(cell) | Record(cell, _) if not cell.hint:
            cell.hint = name
            if isinstance(held := m.state.store.get(cell), Run):
                for k, atom in enumerate(held.atoms):
                    christen(atom, name if held.form is None else f"{name}_{k}")
        case _:
            pass


def unpack(m: Machine, targets: list[ast.expr], value: AVal) -> None:
    stars = [k for k, t in enumerate(targets) if isinstance(t, ast.Starred)]
    count = None if stars else len(targets)
    items = to_elements(m, value, count)
    if not stars and len(items) != len(targets):
        raise Refusal(
            f"{len(items)} values to unpack into {len(targets)} names",
            "unpack into as many names as there are values",
        )
    if stars:
        after = len(targets) - stars[0] - 1
        if len(items) < len(targets) - 1:
            raise Refusal(
                f"{len(items)} values to unpack into at least {len(targets) - 1} names",
                "unpack into as many names as there are values",
            )
        middle = items[stars[0] : len(items) - after]
        from adgen.frontend.memory import new_list

        items = [*items[: stars[0]], new_list(m, tuple(middle)), *items[len(items) - after :]]
    for target, item in zip(targets, items, strict=True):
        assign(m, target, item)


def store_item(m: Machine, target: ast.Subscript, value: AVal) -> None:
    if isinstance(target.value, ast.Attribute) and target.value.attr == "flat":
        owner = m.eval(target.value.value)
        if isinstance(owner, Ref):
            flat_set(m, owner, m.eval(target.slice), value)
            return
    owner = m.eval(target.value)
    index = m.eval(target.slice)
    store_at(m, owner, index, value)


def store_at(m: Machine, owner: AVal, index: AVal, value: AVal) -> None:
    """`owner[index] = value`."""
    from adgen.frontend.objects import special

    match owner:
        case Ref(cell) if cell.mixed:
            raise Refusal(
                f"{cell.hint or 'this value'} is an array on one path and a number on another, and is written into",
                "make it an array on both, or write into it where it is one",
            )
        case Ref():
            set_at(m, owner, index, value)
        case ListV():
            list_set(m, owner, index, value)
        case DictV():
            dict_set(m, owner, index, value)
        case Record() if (method := special(owner, "__setitem__")) is not None:
            m.call(method, [index, value])
        case _:
            raise Refusal(
                f"{m.describe(owner)} cannot be assigned into",
                "use an array, a list or a dict",
            )


def store_field(m: Machine, target: ast.Attribute, value: AVal) -> None:
    owner = m.eval(target.value)
    store_attribute(m, owner, target.attr, value)


def store_attribute(m: Machine, owner: AVal, name: str, value: AVal) -> None:
    if isinstance(owner, Ref) and name == "flat":
        flat_assign(m, owner, value)
        return
    if isinstance(owner, Record):
        from adgen.frontend.objects import store_field as store_in_object

        store_in_object(m, owner, name, value)
        return
    raise Refusal(
        f"setting the attribute {name} of {m.describe(owner)} is not supported",
        "return the new value instead" if isinstance(owner, Static) else "",
    )


# Statements


@executes(ast.Assign)
def run_assign(m: Machine, node: ast.Assign, rest: list[ast.stmt]) -> Flow | None:
    value = m.eval(node.value)
    for target in node.targets:
        assign(m, target, value)
    return None


@executes(ast.AnnAssign)
def run_annotated(m: Machine, node: ast.AnnAssign, rest: list[ast.stmt]) -> Flow | None:
    if node.value is not None:
        assign(m, node.target, m.eval(node.value))
    return None


@executes(ast.AugAssign)
def run_augmented(m: Machine, node: ast.AugAssign, rest: list[ast.stmt]) -> Flow | None:
    symbol = SYMBOLS[type(node.op)]
    match node.target:
        case ast.Name(id=name):
            current = m.eval(ast.copy_location(ast.Name(name, ast.Load()), node.target))
            check_rank(m, name, current)
            value = m.eval(node.value)
            made = in_place(m, symbol, current, value)
            if made is not current:
                bind(m, name, made)
        case ast.Subscript(value=owner_node, slice=slice_node):
            from adgen.frontend.indexing import get_at

            owner, index = m.eval(owner_node), m.eval(slice_node)
            if isinstance(owner_node, ast.Attribute) and owner_node.attr == "flat" and isinstance(owner, Ref):
                made = binary(m, symbol, get_at(m, owner, index), m.eval(node.value))
                flat_set(m, m.eval(owner_node.value), index, made)
                return None
            current = get_at(m, owner, index)
            made = in_place(m, symbol, current, m.eval(node.value))
            view = (
                isinstance(owner, Ref) and isinstance(current, Ref) and current.cell is owner.cell
            )
            if made is not current or (isinstance(owner, Ref) and not view):
                store_at(m, owner, index, made)
        case ast.Attribute(value=owner_node, attr=attribute):
            from adgen.frontend.attributes import attribute_of

            owner = m.eval(owner_node)
            current = attribute_of(m, owner, attribute)
            store_attribute(m, owner, attribute, in_place(m, symbol, current, m.eval(node.value)))
        case _:
            raise Refusal("this augmented assignment is not supported", "write x = x + ...")
    return None


def check_rank(m: Machine, name: str, current: AVal) -> None:
    """Where it is not known whether a name is of an array (modified) or of a number (bound again).

    Both come to the same, but for other names of it.
    """
    atom = number(m, current)
    if atom is None or not isinstance(atom.type, ArrayT):
        return
    if atom.type.dims is not None and (atom.type.dims or atom not in m.parameters):
        return
    if isinstance(current, Ref) and is_array(current):
        return
    others = [v for names in m.state.frames.values() for k, v in names.items() if k != name]
    if current in others or (
        isinstance(current, Ref) and (current.path or shared(m, current, others))
    ):
        raise Refusal(
            f"{name} is updated in place and has another name; whether that changes depends on "
            "whether it is an array or a number",
            f"give the argument's type, or write {name} = {name} + ...",
        )


def is_array(ref: Ref) -> bool:
    """Whether this is an array for sure, even where its rank is not known."""
    if not ref.path:
        return ref.cell.array
    kinds = (SliceItem, NewAxis, EllipsisItem)
    return any(isinstance(item, kinds) for item in dict(ref.path[-1].attrs).get("index", ()))


def shared(m: Machine, current: Ref, others: list[AVal]) -> bool:
    """Whether an array is in reach of other names, or may share memory with one that is."""
    reached = set(m.state.reachable(others))
    return bool(reached & {current.cell, *m.state.alias.get(current.cell, ())})


def in_place(m: Machine, symbol: str, current: AVal, value: AVal) -> AVal:
    """`current op= value`: the same object where it can be modified, else a new one."""
    if isinstance(current, Ref):
        atom = read(m, current)
        made = m.builder.emit(OPERATORS[symbol], atom, need_number(m, value))
        store_into(m, current, made)
        return current
    if isinstance(current, ListV) and symbol == "+":
        from adgen.frontend.containers import list_extend

        list_extend(m, current, value)
        return current
    if isinstance(current, Record):
        from adgen.frontend.objects import in_place as by_method

        made = by_method(m, symbol, current, value)
        if made is not None:
            return made
    return binary(m, symbol, current, value)
