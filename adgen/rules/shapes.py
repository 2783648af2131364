"""What rules of structure share: dims of slices and reshapes, shape arguments, indexing by Python
items.

Functions of dims say what NumPy's result has; functions with a `g` emit ops. A size that follows
from others but has no arithmetic form gets a symbol named after how it was made, so that equal
expressions have equal dims.
"""
from __future__ import annotations

from collections import Counter
from typing import Any, cast

from adgen.errors import Refusal
from adgen.ir.builder import const
from adgen.ir.core import (
    Arg,
    ArrayItem,
    Atom,
    Bound,
    Const,
    EllipsisItem,
    Index,
    IndexItem,
    IntItem,
    NewAxis,
    SliceItem,
)
from adgen.ir.types import (
    ArrayT,
    Dim,
    Dims,
    ListT,
    ScalarT,
    ShapeT,
    Sym,
    Type,
    dim_minus,
    dim_product,
    dim_sum,
    dims_of,
    dtype_of,
    fresh_dim,
    is_number,
    rank_of,
)
from adgen.rules.infrastructure import as_dtype
from adgen.rules.lowering import as_array, describe, static
from adgen.rules.table import E, Operand, Ops, Shape, Transposer

AnyOps = Ops | Transposer
FULL = slice(None)


# Sizes

def size_of(atom: Atom) -> Dim:
    """The dim that an int atom stands for."""
    if isinstance(atom, Const):
        return int(atom.value)
    if isinstance(atom.type, ScalarT) and atom.type.size is not None:
        return atom.type.size
    return fresh_dim()


def bound_value(bound: Bound, operands: tuple[Atom, ...]) -> Dim | None:
    """A slice's bound: an int, a symbol, or None where it is left out."""
    return size_of(operands[bound.position]) if isinstance(bound, Arg) else bound


def slice_dim(dim: Dim, start: Dim | None, stop: Dim | None, step: Dim | None) -> Dim:
    """The length of `x[start:stop:step]` for an axis of length dim.

    >>> n = Sym("n")
    >>> str(slice_dim(n, 1, -1, None)), slice_dim(7, None, None, 2)
    ('n-2', 4)
    """
    bounds = (start, stop, step)
    if isinstance(dim, int) and not any(isinstance(b, Sym) for b in bounds):
        return len(range(dim)[slice(*cast("tuple[Any, ...]", bounds))])
    if step == -1 and start is None and stop is None:
        return dim
    if step in (None, 1):
        known = _unit_slice_dim(dim, start or 0, stop)
        if known is not None:
            return known
    step = None if step == 1 else step
    start = None if start == 0 and step is None else start
    return Sym(f"len({dim}[{_text(start)}:{_text(stop)}:{_text(step)}])")


def _unit_slice_dim(dim: Dim, start: Dim, stop: Dim | None) -> Dim | None:
    if start == 0 and stop is not None and _never_more(stop, dim):
        return stop
    if isinstance(start, Sym) or isinstance(stop, Sym):
        part = _part_of_sum(dim, start, dim if stop is None else stop)
        if part is not None:
            return part
    if not isinstance(start, int) or start < 0:
        return None
    if stop is None or stop == dim:
        return dim_minus(dim, start)
    if isinstance(stop, int) and stop < 0:
        return dim_minus(dim, start - stop)
    if isinstance(stop, Sym) and _never_more(stop, dim):
        return dim_minus(stop, start)
    return None


def _part_of_sum(dim: Dim, start: Dim, stop: Dim) -> Dim | None:
    """stop - start where start is some summands of stop, and stop some of dim: a concatenation's
    part."""
    (first, low), (last, high), (whole, top) = map(_summands, (start, stop, dim))
    if not (first <= last <= whole and 0 <= low <= high <= top):
        return None
    return dim_sum((*(Sym(key) for key in (last - first).elements()), high - low))


