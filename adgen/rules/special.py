"""Functions of `scipy.special` that are elementary, error functions, exponential integrals, entropies, and sums of
exponentials.

Derivatives are as accurate as the values: where a formula cancels, another takes its place (`erfcx`, `dawsn` and
`log_ndtr` in their tails; `boxcox` at exponents near 0; `expit` where it is near 1). `logsumexp`, `softmax` and
`log_softmax` hold at +-1e4 and with -inf.
"""

from __future__ import annotations

import cmath
import math
from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.builder import const
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import ArrayT, Type, dims_of, dtype_key, dtype_of, is_complex
from adgen.ir.types import promote as promote_keys
from adgen.rules.elementwise import OfOne, finite_shift, nonzero
from adgen.rules.lowering import Result, as_array, axes_of, lowers, static
from adgen.rules.reductions import expanded, tangent_of_array, total
from adgen.rules.special_rows import (
    Args,
    Dots,
    Slopes,
    binary,
    dtype_at,
    fitted,
    horner,
    mixed,
    of_last,
    passive,
    quotient,
    ratio,
    several,
    special,
    strong,
    unary,
)
from adgen.rules.table import E, Ops, Rule, add_rule
from adgen.rules.typing import dims_together, keys_of, mean_dtype, reduced_dims, reduction_type, ufunc_type

ROOT_PI, ROOT_2PI = math.sqrt(math.pi), math.sqrt(2.0 * math.pi)
DEGREE = math.pi / 180.0
TAIL = 15.0
"""From here on the asymptotic series of `erfcx` and `dawsn` are exact to rounding."""
TERMS = tuple(math.prod(j - 0.5 for j in range(2, k + 2)) for k in range(9))
"""Its coefficients, but for signs: (3/2) (5/2) ... (DLMF 7.12.1)."""


# Pieces of formulas

def over_x(g: Ops, x: E, numerator: E, at_zero: complex) -> E:
    """numerator / x, and its limit at 0."""
    return g("where", x.eq(0), at_zero, numerator / nonzero(g, x))


def slope_of_erfcx(g: Ops, x: E, y: E) -> E:
    """2 x y - 2 / sqrt(pi); in the tail, where that cancels, its asymptotic series (DLMF 7.12.1)."""
    if is_complex(x.type):
        return 2.0 * x * y - 2.0 / ROOT_PI
    far = x > TAIL
    q = 1.0 / g("where", far, x * x, 1.0)
    tail = -1.0 / ROOT_PI * q * horner(-q, *TERMS)
    return g("where", far, tail, 2.0 * x * y - 2.0 / ROOT_PI)


def slope_of_dawsn(g: Ops, x: E, y: E) -> E:
    """1 - 2 x y; in the tail, where that cancels, its asymptotic series (DLMF 7.12.1 and 7.5.1)."""
    far = g("abs", x) > TAIL
    q = 1.0 / g("where", far, x * x, 1.0)
    tail = -0.5 * q * horner(q, *TERMS)
    return g("where", far, tail, 1.0 - 2.0 * x * y)


def hazard(g: Ops, x: E) -> E:
    """The normal density divided by the distribution function, in either tail (DLMF 7.2.3)."""
    return math.sqrt(2.0 / math.pi) / g("special.erfcx", x * -math.sqrt(0.5))


def exponential_mean(g: Ops, t: E) -> E:
    """The integral of s exp(t s) over 0 <= s <= 1, that is ((t - 1) exp(t) + 1) / t^2 (DLMF 13.4.1).

    It overflows from t = 712 on; SciPy's hyp1f1 does not return for t = inf.
    """
    return 0.5 * g("special.hyp1f1", 2.0, 3.0, g("minimum", t, 1000.0))


def slope_by_power(g: Ops, log: E, power: E) -> E:
    """The derivative of (exp(log * power) - 1) / power with respect to power."""
    return log * log * exponential_mean(g, power * log)


def voigt_slope(g: Ops, args: Args) -> tuple[E, E, E]:
    """z and w'(z) = -2 z w + 2i / sqrt(pi) (DLMF 7.10.2) for a Voigt profile, Re w(z) over its width (7.19.3)."""
    x, sigma, gamma = args
    z = (x + 1j * gamma) / (math.sqrt(2.0) * sigma)
    return z, (2j / ROOT_PI) - 2.0 * z * g("special.wofz", z), ROOT_2PI * sigma


def voigt_by_x(g: Ops, args: Args, y: E) -> E:
    _, slope, width = voigt_slope(g, args)
    return g("real", slope) / (math.sqrt(2.0) * args[1] * width)


def voigt_by_sigma(g: Ops, args: Args, y: E) -> E:
    z, slope, width = voigt_slope(g, args)
    return -(y + g("real", slope * z) / width) / args[1]


