"""Divides a program with tangents into a value part and a part linear in the tangents.

    input      ops as `jvp` makes them, and the values that are tangents (the linear params)
    output     value ops and linear ops. At the top the linear ops read value results directly; inside a loop or a
               branch what they read of the value part are *residuals*: stacked outputs of the value loop that
               the linear loop scans, extra results of the value branch that the linear branch reads
    guarantee  the value part computes what it did; together the two compute what the program did. A residual
               that is cheap to compute from what the linear part has anyway is recomputed there, not kept
    non-goals  nothing is dropped here (`simplify` does) and nothing is run backwards (`transpose` does)

`witness` maps linear values to values of the same shape that can be read where the linear value is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import cast

from adgen.errors import Refusal
from adgen.ir.builder import const
from adgen.ir.core import (
    UNDEF,
    Atom,
    Block,
    Const,
    Op,
    Value,
    clone_op,
    free_values,
    map_op,
    substitute,
    walk,
    xs_groups,
)
from adgen.ir.types import INT, ArrayT, Dim, Dims, ListT, ShapeT, TapeT, Type, dims_of, is_number
from adgen.rules.table import infer
from adgen.transforms.residuals import choose, is_small
from adgen.transforms.twins import shapes_asked
from adgen.transforms.undefined import ABSENT, Undefined, note_undefined

STORES = frozenset({"setitem", "addat", "append", "poplast"})
"""Ops that give an array or a list anew with a part of it changed."""

Scope = dict[Dims, Atom]
"""Values that can be read, by their dims: where a shape can be taken from."""
Sizes = dict[Dim, tuple[Value, int]]
"""Params that have an axis of a size, and which axis."""


@dataclass(slots=True)
class Parts:
    """The two parts of a program."""

    value_ops: list[Op] = field(default_factory=list[Op])
    linear_ops: list[Op] = field(default_factory=list[Op])


def split(ops: Iterable[Op], params: tuple[Value, ...], linear: set[Value], witness: dict[Value, Atom]) -> Parts:
    """Divide the ops of a function with value params `params`; `linear` and `witness` are extended."""
    scope: Scope = {}
    for param in params:
        enter_scope(scope, param)
    parts = Splitter(linear, witness, sizes_of(params)).whole(tuple(ops), scope)
    for value in shape_needs(parts.linear_ops, linear):
        if value not in witness and is_number(value.type) and (dims := dims_of(value.type)) in scope:
            witness[value] = scope[dims]
    return parts


def sizes_of(params: Iterable[Value]) -> Sizes:
    """Where the sizes of the params' axes can be read."""
    found: Sizes = {}
    for param in params:
        for axis, dim in enumerate(param.type.dims or () if isinstance(param.type, ArrayT) else ()):
            found.setdefault(dim, (param, axis))
    return found


def enter_scope(scope: Scope, value: Value) -> None:
    if isinstance(value.type, ArrayT) and value.type.dims:
        scope.setdefault(value.type.dims, value)


@dataclass(slots=True)
class Residuals:
    """What a block's linear part reads of its value part."""

    kept: list[Value]
    recomputed: list[Op]
    shapes: list[Value]
    """Linear values whose witness is one of these."""


