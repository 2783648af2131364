"""Distributions of `scipy.stats`: densities, distribution functions and their logarithms."""

from __future__ import annotations

import importlib
import math
from typing import Any

import numpy as np

from adgen.library import reads_method

stats: Any = importlib.import_module("scipy.stats")

LOG_ROOT_2PI = 0.5 * math.log(2.0 * math.pi)


def double(x: Any) -> Any:
    """SciPy computes in double precision whatever it is given."""
    return np.asarray(x, dtype=np.float64)


def norm_logpdf(x: Any, loc: Any = 0, scale: Any = 1) -> Any:
    z = (double(x) - double(loc)) / double(scale)
    return -0.5 * z * z - LOG_ROOT_2PI - np.log(double(scale))


reads_method(stats.norm, "logpdf", "scipy.stats.norm.logpdf", exact=False)(norm_logpdf)
