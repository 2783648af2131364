"""The function that a derivative is when it is called: checks written out for the types met so far.

def call(x=missing, y=missing, *__more, **__named):
    if not __more and not __named and type(x) is ndarray and x.dtype is float64 and ...:
        return compiled(x, y)
    return slow((x, y), __more, __named)

input      the parameters of a call, and the versions compiled, each with trees of types
output     a Python function, and `Dispatcher.last`: the number of the version that served the call
           before
guarantee  a version is called only with values of its types, tangents of their primals' shapes,
           and the globals it was compiled for unchanged; everything else goes to `slow`
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, cast

import numpy as np

from adgen.ir.tree import Leaf, Node, Static, Tree
from adgen.ir.types import ArrayT, Dims, ObjectT, ScalarT, Sym, Type, dims_of, is_number
from adgen.signature import SCALARS, child_paths, is_array, items_of, shape_of

MISSING: Any = object()
Slow = Callable[[tuple[Any, ...], tuple[Any, ...], dict[str, Any]], Any]
KINDS = {name: kind for kind, name in SCALARS.items()} | {"bool": bool}


@dataclass(frozen=True, slots=True)
class Entry:
    """A version, as the dispatcher sees it."""

    compiled: Callable[..., Any]
    inputs: tuple[Tree, ...]
    array: type
    """The class of its arrays: NumPy's or CuPy's. NumPy's scalars go with NumPy's arrays here; for CuPy they are moved
    to the device first, which is not done here."""
    guards: tuple[tuple[Callable[[], Any], Any], ...]
    """Values that were burnt in: how to get each now, and what it was."""
    same_shapes: tuple[tuple[int, int, int | None], ...]
    """Tangent, its primal (positions), and the item of it where that is a `*args`: leaves of equal
    shapes."""
    checks_cotangent: bool
    """Whether the shape of the last argument is compared with that of the value that comes out."""
    own: tuple[Type, ...] = ()
    """Types of the leaves of the function's own arguments, in which sizes that must be equal have one symbol."""


@dataclass(frozen=True, slots=True)
class Param:
    """A parameter of the dispatcher."""

    name: str
    kind: Any = inspect.Parameter.POSITIONAL_OR_KEYWORD
    default: Any = MISSING

    @property
    def keyword_only(self) -> bool:
        return self.kind is inspect.Parameter.KEYWORD_ONLY


def params_of(signature: inspect.Signature, extra: tuple[str, ...]) -> list[Param] | None:
    """The dispatcher's parameters; None where every call needs binding (`*args`, `**named`).

    With extra ones all are positional only: tangents may follow fewer arguments than there are.
    """
    params: list[Param] = []
    for p in signature.parameters.values():
        if p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD) or (p.kind is p.KEYWORD_ONLY and extra):
            return None
        default = MISSING if p.default is p.empty or extra else p.default
        params.append(Param(p.name, p.POSITIONAL_ONLY if extra else p.kind, default))
    return params + [Param(name, inspect.Parameter.POSITIONAL_ONLY) for name in extra]


