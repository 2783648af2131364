"""Branches on run-time conditions, and the normalisation of break, continue and return.

Statements run in continuation style: where a branch escapes (by break, continue or return), the
statements after the `if` go into the branch that falls through, so that the paths meet again only
where the loop's body or the function ends. There, flags tell how it ended: `%stop` (break or
return) and `%returned`, joined like any other name.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import cast

from adgen.errors import Refusal
from adgen.frontend.join import Joiner, Loc, Side
from adgen.frontend.joint_types import recast
from adgen.frontend.liveness import Names, own_nodes
from adgen.frontend.machine import Flow, Machine, NeverReturns, executes
from adgen.frontend.memory import number
from adgen.frontend.values import (
    AVal,
    Bound,
    Cell,
    Choice,
    DictV,
    Either,
    Func,
    ListV,
    Partial,
    Ref,
    Run,
    Static,
    Tup,
)
from adgen.ir.builder import const
from adgen.ir.core import Atom, Const, Op, Value
from adgen.ir.types import ArrayT, ScalarT, Type

TRUE, FALSE = const(True), const(False)


def truth(m: Machine, value: AVal) -> bool | Atom:
    """Whether a value counts as true: known, or a run-time bool."""
    match value:
        case Static(obj):
            return bool(obj)
        case Tup(items, _):
            return bool(items)
        case ListV(cell) | DictV(cell):
            return _nonempty(m, cell)
        case Value() | Const() | Ref():
            return _number_truth(m, value)
        case _:
            return True


def _nonempty(m: Machine, cell: Cell) -> bool | Atom:
    from adgen.frontend.memory import content

    held = content(m, cell)
    if isinstance(held, Run):
        return m.builder.emit("gt", m.builder.emit("listlen", held.atoms[0]), const(0))
    return bool(held)


def _number_truth(m: Machine, value: AVal) -> bool | Atom:
    atom = cast(Atom, number(m, value))
    if isinstance(atom, Const):
        return bool(atom.value)
    match atom.type:
        case ScalarT("bool"):
            return atom
        case ArrayT("bool", ()):
            return atom
        case ArrayT(_, dims) if dims:
            raise Refusal(
                "the truth of an array of more than one element is not defined",
                "write .any() or .all()",
            )
        case ScalarT() | ArrayT():
            return m.builder.emit("to_python", atom, kind="bool")
        case other:
            raise Refusal(f"a value of type {other} as a condition is not supported", "compare it with something")


class IfJoiner(Joiner):
    """Each leaf is a result of the `if`."""

    def __init__(self, m: Machine, condition: Atom, a: Side, b: Side) -> None:
        super().__init__(m, a, b)
        self.condition = condition
        self.leaves: list[tuple[Atom, Atom, Value]] = []
        self.made: dict[tuple[object, object], Value] = {}

    def leaf(self, loc: Loc, a: Atom, b: Atom, joint: Type, hint: str) -> Atom:
        key = (_key(a), _key(b))
        if key not in self.made:
            self.made[key] = Value(joint, own_name(hint))
            self.leaves.append((a, b, self.made[key]))
        return self.made[key]

    def cell(self, loc: Loc, a: AVal | None, b: AVal | None, hint: str) -> Cell:
        return self.cells.setdefault((a, b), Cell(own_name(hint)))

    def note_choice(self, cell: Cell, a: AVal, b: AVal) -> None:
        if self.may_be_older(self.a, a) or self.may_be_older(self.b, b):
            return
        roots = self.root(self.a, a), self.root(self.b, b)
        if roots != (None, None):
            self.result.choices[cell] = Choice(self.condition, *roots)

    def no_type(self, a: AVal, b: AVal, hint: str) -> AVal:
        """Two things to call are one whose call is a branch."""
        if all(isinstance(v, (Func, Bound, Partial)) or (isinstance(v, Static) and callable(v.value)) for v in (a, b)):
            return Either(self.condition, a, b)
        return Joiner.no_type(self, a, b, hint)

    def may_be_older(self, side: Side, value: AVal) -> bool:
        """Whether an array that was made on a path may share memory with one that was there before: then nobody knows
        which of them it is, and a write to one makes the other stale."""
        if not isinstance(value, Ref) or value.cell.foreign or self.on_both(value.cell):
            return False
        return any(c.foreign or self.on_both(c) for c in side.state.alias.get(value.cell, ()))

    def root(self, side: Side, value: AVal) -> Ref | None:
        """An array that is there on both paths; None for one that was made on this one."""
        if not isinstance(value, Ref) or not (value.cell.foreign or self.on_both(value.cell)):
            return None
        made = {r for op in side.builder.ops for r in op.results}
        return None if any(arg in made for step in value.path for arg in step.args) else value


def own_name(hint: str) -> str:
    """A name for a value: none for what has no name of the user's."""
    return "" if hint.startswith(("%", "__")) else hint


