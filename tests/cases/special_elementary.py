"""`adgen.rules.special`: elementary functions, error functions, exponential integrals, entropies, sums."""

from __future__ import annotations

import numpy as np

from tests.cases import Row, inside, normal, positive

X, P, U = normal(3, 4), positive(3, 4), inside(3, 4)
NAMES_ANY = "erfi sindg cosdg exprel wrightomega erfcx dawsn fresnel log_ndtr".split()
NAMES_POSITIVE = "cbrt sici shichi spence".split()

CASES: list[Row] = [
    *((f"scipy.special.{n}(x)", {"x": X}) for n in NAMES_ANY),
    *((f"scipy.special.{n}(x)", {"x": 0.3}) for n in NAMES_ANY),
    *((f"scipy.special.{n}(x)", {"x": P}) for n in NAMES_POSITIVE),
    ("scipy.special.spence(x)", {"x": np.array([1.0, 0.3, 2.0])}),
    ("scipy.special.sici(x)[0]", {"x": np.array([0.0, -0.5, 2.0])}),
    ("scipy.special.shichi(x)[0]", {"x": np.array([0.0, -0.5, 2.0])}),
    ("scipy.special.erfcx(x)", {"x": np.array([29.0, 31.0, 300.0])}),
    ("scipy.special.dawsn(x)", {"x": np.array([-31.0, 29.0, 31.0, 300.0])}),
    ("scipy.special.tandg(x)", {"x": np.array([10.0, 40.0, -70.0])}),
    ("scipy.special.cotdg(x)", {"x": np.array([10.0, 40.0, -70.0])}),
    ("scipy.special.ndtri_exp(x)", {"x": -P}),
    ("1e6 * scipy.special.radian(1.0, 2.0, x)", {"x": X}),
    ("scipy.special.radian(x, y, z)", {"x": X, "y": P[0], "z": normal(3, 1, seed=2)}),
    ("scipy.special.round(x) * x", {"x": np.array([0.3, 1.7])}),
    ("scipy.special.owens_t(x, y)", {"x": X, "y": normal(4, seed=1)}),
    ("scipy.special.owens_t(x, y)", {"x": 0.3, "y": 0.8}),
    ("scipy.special.powm1(x, y)", {"x": P, "y": normal(4, seed=1)}),
    ("scipy.special.expn(2, x)", {"x": P}),
    ("scipy.special.expn(1, x)", {"x": P}),
    ("scipy.special.expn(0, x)", {"x": P}),
    ("scipy.special.expn(n, x)", {"x": P, "n": np.array([0, 1, 2, 5])}),
    *((f"scipy.special.{n}(x, y)", {"x": P, "y": y})
      for n in ("boxcox", "boxcox1p") for y in (normal(4, seed=1), 0.3, np.zeros(4))),
    *((f"scipy.special.{n}(x, y)", {"x": U, "y": y})
      for n in ("inv_boxcox", "inv_boxcox1p") for y in (inside(4, seed=1), 0.3)),
    ("scipy.special.pseudo_huber(x, y)", {"x": P, "y": normal(4, seed=1)}),
    ("scipy.special.pseudo_huber(0.7, x)", {"x": np.array([0.0, 1.0, -2.0])}),
    ("scipy.special.sinc(x)", {"x": X}),
    # sums of exponentials
    ("scipy.special.logsumexp(x, b=y)", {"x": X, "y": P}),
    ("scipy.special.logsumexp(x, axis=1, b=y)", {"x": X, "y": positive(4, seed=1)}),
    ("scipy.special.logsumexp(x, axis=0, b=y, keepdims=True)", {"x": X, "y": positive(3, 1, seed=1)}),
    ("scipy.special.logsumexp(x, axis=1, b=y, return_sign=True)", {"x": X, "y": normal(3, 4, seed=3)}),
    ("scipy.special.logsumexp(x, axis=1, return_sign=True)", {"x": X}),
    ("scipy.special.logsumexp(x, return_sign=True, keepdims=True)", {"x": X}),
    ("scipy.special.logsumexp(x, b=2.0)", {"x": X}),
    ("scipy.special.logsumexp(x, b=m, axis=-1)", {"x": X, "m": np.array([1.0, 0.0, 2.0, 1.0]) > 0.5}),
    ("scipy.special.logsumexp(x, axis=(0, 1), b=y)", {"x": normal(2, 3, 4), "y": positive(3, 4)}),
    ("scipy.special.softmax(x, axis=(0, 1))", {"x": X}),
    ("scipy.special.log_softmax(x, axis=(0, 1))", {"x": X}),
]