class Dispatcher:
    """Writes the function for some versions; the first that fits serves a call."""

    def __init__(
        self, name: str, params: list[Param], entries: list[Entry], slow: Slow, records: bool
    ):
        self.params, self.entries, self.slow, self.records = params, entries, slow, records
        self.scope: dict[str, Any] = {"__last": 0}
        self.names: dict[int, str] = {}
        self.temporaries = 0
        self.leaves: list[str] = []
        """The expressions of the leaves met."""
        exec("\n".join(self._lines()), self.scope)
        self.call: Callable[..., Any] = self.scope["call"]
        self.call.__name__ = self.call.__qualname__ = name

    @property
    def last(self) -> int:
        return cast(int, self.scope["__last"])

    def _lines(self) -> list[str]:
        given = [p.name for p in self.params]
        lines = [f"def call({self._header()}):"]
        lines += ["    global __last"] if self.records else []
        for number, entry in enumerate(self.entries):
            call = f"{self.ref(entry.compiled)}({', '.join(given)})"
            lines.append(f"    if {' and '.join(self._tests(entry, given))}:")
            lines += [f"        __last = {number}"] if self.records else []
            if entry.checks_cotangent:
                check = self.ref(require_same_shapes)
                lines += [
                    f"        __r = {call}",
                    f"        {check}(__r[0], {given[-1]}, 'y_bar')",
                    "        return __r",
                ]
            else:
                lines.append(f"        return {call}")
        values = ", ".join(given) + ("," if len(given) == 1 else "")
        return lines + [f"    return {self.ref(self.slow)}(({values}), __more, __named)"]

    def _header(self) -> str:
        positional = [f"{p.name}={self.ref(p.default)}" for p in self.params if not p.keyword_only]
        count = sum(p.kind is inspect.Parameter.POSITIONAL_ONLY for p in self.params)
        if count:
            positional.insert(count, "/")
        only = [f"{p.name}={self.ref(p.default)}" for p in self.params if p.keyword_only]
        return ", ".join([*positional, "*__more", *only, "**__named"])

    def ref(self, value: Any) -> str:
        """A name for an object in the text."""
        if id(value) not in self.names:
            self.names[id(value)] = name = f"__{len(self.scope)}"
            self.scope[name] = value
        return self.names[id(value)]

    def _temporary(self) -> str:
        self.temporaries += 1
        return f"__t{self.temporaries}"

    def _tests(self, entry: Entry, given: list[str]) -> list[str]:
        tests = ["not __more", "not __named"]
        self.leaves = []
        for name, tree in zip(given, entry.inputs, strict=True):
            self._guard(tree, name, entry.array, tests)
        tests += self._equal_sizes(entry.own)
        for tangent, primal, item in entry.same_shapes:
            at = given[primal] if item is None else f"{given[primal]}[{item}]"
            self._same_shapes(entry.inputs[tangent], given[tangent], at, tests)
        return tests + [
            f"{self.ref(getter)}() is {self.ref(value)}" for getter, value in entry.guards
        ]

    def _equal_sizes(self, types: tuple[Type, ...]) -> list[str]:
        """That axes which must be equally long are: the function itself would raise where they are not."""
        places: dict[Any, list[str]] = {}
        for t, name in zip(types, self.leaves, strict=False):
            for axis, dim in enumerate(dims_of(t) or () if is_number(t) else ()):
                if isinstance(dim, Sym):
                    places.setdefault(dim.key, []).append(f"{name}.shape[{axis}]")
        return [" == ".join(same) for same in places.values() if len(same) > 1]

    def _guard(self, tree: Tree, at: str, array: type, tests: list[str]) -> None:
        """Append the tests that the value of the expression `at` is of the tree."""
        match tree:
            case Leaf(ScalarT(kind)):
                self.leaves.append(at)
                tests.append(f"type({at}) is {KINDS[kind].__name__}")
            case Leaf(ArrayT(dtype, dims)):
                self._guard_array(np.dtype(dtype), dims, at, array, tests)
            case Leaf(ObjectT("generator")):
                self.leaves.append(at)
                tests.append(f"type({at}) is {self.ref(np.random.Generator)}")
            case Leaf(other):
                raise TypeError(f"{other} is no type of an argument")
            case Static(value):
                tests.append(self._guard_static(value, at))
            case Node(kind, keys, children, cls):
                name = at
                if not at.isidentifier():
                    name = self._temporary()
                    at = f"{name} := {at}"
                expected = (
                    cls if cls is not None else {"tuple": tuple, "list": list, "dict": dict}[kind]
                )
                tests.append(f"type({at}) is {self.ref(expected)}")
                if kind == "dict":
                    tests.append(f"tuple({name}) == {self.ref(keys)}")
                    items = [f"{name}[{self.ref(k)}]" for k in keys]
                else:
                    tests += [f"len({name}) == {len(children)}"] if cls is None else []
                    kind = "tuple" if kind == "namedtuple" else kind
                    items = child_paths(kind, keys, len(children), name)
                for item, child in zip(items, children, strict=True):
                    self._guard(child, item, array, tests)

    def _guard_array(
        self, dtype: np.dtype[Any], dims: Dims | None, at: str, array: type, tests: list[str]
    ) -> None:
        name = at
        if not at.isidentifier():
            name = self._temporary()
            at = f"{name} := {at}"
        self.leaves.append(name)
        is_array, is_dtype = (
            f"type({at}) is {self.ref(array)}",
            f"{name}.dtype is {self.ref(dtype)}",
        )
        if dims == () and array is np.ndarray:
            scalar = f"type({name}) is {self.ref(dtype.type)}"
            tests.append(f"({is_array} and {is_dtype} and not {name}.ndim or {scalar})")
            return
        tests += [is_array, is_dtype]
        if dims is None:
            return
        tests.append(f"len(__s := {name}.shape) == {len(dims)}")
        if all(isinstance(d, Sym) and d.not_one for d in dims) and len(dims) > 1:
            tests.append("1 not in __s")
            return
        tests += [
            f"__s[{axis}] != 1" if isinstance(d, Sym) else f"__s[{axis}] == {d}"
            for axis, d in enumerate(dims)
            if isinstance(d, int) or d.not_one
        ]

    def _guard_static(self, value: Any, at: str) -> str:
        if (
            isinstance(value, (str, int))
            and not isinstance(value, bool)
            or (isinstance(value, float) and value)
        ):
            return f"type({at}) is {self.ref(type(value))} and {at} == {self.ref(value)}"
        return f"{at} is {self.ref(value)}"

    def _same_shapes(self, tree: Tree, tangent: str, primal: str, tests: list[str]) -> None:
        match tree:
            case Leaf(ArrayT(_, dims)) if dims is None or any(isinstance(d, Sym) for d in dims):
                tests.append(f"{tangent}.shape == {primal}.shape")
            case Node(kind, keys, children):
                kind = "tuple" if kind == "namedtuple" else kind
                paths = (child_paths(kind, keys, len(children), at) for at in (tangent, primal))
                for child, a, b in zip(children, *paths, strict=True):
                    self._same_shapes(child, a, b, tests)
            case _:
                pass


