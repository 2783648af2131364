"""Calls that are run when compiling, and bound methods of ufuncs."""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.frontend.containers import key_of
from adgen.frontend.indexing import array_like
from adgen.frontend.inplace import UFUNC_AT
from adgen.frontend.machine import Machine
from adgen.frontend.memory import fresh
from adgen.frontend.resolve import lift
from adgen.frontend.values import (
    NONE,
    AVal,
    Ref,
    Static,
    Tup,
)
from adgen.ir.core import Atom, Const
from adgen.ir.types import (
    ArrayT,
    ScalarT,
    dims_of,
    dtype_of,
)

Keywords = dict[str, AVal]

INDICES = frozenset(map(id, (np.triu_indices, np.tril_indices, np.diag_indices)))
"""Functions of NumPy that make arrays of indices from sizes known when compiling."""
FOLDED = frozenset(map(id, (abs, min, max, round, pow, divmod, int, float, bool, complex, sum)))


def fold_call(m: Machine, obj: Any, args: list[AVal], keywords: Keywords) -> AVal | None:
    """A call of Python's own on Python constants, run when compiling."""
    if id(obj) not in FOLDED and getattr(obj, "__module__", None) not in ("math", "_operator"):
        return None
    if keywords or not args or not all(_is_constant(a) for a in args):
        return None
    try:
        return lift(m, obj(*map(key_of, args)))
    except (ArithmeticError, TypeError, ValueError):
        return None


def _constant_array(m: Machine, index: np.ndarray[Any, Any]) -> AVal:
    return fresh(m, Const(index, ArrayT(str(index.dtype), index.shape)))


def _is_constant(value: AVal) -> bool:
    match value:
        case Const():
            return isinstance(value.type, ScalarT) and not value.name
        case Static(obj):
            return isinstance(obj, str)
        case Tup(items, None):
            return all(map(_is_constant, items))
        case _:
            return False


def fold_indices(m: Machine, obj: Any, args: list[AVal], keywords: Keywords) -> AVal | None:
    """A call of a function that makes arrays of indices from sizes known when compiling."""
    if id(obj) not in INDICES or not all(_is_constant(a) for a in (*args, *keywords.values())):
        return None
    made = obj(*map(key_of, args), **{k: key_of(v) for k, v in keywords.items()})
    return Tup(tuple(_constant_array(m, index) for index in made))


def outer(m: Machine, ufunc: np.ufunc, args: list[AVal], keywords: Keywords) -> AVal:
    """`ufunc.outer(a, b)`: the ufunc on a with an axis of size 1 for each of b's."""
    from adgen.frontend.indexing import get_at

    if len(args) != 2 or ufunc.nin != 2:
        raise Refusal(f"np.{ufunc.__name__}.outer takes two arrays", "give two")
    first, second = (_as_numpy(m, array_like(m, a)) for a in args)
    rank = len(dims_of(second.type) or ())
    if rank and dims_of(first.type) != ():
        ref = args[0] if isinstance(args[0], Ref) else fresh(m, first)
        return m.call(Static(ufunc), [get_at(m, ref, Tup((Static(Ellipsis), *[NONE] * rank))), args[1]], keywords)
    return m.call(Static(ufunc), [fresh(m, first), fresh(m, second)], keywords)


def _as_numpy(m: Machine, atom: Atom) -> Atom:
    """A Python number as the NumPy number that an array of it holds."""
    return m.builder.emit("convert", atom, dtype=dtype_of(atom.type)) if isinstance(atom.type, ScalarT) else atom


def at(m: Machine, ufunc: np.ufunc, args: list[AVal], keywords: Keywords) -> AVal:
    """`ufunc.at(a, indices, b)`: in place, an index that stands twice counting twice."""
    handler = UFUNC_AT.get(ufunc.__name__)
    if handler is None:
        raise Refusal(f"np.{ufunc.__name__}.at is not supported", "write a loop: for i, v in zip(index, values): ...")
    return handler(m, args, keywords)


OF_UFUNC = {"outer": outer, "at": at}
"""Methods of every ufunc."""
