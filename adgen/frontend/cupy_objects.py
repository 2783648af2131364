"""`cupy.get_array_module` and its like in the user's source: which library an array is of is known when compiling."""

from __future__ import annotations

import importlib
import sys
from typing import Any

import numpy as np

from adgen.frontend.builtins import Keywords, intrinsic
from adgen.frontend.machine import Machine
from adgen.frontend.memory import number
from adgen.frontend.values import AVal, Static, Tup
from adgen.ir.types import ArrayT
from adgen.library.cupy import array_module, scipy_module


@intrinsic(array_module)
def call_array_module(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    return Static(library_of(m, args, "cupy", np))


@intrinsic(scipy_module)
def call_scipy_module(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    return Static(library_of(m, args, "cupyx.scipy", importlib.import_module("scipy")))


def library_of(m: Machine, args: list[AVal], ours: str, other: Any) -> Any:
    """The module whose arrays are among the arguments: CuPy's, unless the function is compiled for NumPy."""
    atoms = [number(m, a) for arg in args for a in (arg.items if isinstance(arg, Tup) else (arg,))]
    has_array = any(a is not None and isinstance(a.type, ArrayT) for a in atoms)
    return sys.modules[ours] if has_array and m.target != "numpy" else other
