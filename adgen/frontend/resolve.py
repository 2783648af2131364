"""Names and objects from around the function: numbers become constants, arrays captured ones, the
rest is static.

Each value burnt in is noted as a guard, with a way to look at it again, so that a compiled version
is not used when it has changed.
"""

from __future__ import annotations

import ast
import builtins
import math
import types
from typing import Any, cast

import numpy as np

from adgen.errors import Refusal
from adgen.frontend.machine import Frame, Guard, Machine, evaluates
from adgen.frontend.namesakes import is_of_cupy, namesake
from adgen.frontend.values import (
    AVal,
    Cell,
    DictV,
    Getter,
    ListV,
    Ref,
    Static,
    Tup,
    class_of_object,
)
from adgen.ir.builder import const
from adgen.ir.core import Const, DeviceArray
from adgen.ir.types import FLOAT, ArrayT, is_cupy_class
from adgen.library import HOME

Place = tuple[str, int]
"""Where a value was read: its name, and the id of what has that name (a cell, a module, an object)."""
NUMBERS = (bool, int, float, complex)
KNOWN = {math.pi: "np.pi", math.e: "np.e"}
"""Numbers that are written by name."""


@evaluates(ast.Name)
def eval_name(m: Machine, node: ast.Name) -> AVal:
    frame = m.here
    while node.id not in frame.assigned:
        if frame.parent is None:
            return _outer(m, frame, node.id)
        frame = frame.parent
    return _local(m, frame, node.id)


def _local(m: Machine, frame: Frame, name: str) -> AVal:
    value = m.state.frames[frame.id].get(name)
    if value is None:
        raise Refusal(f"{name} may be used before it is assigned", "assign it on every path that leads here")
    return value


def _outer(m: Machine, frame: Frame, name: str) -> AVal:
    """A name of the closure, of the module, or a builtin. Those of `adgen.library` stay, and need no guard."""
    stays = frame.info.file.startswith(HOME)
    if name in frame.closure:
        cell = frame.closure[name]
        try:
            value = cell.cell_contents
        except ValueError:
            raise Refusal(
                f"{name} is used before it is assigned in the enclosing function",
                "assign it on every path that leads here",
            ) from None
        return lift(m, value, name, None if stays else lambda: cell.cell_contents, cell)
    if name in frame.globals:
        space = frame.globals
        return lift(m, space[name], name, None if stays else lambda: space.get(name), space)
    if hasattr(builtins, name):
        return Static(getattr(builtins, name))
    raise Refusal(f"the name {name} is not defined", "define it before the function is differentiated")


def lift(m: Machine, obj: Any, name: str = "", getter: Getter | None = None, owner: Any = None) -> AVal:
    """A Python object as an abstract value. With a getter, it is guarded; `owner` is what it was read from."""
    place = name, id(owner)
    if is_of_cupy(obj):
        return _lift_cupy(m, obj, place, getter)
    if type(obj) in NUMBERS:
        _guard(m, place, getter, obj)
        return Const(obj, FLOAT, KNOWN[obj]) if type(obj) is float and obj in KNOWN else const(obj)
    if isinstance(obj, np.generic) and not isinstance(obj, (np.str_, np.bytes_)):
        _guard(m, place, getter, obj)
        return Const(obj, ArrayT(np.dtype(cast(Any, obj).dtype).name, ()))
    if isinstance(obj, (np.ndarray, list, dict)) or (isinstance(obj, tuple) and obj):
        _guard(m, place, getter, obj)
        return _lift_container(m, obj, name)
    if isinstance(obj, types.FunctionType) or (getter is not None and not _is_fixed(obj)):
        _guard(m, place, getter, obj)
    return Tup(()) if obj == () and isinstance(obj, tuple) else Static(obj)


def _lift_cupy(m: Machine, obj: Any, place: Place, getter: Getter | None) -> AVal:
    """An object of CuPy's: what is read in its place."""
    m.names_cupy = True
    _guard(m, place, getter, obj)
    if is_cupy_class(class_of_object(obj)):
        return _lift_container(m, obj, place[0])
    return Static(namesake(obj))


