"""Products, linear algebra, sorting and interpolation: values, derivatives in both modes and of
second order, and transposes by themselves."""
from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adgen.errors import Refusal
from adgen.rules.einsum import parse
from tests.rule_checks import adjoint_gap
from tests.rule_derivatives import checked
from tests.rule_orders import checked_twice

scipy_linalg = pytest.importorskip("scipy.linalg")
la = np.linalg


def normal(*shape: int, seed: int = 0, dtype: str = "float64") -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


def case(function: Any, *args: Any, **kwargs: Any) -> Any:
    shapes = [np.shape(a) if isinstance(a, np.ndarray) else a for a in args]
    return pytest.param(function, args, kwargs, id=f"{function.__name__}-{shapes}-{kwargs}")


S = normal(4, 4) + 4 * np.eye(4)
STACK = normal(3, 4, 4, seed=1) + 4 * np.eye(4)
P, PS = S @ S.T, STACK @ np.swapaxes(STACK, -1, -2)
SPACED = np.random.default_rng(2).permutation(15).reshape(5, 3) * 0.3
TALL, WIDE, V = normal(5, 3, seed=2), normal(3, 5, seed=3), normal(7, seed=4)
KNOTS = np.sort(normal(6, seed=5))

MATRICES = [
    case(la.inv, S), case(la.inv, STACK), case(la.det, S / 3), case(la.det, STACK / 3),
    case(la.slogdet, S),
    case(la.slogdet, STACK), case(la.slogdet, -S[:3, :3]), case(la.cholesky, P),
    case(la.cholesky, PS), case(la.eigh, P),
    case(la.eigh, PS), case(la.eigvalsh, P), case(la.eigvalsh, PS),
    case(la.svd, TALL, full_matrices=False),
    case(la.svd, WIDE, full_matrices=False), case(la.svdvals, TALL),
    case(la.svd, TALL, compute_uv=False),
    case(la.svd, normal(2, 4, 3), full_matrices=False), case(la.svd, S), case(la.qr, TALL),
    case(la.qr, S),
    case(la.qr, normal(2, 5, 3)), case(la.pinv, TALL), case(la.pinv, WIDE),
    case(la.pinv, normal(2, 5, 3)),
    *(case(la.matrix_power, S / 4, p) for p in (0, 1, 2, 3, 5, 7, -1, -2)),
    case(la.matrix_power, STACK, 0),
    case(la.trace, STACK), case(la.diagonal, STACK), case(la.multi_dot, [S, P]),
    *(case(la.solve, a, b) for a, b in [
        (S, normal(4)), (S, normal(4, 2)), (STACK, normal(3, 4, 2)), (STACK, normal(4)),
        (S, normal(3, 4, 2)),
        (STACK, normal(4, 2)), (STACK[:1], normal(3, 4, 2))]),
    case(scipy_linalg.expm, S / 4), case(scipy_linalg.inv, S), case(scipy_linalg.det, S / 3),
    *(case(scipy_linalg.cholesky, P, lower=lower) for lower in (True, False)),
    *(case(scipy_linalg.solve_triangular, S, b, lower=lower, trans=trans, unit_diagonal=unit)
      for b in (normal(4), normal(4, 2)) for lower in (True, False) for trans in (0, 1,
          "T") for unit in (True, False)),
    case(scipy_linalg.cho_solve, (la.cholesky(P), True), normal(4, 2)),
    case(scipy_linalg.cho_solve, (la.cholesky(P).T.copy(), False), normal(4, 2)),
]
NORMS = [
    *(case(la.norm, V, **k) for k in [{}, {"ord": 2}, {"ord": 1}, {"ord": np.inf},
        {"ord": -np.inf}, {"ord": 3},
                                      {"ord": 2.5}, {"keepdims": True}, {"axis": 0}]),
    *(case(la.norm, TALL, **k) for k in [{}, {"ord": "fro"}, {"ord": 1}, {"ord": np.inf},
        {"ord": -1}, {"ord": 2}, {"ord": "nuc"},
                                         {"ord": -2}, {"axis": 0}, {"axis": -1, "keepdims": True},
                                         {"axis": 1, "ord": 1},
                                         {"axis": 1, "ord": 3}, {"axis": (0, 1)},
                                         {"axis": (1, 0), "ord": 1}, {"keepdims": True}]),
    case(la.norm, STACK), case(la.norm, STACK, axis=(1, 2)),
    case(la.norm, STACK, ord="fro", axis=(0, 2), keepdims=True),
    case(la.vector_norm, V), case(la.matrix_norm, STACK),
]
SHAPES = [
    ((3,), (3,)), ((2, 3), (3,)), ((3,), (3, 2)), ((4, 3), (3, 2)), ((5, 4, 3), (3,)),
    ((3,), (5, 3, 2)),
    ((5, 4, 3), (3, 2)), ((4, 3), (5, 3, 2)), ((5, 4, 3), (5, 3, 2)), ((1, 4, 3), (5, 3, 2)),
    ((6, 5, 4, 3), (5, 3, 2)),
    ((6, 1, 4, 3), (5, 3, 2)), ((1, 4, 3), (3, 2)), ((5, 1, 3), (5, 3, 1)), ((0, 3), (3, 2)),
    ((2, 0), (0, 2)),
]
DOTS = [(a, b) for a, b in SHAPES if len(b) < 3 or len(a) == 1] + [((4, 3), (5, 3, 2)),
    ((5, 4, 3), (6, 3, 2))]
