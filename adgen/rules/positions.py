"""Functions of NumPy that give positions, memberships and weights of windows: no derivative, whatever they are given.

Sizes may be known at run time only; what is made of them is called in the emitted module.
"""
from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Const, Op
from adgen.ir.types import BOOL, ArrayT, Type, dim_product, dims_of, fresh_dim
from adgen.rules.lowering import Result, as_array, axis_of, lowers, static
from adgen.rules.product_calls import require_same_size
from adgen.rules.reductions import position_type
from adgen.rules.shapes import array_of, int_of, known_dims, listed, size_along, size_of
from adgen.rules.sorting import along_one, check_order, positions_type
from adgen.rules.table import E, Ops, Rule, TypeRule, add_rule
from adgen.rules.typing import dims_together

INT64 = "int64"


# Types

def lexsort_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """The first axis holds the keys."""
    return ArrayT(INT64, known_dims(args[0].type)[1:])


def isin_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT("bool", dims_of(args[0].type))


def bool_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return BOOL


def broadcast_positions(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT(INT64, dims_together(args[: attrs["rank"]]))


def triangle_type(maker: Any) -> TypeRule:
    """tril_indices(n, k, m): as many as the triangle has elements."""
    def rule(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
        known = [int(a.value) for a in args if isinstance(a, Const)]
        count = len(maker(*known)[0]) if len(known) == len(args) else fresh_dim()
        return (ArrayT(INT64, (count,)),) * 2

    return rule


def bits_type(length: Callable[[int], int]) -> TypeRule:
    """Eight bits to a byte, or a byte to eight bits."""
    def rule(args: tuple[Atom, ...], attrs: Attrs) -> Type:
        dims, axis = known_dims(args[0].type), attrs["axis"]
        if axis is None:
            dims = (dim_product(dims),)
        at = axis or 0
        size = dims[at]
        return ArrayT("uint8", (*dims[:at], length(size) if isinstance(size, int) else fresh_dim(), *dims[at + 1:]))

    return rule


def window_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    size = size_of(args[0])
    return ArrayT("float64", (max(size, 0) if isinstance(size, int) else size,))


def no_kaiser(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: tuple[E | None, ...]) -> None:
    raise Refusal("np.kaiser has no derivative by beta here", "give beta as a constant, or write it with np.i0")


# fmt: off
add_rule(Rule("nanargmax",    position_type,  zero=True, call="np.nanargmax"))
add_rule(Rule("nanargmin",    position_type,  zero=True, call="np.nanargmin"))
add_rule(Rule("argpartition", positions_type, zero=True, call="np.argpartition"))
add_rule(Rule("lexsort",      lexsort_type,   zero=True, call="np.lexsort"))
add_rule(Rule("isin",         isin_type,      zero=True, call="np.isin"))
add_rule(Rule("array_equiv",  bool_type,      zero=True, call="np.array_equiv"))
add_rule(Rule("packbits",     bits_type(lambda n: -(-n // 8)), zero=True, call="np.packbits"))
add_rule(Rule("unpackbits",   bits_type(lambda n: 8 * n),      zero=True, call="np.unpackbits"))
add_rule(Rule("tril_indices", triangle_type(np.tril_indices),  zero=True, call="np.tril_indices"))
add_rule(Rule("triu_indices", triangle_type(np.triu_indices),  zero=True, call="np.triu_indices"))
add_rule(Rule("hanning",      window_type,    zero=True, call="np.hanning"))
add_rule(Rule("hamming",      window_type,    zero=True, call="np.hamming"))
add_rule(Rule("bartlett",     window_type,    zero=True, call="np.bartlett"))
add_rule(Rule("blackman",     window_type,    zero=True, call="np.blackman"))
add_rule(Rule("kaiser",       window_type,    tangent=no_kaiser, call="np.kaiser"))
add_rule(Rule("ravel_multi_index", broadcast_positions, zero=True))
# fmt: on


# Lowerings

def enter_position(op: str, function: Any) -> None:
    @lowers(function, "a, axis=None, out=None, *, keepdims=False")
    def lower(g: Ops, a: Any, axis: Any, keepdims: Any) -> Result:
        x, chosen = array_of(g, a), static(axis, "axis")
        at = None if chosen is None else axis_of(x, chosen)
        return g(op, x, axis=at, keepdims=bool(static(keepdims, "keepdims")))


enter_position("nanargmax", np.nanargmax)
enter_position("nanargmin", np.nanargmin)


@lowers(np.argpartition, "a, kth, axis=-1, kind='introselect', order=None", method="argpartition",
        name="np.argpartition")
def lower_argpartition(g: Ops, a: Any, kth: Any, axis: Any, kind: Any, order: Any) -> Result:
    check_order(order)
    x, at = along_one(g, a, axis)
    return g("argpartition", x, array_of(g, kth), axis=at)


@lowers(np.lexsort, "keys, axis=-1")
def lower_lexsort(g: Ops, keys: Any, axis: Any) -> Result:
    x = as_array(g, keys)
    if x.rank < 2:
        raise Refusal("np.lexsort needs several keys", "give a tuple of arrays, the primary one last")
    at = static(axis, "axis")
    return g("lexsort", x, axis=at if at < 0 else at - x.rank + 1)


@lowers(np.isin, "element, test_elements, assume_unique=False, invert=False, *, kind=None")
def lower_isin(g: Ops, element: Any, test_elements: Any, assume_unique: Any, invert: Any, kind: Any) -> Result:
    given = {"assume_unique": static(assume_unique, "assume_unique"), "invert": static(invert, "invert")}
    return g("isin", array_of(g, element), array_of(g, test_elements), **given, kind=static(kind, "kind"))


@lowers(np.array_equiv, "a1, a2")
def lower_array_equiv(g: Ops, a1: Any, a2: Any) -> Result:
    return g("array_equiv", array_of(g, a1), array_of(g, a2))


def enter_bits(op: str, function: Any, signature: str) -> None:
    @lowers(function, signature, name=f"np.{op}")
    def lower(g: Ops, a: Any, axis: Any, *more: Any) -> Result:
        x, chosen = array_of(g, a), static(axis, "axis")
        *count, bitorder = more
        if any(c is not None for c in count):
            raise Refusal("np.unpackbits with count= is not supported", "take a slice of the result")
        return g(op, x, axis=None if chosen is None else axis_of(x, chosen), bitorder=static(bitorder, "bitorder"))


enter_bits("packbits", np.packbits, "a, /, axis=None, bitorder='big'")
enter_bits("unpackbits", np.unpackbits, "a, /, axis=None, count=None, bitorder='big'")


# Indices

def enter_triangle(op: str, function: Any, of_array: Any) -> None:
    def made(g: Ops, n: E | int, k: Any, m: E | int | None) -> Result:
        offset = int_of(k, "k")
        sizes = (n,) if m is None and offset == 0 else (n, offset) if m is None else (n, offset, m)
        return g.many(op, *sizes)

    @lowers(function, "n, k=0, m=None", name=f"np.{op}")
    def lower(g: Ops, n: Any, k: Any, m: Any) -> Result:
        return made(g, int_of(n, "n"), k, None if m is None else int_of(m, "m"))

    @lowers(of_array, "arr, k=0", name=f"np.{op}_from")
    def lower_from(g: Ops, arr: Any, k: Any) -> Result:
        x = array_of(g, arr)
        if x.rank != 2:
            raise Refusal(f"np.{op}_from needs a matrix, got an array of rank {x.rank}", "give a matrix")
        rows, columns = known_dims(x.type)
        return made(g, size_along(g, x, 0), k, None if rows == columns else size_along(g, x, 1))


enter_triangle("tril_indices", np.tril_indices, np.tril_indices_from)
enter_triangle("triu_indices", np.triu_indices, np.triu_indices_from)


@lowers(np.diag_indices, "n, ndim=2")
def lower_diag_indices(g: Ops, n: Any, ndim: Any) -> Result:
    return (g("arange", int_of(n, "n"), dtype=None),) * static(ndim, "ndim")


@lowers(np.diag_indices_from, "arr")
def lower_diag_indices_from(g: Ops, arr: Any) -> Result:
    x = array_of(g, arr)
    if x.rank < 2:
        raise Refusal("np.diag_indices_from needs an array of rank 2 or more", "give a square matrix")
    for axis in range(1, x.rank):
        require_same_size(g, (x, 0), (x, axis), "All dimensions of input must be of equal length")
    return (g("arange", size_along(g, x, 0), dtype=None),) * x.rank


@lowers(np.ravel_multi_index, "multi_index, dims, mode='raise', order='C'", name="np.ravel_multi_index")
def lower_ravel_multi_index(g: Ops, multi_index: Any, dims: Any, mode: Any, order: Any) -> Result:
    places = [array_of(g, i) for i in listed(multi_index)]
    sizes = [int_of(d, "a size") for d in listed(dims)]
    if len(places) != len(sizes):
        raise Refusal("np.ravel_multi_index needs as many indices as sizes", "give a tuple of indices")
    modes = static(mode, "mode")
    if not isinstance(modes, str):
        raise Refusal("np.ravel_multi_index with several modes is not supported", "clip or wrap the indices before")
    return g("ravel_multi_index", *places, *sizes, rank=len(places), mode=modes, order=static(order, "order"))


# Windows

def enter_window(name: str) -> None:
    @lowers(getattr(np, name), "M", name=f"np.{name}")
    def lower(g: Ops, M: Any) -> Result:
        return g(name, int_of(M, "M"))


for _name in ("hanning", "hamming", "bartlett", "blackman"):
    enter_window(_name)


@lowers(np.kaiser, "M, beta", name="np.kaiser")
def lower_kaiser(g: Ops, M: Any, beta: Any) -> Result:
    return g("kaiser", int_of(M, "M"), array_of(g, beta))
