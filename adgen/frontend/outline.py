"""Calls of the user's functions: run in the place of the call, or a `call` of a definition.

A function is run in the place of its call (`inline`), which gives the best source, unless

  - it calls itself, with arguments of the same signature: met while it is being run, that unwinds to the outer call,
    which is made a call of a definition. With another signature (a smaller tree of parameters) it is run again
  - it is large and often called (`LARGE` ops, more than `OFTEN` calls with one signature): the whole is begun anew,
    with a definition for it, so that what is emitted grows with the program and not with its tree of calls

The body of a definition is run until the types of what it returns settle; in the first run a call of itself is taken
never to return. What it reads of the functions around it becomes parameters too; what it writes, in arguments or
around it, become results, which the caller stores. A result may share memory with what was passed: the two are linked,
so that a write to one makes the other stale.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any, cast

from adgen.errors import NeedsStatic, Refusal
from adgen.frontend.inline import bind, enter, run_frame
from adgen.frontend.joint_types import join_types, recast
from adgen.frontend.machine import Frame, Machine, NeverReturns, Poisoned, Recorder
from adgen.frontend.memory import fresh, is_mutable, link, number, read, set_content, write
from adgen.frontend.signatures import Inside, Signature, signature_of
from adgen.frontend.source import info_of
from adgen.frontend.state import NO_CELLS
from adgen.frontend.trees import from_tree, to_tree
from adgen.frontend.values import AVal, Cell, Content, Func, Generator, ListV, Ref, Run, Stale, Tup, cell_of
from adgen.ir.core import Atom, Block, Const, Definition, Op, Value, definitions, free_values, map_block, walk
from adgen.ir.tree import LEAF, Tree, leaves, map_leaves
from adgen.ir.types import ArrayT, Dim, ListT, ScalarT, ShapeT, Type
from adgen.rules.infrastructure import SUM_TO

DEPTH = 60
"""How deep calls may be nested that are run in their place."""
MOST = 50_000
"""How many values a function may make that is run in its place for each number that it calls itself with."""
PASSES = 8
LARGE, OFTEN = 40, 2


class Recursive(Exception):
    """A function was called again with a signature that it is being run for."""

    def __init__(self, key: Hashable):
        super().__init__(key)
        self.key = key


class Repeated(Exception):
    """A large function is called often: begin anew, with a definition for it."""

    def __init__(self, key: Hashable):
        super().__init__(key)
        self.key = key


@dataclass(slots=True, eq=False)
class Outline:
    """A definition, and how a call of it goes on in the frontend."""

    definition: Definition
    tree: Tree | None = None
    """That of its result; None while nothing is known of it."""
    written: frozenset[int] = frozenset()
    """Of the arrays and lists passed, those that it writes to, by position."""
    shared: frozenset[int] = frozenset()
    """Those that its result may share memory with."""
    outer: list[Cell] = field(default_factory=list[Cell])
    """Arrays of the functions around it that it writes to."""
    captured: list[Value] = field(default_factory=list[Value])
    """Values of the functions around it that it reads."""
    called: bool = False
    """Whether its body, as it is being run, has called it."""
    done: bool = False

    @property
    def closed(self) -> bool:
        """Whether a later call may use it: it reads and writes nothing around it."""
        return self.done and not self.captured and not self.outer


def call_function(m: Machine, function: AVal, args: list[AVal], keywords: dict[str, AVal]) -> AVal:
    """What a call of a function of the user's gives."""
    from adgen.frontend.generators import yields

    info = function.info if isinstance(function, Func) else info_of(cast(Any, function).value)
    if yields(info):
        return Generator(function, tuple(args), tuple(keywords.items()))
    if info.name == "_sum_to" and info.source().text.strip().replace("cp.", "np.") == SUM_TO.strip():
        return sum_to(m, *args)
    frame, defaults = enter(m, function)
    return run(m, function, frame, bind(m, frame.info, defaults, args, keywords))


def sum_to(m: Machine, given: AVal, shape: AVal) -> AVal:
    """A call of the helper that modules of adgen's own carry."""
    sizes = shape.items if isinstance(shape, Tup) else (shape,)
    operands = tuple(cast(Atom, number(m, size)) for size in sizes)
    return fresh(m, m.builder.emit("sum_to", cast(Atom, number(m, given)), *operands))


