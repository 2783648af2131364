"""Indexing, rearranging, joining, constructors: values, derivatives in both modes and of second
order, and every transpose by itself."""
from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from adgen.errors import Refusal
from adgen.ir.core import Arg, ArrayItem, EllipsisItem, Index, IntItem, NewAxis, SliceItem
from adgen.ir.types import ArrayT, ListT, ScalarT, Sym, dims_of
from adgen.rules.indexing import indexed_dims
from adgen.rules.shapes import index_items, reshaped_dims, slice_dim
from adgen.rules.table import RULES
from tests.rule_checks import Run, Runs, adjoint_gap, python_index
from tests.rule_derivatives import checked
from tests.rule_orders import checked_twice


def normal(*shape: int, seed: int = 0, dtype: str = "float64") -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape).astype(dtype)


A, B, C = normal(3, 4), normal(3, 4, seed=1), normal(3, 3, seed=2)
V, W, T = normal(5, seed=3), normal(3, seed=4), normal(2, 3, 4, seed=5)
ROWS = np.array([2, 0, 2])


def case(function: Any, *args: Any, **kwargs: Any) -> Any:
    name = function if isinstance(function, str) else function.__name__
    return pytest.param(function, args, kwargs, id=f"{name}-{len(args)}-{kwargs}")


