"""What stands for functions of CuPy's that NumPy has none of."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np


def array_module(*arrays: Any) -> NoReturn:
    """`cupy.get_array_module`: NumPy, or CuPy where the arrays are its own. Decided when compiling."""
    raise NotImplementedError(f"{len(arrays)} arrays")


def scipy_module(*arrays: Any) -> NoReturn:
    """`cupyx.scipy.get_array_module`: SciPy, or `cupyx.scipy`. Decided when compiling."""
    raise NotImplementedError(f"{len(arrays)} arrays")


def rsqrt(x: Any) -> Any:
    """`cupyx.rsqrt`."""
    return 1 / np.sqrt(x)
