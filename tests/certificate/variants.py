"""The variants of a case that a certificate asks for, made from its arguments: nothing is written by hand.

    VARIANTS[name](case)    cases with other arguments, or none where the case has nothing of the sort

Whether NumPy takes such arguments, `accepted` finds out by calling the function. Numbers come from the case's own, so
they stay where the function is defined.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from tests.rule_cases import Case, function_of

SHAPE = (2, 3)
"""Of the operands that are not broadcast."""
SHAPES = (SHAPE, (3,), (2, 1), ())
SINGLE = {np.dtype(np.float64): np.float32, np.dtype(np.complex128): np.complex64}
ENDLESS = ("scipy.special.pro_", "scipy.special.obl_")
"""Functions of SciPy's that do not return for some arrays in single precision."""
ALL_PATTERNS = 2
"""With more operands, one at a time is of another shape than the others."""


def accepted(case: Case) -> Any:
    """The value, or the error that NumPy raises."""
    args = tuple(np.copy(v) if isinstance(v, np.ndarray) else v for v in case.args.values())
    with np.errstate(all="ignore"):
        try:
            return function_of(case)(*args)
        except Exception as error:
            return error


def with_args(case: Case, **changed: Any) -> Case:
    return replace(case, args={**case.args, **changed})


def inexact(case: Case, kinds: str = "fc") -> dict[str, Any]:
    """The arguments that hold floats or complex numbers."""
    numbers = (float, complex, np.ndarray, np.generic)
    return {k: v for k, v in case.args.items() if isinstance(v, numbers) and np.asarray(v).dtype.kind in kinds}


def arrays(case: Case) -> dict[str, Any]:
    return {k: v for k, v in case.args.items() if isinstance(v, np.ndarray) and v.ndim}


def single(case: Case) -> Iterator[Case]:
    """In single precision; Python floats stay as they are, and so does the dtype."""
    found = {k: v for k, v in inexact(case).items() if isinstance(v, (np.ndarray, np.generic))}
    if found and all(v.dtype in SINGLE for v in found.values()) and not case.text.startswith(ENDLESS):
        yield with_args(case, **{k: v.astype(SINGLE[v.dtype]) for k, v in found.items()})


def complexes(case: Case) -> Iterator[Case]:
    """With imaginary parts, all arguments at once."""
    found = {k: with_imaginary(v) for k, v in inexact(case, "f").items()}
    if found:
        yield with_args(case, **found)


def with_imaginary(value: Any) -> Any:
    if isinstance(value, float):
        return complex(value, 0.25 * value + 0.1)
    turned = np.resize(np.ravel(value)[::-1], np.shape(value))
    return (value + 1j * (0.25 * turned + 0.1)).astype(np.result_type(value.dtype, np.complex64))


def scalars(case: Case) -> Iterator[Case]:
    """Of rank 0, all arguments at once; and one at a time."""
    found = {k: np.asarray(v.flat[0]) for k, v in arrays(case).items() if v.size}
    if found:
        yield with_args(case, **found)
    if len(found) > 1:
        yield from (with_args(case, **{k: v}) for k, v in found.items())


def empties(case: Case) -> Iterator[Case]:
    """With no elements: every axis of one length is cut to nothing, one length after the other."""
    lengths = dict.fromkeys(n for v in arrays(case).values() for n in v.shape if n)
    for length in lengths:
        yield with_args(case, **{k: cut(v, length) for k, v in arrays(case).items()})


def cut(value: Any, length: int) -> Any:
    return value[tuple(slice(0, 0) if n == length else slice(None) for n in value.shape)]


def spread(x: Any) -> Any:
    """The same numbers in memory with gaps."""
    wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    wide[..., ::2] = x
    return wide[..., ::2]


def backward(x: Any) -> Any:
    """The same numbers in memory that runs backwards, with gaps."""
    wide = np.zeros((*x.shape[:-1], 2 * x.shape[-1]), x.dtype)
    wide[..., ::-2] = x
    return wide[..., ::-2]


def laid_out(layout: Callable[[Any], Any]) -> Callable[[Case], Iterator[Case]]:
    def made(case: Case) -> Iterator[Case]:
        if arrays(case):
            yield with_args(case, **{k: layout(v) for k, v in arrays(case).items()})

    return made


def broadcasts(case: Case) -> Iterator[Case]:
    """Operands of shapes that broadcast against each other, each against all others."""
    found = {k: v for k, v in inexact(case).items() if np.size(v)}
    if len(found) < 2:
        return
    for shapes in patterns(len(found)):
        yield with_args(case, **{k: shaped(v, s) for (k, v), s in zip(found.items(), shapes, strict=True)})


def patterns(count: int) -> Iterator[tuple[tuple[int, ...], ...]]:
    if count <= ALL_PATTERNS:
        yield from (p for p in itertools.product(SHAPES, repeat=count) if np.broadcast_shapes(*p) == SHAPE)
        return
    for k, shape in itertools.product(range(count), SHAPES):
        yield tuple(shape if j == k else SHAPE for j in range(count))
        if shape != SHAPE:
            yield tuple(SHAPE if j == k else shape for j in range(count))


def shaped(value: Any, shape: tuple[int, ...]) -> Any:
    made = np.resize(np.asarray(value), shape)
    return made if shape else made[()]


# fmt: off
VARIANTS: dict[str, Callable[[Case], Iterator[Case]]] = {
    "float32":          single,
    "complex":          complexes,
    "0-d":              scalars,
    "empty":            empties,
    "gaps":             laid_out(spread),
    "negative strides": laid_out(backward),
    "Fortran order":    laid_out(np.asfortranarray),
    "broadcast":        broadcasts,
}
# fmt: on