class Splitter:
    def __init__(self, linear: set[Value], witness: dict[Value, Atom], sizes: Sizes):
        self.linear, self.witness, self.sizes = linear, witness, sizes
        self.reversals: list[Op] = []
        self.depth = 0
        self.costly: set[Value] = set()
        """Arrays and lists that a loop around stores into: keeping one is a copy an iteration."""
        self.undefined: Undefined = {}
        """What has no value, and so no shape, on some path."""
        self.fields: set[Value] = set()
        """Fields of tapes that have no value on some path."""
        self.running: set[Value] = set()
        """Lists that a loop carries on: a cotangent of each is always at hand, so no zeros are made for it."""

    def whole(self, ops: tuple[Op, ...], scope: Scope) -> Parts:
        """Divide the ops of a function."""
        note_undefined(ops, self.undefined)
        unpacked = [op.results for op in walk(Block((), ops, ())) if op.name == "unpack"]
        self.fields = {r for results in unpacked for r in results if r in self.undefined}
        return self.split(ops, scope)

    def split(self, ops: Iterable[Op], scope: Scope) -> Parts:
        parts = Parts()
        for op in ops:
            if not self.touches(op):
                parts.value_ops.append(op)
                if self.depth and (op.blocks or op.name in STORES):
                    self.costly.update(r for r in op.results if not is_small(r.type))
                for result in op.results:
                    enter_scope(scope, result)
            elif op.name in SPLITTERS:
                SPLITTERS[op.name](self, op, scope, parts)
            else:
                parts.linear_ops.append(op)
                self.linear.update(op.results)
        return parts

    def touches(self, op: Op) -> bool:
        return any(a in self.linear for a in op.args) or any(v in self.linear for v in free_values(*op.blocks))

    # Branches

    def branch(self, op: Op, scope: Scope, parts: Parts) -> None:
        halves = [self.split(block.ops, dict(scope)) for block in op.blocks]
        of_linear = [i for i in range(len(op.results)) if any(b.results[i] in self.linear for b in op.blocks)]
        of_value = [i for i in range(len(op.results)) if i not in of_linear]
        linear_blocks: list[Block] = []
        kept: list[tuple[Block, Value]] = []
        outside: list[Value] = []
        for block, half in zip(op.blocks, halves, strict=True):
            outs = tuple(block.results[i] for i in of_linear)
            residuals = self.residuals(half, outs, defined(half.value_ops), scope, [])
            env: dict[Value, Atom] = {}
            for value in residuals.kept:
                kept.append((block, value))
                outside.append(Value(value.type, "" if isinstance(value.type, ListT) else value.name))
                env[value] = outside[-1]
            linear_blocks.append(self.linear_block((), half, outs, residuals, env))
        value_blocks = tuple(
            Block(
                (),
                tuple(half.value_ops),
                tuple(block.results[i] for i in of_value)
                + tuple(v if mine is block else Const(UNDEF, v.type, ABSENT) for mine, v in kept),
            )
            for block, half in zip(op.blocks, halves, strict=True)
        )
        value_results = tuple(op.results[i] for i in of_value) + tuple(outside)
        parts.value_ops.append(replace(op, blocks=value_blocks, results=value_results))
        linear_results = tuple(op.results[i] for i in of_linear)
        parts.linear_ops.append(replace(op, blocks=tuple(linear_blocks), results=linear_results, loose=True))
        self.linear.update(linear_results)

    def linear_block(
        self,
        params: tuple[Value, ...],
        half: Parts,
        outs: tuple[Atom, ...],
        residuals: Residuals,
        env: dict[Value, Atom],
    ) -> Block:
        """The linear part of a block; env maps what was kept to what stands for it here."""
        preamble = tuple(clone_op(op, env) for op in residuals.recomputed)
        for value in residuals.shapes:
            self.witness[value] = substitute(self.witness[value], env)
        return Block(
            params, preamble + tuple(map_op(op, env) for op in half.linear_ops), tuple(substitute(a, env) for a in outs)
        )

    # Loops

    def loop(self, op: Op, scope: Scope, parts: Parts) -> None:
        carry, stack = cast(int, op.attrs["carry"]), cast(int, op.attrs["stack"])
        body, groups = op.blocks[-1], xs_groups(op)
        elements = body.params[carry:]
        lin_xs = [i for i, g in enumerate(groups) if len(g) == 1 and g[0] in self.linear]
        self.linear.update(elements[i] for i in lin_xs)
        lin_carry = self.linear_carries(op)
        self.linear.update(body.params[i] for i in lin_carry)
        rescans = op.name == "for" and not op.attrs["breaks"]
        if lin_xs and not rescans:
            raise Refusal(
                "a loop with break over a list of active values is not supported",
                "loop over a range and index the list",
                op.span,
            )
        free = {e for i, e in enumerate(elements) if rescans and i not in lin_xs}
        self.costly.update(_stored(op))
        self.running.update(*(_run_through(body, i) for i in lin_carry))
        self.depth += 1
        half = self.split(body.ops, dict(scope))
        self.depth -= 1
        lin_stack = [i for i in range(carry, carry + stack) if body.results[i] in self.linear]
        of_linear = [*lin_carry, *lin_stack]
        outs = tuple(body.results[i] for i in of_linear)
        inside = defined(half.value_ops) | {p for p in body.params if p not in self.linear and p not in free}
        lin_params = [body.params[i] for i in lin_carry]
        residuals = self.residuals(half, outs, inside, scope, lin_params, body.params)
        value_loop, lists, count = _value_loop(op, half, set(of_linear), set(lin_xs), residuals.kept, rescans)
        parts.value_ops.append(value_loop)
        linear_loop = self.linear_loop(op, half, of_linear, outs, residuals, lists, count, free)
        parts.value_ops += self.reversals
        parts.linear_ops.append(linear_loop)
        self.linear.update(linear_loop.results)

    def linear_carries(self, op: Op) -> list[int]:
        """Positions of carries that depend on linear values: the least fixpoint."""
        carry, body = cast(int, op.attrs["carry"]), op.blocks[-1]
        found = {i for i in range(carry) if op.args[i] in self.linear}
        while True:
            inside = _spread(body.ops, self.linear | {body.params[i] for i in found})
            more = {i for i in range(carry) if body.results[i] in inside}
            if more <= found:
                return sorted(found)
            found |= more

    def linear_loop(
        self,
        op: Op,
        half: Parts,
        of_linear: list[int],
        outs: tuple[Atom, ...],
        residuals: Residuals,
        lists: list[Value],
        count: Value | None,
        free: set[Value],
    ) -> Op:
        carry, body, groups = cast(int, op.attrs["carry"]), op.blocks[-1], xs_groups(op)
        elements = body.params[carry:]
        reverse = bool(op.attrs.get("reverse", False))
        read = set(free_values(Block((), (*residuals.recomputed, *half.linear_ops), outs)))
        read |= {w for v in residuals.shapes if isinstance(w := self.witness[v], Value)}
        env: dict[Value, Atom] = {}
        params: list[Value] = [body.params[i] for i in of_linear if i < carry]
        kinds: list[str] = []
        args: list[Atom] = [op.args[i] for i in of_linear if i < carry]

        def scan(kind: str, operands: tuple[Atom, ...], element: Value) -> None:
            kinds.append(kind)
            args.extend(operands)
            params.append(element)

        source_kinds = cast("tuple[str, ...]", op.attrs.get("xs", ()))
        for kind, group, element in zip(source_kinds, groups, elements, strict=True):
            if element not in read:
                continue
            if element in self.linear:
                scan(kind, group, element)
            elif element in free:
                env[element] = again = Value(element.type, element.name)
                scan(kind, group, again)
        extra: list[Op] = []
        for value, kept in zip(residuals.kept, lists, strict=True):
            env[value] = element = Value(value.type, value.name)
            operand: Atom = kept
            if reverse:
                operand = Value(kept.type)
                extra.append(Op("reverse_list", (kept,), {}, (operand,), (), op.span, True))
            scan("list", (operand,), element)
        if count is not None:
            scan("range", (const(0), count, const(1)), Value(INT))
        elif "range" not in kinds:  # in case that none of what was kept is read in the end
            first = source_kinds.index("range") if "range" in source_kinds else 0
            if "range" in source_kinds or not kinds:
                unread = elements[first]
                again = unread if unread in self.linear else Value(unread.type, unread.name)
                scan(source_kinds[first], groups[first], again)
        self.reversals = extra
        attrs = {
            "carry": sum(i < carry for i in of_linear),
            "stack": sum(i >= carry for i in of_linear),
            "xs": tuple(kinds),
            "reverse": reverse,
            "breaks": False,
        }
        block = self.linear_block(tuple(params), half, outs, residuals, env)
        results = tuple(op.results[i] for i in of_linear)
        return Op("for", tuple(args), attrs, results, (block,), op.span, True)

    # Residuals

    def residuals(
        self,
        half: Parts,
        outs: tuple[Atom, ...],
        inside: set[Value],
        scope: Scope,
        carries: list[Value],
        params: tuple[Value, ...] = (),
    ) -> Residuals:
        """What the linear ops read of the values defined inside the block: kept, or recomputed."""
        reads = [v for v in free_values(Block((), tuple(half.linear_ops), outs)) if v in inside]
        shapes = self.shapes(half, carries, inside, scope, set(reads), params)
        asked = [cast(Value, self.witness[value]) for value in shapes]
        reads += asked
        inside = inside.union(asked)
        kept, recomputed = choose(list(dict.fromkeys(reads)), half.value_ops, inside, self.costly)
        return Residuals(kept, recomputed, shapes)

    def shapes(
        self,
        half: Parts,
        carries: list[Value],
        inside: set[Value],
        scope: Scope,
        reads: set[Value],
        params: tuple[Value, ...],
    ) -> list[Value]:
        """Linear values whose shape the transpose asks for and that only a residual can tell."""
        found: list[Value] = []
        shape_of: dict[Value, Value] = {}
        for value in dict.fromkeys([*carries, *shape_needs(half.linear_ops, self.linear)]):
            if value in self.running or isinstance(value.type, TapeT):
                continue
            if has_static_shape(value.type) and value not in self.fields:
                continue
            dims = dims_of(value.type) if is_number(value.type) else None
            twin = self.witness.get(value) or _value_of_dims(half.value_ops, dims)
            if twin is not None:
                self.witness[value] = twin
            if isinstance(twin, Value) and twin not in inside:
                continue
            if dims is not None and dims in scope:
                self.witness[value] = scope[dims]
                continue
            if dims is not None and all(isinstance(d, int) or d in self.sizes for d in dims):
                self.witness.pop(value, None)
                continue
            if not isinstance(twin, Value):
                continue
            if twin not in reads and not isinstance(twin.type, (ShapeT, ListT)) and twin not in self.undefined:
                if twin not in shape_of:
                    shape_of[twin] = _insert_shape(half, twin, params)
                self.witness[value] = shape_of[twin]
            found.append(value)
        return found


