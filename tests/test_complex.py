"""Conventions of complex derivatives: descent, projection to real, holomorphic functions, dtypes, refusals."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import adgen

Z = np.array([0.3 + 0.8j, -1.2 + 0.1j, 0.5 - 0.7j])


def test_a_step_against_the_gradient_descends() -> None:
    def f(z: Any) -> Any:
        return np.sum(np.abs(z - (1.0 + 2.0j)) ** 2)

    z = Z.copy()
    for _ in range(60):
        z -= 0.25 * adgen.grad(f)(z)
    np.testing.assert_allclose(z, 1.0 + 2.0j, atol=1e-12)


def test_the_gradient_is_the_real_derivative_plus_i_times_the_imaginary_one() -> None:
    def f(z: Any) -> Any:
        return np.sum(np.real(z) ** 2 * np.imag(z))

    np.testing.assert_allclose(adgen.grad(f)(Z), 2.0 * Z.real * Z.imag + 1j * Z.real**2)


def test_a_real_argument_has_a_real_gradient() -> None:
    def f(x: Any) -> Any:
        return np.sum(np.abs(np.exp(1j * x) + x) ** 2)

    gradient = adgen.grad(f)(Z.real)
    assert gradient.dtype == np.float64
    h = 1e-6
    moved = [(f(Z.real + h * e) - f(Z.real - h * e)) / (2 * h) for e in np.eye(3)]
    np.testing.assert_allclose(gradient, moved, rtol=1e-8)


def test_at_zero_the_modulus_has_derivative_zero() -> None:
    gradient = adgen.grad(lambda z: np.sum(np.abs(z)))(np.zeros(2, complex))
    np.testing.assert_array_equal(gradient, np.zeros(2))
    tangent = adgen.jvp(lambda z: np.abs(z))(np.zeros(2, complex), np.ones(2, complex))[1]
    np.testing.assert_array_equal(tangent, np.zeros(2))


@pytest.mark.parametrize("dtype, real", [(np.complex64, np.float32), (np.complex128, np.float64)])
def test_dtypes(dtype: Any, real: Any) -> None:
    def f(z: Any, x: Any) -> Any:
        return np.sum(np.abs(z * x) ** 2)

    bars = adgen.grad(f, argnums=(0, 1))(Z.astype(dtype), np.ones(3, real))
    assert [b.dtype for b in bars] == [dtype, real]


def test_holomorphic() -> None:
    def f(z: Any) -> Any:
        return np.sum(np.exp(z) * z**2)

    slope = adgen.grad(f, holomorphic=True)
    np.testing.assert_allclose(slope(Z), np.exp(Z) * (Z**2 + 2.0 * Z))
    assert "conj" not in slope.source


def test_holomorphic_matches_jvp_along_any_direction() -> None:
    def f(z: Any) -> Any:
        return np.sum(np.convolve(z, 1j * z) ** 2) / np.prod(z)

    slope = adgen.grad(f, holomorphic=True)(Z)
    for direction in (np.ones(3) + 0j, 1j * np.array([1.0, -2.0, 0.5])):
        np.testing.assert_allclose(adgen.jvp(f)(Z, direction)[1], np.sum(slope * direction))


def modulus(z: Any) -> Any:
    return np.sum(np.abs(z) * 1j)


def crossed(z: Any) -> Any:
    return np.vdot(z, z * 1j)


def square(z: Any) -> Any:
    return np.sum(z * z)


@pytest.mark.parametrize("function, options, message", [
    (square, {}, "needs a real result"),
    (modulus, {"holomorphic": True}, "not complex differentiable"),
    (crossed, {"holomorphic": True}, "not complex differentiable"),
    (lambda z: np.sum(np.abs(z)), {"holomorphic": True}, "needs a complex result"),
    (lambda z: np.max(np.real(z)) + np.sum(np.real(np.maximum(z, 1j))), {}, "maximum of complex numbers"),
])
def test_refusals(function: Any, options: dict[str, Any], message: str) -> None:
    with pytest.raises(adgen.AdgenError, match=message):
        adgen.grad(function, **options)(Z)


def test_a_real_argument_of_a_holomorphic_function_is_refused() -> None:
    with pytest.raises(adgen.AdgenError, match="needs complex arguments"):
        adgen.grad(lambda x: np.sum(x * 1j), holomorphic=True)(np.ones(2))


def test_a_store_through_a_part_is_refused() -> None:
    def f(z: Any) -> Any:
        z = z * 1.0
        z.imag[0] = 2.0
        return np.sum(np.abs(z))

    with pytest.raises(adgen.AdgenError, match="copy"):
        adgen.grad(f)(Z)


def test_order_two() -> None:
    """The Hessian of |z|^4 along v is linear in v over the reals, and symmetric."""
    def f(z: Any) -> Any:
        return np.sum(np.abs(z) ** 4)

    v, w = Z[::-1] * 1j, Z * (2.0 - 1.0j)
    hv, hw = adgen.hvp(f)(Z, v), adgen.hvp(f)(Z, w)
    np.testing.assert_allclose(np.vdot(w, hv).real, np.vdot(hw, v).real)
    h = 1e-6
    slope = adgen.grad(f)
    np.testing.assert_allclose(hv, (slope(Z + h * v) - slope(Z - h * v)) / (2 * h), rtol=1e-7)


def test_control_flow() -> None:
    """Carries, branches and lists of complex numbers."""
    def f(z: Any, n: int) -> Any:
        w = 0j
        parts = []
        for k in range(n):
            w = w * w + z[k]
            if np.abs(w) > 1.0:
                w = w / 2.0
            parts.append(np.abs(w))
        return np.sum(np.array(parts) ** 2)

    gradient, h = adgen.grad(f)(Z, 3), 1e-6
    for d in (1.0, 1j):
        for k in range(3):
            e = h * d * np.eye(3)[k]
            along = (f(Z + e, 3) - f(Z - e, 3)) / (2 * h)
            np.testing.assert_allclose((np.conj(gradient[k]) * d).real, along, rtol=1e-6, atol=1e-8)
