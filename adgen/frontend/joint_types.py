"""The type of a value that is one of two, at the end of two paths."""

from __future__ import annotations

from typing import cast

import numpy as np

from adgen.ir.builder import const
from adgen.ir.core import UNDEF, Atom, Const, Value
from adgen.ir.types import (
    ArrayT,
    Dim,
    Dims,
    ListT,
    ObjectT,
    ScalarT,
    ShapeT,
    Type,
    fresh_dim,
    is_number,
)

WIDER = ("bool", "int", "float", "complex")


def join_types(a: Atom, b: Atom) -> Type | str:
    """The type of a value that is one of two; a message where there is none."""
    if isinstance(a, Const) and a.value is UNDEF:
        return b.type
    if isinstance(b, Const) and b.value is UNDEF:
        return a.type
    s, t = a.type, b.type
    match s, t:
        case ScalarT(), ScalarT():
            return _join_scalars(a, b)
        case ArrayT(), ArrayT():
            if s.dtype != t.dtype:
                return "{name} has dtype " + f"{s.dtype} on one path and {t.dtype} on another"
            return ArrayT(s.dtype, join_dims(s.dims, t.dims))
        case (ScalarT(), ArrayT()):
            return _join_mixed(a, t)
        case (ArrayT(), ScalarT()):
            return _join_mixed(b, s)
        case ListT(), ListT():
            element = join_types(Value(s.element), Value(t.element))
            return element if isinstance(element, str) else ListT(element)
        case ShapeT(), ShapeT():
            return ShapeT(join_dims(s.dims, t.dims))
        case ObjectT(), ObjectT() if s == t:
            return s
        case _:
            return "{name} is a value of type " + f"{s} on one path and of type {t} on another"


def _join_scalars(a: Atom, b: Atom) -> Type | str:
    s, t = cast(ScalarT, a.type), cast(ScalarT, b.type)
    if s.kind == t.kind:
        same = s.size is not None and s.size == t.size
        return s if same or s.kind != "int" else ScalarT("int", fresh_dim())
    narrow, wide = (
        (s.kind, t.kind) if WIDER.index(s.kind) < WIDER.index(t.kind) else (t.kind, s.kind)
    )
    if narrow != "bool":
        return ScalarT(wide)
    return "{name} is " + f"a {s.kind} on one path and a {t.kind} on another"


def _join_mixed(scalar: Atom, array: ArrayT) -> Type | str:
    """A Python number on one path, an array or NumPy scalar on the other."""
    kind = cast(ScalarT, scalar.type).kind
    have = np.dtype(array.dtype).kind
    harmless = {"bool": "b", "int": "iufc", "float": "fc", "complex": "c"}
    if have not in harmless[kind]:
        return "{name} is " + f"a Python {kind} on one path and of dtype {array.dtype} on another"
    return array if array.dims == () else ArrayT(array.dtype, None)


def join_dims(a: Dims | None, b: Dims | None) -> Dims | None:
    if a is None or b is None or len(a) != len(b):
        return None
    return tuple(join_dim(x, y) for x, y in zip(a, b, strict=True))


def join_dim(a: Dim, b: Dim) -> Dim:
    return a if a == b else fresh_dim()


def recast(atom: Atom, joint: Type) -> Atom:
    """A constant in the kind of the joint value's type."""
    if (
        not isinstance(atom, Const)
        or atom.value is UNDEF
        or not isinstance(atom.type, ScalarT)
        or not is_number(joint)
    ):
        return (
            atom if not (isinstance(atom, Const) and atom.value is UNDEF) else Const(UNDEF, joint)
        )
    kind = joint.kind if isinstance(joint, ScalarT) else _python_kind(cast(ArrayT, joint))
    if kind == atom.type.kind or WIDER.index(kind) < WIDER.index(atom.type.kind):
        return atom
    return const({"int": int, "float": float, "complex": complex}[kind](atom.value))


def _python_kind(t: ArrayT) -> str:
    return {"f": "float", "c": "complex", "b": "bool"}.get(np.dtype(t.dtype).kind, "int")


def common_type(atoms: list[Atom]) -> Type | str:
    joint: Atom = atoms[0]
    for atom in atoms[1:]:
        t = join_types(joint, atom)
        if isinstance(t, str):
            return t
        joint = Value(t)
    return joint.type