SPLITTERS: dict[str, Callable[[Splitter, Op, Scope, Parts], None]] = {
    "if": Splitter.branch,
    "for": Splitter.loop,
    "while": Splitter.loop,
}
"""How ops are divided that are not linear as a whole; `calls` enters its own."""


def has_static_shape(t: Type) -> bool:
    """Whether zeros of the type can be written without looking at a value."""
    if not is_number(t):
        return False
    dims = dims_of(t)
    return dims is not None and all(isinstance(d, int) for d in dims)


def shape_needs(ops: Iterable[Op], linear: set[Value]) -> Iterator[Value]:
    """Linear values whose shape the transposes of the ops ask for."""
    for op in ops:
        if op.blocks:
            yield from (v for v in free_values(*op.blocks) if v in linear)
            yield from (a for a in op.args if isinstance(a, Value) and a in linear)
            for block in op.blocks:
                yield from (p for p in block.params if p in linear)
                yield from shape_needs(block.ops, linear)
            yield from (r for r in op.results if r in linear)
        elif op.name in ("poplast", "unpack", "call"):
            yield from (r for r in op.results if r in linear)
        else:
            for value in shapes_asked(op):
                if value in linear:
                    yield value


def _value_of_dims(ops: Iterable[Op], dims: Dims | None) -> Value | None:
    """A value of these dims that the ops define."""
    if dims is None:
        return None
    results = (r for op in ops for r in op.results)
    return next((r for r in results if isinstance(r.type, ArrayT) and r.type.dims == dims), None)


