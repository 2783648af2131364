"""Functions and classes of `numpy.polynomial` that are refused: all but the values of series."""
from __future__ import annotations

from adgen.rules.numpy_refusals import SERIES, refuse_module

for _family in ("polynomial", "chebyshev", "legendre", "hermite", "hermite_e", "laguerre"):
    refuse_module(f"numpy.polynomial.{_family}", SERIES)