INNERS = [((3,), (3,)), ((2, 3), (3,)), ((3,), (4, 3)), ((2, 3), (4, 3)), ((5, 2, 3), (4, 3)),
    ((2, 3), (5, 4, 3)),
          ((5, 2, 3), (3,)), ((3,), (5, 2, 3))]
SPECS: list[tuple[str, tuple[tuple[int, ...], ...]]] = [
    ("ij,jk->ik", ((2, 3), (3, 4))), ("ij->ji", ((2, 3),)), ("ij->i", ((2, 3),)),
    ("ij->", ((2, 3),)), ("ii->i", ((3, 3),)),
    ("ii", ((3, 3),)), ("iij->j", ((3, 3, 2),)), ("i,j,ij->", ((2,), (3,), (2, 3))),
    ("...ij,...jk->...ik", ((5, 2, 3), (3, 4))),
    ("ij,ij->ij", ((1, 3), (2, 3))), ("bi,bj->bij", ((5, 2), (5, 3))),
    ("ij,kl->il", ((2, 3), (4, 5))), ("iji,j->", ((3, 2, 3), (2,))),
    ("ij,j", ((2, 3), (3,))), ("...i->...", ((2, 3),)), (" i j , j ", ((2, 3), (3,))),
]


def pair(shapes: tuple[tuple[int, ...], tuple[int, ...]]) -> tuple[np.ndarray, np.ndarray]:
    return normal(*shapes[0], seed=6), normal(*shapes[1], seed=7)