def _insert_shape(half: Parts, twin: Value, params: tuple[Value, ...]) -> Value:
    """`shape(twin)` behind the op that defines twin, in the value part."""
    (shape_type,) = infer("shape", (twin,), {})
    shape = Value(shape_type)
    op = Op("shape", (twin,), {}, (shape,), (), None, True)
    where = 0 if twin in params else 1 + next(i for i, o in enumerate(half.value_ops) if twin in o.results)
    half.value_ops.insert(where, op)
    return shape


def _stored(loop: Op) -> Iterator[Value]:
    """Carries of a loop that its body stores into."""
    body = loop.blocks[-1]
    made = {r: op for op in body.ops for r in op.results}
    for param, result in zip(body.params, body.results[: cast(int, loop.attrs["carry"])], strict=False):
        op = made.get(result) if isinstance(result, Value) else None
        if op is not None and (op.blocks or op.name in STORES) and not is_small(param.type):
            yield param


def _run_through(body: Block, position: int) -> list[Value]:
    """The lists that a carried list becomes in a loop's body, where it is appended to and popped from only."""
    found = _list_path(body, body.results[position])
    return found if found and found[-1] is body.params[position] else []


def _list_path(block: Block, last: Atom) -> list[Value]:
    """The lists that one came from, back to the first that is defined outside of the block or is a param."""
    made = {r: op for op in block.ops for r in op.results}
    found: list[Value] = []
    while isinstance(last, Value) and isinstance(last.type, ListT):
        found.append(last)
        op = made.get(last)
        if op is None:
            return found
        position = op.results.index(last)
        if op.name in ("append", "poplast") or (
            op.name in ("for", "while") and position < cast(int, op.attrs["carry"])
        ):
            last = op.args[0 if not op.blocks else position]
        elif op.name == "if":
            paths = [_list_path(inner, inner.results[position]) for inner in op.blocks]
            if not all(paths) or any(path[-1] is not paths[0][-1] for path in paths):
                return []
            found += [v for path in paths for v in path[:-1]]
            last = paths[0][-1]
        else:
            return []
    return []


