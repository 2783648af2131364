"""IR block -> imperative form: stacked outputs become lists that are pushed to.

Input: the block of an `ir.core.Function`. Output: a `form.Body` that computes the same. Stacked
outputs of one loop that are scanned by the same loops share one list of tuples; a step without
effect that nobody reads is left out.
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, field
from typing import Any, cast

from adgen.ir.core import Atom, Block, Op, Value, xs_groups
from adgen.ir.types import ListT, ObjectT
from adgen.unparse.form import LOOPS, Body, Step, bodies, is_pinned

TUPLE = ObjectT("tuple")


def build(block: Block, scalars: bool = True) -> Body:
    """The block in imperative form. `scalars`: whether arrays of rank 0 are NumPy scalars."""
    uses = Uses()
    uses.enter(block, None, 0)
    body = Builder(uses).body(block, tail=True)
    drop_dead(body)
    for inner in bodies(body):
        inner.scalars = scalars
    return body


@dataclass(slots=True)
class Uses:
    """Where each value is read: as an operand (with its position), or as a result of a block of an
    op.
    """

    args: dict[Value, list[tuple[Op, int]]] = field(
        default_factory=dict[Value, "list[tuple[Op, int]]"]
    )
    results: dict[Value, list[tuple[Op | None, int, int]]] = field(
        default_factory=dict[Value, "list[tuple[Op | None, int, int]]"]
    )

    def enter(self, block: Block, owner: Op | None, which: int) -> None:
        for op in block.ops:
            for i, atom in enumerate(op.args):
                if isinstance(atom, Value):
                    self.args.setdefault(atom, []).append((op, i))
            for i, inner in enumerate(op.blocks):
                self.enter(inner, op, i)
        for i, atom in enumerate(block.results):
            if isinstance(atom, Value):
                self.results.setdefault(atom, []).append((owner, which, i))

    def readers(self, value: Value) -> Hashable:
        """Equal for two lists that are only scanned, and always together; None for any other."""
        found: list[Hashable] = []
        for op, position in self.args.get(value, []):
            if op.name == "reverse_list":
                turned = self.readers(op.result)
                if turned is None:
                    return None
                found.append(("reverse", turned))
                continue
            if _scanned(op, position) is None:
                return None
            found.append(("scan", id(op)))
        for owner, which, position in self.results.get(value, []):
            if owner is None or not _is_stacked(owner, which, position):
                return None
            outer = owner.results[position]
            deeper = [self.readers(outer), *map(self.readers, self.elements(outer))]
            if None in deeper:
                return None
            found.append(("stack", id(owner), *deeper))
        return tuple(found)

    def elements(self, value: Value) -> list[Value]:
        """The params that stand for the elements of a list."""
        found: list[Value] = []
        for op, position in self.args.get(value, []):
            if op.name == "reverse_list":
                found += self.elements(op.result)
            index = _scanned(op, position)
            if index is not None:
                found.append(op.blocks[0].params[index])
        for owner, _, position in self.results.get(value, []):
            if owner is not None:
                found += [
                    e for p in self.elements(owner.results[position]) for e in self.elements(p)
                ]
        return found


def _scanned(op: Op, position: int) -> int | None:
    """The index of the param that a `for` sets from an operand, if that is a list."""
    if op.name != "for" or position < op.attrs["carry"]:
        return None
    at: int = op.attrs["carry"]
    for i, kind in enumerate(op.attrs["xs"]):
        if at == position:
            return op.attrs["carry"] + i if kind == "list" else None
        at += 3 if kind == "range" else 1
    return None


def _is_stacked(op: Op, which: int, position: int) -> bool:
    if op.name not in LOOPS or which != len(op.blocks) - 1:
        return False
    return op.attrs["carry"] <= position < op.attrs["carry"] + op.attrs.get("stack", 0)


@dataclass(slots=True)
class Group:
    """A list to push to: `elements` in one go."""

    kept: Value
    elements: list[Atom]


class Builder:
    def __init__(self, uses: Uses):
        self.uses = uses
        self.env: dict[Value, Atom] = {}
        self.layout: dict[Value, tuple[Value, int]] = {}
        """For a stacked output: the list that holds it, and its place in that list's tuples."""
        self.origin: dict[Value, Value] = {}
        """For a list of lists: the inner list that its elements are."""
        self.reversals: dict[Value, Value] = {}
        """The list that holds stacked outputs, read from its end."""

    def atom(self, atom: Atom) -> Atom:
        while isinstance(atom, Value) and atom in self.env:
            atom = self.env[atom]
        return atom

    def body(self, block: Block, tail: bool = False) -> Body:
        body = Body(list(block.params), [], [])
        last = block.ops[-1] if block.ops else None
        if tail and last is not None and last.name == "if":
            self.steps(block.ops[:-1], body)
            self.tail(last, block.results, body)
            return body
        self.steps(block.ops, body)
        body.results = [self.atom(a) for a in block.results]
        return body

    def tail(self, op: Op, results: tuple[Atom, ...], body: Body) -> None:
        """An `if` at the end of a function: each arm returns the function's results itself."""
        arms: list[Body] = []
        for arm in op.blocks:
            env = dict(zip(op.results, arm.results, strict=True))
            returned = tuple(env.get(a, a) if isinstance(a, Value) else a for a in results)
            arms.append(self.body(Block((), arm.ops, returned), tail=True))
        attrs = dict(op.attrs) | {"tail": True}
        body.steps.append(
            Step("if", [self.atom(a) for a in op.args], attrs, [], arms, op.span, op.loose)
        )

    def steps(self, ops: tuple[Op, ...], body: Body) -> None:
        for op in ops:
            if op.name in LOOPS:
                self.loop(op, body)
                continue
            if op.name == "reverse_list" and op.args[0] in self.layout:
                self.reverse(op, body)
                continue
            args = [self.atom(a) for a in op.args]
            blocks = [self.body(b) for b in op.blocks]
            body.steps.append(
                Step(op.name, args, dict(op.attrs), list(op.results), blocks, op.span, op.loose)
            )

    def reverse(self, op: Op, body: Body) -> None:
        """Reverse a list that holds stacked outputs: once for all of them."""
        source = cast(Value, op.args[0])
        kept, slot = self.layout[source]
        if kept not in self.reversals:
            self.reversals[kept] = made = Value(kept.type)
            body.steps.append(Step(op.name, [kept], {}, [made], [], op.span, op.loose))
        self.env[op.result] = self.reversals[kept]
        self.layout[op.result] = self.reversals[kept], slot
        if source in self.origin:
            self.origin[op.result] = self.origin[source]

    def loop(self, op: Op, body: Body) -> None:
        carry, stack = int(op.attrs["carry"]), int(op.attrs.get("stack", 0))
        attrs: dict[str, Any] = dict(op.attrs)
        args = [self.atom(a) for a in op.args[:carry]]
        block = op.blocks[-1]
        params = list(block.params[:carry])
        if op.name == "for":
            args += self.scan(op, carry, attrs, params)
        inner = self.body(Block(tuple(params), block.ops, block.results))
        groups = self.groups(op, inner.results[carry : carry + stack])
        inner.results[carry : carry + stack] = []
        for group in groups:
            body.steps.append(Step("newlist", [], {}, [group.kept], [], op.span, op.loose))
            push(group, inner)
        blocks = [self.body(b) for b in op.blocks[:-1]] + [inner]
        body.steps.append(
            Step(op.name, args, attrs, list(op.results[:carry]), blocks, op.span, op.loose)
        )

    def groups(self, op: Op, elements: list[Atom]) -> list[Group]:
        """The lists of a loop; notes where each stacked output will be found."""
        carry = int(op.attrs["carry"])
        by_readers: dict[Hashable, list[int]] = {}
        for i in range(len(elements)):
            value = op.results[carry + i]
            if value in self.uses.args or value in self.uses.results:
                by_readers.setdefault(self.uses.readers(value) or ("alone", i), []).append(i)
        return [self.group(op, elements, members) for members in by_readers.values()]

    def group(self, op: Op, elements: list[Atom], members: list[int]) -> Group:
        carry = int(op.attrs["carry"])
        first = op.results[carry + members[0]]
        unique: list[Atom] = []
        for i in members:
            if elements[i] not in unique:
                unique.append(elements[i])
        one = len(unique) == 1
        kept = Value(
            first.type if one else ListT(TUPLE),
            "kept" if op.loose or len(members) > 1 or not first.name else first.name,
        )
        for i in members:
            value, element = op.results[carry + i], op.blocks[-1].results[carry + i]
            self.env[value] = kept
            self.layout[value] = kept, unique.index(elements[i])
            if isinstance(element, Value):
                self.origin[value] = element
        return Group(kept, unique)

    def scan(self, op: Op, carry: int, attrs: dict[str, Any], params: list[Value]) -> list[Atom]:
        """Operands of a `for`'s xs; lists that share an object become one xs of several params."""
        kinds: list[str] = []
        operands: list[list[Atom]] = []
        found: list[dict[int, Value]] = []
        at: dict[Value, int] = {}
        for i, (kind, group) in enumerate(zip(op.attrs["xs"], xs_groups(op), strict=True)):
            param = op.blocks[0].params[carry + i]
            source = group[0] if kind == "list" else None
            kept, slot = (
                self.layout.get(source, (None, 0)) if isinstance(source, Value) else (None, 0)
            )
            if kept is None or kept not in at:
                kinds.append(kind)
                operands.append([kept] if kept is not None else [self.atom(a) for a in group])
                found.append({})
            where = len(kinds) - 1 if kept is None else at.setdefault(kept, len(kinds) - 1)
            self.stand_in(param, source, found[where].setdefault(slot, param))
        params += [slots[s] for slots in found for s in sorted(slots)]
        attrs["xs"], attrs["widths"] = tuple(kinds), tuple(map(len, found))
        return [a for group in operands for a in group]

    def stand_in(self, param: Value, source: Atom | None, twin: Value) -> None:
        """`param` is set to an element of `source`, as `twin` is (which may be itself)."""
        if param is not twin:
            self.env[param] = twin
        inner = self.origin.get(source) if isinstance(source, Value) else None
        if inner is not None and inner in self.layout:
            self.layout[param] = twin, self.layout[inner][1]
            if inner in self.origin:
                self.origin[param] = self.origin[inner]


