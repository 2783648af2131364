"""Decides which values are written inside their reader's expression.

Input: a `form.Body` after `buffers`. Output: {value: the step that makes it} for each value that needs no name. A value is folded
if it is read once, in the body that makes it, and moving it there passes no update of memory that it reads and no end of a
variable that it reads; if the user gave it no name; and if the line stays short. Sizes (`len(x)`) may be folded into
several readers. A small `if` whose arms are one expression each is folded as a conditional expression.
"""
from __future__ import annotations

from collections.abc import Iterable

from adgen.ir.core import EFFECTS, Atom, Const, Value
from adgen.ir.types import ScalarT, is_scalar
from adgen.unparse.aliases import Aliases
from adgen.unparse.form import LOOPS, MUTATORS, Body, Step, carried_results, carries, walk
from adgen.unparse.liveness import Liveness

WIDTH = 92
STATEMENTS = MUTATORS | LOOPS | EFFECTS | {"newlist", "list", "if"}
SIZES = frozenset({"shape", "dim", "size", "ndim", "listlen"})
TWICE = frozenset({"safe_div"})
"""Ops that print an operand twice: those must be variables."""


def fold(body: Body) -> dict[Value, Step]:
    """The values of a function's body that are folded."""
    folder = Folder(body)
    folder.body(body, 1)
    return folder.folded


class Folder:
    def __init__(self, body: Body):
        self.aliases, self.live = Aliases(body), Liveness(body)
        self.params = set(body.params)
        self.folded: dict[Value, Step] = {}
        self.width: dict[Value, int] = {}
        self.reads: dict[Value, int] = {}
        """Buffers that a folded value's expression reads."""
        self.leaves: dict[Value, frozenset[Value]] = {}
        self.uses: dict[Value, int] = {}
        for atom in every_read(body):
            if isinstance(atom, Value):
                self.uses[atom] = self.uses.get(atom, 0) + 1

    def body(self, body: Body, depth: int, kills: dict[Value, Value] | None = None) -> None:
        """`kills`: for what a loop's body carries on, the param that ends with it."""
        scan = Scan(self, body, depth, kills or {})
        for at, step in enumerate(body.steps):
            self.inner(step, depth)
            scan.step(at, step)
        if body.steps and not body.steps[-1].attrs.get("tail") or body.results:
            scan.ending()

    def inner(self, step: Step, depth: int) -> None:
        match step.name:
            case "for":
                self.body(step.blocks[0], depth + 1, kills_of(step))
            case "while":
                self.condition(step.blocks[0], depth)
                self.body(step.blocks[1], depth + 1, kills_of(step))
            case "if":
                tail = step.attrs.get("tail")
                for i, block in enumerate(step.blocks):
                    self.body(block, depth + (0 if tail and i else 1))
            case _:
                pass

    def condition(self, body: Body, depth: int) -> None:
        """A loop's condition: folded as a whole where every step is an expression."""
        scan = Scan(self, body, depth, {})
        scan.eager = True
        for at, step in enumerate(body.steps):
            scan.step(at, step)
        scan.ending()

    def size_is_at_hand(self, step: Step, reader: Step | None) -> bool:
        """Whether a size can be asked for again without keeping anything alive for it."""
        source = step.args[0]
        return isinstance(source, Const) or source in self.params or (
            reader is not None and source in self.live.after[reader])


def every_read(body: Body) -> Iterable[Atom]:
    yield from body.results
    for step in walk(body):
        yield from step.args
        for block in step.blocks:
            yield from block.results


def kills_of(loop: Step) -> dict[Value, Value]:
    params = loop.blocks[-1].params
    return {r: params[i] for i, r in enumerate(carried_results(loop)) if isinstance(r, Value)}


