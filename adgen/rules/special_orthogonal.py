"""Orthogonal polynomials, and solutions of differential equations of second order, of `scipy.special`.

The derivative of an orthogonal polynomial is one of a lower degree (DLMF 18.9.15 to 18.9.27). A function that comes
with its derivative (Mathieu, parabolic cylinder, spheroidal) has the second from its differential equation (DLMF
28.2, 12.2, 30.2). `legendre_p` and its like give derivatives themselves, up to the second, by `diff_n`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.builder import const
from adgen.ir.core import Atom, Attrs, Const, Op
from adgen.ir.types import ArrayT, Type, dims_of, dtype_of
from adgen.rules.lowering import Result, as_array, lowers, refuses, static
from adgen.rules.shapes import along, get
from adgen.rules.special_rows import (
    Args,
    Dots,
    Slopes,
    dtype_at,
    fitted,
    function_row,
    is_known,
    known_zero,
    mixed,
    no_derivative,
    of_last,
    several,
    shifted,
    special,
)
from adgen.rules.table import E, Ops, Partial, Rule, add_rule
from adgen.rules.typing import dims_together, keys_of

Polynomial = Callable[[Ops, Args, E], E]
"""The derivative of a polynomial, from its parameters and its degree less one."""
DEGREE = math.pi / 180.0


def lowered(slope: Polynomial) -> Partial:
    """The derivative of a polynomial of degree args[0]; of a constant it is 0."""
    def partial(g: Ops, args: Args, y: E) -> E | float:
        n = args[0]
        if known_zero(n):
            return 0.0
        if is_known(n):
            return slope(g, args, shifted(n, -1))
        constant = n.eq(0)
        return g("where", constant, 0.0, slope(g, args, g("where", constant, 1, n) - 1))

    return partial


def plain(name: str, factor: float) -> Polynomial:
    """factor n p[n-1](x), of another family or the same."""
    return lambda g, args, less: factor * args[0] * g(f"special.{name}", less, args[1])


def ultraspherical(order: float, factor: float, scale: float = 1.0, shift: float = 0.0) -> Polynomial:
    """factor C[n-1] of this order at scale x + shift."""
    def slope(g: Ops, args: Args, less: E) -> E:
        x = args[-1] if scale == 1.0 else scale * args[-1]
        return factor * g("special.eval_gegenbauer", less, order, x + shift if shift else x)

    return slope


def slope_of_jacobi(g: Ops, args: Args, less: E) -> E:
    n, a, b, x = args
    return 0.5 * (n + a + b + 1.0) * g("special.eval_jacobi", less, shifted(a, 1.0), shifted(b, 1.0), x)


def slope_of_sh_jacobi(g: Ops, args: Args, less: E) -> E:
    n, p, q, x = args
    return n * g("special.eval_sh_jacobi", less, shifted(p, 2.0), shifted(q, 1.0), x)


def slope_of_gegenbauer(g: Ops, args: Args, less: E) -> E:
    _, a, x = args
    return 2.0 * a * g("special.eval_gegenbauer", less, shifted(a, 1.0), x)


def slope_of_laguerre(g: Ops, args: Args, less: E) -> E:
    return -g("special.eval_genlaguerre", less, 1.0, args[1])


def slope_of_genlaguerre(g: Ops, args: Args, less: E) -> E:
    _, a, x = args
    return -g("special.eval_genlaguerre", less, shifted(a, 1.0), x)


def slope_of_lpmv(g: Ops, args: Args, y: E) -> E:
    """(v x P[v] - (v + m) P[v-1]) / (x^2 - 1) (DLMF 14.10.5)."""
    m, v, x = args
    less = g("special.lpmv", m, shifted(v, -1.0), x)
    return (v * x * y - (v + m) * less) / ((x - 1.0) * (x + 1.0))


def enter_polynomials() -> None:
    # fmt: off
    for name, number, slope in (
        ("chebyt",       2, plain("eval_chebyu", 1.0)),
        ("chebyu",       2, ultraspherical(2.0, 2.0)),
        ("chebyc",       2, plain("eval_chebys", 1.0)),
        ("chebys",       2, ultraspherical(2.0, 1.0, scale=0.5)),
        ("sh_chebyt",    2, plain("eval_sh_chebyu", 2.0)),
        ("sh_chebyu",    2, ultraspherical(2.0, 4.0, scale=2.0, shift=-1.0)),
        ("legendre",     2, ultraspherical(1.5, 1.0)),
        ("sh_legendre",  2, ultraspherical(1.5, 2.0, scale=2.0, shift=-1.0)),
        ("hermite",      2, plain("eval_hermite", 2.0)),
        ("hermitenorm",  2, plain("eval_hermitenorm", 1.0)),
        ("laguerre",     2, slope_of_laguerre),
        ("genlaguerre",  3, slope_of_genlaguerre),
        ("gegenbauer",   3, slope_of_gegenbauer),
        ("jacobi",       4, slope_of_jacobi),
        ("sh_jacobi",    4, slope_of_sh_jacobi),
    ):
        of_last(f"eval_{name}", number, lowered(slope))
    of_last("lpmv", 3, slope_of_lpmv)
    # fmt: on


# A function with its derivative: the second from the differential equation

def equation(second: Callable[[Ops, Args, E, E], E], scale: float = 1.0) -> Slopes:
    """The slopes of (y, y'), from y'' as a function of the operands, y and y'; `scale` is the unit of x."""
    def slopes(g: Ops, args: Args, ys: Args) -> tuple[E, E]:
        y, y_prime = ys
        change = second(g, args, y, y_prime)
        return (y_prime, change) if scale == 1.0 else (scale * y_prime, scale * change)

    return slopes


def of_parabolic_cylinder(g: Ops, args: Args, y: E, y_prime: E) -> E:
    v, x = args
    return (0.25 * (x * x) - v - 0.5) * y


def of_weber(g: Ops, args: Args, y: E, y_prime: E) -> E:
    a, x = args
    return (a - 0.25 * (x * x)) * y


def of_mathieu(values: str) -> Any:
    """y'' = (2 q cos 2x - a) y, x in degrees."""
    def second(g: Ops, args: Args, y: E, y_prime: E) -> E:
        m, q, x = args
        return (2.0 * q * g("cos", (2.0 * DEGREE) * x) - g(f"special.{values}", m, q)) * y

    return second


def of_modified_mathieu(values: str) -> Any:
    """y'' = (a - 2 q cosh 2x) y."""
    def second(g: Ops, args: Args, y: E, y_prime: E) -> E:
        m, q, x = args
        return (g(f"special.{values}", m, q) - 2.0 * q * g("cosh", 2.0 * x)) * y

    return second


def of_spheroid(values: str, kind: float, radial: bool) -> Any:
    """The spheroidal equation; `kind` is 1 for prolate and -1 for oblate coordinates. Oblate radial functions have
    x^2 + 1 in the place of 1 - x^2."""
    def second(g: Ops, args: Args, y: E, y_prime: E) -> E:
        m, n, c, x = args[0], args[1], args[2], args[-1]
        value = args[3] if len(args) == 5 else g(f"special.{values}", m, n, c)
        square, order = x * x, m * m
        if radial and kind < 0:
            width = 1.0 + square
            return ((value - c * c * square - order / width) * y - 2.0 * x * y_prime) / width
        width = 1.0 - square
        return (2.0 * x * y_prime - (value - kind * (c * c) * square - order / width) * y) / width

    return second


def inaccurate(name: str) -> Slopes:
    """SciPy's radial functions of the second kind lose all digits of their derivative for small x."""
    def slopes(g: Ops, args: Args, ys: Args) -> tuple[E, ...]:
        raise Refusal(f"SciPy computes scipy.special.{name} too inaccurately for a derivative",
                      "treat its values as constants, or write the series of spherical Bessel functions")

    return slopes


def enter_equations() -> None:
    # fmt: off
    several("pbdv", equation(of_parabolic_cylinder))
    several("pbvv", equation(of_parabolic_cylinder))
    several("pbwa", equation(of_weber))
    several("mathieu_cem", equation(of_mathieu("mathieu_a"), scale=DEGREE))
    several("mathieu_sem", equation(of_mathieu("mathieu_b"), scale=DEGREE))
    for kind in (1, 2):
        several(f"mathieu_modcem{kind}", equation(of_modified_mathieu("mathieu_a")))
        several(f"mathieu_modsem{kind}", equation(of_modified_mathieu("mathieu_b")))
    for prefix, sign in (("pro", 1.0), ("obl", -1.0)):
        for suffix in ("", "_cv"):
            several(f"{prefix}_ang1{suffix}", equation(of_spheroid(f"{prefix}_cv", sign, radial=False)))
            several(f"{prefix}_rad1{suffix}", equation(of_spheroid(f"{prefix}_cv", sign, radial=True)))
            several(f"{prefix}_rad2{suffix}", inaccurate(f"{prefix}_rad2{suffix}"))
    for name, number in (("mathieu_a", 2), ("mathieu_b", 2), ("pro_cv", 3), ("obl_cv", 3)):
        mixed(name, *[None] * number)
    # fmt: on


# Values and derivatives at once

JETS: dict[str, tuple[str, ...]] = {
    "legendre_p": ("n",), "assoc_legendre_p": ("n", "m"), "sph_legendre_p": ("n", "m"),
}
"""Functions with `diff_n`, and their degrees. The first axis of the result is the order of the derivative; with the
suffix `_all` the next ones are all degrees."""
LAST_ORDER = 2
"""Derivatives that SciPy computes."""


def jet_type(name: str) -> Any:
    def rule(args: tuple[Atom, ...], attrs: Attrs) -> Type:
        dtype = dtype_at(getattr(special, name), keys_of(args, f"scipy.special.{name}"), tuple(attrs.items()))
        dims = dims_together(args)
        return ArrayT(dtype, None if dims is None else (attrs["diff_n"] + 1, *dims))

    return rule


def jet_type_of_all(name: str) -> Any:
    def rule(args: tuple[Atom, ...], attrs: Attrs) -> Type:
        degrees = [int(a.value) for a in args[:-1] if isinstance(a, Const)]
        dtype = "float32" if dtype_of(args[-1].type) == "float32" else "float64"
        made = getattr(special, name)(*degrees, np.ones(1, dtype), **attrs)
        dims = dims_of(args[-1].type)
        return ArrayT(str(made.dtype), None if dims is None else (*made.shape[:-1], *dims))

    return rule


def enter_jet(name: str, degrees: tuple[str, ...], every: bool) -> None:
    def tangent(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
        if dots[-1] is None or any(d is not None for d in dots[:-1]):
            raise no_derivative(name, 0)
        order = op.attrs["diff_n"]
        if order >= LAST_ORDER:
            raise Refusal(f"scipy.special.{name} has no derivatives above the second",
                          "write a polynomial with a derivative of every order, as eval_legendre")
        further = g(f"special.{name}", *args, **{**op.attrs, "diff_n": order + 1})
        return fitted(g, dots[-1], ys[0]) * get(g, further, *along(0, slice(1, None)))

    type_rule = jet_type_of_all(name) if every else jet_type(name)
    add_rule(Rule(f"special.{name}", type_rule, tangent=tangent, call=f"scipy.special.{name}", real=True))
    options = "branch_cut=2, norm=False, " if name.startswith("assoc") else ""
    variable = "theta" if name.startswith("sph") else "z"
    names = [part.partition("=")[0] for part in f"{options}diff_n=0".split(", ")]

    @lowers(getattr(special, name), f"{', '.join(degrees)}, {variable}, *, {options}diff_n=0",
            name=f"scipy.special.{name}")
    def lower(g: Ops, *given: Any) -> Result:
        *orders, x = given[:len(degrees) + 1]
        attrs = {k: static(v, k) for k, v in zip(names, given[len(degrees) + 1:], strict=True)}
        known = [g.wrap(const(int(static(d, "the degree")))) if every else as_array(g, d) for d in orders]
        return g(f"special.{name}", *known, as_array(g, x), **attrs)


def harmonic(g: Ops, args: Args, step: int) -> E:
    """Half of sqrt((n -+ m) (n +- m + 1)) exp(-+ i phi) Y[n, m +- 1] (DLMF 14.30.1, 14.10.4)."""
    n, m, theta, phi = args
    along = step * m
    weight = g("sqrt", g("maximum", (n - along) * (n + along + 1), 0))
    beside = g("where", along < n, m + step, 0)
    return 0.5 * weight * g("exp", (-1j * step) * phi) * g("special.sph_harm_y", n, beside, theta, phi)


def harmonic_by_theta(g: Ops, args: Args, y: E) -> E:
    """Without the cotangent of theta, which is infinite at the poles. SciPy's |sin(theta)| turns the sign outside
    (0, pi)."""
    change = harmonic(g, args, 1) - harmonic(g, args, -1)
    return g("where", g("sin", args[2]) < 0, -1.0, 1.0) * change


def enter_harmonics() -> None:
    function_row("sph_harm_y", None, None, harmonic_by_theta, lambda g, args, y: 1j * args[1] * y)

    @lowers(special.sph_harm_y, "n, m, theta, phi", name="scipy.special.sph_harm_y")
    def lower_sph_harm_y(g: Ops, n: Any, m: Any, theta: Any, phi: Any) -> Result:
        return g("special.sph_harm_y", *(as_array(g, x) for x in (n, m, theta, phi)))

    refuses(special.sph_harm_y_all, "scipy.special.sph_harm_y_all", "SciPy gives its derivatives in another layout",
            "write sph_harm_y(n, m, theta, phi) with arrays of degrees and orders")
    _ = lower_sph_harm_y


if special is not None:
    if hasattr(special, "sph_harm_y"):
        enter_harmonics()
    enter_polynomials()
    enter_equations()
    for _name, _degrees in JETS.items():
        if hasattr(special, _name):
            enter_jet(_name, _degrees, every=False)
            enter_jet(f"{_name}_all", _degrees, every=True)
