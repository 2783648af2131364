"""Reading and writing arrays: a reference is a buffer's cell and the path of views that leads to
the array.

Reading gives the SSA value of the current version. Writing through a view gives the buffer a new
version, by undoing the path step by step: `set(base, p1, set(get(base, p1), p2, v))`. Views that
may be copies (`reshape` of an array whose layout is not known) get a cell of their own, linked to
the first, so that a write to one makes the other stale.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np

from adgen.errors import Refusal
from adgen.frontend.joint_types import join_types
from adgen.frontend.machine import Machine
from adgen.frontend.values import AVal, Cell, Choice, ListV, Path, Ref, Run, Stale, Step, christen
from adgen.ir.core import Atom, Block, Const, EllipsisItem, Op, Value, is_basic
from adgen.ir.types import ArrayT, ListT, Type, dims_of, dtype_of, is_number
from adgen.rules.table import rule_of

SAME_ORDER = ("reshape", "expand_dims", "squeeze")
"""Views that are in C order and without gaps where the buffer is."""
READ_ONLY = ("broadcast", "diagonal", "real", "imag")


def content(m: Machine, cell: Cell) -> Any:
    """What a cell holds now."""
    held = m.foreign[cell] if cell.foreign else m.state.store[cell]
    if isinstance(held, Stale):
        name = cell.hint or "this value"
        if held.message:
            hint = held.hint or "bind it to the same kind of value on every path"
            raise Refusal(held.message.format(name=name), hint)
        raise Refusal(
            f"{name} may or may not have changed when {held.reason or 'an alias'} was modified",
            "make one of them a copy: write .copy() where it is made",
        )
    return held


def read(m: Machine, ref: Ref) -> Atom:
    """The SSA value of an array's current version."""
    base: Atom = content(m, ref.cell)
    if not ref.path:
        return base
    kept = m.state.views.get((ref.cell, ref.path))
    if kept is not None and kept[0] is base:
        return kept[1]
    inner = read(m, Ref(ref.cell, ref.path[:-1]))
    value = apply(m, ref.path[-1], inner)
    m.state.views[ref.cell, ref.path] = (base, value)
    return value


def apply(m: Machine, step: Step, base: Atom) -> Value:
    return m.builder.emit(step.name, base, *step.args, **dict(step.attrs))


def write(m: Machine, ref: Ref, new: Atom) -> None:
    """Store a value of the array's own shape and dtype into it."""
    check_writable(ref)
    for position in range(len(ref.path) - 1, -1, -1):
        base = read(m, Ref(ref.cell, ref.path[:position]))
        new = undo(m, ref.path[position], base, new)
    if ref.path and ref.path[0].name != "getitem":  # the buffer keeps its layout, and so its sums
        new = whole_set(m, read(m, Ref(ref.cell, ())), new)
    set_content(m, ref.cell, new)


def set_content(m: Machine, cell: Cell, new: Any) -> None:
    """A new version of what a cell holds."""
    if cell.foreign:
        refuse_foreign(cell)
    if isinstance(new, Value):
        christen(new, cell.hint)
    before = dict(m.state.store)
    m.state.store[cell] = new
    m.state.wrote(cell)
    if m.state.choices:
        follow_choices(m, cell, before)


def refuse_foreign(cell: Cell) -> None:
    raise Refusal(
        f"{cell.foreign} comes from outside of the function and is modified here",
        f"modify a copy: {cell.hint or 'x'} = {cell.foreign}.copy()",
    )


# Buffers that are one of two others


def follow_choices(m: Machine, cell: Cell, before: dict[Cell, Any]) -> None:
    """After a write to a cell: what those hold that it is one of, or that are it on some path, nearest first."""
    done, todo = {cell}, [cell]
    while todo:
        near = todo.pop(0)
        for joint, choice in list(m.state.choices.items()):
            roots = [r.cell for r in (choice.then, choice.other) if r is not None]
            targets = roots if joint is near else [joint] if near in roots else []
            for target in dict.fromkeys(targets):
                if target.foreign:
                    refuse_foreign(target)
                if target not in done and isinstance(before.get(target), (Value, Const)):
                    m.state.store[target] = before[target]
                    m.state.store[target] = made = through_choice(m, choice, joint, target)
                    christen(made, target.hint)
                    done.add(target)
                    todo.append(target)