def run(m: Machine, function: AVal, frame: Frame, bound: dict[str, AVal]) -> AVal:
    """Run a function, or call a definition of it."""
    if frame.comprehension:
        return in_place(m, frame, bound)
    general = frame.info not in m.exact
    signature = signature_of(m, bound, general)
    frame.key = key = frame.info, _home(function), signature.key
    outline = m.outlines.get(key)
    if outline is not None and (outline.closed or not outline.done):
        return emit_call(m, outline, signature)
    if any(f.key == key for f in m.depth):
        raise Recursive(key)
    if len(m.depth) > DEPTH or (not general and len(m.builder.made) > MOST):
        raise Refusal(
            f"{frame.info.name} calls itself more than {DEPTH} deep, each time with arguments of another structure",
            "pass what changes as numbers or arrays",
        )
    if key in m.repeated:
        return outlined(m, function, frame, bound, signature)
    return _inline(m, function, frame, bound, signature)


def _home(function: AVal) -> Hashable:
    """What tells functions of one source apart: where they were defined."""
    return function.frame if isinstance(function, Func) else None


def in_place(m: Machine, frame: Frame, bound: dict[str, AVal]) -> AVal:
    m.state.frames[frame.id] = dict(bound)
    return run_frame(m, frame)


def _inline(m: Machine, function: AVal, frame: Frame, bound: dict[str, AVal], signature: Signature) -> AVal:
    """Run it in the place of its call, until it is found to call itself."""
    again = checkpoint(m)
    before = len(m.builder.ops)
    try:
        result = in_place(m, frame, bound)
    except Recursive as found:
        if found.key != frame.key:
            raise
        again()
        return outlined(m, function, frame, bound, signature)
    _count(m, frame, sum(1 for op in m.builder.ops[before:] for _ in walk(Block((), (op,), ()))))
    return result


def _count(m: Machine, frame: Frame, size: int) -> None:
    """Note a call that was run in its place."""
    if size < LARGE or frame.parent is not None or m.outlining:
        return
    m.calls[frame.key] = m.calls.get(frame.key, 0) + 1
    if m.calls[frame.key] > OFTEN and frame.key not in m.unfit:
        raise Repeated(frame.key)


def checkpoint(m: Machine) -> Callable[[], None]:
    """Takes the machine back to where it is now."""
    state, builder, count, problems = m.state.copy(), m.builder, len(m.builder.ops), len(m.problems)
    frame, depth, unrollable, span = m.frame, len(m.depth), m.unrollable, m.builder.span
    outlines = dict(m.outlines)

    def again() -> None:
        m.state, m.builder, m.frame, m.unrollable = state, builder, frame, unrollable
        del m.builder.ops[count:], m.problems[problems:], m.depth[depth:]
        m.builder.span = span
        m.outlines.clear()
        m.outlines.update(outlines)

    return again


# Definitions


def outlined(m: Machine, function: AVal, frame: Frame, bound: dict[str, AVal], signature: Signature) -> AVal:
    """Lower a definition for the signature, and call it. Where a number must be known when compiling, or the general
    form is refused, the function is run in place for the numbers that there are."""
    again = checkpoint(m)
    try:
        return emit_call(m, define(m, frame, bound, signature), signature)
    except (NeedsStatic, Refusal, Poisoned):
        constants = any(isinstance(leaf, Const) for leaf in signature.leaves)
        if frame.key not in m.repeated and (not constants or frame.info in m.exact):
            raise
    again()
    return exactly(m, function, frame, bound)


def exactly(m: Machine, function: AVal, frame: Frame, bound: dict[str, AVal]) -> AVal:
    """Run a function in place, for each of the numbers that it calls itself with."""
    m.unfit.add(frame.key)
    if frame.key in m.repeated:
        m.repeated.discard(frame.key)
        return run(m, function, frame, bound)
    m.exact.add(frame.info)
    try:
        return run(m, function, frame, bound)
    finally:
        m.exact.discard(frame.info)