def given_arguments(
    params: list[Param], values: tuple[Any, ...], more: tuple[Any, ...], named: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """The arguments as the caller passed them, from what the dispatcher's parameters hold."""
    args: list[Any] = []
    for param, value in zip(params, values, strict=True):
        if value is MISSING:
            continue
        if param.keyword_only or len(args) < params.index(param):
            named[param.name] = value
        else:
            args.append(value)
    return (*args, *more), named


def require_equal_sizes(types: tuple[Type, ...], trees: tuple[Tree, ...], user: dict[str, Any]) -> None:
    """Raise ValueError where axes differ in size that the function needs to be equal."""
    sizes: dict[Any, tuple[int, str]] = {}
    found = [leaf for (name, value), tree in zip(user.items(), trees) for leaf in leaf_values(tree, value, name)]
    for t, (path, array) in zip(types, found, strict=True):
        for axis, dim in enumerate(dims_of(t) or () if is_number(t) else ()):
            if not isinstance(dim, Sym):
                continue
            here = f"{path}.shape[{axis}]"
            size, first = sizes.setdefault(dim.key, (array.shape[axis], here))
            if size != array.shape[axis]:
                raise ValueError(f"{first} is {size} and {here} is {array.shape[axis]}, but they must be equal")


def leaf_values(tree: Tree, value: Any, path: str) -> Iterator[tuple[str, Any]]:
    """The leaves of a value, each with how it is written."""
    match tree:
        case Leaf():
            yield path, value
        case Static():
            return
        case Node(kind, keys, children):
            paths = child_paths(kind, keys, len(children), path)
            for child, item, at in zip(children, items_of(tree, value, path), paths, strict=True):
                yield from leaf_values(child, item, at)


def require_same_shapes(primal: Any, given: Any, path: str) -> None:
    """Raise ValueError where a tangent or cotangent has not the shape of its primal, leaf by
    leaf."""
    if is_array(primal) or is_array(given):
        if shape_of(primal) != shape_of(given):
            raise ValueError(
                f"{path} has shape {shape_of(given)}, but what it belongs to has {shape_of(primal)}"
            )
        return
    if isinstance(primal, (tuple, list)):
        for i, (a, b) in enumerate(zip(cast("list[Any]", primal), given, strict=True)):
            require_same_shapes(a, b, f"{path}[{i}]")
    elif isinstance(primal, dict):
        for key, a in cast("dict[Any, Any]", primal).items():
            require_same_shapes(a, given[key], f"{path}[{key!r}]")
    elif hasattr(primal, "__dataclass_fields__"):
        for key in primal.__dataclass_fields__:
            require_same_shapes(getattr(primal, key), getattr(given, key), f"{path}.{key}")
