"""The ten complete programs of `tests/programs`: their gradients' time against their own, and compile time."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import statistics
import time
from collections.abc import Iterator
from types import FunctionType, ModuleType

import adgen
import tests.programs
from tests.quality.timing import compare

MODULES = [importlib.import_module(f"tests.programs.{m.name}") for m in pkgutil.iter_modules(tests.programs.__path__)]
SAMPLES, COMPILES = 15, 7
HEAD = ("program", "lines", "compile", "program itself", "gradient", "ratio")


def rows() -> Iterator[tuple[str, ...]]:
    for module in MODULES:
        name = module.__name__.rpartition(".")[2].replace("_", " ")
        derivative = adgen.grad(module.FUNCTION, argnums=module.ARGNUMS)
        derivative(*module.LARGE)
        gradient, itself, ratio = compare(
            lambda d=derivative, m=module: d(*m.LARGE), lambda m=module: m.FUNCTION(*m.LARGE), SAMPLES
        )
        compiling = f"{compile_time(module) * 1e3:.0f} ms"
        times = (f"{itself * 1e3:.2f} ms", f"{gradient * 1e3:.2f} ms", f"{ratio:.2f}")
        yield (name, str(lines_of(module)), compiling, *times)


def lines_of(module: ModuleType) -> int:
    """Lines of the functions that are differentiated."""
    functions = [f for f in vars(module).values() if inspect.isfunction(f) and f.__module__ == module.__name__]
    return sum(len(inspect.getsource(f).splitlines()) for f in functions if f.__name__ != "example")


def compile_time(module: ModuleType) -> float:
    """Of the first call, at a small size, warm."""
    f, times = module.FUNCTION, list[float]()
    for _ in range(COMPILES):
        fresh = FunctionType(f.__code__, f.__globals__, f.__name__, f.__defaults__)
        began = time.perf_counter()
        adgen.grad(fresh, argnums=module.ARGNUMS)(*module.SMALL)
        times.append(time.perf_counter() - began)
    return statistics.median(times)