def _summands(dim: Dim) -> tuple[Counter[str], int]:
    """The symbols and the number that a size is the sum of."""
    if isinstance(dim, int):
        return Counter(), dim
    terms = _split_sum(dim.key)
    if len(terms) == 1:
        return Counter(terms), 0
    known = sum(int(t) for t in terms if t.isdigit())
    return Counter(t[1:-1] if "-" in t else t for t in terms if not t.isdigit()), known


def _split_sum(key: str) -> list[str]:
    """The terms of a symbol's key, split at the plus signs outside of brackets."""
    terms, depth = [""], 0
    for char in key:
        depth += (char in "([") - (char in ")]")
        if char == "+" and not depth:
            terms.append("")
        else:
            terms[-1] += char
    return terms


def _never_more(size: Dim, dim: Dim) -> bool:
    """Whether size is dim, or dim less a constant."""
    if size == dim:
        return isinstance(size, Sym)
    if not isinstance(size, Sym) or not isinstance(dim, Sym):
        return False
    base, minus, number = size.key.rpartition("-")
    if not (minus and number.isdigit()):
        return False
    whole, minus, less = dim.key.rpartition("-")
    if minus and less.isdigit() and whole == base:
        return int(less) <= int(number)
    return base == dim.key


def _text(bound: Dim | None) -> str:
    return "" if bound is None else str(bound)


def reshaped_dims(old: Dims | None, new: Dims) -> Dims:
    """Dims of a reshape, with a -1 worked out."""
    if -1 not in new:
        _check_sizes(old, new)
        return new
    if new.count(-1) > 1:
        raise Refusal("reshape can work out one size (-1) only", "give the other sizes")
    others = tuple(d for d in new if d != -1)
    missing = fresh_dim() if old is None else _quotient(old, others)
    return tuple(missing if d == -1 else d for d in new)


def _check_sizes(old: Dims | None, new: Dims) -> None:
    if old is None or any(isinstance(d, Sym) for d in old + new):
        return
    if dim_product(old) != dim_product(new):
        raise Refusal(f"cannot reshape an array of shape {old} to {new}", "give sizes with the same product")


def _quotient(dims: Dims, others: Dims) -> Dim:
    rest = list(dims)
    left: list[Dim] = []
    for d in others:
        if d in rest:
            rest.remove(d)
        elif d != 1:
            left.append(d)
    top, bottom = dim_product(tuple(rest)), dim_product(tuple(left))
    if bottom == 1:
        return top
    if isinstance(top, int) and isinstance(bottom, int):
        if bottom == 0 or top % bottom:
            raise Refusal(
                f"cannot reshape an array of shape {dims} to sizes {others} and one more",
                "give sizes with the same product",
            )
        return top // bottom
    return Sym(f"({top})/({bottom})")


# Types

def array_type(t: Type, dims: Dims | None) -> ArrayT:
    """An array of the dtype of t."""
    return ArrayT(dtype_of(t), dims)


def number_type(atom: Atom, what: str) -> ScalarT | ArrayT:
    """The type of an operand that must be a number."""
    if not isinstance(atom.type, (ScalarT, ArrayT)):
        raise Refusal(f"{what} needs an array, got a value of type {atom.type}", "give an array")
    return atom.type


def known_rank(t: Type) -> int:
    rank = rank_of(t)
    if rank is None:
        raise Refusal("this needs an array whose rank is known", "give its type, as x=float64[n,m]")
    return rank


def known_dims(t: Type) -> Dims:
    """Dims of a number whose rank must be known."""
    known_rank(t)
    dims = dims_of(t)
    assert dims is not None
    return dims


# Arguments of lowerings

def array_of(g: Ops, value: Any) -> E:
    """An argument as an array or number; a list of things is stacked as NumPy does."""
    if isinstance(value, (bool, int, float, complex)):
        return g.wrap(const(value))
    return as_array(g, value)


def int_of(value: Any, what: str) -> E | int:
    """An int argument, known or not."""
    if isinstance(value, E):
        if isinstance(value.atom, Const):
            return int(value.atom.value)
        if value.dims == () and value.dtype.startswith(("int", "uint")):
            return value
        raise Refusal(f"{what} must be an int, got {describe(value)}", "give an int")
    if isinstance(value, int):
        return value
    raise Refusal(f"{what} must be an int, got {describe(value)}", "give an int")