PRODUCTS = [
    *(case(np.matmul, *pair(s)) for s in SHAPES), *(case(np.dot, *pair(s)) for s in DOTS),
    *(case(np.inner, *pair(s)) for s in INNERS), case(np.dot, normal(3), 2.0),
    case(np.outer, normal(2, 3), normal(4)),
    case(np.vdot, normal(2, 3), normal(2, 3)), case(np.vdot, normal(2, 3), normal(3, 2)),
    case(np.vecdot, normal(4, 3), normal(3)), case(np.vecdot, normal(1, 3), normal(5, 4, 3)),
    case(np.cross, normal(3), normal(3)), case(np.cross, normal(4, 3), normal(3)),
    case(np.cross, normal(1, 3), normal(4, 3)),
    case(np.cross, normal(3, 4), normal(3, 4), axis=0),
    case(np.tensordot, normal(2, 3, 4), normal(3, 4, 2)),
    case(np.tensordot, normal(2, 3), normal(3, 2), axes=((0,), (1,))),
    case(np.tensordot, normal(2, 3), normal(3, 2), axes=0),
    case(np.tensordot, normal(2, 3), normal(3, 2), axes=([0, 1], [1, 0])),
    case(np.tensordot, normal(2, 3, 4), normal(4, 2, 5), axes=((2, 0), (0, 1))),
    case(np.kron, TALL, WIDE),
    *(case(f, normal(n), normal(m), mode=mode) for f in (np.convolve,
        np.correlate) for mode in ("full", "same", "valid")
      for n, m in [(5, 3), (3, 5), (2, 5), (4, 4), (1, 3), (4, 6), (6, 4)]),
    *(case(np.einsum, spec, *(normal(*s, seed=k) for k, s in enumerate(shapes))) for spec,
        shapes in SPECS),
    case(np.trapezoid, V), case(np.trapezoid, V, normal(7)),
    case(np.trapezoid, TALL, dx=0.3, axis=0),
    case(np.trapezoid, TALL, normal(5), axis=0), case(np.trapezoid, TALL, normal(5, 3), axis=0),
]
ORDERED = [
    case(np.sort, SPACED), case(np.sort, SPACED, axis=0), case(np.sort, SPACED, axis=None),
    case(np.argsort, SPACED),
    case(np.median, V), case(np.median, normal(6)), case(np.median, SPACED),
    case(np.median, SPACED, axis=1),
    case(np.median, SPACED, axis=0, keepdims=True), case(np.median, SPACED, keepdims=True),
    *(case(np.quantile, SPACED, q, **k) for q in (0.3, 0.0, 1.0) for k in [{}, {"axis": 0},
        {"axis": 1, "keepdims": True}]),
    *(case(np.percentile, SPACED, q, **k) for q in (30.0, 100.0) for k in [{}, {"axis": 1}]),
    case(np.digitize, V, KNOTS),
]


