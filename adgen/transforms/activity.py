"""Which values may be active, that is have a tangent: a cheap analysis by booleans.

    input      ops, and the values that are active before them
    output     those that are active after them
    guarantee  the least set that is closed under the ops: carries of loops and results of calls are least fixpoints
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from adgen.ir.core import Atom, Definition, Op, Value, xs_groups
from adgen.ir.types import is_inexact
from adgen.rules.custom import is_custom
from adgen.rules.table import rule_of

Active = set[Value] | Mapping[Value, Any]
Positions = frozenset[int]
NONE: Positions = frozenset()


def is_active(atom: Atom, active: Active) -> bool:
    return isinstance(atom, Value) and atom in active


def active_results(callee: Definition, params: Positions) -> Positions:
    """Positions of a callee's results that are active if the params at these positions are."""
    key = "active", params
    if key not in callee.derived:
        calls = _Calls()
        calls.results(callee, params)
        calls.settle()
    return callee.derived[key]


class _Calls:
    """Results of calls while a fixpoint over definitions that call each other is under way."""

    def __init__(self) -> None:
        self.found: dict[tuple[Definition, Positions], Positions] = {}

    def results(self, callee: Definition, params: Positions) -> Positions:
        known = callee.derived.get(("active", params))
        if known is not None:
            return known
        key = callee, params
        if key not in self.found:
            self.found[key] = NONE
            self.found[key] = self.evaluate(callee, params)
        return self.found[key]

    def evaluate(self, callee: Definition, params: Positions) -> Positions:
        block = callee.body
        inside = spread(block.ops, {block.params[i] for i in params}, self)
        return frozenset(i for i, r in enumerate(block.results) if is_active(r, inside) and is_inexact(r.type))

    def settle(self) -> None:
        """Repeat until nothing changes, and enter what was found into the definitions."""
        changed = True
        while changed:
            changed = False
            for key, before in list(self.found.items()):
                self.found[key] = self.evaluate(*key)
                changed = changed or self.found[key] != before
        for (callee, params), results in self.found.items():
            callee.derived["active", params] = results


def active_positions(op: Op, active: Active) -> Positions:
    """Positions of a call's operands that are active."""
    return frozenset(i for i, a in enumerate(op.args) if is_active(a, active))


def spread(ops: Iterable[Op], active: Active, calls: _Calls | None = None) -> set[Value]:
    """The active values after the ops, given those before."""
    found = set(active)
    for op in ops:
        if op.name == "call" and not is_custom(op):
            results = calls.results if calls else active_results
            chosen = results(op.attrs["callee"], active_positions(op, found))
            found.update(op.results[i] for i in chosen)
        elif not op.blocks:
            if not rule_of(op.name).zero and any(is_active(a, found) for a in op.args):
                found.update(r for r in op.results if is_inexact(r.type))
        elif op.name == "if":
            inside = [spread(b.ops, found, calls) for b in op.blocks]
            for i, result in enumerate(op.results):
                ends = zip(op.blocks, inside, strict=True)
                if is_inexact(result.type) and any(is_active(b.results[i], after) for b, after in ends):
                    found.add(result)
        else:
            found |= _loop_results(op, found, calls)
    return found


def active_elements(op: Op, active: Active) -> set[Value]:
    """The params of a loop that are elements of active lists and arrays."""
    carry = cast(int, op.attrs["carry"])
    elements = op.blocks[-1].params[carry:]
    return {e for e, a in zip(elements, xs_atoms(op), strict=True) if a is not None and is_active(a, active)}


def active_carries(op: Op, active: Active, elements: set[Value], calls: _Calls | None = None) -> set[int]:
    """Positions of carries that may be active: the least fixpoint."""
    body, carry = op.blocks[-1], cast(int, op.attrs["carry"])
    found = {i for i in range(carry) if is_active(op.args[i], active) and is_inexact(body.params[i].type)}
    while True:
        start = set(active) | elements | {body.params[i] for i in found}
        inside = spread(body.ops, start, calls)
        more = {i for i in range(carry) if is_active(body.results[i], inside) and is_inexact(body.params[i].type)}
        if more <= found:
            return found
        found |= more


def _loop_results(op: Op, active: set[Value], calls: _Calls | None) -> set[Value]:
    body = op.blocks[-1]
    carry, stack = cast(int, op.attrs["carry"]), cast(int, op.attrs["stack"])
    elements = active_elements(op, active)
    carried = active_carries(op, active, elements, calls)
    inside = spread(body.ops, active | elements | {body.params[i] for i in carried}, calls)
    stacked = {i for i in range(carry, carry + stack) if is_active(body.results[i], inside)}
    return {op.results[i] for i in carried | stacked}


def xs_atoms(op: Op) -> list[Atom | None]:
    """The list or array of each xs; None for a range."""
    return [None if len(group) == 3 else group[0] for group in xs_groups(op)]
