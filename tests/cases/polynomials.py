"""`adgen.library.polynomials`."""

from __future__ import annotations

from tests.cases import Row, normal

CASES: list[Row] = [
    ("np.polyval(p, x)", {"p": normal(4), "x": normal(3, 2, seed=1)}),
]
