"""Covariances and correlations of `numpy`."""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.library import reads


def adjoint(x: Any) -> Any:
    return np.conjugate(x.T) if np.iscomplexobj(x) else x.T


def of_dtype(x: Any, dtype: Any) -> Any:
    return x if x.dtype == dtype else x.astype(dtype)


@reads(np.cov, "np.cov")
def cov(m: Any, y: Any = None, rowvar: Any = True, bias: Any = False, ddof: Any = None,
        fweights: Any = None, aweights: Any = None, *, dtype: Any = None) -> Any:
    """A row is a variable, a column an observation. With weights w, centred at their mean, the divisor is
    sum(w) - ddof sum(w aweights) / sum(w)."""
    if dtype is None:
        dtype = np.result_type(m, np.float64) if y is None else np.result_type(m, y, np.float64)
    x = of_dtype(np.atleast_2d(m), dtype)
    if not rowvar and np.ndim(m) != 1:
        x = x.T
    if y is not None:
        other = np.atleast_2d(y)
        if not rowvar and np.ndim(y) != 1:
            other = other.T
        x = np.concatenate((x, of_dtype(other, dtype)), axis=0)
    if ddof is None:
        ddof = 0 if bias else 1
    if fweights is None and aweights is None:
        centred = x - np.mean(x, axis=1, keepdims=True)
        product = np.dot(centred, adjoint(centred))
        divisor = x.shape[1] - ddof
    else:
        if aweights is not None:
            aweights = of_dtype(np.asarray(aweights), float)
        weights = aweights if fweights is None else fweights if aweights is None else fweights * aweights
        if np.iscomplexobj(x):
            weights = weights.astype(x.dtype)
        whole = np.sum(weights)
        centred = x - np.sum(x * weights, axis=1, keepdims=True) / whole
        product = np.dot(centred, adjoint(centred * weights))
        if ddof == 0:
            divisor = whole
        elif aweights is None:
            divisor = whole - ddof
        else:
            divisor = whole - ddof * np.sum(weights * aweights) / whole
    if ddof not in (0, 1) and not np.iscomplexobj(divisor):
        divisor = max(divisor, 0.0)
    made = product * np.true_divide(1, divisor)
    if y is not None:
        return made
    return np.reshape(made, ()) if np.ndim(m) < 2 else np.squeeze(made)


@reads(np.corrcoef, "np.corrcoef")
def corrcoef(x: Any, y: Any = None, rowvar: Any = True, *, dtype: Any = None) -> Any:
    c = np.cov(x, y, rowvar, dtype=dtype)
    if c.ndim == 0:
        return c / c
    scale = np.sqrt(np.real(np.diag(c)))
    made = c / scale[:, None] / scale[None, :]
    if np.iscomplexobj(made):
        return np.clip(np.real(made), -1.0, 1.0) + 1j * np.clip(np.imag(made), -1.0, 1.0)
    return np.clip(made, -1.0, 1.0)
