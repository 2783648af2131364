"""Rewrites of explicit broadcasts and casts that NumPy does by itself, and of reading shapes (see `rewriting`)."""

from __future__ import annotations

import numpy as np

from adgen.ir.core import Atom, Const, Op, is_basic
from adgen.ir.types import ArrayT, Dims, ScalarT, Sym, dims_of, dtype_of
from adgen.rules.table import infer
from adgen.transforms.jvp import typed_number
from adgen.transforms.rewriting import Rewriter, is_elementwise, number, rewrites, same_type


@rewrites("broadcast", "broadcast")
def broadcast(r: Rewriter, op: Op) -> Atom | None:
    x = op.args[0]
    if same_type(x, op.result):
        return x
    inner = r.definition(x, "broadcast")
    return r.emit("broadcast", inner.args[0], *op.args[1:]) if inner is not None else None


@rewrites("broadcast", "convert")
def convert(r: Rewriter, op: Op) -> Atom | None:
    (x,) = op.args
    if x.type == op.result.type:
        return x
    if isinstance(x.type, ScalarT) and isinstance(x, Const) and op.attrs["dtype"] == "float64":
        return x
    inner = r.definition(x, "broadcast")
    if inner is not None and isinstance(inner.args[0], Const) and (value := number(inner.args[0])) is not None:
        made = typed_number(value, ArrayT(op.attrs["dtype"], ()))
        return r.emit("broadcast", made, *inner.args[1:])
    return None


@rewrites("broadcast", "*")
def spread(r: Rewriter, op: Op) -> Atom | None:
    """Operands without their broadcast or cast where the result is the same; or the broadcast of a smaller result."""
    if op.name in ("broadcast", "convert") or not is_elementwise(op):
        return None
    bare = [_bare(r, a) for a in op.args]
    if all(b is a for b, a in zip(bare, op.args, strict=True)):
        return None
    for i, (b, a) in enumerate(zip(bare, op.args, strict=True)):
        if b is a:
            continue
        args = tuple(b if j == i else other for j, other in enumerate(op.args))
        if infer(op.name, args, op.attrs)[0] == op.result.type and dims_of(op.result.type) is not None:
            return r.emit(op.name, *args, **op.attrs)
    return _sink(r, op)


PLACING = ("expand_dims", "transpose", "reshape", "squeeze")
"""Ops that only arrange elements anew: a broadcast number stays one."""


def _bare(r: Rewriter, atom: Atom) -> Atom:
    arranged = r.definition(atom, *PLACING)
    while arranged is not None and (deeper := r.definition(arranged.args[0], *PLACING)) is not None:
        arranged = deeper
    number_inside = arranged and r.definition(arranged.args[0], "broadcast")
    if number_inside and dims_of(number_inside.args[0].type) == ():
        return number_inside.args[0]
    inner = _spread_or_cast(r, atom) or _leading_axes(r, atom)
    return inner.args[0] if inner is not None else atom


def _spread_or_cast(r: Rewriter, atom: Atom) -> Op | None:
    """The broadcast or cast that made it; not a cast to another kind of numbers, which truncates."""
    op = r.definition(atom, "broadcast", "convert")
    if op is None or op.name == "broadcast":
        return op
    return op if np.can_cast(dtype_of(op.args[0].type), op.attrs["dtype"], "same_kind") else None


def _leading_axes(r: Rewriter, atom: Atom) -> Op | None:
    """New axes in front of all others, and any of a number: NumPy puts them there by itself."""
    op = r.definition(atom, "expand_dims")
    if op is None or (dims := dims_of(op.args[0].type)) is None:
        return None
    axis: int | tuple[int, ...] = op.attrs["axis"]
    new = (axis,) if isinstance(axis, int) else axis
    return op if not dims or tuple(sorted(new)) == tuple(range(len(new))) else None


def _sink(r: Rewriter, op: Op) -> Atom | None:
    """An op on broadcast operands, as the broadcast of the op on what they were broadcast from."""
    source: Op | None = None
    args: list[Atom] = []
    for atom in op.args:
        inner = r.definition(atom, "broadcast")
        source = source or inner
        args.append(inner.args[0] if inner is not None else atom)
    if source is None or dims_of(source.result.type) != dims_of(op.result.type):
        return None
    (t,) = infer(op.name, tuple(args), op.attrs)
    if dims_of(t) is None or dims_of(t) == dims_of(op.result.type):
        return None
    if dtype_of(t) != dtype_of(op.result.type) or _may_be_partly_spread(dims_of(t), op):
        return None
    return r.emit("broadcast", r.emit(op.name, *args, **op.attrs), *source.args[1:])


def _may_be_partly_spread(small: Dims | None, op: Op) -> bool:
    """Whether sizes are involved that may be 1 or not, so that nothing is gained for sure."""
    return any(isinstance(d, Sym) and not d.not_one for d in small or ())


@rewrites("broadcast", "setitem", "addat")
def store_of_broadcast(r: Rewriter, op: Op) -> Atom | None:
    inner = _spread_or_cast(r, op.args[1]) or _leading_axes(r, op.args[1])
    if inner is None or not (is_basic(op.attrs["index"]) or dims_of(inner.args[0].type) == ()):
        return None
    return r.emit(op.name, op.args[0], inner.args[0], *op.args[2:], **op.attrs)


@rewrites("shapes", "shape", "dim", "size")
def shape_of_param(r: Rewriter, op: Op) -> Atom | None:
    (x,) = op.args
    dims = dims_of(x.type)
    if dims is None:
        return None
    param = r.shapes.get(dims)
    if param is None or param is x:
        return None
    return r.emit(op.name, param, **op.attrs)
