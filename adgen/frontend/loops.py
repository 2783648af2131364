"""Loops: unrolled over containers, rolled into a `for` or `while` over what has run-time length.

A rolled body is run until what it carries settles: the state at its start is the join of the state
before the loop and of that at the body's end. Names and cells that differ become carries; what the
loop leaves as it is does not. The types of carries widen where they must: a size gets a symbol of
its own, a list that is appended to gets run-time length.
"""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import cast

from adgen.errors import Refusal
from adgen.frontend.carries import Loop, by_index
from adgen.frontend.control import FALSE, body_frame, branch, returns
from adgen.frontend.generators import loop_over
from adgen.frontend.iterables import Scan, known_items, scan
from adgen.frontend.liveness import stored
from adgen.frontend.machine import Flow, Machine, Poisoned, executes
from adgen.frontend.memory import content
from adgen.frontend.rolling import Rolled, only_returns, stops
from adgen.frontend.targets import assign
from adgen.frontend.values import AVal, Conflict, DictV, Generator, ListV, RangeV, Reversed, Run, Zip
from adgen.ir.builder import const
from adgen.ir.core import Atom, Const

UNROLL = 64
"""A loop over a constant range of at most so many steps is unrolled where rolling it fails."""


# The statements


@executes(ast.For)
def run_for(m: Machine, node: ast.For, rest: list[ast.stmt]) -> Flow | None:
    iterable = m.eval(node.iter)
    if isinstance(iterable, Generator):
        return finish(m, node, loop_over(m, node, iterable), rest)
    items = known_items(m, iterable)
    if items is not None and not _is_range(iterable):
        return unroll(m, node, iterable, items, rest)
    if items is None or len(items) > UNROLL:
        return finish(m, node, _roll(m, node, iterable), rest)
    return _roll_or_unroll(m, node, iterable, items, rest)


def _is_range(iterable: AVal) -> bool:
    """Whether known items are ints only: better a loop."""
    match iterable:
        case RangeV():
            return True
        case Zip(sources, _):
            return all(_is_range(s) for s in sources)
        case Reversed(source):
            return _is_range(source)
        case _:
            return False


def _roll_or_unroll(
    m: Machine, node: ast.For, iterable: AVal, items: list[AVal], rest: list[ast.stmt]
) -> Flow | None:
    if not items:
        return finish(m, node, Flow.FALL, rest)
    m.unrollable += 1
    try:
        flow = attempt(m, lambda: roll_for(m, node, scan(m, iterable)))
    finally:
        m.unrollable -= 1
    if flow is None:
        return unroll(m, node, iterable, items, rest)
    return finish(m, node, flow, rest)


def attempt(m: Machine, run: Callable[[], Flow]) -> Flow | None:
    """How something ended; None, and all as before, where it meets a problem."""
    state, ops, problems = m.state.copy(), len(m.builder.ops), len(m.problems)
    try:
        flow = run()
        if len(m.problems) == problems:
            return flow
    except (Refusal, Poisoned):
        pass
    m.state = state
    del m.builder.ops[ops:], m.problems[problems:]
    return None


def _roll(m: Machine, node: ast.For, iterable: AVal) -> Flow:
    """Roll a loop of run-time length, if need be with its first step apart."""
    source = scan(m, iterable, by_index(m, node, iterable))
    if not isinstance(iterable, RangeV) or stops(node) or not _goes_up(iterable):
        return roll_for(m, node, source)
    flow = attempt(m, lambda: roll_for(m, node, source))
    if flow is None:
        flow = attempt(m, lambda: _peeled(m, node, iterable))
    if flow is None:
        flow = attempt(m, lambda: _peeled(m, node, iterable, must_run=True))
    return roll_for(m, node, source) if flow is None else flow


def _goes_up(iterable: RangeV) -> bool:
    return isinstance(iterable.step, Const) and iterable.step.value > 0


