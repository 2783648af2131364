"""Bessel functions of `scipy.special` and their relatives: derivatives by the argument, those by the order being
refused.

Derivatives are those of DLMF 10.6 and 10.29 (Bessel), 10.51 (spherical), 10.63 (Kelvin), 11.4 (Struve), 9.2 (Airy)
and 10.22, 10.43 (integrals), in forms without a division by the argument where there is one.
"""

from __future__ import annotations

import math
from typing import Any

from adgen.ir.core import Op
from adgen.rules.lowering import Result, as_array, lowers, static
from adgen.rules.special import over_x
from adgen.rules.special_rows import (
    Args,
    Dots,
    horner,
    is_known,
    known_zero,
    mixed,
    no_derivative,
    of_last,
    probed_type,
    several,
    shifted,
    special,
    unary,
)
from adgen.rules.table import E, Ops, Rule, Tangent, add_rule

ROOT_PI = math.sqrt(math.pi)


def by_x(g: Ops, x: E, y: E) -> E:
    """y / x with the limit 1/2 at 0, for the Bessel functions of order one."""
    return over_x(g, x, y, 0.5)


def middle(g: Ops, name: str, args: Args, sign: float) -> E:
    """The mean of the Bessel functions of the orders on either side, the upper one with a sign."""
    order, x = args
    below, above = (g(f"special.{name}", shifted(order, by), x) for by in (-1, 1))
    return 0.5 * (below + above if sign > 0 else below - above)


def struve_term(g: Ops, args: Args) -> E:
    """(x / 2)^v / (sqrt(pi) gamma(v + 3/2))."""
    order, x = args
    return g("power", 0.5 * x, order) * g("special.rgamma", shifted(order, 1.5)) / ROOT_PI


def slope_of_struve(g: Ops, args: Args, y: E) -> E:
    return middle(g, "struve", args, -1.0) + 0.5 * struve_term(g, args)


def slope_of_modstruve(g: Ops, args: Args, y: E) -> E:
    return middle(g, "modstruve", args, 1.0) + 0.5 * struve_term(g, args)


def slope_of_besselpoly(g: Ops, args: Args, y: E) -> E:
    a, power, order = args
    below, above = (g("special.besselpoly", a, shifted(power, 1), shifted(order, by)) for by in (-1, 1))
    least = g("special.besselpoly", a, shifted(power, 1), 1.0)
    return g("where", order.eq(0), -2.0 * least, below - above)


def airy_slopes(g: Ops, args: Args, ys: Args) -> Args:
    (x,), (a, a_prime, b, b_prime) = args, ys
    return a_prime, x * a, b_prime, x * b


def airye_slopes(g: Ops, args: Args, ys: Args) -> Args:
    """Of ai exp(2/3 x^(3/2)) and bi exp(-2/3 x^(3/2)), the latter's exponent being 0 for x < 0."""
    (x,), (a, a_prime, b, b_prime) = args, ys
    right = x > 0
    root = g("where", right, g("sqrt", g("where", right, x, 1.0)), 0.0)
    return a_prime + root * a, x * a + root * a_prime, b_prime - root * b, x * b - root * b_prime


def kelvin_slopes(g: Ops, args: Args, ys: Args) -> Args:
    """Of ber + i bei and ker + i kei, which solve y'' + y' / x = i y, and of their derivatives."""
    (x,), (be, ke, be_prime, ke_prime) = args, ys
    return be_prime, ke_prime, 1j * be - over_x(g, x, be_prime, 0.5j), 1j * ke - ke_prime / x


def itairy_slopes(g: Ops, args: Args, ys: Args) -> Args:
    (x,) = args
    ai, _, bi, _ = g.many("special.airy", x)
    ai_back, _, bi_back, _ = g.many("special.airy", -x)
    return ai, bi, ai_back, bi_back


def gap_from_one(g: Ops, x: E, name: str, sign: float) -> E:
    """(1 - j0(x)) / x or (i0(x) - 1) / x; near 0, where that cancels, by the power series (DLMF 10.2.2)."""
    q = 0.25 * (x * x)
    near = g("abs", x) < 0.5
    gap = 1.0 - g(f"special.{name}", x) if sign < 0 else g(f"special.{name}", x) - 1.0
    series = 0.25 * x * horner(sign * q, *(1.0 / math.factorial(k) ** 2 for k in range(1, 8)))
    return g("where", near, series, gap / g("where", near, 1.0, x))


def enter_bessel() -> None:
    # fmt: off
    unary("i0",  lambda g, x, y: g("special.i1", x))
    unary("i1",  lambda g, x, y: g("special.i0", x) - by_x(g, x, y))
    unary("i0e", lambda g, x, y: g("special.i1e", x) - g("sign", x) * y)
    unary("i1e", lambda g, x, y: g("special.i0e", x) - g("sign", x) * y - by_x(g, x, y))
    unary("j0",  lambda g, x, y: -g("special.j1", x))
    unary("j1",  lambda g, x, y: g("special.j0", x) - by_x(g, x, y))
    unary("y0",  lambda g, x, y: -g("special.y1", x))
    unary("y1",  lambda g, x, y: g("special.y0", x) - y / x)
    unary("k0",  lambda g, x, y: -g("special.k1", x))
    unary("k1",  lambda g, x, y: -g("special.k0", x) - y / x)
    unary("k0e", lambda g, x, y: y - g("special.k1e", x))
    unary("k1e", lambda g, x, y: y - y / x - g("special.k0e", x))

    of_last("jv",  2, lambda g, args, y: middle(g, "jv", args, -1.0))
    of_last("jve", 2, lambda g, args, y: middle(g, "jve", args, -1.0))
    of_last("yv",  2, lambda g, args, y: middle(g, "yv", args, -1.0))
    of_last("yve", 2, lambda g, args, y: middle(g, "yve", args, -1.0))
    of_last("yn",  2, lambda g, args, y: middle(g, "yn", args, -1.0))
    of_last("iv",  2, lambda g, args, y: middle(g, "iv", args, 1.0))
    of_last("ive", 2, lambda g, args, y: middle(g, "ive", args, 1.0) - g("sign", args[1]) * y)
    of_last("kv",  2, lambda g, args, y: -middle(g, "kv", args, 1.0))
    of_last("kve", 2, lambda g, args, y: y - middle(g, "kve", args, 1.0))
    of_last("kn",  2, lambda g, args, y: -middle(g, "kn", args, 1.0))
    of_last("hankel1",  2, lambda g, args, y: middle(g, "hankel1", args, -1.0))
    of_last("hankel2",  2, lambda g, args, y: middle(g, "hankel2", args, -1.0))
    of_last("hankel1e", 2, lambda g, args, y: middle(g, "hankel1e", args, -1.0) - 1j * y)
    of_last("hankel2e", 2, lambda g, args, y: middle(g, "hankel2e", args, -1.0) + 1j * y)
    of_last("struve",    2, slope_of_struve)
    of_last("modstruve", 2, slope_of_modstruve)
    mixed("besselpoly", slope_of_besselpoly, None, None)
    # fmt: on


