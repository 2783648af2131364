"""Hazards of a function that is computed with CuPy (see `adgen.lint`): above all, where it waits for the device.

    number      float(x), int(x), bool(x), x.item(), round(x), math.f(x) of a value on the device
    branch      `if`, `while`, `assert`, `not`, `and`, `or` on one
    size        a boolean mask (but where a known number is stored), nonzero, unique, bincount, repeat: how many
                elements there are, depends on values
    bound       a slice, a shape or the length of a loop from a value on the device
    text        print, or a formatted string, of one
    draw        numbers of np.random's functions, which are CuPy's own: nothing waits, but they are other ones

Input: a function's SSA. Output: a `Problem` for each place. A value is on the device if it is an array, also one of
rank 0, as sums and elements are; Python numbers are not. What CuPy's functions do inside is seen where it is listed.
"""

from __future__ import annotations

from collections.abc import Iterator

from adgen.errors import Problem
from adgen.ir.core import ArrayItem, Atom, Block, Const, Function, Op, Value, definitions
from adgen.ir.types import ArrayT, dtype_of
from adgen.rules.cupy_masks import is_fill
from adgen.transforms.host_numbers import host_operands

COUNTED = ("nonzero", "flatnonzero", "argwhere", "unique", "bincount")
"""Ops whose results are as long as values say."""
NUMBER = "compute with the array itself, or pass the number as an argument"
BRANCH = "choose by np.where, or decide outside of the function, by an argument that is a Python number"
COUNT = "choose by np.where and keep the size, or make the indices outside of the function"
BOUND = "take it from shapes, or pass it as an argument that is a Python int"
DRAW = "seed them by cupy.random.seed, or draw outside of the function and pass the numbers"
TEXT = "return the value, and print it outside of the function"


def hazards(function: Function) -> Iterator[Problem]:
    """Those of a function and of the definitions that it calls."""
    yield from _of_block(function.block)
    for callee in definitions(function.block):
        yield from _of_block(callee.body)


def _of_block(block: Block) -> Iterator[Problem]:
    for op in block.ops:
        if op.name == "draw":
            yield Problem("random numbers are drawn by CuPy, which are others than NumPy's", op.span, DRAW)
        yield from (Problem(f"{what} waits for the device", op.span, hint) for what, hint in _of_op(op))
        for inner in op.blocks:
            yield from _of_block(inner)


def _of_op(op: Op) -> Iterator[tuple[str, str]]:
    """What of an op waits, and what to write instead."""
    name, args = op.name, op.args
    device = [a for a in args if on_device(a)]
    match name:
        case "if" | "assert" | "not" if on_device(args[0]):
            yield f"{name} on {_named(args[0])}", BRANCH
        case "while" if on_device(op.blocks[0].results[0]):
            yield "while on a condition", BRANCH
        case "to_python" if device:
            yield f"{op.attrs['kind']} of {_named(device[0])}", NUMBER
        case "print" | "format" | "warn" if device:
            yield f"the text of {_named(device[0])}", TEXT
        case "getitem" | "setitem" | "addat":
            yield from _of_index(op)
        case "for" if _needs_number(op):
            yield "the length of a loop, from a value on the device,", BOUND
        case "pyround" if device:
            yield f"round of {_named(device[0])}", NUMBER
        case _ if name.startswith("math.") and device:
            yield f"{name} of {_named(device[0])}", f"use np.{name[5:]}"
        case _ if name in COUNTED:
            yield f"{name}, whose result is as long as values say,", COUNT
        case "repeat_each" if on_device(args[1]):
            yield "repeat, whose result is as long as values say,", COUNT
        case _ if _needs_number(op):
            yield "a size, from a value on the device,", BOUND
        case _:
            pass


def _of_index(op: Op) -> Iterator[tuple[str, str]]:
    """A mask that selects elements, also of a store; bounds of slices. An index of an array may be on the device."""
    first = 1 if op.name == "getitem" else 2
    masks = [item.value for item in op.attrs["index"] if isinstance(item, ArrayItem)]
    if any(dtype_of(op.args[first + mask.position].type) == "bool" for mask in masks) and not _is_known_fill(op):
        yield "a boolean mask, whose count of elements values say,", COUNT
    if _needs_number(op):
        yield "a bound or an index, from a value on the device,", BOUND


def _is_known_fill(op: Op) -> bool:
    """Whether a known number is stored by a mask; the derivative of another is a sum of what the mask selects."""
    return is_fill(op) and isinstance(op.args[1], Const)


def _needs_number(op: Op) -> bool:
    return next(host_operands(op), None) is not None


def on_device(atom: Atom) -> bool:
    return isinstance(atom, Value) and isinstance(atom.type, ArrayT)


def _named(atom: Atom) -> str:
    name = atom.name if isinstance(atom, Value) else ""
    return name.removeprefix("_") if name else "a value"
