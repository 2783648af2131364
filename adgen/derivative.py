"""Derivatives as objects: called like the function, compiled once a signature, read as source.

    call      bind -> key -> version (compiled when it is new) -> the emitted function
    version   the IR function, its module's text, and the function loaded from that

After the first call a `Derivative` calls the function of `adgen.dispatch`, and comes back here for
what that does not know.
"""

from __future__ import annotations

import inspect
import types
import warnings
from collections.abc import Callable, Hashable, Mapping, Set
from dataclasses import dataclass, replace
from typing import Any

from adgen.compiling import (
    Known,
    TypeText,
    bind_trees,
    check_place,
    floated_at,
    known_size,
    levels,
    made_static,
    may_differ,
    static_position,
    trees_of_types,
    user_program,
    wrts_of_types,
)
from adgen.dispatch import Dispatcher, Entry, given_arguments, params_of, require_equal_sizes, require_same_shapes
from adgen.errors import AdgenError, NeedsSize, NeedsStatic, Problem
from adgen.explain import explain
from adgen.ir.core import Function
from adgen.ir.tree import Tree, leaves
from adgen.ir.types import ArrayT, Sym, Type
from adgen.kinds import Kind, Options
from adgen.lint import lint
from adgen.output import Artifact, write
from adgen.overlap import require_apart
from adgen.programs import Bound, Derived, Guard, Lowering, Program, Typed, UserProgram, Wrt
from adgen.signature import Typing, conform, key_of, number_leaves, static_key
from adgen.targets import array_class, captured_guards, on_device, target_of
from adgen.typespec import assuming, letters_of

MOST_ENTRIES = 8
"""Versions that the dispatcher tests for; the others are found by their key."""


class AdgenWarning(UserWarning):
    """What is right but probably not meant: an argument that has no influence, say."""


@dataclass(frozen=True, slots=True)
class Lowered:
    """A derivative compiled for some types."""

    program: Derived
    artifact: Artifact
    wrts: tuple[Wrt, ...]
    guards: tuple[Guard, ...] = ()
    written: frozenset[int] = frozenset()
    """Leaves of the arguments that the function stores into."""
    not_one: frozenset[str] = frozenset()
    """Letters of the types that stand for sizes other than 1; the emitted function checks them."""

    @property
    def target(self) -> str:
        """What the module imports: 'numpy' or 'cupy'."""
        return self.artifact.target

    @property
    def source(self) -> str:
        """The text of its module."""
        return self.artifact.text

    @property
    def ir(self) -> Function:
        return self.artifact.ir

    @property
    def function(self) -> Callable[..., Any]:
        """The emitted function. It checks nothing: its arguments must be of the types it was
        compiled for."""
        return self.artifact.function

    def explain(self, stage: str | None = None) -> str:
        """The program after a stage: 'ssa', 'jvp', 'linear', 'transposed', 'planned' or 'source';
        all by default."""
        return explain(self.program, self.ir, self.wrts, self.artifact, stage)


@dataclass(frozen=True, slots=True)
class Version:
    """A compiled version with what its calls need."""

    lowered: Lowered
    user: int
    array: type
    """The class of its arrays."""
    same_shapes: tuple[tuple[int, int, int | None], ...]
    checks_cotangent: bool

    @property
    def own(self) -> tuple[Type, ...]:
        """Types of the leaves of the function's own arguments, as all its ops together tell them."""
        count = sum(len(leaves(tree)) for tree in self.lowered.ir.inputs[: self.user])
        return tuple(p.type for p in self.lowered.ir.block.params[:count])

    @property
    def has_equal_sizes(self) -> bool:
        """Whether a size stands at two places of the function's own arguments."""
        dims = [d for t in self.own if isinstance(t, ArrayT) for d in t.dims or () if isinstance(d, Sym)]
        return len(dims) > len(set(dims))

    @property
    def current(self) -> bool:
        """Whether the globals it was compiled for are unchanged."""
        return all(getter() is value for _, getter, value in self.lowered.guards)