@pytest.mark.parametrize("function, args, kwargs", MATRICES + NORMS + PRODUCTS + ORDERED)
def test_call(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    checked(function, args, **kwargs)


@pytest.mark.parametrize("function, args, kwargs",
    MATRICES[:24] + NORMS[:12] + PRODUCTS[:10] + ORDERED[:6])
def test_call_with_known_sizes(function: Any, args: tuple[Any, ...],
    kwargs: dict[str, Any]) -> None:
    checked(function, args, symbolic=False, **kwargs)


ONCE = (np.argsort, np.digitize)
TWICE = [c for c in MATRICES + NORMS + PRODUCTS[::2] + ORDERED if c.values[0] not in ONCE]


@pytest.mark.parametrize("function, args, kwargs", TWICE)
def test_second_order(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    checked_twice(function, args, **kwargs)


@pytest.mark.parametrize("axis, keepdims",
    [(None, False), (0, False), (1, False), (1, True), (None, True)])
def test_several_quantiles(axis: int | None, keepdims: bool) -> None:
    places = np.array([1, 7]) * 10
    checked(np.percentile, (TALL, places), axis=axis, keepdims=keepdims)


INTERPOLATED = [np.random.default_rng(8).uniform(KNOTS[0] - 0.5, KNOTS[-1] + 0.5, size=(3, 5)),
    np.array([0.1, 0.2])]


@pytest.mark.parametrize("x", INTERPOLATED, ids=np.shape)
def test_interp_is_linear_in_values(x: np.ndarray) -> None:
    for values in (normal(6), normal(6, dtype="float32")):
        assert abs(adjoint_gap("interp", [x, KNOTS, values], {}, (2,))) < 1e-5
    assert abs(adjoint_gap("interp", [KNOTS, KNOTS, normal(6)], {}, (2,))) < 1e-10


@pytest.mark.parametrize("function, args, kwargs", [
    case(la.inv, S.astype("float32")), case(np.matmul, S.astype("float32"), S),
    case(la.norm, V.astype("float32")),
    case(la.solve, S.astype("float32"), normal(4)), case(la.solve, S, normal(4, dtype="float32")),
    case(la.cholesky, P.astype("float32")), case(np.einsum, "ij,jk", S.astype("float32"), S),
    case(np.sort, V.astype("float32")),
    case(np.convolve, V.astype("float32"), normal(3)),
    case(np.outer, V.astype("float32"), normal(3)),
    case(np.median, V.astype("float32")), case(np.quantile, V.astype("float32"), 0.3),
    case(np.cross, normal(3, dtype="float32"), normal(3)), case(np.inner, S.astype("float32"), S),
    case(la.det, S.astype("float32")), case(np.vdot, V.astype("float32"), V),
    case(la.norm, V.astype("float32"), ord=3),
])
def test_float32(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    checked(function, args, numeric=False, **kwargs)


def test_norm_at_zero() -> None:
    """0 where the norm is 0, in both modes."""
    checked(la.norm, (np.zeros(3),), numeric=False)
    checked(la.norm, (np.array([[0.0, 0.0], [3.0, 4.0]]),), axis=1, numeric=False)


def test_ties_keep_their_order() -> None:
    checked(np.sort, (np.array([2.0, 1.0, 2.0, 1.0]),), numeric=False)
    checked(np.median, (np.array([2.0, 1.0, 2.0, 1.0]),), numeric=False)


REFUSED = [
    case(np.matmul, TALL, TALL), case(np.matmul, V, 2.0), case(np.dot, TALL, TALL),
    case(la.inv, TALL), case(la.inv, V),
    case(la.svd, TALL), case(la.qr, WIDE), case(la.eigh, P, UPLO="U"), case(la.norm, TALL, ord=3),
    case(la.norm, V, ord=0.5),
    case(np.cross, normal(2), normal(2)), case(np.einsum, "ij,jk", S, S, optimize=True),
    case(np.einsum, "ijk", S),
    case(np.einsum, "ij->k", S), case(np.einsum, "ij,jk", TALL, TALL), case(np.convolve, S, V),
    case(la.multi_dot, [S, S, S]),
    case(np.quantile, V, 0.5, method="lower"), case(np.median, TALL, axis=(0, 1)),
    case(scipy_linalg.solve_triangular, S, V), case(np.tensordot, TALL, WIDE, axes=3),
]


@pytest.mark.parametrize("function, args, kwargs", REFUSED)
def test_refused(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        checked(function, args, symbolic=False, **kwargs)


@pytest.mark.parametrize("spec, ranks, want", [
    ("ij,jk", (2, 2), (("ij", "jk"), "ik")), ("ii", (2,), (("ii",), "")),
    ("...i->...", (3,), (("ABi",), "AB")),
    ("...i,...", (2, 3), (("Ci", "ABC"), "ABCi")), ("ba", (2,), (("ba",), "ab")),
])
def test_parse(spec: str, ranks: tuple[int, ...], want: Any) -> None:
    assert parse(spec, ranks) == want


TRANSPOSED: list[tuple[str, list[Any], dict[str, Any], tuple[int, ...]]] = [
    *(("solve", [a, b], {}, (1,)) for a,
        b in [(S, normal(4)), (STACK, normal(4)), (S, normal(3, 4, 2)), (STACK, normal(1, 4, 2)),
                                               (STACK[:1], normal(3, 4, 2)),
                                               (S, normal(4, dtype="float32"))]),
    *(("scipy.linalg.solve_triangular", [S, normal(4, 2)],
        {"lower": lower, "trans": trans, "unit_diagonal": False}, (1,))
      for lower in (True, False) for trans in (0, 1)),
    ("scipy.linalg.expm_frechet", [S / 4, normal(4, 4)], {"compute_expm": False}, (1,)),
]


@pytest.mark.parametrize("name, args, attrs, positions", TRANSPOSED,
    ids=lambda v: v if isinstance(v, str) else "")
def test_transpose(name: str, args: list[Any], attrs: dict[str, Any],
    positions: tuple[int, ...]) -> None:
    assert abs(adjoint_gap(name, args, attrs,
        positions)) < (1e-5 if "float32" in str([a.dtype for a in args]) else 1e-10)