def listed(value: Any) -> list[Any]:
    """A list or tuple as a list; anything else as a list of that."""
    return list(cast("list[Any]", value)) if isinstance(value, (tuple, list)) else [value]


def shape_of(value: Any) -> Shape:
    """A shape argument: an int, or a tuple or list of ints, or a run-time shape."""
    if isinstance(value, E) and isinstance(value.type, ShapeT):
        return value
    if isinstance(value, (tuple, list)):
        return tuple(int_of(v, "a size") for v in cast("list[Any]", value))
    return (int_of(value, "a shape"),)


def static_int(value: Any, what: str) -> int:
    """An int that must be known when compiling."""
    known = static(value, what)
    if not isinstance(known, int):
        raise Refusal(f"{what} must be an int, got {known!r}", "give an int")
    return int(known)


# Index items

def index_items(items: tuple[Any, ...]) -> tuple[Index, tuple[Operand, ...]]:
    """IR index items and operands of a Python index: ints, slices, None, Ellipsis, E."""
    operands: list[Operand] = []
    index = tuple(_item(item, operands) for item in items)
    return index, tuple(operands)


def _item(item: Any, operands: list[Operand]) -> IndexItem:
    if item is None:
        return NewAxis()
    if item is Ellipsis:
        return EllipsisItem()
    if isinstance(item, slice):
        whole = cast("slice[Any, Any, Any]", item)
        return SliceItem(*(_bound(b, operands) for b in (whole.start, whole.stop, whole.step)))
    if isinstance(item, E) and item.dims != ():
        operands.append(item)
        return ArrayItem(Arg(len(operands) - 1))
    bound = _bound(item, operands)
    assert bound is not None
    return IntItem(bound)


def _bound(bound: Any, operands: list[Operand]) -> Bound:
    if bound is None:
        return None
    if isinstance(bound, E) and isinstance(bound.atom, Const):
        return int(bound.atom.value)
    if isinstance(bound, E):
        operands.append(bound)
        return Arg(len(operands) - 1)
    return int(bound)


def get(g: AnyOps, x: Operand, *items: Any) -> E:
    """`x[items]`."""
    index, operands = index_items(items)
    return g("getitem", x, *operands, index=index)


def put(g: AnyOps, x: Operand, value: Operand, *items: Any) -> E:
    """x with value stored at `[items]`."""
    index, operands = index_items(items)
    return g("setitem", x, value, *operands, index=index)


def add_at(g: AnyOps, x: Operand, value: Operand, *items: Any) -> E:
    """x with value added at `[items]`, duplicates accumulating."""
    index, operands = index_items(items)
    return g("addat", x, value, *operands, index=index)


def along(axis: int, *items: Any) -> tuple[Any, ...]:
    """An index that applies items to one axis and those after it."""
    return (FULL,) * axis + items


# Shapes of operands

def size_along(g: AnyOps, x: Operand, axis: int) -> E | int:
    """The length of an axis, an int where it is known."""
    size = g.dim(x, axis)
    return int(size.atom.value) if isinstance(size.atom, Const) else size


def sizes(g: AnyOps, x: E) -> tuple[E | int, ...]:
    """The length of each axis."""
    return tuple(size_along(g, x, axis) for axis in range(x.rank))


def fit(g: AnyOps, ct: E, t: Type) -> E:
    """A cotangent for an operand of type t that was repeated (if of rank 0) or converted."""
    if not is_number(t):
        return ct
    if dims_of(t) == () and ct.dims != ():
        ct = g.sum(ct)
    return as_dtype(g, ct, dtype_of(t))


def element_of(t: Type) -> Type:
    """The type of a list's elements."""
    if not isinstance(t, ListT):
        raise Refusal(f"expected a list, got a value of type {t}", "use a list")
    return t.element
