"""What an operator takes, a user's function or a derivative: binds calls, lowers to the IR.

    bind     the arguments of a call -> `Bound`: a value for each parameter, and what each level of
             operators is with respect to
    lower    trees for the user's parameters -> `Program`'s IR function, whose first parameters
             those are; the tangents and cotangents of each level come behind, innermost first

An operator applied to a derivative composes in the IR: nothing is printed and read again.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, cast

from adgen.frontend import lower
from adgen.ir.core import Function
from adgen.ir.tree import Node, Static, Tree
from adgen.jacobians import Sizes
from adgen.kinds import Kind, Options, derive, unused_name
from adgen.overlap import written_leaves
from adgen.signature import Place, has_float

Wrt = tuple[Place, ...]
Guard = tuple[str, Callable[[], Any], Any]


@dataclass(frozen=True, slots=True)
class Bound:
    """A call's arguments. `params` holds the user's parameters, then the extra ones of every
    level."""

    params: dict[str, Any]
    user: int
    """How many of them are the user's."""
    given: frozenset[str]
    """Those that the call itself named or passed; the others have their defaults."""
    wrts: tuple[Wrt, ...] = ()
    """Of each level of operators, innermost first."""
    positional: bool = True
    """Whether the same arguments, all by position, would be bound the same."""


@dataclass(frozen=True, slots=True)
class Typed:
    """What a program is lowered for: a tree for each of the user's parameters."""

    names: tuple[str, ...]
    trees: tuple[Tree, ...]
    wrts: tuple[Wrt, ...]
    """Of each level of operators, innermost first."""
    sizes: Sizes = field(default_factory=dict[str, int])
    """Of the letters in the trees, in the call that is compiled for."""
    target: str = ""
    """Whose arrays the arguments are, where that is known."""


@dataclass(frozen=True, slots=True)
class Lowering:
    """A program in the IR, with what it took from around it."""

    function: Function
    guards: tuple[Guard, ...]
    warnings: tuple[str, ...]
    written: frozenset[int] = frozenset()
    """Leaves of the user's arguments that the function stores into."""
    library: str = "numpy"
    """What the user's function computes with: NumPy, or CuPy where it names that."""


class Program(Protocol):
    """A user's function or a derivative."""

    @property
    def name(self) -> str: ...
    @property
    def signature(self) -> inspect.Signature: ...
    def bind(self, args: tuple[Any, ...], named: Mapping[str, Any]) -> Bound: ...
    def lower(self, typed: Typed) -> Lowering: ...


class UserProgram:
    """A function as the user wrote it."""

    def __init__(self, function: Callable[..., Any]):
        self.function = function
        self.name = getattr(function, "__name__", type(function).__name__)
        if self.name == "<lambda>":
            self.name = "function"
        self.signature = inspect.signature(function, follow_wrapped=False)

    def bind(self, args: tuple[Any, ...], named: Mapping[str, Any]) -> Bound:
        try:
            bound = self.signature.bind(*args, **named)
        except TypeError as error:
            raise TypeError(f"{self.name}: {error}") from None
        given = frozenset(bound.arguments)
        bound.apply_defaults()
        return Bound(dict(bound.arguments), len(bound.arguments), given)

    def lower(self, typed: Typed) -> Lowering:
        assert not typed.wrts
        lowered = lower(self.function, typed.names, typed.trees, typed.target)
        defaults = self.defaults(typed.names, typed.trees)
        function = replace(lowered.function, defaults=defaults)
        return Lowering(
            function,
            tuple(lowered.guards),
            tuple(w.describe() for w in lowered.warnings),
            written_leaves(function),
            lowered.library,
        )

    def defaults(self, names: tuple[str, ...], trees: tuple[Tree, ...]) -> tuple[Any, ...]:
        """Default values of the last parameters; of a constant, the value that it has here."""
        found: list[Any] = []
        for name, tree in zip(reversed(names), reversed(trees), strict=True):
            value = self.signature.parameters[name].default
            if isinstance(tree, Static) and value is not inspect.Parameter.empty:
                value = tree.value
            if not isinstance(value, (type(None), str, int, float)) or isinstance(tree, Node):
                break
            found.append(value)
        return tuple(reversed(found))


