"""Functions of `scipy.special` of complex numbers, or with complex results."""

from __future__ import annotations

import numpy as np

from tests.cases import Row, inside, normal, positive, waves

Z, X, P = waves(3, 4), normal(3, 4), positive(3, 4)
W = 0.4 * Z + 1.2
PLAIN = ("erf erfc erfcx erfi wofz ndtr log_ndtr exp1 expi expm1 log1p spence wrightomega fresnel sici "
         "shichi loggamma airy").split()
ORDERS = "jv yv iv kv hankel1 hankel1e hankel2 hankel2e".split()
POLYNOMIALS = "chebyt chebyu chebyc chebys sh_chebyt sh_chebyu legendre sh_legendre laguerre".split()

CASES: list[Row] = [
    *((f"scipy.special.{n}(z)", {"z": W}) for n in PLAIN),
    *((f"scipy.special.{n}(1.5, z)", {"z": W}) for n in ORDERS),
    *((f"scipy.special.{n}(2, x)", {"x": P}) for n in ("hankel1", "hankel2")),
    *((f"scipy.special.{n}(1.5, z, 2)", {"z": W}) for n in ("h1vp", "h2vp", "jvp", "ivp")),
    *((f"scipy.special.{n}(2, x)", {"x": P}) for n in ("h1vp", "h2vp")),
    *((f"scipy.special.spherical_{n}n(2, z)", {"z": W}) for n in "jyik"),
    *((f"scipy.special.eval_{n}(3, z)", {"z": Z}) for n in POLYNOMIALS),
    ("scipy.special.eval_genlaguerre(3, 0.7, z)", {"z": Z}),
    ("scipy.special.eval_gegenbauer(3, 0.7, z)", {"z": Z}),
    ("scipy.special.eval_jacobi(3, 0.7, 1.4, z)", {"z": Z}),
    ("scipy.special.eval_sh_jacobi(3, 2.2, 1.4, z)", {"z": Z}),
    ("scipy.special.hyp0f1(1.5, z)", {"z": Z}),
    ("scipy.special.hyp1f1(0.7, 1.9, z)", {"z": Z}),
    ("scipy.special.hyp2f1(0.7, 1.9, 2.2, z)", {"z": 0.3 * Z}),
    ("scipy.special.xlogy(z, y)", {"z": W, "y": waves(4, seed=1) + 2.0}),
    ("scipy.special.xlog1py(z, y)", {"z": W, "y": waves(4, seed=1) + 2.0}),
    ("scipy.special.lambertw(z)", {"z": W}),
    ("scipy.special.lambertw(z, k=1)", {"z": W}),
    ("scipy.special.lambertw(x).real", {"x": P}),
    ("scipy.special.lambertw(x).real", {"x": np.array([0.0, 0.3, 2.0])}),
    ("np.real(scipy.special.lambertw(-0.36 * x, -1, tol=1e-10))", {"x": inside(3, 4)}),
    ("scipy.special.lambertw(x).real", {"x": 0.8}),
    ("scipy.special.wofz(x + 0.5j).real", {"x": X}),
    ("scipy.special.voigt_profile(x, y, z)", {"x": X, "y": P[0], "z": positive(3, 1, seed=2)}),
    ("scipy.special.voigt_profile(x, 1.0, 0.5)", {"x": 0.3}),
    ("scipy.special.modfresnelp(x)", {"x": P}),
    ("scipy.special.modfresnelm(x)", {"x": P}),
    ("scipy.special.kelvin(x)", {"x": P}),
    ("scipy.special.sph_harm_y(3, 1, x, y)", {"x": 3.0 * inside(3, 4), "y": normal(4, seed=1)}),
    ("scipy.special.sph_harm_y(2, -2, x, y)", {"x": np.array([-1.2, 0.3, 4.0]), "y": 0.4}),
    ("scipy.special.sph_harm_y(n, m, x, 0.3)", {"x": 1.2, "n": np.array([0, 1, 2, 3]), "m": np.array([0, -1, 2, 1])}),
]
