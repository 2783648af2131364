"""Drops what nothing reads: ops, results of branches, carries, stacked outputs and scanned inputs of loops.

guarantee  ops with effects stay, in their order. A carry that only feeds itself is dead. A loop keeps at least
           one scanned input, which tells how often it runs
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import cast

from adgen.ir.core import Atom, Block, Op, Value, free_values, has_effect, xs_groups


def drop_dead(block: Block) -> Block:
    """The block without what its results do not need."""
    return _prune(block, set(_values(block.results)))


def _values(atoms: Iterable[Atom]) -> list[Value]:
    return [a for a in atoms if isinstance(a, Value)]


def _prune(block: Block, live: set[Value]) -> Block:
    """The block with ops that reach `live`, which is extended by what they read."""
    kept: list[Op] = []
    for op in reversed(block.ops):
        if not any(r in live for r in op.results) and not has_effect(op):
            continue
        if op.name == "if":
            op = _prune_if(op, live)
        elif op.blocks:
            op = _prune_loop(op, live)
        live.update(_values(op.args))
        live.update(free_values(*op.blocks))
        kept.append(op)
    return Block(block.params, tuple(reversed(kept)), block.results)


def _prune_if(op: Op, live: set[Value]) -> Op:
    chosen = [i for i, r in enumerate(op.results) if r in live]
    blocks = tuple(drop_dead(Block((), b.ops, tuple(b.results[i] for i in chosen))) for b in op.blocks)
    return replace(op, blocks=blocks, results=tuple(op.results[i] for i in chosen))


def _prune_loop(op: Op, live: set[Value]) -> Op:
    carry, stack = cast(int, op.attrs["carry"]), cast(int, op.attrs["stack"])
    body, condition = op.blocks[-1], op.blocks[:-1]
    stacks = [i for i in range(carry, carry + stack) if op.results[i] in live]
    carries = {i for i in range(carry) if op.results[i] in live}
    while True:
        outs = [body.results[i] for i in [*sorted(carries), *stacks]] + list(body.results[carry + stack :])
        reached = set(_values(outs))
        pruned = _prune(Block(body.params, body.ops, ()), reached)
        for block in condition:
            needed = set(_values(block.results))
            _prune(Block(block.params, block.ops, ()), needed)
            reached |= {body.params[i] for i in range(carry) if block.params[i] in needed}
        more = {i for i in range(carry) if body.params[i] in reached}
        if more <= carries:
            break
        carries |= more
    order = sorted(carries)
    elements, groups = body.params[carry:], xs_groups(op)
    read = [i for i, e in enumerate(elements) if e in reached]
    read = read or ([_cheapest(groups)] if groups else [])
    params = tuple(body.params[i] for i in order) + tuple(elements[i] for i in read)
    args = tuple(op.args[i] for i in order) + tuple(a for i in read for a in groups[i])
    attrs = dict(op.attrs) | {"carry": len(order), "stack": len(stacks)}
    if op.name == "for":
        kinds = cast("tuple[str, ...]", op.attrs["xs"])
        attrs["xs"] = tuple(kinds[i] for i in read)
    first = tuple(Block(tuple(b.params[i] for i in order), _live_ops(b), b.results) for b in condition)
    blocks = (*first, Block(params, pruned.ops, tuple(outs)))
    results = tuple(op.results[i] for i in [*order, *stacks])
    return replace(op, args=args, attrs=attrs, blocks=blocks, results=results)


def _live_ops(block: Block) -> tuple[Op, ...]:
    return drop_dead(block).ops


def _cheapest(groups: list[tuple[Atom, ...]]) -> int:
    """The scanned input to keep where none is read: a range, if there is one."""
    return next((i for i, g in enumerate(groups) if len(g) == 3), 0)
