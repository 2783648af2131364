"""Whether there is a GPU, and what tests on one need; the same on the stand-in, so that the tests are tested without.

    missing()       why nothing can run on a GPU; empty if it can
    on_gpu()        a `Device` of CuPy's
    on_stand_in()   a `Device` on the host, for the body of a `with`
"""

from __future__ import annotations

import functools
import importlib
import warnings
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests import oracles
from tests.cupy_checks import host


@functools.cache
def missing() -> str:
    try:
        cupy = importlib.import_module("cupy")
    except ImportError as error:
        return f"CuPy is not installed ({error})"
    try:
        return "" if cupy.cuda.runtime.getDeviceCount() else "CuPy finds no GPU"
    except cupy.cuda.runtime.CUDARuntimeError as error:
        return f"CuPy finds no GPU ({error})"


@dataclass(frozen=True)
class Device:
    """Where arrays live: CuPy, or what stands for it."""

    cp: Any
    asarray: Callable[[Any], Any]
    """A tree with its NumPy arrays moved to the device."""
    asnumpy: Callable[[Any], Any]
    """A tree with the device's arrays moved to the host."""
    no_sync: Callable[[], AbstractContextManager[None]]
    """In its body, waiting for the device raises."""


def on_gpu() -> Device:
    cp = importlib.import_module("cupy")

    def asarray(tree: Any) -> Any:
        return oracles.tree_map(lambda v: cp.asarray(v) if isinstance(v, np.ndarray) else v, tree)

    def asnumpy(tree: Any) -> Any:
        return oracles.tree_map(lambda v: cp.asnumpy(v) if isinstance(v, cp.ndarray) else v, tree)

    return Device(cp, asarray, asnumpy, gpu_no_sync)


@contextmanager
def gpu_no_sync() -> Iterator[None]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that CuPy does not see every way to wait
        allowed = importlib.import_module("cupyx").allow_synchronize(False)
    with allowed:
        yield


@contextmanager
def on_stand_in() -> Iterator[Device]:
    with host.in_place_of_cupy():
        yield Device(host.cupy, host.asarray, host.asnumpy, host.no_sync)
