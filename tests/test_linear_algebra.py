"""The statements of docs/linear_algebra.md: where a derivative is not there, and which one is taken."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import scipy.linalg

import adgen
from tests.cases import normal, waves

linalg = pytest.importorskip("scipy.linalg")
A = normal(3, 3) + 3.0 * np.eye(3)
TURN = np.linalg.qr(normal(3, 3, seed=1))[0]
TWICE = TURN @ np.diag([1.0, 1.0, 4.0]) @ TURN.T
"""With an eigenvalue that is there twice."""


def slope(function: Any, x: Any, step: Any, h: float = 1e-6) -> float:
    return float((function(x + h * step) - function(x - h * step)) / (2.0 * h))


def lower_values(x):
    return np.sum(np.linalg.eigvalsh(x) ** 3)


def upper_values(x):
    return np.sum(np.linalg.eigvalsh(x, UPLO="U") ** 3)


def of_cholesky(x):
    return np.sum(np.linalg.cholesky(x) ** 3)


def of_solve(x):
    return np.sum(linalg.solve(x, np.ones(3), assume_a="pos"))


def test_what_is_read_has_a_derivative() -> None:
    definite = A @ A.T
    assert np.all(np.triu(adgen.grad(lower_values)(definite), 1) == 0.0)
    assert np.all(np.tril(adgen.grad(upper_values)(definite), -1) == 0.0)
    assert np.all(np.triu(adgen.grad(of_cholesky)(definite), 1) == 0.0)
    assert np.all(np.tril(adgen.grad(of_solve)(definite), -1) == 0.0)


def last_vector(x):
    v = np.linalg.eigh((x + x.T) / 2)[1]
    return v[0, 2] ** 2 + 3.0 * v[1, 2] * v[2, 2]


def first_vector(x):
    v = np.linalg.eigh((x + x.T) / 2)[1]
    return v[0, 0] + v[1, 0]


def test_vectors_of_simple_eigenvalues_beside_equal_ones() -> None:
    step = normal(3, 3, seed=2)
    found = float(np.sum(adgen.grad(last_vector)(TWICE) * step))
    assert np.isclose(found, slope(last_vector, TWICE, step), rtol=1e-5)
    with np.errstate(all="ignore"):
        assert not np.all(np.isfinite(adgen.grad(first_vector)(np.diag([1.0, 1.0, 4.0]))))


def test_symmetric_functions_of_equal_eigenvalues() -> None:
    np.testing.assert_allclose(adgen.grad(lower_values)(2.0 * np.eye(3)), 12.0 * np.eye(3))


def rotation(x):
    return linalg.polar(x)[0][0, 1]


def test_polar_at_equal_singular_values() -> None:
    step = normal(3, 3, seed=3)
    found = float(np.sum(adgen.grad(rotation)(2.0 * np.eye(3)) * step))
    assert np.isclose(found, slope(rotation, 2.0 * np.eye(3), step))


NORMS = ("fro", "nuc", 1, -1, 2, -2, np.inf, -np.inf)


@pytest.mark.parametrize("order", NORMS)
def test_norms_of_matrices_at_zero(order: Any) -> None:
    def norm(x):
        return np.linalg.norm(x, order)

    assert np.all(adgen.grad(norm)(np.zeros((3, 2))) == 0.0)


@pytest.mark.parametrize("order", [None, 0, 0.5, 1, 1.5, 2, 3, -1, -2.5, np.inf, -np.inf])
def test_norms_of_vectors_at_zero(order: Any) -> None:
    def norm(x):
        return np.linalg.norm(x, order)

    with np.errstate(all="ignore"):
        assert np.all(adgen.grad(norm)(np.zeros(3)) == 0.0)
        assert np.all(np.isfinite(adgen.grad(norm)(np.array([0.0, -1.0, 2.0]))))
        assert adgen.grad(norm)(np.array([0.0, -1.0, 2.0]))[0] == 0.0


def largest(x):
    return np.linalg.norm(x, np.inf) + np.linalg.norm(np.outer(x, np.ones(2)), 1)


def test_ties_share() -> None:
    np.testing.assert_allclose(adgen.grad(largest)(np.array([2.0, -2.0, 1.0])), [1.5, -1.5, 1.0])


def residual(x):
    return np.linalg.lstsq(x, np.ones(5))[1]


def test_residuals_where_the_rank_is_not_full() -> None:
    x = normal(5, 2)[:, [0, 1, 0]]
    value, dot = adgen.jvp(residual)(x, normal(5, 3))
    assert value.shape == dot.shape == (0,)


def determinant(x):
    return np.linalg.det(x)


def of_qr(x):
    return np.sum(np.linalg.qr(x)[0] ** 3)


@pytest.mark.parametrize("function", [determinant, of_qr])
def test_singular_matrices(function: Any) -> None:
    with pytest.raises(np.linalg.LinAlgError):
        adgen.grad(function)(np.diag([1.0, 2.0, 0.0]))


def vectors(x):
    return np.linalg.eigh(x)[1]


def general(x):
    return np.linalg.eig(x)


def test_phases() -> None:
    z, step = waves(3, 3), waves(3, 3, seed=1)
    v, dot = adgen.jvp(vectors)(z, step)
    np.testing.assert_allclose(np.sum(np.conj(v) * dot, axis=0), 0.0, atol=1e-13)
    _, (w_dot, v_dot) = adgen.jvp(general)(z, step)
    h = 1e-6
    ahead, behind = np.linalg.eig(z + h * step), np.linalg.eig(z - h * step)
    np.testing.assert_allclose(w_dot, (ahead[0] - behind[0]) / (2 * h), atol=1e-7)
    np.testing.assert_allclose(v_dot, (ahead[1] - behind[1]) / (2 * h), atol=1e-7)


def full_basis(x):
    return np.linalg.svd(x)[0]


def complete(x):
    return np.linalg.qr(x, mode="complete")[0]


def default_qr(x):
    return linalg.qr(x)[0]


def kernel(x):
    return linalg.null_space(x)


def overwritten(x):
    return linalg.inv(x, overwrite_a=True)


@pytest.mark.parametrize("function", [full_basis, complete, default_qr, kernel, overwritten])
def test_refused(function: Any) -> None:
    with pytest.raises(adgen.AdgenError) as caught:
        adgen.vjp(function)(normal(5, 3), normal(5, 5))
    assert all(problem.hint for problem in caught.value.problems)


def half_precision(x):
    return np.linalg.inv(x)


def test_half_precision_is_refused() -> None:
    with pytest.raises(adgen.AdgenError, match="float16"):
        adgen.jvp(half_precision)(np.eye(3, dtype=np.float16), np.eye(3, dtype=np.float16))


def values(x):
    return np.sum(np.linalg.eigvals(x))


def values_of_complex(x):
    return np.sum(np.abs(np.linalg.eigvals(x.astype(complex))))


def root(x):
    return np.sum(linalg.sqrtm(x))


def logarithm(x):
    return np.sum(linalg.logm(x))


@pytest.mark.parametrize("function", [values, root, logarithm])
def test_complex_results_of_real_matrices(function: Any) -> None:
    spiral = np.array([[-1.0, 2.0, 0.0], [-2.0, -1.0, 0.0], [0.0, 0.0, -3.0]])
    with pytest.raises(AssertionError, match="astype"):
        adgen.grad(function)(spiral)
    assert np.all(np.isfinite(adgen.grad(values_of_complex)(spiral)))


def scipy_norm(x):
    return linalg.norm(x, 1) + 2.0 * linalg.norm(x, np.inf)


def test_norms_by_lapack() -> None:
    step = normal(3, 3, seed=4)
    found = float(np.sum(adgen.grad(scipy_norm)(A) * step))
    assert np.isclose(found, slope(scipy_norm, A, step))
    with pytest.raises(adgen.AdgenError, match="layout"):
        adgen.grad(scipy_norm)(A.astype(np.float32))


def test_the_mixed_derivative_of_a_power() -> None:
    """By the matrix and by the exponent."""
    weights, square = (np.random.default_rng(k).normal(size=(3, 3)) for k in (3, 1))
    x, t, h = square @ square.T + np.eye(3), 0.4, 1e-6

    def f(x: Any, t: Any) -> Any:
        return np.sum(weights * scipy.linalg.fractional_matrix_power(x, t))

    slope = adgen.grad(f)
    expected = (slope(x, t + h) - slope(x, t - h)) / (2 * h)
    np.testing.assert_allclose(adgen.jvp(slope, argnums=1)(x, t, 1.0)[1], expected, rtol=1e-7)
