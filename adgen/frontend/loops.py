"""Loops: unrolled over containers, rolled into a `for` or `while` over what has run-time length.

A rolled body is run until what it carries settles: the state at its start is the join of the state
before the loop and of that at the body's end. Names and cells that differ become carries; what the
loop leaves as it is does not. The types of carries widen where they must: a size gets a symbol of
its own, a list that is appended to gets run-time length.
"""

from __future__ import annotations

import ast
from typing import cast

from adgen.errors import Refusal
from adgen.frontend.carries import Loop, by_index
from adgen.frontend.control import FALSE, branch, returns
from adgen.frontend.iterables import Scan, known_items, scan
from adgen.frontend.liveness import stored
from adgen.frontend.machine import Flow, Machine, Poisoned, executes
from adgen.frontend.rolling import Rolled
from adgen.frontend.targets import assign
from adgen.frontend.values import AVal, RangeV
from adgen.ir.core import Atom, Const

UNROLL = 64
"""A loop over a constant range of at most so many steps is unrolled where rolling it fails."""


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


def _roll_or_unroll(
    m: Machine, node: ast.For, iterable: AVal, items: list[AVal], rest: list[ast.stmt]
) -> Flow | None:
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


def roll_for(m: Machine, node: ast.For, source: Scan, rest: list[ast.stmt] | None) -> Flow | None:
    flow = Rolled(m, node, source).run()
    return finish(m, node, flow, rest) if rest is not None else flow
