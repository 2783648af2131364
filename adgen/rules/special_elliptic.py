"""Elliptic integrals and functions, the arithmetic-geometric mean, and hypergeometric functions of `scipy.special`.

Derivatives by the parameter are hypergeometric functions or Carlson's symmetric integrals, which do not cancel at
m = 0 as the formulas with K and E do (DLMF 19.4, 19.18, 22.20, 15.5, 13.3, 10.46). Carlson's `elliprd` and
`elliprj` have none, so that second derivatives by the parameter of incomplete integrals are refused.
"""

from __future__ import annotations

import math

from adgen.ir.core import Op
from adgen.rules.special_rows import (
    Args,
    Dots,
    binary,
    fitted,
    mixed,
    of_last,
    shifted,
    special,
    unary,
)
from adgen.rules.table import E, Ops, Partial, Rule, add_rule
from adgen.rules.typing import ufunc_types

EIGHTH = math.pi / 8.0


def carlson(g: Ops, x: E | float, y: E | float, z: E | float) -> E:
    """R_D(x, y, z), that is -6 times the derivative of R_F by z (DLMF 19.18.1)."""
    return g("special.elliprd", x, y, z)


def turns(g: Ops, phi: E) -> E:
    """The number of half periods that phi is away from (-pi/2, pi/2)."""
    return g("rint", phi * (1.0 / math.pi))


def complete_parts(g: Ops, phi: E, part: E) -> E:
    """What the half periods of phi add: none where there are none, though a part may be infinite."""
    n = turns(g, phi)
    return g("where", n.eq(0), 0.0, 2.0 * n * part)


def first_kind_by_m(g: Ops, phi: E, m: E) -> E:
    """The derivative of F(phi, m) by m: of sin R_F(cos^2, 1 - m sin^2, 1), period by period (DLMF 19.25.5)."""
    s, c = g("sin", phi), g("cos", phi)
    sign = g("cos", math.pi * turns(g, phi))
    partial = sign * s * (s * s) * carlson(g, c * c, 1.0, 1.0 - m * (s * s))
    return (partial + complete_parts(g, phi, carlson(g, 0.0, 1.0, 1.0 - m))) / 6.0


def second_kind_by_m(g: Ops, phi: E, m: E) -> E:
    """(E - F) / (2 m) (DLMF 19.4.6), as Carlson's integral (19.25.10)."""
    s, c = g("sin", phi), g("cos", phi)
    sign = g("cos", math.pi * turns(g, phi))
    partial = sign * s * (s * s) * carlson(g, c * c, 1.0 - m * (s * s), 1.0)
    return (partial + complete_parts(g, phi, carlson(g, 0.0, 1.0 - m, 1.0))) / -6.0


def delta(g: Ops, phi: E, m: E) -> E:
    s = g("sin", phi)
    return g("sqrt", 1.0 - m * (s * s))


