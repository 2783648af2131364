"""Functions of `scipy.special`: ops `special.erf` and so on. SciPy is optional: without it there
are no such rows.

Compositions that would overflow are written stably: `logsumexp`, `softmax` and `log_softmax` hold
at +-1e4 and with -inf. """
from __future__ import annotations

import importlib
import math
from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.builder import const
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import ArrayT, Type, dims_of, dtype_of
from adgen.rules import mathematics
from adgen.rules.elementwise import OfOne, OfTwo, nonzero, of_one, of_two, over
from adgen.rules.lowering import Result, as_array, axes_of, is_python_number, lowers, static
from adgen.rules.reductions import tangent_of_array, total
from adgen.rules.table import RULES, E, Ops, Partial, Rule, add_rule
from adgen.rules.typing import dims_together, mean_dtype, reduction_type, ufunc_type

try:
    special: Any = importlib.import_module("scipy.special")
except ImportError:
    special = None

ROOT_PI, ROOT_2PI = math.sqrt(math.pi), math.sqrt(2.0 * math.pi)


def row(name: str, **form: Any) -> None:
    """A ufunc of scipy.special. Rows are entered where this SciPy has the function."""
    if hasattr(special, name):
        call = f"scipy.special.{name}"
        rule = ufunc_type(getattr(special, name))
        add_rule(Rule(f"special.{name}", rule, elementwise=True, call=call, **form))


def unary(name: str, partial: OfOne) -> None:
    row(name, partials=(of_one(partial),))


def quotient(name: str, denominator: OfOne) -> None:
    row(name, tangent=over(denominator))


def binary(name: str, first: OfTwo | None, second: OfTwo | None) -> None:
    row(name, partials=(of_two(first), of_two(second)))


def of_last(name: str, number: int, partial: Partial) -> None:
    """A function of `number` operands that has a derivative with respect to the last only."""
    row(name, partials=(*(missing(name, k) for k in range(number - 1)), partial))


def missing(name: str, position: int) -> Partial:
    def partial(g: Ops, args: tuple[E, ...], y: E) -> E | float:
        raise Refusal(f"scipy.special.{name} has no derivative by argument {position + 1}",
                      "differentiate with respect to the last argument only")

    return partial


def by_x(g: Ops, x: E, y: E) -> E:
    """y / x with the limit 1/2 at 0, for the Bessel functions of order one."""
    return g("where", x.eq(0), 0.5, y / nonzero(g, x))


def middle(g: Ops, name: str, args: tuple[E, ...], sign: float) -> E:
    """The mean of the Bessel functions of the orders on either side, the upper one with a sign."""
    order, x = args
    below, above = g(f"special.{name}", order - 1, x), g(f"special.{name}", order + 1, x)
    return 0.5 * (below + above if sign > 0 else below - above)


def gamma_density(g: Ops, args: tuple[E, ...]) -> E:
    a, x = args
    return g("exp", g("special.xlogy", a - 1.0, x) - x - g("special.gammaln", a))


def beta_density(g: Ops, args: tuple[E, ...]) -> E:
    a, b, x = args
    log = g("special.xlogy", a - 1.0, x) + g("special.xlog1py", b - 1.0, -x)
    return g("exp", log - g("special.betaln", a, b))


def digamma_gap(g: Ops, a: E, b: E) -> E:
    return g("special.psi", a) - g("special.psi", a + b)


def ratio(g: Ops, x: E, y: E) -> E:
    """x / y, 0 where x is 0."""
    return g("safe_div", x, g("convert", y, dtype=y.dtype) if is_python_number(y) else y)


def huber_slope(g: Ops, delta: E, r: E, y: E) -> E:
    return g("clip", r, -delta, delta)


def huber_width(g: Ops, delta: E, r: E, y: E) -> E:
    return g("maximum", g("abs", r) - delta, 0.0)


