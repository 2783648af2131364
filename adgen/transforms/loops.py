"""Loops cleaned up: carries that never change, stacked outputs that are stacked twice.

    guarantee  the loop computes what it did. A carry whose body gives back the param itself is its initial value
"""
from __future__ import annotations

from dataclasses import replace
from typing import cast

from adgen.ir.core import Atom, Block, Op, Value, map_block, map_op


def tidy_loops(block: Block) -> Block:
    """The block with its loops (and those inside) cleaned up."""
    env: dict[Value, Atom] = {}
    ops: list[Op] = []
    for op in block.ops:
        op = map_op(op, env)
        if op.blocks:
            op = replace(op, blocks=tuple(tidy_loops(b) for b in op.blocks))
            if op.name != "if":
                op = _without_repeated_stacks(_without_constant_carries(op, env), env)
        ops.append(op)
    results = tuple(env.get(a, a) if isinstance(a, Value) else a for a in block.results)
    return Block(block.params, tuple(ops), results)


def _without_constant_carries(op: Op, env: dict[Value, Atom]) -> Op:
    carry = cast(int, op.attrs["carry"])
    body = op.blocks[-1]
    constant = [i for i in range(carry) if body.results[i] is body.params[i]]
    if not constant:
        return op
    for i in constant:
        env[op.results[i]] = op.args[i]

    def drop(block: Block, results: tuple[Atom, ...]) -> Block:
        inner: dict[Value, Atom] = {block.params[i]: op.args[i] for i in constant}
        params = tuple(p for i, p in enumerate(block.params) if i not in constant)
        return map_block(Block(params, block.ops, results), inner)

    last = drop(body, tuple(r for i, r in enumerate(body.results) if i not in constant))
    first = tuple(drop(b, b.results) for b in op.blocks[:-1])
    return replace(op, blocks=(*first, last), attrs=dict(op.attrs) | {"carry": carry - len(constant)},
                   args=tuple(a for i, a in enumerate(op.args) if i not in constant),
                   results=tuple(r for i, r in enumerate(op.results) if i not in constant))


def _without_repeated_stacks(op: Op, env: dict[Value, Atom]) -> Op:
    carry, stack = cast(int, op.attrs["carry"]), cast(int, op.attrs["stack"])
    body = op.blocks[-1]
    first: dict[Atom, int] = {}
    repeated: dict[int, int] = {}
    for i in range(carry, carry + stack):
        if body.results[i] in first:
            repeated[i] = first[body.results[i]]
        else:
            first[body.results[i]] = i
    if not repeated:
        return op
    for i, same in repeated.items():
        env[op.results[i]] = op.results[same]
    block = Block(body.params, body.ops, tuple(r for i, r in enumerate(body.results) if i not in repeated))
    return replace(op, blocks=(*op.blocks[:-1], block), attrs=dict(op.attrs) | {"stack": stack - len(repeated)},
                   results=tuple(r for i, r in enumerate(op.results) if i not in repeated))
