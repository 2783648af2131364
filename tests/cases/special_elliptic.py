"""`adgen.rules.special_elliptic`."""

from __future__ import annotations

import numpy as np

from tests.cases import Row, inside, normal, positive

P, U, X = positive(3, 4), inside(3, 4), normal(3, 4)
ANGLES = np.array([-4.0, -1.0, 0.3, 1.4, 2.0, 5.0])

CASES: list[Row] = [
    *((f"scipy.special.{n}(x)", {"x": U}) for n in ("ellipk", "ellipkm1", "ellipe")),
    *((f"scipy.special.{n}(x)", {"x": np.array([-2.0, -0.5, 0.0])}) for n in ("ellipk", "ellipe")),
    *((f"scipy.special.{n}(x, 0.4)", {"x": ANGLES}) for n in ("ellipkinc", "ellipeinc")),
    *((f"scipy.special.{n}(x, y)", {"x": 0.3 * X, "y": U[0]}) for n in ("ellipkinc", "ellipeinc")),
    *((f"scipy.special.{n}(0.8, x)", {"x": np.array([-1.0, 0.0, 0.5])}) for n in ("ellipkinc", "ellipeinc")),
    *((f"scipy.special.{n}(x, y)", {"x": ANGLES, "y": inside(6)}) for n in ("ellipkinc", "ellipeinc")),
    ("scipy.special.ellipj(x, 0.4)", {"x": X}),
    ("scipy.special.ellipj(x, y)", {"x": X, "y": U[0]}),
    ("scipy.special.elliprc(x, y)", {"x": P, "y": positive(4, seed=1)}),
    ("scipy.special.elliprc(x, y)", {"x": P, "y": -positive(4, seed=1)}),
    ("scipy.special.elliprc(x, y)", {"x": np.ones(2), "y": 1.0}),
    ("scipy.special.elliprf(x, y, z)", {"x": P, "y": positive(4, seed=1), "z": positive(3, 1, seed=2)}),
    ("scipy.special.elliprf(x, 1.0, 1.0)", {"x": np.ones(2)}),
    ("scipy.special.elliprg(x, y, z)", {"x": P, "y": positive(4, seed=1), "z": positive(3, 1, seed=2)}),
    ("scipy.special.elliprg(x, 1.0, 1.0)", {"x": np.ones(2)}),
    ("scipy.special.elliprd(1.0, 2.0, 3.0) * x", {"x": X}),
    ("scipy.special.elliprj(1.0, 2.0, 3.0, 4.0) * x", {"x": X}),
    ("scipy.special.agm(x, y)", {"x": P, "y": positive(4, seed=1)}),
    ("scipy.special.agm(x, 1.0)", {"x": np.ones(2)}),
    ("scipy.special.agm(-x, -y)", {"x": 0.7, "y": 2.0}),
    ("scipy.special.hyp0f1(1.5, x)", {"x": X}),
    ("scipy.special.hyp1f1(0.7, 1.9, x)", {"x": X}),
    ("scipy.special.hyp1f1(1, 2, x)", {"x": X}),
    ("scipy.special.hyp2f1(0.7, 1.9, 2.2, x)", {"x": 0.8 * U}),
    ("scipy.special.hyp2f1(-2, 1, 2, x)", {"x": X}),
    ("scipy.special.hyperu(0.7, 1.9, x)", {"x": P}),
    ("scipy.special.wright_bessel(0.5, 1.2, x)", {"x": P}),
    ("scipy.special.log_wright_bessel(0.5, 1.2, x)", {"x": P}),
    ("scipy.special.diric(x, 4)", {"x": X}),
    ("scipy.special.diric(x, 5)", {"x": np.array([0.0, 1e-4, 0.01, 2.0 * np.pi, -3.0])}),
]
