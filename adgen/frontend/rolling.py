"""Rolling one loop: its body is run until what it carries settles, then it becomes a `for` or
`while`.
"""

from __future__ import annotations

import ast
from typing import cast

from adgen.errors import Problem, Refusal
from adgen.frontend.carries import Loop, LoopJoiner, Plan, guesses, result_type
from adgen.frontend.control import FALSE, TRUE, body_frame, returns, set_flags, truth
from adgen.frontend.iterables import Scan
from adgen.frontend.join import Side
from adgen.frontend.joint_types import recast
from adgen.frontend.machine import Flow, Machine, NeverReturns, Poisoned, Recorder
from adgen.frontend.rename import rename_state
from adgen.frontend.stacking import stack_appends
from adgen.frontend.state import NO_CELLS, State
from adgen.frontend.targets import assign
from adgen.frontend.values import Conflict, DictV, ListV, Record, Ref, Run, Stale, Tup
from adgen.ir.core import Atom, Block, Const, Op, Value, map_block

ATTEMPTS = 16


class Rolled:
    """One loop being rolled."""

    def __init__(self, m: Machine, node: Loop, source: Scan | None) -> None:
        self.m, self.node, self.source = m, node, source
        frame = m.here
        live = frame.info.live
        self.live = live.head[id(node)] | live.after[id(node)]
        self.may_stop = stops(node)
        self.plan = Plan(read_late=frame.info.live.assigned - live.exposed[id(node)])

    def run(self) -> Flow:
        flags = (("%stop",) if self.may_stop else ()) + (
            ("%returned",) if returns(self.node) else ()
        )
        self.prepare_flags()
        with body_frame(self.m, self.node, flags):
            return self.settle()

    def settle(self) -> Flow:
        m = self.m
        before, outer, marks = m.state, m.builder, (len(m.builder.ops), len(m.problems))
        try:
            self.plan.forced = guesses(m, self.node)
            entry = self.guess(before, outer)
            refused: list[Problem] = []
            for _ in range(ATTEMPTS):
                del outer.ops[marks[0] :], m.problems[marks[1] :]
                settled_flow = self.attempt(before, outer, entry)
                refused = m.problems[marks[1] :] or refused
                if isinstance(settled_flow, Flow):
                    return settled_flow
                entry = settled_flow
        except BaseException:
            m.state, m.builder = before, outer
            raise
        m.problems[marks[1] :] = refused
        if refused:
            raise Poisoned
        raise Refusal("the types of what this loop carries do not settle", "give what it carries a type before it")

    def prepare_flags(self) -> None:
        m = self.m
        m.names.pop("%stop", None)
        if returns(self.node):
            m.names["%returned"] = FALSE
        if self.node.orelse and self.may_stop:
            m.names["%stop"] = FALSE

    def guess(self, before: State, outer: Recorder) -> State:
        side = Side(before.copy(), outer)
        names = self.names(side, side)
        state = LoopJoiner(self.m, side, side, self.plan, guess=True).join(names)
        state.views, state.sizes = dict(before.views), dict(before.sizes)
        return state

    def names(self, a: Side, b: Side) -> list[tuple[int, list[str]]]:
        frames: list[tuple[int, list[str]]] = []
        for frame in a.state.frames:
            both = a.state.frames[frame] | b.state.frames.get(frame, {})
            mine = frame == self.m.here.id
            frames.append(
                (frame, [n for n in both if not mine or n in self.live or n.startswith("%")])
            )
        return frames

    def attempt(self, before: State, outer: Recorder, entry: State) -> Flow | State:
        """Run the body once: the next attempt's entry state, or how the loop ended."""
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
        if joiner.changed or self.less_is_known(known, joined, before) or self.assumed_other(known, joined, joiner):
            return joined
        if isinstance(condition, Block) and condition.results == (TRUE,) and not self.may_stop:
            raise Refusal(
                "this loop never ends: its condition is always true, and there is no break",
                "leave it with break, or change what its condition reads",
            )
        m.state = joined
        self.emit(joiner, end, stop, cast("Block | None", condition))
        return self.ended(stop)

    def less_is_known(self, entry: State, joined: State, before: State) -> bool:
        """Whether the body was run on more than what holds at the start of every step."""
        kept = {*before.store, *self.plan.cells.values()}
        for cell in kept & joined.store.keys():
            if isinstance(joined.store[cell], Stale) and not isinstance(
                entry.store.get(cell), Stale
            ):
                return True
            if (joined.alias.get(cell, NO_CELLS) - entry.alias.get(cell, NO_CELLS)) & kept:
                return True
        here = self.m.here.id
        if any(
            isinstance(value, Conflict) and not isinstance(entry.frames.get(frame, {}).get(name), Conflict)
            for frame, names in joined.frames.items()
            for name, value in names.items()
        ):
            return True
        return any(
            name not in entry.frames[here] and name not in self.plan.read_late for name in joined.frames[here]
        )

    def assumed_other(self, entry: State, joined: State, joiner: LoopJoiner) -> bool:
        """Whether the body was run on other values than those that stand for the start of any step: so it is after an
        attempt in which a statement was refused."""

        def same(a: object, b: object) -> bool:
            match a, b:
                case Const(), Const():
                    return a.key() == b.key()
                case Value(), _:
                    return a is b or a in joiner.invariant
                case Tup(), Tup():
                    return len(a.items) == len(b.items) and all(map(same, a.items, b.items))
                case Run(), Run():
                    return len(a.atoms) == len(b.atoms) and all(map(same, a.atoms, b.atoms))
                case (Ref() | ListV() | DictV() | Record()), _:
                    return a == b
                case tuple(), tuple():
                    return len(a) == len(b) and all(map(same, a, b))  # type: ignore[arg-type]
                case dict(), dict():
                    return list(a) == list(b) and all(map(same, a.values(), b.values()))  # type: ignore[arg-type]
                case _:
                    return type(a) is type(b)

        names = (
            (entry.frames[frame].get(name), value)
            for frame, held in joined.frames.items()
            if frame in entry.frames
            for name, value in held.items()
            if name in entry.frames[frame] and not name.startswith("%") and name not in self.plan.read_late
        )
        cells = ((entry.store[c], held) for c, held in joined.store.items() if c in entry.store)
        return not all(same(a, b) for a, b in (*names, *cells))

    def dead(self, before: State, outer: Recorder) -> Flow:
        if self.m.waiting:
            raise NeverReturns
        raise Refusal("this loop's body always raises", "write the raise without a loop")

    def condition(self, outer: Recorder) -> Block | str | None:
        """The block of a while's condition."""
        if isinstance(self.node, ast.For):
            return None
        m = self.m
        state = m.state
        m.state, m.builder = state.copy(), outer.nested()
        value = truth(m, m.eval(self.node.test))
        block = m.builder.block(
            (), ((TRUE if value else FALSE) if isinstance(value, bool) else value,)
        )
        m.state, m.builder = state, outer
        if value is False:
            return "never"
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

    def emit(
        self, joiner: LoopJoiner, end: Side, stop: Atom | None, condition: Block | None
    ) -> None:
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


def breaks(body: list[ast.stmt]) -> bool:
    """Whether a `break` among the statements leaves the loop around them."""
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
            case ast.With(body=inner):
                if breaks(inner):
                    return True
            case ast.Match(cases=cases):
                if any(breaks(c.body) for c in cases):
                    return True
            case ast.Try(body=inner, orelse=other, finalbody=final, handlers=handlers):
                if breaks([*inner, *other, *final, *(s for h in handlers for s in h.body)]):
                    return True
            case _:
                pass
    return False


def stops(node: Loop) -> bool:
    """Whether the body may break out of the loop, or return."""
    return breaks(node.body) or any(returns(s) for s in node.body)


def only_returns(node: Loop) -> bool:
    """Whether the loop ends by a `return` or not at all."""
    if not isinstance(node, ast.While) or not isinstance(node.test, ast.Constant):
        return False
    return bool(node.test.value) and not breaks(node.body)
