"""The contenders: each makes, for a program and its arguments, a call without arguments that computes value and gradient.

`Place` says where they run: on a GPU with CuPy, or on the host with NumPy, where the tests run the same code.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

import adgen
from tests.gpu_benchmark import by_hand
from tests.gpu_benchmark.programs import Program

Call = Callable[[], tuple[Any, tuple[Any, ...]]]
"""Gives (value, a gradient for each argument asked for), as arrays of the contender's own."""


@dataclass(frozen=True)
class Place:
    """Where arrays are."""

    xp: Any
    """CuPy or NumPy."""
    torch_device: str
    target: str
    """Of adgen."""

    def moved(self, args: dict[str, Any]) -> dict[str, Any]:
        """The arguments with arrays of `xp`."""
        return mapped(self.xp.asarray, args)


def on_host() -> Place:
    return Place(np, "cpu", "numpy")


def on_gpu() -> Place:
    return Place(importlib.import_module("cupy"), "cuda", "cupy")


def mapped(function: Callable[[Any], Any], args: dict[str, Any]) -> dict[str, Any]:
    """The arguments with the function applied to each array."""
    return {k: function(v) if isinstance(v, np.ndarray) else v for k, v in args.items()}


@dataclass(frozen=True)
class Contender:
    """A way to a gradient. `needs` is the module without which it is left out."""

    name: str
    title: str
    needs: str
    make: Callable[[Program, dict[str, Any], Place], Call]
    finished: Callable[[Any], Any] = lambda outcome: None
    """Waits until an outcome is computed, where events of CUDA's default stream do not."""

    def missing(self) -> str:
        """Why it cannot run; empty if it can."""
        try:
            importlib.import_module(self.needs)
        except ImportError as error:
            return f"{self.title}: {error}"
        return ""


def by_adgen(*off: str) -> Callable[[Program, dict[str, Any], Place], Call]:
    def make(program: Program, args: dict[str, Any], place: Place) -> Call:
        derivative = adgen.value_and_grad(program.function, wrt=program.wrt, off=off, target=place.target)
        given = tuple(place.moved(args).values())

        def call() -> tuple[Any, tuple[Any, ...]]:
            value, gradient = derivative(*given)
            return value, gradient if len(program.wrt) > 1 else (gradient,)

        return call

    return make


def written_by_hand(program: Program, args: dict[str, Any], place: Place) -> Call:
    function, given = getattr(by_hand, program.name), tuple(place.moved(args).values())
    return lambda: function(place.xp, *given)


def by_torch(compiled: bool) -> Callable[[Program, dict[str, Any], Place], Call]:
    def make(program: Program, args: dict[str, Any], place: Place) -> Call:
        torch = importlib.import_module("torch")
        function = getattr(importlib.import_module("tests.gpu_benchmark.in_torch"), program.name)
        if compiled:
            torch.compiler.reset()  # each size is compiled for itself
            function = torch.compile(function, dynamic=False)
        given = mapped(lambda v: torch.from_numpy(v).to(place.torch_device), args)
        active = [given[name].requires_grad_() for name in program.wrt]

        def call() -> tuple[Any, tuple[Any, ...]]:
            value = function(*given.values())
            return value.detach(), torch.autograd.grad(value, active)

        return call

    return make


def by_jax(program: Program, args: dict[str, Any], place: Place) -> Call:
    jax = importlib.import_module("jax")
    function = getattr(importlib.import_module("tests.gpu_benchmark.in_jax"), program.name)
    names = list(args)
    numbers = tuple(i for i, v in enumerate(args.values()) if isinstance(v, int))
    wrt = tuple(names.index(name) for name in program.wrt)
    run = jax.jit(jax.value_and_grad(function, argnums=wrt), static_argnums=numbers)
    given = tuple(mapped(jax.device_put, args).values())
    return lambda: run(*given)


def ready(outcome: Any) -> Any:
    return importlib.import_module("jax").block_until_ready(outcome)


# fmt: off
CONTENDERS = (
    Contender("fused",   "adgen",          "adgen", by_adgen()),
    Contender("unfused", 'adgen, off="fuse"', "adgen", by_adgen("fuse")),
    Contender("hand",    "CuPy by hand",   "numpy", written_by_hand),
    Contender("torch",   "PyTorch",        "torch", by_torch(compiled=False)),
    Contender("compile", "torch.compile",  "torch", by_torch(compiled=True)),
    Contender("jax",     "JAX jit",        "jax",   by_jax, finished=ready),
)
# fmt: on
