"""Sums of what kernels make: fewer arrays written to be summed.

Input: a function that is about to be fused. Output: the same, where

    vdot(a, b)         is sum(a * b), if a or b would be written for this alone
    sum(a) + sum(b)    is sum(a + b), if a and b would be (over the same axes; also of differences)

Only ops of transforms are regrouped; the user's own sums stay. An inner product by itself is one launch that reads two
arrays, as a kernel and its sum write one and read it: what counts is the array that is not written at all.
"""

from __future__ import annotations

from dataclasses import replace

from adgen.ir.core import Atom, Block, Function, Op, Value
from adgen.ir.types import dims_of, dtype_of, rank_of
from adgen.rules.kernels import CTYPES, form_of
from adgen.rules.table import infer
from adgen.transforms.dead import drop_dead

Readers = dict[Atom, list[Op | None]]


def join_sums(function: Function) -> Function:
    """The function with its sums joined; where the reverse sweep starts is found again."""
    readers: Readers = {}
    enter(function.block, readers)
    block = drop_dead(joined(function.block, readers))
    if function.reverse_from is None:
        return replace(function, block=block)
    known = {r for op in function.block.ops[: function.reverse_from] for r in op.results}
    start = next((k for k, op in enumerate(block.ops) if op.results and op.results[0] not in known), len(block.ops))
    return replace(function, block=block, reverse_from=start)


def enter(block: Block, readers: Readers) -> None:
    """Enter what reads each value: the ops of its own block, None for anything else."""
    here = {r for op in block.ops for r in op.results}
    for op in block.ops:
        for atom in op.args:
            readers.setdefault(atom, []).append(op if atom in here else None)
        for inner in op.blocks:
            enter(inner, readers)
    for atom in block.results:
        readers.setdefault(atom, []).append(None)


def joined(block: Block, readers: Readers) -> Block:
    maker: dict[Atom, Op] = {}
    ops: list[Op] = []
    for op in block.ops:
        new = rewritten(op, maker, readers)
        if op.blocks:
            new = [replace(op, blocks=tuple(joined(b, readers) for b in op.blocks))]
        for each in new:
            maker.update(dict.fromkeys(each.results, each))
        if len(new) == 2:
            readers[new[0].result] = [new[1]]
        ops += new
    return Block(block.params, tuple(ops), block.results)


def rewritten(op: Op, maker: dict[Atom, Op], readers: Readers) -> list[Op]:
    """The ops that stand for an op."""
    if not op.loose:
        return [op]
    if op.name == "vdot" and any(is_written_for(a, op, maker, readers) for a in op.args) and is_plain_product(op):
        product = made("mul", op.args, {}, op)
        return [product, replace(op, name="sum", args=(product.result,), attrs={"axis": None, "keepdims": False})]
    if op.name in ("add", "sub"):
        sums = [maker.get(a) for a in op.args]
        if all(s is not None and is_own_sum(s, maker, readers) for s in sums):
            first, second = (s for s in sums if s is not None)
            if may_join(first, second):
                total = made(op.name, (first.args[0], second.args[0]), {}, op)
                return [total, replace(op, name="sum", args=(total.result,), attrs=first.attrs)]
    return [op]


def is_plain_product(op: Op) -> bool:
    """Whether an inner product is that of two real vectors."""
    a, b = op.args
    dims = dims_of(a.type)
    if dims is None or len(dims) != 1 or dims != dims_of(b.type):
        return False
    return dtype_of(a.type) == dtype_of(b.type) and dtype_of(a.type) in CTYPES


def is_written_for(atom: Atom, reader: Op, maker: dict[Atom, Op], readers: Readers) -> bool:
    """Whether a value would be written to memory for one reader: all others would be fused with what makes it."""
    if atom not in maker or form_of(maker[atom]) is None or not rank_of(atom.type):
        return False
    others = [op for op in readers.get(atom, []) if op is not reader]
    return all(op is not None and is_fused_with(op, atom) for op in others)


def is_fused_with(op: Op, atom: Atom) -> bool:
    return form_of(op) is not None and dims_of(op.result.type) == dims_of(atom.type)


def is_own_sum(op: Op, maker: dict[Atom, Op], readers: Readers) -> bool:
    """Whether an op is a sum of what is written for it, and is read once."""
    if op.name != "sum" or not op.loose or len(readers.get(op.result, [])) != 1:
        return False
    return op.attrs.keys() <= {"axis", "keepdims"} and is_written_for(op.args[0], op, maker, readers)


def may_join(first: Op, second: Op) -> bool:
    a, b = first.args[0], second.args[0]
    same = dims_of(a.type) == dims_of(b.type) is not None and dtype_of(a.type) == dtype_of(b.type)
    return same and axes_of(first) == axes_of(second) and first.attrs.get("keepdims") == second.attrs.get("keepdims")


def axes_of(op: Op) -> object:
    """The axes of a sum: a tuple, however they were given."""
    axis = op.attrs.get("axis")
    rank = rank_of(op.args[0].type) or 0
    given = tuple(range(rank)) if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
    return tuple(sorted(a % rank for a in given)) if rank else ()


def made(name: str, args: tuple[Atom, ...], attrs: dict[str, object], like: Op) -> Op:
    """An op that a transform makes, at the place of another."""
    (t,) = infer(name, args, attrs)
    return Op(name, args, attrs, (Value(t),), (), like.span, True)
