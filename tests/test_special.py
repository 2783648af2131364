"""`scipy.special`: every public name is settled, orders and shapes are refused, and edges are as they should be."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.library import READ
from adgen.rules.lowering import CALLS, REFUSED
from tests.rule_cases import Case, function_of

special = pytest.importorskip("scipy.special")

PUBLIC = [n for n in dir(special) if not n.startswith("_") and callable(getattr(special, n))]


def test_every_name_is_settled() -> None:
    """Each callable is supported in one way, or refused for a reason."""
    tables = [{id(f) for f in READ.values()} | set(READ), set(CALLS), set(REFUSED)]
    states = {name: sum(id(getattr(special, name)) in table for table in tables) for name in PUBLIC}
    assert {name: count for name, count in states.items() if count != 1} == {}


@pytest.mark.parametrize("text", [
    "jv(x, 2.0)", "yv(x, 2.0)", "kv(x, 2.0)", "hankel1(x, 2.0).real", "spherical_jn(2, 1.0) + jvp(x, 2.0)",
    "gammainc(x, 2.0)", "gammaincinv(x, 0.3)", "betainc(x, 2.0, 0.3)", "betainc(2.0, x, 0.3)", "zeta(x)",
    "zeta(x, 2.0)", "polygamma(x, 2.0)", "expn(x, 2.0)", "eval_legendre(x, 0.3)", "eval_jacobi(2, x, 1.0, 0.3)",
    "hyp2f1(x, 1.0, 2.0, 0.3)", "hyperu(x, 1.0, 2.0)", "stdtr(x, 0.3)", "fdtr(x, 3.0, 2.0)", "chdtr(x, 2.0)",
    "gdtr(1.0, x, 2.0)", "airy(1.0)[0] + pbdv(x, 2.0)[0]", "mathieu_a(2, x)", "mathieu_cem(2, x, 10.0)[0]",
    "kolmogorov(x)", "smirnov(3, x)", "elliprd(x, 1.0, 2.0)", "ncfdtrinc(3.0, 4.5, 0.3, x)", "tklmbda(0.3, x)",
    "wright_bessel(x, 1.0, 2.0)", "struve(x, 2.0)", "besselpoly(1.0, x, 1.0)", "obl_rad2(1, 2, 1.5, x)[0]",
])
def test_what_has_no_formula_is_refused(text: str) -> None:
    calls = " + ".join(f"scipy.special.{part}" for part in text.split(" + "))
    with pytest.raises(adgen.AdgenError, match="no derivative by argument|too inaccurately"):
        adgen.grad(function_of(Case(calls, {"x": 0.4})))(0.4)


def slope(text: str, x: float) -> Any:
    with np.errstate(all="ignore"):
        return adgen.grad(function_of(Case(f"scipy.special.{text}", {"x": x})))(x)


@pytest.mark.parametrize(("text", "x", "expected"), [
    ("ellipk(x)", 0.0, math.pi / 8), ("ellipe(x)", 0.0, -math.pi / 8), ("ellipkm1(x)", 1e-20, -5e19),
    ("ellipkinc(0.7, x)", 0.0, (0.7 - math.sin(0.7) * math.cos(0.7)) / 4), ("agm(x, 1.0)", 1.0, 0.5),
    ("ellipkinc(0.7, x)", 1.0, (math.sin(0.7) / math.cos(0.7) ** 2 - math.asinh(math.tan(0.7))) / 4),
    ("elliprc(x, 1.0)", 1.0, -1 / 6), ("rgamma(x)", 0.0, 1.0), ("rgamma(x)", -3.0, -6.0),
    ("spherical_jn(1, x)", 0.0, 1 / 3), ("j1(x)", 0.0, 0.5), ("jv(1, x)", 0.0, 0.5), ("beip(x)", 0.0, 0.5),
    ("sici(x)[0]", 0.0, 1.0), ("spence(x)", 1.0, -1.0), ("boxcox(2.0, x)", 0.0, math.log(2) ** 2 / 2),
    ("exprel(x)", 0.0, 0.5), ("tklmbda(x, 2.0)", 0.7, 0.0), ("tklmbda(x, 1.0)", -3.0, 0.0),
    ("pseudo_huber(x, 0.5)", 0.0, 0.5), ("pseudo_huber(0.0, x)", 0.5, 0.0), ("xlogy(0.0, x)", 0.0, 0.0),
    ("powm1(x, 2.0)", 0.0, 0.0), ("powm1(0.0, x)", 2.0, 0.0), ("diric(x, 5)", 0.0, 0.0),
    ("entr(x)", 0.0, math.inf), ("eval_legendre(3, x)", 1.0, 6.0), ("eval_chebyt(4, x)", -1.0, -16.0),
    ("eval_legendre(0, x)", -1.0, 0.0), ("legendre_p(3, x)[0]", 1.0, 6.0), ("comb(x, 5)", 3.5, 0.0),
    ("factorial(x)", -0.5, 0.0), ("expit(x)", -800.0, 0.0), ("log_expit(x)", -800.0, 1.0),
    ("log_ndtr(x)", -1e10, 1e10), ("log_ndtr(x)", 50.0, 0.0), ("cbrt(x)", 0.0, math.inf),
    ("logsumexp(np.array([x, -np.inf]))", 0.3, 1.0), ("it2j0y0(x)[0]", 0.0, 0.0),
    ("logsumexp(np.array([x, 0.3]), b=np.array([1.0, -1.0]), return_sign=True)[0]", 1.3, math.e / (math.e - 1.0)),
])
def test_edges(text: str, x: float, expected: float) -> None:
    np.testing.assert_allclose(slope(text, x), expected, rtol=1e-13, atol=1e-300)


def test_strong_zeros() -> None:
    """A zero cotangent stays zero at an infinite slope."""
    def through(x: Any, y: Any) -> Any:
        return 0.0 * special.cbrt(x) + y

    assert adgen.grad(through)(0.0, 1.0) == 0.0
