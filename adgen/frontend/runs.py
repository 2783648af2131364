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
from adgen.ir.core import Arg, Atom, Const, IntItem, SliceItem, Value
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
        raise Refusal(
            f"a list is used here as one of run-time length; {ONE_TYPE}",
            "give all its elements one type, or use several lists",
        )
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
        raise Refusal(
            f"appending {m.describe(value)} to this list of run-time length: {ONE_TYPE}",
            "give all its elements one type, or use several lists",
        )
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
            "the elements of this list differ in type: " + joint.format(name="an element"),
            "give all its elements one type, or use several lists",
        )


def run_set(m: Machine, owner: ListV, run: Run, index: AVal, value: AVal) -> None:
    """`owner[index] = value` in a list of run-time length."""
    parts = split(value)
    if parts is None or parts[0] != run.form or not isinstance(index, (Value, Const)):
        raise Refusal(f"storing {m.describe(value)} into this list of run-time length: {ONE_TYPE}", "use an array")
    items, operands = ((IntItem(int(index.value)),), ()) if isinstance(index, Const) else ((IntItem(Arg(0)),), (index,))
    made: list[Atom] = []
    for kept, leaf in zip(run.atoms, parts[1], strict=True):
        atom = cast(Atom, number(m, leaf))
        _check_element(atom, cast(ListT, kept.type))
        stored = recast(atom, cast(ListT, kept.type).element)
        made.append(m.builder.emit("setitem", kept, stored, *operands, index=items))
    set_content(m, owner.cell, Run(tuple(made), run.form, run.sources))
    for leaf in parts[1]:
        if isinstance(leaf, Ref):
            m.state.join_list(owner.cell, leaf.cell)


def list_extend(m: Machine, owner: ListV, values: AVal) -> None:
    from adgen.frontend.iterables import known_items

    items = known_items(m, values)
    if items is None and isinstance(values, ListV):
        held = content(m, owner.cell)
        before: tuple[Run | None, tuple[AVal, ...]] = (held, ()) if isinstance(held, Run) else (None, held)
        set_content(m, owner.cell, joined_runs(m, before[0], content(m, values.cell), before[1]))
        return
    if items is None:
        raise Refusal(
            f"extending a list by {m.describe(values)} is not supported", "append in a loop"
        )
    for item in items:
        list_append(m, owner, item)


def joined_runs(m: Machine, first: Run | None, second: Run, before: tuple[AVal, ...] = ()) -> Run:
    """One list after another: the elements of the second are appended in a loop. The first may be of known length."""
    if first is None:
        first = same_types(m, before) if before else None
    if first is None and before or first is not None and first.form != second.form:
        raise Refusal(f"these lists cannot be joined; {ONE_TYPE}", "keep two lists")
    if first is None:
        return second
    made: list[Atom] = []
    for kept, more in zip(first.atoms, second.atoms, strict=True):
        _check_element(Value(cast(ListT, more.type).element), cast(ListT, kept.type))
        carried, element = Value(kept.type), Value(cast(ListT, more.type).element)
        inner = m.builder.nested()
        longer = inner.emit("append", carried, element)
        attrs = {"carry": 1, "stack": 0, "xs": ("list",), "reverse": False, "breaks": False}
        block = inner.block((carried, element), (longer,))
        made += m.builder.region("for", (kept, more), attrs, (block,), (kept.type,))
    return Run(tuple(made), first.form, first.sources | second.sources)


def list_pop(m: Machine, owner: ListV, index: AVal | None) -> AVal:
    held = content(m, owner.cell)
    at_end = index is None or (isinstance(index, Const) and index.value == -1)
    if isinstance(held, Run):
        if not at_end:
            return pop_at(m, owner, held, cast(AVal, index))
        pairs = [m.builder.emit_many("poplast", (atom,), {}) for atom in held.atoms]
        set_content(m, owner.cell, Run(tuple(rest for rest, _ in pairs), held.form, held.sources))
        return new_item(m, held, [last for _, last in pairs], owner.cell)
    position = -1 if at_end else known_position(const(-1) if index is None else index)
    if not -len(held) <= position < len(held):
        raise Refusal(f"pop index {position} is out of range: there are {len(held)} items", "pop an item that is there")
    items = list(held)
    item = items.pop(position)
    set_content(m, owner.cell, tuple(items))
    return item


def pop_at(m: Machine, owner: ListV, held: Run, index: AVal) -> AVal:
    """An element at another place than the end: the list is joined of what is before and behind it."""
    if not isinstance(index, Const) or index.value < 0:
        raise Refusal(
            "pop of an element in the middle of a list of run-time length is not supported",
            "pop from the end, or from a place that is known when compiling",
        )
    at = int(index.value)
    item = list_item(m, held, index, owner.cell)
    behind = Run(tuple(_part(m, a, SliceItem(at + 1, None)) for a in held.atoms), held.form, held.sources)
    if at == 0:
        set_content(m, owner.cell, behind)
        return item
    before = Run(tuple(_part(m, a, SliceItem(None, at)) for a in held.atoms), held.form, held.sources)
    set_content(m, owner.cell, joined_runs(m, before, behind))
    return item


def _part(m: Machine, atom: Atom, item: SliceItem) -> Atom:
    return m.builder.emit("getitem", atom, index=(item,))


def known_position(index: AVal) -> int:
    match index:
        case Const(int() as k):
            return k
        case Value():
            raise NeedsStatic(
                index, "the index of a list must be known when compiling here", "use an array"
            )
        case _:
            raise Refusal("this is no index of a list", "index it by an int or a slice")