CALLS = [
    case(np.take, A, 2, axis=1), case(np.take, A, ROWS, axis=1),
    case(np.take, A, np.array([[2, 0], [1, 1]])),
    case(np.take_along_axis, A, np.argsort(A, 1), axis=1),
    case(np.take_along_axis, A, np.argsort(A, 0), axis=0),
    case(np.compress, np.array([True, False, True]), A, axis=0), case(np.extract, A > 0, A),
    case(np.nonzero, A > 0), case(np.argwhere, A > 0), case(np.flatnonzero, A > 0),
    case(np.searchsorted, np.sort(V), W), case(np.searchsorted, np.sort(V), W, side="right"),
    case(np.transpose, T, (2, 0, 1)), case(np.transpose, T), case("T", T),
    case("transpose", T, 1, 0, 2),
    case("transpose", T, (1, 0, 2)), case(np.swapaxes, T, 0, -1), case(np.moveaxis, T, 0, -1),
    case(np.moveaxis, T, (0, 1), (-1, 0)), case(np.rollaxis, T, 2), case(np.rollaxis, T, 0, 3),
    case(np.matrix_transpose, T), case("mT", T),
    case(np.reshape, A, (4, 3)), case(np.reshape, A, -1), case("reshape", A, 2, -1),
    case("reshape", A, (2, 6)),
    case(np.ravel, A), case("ravel", T), case("flatten", A), case(np.squeeze, A[:, None], axis=1),
    case(np.squeeze, A[None, :, None], axis=(0, 2)), case(np.expand_dims, A, (0, 2)),
    case(np.expand_dims, A, -1),
    case(np.broadcast_to, V, (3, 5)), case(np.broadcast_arrays, A, A[:1], A[0]),
    case(np.atleast_1d, V),
    case(np.atleast_2d, V), case(np.atleast_3d, A), case(np.atleast_3d, V),
    case(np.flip, A), case(np.flip, A, 1), case(np.flip, T, (0, 2)), case(np.fliplr, A),
    case(np.flipud, A),
    *(case(np.rot90, A, k) for k in range(-1, 5)), case(np.rot90, T, 1, axes=(1, 2)),
    case(np.roll, A, 2), case(np.roll, A, -1, axis=1), case(np.roll, A, (1, 2), axis=(0, 1)),
    case(np.roll, V, Run(2)),
    case(np.diag, V), case(np.diag, V, k=-2), case(np.diag, A), case(np.diag, A, k=1),
    case(np.diagflat, A),
    case(np.diagonal, T, offset=-1, axis1=2, axis2=0), case(np.diagonal, A, 2),
    case(np.diagonal, A, -5),
    case(np.trace, A), case(np.trace, T), case(np.trace, A, 1), case("trace", C),
    case(np.triu, A), case(np.tril, A, -1), case(np.triu, T, 1), case(np.tril, V),
    case(np.tile, A, 2), case(np.tile, A, (2, 1, 3)), case(np.tile, T, (2,)), case(np.repeat, A, 2),
    case(np.repeat, A, 3, axis=1), case(np.repeat, A, np.array([1, 0, 2]), axis=0),
    case(np.pad, V, 2), case(np.pad, V, (1, 2), mode="edge"),
    case(np.pad, A, ((1, 2), (0, 3)), mode="reflect"),
    case(np.pad, A, 1, mode="wrap"), case(np.pad, A, 1, mode="symmetric"),
    case(np.pad, A, 1, constant_values=3.0),
    case(np.pad, A, (2, 0)), case(np.pad, A, ((1, 0), (0, 2))),
    case(np.diff, A), case(np.diff, A, n=2, axis=0), case(np.ediff1d, A),
    case(np.kron, A, C),
    case(np.kron, V, A),
    case(np.meshgrid, V, A[0]), case(np.meshgrid, V, A[0], indexing="ij"),
    case(np.delete, V, 2), case(np.delete, V, -1), case(np.delete, A, 1, axis=1),
    case(np.insert, V, 2, 7.0),
    case(np.insert, A, 1, W, axis=1), case(np.append, V, 1.0), case(np.append, A, B, axis=0),
    case(np.append, A, V),
    case("copy", A), case(np.copy, A), case("astype", A, float),
    case(np.array, [V, V]), case(np.array, [[1.0, 2], [3, V[0]]]), case(np.array, A),
    case(np.asarray, A),
    case(np.array, [1, 2, 3], dtype=float), case(np.asarray, 2.0),
    case(np.concatenate, [A, B]), case(np.concatenate, (A, B, A), axis=1),
    case(np.concatenate, [A, V], axis=None),
    case(np.concatenate, T, axis=1), case(np.concatenate, T), case(np.stack, [A, B], axis=-1),
    case(np.stack, T, axis=1),
    case(np.vstack, [V, V]), case(np.vstack, [A, B]), case(np.vstack, T), case(np.hstack, [V, V]),
    case(np.hstack, [A, B]), case(np.hstack, [1.0, V]), case(np.hstack, T), case(np.dstack, [A, B]),
    case(np.dstack, [V, V]), case(np.column_stack, [V, V]), case(np.column_stack, [A, A[:, 0]]),
    case(np.block, [[A, B], [B, A]]), case(np.block, [V, V]),
    case(np.split, A, 2, axis=1), case(np.split, V, [1, 3]), case(np.hsplit, A, 2),
    case(np.vsplit, A, [1]),
    case(np.dsplit, T, 2), case(np.zeros, 3), case(np.zeros, (2, Run(3))),
    case(np.ones, (2, 2), dtype=np.float32),
    case(np.zeros_like, A), case(np.ones_like, A, dtype=int), case(np.full, (2, 3), 2.5),
    case(np.full_like, A, 1),
    case(np.full, 3, np.array([1.0, 2, 3])), case(np.eye, 3), case(np.eye, 3, 4, k=1),
    case(np.identity, Run(3)),
    case(np.tri, 3), case(np.arange, 5), case(np.arange, 1, Run(7)), case(np.arange, 0.0, 1.0, 0.3),
    case(np.arange, Run(5)), case(np.arange, Run(0.5), Run(3.0), Run(0.7)),
    case(np.arange, 5, dtype=float),
    case(np.linspace, 0.0, 1.0, 7), case(np.linspace, 0, 1, 5, endpoint=False),
    case(np.linspace, 0, 2, 5, retstep=True),
    case(np.linspace, Run(0.3), Run(1.7), 7),
    case(np.linspace, 0.0, Run(1.7), Run(4), endpoint=False),
    case(np.logspace, Run(0.3), Run(1.0), 5), case(np.geomspace, Run(0.3), Run(1.0), 5),
    case(np.geomspace, 1.0, 9.0, 4),
    case(np.full, 3, Run(1.5)), case(np.indices, (2, 3)), case(np.unravel_index, 7, (3, 4)),
    case(np.ix_, np.array([0, 1]), np.array([2, 1])),
]
UNCLEAR = (np.arange,)
"""Their length depends on their arguments: no differences."""


@pytest.mark.parametrize("function, args, kwargs", CALLS)
@pytest.mark.parametrize("symbolic", [True, False], ids=["symbolic", "known"])
def test_call(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any], symbolic: bool) -> None:
    checked(function, args, symbolic=symbolic, numeric=function not in UNCLEAR, **kwargs)


