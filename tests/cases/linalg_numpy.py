"""`numpy.linalg`: inverses, systems, factorisations, norms; vectors are compared up to what their matrix decides."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.cases import Row, normal

SQUARE = normal(3, 3) + 3.0 * np.eye(3)
OTHER = normal(3, 3, seed=1) - 2.5 * np.eye(3)
STACK = normal(2, 3, 3, seed=2) + 3.0 * np.eye(3)
TALL, WIDE, VECTOR = normal(5, 3, seed=3), normal(3, 5, seed=4), normal(3, seed=5)
SYMMETRIC = SQUARE + SQUARE.T
POSITIVE = SQUARE @ SQUARE.T
POSITIVES = STACK @ np.swapaxes(STACK, -1, -2)
REAL_SPECTRUM = np.triu(SQUARE) + 0.1 * np.tril(OTHER, -1)
"""Close to a triangular matrix with a real spectrum."""
ONE, NONE = normal(1, 1) + 2.0, np.zeros((0, 0))
FLOATS = SQUARE.astype(np.float32)
TENSOR = normal(2, 3, 6, seed=6) + np.eye(6).reshape(2, 3, 6)
T4 = normal(2, 3, 3, 4, seed=7)


def rows(text: str, *points: Any) -> list[Row]:
    return [(text, {"x": x}) for x in points]


CASES: list[Row] = [
    *(row for f in ("inv", "det", "pinv", "slogdet") for row in rows(f"np.linalg.{f}(x)", SQUARE, STACK, ONE, FLOATS)),
    *rows("np.linalg.det(x)", NONE), *rows("np.linalg.inv(x)", NONE), *rows("np.linalg.slogdet(x)[1]", OTHER),
    # systems
    *(("np.linalg.solve(x, y)", {"x": x, "y": y}) for x, y in (
        (SQUARE, VECTOR), (SQUARE, WIDE), (STACK, WIDE), (STACK, VECTOR), (ONE, ONE), (NONE, np.zeros(0)),
        (FLOATS, VECTOR.astype(np.float32)), (FLOATS, VECTOR))),
    *((f"np.linalg.lstsq(x, y{k})", {"x": x, "y": y}) for k in ("", ", rcond=1e-12") for x, y in (
        (TALL, normal(5)), (TALL, normal(5, 2)), (WIDE, VECTOR), (WIDE, normal(3, 2)), (SQUARE, VECTOR))),
    ("np.linalg.lstsq(x, y)[0]", {"x": FLOATS, "y": VECTOR.astype(np.float32)}),
    ("np.linalg.lstsq(x, y)[1]", {"x": TALL, "y": normal(5, 2)}),
    ("np.linalg.lstsq(x[:, [0, 1, 0]], y)[0]", {"x": TALL, "y": normal(5)}),
    *rows("np.linalg.pinv(x)", TALL, WIDE, normal(2, 4, 3)),
    *rows("np.linalg.pinv(x, 1e-10)", TALL), *rows("np.linalg.pinv(x, rcond=1e-8)", WIDE),
    *rows("np.linalg.pinv(x, rtol=1e-8)", WIDE), *rows("np.linalg.pinv(x, rtol=None)", WIDE),
    *rows("np.linalg.pinv(x, hermitian=True)", SYMMETRIC), *rows("np.linalg.pinv(np.outer(x, x), 1e-4)", VECTOR),
    ("np.linalg.tensorsolve(x, y)", {"x": TENSOR, "y": normal(2, 3, seed=8)}),
    ("np.linalg.tensorsolve(x, y, axes=(0,))", {"x": TENSOR.transpose(2, 0, 1), "y": normal(2, 3, seed=8)}),
    *rows("np.linalg.tensorinv(x)", TENSOR), *rows("np.linalg.tensorinv(x, ind=1)", TENSOR.transpose(2, 0, 1)),
    # factorisations
    *rows("np.linalg.cholesky(x)", POSITIVE, POSITIVES, ONE, NONE, POSITIVE.astype(np.float32)),
    *rows("np.linalg.cholesky(x, upper=True)", POSITIVE, POSITIVES),
    *rows("np.linalg.qr(x)", TALL, WIDE, SQUARE, normal(2, 4, 3), normal(2, 3, 4), ONE, FLOATS),
    *rows("np.linalg.qr(x, mode='r')", TALL, WIDE, STACK), *rows("np.linalg.qr(x, mode='complete')", WIDE, SQUARE),
    *rows("np.linalg.qr(x, 'reduced').Q", TALL),
    *rows("np.linalg.eigh(x)", SYMMETRIC, POSITIVES, ONE), *rows("np.linalg.eigh(x, UPLO='U')", SQUARE, STACK),
    *rows("np.linalg.eigvalsh(x)", SYMMETRIC, STACK, FLOATS), *rows("np.linalg.eigvalsh(x, UPLO='U')", SQUARE, STACK),
    *rows("np.linalg.eig(x)", REAL_SPECTRUM, np.stack([REAL_SPECTRUM, POSITIVE]), ONE),
    *rows("np.linalg.eigvals(x)", REAL_SPECTRUM, np.stack([REAL_SPECTRUM, POSITIVE])),
    *rows("np.linalg.svd(x, full_matrices=False)", TALL, WIDE, SQUARE, normal(2, 4, 3), normal(2, 3, 4), ONE),
    *rows("np.linalg.svd(x, compute_uv=False)", TALL, WIDE, STACK), *rows("np.linalg.svdvals(x)", TALL, WIDE, STACK),
    *rows("np.linalg.svd(x, hermitian=True)", SYMMETRIC, STACK),
    *rows("np.linalg.svd(x, compute_uv=False, hermitian=True)", SYMMETRIC, STACK),
    # products
    *((f"np.linalg.matrix_power(x, {n})", {"x": x}) for n in (-3, -1, 0, 1, 2, 3, 6) for x in (SQUARE / 4.0, STACK / 4)),
    ("np.linalg.multi_dot([x, y])", {"x": TALL, "y": VECTOR}),
    ("np.linalg.multi_dot([x, y, z])", {"x": TALL, "y": WIDE, "z": TALL}),
    ("np.linalg.multi_dot([x, y, z])", {"x": VECTOR, "y": SQUARE, "z": VECTOR}),
    ("np.linalg.multi_dot([x, y, z])", {"x": VECTOR, "y": SQUARE, "z": WIDE}),
    ("np.linalg.multi_dot([x, y, x, y, z])", {"x": TALL, "y": WIDE, "z": normal(5)}),
    ("np.linalg.vecdot(x, y)", {"x": STACK, "y": VECTOR}), ("np.linalg.vecdot(x, y, axis=0)", {"x": TALL, "y": TALL}),
    *rows("np.linalg.matrix_rank(x) * x", TALL), *rows("np.linalg.matrix_rank(x, tol=1e-3) * np.sum(x)", STACK),
    *rows("np.linalg.matrix_rank(x, hermitian=True, rtol=1e-5) * x", SYMMETRIC),
    # norms of vectors
    *((f"np.linalg.norm(x, {p})", {"x": VECTOR})
      for p in (0, 0.5, 1, 1.5, 2, 3, -1, -2, -0.5, "np.inf", "-np.inf", None)),
    *((f"np.linalg.norm(x, {p}, axis={k}, keepdims=True)", {"x": T4})
      for p, k in ((0, 1), (0.5, -1), (1, 0), (3, 2), (-2, 1), ("np.inf", 3), ("-np.inf", 0))),
    *((f"np.linalg.vector_norm(x, ord={p}, axis={k})", {"x": T4})
      for p, k in ((2, None), (3, (0, 2)), (0.5, -1), ("np.inf", (3, 1)))),
    *rows("np.linalg.vector_norm(x, axis=(2, 0), keepdims=True)", T4), *rows("np.linalg.vector_norm(x)", VECTOR),
    *rows("np.linalg.vector_norm(x, keepdims=True, ord=1)", TALL),
    # norms of matrices
    *((f"np.linalg.norm(x, {p})", {"x": x}) for x in (TALL, WIDE)
      for p in ("'fro'", "'f'", "'nuc'", 1, -1, 2, -2, "np.inf", "-np.inf", None)),
    *((f"np.linalg.norm(x, {p}, axis={k}, keepdims={keep})", {"x": T4})
      for p in ("'fro'", "'nuc'", 1, -1, 2, -2, "np.inf", "-np.inf")
      for k, keep in (((0, 2), True), ((3, 1), False), ((-2, -1), False))),
    *rows("np.linalg.norm(x, 2, keepdims=True)", TALL), *rows("np.linalg.norm(x, 'nuc')", ONE),
    *((f"np.linalg.matrix_norm(x, ord={p})", {"x": STACK}) for p in ("'fro'", "'nuc'", 1, -2, "np.inf")),
    *rows("np.linalg.matrix_norm(x, keepdims=True)", STACK),
    *((f"np.linalg.cond(x, {p})", {"x": x}) for x in (SQUARE, STACK)
      for p in (None, 2, -2, "'fro'", "'nuc'", 1, -1, "np.inf", "-np.inf")),
    *rows("np.linalg.cond(x)", TALL, WIDE, FLOATS),
]
