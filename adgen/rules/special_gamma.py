"""The gamma and beta functions of `scipy.special`, their relatives and incomplete forms; counting.

The derivative of `betaln` and `beta` needs psi(a + b) - psi(a), which is taken from a series where b is small beside
a: it would cancel. `comb`, `perm` and `factorial` of floats are those that SciPy documents, through gamma.
"""

from __future__ import annotations

import math
from typing import Any

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Const, Op
from adgen.ir.types import ArrayT, Type, is_complex
from adgen.rules import mathematics
from adgen.rules.computed import made_constant
from adgen.rules.lowering import Result, as_array, is_python_number, lowers, static
from adgen.rules.special_rows import (
    Args,
    Dots,
    binary,
    function_row,
    inverse_of,
    mixed,
    of_last,
    passive,
    probed_type,
    special,
    unary,
    with_missing,
)
from adgen.rules.table import E, Ops, Rule, add_rule
from adgen.rules.typing import dims_together

NEAR = 0.01
"""Below this ratio of the arguments a difference of digammas is taken from its series."""


def gamma_density(g: Ops, a: E, x: E) -> E:
    """x^(a - 1) exp(-x) / gamma(a) (DLMF 8.8.13)."""
    return g("exp", g("special.xlogy", a - 1.0, x) - x - g("special.gammaln", a))


def beta_density(g: Ops, a: E, b: E, x: E) -> E:
    """x^(a - 1) (1 - x)^(b - 1) / beta(a, b) (DLMF 8.17.1)."""
    log = g("special.xlogy", a - 1.0, x) + g("special.xlog1py", b - 1.0, -x)
    return g("exp", log - g("special.betaln", a, b))


def digamma_gap(g: Ops, a: E, b: E) -> E:
    """psi(a + b) - psi(a); for a small b by Taylor's series about the middle, the even terms of which cancel."""
    psi, near = "special.psi", g("abs", b) < NEAR * a
    half = 0.5 * b
    square, middle = half * half, a + half

    def term(order: int) -> E:
        return g("special.polygamma", order, middle)

    series = b * (term(1) + square * (term(3) / 6.0 + square * (term(5) / 120.0)))
    return g("where", near, series, g(psi, a + b) - g(psi, a))


def slope_of_rgamma(g: Ops, x: E, y: E) -> E:
    """-psi(x) / gamma(x); on the left, where 1 / gamma is 0 at the poles of psi, by reflection (DLMF 5.5.3)."""
    if is_complex(x.type):
        return -y * g("special.psi", x)
    left = x < 0.5
    back = g("where", left, 1.0 - x, 1.0)
    angle = math.pi * x
    reflected = g("cos", angle) - g("sin", angle) * (g("special.psi", back) / math.pi)
    return g("where", left, g("special.gamma", back) * reflected, -y * g("special.psi", g("where", left, 1.0, x)))


def next_polygamma(g: Ops, args: Args, y: E) -> E:
    return g("special.polygamma", args[0] + 1, args[1])


def next_hurwitz(g: Ops, args: Args, y: E) -> E:
    """-s zeta(s + 1, q) (DLMF 25.11.17)."""
    s, q = args
    return -s * g("special.hurwitz", s + 1.0, q)


def slope_of_factorial(g: Ops, args: Args, y: E) -> E:
    """y psi(n + 1), and 0 where SciPy extends it by 0."""
    (n,) = args
    return g("where", y.eq(0), 0.0, y * g("special.psi", n + 1.0))


