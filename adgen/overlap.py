"""Arguments that a function writes into: there a call must not pass two that share memory.

input      the IR of a user's function
output     which leaves it stores into, and whether a call's arrays overlap one of them
guarantee  a store into an argument is found wherever it is; a derivative works on copies, so
           without an overlap nobody can tell the difference
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from adgen.ir.core import Atom, Block, Function, Op, Value
from adgen.ir.tree import Leaf, Node, Static, Tree, take_apart
from adgen.signature import is_cupy, is_ndarray, leaf_paths
from adgen.targets import as_host_view

Roots = dict[Value, frozenset[int]]
STORES = ("setitem", "addat")
NONE: frozenset[int] = frozenset()


def written_leaves(fn: Function) -> frozenset[int]:
    """The positions of the params that the function stores into."""
    roots: Roots = {param: frozenset((i,)) for i, param in enumerate(fn.block.params)}
    return _written(fn.block, roots)


def _written(block: Block, roots: Roots) -> frozenset[int]:
    found = NONE
    for op in block.ops:
        if op.name in STORES:
            found |= _of(op.args[0], roots)
            roots[op.result] = _of(op.args[0], roots)
        elif op.blocks:
            found |= _written_inside(op, roots)
    return found


def _written_inside(op: Op, roots: Roots) -> frozenset[int]:
    """Stores in an `if` or a loop; its results are what its blocks' results may be."""
    found = NONE
    for block in op.blocks:
        for param, init in zip(block.params, op.args, strict=False):
            roots[param] = _of(init, roots)
        found |= _written(block, roots)
    for position, result in enumerate(op.results):
        merged = NONE
        for block in op.blocks[-1:] if op.name == "while" else op.blocks:
            merged |= _of(block.results[position], roots)
        roots[result] = merged
    return found


def _of(atom: Atom, roots: Roots) -> frozenset[int]:
    return roots.get(atom, NONE) if isinstance(atom, Value) else NONE


def share(a: Any, b: Any) -> bool:
    """Whether two arrays have an element in common, by where they lie alone."""
    a, b = as_host_view(a), as_host_view(b)
    return bool(np.may_share_memory(a, b)) and bool(np.shares_memory(a, b))


def require_apart(written: Iterable[int], trees: Sequence[Tree], params: Mapping[str, Any]) -> None:
    """Raise ValueError where an array that is written into shares memory with another argument."""
    pairs = list(zip(trees, params.items(), strict=False))
    flat = [v for tree, (_, value) in pairs for v in values_at(tree, value)]
    names = [path for tree, (name, _) in pairs for path in leaf_paths(tree, name)]
    for i in written:
        for j, other in enumerate(flat):
            if i != j and (is_ndarray(other) or is_cupy(other)) and share(flat[i], other):
                raise ValueError(
                    f"{names[i]} is written into and shares memory with {names[j]}; "
                    "pass a copy of it"
                )


def values_at(tree: Tree, value: Any) -> list[Any]:
    """What stands at the leaves of a tree."""
    match tree:
        case Leaf():
            return [value]
        case Static():
            return []
        case Node(_, _, children):
            parts = take_apart(value)
            assert parts is not None
            return [
                v for c, item in zip(children, parts[2], strict=True) for v in values_at(c, item)
            ]
