"""Functions of `scipy.linalg` that are formulas in others: trigonometric functions, structured matrices, subspaces.

A matrix with a structure (`toeplitz`, `hankel`, ...) is made of vectors; stacks of those are refused.
"""

from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from adgen.library import reads, refuse

sp: Any = importlib.import_module("scipy.linalg")


# Functions of matrices

@reads(sp.coshm, "scipy.linalg.coshm", exact=False)
def coshm(A: Any) -> Any:
    return 0.5 * (sp.expm(A) + sp.expm(-A))


@reads(sp.sinhm, "scipy.linalg.sinhm", exact=False)
def sinhm(A: Any) -> Any:
    return 0.5 * (sp.expm(A) - sp.expm(-A))


@reads(sp.tanhm, "scipy.linalg.tanhm", exact=False)
def tanhm(A: Any) -> Any:
    plus, minus = sp.expm(A), sp.expm(-A)
    return sp.solve(plus + minus, plus - minus)


@reads(sp.cosm, "scipy.linalg.cosm", exact=False)
def cosm(A: Any) -> Any:
    if np.iscomplexobj(A):
        return 0.5 * (sp.expm(1j * A) + sp.expm(-1j * A))
    return np.real(sp.expm(1j * A))


@reads(sp.sinm, "scipy.linalg.sinm", exact=False)
def sinm(A: Any) -> Any:
    if np.iscomplexobj(A):
        return -0.5j * (sp.expm(1j * A) - sp.expm(-1j * A))
    return np.imag(sp.expm(1j * A))


@reads(sp.tanm, "scipy.linalg.tanm", exact=False)
def tanm(A: Any) -> Any:
    if np.iscomplexobj(A):
        plus, minus = sp.expm(1j * A), sp.expm(-1j * A)
        return sp.solve(plus + minus, -1j * (plus - minus))
    turned = sp.expm(1j * A)
    return sp.solve(np.real(turned), np.imag(turned))


@reads(sp.signm, "scipy.linalg.signm", exact=False)
def signm(A: Any) -> Any:
    return sp.solve(sp.sqrtm(A @ A), A)


# Structured matrices

def vector(x: Any, name: str) -> Any:
    if np.ndim(x) != 1:
        refuse(f"scipy.linalg.{name} takes arrays of rank 1 here", "loop over the rows")
    return np.asarray(x)


@reads(sp.toeplitz, "scipy.linalg.toeplitz")
def toeplitz(c: Any, r: Any = None) -> Any:
    column = vector(c, "toeplitz")
    row = np.conj(column) if r is None else vector(r, "toeplitz")
    values = np.concatenate((column[::-1], row[1:]))
    return values[len(column) - 1 - np.arange(len(column))[:, None] + np.arange(len(row))]


@reads(sp.hankel, "scipy.linalg.hankel")
def hankel(c: Any, r: Any = None) -> Any:
    column = vector(c, "hankel")
    row = np.zeros_like(column) if r is None else vector(r, "hankel")
    values = np.concatenate((column, row[1:]))
    return values[np.arange(len(column))[:, None] + np.arange(len(row))]


@reads(sp.circulant, "scipy.linalg.circulant")
def circulant(c: Any) -> Any:
    column = vector(c, "circulant")
    places = np.arange(len(column))
    return column[places[:, None] - places]


@reads(sp.convolution_matrix, "scipy.linalg.convolution_matrix")
def convolution_matrix(a: Any, n: int, mode: str = "full") -> Any:
    values = np.pad(vector(a, "convolution_matrix"), n - 1)
    m = len(a)
    rows, start = m + n - 1, 0
    if mode == "same":
        rows, start = max(m, n), (min(n, m) - 1) // 2
    elif mode == "valid":
        rows, start = max(m, n) - min(m, n) + 1, min(n, m) - 1
    elif mode != "full":
        refuse(f"scipy.linalg.convolution_matrix has no mode {mode!r}", "use 'full', 'same' or 'valid'")
    return values[start + n - 1 + np.arange(rows)[:, None] - np.arange(n)]


@reads(sp.companion, "scipy.linalg.companion")
def companion(a: Any) -> Any:
    values = vector(a, "companion")
    first = -values[1:] / (1.0 * values[0])
    n = len(first)
    return np.concatenate((first[None, :], np.eye(n - 1, n, dtype=first.dtype)))


@reads(sp.leslie, "scipy.linalg.leslie")
def leslie(f: Any, s: Any) -> Any:
    births, survival = vector(f, "leslie"), vector(s, "leslie")
    n = len(births)
    made = np.zeros((n, n), dtype=(births[0] + survival[0]).dtype)
    made[0] = births
    made[np.arange(1, n), np.arange(n - 1)] = survival
    return made


@reads(sp.fiedler, "scipy.linalg.fiedler")
def fiedler(a: Any) -> Any:
    values = vector(a, "fiedler")
    return np.abs(values[:, None] - values)


@reads(sp.fiedler_companion, "scipy.linalg.fiedler_companion")
def fiedler_companion(a: Any) -> Any:
    values = vector(a, "fiedler_companion")
    values = values / values[0]
    n = len(values) - 1
    made = np.zeros((n, n), dtype=values.dtype)
    made[np.arange(3, n, 2), np.arange(1, n - 2, 2)] = 1.0
    made[np.arange(2, n, 2), np.arange(1, n - 1, 2)] = -values[3::2]
    made[np.arange(0, n - 2, 2), np.arange(2, n, 2)] = 1.0
    made[np.arange(0, n - 1, 2), np.arange(1, n, 2)] = -values[2::2]
    made[0, 0] = -values[1]
    made[1, 0] = 1.0
    return made


@reads(sp.khatri_rao, "scipy.linalg.khatri_rao")
def khatri_rao(a: Any, b: Any) -> Any:
    if np.ndim(a) != 2 or np.ndim(b) != 2:
        refuse("scipy.linalg.khatri_rao takes two matrices", "loop over the stack")
    return (a[:, None, :] * b[None, :, :]).reshape(-1, a.shape[1])


@reads(sp.diagsvd, "scipy.linalg.diagsvd")
def diagsvd(s: Any, M: int, N: int) -> Any:
    values = vector(s, "diagsvd")
    made = np.zeros((M, N), dtype=values.dtype)
    places = np.arange(len(values))
    made[places, places] = values
    return made


# Subspaces

@reads(sp.orthogonal_procrustes, "scipy.linalg.orthogonal_procrustes", exact=False)
def orthogonal_procrustes(A: Any, B: Any, check_finite: bool = True) -> Any:
    """The orthogonal factor of A^H B, whose derivative holds where singular values are equal."""
    rotation, stretch = sp.polar(np.conj(A).T @ B)
    return rotation, np.real(np.trace(stretch))


@reads(sp.subspace_angles, "scipy.linalg.subspace_angles", exact=False)
def subspace_angles(A: Any, B: Any) -> Any:
    """As SciPy, with bases by QR: matrices of full column rank. Small angles by their sines, large by their cosines."""
    first, second = np.linalg.qr(A)[0], np.linalg.qr(B)[0]
    if first.shape[1] < second.shape[1]:
        first, second = second, first
    overlap = np.conj(first).T @ second
    cosines = sp.svdvals(overlap)
    sines = sp.svdvals(second - first @ overlap)
    small = np.arcsin(np.minimum(sines, 1.0))
    return np.where(cosines ** 2 >= 0.5, small, np.arccos(np.minimum(cosines[::-1], 1.0)))
