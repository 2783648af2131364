"""Expressions that call what adgen knows, family by family: a file each, with a list `CASES` of (text, arguments).

    CASES = [("np.cov(x, rowvar=False)", {"x": normal(5, 3)})]      the names in a text are parameters

`tests.rule_cases` collects them; every one is certified in both modes, both orders, single precision, other layouts.
A third item of a row are statements before the expression, for what works in place: `("y = 1.0 * x", "y.sort()")`.
A text may call whatever `np`, `math`, `operator` and `scipy` hold. Arguments that are Python floats or NumPy arrays of
floats are differentiated, others (ints, masks, strings) are constants.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from typing import Any

import numpy as np

Row = tuple[str, dict[str, Any]] | tuple[str, dict[str, Any], tuple[str, ...]]


def families() -> Iterator[tuple[str, list[Row]]]:
    """(family, its cases), by the names of the files."""
    for module in pkgutil.iter_modules(__path__):
        yield module.name, importlib.import_module(f"{__name__}.{module.name}").CASES


def normal(*shape: int, seed: int = 0) -> Any:
    """Normal numbers; the same ones each time."""
    return np.random.default_rng(seed).normal(size=shape)


def positive(*shape: int, seed: int = 0) -> Any:
    """Numbers in [0.5, 2.5)."""
    return 0.5 + 2.0 * np.random.default_rng(seed).random(shape)


def inside(*shape: int, seed: int = 0) -> Any:
    """Numbers in [0.1, 0.9)."""
    return 0.1 + 0.8 * np.random.default_rng(seed).random(shape)


def waves(*shape: int, seed: int = 0) -> Any:
    """Complex normal numbers."""
    rng = np.random.default_rng(seed)
    return rng.normal(size=shape) + 1j * rng.normal(size=shape)
