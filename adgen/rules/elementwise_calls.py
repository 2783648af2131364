"""Calls of NumPy's elementwise functions, as ops.

A ufunc that an operator also stands for becomes the operator's op (`np.add(a, b)` is `add`), except
`np.power`: the operator has faster paths for small exponents, whose last bits differ. On Python
numbers alone NumPy's function still gives a NumPy number, so one operand is converted first. """
from __future__ import annotations

from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.builder import const
from adgen.ir.core import Const
from adgen.ir.types import is_complex
from adgen.rules.lowering import (
    CALLS,
    Result,
    as_array,
    dtype_name,
    is_python_number,
    lowers,
    method_lowers,
    static,
)
from adgen.rules.table import RULES, E, Ops

# fmt: off
OPERATORS: dict[np.ufunc, str] = {
    np.add: "add", np.subtract: "sub", np.multiply: "mul", np.true_divide: "div", np.floor_divide:
    "floordiv",
    np.remainder: "mod", np.negative: "neg", np.positive: "pos", np.absolute: "abs",
    np.less: "lt", np.less_equal: "le", np.greater: "gt", np.greater_equal: "ge", np.equal: "eq",
    np.not_equal: "ne",
    np.bitwise_and: "bitand", np.bitwise_or: "bitor", np.bitwise_xor: "bitxor", np.invert: "invert",
    np.left_shift: "lshift", np.right_shift: "rshift",
}
# fmt: on

SPECIAL: frozenset[str] = frozenset({"frexp", "modf", "divmod", "conjugate"})
"""Ufuncs with lowerings of their own below."""


def enter_ufuncs() -> None:
    """Register every ufunc of NumPy that has a row."""
    for ufunc in {v for v in vars(np).values() if isinstance(v, np.ufunc)}:
        name = OPERATORS.get(ufunc, ufunc.__name__)
        if name in RULES and ufunc.__name__ not in SPECIAL and ufunc.signature is None:
            enter_ufunc(ufunc, name, ufunc in OPERATORS)


def enter_ufunc(ufunc: np.ufunc, op: str, operator: bool) -> None:
    signature = "x, /" if ufunc.nin == 1 else "x1, x2, /"

    @lowers(ufunc, signature)
    def lower(g: Ops, *operands: Any) -> Result:
        xs = [as_array(g, x) for x in operands]
        if op == "sign" and is_complex(xs[0].type):
            return g("complex_sign", xs[0])
        if operator and all(map(is_python_number, xs)):
            xs[0] = g("convert", xs[0], dtype=xs[0].dtype)
        return g(op, *xs)


enter_ufuncs()


@lowers(np.modf, "x, /")
def lower_modf(g: Ops, x: Any) -> Result:
    return g.many("modf", as_array(g, x))


@lowers(np.frexp, "x, /")
def lower_frexp(g: Ops, x: Any) -> Result:
    return g.many("frexp", as_array(g, x))


@lowers(np.divmod, "x1, x2, /")
def lower_divmod(g: Ops, x1: Any, x2: Any) -> Result:
    a, b = as_array(g, x1), as_array(g, x2)
    if is_python_number(a) and is_python_number(b):
        a = g("convert", a, dtype=a.dtype)
    return g("floordiv", a, b), g("mod", a, b)


@lowers([np.conjugate], "x, /", method="conj")
def lower_conj(g: Ops, x: Any) -> Result:
    return g("conj", as_array(g, x))


method_lowers("conjugate", "x")(lower_conj)


@lowers(np.real, "val")
def lower_real(g: Ops, val: Any) -> Result:
    return g("real", as_array(g, val))


@lowers(np.imag, "val")
def lower_imag(g: Ops, val: Any) -> Result:
    return g("imag", as_array(g, val))


@lowers(np.where, "condition, x=None, y=None, /")
def lower_where(g: Ops, condition: Any, x: Any, y: Any) -> Result:
    if x is None and y is None:
        return CALLS[id(np.nonzero)].lower(g, condition)
    if x is None or y is None:
        raise Refusal("np.where takes either one or three arguments", "write np.where(mask, a, b)")
    return g("where", as_array(g, condition), as_array(g, x), as_array(g, y))