def enter_relatives() -> None:
    # fmt: off
    several("airy",   airy_slopes)
    several("airye",  airye_slopes)
    several("itairy", itairy_slopes)

    unary("ber",  lambda g, x, y: g("special.berp", x))
    unary("bei",  lambda g, x, y: g("special.beip", x))
    unary("ker",  lambda g, x, y: g("special.kerp", x))
    unary("kei",  lambda g, x, y: g("special.keip", x))
    unary("berp", lambda g, x, y: -g("special.bei", x) - over_x(g, x, y, 0.0))
    unary("beip", lambda g, x, y: g("special.ber", x) - over_x(g, x, y, 0.5))
    unary("kerp", lambda g, x, y: -g("special.kei", x) - y / x)
    unary("keip", lambda g, x, y: g("special.ker", x) - y / x)

    several("kelvin",   kelvin_slopes)
    several("itj0y0",   lambda g, args, ys: (g("special.j0", args[0]), g("special.y0", args[0])))
    several("iti0k0",   lambda g, args, ys: (g("special.i0", args[0]), g("special.k0", args[0])))
    several("it2j0y0",  lambda g, args, ys: (gap_from_one(g, args[0], "j0", -1.0),
                                             -g("special.y0", args[0]) / args[0]))
    several("it2i0k0",  lambda g, args, ys: (gap_from_one(g, args[0], "i0", 1.0),
                                             -g("special.k0", args[0]) / args[0]))
    unary("itstruve0",    lambda g, x, y: g("special.struve", 0.0, x))
    unary("itmodstruve0", lambda g, x, y: g("special.modstruve", 0.0, x))
    unary("it2struve0",   lambda g, x, y: -over_x(g, x, g("special.struve", 0.0, x), 2.0 / math.pi))
    # fmt: on


# Derivatives of any order, and spherical Bessel functions: functions that SciPy writes in Python

def enter_nth_derivative(name: str) -> None:
    """`jvp(v, z, n)` and its like: the n-th derivative, whose derivative is the next one."""
    def tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
        return last_dot(name, dots) * g(f"special.{name}", *args, n=op.attrs["n"] + 1)

    enter_function(name, tangent)

    @lowers(getattr(special, name), "v, z, n=1", name=f"scipy.special.{name}")
    def lower(g: Ops, v: Any, z: Any, n: Any) -> Result:
        return g(f"special.{name}", as_array(g, v), as_array(g, z), n=int(static(n, "n")))


def enter_spherical(name: str, below_sign: float, above_sign: float) -> None:
    """(2 n + 1) f[n]' is n f[n-1] and (n + 1) f[n+1] with signs, which holds for f' as well."""
    def tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
        y_dot = last_dot(name, dots)
        if not op.attrs["derivative"]:
            return y_dot * g(f"special.{name}", *args, derivative=True)
        order, x = args
        above = above_sign * shifted(order, 1) * g(f"special.{name}", shifted(order, 1), x, derivative=True)
        if known_zero(order):
            return y_dot * above
        least = shifted(order, -1) if is_known(order) else g("abs", order - 1)
        below = below_sign * order * g(f"special.{name}", least, x, derivative=True)
        return y_dot * ((below + above) / (2 * order + 1))

    enter_function(name, tangent)

    @lowers(getattr(special, name), "n, z, derivative=False", name=f"scipy.special.{name}")
    def lower(g: Ops, n: Any, z: Any, derivative: Any) -> Result:
        return g(f"special.{name}", as_array(g, n), as_array(g, z), derivative=bool(static(derivative, "derivative")))


def last_dot(name: str, dots: Dots) -> E:
    """The tangent of the argument; the order has none."""
    if dots[0] is not None or dots[1] is None:
        raise no_derivative(name, 0)
    return dots[1]


def enter_function(name: str, tangent: Tangent) -> None:
    add_rule(Rule(f"special.{name}", probed_type(getattr(special, name)), elementwise=True, tangent=tangent,
                  call=f"scipy.special.{name}"))


if special is not None:
    enter_bessel()
    enter_relatives()
    for _name in ("jvp", "yvp", "ivp", "kvp", "h1vp", "h2vp"):
        enter_nth_derivative(_name)
    enter_spherical("spherical_jn", 1.0, -1.0)
    enter_spherical("spherical_yn", 1.0, -1.0)
    enter_spherical("spherical_in", 1.0, 1.0)
    enter_spherical("spherical_kn", -1.0, -1.0)