def _peeled(m: Machine, node: ast.For, iterable: RangeV, must_run: bool = False) -> Flow:
    """The first step by itself: what is None or a number before it may be an array after. With `must_run`, what has no
    type that holds if there is no step is what it is after one, and no step raises."""
    runs = m.builder.emit("lt", iterable.start, iterable.stop)
    following = m.g("add", iterable.start, iterable.step).atom
    if isinstance(iterable.start, Const):
        following = const(iterable.start.value + cast(Const, iterable.step).value)

    def steps() -> Flow:
        assign(m, node.target, iterable.start)
        with body_frame(m, node, ()):
            flow = m.run(node.body)
        if flow is Flow.DEAD:
            return flow
        later = RangeV(following, iterable.stop, iterable.step)
        return roll_for(m, node, scan(m, later))

    def no_step() -> Flow:
        if must_run:
            where = f"the loop in line {node.lineno} of {m.here.info.name} must run at least once"
            m.builder.emit_many("raise", (const(where),), {"exception": "ValueError"})
        return Flow.DEAD if must_run else Flow.FALL

    live = m.here.info.live.head[id(node)] | m.here.info.live.after[id(node)]
    conflicts = _conflicts(m)
    flow = branch(m, runs, steps, no_step, live)
    if _conflicts(m) - conflicts:
        raise Refusal("what the loop binds has another type where it does not run", "bind it before the loop")
    return flow


def _conflicts(m: Machine) -> set[str]:
    return {name for name, value in m.names.items() if isinstance(value, Conflict)}


def _list_sizes(m: Machine, iterable: AVal) -> list[int]:
    """How many items the lists and dicts have that are looped over."""
    sources = iterable.sources if isinstance(iterable, Zip) else (iterable,)
    held = [content(m, s.cell) for s in sources if isinstance(s, (ListV, DictV))]
    return [len(items) for items in held if not isinstance(items, Run)]


def unroll(
    m: Machine, node: ast.For, iterable: AVal, items: list[AVal], rest: list[ast.stmt]
) -> Flow | None:
    """Run the body once for each item."""
    sizes = _list_sizes(m, iterable)
    with body_frame(m, node, ("%stop", "%returned") if returns(node) else ("%stop",)):
        flow = _iterate(m, node, items, 0)
    if sizes != _list_sizes(m, iterable):
        raise Refusal("a list is modified while it is looped over", "loop over a copy of it")
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
                return branch(
                    m,
                    stop,
                    lambda: Flow.MIXED,
                    lambda p=position: _iterate(m, node, items, p + 1),
                    m.here.end_live,
                )
            if stop.value:
                return Flow.MIXED
    return Flow.FALL


def finish(m: Machine, node: Loop, flow: Flow, rest: list[ast.stmt]) -> Flow | None:
    """Go on after a loop that ended so: with its `else`, what follows, or its return."""
    match flow:
        case Flow.FALL if node.orelse:
            return m.run(node.orelse + rest)
        case Flow.FALL | Flow.BREAK:
            return None
        case Flow.MIXED:
            returned = cast(Atom, m.names.pop("%returned", FALSE))
            stop = cast(Atom, m.names.pop("%stop", FALSE))
            if only_returns(node):
                return Flow.RETURN
            if isinstance(returned, Const) and not returned.value:
                return _after(m, node, stop, rest)
            flow = branch(
                m,
                returned,
                lambda: Flow.RETURN,
                lambda: _after(m, node, stop, rest, True) or Flow.FALL,
                m.here.end_live,
            )
            return flow
        case _:
            return flow


def _after(
    m: Machine, node: Loop, stop: Atom, rest: list[ast.stmt], inside: bool = False
) -> Flow | None:
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
    made = ast.copy_location(
        ast.While(ast.copy_location(ast.Constant(True), at), [leave, *node.body], node.orelse), node
    )
    live = m.here.info.live
    for table in (live.after, live.head, live.exposed):
        table[id(made)] = table[id(node)] | stored(node.test)
    m.kept.append(made)
    return made


def roll_for(m: Machine, node: ast.For, source: Scan) -> Flow:
    return Rolled(m, node, source).run()
