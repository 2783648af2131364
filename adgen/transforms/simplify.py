"""Cleans a function up: local rewrites, common subexpressions, loop-invariant ops, dead code, equal branches merged.

guarantee  value ops of the user's program keep their form: the primal is bit for bit the same. Each
           optimisation can be switched off by its name in `OPTIMISATIONS`, without a change of meaning
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from adgen.ir.core import Atom, Block, Function, Op, Value, definitions, free_values, has_effect, map_block, walk
from adgen.ir.types import ArrayT
from adgen.transforms import accumulation, algebra, arranging, shaping, signs, spreading
from adgen.transforms.dead import drop_dead
from adgen.transforms.loops import tidy_loops
from adgen.transforms.rewriting import REWRITES, Rewriter, count_uses
from adgen.transforms.unify import unify_definition, unify_dims

TABLES = (algebra, spreading, accumulation, arranging, shaping, signs)
"""Modules that enter rewrites when they are imported."""
OPTIMISATIONS = frozenset(
    {name for rows in REWRITES.values() for name, _ in rows} | {"cse", "hoist", "dead", "merge", "loops", "fuse"}
)
"""Names of the optimisations; 'fuse' is done when printing."""

ROUNDS = 4
LAST = frozenset({"share", "copies"})
"""Optimisations that look at what else is computed, and so wait until dead code is gone."""
SHARING = frozenset({"special.softmax", "copy"})
"""Ops that those apply to."""


def simplify(fn: Function, off: frozenset[str] = frozenset()) -> Function:
    """The function, cleaned up."""
    unknown = off - OPTIMISATIONS
    if unknown:
        raise ValueError(
            f"no optimisation named {', '.join(sorted(unknown))}; there are {', '.join(sorted(OPTIMISATIONS))}"
        )
    marker = _marker(fn)
    block = simplify_block(fn.block, off)
    simplify_definitions(block, off)
    return replace(fn, block=block, reverse_from=_position(block, marker))


def simplify_block(block: Block, off: frozenset[str]) -> Block:
    for _ in range(ROUNDS):
        before = sum(1 for _ in walk(block))
        block = _round(block, off | LAST)
        if sum(1 for _ in walk(block)) == before:
            break
    if any(op.name in SHARING for op in walk(block)) and not LAST <= off:
        block = _round(block, off)
    return block


def simplify_definitions(block: Block, off: frozenset[str]) -> None:
    """Simplify what a block calls, each definition once."""
    for callee in definitions(block):
        if "simplified" not in callee.derived:
            callee.derived["simplified"] = True
            callee.block = simplify_block(callee.body, off)


def _round(block: Block, off: frozenset[str]) -> Block:
    block = block if "dead" in off else drop_dead(block)
    block = block if "merge" in off else merge_branches(block)
    block = block if "loops" in off else tidy_loops(block)
    rewriter = Rewriter(off, count_uses(block))
    for param in block.params:
        if isinstance(param.type, ArrayT) and param.type.dims:
            rewriter.shapes.setdefault(param.type.dims, param)
    rewriter.stored = {op.args[0] for op in walk(block) if op.name == "setitem" and op.loose}
    block = rewriter.run(block)
    return block if "dead" in off else drop_dead(block)


LINEAR = LAST | frozenset({"broadcast", "accumulate", "contract", "shapes", "hoist", "merge", "loops", "dead"})
"""Optimisations that a program with tangents must not go through before it is transposed: they drop the broadcasts
and the indexing that transposing turns around, or move ops across its parts."""


def prepare(fn: Function, off: frozenset[str] = frozenset()) -> Function:
    """A user's function made ready for differentiation: equal sizes named equal, common subexpressions shared."""
    fn = unify_dims(fn)
    for callee in definitions(fn.block):
        unify_definition(callee)
    return simplify(fn, off)


