"""Keywords of the functions that make, copy, join and rearrange arrays."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.cases import Row, normal, positive

A, B, T, V, W = normal(3, 4), normal(3, 4, seed=1), normal(2, 3, 4, seed=2), normal(6, seed=3), normal(4, seed=4)
P, R, Q = positive(3, 4), 1.7, 0.6
X: dict[str, Any] = {"x": A}
XY: dict[str, Any] = {"x": A, "y": B}
XV: dict[str, Any] = {"x": V}

CASES: list[Row] = [
    # sizes and values
    *((f"np.{f}((3, 4), order='{o}') + x", X) for f in ("zeros", "ones") for o in "CF"),
    ("np.zeros((3, 4), np.float32, 'F', device='cpu', like=None) * x", X),
    ("np.empty((3, 4), order='F').shape[0] * x", X),
    ("np.zeros_like(x, order='F') + x", X), ("np.ones_like(x, np.float64, 'C', True, (3, 1), device=None) * x", X),
    ("np.empty_like(x, subok=False, order='A').size * x", X), ("np.ones_like(x, shape=4) * x", X),
    ("np.full((3, 4), y, order='F') * x", {"x": A, "y": Q}), ("np.full((3, 4), y, np.float32, 'C')", {"y": Q}),
    ("np.full_like(x, y, subok=True, shape=(2, 3, 4)) * x", {"x": A, "y": W}),
    ("np.full_like(x, y, order='F')", {"x": A, "y": Q}),
    ("np.full((3, 4), y, dtype=float, device='cpu')", {"y": W}),
    ("np.identity(4, dtype=np.float64, like=None) * x", {"x": W}),
    ("np.eye(3, 4, 1, np.float32, 'F') * x", X), ("np.eye(3, 4, -1, order='C') * x", X),
    ("np.tri(3, 4, 1, like=None) * x", X),
    ("np.arange(0, 8, 2, dtype=float, device=None) * x", {"x": W}), ("np.arange(y, step=0.5, stop=2.1)", {"y": 0.3}),
    ("np.indices((3, 4), dtype=float)[1] * x", X), ("np.indices((3, 4), sparse=True)[0] * x", X),
    ("np.indices((3, 4), np.float32, True)[1] * x", X),
    # ranges
    ("np.linspace(x, y, 5)", XY), ("np.linspace(x, y, 5, axis=-1)", {"x": A, "y": W}),
    ("np.linspace(0.0, x, 3, axis=1)", X),
    ("np.linspace(x, 1, 4, False, axis=1)", X), ("np.linspace(x, 2.0, 5, True, True)", {"x": Q}),
    ("np.linspace(x, y, 1)", XY),
    ("np.linspace(x, y, 4, retstep=True, endpoint=False)", {"x": A, "y": W}),
    ("np.linspace(x, y, n)", {"x": A, "y": Q, "n": 3}),
    ("np.linspace(x, y, 5, dtype=np.float32)", {"x": Q, "y": R}), ("np.linspace(0.0, 9.0, 4, dtype=int) * x", {"x": W}),
    ("np.linspace([0.0, 1.0], x, num=4, device='cpu')", {"x": W[:2]}), ("np.linspace(x, y, 0)", {"x": Q, "y": R}),
    ("np.logspace(x, y, 3, axis=1)", {"x": A[:2, 0], "y": W[:2]}), ("np.logspace(x, 1.0, 4, False, 2.0)", {"x": Q}),
    ("np.logspace(x, 1.0, 4, base=y)", {"x": Q, "y": R}), ("np.logspace(x, 2, 4, dtype=np.float32)", {"x": Q}),
    ("np.geomspace(x, y, 3, axis=-1)", {"x": P, "y": P[0]}), ("np.geomspace(x, y, 5, False)", {"x": P[0], "y": R}),
    ("np.geomspace(x, 3.0, 4, dtype=np.float32)", {"x": Q}),
]
