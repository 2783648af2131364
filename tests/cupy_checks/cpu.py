"""The bodies of ElementwiseKernels, compiled for the CPU: a kernel's text is C++ there as it is on a device.

    compiled(kernels)       compile what is new of these, in one library
    Kernel.run(arrays, n)   compute n elements

A body sees what CuPy gives it: `const T &x` for each input, `T &y` for each output, one element of each.
"""

from __future__ import annotations

import ast
import ctypes
import hashlib
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

CTYPES = {
    "float64": "double", "float32": "float", "int64": "long long", "int32": "int", "bool": "bool",
    "uint8": "unsigned char", "int8": "signed char", "int16": "short", "uint16": "unsigned short",
    "uint32": "unsigned int", "uint64": "unsigned long long",
}
"""As CuPy names the types of a kernel's parameters."""
FLAGS = ("-O1", "-ffp-contract=off", "-shared", "-fPIC", "-std=c++17", "-w")
FOLDER = Path(tempfile.mkdtemp(prefix="adgen_kernels_"))
_compiled: dict[str, Callable[..., None]] = {}


class BrokenKernel(Exception):
    """A kernel that does not compile."""


@dataclass(frozen=True)
class Parameter:
    dtype: np.dtype
    name: str


@dataclass(frozen=True)
class Kernel:
    """What `cp.ElementwiseKernel(in, out, body, name)` is given."""

    inputs: str
    outputs: str
    body: str
    name: str

    @property
    def params(self) -> tuple[list[Parameter], list[Parameter]]:
        return parameters(self.inputs), parameters(self.outputs)

    @cached_property
    def symbol(self) -> str:
        """A name that no other kernel has."""
        text = "\0".join((self.inputs, self.outputs, self.body))
        return f"k_{hashlib.sha256(text.encode()).hexdigest()[:24]}"

    @property
    def text(self) -> str:
        """The function that computes n elements of contiguous arrays."""
        given, made = self.params
        pointers = [f"auto *_raw_{p.name} = ({CTYPES[p.dtype.name]} *)_p[{k}];" for k, p in enumerate([*given, *made])]
        read = [f"const {CTYPES[p.dtype.name]} &{p.name} = _raw_{p.name}[i];" for p in given]
        written = [f"{CTYPES[p.dtype.name]} &{p.name} = _raw_{p.name}[i];" for p in made]
        lines = [
            f'extern "C" void {self.symbol}(long long _n, void **_p) {{', *pointers,
            "for (long long i = 0; i < _n; i++) {", *read, *written, self.body, ";", "}", "}",
        ]
        return "\n".join(lines)

    def run(self, arrays: list[np.ndarray], count: int) -> None:
        """Compute `count` elements of contiguous arrays: the inputs, then the outputs."""
        if self.symbol not in _compiled:
            compiled([self])
        _compiled[self.symbol](count, (ctypes.c_void_p * len(arrays))(*(a.ctypes.data for a in arrays)))


def parameters(text: str) -> list[Parameter]:
    """Of 'float64 x, int64 k'."""
    found = []
    for part in filter(None, map(str.strip, text.split(","))):
        words = part.split()
        if len(words) != 2 or words[0] not in CTYPES:
            raise BrokenKernel(f"a parameter {part!r}; it is to be a dtype and a name")
        if words[1] == "i" or words[1].startswith("_"):
            raise BrokenKernel(f"{words[1]!r} may not name a parameter")
        found.append(Parameter(np.dtype(words[0]), words[1]))
    return found


def compiled(kernels: Iterable[Kernel]) -> None:
    """Compile what is new of these kernels, in one library."""
    new = {k.symbol: k for k in kernels if k.symbol not in _compiled}
    if not new:
        return
    stem = FOLDER / next(iter(new))
    text = "\n\n".join(["#include <math.h>\n#include <stdlib.h>", *(k.text for k in new.values())])
    stem.with_suffix(".cpp").write_text(text)
    command = ["g++", *FLAGS, "-o", str(stem.with_suffix(".so")), str(stem.with_suffix(".cpp"))]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise BrokenKernel(done.stderr[:4000])
    library = ctypes.CDLL(str(stem.with_suffix(".so")))
    for symbol in new:
        function = getattr(library, symbol)
        function.argtypes, function.restype = [ctypes.c_longlong, ctypes.c_void_p], None
        _compiled[symbol] = function


def kernels_of(text: str) -> list[Kernel]:
    """The kernels that a module defines."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "cp.ElementwiseKernel":
            assert not node.keywords, ast.unparse(node)
            found.append(Kernel(*(ast.literal_eval(a) for a in node.args)))
    return found
