"""Loops cleaned up: carries that never change, stacked outputs that are stacked twice, lists appended to.

guarantee  the loop computes what it did. A carry whose body gives back the param itself is its initial value;
           an empty list that each iteration appends to once, and does not read, is a stacked output
"""

from __future__ import annotations

from dataclasses import replace
from typing import cast

from adgen.ir.core import Atom, Block, Op, Value, map_block, map_op, walk


def tidy_loops(block: Block) -> Block:
    """The block with its loops (and those inside) cleaned up."""
    env: dict[Value, Atom] = {}
    ops: list[Op] = []
    empty = {op.result for op in block.ops if op.name == "list" and not op.args}
    for op in block.ops:
        op = map_op(op, env)
        if op.blocks:
            op = replace(op, blocks=tuple(tidy_loops(b) for b in op.blocks))
            if op.name != "if":
                op = _stack_appends(_without_constant_carries(op, env), empty)
                op = _without_repeated_stacks(op, env)
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
    return replace(
        op,
        blocks=(*first, last),
        attrs=dict(op.attrs) | {"carry": carry - len(constant)},
        args=tuple(a for i, a in enumerate(op.args) if i not in constant),
        results=tuple(r for i, r in enumerate(op.results) if i not in constant),
    )


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
    return replace(
        op,
        blocks=(*op.blocks[:-1], block),
        attrs=dict(op.attrs) | {"stack": stack - len(repeated)},
        results=tuple(r for i, r in enumerate(op.results) if i not in repeated),
    )


def _stack_appends(op: Op, empty: set[Value]) -> Op:
    """Lists that start empty and get one element an iteration become stacked outputs."""
    carry, stack = cast(int, op.attrs["carry"]), cast(int, op.attrs["stack"])
    body = op.blocks[-1]
    found: dict[int, Op] = {}
    for i in range(carry):
        append = _only_append(op, i) if op.args[i] in empty else None
        if append is not None:
            found[i] = append
    if not found:
        return op
    kept = [i for i in range(carry) if i not in found]
    elements = tuple(append.args[1] for append in found.values())
    outs = tuple(body.results[i] for i in kept) + elements + body.results[carry:]
    params = tuple(p for i, p in enumerate(body.params) if i not in found)
    ops = tuple(o for o in body.ops if o not in found.values())
    first = tuple(replace(b, params=tuple(p for i, p in enumerate(b.params) if i not in found)) for b in op.blocks[:-1])
    results = tuple(op.results[i] for i in [*kept, *found]) + op.results[carry:]
    attrs = dict(op.attrs) | {"carry": len(kept), "stack": stack + len(found)}
    return replace(
        op,
        args=tuple(a for i, a in enumerate(op.args) if i not in found),
        attrs=attrs,
        results=results,
        blocks=(*first, Block(params, ops, outs)),
    )


def _only_append(op: Op, position: int) -> Op | None:
    """The op that appends to a carried list, if nothing else in the loop touches the list."""
    body = op.blocks[-1]
    param, out = body.params[position], body.results[position]
    append = next((o for o in body.ops if o.name == "append" and o.args[0] is param and o.result is out), None)
    if append is None or append.args[1] in (param, out):
        return None
    readers = [o for block in op.blocks for o in walk(block) if param in o.args or out in o.args]
    read_inside = any(out in b.results or param in b.results for o in walk(body) for b in o.blocks)
    in_condition = len(op.blocks) > 1 and op.blocks[0].params[position] in free_or_read(op.blocks[0])
    alone = readers == [append] and body.results.count(out) == 1 and not read_inside
    return append if alone and not in_condition else None


def free_or_read(block: Block) -> set[Atom]:
    """Everything that a block reads."""
    return {a for o in walk(block) for a in o.args} | set(block.results)
