"""Functions of NumPy on arrays of strings and records, which are refused."""
from __future__ import annotations

from adgen.rules.numpy_refusals import TEXT, refuse_module

for _module in ("numpy.strings", "numpy.char", "numpy.rec"):
    refuse_module(_module, TEXT)
