"""Functions that are run when compiling: what they make of known arguments is a constant of the emitted module.

    computed(np.promote_types, "np.promote_types")        filter designs, nodes of quadratures, descriptions of dtypes

Arguments must be known when compiling; an int that is an argument of the user's function is fixed for the compiled
version. Such a function has no derivative: what goes in is not a variable. Results are numbers, arrays, strings,
dtypes, and tuples of them.
"""

from __future__ import annotations

from typing import Any, cast

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Const
from adgen.ir.types import ArrayT
from adgen.rules.lowering import Result, lowers, static
from adgen.rules.table import Ops


def computed(function: Any, name: str) -> None:
    """Enter a function that is run when compiling."""

    @lowers(function, "*args, **kwargs", name=name)
    def lower(g: Ops, args: Any, kwargs: Any) -> Result:
        known = [static(a, f"argument {k + 1} of {name}") for k, a in enumerate(args)]
        named = {k: static(v, f"{k}= of {name}") for k, v in kwargs.items()}
        try:
            return made_constant(g, function(*known, **named))
        except (ArithmeticError, IndexError, TypeError, ValueError) as error:
            raise Refusal(f"{name} fails: {error}", "call it as its documentation says") from None


def made_constant(g: Ops, value: Any) -> Result:
    """A Python value as a lowering's result."""
    if isinstance(value, tuple):
        items = [made_constant(g, v) for v in cast("tuple[Any, ...]", value)]
        cls = cast(Any, type(cast(object, value)))
        return cls(*items) if hasattr(cls, "_fields") else tuple(items)
    if isinstance(value, np.ndarray):
        array = cast("np.ndarray[Any, Any]", value)
        return g.wrap(Const(array, ArrayT(str(array.dtype), array.shape))) if array.dtype.kind in "biufc" else array
    return value
