"""Decides which values are written inside their reader's expression.

Input: a `form.Body` after `buffers`. Output: {value: the step that makes it} for each value
that needs no name. A value is folded if it is read once, in the body that makes it, and moving
it there passes no update of memory that it reads and no end of a variable that it reads; if the
user gave it no name; and if the line stays short. Sizes (`len(x)`) may be folded into several
readers. A small `if` whose arms are one expression each is folded as a conditional expression.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from adgen.ir.core import EFFECTS, UNDEF, Atom, Const, IntItem, SliceItem, Value
from adgen.ir.types import is_number, is_scalar, rank_of
from adgen.rules.table import RULES
from adgen.unparse.aliases import Aliases
from adgen.unparse.form import (
    LOOPS,
    MUTATORS,
    Body,
    Step,
    carried_results,
    carries,
    is_pinned,
    targets,
    walk,
)
from adgen.unparse.liveness import Liveness

WIDTH = 92
CHOICE_WIDTH = 60
STATEMENTS = MUTATORS | LOOPS | EFFECTS | {"newlist", "list", "if"}
SIZES = frozenset({"shape", "dim", "size", "ndim", "listlen"})
AT_HAND = SIZES | {"transpose"}
"""What is rather asked of an argument again than given a name."""
TWICE = frozenset({"safe_div"})
"""Ops that print an operand twice: those must be variables."""


@dataclass(slots=True)
class Folded:
    """What `fold` decides."""

    aliases: Aliases
    steps: dict[Value, Step] = field(default_factory=dict[Value, Step])
    """The values without a name of their own, with the steps that make them."""
    choices: set[Step] = field(default_factory=set[Step])
    """The `if`s that are written as conditional expressions."""


def fold(body: Body) -> Folded:
    """The values of a function's body that are folded."""
    folder = Folder(body)
    folder.body(body, 1, "return")
    return folder.found


