"""Hazards: what is legal, and differentiated as it stands, but may not be what was meant.

    equality     == or != on an active value: the derivative is that of the branch taken
    index        an active value decides which element is read or written: it is constant for derivatives
    edge         sqrt, log or a power between 0 and 1 of an active value that is not evidently positive
    truncation   int(), // or a conversion to integers of an active value: its derivative is zero

and, computed with CuPy, those of `adgen.synchronisation`: what waits for the device.

Input: a function's SSA, the positions of the leaves that are differentiated, and the target. Output: a `Problem` for
each place, in the order of the source. Non-goal: proof; a value is positive where that is evident (`exp`, a square plus
a positive constant, ...).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from adgen.errors import Problem
from adgen.ir.core import Arg, ArrayItem, Atom, Block, Const, Function, IntItem, Op, Value, definitions, walk, xs_groups
from adgen.ir.types import dtype_of, is_inexact, is_number
from adgen.synchronisation import hazards
from adgen.transforms.activity import spread
from adgen.transforms.rewriting import Rewriter
from adgen.transforms.signs import is_positive

EDGES = {"sqrt": "infinite", "log": "infinite", "log2": "infinite", "log10": "infinite"}
LINTS = ("equality", "index", "edge", "truncation")


def lint(function: Function, active: frozenset[int], target: str) -> list[Problem]:
    """The hazards of a function and of the definitions that it calls."""
    found = _of_block(function.block, {function.block.params[i] for i in active})
    for callee in definitions(function.block):
        found += _of_block(callee.body, {p for p in callee.body.params if is_inexact(p.type)})
    if target == "cupy":
        found += hazards(function)
    places = {(p.message, p.span): p for p in found}
    return sorted(places.values(), key=lambda p: (p.span.line, p.span.column) if p.span else (0, 0))


def _of_block(block: Block, start: set[Value]) -> list[Problem]:
    ops = list(walk(block))
    active = set(start)
    for _ in range(2):
        active |= _inner(ops, spread(block.ops, active) | active)
    decided = _depends(block.ops, set(start))
    signs = Rewriter(frozenset(), {})
    signs.definitions.update({r: op for op in ops for r in op.results})
    found: list[Problem] = []
    for op in ops:
        found += _hazards(op, active, decided, signs)
    return found


def _inner(ops: Iterable[Op], active: set[Value]) -> set[Value]:
    """Active values inside of blocks, whose params stand for active operands."""
    found = set(active)
    for op in ops:
        if op.name in ("for", "while"):
            carry = int(op.attrs["carry"])
            for body in op.blocks:
                found |= {p for p, r in zip(body.params, op.results, strict=False) if r in found}
                found |= {p for p, a in zip(body.params[:carry], op.args, strict=False) if a in found}
            body = op.blocks[-1]
            groups = xs_groups(op) if op.name == "for" else []
            found |= {p for p, g in zip(body.params[carry:], groups, strict=False) if g[0] in found}
        for block in op.blocks:
            found |= spread(block.ops, found)
    return found


def _depends(ops: Iterable[Op], start: set[Value]) -> set[Value]:
    """What is computed from the values in any way, also through ops without a derivative."""
    found = set(start)
    ops = list(ops)
    for _ in range(2):
        for op in ops:
            for block in op.blocks:
                if any(a in found for a in op.args):
                    found.update(block.params)
                found |= _depends(block.ops, found)
            reads = any(a in found for a in op.args) or any(r in found for b in op.blocks for r in b.results)
            if reads and op.name not in ("dim", "shape", "size", "ndim", "listlen"):
                found.update(op.results)
    return found


def _hazards(op: Op, active: set[Value], decided: set[Value], signs: Rewriter) -> Iterable[Problem]:
    touched = [a for a in op.args if a in active]
    match op.name:
        case "eq" | "ne" if any(_is_float(a) for a in touched):
            sign = "==" if op.name == "eq" else "!="
            yield Problem(
                f"{sign} on {_named(touched[0])}, which is differentiated: the derivative is that of the branch taken",
                op.span,
                "compare with a tolerance, or compare what is constant",
            )
        case "getitem" | "setitem" | "addat":
            at = [op.args[k] for k in _index_operands(op)]
            if any(a in decided for a in at):
                yield Problem(
                    "an index depends on what is differentiated: which element it is, is constant for the derivative",
                    op.span,
                    "weight the elements instead, as by a softmax, if the choice should be differentiated",
                )
        case "to_python" | "convert" | "floordiv" if touched and not all(is_inexact(r.type) for r in op.results):
            yield from _truncation(op, touched[0])
        case "floordiv" if touched:
            yield from _truncation(op, touched[0])
        case _:
            bare = op.name.removeprefix("math.")
            root = bare == "pow" and _is_root(op.args[1])
            if (bare in EDGES or root) and op.args[0] in active and not is_positive(signs, op.args[0]):
                what = "this power" if root else bare
                yield Problem(
                    f"{what} of {_named(op.args[0])}, which may be 0: its derivative is infinite there",
                    op.span,
                    "add a small positive number, or choose by np.where what holds at 0",
                )


def _truncation(op: Op, value: Atom) -> Iterable[Problem]:
    yield Problem(
        f"{_named(value)} is differentiated, and made an integer here: the derivative is zero",
        op.span,
        "leave out the rounding, if the derivative should go through",
    )


def _index_operands(op: Op) -> list[int]:
    """Positions of the operands that say which element it is."""
    first = 1 if op.name == "getitem" else 2
    found: list[int] = []
    for item in op.attrs["index"]:
        value = item.value if isinstance(item, (IntItem, ArrayItem)) else None
        if isinstance(value, Arg):
            found.append(first + value.position)
    return found


def _is_float(atom: Atom) -> bool:
    return is_number(atom.type) and np.dtype(dtype_of(atom.type)).kind in "fc"


def _is_root(atom: Atom) -> bool:
    return isinstance(atom, Const) and isinstance(atom.value, float) and 0.0 < atom.value < 1.0


def _named(atom: Atom) -> str:
    name = atom.name if isinstance(atom, Value) else ""
    return name.removeprefix("_") if name else "a value"
