"""Rewrites of chains of `addat` and `setitem` on one cotangent (see `rewriting`).

accumulate   zeros that are added to; a slot set to zero and then added to; dense plus sparse
copies       of a slot that is not overwritten after all
"""

from __future__ import annotations

from typing import Any

from adgen.ir.core import Atom, EllipsisItem, IntItem, NewAxis, Op, SliceItem, Value, is_basic
from adgen.ir.types import ScalarT, dims_of, dtype_of
from adgen.transforms.rewriting import Rewriter, number, rewrites, same_type


def _index_key(op: Op) -> Any:
    """The index of a read or update, with its operands."""
    operands = op.args[1:] if op.name == "getitem" else op.args[2:]
    return op.attrs["index"], tuple(a if isinstance(a, Value) else a.key() for a in operands)


@rewrites("accumulate", "addat")
def accumulate(r: Rewriter, op: Op) -> Atom | None:
    base, value = op.args[0], op.args[1]
    if not is_basic(op.attrs["index"]):
        return None
    zeros = r.single(base, "zeros")
    if zeros is not None and _keeps_shape(op) and same_dtype(value, op.result):
        return r.emit("setitem", base, value, *op.args[2:], index=op.attrs["index"])
    earlier = r.single(base, "addat", "setitem")
    if (
        earlier is not None
        and number(earlier.args[1]) is None
        and _index_key(earlier) == _index_key(op)
        and _keeps_shape(op)
    ):
        return _added_twice(r, earlier, op)
    return _refill(r, op)


def _added_twice(r: Rewriter, earlier: Op, op: Op) -> Atom | None:
    """Two adds to one slot as one, where both fill it."""
    first, second = earlier.args[1], op.args[1]
    if first.type != second.type:
        return None
    return r.emit(earlier.name, earlier.args[0], r.emit("add", first, second), *op.args[2:], index=op.attrs["index"])


def same_dtype(value: Atom, target: Atom) -> bool:
    return isinstance(value.type, ScalarT) or dtype_of(value.type) == dtype_of(target.type)


def _keeps_shape(op: Op) -> bool:
    return all(isinstance(i, (SliceItem, IntItem, EllipsisItem, NewAxis)) for i in op.attrs["index"])


def _refill(r: Rewriter, op: Op) -> Atom | None:
    """A slot set to zero, then added to: set to the sum (adds to other slots in between commute with that)."""
    chain: list[Op] = []
    at = r.single(op.args[0], "addat", "setitem")
    while at is not None and at.name == "addat":
        chain.append(at)
        at = r.single(at.args[0], "addat", "setitem")
    if at is None or number(at.args[1]) != 0 or _index_key(at) != _index_key(op):
        return None
    made = _store(r, at.args[0], op.args[1], op)
    for step in reversed(chain):
        made = r.emit("addat", made, *step.args[1:], **step.attrs)
    return made


def _definition_behind_copy(r: Rewriter, atom: Atom) -> Op | None:
    op = r.definitions.get(atom) if isinstance(atom, Value) else None
    if op is not None and op.loose and op.name == "copy":
        op = r.definitions.get(op.args[0]) if isinstance(op.args[0], Value) else None
    return op


@rewrites("copies", "copy")
def copy_of_slot(r: Rewriter, op: Op) -> Atom | None:
    """A slot is copied because it is about to be set to zero; where that is gone, so is the copy."""
    (x,) = op.args
    read = r.definitions.get(x) if isinstance(x, Value) else None
    if read is None or read.name != "getitem":
        return x
    return None if read.args[0] in r.stored else x


def _store(r: Rewriter, base: Atom, value: Atom, op: Op) -> Atom:
    """base with value stored where op points."""
    made = _change(r, base, value, op)
    return made if made is not None else r.emit("setitem", base, value, *op.args[2:], index=op.attrs["index"])


def _change(r: Rewriter, base: Atom, value: Atom, op: Op) -> Atom | None:
    """The store as an addition in place, where value is the old content plus something."""

    def is_old(atom: Atom) -> bool:
        read = _definition_behind_copy(r, atom)
        return (
            read is not None and read.name == "getitem" and read.args[0] is base and _index_key(read) == _index_key(op)
        )

    if is_old(value):
        return base
    total = r.single(value, "add", "sub")
    if total is None:
        return None
    first, second = total.args
    if is_old(first):
        change = second if total.name == "add" else r.emit("neg", second)
        return r.emit("addat", base, change, *op.args[2:], index=op.attrs["index"])
    if total.name == "add" and is_old(second):
        return r.emit("addat", base, first, *op.args[2:], index=op.attrs["index"])
    return None


@rewrites("algebra", "setitem")
def overwrite(r: Rewriter, op: Op) -> Atom | None:
    """Storing into all of an array leaves nothing of it."""
    base, value, *_ = op.args
    whole = op.attrs["index"] == (EllipsisItem(),) and isinstance(value, Value)
    return value if whole and same_type(value, base) else None


@rewrites("accumulate", "setitem")
def restore(r: Rewriter, op: Op) -> Atom | None:
    """Storing what is there already plus something adds it."""
    if not isinstance(op.args[1], Value) or not is_basic(op.attrs["index"]):
        return None
    return _change(r, op.args[0], op.args[1], op)


@rewrites("accumulate", "add")
def rebase(r: Rewriter, op: Op) -> Atom | None:
    """dense + (zeros with updates) is dense with the updates."""
    for sparse, dense in ((op.args[1], op.args[0]), (op.args[0], op.args[1])):
        if dims_of(sparse.type) is None or dims_of(sparse.type) != dims_of(dense.type):
            continue
        chain: list[Op] = []
        at = r.single(sparse, "addat", "setitem", "zeros")
        while at is not None and at.name != "zeros":
            chain.append(at)
            at = r.single(at.args[0], "addat", "setitem", "zeros")
        if at is None or not chain or dense.type != op.result.type or any(not _is_disjoint(chain, c) for c in chain):
            continue
        made = dense
        for step in reversed(chain):
            made = r.emit("addat", made, *step.args[1:], **step.attrs)
        return made
    return None


def _is_disjoint(chain: list[Op], step: Op) -> bool:
    """A `setitem` may become an `addat` only as the first update of the zeros, and where no slot is stored twice."""
    return step.name == "addat" or (step is chain[-1] and is_basic(step.attrs["index"]))