def enter_rows() -> None:
    # fmt: off
    unary("erf",       lambda g, x, y: g("exp", -(x * x)) * (2.0 / ROOT_PI))
    unary("erfc",      lambda g, x, y: g("exp", -(x * x)) * (-2.0 / ROOT_PI))
    unary("erfcx",     lambda g, x, y: 2.0 * x * y - 2.0 / ROOT_PI)
    unary("erfinv",    lambda g, x, y: g("exp", y * y) * (ROOT_PI / 2.0))
    unary("erfcinv",   lambda g, x, y: g("exp", y * y) * (-ROOT_PI / 2.0))
    unary("dawsn",     lambda g, x, y: 1.0 - 2.0 * x * y)
    unary("expit",     lambda g, x, y: y * (1.0 - y))
    unary("log_expit", lambda g, x, y: g("special.expit", -x))
    quotient("logit",  lambda g, x, y: x * (1.0 - x))
    unary("ndtr",      lambda g, x, y: g("exp", -0.5 * (x * x)) * (1.0 / ROOT_2PI))
    unary("log_ndtr",  lambda g, x, y: g("exp", -0.5 * (x * x) - y) * (1.0 / ROOT_2PI))
    unary("ndtri",     lambda g, x, y: g("exp", 0.5 * (y * y)) * ROOT_2PI)
    unary("gamma",     lambda g, x, y: y * g("special.psi", x))
    unary("rgamma",    lambda g, x, y: -y * g("special.psi", x))
    unary("gammaln",   lambda g, x, y: g("special.psi", x))
    unary("loggamma",  lambda g, x, y: g("special.psi", x))
    unary("psi",       lambda g, x, y: g("special.polygamma", 1, x))
    unary("entr",      lambda g, x, y: -(g("log", x) + 1.0))
    unary("exp1",      lambda g, x, y: -g("exp", -x) / x)
    unary("expi",      lambda g, x, y: g("exp", x) / x)
    unary("exp2",      lambda g, x, y: y * math.log(2.0))
    unary("exp10",     lambda g, x, y: y * math.log(10.0))
    unary("expm1",     lambda g, x, y: y + 1.0)
    unary("cosm1",     lambda g, x, y: -g("sin", x))
    quotient("log1p",  lambda g, x, y: 1.0 + x)
    unary("i0",        lambda g, x, y: g("special.i1", x))
    unary("i1",        lambda g, x, y: g("special.i0", x) - by_x(g, x, y))
    unary("i0e",       lambda g, x, y: g("special.i1e", x) - g("sign", x) * y)
    unary("i1e",       lambda g, x, y: g("special.i0e", x) - g("sign", x) * y - by_x(g, x, y))
    unary("j0",        lambda g, x, y: -g("special.j1", x))
    unary("j1",        lambda g, x, y: g("special.j0", x) - by_x(g, x, y))
    unary("y0",        lambda g, x, y: -g("special.y1", x))
    unary("y1",        lambda g, x, y: g("special.y0", x) - y / x)
    unary("k0",        lambda g, x, y: -g("special.k1", x))
    unary("k1",        lambda g, x, y: -g("special.k0", x) - y / x)
    unary("k0e",       lambda g, x, y: y - g("special.k1e", x))
    unary("k1e",       lambda g, x, y: y - y / x - g("special.k0e", x))

    binary("xlogy",    lambda g, a, b, y: g("log", b),
                       lambda g, a, b, y: ratio(g, a, b))
    binary("xlog1py",  lambda g, a, b, y: g("log1p", b),
                       lambda g, a, b, y: ratio(g, a, 1.0 + b))
    binary("rel_entr", lambda g, a, b, y: g("log", a / b) + 1.0,
                       lambda g, a, b, y: -(a / b))
    binary("kl_div",   lambda g, a, b, y: g("log", a / b),
                       lambda g, a, b, y: 1.0 - a / b)
    binary("beta",     lambda g, a, b, y: y * digamma_gap(g, a, b),
                       lambda g, a, b, y: y * digamma_gap(g, b, a))
    binary("betaln",   lambda g, a, b, y: digamma_gap(g, a, b),
                       lambda g, a, b, y: digamma_gap(g, b, a))
    binary("huber",    huber_width, huber_slope)

    of_last("gammainc",  2, lambda g, args, y: gamma_density(g, args))
    of_last("gammaincc", 2, lambda g, args, y: -gamma_density(g, args))
    of_last("betainc",   3, lambda g, args, y: beta_density(g, args))
    of_last("jv",        2, lambda g, args, y: middle(g, "jv", args, -1.0))
    of_last("yv",        2, lambda g, args, y: middle(g, "yv", args, -1.0))
    of_last("iv",        2, lambda g, args, y: middle(g, "iv", args, 1.0))
    of_last("kv",        2, lambda g, args, y: -middle(g, "kv", args, 1.0))
    # fmt: on


# Functions that are no ufuncs

def polygamma_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT("float64", dims_together(args))


def next_polygamma(g: Ops, args: tuple[E, ...], y: E) -> E:
    return g("special.polygamma", args[0] + 1, args[1])


def softplus_type(args: tuple[Atom, ...], attrs: Attrs) -> Type | tuple[Type, ...]:
    """SciPy computes np.logaddexp(0, x)."""
    return ufunc_type(np.logaddexp)((const(0), *args), attrs)