def slope_of_multigammaln(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    """The sum of psi(a - (j - 1) / 2) over j = 1 ... d (DLMF 35.3.6)."""
    if dots[0] is None:
        return None
    terms = [g("special.psi", args[0] - 0.5 * j if j else args[0]) for j in range(op.attrs["d"])]
    return dots[0] * sum(terms[1:], terms[0])


def tangent_of_multifactorial(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    """Of k^((n - 1) / k) gamma(n / k + 1) / gamma(1 / k + 1), SciPy's continuation for extend="complex"."""
    if dots[0] is None:
        return None
    k = op.attrs.get("k", 2)
    return dots[0] * (ys[0] * (g("special.psi", args[0] / k + 1.0) + math.log(k)) / k)


def enter_rows() -> None:
    # fmt: off
    unary("gamma",     lambda g, x, y: y * g("special.psi", x))
    unary("rgamma",    slope_of_rgamma)
    unary("gammaln",   lambda g, x, y: g("special.psi", x))
    unary("loggamma",  lambda g, x, y: g("special.psi", x))
    unary("psi",       lambda g, x, y: g("special.polygamma", 1, x))
    passive("gammasgn")
    binary("poch",     lambda g, z, m, y: y * (g("special.psi", z + m) - g("special.psi", z)),
                       lambda g, z, m, y: y * g("special.psi", z + m))
    binary("binom",    lambda g, n, k, y: y * (g("special.psi", n + 1.0) - g("special.psi", n - k + 1.0)),
                       lambda g, n, k, y: y * (g("special.psi", n - k + 1.0) - g("special.psi", k + 1.0)))
    binary("beta",     lambda g, a, b, y: -y * digamma_gap(g, a, b),
                       lambda g, a, b, y: -y * digamma_gap(g, b, a))
    binary("betaln",   lambda g, a, b, y: -digamma_gap(g, a, b),
                       lambda g, a, b, y: -digamma_gap(g, b, a))

    of_last("gammainc",     2, lambda g, args, y: gamma_density(g, *args))
    of_last("gammaincc",    2, lambda g, args, y: -gamma_density(g, *args))
    of_last("gammaincinv",  2, inverse_of(lambda g, args: gamma_density(g, *args), 1))
    of_last("gammainccinv", 2, inverse_of(lambda g, args: -gamma_density(g, *args), 1))
    of_last("betainc",      3, lambda g, args, y: beta_density(g, *args))
    of_last("betaincc",     3, lambda g, args, y: -beta_density(g, *args))
    of_last("betaincinv",   3, inverse_of(lambda g, args: beta_density(g, *args), 2))
    of_last("betainccinv",  3, inverse_of(lambda g, args: -beta_density(g, *args), 2))
    mixed("zetac", None)
    # fmt: on
    zeta = probed_type(special.zeta)
    rows = (
        Rule("special.polygamma", polygamma_type, elementwise=True, call="scipy.special.polygamma", real=True,
             partials=with_missing("polygamma", (None, next_polygamma))),
        Rule("special.zeta", zeta, elementwise=True, call="scipy.special.zeta", partials=with_missing("zeta", (None,))),
        Rule("special.hurwitz", zeta, elementwise=True, call="scipy.special.zeta",
             partials=with_missing("zeta", (None, next_hurwitz))),
        Rule("special.multigammaln", probed_type(special.multigammaln), tangent=slope_of_multigammaln,
             elementwise=True, call="scipy.special.multigammaln"),
        Rule("special.factorial2", probed_type(special.factorial2), tangent=tangent_of_multifactorial,
             elementwise=True, call="scipy.special.factorial2"),
        Rule("special.factorialk", probed_type(special.factorialk), tangent=tangent_of_multifactorial,
             elementwise=True, call="scipy.special.factorialk"),
        Rule("special.stirling2", double_type, zero=True, elementwise=True, call="scipy.special.stirling2"),
    )
    for rule in rows:
        add_rule(rule)
    function_row("factorial", slope_of_factorial)


def polygamma_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    return ArrayT("float64", dims_together(args))


double_type = polygamma_type


def enter_math_gamma() -> None:
    """`math.gamma` and `math.lgamma`: their derivatives are SciPy's digamma."""
    mathematics.unary("lgamma", lambda g, x, y: g("special.psi", x))
    mathematics.unary("gamma", lambda g, x, y: y * g("special.psi", x))
    for name in ("lgamma", "gamma"):
        mathematics.enter_call(name, "x, /")


# Calls

def as_numpy(g: Ops, value: Any) -> E:
    """An operand as SciPy makes an array of it: of a Python number's own dtype."""
    x = as_array(g, value)
    return g("convert", x, dtype=x.dtype) if is_python_number(x) else x


def all_known(*operands: E) -> bool:
    return all(isinstance(x.atom, Const) for x in operands)


def counted(g: Ops, function: Any, exact: Any, *operands: Any, **given: Any) -> Result | None:
    """What is counted exactly, or from known numbers, at once; None where it is to be computed at run time."""
    if not bool(static(exact, "exact")) and not all_known(*(as_array(g, x) for x in operands)):
        return None
    known = [static(x, "an argument of an exact count") for x in operands]
    try:
        return made_constant(g, function(*known, exact=bool(static(exact, "exact")), **given))
    except (TypeError, ValueError) as error:
        raise Refusal(f"{function.__name__} fails: {error}", "call it as its documentation says") from None


def continuation(extend: Any) -> dict[str, Any]:
    """The keyword `extend`, which older SciPy lacks, where it is not the default."""
    chosen = static(extend, "extend")
    return {} if chosen == "zero" else {"extend": chosen}


def enter_calls() -> None:
    @lowers(special.polygamma, "n, x", name="scipy.special.polygamma")
    def lower_polygamma(g: Ops, n: Any, x: Any) -> Result:
        return g("special.polygamma", as_array(g, n), as_array(g, x))

    @lowers(special.zeta, "x, q=None", name="scipy.special.zeta")
    def lower_zeta(g: Ops, x: Any, q: Any) -> Result:
        if q is None:
            return g("special.zeta", as_array(g, x))
        return g("special.hurwitz", as_array(g, x), as_array(g, q))

    @lowers(special.multigammaln, "a, d", name="scipy.special.multigammaln")
    def lower_multigammaln(g: Ops, a: Any, d: Any) -> Result:
        return g("special.multigammaln", as_array(g, a), d=int(static(d, "d")))

    _ = lower_polygamma, lower_zeta, lower_multigammaln


def enter_counts() -> None:
    @lowers(special.comb, "N, k, *, exact=False, repetition=False", name="scipy.special.comb")
    def lower_comb(g: Ops, N: Any, k: Any, exact: Any, repetition: Any) -> Result:
        again = bool(static(repetition, "repetition"))
        known = counted(g, special.comb, exact, N, k, repetition=again)
        if known is not None:
            return known
        n, m = as_numpy(g, N), as_numpy(g, k)
        if again:
            value = g("special.binom", n + m - 1, m)
            return g("where", g("logical_and", m.eq(0), n >= 0), 1.0, value)
        return counted_where(g, n, m, g("special.binom", n, m))

    @lowers(special.perm, "N, k, exact=False", name="scipy.special.perm")
    def lower_perm(g: Ops, N: Any, k: Any, exact: Any) -> Result:
        known = counted(g, special.perm, exact, N, k)
        if known is not None:
            return known
        n, m = as_numpy(g, N), as_numpy(g, k)
        return counted_where(g, n, m, g("special.poch", n - m + 1, m))

    @lowers(special.factorial, "n, exact=False, extend='zero'", name="scipy.special.factorial")
    def lower_factorial(g: Ops, n: Any, exact: Any, extend: Any) -> Result:
        given = continuation(extend)
        known = counted(g, special.factorial, exact, n, **given)
        return g("special.factorial", as_array(g, n), **given) if known is None else known

    @lowers(special.factorial2, "n, exact=False, extend='zero'", name="scipy.special.factorial2")
    def lower_factorial2(g: Ops, n: Any, exact: Any, extend: Any) -> Result:
        given = continuation(extend)
        known = counted(g, special.factorial2, exact, n, **given)
        return g("special.factorial2", as_array(g, n), **given) if known is None else known

    @lowers(special.factorialk, "n, k, exact=False, extend='zero'", name="scipy.special.factorialk")
    def lower_factorialk(g: Ops, n: Any, k: Any, exact: Any, extend: Any) -> Result:
        given = {"k": static(k, "k"), **continuation(extend)}
        known = counted(g, special.factorialk, exact, n, **given)
        return g("special.factorialk", as_array(g, n), **given) if known is None else known

    _ = lower_comb, lower_perm, lower_factorial, lower_factorial2, lower_factorialk


def enter_stirling() -> None:
    @lowers(special.stirling2, "N, K, *, exact=False", name="scipy.special.stirling2")
    def lower(g: Ops, N: Any, K: Any, exact: Any) -> Result:
        known = counted(g, special.stirling2, exact, N, K)
        return g("special.stirling2", as_array(g, N), as_array(g, K)) if known is None else known

    _ = lower


def counted_where(g: Ops, n: E, k: E, value: E) -> E:
    """The value for 0 <= k <= n, else 0."""
    inside = g("logical_and", g("logical_and", k <= n, n >= 0), k >= 0)
    return g("where", inside, value, 0.0)


if special is not None:
    enter_rows()
    enter_math_gamma()
    enter_calls()
    enter_counts()
    if hasattr(special, "stirling2"):
        enter_stirling()
