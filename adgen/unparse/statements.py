"""A `form.Body` with names -> statements.

Every step that is not folded becomes a statement: an assignment, an update in place, a loop, a
branch, or an effect. Where a value goes on under another name (into the next iteration, out of
a branch) an assignment stands at the end of the body; several that read what another writes
become one parallel assignment. Groups of the reverse sweep are headed by the primal line that
they belong to.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping

from adgen.ir.core import UNDEF, Atom, Const, Value
from adgen.ir.types import ArrayT
from adgen.unparse import syntax as s
from adgen.unparse import updates
from adgen.unparse.aliases import Aliases
from adgen.unparse.expressions import Expressions
from adgen.unparse.fold import Folded
from adgen.unparse.form import (
    Body,
    Step,
    carried_results,
    carries,
    ends_early,
    scans,
    stop_flag,
    targets,
)
from adgen.unparse.forms import OPERATORS
from adgen.unparse.names import UNUSED
from adgen.unparse.printing import comment

Statements = list[ast.stmt]
AUGMENTED = frozenset({"add", "sub", "mul", "div"})
COMMENT = 90
"""The longest comment."""
QUIET = frozenset({"zeros", "newlist", "copy", "push", "list"})
"""Steps that do not open a group of their own."""


class Writer:
    def __init__(
        self,
        expressions: Expressions,
        folded: Folded,
        aliases: Aliases,
        reverse: set[Step],
        give: Callable[[list[Atom]], Statements],
        guarded: set[Value],
        changes: Mapping[str, updates.Update],
    ):
        self.changes = changes
        self.e, self.folded, self.aliases, self.reverse, self.give = (
            expressions,
            folded,
            aliases,
            reverse,
            give,
        )
        self.guarded = guarded
        self.zeros: set[Value] = set()
        self.line: int | None = None
        self.in_reverse = False

    # Bodies

    def returned(self, body: Body) -> Statements:
        """A body whose results are returned."""
        made = self.steps(body.steps)
        if body.steps and (body.steps[-1].attrs.get("tail") or ends_early(body)):
            return made
        return made + self.give(body.results)

    def steps(self, steps: list[Step]) -> Statements:
        made: Statements = []
        for step in steps:
            if step.results and step.results[0] in self.folded.steps:
                continue
            if step in self.reverse and not self.in_reverse:
                self.in_reverse = True
                made = self.headed(made)
            written = self.step(step)
            self.e.note_place(step, *written)
            made += self.group(step) + written if written else []
        return made

    def headed(self, forward: Statements) -> Statements:
        """Headings of the two sweeps, where both are there."""
        if len(forward) < 2 and not any(
            isinstance(node, (ast.For, ast.While, ast.If)) for node in forward
        ):
            return forward
        return [comment("forward"), *forward, comment("reverse")]

    def group(self, step: Step) -> Statements:
        """The primal line of a group of the reverse sweep, before its first statement."""
        if (
            not self.in_reverse
            or not step.loose
            or step.blocks
            or step.name in QUIET
            or step.span is None
        ):
            return []
        if step.span.line == self.line:
            return []
        self.line = step.span.line
        text = f"{step.span.line}: {step.span.text.strip()}"
        return [comment(text if len(text) <= COMMENT else text[: COMMENT - 3] + "...")]

    def inside(self, write: Callable[[], Statements]) -> Statements:
        """A nested body, whose groups are headed anew."""
        line, self.line = self.line, None
        made = write()
        self.line = line if not self.in_reverse else None
        return made

    def step(self, step: Step) -> Statements:
        match step.name:
            case "if" if step not in self.folded.choices:
                return self.branch(step)
            case "for":
                return self.for_loop(step)
            case "while":
                return self.while_loop(step)
            case "addat" if step.args[0] in self.zeros and not updates.has_positions(step):
                return updates.add_to_zeros(self.e, step)
            case _ if step.name in self.changes:
                return self.changes[step.name](self.e, step)
            case _:
                return self.assign(step)

    # Assignments

    def name(self, value: Value) -> str:
        return self.e.names[value]

    def assign(self, step: Step) -> Statements:
        if step.name == "zeros":
            self.zeros.add(step.result)
        if not step.results:
            return [ast.Expr(self.e.step(step))]
        if len(step.results) > 1:
            targets = s.display([s.store(self.name(r)) for r in step.results])
            return [ast.Assign([s.store_all(targets)], self.e.step(step))]
        return self.augmented(step) or [
            ast.Assign([s.store(self.name(step.result))], self.e.step(step))
        ]

    def augmented(self, step: Step) -> Statements:
        """`x += t` for numbers that cannot be changed, where that only rebinds the name."""
        if step.name not in AUGMENTED:
            return []
        first, second = step.args
        if step.loose and step.name in ("add", "mul") and self.is_rebound(second, step):
            first, second = second, first
        if not self.is_rebound(first, step):
            return []
        return [
            updates.augment(
                s.store(self.name(step.result)), OPERATORS[step.name], self.e.of(second), step.loose
            )
        ]

    def is_rebound(self, atom: Atom, step: Step) -> bool:
        if not isinstance(atom, Value) or atom in self.folded.steps or self.aliases.own_of(atom):
            return False
        if isinstance(atom.type, ArrayT) and atom.type.dims != ():
            return False
        return self.name(atom) == self.name(step.result)

    def assign_all(self, pairs: list[tuple[Value, Atom]]) -> Statements:
        """Assign several values at once: each is read before any is written."""
        todo = [(self.name(v), a) for v, a in pairs if not self.is_at_home(v, a)]
        made: Statements = []
        while todo:
            ready = next(
                (
                    k
                    for k, (target, _) in enumerate(todo)
                    if not any(
                        target in self.read_names(a) for j, (_, a) in enumerate(todo) if j != k
                    )
                ),
                None,
            )
            if ready is None:
                left = s.store_all(s.display([s.store(t) for t, _ in todo]))
                return [*made, ast.Assign([left], s.display([self.e.of(a) for _, a in todo]))]
            target, atom = todo.pop(ready)
            made.append(ast.Assign([s.store(target)], self.e.of(atom)))
        return made

    def is_at_home(self, value: Value, atom: Atom) -> bool:
        """Whether a value is already where it goes, or nobody will look for it there."""
        if self.name(value) == UNUSED:
            return True
        return (
            isinstance(atom, Value)
            and atom not in self.folded.steps
            and self.name(atom) == self.name(value)
        )

    def read_names(self, atom: Atom) -> set[str]:
        if isinstance(atom, Const):
            return set()
        return {n.id for n in ast.walk(self.e.of(atom)) if isinstance(n, ast.Name)}

    # Branches

    def branch(self, step: Step) -> Statements:
        if step.attrs.get("tail"):
            return self.early_return(step)
        then, other = step.blocks
        return self.if_statement(
            step.args[0],
            self.inside(lambda: self.arm(step, then)),
            self.inside(lambda: self.arm(step, other)),
        )

    def arm(self, step: Step, block: Body) -> Statements:
        made = self.steps(block.steps)
        if ends_early(block):
            return made
        pairs = [
            (r, a) for r, a in zip(step.results, block.results, strict=True) if self.is_wanted(r, a)
        ]
        return made + self.assign_all(pairs)

    def is_wanted(self, result: Value, atom: Atom) -> bool:
        return not (isinstance(atom, Const) and atom.value is UNDEF and result in self.guarded)

    def if_statement(self, test: Atom, then: Statements, other: Statements) -> Statements:
        if then and s.is_jump(then[-1]) and other:
            return [ast.If(self.e.of(test), then, []), *other]
        if then:
            return [ast.If(self.e.of(test), then, other)]
        if other:
            return [ast.If(ast.UnaryOp(ast.Not(), self.e.of(test)), other, [])]
        return []

    def early_return(self, step: Step) -> Statements:
        then = self.inside(lambda: self.returned(step.blocks[0]))
        self.in_reverse = False
        other = self.inside(lambda: self.returned(step.blocks[1]))
        return [ast.If(self.e.of(step.args[0]), then, []), *other]

    # Loops

    def for_loop(self, step: Step) -> Statements:
        made = self.starts(step)
        target, source = self.header(step)
        body = self.inside(lambda: self.loop_body(step))
        return [*made, ast.For(target, source, body or [ast.Pass()], [])]

    def while_loop(self, step: Step) -> Statements:
        made = self.starts(step)
        condition = step.blocks[0]
        before = self.steps(condition.steps)
        body = self.inside(lambda: self.loop_body(step))
        test = self.e.of(condition.results[0])
        if before:
            leave = ast.If(ast.UnaryOp(ast.Not(), test), [ast.Break()], [])
            return [*made, ast.While(ast.Constant(True), [*before, leave, *body], [])]
        return [*made, ast.While(test, body or [ast.Pass()], [])]

    def starts(self, step: Step) -> Statements:
        params = step.blocks[-1].params
        return self.assign_all(list(zip(params, step.args[: carries(step)], strict=False)))

    def loop_body(self, step: Step) -> Statements:
        body = step.blocks[-1]
        return self.iteration(step, body, carried_results(step), stop_flag(step))

    def iteration(
        self, loop: Step, body: Body, results: list[Atom], stop: Atom | None
    ) -> Statements:
        """A body that ends an iteration. A branch at its end that decides on `break` holds the
        `break` itself.
        """
        last = body.steps[-1] if body.steps else None
        if last is not None and self.decides(last, stop):
            made = self.steps(body.steps[:-1])
            then, other = last.blocks
            return made + self.if_statement(
                last.args[0],
                self.inside(lambda: self.ending_arm(loop, last, then, results, stop)),
                self.inside(lambda: self.ending_arm(loop, last, other, results, stop)),
            )
        made = self.steps(body.steps)
        if ends_early(body):
            return made
        pairs = list(zip(loop.blocks[-1].params, results, strict=False))
        return made + self.assign_all(pairs) + self.leave(stop)

    def decides(self, last: Step, stop: Atom | None) -> bool:
        """Whether a step is a branch that decides on `break`."""
        return last.name == "if" and stop in last.results and last not in self.folded.choices

    def ending_arm(
        self, loop: Step, last: Step, block: Body, results: list[Atom], stop: Atom | None
    ) -> Statements:
        env = dict(zip(last.results, block.results, strict=True))
        moved = [env.get(a, a) if isinstance(a, Value) else a for a in results]
        return self.iteration(
            loop, block, moved, env.get(stop, stop) if isinstance(stop, Value) else stop
        )

    def leave(self, stop: Atom | None) -> Statements:
        if stop is None or (isinstance(stop, Const) and not stop.value):
            return []
        if isinstance(stop, Const):
            return [ast.Break()]
        return [ast.If(self.e.of(stop), [ast.Break()], [])]

    def header(self, step: Step) -> tuple[ast.expr, ast.expr]:
        """Target and iterable of a `for`."""
        rows = list(zip(step.attrs["xs"], scans(step), targets(step), strict=True))
        unused = [all(self.name(p) == UNUSED for p in params) for _, _, params in rows]
        if step.loose and len(rows) > 1 and not all(unused):
            rows = [
                row
                for row, idle in zip(rows, unused, strict=True)
                if not (idle and row[0] == "range")
            ]
        reverse = bool(step.attrs.get("reverse")) and not all(unused)
        sources = [self.iterable(kind, atoms, reverse) for kind, atoms, _ in rows]
        found = [self.target(params) for _, _, params in rows]
        if len(rows) == 1:
            return found[0], sources[0]
        return s.store_all(s.display(found)), s.call("zip", *sources)

    def iterable(self, kind: str, atoms: list[Atom], reverse: bool) -> ast.expr:
        if kind == "range":
            source = self.range(atoms)
        else:
            source, turned = self.turned(atoms[0])
            reverse ^= turned
        return s.call("reversed", source) if reverse else source

    def turned(self, atom: Atom) -> tuple[ast.expr, bool]:
        """A list, and whether it is to be read from its end: where `list(reversed(...))` would be
        written for this alone."""
        step = self.folded.steps.get(atom) if isinstance(atom, Value) else None
        if step is None or step.name != "reverse_list":
            return self.e.of(atom), False
        source, turned = self.turned(step.args[0])
        return source, not turned

    def range(self, atoms: list[Atom]) -> ast.expr:
        start, stop, step = atoms
        values = [a.value if isinstance(a, Const) else None for a in atoms]
        if values[2] != 1:
            return s.call("range", self.e.of(start), self.e.of(stop), self.e.of(step))
        if values[0] != 0:
            return s.call("range", self.e.of(start), self.e.of(stop))
        return s.call("range", self.e.of(stop))

    def target(self, params: list[Value]) -> ast.expr:
        nodes = [s.store(self.name(p)) for p in params]
        return nodes[0] if len(nodes) == 1 else s.store_all(s.display(nodes))
