"""Views and shapes, as emitted modules write them, on CuPy's own arrays over the host's memory: shapes, strides and
contents are NumPy's. Needs CuPy, but no device."""
from __future__ import annotations

from typing import Any

import numpy as np
import pytest

cupy = pytest.importorskip("cupy")

X, V, Z = np.arange(24.0).reshape(2, 3, 4), np.arange(5.0), np.arange(6.0).reshape(2, 3) * (1.0 + 2.0j)
THIN, ONE = np.arange(3.0).reshape(1, 3, 1), np.array(2.5)
VIEWS = [
    (X, "x.T"), (X, "x.mT"), (X, "x.transpose(1, 0, 2)"), (X, "x.transpose(2, 0, 1)"), (X, "cp.transpose(x)"),
    (X, "cp.transpose(x, (0, 2, 1))"), (X, "cp.swapaxes(x, 0, 2)"), (X, "x.swapaxes(0, 1)"),
    (X, "cp.moveaxis(x, 0, -1)"), (X, "cp.moveaxis(x, (0, 1), (2, 0))"), (X, "cp.rollaxis(x, 2)"),
    (X, "x.reshape(6, 4)"), (X, "x.reshape(-1)"), (X, "x.reshape((2, -1))"), (X, "x[0].reshape(2, 6)"),
    (X, "x.ravel()"), (X, "x[:, None]"), (X, "x[..., None]"), (X, "x[None, :, 0]"), (X, "x[0]"), (X, "x[-1, 1:]"),
    (X, "x[:, ::-1]"), (X, "x[..., ::2]"), (X, "x[1, 2, 3]"), (X, "x[:, 1:-1, -2]"), (X, "x[::-1, :, ::-2]"),
    (X, "x[...]"), (X, "x[0:0]"), (X, "cp.expand_dims(x, 1)"), (X, "cp.expand_dims(x, (0, 2))"),
    (X, "cp.broadcast_to(x, (5, 2, 3, 4))"), (X, "cp.broadcast_to(x[:, :1], (2, 3, 4))"),
    (X, "cp.diagonal(x, 0, 1, 2)"), (X, "cp.flip(x, 1)"), (X, "x.view()"),
    (X, "cp.split(x, 3, axis=1)[1]"), (X, "cp.array_split(x, [1, 2], axis=2)[2]"), (X, "x.real"), (X.T, "x.T"),
    (X.T, "x[::2].swapaxes(0, 1)"), (X[:, ::2, ::-1], "x.T[1]"), (X[:, ::2], "x.squeeze()"),
    (V, "x[:, None]"), (V, "x[None]"), (V, "x[1:]"), (V, "x[:-1]"), (V, "x[::-1]"), (V, "x[::2]"), (V, "x[3]"),
    (V, "cp.broadcast_to(x, (3, 5))"), (V, "cp.broadcast_to(x[:, None], (5, 2))"), (V, "x[10:]"), (V, "x[-2:0:-1]"),
    (THIN, "x.squeeze(0)"), (THIN, "x.squeeze((0, 2))"), (THIN, "cp.squeeze(x, 2)"), (THIN, "x.squeeze()"),
    (THIN, "x[0, :, 0]"), (THIN, "x.reshape(3)"), (ONE, "x.reshape(1, 1)"), (ONE, "x[None]"),
    (ONE, "x[...]"), (ONE, "x.T"), (ONE, "cp.broadcast_to(x, (2, 3))"), (ONE, "x.reshape(())"),
    (Z, "x.real"), (Z, "x.imag"), (Z, "x.T.real[1:]"), (Z, "x[..., 0].imag"),
]


def on_host(array: np.ndarray) -> Any:
    """CuPy's array over the memory of NumPy's."""
    base = array if array.base is None else array.base
    while base.base is not None:
        base = base.base
    memory = cupy.cuda.UnownedMemory(base.ctypes.data, base.nbytes, base, 0)
    offset = array.ctypes.data - base.ctypes.data
    at = cupy.cuda.MemoryPointer(memory, offset)
    return cupy.ndarray(array.shape, array.dtype, at, array.strides)


def read(array: Any) -> np.ndarray:
    """NumPy's array over the memory of CuPy's."""
    interface = {"shape": array.shape, "strides": array.strides, "typestr": array.dtype.str, "version": 3,
                 "data": (array.data.ptr, False)}
    return np.asarray(type("Place", (), {"__array_interface__": interface})())


@pytest.mark.parametrize("array, text", VIEWS, ids=[f"{text} of {array.shape}" for array, text in VIEWS])
def test_view(array: np.ndarray, text: str) -> None:
    expected = np.asarray(eval(text, {"cp": np, "x": array}))
    if expected.ndim == 0 and array.ndim:
        expected = np.asarray(eval(text.replace("]", ", ...]"), {"cp": np, "x": array}))
    found = eval(text, {"cp": cupy, "x": on_host(array)})
    assert isinstance(found, cupy.ndarray)
    assert found.shape == expected.shape and found.dtype == expected.dtype
    assert [s for s, n in zip(found.strides, found.shape) if n > 1] == [
        s for s, n in zip(expected.strides, expected.shape) if n > 1]
    if expected.size:
        assert found.data.ptr == expected.ctypes.data, "a copy, or another place"
        assert np.array_equal(read(found), expected)


def test_a_number_is_a_view_too() -> None:
    """What is written into an element that was taken out arrives in the array: NumPy's scalars are copies."""
    x = V.copy()
    element = on_host(x)[2]
    read(element)[...] = 7.0
    assert element.ndim == 0 and x[2] == 7.0
