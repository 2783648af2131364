"""Type rules that the families of rows share: NumPy's dtypes and shapes, said once.

A dtype is what NumPy's own ufunc resolves for operands of these types, Python numbers being weak
(NEP 50); dims are the operands' broadcast. What NumPy itself would reject is refused here, when
compiling. """
from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs
from adgen.ir.types import (
    INT,
    PYTHON_KINDS,
    ArrayT,
    Dims,
    ScalarT,
    Type,
    broadcast_dims,
    dims_of,
    dtype_key,
    dtype_of,
    is_number,
)
from adgen.ir.types import promote as promote_keys
from adgen.rules.table import TypeRule

Axes = tuple[int, ...] | None


def same_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """The type of the first operand."""
    return args[0].type


def int_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """A Python int."""
    return INT


def no_results(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    """An op that is there for its effect."""
    return ()


def keys_of(args: tuple[Atom, ...], what: str = "this") -> tuple[str, ...]:
    """Entries for `promote`; refused where an operand is no number."""
    for atom in args:
        if not is_number(atom.type):
            raise Refusal(f"{what} needs numbers or arrays, got a value of type {atom.type}", "give an array")
    return tuple(dtype_key(atom.type) for atom in args)


def dtype_of_operands(args: tuple[Atom, ...]) -> str:
    """The dtype that the operands promote to."""
    return promote_keys(*keys_of(args))


def dims_together(args: tuple[Atom, ...]) -> Dims | None:
    """The dims of the operands' broadcast; refused where they never fit."""
    return fitting(*(dims_of(atom.type) for atom in args))


def fitting(*all_dims: Dims | None) -> Dims | None:
    """`broadcast_dims`, with a refusal where shapes never fit."""
    try:
        return broadcast_dims(*all_dims)
    except ValueError as error:
        raise Refusal(f"{error}", "give operands of dtypes that go together") from None


def ufunc_type(ufunc: np.ufunc) -> TypeRule:
    """The type rule of a ufunc with one result, on numbers of any kind."""
    def rule(args: tuple[Atom, ...], attrs: Attrs) -> Type:
        keys = keys_of(args, f"np.{ufunc.__name__}")
        return ArrayT(ufunc_dtypes(ufunc, keys)[0], dims_together(args))

    return rule


def ufunc_types(ufunc: np.ufunc) -> TypeRule:
    """The type rule of a ufunc with several results (`divmod`, `modf`, `frexp`)."""
    def rule(args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
        dims = dims_together(args)
        return tuple(ArrayT(d, dims) for d in ufunc_dtypes(ufunc, keys_of(args)))

    return rule


@cache
def ufunc_dtypes(ufunc: np.ufunc, keys: tuple[str, ...]) -> tuple[str, ...]:
    """Dtypes of a ufunc's results, from entries as in `promote`."""
    operands = tuple(_weak(k[3:]) if k.startswith("py:") else np.dtype(k) for k in keys)
    try:
        resolved: Any = ufunc.resolve_dtypes(operands + (None,) * ufunc.nout)  # type: ignore[arg-type]
    except TypeError:
        kinds = ", ".join(k.removeprefix("py:") for k in keys)
        raise Refusal(
            f"{ufunc.__name__} is not defined on operands of type {kinds}",
            "convert them, as by .astype(float)",
        ) from None
    return tuple(str(d) for d in resolved[ufunc.nin:])


def _weak(kind: str) -> Any:
    return np.dtype(bool) if kind == "bool" else PYTHON_KINDS[kind]


def promoted(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """Operands promoted and broadcast together, as an array."""
    return ArrayT(dtype_of_operands(args), dims_together(args))


def comparison_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """Python bool on Python values, else an array of bool."""
    if not any(isinstance(atom.type, ArrayT) for atom in args):
        return ScalarT("bool")
    return ArrayT("bool", dims_together(args))


def reduced_dims(dims: Dims | None, axis: Axes, keepdims: bool) -> Dims | None:
    """Dims after a reduction over `axis` (None: all axes). Axes are not negative where the rank is
    known."""
    if dims is None:
        return () if axis is None and not keepdims else None
    gone = range(len(dims)) if axis is None else axis
    if keepdims:
        return tuple(1 if i in gone else d for i, d in enumerate(dims))
    return tuple(d for i, d in enumerate(dims) if i not in gone)


def reduction_type(dtype: Callable[[str], str]) -> TypeRule:
    """A reduction with attrs `axis` and `keepdims`; `dtype` maps the operand's dtype to the
    result's."""
    def rule(args: tuple[Atom, ...], attrs: Attrs) -> Type:
        t = args[0].type
        keys_of(args[:1], "a reduction")
        dims = reduced_dims(dims_of(t), attrs.get("axis"), attrs.get("keepdims", False))
        return ArrayT(dtype(dtype_of(t)), dims)

    return rule


def same_dtype(dtype: str) -> str:
    """The dtype of max and min."""
    return dtype


@cache
def sum_dtype(dtype: str) -> str:
    """The dtype of sums and products: small ints and bools widen."""
    return str(np.add.reduce(np.zeros(1, dtype)).dtype)


@cache
def mean_dtype(dtype: str) -> str:
    """The dtype of means: ints and bools become float64."""
    return dtype if np.dtype(dtype).kind in "fc" else "float64"


def fixed_dtype(dtype: str) -> Callable[[str], str]:
    """Always this dtype."""
    return lambda _: dtype