def simplify_tangents(
    ops: tuple[Op, ...], results: tuple[Atom, ...], off: frozenset[str], twins: dict[Value, Atom]
) -> tuple[tuple[Op, ...], tuple[Atom, ...]]:
    """Algebra on the ops of `jvp`, before they are split; `twins` follows the tangents that change.

    Where a rank is unknown all stays as it is: a tangent's shape can then be told by its twin alone.
    """
    every = walk(Block((), ops, ()))
    if any(isinstance(r.type, ArrayT) and r.type.dims is None for op in every for r in op.results):
        off = OPTIMISATIONS
    rewriter = Rewriter(off | LINEAR, count_uses(Block((), ops, results)))
    block = rewriter.run(Block((), ops, results))
    replaced = [(old, new) for old, new in rewriter.env.items() if old in twins and isinstance(new, Value)]
    for tangent, primal in twins.items():
        while isinstance(primal, Value) and primal in rewriter.env:
            primal = twins[tangent] = rewriter.env[primal]
    scopes = scopes_of(block)
    for old, new in replaced:
        twin = in_scope(twins[old], new, scopes, twins)
        if new not in twins and twin is not None:
            twins[new] = twin
    return block.ops, block.results


Scopes = dict[Value, tuple[int, ...]]
"""The blocks around the op that makes a value, outermost first."""


def scopes_of(block: Block, path: tuple[int, ...] = ()) -> Scopes:
    found: Scopes = dict.fromkeys(block.params, path)
    for op in block.ops:
        found.update(dict.fromkeys(op.results, path))
        for inner in op.blocks:
            found |= scopes_of(inner, (*path, id(inner)))
    return found


def in_scope(twin: Atom, value: Value, scopes: Scopes, twins: Mapping[Value, Atom]) -> Atom | None:
    """A twin that may be read where the value is: this one, or another of the same dims."""

    def is_seen(atom: Atom) -> bool:
        path = scopes.get(atom, ()) if isinstance(atom, Value) else ()
        return path == scopes.get(value, ())[: len(path)]

    if is_seen(twin):
        return twin
    return next((other for other in twins.values() if other.type == twin.type and is_seen(other)), None)


def _marker(fn: Function) -> set[Value]:
    """What the ops before the reverse sweep define."""
    if fn.reverse_from is None:
        return set()
    return {r for op in fn.block.ops[: fn.reverse_from] for r in op.results}


def _position(block: Block, forward: set[Value]) -> int | None:
    """Where the reverse sweep starts now: behind the last op of the forward one."""
    if not forward:
        return None
    last = [i for i, op in enumerate(block.ops) if any(r in forward for r in op.results)]
    return last[-1] + 1 if last else 0


def merge_branches(block: Block) -> Block:
    """Two `if` on the same condition, the second reading nothing that came between: one."""
    ops: list[Op] = []
    for op in block.ops:
        op = replace(op, blocks=tuple(merge_branches(b) for b in op.blocks)) if op.blocks else op
        if op.name == "if" and ops:
            at = _partner(ops, op)
            if at is not None:
                ops[at] = _merged(ops[at], op)
                continue
        ops.append(op)
    return Block(block.params, tuple(ops), block.results)


def _partner(ops: list[Op], op: Op) -> int | None:
    """The `if` on the same condition that op can join: nothing in between is read by op."""
    read = set(free_values(*op.blocks))
    for i in range(len(ops) - 1, -1, -1):
        earlier = ops[i]
        if earlier.name == "if" and earlier.args == op.args:
            return i
        if any(r in read for r in earlier.results) or has_effect(earlier) or has_effect(op):
            return None
    return None


def _merged(first: Op, second: Op) -> Op:
    blocks: list[Block] = []
    for a, b in zip(first.blocks, second.blocks, strict=True):
        env = dict(zip(first.results, a.results, strict=True))
        renamed = map_block(Block((), b.ops, b.results), env)
        blocks.append(Block((), a.ops + renamed.ops, a.results + renamed.results))
    return replace(first, blocks=tuple(blocks), results=first.results + second.results)