def voigt_by_gamma(g: Ops, args: Args, y: E) -> E:
    _, slope, width = voigt_slope(g, args)
    return g("imag", slope) / (-math.sqrt(2.0) * args[1] * width)


def modified_fresnel(sign: float) -> Slopes:
    """Of F and K, the integral of exp(+-i t^2) from x on and its quotient by the like (DLMF 7.2.6). (SciPy's F is
    not that for x < 0.)"""
    def slopes(g: Ops, args: Args, ys: Args) -> tuple[E, E]:
        (x,) = args
        turn = cmath.exp(-0.25j * sign * math.pi) / ROOT_PI
        return -g("exp", (1j * sign) * (x * x)), (-2j * sign) * x * ys[1] - turn

    return slopes


def tangent_lambertw(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    """exp(-w) / (1 + w), as finite at 0 as w is (DLMF 4.13.4)."""
    return None if dots[0] is None else dots[0] * (g("exp", -ys[0]) / (1.0 + ys[0]))


def lambertw_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT(dtype_at(special.lambertw, keys_of(args, "lambertw"), ()), dims_of(args[0].type))


def expn_below(g: Ops, args: Args, y: E) -> E:
    """-E[n-1] (DLMF 8.19.13); for n = 0 from the recurrence 8.19.12."""
    n, x = args
    least = g("where", n < 1, 1, n) - 1
    return -g("where", n < 1, (g("exp", -x) + y) / x, g("special.expn", least, x))


def pseudo_huber_width(g: Ops, delta: E, r: E, y: E) -> E:
    root = nonzero(g, g("hypot", delta, r))
    part = r / (delta + root)
    return (r * r / root) * (part * part)


def huber_slope(g: Ops, delta: E, r: E, y: E) -> E:
    return g("clip", r, -delta, delta)


def huber_width(g: Ops, delta: E, r: E, y: E) -> E:
    return g("maximum", g("abs", r) - delta, 0.0)


def slope_of_spence(g: Ops, x: E, y: E) -> E:
    """log(x) / (1 - x), and its series at 1 (DLMF 25.12.2)."""
    d = x - 1.0
    near = g("abs", d) < 1e-4
    return g("where", near, -horner(d, 1.0, -1.0 / 2.0, 1.0 / 3.0, -0.25), -g("log", x) / g("where", near, 1.0, d))


def owens_slope(g: Ops, h: E, a: E, y: E) -> E:
    return g("exp", -0.5 * (h * h)) * g("special.erf", a * h * math.sqrt(0.5)) * (-0.5 / ROOT_2PI)


def owens_share(g: Ops, h: E, a: E, y: E) -> E:
    width = 1.0 + a * a
    return g("exp", -0.5 * (h * h) * width) / (2.0 * math.pi * width)


def sines(g: Ops, args: Args, ys: Args) -> tuple[E, E]:
    (x,) = args
    return over_x(g, x, g("sin", x), 1.0), g("cos", x) / x


def hyperbolic_sines(g: Ops, args: Args, ys: Args) -> tuple[E, E]:
    (x,) = args
    return over_x(g, x, g("sinh", x), 1.0), g("cosh", x) / x


def fresnel_slopes(g: Ops, args: Args, ys: Args) -> tuple[E, E]:
    angle = (0.5 * math.pi) * (args[0] * args[0])
    return g("sin", angle), g("cos", angle)


def constant(value: float) -> OfOne:
    return lambda g, x, y: value


def enter_rows() -> None:
    """Those with one operand or two."""
    # fmt: off
    unary("erf",       lambda g, x, y: g("exp", -(x * x)) * (2.0 / ROOT_PI))
    unary("erfc",      lambda g, x, y: g("exp", -(x * x)) * (-2.0 / ROOT_PI))
    unary("erfi",      lambda g, x, y: g("exp", x * x) * (2.0 / ROOT_PI))
    unary("erfcx",     slope_of_erfcx)
    unary("erfinv",    lambda g, x, y: g("exp", y * y) * (ROOT_PI / 2.0))
    unary("erfcinv",   lambda g, x, y: g("exp", y * y) * (-ROOT_PI / 2.0))
    unary("dawsn",     slope_of_dawsn)
    unary("ndtr",      lambda g, x, y: g("exp", -0.5 * (x * x)) * (1.0 / ROOT_2PI))
    unary("log_ndtr",  lambda g, x, y: hazard(g, x))
    unary("ndtri",     lambda g, x, y: g("exp", 0.5 * (y * y)) * ROOT_2PI)
    quotient("ndtri_exp", lambda g, x, y: hazard(g, y))
    binary("owens_t",  owens_slope, owens_share)
    several("fresnel", fresnel_slopes)
    several("modfresnelp", modified_fresnel(1.0))
    several("modfresnelm", modified_fresnel(-1.0))
    unary("wofz",      lambda g, z, w: (2j / ROOT_PI) - 2.0 * z * w)
    mixed("voigt_profile", voigt_by_x, voigt_by_sigma, voigt_by_gamma)

    unary("expit",     lambda g, x, y: y * g("special.expit", -x))
    unary("log_expit", lambda g, x, y: g("special.expit", -x))
    quotient("logit",  lambda g, x, y: x * (1.0 - x))

    unary("exp2",      lambda g, x, y: y * math.log(2.0))
    unary("exp10",     lambda g, x, y: y * math.log(10.0))
    unary("expm1",     lambda g, x, y: g("exp", x))
    unary("exprel",    lambda g, x, y: exponential_mean(g, x))
    unary("cosm1",     lambda g, x, y: -g("sin", x))
    quotient("log1p",  lambda g, x, y: 1.0 + x)
    strong("cbrt",     lambda g, x, y: 3.0 * (y * y))
    unary("sindg",     lambda g, x, y: g("special.cosdg", x) * DEGREE)
    unary("cosdg",     lambda g, x, y: g("special.sindg", x) * -DEGREE)
    unary("tandg",     lambda g, x, y: (1.0 + y * y) * DEGREE)
    unary("cotdg",     lambda g, x, y: (1.0 + y * y) * -DEGREE)
    mixed("radian",    lambda g, args, y: DEGREE, lambda g, args, y: DEGREE / 60.0, lambda g, args, y: DEGREE / 3600.0)
    binary("powm1",    lambda g, a, b, y: b * g("power", a, b - 1.0),
                       lambda g, a, b, y: g("special.xlogy", g("power", a, b), a))
    passive("round")

    unary("exp1",      lambda g, x, y: -g("exp", -x) / x)
    unary("expi",      lambda g, x, y: g("exp", x) / x)
    of_last("expn", 2, expn_below)
    several("sici",    sines)
    several("shichi",  hyperbolic_sines)
    unary("spence",    slope_of_spence)
    unary("wrightomega", lambda g, x, y: y / (1.0 + y))

    unary("entr",      lambda g, x, y: -(g("log", x) + 1.0))
    binary("xlogy",    lambda g, a, b, y: g("log", b),
                       lambda g, a, b, y: ratio(g, a, b))
    binary("xlog1py",  lambda g, a, b, y: g("log1p", b),
                       lambda g, a, b, y: ratio(g, a, 1.0 + b))
    binary("rel_entr", lambda g, a, b, y: g("log", a / b) + 1.0,
                       lambda g, a, b, y: -(a / b))
    binary("kl_div",   lambda g, a, b, y: g("log", a / b),
                       lambda g, a, b, y: 1.0 - a / b)
    binary("huber",    huber_width, huber_slope)
    binary("pseudo_huber", pseudo_huber_width,
                       lambda g, delta, r, y: delta * (r / nonzero(g, g("hypot", delta, r))))

    binary("boxcox",   lambda g, x, p, y: g("power", x, p - 1.0),
                       lambda g, x, p, y: slope_by_power(g, g("log", x), p))
    binary("boxcox1p", lambda g, x, p, y: g("power", 1.0 + x, p - 1.0),
                       lambda g, x, p, y: slope_by_power(g, g("log1p", x), p))
    binary("inv_boxcox",   lambda g, x, p, y: g("power", y, 1.0 - p),
                           lambda g, x, p, y: -g("power", y, 1.0 - p) * slope_by_power(g, g("log", y), p))
    binary("inv_boxcox1p", lambda g, x, p, y: g("power", 1.0 + y, 1.0 - p),
                           lambda g, x, p, y: -g("power", 1.0 + y, 1.0 - p) * slope_by_power(g, g("log1p", y), p))
    # fmt: on


# Functions that are no ufuncs

def softplus_type(args: tuple[Atom, ...], attrs: Attrs) -> Type | tuple[Type, ...]:
    """SciPy computes np.logaddexp(0, x)."""
    return ufunc_type(np.logaddexp)((const(0), *args), attrs)


def normalised_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    t = args[0].type
    return ArrayT(mean_dtype(dtype_of(t)), dims_of(t))


def weighted_type(args: tuple[Atom, ...], attrs: Attrs) -> Type | tuple[Type, ...]:
    """Of the terms b exp(a): the logarithm of their sum's magnitude, and its sign."""
    dims = reduced_dims(dims_together(args), attrs["axis"], attrs["keepdims"])
    made = ArrayT(mean_dtype(promote_keys(*(dtype_key(a.type) for a in args))), dims)
    return (made, made) if attrs["return_sign"] else made


def tangent_logsumexp(g: Ops, op: Op, x: E, y: E, x_dot: E) -> E:
    return total(g, op, g("special.softmax", x, axis=op.attrs["axis"]) * x_dot)


def tangent_weighted(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> Dots | E | None:
    """The sum of the terms' tangents over their sum: both divided by its magnitude."""
    a, b = args
    sign = (None,) if op.attrs["return_sign"] else ()
    powers = g("exp", a - finite_shift(g, expanded(g, op, ys[0])))
    terms = powers * b
    changes = [powers_of * fitted(g, dot, terms) for dot, powers_of in zip(dots, (terms, powers), strict=True)
               if dot is not None]
    change = changes[0] if len(changes) == 1 else changes[0] + changes[1]
    y_dot = total(g, op, change) / nonzero(g, total(g, op, terms))
    return (y_dot, *sign) if sign else y_dot


def tangent_softmax(g: Ops, op: Op, x: E, y: E, x_dot: E) -> E:
    weighted = y * x_dot
    return weighted - y * repeated_sum(g, op, weighted, x)


def tangent_log_softmax(g: Ops, op: Op, x: E, y: E, x_dot: E) -> E:
    return x_dot - repeated_sum(g, op, g("exp", y) * x_dot, x)


def repeated_sum(g: Ops, op: Op, terms: E, x: E) -> E:
    """The sum of tangents over the axes, at each place of x: a linear operand is never broadcast
    silently."""
    return g.broadcast(g.sum(terms, op.attrs["axis"], True), g.shape(x))


def enter_sums() -> None:
    add_rule(Rule("special.softplus", softplus_type, elementwise=True, call="scipy.special.softplus",
                  partials=(lambda g, args, y: g("special.expit", args[0]),)))
    for name, type_rule, tangent in (
        ("logsumexp", reduction_type(mean_dtype), tangent_logsumexp),
        ("softmax", normalised_type, tangent_softmax),
        ("log_softmax", normalised_type, tangent_log_softmax),
    ):
        add_rule(Rule(f"special.{name}", type_rule, tangent=tangent_of_array(tangent), call=f"scipy.special.{name}",
                      real=True))
    add_rule(Rule("special.weighted_logsumexp", weighted_type, tangent=tangent_weighted,
                  call="scipy.special.logsumexp", real=True))
    add_rule(Rule("special.lambertw", lambertw_type, tangent=tangent_lambertw, elementwise=True,
                  call="scipy.special.lambertw"))


def enter_calls_of_sums() -> None:
    @lowers(special.logsumexp, "a, axis=None, b=None, keepdims=False, return_sign=False",
            name="scipy.special.logsumexp")
    def lower_logsumexp(g: Ops, a: Any, axis: Any, b: Any, keepdims: Any, return_sign: Any) -> Result:
        x, keep = as_array(g, a), bool(static(keepdims, "keepdims"))
        signed = bool(static(return_sign, "return_sign"))
        if b is None and not signed:
            return g("special.logsumexp", x, axis=axes_of(x, axis), keepdims=keep)
        weights = g.wrap(const(1.0)) if b is None else as_array(g, b)
        dims = dims_together((x.atom, weights.atom))
        if dims is None or x.dims is None or len(dims) != x.rank:
            raise Refusal("logsumexp with weights of a higher rank than the array's is not supported",
                          "broadcast the array to the shape of the weights first")
        attrs: dict[str, Any] = {"axis": axes_of(x, axis), "keepdims": keep, "return_sign": signed}
        made = g.many("special.weighted_logsumexp", x, weights, **attrs)
        return made if signed else made[0]

    @lowers(special.softmax, "x, axis=None", name="scipy.special.softmax")
    def lower_softmax(g: Ops, x: Any, axis: Any) -> Result:
        array = as_array(g, x)
        return g("special.softmax", array, axis=axes_of(array, axis))

    @lowers(special.log_softmax, "x, axis=None", name="scipy.special.log_softmax")
    def lower_log_softmax(g: Ops, x: Any, axis: Any) -> Result:
        array = as_array(g, x)
        return g("special.log_softmax", array, axis=axes_of(array, axis))

    @lowers(special.lambertw, "z, k=0, tol=1e-08", name="scipy.special.lambertw")
    def lower_lambertw(g: Ops, z: Any, k: Any, tol: Any) -> Result:
        attrs = {"k": static(k, "k"), "tol": static(tol, "tol")}
        return g("special.lambertw", as_array(g, z), **attrs)

    _ = lower_lambertw, lower_logsumexp, lower_softmax, lower_log_softmax


def enter_softplus() -> None:
    @lowers(special.softplus, "x", name="scipy.special.softplus")
    def lower(g: Ops, x: Any) -> Result:
        return g("special.softplus", as_array(g, x))

    _ = lower


if special is not None:
    enter_rows()
    enter_sums()
    enter_calls_of_sums()
    if hasattr(special, "softplus"):
        enter_softplus()
