"""Twins of the linear values inside one tangent: value atoms of the same shape.

A tangent rule may build several linear ops, as the sum of a product is for `var`; the transpose of
the sum asks for the shape of the product. A value with the same dims tells it. Where dims tell
nothing (an unknown rank, say), the linear op is repeated on the twins of its operands: that is
never printed but where its shape is really read."""

from __future__ import annotations

from collections.abc import Iterator

from adgen.ir.builder import Builder
from adgen.ir.core import Atom, Block, Op, Value, free_values
from adgen.ir.types import ArrayT, Dims, dims_of, is_number
from adgen.rules.table import EVERY, rule_of

Twins = dict[Value, Atom]


def enter_twins(twins: Twins, builder: Builder, start: int, op: Op, dots: tuple[Atom | None, ...]) -> None:
    """Enter twins for what the tangent of `op`, the builder's ops from `start` on, made of
    `dots`."""
    made = builder.ops[start:]
    linear = {dot for dot in dots if isinstance(dot, Value)}
    by_dims: dict[Dims, Atom] = {}
    for atom in (*op.args, *op.results):
        enter_dims(by_dims, atom)
    for new in made:
        if not reads(new, linear):
            for result in new.results:
                enter_dims(by_dims, result)
            continue
        linear.update(new.results)
        for value in needed(new, linear):
            if value not in twins and (twin := by_dims.get(known_dims(value) or ())) is not None:
                twins[value] = twin
        enter_repeats(twins, builder, new, made, linear)


def reads(op: Op, linear: set[Value]) -> bool:
    """Whether an op depends on a linear value."""
    if any(a in linear for a in op.args):
        return True
    return bool(op.blocks) and any(v in linear for v in free_values(*op.blocks))


def enter_dims(by_dims: dict[Dims, Atom], atom: Atom) -> None:
    dims = known_dims(atom)
    if dims:
        by_dims.setdefault(dims, atom)


def known_dims(atom: Atom) -> Dims | None:
    return dims_of(atom.type) if is_number(atom.type) else None


def needed(op: Op, linear: set[Value]) -> Iterator[Value]:
    """Linear values in an op, and in the blocks of a loop, whose shape may be asked for."""
    yield from (a for a in (*op.args, *op.results) if isinstance(a, Value) and a in linear)
    for block in op.blocks:
        yield from inner_values(block)


def inner_values(block: Block) -> Iterator[Value]:
    yield from block.params
    for op in block.ops:
        yield from op.results


def enter_repeats(twins: Twins, builder: Builder, op: Op, made: list[Op], linear: set[Value]) -> None:
    """Twins by repeating ops, for operands whose shape the transpose of `op` asks for and that have
    none yet."""
    if op.blocks:
        return
    makers = {result: maker for maker in made for result in maker.results}
    for value in shapes_asked(op):
        if value in linear and isinstance(value.type, ArrayT):
            repeat(twins, builder, value, makers)


def shapes_asked(op: Op) -> Iterator[Value]:
    """Operands whose shape the transpose of an op asks for."""
    positions = rule_of(op.name).needs_shape
    chosen = op.args if positions == EVERY else [op.args[i] for i in positions]
    yield from (a for a in chosen if isinstance(a, Value))


def repeat(twins: Twins, builder: Builder, value: Value, makers: dict[Value, Op]) -> Atom:
    """A value's twin, made by the op that made it where there is none."""
    if value in twins or value not in makers:
        return twins.get(value, value)
    maker = makers[value]
    args = tuple(repeat(twins, builder, a, makers) if isinstance(a, Value) else a for a in maker.args)
    results = builder.emit_many(maker.name, args, dict(maker.attrs))
    twins.update(zip(maker.results, results, strict=True))
    return twins[value]
