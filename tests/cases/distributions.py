"""`adgen.library.distributions`."""

from __future__ import annotations

from tests.cases import Row, normal, positive

CASES: list[Row] = [
    ("scipy.stats.norm.logpdf(x, m, s)", {"x": normal(3, 4), "m": normal(4, seed=1), "s": positive(3, 1, seed=2)}),
    ("scipy.stats.norm.logpdf(x)", {"x": 0.3}),
]