class Folder:
    """The whole function: what the scans of its bodies share."""

    def __init__(self, body: Body):
        self.aliases, self.live = Aliases(body), Liveness(body)
        self.found = Folded(self.aliases)
        self.width: dict[Value, int] = {}
        self.reads: dict[Value, int] = {}
        """Buffers that a folded value's expression reads."""
        self.leaves: dict[Value, frozenset[Value]] = {}
        self.uses: dict[Value, int] = {}
        for atom in every_read(body):
            if isinstance(atom, Value):
                self.uses[atom] = self.uses.get(atom, 0) + 1
        self.loose = {r for step in walk(body) if step.loose for r in step.results}
        self.asked_of_params(body)

    def asked_of_params(self, body: Body) -> None:
        """Sizes and transposes of arguments are at hand everywhere, however often they are read."""
        params: set[Atom] = set(body.params)
        for step in walk(body):
            if (
                step.name in AT_HAND
                and not step.result.name
                and (step.args[0] in params or isinstance(step.args[0], Const))
            ):
                self.accept(step.result, step, 12)

    def accept(self, value: Value, maker: Step, width: int) -> None:
        self.found.steps[value] = maker
        self.width[value] = width
        self.reads[value], self.leaves[value] = self.read_by(maker), self.leaves_of(maker)

    def read_by(self, step: Step) -> int:
        """Buffers that a step's expression reads."""
        found = 0
        for atom in inputs(step):
            found |= self.aliases.reach(atom)
            if isinstance(atom, Value):
                found |= self.reads.get(atom, 0)
        return found

    def leaves_of(self, step: Step) -> frozenset[Value]:
        """The variables that a step's expression reads."""
        found: set[Value] = set()
        for atom in inputs(step):
            if isinstance(atom, Value):
                found |= self.leaves.get(atom, frozenset((atom,)))
        return frozenset(found)

    def body(self, body: Body, depth: int, kind: str, loop: Step | None = None) -> None:
        """`kind`: what the body's results are: 'return', 'loop', 'arm' or 'condition'."""
        scan = Scan(
            self, body, depth, eager=kind == "condition", kills=kills_of(loop) if loop else {}
        )
        for at, step in enumerate(body.steps):
            self.inner(step, depth)
            scan.step(at, step)
        if kind == "return":
            scan.returned()
        elif kind == "condition":
            scan.condition()
        elif loop is not None and loop.attrs.get("breaks"):
            scan.stop_flag(loop)

    def inner(self, step: Step, depth: int) -> None:
        match step.name:
            case "for":
                self.body(step.blocks[0], depth + 1, "loop", step)
            case "while":
                self.body(step.blocks[0], depth, "condition")
                self.body(step.blocks[1], depth + 1, "loop", step)
            case "if":
                tail = step.attrs.get("tail")
                for i, block in enumerate(step.blocks):
                    self.body(
                        block, depth if tail and i else depth + 1, "return" if tail else "arm"
                    )
            case _:
                pass


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
    """One body, in order. `kills`: for what a loop carries on, the param that ends with it."""

    def __init__(
        self, folder: Folder, body: Body, depth: int, eager: bool, kills: dict[Value, Value]
    ):
        self.folder, self.target, self.depth, self.eager, self.kills = (
            folder,
            body,
            depth,
            eager,
            kills,
        )
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
        if step.name == "if" and not step.attrs.get("tail"):
            return self.make_choice(step)
        return step.name not in STATEMENTS and not is_pinned(step)

    def make_choice(self, step: Step) -> bool:
        """Turn an `if` into a conditional expression, if that is short."""
        if step.span is not None and step.span.text.lstrip().startswith(("if ", "elif ", "if(")):
            return False
        results = [b.results[0] for b in step.blocks if len(b.results) == 1]
        if len(results) < 2 or not all(is_scalar(a.type) for a in (*results, *step.results)):
            return False
        lasts = [self.only_expression(b) for b in step.blocks]
        if any(last is False for last in lasts) or any(
            isinstance(a, Const) and a.value is UNDEF for a in results
        ):
            return False
        widths = [
            self.expression_length(last) if isinstance(last, Step) else self.length(a)
            for last, a in zip(lasts, results, strict=True)
        ]
        if sum(widths) + self.length(step.args[0]) > CHOICE_WIDTH:
            return False
        for last, width in zip(lasts, widths, strict=True):
            if isinstance(last, Step):
                self.folder.accept(last.result, last, width)
        self.folder.found.choices.add(step)
        return True

    def only_expression(self, block: Body) -> Step | bool:
        """The one step of an arm that is not folded, if it makes the arm's result; True where there
        is none.
        """
        found = self.folder.found
        rest = [s for s in block.steps if not (len(s.results) == 1 and s.result in found.steps)]
        if not rest:
            return True
        last = rest[0]
        if (
            len(rest) > 1
            or last.results != block.results
            or (last.name in STATEMENTS and last not in found.choices)
        ):
            return False
        return last if self.folder.uses[last.result] == 1 else False

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
        ready = [
            (self.candidate_length(v), i, v)
            for i, v in enumerate(operands)
            if self.can_move(v, at, step)
        ]
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
            args: list[Atom] = step.args[carries(step) :]
        elif step.name in MUTATORS:
            args = step.args[1:]
        elif step.name in TWICE:
            return []
        else:
            args = step.args
        return list(dict.fromkeys(a for a in args if isinstance(a, Value) and a in self.made))

    def can_move(self, value: Value, at: int, reader: Step | None) -> bool:
        made_at, maker = self.made[value]
        if self.folder.uses.get(value, 0) != 1 or (
            value.name and not self.may_lose_name(maker, reader)
        ):
            return False
        if maker.name in SIZES and not (
            self.is_next(made_at, at) or self.at_hand(maker.args[0], reader)
        ):
            return False
        return not self.is_crossed(maker, made_at, at)

    def is_next(self, made_at: int, at: int) -> bool:
        """Whether no statement stands between two steps."""
        folded = self.folder.found.steps
        return all(
            step.name in SIZES or (len(step.results) == 1 and step.result in folded)
            for step in self.target.steps[made_at + 1 : at]
        )

    def at_hand(self, source: Atom, reader: Step | None) -> bool:
        """Whether a value is there anyway, so that asking for its size late keeps nothing alive."""
        return reader is not None and (
            source in self.folder.live.after[reader] or source in reader.args
        )

    def may_lose_name(self, maker: Step, reader: Step | None) -> bool:
        """A name of the user's stays; one that a transform made stays at the end of its group."""
        if self.eager:
            return True
        if not maker.loose:
            return False
        if reader is None:
            return True
        lines = [s.span.line if s.span else None for s in (maker, reader)]
        return lines[0] == lines[1] and reader.name not in ("push",)

    def is_crossed(self, maker: Step, start: int, stop: int) -> bool:
        """Whether between two steps something changes that the expression reads."""
        reads, leaves = self.folder.read_by(maker), self.folder.leaves_of(maker)
        for at, buffers in reversed(self.updates):
            if at <= start:
                break
            if at < stop and buffers & reads:
                return True
        return any(start < at < stop and v in leaves for at, v in self.ends)

    def accept(self, value: Value) -> None:
        self.folder.accept(value, self.made[value][1], self.candidate_length(value))

    def candidate_length(self, value: Value) -> int:
        return self.expression_length(self.made[value][1])

    def expression_length(self, maker: Step) -> int:
        return expression_overhead(maker) + sum(map(self.length, inputs(maker)))

    def length(self, atom: Atom) -> int:
        """About how long an atom prints."""
        if isinstance(atom, Const):
            return min(len(repr(atom.value)), 12) if not atom.name else len(atom.name)
        unnamed = 5 if atom in self.folder.loose else 2
        return self.folder.width.get(atom) or len(atom.name) or unnamed

    def overhead(self, step: Step) -> int:
        """About how long a step prints without its operands; with a name, as an assignment."""
        name = step.results[0].name if step.results else ""
        if step.name == "for":
            return sum(max(len(p.name), 2) + 2 for group in targets(step) for p in group) + 12
        if step.name in MUTATORS:
            return max(len(name), 2) + 4 + index_length(step)
        return (len(name) + 3 if name else 0) + expression_overhead(step)

    # Results

    def returned(self) -> None:
        """Fold into a `return`: everything short, or the one thing that there is."""
        values = [a for a in self.target.results if isinstance(a, Value)]
        for value in values:
            if value not in self.made or not self.can_move(value, len(self.target.steps), None):
                continue
            if not self.target.scalars and self.frees(self.made[value][1]):
                continue
            if len(values) == 1 or (not value.name and self.candidate_length(value) < 24):
                self.accept(value)

    def frees(self, maker: Step) -> bool:
        """Whether a step is the last reader of a larger array, before other steps: on a device, memory is scarce."""
        if maker is self.target.steps[-1] or not is_number(maker.result.type):
            return False
        rank = rank_of(maker.result.type) or 0
        after = self.folder.live.after[maker]
        return any(isinstance(a, Value) and a not in after and (rank_of(a.type) or 0) > rank
                   for a in maker.args if is_number(a.type))

    def condition(self) -> None:
        (value,) = self.target.results
        if (
            isinstance(value, Value)
            and value in self.made
            and self.can_move(value, len(self.target.steps), None)
        ):
            self.accept(value)

    def stop_flag(self, loop: Step) -> None:
        """Fold into `if ...: break`, which comes after what is carried on was assigned."""
        value = self.target.results[carries(loop)]
        if not isinstance(value, Value) or value not in self.made:
            return
        leaves = self.folder.leaves_of(self.made[value][1])
        if not leaves & set(self.target.params[: carries(loop)]) and self.can_move(
            value, len(self.target.steps), None
        ):
            self.accept(value)


