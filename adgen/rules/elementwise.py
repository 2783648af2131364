"""NumPy's elementwise functions: one row each, and the lowering of calls to them.

Partials are written in what the reverse sweep has at hand: the result where that serves (`exp`,
`tanh`), a division rather than a product with a reciprocal (`log`). At a point where the derivative
is infinite a zero tangent stays zero (`sqrt`); where a formula would be 0/0 the denominator is made
1 (`hypot`, `arctan2`). """
from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, cast

import numpy as np

from adgen.ir.core import Atom, Attrs, Const, Op
from adgen.ir.types import ArrayT, ScalarT, Type, dtype_of, is_complex, real_dtype
from adgen.rules.arithmetic import tangent_pow
from adgen.rules.infrastructure import as_dtype, strong_div
from adgen.rules.table import (
    E,
    Ops,
    Partial,
    Rule,
    Tangent,
    Transposer,
    TypeRule,
    add_rule,
)
from adgen.rules.typing import dims_together, promoted, ufunc_type, ufunc_types

Args = tuple[E, ...]
Dots = tuple[E | None, ...]
OfOne = Callable[[Ops, E, E], "E | float"]
"""From the operand x and the result y."""
OfTwo = Callable[[Ops, E, E, E], "E | float"]
"""From the operands a, b and the result y."""


# Forms of rows

def ufunc_named(name: str) -> Any:
    return getattr(np, name)


def row(name: str, type_rule: TypeRule, **form: Any) -> None:
    add_rule(Rule(name, type_rule, elementwise=True, call=form.pop("call", f"np.{name}"), **form))


def unary(name: str, partial: OfOne) -> None:
    """y' = partial."""
    row(name, ufunc_type(ufunc_named(name)), partials=(of_one(partial),))


def quotient(name: str, denominator: OfOne) -> None:
    """y' = 1 / denominator."""
    row(name, ufunc_type(ufunc_named(name)), tangent=over(denominator))


def strong(name: str, denominator: OfOne) -> None:
    """y' = 1 / denominator, infinite where that is 0, times a strong zero."""
    row(name, ufunc_type(ufunc_named(name)), tangent=strongly_over(denominator))


def binary(name: str, first: OfTwo | None, second: OfTwo | None, **more: Any) -> None:
    row(name, ufunc_type(ufunc_named(name)), partials=(of_two(first), of_two(second)), **more)


def passive(*names: str) -> None:
    """Ufuncs whose derivative is zero wherever it exists."""
    for name in names:
        row(name, ufunc_type(ufunc_named(name)), zero=True)


def of_one(partial: OfOne) -> Partial:
    return lambda g, args, y: partial(g, args[0], y)


def of_two(partial: OfTwo | None) -> Partial | None:
    return None if partial is None else lambda g, args, y: partial(g, args[0], args[1], y)


def over(denominator: OfOne) -> Tangent:
    def tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
        return None if dots[0] is None else dots[0] / denominator(g, args[0], ys[0])

    return tangent


def strongly_over(denominator: OfOne) -> Tangent:
    def tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
        if dots[0] is None:
            return None
        return strong_div(g, dots[0], cast(E, denominator(g, args[0], ys[0])))

    return tangent


# Partials that take more than a line

def above(g: Ops, a: E, b: E, y: E) -> E:
    """1 where a > b, 1/2 where a == b."""
    if a.dims == b.dims == ():
        return 0.5 * (a > b) + 0.5 * (a >= b)
    return weight(g, y, g("where", a.eq(b), 0.5, a > b))


def below(g: Ops, a: E, b: E, y: E) -> E:
    """1 where a < b, 1/2 where a == b."""
    if a.dims == b.dims == ():
        return 0.5 * (a < b) + 0.5 * (a <= b)
    return weight(g, y, g("where", a.eq(b), 0.5, a < b))


def first(g: Ops, a: E, b: E, y: E) -> E:
    """1 where y is a and not b, 1/2 where a == b: `above` or `below`, for where NaN loses."""
    return weight(g, y, g("where", a.eq(b), 0.5, y.eq(a)))


def second(g: Ops, a: E, b: E, y: E) -> E:
    return weight(g, y, g("where", a.eq(b), 0.5, y.eq(b)))


def weight(g: Ops, y: E, factor: E) -> E:
    """A factor in the dtype of the result."""
    return factor if factor.dtype == y.dtype else g("convert", factor, dtype=y.dtype)


def finite_shift(g: Ops, y: E) -> E:
    """y, with 0 for -inf, so that -inf - y is not NaN."""
    return g("where", y.eq(-math.inf), 0.0, y)


