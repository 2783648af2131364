"""`adgen.rules.computed`."""

from __future__ import annotations

from tests.cases import Row, normal

CASES: list[Row] = [
    *((f"np.{name}(5) * x", {"x": normal(5)}) for name in ("hanning", "hamming", "bartlett", "blackman")),
    ("np.kaiser(5, 8.6) * x", {"x": normal(5)}),
    ("np.hanning(len(x)) * x", {"x": normal(5)}),
    ("np.hanning(n) * x", {"x": normal(5), "n": 5}),
]