@pytest.mark.parametrize("function, args, kwargs",
    [c for c in CALLS if c.values[0] not in UNCLEAR][::2])
def test_second_order(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    checked_twice(function, args, **kwargs)


KNOWN_ONLY = [
    case(np.squeeze, A[:1]), case(np.array_split, V, 3), case(np.unstack, A),
    case(np.unstack, A, axis=1),
    case(np.delete, V, [0, 3]), case(np.array_split, A, 3, axis=1),
]


@pytest.mark.parametrize("function, args, kwargs", KNOWN_ONLY)
def test_needs_known_sizes(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    checked(function, args, symbolic=False, **kwargs)
    with pytest.raises(Refusal):
        checked(function, args, **kwargs)


def test_uneven_split_of_known_size() -> None:
    with pytest.raises(Refusal):
        checked(np.split, (V, 2), symbolic=False)


@pytest.mark.parametrize("function, args, kwargs", [
    case(np.reshape, normal(0, 3), (3, 0)), case(np.concatenate, [normal(0), normal(2)]),
    case(np.sort, normal(0)),
    case(np.flip, normal(0)), case(np.diff, normal(0)), case(np.tile, normal(0), 2),
    case(np.array, [np.float64(1.0)] * 2),
    case(np.stack, [np.float64(1.0), np.float64(2.0)]), case(np.atleast_2d, np.float64(3.0)),
    case(np.roll, normal(0), 1),
    case(np.transpose, normal(4, 4)[::2, ::-1]), case(np.reshape, normal(4, 4)[::2, ::-1], (4, 2)),
])
def test_empty_scalar_strided(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    checked(function, args, **kwargs)


@pytest.mark.parametrize("function, args, kwargs", [
    case(np.transpose, normal(3, 4, dtype="float32")), case(np.pad, normal(3, dtype="float32"), 1),
    case(np.concatenate, [normal(3, dtype="float32"), V]),
    case(np.take, normal(4, dtype="float32"), ROWS),
    case(np.diag, normal(3, dtype="float32")), case(np.trace, normal(3, 3, dtype="float32")),
    case(np.stack, [normal(3, dtype="float32"), W]), case(np.kron, normal(3, dtype="float32"), V),
])
def test_float32(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    checked(function, args, numeric=False, **kwargs)


REFUSED = [
    case(np.reshape, A, (4, 3), order="F"), case(np.transpose, A, (0, 0)),
    case(np.swapaxes, A, 0, 2),
    case(np.stack, [V, A]), case(np.concatenate, [V, A]), case(np.take, A, V, axis=0),
    case(np.pad, A, 1, mode="empty"), case(np.expand_dims, A, 3),
    case(np.roll, A, 1.5, axis=2),
]


@pytest.mark.parametrize("function, args, kwargs", REFUSED)
def test_refused(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
    with pytest.raises(Refusal):
        checked(function, args, **kwargs)


# Transposes by themselves

def items(*index: Any) -> Index:
    return index_items(index)[0]


BASIC: list[tuple[np.ndarray, Index]] = [
    (A, items(1)), (A, items(slice(1, None))),
    (A, items(slice(None, None, -1), slice(None, None, 2))),
    (T, items(Ellipsis, 0)), (T, items(None, 1, slice(0, 2))), (V, items(-1)),
    (V, items(slice(1, -1))),
    (normal(0), items(slice(1, None))),
]
TWICE = np.array([2, 0, 2, 2])
FANCY: list[tuple[np.ndarray, Index, list[Any]]] = [
    (A, (ArrayItem(Arg(0)),), [TWICE]), (A, (SliceItem(), ArrayItem(Arg(0))), [TWICE]),
    (A, (ArrayItem(Arg(0)),), [A > 0]), (A, (ArrayItem(Arg(0)), ArrayItem(Arg(1))), [TWICE, TWICE]),
    (T, (ArrayItem(Arg(0)), SliceItem(), ArrayItem(Arg(1))), [TWICE % 2, TWICE]),
    (T, (IntItem(0), SliceItem(), ArrayItem(Arg(0))), [TWICE]),
    (V, (SliceItem(Arg(0), Arg(1)),), [1, 4]),
    (V, (IntItem(Arg(0)),), [3]), (A, (ArrayItem(Arg(0)),), [np.array([True, False, True])]),
    (A, (NewAxis(), ArrayItem(Arg(0)), EllipsisItem()), [np.array([[1], [-1]])]),
]
INDEXED = [(x, index, []) for x, index in BASIC] + FANCY


@pytest.mark.parametrize("x, index, operands", INDEXED,
    ids=lambda v: str(v) if isinstance(v, tuple) else "")
def test_index_transposes(x: np.ndarray, index: Index, operands: list[Any]) -> None:
    slot = x[python_index(index, operands)]
    value = normal(*np.shape(slot), seed=9) if np.shape(slot) else np.float64(0.7)
    attrs = {"index": index}
    assert abs(adjoint_gap("getitem", [x, *operands], attrs, (0,))) < 1e-10
    for name in ("setitem", "addat"):
        for positions in ((0,), (1,), (0, 1)):
            assert abs(adjoint_gap(name, [x, value, *operands], attrs, positions)) < 1e-10


@pytest.mark.parametrize("x, index, operands", INDEXED,
    ids=lambda v: str(v) if isinstance(v, tuple) else "")
def test_index_dims(x: np.ndarray, index: Index, operands: list[Any]) -> None:
    runs = Runs()
    atoms = tuple(runs.argument(o).atom for o in operands)
    shape = x[python_index(index, operands)].shape
    for dims in (x.shape, tuple(Sym(f"n{k}") for k in range(x.ndim))):
        made = indexed_dims(dims, index, atoms)
        assert made is not None and len(made) == len(shape)
        assert all(isinstance(d, Sym) or d == n for d, n in zip(made, shape, strict=True))


LINEAR: list[tuple[str, list[Any], dict[str, Any], tuple[int, ...]]] = [
    ("setitem", [A, np.float32(2.0)], {"index": items(1, 2)}, (0, 1)),
    ("setitem", [A, 2.0], {"index": items(1)}, (0, 1)),
    ("transpose", [T], {"axes": (2, 0, 1)}, (0,)), ("reshape", [A, 2, 6], {}, (0,)),
    ("reshape", [A, -1], {}, (0,)),
    ("expand_dims", [A], {"axis": (0, 2)}, (0,)),
    ("squeeze", [normal(1, 3, 1)], {"axis": (0, 2)}, (0,)),
    *(("diag", [V], {"k": k}, (0,)) for k in (-2, 0, 1)),
    *(("trace", [A], {"offset": k}, (0,)) for k in (-1, 0, 2)),
    *(("diagonal", [T], {"offset": k, "axis1": 2, "axis2": 0}, (0,)) for k in (-1, 0, 1)),
    ("roll_by", [A, 2], {"axis": 1}, (0,)), ("tile", [T], {"reps": (3, 1, 2, 2)}, (0,)),
    *(("pad", [A], {"pad_width": ((1, 2), (0, 3)), "mode": m}, (0,)) for m in ("constant", "edge",
        "reflect", "wrap")),
    ("array", [V, V, V], {}, (0, 2)), ("array", [1.0, 2.0, np.float32(1)], {}, (0, 1, 2)),
    ("stack", [A, B], {"axis": 1}, (0, 1)),
    ("concatenate", [A, normal(2, 4), normal(1, 4)], {"axis": 0}, (0, 1, 2)),
    ("concatenate", [A, normal(3, 2, dtype="float32"), normal(3, 1)], {"axis": 1}, (1,)),
    ("concatenate", [A, normal(3, 0), normal(3, 1)], {"axis": 1}, (0, 2)),
    ("full", [2.0, 3, 4], {"dtype": "float64"}, (0,)),
    ("linspace", [1.0, 2.0, 7], {"endpoint": True}, (0, 1)),
    ("linspace", [1.0, 2.0, 7], {"endpoint": False}, (1,)),
    ("list", [W, W], {}, (0, 1)), ("append", [[W, W], W], {}, (0, 1)),
    ("stack_list", [[W, W]], {"axis": 0}, (0,)),
    ("stack_list", [[W, W]], {"axis": 1}, (0,)), ("unstack", [A], {"axis": 1}, (0,)),
    ("reverse_list", [[W, W]], {}, (0,)),
    ("addat", [[W, W], W], {"index": (IntItem(1),)}, (0, 1)),
    ("setitem", [[W, W], W], {"index": (IntItem(1),)}, (0, 1)),
    ("permute", [A, np.argsort(A, 0)], {"axis": 0}, (0,)),
    ("permute", [A, np.argsort(A, 1)], {"axis": 1}, (0,)),
]


@pytest.mark.parametrize("name, args, attrs, positions", LINEAR, ids=str)
def test_transpose(name: str, args: list[Any], attrs: dict[str, Any],
    positions: tuple[int, ...]) -> None:
    single = any(getattr(a, "dtype", None) == np.float32 for a in args)
    assert abs(adjoint_gap(name, args, attrs, positions)) < (1e-5 if single else 1e-10)


def test_a_wrong_transpose_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The check above can fail."""
    import dataclasses
    wrong = dataclasses.replace(RULES["roll"], transpose=lambda g, op, ct, linear: (ct,))
    monkeypatch.setitem(RULES, "roll", wrong)
    assert abs(adjoint_gap("roll", [V], {"shift": 1, "axis": None}, (0,))) > 1e-3


# Dims

N, M = Sym("n"), Sym("m")


@pytest.mark.parametrize("dim, start, stop, step, want", [
    (N, None, None, None, N), (N, 1, None, None, Sym("n-1")), (N, 1, -1, None, Sym("n-2")),
    (N, None, -2, None, Sym("n-2")),
    (N, None, None, -1, N), (N, None, N, None, N), (N, None, Sym("n-1"), None, Sym("n-1")),
    (N, 1, Sym("n-1"), None, Sym("n-2")),
    (Sym("n-1"), None, Sym("n-3"), None, Sym("n-3")), (7, 1, None, 2, 3), (7, -2, None, None, 2),
    (3, 5, None, None, 0),
    (N, N, None, None, 0),
    (Sym("m+n"), None, M, None, M), (Sym("m+n"), M, None, None, N),
    (Sym("(n-1)+m+2"), Sym("m+2"), None, None, Sym("n-1")),
    (Sym("k+m+n"), Sym("k"), Sym("k+n"), None, N), (N, M, None, None, Sym("len(n[m::])")),
])
def test_slice_dim(dim: Any, start: Any, stop: Any, step: Any, want: Any) -> None:
    assert slice_dim(dim, start, stop, step) == want


def test_equal_slices_have_equal_dims() -> None:
    assert slice_dim(N, None, None, 2) == slice_dim(N, None, None, 2)
    assert slice_dim(N, 0, 3, None) != slice_dim(M, 0, 3, None)


@pytest.mark.parametrize("old, new, want", [
    ((N, M), (-1,), (Sym("m*n"),)), ((N, 4), (-1, 4), (N, 4)), ((6, 4), (-1, 3), (8, 3)),
    ((N, M), (M, -1), (M, N)),
])
def test_reshaped_dims(old: Any, new: Any, want: Any) -> None:
    assert reshaped_dims(old, new) == want


def test_reshape_that_cannot_fit() -> None:
    with pytest.raises(Refusal):
        reshaped_dims((6, 4), (5, 5))


def test_shapes_and_lists_are_indexed() -> None:
    runs = Runs()
    x = runs.argument(A)
    shape = runs("shape", x)
    rows = runs("getitem", shape, index=(IntItem(0),))
    assert isinstance(rows.type, ScalarT) and rows.type.size == dims_of(x.type)[0]
    pair = runs("list", x, x)
    assert isinstance(pair.type, ListT)
    assert isinstance(runs("getitem", pair, index=(IntItem(-1),)).type, ArrayT)
    for bad in (IntItem(2), IntItem(-3)):
        with pytest.raises(Refusal):
            runs("getitem", shape, index=(bad,))


@pytest.mark.parametrize("index",
    [items(3), items(0, 0, 0), (ArrayItem(Arg(0)), EllipsisItem(), EllipsisItem())], ids=str)
def test_bad_indices(index: Index) -> None:
    runs = Runs()
    x = runs.argument(A, symbolic=False)
    with pytest.raises(Refusal):
        runs("getitem", x,
            *([runs.argument(ROWS)] if any(isinstance(i, ArrayItem) for i in index) else []),
        index=index)


def test_value_that_does_not_fit() -> None:
    runs = Runs()
    with pytest.raises(Refusal):
        runs("setitem", runs.argument(A, symbolic=False), runs.argument(V, symbolic=False),
            index=items(0))