def inputs(step: Step) -> list[Atom]:
    """What a step's expression reads: its operands, and the results of a conditional expression's
    arms.
    """
    return [*step.args, *(a for block in step.blocks for a in block.results)]


def expression_overhead(step: Step) -> int:
    """About how long an expression prints without its operands."""
    if step.name in SHORT:
        return SHORT[step.name]
    if step.name == "getitem":
        return index_length(step)
    if step.name == "functional":
        return functional_length(step)
    rule = RULES.get(step.name)
    called = (
        rule.call.removeprefix("scipy.special.")
        if rule is not None and rule.call
        else f"np.{step.name}"
    )
    settings = sum(len(k) + 4 for k, v in step.attrs.items() if v not in (None, False))
    return len(called) + 2 * len(step.args) + settings


def functional_length(step: Step) -> int:
    """The length of `brentq(f, args=(), xtol=1e-9)`, without what operands add."""
    attrs = step.attrs
    settings = sum(len(k) + len(repr(v)) + 3 for k, v in attrs["options"] if v is not None)
    named = sum(len(name) + 3 for name in attrs["names"])
    return len(attrs["path"].rpartition(".")[2]) + len(attrs["callee"].name) + 12 + settings + named


def index_length(step: Step) -> int:
    """The length of `[1:-1, i]`, without what operands add."""
    items = step.attrs.get("index", ())
    return 2 * len(items) + sum(_item_length(item) for item in items)


def _item_length(item: object) -> int:
    match item:
        case SliceItem(start, stop, step):
            bounds = [start, stop] if step is None else [start, stop, step]
            return len(bounds) - 1 + sum(len(str(b)) for b in bounds if isinstance(b, int))
        case IntItem(value):
            return len(str(value)) if isinstance(value, int) else 0
        case _:
            return 3


# fmt: off
SHORT: dict[str, int] = {
    **dict.fromkeys(("add", "sub", "mul", "div", "pow", "matmul", "mod", "lt", "gt", "eq"), 3),
    "neg": 1, "transpose": 2, "to_python": 7, "dim": 5, "shape": 6, "expand_dims": 9, "convert": 18,
    "reverse_list": 10, "solved": 3, "optimum": 5, "integral": 3, "trajectory": 3, "detail": 9,
}
# fmt: on
