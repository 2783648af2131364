"""Launches, bytes and operations of the emitted modules, counted without a GPU.

A module is run with a recorder in the place of CuPy: arrays on the host that count, for each operation, a launch, the
bytes read and the bytes written. What gives a view costs nothing. A kernel is one launch, which reads each array that
it is given once and writes each result once; its body is not run, so that results are not those of the program.
Functions of CuPy that are several kernels count as those: see `SEVERAL`.
"""

from __future__ import annotations

import builtins
import importlib
import math
import re
import string
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import adgen
from tests.gpu_benchmark import by_hand
from tests.gpu_benchmark.measure import ideal_bytes
from tests.gpu_benchmark.programs import Program
from tests.gpu_benchmark.report import aligned

ELEMENTS = 1_000_000


@dataclass
class Ledger:
    """What an execution cost."""

    launches: int = 0
    bytes: int = 0
    flops: float = 0.0
    """Of products of matrices."""
    waits: int = 0
    """How often the host waited for a number from the device."""
    lines: Counter[int] = field(default_factory=Counter)
    """Bytes by the line of the module."""

    def launch(self, read: Iterable[Any], written: Iterable[Any], launches: int = 1, more: int = 0) -> None:
        """Enter what an operation reads and writes, and bytes that it moves beside these."""
        moved = sum(map(bytes_of, read)) + sum(map(bytes_of, written)) + more
        self.launches += launches
        self.bytes += moved
        self.lines[line_of_module()] += moved


LEDGER = Ledger()
"""Of the run that is going on."""
FILE = "<traffic>"
"""The file of emitted modules in tracebacks."""


def line_of_module() -> int:
    """The line of the emitted module that is being run; 0 outside of one."""
    frame = sys._getframe()
    while frame.f_back is not None and frame.f_code.co_filename != FILE:
        frame = frame.f_back
    return frame.f_lineno if frame.f_code.co_filename == FILE else 0


def bytes_of(value: Any) -> int:
    """Of the elements that an array has in memory: those repeated by broadcasting count once."""
    if not isinstance(value, np.ndarray):
        return 0
    sizes = (n for n, stride in zip(value.shape, value.strides, strict=True) if stride)
    return value.itemsize * math.prod(sizes) if value.size else 0


# Arrays


class Recorded(np.ndarray):
    """An array whose operations are entered in the ledger."""

    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, out: Any = (), **options: Any) -> Any:
        given = tuple(a for a in out or () if a is not None)
        plain = {"out": tuple(map(bare, given))} if given else {}
        made = getattr(ufunc, method)(*map(bare, inputs), **plain, **options)
        LEDGER.launch(inputs, made if isinstance(made, tuple) else (made,))
        if ufunc is np.matmul:
            LEDGER.flops += 2.0 * np.size(made) * np.shape(inputs[0])[-1]
        return given[0] if given else recorded(made)

    def __array_function__(self, function: Any, types: Any, args: Any, options: Any) -> Any:
        return entered(function, args, options)

    def __getitem__(self, index: Any) -> Any:
        items = index if isinstance(index, tuple) else (index,)
        whole = items if any(i is ... for i in items) else (*items, ...)  # so that an element is a view too
        return entered(np.ndarray.__getitem__, (self, whole), {})

    def __setitem__(self, index: Any, value: Any) -> None:
        plain = bare(self)
        target = np.ndarray.__getitem__(plain, bare_tree(index))
        plain[bare_tree(index)] = bare(value)
        if not is_same(value, target):  # `x[i] += y` has been entered, and stores what is there already
            LEDGER.launch((value,), (np.asarray(target),))

    def astype(self, dtype: Any, *args: Any, **options: Any) -> Any:
        return entered(np.ndarray.astype, (self, dtype, *args), options)

    def copy(self, order: Any = "C") -> Any:
        return entered(np.ndarray.copy, (self, order), {})

    def fill(self, value: Any) -> None:
        bare(self).fill(bare(value))
        LEDGER.launch((), (self,))

    def dot(self, other: Any) -> Any:
        return np.dot(self, other)

    def __float__(self) -> float:
        return float(waited(self))

    def __int__(self) -> int:
        return int(waited(self))

    def __bool__(self) -> bool:
        return bool(waited(self))

    def __index__(self) -> int:
        return int(waited(self))

    def item(self, *args: Any) -> Any:
        return waited(self).item(*args)


def waited(array: Recorded) -> np.ndarray:
    LEDGER.waits += 1
    return bare(array)