class Derivative:
    """The derivative of a function; made by `grad`, `jvp`, ... Call it with the function's
    arguments."""

    def __init__(
        self,
        function: Any,
        kind: Kind,
        wrt: int | str | tuple[int | str, ...] | None,
        options: Options,
    ):
        self._program = Derived(program_of(function), kind, wrt, options)
        self._options = options
        self._versions: dict[Hashable, Version] = {}
        self._statics: dict[Hashable, tuple[Known, ...]] = {}
        """Of each structure of arguments: the leaves, and the sizes of leaves, that had to be known."""
        self._latest: Version | None = None
        self._dispatcher: Dispatcher | None = None
        self._entries: list[Version] = []
        self.__name__ = self.__qualname__ = self._program.name
        self.__module__ = getattr(function, "__module__", None) or __name__
        self.__doc__ = f"{kind.name} of {self._program.inner.name}."

    # Calls

    def __call__(self, *args: Any, **named: Any) -> Any:
        bound = self._program.bind(args, named)
        version, values = self._serve(bound)
        self._latest = version
        result = version.lowered.function(*values)
        if version.checks_cotangent:
            require_same_shapes(result[0], values[-1], "y_bar")
        return result

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)

    def __repr__(self) -> str:
        return f"<adgen derivative {self.__name__}>"

    @property
    def __signature__(self) -> inspect.Signature:
        return self._program.signature

    def _slow(self, values: tuple[Any, ...], more: tuple[Any, ...], named: dict[str, Any]) -> Any:
        """A call that the dispatcher has no version for."""
        assert self._dispatcher is not None
        args, named = given_arguments(self._dispatcher.params, values, more, named)
        self._dispatcher.scope["__last"] = -1
        return Derivative.__call__(self, *args, **named)

    def _serve(self, bound: Bound) -> tuple[Version, list[Any]]:
        """The version for a call, and the arguments as it takes them."""
        user, extra = self._values(bound)
        base = bound.wrts, tuple(map(key_of, user.values()))
        version = self._versions.get((base, self._static_values(base, user)))
        if version is None or not version.current:
            version = self._compile(bound, user, base)
        on_host = version.lowered.target == "numpy"
        target_of(self._operator, extra if on_host else bound.params, version.lowered.target)
        if version.lowered.written:
            require_apart(version.lowered.written, version.lowered.ir.inputs, user)
        if version.has_equal_sizes:
            require_equal_sizes(version.own, version.lowered.ir.inputs[: version.user], user)
        trees = version.lowered.ir.inputs[version.user :]
        made = [conform(t, v, n) for t, (n, v) in zip(trees, extra.items(), strict=True)]
        values = [*user.values(), *made]
        if not on_host:
            values = list(map(on_device, values))
        names = list(bound.params)
        for tangent, primal, item in version.same_shapes:
            of = values[primal] if item is None else values[primal][item]
            require_same_shapes(of, values[tangent], names[tangent])
        return version, values

    def _values(self, bound: Bound) -> tuple[dict[str, Any], dict[str, Any]]:
        """The user's arguments, ints as floats where they are differentiated, and the extra
        ones."""
        items = list(bound.params.items())
        user = dict(items[: bound.user])
        for place in {p for wrt in bound.wrts for p in wrt}:
            if place.param in user:
                user[place.param] = floated_at(user[place.param], place)
        return user, dict(items[bound.user :])

    def _static_values(self, base: Hashable, user: Mapping[str, Any]) -> Hashable:
        """The values of the numbers that have to be known when compiling."""
        positions = self._statics.get(base)
        if not positions:
            return ()
        flat = number_leaves(user)
        return tuple(static_key(flat[i]) if axis is None else flat[i].shape[axis] for i, axis in positions)

    @property
    def _operator(self) -> str:
        """How messages name it."""
        return f"{self._program.kind.name} of {self._program.inner.name}"

    def _compile(self, bound: Bound, user: dict[str, Any], base: Hashable) -> Version:
        target = target_of(self._operator, bound.params, asked_target(self._program))
        typing = Typing(tuple(user))
        trees = [typing.tree(value, name) for name, value in user.items()]
        for place in {p for wrt in bound.wrts for p in wrt}:
            check_place(trees, list(user), place, self._program.kind.name)
        flat = number_leaves(user)
        statics = set(self._statics.get(base, ()))
        while True:
            try:
                constant = made_static(trees, flat, statics)
                typed = Typed(tuple(user), constant, bound.wrts, typing.sizes, target)
                lowered = lower_program(self._program, typed, self._options)
                break
            except NeedsStatic as need:
                statics.add((static_position(need, flat, statics), None))
            except NeedsSize as need:
                statics.add(known_size(need, trees, typing.sizes))
        self._statics[base] = tuple(sorted(statics, key=str))
        version = self._version(lowered, bound)
        self._versions[(base, self._static_values(base, user))] = version
        self._install(version, bound)
        return version

    def _version(self, lowered: Lowered, bound: Bound) -> Version:
        names = list(bound.params)
        shapes: list[tuple[int, int, int | None]] = []
        position = bound.user
        for kind, wrt in zip(levels(self._program), bound.wrts, strict=True):
            if kind.extra == "tangents":
                for i, place in enumerate(wrt):
                    shapes.append((position + i, names.index(place.param), place.index))
                position += len(wrt)
            position += kind.extra == "cotangent"
        cotangent = self._program.kind.extra == "cotangent" and may_differ(lowered.ir.inputs[-1])
        return Version(lowered, bound.user, array_class(lowered.target), tuple(shapes), cotangent)

    def _install(self, version: Version, bound: Bound) -> None:
        """Write the dispatcher anew, with this version in front."""
        params = params_of(self._program.signature, tuple(list(bound.params)[bound.user :]))
        if params is None or not bound.positional or version.lowered.written:
            return
        same = [
            v
            for v in self._entries
            if self._dispatcher
            and v.lowered.ir.params == version.lowered.ir.params
            and (v.lowered.ir.inputs, v.lowered.target) != (version.lowered.ir.inputs, version.lowered.target)
        ]
        self._entries = [version, *same][:MOST_ENTRIES]
        entries = [
            Entry(
                v.lowered.function,
                v.lowered.ir.inputs,
                v.array,
                tuple((getter, value) for _, getter, value in v.lowered.guards),
                v.same_shapes,
                v.checks_cotangent,
                v.own,
            )
            for v in self._entries
        ]
        self._dispatcher = Dispatcher(
            self.__name__, params, entries, self._slow, len(self._versions) > 1
        )
        if type(self) is Derivative:
            self.__class__ = type("Derivative", (Derivative,), {"__module__": __name__})
        type(self).__call__ = staticmethod(self._dispatcher.call)

    # Inspection

    @property
    def source(self) -> str:
        """The text of the module for the signature that was called last."""
        return self._last().lowered.source

    def _last(self) -> Version:
        if self._latest is None:
            raise AdgenError(
                f"{self.__name__} is not compiled yet: call it once, "
                "or give types to its method lower"
            )
        last = self._dispatcher.last if self._dispatcher else -1
        return self._entries[last] if last >= 0 and len(self._entries) > 1 else self._latest

    def explain(self, stage: str | None = None) -> str:
        """The program after a stage, for the signature that was called last."""
        return self._last().lowered.explain(stage)

    def lower(self, *args: Any, **named: Any) -> Lowered:
        """Compile for types, given as text ('float64[n,3]') or as examples, of the function's own
        arguments."""
        texts = {k: TypeText.of(v) for k, v in named.items()}
        bound = user_program(self._program).bind(tuple(map(TypeText.of, args)), texts)
        target = self._target_of_examples(bound)
        return self.lower_trees(tuple(bound.params), trees_of_types(bound.params), target=target)

    def _target_of_examples(self, bound: Bound) -> str:
        """As it is asked for, and else that of the arrays that are given as examples of types."""
        return asked_target(self._program) or target_of(self._operator, bound.params, "")

    def lint(self, *args: Any, **named: Any) -> list[Problem]:
        """Hazards of the function: what is legal, but may not be what was meant (see `adgen.lint`). Takes types or
        examples of its arguments, as `lower` does."""
        texts = {k: TypeText.of(v) for k, v in named.items()}
        bound = user_program(self._program).bind(tuple(map(TypeText.of, args)), texts)
        return self.lint_trees(tuple(bound.params), trees_of_types(bound.params), self._target_of_examples(bound))

    def lint_trees(self, names: tuple[str, ...], trees: tuple[Tree, ...], target: str = "") -> list[Problem]:
        wrts, trees = wrts_of_types(self._program, names, trees)
        target = target or asked_target(self._program)
        typed = Typed(names, assuming(trees, frozenset(letters_of(trees))), (), target=target)
        try:
            lowering = user_program(self._program).lower(typed)
        except NeedsSize as need:
            raise AdgenError([need.problem(need.span)]) from None
        function = lowering.function
        params = {place.param for wrt in wrts for place in wrt}
        owners = [name for name, tree in zip(names, function.inputs, strict=True) for _ in leaves(tree)]
        active = frozenset(i for i, name in enumerate(owners) if name in params)
        return lint(function, active, target or lowering.library)

    def lower_trees(
        self, names: tuple[str, ...], trees: tuple[Tree, ...], fewest: bool = False, target: str = ""
    ) -> Lowered:
        """Compile for a tree of types for each of the function's parameters.

        With `fewest`, only sizes are checked that have to be: that takes a compilation for each letter.
        """
        wrts, trees = wrts_of_types(self._program, names, trees)
        target = target or asked_target(self._program)

        def lowered(letters: Set[str]) -> Lowered:
            typed = Typed(names, assuming(trees, letters), wrts, target=target)
            try:
                return lower_program(self._program, typed, self._options)
            except NeedsSize as need:
                raise AdgenError([need.problem(need.span)]) from None

        made, needed = fewest_assumptions(lowered, letters_of(trees), fewest)
        artifact = write(made.ir, made.target, self._options, not_one=needed)
        return replace(made, artifact=artifact, not_one=needed)

    def __adgen_ir__(self, trees: tuple[Tree, ...], target: str) -> Lowering:
        """The IR of this derivative for trees of its arguments, with what it took from around it: how other functions
        call it."""
        names, wrts, user = bind_trees(self._program, trees)
        return self._program.lower(Typed(names, user, wrts, target=target))


