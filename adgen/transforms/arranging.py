"""Rewrites of ops that only arrange elements anew: what is turned twice is turned once or not at all."""

from __future__ import annotations

from adgen.ir.core import Atom, Op, Value
from adgen.ir.types import rank_of
from adgen.transforms.rewriting import Rewriter, rewrites, same_type


@rewrites("algebra", "transpose")
def transposes(r: Rewriter, op: Op) -> Atom | None:
    (x,) = op.args
    inner = r.definitions.get(x) if isinstance(x, Value) else None
    if inner is None or inner.name != "transpose":
        return turned_product(r, op)
    order, then = axes_of(inner), axes_of(op)
    if order is None or then is None:
        return None
    joined = tuple(order[a] for a in then)
    if joined == tuple(range(len(joined))):
        return inner.args[0]
    return r.emit("transpose", inner.args[0], axes=joined)


def axes_of(op: Op) -> tuple[int, ...] | None:
    """The axes of a transpose, where they are known."""
    axes: tuple[int, ...] | None = op.attrs.get("axes")
    rank = rank_of(op.result.type)
    return tuple(range(rank))[::-1] if axes is None and rank is not None else axes


def turned_product(r: Rewriter, op: Op) -> Atom | None:
    """(a.T @ b).T as b.T @ a."""
    product = r.single(op.args[0], "matmul")
    if product is None or axes_of(op) != (1, 0) or any(rank_of(a.type) != 2 for a in product.args):
        return None
    if all(r.definition(a, "transpose") is None for a in product.args):
        return None
    first, second = (r.emit("transpose", a, axes=(1, 0)) for a in product.args)
    return r.emit("matmul", second, first)


@rewrites("algebra", "reshape")
def reshapes(r: Rewriter, op: Op) -> Atom | None:
    if same_type(op.args[0], op.result):
        return op.args[0]
    inner = r.definition(op.args[0], "reshape")
    return r.emit("reshape", inner.args[0], *op.args[1:], **op.attrs) if inner is not None else None


@rewrites("algebra", "squeeze")
def squeezed_sum(r: Rewriter, op: Op) -> Atom | None:
    """An axis that is summed over and then dropped."""
    total = r.single(op.args[0], "sum")
    if total is None or not total.attrs["keepdims"] or axis_tuple(total) != axis_tuple(op):
        return None
    return r.emit("sum", total.args[0], axis=total.attrs["axis"], keepdims=False)


def axis_tuple(op: Op) -> tuple[int, ...] | None:
    axis: tuple[int, ...] | int | None = op.attrs["axis"]
    return (axis,) if isinstance(axis, int) else axis
