"""Calls of `scipy.special`: its ufuncs, functions that are run when compiling, others in terms of them, and what is
refused.
"""

from __future__ import annotations

from typing import Any

from adgen.ir.builder import const
from adgen.ir.core import Op
from adgen.rules import special_bessel, special_distributions, special_elliptic, special_gamma, special_orthogonal
from adgen.rules.computed import computed
from adgen.rules.lowering import CALLS, REFUSED, Result, as_array, lowers, refuses
from adgen.rules.special_rows import Args, Dots, enter_ufuncs, no_derivative, probed_type, special
from adgen.rules.table import E, Ops, Rule, add_rule

FAMILIES = (special_bessel, special_distributions, special_elliptic, special_gamma, special_orthogonal)
"""The files whose rows must be there before calls of their ufuncs are entered."""

ZEROS = (
    "ai_zeros bi_zeros bei_zeros beip_zeros ber_zeros berp_zeros kei_zeros keip_zeros ker_zeros kerp_zeros "
    "kelvin_zeros jn_zeros jnp_zeros jnjnp_zeros jnyn_zeros yn_zeros ynp_zeros y0_zeros y1_zeros y1p_zeros "
    "erf_zeros fresnel_zeros fresnelc_zeros fresnels_zeros"
).split()
ROOTS = (
    "c_roots cg_roots h_roots he_roots j_roots js_roots l_roots la_roots p_roots ps_roots s_roots t_roots ts_roots "
    "u_roots us_roots roots_chebyc roots_chebys roots_chebyt roots_chebyu roots_gegenbauer roots_genlaguerre "
    "roots_hermite roots_hermitenorm roots_jacobi roots_laguerre roots_legendre roots_sh_chebyt roots_sh_chebyu "
    "roots_sh_jacobi roots_sh_legendre"
).split()
"""Nodes and weights of quadratures."""
NUMBERS = "bernoulli euler".split()
SEQUENCES = "mathieu_even_coef mathieu_odd_coef obl_cv_seq pro_cv_seq ellip_normal".split()
"""Coefficients and characteristic values."""

POLYNOMIALS = (
    "chebyc chebys chebyt chebyu gegenbauer genlaguerre hermite hermitenorm jacobi laguerre legendre sh_chebyt "
    "sh_chebyu sh_jacobi sh_legendre"
).split()
REASONS: dict[tuple[str, str], str] = {
    ("it returns the values of all lower orders at one number, by a recurrence in Fortran",
     "call the function of each order: jv, yv, pbdv, pbvv, spherical_jn, spherical_yn, or write the recurrence"):
        "lmbda pbdn_seq pbdv_seq pbvv_seq riccati_jn riccati_yn",
    ("SciPy computes Legendre functions of the second kind at one number only, with derivatives at its ends infinite",
     "write them through hyp2f1, as DLMF 14.3.7 does"):
        "lqn lqmn",
    ("its derivative is no function that SciPy has",
     "write the polynomial of its degree out"):
        "ellip_harm ellip_harm_2",
    ("it sets or asks how SciPy reports errors, which is no computation",
     "call it outside the function that is differentiated"):
        "errstate seterr geterr SpecialFunctionError SpecialFunctionWarning",
    ("it runs SciPy's own tests",
     "call it outside the function that is differentiated"):
        "test",
}


def refuse_polynomials() -> None:
    for name in POLYNOMIALS:
        if hasattr(special, name):
            refuses(getattr(special, name), f"scipy.special.{name}", "it makes an object that is a polynomial",
                    f"write eval_{name}(n, ..., x), which takes the point as well")


def refuse_others() -> None:
    for (reason, hint), names in REASONS.items():
        for name in names.split():
            if hasattr(special, name):
                refuses(getattr(special, name), f"scipy.special.{name}", reason, hint)


def compute() -> None:
    for name in (*ZEROS, *ROOTS, *NUMBERS, *SEQUENCES):
        function = getattr(special, name, None)
        if function is not None and id(function) not in CALLS and id(function) not in REFUSED:
            computed(function, f"scipy.special.{name}")


# Functions in terms of others

def tangent_diric(g: Ops, op: Op, args: Args, ys: Args, dots: Dots) -> E | None:
    """Of sin(n x / 2) / (n sin(x / 2)), and of its series about the multiples of 2 pi, where that is 0 / 0."""
    x_dot, n_dot = dots
    if n_dot is not None or x_dot is None:
        raise no_derivative("diric", 1)
    (x, n), (y,) = args, ys
    half = 0.5 * x
    s, c = g("sin", half), g("cos", half)
    near = g("abs", n * s) < 1e-2
    change = (g("cos", n * half) - y * c) / g("where", near, 1.0, 2.0 * s)
    square = n * n
    series = y * s * c * ((square - 1.0) / -6.0) * (1.0 + (s * s) * ((square + 11.0) / 15.0))
    return x_dot * g("where", near, series, change)


def enter_functions() -> None:
    add_rule(Rule("special.diric", probed_type(special.diric), tangent=tangent_diric, elementwise=True,
                  call="scipy.special.diric"))

    @lowers(special.diric, "x, n", name="scipy.special.diric")
    def lower_diric(g: Ops, x: Any, n: Any) -> Result:
        return g("special.diric", as_array(g, x), as_array(g, n))

    @lowers(special.assoc_laguerre, "x, n, k=0.0", name="scipy.special.assoc_laguerre")
    def lower_assoc_laguerre(g: Ops, x: Any, n: Any, k: Any) -> Result:
        order = as_array(g, g.wrap(const(k)) if isinstance(k, float) else k)
        return g("special.eval_genlaguerre", as_array(g, n), order, as_array(g, x))

    _ = lower_diric, lower_assoc_laguerre


if special is not None:
    enter_ufuncs()
    enter_functions()
    refuse_polynomials()
    refuse_others()
    compute()