def normalised_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    t = args[0].type
    return ArrayT(mean_dtype(dtype_of(t)), dims_of(t))


def tangent_logsumexp(g: Ops, op: Op, x: E, y: E, x_dot: E) -> E:
    return total(g, op, g("special.softmax", x, axis=op.attrs["axis"]) * x_dot)


def tangent_softmax(g: Ops, op: Op, x: E, y: E, x_dot: E) -> E:
    weighted = y * x_dot
    return weighted - y * repeated_sum(g, op, weighted, x)


def tangent_log_softmax(g: Ops, op: Op, x: E, y: E, x_dot: E) -> E:
    return x_dot - repeated_sum(g, op, g("exp", y) * x_dot, x)


def repeated_sum(g: Ops, op: Op, terms: E, x: E) -> E:
    """The sum of tangents over the axes, at each place of x: a linear operand is never broadcast
    silently."""
    return g.broadcast(g.sum(terms, op.attrs["axis"], True), g.shape(x))


def enter_others() -> None:
    add_rule(Rule("special.polygamma", polygamma_type, elementwise=True,
                  call="scipy.special.polygamma",
                  partials=(missing("polygamma", 0), next_polygamma)))
    add_rule(Rule("special.softplus", softplus_type, elementwise=True,
                  call="scipy.special.softplus",
                  partials=(of_one(lambda g, x, y: g("special.expit", x)),)))
    for name, type_rule, tangent in (
        ("logsumexp", reduction_type(mean_dtype), tangent_logsumexp),
        ("softmax", normalised_type, tangent_softmax),
        ("log_softmax", normalised_type, tangent_log_softmax),
    ):
        add_rule(Rule(f"special.{name}", type_rule, tangent=tangent_of_array(tangent),
                      call=f"scipy.special.{name}"))


def enter_math_gamma() -> None:
    """`math.gamma` and `math.lgamma`: their derivatives are SciPy's digamma."""
    mathematics.unary("lgamma", lambda g, x, y: g("special.psi", x))
    mathematics.unary("gamma", lambda g, x, y: y * g("special.psi", x))
    for name in ("lgamma", "gamma"):
        mathematics.enter_call(name, "x, /")


def enter_calls() -> None:
    entered: set[int] = set()
    for name in [r.removeprefix("special.") for r in RULES if r.startswith("special.")]:
        function = getattr(special, name)
        if isinstance(function, np.ufunc) and id(function) not in entered:
            entered.add(id(function))
            enter_call_of_ufunc(name, function)


def enter_call_of_ufunc(name: str, function: np.ufunc) -> None:
    signature = ", ".join(f"x{k}" for k in range(1, function.nin + 1)) + ", /"

    @lowers(function, signature, name=f"scipy.special.{name}")
    def lower(g: Ops, *operands: Any) -> Result:
        return g(f"special.{name}", *(as_array(g, x) for x in operands))


def enter_calls_of_functions() -> None:
    @lowers(special.polygamma, "n, x", name="scipy.special.polygamma")
    def lower_polygamma(g: Ops, n: Any, x: Any) -> Result:
        return g("special.polygamma", as_array(g, n), as_array(g, x))

    @lowers(special.logsumexp, "a, axis=None, *, keepdims=False", name="scipy.special.logsumexp")
    def lower_logsumexp(g: Ops, a: Any, axis: Any, keepdims: Any) -> Result:
        x = as_array(g, a)
        keep = bool(static(keepdims, "keepdims"))
        return g("special.logsumexp", x, axis=axes_of(x, axis), keepdims=keep)

    @lowers(special.softmax, "x, axis=None", name="scipy.special.softmax")
    def lower_softmax(g: Ops, x: Any, axis: Any) -> Result:
        array = as_array(g, x)
        return g("special.softmax", array, axis=axes_of(array, axis))

    @lowers(special.log_softmax, "x, axis=None", name="scipy.special.log_softmax")
    def lower_log_softmax(g: Ops, x: Any, axis: Any) -> Result:
        array = as_array(g, x)
        return g("special.log_softmax", array, axis=axes_of(array, axis))

    @lowers(special.softplus, "x", name="scipy.special.softplus")
    def lower_softplus(g: Ops, x: Any) -> Result:
        return g("special.softplus", as_array(g, x))

    _ = lower_softplus, lower_polygamma, lower_logsumexp, lower_softmax, lower_log_softmax


if special is not None:
    enter_rows()
    enter_others()
    enter_math_gamma()
    enter_calls()
    enter_calls_of_functions()
