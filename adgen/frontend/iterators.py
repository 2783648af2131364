"""Iterators of `functools`, `itertools` and Python's builtins: over known items by their handlers here, over others by
`adgen.library.python`.
"""

from __future__ import annotations

import functools
import itertools
import operator
from typing import Any, cast

from adgen.errors import Refusal
from adgen.frontend.builtins import Handler, Keywords, handles, takes
from adgen.frontend.containers import key_of
from adgen.frontend.control import truth
from adgen.frontend.iterables import known_items, length
from adgen.frontend.machine import Machine
from adgen.frontend.memory import content, new_list
from adgen.frontend.values import NONE, AVal, Form, ListV, Partial, RangeV, Ref, Run, Static, Tup, Zip, known_int
from adgen.ir.builder import const
from adgen.ir.core import Atom, Const
from adgen.library import python as library
from adgen.rules.lowering import CALLS

ENDLESS = 1 << 62
"""Where `itertools.count` ends, which no loop reaches."""


def run_library(m: Machine, function: Any, *args: AVal) -> AVal:
    return m.call(Static(function), list(args))


@handles(map)
def call_map(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    takes(args, keywords, "map", 2, 20)
    function, *sources = args
    rows = known_items(m, Zip(tuple(sources)))
    if rows is None:
        return run_library(m, library.map_items, *args)
    return Tup(tuple(m.call(function, list(cast(Tup, row).items)) for row in rows))


@handles(itertools.starmap)
def call_starmap(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    takes(args, keywords, "starmap", 2, 2)
    return run_library(m, library.starmap, *args)


@handles(filter)
def call_filter(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    takes(args, keywords, "filter", 2, 2)
    function = Static(bool) if args[0] == NONE else args[0]
    items = known_items(m, args[1])
    if items is None:
        return run_library(m, library.filter_items, function, args[1])
    kept: list[AVal] = []
    for item in items:
        keep = truth(m, m.call(function, [item]))
        if not isinstance(keep, bool):
            return run_library(m, library.filter_items, function, args[1])
        if keep:
            kept.append(item)
    return Tup(tuple(kept))


@handles(functools.reduce)
def call_reduce(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    takes(args, keywords, "reduce", 2, 3)
    function, source, *start = args
    items = known_items(m, source)
    if items is None and start:
        return run_library(m, library.reduce_from, *args)
    if items is None:
        return run_library(m, library.reduce_items, function, listed(m, source))
    items = [*start, *items]
    if not items:
        raise Refusal("reduce() of nothing has no value", "give a start")
    return functools.reduce(lambda total, item: m.call(function, [total, item]), items)


def listed(m: Machine, source: AVal) -> AVal:
    """What has positions: an array or a list as it is."""
    if isinstance(source, (Ref, ListV, Tup)):
        return source
    return run_library(m, library.chain, source)


def _quantifier(conjunction: bool) -> Handler:
    def handler(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
        items = known_items(m, args[0])
        if items is None:
            return run_library(m, library.all_items if conjunction else library.any_item, args[0])
        result: Atom = const(conjunction)
        for item in items:
            holds = truth(m, item)
            if isinstance(holds, bool):
                if holds != conjunction:
                    return const(holds)
            else:
                name = "bitand" if conjunction else "bitor"
                result = holds if isinstance(result, Const) else m.builder.emit(name, result, holds)
        return result

    return handler


handles(all)(_quantifier(True))
handles(any)(_quantifier(False))


def _extremum(function: Any, sign: int) -> Handler:
    def handler(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
        from adgen.frontend.calls import call_lowering

        key = keywords.pop("key", NONE)
        if key == NONE:
            return call_lowering(m, function, CALLS[id(function)], args, keywords)
        takes(args, keywords, function.__name__, 1, 20)
        source = listed(m, args[0]) if len(args) == 1 else Tup(tuple(args))
        return run_library(m, library.extreme, source, key, const(sign))

    return handler


handles(max)(_extremum(max, 1))
handles(min)(_extremum(min, -1))


# itertools


def _combined(function: Any, at_run_time: Any = None) -> Handler:
    """On items known when compiling by itertools itself, else by the library's function."""

    def handler(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
        given: list[Any] = []
        for arg in args:
            items = arg.value if isinstance(arg, Const) else known_items(m, arg)
            if items is None:
                if at_run_time is None or keywords:
                    name = function.__name__
                    raise Refusal(f"{name}() of something of run-time length is not supported", "write loops over it")
                return run_library(m, at_run_time, *map(lambda a: listed(m, a), args))
            given.append(items)
        named = {k: v if k == "fillvalue" else key_of(v) for k, v in keywords.items()}
        made: list[Any] = list(function(*given, **named))
        rows = [Tup(cast("tuple[AVal, ...]", r)) if isinstance(r, tuple) else r for r in made]
        return Tup(tuple(cast("list[AVal]", rows)))

    return handler


handles(itertools.product)(_combined(itertools.product, library.product))
handles(itertools.chain)(_combined(itertools.chain, library.chain))
handles(itertools.pairwise)(_combined(itertools.pairwise, library.pairwise))
handles(itertools.combinations)(_combined(itertools.combinations))
handles(itertools.permutations)(_combined(itertools.permutations))
handles(itertools.combinations_with_replacement)(_combined(itertools.combinations_with_replacement))
handles(itertools.zip_longest)(_combined(itertools.zip_longest))


@handles(itertools.chain.from_iterable)
def call_chain_of(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    takes(args, keywords, "chain.from_iterable", 1, 1)
    sources = known_items(m, args[0])
    if sources is None:
        raise Refusal("chain.from_iterable() of something of run-time length is not supported", "write two loops")
    return m.call(Static(itertools.chain), sources)


@handles(itertools.accumulate)
def call_accumulate(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    start = keywords.pop("initial", NONE)
    function = keywords.pop("func", NONE)
    takes(args, keywords, "accumulate", 1, 2)
    function = args[1] if len(args) == 2 else function
    source = listed(m, args[0]) if start == NONE else run_library(m, library.chain, Tup((start,)), args[0])
    return run_library(m, library.accumulate, source, Static(operator.add) if function == NONE else function)


@handles(itertools.islice)
def call_islice(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    takes(args, keywords, "islice", 2, 4)
    bounds = [NONE, args[1]] if len(args) == 2 else args[1:]
    start, stop, step = (*bounds, NONE, NONE)[:3]
    items = known_items(m, args[0])
    limits = [None if b == NONE else known_int(b) for b in (start, stop, step)]
    if items is not None and all(b == NONE or k is not None for b, k in zip((start, stop, step), limits, strict=True)):
        return Tup(tuple(items[slice(*limits)]))
    if stop == NONE:
        stop = length(m, args[0])
    bounds = [const(0) if start == NONE else start, stop, const(1) if step == NONE else step]
    return run_library(m, library.slice_items, args[0], *bounds)


@handles(itertools.count)
def call_count(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    start, step = keywords.pop("start", None), keywords.pop("step", None)
    takes(args, keywords, "count", 0, 2)
    first, by = ([*args, start, step][k] if len(args) > k else (start, step)[k] for k in (0, 1))
    bounds = [const(d) if v is None else v for v, d in ((first, 0), (by, 1))]
    if known_int(bounds[1]) is None or cast(int, known_int(bounds[1])) < 1:
        raise Refusal("itertools.count() is supported with a step that is a positive int", "write a while loop")
    return RangeV(cast(Atom, bounds[0]), const(ENDLESS), cast(Atom, bounds[1]))


@handles(itertools.repeat)
def call_repeat(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    times = keywords.pop("times", None)
    takes(args, keywords, "repeat", 1, 2)
    given = [*args, *([] if times is None else [times])]
    if len(given) == 2:
        count = known_int(given[1])
        return run_library(m, library.repeated, *given) if count is None else Tup((given[0],) * max(count, 0))
    return Partial(Static(itertools.repeat), tuple(args), ())


@handles(itertools.cycle)
def call_cycle(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    """Stays a call until `zip` tells how often."""
    takes(args, keywords, "cycle", 1, 1)
    return Partial(Static(itertools.cycle), tuple(args), ())


@handles(zip)
def call_zip(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    keywords.pop("strict", None)
    takes(args, keywords, "zip", 1, 20)
    if any(_is_endless(a) for a in args) and not all(_is_endless(a) for a in args):
        finite = Zip(tuple(a for a in args if not _is_endless(a)))
        count = length(m, finite.sources[0] if len(finite.sources) == 1 else finite)
        args = [_ended(m, a, count) if _is_endless(a) else a for a in args]
    return Zip(tuple(args))


def _is_endless(value: AVal) -> bool:
    if isinstance(value, Partial):
        return value.function in (Static(itertools.repeat), Static(itertools.cycle))
    return isinstance(value, RangeV) and isinstance(value.stop, Const) and value.stop.value == ENDLESS


def _ended(m: Machine, value: AVal, count: Atom) -> AVal:
    """As many items as there are steps."""
    if isinstance(value, Partial):
        item, known = value.args[0], known_int(count)
        if value.function == Static(itertools.repeat):
            return run_library(m, library.repeated, item, count) if known is None else Tup((item,) * known)
        items = known_items(m, item)
        if known is not None and items:
            return Tup(tuple(items[k % len(items)] for k in range(known)))
        return run_library(m, library.cycled, listed(m, item), count)
    endless = cast(RangeV, value)
    by = m.call(Static(operator.mul), [count, endless.step])
    stop = m.call(Static(operator.add), [endless.start, by])
    return RangeV(endless.start, cast(Atom, stop), endless.step)


def unzip(m: Machine, rows: AVal) -> AVal:
    """`zip(*rows)`: the columns of rows, also where how many rows there are is known at run time only."""
    items = known_items(m, rows)
    if items is not None:
        return Zip(tuple(items))
    held = content(m, rows.cell) if isinstance(rows, ListV) else None
    if not isinstance(held, Run) or not isinstance(held.form, Form):
        raise Refusal("* before something of run-time length is not supported", "loop over it")
    if any(item is not None for item in held.form.items):
        raise Refusal("zip(*rows) of nested tuples is not supported", "write a comprehension for each column")
    return Tup(tuple(new_list(m, Run((atom,), None, held.sources)) for atom in held.atoms))
