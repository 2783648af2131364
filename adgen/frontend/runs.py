"""Lists whose length is known at run time only: an SSA list for each leaf of the elements, which
have one type each.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import cast

from adgen.errors import NeedsStatic, Refusal
from adgen.frontend.joint_types import common_type, join_types, recast
from adgen.frontend.machine import Machine
from adgen.frontend.memory import content, fresh, number, set_content
from adgen.frontend.values import AVal, Cell, Form, ListV, Ref, Run, Tup
from adgen.ir.builder import const
from adgen.ir.core import Arg, Atom, Const, IntItem, Value
from adgen.ir.types import ListT

ONE_TYPE = "the elements must be numbers, arrays, or tuples of them, of one type"


def split(value: AVal) -> tuple[Form | None, list[AVal]] | None:
    """An element's structure and leaves; None for what a list of run-time length cannot hold."""
    if isinstance(value, (Value, Const, Ref)):
        return None, [value]
    if not isinstance(value, Tup):
        return None
    parts = [split(item) for item in value.items]
    known = [p for p in parts if p is not None]
    if not known or len(known) < len(parts):
        return None
    return Form(tuple(f for f, _ in known), value.cls), [
        leaf for _, leaves in known for leaf in leaves
    ]


def rebuild(form: Form | None, leaves: Iterator[AVal]) -> AVal:
    """The element of a structure with these leaves."""
    if form is None:
        return next(leaves)
    return Tup(tuple(rebuild(f, leaves) for f in form.items), form.cls)


def element_types(run: Run) -> list[ListT]:
    return [cast(ListT, atom.type) for atom in run.atoms]


def new_item(m: Machine, run: Run, atoms: list[Atom], owner: Cell | None) -> AVal:
    """An element read from a list: its arrays may share memory with others of the list."""
    leaves = [fresh(m, atom) for atom in atoms]
    for leaf in leaves:
        if not isinstance(leaf, Ref):
            continue
        if owner is not None:
            m.state.join_list(owner, leaf.cell)
        for cell in run.sources:
            m.state.link(leaf.cell, cell)
    return rebuild(run.form, iter(leaves))


def list_item(m: Machine, run: Run, index: Atom, owner: Cell | None) -> AVal:
    """`run[index]` for an int."""
    if isinstance(index, Const):
        items, operands = (IntItem(int(index.value)),), ()
    else:
        items, operands = (IntItem(Arg(0)),), (index,)
    atoms: list[Atom] = [m.builder.emit("getitem", a, *operands, index=items) for a in run.atoms]
    return new_item(m, run, atoms, owner)


def to_run(m: Machine, items: tuple[AVal, ...]) -> Run:
    """A list of known length as one of run-time length."""
    run = same_types(m, items)
    if run is None:
        raise Refusal(f"a list is used here as one of run-time length; {ONE_TYPE}")
    return run


def same_types(m: Machine, items: tuple[AVal, ...]) -> Run | None:
    """The same for elements of one type; None where they differ."""
    parts = [split(item) for item in items]
    known = [p for p in parts if p is not None]
    if not known or len(known) < len(parts) or any(f != known[0][0] for f, _ in known):
        return None
    atoms: list[Atom] = []
    for column in zip(*(leaves for _, leaves in known), strict=True):
        values = [cast(Atom, number(m, leaf)) for leaf in column]
        element = common_type(values)
        if isinstance(element, str):
            return None
        atoms.append(m.builder.emit("list", *(recast(v, element) for v in values), element=element))
    sources = frozenset(
        leaf.cell for _, leaves in known for leaf in leaves if isinstance(leaf, Ref)
    )
    return Run(tuple(atoms), known[0][0], sources)


# Methods


def list_append(m: Machine, owner: ListV, value: AVal) -> None:
    held = content(m, owner.cell)
    if not isinstance(held, Run):
        set_content(m, owner.cell, (*held, value))
        return
    parts = split(value)
    if parts is None or parts[0] != held.form:
        raise Refusal(f"appending {m.describe(value)} to this list of run-time length: {ONE_TYPE}")
    atoms = [cast(Atom, number(m, leaf)) for leaf in parts[1]]
    for atom, kept in zip(atoms, element_types(held), strict=True):
        _check_element(atom, kept)
    made = tuple(m.builder.emit("append", xs, x) for xs, x in zip(held.atoms, atoms, strict=True))
    set_content(m, owner.cell, Run(made, held.form, held.sources))
    for leaf in parts[1]:
        if isinstance(leaf, Ref):
            m.state.join_list(owner.cell, leaf.cell)


def _check_element(atom: Atom, kept: ListT) -> None:
    joint = join_types(Value(kept.element), atom)
    if isinstance(joint, str):
        raise Refusal(
            "the elements of this list differ in type: " + joint.format(name="an element")
        )


def list_extend(m: Machine, owner: ListV, values: AVal) -> None:
    from adgen.frontend.iterables import known_items

    items = known_items(m, values)
    if items is None:
        raise Refusal(
            "extending a list by one of run-time length is not supported", "append in a loop"
        )
    for item in items:
        list_append(m, owner, item)


def list_pop(m: Machine, owner: ListV, index: AVal | None) -> AVal:
    held = content(m, owner.cell)
    at_end = index is None or (isinstance(index, Const) and index.value == -1)
    if isinstance(held, Run):
        if not at_end:
            raise Refusal(
                "pop of an element in the middle of a list of run-time length is not supported"
            )
        pairs = [m.builder.emit_many("poplast", (atom,), {}) for atom in held.atoms]
        set_content(m, owner.cell, Run(tuple(rest for rest, _ in pairs), held.form, held.sources))
        return new_item(m, held, [last for _, last in pairs], owner.cell)
    position = -1 if at_end else known_position(const(-1) if index is None else index)
    if not -len(held) <= position < len(held):
        raise Refusal(f"pop index {position} is out of range: there are {len(held)} items")
    items = list(held)
    item = items.pop(position)
    set_content(m, owner.cell, tuple(items))
    return item


def known_position(index: AVal) -> int:
    match index:
        case Const(int() as k):
            return k
        case Value():
            raise NeedsStatic(
                index, "the index of a list must be known when compiling here", "use an array"
            )
        case _:
            raise Refusal("this is no index of a list")