class Derived:
    """A program's derivative of one kind."""

    def __init__(
        self,
        inner: Program,
        kind: Kind,
        wrt: int | str | tuple[int | str, ...] | None,
        options: Options,
    ):
        self.inner, self.kind, self.options = inner, kind, options
        self.places = None if wrt is None else places_of(inner, wrt)
        self.name = f"{inner.name}_{kind.suffix}"

    @property
    def signature(self) -> inspect.Signature:
        """The inner signature; what is extra depends on the call, and comes behind."""
        return self.inner.signature

    def bind(self, args: tuple[Any, ...], named: Mapping[str, Any]) -> Bound:
        match self.kind.extra:
            case "":
                inner, wrt = self._with_places(self.inner.bind(args, named))
                return replace(inner, wrts=(*inner.wrts, wrt))
            case "cotangent":
                return self._bind_cotangent(args, dict(named))
            case _:
                return self._bind_tangents(args, dict(named))

    def _with_places(self, inner: Bound) -> tuple[Bound, Wrt]:
        wrt = self.places if self.places is not None else default_places(inner)
        if not wrt:
            raise TypeError(
                f"{self.name}: no argument is a float; name those wanted with argnums= or wrt="
            )
        for place in wrt:
            if place.param not in inner.params:
                raise TypeError(
                    f"{self.name}: there is no argument {place.param!r}; there are "
                    f"{', '.join(inner.params)}"
                )
        return inner, wrt

    def _bind_cotangent(self, args: tuple[Any, ...], named: dict[str, Any]) -> Bound:
        if "y_bar" in named:
            y_bar = named.pop("y_bar")
        elif args:
            args, y_bar = args[:-1], args[-1]
        else:
            raise TypeError(f"{self.name}: give the cotangent of the result, last or as y_bar=")
        inner, wrt = self._with_places(self.inner.bind(args, named))
        name = unused_name("y_bar", tuple(inner.params))
        return replace(inner, params={**inner.params, name: y_bar}, wrts=(*inner.wrts, wrt))

    def _bind_tangents(self, args: tuple[Any, ...], named: dict[str, Any]) -> Bound:
        dots = {k: named.pop(k) for k in list(named) if self._is_tangent_name(k)}
        if dots:
            return self._bind_named_tangents(args, named, dots)
        if self.places is None:
            return self._bind_default_tangents(args, named)
        count = len(self.places)
        last: Any = args[-1] if args else None
        if count > 1 and isinstance(last, (tuple, list)) and len(cast("list[Any]", last)) == count:
            try:
                return self._with_tangents(self.inner.bind(args[:-1], named), self.places, last)
            except TypeError:
                pass
        if len(args) < count:
            raise TypeError(
                f"{self.name}: give a tangent for each of {', '.join(map(str, self.places))} "
                "behind the arguments"
            )
        split = len(args) - count
        return self._with_tangents(self.inner.bind(args[:split], named), self.places, args[split:])

    def _is_tangent_name(self, name: str) -> bool:
        return name.endswith("_dot") and name not in self.inner.signature.parameters

    def _bind_named_tangents(
        self, args: tuple[Any, ...], named: dict[str, Any], dots: dict[str, Any]
    ) -> Bound:
        inner = self.inner.bind(args, named)
        wrt = self.places if self.places is not None else tuple(Place(d[:-4]) for d in dots)
        names = [f"{p}_dot" for p in wrt]
        if set(names) != set(dots) or any(p.param not in inner.params for p in wrt):
            raise TypeError(
                f"{self.name}: tangents {', '.join(dots)} given, expected {', '.join(names)}"
            )
        made = self._with_tangents(inner, wrt, [dots[n] for n in names])
        return replace(made, positional=self.places is not None)

    def _bind_default_tangents(self, args: tuple[Any, ...], named: dict[str, Any]) -> Bound:
        """As many arguments as leave a tangent for each of them that is a float."""
        for ints in (False, True):
            for split in range(len(args) - 1, -1, -1):
                try:
                    inner = self.inner.bind(args[:split], named)
                except TypeError:
                    continue
                wrt = default_places(inner, ints)
                if len(wrt) == len(args) - split:
                    return self._with_tangents(inner, wrt, args[split:])
        raise TypeError(
            f"{self.name}: give the arguments of {self.inner.name}, and then a tangent for "
            "each of them "
            "that is a float (or name those wanted with argnums= or wrt=)"
        )

    def _with_tangents(self, inner: Bound, wrt: Wrt, tangents: Any) -> Bound:
        params = dict(inner.params)
        for place, tangent in zip(wrt, tangents, strict=True):
            params[unused_name(f"{place}_dot", tuple(params))] = tangent
        return replace(inner, params=params, wrts=(*inner.wrts, wrt))

    def lower(self, typed: Typed) -> Lowering:
        inner = self.inner.lower(replace(typed, wrts=typed.wrts[:-1]))
        wrt = typed.wrts[-1]
        made = derive(inner.function, self.kind, wrt, self.options, self.name, typed.sizes)
        return replace(inner, function=made.function, warnings=inner.warnings + made.warnings)


def default_places(bound: Bound, ints: bool | None = None) -> Wrt:
    """Every argument given that holds floats; where there is none, the Python ints."""
    values = list(bound.params.items())
    user = {name for name, _ in values[: bound.user]}
    if ints is None:
        return default_places(bound, False) or default_places(bound, True)
    return tuple(
        Place(n) for n, v in values if n not in user or (n in bound.given and has_float(v, ints))
    )


def places_of(program: Program, wrt: int | str | tuple[int | str, ...]) -> Wrt:
    """What `argnums=` or `wrt=` names."""
    if isinstance(wrt, str):
        wrt = tuple(name.strip() for name in wrt.split(","))
    chosen = tuple(_place(program, w) for w in (wrt if isinstance(wrt, tuple) else (wrt,)))
    if len(set(chosen)) < len(chosen) or not chosen:
        raise TypeError(f"{program.name}: arguments to differentiate must be named once each")
    return chosen


def _place(program: Program, wrt: int | str) -> Place:
    parameters = program.signature.parameters
    if isinstance(wrt, str):
        if wrt not in parameters and not isinstance(program, Derived):
            raise TypeError(
                f"{program.name} has no parameter {wrt!r}; it has {', '.join(parameters)}"
            )
        return Place(wrt)
    positional = [
        n for n, p in parameters.items() if p.kind <= inspect.Parameter.POSITIONAL_OR_KEYWORD
    ]
    rest = [n for n, p in parameters.items() if p.kind is inspect.Parameter.VAR_POSITIONAL]
    position = wrt + len(positional) if wrt < 0 and not rest else wrt
    if 0 <= position < len(positional):
        return Place(positional[position])
    if rest and position >= 0:
        return Place(rest[0], position - len(positional))
    raise TypeError(
        f"{program.name} has no argument {wrt}; it has {', '.join(parameters) or 'none'}"
    )
