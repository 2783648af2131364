"""Linear algebra of complex matrices. Of eigenvectors and singular vectors, what does not depend on their phases."""

from __future__ import annotations

import numpy as np

from tests.cases import Row, waves
from tests.cases.linalg_numpy import SQUARE, TALL, VECTOR, rows

SP = "scipy.linalg"
Z = waves(3, 3) + 3.0 * np.eye(3)
ZS = waves(2, 3, 3, seed=1) + 3.0 * np.eye(3)
HIGH, LONG, V = waves(5, 3, seed=2), waves(3, 5, seed=3), waves(3, seed=4)
HERMITIAN = Z + np.conj(Z.T) + np.diag([0.0, 3.0, 7.0])
POSITIVE = Z @ np.conj(Z.T)
POSITIVES = ZS @ np.conj(np.swapaxes(ZS, 1, 2))
BANDS = waves(3, 5, seed=5) + np.array([[0.0], [5.0], [0.0]])
UPPER = np.triu(waves(3, 5, seed=6), 0) * 0.5 + np.array([[0.0], [0.0], [5.0]])
FIVE = waves(5, seed=7)

CASES: list[Row] = [
    *(row for f in ("inv", "det", "pinv", "slogdet", "cholesky")
      for row in rows(f"np.linalg.{f}(x)", POSITIVE, POSITIVES)),
    *(row for f in ("inv", "det", "slogdet") for row in rows(f"np.linalg.{f}(x)", Z, ZS)),
    *(("np.linalg.solve(x, y)", {"x": x, "y": y}) for x, y in (
        (Z, V), (ZS, LONG), (Z, VECTOR), (SQUARE, V), (ZS, V))),
    *rows("np.linalg.pinv(x)", HIGH, LONG), *rows("np.linalg.pinv(x, hermitian=True)", HERMITIAN),
    ("np.linalg.lstsq(x, y)", {"x": HIGH, "y": waves(5, 2)}), ("np.linalg.lstsq(x, y)", {"x": TALL, "y": FIVE}),
    *rows("np.linalg.cholesky(x, upper=True)", POSITIVE), *rows("np.linalg.qr(x)", HIGH, LONG, Z, waves(2, 4, 3)),
    *rows("np.linalg.qr(x, mode='r')", LONG), *rows("np.linalg.eigvalsh(x)", HERMITIAN, ZS),
    *rows("np.linalg.eigvalsh(x, UPLO='U')", Z), *rows("np.linalg.eigh(x)[0]", HERMITIAN),
    *rows("np.abs(np.linalg.eigh(x)[1])", HERMITIAN), *rows("np.abs(np.linalg.eigh(x, UPLO='U')[1])", Z),
    *rows("np.linalg.eig(x)", Z, ZS), *rows("np.linalg.eigvals(x)", Z, ZS),
    *rows("np.linalg.eig(x.astype(complex))", SQUARE),
    *rows("np.linalg.svdvals(x)", HIGH, LONG, ZS),
    *rows("np.abs(np.linalg.svd(x, full_matrices=False)[0])", HIGH, LONG, Z),
    *rows("np.abs(np.linalg.svd(x, full_matrices=False).Vh)", HIGH, LONG),
    *rows("np.linalg.svd(x, full_matrices=False)[0] @ np.linalg.svd(x, full_matrices=False)[2]", HIGH, LONG),
    *rows("np.linalg.matrix_power(x, 3)", Z), *rows("np.linalg.matrix_power(x, -2)", ZS),
    ("np.linalg.multi_dot([x, y, z])", {"x": HIGH, "y": LONG, "z": TALL}),
    ("np.linalg.multi_dot([x, y, z])", {"x": V, "y": Z, "z": VECTOR}),
    ("np.linalg.vecdot(x, y)", {"x": ZS, "y": V}), ("np.linalg.tensorsolve(x, y)", {"x": Z, "y": V}),
    *((f"np.linalg.norm(x, {p})", {"x": V}) for p in (None, 0.5, 1, 2, 3, -1, "np.inf", "-np.inf")),
    *((f"np.linalg.norm(x, {p})", {"x": HIGH}) for p in (None, "'nuc'", 1, -1, 2, -2, "np.inf")),
    *((f"np.linalg.cond(x, {p})", {"x": Z}) for p in (None, -2, "'fro'", 1, "'nuc'")),
    # SciPy
    *(row for f in ("inv", "det", "pinv", "cholesky", "pinvh") for row in rows(f"{SP}.{f}(x)", POSITIVE, POSITIVES)),
    *((f"{SP}.inv(x, assume_a={k!r})", {"x": POSITIVE}) for k in ("sym", "her", "pos")),
    *((f"{SP}.solve(x, y{k})", {"x": POSITIVE, "y": V}) for k in (
        "", ", assume_a='sym'", ", assume_a='her', lower=True", ", assume_a='pos'", ", assume_a='upper triangular'")),
    (f"{SP}.solve(x, y)", {"x": SQUARE, "y": V}),
    *((f"{SP}.cho_solve({SP}.cho_factor(x{k}), y)", {"x": POSITIVE, "y": V}) for k in ("", ", lower=True")),
    *((f"{SP}.solve_triangular(x, y, trans={t}, lower=True)", {"x": Z, "y": V}) for t in (0, 1, 2)),
    *((f"{SP}.lu_solve({SP}.lu_factor(x), y, trans={t})", {"x": Z[[2, 0, 1]], "y": V}) for t in (0, 1, 2)),
    *rows(f"{SP}.lu(x)[1:]", HIGH, LONG, Z), *rows(f"{SP}.qr(x, mode='economic')", HIGH, LONG),
    *rows(f"{SP}.rq(x, mode='economic')", HIGH, LONG), *rows(f"{SP}.svdvals(x)", HIGH),
    *rows(f"{SP}.polar(x)", HIGH, LONG, Z),
    *rows(f"{SP}.polar(x, side='left')", LONG), *rows(f"{SP}.eig(x)", Z), *rows(f"{SP}.eigvals(x)", Z),
    (f"np.abs({SP}.eigh(x, y)[1])", {"x": HERMITIAN, "y": POSITIVE}),
    (f"{SP}.eigvalsh(x, y, lower=False)", {"x": HERMITIAN, "y": POSITIVE}),
    *rows(f"np.abs({SP}.eigh(x, subset_by_index=[0, 1])[1])", HERMITIAN),
    *((f"{SP}.{f}(x)", {"x": Z / 3.0}) for f in ("expm", "sqrtm", "logm", "cosm", "sinm", "tanm", "coshm", "tanhm")),
    (f"{SP}.fractional_matrix_power(x, 0.3)", {"x": Z}), (f"{SP}.expm_frechet(x, y)", {"x": Z / 2.0, "y": HERMITIAN}),
    *rows(f"{SP}.sqrtm(x.astype(complex))", -SQUARE),
    (f"{SP}.solve_sylvester(x, y, z)", {"x": Z, "y": POSITIVE, "z": HERMITIAN}),
    (f"{SP}.solve_continuous_lyapunov(x, y)", {"x": Z, "y": waves(3, 3, seed=8)}),
    (f"{SP}.solve_discrete_lyapunov(x, y)", {"x": Z / 8.0, "y": waves(3, 3, seed=8)}),
    *((f"{SP}.{f}(x, y, z @ z.conj().T, w @ w.conj().T)",
       {"x": Z / 2.0, "y": waves(3, 2), "z": HERMITIAN, "w": waves(2, 2) + 2.0 * np.eye(2)})
      for f in ("solve_continuous_are", "solve_discrete_are")),
    (f"{SP}.solve_banded((1, 1), x, y)", {"x": BANDS, "y": FIVE}),
    (f"{SP}.solveh_banded(x, y)", {"x": UPPER, "y": FIVE}),
    (f"{SP}.solve_toeplitz((x, y), z)", {"x": FIVE + np.eye(5)[0] * 6.0, "y": FIVE[::-1], "z": FIVE}),
    (f"{SP}.matmul_toeplitz(x, y)", {"x": FIVE, "y": V[[0, 1, 2, 0, 1]]}),
    (f"{SP}.toeplitz(x)", {"x": FIVE}), (f"{SP}.orthogonal_procrustes(x, y)", {"x": HIGH, "y": HIGH[::-1]}),
    *rows(f"{SP}.norm(x)", V, HIGH),
]
