"""The statement `match`: patterns are decided when compiling, values and guards may be decided at run time."""

from __future__ import annotations

import ast
from typing import Any, cast

from adgen.errors import Refusal
from adgen.frontend.attributes import attribute_of
from adgen.frontend.builtins import call_isinstance
from adgen.frontend.containers import new_dict
from adgen.frontend.control import branch, escapes, truth
from adgen.frontend.iterables import known_items
from adgen.frontend.machine import Flow, Machine, executes
from adgen.frontend.memory import content, new_list
from adgen.frontend.operators import binary, identical
from adgen.frontend.targets import bind
from adgen.frontend.values import AVal, DictV, ListV, Static, Tup
from adgen.ir.builder import const
from adgen.ir.core import Atom, Const

Holds = bool | Atom
Names = dict[str, AVal]
POSITIONAL = (bool, bytes, dict, float, int, list, str, tuple)
"""Classes whose one positional pattern is the value itself."""


@executes(ast.Match)
def run_match(m: Machine, node: ast.Match, rest: list[ast.stmt]) -> Flow | None:
    return _cases(m, node, m.eval(node.subject), node.cases, rest)


def _cases(
    m: Machine, node: ast.Match, subject: AVal, cases: list[ast.match_case], rest: list[ast.stmt]
) -> Flow | None:
    leaves = any(escapes(c.body) for c in node.cases)
    if not cases:
        return m.run(rest) if leaves else None
    case, *others = cases
    names: Names = {}
    holds = matches(m, case.pattern, subject, names)
    if holds is False:
        return _cases(m, node, subject, others, rest)
    for name, value in names.items():
        bind(m, name, value)
    if case.guard is not None:
        holds = both(m, holds, truth(m, m.eval(case.guard)))
    if holds is False:
        return _cases(m, node, subject, others, rest)
    if holds is True:
        flow = m.run(case.body + rest if leaves else case.body)
        return flow if leaves or flow is not Flow.FALL else None
    live = m.here.end_live if leaves else m.here.info.live.after[id(node)]
    flow = branch(
        m,
        holds,
        lambda: m.run(case.body + rest if leaves else case.body),
        lambda: _cases(m, node, subject, others, rest) or Flow.FALL,
        live,
    )
    return flow if leaves or flow is not Flow.FALL else None


def both(m: Machine, first: Holds, second: Holds) -> Holds:
    if isinstance(first, bool):
        return second if first else False
    if isinstance(second, bool):
        return first if second else False
    return m.builder.emit("bitand", first, second)


def either(m: Machine, first: Holds, second: Holds) -> Holds:
    if isinstance(first, bool):
        return True if first else second
    if isinstance(second, bool):
        return True if second else first
    return m.builder.emit("bitor", first, second)


def matches(m: Machine, pattern: ast.pattern, subject: AVal, names: Names) -> Holds:
    """Whether a pattern fits; what it binds goes into `names`."""
    match pattern:
        case ast.MatchValue(value=value):
            return truth(m, binary(m, "==", subject, m.eval(value)))
        case ast.MatchSingleton(value=value):
            return identical(m, subject, const(value) if isinstance(value, bool) else Static(value))
        case ast.MatchAs(pattern=inner, name=name):
            holds = True if inner is None else matches(m, inner, subject, names)
            if name is not None:
                names[name] = subject
            return holds
        case ast.MatchOr(patterns=patterns):
            return _alternatives(m, patterns, subject, names)
        case ast.MatchSequence(patterns=patterns):
            return _sequence(m, patterns, subject, names)
        case ast.MatchMapping():
            return _mapping(m, pattern, subject, names)
        case ast.MatchClass():
            return _instance(m, pattern, subject, names)
        case _:
            raise Refusal("this pattern is not supported", "write if and elif", m.span(pattern))


def _alternatives(m: Machine, patterns: list[ast.pattern], subject: AVal, names: Names) -> Holds:
    result: Holds = False
    for pattern in patterns:
        found: Names = {}
        holds = matches(m, pattern, subject, found)
        if found and not isinstance(holds, bool):
            raise Refusal("alternatives that bind names at run time are not supported", "write if and elif")
        if holds is True:
            names.update(found)
            return True
        result = either(m, result, holds)
    return result


def _all(m: Machine, pairs: list[tuple[ast.pattern, AVal]], names: Names) -> Holds:
    result: Holds = True
    for pattern, value in pairs:
        result = both(m, result, matches(m, pattern, value, names))
        if result is False:
            break
    return result


def _sequence(m: Machine, patterns: list[ast.pattern], subject: AVal, names: Names) -> Holds:
    if not isinstance(subject, (Tup, ListV)):
        return False
    items = known_items(m, subject)
    if items is None:
        raise Refusal("a pattern for a list of run-time length is not supported", "write if and elif")
    stars = [k for k, p in enumerate(patterns) if isinstance(p, ast.MatchStar)]
    if len(items) < len(patterns) - len(stars) or (not stars and len(items) != len(patterns)):
        return False
    if not stars:
        return _all(m, list(zip(patterns, items, strict=True)), names)
    first, after = stars[0], len(patterns) - stars[0] - 1
    star = cast(ast.MatchStar, patterns[first])
    if star.name is not None:
        names[star.name] = new_list(m, tuple(items[first : len(items) - after]))
    ends = [*zip(patterns[:first], items[:first], strict=True)]
    ends += zip(patterns[first + 1 :], items[len(items) - after :], strict=True)
    return _all(m, ends, names)


def _mapping(m: Machine, pattern: ast.MatchMapping, subject: AVal, names: Names) -> Holds:
    if not isinstance(subject, DictV):
        return False
    held: dict[Any, AVal] = content(m, subject.cell)
    keys = [cast("Static | Const", m.eval(k)).value for k in pattern.keys]
    if any(k not in held for k in keys):
        return False
    if pattern.rest is not None:
        names[pattern.rest] = new_dict(m, {k: v for k, v in held.items() if k not in keys})
    return _all(m, [(p, held[k]) for p, k in zip(pattern.patterns, keys, strict=True)], names)


def _instance(m: Machine, pattern: ast.MatchClass, subject: AVal, names: Names) -> Holds:
    cls = m.eval(pattern.cls)
    if not cast(Const, call_isinstance(m, [subject, cls], {})).value:
        return False
    known = cast(Static, cls).value
    if known in POSITIONAL and len(pattern.patterns) == 1:
        return matches(m, pattern.patterns[0], subject, names)
    fields = (*getattr(known, "__match_args__", ())[: len(pattern.patterns)], *pattern.kwd_attrs)
    patterns = [*pattern.patterns, *pattern.kwd_patterns]
    if len(fields) != len(patterns):
        raise Refusal(f"{known.__name__} has no positional patterns", "name the attributes")
    return _all(m, [(p, attribute_of(m, subject, f)) for p, f in zip(patterns, fields, strict=True)], names)
