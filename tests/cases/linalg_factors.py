"""Factorisations of `scipy.linalg`."""

from __future__ import annotations

import numpy as np

from tests.cases import Row, normal
from tests.cases.linalg_numpy import (
    ONE,
    POSITIVE,
    POSITIVES,
    REAL_SPECTRUM,
    SQUARE,
    STACK,
    SYMMETRIC,
    TALL,
    VECTOR,
    WIDE,
    rows,
)

SP = "scipy.linalg"
MASS = POSITIVE + np.eye(3)
WELL = SYMMETRIC + np.diag([0.0, 3.0, 7.0])
"""With eigenvalues that lie apart."""

CASES: list[Row] = [
    *rows(f"{SP}.qr(x)", SQUARE, WIDE, ONE), *rows(f"{SP}.qr(x, mode='economic', check_finite=False)", TALL, WIDE),
    *rows(f"{SP}.qr(x, mode='r')", SQUARE, WIDE), *rows(f"{SP}.qr(x, mode='economic', pivoting=True)[:2]", TALL, WIDE),
    *rows(f"{SP}.qr(x, pivoting=True)[1]", SQUARE), *rows(f"{SP}.qr(x, mode='r', pivoting=True)[0]", WIDE),
    *rows(f"{SP}.rq(x)", SQUARE, TALL, ONE), *rows(f"{SP}.rq(x, mode='economic')", TALL, WIDE),
    *rows(f"{SP}.rq(x, mode='r', overwrite_a=False)", SQUARE),
    *rows(f"{SP}.svd(x, full_matrices=False)", TALL, WIDE, SQUARE), *rows(f"{SP}.svd(x)", SQUARE),
    *rows(f"{SP}.svd(x, full_matrices=False, lapack_driver='gesvd')", TALL),
    *rows(f"{SP}.svd(x, compute_uv=False)", TALL, STACK), *rows(f"{SP}.svdvals(x)", TALL, WIDE, STACK),
    *rows(f"{SP}.eigh(x)", WELL, ONE), *rows(f"{SP}.eigh(x, lower=False)", SQUARE),
    *rows(f"{SP}.eigh(x, eigvals_only=True)", WELL, STACK), *rows(f"{SP}.eigh(x, driver='evd')", WELL),
    *rows(f"{SP}.eigh(x, subset_by_index=[1, 2])", WELL), *rows(f"{SP}.eigvalsh(x, subset_by_index=(0, 1))", WELL),
    *((f"{SP}.{f}(x, y{k})", {"x": WELL, "y": MASS}) for f in ("eigh", "eigvalsh")
      for k in ("", ", lower=False", ", subset_by_index=(1, 1)")),
    *rows(f"{SP}.eigvalsh(x)", WELL, STACK),
    *((f"{SP}.{f}(x, y)", {"x": normal(4), "y": normal(3, seed=1)}) for f in ("eigh_tridiagonal", "eigvalsh_tridiagonal")),
    (f"{SP}.eigh_tridiagonal(x, y, eigvals_only=True)", {"x": VECTOR, "y": normal(2)}),
    *rows(f"{SP}.eig(x)[1]", REAL_SPECTRUM), *rows(f"{SP}.eig(x)[0]", REAL_SPECTRUM), *rows(f"{SP}.eigvals(x)", SQUARE, STACK),
    *rows(f"{SP}.eig(x, right=False)", SQUARE),
    *(row for side in ("right", "left") for row in rows(f"{SP}.polar(x, side='{side}')", SQUARE, TALL, WIDE)),
    *rows(f"{SP}.polar(x)", ONE), *rows(f"{SP}.qr(x, mode='economic')", normal(2, 4, 3), normal(2, 3, 4)),
    *rows(f"{SP}.rq(x, mode='economic')", normal(2, 4, 3)), *rows(f"{SP}.svd(x, full_matrices=False)", normal(2, 4, 3)),
    *rows(f"{SP}.eigh(x)", POSITIVES),
]
