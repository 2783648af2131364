"""A number stored by a mask, for CuPy: `np.where` instead of a store, which would wait to know how many it selects."""

from __future__ import annotations

import numpy as np

from adgen.ir.core import Arg, ArrayItem, Index, Op
from adgen.ir.types import ArrayT, Dim, Dims, ScalarT, Sym, dims_of, dtype_of, is_scalar
from adgen.rules.cupy_equivalents import equivalent
from adgen.rules.table import E, Ops


def is_fill(op: Op) -> bool:
    """Whether an op stores one number of the array's kind by a mask of its shape."""
    position = only_array(op)
    if position is None:
        return False
    array, value, mask = (op.args[i].type for i in (0, 1, position))
    if not isinstance(array, ArrayT) or dtype_of(mask) != "bool" or not same_or_wrong(array.dims, dims_of(mask)):
        return False
    return is_scalar(value) and np.can_cast(dtype_of(value), dtype_of(array), "same_kind") and array.dtype != "bool"


def only_array(op: Op) -> int | None:
    """The position of the operand that is the whole index of a store."""
    if op.name != "setitem":
        return None
    index: Index = op.attrs["index"]
    match index:
        case (ArrayItem(Arg(position)),):
            return 2 + position
        case _:
            return None


def same_or_wrong(a: Dims | None, b: Dims | None) -> bool:
    """Whether two shapes are equal wherever they can be broadcast to each other: no axis of one is stretched."""
    if a is None or b is None or len(a) != len(b):
        return False
    return all(n == m or (is_long(n) and is_long(m)) for n, m in zip(a, b, strict=True))


def is_long(dim: Dim) -> bool:
    return dim.not_one if isinstance(dim, Sym) else dim != 1


@equivalent("setitem")
def fill(g: Ops, op: Op, *args: E) -> E | None:
    if not is_fill(op):
        return None
    y, value, mask = args
    weak = isinstance(value.type, ScalarT) and np.dtype(y.dtype).kind in "fc"
    value = value if weak or value.dtype == y.dtype else g("convert", value, dtype=y.dtype)
    return g("where", mask, value, y)
