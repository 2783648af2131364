"""Linear algebra by loops, and sparse operators by index arrays."""

from __future__ import annotations

import numpy as np

from tests.adversarial.cases import Cases, numbers

CASES = Cases()
SPD = numbers(4, 4) @ numbers(4, 4).T + 2.0 * np.eye(4)


@CASES.add(SPD, numbers(4))
def lu_solve(A, b):
    n = A.shape[0]
    U = A.copy()
    L = np.eye(n)
    for k in range(n - 1):
        for i in range(k + 1, n):
            L[i, k] = U[i, k] / U[k, k]
            U[i, k:] -= L[i, k] * U[k, k:]
    y = np.zeros(n)
    for i in range(n):
        y[i] = b[i] - L[i, :i] @ y[:i]
    x = np.zeros(n)
    for i in range(n - 1, -1, -1):
        x[i] = (y[i] - U[i, i + 1 :] @ x[i + 1 :]) / U[i, i]
    return x


@CASES.add(SPD)
def cholesky_by_columns(A):
    n = len(A)
    L = np.zeros_like(A)
    for j in range(n):
        L[j, j] = np.sqrt(A[j, j] - np.dot(L[j, :j], L[j, :j]))
        for i in range(j + 1, n):
            L[i, j] = (A[i, j] - np.dot(L[i, :j], L[j, :j])) / L[j, j]
    return L


@CASES.add(SPD)
def pivoted_elimination(A):
    A = A.copy()
    det = 1.0
    n = A.shape[0]
    for k in range(n):
        p = k + np.argmax(np.abs(A[k:, k]))
        if p != k:
            A[[k, p]] = A[[p, k]]
            det = -det
        det *= A[k, k]
        A[k + 1 :, k:] -= np.outer(A[k + 1 :, k] / A[k, k], A[k, k:])
    return det


@CASES.add(numbers(4, seed=1), 3.0 + numbers(5), numbers(4, seed=2), numbers(5, seed=3))
def thomas(a, b, c, d):
    n = len(d)
    cp, dp = np.zeros(n - 1), np.zeros(n)
    cp[0] = c[0] / b[0]
    dp[0] = d[0] / b[0]
    for i in range(1, n):
        m = b[i] - a[i - 1] * cp[i - 1]
        if i < n - 1:
            cp[i] = c[i] / m
        dp[i] = (d[i] - a[i - 1] * dp[i - 1]) / m
    x = np.empty_like(d)
    x[-1] = dp[-1]
    for i in reversed(range(n - 1)):
        x[i] = dp[i] - cp[i] * x[i + 1]
    return x


@CASES.add(SPD, numbers(4))
def conjugate_gradients(A, b):
    x = np.zeros_like(b)
    r = b - A @ x
    p = r
    rs = r @ r
    for _ in range(3):
        Ap = A @ p
        alpha = rs / (p @ Ap)
        x += alpha * p
        r = r - alpha * Ap
        new = r @ r
        p = r + (new / rs) * p
        rs = new
    return x


@CASES.add(numbers(5, 3))
def gram_schmidt(A):
    Q = A.copy()
    for j in range(Q.shape[1]):
        for k in range(j):
            Q[:, j] -= (Q[:, k] @ Q[:, j]) * Q[:, k]
        Q[:, j] /= np.linalg.norm(Q[:, j])
    return Q


@CASES.add(SPD, numbers(4))
def power_iteration(A, v):
    for _ in range(5):
        v = A @ v
        v = v / np.sqrt(v @ v)
    return v @ A @ v


@CASES.add(numbers(4, 3), order=1)
def householder(A):
    R = A.copy()
    m, n = R.shape
    for k in range(n):
        x = R[k:, k]
        v = x.copy()
        v[0] += np.sign(x[0]) * np.linalg.norm(x)
        v /= np.linalg.norm(v)
        R[k:, k:] -= 2.0 * np.outer(v, v @ R[k:, k:])
    return np.abs(np.diag(R))


ROWS = np.array([0, 0, 1, 2, 2, 3])
COLUMNS = np.array([0, 2, 1, 0, 3, 2])


@CASES.add(numbers(6), numbers(4))
def sparse_matvec_add_at(values, x):
    y = np.zeros(4)
    np.add.at(y, ROWS, values * x[COLUMNS])
    return y


@CASES.add(numbers(6), COLUMNS, np.array([0, 2, 3, 5, 6]), numbers(4))
def sparse_matvec_csr(data, indices, indptr, x):
    y = np.zeros(len(indptr) - 1)
    for i in range(len(y)):
        for k in range(indptr[i], indptr[i + 1]):
            y[i] += data[k] * x[indices[k]]
    return y


@CASES.add(numbers(6), numbers(4))
def sparse_matvec_bincount_style(values, x):
    y = np.zeros(4)
    for r, c, v in zip(ROWS, COLUMNS, values):
        y[r] += v * x[c]
    return np.sum(y**3)


@CASES.add(numbers(4), np.array([0, 1, 1, 3]))
def duplicate_fancy_store(x, index):
    y = np.zeros(4)
    y[index] = x * x
    y[index] += x
    return y


@CASES.add(numbers(5), np.array([2, 0, 1]))
def gather_scatter(x, index):
    u = x.copy()
    u[index] = u[index][::-1] * 2.0
    u[index[0]] -= u[index[-1]] * u[index[1]]
    return u


@CASES.add(numbers(3, 3))
def matrix_exponential_series(A):
    term = np.eye(3)
    total = np.eye(3)
    for k in range(1, 8):
        term = term @ A / k
        total = total + term
    return total


@CASES.add(numbers(4))
def vandermonde(x):
    V = np.ones((4, 4))
    for k in range(1, 4):
        V[:, k] = V[:, k - 1] * x
    return V


@CASES.add(numbers(4, 2), numbers(4))
def least_squares(X, y):
    design = np.column_stack((np.ones(len(y)), X))
    beta = np.linalg.solve(design.T @ design + 0.1 * np.eye(3), design.T @ y)
    residual = y - design @ beta
    return residual @ residual, beta


@CASES.add(SPD, numbers(4))
def gaussian_log_density(S, x):
    L = np.linalg.cholesky(S)
    z = np.linalg.solve(L, x)
    return -0.5 * z @ z - np.log(np.diagonal(L)).sum() - 0.5 * len(x) * np.log(2 * np.pi)


@CASES.add(SPD, order=1)
def jacobi_rotation(A):
    A = A.copy()
    p, q = 0, 2
    theta = 0.5 * np.arctan2(2 * A[p, q], A[q, q] - A[p, p])
    c, s = np.cos(theta), np.sin(theta)
    row_p, row_q = A[p].copy(), A[q].copy()
    A[p], A[q] = c * row_p - s * row_q, s * row_p + c * row_q
    col_p, col_q = A[:, p].copy(), A[:, q].copy()
    A[:, p] = c * col_p - s * col_q
    A[:, q] = s * col_p + c * col_q
    return A


@CASES.add(numbers(3, 3))
def rows_swapped_by_views(A):
    B = A * 2.0
    B[0], B[2] = B[2], B[0].copy()
    return B * A


@CASES.add(numbers(5))
def tuple_swap_of_elements(x):
    y = x.copy()
    i, j = 0, len(y) - 1
    while i < j:
        y[i], y[j] = y[j] * 2.0, y[i]
        i += 1
        j -= 1
    return y * x
