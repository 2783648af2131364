"""Errors of 0.1 % planted in rules and composites, and the search for a case whose checks find them.

A part of a row is what can be wrong by itself: a partial of an operand, the tangent along an operand, the transpose
for an operand. `parts_run` says which parts the derivatives of a case run; `finds` whether its checks notice the error.
Of a composite the derivative of its result is planted: its value passes through an op of which that is 1.001, not 1.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any
from unittest import mock

import numpy as np

from adgen.errors import AdgenError, Refusal
from adgen.frontend import calls
from adgen.frontend.memory import fresh, number
from adgen.frontend.values import Const, Ref, Tup, Value
from adgen.ir.builder import Builder
from adgen.ir.core import Op, walk
from adgen.ir.types import ArrayT, is_inexact, is_number
from adgen.library import READ, READ_METHODS, Read
from adgen.rules.table import RULES, E, Ops, Rule, infer
from adgen.rules.typing import ufunc_type
from adgen.transforms.derive import jvp_of, vjp_of
from adgen.transforms.transpose import Transposer
from tests import oracles
from tests.certificate.checks import (
    check_adjoint,
    check_numerically,
    check_second_order,
    is_rounded,
    program,
    weighted,
)
from tests.ir_of import function_ir
from tests.rule_cases import Case, covered, everything, wrt_of

Part = tuple[str, int]
"""('partial' | 'tangent' | 'transpose', the position of the operand); 'list' where that is a list of numbers."""
FACTOR = 1.001
FIRST, SECOND = 1, 2
MOST_CASES = 12
"""Of a row, by its name, before all others are looked at."""


# Rows


def spoiled(rule: Rule, planted: Part | None = None, seen: set[Part] | None = None) -> Rule:
    """A rule with an error in one part, which notes the parts that are run."""
    noted: set[Part] = set() if seen is None else seen

    def factor(part: Part) -> float:
        noted.add(part)
        return FACTOR if part == planted else 1.0

    def scale(x: Any, part: Part) -> Any:
        """A number scaled; lists of numbers are left alone."""
        if not isinstance(x, E):
            return x if x is None else x * factor(part)
        if not is_number(x.type):
            noted.add(("list", part[1]))
            return x
        return x * FACTOR if factor(part) != 1.0 else x

    def partial(k: int, inner: Callable[..., Any]) -> Callable[..., Any]:
        return lambda g, args, y: scale(inner(g, args, y), ("partial", k))

    def tangent(g: Any, op: Any, args: Any, ys: Any, dots: Any) -> Any:
        assert rule.tangent is not None
        given = tuple(scale(d, ("tangent", k)) if counts(op, args, ys, dots, k) else d for k, d in enumerate(dots))
        return rule.tangent(g, op, args, ys, given)

    def counts(op: Any, args: Any, ys: Any, dots: Any, position: int) -> bool:
        """Whether the tangent along one operand is not simply zero."""
        assert rule.tangent is not None
        if dots[position] is None or sum(d is not None for d in dots) == 1 and planted is not None:
            return dots[position] is not None
        aside = Ops(Builder(infer))
        moved = [tuple(None if e is None else aside.wrap(e.atom) for e in row) for row in (args, ys, dots)]
        alone = tuple(d if k == position else None for k, d in enumerate(moved[2]))
        made = rule.tangent(aside, op, moved[0], moved[1], alone)
        return any(d is not None for d in (made if isinstance(made, tuple) else (made,)))

    def transpose(g: Any, op: Any, ct: Any, linear: tuple[int, ...]) -> Any:
        assert rule.transpose is not None
        made = rule.transpose(g, op, ct, linear)
        return tuple(scale(bar, ("transpose", k)) for k, bar in zip(linear, made, strict=True))

    return replace(
        rule,
        partials=tuple(p and partial(k, p) for k, p in enumerate(rule.partials)),
        tangent=rule.tangent and tangent,
        transpose=rule.transpose and transpose,
    )


# What the transposer does itself, whatever the row says


def spoiled_read(self: Transposer, op: Op, ct: E) -> None:
    READ_AT(self, op, ct * FACTOR)


def spoiled_where(self: Transposer, op: Op) -> bool:
    self.cotangents[op.result] = (self.wrap(self.take(op.result)) * FACTOR).atom
    return WHERE(self, op)


READ_AT, WHERE = Transposer.read, Transposer.where
BY_TRANSPOSER = {"getitem": ("read", spoiled_read), "where": ("where", spoiled_where)}
CONTAINERS = frozenset({
    "call", "pack", "unpack", "add_tapes", "poplast", "list", "append", "reverse_list", "add_lists", "zero_list",
    "external", "pulled_back",
})
"""Rows that only move numbers between lists and tapes, and those of derivatives that users give: the transforms hold
what they do, and the fuzzer plants errors there."""


@contextlib.contextmanager
def in_rules(changed: dict[str, Rule]) -> Iterator[None]:
    with mock.patch.dict(RULES, changed):
        yield


def derived(case: Case, order: int) -> None:
    """Run the rules of a case's derivatives: in both modes, of the function or of a weighted sum's gradient."""
    made = program(case) if order == FIRST else weighted(case)
    fn = function_ir(made.function, made.args)
    wrt = tuple(k for k, p in enumerate(fn.block.params) if is_inexact(p.type))
    reverse = vjp_of(fn, wrt)
    if order == SECOND:
        vjp_of(reverse, wrt)
        jvp_of(reverse, wrt)


@functools.cache
def parts_of_cases(order: int) -> dict[tuple[str, Part], list[Case]]:
    """For each part of each row: the cases whose derivatives of that order run it."""
    found: dict[tuple[str, Part], list[Case]] = {}
    with watched(tuple(RULES)) as seen:
        for case in cheapest(everything()):
            for key in run_by(case, order, seen):
                found.setdefault(key, []).append(case)
    return found


def parts_run(case: Case, order: int, rows: tuple[str, ...]) -> set[tuple[str, Part]]:
    """The parts of rows that a case's derivatives run."""
    with watched(rows) as seen:
        return run_by(case, order, seen)