def share(g: Ops, power: str, a: E, b: E, y: E) -> E:
    """exp(a) / (exp(a) + exp(b)), from their quotients by exp(y). Beside a known number that is exp(a - y) alone; else
    both carry the rounding of a large y, and their quotient does not."""
    shift = finite_shift(g, y)
    part = g(power, a - shift)
    if isinstance(a.atom, Const) or isinstance(b.atom, Const):
        return part
    return part / nonzero(g, part + g(power, b - shift))


def nonzero(g: Ops, x: E) -> E:
    """x, with 1 for 0, for a denominator whose numerator is 0 there."""
    return x + x.eq(0)


def scaled(x_dot: E | None, factor: E) -> E | None:
    return None if x_dot is None else x_dot * factor


def plus(a: E | None, b: E | None) -> E | None:
    """The sum of two tangents, where None is zero."""
    if a is None or b is None:
        return b if a is None else a
    return a + b


def minus(a: E | None, b: E | None) -> E | None:
    """The difference of two tangents, where None is zero."""
    if b is None:
        return a
    return -b if a is None else a - b


def tangent_hypot(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    total = plus(scaled(dots[0], args[0]), scaled(dots[1], args[1]))
    return None if total is None else total / nonzero(g, ys[0])


def tangent_arctan2(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    """(x y_dot - y x_dot) / r^2, divided by r twice: its square may overflow."""
    y, x = args
    radius = nonzero(g, g("hypot", x, y))
    change = minus(scaled(dots[0], x / radius), scaled(dots[1], y / radius))
    return None if change is None else change / radius


def tangent_complex_sign(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    """Of y = x / |x|: what of x_dot is across y, over |x|."""
    if dots[0] is None:
        return None
    across = 1j * g("imag", g("conj", ys[0]) * dots[0]) * ys[0]
    return across / nonzero(g, g("abs", args[0]))


def slope_of_sinc(g: Ops, x: E, y: E) -> E:
    """(cos(pi x) - y) / x, and its series where that cancels."""
    square = (math.pi * x) * (math.pi * x)
    near = x * (-math.pi ** 2 / 3 * (1.0 - square * (0.1 - square * (1 / 280 - square * (1 / 15120)))))
    small = g("abs", x) < 0.03
    far = (g("cos", math.pi * x) - y) / g("where", small, 1.0, x)
    return weight(g, y, g("where", small, near, far))


def is_none(atom: Atom) -> bool:
    return isinstance(atom, Const) and atom.value is None


def clip_at_low(g: Ops, args: tuple[E, ...], y: E) -> E:
    x, low, high = args
    return x < low if is_none(high.atom) else g("logical_and", x < low, low <= high)


def clip_at_high(g: Ops, args: tuple[E, ...], y: E) -> E:
    x, low, high = args
    return x > high if is_none(low.atom) else g("logical_or", x > high, low > high)


def clip_inside(g: Ops, args: tuple[E, ...], y: E) -> E:
    return y.eq(args[0])


# Types of functions that are no ufuncs

def where_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    t = promoted(args[1:], attrs)
    return ArrayT(dtype_of(t), dims_together(args))


def clip_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return promoted(tuple(a for a in args if not is_none(a)), attrs)


def float_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """Floats as they are; ints and bools as NumPy's float64."""
    dtype = dtype_of(args[0].type)
    return ArrayT(dtype if np.dtype(dtype).kind in "fc" else "float64", dims_together(args))


def array_of_same(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT(dtype_of(args[0].type), dims_together(args))


def real_part(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT(real_dtype(dtype_of(args[0].type)), dims_together(args))


def bool_array(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT("bool", dims_together(args))


def python_bool(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ScalarT("bool")


# Transposes and tangents

def transpose_where(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    condition = op.args[0]
    return tuple(g("where", condition, ct, 0.0) if position == 1 else g("where", condition, 0.0, ct)
                 for position in linear)


def transpose_real(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    return (as_dtype(g, ct, dtype_of(op.args[0].type)),)


def tangent_imag(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    """0 for a real array."""
    return None if dots[0] is None or not is_complex(args[0].type) else g("imag", dots[0])


def transpose_imag(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    return (ct * 1j,)


def transpose_conj(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    return (g("conj", ct) if is_complex(ct.type) else ct,)


def tangent_ldexp(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    return None if dots[0] is None else g("ldexp", dots[0], args[1])


def transpose_ldexp(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Dots:
    return (g("ldexp", ct, op.args[1]),)


def tangent_frexp(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> Dots:
    return (None if dots[0] is None else g("ldexp", dots[0], g("neg", ys[1])), None)


def tangent_modf(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> Dots:
    return (dots[0], None)


# fmt: off
unary("exp",        lambda g, x, y: y)
unary("exp2",       lambda g, x, y: y * math.log(2.0))
unary("expm1",      lambda g, x, y: g("exp", x))
quotient("log",     lambda g, x, y: x)
quotient("log2",    lambda g, x, y: x * math.log(2.0))
quotient("log10",   lambda g, x, y: x * math.log(10.0))
quotient("log1p",   lambda g, x, y: 1.0 + x)
strong("sqrt",      lambda g, x, y: 2.0 * y)
strong("cbrt",      lambda g, x, y: 3.0 * (y * y))
unary("square",     lambda g, x, y: 2.0 * x)
unary("reciprocal", lambda g, x, y: -(y * y))
unary("sin",        lambda g, x, y: g("cos", x))
unary("cos",        lambda g, x, y: -g("sin", x))
unary("tan",        lambda g, x, y: 1.0 + y * y)
quotient("arcsin",  lambda g, x, y: g("sqrt", (1.0 - x) * (1.0 + x)))
quotient("arccos",  lambda g, x, y: -g("sqrt", (1.0 - x) * (1.0 + x)))
quotient("arctan",  lambda g, x, y: 1.0 + x * x)
unary("sinh",       lambda g, x, y: g("cosh", x))
unary("cosh",       lambda g, x, y: g("sinh", x))
unary("tanh",       lambda g, x, y: 1.0 - y * y)
quotient("arcsinh", lambda g, x, y: g("cosh", y))
quotient("arccosh", lambda g, x, y: g("sinh", y))
quotient("arctanh", lambda g, x, y: (1.0 - x) * (1.0 + x))
unary("deg2rad",    lambda g, x, y: math.pi / 180.0)
unary("radians",    lambda g, x, y: math.pi / 180.0)
unary("rad2deg",    lambda g, x, y: 180.0 / math.pi)
unary("degrees",    lambda g, x, y: 180.0 / math.pi)
unary("fabs",       lambda g, x, y: g("sign", x))

binary("maximum",    above, below, real=True)
binary("minimum",    below, above, real=True)
binary("fmax",       first, second, real=True)
binary("fmin",       first, second, real=True)
binary("logaddexp",  lambda g, a, b, y: share(g, "exp", a, b, y),  lambda g, a, b, y: share(g, "exp", b, a, y))
binary("logaddexp2", lambda g, a, b, y: share(g, "exp2", a, b, y), lambda g, a, b, y: share(g, "exp2", b, a, y))
binary("fmod",       lambda g, a, b, y: 1.0, lambda g, a, b, y: -g("trunc", a / b))
binary("copysign",   lambda g, a, b, y: g("sign", a) * g("copysign", 1.0, b), None)
binary("heaviside",  None, lambda g, a, b, y: a.eq(0))
binary("nextafter",  lambda g, a, b, y: 1.0, None)

row("hypot",       ufunc_type(np.hypot),       tangent=tangent_hypot)
row("arctan2",     ufunc_type(np.arctan2),     tangent=tangent_arctan2)
row("power",       ufunc_type(np.power),       tangent=tangent_pow)
row("float_power", ufunc_type(np.float_power), tangent=tangent_pow)
row("ldexp",       ufunc_type(np.ldexp),       tangent=tangent_ldexp, transpose=transpose_ldexp)

passive("sign", "floor", "ceil", "trunc", "rint", "spacing")
passive("signbit", "isnan", "isinf", "isfinite", "bitwise_count", "gcd", "lcm")
passive("logical_and", "logical_or", "logical_xor", "logical_not")

row("where",      where_type,    linear=(1, 2), transpose=transpose_where)
row("clip",       clip_type,     partials=(clip_inside, clip_at_low, clip_at_high), real=True)
row("sinc",       float_type,    partials=(of_one(slope_of_sinc),))
row("nan_to_num", array_of_same, partials=(of_one(lambda g, x, y: g("isfinite", x)),), real=True)
row("round",      array_of_same, zero=True)
row("fix",        array_of_same, zero=True)
row("isclose",    bool_array,    zero=True)
row("isneginf",   bool_array,    zero=True)
row("isposinf",   bool_array,    zero=True)
row("complex_sign", array_of_same, tangent=tangent_complex_sign, call="np.sign")
row("real",       real_part,     linear=(0,), transpose=transpose_real, view=True)
row("imag",       real_part,     tangent=tangent_imag, transpose=transpose_imag, view=True)
row("conj",       array_of_same, linear=(0,), transpose=transpose_conj)

add_rule(Rule("frexp", ufunc_types(np.frexp), tangent=tangent_frexp, call="np.frexp"))
add_rule(Rule("modf",  ufunc_types(np.modf),  tangent=tangent_modf,  call="np.modf"))
add_rule(Rule("allclose",    python_bool, zero=True, call="np.allclose"))
add_rule(Rule("array_equal", python_bool, zero=True, call="np.array_equal"))
# fmt: on
