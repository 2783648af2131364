"""Values of the series of `numpy.polynomial`.

They are computed by Clenshaw's recurrence downwards from the last coefficient, b[k] = c[k] + alpha(k) b[k+1] +
beta(k+1) b[k+2], with the alpha and beta of each family's three-term recurrence (DLMF 18.9, table 18.9.1).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.polynomial as families

from adgen.library import reads


def spread(c: Any, x: Any, tensor: Any) -> Any:
    """The coefficients as floats; of rank above 1 with an axis for each of x's behind their own."""
    coefficients = np.asarray(c)
    if coefficients.dtype.kind in "iub":
        coefficients = coefficients.astype(float)
    if tensor and coefficients.ndim > 1:
        coefficients = coefficients.reshape(coefficients.shape + (1,) * np.ndim(x))
    return coefficients


def zero_of(x: Any, coefficients: Any) -> Any:
    """The zero that a recurrence starts from."""
    zero = np.zeros_like(x, dtype=np.result_type(x, coefficients))
    return zero if coefficients.ndim == 1 else zero + np.zeros_like(coefficients[0])


@reads(families.polynomial.polyval, "np.polynomial.polynomial.polyval", exact=False)
def power_series(x: Any, c: Any, tensor: Any = True) -> Any:
    coefficients = spread(c, x, tensor)
    y = zero_of(x, coefficients)
    for coefficient in coefficients[::-1]:
        y = coefficient + y * x
    return y


def clenshaw(x: Any, coefficients: Any, alpha: Callable[[Any], Any], beta: Callable[[Any], Any]) -> Any:
    """b[0] and beta(0) b[1] of the recurrence b[k] = c[k] + alpha(k) b[k+1] + beta(k + 1) b[k+2]."""
    first = second = zero_of(x, coefficients)
    for k in reversed(range(len(coefficients))):
        first, second = coefficients[k] + alpha(k) * first + second, beta(k) * first
    return first, second


@reads(families.chebyshev.chebval, "np.polynomial.chebyshev.chebval", exact=False)
def chebyshev_series(x: Any, c: Any, tensor: Any = True) -> Any:
    """The recurrence is that of the polynomials of the second kind: T[k] = U[k] - x U[k-1]."""
    first, second = clenshaw(x, spread(c, x, tensor), lambda k: 2.0 * x, lambda k: -1.0)
    return first + x * second


@reads(families.legendre.legval, "np.polynomial.legendre.legval", exact=False)
def legendre_series(x: Any, c: Any, tensor: Any = True) -> Any:
    return clenshaw(x, spread(c, x, tensor), lambda k: x * ((2 * k + 1) / (k + 1)), lambda k: -k / (k + 1))[0]


@reads(families.hermite.hermval, "np.polynomial.hermite.hermval", exact=False)
def hermite_series(x: Any, c: Any, tensor: Any = True) -> Any:
    return clenshaw(x, spread(c, x, tensor), lambda k: 2.0 * x, lambda k: -2.0 * k)[0]


@reads(families.hermite_e.hermeval, "np.polynomial.hermite_e.hermeval", exact=False)
def hermite_e_series(x: Any, c: Any, tensor: Any = True) -> Any:
    return clenshaw(x, spread(c, x, tensor), lambda k: x, lambda k: -k)[0]


@reads(families.laguerre.lagval, "np.polynomial.laguerre.lagval", exact=False)
def laguerre_series(x: Any, c: Any, tensor: Any = True) -> Any:
    return clenshaw(x, spread(c, x, tensor), lambda k: (2 * k + 1 - x) / (k + 1), lambda k: -k / (k + 1))[0]
