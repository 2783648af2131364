"""Generator functions: run in step with what consumes them.

A call of one makes a `Generator`; its body is run where it is looped over, and at each `yield` the loop's body is run,
so that effects and modified arrays come in Python's order. What takes all items at once (`list`, `sum`, `zip` ...) is
given a list of them; that is refused where the generator later changes an array that it has yielded.
"""

from __future__ import annotations

import ast
from collections.abc import Callable

from adgen.errors import Refusal
from adgen.frontend.control import body_frame
from adgen.frontend.inline import bind, enter, run_frame
from adgen.frontend.iterables import known_items
from adgen.frontend.liveness import own_nodes
from adgen.frontend.machine import Flow, Frame, Machine, NeverReturns, evaluates
from adgen.frontend.memory import new_list
from adgen.frontend.rolling import stops
from adgen.frontend.runs import list_append
from adgen.frontend.source import Info
from adgen.frontend.targets import assign
from adgen.frontend.values import NONE, AVal, Content, Generator, ListV, Ref
from adgen.ir.core import has_effect

Consume = Callable[[AVal], Flow]


class Stopped(Exception):
    """The consumer has left its loop."""

    def __init__(self, flow: Flow):
        super().__init__(flow)
        self.flow = flow


def yields(info: Info) -> bool:
    """Whether a function is a generator function."""
    kept = info.node.__dict__
    if "yields" not in kept:
        nodes = [n for s in info.body for n in own_nodes(s)]
        kept["yields"] = any(isinstance(n, (ast.Yield, ast.YieldFrom)) for n in nodes)
    return kept["yields"]


def drive(m: Machine, generator: Generator, consume: Consume) -> None:
    """Run a generator's body, with its items given to `consume`."""
    frame, defaults = enter(m, generator.function)
    values = bind(m, frame.info, defaults, list(generator.args), dict(generator.keywords))
    frame.consume = consume
    m.state.frames[frame.id] = values
    run_frame(m, frame)


@evaluates(ast.Yield)
def eval_yield(m: Machine, node: ast.Yield) -> AVal:
    give(m, NONE if node.value is None else m.eval(node.value))
    return NONE


def give(m: Machine, value: AVal) -> None:
    """Hand an item to the consumer, and go on when that has run."""
    consume = m.here.consume
    if consume is None:
        raise Refusal("yield outside of a generator that is looped over is not supported", "return a list")
    if consume(value) is Flow.DEAD:
        raise NeverReturns


@evaluates(ast.YieldFrom)
def eval_yield_from(m: Machine, node: ast.YieldFrom) -> AVal:
    source = m.eval(node.value)
    if isinstance(source, Generator):
        drive(m, source, in_frame(m, m.here, lambda value: give(m, value) or Flow.FALL))
        return NONE
    items = known_items(m, source)
    if items is None:
        raise Refusal(f"yield from {m.describe(source)} is not supported", "write a loop that yields its items")
    for item in items:
        give(m, item)
    return NONE


def in_frame(m: Machine, frame: Frame, run: Consume) -> Consume:
    """A consumer that runs in the frame of the code that the items are for."""

    def consume(value: AVal) -> Flow:
        outer, span = m.frame, m.builder.span
        m.frame = frame
        try:
            return run(value)
        finally:
            m.frame, m.builder.span = outer, span

    return consume


def loop_over(m: Machine, node: ast.For, generator: Generator) -> Flow:
    """`for target in generator: body`; how it ended."""
    builder, here = m.builder, m.span(node)

    def step(value: AVal) -> Flow:
        assign(m, node.target, value)
        with body_frame(m, node, ("%stop",) if stops(node) else ()):
            flow = m.run(node.body)
        if flow in (Flow.BREAK, Flow.RETURN):
            if m.builder is builder:
                raise Stopped(flow)
        elif flow is not Flow.MIXED or not stops(node):
            return flow
        raise Refusal(
            "leaving a loop over a generator at a time that is known at run time only is not supported",
            "let the generator end, or loop over a list",
            here,
        )

    outer, depth = m.frame, len(m.depth)
    try:
        drive(m, generator, in_frame(m, m.here, step))
    except Stopped as stopped:
        m.frame = outer
        del m.depth[depth:]
        return stopped.flow
    return Flow.FALL


def collected(m: Machine, generator: Generator) -> ListV:
    """All items of a generator at once."""
    made = new_list(m, ())
    held: list[tuple[Ref, Content]] = []
    start = len(m.builder.ops)

    def keep(value: AVal) -> Flow:
        if isinstance(value, Ref):
            held.append((value, m.state.store[value.cell]))
        list_append(m, made, value)
        return Flow.FALL

    drive(m, generator, in_frame(m, m.here, keep))
    if any(m.state.store.get(ref.cell) is not content for ref, content in held):
        raise Refusal("a generator that modifies what it has yielded must be looped over itself", "yield a copy")
    if any(has_effect(op) for op in m.builder.ops[start:]):
        raise Refusal("a generator that prints or draws must be looped over itself", "write for item in generator")
    return made


def without_generators(m: Machine, args: list[AVal]) -> list[AVal]:
    return [collected(m, a) if isinstance(a, Generator) else a for a in args]