def through_choice(m: Machine, choice: Choice, joint: Cell, target: Cell) -> Value:
    """What the target holds: where it is the array chosen, what has been written; else what it held."""

    def arm(ref: Ref | None) -> Atom:
        if target is joint:
            return cast(Atom, m.state.store[joint]) if ref is None or ref.cell not in m.state.store else read(m, ref)
        if ref is None or ref.cell is not target:
            return cast(Atom, m.state.store[target])
        new = cast(Atom, m.state.store[joint])
        for position in range(len(ref.path) - 1, -1, -1):
            new = undo(m, ref.path[position], read(m, Ref(target, ref.path[:position])), new)
        return new

    return either(m, choice.condition, lambda: arm(choice.then), lambda: arm(choice.other))


def either(m: Machine, condition: Atom, then: Callable[[], Atom], other: Callable[[], Atom]) -> Value:
    """One of two values, each computed only where it is asked for."""
    outer, views = m.builder, m.state.views
    blocks: list[Block] = []
    for make in (then, other):
        m.builder, m.state.views = outer.nested(), dict(views)
        try:
            value = make()
            blocks.append(m.builder.block((), (value,)))
        finally:
            m.builder, m.state.views = outer, views
    (first,), (second,) = (b.results for b in blocks)
    joint = join_types(first, second)
    if isinstance(joint, str):
        raise Refusal(joint.format(name="an array"), "make one of them a copy: write .copy() where it is made")
    result = Value(joint)
    m.builder.append(Op("if", (condition,), {}, (result,), tuple(blocks), m.builder.span))
    return result


def check_writable(ref: Ref) -> None:
    for step in ref.path:
        if step.name in READ_ONLY:
            raise Refusal(f"a result of {step.name} is read-only", "write .copy() where it is made")


def undo(m: Machine, step: Step, base: Atom, new: Atom) -> Value:
    """The base in which the view that `step` leads to has the value `new`."""
    attrs = dict(step.attrs)
    match step.name:
        case "getitem":
            return m.builder.emit("setitem", base, new, *step.args, index=attrs["index"])
        case "transpose":
            axes = attrs["axes"]
            back = None if axes is None else tuple(axes.index(k) for k in range(len(axes)))
            return m.builder.emit("transpose", new, axes=back)
        case "expand_dims":
            return m.builder.emit("squeeze", new, axis=attrs["axis"])
        case "squeeze":
            return m.builder.emit("expand_dims", new, axis=attrs["axis"])
        case "reshape":
            return m.g.reshape(new, m.g.shape(base)).atom  # type: ignore[return-value]
        case _:
            raise Refusal(
                f"writing through a result of {step.name} is not supported",
                "write .copy() where it is made",
            )


# New arrays


def fresh(m: Machine, atom: Atom, hint: str = "", contiguous: bool = False) -> AVal:
    """A new number: an array gets a buffer of its own, a scalar is a value."""
    if isinstance(atom.type, ListT):
        return new_list(m, Run((atom,)), hint)
    if not is_mutable(atom.type):
        return atom
    return new_buffer(m, atom, hint, contiguous)


def is_mutable(t: Type) -> bool:
    return isinstance(t, ArrayT) and t.dims != ()


def new_buffer(m: Machine, atom: Atom, hint: str = "", contiguous: bool = False) -> Ref:
    dims = dims_of(atom.type)
    cell = Cell(hint, contiguous or (dims is not None and len(dims) == 1))
    m.state.store[cell] = atom
    return Ref(cell)


def new_list(m: Machine, held: tuple[AVal, ...] | Run, hint: str = "") -> ListV:
    cell = Cell(hint)
    m.state.store[cell] = held
    return ListV(cell)


# Views


