"""Types of SSA values, and symbolic dims.

    Type   = ScalarT(kind)            a Python number: weak under NumPy's promotion (NEP 50)
           | ArrayT(dtype, dims)      an ndarray or NumPy scalar; dims None: unknown rank
           | ListT(element)           a list whose length is known at run time only; all elements of one type
           | ShapeT(dims)             a tuple of ints: the shape of an array
           | TapeT(name)              a tuple of what a definition keeps for its backward part
           | ObjectT(name)            opaque to derivatives: a string made at run time, a random generator
    dims   = (Dim, ...)
    Dim    = int                      known size
           | Sym                      size known at run time only

Two `Sym` with the same key are equal at run time. `not_one` says that the size is known to differ from 1, so
that broadcasting can be decided at compile time; without it, it may be anything.
"""
from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from functools import cache

import numpy as np

PYTHON_KINDS: dict[str, type] = {"bool": bool, "int": int, "float": float, "complex": complex}


@dataclass(frozen=True, slots=True)
class Sym:
    """A size that is known at run time only. Equal keys mean equal sizes."""

    key: str
    not_one: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return self.key


Dim = int | Sym
Dims = tuple[Dim, ...]

_fresh = itertools.count()


def fresh_dim() -> Sym:
    """A size of which nothing is known."""
    return Sym(f"?{next(_fresh)}")


def dim_minus(dim: Dim, count: int) -> Dim:
    """max(0, dim - count), for count >= 0: the length of `x[count:]`.

    >>> str(dim_minus(dim_minus(Sym("n"), 1), 2)), dim_minus(3, 5)
    ('n-3', 0)
    """
    if count == 0:
        return dim
    if isinstance(dim, int):
        return max(0, dim - count)
    base, minus, number = dim.key.rpartition("-")
    if minus and number.isdigit():
        return Sym(f"{base}-{int(number) + count}")
    return Sym(f"{dim.key}-{count}")


def dim_sum(dims: Dims) -> Dim:
    """The sum of sizes, as of a concatenation."""
    known = sum(d for d in dims if isinstance(d, int))
    symbols = sorted(f"({d.key})" if "-" in d.key else d.key for d in dims if isinstance(d, Sym))
    if not symbols:
        return known
    if len(symbols) == 1 and known == 0:
        return next(d for d in dims if isinstance(d, Sym))
    return Sym("+".join(symbols + ([str(known)] if known else [])))


def dim_product(dims: Dims) -> Dim:
    """The product of sizes, as of `ravel`."""
    known = 1
    for d in dims:
        known *= d if isinstance(d, int) else 1
    symbols = [d for d in dims if isinstance(d, Sym)]
    if not symbols or known == 0:
        return known if not symbols else 0
    if len(symbols) == 1 and known == 1:
        return symbols[0]
    keys = sorted(f"({d.key})" if set("+-") & set(d.key) else d.key for d in symbols)
    return Sym("*".join(([str(known)] if known != 1 else []) + keys), not_one=known != 1)


@dataclass(frozen=True, slots=True)
class ScalarT:
    """A Python bool, int, float or complex."""

    kind: str
    size: Dim | None = field(default=None, compare=False)
    """For an int that is (or may serve as) the size of an axis: that size as a dim. Not part of the type."""

    def __str__(self) -> str:
        return self.kind


@dataclass(frozen=True, slots=True)
class ArrayT:
    """An ndarray or a NumPy scalar (rank 0)."""

    dtype: str
    dims: Dims | None
    """None: the rank is not known."""

    def __str__(self) -> str:
        if self.dims is None:
            return f"{self.dtype}[...]"
        return f"{self.dtype}[{','.join(map(str, self.dims))}]"


@dataclass(frozen=True, slots=True)
class ListT:
    """A list whose length is known at run time only."""

    element: Type

    def __str__(self) -> str:
        return f"list[{self.element}]"


@dataclass(frozen=True, slots=True)
class ShapeT:
    """The shape of an array, as a tuple of ints."""

    dims: Dims | None

    def __str__(self) -> str:
        return "shape" if self.dims is None else f"shape[{','.join(map(str, self.dims))}]"


@dataclass(frozen=True, slots=True)
class ObjectT:
    """A value that derivatives never look into."""

    name: str

    def __str__(self) -> str:
        return self.name


GENERATOR = ObjectT("generator")
"""A np.random.Generator: what is drawn from it is constant for derivatives."""


@dataclass(slots=True, eq=False)
class TapeT:
    """What a definition's forward part keeps for its backward part. Types of tapes are equal only if they are the same
    object: a recursive definition's tape contains tapes of its own type."""

    name: str
    fields: tuple[Type, ...] = ()
    """Set once, when the definition is divided."""
    partial: frozenset[int] = frozenset()
    """Positions of fields that are undefined on some path."""

    def __str__(self) -> str:
        return f"tape[{self.name}]"


Type = ScalarT | ArrayT | ListT | ShapeT | TapeT | ObjectT

BOOL, INT, FLOAT, COMPLEX = ScalarT("bool"), ScalarT("int"), ScalarT("float"), ScalarT("complex")


def is_number(t: Type) -> bool:
    return isinstance(t, (ScalarT, ArrayT))