@contextlib.contextmanager
def watched(rows: tuple[str, ...]) -> Iterator[dict[str, set[Part]]]:
    """Rows that note the parts that are run."""
    seen: dict[str, set[Part]] = {name: set() for name in rows}
    with in_rules({name: spoiled(RULES[name], None, seen[name]) for name in rows}):
        yield seen


def run_by(case: Case, order: int, seen: dict[str, set[Part]]) -> set[tuple[str, Part]]:
    for parts in seen.values():
        parts.clear()
    with np.errstate(all="ignore"):
        try:
            derived(case, order)
        except (AdgenError, Refusal):
            return set()
    return {(name, part) for name, parts in seen.items() for part in parts}


def named_parts(name: str) -> set[Part]:
    """The parts of a row that the cases with its name in them run."""
    return {part for case in named(name) for order in (FIRST, SECOND) for _, part in parts_run(case, order, (name,))}


def named(name: str) -> list[Case]:
    return by_name().get(name.rpartition(".")[2], [])[:MOST_CASES]


def cheapest(cases: list[Case]) -> list[Case]:
    """Those with floats that differences can be taken of, small and short ones first."""
    def cost(case: Case) -> tuple[int, int]:
        return sum(np.size(v) for v in case.args.values()) > 60, len(case.text)

    kept = [c for c in cases if wrt_of(c) and all(np.size(v) for v in c.args.values()) and not is_rounded(c)]
    return sorted(kept, key=cost)


@functools.cache
def by_name() -> dict[str, list[Case]]:
    """Cases by the words in their texts."""
    found: dict[str, list[Case]] = {}
    for case in cheapest(everything()):
        text = "".join(c if c.isalnum() or c == "_" else " " for c in " ".join((*case.lines, case.text)))
        for word in set(text.split()):
            found.setdefault(word, []).append(case)
    return found


def candidates(name: str, part: Part) -> Iterator[tuple[Case, int]]:
    """Cases that run a part, with the order: those with the row's name in them first, then all others."""
    for order in (FIRST, SECOND):
        yield from ((c, order) for c in named(name) if (name, part) in parts_run(c, order, (name,)))
    for order in (FIRST, SECOND):
        yield from ((c, order) for c in parts_of_cases(order).get((name, part), []))


