"""Structured matrices of `scipy.linalg`: banded systems, Toeplitz matrices, matrices made of vectors, queries."""

from __future__ import annotations

import numpy as np

from tests.cases import Row, normal
from tests.cases.linalg_numpy import ONE, OTHER, SQUARE, TALL, VECTOR, WIDE, rows

SP = "scipy.linalg"
BANDS = normal(3, 5, seed=3) + np.array([[0.0], [4.0], [0.0]])
FIVE, FOUR = normal(5, seed=4), normal(4, seed=5)
UPPER = np.array([[0.0], [0.0], [6.0]]) + normal(3, 5, seed=6)
DOMINANT = FIVE + np.array([6.0, 0.0, 0.0, 0.0, 0.0])

CASES: list[Row] = [
    *((f"{SP}.solve_banded((1, 1), x, y)", {"x": BANDS, "y": y}) for y in (FIVE, normal(5, 2))),
    (f"{SP}.solve_banded((0, 2), x, y)", {"x": UPPER, "y": FIVE}),
    (f"{SP}.solve_banded((2, 0), x, y, check_finite=False)", {"x": UPPER[::-1], "y": FIVE}),
    *((f"{SP}.solveh_banded(x, y)", {"x": x, "y": y}) for x in (UPPER, UPPER[1:]) for y in (FIVE, normal(5, 2))),
    (f"{SP}.solveh_banded(x, y, lower=True)", {"x": UPPER[::-1], "y": FIVE}),
    *((f"{SP}.solve_toeplitz(x, y)", {"x": DOMINANT, "y": y}) for y in (FIVE, normal(5, 2))),
    *((f"{SP}.solve_toeplitz((x, y), z, check_finite=False)", {"x": DOMINANT, "y": FIVE[::-1], "z": z})
      for z in (FIVE, normal(5, 2))),
    *((f"{SP}.matmul_toeplitz(x, y)", {"x": FIVE, "y": y}) for y in (FIVE, normal(5, 2))),
    *((f"{SP}.matmul_toeplitz((x, y), z)", {"x": FIVE, "y": FOUR, "z": z}) for z in (FOUR, normal(4, 2))),
    *rows(f"{SP}.toeplitz(x)", FIVE), (f"{SP}.toeplitz(x, y)", {"x": FIVE, "y": FOUR}),
    *rows(f"{SP}.hankel(x)", FIVE), (f"{SP}.hankel(x, y)", {"x": FIVE, "y": FOUR}), *rows(f"{SP}.circulant(x)", FIVE),
    *((f"{SP}.convolution_matrix(x, {n}, mode={m!r})", {"x": FIVE}) for n in (3, 7) for m in ("full", "same", "valid")),
    *rows(f"{SP}.companion(x)", DOMINANT), (f"{SP}.leslie(x, y)", {"x": FIVE, "y": FOUR}), *rows(f"{SP}.fiedler(x)", FIVE),
    *rows(f"{SP}.fiedler_companion(x)", DOMINANT, normal(4), VECTOR), *rows(f"{SP}.diagsvd(x, 5, 3)", VECTOR),
    *rows(f"{SP}.diagsvd(x, 3, 4)", VECTOR), (f"{SP}.khatri_rao(x, y)", {"x": TALL, "y": SQUARE}),
    (f"{SP}.block_diag(x, y)", {"x": TALL, "y": WIDE}), (f"{SP}.block_diag(x, y, 1.0)", {"x": VECTOR, "y": ONE}),
    (f"{SP}.orthogonal_procrustes(x, y)", {"x": TALL, "y": normal(5, 3, seed=8)}),
    (f"{SP}.orthogonal_procrustes(x, y, check_finite=False)[0]", {"x": SQUARE, "y": OTHER}),
    *((f"{SP}.subspace_angles(x, y)", {"x": TALL[:, :2], "y": normal(5, k, seed=9)}) for k in (1, 2)),
    (f"{SP}.subspace_angles(x, y)", {"x": normal(5, 1), "y": TALL}),
    *((f"{SP}.norm(x{k})", {"x": x}) for x in (VECTOR, TALL)
      for k in ("", ", 2", ", -np.inf", ", -1", ", 1, axis=0", ", np.inf, keepdims=True")),
    *rows(f"{SP}.norm(x, 'fro', axis=(0, 1), keepdims=True)", TALL), *rows(f"{SP}.norm(x, 3, axis=0)", TALL),
    *rows(f"{SP}.norm(x, 'nuc', check_finite=False)", TALL),
    *rows(f"np.sum({SP}.bandwidth(x)) * x", SQUARE), *((f"{SP}.{f}(i{k}) * x", {"x": TALL, "i": np.arange(9).reshape(3, 3)})
      for f in ("issymmetric", "ishermitian") for k in ("", ", atol=9.0, rtol=0.0")),
    *((f"{SP}.{f}(3) @ x", {"x": VECTOR}) for f in ("hilbert", "invhilbert", "pascal", "invpascal")),
    (f"{SP}.hadamard(4) @ x", {"x": FOUR}), (f"{SP}.helmert(3) @ x", {"x": VECTOR}),
    (f"np.real({SP}.dft(3) @ x)", {"x": VECTOR}),
]
