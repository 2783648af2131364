"""Python's operators: on Python numbers with Python's types, on arrays with NumPy's.

Rows for `add sub mul div floordiv mod pow neg pos abs`, comparisons, `not`, and the bitwise
operators. An int made by `n - 1`, `n + m` or `2 * n` from sizes carries its size as a dim, so that
shapes built from it stay known. """
from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Const, Op
from adgen.ir.types import (
    ArrayT,
    Dim,
    ScalarT,
    Type,
    dim_minus,
    dim_product,
    dim_sum,
    is_complex,
    is_number,
)
from adgen.rules.infrastructure import real, strong_div
from adgen.rules.lowering import is_python_number
from adgen.rules.table import E, Ops, Rule, Transposer, TypeRule, add_rule
from adgen.rules.typing import comparison_type, dims_together, keys_of, ufunc_dtypes

Args = tuple[E, ...]
Dots = tuple[E | None, ...]
KindRule = Callable[[str, tuple[Atom, ...]], str]
"""The kind of Python's result, from the widest kind of the operands."""
SizeRule = Callable[[Dim, Dim], "Dim | None"]
"""The size that an int comes to, from the sizes that its operands are."""

WIDTH = ("bool", "int", "float", "complex")


def operator_type(symbol: str, ufunc: np.ufunc, kind_rule: KindRule) -> TypeRule:
    """Python's rule where all operands are Python numbers, the ufunc's where one is an array."""
    def rule(args: tuple[Atom, ...], attrs: Attrs) -> Type:
        kinds = [a.type.kind for a in args if isinstance(a.type, ScalarT)]
        if len(kinds) == len(args):
            widest = max(kinds, key=WIDTH.index)
            return ScalarT(kind_rule(widest, args))
        keys = keys_of(args, f"the operator {symbol}")
        return ArrayT(ufunc_dtypes(ufunc, keys)[0], dims_together(args))

    return rule


def at_least_int(widest: str, args: tuple[Atom, ...]) -> str:
    return "int" if widest == "bool" else widest


def at_least_float(widest: str, args: tuple[Atom, ...]) -> str:
    return "complex" if widest == "complex" else "float"


def real_only(widest: str, args: tuple[Atom, ...]) -> str:
    if widest == "complex":
        raise Refusal(
            "Python has no floor division, modulo or order of complex numbers",
            "order their real parts or moduli",
        )
    return at_least_int(widest, args)


def magnitude(widest: str, args: tuple[Atom, ...]) -> str:
    return "float" if widest == "complex" else at_least_int(widest, args)


def power_kind(widest: str, args: tuple[Atom, ...]) -> str:
    exponent = args[1]
    if widest in ("bool", "int") and isinstance(exponent, Const):
        return "float" if exponent.value < 0 else "int"
    return at_least_int(widest, args)


def bits(widest: str, args: tuple[Atom, ...]) -> str:
    if widest in ("float", "complex"):
        raise Refusal(f"bitwise operators do not work on a {widest}", "use ints or bools")
    return widest if all(_is_bool(a) for a in args) else "int"


def always_int(widest: str, args: tuple[Atom, ...]) -> str:
    bits(widest, args)
    return "int"


def _is_bool(atom: Atom) -> bool:
    return isinstance(atom.type, ScalarT) and atom.type.kind == "bool"


def sized(rule: TypeRule, size_of: SizeRule) -> TypeRule:
    """An int result that follows from sizes carries its size."""
    def with_size(args: tuple[Atom, ...], attrs: Attrs) -> Type | tuple[Type, ...]:
        t = rule(args, attrs)
        if not (isinstance(t, ScalarT) and t.kind == "int"):
            return t
        sizes = [size_operand(a) for a in args]
        if sizes[0] is None or sizes[1] is None:
            return t
        return ScalarT("int", size_of(sizes[0], sizes[1]))

    return with_size


def size_operand(atom: Atom) -> Dim | None:
    """An int operand as a dim (a constant may be negative)."""
    if isinstance(atom, Const):
        return int(atom.value)
    return atom.type.size if isinstance(atom.type, ScalarT) else None


def sum_of_sizes(a: Dim, b: Dim) -> Dim | None:
    if isinstance(b, int) and b < 0:
        return dim_minus(a, -b)
    if isinstance(a, int) and a < 0:
        return dim_minus(b, -a)
    return dim_sum((a, b))


def difference_of_sizes(a: Dim, b: Dim) -> Dim | None:
    if not isinstance(b, int):
        return 0 if a == b else None
    return sum_of_sizes(a, -b)


def product_of_sizes(a: Dim, b: Dim) -> Dim | None:
    negative = any(isinstance(d, int) and d < 0 for d in (a, b))
    return None if negative else dim_product((a, b))


# Derivatives

