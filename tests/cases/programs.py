"""Ops that only programs make: lists of run-time length, loops that keep values, calls of definitions, draws."""

from __future__ import annotations

import numpy as np

from tests.cases import Row, inside, normal

KEEPING = ("kept = []", "for k in range(len(x)):", "    kept.append(np.sin(x[k]) * x[k])")
POPPING = (*KEEPING, "s = 0.5", "while len(kept) > 1:", "    s = s * kept.pop() + np.sin(s)")
RECURSIVE = ("def g(s, k):", "    return s if k <= 0 else np.sin(s) * g(s * x, k - 1) + g(0.5 * s, k - 2)")
NESTED = ("kept = []", "for k in range(n):", "    part = []", "    for j in range(k + 1):",
          "        part.append(x[j] * x[k])", "    kept.append(np.sum(np.array(part) ** 2))")
LISTED = ("kept = [x, y]", "for k in range(n):", "    kept.append(kept[k] * kept[k + 1])")
LOOP = ("s, u = x, 1.0", "for k in range(n):", "    s = np.sin(s) * y + s", "    u = u * np.sum(s)")
DRAWN = "np.random.default_rng(3)"

CASES: list[Row] = [
    ("np.array(kept) * x", {"x": normal(4)}, KEEPING),
    ("np.array(kept[::-1]) * x", {"x": normal(4)}, KEEPING),
    ("s * x", {"x": inside(4)}, POPPING),
    ("np.array(kept)", {"x": normal(4), "n": 3}, NESTED),
    ("kept[-1] + kept[2]", {"x": normal(3), "y": normal(3, seed=1), "n": 3}, LISTED),
    ("np.stack(kept)", {"x": normal(3), "y": normal(3, seed=1), "n": 3}, LISTED),
    ("g(x, n)", {"x": 0.7, "n": 4}, RECURSIVE),
    ("s * u", {"x": normal(3), "y": normal(3, seed=1), "n": 3}, LOOP),
    ("x[:i] * x[1:i + 1]", {"x": normal(6), "i": 4}),
    ("x[:i] * y[1:i + 1] * x[0]", {"x": normal(6), "y": normal(6, seed=1), "i": 4}),
    (f"{DRAWN}.normal(x, y, 3) * x", {"x": 0.3, "y": 1.2}),
    (f"{DRAWN}.uniform(x, y, 3)", {"x": 0.3, "y": 1.2}),
    (f"{DRAWN}.exponential(x, 3)", {"x": 0.3}),
    ("max(x, 2.0 * y)", {"x": 0.3, "y": 1.2}), ("min(x, 2.0 * y)", {"x": 0.3, "y": 1.2}),
    ("np.arange(2.0 * x, 5.0)", {"x": 0.3}), ("np.arange(0.5, 5.0, 1.0 * x)", {"x": 0.83}),
    ("np.heaviside(i, x)", {"x": normal(3), "i": np.array([0.0, 1.0, -2.0]).astype(int)}),
]
