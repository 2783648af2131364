"""Loops: unrolled over containers, rolled into a `for` or `while` over what has run-time length.

A rolled body is run until what it carries settles: the state at its start is the join of the state before the loop
and of that at the body's end. Names and cells that differ become carries; what the loop leaves as it is does not. The
types of carries widen where they must: a size gets a symbol of its own, a list that is appended to gets run-time length.
"""
from __future__ import annotations

import ast
from dataclasses import dataclass, field
from typing import cast

from adgen.errors import Refusal
from adgen.frontend.control import FALSE, TRUE, branch, own_name, returns, set_flags, truth
from adgen.frontend.iterables import Scan, known_items, scan
from adgen.frontend.join import Joiner, Loc, Side, recast
from adgen.frontend.liveness import own_nodes, stored
from adgen.frontend.machine import Flow, Machine, Poisoned, Recorder, executes
from adgen.frontend.rename import rename_state
from adgen.frontend.stacking import stack_appends
from adgen.frontend.state import NO_CELLS, State
from adgen.frontend.targets import assign
from adgen.frontend.values import AVal, Cell, Conflict, Poison, RangeV, Ref, Stale
from adgen.ir.core import Atom, Block, Const, Op, Value, map_block
from adgen.ir.types import ArrayT, Dim, Dims, ListT, ScalarT, ShapeT, Type, fresh_dim

Loop = ast.For | ast.While
ATTEMPTS = 16
UNROLL = 64
"""A loop over a constant range of at most so many steps is unrolled where rolling it fails."""


@dataclass(slots=True, eq=False)
class Plan:
    """The carries of a loop, kept between attempts."""

    params: dict[Loc, Value] = field(default_factory=dict[Loc, Value])
    cells: dict[Loc, Cell] = field(default_factory=dict[Loc, Cell])
    read_late: frozenset[str] = frozenset()
    """Names that the body never reads before it assigns them."""
    varying: set[Dim] = field(default_factory=set[Dim])
    """Sizes of carries that change from step to step."""
    forced: frozenset[object] = frozenset()
    """Names and cells that are taken to be carried from the start."""


class LoopJoiner(Joiner):
    """Joins the state before a loop and that at its body's end; each leaf is a carry."""

    def __init__(self, m: Machine, before: Side, end: Side, plan: Plan, guess: bool = False) -> None:
        super().__init__(m, before, end)
        self.plan, self.guess = plan, guess
        self.leaves: dict[Value, tuple[Atom, Atom]] = {}
        self.invariant: dict[Value, Atom] = {}
        self.changed = False

    def leaf(self, loc: Loc, a: Atom, b: Atom, joint: Type, hint: str) -> Atom:
        param = self.plan.params.get(loc)
        if param is not None and (param is b or _same(a, b)) and not self.guess:
            self.invariant[param] = a
            return a
        self.plan.varying |= new_dims(joint) - new_dims(a.type) - new_dims(b.type)
        if param is None or not settled(param.type, joint, self.plan.varying):
            late = loc[0] == "name" and loc[2] in self.plan.read_late and param is None
            param = self.plan.params[loc] = Value(generalised(param, joint), own_name(hint))
            self.changed = self.changed or not late
        self.leaves[param] = (a, b)
        return param

    def cell(self, loc: Loc, a: AVal | None, b: AVal | None, hint: str) -> Cell:
        return self.plan.cells.setdefault(loc, Cell(own_name(hint)))

    def value(self, loc: Loc, a: AVal | None, b: AVal | None, hint: str) -> AVal | None:
        if isinstance(b, Poison) and a is not None:
            return a
        if self.guess and loc[0] == "name" and len(loc) == 3 and loc[2] in self.plan.forced and a is not None:
            if isinstance(a, (Value, Const, Ref)):
                return self.numbers(loc, a, a, hint)
        return Joiner.value(self, loc, a, b, hint)

    def content(self, loc: Loc, a: object, b: object, hint: str) -> object:  # type: ignore[override]
        if self.guess and loc[0] == "cell" and loc[1] in self.plan.forced and isinstance(a, (Value, Const)):
            return self.leaf(loc, a, a, a.type, hint)
        return Joiner.content(self, loc, a, b, hint)  # type: ignore[arg-type]