def bare(value: Any) -> Any:
    return value.view(np.ndarray) if isinstance(value, Recorded) else value


def bare_tree(value: Any) -> Any:
    """The tree with NumPy's own arrays."""
    if isinstance(value, (tuple, list)):
        return type(value)(map(bare_tree, value))
    return bare(value)


def recorded(value: Any) -> Any:
    """The tree with arrays that record; a reduction's scalar is an array without axes."""
    if isinstance(value, (tuple, list)):
        return type(value)(map(recorded, value))
    return np.asarray(value).view(Recorded) if isinstance(value, (np.ndarray, np.generic)) else value


def arrays(tree: Any) -> list[np.ndarray]:
    if isinstance(tree, dict):
        return arrays(list(tree.values()))
    if isinstance(tree, (tuple, list)):
        return [a for item in tree for a in arrays(item)]
    return [tree] if isinstance(tree, np.ndarray) else []


def is_same(value: Any, target: Any) -> bool:
    """Whether two arrays are the same elements of one memory."""
    if not isinstance(value, np.ndarray) or not isinstance(target, np.ndarray):
        return False
    return value.__array_interface__["data"] == target.__array_interface__["data"] and (
        value.shape == target.shape and value.strides == target.strides
    )


def entered(function: Callable[..., Any], args: Any, options: dict[str, Any]) -> Any:
    """The result of a call on NumPy's own arrays, entered with what it reads and makes; views cost nothing."""
    made = function(*map(bare_tree, args), **{k: bare_tree(v) for k, v in options.items()})
    read = list(map(bare, arrays((args, options))))
    new = [a for a in arrays(as_list(made)) if not any(np.may_share_memory(a, b) for b in read)]
    launches, passes = SEVERAL.get(getattr(function, "__name__", ""), (1, 0))
    if new and function not in FREE:
        LEDGER.launch(read, new, launches, passes * max(map(bytes_of, read), default=0))
        LEDGER.flops += product_flops(function, read, new)
    return recorded(made)


def as_list(made: Any) -> list[Any]:
    return list(made) if isinstance(made, tuple) else [np.asarray(made)]


def product_flops(function: Any, read: list[np.ndarray], made: list[np.ndarray]) -> float:
    """Of `dot`; matmul is a ufunc."""
    return 2.0 * made[0].size * read[0].shape[-1] if function is np.dot else 0.0


SEVERAL = {"logsumexp": (11, 5), "softmax": (5, 6), "var": (2, 1), "std": (3, 1)}
"""(launches, further passes over the array) of functions that CuPy writes with others; the first pass that reads the
argument, and the last that writes the result, are counted in any case."""
FREE = frozenset({np.empty, np.empty_like, np.shape, np.ndim, np.size})


# Modules


class Namespace:
    """A module of CuPy's, with NumPy's or SciPy's functions that record."""

    def __init__(self, module: Any):
        self._module = module
        self.__name__ = module.__name__

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._module, name)
        if isinstance(found, (np.ufunc, type)) or not callable(found):
            return found
        return lambda *args, **options: entered(found, args, options)


class CuPy(Namespace):
    """In the place of `cupy`."""

    linalg = Namespace(np.linalg)
    fft = Namespace(np.fft)

    def ElementwiseKernel(self, inputs: str, outputs: str, *rest: Any, **options: Any) -> Any:
        del rest, options
        return Kernel(dtypes(inputs), dtypes(outputs))

    def __getattr__(self, name: str) -> Any:
        found = super().__getattr__(name)
        if not isinstance(found, np.ufunc):
            return found
        return Ufunc(found)


class Ufunc(Namespace):
    """A ufunc whose results on numbers are arrays too."""

    def __call__(self, *args: Any, **options: Any) -> Any:
        if arrays(args):
            return self._module(*args, **options)
        return entered(self._module, args, options)


def dtypes(params: str) -> list[str]:
    """Of the parameters of a kernel."""
    return [re.split(r"\s+", p.strip().removeprefix("raw "))[0] for p in params.split(",") if p.strip()]


@dataclass
class Kernel:
    """A kernel that reads, writes, and computes nothing."""

    inputs: list[str]
    outputs: list[str]

    def __call__(self, *args: Any, **options: Any) -> Any:
        read, given = args[: len(self.inputs)], args[len(self.inputs) :]
        assert len(read) == len(self.inputs) and len(given) in (0, len(self.outputs)) and not options
        shape = np.broadcast_shapes(*(np.shape(a) for a in args))
        made = given or tuple(recorded(np.zeros(shape, dtype)) for dtype in self.outputs)
        LEDGER.launch(read, made)
        return made if len(made) > 1 else made[0]


