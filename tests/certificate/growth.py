"""How an emitted vjp grows with the sizes of its arguments, against the function itself.

    growth(case)    the case at a size and at four times that size: peak memory and lines of Python run, of both

A dense Jacobian of a function that takes O(n) shows in memory that grows like n^2; a loop over elements in Python where
the function has none shows in the number of lines that are run.
"""

from __future__ import annotations

import sys
import tracemalloc
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import adgen
from tests import oracles
from tests.certificate.checks import program
from tests.certificate.variants import accepted, arrays, with_args
from tests.rule_cases import Case

SMALL, LARGE = 120, 480
SMALL_SQUARE, LARGE_SQUARE = 24, 96
"""Of arrays with several axes of the length that grows."""
MORE = 2.2
"""By how much the vjp may grow faster than the function and its arguments."""
LEAST_BYTES, LEAST_LINES = 100_000, 100
"""Below, growth says nothing."""


@dataclass(frozen=True)
class Cost:
    memory: float
    """Bytes at the peak, over what was there before."""
    lines: float
    """Lines of Python run, also in libraries."""


@dataclass(frozen=True)
class Growth:
    """Costs at the larger size, and their ratios to those at the smaller size."""

    function: Cost
    derivative: Cost
    function_ratio: Cost
    derivative_ratio: Cost

    def text(self) -> str:
        """What is wrong with it; empty if nothing is."""
        if self.is_quadratic:
            ratios = self.derivative_ratio.memory, self.function_ratio.memory
            return "memory grows {:.0f}-fold, the function's {:.0f}-fold".format(*ratios)
        lines = self.derivative.lines, self.function.lines
        return "it runs {:.0f} lines of Python, the function {:.0f}".format(*lines) if self.loops else ""

    @property
    def is_quadratic(self) -> bool:
        """Whether the vjp's memory grows faster than the function's."""
        return self.derivative.memory > LEAST_BYTES and (
            self.derivative_ratio.memory > MORE * self.function_ratio.memory)

    @property
    def loops(self) -> bool:
        """Whether the vjp runs lines element by element where the function does not."""
        return self.derivative.lines > LEAST_LINES and (
            self.derivative_ratio.lines > MORE * self.function_ratio.lines)


def cost(function: Callable[..., Any], args: tuple[Any, ...]) -> Cost:
    function(*args)
    tracemalloc.start()
    kept = function(*args)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    del kept
    return Cost(float(peak), float(lines_run(function, args)))


def lines_run(function: Callable[..., Any], args: tuple[Any, ...]) -> int:
    count = 0

    def trace(frame: Any, event: str, arg: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        function(*args)
    finally:
        sys.settrace(before)
    return count


def sizes(case: Case) -> Iterator[tuple[Case, Case]]:
    """The case at two sizes: every axis of one length grown, one length after the other."""
    for length in dict.fromkeys(n for v in arrays(case).values() for n in v.shape if n > 1):
        several = any(v.shape.count(length) > 1 for v in arrays(case).values())
        pair = (SMALL_SQUARE, LARGE_SQUARE) if several else (SMALL, LARGE)
        yield tuple(with_args(case, **{k: grown(v, length, n) for k, v in arrays(case).items()})
                    for n in pair)  # type: ignore[misc]


def grown(value: Any, length: int, n: int) -> Any:
    """The array with n for each axis of that length; its numbers again and again, a little different each time."""
    made = np.resize(value, tuple(n if d == length else d for d in value.shape))
    noise = 1.0 + 1e-3 * np.random.default_rng(0).random(made.shape)
    return (made * noise).astype(made.dtype) if made.dtype.kind in "fc" else made


def growth(case: Case) -> Growth | None:
    """None where NumPy takes no other sizes than the case's own."""
    for small, large in sizes(case):
        if any(isinstance(accepted(c), Exception) for c in (small, large)):
            continue
        costs = [costs_of(c) for c in (small, large)]
        size = [1 + sum(v.nbytes for v in arrays(c).values()) + bytes_of(accepted(c)) for c in (small, large)]
        (f0, d0), (f1, d1) = costs
        of_function = Cost(max(f1.memory / max(f0.memory, 1.0), size[1] / size[0]), f1.lines / max(f0.lines, 1.0))
        of_derivative = Cost(d1.memory / max(d0.memory, 1.0), d1.lines / max(d0.lines, 1.0))
        return Growth(f1, d1, of_function, of_derivative)
    return None


def bytes_of(tree: Any) -> int:
    return sum(np.asarray(x).nbytes for x in oracles.leaves(tree))


def costs_of(case: Case) -> tuple[Cost, Cost]:
    """Of the function, and of its emitted vjp."""
    made = program(case)
    cotangent = made.cotangent()
    made.vjp(cotangent)
    reverse = made.operator(adgen.vjp)
    emitted = reverse._last().lowered.function
    return cost(made.function, made.args), cost(emitted, (*made.args, cotangent))
