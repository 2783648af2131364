"""Sizes, bounds and counts as Python numbers, for a target whose arrays of rank 0 are no integers.

    n = cp.argmax(x)        where NumPy takes an integer that it computed, CuPy takes none that lies on the device:
    y = cp.zeros(int(n))    it is waited for, at the first place that needs it

Input: a function that is about to be printed for CuPy. Output: the same, with `to_python` before each op that takes
such a number. `host_operands` says which of an op's operands those are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from adgen.ir.builder import Builder
from adgen.ir.core import Arg, Atom, Block, Function, IntItem, Op, SliceItem, Value, xs_groups
from adgen.ir.types import ArrayT, ListT, dtype_of, is_scalar
from adgen.rules.table import infer

# fmt: off
SIZES = {
    "zeros": 0, "ones": 0, "empty": 0, "eye": 0, "tri": 0, "arange": 0, "hanning": 0, "hamming": 0, "blackman": 0,
    "bartlett": 0, "kaiser": 0, "full": 1, "reshape": 1, "broadcast": 1, "vander": 1,
    "linspace": 2, "geomspace": 2, "sum_to": 1, "fft.fftfreq": 0, "fft.rfftfreq": 0, "pyround": 0,
}
# fmt: on
"""Ops that take Python numbers as operands: the position of the first."""
FAMILIES = {"math.": 0, "fft.": 1}
"""The same for all ops whose names begin so."""


def host_operands(op: Op) -> Iterator[int]:
    """The positions of operands on the device where CuPy needs a Python number."""
    for position in _numbers(op):
        atom = op.args[position]
        if isinstance(atom, Value) and isinstance(atom.type, ArrayT) and is_scalar(atom.type):
            yield position


def _numbers(op: Op) -> Iterator[int]:
    """The positions of operands that are Python numbers."""
    if op.name == "for":
        start = int(op.attrs["carry"])
        for kind, group in zip(op.attrs["xs"], xs_groups(op), strict=True):
            yield from range(start, start + len(group)) if kind == "range" else ()
            start += len(group)
    elif op.name == "ravel_multi_index":
        yield from range(int(op.attrs["rank"]), len(op.args))
    elif op.name in ("getitem", "setitem", "addat"):
        yield from _of_index(op)
    else:
        first = SIZES.get(op.name, FAMILIES.get(f"{op.name.partition('.')[0]}.", len(op.args)))
        yield from range(first, len(op.args))


def _of_index(op: Op) -> Iterator[int]:
    """Bounds of slices; and the position in a list, which is Python's."""
    first = 1 if op.name == "getitem" else 2
    for item in op.attrs["index"]:
        parts: tuple[object, ...] = ()
        if isinstance(item, SliceItem):
            parts = item.start, item.stop, item.step
        elif isinstance(item, IntItem) and isinstance(op.args[0].type, ListT):
            parts = (item.value,)
        yield from (first + part.position for part in parts if isinstance(part, Arg))


def host_numbers(function: Function) -> Function:
    """The function with Python numbers where CuPy needs them."""
    starts: dict[Op, int] = {}
    block = _block(function.block, {}, starts)
    if function.reverse_from is None or function.reverse_from == len(function.block.ops):
        return replace(function, block=block, reverse_from=function.reverse_from and len(block.ops))
    return replace(function, block=block, reverse_from=starts[function.block.ops[function.reverse_from]])


def _block(block: Block, known: dict[Atom, Atom], starts: dict[Op, int]) -> Block:
    """The block; `known`: the numbers that stand for values of the device so far, also around it."""
    known, ops = dict(known), list[Op]()
    for op in block.ops:
        starts[op] = len(ops)
        args = list(op.args)
        for position in host_operands(op):
            atom = args[position]
            if atom not in known:
                builder = Builder(infer, op.span, op.loose)
                whole = np.dtype(dtype_of(atom.type)).kind in "biu"
                known[atom] = builder.emit("to_python", atom, kind="int" if whole else "float")
                ops += builder.ops
            args[position] = known[atom]
        ops.append(replace(op, args=tuple(args), blocks=tuple(_block(b, known, starts) for b in op.blocks)))
    return Block(block.params, tuple(ops), block.results)