def imported(name: str, *rest: Any) -> Any:
    """In the place of `__import__`, for what emitted modules import."""
    if name.partition(".")[0] == "cupy":
        return CuPy(np)
    if name.startswith("cupyx."):
        return Namespace(importlib.import_module(name.removeprefix("cupyx.")))
    return builtins.__import__(name, *rest)


def load(text: str, name: str) -> Callable[..., Any]:
    """A function of an emitted module, with the recorder in the place of CuPy."""
    scope: dict[str, Any] = {"__builtins__": {**vars(builtins), "__import__": imported}}
    exec(compile(text, FILE, "exec"), scope)
    return scope[name]


# Counting


def count(function: Callable[..., Any], args: dict[str, Any]) -> Ledger:
    """What one call costs."""
    global LEDGER
    given = [recorded(v.copy()) if isinstance(v, np.ndarray) else v for v in args.values()]
    LEDGER = Ledger()
    with np.errstate(all="ignore"):
        function(*given)
    return LEDGER


def types_of(args: dict[str, Any]) -> dict[str, str]:
    """Types for the compiler, as a first call tells them: nothing is known of equal sizes."""
    letters = iter(string.ascii_lowercase)

    def described(value: Any) -> str:
        if not isinstance(value, np.ndarray):
            return type(value).__name__
        return f"{value.dtype}[{','.join(next(letters) for _ in value.shape)}]"

    return {name: described(value) for name, value in args.items()}


def lowered(program: Program, args: dict[str, Any], off: Iterable[str] = ()) -> Any:
    """Value and gradient, compiled for CuPy."""
    return adgen.value_and_grad(program.function, wrt=program.wrt, off=off, target="cupy").lower(**types_of(args))


def emitted(program: Program, args: dict[str, Any], off: Iterable[str] = ()) -> Callable[..., Any]:
    """The module that adgen writes for CuPy, loaded with the recorder."""
    made = lowered(program, args, off)
    return load(made.source, made.ir.name)


def written_by_hand(program: Program) -> Callable[..., Any]:
    function = getattr(by_hand, program.name)
    return lambda *args: function(CuPy(np), *args)


WHO = ("fused", "unfused", "by hand")


def report(programs: Sequence[Program], dtypes_asked: Iterable[str]) -> list[str]:
    """A table of launches and of bytes relative to the ideal."""
    counted = [f"{what} {who}" for what in ("launches", "bytes") for who in WHO]
    heading = ["program", "dtype", "ideal MB", *counted, "flops", "waits"]
    rows = [cells(program, dtype) for program in programs for dtype in dtypes_asked]
    about = [f"Value and gradient at {ELEMENTS:.0e} elements. Bytes are multiples of the ideal (arguments read once,",
             "gradients written once), flops multiples of what the products need.", ""]  # fmt: skip
    return [*about, *aligned([heading, *rows])]


def cells(program: Program, dtype: str) -> list[str]:
    args = program.arguments(ELEMENTS, dtype)
    ideal = ideal_bytes(program, args)
    ways = emitted(program, args), emitted(program, args, ["fuse"]), written_by_hand(program)
    costs = [count(way, args) for way in ways]
    flops = f"{costs[0].flops / program.flops(args):.2f}" if program.flops else "-"
    return [program.name, dtype, f"{ideal / 1e6:.1f}", *(str(c.launches) for c in costs),
            *(f"{c.bytes / ideal:.2f}" for c in costs), flops, str(costs[0].waits)]  # fmt: skip


def annotated(program: Program, dtype: str) -> list[str]:
    """The emitted function, each line after the bytes that it moves, in multiples of the ideal."""
    args = program.arguments(ELEMENTS, dtype)
    made = lowered(program, args)
    moved = count(load(made.source, made.ir.name), args).lines
    ideal = ideal_bytes(program, args)
    lines = made.source.splitlines()
    first = next(i for i, line in enumerate(lines) if line.startswith("def "))
    shares = [f"{moved[i] / ideal:10.2f}" if moved[i] else " " * 10 for i in range(1, len(lines) + 1)]
    return [f"{share}  {line}" for share, line in zip(shares[first:], lines[first:], strict=True)]