def define(m: Machine, frame: Frame, bound: dict[str, AVal], signature: Signature) -> Outline:
    """The definition of a function for a signature."""
    params = tuple(Value(t) for t in signature.types)
    span = frame.info.span(frame.info.node, frame.caller)
    definition = Definition(frame.info.name.strip("<>"), params, (), None, span)
    outline = m.outlines[frame.key] = Outline(definition)
    kept, parameters = dict(m.outlines), m.parameters
    m.parameters = parameters | set(params)
    m.outlining += 1
    try:
        for _ in range(PASSES):
            m.outlines.clear()
            m.outlines.update(kept)
            attempt = Attempt(m, outline, frame, bound, params)
            if attempt.settled():
                attempt.complete()
                return outline
    except NeedsStatic as wanted:
        if wanted.parameter in params:
            wanted.parameter = number(m, signature.leaves[params.index(cast(Value, wanted.parameter))])
        raise
    finally:
        m.parameters = parameters
        m.outlining -= 1
        if not outline.done:
            m.outlines.pop(frame.key, None)
    raise Refusal(
        f"the type of what {frame.info.name} returns does not settle",
        "return the same types on every path, also where it does not call itself",
    )


class Attempt:
    """One run of a definition's body, on what is known so far of its result and of what it writes."""

    def __init__(
        self, m: Machine, outline: Outline, frame: Frame, bound: dict[str, AVal], params: tuple[Value, ...]
    ):
        self.m, self.outline, self.frame = m, outline, frame
        outline.called = False
        self.before, outer = m.state, m.builder
        self.builder: Recorder = outer.nested()
        m.state, m.builder = m.state.copy(), self.builder
        problems = len(m.problems)
        try:
            self.inside = Inside(m, frame.info not in m.exact, iter(params))
            values = {name: self.inside.value(value, name) for name, value in bound.items()}
            self.link_cells()
            self.hold_cells()
            self.params = params + self.enter_outer()
            outline.definition.params = self.params
            self.start = dict(m.state.store)
            self.result = self.run(values)
            if len(m.problems) > problems:
                raise Poisoned
            if self.result is not None:
                self.tree, self.atoms = to_tree(m, self.result)
                self.shared = self.sharing(self.result)
            self.after = m.state
        finally:
            m.state, m.builder = self.before, outer

    def link_cells(self) -> None:
        """What stands for an array may share memory with it, and with what stands for its aliases."""
        state = self.m.state
        for position, (value, inner) in enumerate(self.inside.cells):
            cell = cast(Cell, cell_of(value))
            for other in (cell, *state.alias.get(cell, NO_CELLS)):
                state.link(inner, other)
            for given, twin in self.inside.cells[:position]:
                if state.related(cell, cast(Cell, cell_of(given))):
                    state.link(inner, twin)

    def hold_cells(self) -> None:
        """Names for what stands for arrays and lists, so that paths that meet join what they hold."""
        state = self.m.state
        state.frames[self.m.new_frame_id()] = {
            f"%{position}": Ref(inner) if isinstance(value, Ref) else ListV(inner)
            for position, (value, inner) in enumerate(self.inside.cells)
        }

    def enter_outer(self) -> tuple[Value, ...]:
        """Params for what the arrays around the function hold that it writes to."""
        made: list[Value] = []
        for cell in self.outline.outer:
            param = Value(cast(Atom, self.before.store[cell]).type, cell.hint)
            self.m.state.store[cell] = param
            made.append(param)
        return tuple(made)

    def run(self, values: dict[str, AVal]) -> AVal | None:
        """What the body returns; None if it never does without calling itself."""
        m, frame = self.m, self.frame
        home = frame.globals, frame.assigned, frame.parent, frame.closure, frame.function, frame.caller
        fresh = Frame(m.new_frame_id(), frame.info, *home, key=frame.key)
        m.known_frames.append(fresh)
        m.state.frames[fresh.id] = values
        try:
            return run_frame(m, fresh)
        except NeverReturns:
            return None

    def sharing(self, result: AVal) -> frozenset[int]:
        """Positions of what is passed that the result may share memory with."""
        state = self.m.state
        cells = [c for c in state.reachable([result]) if isinstance(state.store.get(c), (Value, Const))]
        return frozenset(
            position
            for position, (_, inner) in enumerate(self.inside.cells)
            if any(state.related(cell, inner) for cell in cells)
        )

    # What is known after it

    def settled(self) -> bool:
        """Whether the run found no more than what it was based on; else the next one is based on what it found."""
        outline = self.outline
        if self.result is None:
            return self.never_returned()
        self.refuse_changes()
        written = frozenset(i for i, (_, inner) in enumerate(self.inside.cells) if self.is_changed(inner))
        outer = [c for c in self.before.store if self.is_changed(c)]
        types = [a.type for a in self.atoms]
        known = list(outline.definition.results[: len(types)])
        same = outline.tree is not None and _structure(outline.tree) == _structure(self.tree)
        joint = [self.joined(a, b) for a, b in zip(known, types, strict=True)] if same else types
        final = (
            same
            and written <= outline.written
            and self.shared <= outline.shared
            and set(outer) <= set(outline.outer)
            and all(self.canonical(a) == self.canonical(b) for a, b in zip(known, joint, strict=True))
        )
        outline.tree = self.tree
        if final:
            return True
        outline.written |= written
        outline.shared |= self.shared
        outline.outer += [c for c in outer if c not in outline.outer]
        outline.definition.results = (*joint, *(a.type for a in self.contents()))
        return not outline.called and not outline.outer

    def never_returned(self) -> bool:
        if self.outline.tree is None and any(o.tree is None for o in self.m.outlines.values() if o is not self.outline):
            raise NeverReturns
        raise Refusal(
            f"{self.frame.info.name} calls itself on every path, and so never returns",
            "return without a call of itself where the recursion ends",
            self.frame.info.span(self.frame.info.node, self.frame.caller),
        )

    def is_changed(self, cell: Cell) -> bool:
        now, held = self.after.store.get(cell), self.start.get(cell)
        return now is not held and now != held and now is not None and not isinstance(now, Stale)

    def refuse_changes(self) -> None:
        """Refuse what a call cannot hand back: other contents of lists and dicts, names of functions around it."""
        containers = [inner for _, inner in self.inside.containers if self.is_changed(inner)]
        containers += [
            c for c in self.before.store
            if self.is_changed(c) and not isinstance(self.after.store[c], (Value, Const))
        ]
        if containers:
            raise Refusal(
                f"{self.frame.info.name} calls itself, and changes the list or dict {containers[0].hint or 'given'}",
                "return what it makes, or pass arrays and write into them",
            )
        for frame, names in self.before.frames.items():
            for name, value in self.after.frames.get(frame, names).items():
                if not name.startswith("%") and value is not names.get(name) and value != names.get(name):
                    raise Refusal(
                        f"{self.frame.info.name} calls itself, and assigns {name} of the function around it",
                        "return the value, or write into an array",
                    )

    def contents(self) -> list[Atom]:
        """What the arrays and lists that are written to hold in the end."""
        cells = [inner for i, (_, inner) in enumerate(self.inside.cells) if i in self.outline.written]
        return [a for cell in (*cells, *self.outline.outer) for a in _atoms_of(self.after.store[cell])]

    def joined(self, a: Type, b: Type) -> Type:
        joint = join_types(Value(a), Value(b))
        if isinstance(joint, str):
            name = f"what {self.frame.info.name} returns"
            raise Refusal(joint.format(name=name), "return the same type on every path")
        return joint

    def canonical(self, t: Type) -> object:
        """Equal for types that differ in sizes only that no parameter tells."""
        own = {d for p in self.params for d in _dims(p.type)}

        def dims(given: tuple[Dim, ...] | None) -> object:
            return given and tuple(d if isinstance(d, int) or d in own else "?" for d in given)

        match t:
            case ArrayT(dtype, given):
                return dtype, dims(given)
            case ShapeT(given):
                return "shape", dims(given)
            case ListT(element):
                return "list", self.canonical(element)
            case ScalarT(kind):
                return kind
            case _:
                return t

    def complete(self) -> None:
        """Set the definition's block; what it reads of the functions around it becomes params."""
        outline, definition = self.outline, self.outline.definition
        ends = [*self.atoms, *self.contents()]
        results = tuple(recast(a, t) for a, t in zip(ends, definition.results, strict=True))
        block = self.builder.block(self.params, results)
        outline.captured = free_values(block)
        if outline.captured:
            block = self.closed(block)
        definition.params, definition.block, outline.done = block.params, block, True

    def closed(self, block: Block) -> Block:
        """The block with the values around it as params, handed on where it calls itself."""
        definition, captured = self.outline.definition, tuple(self.outline.captured)
        definition.block = Block(block.params, (), ())
        for other in definitions(block):
            if other is not definition and any(
                op.name == "call" and op.attrs["callee"] is definition for op in walk(other.body)
            ):
                raise Refusal(
                    f"{definition.name} and {other.name} call each other, and read values of the function around them",
                    "pass what they read as arguments",
                )
        block = _with_arguments(block, definition, captured)
        params = tuple(Value(v.type, v.name) for v in captured)
        inner = map_block(Block((), block.ops, block.results), dict(zip(captured, params, strict=True)))
        return Block(block.params + params, inner.ops, inner.results)