def transpose_add(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    return tuple(ct for _ in linear)


def transpose_sub(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    return tuple(ct if position == 0 else -ct for position in linear)


def transpose_neg(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    return (-ct,)


def transpose_mul(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    return tuple(ct * op.args[1 - position] for position in linear)


def tangent_div(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    """(a_dot - y b_dot) / b: one division serves both operands."""
    a_dot, b_dot = dots
    if b_dot is None:
        return None if a_dot is None else a_dot / args[1]
    if a_dot is None:
        return -(ys[0] * b_dot / args[1])
    return (a_dot - ys[0] * b_dot) / args[1]


def transpose_div(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    return (ct / op.args[1],)


def tangent_pow(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    x_part = None if dots[0] is None else power_base(g, args[0], args[1], ys[0], dots[0])
    p_part = None if dots[1] is None else power_exponent(g, args[0], args[1], ys[0]) * dots[1]
    if x_part is None or p_part is None:
        return p_part if x_part is None else x_part
    return x_part + p_part


def power_base(g: Ops, x: E, p: E, y: E, x_dot: E) -> E | None:
    """p x**(p - 1) x_dot. Where 0 < p < 1 it is infinite at 0, times a strong zero."""
    if not isinstance(p.atom, Const) or not isinstance(p.atom.value, (int, float)):
        return _variable_power(g, x, p) * x_dot
    value = p.atom.value
    if value == 0:
        return None
    if 0 < value < 1:
        root = y if value == 0.5 else g("pow", x, 1 - value)
        return strong_div(g, float(value) * x_dot, root)
    factor = _lower_power(g, x, value)
    return x_dot if factor is None else factor * x_dot


def _lower_power(g: Ops, x: E, p: float) -> E | None:
    """p x**(p - 1) for a known p other than 0; None for the factor 1."""
    if p == 1:
        return None
    return float(p) * (x if p == 2 else g("pow", x, p - 1))


def _variable_power(g: Ops, x: E, p: E) -> E:
    """p x**(p - 1), 0 where p = 0. A Python base would raise at 0, so it is made NumPy's."""
    base = g("convert", x, dtype=x.dtype) if is_python_number(x) else x
    return p * g("pow", base, p - p.ne(0))


def power_exponent(g: Ops, x: E, p: E, y: E) -> E:
    """y log(x), 0 at x = 0 where p >= 0."""
    if isinstance(x.atom, Const) and isinstance(x.atom.value, (int, float)) and x.atom.value > 0:
        return y * math.log(x.atom.value)
    limit = g("logical_and", x.eq(0), real(g, p) >= 0)
    return y * g("log", x + limit)


def tangent_abs(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    """sign(x) x_dot; of a complex x the part of x_dot along x, 0 at 0."""
    (x,), (dot,) = args, dots
    if dot is None:
        return None
    if is_complex(x.type):
        return g("real", g("conj", g("complex_sign", x)) * dot)
    return dot * g("sign", x)


def minus_quotient(g: Ops, args: tuple[E, ...], y: E) -> E:
    return -g("floordiv", args[0], args[1])


def one(g: Ops, args: tuple[E, ...], y: E) -> float:
    return 1.0


def operator_row(name: str, symbol: str, ufunc: np.ufunc, kind_rule: KindRule, **form: Any) -> None:
    add_rule(Rule(name, operator_type(symbol, ufunc, kind_rule), elementwise=True, **form))


def sized_row(name: str, symbol: str, ufunc: np.ufunc, size_of: SizeRule, **form: Any) -> None:
    rule = sized(operator_type(symbol, ufunc, at_least_int), size_of)
    add_rule(Rule(name, rule, elementwise=True, cheap=True, **form))


def comparison_row(name: str, symbol: str, on_anything: bool = False) -> None:
    """`==` and `!=` work on anything; an order is one of numbers."""
    def rule(args: tuple[Atom, ...], attrs: Attrs) -> Type:
        if not on_anything:
            keys_of(args, f"the operator {symbol}")
        elif not all(is_number(a.type) for a in args):
            return ScalarT("bool")
        return comparison_type(args, attrs)

    add_rule(Rule(name, rule, zero=True, elementwise=True, cheap=True))


def bool_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ScalarT("bool")


# fmt: off
sized_row("add", "+", np.add,      sum_of_sizes,        linear=(0, 1),   transpose=transpose_add)
sized_row("sub", "-", np.subtract, difference_of_sizes, linear=(0, 1),   transpose=transpose_sub)
sized_row("mul", "*", np.multiply, product_of_sizes,    bilinear=(0, 1), transpose=transpose_mul)

operator_row("floordiv", "//",    np.floor_divide, real_only,  zero=True)
operator_row("mod",      "%",     np.remainder,    real_only,  partials=(one, minus_quotient))
operator_row("pow",      "**",    np.power,        power_kind, tangent=tangent_pow)
operator_row("abs",      "abs()", np.absolute,     magnitude,  tangent=tangent_abs, cheap=True)

operator_row("div", "/", np.true_divide, at_least_float,
             tangent=tangent_div, transpose=transpose_div, cheap=True)
operator_row("neg", "-", np.negative, at_least_int,
             linear=(0,), transpose=transpose_neg, cheap=True)
operator_row("pos", "+", np.positive, at_least_int,
             linear=(0,), transpose=transpose_add, cheap=True)

operator_row("bitand", "&",  np.bitwise_and, bits,       zero=True, cheap=True)
operator_row("bitor",  "|",  np.bitwise_or,  bits,       zero=True, cheap=True)
operator_row("bitxor", "^",  np.bitwise_xor, bits,       zero=True, cheap=True)
operator_row("lshift", "<<", np.left_shift,  always_int, zero=True, cheap=True)
operator_row("rshift", ">>", np.right_shift, always_int, zero=True, cheap=True)
operator_row("invert", "~",  np.invert,      always_int, zero=True, cheap=True)

comparison_row("lt", "<")
comparison_row("le", "<=")
comparison_row("gt", ">")
comparison_row("ge", ">=")
comparison_row("eq", "==", on_anything=True)
comparison_row("ne", "!=", on_anything=True)

add_rule(Rule("not", bool_type, zero=True, cheap=True))
# fmt: on
