"""What a derivative computes with, its target: NumPy, or CuPy on a device.

input      the arguments of a call, or the name of a target that was asked for
output     the target; TypeError where NumPy's arrays and CuPy's meet, with the arguments' names; the arguments as the
           target takes them
guarantee  compiling never imports CuPy; a call of what was compiled for it does. Which target a call is for follows
           from the classes of its arrays alone, and nothing waits for the device
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Callable, Iterator, Mapping
from types import SimpleNamespace
from typing import Any, cast

import numpy as np

from adgen.errors import AdgenError, Problem
from adgen.ir.core import Const, Function, Op, definitions, walk
from adgen.ir.tree import take_apart
from adgen.ir.types import dtype_of, is_number
from adgen.signature import child_paths, is_cupy, is_ndarray, map_parts

TARGETS = ("numpy", "cupy")
WORDS = {"numpy": "NumPy", "cupy": "CuPy"}
MOVE = {"numpy": "cupy.asnumpy", "cupy": "cupy.asarray"}
"""What takes an array to a target."""
DTYPES = frozenset(
    "bool int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split()
)
"""Of CuPy's arrays."""


class NotInstalled(ModuleNotFoundError):
    """A target's library is missing; the message says how to get it."""


def require_installed(target: str) -> None:
    """Raise NotInstalled where the target is CuPy and that is not installed."""
    if target == "cupy" and not has_cupy():
        raise NotInstalled(
            "target 'cupy' needs CuPy, which is not installed: pip install 'adgen[cuda12]' "
            "(or 'adgen[cuda13]', for CUDA 13)",
            name="cupy",
        )


def has_cupy() -> bool:
    """Whether CuPy is installed, without importing it."""
    try:
        return importlib.util.find_spec("cupy") is not None
    except ValueError:  # a module that was put there by hand
        return "cupy" in sys.modules


# Whose arrays they are


def arrays_of(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """Where a value holds arrays: how each is written, and of which target it is. NumPy's scalars go with both."""
    if is_cupy(value):
        yield path, "cupy"
    elif is_ndarray(value):
        yield path, "numpy"
    else:
        parts = None if value is None else take_apart(value)
        if parts is not None:
            node, keys, children = parts
            for child, at in zip(children, child_paths(node, keys, len(children), path), strict=True):
                yield from arrays_of(child, at)


def target_of(operator: str, params: Mapping[str, Any], asked: str) -> str:
    """The target of a call: as it is asked for, or that of its arrays; empty where it has none of either.

    TypeError where arrays of both meet, or of the one that is not asked for.
    """
    first: dict[str, str] = {}
    for name, value in params.items():
        for path, target in arrays_of(value, name):
            first.setdefault(target, path)
    if len(first) == 2:
        raise TypeError(
            f"{operator}: {first['cupy']} is a CuPy array and {first['numpy']} a NumPy array; "
            f"move one with cupy.asarray({first['numpy']}) or cupy.asnumpy({first['cupy']})"
        )
    found = next(iter(first), "")
    if asked and found and asked != found:
        raise TypeError(
            f"{operator}: {first[found]} is a {WORDS[found]} array, and the target is {asked!r}; "
            f"move it with {MOVE[asked]}({first[found]})"
        )
    return asked or found


# Arguments as the target takes them


def array_class(target: str) -> type:
    """The class of a target's arrays."""
    return np.ndarray if target == "numpy" else importlib.import_module("cupy").ndarray


def on_device(value: Any, kind: type = np.generic) -> Any:
    """An argument with NumPy's scalars as CuPy's arrays of rank 0, which is what types of rank 0 are on a device; or
    with NumPy's arrays as CuPy's."""
    if isinstance(value, kind):
        return importlib.import_module("cupy").asarray(value)
    return map_parts(value, lambda part: on_device(part, kind))


def on_host(value: Any) -> Any:
    """A value with CuPy's arrays as NumPy's."""
    if is_cupy(value):
        return importlib.import_module("cupy").asnumpy(value)
    return map_parts(value, on_host)


def captured_guards(function: Function) -> Iterator[tuple[str, Callable[[], Any], Any]]:
    """Guards that arrays from around a function still hold what was copied to the device."""
    found = {id(a.value): a for op in every_op(function) for a in op.args if isinstance(a, Const) and not a.made}
    for const in found.values():
        value: Any = const.value
        if isinstance(value, np.ndarray):
            yield const.name, _holds_still(cast("np.ndarray[Any, Any]", value)), True


def _holds_still(array: np.ndarray[Any, Any]) -> Callable[[], bool]:
    content = array.tobytes()
    return lambda: array.tobytes() == content


def as_host_view(array: Any) -> Any:
    """A NumPy array that lies where CuPy's does on the device: for its bounds and strides, never for its elements."""
    if is_ndarray(array):
        return array
    interface = {
        "shape": array.shape,
        "strides": array.strides,
        "typestr": array.dtype.str,
        "data": (array.data.ptr, False),
        "version": 3,
    }
    return np.asarray(SimpleNamespace(__array_interface__=interface))


# What a target cannot compute


def require_dtypes(function: Function, target: str) -> None:
    """Refuse a function of numbers that the target's arrays cannot hold: extended precision, on a device."""
    if target != "cupy":
        return
    for param in function.block.params:
        _require_dtype(param.type, None)
    for op in every_op(function):
        for value in (*op.args, *op.results):
            _require_dtype(value.type, op.span)


def every_op(function: Function) -> Iterator[Op]:
    """The ops of a function and of the definitions that it calls."""
    for block in (function.block, *(callee.body for callee in definitions(function.block))):
        yield from walk(block)


def _require_dtype(t: Any, span: Any) -> None:
    if is_number(t) and dtype_of(t) not in DTYPES:
        raise AdgenError(
            [Problem(f"CuPy has no arrays of dtype {dtype_of(t)}", span, "compute in float64, or give target='numpy'")]
        )