@lowers(np.select, "condlist, choicelist, default=0")
def lower_select(g: Ops, condlist: Any, choicelist: Any, default: Any) -> Result:
    """Of several choices the first whose condition holds."""
    if len(condlist) != len(choicelist) or not condlist:
        raise Refusal("np.select takes as many choices as conditions", "give a choice for each condition")
    made = as_array(g, default)
    for condition, choice in zip(reversed(condlist), reversed(choicelist), strict=True):
        made = g("where", as_array(g, condition), as_array(g, choice), made)
    return made


@lowers(np.clip, "a, a_min=None, a_max=None, out=None, *, min=None, max=None")
def lower_clip(g: Ops, a: Any, a_min: Any, a_max: Any, min: Any, max: Any) -> Result:
    low = a_min if min is None else min
    high = a_max if max is None else max
    if low is None and high is None:
        raise Refusal("np.clip needs a bound", "give a lower or an upper one")
    return g("clip", as_array(g, a), bound(g, low), bound(g, high))


def bound(g: Ops, value: Any) -> E:
    return g.wrap(const(None)) if is_none(value) else as_array(g, value)


def is_none(value: Any) -> bool:
    if isinstance(value, E):
        return isinstance(value.atom, Const) and value.atom.value is None
    return value is None


@method_lowers("clip", "a, min=None, max=None, out=None")
def lower_clip_method(g: Ops, a: Any, min: Any, max: Any) -> Result:
    return lower_clip(g, a, min, max, None, None)


@lowers([np.round, np.around], "a, decimals=0, out=None", method="round")
def lower_round(g: Ops, a: Any, decimals: Any) -> Result:
    return g("round", as_array(g, a), decimals=static(decimals, "decimals"))


@lowers(np.nan_to_num, "x, copy=True, nan=0.0, posinf=None, neginf=None")
def lower_nan_to_num(g: Ops, x: Any, copy: Any, nan: Any, posinf: Any, neginf: Any) -> Result:
    if not static(copy, "copy"):
        raise Refusal("np.nan_to_num(copy=False) writes into its argument",
                      "write x = np.nan_to_num(x)")
    values = {"nan": nan, "posinf": posinf, "neginf": neginf}
    return g("nan_to_num", as_array(g, x), **{k: static(v, k) for k, v in values.items()})


def enter_function(name: str, signature: str) -> None:
    """Register a function of one array that is no ufunc."""
    @lowers(getattr(np, name), signature)
    def lower(g: Ops, x: Any) -> Result:
        return g(name, as_array(g, x))


enter_function("sinc", "x")
for _name in ("fix", "isposinf", "isneginf"):
    enter_function(_name, "x, out=None")


@lowers(np.isclose, "a, b, rtol=1e-05, atol=1e-08, equal_nan=False")
def lower_isclose(g: Ops, a: Any, b: Any, rtol: Any, atol: Any, equal_nan: Any) -> Result:
    return g("isclose", as_array(g, a), as_array(g, b), **tolerances(rtol, atol, equal_nan))


@lowers(np.allclose, "a, b, rtol=1e-05, atol=1e-08, equal_nan=False")
def lower_allclose(g: Ops, a: Any, b: Any, rtol: Any, atol: Any, equal_nan: Any) -> Result:
    return g("allclose", as_array(g, a), as_array(g, b), **tolerances(rtol, atol, equal_nan))


def tolerances(rtol: Any, atol: Any, equal_nan: Any) -> dict[str, Any]:
    values = {"rtol": rtol, "atol": atol, "equal_nan": equal_nan}
    return {k: static(v, k) for k, v in values.items()}


@lowers(np.array_equal, "a1, a2, equal_nan=False")
def lower_array_equal(g: Ops, a1: Any, a2: Any, equal_nan: Any) -> Result:
    x, y = as_array(g, a1), as_array(g, a2)
    return g("array_equal", x, y, equal_nan=static(equal_nan, "equal_nan"))


def scalar_type(name: str) -> None:
    """`np.float64(x)`, `np.int64(x)` ...: a cast."""
    @lowers(getattr(np, name), "x=0, /", name=f"np.{name}")
    def lower(g: Ops, x: Any) -> Result:
        known = not isinstance(x, (E, tuple, list))
        value = as_array(g, g.wrap(const(x)) if known else x)
        return g("convert", value, dtype=dtype_name(name))


for _name in ("complex64", "complex128", "float16", "float32", "float64", "int8", "int16", "int32", "int64", "longlong",
              "ulonglong",
              "uint8", "uint16", "uint32", "uint64", "bool_"):
    scalar_type(_name)
