"""Jacobians of functions of several arrays: one for each result and each leaf asked for.

input      an IR function, leaves to differentiate at, sizes where they are known
output     its Jacobians, in the structure of the result, and in that of the leaves
guarantee  the value part runs once (equal ops are shared by `simplify`), effects included
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from adgen.errors import Refusal
from adgen.ir.core import Atom, Block, Function, Value, clone_block, has_effect
from adgen.ir.tree import Leaf, Tree, map_leaves
from adgen.ir.types import Type, dim_product, dims_of, is_number
from adgen.transforms import jacobian_of

Sizes = Mapping[str, int]
"""What the letters of dims stand for."""
KEY = re.compile(r"[\w+*() -]+")


def jacobians(
    fn: Function,
    output: Tree,
    leaves: tuple[int, ...],
    structure: Tree,
    mode: str,
    off: frozenset[str],
    sizes: Sizes,
) -> tuple[Function, Tree]:
    """The function of all Jacobians, and the tree of its results."""
    blocks = [
        jacobian_of(alone, leaf, mode_of(alone, leaf, mode, sizes), off).block
        for alone in (_with_result(fn, result) for result in fn.block.results)
        for leaf in leaves
    ]
    if not blocks:
        raise Refusal(
            f"a Jacobian needs a function that returns arrays; {fn.name} returns none",
            "return an array of floats",
        )
    if len(blocks) > 1 and any(map(has_effect, fn.block.ops)):
        raise Refusal(
            "several Jacobians of a function that prints, raises or draws are not supported",
            "ask for one array at a time, with argnums= or wrt=",
        )
    params = fn.block.params
    copies = [blocks[0], *(_on_params(b, params) for b in blocks[1:])]
    results = tuple(b.results[0] for b in copies)
    ops = tuple(op for b in copies for op in b.ops)
    made = replace(fn, block=Block(params, ops, results), reverse_from=None)
    rest = iter(results)

    def by_leaves(_: object) -> Tree:
        return map_leaves(structure, rest, lambda r: Leaf(r.type))

    one_each: Iterator[object] = iter(fn.block.results)
    return made, map_leaves(output, one_each, by_leaves)


def _with_result(fn: Function, result: Atom) -> Function:
    return replace(fn, block=replace(fn.block, results=(result,)))


def _on_params(block: Block, params: tuple[Value, ...]) -> Block:
    """A copy of the block that reads `params`."""
    inner = Block((), block.ops, block.results)
    return clone_block(inner, dict(zip(block.params, params, strict=True)))


def mode_of(fn: Function, leaf: int, mode: str, sizes: Sizes) -> str:
    """The mode that takes fewer sweeps, as far as the sizes tell; forward at a tie."""
    if mode != "auto":
        return mode
    rows = size_of(fn.block.results[0].type, sizes)
    columns = size_of(fn.block.params[leaf].type, sizes)
    if rows is None or columns is None:
        return "reverse" if rows is not None and rows <= 4 else "forward"
    return "reverse" if rows < columns else "forward"


def size_of(t: Type, sizes: Sizes) -> int | None:
    """The number of elements, where that is known."""
    dims = dims_of(t) if is_number(t) else None
    if dims is None:
        return None
    size = dim_product(dims)
    if isinstance(size, int):
        return size
    if not KEY.fullmatch(size.key):
        return None
    try:
        return int(eval(size.key, {"__builtins__": {}}, dict(sizes)))  # 'n-1', '2*n', '(n-1)*m'
    except NameError:
        return None
