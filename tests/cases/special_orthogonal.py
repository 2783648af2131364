"""`adgen.rules.special_orthogonal` and `adgen.rules.special_calls`."""

from __future__ import annotations

import numpy as np

from adgen.rules.special_calls import NUMBERS, ROOTS, ZEROS
from tests.cases import Row, inside, normal, positive

U, X, P = inside(3, 4), normal(3, 4), positive(3, 4)
DEGREES = np.array([0, 1, 2, 5])
PLAIN = "chebyt chebyu chebyc chebys sh_chebyt sh_chebyu legendre sh_legendre hermite hermitenorm laguerre".split()
WITH = {"genlaguerre": "0.7, ", "gegenbauer": "0.7, ", "jacobi": "0.7, 1.4, ", "sh_jacobi": "2.2, 1.4, "}
POINTS = [2]
SHAPES = {"js": ", 2.2, 1.4", "j": ", 0.7, 1.4", "cg": ", 0.7", "la": ", 0.7", "gegenbauer": ", 0.7",
          "genlaguerre": ", 0.7", "jacobi": ", 0.7, 1.4", "sh_jacobi": ", 2.2, 1.4"}
"""Parameters of families of nodes."""
INTEGER = ("jn_zeros", "jnp_zeros", "jnyn_zeros", "yn_zeros", "ynp_zeros")


def nodes(name: str) -> str:
    family = name.removeprefix("roots_").removesuffix("_roots")
    return f"scipy.special.{name}(4{SHAPES.get(family, '')})[0] * x"


def zeros(name: str) -> str:
    call = f"scipy.special.{name}({'2, 3' if name in INTEGER else '3'})"
    return f"np.real(np.ravel(np.array({call}))[0]) * x"


CASES: list[Row] = [
    *((f"scipy.special.eval_{n}({k}, x)", {"x": U}) for n in PLAIN for k in (0, 1, 4)),
    *((f"scipy.special.eval_{n}(k, x)", {"x": U, "k": DEGREES}) for n in PLAIN),
    *((f"scipy.special.eval_{n}(2.5, x)", {"x": U}) for n in PLAIN if "hermite" not in n),
    *((f"scipy.special.eval_{n}({k}, {a}x)", {"x": U}) for n, a in WITH.items() for k in (0, 1, 3)),
    *((f"scipy.special.eval_{n}(k, {a}x)", {"x": U, "k": DEGREES}) for n, a in WITH.items()),
    ("scipy.special.eval_legendre(3, x)", {"x": 0.4}),
    ("scipy.special.eval_gegenbauer(3, 0, x)", {"x": U}),
    ("scipy.special.assoc_laguerre(x, 3)", {"x": P}),
    ("scipy.special.assoc_laguerre(x, 3, k=1.5)", {"x": P}),
    ("scipy.special.lpmv(1, 3, x)", {"x": U}),
    ("scipy.special.lpmv(0, 2.5, x)", {"x": U}),
    ("scipy.special.lpmv(0, 0, x)", {"x": U}),
    *((f"scipy.special.{n}(1.5, x)", {"x": X}) for n in ("pbdv", "pbvv", "pbwa")),
    *((f"scipy.special.mathieu_{n}(2, 1.5, x)", {"x": 40.0 * X}) for n in ("cem", "sem")),
    *((f"scipy.special.mathieu_mod{n}(2, 1.5, x)", {"x": P}) for n in ("cem1", "cem2", "sem1", "sem2")),
    *((f"scipy.special.{n}(2, 1.5) * x", {"x": X}) for n in ("mathieu_a", "mathieu_b")),
    *((f"scipy.special.{n}(1, 2, 1.5) * x", {"x": X}) for n in ("pro_cv", "obl_cv")),
    *((f"scipy.special.{n}(1, 2, 1.5, x)", {"x": U}) for n in ("pro_ang1", "obl_ang1", "obl_rad1")),
    ("scipy.special.pro_rad1(1, 2, 1.5, 1.0 + x)", {"x": P}),
    *((f"scipy.special.{n}(1, 2, 1.5, 3.0)[0] * x", {"x": X}) for n in ("pro_rad2", "obl_rad2")),
    *((f"scipy.special.{n}_cv(1, 2, 1.5, 8.0, 3.0)[0] * x", {"x": X}) for n in ("pro_rad2", "obl_rad2")),
    *((f"scipy.special.{n}_cv(1, 2, 1.5, scipy.special.{n[:3]}_cv(1, 2, 1.5), x)", {"x": U})
      for n in ("pro_ang1", "obl_ang1", "obl_rad1")),
    ("scipy.special.pro_rad1_cv(1, 2, 1.5, scipy.special.pro_cv(1, 2, 1.5), 1.0 + x)", {"x": P}),
    *((f"scipy.special.legendre_p(3, x{d})", {"x": U}) for d in ("", ", diff_n=0")),
    ("scipy.special.legendre_p(k, x)", {"x": U, "k": DEGREES}),
    ("scipy.special.legendre_p_all(3, x)", {"x": U}),
    ("scipy.special.assoc_legendre_p(3, 1, x)", {"x": U}),
    ("scipy.special.assoc_legendre_p(3, 1, x, norm=True)", {"x": U}),
    ("scipy.special.assoc_legendre_p(3, 1, x, branch_cut=3)", {"x": 1.0 + P}),
    ("scipy.special.assoc_legendre_p_all(2, 1, x)", {"x": U}),
    ("scipy.special.sph_legendre_p(3, 1, x)", {"x": U}),
    ("scipy.special.sph_legendre_p_all(2, 1, x)", {"x": U}),
    # known when compiling
    *((nodes(n), {"x": normal(4)}) for n in ROOTS),
    *((zeros(n), {"x": X}) for n in ZEROS),
    *((f"scipy.special.{n}(4)[2] * x", {"x": X}) for n in NUMBERS),
    ("scipy.special.mathieu_even_coef(2, 1.5)[0] * x", {"x": X}),
    ("scipy.special.mathieu_odd_coef(2, 1.5)[0] * x", {"x": X}),
    ("scipy.special.pro_cv_seq(1, 3, 1.5)[0] * x", {"x": X}),
    ("scipy.special.obl_cv_seq(1, 3, 1.5)[0] * x", {"x": X}),
    ("scipy.special.ellip_normal(5.0, 8.0, 3, 7) * x", {"x": X}),
]