def _same(a: Atom, b: Atom) -> bool:
    return a is b or (isinstance(a, Const) and isinstance(b, Const) and a.key() == b.key())


def new_dims(t: Type) -> set[Dim]:
    match t:
        case ArrayT(_, dims) | ShapeT(dims):
            return set(dims or ())
        case ListT(element):
            return new_dims(element)
        case _:
            return set()


def settled(kept: Type, joint: Type, varying: set[Dim]) -> bool:
    """Whether a carry of type `kept` can hold a value of type `joint`."""
    match kept, joint:
        case ArrayT(), ArrayT():
            return kept.dtype == joint.dtype and _covers(kept.dims, joint.dims, varying)
        case ShapeT(), ShapeT():
            return _covers(kept.dims, joint.dims, varying)
        case ListT(), ListT():
            return settled(kept.element, joint.element, varying)
        case _:
            return kept == joint


def _covers(kept: Dims | None, joint: Dims | None, varying: set[Dim]) -> bool:
    if kept is None or joint is None:
        return kept is None
    return len(kept) == len(joint) and all(k == j or k in varying for k, j in zip(kept, joint))


def generalised(param: Value | None, joint: Type) -> Type:
    return ScalarT("int", fresh_dim()) if joint == ScalarT("int") else joint


# The statements

@executes(ast.For)
def run_for(m: Machine, node: ast.For, rest: list[ast.stmt]) -> Flow | None:
    iterable = m.eval(node.iter)
    items = known_items(m, iterable)
    if items is not None and not _is_range(iterable):
        return unroll(m, node, items, rest)
    if items is None or len(items) > UNROLL:
        return roll_for(m, node, scan(m, iterable, by_index(m, node, iterable)), rest)
    return _roll_or_unroll(m, node, iterable, items, rest)


def _is_range(iterable: AVal) -> bool:
    """Whether known items are ints only: better a loop."""
    from adgen.frontend.values import Reversed, Zip
    match iterable:
        case RangeV():
            return True
        case Zip(sources):
            return all(_is_range(s) for s in sources)
        case Reversed(source):
            return _is_range(source)
        case _:
            return False


def _roll_or_unroll(m: Machine, node: ast.For, iterable: AVal, items: list[AVal], rest: list[ast.stmt]) -> Flow | None:
    state, ops, problems = m.state.copy(), len(m.builder.ops), len(m.problems)
    if not items:
        return finish(m, node, Flow.FALL, rest)
    m.unrollable += 1
    try:
        flow, failed = roll_for(m, node, scan(m, iterable, False), None), False
    except (Refusal, Poisoned):
        flow, failed = None, True
    finally:
        m.unrollable -= 1
    if failed or len(m.problems) > problems:
        m.state = state
        del m.builder.ops[ops:], m.problems[problems:]
        return unroll(m, node, items, rest)
    return finish(m, node, cast(Flow, flow), rest)


def unroll(m: Machine, node: ast.For, items: list[AVal], rest: list[ast.stmt]) -> Flow | None:
    """Run the body once for each item."""
    frame = m.here
    flags, end_live = frame.flags, frame.end_live
    frame.flags = ("%stop", "%returned") if returns(node) else ("%stop",)
    frame.end_live = frame.info.live.head[id(node)] | frame.info.live.after[id(node)]
    try:
        flow = _iterate(m, node, items, 0)
    finally:
        frame.flags, frame.end_live = flags, end_live
    return finish(m, node, flow, rest)


def _iterate(m: Machine, node: ast.For, items: list[AVal], start: int) -> Flow:
    for position in range(start, len(items)):
        assign(m, node.target, items[position])
        flow = m.run(node.body)
        if flow in (Flow.BREAK, Flow.RETURN, Flow.DEAD):
            return flow
        if flow is Flow.MIXED:
            stop = cast(Atom, m.names["%stop"])
            if not isinstance(stop, Const):
                return branch(m, stop, lambda: Flow.MIXED, lambda p=position: _iterate(m, node, items, p + 1),
                              m.here.end_live)
            if stop.value:
                return Flow.MIXED
    return Flow.FALL


