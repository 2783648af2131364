"""CuPy in the user's source: a function of CuPy's stands for its namesake in NumPy or SciPy.

input      objects that the user's code names
output     NumPy's or SciPy's object of the same name, which the rest of the frontend knows; a refusal, by name, of what
           has none or means something else
guarantee  CuPy is not imported: only the modules of it are looked at that the user's code has imported. What a
           derivative is compiled for is another matter, and follows from its arguments
"""

from __future__ import annotations

import functools
import importlib
import sys
import types
from collections.abc import Iterator
from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.frontend.values import class_of_object
from adgen.library.cupy import array_module, rsqrt, scipy_module

PACKAGES = ("cupy", "cupyx")
MODULES = {"cupy": "numpy", "cupyx.scipy": "scipy"}
RENAMED: dict[str, Any] = {
    "cupy.alltrue": np.all,
    "cupy.cumproduct": np.cumprod,
    "cupy.get_array_module": array_module,
    "cupy.product": np.prod,
    "cupy.round_": np.round,
    "cupy.sometrue": np.any,
    "cupy.trapz": np.trapezoid,
    "cupyx.rsqrt": rsqrt,
    "cupyx.scatter_add": np.add.at,
    "cupyx.scipy.get_array_module": scipy_module,
}
"""What stands for functions of CuPy's whose names NumPy does not have."""
KERNEL = (
    "its body is not Python",
    "write it with functions of arrays (adgen's own modules with --no-opt fuse), or give a function around it a rule",
)
HOST = "it copies arrays to the host", "do it outside of the function, and leave arrays on the device inside"
ORDER = "its arguments stand in another order than in NumPy", "compute it outside of the function"
DEVICE = "it is about the device, not about values", "do it outside, around the call of the function"
# fmt: off
REFUSED: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("ElementwiseKernel", "RawKernel", "RawModule", "ReductionKernel"), KERNEL),
    **dict.fromkeys(("asnumpy", "save", "savez", "savetxt", "array_repr", "array_str", "array2string"), HOST),
    **dict.fromkeys(("get_default_memory_pool", "get_default_pinned_memory_pool", "errstate", "clear_memo"), DEVICE),
    **dict.fromkeys(("histogram2d", "histogramdd"), ORDER),
    "fuse": ("it makes one kernel of a function", "leave the decorator out: elementwise operations are fused anyway"),
    "Fusion": ("it is one kernel made of a function", "leave cupy.fuse out: elementwise operations are fused anyway"),
}
# fmt: on
"""What is refused for a reason of its own, by its last name: why, and what to write instead."""


def is_of_cupy(obj: Any) -> bool:
    """Whether an object is a part of CuPy: a function, a ufunc, a class, or an instance of one of its classes."""
    named = (types.FunctionType, types.BuiltinFunctionType, type)
    owner: Any = obj if isinstance(obj, named) else class_of_object(obj)
    return str(owner.__module__).partition(".")[0] in PACKAGES and not isinstance(obj, types.ModuleType)


def namesake(obj: Any) -> Any:
    """What is read in the place of an object of CuPy's; refused where that is nothing."""
    name = public_names().get(id(obj), "")
    found = RENAMED.get(name)
    last = name.rpartition(".")[2] or class_of_object(obj).__name__
    if last in REFUSED or name.startswith("cupy.cuda."):
        reason, hint = REFUSED.get(last, DEVICE)
        raise Refusal(f"{name or described(obj)} is not supported: {reason}", hint)
    if found is None:
        found = of_same_name(name)
    if found is None:
        raise Refusal(
            f"{name or described(obj)} is not supported: NumPy and SciPy have nothing of this name",
            "write it with functions that NumPy has too, or compute it outside and pass the result",
        )
    return found


def described(obj: Any) -> str:
    cls = class_of_object(obj)
    return f"a {cls.__module__.partition('.')[0]} {cls.__name__}"


def of_same_name(name: str) -> Any:
    """NumPy's or SciPy's object of a name in CuPy; None where there is none."""
    module, _, last = name.rpartition(".")
    for ours, theirs in MODULES.items():
        if module == ours or module.startswith(f"{ours}."):
            try:
                return getattr(importlib.import_module(theirs + module.removeprefix(ours)), last, None)
            except ImportError:
                return None
    return None


def public_names() -> dict[int, str]:
    """Names of what CuPy's modules hold, by id; of those modules that are imported."""
    return _names_in(tuple((name, id(sys.modules[name])) for name in sorted(filter(_is_public, sys.modules))))


def _is_public(module: str) -> bool:
    first, *rest = module.split(".")
    return first in PACKAGES and not any(part.startswith("_") for part in rest) and isinstance(
        sys.modules.get(module), types.ModuleType
    )


@functools.lru_cache(maxsize=2)
def _names_in(modules: tuple[tuple[str, int], ...]) -> dict[int, str]:
    """The shortest name of each object, for a function is imported from where it is made to where it is called."""
    found: dict[int, str] = {}
    for name, obj in sorted(_members(modules), key=lambda pair: (pair[0].count("."), pair[0])):
        same = of_same_name(name) is not None or name in RENAMED
        if id(obj) not in found or (same and of_same_name(found[id(obj)]) is None):
            found[id(obj)] = name
    return found


def _members(modules: tuple[tuple[str, int], ...]) -> Iterator[tuple[str, Any]]:
    for module, _ in modules:
        for name, obj in list(vars(sys.modules[module]).items()):
            if not name.startswith("_") and is_of_cupy(obj):
                yield f"{module}.{name}", obj
