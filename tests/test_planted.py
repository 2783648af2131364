"""Bugs planted in rules, in the analysis of memory, in the transforms and in the writer: the fuzzer finds each."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from adgen.frontend import memory, outline
from adgen.frontend.state import State
from adgen.rules.table import RULES
from adgen.transforms import split
from adgen.transforms.transpose import Transposer
from adgen.unparse import buffers
from tests.fuzz.run import run_seed

PROGRAMS = 500
"""How many programs may be needed."""
FIRST = 42_000
ORACLES = ("primal", "finite differences", "dot product")


def row(name: str, **changed: Any) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setitem(RULES, name, replace(RULES[name], **changed))


def in_module(module: Any, name: str, value: Any) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setattr(module, name, value)


def first_contribution_only(self: Transposer, value: Any, cotangent: Any) -> None:
    if cotangent is not None and value in self.linear:
        self.cotangents.setdefault(value, cotangent)


def slot_not_cleared(g: Any, op: Any, ct: Any, linear: tuple[int, ...]) -> tuple[Any, ...]:
    made = SETITEM(g, op, ct, linear)
    return tuple(ct if position == 0 else part for position, part in zip(linear, made, strict=True))


def stale_views(m: Any, ref: Any) -> Any:
    kept = m.state.views.get((ref.cell, ref.path))
    return kept[1] if ref.path and kept is not None else READ(m, ref)


def unchanged(m: Any, choice: Any, joint: Any, target: Any) -> Any:
    return m.builder.emit("copy", m.state.store[target])


def nothing(*_: Any) -> None:
    return None


SETITEM, READ = RULES["setitem"].transpose, memory.read
assert SETITEM is not None

# fmt: off
PLANTED: dict[str, Callable[[pytest.MonkeyPatch], None]] = {
    "the derivative of sin off by 1 %":        row("sin", partials=(lambda g, args, y: g("cos", args[0]) * 1.01,)),
    "a difference transposed as a sum":        row("sub", transpose=RULES["add"].transpose),
    "a derivative of the hyperbolic tangent":  row("tanh", partials=(lambda g, args, y: 1.0 - y,)),
    "a store that keeps the old cotangent":    row("setitem", transpose=slot_not_cleared),
    "a contribution that is dropped":          in_module(Transposer, "add", first_contribution_only),
    "a view that is not written through":      in_module(memory, "undo", lambda m, step, base, new: base),
    "a view that is read from a cache":        in_module(memory, "read", stale_views),
    "an array that two names may be":          in_module(memory, "through_choice", unchanged),
    "an alias that does not go stale":         in_module(State, "wrote", nothing),
    "what a definition wrote":                 in_module(outline, "hand_back", nothing),
    "an update in place of what is live":      in_module(buffers, "conflicts", lambda site, aliases, live: []),
    "an overwritten value that is recomputed": in_module(split, "choose", lambda reads, ops, inside, costly: (
                                                   [r for r in reads if r not in costly][:-1], [])),
}
# fmt: on


@pytest.mark.parametrize("plant", PLANTED.values(), ids=PLANTED.keys())
def test_found(plant: Callable[[pytest.MonkeyPatch], None], monkeypatch: pytest.MonkeyPatch) -> None:
    plant(monkeypatch)
    for seed in range(FIRST, FIRST + PROGRAMS):
        if run_seed(seed, ORACLES).kind in ("wrong", "crash"):
            print(f"found by program {seed - FIRST + 1}")
            return
    pytest.fail(f"not found within {PROGRAMS} programs")
