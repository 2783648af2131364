"""Attributes: of arrays and numbers, of containers and records, of modules and objects known when
compiling.
"""

from __future__ import annotations

import ast
import inspect
import types
from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.frontend.inplace import flat_get
from adgen.frontend.machine import Machine, evaluates
from adgen.frontend.memory import fresh, number, read, view
from adgen.frontend.objects import class_attribute, record_attribute, super_attribute
from adgen.frontend.resolve import lift
from adgen.frontend.values import (
    AVal,
    Bound,
    DictV,
    ListV,
    Method,
    RangeV,
    Record,
    Ref,
    Slice,
    Static,
    Super,
    Tup,
    class_of_object,
)
from adgen.ir.builder import const
from adgen.ir.core import Atom, Const, Value
from adgen.ir.types import GENERATOR, ObjectT, ScalarT, dims_of, dtype_of, is_complex, is_number
from adgen.library import FROZEN, READ_METHODS
from adgen.rules.lowering import METHODS

VIEWS = ("T", "mT")
METHODS_HERE = ("fill", "sort", "item", "tolist", "put", "partition")
MEMORY = "it is about how the array lies in memory", "work on the elements"
BYTES = "it turns the array into bytes", "do it outside of the function"
# fmt: off
NOT_ON_ARRAYS: dict[str, tuple[str, str]] = {
    **dict.fromkeys(("base", "ctypes", "data", "flags", "strides", "setflags", "newbyteorder"), MEMORY),
    **dict.fromkeys(("byteswap", "getfield", "setfield"), ("it reads the bytes of one dtype as another's",
                                                           "convert the elements by .astype")),
    **dict.fromkeys(("dump", "dumps", "tobytes", "tofile"), BYTES),
    "resize": ("it changes the array's size in place", "use np.resize, or np.concatenate"),
    "to_device": ("arrays of NumPy are on one device", "leave it out"),
    "get": ("it copies the array to the host", "do it outside of the function"),
    "set": ("it copies an array from the host", "do it outside of the function"),
    "scatter_add": ("NumPy's arrays have none", "write cupyx.scatter_add(x, index, value), or np.add.at"),
    "itemset": ("NumPy has removed it", "write x[index] = value"),
}
# fmt: on
"""Attributes and methods of arrays that are refused: why, and what to write instead."""


@evaluates(ast.Attribute)
def eval_attribute(m: Machine, node: ast.Attribute) -> AVal:
    return attribute_of(m, m.eval(node.value), node.attr)


def attribute_of(m: Machine, owner: AVal, name: str) -> AVal:
    match owner:
        case Ref() | Value() | Const():
            return number_attribute(m, owner, name)
        case Tup(items, cls) if cls is not None and name in cls._fields:  # type: ignore[attr-defined]
            return items[cls._fields.index(name)]  # type: ignore[attr-defined]
        case Tup(_, cls) if (
            cls is not None
            and not name.startswith("_")
            and inspect.isfunction(getattr(cls, name, None))
        ):
            return Bound(Static(getattr(cls, name)), owner)
        case Record():
            return record_attribute(m, owner, name)
        case Super():
            return super_attribute(m, owner, name)
        case ListV() | DictV() | Tup():
            return Method(owner, name)
        case RangeV(start, stop, step) | Slice(start, stop, step) if name in ("start", "stop", "step"):
            return {"start": start, "stop": stop, "step": step}[name]
        case Static():
            return static_attribute(m, owner, name)
        case _:
            raise Refusal(
                f"the attribute {name} of {m.describe(owner)} is not supported",
                "use an attribute that is listed in docs/supported.md",
            )


# Arrays and numbers


def number_attribute(m: Machine, owner: AVal, name: str) -> AVal:
    atom = number(m, owner)
    assert atom is not None
    if atom.type == GENERATOR:
        return Method(owner, name)
    if isinstance(atom.type, ObjectT):
        raise Refusal(
            f"the attribute {name} of a value of type {atom.type} is not supported",
            "use an attribute that is listed in docs/supported.md",
        )
    if not is_number(atom.type):
        return Method(owner, name)
    if isinstance(atom.type, ScalarT) and name not in ("real", "imag", "conjugate", "is_integer"):
        raise Refusal(
            f"a Python {atom.type.kind} has no attribute {name}",
            f"use np.{name}(x), or give an array",
        )
    match name:
        case "shape":
            return shape_of(m, atom)
        case "ndim":
            dims = dims_of(atom.type)
            return m.builder.emit("ndim", atom) if dims is None else const(len(dims))
        case "size":
            return size_of(m, atom)
        case "dtype":
            return Static(np.dtype(dtype_of(atom.type)))
        case "itemsize":
            return const(np.dtype(dtype_of(atom.type)).itemsize)
        case "nbytes":
            return m.g("mul", size_of(m, atom), np.dtype(dtype_of(atom.type)).itemsize).atom
        case "device" if m.target != "cupy":
            return Static("cpu")
        case _ if name in NOT_ON_ARRAYS:
            reason, hint = NOT_ON_ARRAYS[name]
            raise Refusal(f"ndarray.{name} is not supported: {reason}", hint)
        case "T" | "mT":
            return transposed(m, owner, name)
        case "real" if not is_complex(atom.type):
            return owner
        case "flat":
            return flat_get(m, owner)
        case "imag" | "real":
            return m.call(Static(getattr(np, name)), [owner])
        case _ if name in METHODS or name in METHODS_HERE:
            return Method(owner, name)
        case _:
            raise Refusal(
                f"the array attribute .{name} is not supported",
                "use one of shape, ndim, size, dtype, T, real, imag, flat",
            )


