"""Functions of matrices and matrix equations of `scipy.linalg`."""

from __future__ import annotations

import numpy as np

from tests.cases import Row, normal
from tests.cases.linalg_numpy import FLOATS, NONE, ONE, OTHER, POSITIVE, POSITIVES, SQUARE, STACK, WIDE, rows

SP = "scipy.linalg"
STABLE = SQUARE / 8.0
GAIN = normal(3, 2, seed=9)

CASES: list[Row] = [
    *rows(f"{SP}.expm(x)", SQUARE, STACK / 3.0, ONE, FLOATS / 4.0, NONE),
    *((f"{SP}.expm_frechet(x, y{k})", {"x": SQUARE / 2.0, "y": OTHER})
      for k in ("", ", compute_expm=False", ", method='SPS', compute_expm=False, check_finite=False")),
    (f"{SP}.expm_frechet(x, y, compute_expm=False)", {"x": STACK / 2.0, "y": OTHER}),
    *rows(f"{SP}.sqrtm(x)", POSITIVE, SQUARE, POSITIVES, ONE), *rows(f"{SP}.logm(x)", POSITIVE, SQUARE, ONE),
    *((f"{SP}.fractional_matrix_power(x, {t})", {"x": POSITIVE}) for t in (0.3, 2, -1, -0.5, 1.7)),
    (f"{SP}.fractional_matrix_power(x, t)", {"x": POSITIVE, "t": 0.4}),
    *((f"{SP}.{f}(x)", {"x": SQUARE / 3.0}) for f in ("coshm", "sinhm", "tanhm", "cosm", "sinm", "tanm", "signm")),
    (f"{SP}.solve_sylvester(x, y, z)", {"x": SQUARE, "y": POSITIVE, "z": OTHER}),
    (f"{SP}.solve_sylvester(x, y, z)", {"x": SQUARE, "y": 0.5 * normal(5, 5) + 5.0 * np.eye(5), "z": WIDE}),
    (f"{SP}.solve_sylvester(x, y, z)", {"x": STACK, "y": POSITIVE, "z": OTHER}),
    *((f"{SP}.{f}(x, y)", {"x": SQUARE, "y": OTHER}) for f in ("solve_continuous_lyapunov", "solve_lyapunov")),
    (f"{SP}.solve_continuous_lyapunov(x, y)", {"x": STACK, "y": OTHER}),
    *((f"{SP}.solve_discrete_lyapunov(x, y{k})", {"x": STABLE, "y": OTHER})
      for k in ("", ", method='direct'", ", method='bilinear'")),
    *((f"{SP}.{f}(x, y, z @ z.T, w @ w.T{k})", {"x": SQUARE / 2.0, "y": GAIN, "z": OTHER, "w": normal(2, 2) + 2.0 * np.eye(2)})
      for f in ("solve_continuous_are", "solve_discrete_are") for k in ("", ", balanced=False")),
]
