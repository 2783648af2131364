"""A program with arguments to check its derivatives at."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Case:
    function: Callable[..., Any]
    args: tuple[Any, ...]
    order: int = 2
    argnums: tuple[int, ...] | None = None


def numbers(*shape: int, seed: int = 0, low: float = 0.2, high: float = 1.2) -> np.ndarray:
    """Numbers between `low` and `high`, the same each time."""
    return np.random.default_rng([seed, *shape]).uniform(low, high, size=shape)


class Cases(list[Case]):
    """`@cases.add(*args)` above a function enters it."""

    def add(self, *args: Any, order: int = 2, argnums: tuple[int, ...] | None = None) -> Any:
        def enter(function: Callable[..., Any]) -> Callable[..., Any]:
            self.append(Case(function, args, order, argnums))
            return function

        return enter