def finish(m: Machine, node: Loop, flow: Flow, rest: list[ast.stmt]) -> Flow | None:
    """Go on after a loop that ended so: with its `else`, what follows, or the return that ended it."""
    match flow:
        case Flow.FALL if node.orelse:
            return m.run(node.orelse + rest)
        case Flow.FALL | Flow.BREAK:
            return None
        case Flow.MIXED:
            returned = cast(Atom, m.names.pop("%returned", FALSE))
            stop = cast(Atom, m.names.pop("%stop", FALSE))
            if isinstance(returned, Const) and not returned.value:
                return _after(m, node, stop, rest)
            flow = branch(m, returned, lambda: Flow.RETURN, lambda: _after(m, node, stop, rest, True) or Flow.FALL,
                          m.here.end_live)
            return flow
        case _:
            return flow


def _after(m: Machine, node: Loop, stop: Atom, rest: list[ast.stmt], inside: bool = False) -> Flow | None:
    """After a loop that did not return."""
    if not node.orelse:
        return m.run(rest) if inside else None
    if isinstance(stop, Const):
        return m.run(rest if stop.value else node.orelse + rest)
    return branch(m, stop, lambda: m.run(rest), lambda: m.run(node.orelse + rest), m.here.end_live)


@executes(ast.While)
def run_while(m: Machine, node: ast.While, rest: list[ast.stmt]) -> Flow | None:
    if any(isinstance(n, ast.NamedExpr) for n in ast.walk(node.test)):
        node = _without_walrus(m, node)
    flow = Rolled(m, node, None).run()
    return finish(m, node, flow, rest)


def _without_walrus(m: Machine, node: ast.While) -> ast.While:
    """`while (x := f()): body` as `while True: if not (x := f()): break; body`."""
    at = node.test
    test = ast.copy_location(ast.UnaryOp(ast.Not(), node.test), at)
    leave = ast.copy_location(ast.If(test, [ast.copy_location(ast.Break(), at)], []), at)
    made = ast.copy_location(ast.While(ast.copy_location(ast.Constant(True), at), [leave, *node.body], node.orelse), node)
    live = m.here.info.live
    for table in (live.after, live.head, live.exposed):
        table[id(made)] = table[id(node)] | stored(node.test)
    m.kept.append(made)
    return made


def roll_for(m: Machine, node: ast.For, source: Scan, rest: list[ast.stmt] | None) -> Flow | None:
    flow = Rolled(m, node, source).run()
    return finish(m, node, flow, rest) if rest is not None else flow


