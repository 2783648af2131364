"""Calls that are run when compiling, and bound methods of ufuncs."""

from __future__ import annotations

from typing import Any, cast

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
from adgen.ir.builder import const
from adgen.ir.core import Const
from adgen.ir.types import (
    ArrayT,
    ScalarT,
)
from adgen.rules.lowering import axes_of

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


ACCUMULATED = {np.add: np.cumsum, np.multiply: np.cumprod}


def fold_method(m: Machine, obj: Any, args: list[AVal], keywords: Keywords) -> AVal | None:
    """Bound builtin methods (`np.add.at`), and functions that describe dtypes."""
    if id(obj) in INDICES and all(_is_constant(a) for a in (*args, *keywords.values())):
        made = obj(*map(key_of, args), **{k: key_of(v) for k, v in keywords.items()})
        return Tup(tuple(_constant_array(m, index) for index in made))
    owner = getattr(obj, "__self__", None)
    if isinstance(owner, np.ufunc) and obj.__name__ == "at" and owner.__name__ in UFUNC_AT:
        return UFUNC_AT[owner.__name__](m, args, keywords)
    if isinstance(owner, np.ufunc) and obj.__name__ == "at":
        raise Refusal(f"np.{owner.__name__}.at is not supported", "write a loop: for i, v in zip(index, values): ...")
    accumulates = isinstance(owner, np.ufunc) and obj.__name__ == "accumulate"
    accumulated = ACCUMULATED.get(cast(Any, owner)) if accumulates else None
    if accumulated is not None:
        axis = keywords.pop("axis", args[1] if len(args) > 1 else const(0))
        return m.call(Static(accumulated), args[:1], {"axis": axis, **keywords})
    if isinstance(owner, np.ufunc) and obj.__name__ == "outer" and len(args) == 2:
        return _ufunc_outer(m, owner, args)
    if isinstance(owner, np.ufunc) and obj.__name__ == "reduce":
        reduction = {"add": np.sum, "multiply": np.prod, "maximum": np.max, "minimum": np.min}.get(
            owner.__name__
        )
        if reduction is not None:
            axis = keywords.pop("axis", args[1] if len(args) > 1 else const(0))
            return m.call(Static(reduction), args[:1], {"axis": axis, **keywords})
        if owner is np.logaddexp:
            return _logaddexp_reduce(m, args, keywords)
    return None


def _logaddexp_reduce(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    """`np.logaddexp.reduce(a, axis=0, keepdims=False)`, over one axis as NumPy has it."""
    axis = key_of(keywords.pop("axis", args[1] if len(args) > 1 else const(0)))
    keep = bool(key_of(keywords.pop("keepdims", const(False))))
    if keywords or not isinstance(axis, int):
        raise Refusal("np.logaddexp.reduce is supported with axis= (one axis) and keepdims=", "give one axis")
    x = m.g.wrap(array_like(m, args[0]))
    return fresh(m, m.g("logaddexp.reduce", x, axis=axes_of(x, axis), keepdims=keep).atom)


def _ufunc_outer(m: Machine, ufunc: np.ufunc, args: list[AVal]) -> AVal:
    from adgen.frontend.indexing import get_at

    first = array_like(m, args[0])
    rank = len(cast(ArrayT, array_like(m, args[1]).type).dims or ())
    if isinstance(first.type, ScalarT) or not isinstance(args[0], Ref):
        raise Refusal("outer of numbers is not supported", "multiply them")
    index = Tup((Static(Ellipsis), *[NONE] * rank))
    return m.call(Static(ufunc), [get_at(m, args[0], index), args[1]])
