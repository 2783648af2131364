"""`np.einsum`: linear in each operand; its transposes are einsums of the cotangent with the other
operands.

An ellipsis counts as labels of its own. A label that stands in one operand only was summed over,
so the cotangent is repeated along it; one that stands twice in an operand took the diagonal, so
the cotangent goes onto the diagonal.
"""
from __future__ import annotations

import string
from functools import cache
from typing import Any, cast

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import ArrayT, Dim, Type, dims_of
from adgen.rules.lowering import Result, dtype_name, lowers, static
from adgen.rules.products import ranked_dims, unspread
from adgen.rules.rearranging import expanded
from adgen.rules.shapes import array_of, known_rank, put
from adgen.rules.table import E, Ops, Rule, Transposer, add_rule
from adgen.rules.typing import dtype_of_operands, fitting

Labels = tuple[tuple[str, ...], str]
"""The labels of each operand, and of the result."""


@cache
def parse(spec: str, ranks: tuple[int, ...]) -> Labels:
    """The labels of a subscripts string for operands of these ranks.

    >>> parse("ij,jk", (2, 2)), parse("...i->...", (3,))
    ((('ij', 'jk'), 'ik'), (('ABi',), 'AB'))
    """
    left, arrow, right = spec.replace(" ", "").partition("->")
    parts = left.split(",")
    if len(parts) != len(ranks):
        raise Refusal(
            f"einsum {spec!r} names {len(parts)} operands, got {len(ranks)}",
            "write a subscript for each operand, with a label for each axis",
        )
    spare = [c for c in string.ascii_uppercase + string.ascii_lowercase if c not in spec]
    widths = [rank - len(p.replace("...", "")) for p, rank in zip(parts, ranks, strict=True)]
    longest = max((w for p, w in zip(parts, widths, strict=True) if "..." in p), default=0)
    dots = "".join(spare[:longest])
    for part, width in zip(parts, widths, strict=True):
        if width < 0 or (width and "..." not in part):
            raise Refusal(
                f"einsum {spec!r}: {part!r} does not fit the rank of its operand",
                "write a subscript for each operand, with a label for each axis",
            )
    operands = tuple(
        p.replace("...", dots[longest - w :]) for p, w in zip(parts, widths, strict=True)
    )
    return operands, right.replace("...", dots) if arrow else dots + _implicit(
        "".join(operands), dots
    )


def _implicit(labels: str, dots: str) -> str:
    return "".join(sorted(c for c in set(labels) if labels.count(c) == 1 and c not in dots))


def labels_of(op_args: tuple[Atom, ...], spec: str) -> Labels:
    return parse(spec, tuple(known_rank(a.type) for a in op_args))


def einsum_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    all_dims = ranked_dims(args, "einsum")
    operands, out = labels_of(args, attrs["spec"])
    size: dict[str, Dim] = {}
    for labels, dims in zip(operands, all_dims, strict=True):
        for label, dim in zip(labels, dims, strict=True):
            together = fitting((size.get(label, 1),), (dim,))
            assert together is not None
            (size[label],) = together
    if unknown := [c for c in out if c not in size]:
        raise Refusal(
            f"einsum {attrs['spec']!r}: the result's label {unknown[0]!r} stands in no operand",
            "write a subscript for each operand, with a label for each axis",
        )
    return ArrayT(dtype_of_operands(args), tuple(size[c] for c in out))


def einsum_tangent(
    g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: tuple[E | None, ...]
) -> E | None:
    total: E | None = None
    for k, dot in enumerate(dots):
        if dot is None:
            continue
        term = g("einsum", *args[:k], dot, *args[k + 1:], **op.attrs)
        total = term if total is None else total + term
    return total


def einsum_transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> tuple[E | None, ...]:
    if len(linear) != 1:
        raise Refusal(
            "einsum is linear in one operand at a time",
            "this is a defect of adgen: please report the program",
        )
    (k,) = linear
    operands, out = labels_of(op.args, op.attrs["spec"])
    others = [
        (labels, g.wrap(x))
        for j, (labels, x) in enumerate(zip(operands, op.args, strict=True))
        if j != k
    ]
    return (cotangent(g, op, k, operands[k], (out, ct), others),)


