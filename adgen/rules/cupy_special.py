"""Special functions that CuPy lacks, in terms of those that it has: entries of `EQUIVALENTS` (`cupy_equivalents`).

Bessel functions and orthogonal polynomials of a whole order that is known when compiling are written out by their
recurrences, where these are stable.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Const, Op
from adgen.ir.types import is_complex
from adgen.rules.cupy_equivalents import equivalent
from adgen.rules.table import E, Ops

LARGEST = 30
"""The highest degree or order that a recurrence is written out for."""


def known_int(x: E) -> int | None:
    """A degree or order that is known when compiling."""
    value: Any = x.atom.value if isinstance(x.atom, Const) and np.ndim(x.atom.value) == 0 else None
    return int(value) if not is_complex(x.type) and value is not None and float(value).is_integer() else None


@equivalent("special.softplus")
def softplus(g: Ops, op: Op, x: E) -> E:
    return g("logaddexp", x, 0.0)


@equivalent("special.powm1")
def powm1(g: Ops, op: Op, x: E, y: E) -> E:
    base = g("where", x > 0.0, x, 1.0)
    return g("where", x > 0.0, g("expm1", y * g("log", base)), x ** y - 1.0)


@equivalent("special.factorial")
def factorial(g: Ops, op: Op, n: E) -> E | None:
    if op.attrs.get("extend", "zero") != "zero":
        raise Refusal("CuPy has no scipy.special.factorial of complex numbers", "use scipy.special.gamma")
    made = g("special.gamma", g("maximum", n, 0) + 1.0)
    return g("where", n < 0, 0.0, made)


@equivalent("special.polygamma")
def polygamma(g: Ops, op: Op, n: E, x: E) -> E | None:
    """(-1)^(n+1) n! zeta(n+1, x) (DLMF 25.11.12)."""
    order = known_int(n)
    if order is None or not 0 <= order <= LARGEST:
        return None
    if order == 0:
        return g("special.psi", x)
    return g("special.zeta", float(order + 1), x) * float((-1) ** (order + 1) * math.factorial(order))


@equivalent("special.zeta")
def zeta(g: Ops, op: Op, x: E, *more: E) -> E | None:
    return None if more else g("special.hurwitz", x, 1.0)


@equivalent("special.spherical_yn")
def spherical_yn(g: Ops, op: Op, n: E, z: E) -> None:
    if is_complex(z.type):
        raise Refusal("CuPy's spherical_yn takes no complex numbers", "compile for NumPy")


@equivalent("special.weighted_logsumexp")
def weighted_logsumexp(g: Ops, op: Op, x: E, weights: E) -> E | tuple[E, ...] | None:
    """What has no weight is left out, so that it may be infinite."""
    if is_complex(x.type) or is_complex(weights.type) or x.dims is None:
        return None
    axis, keep = op.attrs["axis"], op.attrs["keepdims"]
    x = x if isinstance(weights.atom, Const) and weights.atom.value != 0 else g("where", weights.eq(0), -math.inf, x)
    top = g("max", x, axis=axis, keepdims=True)
    top = g("where", g("isfinite", top), top, 0.0)
    total = g.sum(weights * g("exp", x - top), axis, True)
    made = (g("log", g("abs", total) if op.attrs["return_sign"] else total) + top, g("sign", total))
    made = made if keep else tuple(g("squeeze", y, axis=tuple(range(x.rank)) if axis is None else axis) for y in made)
    return made if op.attrs["return_sign"] else made[0]


@equivalent("special.ellipe")
def ellipe(g: Ops, op: Op, m: E) -> E:
    return g("special.ellipeinc", math.pi / 2, m)


@equivalent("special.betaincc")
def betaincc(g: Ops, op: Op, a: E, b: E, x: E) -> E:
    return g("special.betainc", b, a, 1.0 - x)


@equivalent("special.betainccinv")
def betainccinv(g: Ops, op: Op, a: E, b: E, y: E) -> E:
    return 1.0 - g("special.betaincinv", b, a, y)


@equivalent("special.gdtrix")
def gdtrix(g: Ops, op: Op, a: E, b: E, p: E) -> E:
    return g("special.gammaincinv", b, p) / a


@equivalent("special.stdtr")
def stdtr(g: Ops, op: Op, df: E, t: E) -> E:
    """By the incomplete beta function (DLMF 8.17); of infinitely many degrees of freedom it is normal."""
    tail = 0.5 * g("special.betainc", 0.5 * df, 0.5, df / (df + t * t))
    student = g("where", t < 0.0, tail, 1.0 - tail)
    return g("where", g("isinf", df), g("special.ndtr", t), student)


BESSEL = {
    "jv": ("j0", "j1"), "yv": ("y0", "y1"), "iv": ("i0", "i1"), "ive": ("i0e", "i1e"), "kv": ("k0", "k1"),
    "kve": ("k0e", "k1e"), "kn": ("k0", "k1"),
}
"""Bessel functions by those of orders 0 and 1."""
STEPS = {"yv": (2.0, -1.0), "kv": (2.0, 1.0), "kve": (2.0, 1.0), "kn": (2.0, 1.0), "jv": (2.0, -1.0), "iv": (-2.0, 1.0),
         "ive": (-2.0, 1.0)}
"""a and b of the recurrences f[n+1] = a n f[n] / x + b f[n-1] (DLMF 10.6, 10.29)."""
UPWARD = frozenset({"yv", "kv", "kve", "kn"})
"""Those whose recurrence is stable (DLMF 3.6). Of the others order 2, which a derivative takes, is right to rounding
errors of order 0."""


@equivalent(*(f"special.{name}" for name in BESSEL))
def bessel(g: Ops, op: Op, n: E, x: E) -> E:
    name, order = op.name.removeprefix("special."), known_int(n)
    highest = LARGEST if name in UPWARD else 2
    if order is None or abs(order) > highest or is_complex(x.type):
        raise Refusal(f"CuPy has no {name}; it is written out for real numbers and a whole order that is known, "
                      f"up to {highest}", "give such an order, or compile for NumPy")
    below, made = (g(f"special.{f}", x) for f in BESSEL[name])
    a, b = STEPS[name]
    for k in range(1, abs(order)):
        below, made = made, a * k / x * made + b * below
    if name not in UPWARD and abs(order) == 2:
        made = g("where", x.eq(0.0), 0.0, made)
    if order == 0:
        return below
    return -made if order < 0 and order % 2 and name in ("jv", "yv") else made


# Orthogonal polynomials of x with the parameter a: the one of degree 1, and from those of degrees k and k - 1 (p and q)
# the one of degree k + 1 (DLMF 18.9)
First = Callable[[E, E], E]
Following = Callable[[int, E, E, E, E], E]
# fmt: off
POLYNOMIALS: dict[str, tuple[First, Following]] = {
    "eval_chebyt":      (lambda a, x: x,           lambda k, p, q, a, x: 2.0 * x * p - q),
    "eval_chebyu":      (lambda a, x: 2.0 * x,     lambda k, p, q, a, x: 2.0 * x * p - q),
    "eval_legendre":    (lambda a, x: x,           lambda k, p, q, a, x: ((2 * k + 1) * x * p - k * q) / (k + 1.0)),
    "eval_hermite":     (lambda a, x: 2.0 * x,     lambda k, p, q, a, x: 2.0 * x * p - 2.0 * k * q),
    "eval_hermitenorm": (lambda a, x: x,           lambda k, p, q, a, x: x * p - float(k) * q),
    "eval_laguerre":    (lambda a, x: 1.0 - x,     lambda k, p, q, a, x: ((2 * k + 1 - x) * p - k * q) / (k + 1.0)),
    "eval_genlaguerre": (lambda a, x: 1.0 + a - x,
                         lambda k, p, q, a, x: ((2 * k + 1 + a - x) * p - (k + a) * q) / (k + 1.0)),
    "eval_gegenbauer":  (lambda a, x: 2.0 * a * x,
                         lambda k, p, q, a, x: (2.0 * (k + a) * x * p - (k - 1 + 2.0 * a) * q) / (k + 1.0)),
}
OTHERS: dict[str, tuple[str, float, float]] = {
    "eval_sh_chebyt":   ("eval_chebyt", 2.0, -1.0),
    "eval_sh_chebyu":   ("eval_chebyu", 2.0, -1.0),
    "eval_sh_legendre": ("eval_legendre", 2.0, -1.0),
    "eval_chebys":      ("eval_chebyu", 0.5, 0.0),
    "eval_chebyc":      ("eval_chebyt", 0.5, 0.0),
}
# fmt: on
"""Polynomials that are others of a x + b: (name, a, b)."""


def degree_of(op: Op, n: E) -> int:
    found = known_int(n)
    if found is None or not 0 <= found <= LARGEST:
        name = op.name.rpartition(".")[2]
        raise Refusal(f"CuPy has no {name}; it is written out for a degree that is known, up to {LARGEST}",
                      "give such a degree, or compile for NumPy")
    return found


def polynomial(g: Ops, name: str, degree: int, a: E, x: E) -> E:
    """By the recurrence; NaN where the variable is."""
    first, following = POLYNOMIALS[name]
    below = g("where", g("isnan", x), x, 1.0)
    made = first(a, x) if degree else below
    for k in range(1, degree):
        below, made = made, following(k, made, below, a, x)
    return made


@equivalent(*(f"special.{name}" for name in POLYNOMIALS))
def orthogonal(g: Ops, op: Op, n: E, *at: E) -> E:
    return polynomial(g, op.name.removeprefix("special."), degree_of(op, n), at[0], at[-1])


@equivalent(*(f"special.{name}" for name in OTHERS))
def of_another_variable(g: Ops, op: Op, n: E, x: E) -> E:
    name, slope, start = OTHERS[op.name.removeprefix("special.")]
    place = slope * x + start if start else slope * x
    made = polynomial(g, name, degree_of(op, n), place, place)
    return 2.0 * made if op.name.endswith("chebyc") else made
