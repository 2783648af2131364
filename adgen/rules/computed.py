"""Functions that are run when compiling: what they make of known arguments is a constant of the emitted module.

    computed(np.promote_types, "np.promote_types")        filter designs, nodes of quadratures, descriptions of dtypes

Arguments must be known when compiling; an int that is an argument of the user's function is fixed for the compiled
version. Such a function has no derivative: what goes in is not a variable. Results are numbers, arrays, strings,
dtypes, and tuples and lists of them. The module says how an array was made (`K = scipy.signal.firwin(31, 0.2)`), if its
arguments can be written; else it holds the values, as for any array from around the function.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Const
from adgen.ir.types import ArrayT
from adgen.rules.lowering import Result, lowers, static
from adgen.rules.table import E, Ops, Transposer

SHORT = 8
"""The largest array that is written out as an argument."""


def computed(function: Any, name: str) -> None:
    """Enter a function that is run when compiling."""

    @lowers(function, "*args, **kwargs", name=name)
    def lower(g: Ops, args: Any, kwargs: Any) -> Result:
        known = [static(a, f"argument {k + 1} of {name}") for k, a in enumerate(args)]
        named = {k: static(v, f"{k}= of {name}") for k, v in kwargs.items()}
        try:
            value = function(*known, **named)
        except (ArithmeticError, IndexError, KeyError, TypeError, ValueError) as error:
            raise Refusal(f"{name} fails: {error}", "call it as its documentation says") from None
        return made_constant(g, value, call_text(name, args, kwargs))


def constant(g: Ops | Transposer, function: Any, name: str, *args: Any, **kwargs: Any) -> Result:
    """What a function makes of known arguments, for rules: with the call that makes it."""
    known, named = [static(a, name) for a in args], {k: static(v, name) for k, v in kwargs.items()}
    return made_constant(g, function(*known, **named), call_text(name, args, kwargs))


def made_constant(g: Ops | Transposer, value: Any, made: str = "") -> Result:
    """A Python value as a lowering's result; `made` is the expression for it, if there is one."""
    if isinstance(value, (tuple, list)):
        sequence = cast("tuple[Any, ...]", value)
        items = [made_constant(g, v, made and f"{made}[{k}]") for k, v in enumerate(sequence)]
        cls = cast(Any, type(cast(object, value)))
        return cls(*items) if hasattr(cls, "_fields") else cls(items)
    if isinstance(value, np.ndarray):
        array = cast("np.ndarray[Any, Any]", value)
        if array.dtype.kind in "biufc":
            return g.wrap(Const(array, ArrayT(str(array.dtype), array.shape), made=made))
        return array
    return value


# The text of a call

def call_text(name: str, args: Iterable[Any], kwargs: Mapping[str, Any]) -> str:
    """`name(1, 'hann', b=...)`; empty where an argument cannot be written."""
    parts = [text_of(a) for a in args]
    named = {k: text_of(v) for k, v in kwargs.items()}
    if None in parts or None in named.values():
        return ""
    return f"{name}({', '.join([*cast('list[str]', parts), *(f'{k}={v}' for k, v in named.items())])})"


def text_of(value: Any) -> str | None:
    """A known argument as it is written; None where it has no short form."""
    match value:
        case E():
            return text_of_constant(cast(Const, value.atom))
        case tuple() | list():
            items = [text_of(v) for v in cast("list[Any]", value)]
            if None in items:
                return None
            inside = ", ".join(cast("list[str]", items))
            return f"[{inside}]" if isinstance(value, list) else f"({inside}{',' if len(items) == 1 else ''})"
        case None | bool() | int() | float() | complex() | str():
            plain = not isinstance(value, (float, complex)) or bool(np.isfinite(value))
            return repr(cast(object, value)) if plain else None
        case np.ndarray():
            array = cast("np.ndarray[Any, Any]", value)
            return short_text(array)
        case np.generic():
            return text_of(value.item())
        case _:
            return None


def text_of_constant(const: Const) -> str | None:
    """A constant: by the expression that makes it, or as it is written."""
    return const.made or text_of(const.value)


def short_text(array: np.ndarray[Any, Any]) -> str | None:
    """`np.array([...])` of a few numbers."""
    if array.size > SHORT or array.dtype not in (np.float64, np.int64) or not np.isfinite(array).all():
        return None
    return f"np.array({array.tolist()!r})"