def _structure(tree: Tree) -> Tree:
    return map_leaves(tree, iter(leaves(tree)), lambda _: LEAF)


def _dims(t: Type) -> tuple[Dim, ...]:
    match t:
        case ArrayT(_, dims) | ShapeT(dims):
            return dims or ()
        case ListT(element):
            return _dims(element)
        case _:
            return ()


def _atoms_of(held: Content) -> list[Atom]:
    """The SSA values of an array's or a run-time list's contents."""
    match held:
        case Run(atoms):
            return list(atoms)
        case Value() | Const():
            return [held]
        case _:
            raise Refusal(
                "an array that is passed to a function that calls itself may or may not be changed by it",
                "pass a copy: write .copy()",
            )


def _with_arguments(block: Block, callee: Definition, more: tuple[Value, ...]) -> Block:
    """The block whose calls of a definition pass more."""

    def op_with(op: Op) -> Op:
        blocks = tuple(_with_arguments(b, callee, more) for b in op.blocks)
        args = op.args + more if op.name == "call" and op.attrs["callee"] is callee else op.args
        return Op(op.name, args, op.attrs, op.results, blocks, op.span, op.loose)

    return Block(block.params, tuple(map(op_with, block.ops)), block.results)


# Calls


def emit_call(m: Machine, outline: Outline, signature: Signature) -> AVal:
    """A call of a definition: its result, and what it wrote stored where it belongs."""
    outline.called = True
    if outline.tree is None:
        raise NeverReturns
    args = [a for leaf in signature.leaves for a in passed(m, leaf)]
    args += [a for cell in outline.outer for a in _atoms_of(m.state.store[cell])]
    args += outline.captured
    made = m.builder.emit_many("call", tuple(args), {"callee": outline.definition})
    count = len(leaves(outline.tree))
    rest = iter(made[count:])
    given = [leaf for leaf in signature.leaves if isinstance(leaf, (Ref, ListV))]
    for position in sorted(outline.written):
        hand_back(m, given[position], rest)
    for cell in outline.outer:
        set_content(m, cell, next(rest))
    result = from_tree(m, outline.tree, iter(made[:count]))
    for cell in m.state.reachable([result]):
        held = m.state.store[cell]
        if isinstance(held, (Value, Const)) and is_mutable(held.type):
            for position in outline.shared:
                link(m, cell, cast(Cell, cell_of(given[position])))
    return result


def passed(m: Machine, leaf: AVal) -> list[Atom]:
    """The SSA values that an argument's leaf is passed as."""
    match leaf:
        case Ref():
            return [read(m, leaf)]
        case ListV(cell):
            return _atoms_of(m.state.store[cell])
        case _:
            return [cast(Atom, leaf)]


def hand_back(m: Machine, target: AVal, made: Any) -> None:
    """Store what a call made of an array or a run-time list."""
    match target:
        case Ref():
            write(m, target, next(made))
        case ListV(cell):
            held = cast(Run, m.state.store[cell])
            set_content(m, cell, Run(tuple(next(made) for _ in held.atoms), held.form, held.sources))
        case _:
            raise Refusal(
                "this argument cannot be written to by a function that calls itself",
                "pass an array, and write into that",
            )