def fewest_assumptions(
    lowered: Callable[[Set[str]], Lowered], letters: list[str], one_by_one: bool
) -> tuple[Lowered, frozenset[str]]:
    """What is compiled under the assumption that letters stand for sizes other than 1, and those
    of them for which that makes a difference."""
    made = lowered(frozenset(letters))

    def is_same(fewer: Set[str]) -> bool:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                return lowered(fewer).source == made.source
            except (AdgenError, NeedsStatic):
                return False

    if not letters or is_same(frozenset()):
        return made, frozenset()
    needed = frozenset(letters)
    for letter in letters if one_by_one else ():
        if len(needed) > 1 and is_same(needed - {letter}):
            needed -= {letter}
    return made, needed


def program_of(function: Any) -> Program:
    """What an operator was given: a derivative, or a function of the user's."""
    if isinstance(function, Derivative):
        return function._program  # pyright: ignore[reportPrivateUsage]
    if not callable(function):
        raise TypeError(f"expected a function, got {function!r}")
    return UserProgram(function)


def asked_target(program: Program) -> str:
    """The target that the operators applied ask for, the outermost first; empty where none does."""
    while isinstance(program, Derived):
        if program.options.target:
            return program.options.target
        program = program.inner
    return ""


def lower_program(program: Derived, typed: Typed, options: Options) -> Lowered:
    """The pipeline: lower, derive level by level, print."""
    lowering = program.lower(typed)
    for message in lowering.warnings:
        warnings.warn(message, AdgenWarning, stacklevel=5)
    target = typed.target or lowering.library
    artifact = write(lowering.function, target, options)
    guards = lowering.guards
    if target == "cupy":
        guards = (*guards, *captured_guards(lowering.function))
    return Lowered(program, artifact, typed.wrts, guards, lowering.written)