def transposed(m: Machine, owner: AVal, name: str) -> AVal:
    """x.T is a view."""
    if not isinstance(owner, Ref):
        return owner
    start = len(m.builder.ops)
    base = m.g.wrap(read(m, owner))
    made = METHODS[name].lower(m.g, base)
    return view(m, owner, made.atom, m.builder.ops[start:]) or fresh(m, made.atom)


def shape_of(m: Machine, atom: Atom) -> AVal:
    """A tuple of ints, where the rank is known."""
    dims = dims_of(atom.type)
    if dims is None:
        return m.builder.emit("shape", atom)
    return Tup(tuple(dim_of(m, atom, axis) for axis in range(len(dims))))


def dim_of(m: Machine, atom: Atom, axis: int) -> Atom:
    dims = dims_of(atom.type)
    size = dims[axis] if dims is not None else None
    if isinstance(size, int):
        return const(size)
    key = (atom, axis)
    if key not in m.state.sizes:
        m.state.sizes[key] = m.g.dim(atom, axis).atom
    return m.state.sizes[key]


def size_of(m: Machine, atom: Atom) -> Atom:
    dims = dims_of(atom.type)
    if dims is not None and all(isinstance(d, int) for d in dims):
        return const(int(np.prod([d for d in dims if isinstance(d, int)], dtype=int)))
    if dims is not None and len(dims) == 1:
        return dim_of(m, atom, 0)
    return m.builder.emit("size", atom)


# Records and objects


def static_attribute(m: Machine, owner: Static, name: str) -> AVal:
    obj = owner.value
    if isinstance(obj, (str, bytes)):
        return Method(owner, name)
    if isinstance(obj, type) and obj.__module__ == "<local>":
        found = class_attribute(m, obj, name)
        if found is not None:
            return found
    if obj is None:
        raise Refusal(f"None has no attribute {name}", "test for None before")
    if (id(obj), name) in READ_METHODS:
        return Static(READ_METHODS[id(obj), name])
    if type(obj) in FROZEN:
        return attribute_of(m, thawed(m, obj), name)
    static = inspect.getattr_static(class_of_object(obj), name, None)
    if isinstance(static, property) and isinstance(static.fget, types.FunctionType) and not is_of_numpy(static.fget):
        return m.call(Static(static.fget), [owner])
    try:
        value: Any = getattr(obj, name)
    except AttributeError:
        raise Refusal(
            f"{m.describe(owner)} has no attribute {name}", "look at its name", raises=AttributeError
        ) from None
    if isinstance(value, types.MethodType) and value.__self__ is obj:
        return Bound(Static(value.__func__), owner)
    fixed = obj.__name__ if isinstance(obj, types.ModuleType) else type(obj).__module__
    stays = ("numpy", "scipy", "math", "cupy") if isinstance(obj, types.ModuleType) else "adgen.library"
    guarded = not fixed.startswith(stays)
    label = f"{_label(obj)}.{name}"
    return lift(m, value, label, (lambda: getattr(obj, name, None)) if guarded else None, obj)


def thawed(m: Machine, obj: Any) -> AVal:
    """An object from outside as the composites make one like it."""
    function, args, keywords = FROZEN[type(obj)](obj)
    return m.call(Static(function), [lift(m, a) for a in args], {k: lift(m, v) for k, v in keywords.items()})


def is_of_numpy(function: types.FunctionType) -> bool:
    """Whether a function is NumPy's or SciPy's own, whose source is not read."""
    return (function.__module__ or "").partition(".")[0] in ("numpy", "scipy")


def _label(obj: Any) -> str:
    name = getattr(obj, "__name__", None)
    return str(name) if name else f"{type(obj).__name__} {id(obj):#x}"