def tangent_ellipj(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> Dots:
    """Of sn, cn, dn and the amplitude, whose derivative by m solves F(amplitude, m) = u (DLMF 22.13.1)."""
    _, m = args
    sn, cn, dn, phi = ys
    u_dot, m_dot = (None if d is None else fitted(g, d, sn) for d in dots)
    phi_dot = None if u_dot is None else dn * u_dot
    dn_dot = None
    if m_dot is not None:
        by_m = -dn * first_kind_by_m(g, phi, m)
        phi_dot = by_m * m_dot if phi_dot is None else phi_dot + by_m * m_dot
        dn_dot = -0.5 * (sn * sn) / dn * m_dot
    if phi_dot is None:
        return (None,) * 4
    along = -m * sn * cn / dn * phi_dot
    return cn * phi_dot, -sn * phi_dot, along if dn_dot is None else along + dn_dot, phi_dot


def rf_by(first: int, second: int, third: int) -> Partial:
    """The derivative of R_F by its argument at position `third`."""
    return lambda g, args, y: carlson(g, args[first], args[second], args[third]) / -6.0


def rg_by(first: int, second: int, third: int) -> Partial:
    """The derivative of R_G by its argument at position `third`."""
    def partial(g: Ops, args: Args, y: E) -> E:
        x = args[third]
        others = carlson(g, args[first], args[second], x)
        return 0.25 * (g("special.elliprf", *args) - x * others / 3.0)

    return partial


def rc_by_x(g: Ops, x: E, y: E, value: E) -> E:
    """Of R_F(x, y, y); where y < 0, of the principal value (DLMF 19.2.20)."""
    positive = y > 0
    principal = (value - 1.0 / g("sqrt", x)) / (2.0 * (y - g("where", positive, y - 1.0, x)))
    return g("where", positive, carlson(g, g("abs", y), g("abs", y), x) / -6.0, principal)


def rc_by_y(g: Ops, x: E, y: E, value: E) -> E:
    positive = y > 0
    principal = (value - g("sqrt", x) / y) / (2.0 * (x - g("where", positive, x - 1.0, y)))
    return g("where", positive, carlson(g, x, g("abs", y), g("abs", y)) / -3.0, principal)


def mean_by(own: int, other: int) -> Partial:
    """Of pi / (2 R_F(0, a^2, b^2)), the arithmetic-geometric mean (DLMF 19.8.5)."""
    def partial(g: Ops, args: Args, y: E) -> E:
        a, b = args[own], args[other]
        return (2.0 / (3.0 * math.pi)) * g("abs", a) * (y * y) * carlson(g, 0.0, b * b, a * a)

    return partial


def slope_of_hyp1f1(g: Ops, args: Args, y: E) -> E:
    a, b, x = args
    return a / b * g("special.hyp1f1", shifted(a, 1.0), shifted(b, 1.0), x)


def slope_of_hyp2f1(g: Ops, args: Args, y: E) -> E:
    a, b, c, x = args
    return a * b / c * g("special.hyp2f1", shifted(a, 1.0), shifted(b, 1.0), shifted(c, 1.0), x)


def slope_of_hyperu(g: Ops, args: Args, y: E) -> E:
    a, b, x = args
    return -a * g("special.hyperu", shifted(a, 1.0), shifted(b, 1.0), x)


def slope_of_wright(g: Ops, args: Args, y: E) -> E:
    """Of the sum over k of x^k / (k! gamma(a k + b)) (DLMF 10.46.1)."""
    a, b, x = args
    return g("special.wright_bessel", a, a + b, x)


def slope_of_log_wright(g: Ops, args: Args, y: E) -> E:
    a, b, x = args
    return g("exp", g("special.log_wright_bessel", a, a + b, x) - y)


def enter_rows() -> None:
    # fmt: off
    unary("ellipk",   lambda g, m, y: EIGHTH * g("special.hyp2f1", 0.5, 0.5, 2.0, m) / (1.0 - m))
    unary("ellipkm1", lambda g, p, y: -EIGHTH * g("special.hyp2f1", 0.5, 0.5, 2.0, 1.0 - p) / p)
    unary("ellipe",   lambda g, m, y: -EIGHTH * g("special.hyp2f1", 0.5, 1.5, 2.0, m))
    binary("ellipkinc", lambda g, phi, m, y: 1.0 / delta(g, phi, m),
                        lambda g, phi, m, y: first_kind_by_m(g, phi, m))
    binary("ellipeinc", lambda g, phi, m, y: delta(g, phi, m),
                        lambda g, phi, m, y: second_kind_by_m(g, phi, m))
    binary("elliprc", rc_by_x, rc_by_y)
    mixed("elliprf",  rf_by(1, 2, 0), rf_by(0, 2, 1), rf_by(0, 1, 2))
    mixed("elliprg",  rg_by(1, 2, 0), rg_by(0, 2, 1), rg_by(0, 1, 2))
    mixed("elliprd",  None, None, None)
    mixed("elliprj",  None, None, None, None)
    mixed("agm",      mean_by(0, 1), mean_by(1, 0))

    of_last("hyp0f1", 2, lambda g, args, y: g("special.hyp0f1", shifted(args[0], 1.0), args[1]) / args[0])
    of_last("hyp1f1", 3, slope_of_hyp1f1)
    of_last("hyp2f1", 4, slope_of_hyp2f1)
    of_last("hyperu", 3, slope_of_hyperu)
    of_last("wright_bessel",     3, slope_of_wright)
    of_last("log_wright_bessel", 3, slope_of_log_wright)
    # fmt: on
    add_rule(Rule("special.ellipj", ufunc_types(special.ellipj), tangent=tangent_ellipj, call="scipy.special.ellipj"))


if special is not None:
    enter_rows()
