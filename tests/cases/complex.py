"""Complex numbers: every kind of op on them, and between them and real ones."""

from __future__ import annotations

import numpy as np

from tests.cases import Row, normal, positive, waves

Z, Y, X, P = waves(3, 4), waves(4, seed=1), normal(3, 4, seed=2), positive(3, 4, seed=3)
V, S, R = waves(5, seed=4), waves(3, 3, seed=5), 1.3
C = 0.4 - 1.1j
ONE = ("exp", "exp2", "expm1", "log", "log2", "log10", "log1p", "sqrt", "square", "reciprocal", "sin", "cos", "tan",
       "arcsin", "arccos", "arctan", "sinh", "cosh", "tanh", "arcsinh", "arccosh", "arctanh", "abs", "sign", "conj",
       "real", "imag", "negative", "sinc")

# fmt: off
CASES: list[Row] = [
    *((f"np.{name}(z)", {"z": Z}) for name in ONE if name != "exp2"),
    *((f"np.{name}(z)", {"z": np.complex128(C)}) for name in ("exp", "abs", "sign", "real", "sqrt")),
    ("z * y", {"z": Z, "y": Y}), ("z * x", {"z": Z, "x": X}), ("z / y", {"z": Z, "y": Y}), ("x / z", {"z": Z, "x": X}),
    ("x + z", {"z": Z, "x": X[0]}), ("x - z", {"z": Z[:, :1], "x": X}), ("1j * x", {"x": X}),
    ("x * (2 - 1j)", {"x": X}),
    ("z ** 2", {"z": Z}), ("z ** 2.5", {"z": Z}), ("z ** x", {"z": Z, "x": X}), ("x ** z", {"z": Z, "x": P}),
    ("z ** y", {"z": Z, "y": Y}), ("np.power(z, 3)", {"z": Z}), ("-z", {"z": Z}), ("abs(z)", {"z": C}),
    ("z * z.conjugate()", {"z": C}), ("z.real + 2 * z.imag", {"z": C}), ("z * x", {"z": C, "x": R}),
    ("z.real * z.imag", {"z": Z}), ("z.conj() * z", {"z": Z}), ("np.abs(z) ** 2", {"z": Z}),
    ("np.real(z * np.exp(1j * x))", {"z": Z, "x": X}), ("np.where(x > 0, z, x)", {"z": Z, "x": X}),
    ("x.astype(complex) * z", {"z": Z, "x": X}), ("np.complex128(x) * x", {"x": R}),
    ("z.astype(np.complex64)", {"z": Z}), ("np.zeros(4, complex) + x", {"x": X}),
    ("np.complex64(x) * x", {"x": R}), ("np.asarray(x, dtype=complex)", {"x": X}),
    # reductions
    *((f"np.{name}(z)", {"z": Z}) for name in ("sum", "mean", "prod", "var", "std")),
    *((f"np.{name}(z, axis=1, keepdims=True)", {"z": Z}) for name in ("sum", "mean", "prod", "var", "std")),
    *((f"np.{name}(z, axis=0)", {"z": Z}) for name in ("cumsum", "cumprod")),
    # products
    ("z @ y", {"z": Z, "y": Y}), ("z @ x", {"z": Z.T, "x": X}), ("x @ z", {"z": Z.T, "x": X}), ("z @ z.T", {"z": Z}),
    ("z.conj().T @ y", {"z": Z, "y": waves(3, seed=6)}), ("np.dot(z, y)", {"z": Z, "y": Y}),
    ("np.vdot(z, y)", {"z": V, "y": V[::-1]}), ("np.vdot(x, y)", {"x": normal(5), "y": V}),
    ("np.vdot(z, x)", {"z": Z, "x": X}), ("np.vecdot(z, y)", {"z": Z, "y": Y}), ("np.vecdot(y, z)", {"z": Z, "y": Y}),
    ("np.inner(z, y)", {"z": Z, "y": Y}), ("np.outer(z, x)", {"z": V, "x": X[0]}), ("np.kron(z, y)", {"z": S, "y": Y}),
    ("np.tensordot(z, y, axes=1)", {"z": Z, "y": Y}), ("np.einsum('ij,j->i', z, x)", {"z": Z, "x": X[0]}),
    ("np.einsum('ij,kj->ik', z, y)", {"z": Z, "y": Z[::-1]}), ("np.cross(z, y)", {"z": S, "y": S[::-1]}),
    ("np.convolve(z, y)", {"z": V, "y": Y}), ("np.convolve(z, x, 'same')", {"z": V, "x": X[0]}),
    ("np.convolve(x, z, 'valid')", {"z": V, "x": X[0]}), ("np.correlate(z, y, 'full')", {"z": V, "y": Y}),
    ("np.correlate(z, x, 'same')", {"z": V, "x": X[0]}), ("np.correlate(x, z)", {"z": V, "x": X[0]}),
    ("np.trace(z)", {"z": S}),
    # structure
    ("z[1:, ::-1]", {"z": Z}), ("z[i]", {"z": Z, "i": np.array([0, 0, 2])}), ("z[x > 0]", {"z": Z, "x": X}),
    ("np.concatenate([z, x])", {"z": Z, "x": X}), ("np.stack([z, x], axis=1)", {"z": Z, "x": X}),
    ("z.reshape(2, 6).T", {"z": Z}), ("np.pad(z, 1)", {"z": Z}), ("np.roll(z, 1, axis=0)", {"z": Z}),
    ("np.array([z, x, 1.0])", {"z": C, "x": R}), ("np.tril(z)", {"z": S}), ("np.diag(z)", {"z": V}),
    ("np.diff(z, axis=1)", {"z": Z}), ("np.trapezoid(z, dx=0.1)", {"z": Z}), ("np.gradient(z, axis=0)", {"z": Z}),
    ("np.repeat(z, 2)", {"z": V}), ("np.tile(z, (2, 1))", {"z": Z}), ("np.take(z, [0, 0], axis=1)", {"z": Z}),
    # linear algebra of scalars
    ("complex(x, y) * 1j", {"x": R, "y": 0.7}), ("complex(x)", {"x": R}),
    ("np.interp(x, [-1.0, 0.0, 0.3, 2.0], y)", {"x": normal(6), "y": Y}),
]
# fmt: on