class Rolled:
    """One loop being rolled."""

    def __init__(self, m: Machine, node: Loop, source: Scan | None) -> None:
        self.m, self.node, self.source = m, node, source
        frame = m.here
        live = frame.info.live
        self.live = live.head[id(node)] | live.after[id(node)]
        self.may_stop = _stops(node)
        self.plan = Plan(read_late=frame.info.live.assigned - live.exposed[id(node)])

    def run(self) -> Flow:
        m, frame = self.m, self.m.here
        flags, end_live = frame.flags, frame.end_live
        self.prepare_flags()
        before, outer, marks = m.state, m.builder, (len(m.builder.ops), len(m.problems))
        try:
            self.plan.forced = guesses(m, self.node)
            entry = self.guess(before, outer)
            for _ in range(ATTEMPTS):
                del outer.ops[marks[0]:], m.problems[marks[1]:]
                settled_flow = self.attempt(before, outer, entry)
                if isinstance(settled_flow, Flow):
                    return settled_flow
                entry = settled_flow
        except BaseException:
            m.state, m.builder = before, outer
            raise
        finally:
            frame.flags, frame.end_live = flags, end_live
        raise Refusal("the types of what this loop carries do not settle")

    def prepare_flags(self) -> None:
        m, frame = self.m, self.m.here
        frame.flags = (("%stop",) if self.may_stop else ()) + (("%returned",) if returns(self.node) else ())
        frame.end_live = self.live
        m.names.pop("%stop", None)
        if returns(self.node):
            m.names["%returned"] = FALSE
        if self.node.orelse and self.may_stop:
            m.names["%stop"] = FALSE

    def guess(self, before: State, outer: Recorder) -> State:
        side = Side(before.copy(), outer)
        return LoopJoiner(self.m, side, side, self.plan, guess=True).join(self.names(side, side))

    def names(self, a: Side, b: Side) -> list[tuple[int, list[str]]]:
        frames: list[tuple[int, list[str]]] = []
        for frame in a.state.frames:
            both = a.state.frames[frame] | b.state.frames.get(frame, {})
            mine = frame == self.m.here.id
            frames.append((frame, [n for n in both if not mine or n in self.live or n.startswith("%")]))
        return frames

    def attempt(self, before: State, outer: Recorder, entry: State) -> Flow | State:
        """Run the body once. The next attempt's entry state, or how the loop ended where all has settled."""
        m = self.m
        known = entry.copy()
        m.state = entry
        condition = self.condition(outer)
        if condition == "never":
            m.state, m.builder = before, outer
            return Flow.FALL
        m.builder = outer.nested()
        if self.source is not None:
            assign(m, cast(ast.For, self.node).target, self.source.item(m))
        flow = m.run(self.node.body)
        if flow is Flow.DEAD:
            return self.dead(before, outer)
        end = Side(m.state, m.builder, flow)
        stop = self.stop(end)
        start = Side(before.copy(), outer)
        m.state, m.builder = before, outer
        joiner = LoopJoiner(m, start, end, self.plan)
        joined = joiner.join(self.names(start, end))
        if joiner.changed or self.less_is_known(known, joined, before):
            return joined
        m.state = joined
        self.emit(joiner, end, stop, cast("Block | None", condition))
        return self.ended(stop)

    def less_is_known(self, entry: State, joined: State, before: State) -> bool:
        """Whether the body was run on more than what holds at the start of every step."""
        kept = {*before.store, *self.plan.cells.values()}
        for cell in kept & joined.store.keys():
            if isinstance(joined.store[cell], Stale) and not isinstance(entry.store.get(cell), Stale):
                return True
            if (joined.alias.get(cell, NO_CELLS) - entry.alias.get(cell, NO_CELLS)) & kept:
                return True
        here = self.m.here.id
        return any(name not in entry.frames[here] and name not in self.plan.read_late
                   or isinstance(value, Conflict) and not isinstance(entry.frames[here].get(name), Conflict)
                   for name, value in joined.frames[here].items())

    def dead(self, before: State, outer: Recorder) -> Flow:
        raise Refusal("this loop's body always raises", "write the raise without a loop")

    def condition(self, outer: Recorder) -> Block | str | None:
        """The block of a while's condition."""
        if isinstance(self.node, ast.For):
            return None
        m = self.m
        state = m.state
        m.state, m.builder = state.copy(), outer.nested()
        value = truth(m, m.eval(self.node.test))
        block = m.builder.block((), ((TRUE if value else FALSE) if isinstance(value, bool) else value,))
        m.state, m.builder = state, outer
        if value is False:
            return "never"
        if value is True and not self.may_stop:
            raise Refusal("this loop never ends: its condition is always true, and there is no break")
        return block

    def stop(self, end: Side) -> Atom | None:
        """The flag that ends the loop; sets the others."""
        if not self.may_stop:
            return None
        set_flags(self.m, end)
        names = end.state.frames[self.m.here.id]
        return cast(Atom, names["%stop"] if self.node.orelse else names.pop("%stop"))

    def ended(self, stop: Atom | None) -> Flow:
        if stop is None:
            return Flow.FALL
        if returns(self.node) or self.node.orelse:
            return Flow.MIXED
        return Flow.FALL

    def emit(self, joiner: LoopJoiner, end: Side, stop: Atom | None, condition: Block | None) -> None:
        """Append the loop's op, and put its results in the place of the carries."""
        m = self.m
        params = tuple(joiner.leaves)
        inits = tuple(recast(a, p.type) for p, (a, _) in joiner.leaves.items())
        ends = tuple(recast(b, p.type) for p, (_, b) in joiner.leaves.items())
        results = tuple(Value(result_type(p.type, self.plan.varying), p.name) for p in params)
        breaks = stop is not None and not (isinstance(stop, Const) and not stop.value)
        ends = ends + ((cast(Atom, stop),) if breaks else ())
        attrs = {"carry": len(params), "stack": 0, "breaks": breaks}
        if self.source is None:
            assert condition is not None
            body = map_block(end.builder.block(params, ends), joiner.invariant)
            test = map_block(Block(params, condition.ops, condition.results), joiner.invariant)
            op = Op("while", inits, attrs, results, (renewed(test), body), m.builder.span)
        else:
            xs, elements = self.source.operands, self.source.params
            body = map_block(end.builder.block(params + elements, ends), joiner.invariant)
            attrs |= {"xs": self.source.kinds, "reverse": self.source.reverse}
            op = Op("for", inits + xs, attrs, results, (body,), m.builder.span)
        op = stack_appends(op, self.is_empty_list)
        m.builder.append(op)
        env: dict[Value, Atom] = dict(zip(params, results))
        rename_state(m.state, env)

    def is_empty_list(self, atom: Atom) -> bool:
        made = self.m.builder.made.get(atom) if isinstance(atom, Value) else None
        return made is not None and made.name == "list" and not made.args