def expected_parts(rule: Rule) -> set[Part]:
    """The parts that a row declares: each of them has to be run by a case."""
    given = [k for k, partial in enumerate(rule.partials) if partial is not None]
    parts: set[Part] = {("partial", k) for k in given if not is_refusal(rule, k)}
    if rule.transpose is not None and rule.bilinear is not None:
        parts |= {("transpose", k) for k in rule.bilinear}
    if rule.transpose is not None and rule.linear is not None:
        parts |= {("transpose", k) for k in rule.linear}
    return parts


def is_refusal(rule: Rule, position: int) -> bool:
    """Whether a partial only says that there is no such derivative."""
    g = Ops(Builder(infer))
    args = tuple(g.wrap(Value(ArrayT("float64", ()))) for _ in rule.partials)
    partial = rule.partials[position]
    assert partial is not None
    try:
        partial(g, args, args[0])
    except Refusal:
        return True
    return False


def finds(case: Case, order: int) -> bool:
    """Whether the checks of a case fail."""
    with np.errstate(all="ignore"):
        try:
            if order == FIRST:
                made = program(case)
                check_adjoint(made)
                check_numerically(made)
            else:
                check_second_order(weighted(case), False)
        except (AssertionError, oracles.Mismatch):
            return True
    return False


def first_find(name: str, part: Part, most: int = 40) -> Case | None:
    """A case that finds an error in a part of a row."""
    for case, order in itertools.islice(candidates(name, part), most):
        with in_rules({name: spoiled(RULES[name], part)}):
            if finds(case, order):
                return case
    return None


def first_find_in_transposer(name: str, most: int = 40) -> Case | None:
    """A case that finds an error in what the transposer does for an op by itself."""
    method, error = BY_TRANSPOSER[name]
    for case in itertools.islice(cheapest(everything()), 40 * most):
        with mock.patch.object(Transposer, method, error):
            if name in names_of_ops(case) and finds(case, FIRST):
                return case
    return None


def names_of_ops(case: Case) -> set[str]:
    made = program(case)
    return {op.name for op in walk(function_ir(made.function, made.args).block)}


# Composites

OFF = Rule("planted", ufunc_type(np.positive), partials=(lambda g, args, y: FACTOR,), elementwise=True,
           call="np.positive")


def composites() -> dict[str, tuple[tuple[str, Any], Read]]:
    """Composites by name: how `covered` names them, and the row."""
    found = {row.name: (("call", key), row) for key, row in READ.items()}
    return found | {row.name: (("of object", key), row) for key, row in READ_METHODS.items()}


@contextlib.contextmanager
def planted_composite(planted: Read) -> Iterator[list[str]]:
    """The floats that a composite returns have a derivative that is off; what is yielded counts them."""
    plain, count = calls.call_read, list[str]()

    def call_read(m: Any, row: Read, args: Any, keywords: Any) -> Any:
        made = plain(m, row, args, keywords)
        return off(m, made) if row.name == planted.name else made

    def off(m: Any, value: Any) -> Any:
        if isinstance(value, Tup):
            return replace(value, items=tuple(off(m, item) for item in value.items))
        atom = number(m, value) if isinstance(value, (Value, Ref)) else None
        if atom is None or isinstance(atom, Const) or not is_number(atom.type) or not is_inexact(atom.type):
            return value
        count.append(planted.name)
        return fresh(m, m.builder.emit("planted", atom))

    with in_rules({"planted": OFF}), mock.patch.object(calls, "call_read", call_read):
        yield count


def is_found_in_composite(name: str) -> bool:
    """Whether a case finds the error; also where there is none to find, for it returns an object or no float."""
    key, row = composites()[name]
    with planted_composite(row) as count:
        return any(finds(case, FIRST) for case in composite_cases().get(key, [])) or not count


@functools.cache
def composite_cases() -> dict[tuple[str, Any], list[Case]]:
    keys = {key for key, _ in composites().values()}
    found: dict[tuple[str, Any], list[Case]] = {key: [] for key in keys}
    for case in cheapest(everything()):
        for key in keys.intersection(covered(case)):
            found[key].append(case)
    return found
