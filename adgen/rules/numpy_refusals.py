"""Callables of NumPy that are refused, and why: a reason and a hint for each kind of them."""
from __future__ import annotations

import importlib
from typing import Any

import numpy as np

from adgen.library import READ
from adgen.rules.lowering import CALLS, REFUSED, refuses

FILES = "it reads or writes a file, or bytes", "do it outside of the function, and pass the array"
SETTINGS = "it asks for or changes a setting of NumPy", "do it outside of the function"
INSTALLATION = "it is about the installation of NumPy", "do it outside of the function"
DATES = "dates have no derivative", "work with numbers, as days since a date"
TEXT = "strings and objects have no derivative", "work with numbers"
SUBCLASS = "it makes a subclass of ndarray, with operators of its own", "use an array"
MEMORY = "it is about how arrays lie in memory", "decide it outside of the function"
ITERATORS = "it iterates in an order of its own, and may write", "loop over np.ndindex(x.shape) or np.ndenumerate(x)"
ABSTRACT = "it is a class of dtypes, and makes nothing", "use np.float64, or another dtype"
EXTENDED = "its precision differs between machines", "use np.float64 or np.complex128"
DOMAIN = "whether it is complex depends on the values", "use the function of np on a complex array, as x + 0j"
SERIES = "of the series of numpy.polynomial, only their values are supported", "write it on the coefficients"
OBJECTS = "it makes arrays of objects", "use np.vectorize, or write a loop"

# fmt: off
NUMPY: dict[tuple[str, str], str] = {
    FILES: "from_dlpack frombuffer fromfile fromregex fromstring genfromtxt load loadtxt memmap save savetxt savez "
           "savez_compressed",
    SETTINGS: "get_printoptions set_printoptions printoptions getbufsize setbufsize geterr seterr geterrcall "
              "seterrcall",
    INSTALLATION: "get_include info show_config show_runtime test __array_namespace_info__",
    DATES: "busday_count busday_offset busdaycalendar is_busday datetime64 datetime_as_string datetime_data isnat "
           "timedelta64",
    TEXT: "str_ bytes_ object_ void record",
    SUBCLASS: "asmatrix bmat matrix recarray poly1d",
    MEMORY: "isfortran may_share_memory shares_memory ndarray",
    ITERATORS: "nditer nested_iters broadcast flatiter",
    ABSTRACT: "generic number integer signedinteger unsignedinteger inexact floating complexfloating flexible "
              "character ufunc",
    EXTENDED: "longdouble clongdouble",
    OBJECTS: "frompyfunc",
    ("its roots are eigenvalues of a matrix that is not symmetric, and may be complex",
     "refine roots that are known by a step of Newton's: r - np.polyval(p, r) / np.polyval(np.polyder(p), r)"): "roots",
}
# fmt: on
"""By (reason, hint): names in `numpy`."""


def enter(function: Any, name: str, reason: tuple[str, str]) -> None:
    if not any(id(function) in table for table in (CALLS, READ, REFUSED)):
        refuses(function, name, *reason)


def refuse_module(module: str, reason: tuple[str, str]) -> None:
    """Enter the functions of a module that have no row."""
    found: Any = importlib.import_module(module)
    for name in found.__all__:
        if callable(getattr(found, name)):
            enter(getattr(found, name), f"{module.replace('numpy', 'np', 1)}.{name}", reason)


for _reason, _names in NUMPY.items():
    for _name in _names.split():
        enter(getattr(np, _name), f"np.{_name}", _reason)
for _name in np.emath.__all__:
    enter(getattr(np.emath, _name), f"np.emath.{_name}", DOMAIN)
enter(np.lib.stride_tricks.as_strided, "np.lib.stride_tricks.as_strided",
      ("it may read outside of the array", "use np.lib.stride_tricks.sliding_window_view"))
