"""NumPy's functions in combinations that go wrong: broadcasts, ties, products, axes."""

from __future__ import annotations

import numpy as np
from scipy.special import gammaln, logsumexp, softmax

from tests.adversarial.cases import Cases, numbers

CASES = Cases()


@CASES.add(numbers(3, 1), numbers(4), 0.5)
def broadcasts(a, b, s):
    c = a * b - s
    d = b / (a + s) + a**b
    return np.where(c > d, c, s) + np.minimum(a, b) + np.maximum(b, s)


@CASES.add(numbers(3, 3), numbers(3), order=1)
def einsums(A, x):
    parts = [
        np.einsum("ii", A),
        np.einsum("ii->i", A) @ x,
        np.einsum("ij,j", A, x).sum(),
        np.einsum("ij,jk,k->i", A, A, x).sum(),
        np.einsum("i,j->", x, x),
        np.einsum("...j,j->...", A, x).sum(),
        np.einsum("ij->j", A).sum(),
        np.einsum("i,i,i", x, x, x),
    ]
    return np.array(parts)


@CASES.add(numbers(2, 3, 4), numbers(4), numbers(3), numbers(2, 4, 2), order=1)
def products(A, x, y, B):
    return (
        A @ x,
        y @ A,
        A @ B,
        np.dot(A, x),
        np.tensordot(A, B, axes=([0, 2], [0, 1])),
        np.inner(A, x),
        np.outer(x, y),
        np.vdot(A[0], A[1]),
        np.matmul(A[0].T, y),
        np.kron(x, y),
    )


@CASES.add(numbers(3, 4), order=1)
def reductions(A):
    return (
        A.max(axis=1),
        A.min(axis=0, keepdims=True),
        A.prod(axis=-1),
        A.std(axis=0),
        A.var(ddof=1),
        A.mean(),
        np.linalg.norm(A),
        np.linalg.norm(A, axis=1),
        np.ptp(A, axis=0),
        A.cumprod(axis=1),
        logsumexp(A, axis=(0, 1)),
        softmax(A, axis=0),
        np.median(A, axis=1),
        np.sum(A, axis=(0, 1)),
    )


@CASES.add(numbers(4))
def powers(x):
    n = np.array([0, 1, 2, 3])
    return x**n + n ** x[1:2] * 0.0 + x**0 + x**-2 + 2**x + np.power(x, 0.5) + (-x) ** 3 + x ** n[2]


@CASES.add(np.array([0.43, 0.31, 0.5, 0.85, 1.1]), order=1)
def remainders(x):
    return (
        x % 0.3
        + x // 0.3
        + np.mod(3 * x, x[0] * 1.07)
        + np.fmod(5 * x, 0.7)
        + divmod(x[1] * 7, 2)[1]
    )


@CASES.add(numbers(3, 3), numbers(3), numbers(3, 2), order=1)
def decompositions(A, b, B):
    S = A @ A.T + np.eye(3)
    sign, logdet = np.linalg.slogdet(S)
    w, V = np.linalg.eigh(S)
    q, r = np.linalg.qr(A + 2 * np.eye(3))
    s = np.linalg.svd(A, compute_uv=False)
    return (
        np.linalg.solve(S, b),
        np.linalg.solve(S, B),
        np.linalg.inv(S),
        logdet * sign,
        w,
        np.abs(V),
        np.abs(r),
        s,
        np.linalg.det(A),
        np.trace(S),
    )


@CASES.add(numbers(2, 3, 3), numbers(2, 3, 1), order=1)
def batched(A, b):
    S = A @ A.swapaxes(-1, -2) + np.eye(3)
    return np.linalg.solve(S, b), np.linalg.inv(S), np.linalg.det(S), np.linalg.cholesky(S)


@CASES.add(numbers(5), numbers(3))
def joins(x, y):
    a = np.concatenate([x, y, [1.0, 2.0], x[:0]])
    b = np.stack([x[:3], y], axis=1)
    c = np.hstack([x, 3.0, y[::-1]])
    d = np.vstack([y, x[2:]]).T
    e = np.block([[b, d], [np.zeros((1, 2)), np.ones((1, 2))]])
    return a.sum() * c[2:5], e, np.tile(y, (2, 2)), np.repeat(x, 2)[3:7], np.append(x, y[0])


@CASES.add(numbers(3, 4))
def rearrangements(A):
    return (
        A[::-1, ::2].T,
        np.flip(A),
        np.roll(A, (1, -1), axis=(0, 1)),
        np.rot90(A),
        A.ravel()[::5],
        np.transpose(A)[None],
        A.reshape(2, -1),
        np.swapaxes(A[..., None], 0, 2),
        np.triu(A),
        A.flatten() * 2,
        np.pad(A, 1, mode="edge"),
        np.moveaxis(A[None], 0, -1),
        np.broadcast_to(A[0], (2, 4)),
    )


@CASES.add(numbers(4), numbers(4, seed=1), order=1)
def interpolations(x, y):
    grid = np.linspace(0.0, 2.0, 4)
    return (
        np.interp(x, grid, y),
        np.trapezoid(y, x.cumsum()),
        np.gradient(y, 0.5),
        np.convolve(x, y, mode="same"),
        np.cross(x[:3], y[1:]),
        np.searchsorted(np.sort(x), 0.5) * y,
        np.diff(x, n=2),
    )


@CASES.add(numbers(4), 0.4, 0.9)
def clipped(x, low, high):
    return np.clip(x * 1.3, low, high) * x, x.clip(0.3, None), np.clip(low, 0.0, 1.0)


@CASES.add(numbers(4))
def constants_of_many_kinds(x):
    mask = np.array([True, False, True, True])
    counts = np.array([1, 2, 3, 4], dtype=np.int32)
    return (
        x * mask
        + counts / 2
        + counts // 2 * x
        + x[mask].sum()
        + np.float32(0.5) * x
        + np.int64(3) * x
        + True * x
        + (x > 0.5) * x
        + np.pi
    )


@CASES.add(numbers(4), numbers(4, seed=1))
def gamma_poisson(rate, shape):
    k = np.arange(4)
    return np.sum(k * np.log(rate) - rate - gammaln(k + 1)) + gammaln(shape).sum() * rate[0]


@CASES.add(numbers(6), 3)
def sizes_as_numbers(x, n):
    m = x.size // n
    blocks = x.reshape(n, m)
    weights = np.arange(1, m + 1) / m
    return blocks @ weights / n + np.ones(n) * x.shape[0] * x[n], np.zeros((n, m)) + blocks * len(
        blocks
    )


@CASES.add(numbers(3), order=1)
def sorts(x):
    order = np.argsort(-x)
    inverse = np.argsort(order)
    top = x[order][:2]
    return np.sort(x)[::-1], top * 2.0, x[order][inverse], np.take_along_axis(x, order, axis=0)


@CASES.add(numbers(4, 2))
def distances(P):
    diff = P[:, None] - P[None]
    d = np.sqrt(np.sum(diff**2, -1) + 1e-12)
    off = d[~np.eye(4, dtype=bool)]
    upper = d[np.triu(np.ones((4, 4), dtype=bool), 1)]
    return off.min() * upper.sum()
