"""Systems and triangular factors of `scipy.linalg`."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.cases import Row, normal
from tests.cases.linalg_numpy import (
    FLOATS,
    NONE,
    ONE,
    POSITIVE,
    POSITIVES,
    SQUARE,
    STACK,
    SYMMETRIC,
    TALL,
    VECTOR,
    WIDE,
    rows,
)

SP = "scipy.linalg"
STRUCTURES = ("gen", "sym", "her", "pos", "symmetric", "hermitian", "positive definite", "upper triangular",
              "lower triangular", "diagonal")
BAND = np.triu(np.tril(SQUARE, 1), -1)
PIVOTED = SQUARE[[2, 0, 1]]


def with_y(text: str, x: Any, *ys: Any) -> list[Row]:
    return [(text, {"x": x, "y": y}) for y in ys]


CASES: list[Row] = [
    *rows(f"{SP}.inv(x)", SQUARE, STACK, ONE, FLOATS, NONE), *rows(f"{SP}.det(x)", SQUARE, STACK, ONE, FLOATS),
    *(row for kind in STRUCTURES[:4] for row in rows(f"{SP}.inv(x, assume_a={kind!r}, lower=True)", POSITIVE)),
    *rows(f"{SP}.inv(x, assume_a='upper triangular', check_finite=False)", np.triu(SQUARE)),
    *rows(f"{SP}.inv(x, assume_a='lower triangular')", np.tril(SQUARE)), *rows(f"{SP}.inv(x, assume_a='sym')", SYMMETRIC),
    *with_y(f"{SP}.solve(x, y)", SQUARE, VECTOR, WIDE, normal(2, 3, 4)), *with_y(f"{SP}.solve(x, y)", STACK, VECTOR, WIDE),
    *with_y(f"{SP}.solve(x, y, transposed=True)", SQUARE, WIDE),
    *(row for kind in STRUCTURES for row in with_y(f"{SP}.solve(x, y, assume_a={kind!r})", POSITIVE, VECTOR)),
    *(row for kind in STRUCTURES[1:4] for row in with_y(f"{SP}.solve(x, y, lower=True, assume_a={kind!r})", POSITIVE, WIDE)),
    *with_y(f"{SP}.solve(x, y, assume_a='tridiagonal', overwrite_a=False, check_finite=False)", BAND, VECTOR),
    *with_y(f"{SP}.solve(x, y, assume_a='banded')", BAND, VECTOR),
    *with_y(f"{SP}.solve(x, y, assume_a='upper triangular', transposed=True)", SQUARE, VECTOR),
    *rows(f"{SP}.pinv(x)", TALL, WIDE, FLOATS, normal(2, 4, 3)), *rows(f"{SP}.pinv(x, rtol=1e-8, return_rank=True)", TALL),
    *rows(f"{SP}.pinv(x, atol=1e-8)", WIDE), *rows(f"{SP}.pinvh(x)", SYMMETRIC, POSITIVES),
    *rows(f"{SP}.pinvh(x, rtol=1e-9, lower=False, return_rank=True)", SQUARE), *rows(f"{SP}.pinvh(x, atol=1e-9)", SQUARE),
    *with_y(f"{SP}.lstsq(x, y)", TALL, normal(5), normal(5, 2)), *with_y(f"{SP}.lstsq(x, y)[0]", WIDE, VECTOR),
    *with_y(f"{SP}.lstsq(x, y)[1]", TALL, normal(5, 2)), *with_y(f"{SP}.lstsq(x, y, cond=1e-9)[0]", SQUARE, VECTOR),
    *with_y(f"{SP}.lstsq(x[:, [0, 1, 0]], y)[0]", TALL, normal(5)),
    *with_y(f"{SP}.lstsq(x, y, lapack_driver='gelss')[3]", TALL, normal(5, 2)),
    # Cholesky
    *rows(f"{SP}.cholesky(x)", POSITIVE, POSITIVES, FLOATS @ FLOATS.T), *rows(f"{SP}.cholesky(x, lower=True)", POSITIVE, ONE),
    *rows(f"{SP}.cho_factor(x)[0]", POSITIVE), *rows(f"{SP}.cho_factor(x, lower=True)[0]", POSITIVE),
    *with_y(f"{SP}.cho_solve({SP}.cho_factor(x), y)", POSITIVE, VECTOR, WIDE),
    *with_y(f"{SP}.cho_solve({SP}.cho_factor(x, lower=True), y)", POSITIVE, VECTOR, WIDE),
    *with_y(f"{SP}.cho_solve((x, True), y)", SQUARE, VECTOR), *with_y(f"{SP}.cho_solve((x, False), y)", STACK, WIDE),
    # triangular systems
    *(row for low in (False, True) for turn in ("0", "1", "2", "'N'", "'T'", "'C'") for unit in (False, True)
      for row in with_y(f"{SP}.solve_triangular(x, y, trans={turn}, lower={low}, unit_diagonal={unit})", SQUARE, VECTOR)),
    *with_y(f"{SP}.solve_triangular(x, y, lower=True)", STACK, VECTOR, WIDE),
    *with_y(f"{SP}.solve_triangular(x, y)", SQUARE, normal(2, 3, 4), WIDE),
    # LU
    *rows(f"{SP}.lu(x)", PIVOTED, TALL, WIDE, STACK, ONE), *rows(f"{SP}.lu(x, p_indices=True)[1:]", PIVOTED, TALL, WIDE),
    *rows(f"{SP}.lu(x, permute_l=True)", PIVOTED, TALL, WIDE), *rows(f"{SP}.lu_factor(x)[0]", PIVOTED, STACK),
    *(row for turn in (0, 1, 2) for row in with_y(f"{SP}.lu_solve({SP}.lu_factor(x), y, trans={turn})", PIVOTED, VECTOR, WIDE)),
    *with_y(f"{SP}.lu_solve({SP}.lu_factor(x), y)", STACK, WIDE),
]