def _key(atom: Atom) -> object:
    return atom.key() if isinstance(atom, Const) else atom


def branch(
    m: Machine, condition: Atom, then: Callable[[], Flow], other: Callable[[], Flow], live: Names
) -> Flow:
    """Run both branches of a run-time condition on copies of the state, and join them."""
    before, outer = m.state, m.builder
    sides: list[Side] = []
    for run in (then, other):
        m.state, m.builder = before.copy(), outer.nested()
        try:
            flow = run()
        finally:
            side = Side(m.state, m.builder, Flow.FALL)
            m.state, m.builder = before, outer
        side.flow = flow
        sides.append(side)
    return join_branches(m, condition, sides[0], sides[1], live)


def join_branches(m: Machine, condition: Atom, a: Side, b: Side, live: Names) -> Flow:
    flow = _joint_flow(m, a, b)
    if a.flow is Flow.DEAD or b.flow is Flow.DEAD:
        return _survivor(m, condition, a, b)
    joiner = IfJoiner(m, condition, a, b)
    m.state = joiner.join(_joined_names(m, a, b, live))
    _emit_if(m, condition, a, b, joiner.leaves)
    return flow


def _emit_if(
    m: Machine, condition: Atom, a: Side, b: Side, leaves: list[tuple[Atom, Atom, Value]]
) -> None:
    results = tuple(v for _, _, v in leaves)
    blocks = (
        a.builder.block((), tuple(recast(x, v.type) for x, _, v in leaves)),
        b.builder.block((), tuple(recast(y, v.type) for _, y, v in leaves)),
    )
    if results or any(_matters(block.ops) for block in blocks):
        m.builder.append(Op("if", (condition,), {}, results, blocks, m.builder.span))


def _matters(ops: tuple[Op, ...]) -> bool:
    from adgen.ir.core import has_effect

    return any(has_effect(op) for op in ops)


def _survivor(m: Machine, condition: Atom, a: Side, b: Side) -> Flow:
    """One branch raises: what follows sees the other's state; what that made becomes results."""
    if a.flow is Flow.DEAD and b.flow is Flow.DEAD:
        _emit_if(m, condition, a, b, [])
        return Flow.DEAD
    alive = b if a.flow is Flow.DEAD else a
    made = {v: Value(v.type, v.name) for op in alive.builder.ops for v in op.results}
    used = _exported(m, alive, made)
    from adgen.ir.core import UNDEF

    leaves: list[tuple[Atom, Atom, Value]] = []
    for old in used:
        undef = Const(UNDEF, old.type)
        leaves.append((undef, old, made[old]) if alive is b else (old, undef, made[old]))
    m.state = alive.state
    _emit_if(m, condition, a, b, leaves)
    return alive.flow


def _exported(m: Machine, side: Side, made: dict[Value, Value]) -> list[Value]:
    """Values of a block that its state refers to, replaced there by those that stand outside."""
    from adgen.frontend.rename import rename_state

    return rename_state(side.state, made)


def _joint_flow(m: Machine, a: Side, b: Side) -> Flow:
    """How both branches together end; flags are set where they end differently."""
    if a.flow is b.flow and a.flow is not Flow.MIXED:
        return a.flow
    if a.flow is Flow.DEAD or b.flow is Flow.DEAD:
        return b.flow if a.flow is Flow.DEAD else a.flow
    for side in (a, b):
        set_flags(m, side)
    return Flow.MIXED


def set_flags(m: Machine, side: Side) -> None:
    """Say in the frame's flags how a path ended."""
    if side.flow is Flow.MIXED:
        return
    names = side.state.frames[m.here.id]
    ended = {
        "%left": side.flow is not Flow.FALL,
        "%stop": side.flow in (Flow.BREAK, Flow.RETURN),
        "%returned": side.flow is Flow.RETURN,
    }
    for flag in m.here.flags:
        names[flag] = TRUE if ended[flag] else FALSE


def _joined_names(m: Machine, a: Side, b: Side, live: Names) -> list[tuple[int, list[str]]]:
    """Of the current frame what is live, of the others all."""
    frames: list[tuple[int, list[str]]] = []
    for frame in a.state.frames | b.state.frames:
        names = a.state.frames.get(frame, {}) | b.state.frames.get(frame, {})
        keep = (
            list(names)
            if frame != m.here.id
            else [n for n in names if n in live or n.startswith("%")]
        )
        frames.append((frame, keep))
    return frames