def defined(ops: Iterable[Op]) -> set[Value]:
    return {r for op in ops for r in op.results}


def _spread(ops: Iterable[Op], linear: set[Value]) -> set[Value]:
    """The linear values after the ops, given those before."""
    found = set(linear)
    for op in ops:
        if not op.blocks:
            if any(a in found for a in op.args):
                found.update(linear_results(op))
        elif op.name == "if":
            for block in op.blocks:
                inside = _spread(block.ops, found)
                found.update(r for r, out in zip(op.results, block.results, strict=True) if out in inside)
        else:
            found |= _spread_loop(op, found)
    return found


def linear_results(op: Op) -> tuple[Value, ...]:
    """The results that are linear if an operand is: of the call of a forward mode, the tangents."""
    if op.name != "call":
        return op.results
    return op.results[-len(op.attrs["callee"].derived["forward"].result_dots) :]


def _spread_loop(op: Op, linear: set[Value]) -> set[Value]:
    carry, stack = cast(int, op.attrs["carry"]), cast(int, op.attrs["stack"])
    body = op.blocks[-1]
    start = linear | {e for e, g in zip(body.params[carry:], xs_groups(op), strict=True) if g[0] in linear}
    found = {i for i in range(carry) if op.args[i] in linear}
    while True:
        inside = _spread(body.ops, start | {body.params[i] for i in found if i < carry})
        more = {i for i in range(carry + stack) if body.results[i] in inside}
        if more <= found:
            return {op.results[i] for i in found}
        found |= more


def _value_loop(
    op: Op, half: Parts, linear_results: set[int], lin_xs: set[int], kept: list[Value], rescans: bool
) -> tuple[Op, list[Value], Value | None]:
    """The value part of a loop, the lists of what it keeps, and its count where its xs do not tell it."""
    carry, stack = cast(int, op.attrs["carry"]), cast(int, op.attrs["stack"])
    body, groups = op.blocks[-1], xs_groups(op)
    carried = [i for i in range(carry) if i not in linear_results]
    stacked = [i for i in range(carry, carry + stack) if i not in linear_results]
    scanned = [i for i in range(len(groups)) if i not in lin_xs]
    lists = [Value(ListT(v.type)) for v in kept]
    args = [op.args[i] for i in carried]
    params = [body.params[i] for i in carried]
    outs = [body.results[i] for i in carried]
    results = [op.results[i] for i in carried]
    ops, count = list(half.value_ops), None
    if not rescans:
        before, after, count = Value(INT, "steps"), Value(INT), Value(INT, "steps")
        ops.append(Op("add", (before, const(1)), {}, (after,), (), op.span))
        args, params, outs, results = [*args, const(0)], [*params, before], [*outs, after], [*results, count]
    condition: tuple[Block, ...] = ()
    if op.name == "while":
        first = op.blocks[0]
        unread = [Value(INT)] if count else []
        condition = (Block(tuple(first.params[i] for i in carried) + tuple(unread), first.ops, first.results),)
    params += [body.params[carry + i] for i in scanned]
    outs += [body.results[i] for i in stacked] + list(kept) + list(body.results[carry + stack :])
    results += [op.results[i] for i in stacked] + lists
    attrs = dict(op.attrs) | {"carry": len(args), "stack": len(stacked) + len(kept)}
    if op.name == "for":
        kinds = cast("tuple[str, ...]", op.attrs["xs"])
        attrs["xs"] = tuple(kinds[i] for i in scanned)
        args += [a for i in scanned for a in groups[i]]
    block = Block(tuple(params), tuple(ops), tuple(outs))
    loop = replace(op, args=tuple(args), attrs=attrs, blocks=(*condition, block), results=tuple(results))
    return loop, lists, count
