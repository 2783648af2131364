"""Functions and methods of NumPy that are about Python objects."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np

from adgen.errors import Refusal
from adgen.frontend.builtins import HANDLERS, Keywords, handles, same_answer, takes
from adgen.frontend.containers import key_of
from adgen.frontend.indexing import array_like
from adgen.frontend.iterables import known_items
from adgen.frontend.machine import Machine
from adgen.frontend.memory import number
from adgen.frontend.resolve import lift
from adgen.frontend.values import (
    NONE,
    AVal,
    ListV,
    Partial,
    Static,
    Tup,
)
from adgen.ir.builder import const
from adgen.ir.core import Atom
from adgen.ir.types import (
    ArrayT,
    ScalarT,
    dims_of,
    dtype_of,
    is_complex,
    is_number,
    is_scalar,
)
from adgen.library.loops import as_list, vectorized

ArrayMethod = Callable[[Machine, AVal, "list[AVal]", Keywords], AVal]
ARRAY_METHODS: dict[str, ArrayMethod] = {}
H = TypeVar("H", bound=Callable[..., Any])


def array_method(name: str) -> Callable[[H], H]:
    def enter(handler: H) -> H:
        ARRAY_METHODS[name] = handler
        return handler

    return enter


@handles(np.shape)
def call_shape(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    from adgen.frontend.attributes import shape_of

    args = by_place(args, keywords, "a")
    takes(args, keywords, "np.shape", 1, 1)
    return shape_of(m, array_like(m, args[0]))


@handles(np.ndim)
def call_ndim(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    args = by_place(args, keywords, "a")
    takes(args, keywords, "np.ndim", 1, 1)
    atom = array_like(m, args[0])
    dims = () if isinstance(atom.type, ScalarT) else cast(ArrayT, atom.type).dims
    return m.builder.emit("ndim", atom) if dims is None else const(len(dims))


@handles(np.size)
def call_size(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    from adgen.frontend.attributes import dim_of, size_of

    args = by_place(args, keywords, "a", "axis")
    takes(args, keywords, "np.size", 1, 2)
    atom, axes = array_like(m, args[0]), key_of(args[1]) if len(args) > 1 else None
    if axes is None:
        return size_of(m, atom)
    sizes = [dim_of(m, atom, axis) for axis in (cast("tuple[Any, ...]", axes) if isinstance(axes, tuple) else (axes,))]
    return functools.reduce(lambda a, b: m.g("mul", a, b).atom, sizes) if sizes else const(1)


def by_place(args: list[AVal], keywords: Keywords, *names: str) -> list[AVal]:
    """Arguments by position, those given by name at their places."""
    found = list(args)
    for name in names[len(args) :]:
        if name not in keywords:
            break
        found.append(keywords.pop(name))
    return found


@handles(np.isscalar)
def call_isscalar(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    scalars = (np.generic, int, float, complex, str)
    return const(same_answer(m, args[0], lambda cls: issubclass(cls, scalars)))


HANDLERS[id(np.iscomplexobj)] = lambda m, args, keywords: const(
    is_complex(array_like(m, args[0]).type)
)
HANDLERS[id(np.isrealobj)] = lambda m, args, keywords: const(
    not is_complex(array_like(m, args[0]).type)
)


# Methods that make Python objects of an array


@array_method("item")
def method_item(m: Machine, owner: AVal, args: list[AVal], keywords: Keywords) -> AVal:
    from adgen.frontend.indexing import get_at

    atom = cast(
        Atom,
        number(
            m, get_at(m, owner, args[0] if len(args) == 1 else Tup(tuple(args))) if args else owner
        ),
    )
    kind = {"f": "float", "c": "complex", "b": "bool"}.get(
        np.dtype(dtype_of(atom.type)).kind, "int"
    )
    if not is_scalar(atom.type):
        atom = m.g.reshape(atom, ()).atom
    return m.builder.emit("to_python", atom, kind=kind)


@array_method("tolist")
def method_tolist(m: Machine, owner: AVal, args: list[AVal], keywords: Keywords) -> AVal:
    return m.call(Static(as_list), [owner])


@handles(np.iterable)
def call_iterable(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    takes(args, keywords, "np.iterable", 1, 1)
    atom = number(m, args[0])
    if atom is None or not is_number(atom.type):
        return const(np.iterable(key_of(args[0])) if isinstance(args[0], Static) else True)
    dims = dims_of(atom.type)
    if dims is None:
        raise Refusal("np.iterable of an array of unknown rank is not supported", "give the array's type")
    return const(bool(dims))


# Classes of callables


@handles(np.vectorize)
def call_vectorize(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    """np.vectorize(f, otypes=None): a function that is called on each element."""
    otypes = keywords.pop("otypes", NONE)
    keywords.pop("doc", None)
    keywords.pop("cache", None)
    takes(args, keywords, "np.vectorize", 1, 1)
    kinds = [key_of(k) for k in known_items(m, otypes) or []] if isinstance(otypes, ListV) else key_of(otypes)
    return Partial(Static(vectorized), (args[0], Static(one_dtype(kinds))), ())


def one_dtype(otypes: Any) -> Any:
    """The dtype that otypes= gives the only result; None where it is left out."""
    if otypes is None:
        return None
    kinds = list(cast("list[Any]", otypes)) if isinstance(otypes, (str, tuple, list)) else [otypes]
    if len(kinds) != 1:
        raise Refusal("np.vectorize of a function with several results is not supported", "vectorize one at a time")
    return np.dtype(kinds[0])


def call_vectorized(m: Machine, obj: Any, args: list[AVal], keywords: Keywords) -> AVal:
    """A call of an object that np.vectorize has made outside of the function."""
    if obj.excluded or obj.signature is not None or keywords:
        raise Refusal(
            "np.vectorize with excluded= or signature=, or called with keywords, is not supported", "write a loop"
        )
    return m.call(Static(vectorized), [lift(m, obj.pyfunc), Static(one_dtype(obj.otypes)), *args])


HANDLERS[id(np.finfo)] = lambda m, args, keywords: Static(np.finfo(key_of(args[0])))
HANDLERS[id(np.iinfo)] = lambda m, args, keywords: Static(np.iinfo(key_of(args[0])))
