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

COORDINATES = np.array([0.0, 0.4, 1.1, 1.3])
MATRIX = ("'mean'", "'maximum'", "'minimum'", "'median'", "'linear_ramp'", "'reflect', reflect_type='odd'",
          "'symmetric', reflect_type='odd'")

CASES += [
    # pad
    *((f"np.pad(x, ((2, 1), (0, 2)), {mode})", X) for mode in MATRIX),
    *((f"np.pad(x, 2, {mode})", {"x": V}) for mode in (*MATRIX, "'edge'", "'reflect'", "'symmetric'", "'wrap'")),
    *((f"np.pad(x, (1, 2), {mode}, stat_length=2)", X) for mode in ("'mean'", "'maximum'", "'median'")),
    ("np.pad(x, 1, mode='mean', stat_length=((1, 2), (3, 9)))", X),
    ("np.pad(x, 1, 'minimum', stat_length=(1, 2))", X),
    ("np.pad(x, (2, 3), 'linear_ramp', end_values=(y, 0.5))", {"x": V, "y": Q}),
    ("np.pad(x, 1, 'linear_ramp', end_values=y)", {"x": A, "y": Q}),
    ("np.pad(x, 1, constant_values=((y, 1.0), (2, y)))", {"x": A, "y": Q}),
    ("np.pad(x, ((1,), (2,)), constant_values=(0.0, y))", {"x": A, "y": Q}),
    ("np.pad(x, (1, 2), constant_values=y)", {"x": V, "y": Q}),
    ("np.pad(x, [(0, 1), (2, 0)], 'constant', constant_values=3)", X),
    ("np.pad(x, 1, 'reflect', reflect_type='even')", X),
    ("np.pad(k, 1, constant_values=(2, 3)) * x", {"k": np.array([1, 2]), "x": W}),
    # differences
    ("np.diff(x, prepend=y)", {"x": A, "y": Q}), ("np.diff(x, 1, 0, y, 2.0)", {"x": A, "y": B[:2]}),
    ("np.diff(x, n=0)", X),
    ("np.diff(x, 2, append=y, axis=0)", {"x": A, "y": Q}), ("np.diff(x, prepend=x[:1], append=0)", XV),
    ("np.ediff1d(x, y, 1.5)", {"x": A, "y": W}), ("np.ediff1d(x, to_begin=y)", {"x": V, "y": Q}),
    ("np.ediff1d(x, to_end=[1, 2])", X),
    *((f"np.gradient(x{more})", X) for more in ("", ", 0.5", ", 0.5, 2.0", ", axis=-1, edge_order=2", ", axis=(1, 0)")),
    ("np.gradient(x, y)", {"x": V, "y": Q}), ("np.gradient(x, y, edge_order=2)", {"x": V, "y": Q}),
    ("np.gradient(x, y, axis=1)", {"x": A, "y": COORDINATES}), ("np.gradient(x, y)", {"x": W, "y": COORDINATES}),
    ("np.gradient(x, y, edge_order=2, axis=-1)", {"x": A, "y": COORDINATES}),
    ("np.gradient(x, 0.3, y)", {"x": A, "y": COORDINATES}),
    ("np.gradient(x, y, axis=0)", {"x": A, "y": COORDINATES[:3]}),
    ("np.gradient(x, [0, 1, 2, 3], axis=1, edge_order=2)", X),
    ("np.gradient(k) * x", {"k": np.array([1, 4, 9]), "x": W[:3]}),
    # copies and casts
    *((f"np.{f}(x, order='{o}') * y", XY) for f in ("copy", "array")
      for o in "CFKA"), ("x.copy('F') * y", XY), ("x.copy(order='K') * y", XY),
    ("np.copy(x, subok=True)", X), ("np.copy([x, y], 'F')", {"x": Q, "y": R}),
    ("np.array([x, [1.0, 2.0]], order='F')", {"x": W[:2]}),
    *((f"x.astype(np.float32, order='{o}')", X) for o in "CFKA"), ("x.astype(float, copy=False) * 2.0", X),
    ("x.astype(np.float32, 'K', 'same_kind', True, True)", X), ("np.astype(x, np.float64, copy=False) * 2.0", X),
    ("np.astype(x, np.float32, copy=True, device=None)", X), ("np.asarray(x, np.float32, 'C', device='cpu')", X),
    ("np.asarray(x, order='K', copy=True, like=None) * y", XY), ("np.asanyarray(x, float, order='A') * y", XY),
    ("np.ascontiguousarray(x, np.float32, like=None)", X), ("np.array(x, ndmin=3)", X),
    ("np.array(x, np.float32, ndmin=1)", X),
    ("np.array(x, copy=None, ndmin=2) * y", {"x": V, "y": Q}), ("np.array(x, copy=False, subok=True) * y", XY),
    ("np.array([x, y], dtype=float, ndmin=2)", {"x": Q, "y": R}), ("np.array(x, ndmax=0, like=None) * y", XY),
    ("np.meshgrid(x, y, sparse=True)", {"x": V, "y": W}),
    ("np.meshgrid(x, y, indexing='ij', copy=True)", {"x": V, "y": W}),
    ("np.meshgrid(x, y, sparse=True, indexing='ij')[0] * y", {"x": V, "y": W}),
]
