"""Replacing SSA values throughout a state."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from adgen.frontend.state import State
from adgen.frontend.values import (
    AVal,
    Bound,
    Either,
    Func,
    Generator,
    Method,
    Partial,
    RangeV,
    Ref,
    Reversed,
    Run,
    Slice,
    Tup,
    Zip,
)
from adgen.ir.core import Value


class Renamer:
    """Replaces values, and keeps a list of those that it met."""

    def __init__(self, env: dict[Value, Any]) -> None:
        self.env = env
        self.met: dict[Value, None] = {}

    def atom(self, atom: Any) -> Any:
        if isinstance(atom, Value) and atom in self.env:
            self.met.setdefault(atom)
            return self.env[atom]
        return atom

    def value(self, value: AVal) -> AVal:
        match value:
            case Value():
                return self.atom(value)
            case Ref(cell, path) if path:
                steps = tuple(replace(s, args=tuple(map(self.atom, s.args))) for s in path)
                return value if steps == path else Ref(cell, steps)
            case Tup(items, cls):
                return Tup(self.values(items), cls)
            case Zip(sources, aligned):
                return Zip(self.values(sources), aligned)
            case Func(info, frame, defaults, kwdefaults):
                if not defaults and not kwdefaults:
                    return value
                return Func(
                    info,
                    frame,
                    self.values(defaults),
                    tuple((k, self.value(v)) for k, v in kwdefaults),
                )
            case Bound(function, first):
                return Bound(self.value(function), self.value(first))
            case Partial(function, args, keywords):
                return Partial(
                    self.value(function),
                    self.values(args),
                    tuple((k, self.value(v)) for k, v in keywords),
                )
            case Generator(function, args, keywords):
                given = self.values((function, *args))
                return Generator(given[0], given[1:], tuple((k, self.value(v)) for k, v in keywords))
            case RangeV(start, stop, step):
                return RangeV(self.atom(start), self.atom(stop), self.atom(step))
            case Reversed(source):
                return Reversed(self.value(source))
            case Slice(start, stop, step):
                return Slice(self.value(start), self.value(stop), self.value(step))
            case Method(owner, name):
                return Method(self.value(owner), name)
            case Either(condition, then, other):
                return Either(self.atom(condition), self.value(then), self.value(other))
            case _:
                return value

    def values(self, values: tuple[AVal, ...]) -> tuple[AVal, ...]:
        return tuple(map(self.value, values))

    def content(self, held: Any) -> Any:
        match held:
            case Value():
                return self.atom(held)
            case tuple():
                return self.values(held)  # type: ignore[arg-type]
            case dict():
                return {k: self.value(v) for k, v in held.items()}  # type: ignore[misc]
            case Run(atoms, form, sources):
                return Run(tuple(map(self.atom, atoms)), form, sources)
            case _:
                return held


def rename_state(state: State, env: dict[Value, Any]) -> list[Value]:
    """Replace values in what can be reached; gives those met. Caches are dropped."""
    renamer = Renamer(env)
    for names in state.frames.values():
        for name, value in names.items():
            names[name] = renamer.value(value)
    for cell in state.reachable(state.all_values()):
        if cell in state.store:
            state.store[cell] = renamer.content(state.store[cell])
    state.views = {}
    state.sizes = {}
    return list(renamer.met)