class Scan:
    """One body, in order."""

    def __init__(self, folder: Folder, body: Body, depth: int, kills: dict[Value, Value]):
        self.folder, self.body_, self.depth, self.kills = folder, body, depth, kills
        self.eager = False
        self.made: dict[Value, tuple[int, Step]] = {}
        """Candidates: values made here by an expression."""
        self.updates: list[tuple[int, int]] = []
        """Where memory is written to: (index, buffers)."""
        self.ends: list[tuple[int, Value]] = []
        """Where a variable gets its next value."""

    def step(self, at: int, step: Step) -> None:
        self.take_operands(at, step)
        written = self.written(step)
        if written:
            self.updates.append((at, written))
        self.ends += [(at, self.kills[r]) for r in step.results if r in self.kills]
        if len(step.results) == 1 and self.is_expression(step):
            self.made[step.result] = at, step

    def is_expression(self, step: Step) -> bool:
        if step.name == "if":
            return self.is_choice(step)
        return step.name not in STATEMENTS

    def is_choice(self, step: Step) -> bool:
        """Whether an `if` can be a conditional expression."""
        folded = self.folder.folded
        if not is_scalar(step.result.type) or not all(is_scalar(b.results[0].type) for b in step.blocks):
            return False
        if any(s.result not in folded for b in step.blocks for s in b.steps if s.results):
            return False
        if any(not s.results for b in step.blocks for s in b.steps):
            return False
        return sum(self.length(b.results[0]) for b in step.blocks) + self.length(step.args[0]) < 64

    def written(self, step: Step) -> int:
        """The buffers that a step writes to, here or inside."""
        own = self.folder.aliases.own_of
        found = own(step.args[0]) if step.name in MUTATORS else 0
        for block in step.blocks:
            for inner in walk(block):
                if inner.name in MUTATORS:
                    found |= own(inner.args[0])
        return found

    def take_operands(self, at: int, step: Step) -> None:
        """Fold what the step can take into its expression, the shortest first."""
        operands = self.foldable(step)
        room = WIDTH - 4 * self.depth - self.overhead(step)
        plain = [a for a in step.args if a not in operands]
        room -= sum(self.length(a) for a in plain)
        ready = [(self.candidate_length(v), i, v) for i, v in enumerate(operands) if self.can_move(v, at, step)]
        refused = len(operands) - len(ready)
        room -= 3 * refused + 3 * len(ready)
        for length, _, value in sorted(ready):
            if length - 3 > room:
                break
            room -= length - 3
            self.accept(value)

    def foldable(self, step: Step) -> list[Value]:
        """The operands that are written as part of the step's expression."""
        if step.name in LOOPS:
            args: list[Atom] = step.args[carries(step):]
        elif step.name in MUTATORS:
            args = step.args[1:]
        elif step.name in TWICE:
            return []
        else:
            args = step.args
        return list(dict.fromkeys(a for a in args if isinstance(a, Value) and a in self.made))

    def can_move(self, value: Value, at: int | None, reader: Step | None) -> bool:
        made_at, maker = self.made[value]
        if maker.name in SIZES and not value.name:
            return self.folder.size_is_at_hand(maker, reader)
        if self.folder.uses.get(value, 0) != 1 or (value.name and not self.may_lose_name(maker, reader)):
            return False
        return not self.is_crossed(value, maker, made_at, len(self.body_.steps) if at is None else at)

    def may_lose_name(self, maker: Step, reader: Step | None) -> bool:
        """A name of the user's own stays; one that a transform made stays at the end of its group."""
        if self.eager:
            return True
        if not maker.loose:
            return False
        if reader is None:
            return True
        lines = [s.span.line if s.span else None for s in (maker, reader)]
        return lines[0] == lines[1] and reader.name not in ("push",)

    def is_crossed(self, value: Value, maker: Step, start: int, stop: int) -> bool:
        reads = self.read_by(maker)
        for at, buffers in reversed(self.updates):
            if at <= start:
                break
            if at < stop and buffers & reads:
                return True
        leaves = self.leaves_of(maker)
        return any(start < at < stop and v in leaves for at, v in self.ends)

    def read_by(self, step: Step) -> int:
        """Buffers that the step's expression reads."""
        found = 0
        for atom in inputs(step):
            if isinstance(atom, Value) and atom in self.folder.folded:
                found |= self.folder.reads[atom]
            found |= self.folder.aliases.reach(atom)
        return found

    def leaves_of(self, step: Step) -> frozenset[Value]:
        found: set[Value] = set()
        for atom in inputs(step):
            if isinstance(atom, Value):
                found |= self.folder.leaves.get(atom, frozenset((atom,)))
        return frozenset(found)

    def accept(self, value: Value) -> None:
        folder = self.folder
        _, maker = self.made[value]
        folder.width[value] = self.candidate_length(value)
        folder.reads[value], folder.leaves[value] = self.read_by(maker), self.leaves_of(maker)
        folder.folded[value] = maker

    def candidate_length(self, value: Value) -> int:
        _, maker = self.made[value]
        return self.overhead(maker) + sum(map(self.length, inputs(maker)))

    def length(self, atom: Atom) -> int:
        """About how long an atom prints."""
        if isinstance(atom, Const):
            return min(len(repr(atom.value)), 12) if not atom.name else len(atom.name)
        return self.folder.width.get(atom) or len(atom.name) or 2

    def overhead(self, step: Step) -> int:
        """About how long a step prints without its operands."""
        if step.name in MUTATORS or step.name == "getitem":
            return 10 + 4 * len(step.attrs.get("index", ()))
        own = len(step.results[0].name) + 3 if step.results else 0
        return own + 4 if len(step.name) < 4 else own + len(step.name) + 6

    def ending(self) -> None:
        """Fold into the body's results."""
        body = self.body_
        is_return = self.depth >= 1 and not self.kills and self.is_returned()
        if not (self.eager or is_return):
            self.arms()
            return
        many = sum(isinstance(a, Value) for a in body.results) > 1
        for atom in body.results:
            if isinstance(atom, Value) and atom in self.made and self.can_move(atom, None, None):
                if many and (atom.name or self.candidate_length(atom) > 24):
                    continue
                self.accept(atom)

    def is_returned(self) -> bool:
        return self.body_ in self.returned()

    def returned(self) -> list[Body]:
        return []

    def arms(self) -> None:
        return


def inputs(step: Step) -> list[Atom]:
    """What a step's expression reads: its operands, and the results of a conditional expression's arms."""
    return [*step.args, *(a for block in step.blocks for a in block.results)]


_ = ScalarT