def is_cupy_class(cls: type[object]) -> bool:
    """Whether it is the class of CuPy's arrays, which is told by its name: CuPy is not imported for this."""
    return cls.__name__ == "ndarray" and str(cls.__module__).partition(".")[0] == "cupy"


def is_inexact(t: Type) -> bool:
    """Whether values of this type can carry a derivative."""
    match t:
        case ScalarT(kind, _):
            return kind in ("float", "complex")
        case ArrayT(dtype, _):
            return np.dtype(dtype).kind in "fc"
        case ListT() | TapeT():
            return _holds_inexact(t, set())
        case _:
            return False


def _holds_inexact(t: Type, seen: set[TapeT]) -> bool:
    match t:
        case ListT(element):
            return _holds_inexact(element, seen)
        case TapeT():
            if t in seen:
                return False
            seen.add(t)
            return any(_holds_inexact(field, seen) for field in t.fields)
        case _:
            return is_inexact(t)


def real_dtype(dtype: str) -> str:
    """The dtype of the real part of numbers of a dtype."""
    return {"complex64": "float32", "complex128": "float64"}.get(dtype, dtype)


def is_complex(t: Type) -> bool:
    match t:
        case ScalarT(kind, _):
            return kind == "complex"
        case ArrayT(dtype, _):
            return np.dtype(dtype).kind == "c"
        case _:
            return False


def dims_of(t: Type) -> Dims | None:
    """Dims of a number; a Python number has rank 0."""
    match t:
        case ScalarT():
            return ()
        case ArrayT(_, dims):
            return dims
        case _:
            raise TypeError(f"{t} has no dims")


def rank_of(t: Type) -> int | None:
    dims = dims_of(t)
    return None if dims is None else len(dims)


def is_scalar(t: Type) -> bool:
    """A Python number or an array of rank 0."""
    return isinstance(t, ScalarT) or (isinstance(t, ArrayT) and t.dims == ())


@cache
def promote(*kinds: str) -> str:
    """NumPy's result dtype, where 'py:float' stands for a Python number.

    >>> promote("float32", "py:float"), promote("int64", "float32")
    ('float32', 'float64')
    """
    operands = [PYTHON_KINDS[k[3:]](1) if k.startswith("py:") else np.dtype(k) for k in kinds]
    return str(np.result_type(*operands))


def dtype_key(t: Type) -> str:
    """The type's entry for `promote`."""
    match t:
        case ScalarT(kind, _):
            return f"py:{kind}"
        case ArrayT(dtype, _):
            return dtype
        case _:
            raise TypeError(f"{t} is not a number")


def dtype_of(t: Type) -> str:
    """The NumPy dtype of a number; a Python number's is its default one."""
    match t:
        case ScalarT(kind, _):
            return str(np.dtype(PYTHON_KINDS[kind]))
        case ArrayT(dtype, _):
            return dtype
        case _:
            raise TypeError(f"{t} is not a number")


def broadcast_dim(a: Dim, b: Dim) -> Dim | None:
    """The size of a broadcast axis; None where the two can never go together."""
    if a == b or b == 1:
        return a
    if a == 1:
        return b
    if isinstance(a, int) and isinstance(b, int):
        return None
    if isinstance(a, int):
        return a
    if isinstance(b, int):
        return b
    if a.not_one or b.not_one:
        return a if a.not_one else b
    keys = sorted({*alternatives(a.key), *alternatives(b.key)})
    return Sym(f"({'|'.join(keys)})")


def alternatives(key: str) -> list[str]:
    """The sizes that were broadcast to one of this key.

    >>> alternatives("(n|(m-1)*2|?3)"), alternatives("(n-1)*(m)")
    (['n', '(m-1)*2', '?3'], ['(n-1)*(m)'])
    """
    depth, starts, ends = 0, [1], list[int]()
    for i, c in enumerate(key):
        if depth == 0 and (i > 0 or c != "("):
            return [key]
        depth += (c == "(") - (c == ")")
        if depth == 1 and c == "|":
            ends.append(i)
            starts.append(i + 1)
    return [key[i:j] for i, j in zip(starts, [*ends, len(key) - 1], strict=True)] if ends else [key]


def broadcast_dims(*all_dims: Dims | None) -> Dims | None:
    """The dims of a broadcast; None where a rank is unknown. Raises ValueError where shapes never fit."""
    known = [d for d in all_dims if d is not None]
    if len(known) < len(all_dims):
        return None
    rank = max(map(len, known), default=0)
    result: list[Dim] = [1] * rank
    for dims in known:
        for axis, dim in enumerate(dims, rank - len(dims)):
            together = broadcast_dim(result[axis], dim)
            if together is None:
                raise ValueError(f"shapes {dims_text(known)} do not broadcast")
            result[axis] = together
    return tuple(result)


def dims_text(all_dims: list[Dims]) -> str:
    return " and ".join("(" + ", ".join(map(str, d)) + ("," if len(d) == 1 else "") + ")" for d in all_dims)


def spreads(small: Dims | None, big: Dims | None) -> bool:
    """Whether a value of dims `small` may have to be repeated to reach dims `big`."""
    return small is None or big is None or small != big