def _is_fixed(obj: Any) -> bool:
    """What nobody replaces: modules, classes, compiled functions."""
    fixed = (types.ModuleType, type, types.BuiltinFunctionType, np.ufunc)
    return isinstance(obj, fixed) or obj is None or type(obj).__module__ in ("numpy", "functools")


def _guard(m: Machine, place: Place, getter: Getter | None, value: Any) -> None:
    if getter is None or place in m.guards:
        return
    name = place[0]
    if getter() is value:
        m.guards[place] = Guard(name, getter, value)
        return
    if not isinstance(value, (*NUMBERS, np.generic, str)):
        raise Refusal(
            f"{name} is a new object each time that it is read",
            "read it outside, and pass the value",
        )
    m.guards[place] = Guard(name, lambda: bool(getter() == value), True)


def _lift_container(m: Machine, obj: Any, name: str) -> AVal:
    """The same object is the same value whenever it is met."""
    known = m.lifted.get(id(obj))
    if known is not None:
        return known[1]
    value = _lift_new(m, obj, name)
    m.lifted[id(obj)] = (obj, value)
    return value


def _lift_new(m: Machine, obj: Any, name: str) -> AVal:
    if isinstance(obj, tuple):
        items = cast("tuple[Any, ...]", obj)
        cls = type(items) if hasattr(items, "_fields") else None
        return Tup(tuple(lift(m, item, f"{name}[{k}]", None) for k, item in enumerate(items)), cls)
    cell = Cell(name.rpartition(".")[2].partition("[")[0], foreign=name or "an array")
    if is_cupy_class(class_of_object(obj)):
        return _lift_device_array(m, obj, name, cell)
    if isinstance(obj, np.ndarray):
        cls = class_of_object(obj)
        if cls is not np.ndarray:
            raise Refusal(f"{name} is a {cls.__name__}, a subclass of ndarray", "use an ndarray")
        array = cast("np.ndarray[Any, Any]", obj)
        if array.dtype.kind not in "biufc":
            return Static(array)
        constant = Const(array, ArrayT(str(array.dtype), array.shape), _identifier(name))
        if array.ndim == 0:
            return constant
        m.foreign[cell] = constant
        return Ref(cell)
    if isinstance(obj, list):
        items = cast("list[Any]", obj)
        count = len(items)
        _guard(m, (f"len({name})", id(items)), lambda: len(items) == count, True)
        m.foreign[cell] = tuple(_lift_item(m, items, k, f"{name}[{k}]") for k in range(len(items)))
        return ListV(cell)
    pairs = cast("dict[Any, Any]", obj)
    keys = list(pairs)
    _guard(m, (f"keys of {name}", id(pairs)), lambda: list(pairs) == keys, True)
    m.foreign[cell] = {k: _lift_item(m, pairs, k, f"{name}[{k!r}]") for k in pairs}
    return DictV(cell)


def _lift_device_array(m: Machine, obj: Any, name: str, cell: Cell) -> AVal:
    """An array of CuPy's: the module refers to it where it lies."""
    if m.target == "numpy":
        raise Refusal(f"{name} is a CuPy array, in a call with NumPy's", f"make it an argument, or cp.asnumpy({name})")
    m.foreign[cell] = Const(DeviceArray(obj), ArrayT(str(obj.dtype), obj.shape), _identifier(name))
    return Ref(cell)


def _lift_item(m: Machine, owner: Any, key: Any, name: str) -> AVal:
    return lift(m, owner[key], name, lambda: owner[key], owner)


def _identifier(name: str) -> str:
    """A name for a captured array: of `config.data[0]`, data_0."""
    text = "".join(c if c.isalnum() or c == "_" else " " for c in name.rpartition(".")[2])
    made = "_".join(text.split())
    return made if made.isidentifier() else "captured"
