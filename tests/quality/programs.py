"""What is measured: functions, hand-written derivatives of them, and adgen's of the same."""
from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

import adgen
from tests.quality.by_hand import branch, heat, mlp, recurrence, rosenbrock, scalar, untyped

RNG = np.random.default_rng(0)


@dataclass(frozen=True)
class Measured:
    """A row of the report."""

    name: str
    module: ModuleType
    primal: str
    by_hand: str
    make: Callable[[Callable[..., Any]], Any]
    """From the function to adgen's derivative."""
    args: Callable[[], tuple[Any, ...]]
    size: str
    types: tuple[str, ...] = ()
    """Types to compile for, where they are not those of the arguments."""

    @property
    def hand(self) -> Callable[..., Any]:
        return getattr(self.module, self.by_hand)

    def lowered(self) -> Any:
        """The compiled derivative: `.source`, `.function`, `.captured`."""
        return self.compile(getattr(self.module, self.primal))

    def compile(self, function: Callable[..., Any]) -> Any:
        """adgen's derivative of the function, for the types of the arguments."""
        parameters = len(inspect.signature(function).parameters)
        return self.make(function).lower(*(self.types or self.args()[:parameters]))

    def fresh_primal(self) -> Callable[..., Any]:
        """The function of a module loaded anew, so that nothing of it is cached."""
        return getattr(importlib.reload(self.module), self.primal)


def mlp_arguments() -> tuple[Any, ...]:
    params = [(RNG.normal(size=(64, 50)), RNG.normal(size=50)),
              (RNG.normal(size=(50, 10)), RNG.normal(size=10))]
    return params, RNG.normal(size=(256, 64)), np.eye(10)[RNG.integers(0, 10, 256)], 0.1


def grad(wrt: str) -> Callable[[Callable[..., Any]], Any]:
    return lambda f: adgen.grad(f, wrt=wrt)


X = RNG.normal(size=10_000)
# fmt: off
PROGRAMS = (
    Measured("scalar, forward",         scalar, "f", "f_jvp", adgen.jvp,
             lambda: (2.0, 5.0, 1.0, 0.5), "scalars"),
    Measured("scalar, reverse",         scalar, "f", "f_value_and_grad",
             lambda f: adgen.value_and_grad(f, wrt="x1, x2"), lambda: (2.0, 5.0), "scalars"),
    Measured("Rosenbrock, gradient",    rosenbrock, "rosenbrock", "rosenbrock_grad", adgen.grad,
             lambda: (X,), "10,000"),
    Measured("Rosenbrock, Hessian times vector", rosenbrock, "rosenbrock", "rosenbrock_hvp",
             adgen.hvp,
             lambda: (X, X[::-1].copy()), "10,000"),
    Measured("recurrence",              recurrence, "recurrence", "recurrence_grad", grad("x, s0"),
             lambda: (0.1 * X[:1000], 0.5), "1,000 steps"),
    Measured("heat, initial state",     heat, "heat", "heat_grad_u0", grad("u0"),
             lambda: (X, 0.3, 50),
             "10,000, 50 steps"),
    Measured("heat, both",              heat, "heat", "heat_grad", grad("u0, alpha"),
             lambda: (X, 0.3, 50),
             "10,000, 50 steps"),
    Measured("Newton's square root",    branch, "newton_sqrt", "newton_sqrt_grad", grad("a"),
             lambda: (3.0e4, 1e-8),
             "scalars"),
    Measured("network's posterior",     mlp, "log_posterior", "log_posterior_grad", grad("params"),
             mlp_arguments,
             "64-50-10, 256 inputs"),
    Measured("types unknown",           untyped, "wsse", "wsse_grad", grad("w, x, y"),
             lambda: (RNG.normal(size=(100, 1)), 0.5, RNG.normal(size=(1, 100))), "100 x 100",
             ("float64[...]", "float64[...]", "float64[...]")),
)
# fmt: on


def sweep(x: Any) -> Any:
    """A loop that reads an element each time: its gradient must cost O(n), never O(n) a read."""
    s = 0.0
    for i in range(len(x)):
        s = s + np.sin(x[i]) * x[i]
    return s
