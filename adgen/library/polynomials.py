"""Polynomials of `numpy` as sequences of coefficients, the highest power first."""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.library import reads


@reads(np.polyval, "np.polyval")
def polyval(p: Any, x: Any) -> Any:
    coefficients = np.asarray(p)
    y = np.zeros_like(x)
    for coefficient in coefficients:
        y = y * x + coefficient
    return y