def renewed(block: Block) -> Block:
    """A copy with params of its own: a while's two blocks have different ones."""
    from adgen.ir.core import clone_block
    return clone_block(block, {})


def result_type(t: Type, varying: set[Dim]) -> Type:
    """A carry's type after the loop: sizes that change from step to step are new ones there."""
    match t:
        case ArrayT(dtype, dims) if dims is not None:
            return ArrayT(dtype, tuple(fresh_dim() if d in varying else d for d in dims))
        case ScalarT("int"):
            return ScalarT("int", fresh_dim())
        case _:
            return t


def _stops(node: Loop) -> bool:
    """Whether the body may break out of the loop, or return."""
    def breaks(body: list[ast.stmt]) -> bool:
        for statement in body:
            match statement:
                case ast.Break():
                    return True
                case ast.If(body=then, orelse=other):
                    if breaks(then) or breaks(other):
                        return True
                case ast.For(orelse=other) | ast.While(orelse=other):
                    if breaks(other):
                        return True
                case _:
                    pass
        return False

    return breaks(node.body) or any(returns(s) for s in node.body)


def by_index(m: Machine, node: ast.For, iterable: AVal) -> bool:
    """Whether the body may write into what is iterated over: then elements are read one by one, by index."""
    written = guesses(m, node)
    touched = {n.id for s in node.body for n in own_nodes(s) if isinstance(n, ast.Name)} & stored(node.target)
    arrays = m.state.reachable([iterable])
    return any(m.state.related(a, c) for a in arrays for c in written if isinstance(c, Cell)) or bool(
        touched & _written_roots(node))


def _written_roots(node: Loop) -> set[str]:
    bound: set[str] = set()
    written: set[str] = set()
    for statement in node.body:
        for inner in own_nodes(statement):
            if isinstance(inner, (ast.Assign, ast.AnnAssign)):
                _note_targets(inner, bound, written)
            elif isinstance(inner, ast.AugAssign):
                _note_root(inner.target, written)
    return written


def guesses(m: Machine, node: Loop) -> frozenset[object]:
    """Names that the body binds again, and buffers that it writes into: most likely its carries."""
    live, names = m.here.info.live.head[id(node)], m.names
    bound: set[str] = set()
    written: set[str] = set()
    for statement in node.body:
        for inner in own_nodes(statement):
            match inner:
                case ast.AugAssign(target=ast.Name(id=name)):
                    (written if isinstance(names.get(name), Ref) else bound).add(name)
                case ast.Assign() | ast.AnnAssign() | ast.For():
                    _note_targets(inner, bound, written)
                case ast.AugAssign(target=target):
                    _note_root(target, written)
                case _:
                    pass
    found: set[object] = {n for n in bound if n in live and isinstance(names.get(n), (Value, Const, Ref))}
    for name in written:
        value = names.get(name)
        if isinstance(value, Ref) and name not in bound and not value.cell.foreign:
            found.add(value.cell)
    return frozenset(found)


def _note_targets(node: ast.AST, bound: set[str], written: set[str]) -> None:
    targets: list[ast.expr] = getattr(node, "targets", None) or [node.target]  # type: ignore[attr-defined]
    while targets:
        target, *targets = targets
        match target:
            case ast.Name(id=name):
                bound.add(name)
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                targets = elts + targets
            case ast.Subscript():
                _note_root(target, written)
            case _:
                pass


def _note_root(node: ast.expr, written: set[str]) -> None:
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    if isinstance(node, ast.Name):
        written.add(node.id)