@contextmanager
def body_frame(m: Machine, node: ast.For | ast.While, flags: tuple[str, ...]) -> Generator[None]:
    """While a loop's body is run: which flags tell how it ends, and what is live there."""
    frame, live = m.here, m.here.info.live
    outer = frame.flags, frame.end_live
    frame.flags, frame.end_live = flags, live.head[id(node)] | live.after[id(node)]
    try:
        yield
    finally:
        frame.flags, frame.end_live = outer


# The statement

ESCAPES = (ast.Return, ast.Break, ast.Continue)


def escapes(body: list[ast.stmt]) -> bool:
    """Whether statements may leave the loop's body or the function that they stand in."""
    return any(_escapes(statement) for statement in body)


def _escapes(statement: ast.stmt) -> bool:
    match statement:
        case ast.Return() | ast.Break() | ast.Continue():
            return True
        case ast.If(body=body, orelse=orelse):
            return escapes(body) or escapes(orelse)
        case ast.For() | ast.While():
            return returns(statement) or escapes(statement.orelse)
        case ast.With(body=body):
            return escapes(body)
        case ast.Try(body=body, orelse=orelse, finalbody=final, handlers=handlers):
            return escapes([*body, *orelse, *final, *(s for h in handlers for s in h.body)])
        case ast.Match(cases=cases):
            return any(escapes(c.body) for c in cases)
        case _:
            return False


def returns(root: ast.AST) -> bool:
    return any(isinstance(node, ast.Return) for node in own_nodes(root))


def may_fall(body: list[ast.stmt]) -> bool:
    """Whether statements may reach their end."""
    if not body:
        return True
    match body[-1]:
        case ast.Return() | ast.Break() | ast.Continue() | ast.Raise():
            return False
        case ast.If(body=then, orelse=other):
            return may_fall(then) or may_fall(other)
        case ast.With(body=inner):
            return may_fall(inner)
        case _:
            return True


@executes(ast.If)
def run_if(m: Machine, node: ast.If, rest: list[ast.stmt]) -> Flow | None:
    condition = truth(m, m.eval(node.test))
    leaves = escapes([node])
    if isinstance(condition, bool):
        chosen = node.body if condition else node.orelse
        flow = m.run(chosen + rest if leaves else chosen)
        return flow if leaves or flow is not Flow.FALL else None
    if not leaves:
        live = m.here.info.live.after[id(node)]
        flow = branch(m, condition, lambda: m.run(node.body), lambda: m.run(node.orelse), live)
        return None if flow is Flow.FALL else flow
    if rest and may_fall(node.body) and may_fall(node.orelse):
        return _run_flagged(m, condition, node, rest)
    return branch(
        m,
        condition,
        lambda: m.run(node.body + rest),
        lambda: m.run(node.orelse + rest),
        m.here.end_live,
    )


def _run_flagged(m: Machine, condition: Atom, node: ast.If, rest: list[ast.stmt]) -> Flow:
    """Both branches may fall through and one may escape: a flag tells whether the rest runs."""
    frame, flags, end_live = m.here, m.here.flags, m.here.end_live
    frame.flags = (*flags, "%left") if "%left" not in flags else flags
    frame.end_live = frame.info.live.after[id(node)] | end_live
    try:
        flow = branch(
            m, condition, lambda: m.run(node.body), lambda: m.run(node.orelse), frame.end_live
        )
    finally:
        frame.flags, frame.end_live = flags, end_live
    if flow is not Flow.MIXED:
        return m.run(rest) if flow is Flow.FALL else flow
    left = cast(Atom, m.names.pop("%left"))
    return resume(m, left, Flow.MIXED, rest)


def resume(m: Machine, left: Atom, ended: Flow, rest: list[ast.stmt]) -> Flow:
    """Where `left` is true the path has ended; else the rest runs."""
    if isinstance(left, Const):
        return ended if left.value else m.run(rest)

    def gone() -> Flow:
        if "%left" in m.here.flags:
            m.names["%left"] = TRUE
        return ended

    return branch(m, left, gone, lambda: m.run(rest), m.here.end_live)


def choose(
    m: Machine, condition: Atom, then: Callable[[], AVal], other: Callable[[], AVal]
) -> AVal:
    """The value of one of two expressions."""
    slot = f"%choice{len(m.names)}"
    live = frozenset(m.names)

    def put(make: Callable[[], AVal]) -> Flow:
        try:
            m.names[slot] = make()
        except NeverReturns:
            return Flow.DEAD
        return Flow.FALL

    if branch(m, condition, lambda: put(then), lambda: put(other), live) is Flow.DEAD:
        raise NeverReturns
    return m.names.pop(slot)
