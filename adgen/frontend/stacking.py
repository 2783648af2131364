"""A list that a loop only appends to, once in each step, is a stacked output of the loop instead of
a carry.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from adgen.ir.core import Atom, Block, Op, Value, walk
from adgen.ir.types import ListT


def stack_appends(op: Op, is_empty: Callable[[Atom], bool]) -> Op:
    """The loop with such lists, if they start empty, as stacked outputs."""
    body = op.blocks[-1]
    carry: int = op.attrs["carry"]
    chosen: dict[int, Atom] = {}
    for position in range(carry):
        element = _stackable(op, body, position) if is_empty(op.args[position]) else None
        if element is not None:
            chosen[position] = element
    return _restacked(op, body, chosen) if chosen else op


def _stackable(op: Op, body: Block, position: int) -> Atom | None:
    """What is appended to a carry that is only appended to."""
    param, result = body.params[position], body.results[position]
    if not isinstance(param.type, ListT) or not isinstance(result, Value):
        return None
    made = [o for o in body.ops if result in o.results]
    if len(made) != 1 or made[0].name != "append" or made[0].args[0] is not param:
        return None
    append = made[0]
    uses = sum(
        _count(o, param) + _count(o, result) for b in op.blocks for o in walk(b) if o is not append
    )
    inner = [r for b in op.blocks for o in walk(b) for block in o.blocks for r in block.results]
    ends = sum(1 for r in (*body.results, *inner) if r is param or r is result)
    return append.args[1] if uses == 0 and ends == 1 else None


def _count(op: Op, value: Value) -> int:
    return sum(1 for a in op.args if a is value)


def _restacked(op: Op, body: Block, chosen: dict[int, Atom]) -> Op:
    carry: int = op.attrs["carry"]
    keep = [k for k in range(carry) if k not in chosen]
    dropped = {body.results[k] for k in chosen}
    ops = tuple(o for o in body.ops if not dropped.intersection(o.results))
    results = tuple(body.results[k] for k in keep) + tuple(chosen.values()) + body.results[carry:]
    params = tuple(body.params[k] for k in keep) + body.params[carry:]
    blocks = (*(_fewer(b, keep) for b in op.blocks[:-1]), Block(params, ops, results))
    args = tuple(op.args[k] for k in keep) + op.args[carry:]
    outcome = tuple(op.results[k] for k in keep) + tuple(op.results[k] for k in chosen)
    attrs = {**op.attrs, "carry": len(keep), "stack": len(chosen)}
    return replace(op, args=args, attrs=attrs, results=outcome, blocks=blocks)


def _fewer(block: Block, keep: list[int]) -> Block:
    return Block(tuple(block.params[k] for k in keep), block.ops, block.results)
