"""`adgen.library.polynomials` and `adgen.library.series`."""

from __future__ import annotations

from tests.cases import Row, normal, positive, waves

Z = waves(4, seed=8)
P, Q, X = normal(4), normal(3, seed=2), normal(3, 2, seed=1)
SERIES = ("polynomial.polyval", "chebyshev.chebval", "legendre.legval", "hermite.hermval", "hermite_e.hermeval",
          "laguerre.lagval")

CASES: list[Row] = [
    ("np.polyval(p, x)", {"p": P, "x": X}),
    ("np.polyval(z, x)", {"z": Z, "x": X}),
    ("np.polyadd(z, p)", {"z": Z, "p": Q}),
    ("np.polymul(z, p)", {"z": Z, "p": Q}),
    ("np.polydiv(z, p)[0]", {"z": Z, "p": Q}),
    ("np.polyint(np.polyder(z))", {"z": Z}),
    ("np.polynomial.chebyshev.chebval(x, z)", {"x": X, "z": Z}),
    ("np.poly(x)", {"x": P}),
    ("np.poly([x, 1.0])", {"x": 1.3}),
    ("np.polyadd(p, q)", {"p": P, "q": Q}),
    ("np.polyadd(p, q)", {"p": Q, "q": P}),
    ("np.polyadd(p, 2.0)", {"p": Q}),
    ("np.polysub(p, q)", {"p": P, "q": Q}),
    ("np.polymul(p, q)", {"p": P, "q": Q}),
    ("np.polymul([0.0, 0.0, 1.0], p)", {"p": P}),
    ("np.polydiv(p, q)[0]", {"p": P, "q": Q}),
    ("np.polydiv(p, q)[1]", {"p": P, "q": Q}),
    ("np.polydiv(q, p)[1]", {"p": P, "q": Q}),
    ("np.polyder(p)", {"p": P}),
    ("np.polyder(p, 2)", {"p": P}),
    ("np.polyder(p, 0)", {"p": P}),
    ("np.polyint(p)", {"p": P}),
    ("np.polyint(p, k=c)", {"p": P, "c": 0.3}),
    ("np.polyint(p, 2, c)", {"p": P, "c": normal(2, seed=3)}),
    ("np.polyfit(x, y, 2)", {"x": normal(6), "y": normal(6, seed=1)}),
    ("np.polyfit(x, y, 1, w=w)", {"x": normal(6), "y": normal(6, seed=1), "w": positive(6)}),
    ("np.polyfit(x, y, 2, w=w)", {"x": normal(6), "y": normal(6, 2, seed=1), "w": positive(6)}),
    *((f"np.polynomial.{f}(x, c)", {"x": X, "c": P}) for f in SERIES),
    *((f"np.polynomial.{f}(x, c)", {"x": 0.3, "c": P}) for f in SERIES),
    *((f"np.polynomial.{f}(x, c)", {"x": X, "c": normal(4, 2, seed=5)}) for f in SERIES),
    *((f"np.polynomial.{f}(x, c, tensor=False)", {"x": normal(2), "c": normal(4, 2, seed=5)}) for f in SERIES),
    ("np.polynomial.legendre.legval(x, [1, 2, 3])", {"x": X}),
]