def cotangent(
    g: Transposer, op: Op, k: int, labels: str, ct: tuple[str, E], others: list[tuple[str, E]]
) -> E:
    """The cotangent of the k-th operand."""
    x = op.args[k]
    there = set(ct[0]).union(*(other for other, _ in others))
    wanted = "".join(dict.fromkeys(labels))
    kept = "".join(c for c in wanted if c in there)
    made = contraction(g, [ct, *others], kept, free_path(op))
    missing = tuple(i for i, c in enumerate(wanted) if c not in there)
    made = expanded(g, made, missing)
    if len(wanted) < len(labels):
        return on_diagonal(g, x, labels, wanted, made)
    if missing:
        return unspread(g, g.broadcast(made, g.shape(x)), x)
    return unspread(g, repeated(g, made, x), x)


def repeated(g: Transposer, made: E, x: Atom) -> E:
    """A cotangent repeated along the axes of x that were summed against operands of length 1 only."""
    dims, wanted = made.dims or (), dims_of(x.type) or ()
    thin = [k for k, (a, b) in enumerate(zip(dims, wanted, strict=True)) if a == 1 and b != 1]
    if not thin:
        return made
    return g.broadcast(made, tuple(g.dim(x if k in thin else made, k) for k in range(len(dims))))


def free_path(op: Op) -> dict[str, Any]:
    """The attrs of a contraction of other operands: a path that was written out is not for them."""
    path = op.attrs.get("optimize", False)
    return {"optimize": path if isinstance(path, (bool, str)) else True} if path is not False else {}


def contraction(g: Transposer, factors: list[tuple[str, E]], result: str, attrs: dict[str, Any]) -> E:
    """An einsum, or the one factor itself where that is all."""
    if len(factors) == 1 and factors[0][0] == result:
        return factors[0][1]
    spec = ",".join(labels for labels, _ in factors) + "->" + result
    return g("einsum", *(x for _, x in factors), spec=spec, **attrs)


def on_diagonal(g: Transposer, x: Atom, labels: str, wanted: str, made: E) -> E:
    """Zeros with the cotangent where axes of one label have one index."""
    def positions(label: str) -> E:
        numbers = g("arange", g.dim(x, labels.index(label)), dtype=None)
        at = wanted.index(label)
        return expanded(g, numbers, tuple(k for k in range(len(wanted)) if k != at))

    index = {c: positions(c) for c in wanted}
    value = made if made.dtype == ranked_dtype(x) else g("convert", made, dtype=ranked_dtype(x))
    return put(g, g.zeros(g.shape(x), value.dtype), value, *(index[c] for c in labels))


def ranked_dtype(x: Atom) -> str:
    return dtype_of_operands((x,))


add_rule(Rule("einsum", einsum_type, tangent=einsum_tangent, transpose=einsum_transpose))


@lowers(np.einsum, "*operands, out=None, dtype=None, order='K', casting='safe', optimize=False")
def lower_einsum(g: Ops, operands: tuple[Any, ...], dtype: Any, order: Any, casting: Any, optimize: Any) -> Result:
    spec, given = subscripts(g, operands)
    xs = [array_of(g, x) for x in given]
    wanted = None if static(dtype, "dtype") is None else dtype_name(dtype)
    if wanted not in (None, dtype_of_operands(tuple(x.atom for x in xs))):
        raise Refusal(f"einsum with dtype={wanted} is not supported", "cast the operands, as by x.astype(dtype)")
    if static(order, "order") == "F":
        raise Refusal("einsum with order='F' is not supported", "leave order= out")
    path = static(optimize, "optimize")
    path = tuple(cast("list[Any]", path)) if isinstance(path, list) else path
    return g("einsum", *xs, spec=spec, **({"optimize": path} if path is not False else {}))


def subscripts(g: Ops, operands: tuple[Any, ...]) -> tuple[str, tuple[Any, ...]]:
    """The subscripts as a string, and the arrays; also of the form `einsum(x, [0, 1], y, [1, 2], [0, 2])`."""
    if operands and isinstance(operands[0], str):
        return operands[0], operands[1:]
    arrays, labels = operands[0:len(operands) // 2 * 2:2], operands[1::2]
    letters = [labelled(g, row) for row in labels]
    result = "->" + labelled(g, operands[-1]) if len(operands) % 2 else ""
    return ",".join(letters) + result, arrays


def labelled(g: Ops, row: Any) -> str:
    """A list of numbers as letters."""
    known = static(row, "subscripts")
    if not isinstance(known, (tuple, list)):
        raise Refusal("einsum takes its subscripts as a string, or as a list of ints behind each operand",
                      "write np.einsum('ij,jk->ik', a, b)")
    return "".join("..." if k is Ellipsis else string.ascii_letters[int(k)] for k in cast("list[Any]", known))
