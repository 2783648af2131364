"""Functions of NumPy that describe dtypes and write numbers as text: they are run when compiling.

Of an array only its dtype is looked at, so it may be known at run time only.
"""
from __future__ import annotations

from typing import Any, cast

import numpy as np

from adgen.errors import Refusal
from adgen.ir.types import PYTHON_KINDS, ScalarT, Sym, dims_of
from adgen.rules.computed import computed
from adgen.rules.lowering import Result, as_array, lowers, static
from adgen.rules.table import E, Ops

for _name in ("promote_types", "min_scalar_type", "mintypecode", "typename", "issubdtype", "isdtype", "base_repr",
              "binary_repr", "format_float_positional", "format_float_scientific"):
    computed(getattr(np, _name), f"np.{_name}")


def stand_in(value: Any) -> Any:
    """A number or an array of the same dtype; anything else itself."""
    if not isinstance(value, E):
        return value
    if isinstance(value.type, ScalarT):
        return PYTHON_KINDS[value.type.kind](0)
    return np.empty(0, value.dtype)


@lowers(np.result_type, "*arrays_and_dtypes", name="np.result_type")
def lower_result_type(g: Ops, arrays_and_dtypes: tuple[Any, ...]) -> Result:
    return np.result_type(*map(stand_in, arrays_and_dtypes))


@lowers(np.can_cast, "from_, to, casting='safe'", name="np.can_cast")
def lower_can_cast(g: Ops, from_: Any, to: Any, casting: Any) -> Result:
    if isinstance(from_, E) and isinstance(from_.type, ScalarT):
        raise Refusal("np.can_cast of Python numbers is not defined", "give a dtype")
    return np.can_cast(from_.dtype if isinstance(from_, E) else from_, static(to, "to"), static(casting, "casting"))


@lowers(np.common_type, "*arrays")
def lower_common_type(g: Ops, arrays: tuple[Any, ...]) -> Result:
    given: list[Any] = [np.empty(0, as_array(g, a).dtype) for a in arrays]
    return cast(Any, np.common_type)(*given)


@lowers(np.einsum_path, "*operands, optimize='greedy', einsum_call=False")
def lower_einsum_path(g: Ops, operands: tuple[Any, ...], optimize: Any, einsum_call: Any) -> Result:
    spec, *given = operands
    sizes = [dims_of(as_array(g, x).type) or () for x in given]
    if static(einsum_call, "einsum_call") or any(isinstance(k, Sym) for dims in sizes for k in dims):
        raise Refusal("np.einsum_path of arrays whose sizes are known at run time only is not supported",
                      "work the path out outside of the function")
    arrays: list[Any] = [np.empty(cast(Any, dims), "int8") for dims in sizes]
    return cast(Any, np.einsum_path)(spec, *arrays, optimize=static(optimize, "optimize"))
