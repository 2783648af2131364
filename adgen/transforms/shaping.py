"""Rewrites that read a shape from the arguments rather than from a value computed for nothing else.

The cotangent of `np.sum(np.max(x, axis=1))` is ones of the shape of `np.max(x, axis=1)`: written as
`x.shape[0]`, the maximum need not be computed, and a broadcast number whose axes are all new merges
with what it is multiplied with."""

from __future__ import annotations

from adgen.ir.builder import const
from adgen.ir.core import Atom, Const, Op, Value
from adgen.ir.types import ArrayT, Dim, ShapeT, dims_of, is_inexact
from adgen.transforms.rewriting import Rewriter, rewrites


@rewrites("shapes", "broadcast")
def sizes_of_params(r: Rewriter, op: Op) -> Atom | None:
    """The shape of a value that is there for its shape alone, as sizes of params."""
    shape = op.args[-1]
    if not isinstance(shape, Value) or not isinstance(shape.type, ShapeT) or not shape.type.dims:
        return None
    source = r.definition(shape, "shape")
    if source is None or not isinstance(source.args[0], Value) or r.uses.get(source.args[0], 0) > 1:
        return None
    if source.args[0] in r.shapes.values():
        return None
    maker = r.definitions.get(source.args[0])
    operands = maker.args if maker is not None and not maker.blocks else ()
    sizes = [size_of(r, dim) or size_of_operand(r, dim, operands) for dim in shape.type.dims]
    if any(size is None for size in sizes):
        return None
    return r.emit(op.name, *op.args[:-1], *(s for s in sizes if s is not None), **op.attrs)


def size_of(r: Rewriter, dim: Dim) -> Atom | None:
    """A size as a constant, or as the length of an axis of a param."""
    if isinstance(dim, int):
        return const(dim)
    for dims, param in r.shapes.items():
        if dim in dims:
            return r.emit("dim", param, axis=dims.index(dim))
    return None


def size_of_operand(r: Rewriter, dim: Dim, operands: tuple[Atom, ...]) -> Atom | None:
    """The length of an axis of what a value would be computed from."""
    for atom in operands:
        dims = dims_of(atom.type) if isinstance(atom.type, ArrayT) else None
        if dims and dim in dims:
            return r.emit("dim", atom, axis=dims.index(dim))
    return None


@rewrites("broadcast", "expand_dims")
def expanded_number(r: Rewriter, op: Op) -> Atom | None:
    """A broadcast number with axes put in, as the broadcast to the longer shape."""
    inner = r.definition(op.args[0], "broadcast")
    if inner is None or dims_of(inner.args[0].type) != ():
        return None
    if isinstance(inner.args[-1].type, ShapeT):
        return None
    given: tuple[int, ...] | int = op.attrs["axis"]
    axes = (given,) if isinstance(given, int) else given
    sizes = list(inner.args[1:])
    rank = len(sizes) + len(axes)
    for axis in sorted(a % rank for a in axes):
        sizes.insert(axis, const(1))
    return r.emit("broadcast", inner.args[0], *sizes)


@rewrites("shapes", "dim")
def first_of_equal_axes(r: Rewriter, op: Op) -> Atom | None:
    """The length of the first axis of those that have the same."""
    dims, axis = dims_of(op.args[0].type), op.attrs["axis"]
    if dims is None or (first := dims.index(dims[axis])) == axis:
        return None
    return r.emit("dim", op.args[0], axis=first)


@rewrites("broadcast", "sum")
def sum_of_equals(r: Rewriter, op: Op) -> Atom | None:
    """The sum over all axes of a broadcast number, as that many times the number."""
    spread = r.definition(op.args[0], "broadcast", "full")
    if spread is None or dims_of(spread.args[0].type) != () or op.attrs["keepdims"]:
        return None
    rank = len(dims_of(op.args[0].type) or ())
    if op.attrs["axis"] not in (None, tuple(range(rank))) or not rank:
        return None
    count, one = number_of_elements(r, spread.args[1:]), spread.args[0]
    if isinstance(one, Const) and is_inexact(one.type):
        one = Const(one.value, op.result.type, one.name)
    made = r.emit("mul", one, count) if count is not None else None
    return made if made is not None and made.type == op.result.type else None


def number_of_elements(r: Rewriter, shape: tuple[Atom, ...]) -> Atom | None:
    if isinstance(shape[0].type, ShapeT):
        source = r.definition(shape[0], "shape")
        return None if source is None else r.emit("size", source.args[0])
    count = shape[0]
    for size in shape[1:]:
        count = r.emit("mul", count, size)
    return count