def push(group: Group, inner: Body) -> None:
    """Push right after the last of the elements is made; a list, when it is full."""
    where = 0
    for i, step in enumerate(inner.steps):
        if any(r in group.elements for r in step.results) or pushes_to(step, group.elements):
            where = i + 1
    inner.steps.insert(where, Step("push", [group.kept, *group.elements], {}, []))


def pushes_to(step: Step, lists: list[Atom]) -> bool:
    """Whether a step pushes to one of the lists, anywhere inside it."""
    return any(
        inner.name == "push" and inner.args[0] in lists
        for block in step.blocks
        for body in bodies(block)
        for inner in body.steps
    )


def drop_dead(body: Body) -> None:
    """Remove steps without effect whose results nobody reads."""
    live: set[Atom] = set()
    for inner in bodies(body):
        live.update(inner.results)
    _drop(body, live)


def _drop(body: Body, live: set[Atom]) -> None:
    kept: list[Step] = []
    for step in reversed(body.steps):
        if _is_live(step, live):
            live.update(step.args)
            for inner in reversed(step.blocks):
                _drop(inner, live)
            kept.append(step)
    body.steps = kept[::-1]


def _is_live(step: Step, live: set[Atom]) -> bool:
    if step.attrs.get("tail") or is_pinned(step) or any(r in live for r in step.results):
        return True
    if step.name == "push":
        return step.args[0] in live
    return any(
        _is_live(inner, live)
        for block in step.blocks
        for inner in block.steps
        if inner.name == "push" or inner.blocks
    )
