"""`adgen.rules.elements`, `positions` and `descriptions`."""

from __future__ import annotations

import numpy as np

from tests.cases import Row, normal, waves

X, V, S = normal(3, 4), normal(5, seed=2), normal(3, 3, seed=4)
ONE, J, K = np.array([2, 0, 1]), np.array([0, 1, 1, 3, 0]), np.array([[2, 0, 1], [1, 1, 0]])
REPEATED = np.array([0.3, -1.0, 0.3, 2.0, -1.0])

CASES: list[Row] = [
    # chosen by values
    ("np.partition(x, 2)", {"x": V}), ("np.partition(x, [1, 3])", {"x": V}), ("np.partition(x, 1, axis=0)", {"x": X}),
    ("np.partition(x, k, axis=None)", {"x": X, "k": 4}), ("np.partition(x, -1)", {"x": X}),
    ("x[np.argpartition(x, 2)]", {"x": V}), ("x.argpartition(1, axis=0) * x", {"x": X}),
    ("np.choose(i, [x, y, 1.0])", {"x": V[:3], "y": normal(1), "i": ONE}),
    ("np.choose(i, [x, y], mode='wrap')", {"x": X[0, :3], "y": 0.3, "i": K}),
    ("np.choose(i, (x, y), mode='clip')", {"x": X[0, :3], "y": 0.3, "i": K}),
    ("i.choose([x, y, y * x])", {"x": X[0, :3], "y": 0.3, "i": K}),
    ("np.choose(i, [x, y])", {"x": 0.7, "y": 0.3, "i": 1}),
    ("x.compress(i > 0, axis=0)", {"x": X, "i": ONE}), ("x.compress(i > 0)", {"x": X, "i": ONE}),
    ("np.unique(x)", {"x": V}), ("np.unique(x)", {"x": X}), ("np.unique(x, axis=0)", {"x": X}),
    ("np.unique(x, axis=1)", {"x": X}), ("np.unique(x, equal_nan=False)", {"x": V}), ("np.unique(x)", {"x": 0.3}),
    ("np.unique(i) * x", {"x": normal(3), "i": J}),
    ("x[np.unique(y, return_index=True)[1]]", {"x": V, "y": V}),
    ("np.unique(i, return_inverse=True)[1] * x", {"x": V, "i": J}),
    ("np.unique(x, return_inverse=True)[0]", {"x": V}),
    ("np.unique(i, return_counts=True)[1] * x", {"x": normal(3), "i": J}),
    ("np.unique_values(x)", {"x": V}), ("np.unique_counts(x).values", {"x": V}),
    ("np.unique_counts(i).counts * x", {"x": normal(3), "i": J}),
    ("np.unique_inverse(x).values", {"x": V}), ("np.unique_inverse(i).inverse_indices * x", {"x": V, "i": J}),
    ("np.unique_all(x).values", {"x": V}), ("x[np.unique_all(i).indices]", {"x": V, "i": J}),
    ("np.choose(i, [z[0], z[1], x])", {"z": waves(2), "x": 0.3, "i": ONE}), ("np.unique(z)", {"z": waves(4)}),
    ("np.partition(z, 2)", {"z": waves(5)}), ("np.vander(z, 3)", {"z": waves(4)}),
    ("np.lib.stride_tricks.sliding_window_view(z, 2)", {"z": waves(4)}),
    # counted
    ("np.bincount(i, weights=x)", {"x": V, "i": J}), ("np.bincount(i, x, 6)", {"x": V, "i": J}),
    ("np.bincount(i, x, n)", {"x": V, "i": J, "n": 7}), ("np.bincount(i) * x", {"x": V[:4], "i": J}),
    ("np.bincount(i, minlength=5) * x", {"x": V, "i": J}),
    # powers and windows
    ("np.i0(x)", {"x": X}), ("np.i0(x)", {"x": 0.3}), ("np.i0(x)", {"x": np.zeros((2, 0))}),
    ("np.vander(x)", {"x": V}), ("np.vander(x, 3)", {"x": V}), ("np.vander(x, 3, increasing=True)", {"x": V}),
    ("np.vander(x, n)", {"x": V, "n": 4}), ("np.vander(x, 1)", {"x": V}), ("np.vander(x, 4)", {"x": np.zeros(3)}),
    *((f"np.{n}(5) * x", {"x": V}) for n in ("hanning", "hamming", "bartlett", "blackman")),
    ("np.kaiser(5, 8.6) * x", {"x": V}), ("np.hanning(len(x)) * x", {"x": V}), ("np.hanning(n) * x", {"x": V, "n": 5}),
    ("np.kaiser(n, 2) * x", {"x": V, "n": 5}),
    ("np.lib.stride_tricks.sliding_window_view(x, 3)", {"x": V}),
    ("np.lib.stride_tricks.sliding_window_view(x, (2, 3))", {"x": X}),
    ("np.lib.stride_tricks.sliding_window_view(x, 2, axis=0).mean(axis=-1)", {"x": X}),
    ("np.lib.stride_tricks.sliding_window_view(x, (2, 2), axis=(1, 1))", {"x": X}),
    # positions
    ("x[np.nanargmax(x)]", {"x": V}), ("np.nanargmin(x, axis=1) * x[0, :3]", {"x": X}),
    ("np.nanargmax(x, axis=0, keepdims=True) * x", {"x": X}),
    ("x[np.lexsort((x, i))]", {"x": V, "i": J}), ("np.lexsort((x, y), axis=0) * x", {"x": X, "y": X[::-1]}),
    ("np.isin(i, [1, 3]) * x", {"x": V, "i": J}),
    ("np.isin(i, [1, 3], invert=True, assume_unique=False) * x", {"x": V, "i": J}),
    ("np.array_equiv(x, x[None]) * x", {"x": V}),
    ("np.packbits(i > 0) * x", {"x": V, "i": J}),
    ("np.packbits(i > 0, axis=0, bitorder='little') * x", {"x": V, "i": J}),
    ("np.unpackbits(i) * x", {"x": normal(16), "i": np.array([3, 200], dtype=np.uint8)}),
    ("np.unpackbits(i, axis=1) * x", {"x": normal(16), "i": np.array([[3, 200]], dtype=np.uint8)}),
    ("x[np.tril_indices(3)]", {"x": S}), ("x[np.tril_indices(n, -1)]", {"x": S, "n": 3}),
    ("x[np.tril_indices(3, 1, 4)]", {"x": X}), ("x[np.triu_indices(len(x))]", {"x": S}),
    ("x[np.triu_indices(3, k=1)]", {"x": S}), ("x[np.tril_indices_from(x)]", {"x": X}),
    ("x[np.triu_indices_from(x, 1)]", {"x": X}), ("x[np.diag_indices(3)]", {"x": S}),
    ("x[np.diag_indices(n, 2)]", {"x": S, "n": 3}), ("x[np.diag_indices_from(x)]", {"x": S}),
    ("x.ravel()[np.ravel_multi_index((i, i), (3, 4))]", {"x": X, "i": ONE}),
    ("x.ravel()[np.ravel_multi_index((i, i + 2), x.shape, mode='wrap')]", {"x": X, "i": ONE}),
    ("x.ravel()[np.ravel_multi_index((i, 1), (4, 3), mode='clip', order='F')]", {"x": X, "i": ONE}),
    # descriptions
    ("x.astype(np.result_type(x, np.float32, 1.0))", {"x": V}), ("x * np.can_cast(np.int8, x.dtype)", {"x": V}),
    ("x * np.can_cast(x, 'f4', casting='same_kind')", {"x": V}), ("x.astype(np.common_type(x))", {"x": V}),
    ("x * np.issubdtype(x.dtype, np.floating)", {"x": V}), ("x * np.isdtype(x.dtype, 'real floating')", {"x": V}),
    ("x.astype(np.promote_types('f4', 'f8'))", {"x": V}), ("x.astype(np.min_scalar_type(1e300))", {"x": V}),
    ("x * len(np.mintypecode('fd'))", {"x": V}), ("x * len(np.typename('d'))", {"x": V}),
    ("x * len(np.base_repr(5, 3))", {"x": V}), ("x * int(np.binary_repr(5))", {"x": V}),
    ("x * float(np.format_float_positional(0.25))", {"x": V}),
    ("x * float(np.format_float_scientific(0.25))", {"x": V}),
    ("x * np.longlong(3)", {"x": V}), ("x * np.ulonglong(3)", {"x": V}),
    ("x * len(np.einsum_path('ij,jk,kl->il', np.ones((2, 3)), np.ones((3, 4)), np.ones((4, 5)))[0])", {"x": V}),
]