def view(m: Machine, ref: Ref, made: Atom, ops: list[Op]) -> AVal | None:
    """The result of ops on an array as a view of it; None where it is not one.

    `ops` were emitted to make it.
    """
    steps = steps_between(read(m, ref), made, ops)
    if steps is None:
        return None
    return follow(m, ref, steps, made) if is_mutable(made.type) else made


def steps_between(base: Atom, made: Atom, ops: list[Op]) -> Path | None:
    """The views that lead from one value to another by some of the ops."""
    steps: list[Step] = []
    by_result = {result: op for op in ops for result in op.results}
    at = made
    while at is not base:
        op = by_result.get(at) if isinstance(at, Value) else None
        if op is None or not rule_of(op.name).view:
            return None
        if op.name == "getitem" and not is_basic(op.attrs["index"]):
            return None
        sure = op.name == "reshape" and splits_an_axis(op.args[0].type, op.result.type)
        steps.append(Step(op.name, op.args[1:], tuple(op.attrs.items()), sure))
        at = op.args[0]
    return tuple(reversed(steps))


def splits_an_axis(base: Type, made: Type) -> bool:
    """Whether a reshape leaves all axes as they are but one, which becomes two."""
    before, after = (t.dims if isinstance(t, ArrayT) else None for t in (base, made))
    if before is None or after is None or len(after) != len(before) + 1:
        return False
    return any(before[:k] == after[:k] and before[k + 1 :] == after[k + 2 :] for k in range(len(before)))


def follow(m: Machine, ref: Ref, steps: Path, made: Atom) -> Ref:
    """The view that more steps lead to; a linked buffer from a reshape on that may be a copy."""
    contiguous = ref.cell.contiguous and all(step.name in SAME_ORDER for step in ref.path)
    for step in steps:
        if step.name == "reshape" and not contiguous and not step.sure:
            return linked(m, ref, made)
    if isinstance(made, Value) and steps:
        m.state.views[ref.cell, ref.path + steps] = (content(m, ref.cell), made)
    return Ref(ref.cell, ref.path + steps)


def linked(m: Machine, ref: Ref, made: Atom) -> Ref:
    """A buffer that may share memory with an array's."""
    new = new_buffer(m, made)
    new.cell.contiguous = False
    link(m, new.cell, ref.cell)
    return new


def link(m: Machine, a: Cell, b: Cell) -> None:
    """a may share memory with b, and with all that b may share with."""
    for other in (b, *m.state.alias.get(b, ())):
        m.state.link(a, other)


# Numbers of any kind


def number(m: Machine, value: AVal) -> Atom | None:
    """The SSA value of a number or array; None for anything else."""
    match value:
        case Value() | Const():
            return value
        case Ref():
            return read(m, value)
        case _:
            return None


def need_number(m: Machine, value: AVal) -> Atom:
    atom = number(m, value)
    if atom is None or not is_number(atom.type):
        raise Refusal(f"expected a number or an array, got {m.describe(value)}", "give a number or an array")
    return atom


def store_into(m: Machine, ref: Ref, value: Atom) -> None:
    """`ref[...] = value`, where value has (after a cast) the array's shape."""
    base = read(m, ref)
    check_same_kind(value.type, base.type)
    if value.type != base.type:
        if dims_of(base.type) == () == dims_of(value.type):
            value = m.builder.emit("convert", value, dtype=dtype_of(base.type))
        elif dtype_of(value.type) != dtype_of(base.type) and dims_of(value.type) == dims_of(
            base.type
        ):
            value = m.builder.emit("convert", value, dtype=dtype_of(base.type))
        else:
            value = whole_set(m, base, value)
    write(m, ref, value)


def whole_set(m: Machine, base: Atom, value: Atom) -> Value:
    return m.builder.emit("setitem", base, value, index=(EllipsisItem(),))


def check_same_kind(given: Type, kept: Type) -> None:
    """NumPy's rule for storing the result of an in-place operation."""
    source, target = np.dtype(dtype_of(given)), np.dtype(dtype_of(kept))
    if not np.can_cast(source, target, "same_kind"):
        raise Refusal(
            f"an array of dtype {target} cannot be updated in place with values of dtype {source}",
            "make it a float array, or write x = x + y",
        )
