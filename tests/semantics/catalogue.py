"""The two ways to enter a program: `works` and `refused`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

Function = Callable[..., Any]


@dataclass(frozen=True)
class Program:
    function: Function
    args: tuple[Any, ...]
    order: int = 2
    argnums: tuple[int, ...] | None = None
    """Which arguments to differentiate with respect to; all that are inexact where None."""


@dataclass(frozen=True)
class RefusedProgram:
    function: Function
    args: tuple[Any, ...]
    message: str
    """A part of what is said."""
    at: str
    """What the caret points at: the source that starts at the refusal's place. Empty for the whole function."""


class Catalogue:
    """The programs of one file."""

    def __init__(self) -> None:
        self.working: list[Program] = []
        self.refusals: list[RefusedProgram] = []

    def works(
        self, *args: Any, order: int = 2, argnums: tuple[int, ...] | None = None
    ) -> Callable[[Function], Function]:
        def enter(function: Function) -> Function:
            self.working.append(Program(function, args, order, argnums))
            return function

        return enter

    def refused(self, message: str, at: str, *args: Any) -> Callable[[Function], Function]:
        def enter(function: Function) -> Function:
            self.refusals.append(RefusedProgram(function, args, message, at))
            return function

        return enter


def numbers(*shape: int, seed: int = 0, low: float = 0.2, high: float = 1.2) -> np.ndarray:
    """Numbers between `low` and `high`, the same each time."""
    return np.random.default_rng([seed, *shape]).uniform(low, high, size=shape)
