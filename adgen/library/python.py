"""Functions of `functools`, `itertools` and Python's builtins, in Python that the frontend reads like the user's.

They are run for iterables whose length is known at run time only: over known items the handlers of `builtins` are
shorter. What Python does lazily is done at once here, which is the same for functions without effects.
"""

from __future__ import annotations

from typing import Any

Items = Any


def unchanged(function: Any) -> Any:
    """What `functools.wraps(f)` makes of a function, but for its name."""
    return function


def map_items(function: Any, *sources: Items) -> list[Any]:
    return [function(*row) for row in zip(*sources)]


def starmap(function: Any, source: Items) -> list[Any]:
    return [function(*row) for row in source]


def filter_items(function: Any, source: Items) -> list[Any]:
    return [item for item in source if function(item)]


def any_item(source: Items) -> bool:
    for item in source:
        if item:
            return True
    return False


def all_items(source: Items) -> bool:
    for item in source:
        if not item:
            return False
    return True


def reduce_from(function: Any, source: Items, start: Any) -> Any:
    total = start
    for item in source:
        total = function(total, item)
    return total


def reduce_items(function: Any, source: Items) -> Any:
    """Of an array or a list: what has positions."""
    total = source[0]
    for item in source[1:]:
        total = function(total, item)
    return total


def chain(*sources: Items) -> list[Any]:
    made: list[Any] = []
    for source in sources:
        for item in source:
            made.append(item)
    return made


def product(first: Items, *others: Items) -> list[Any]:
    if not others:
        return [(item,) for item in first]
    rest = product(*others)
    return [(item, *row) for item in first for row in rest]


def pairwise(source: Items) -> list[Any]:
    """Of an array or a list."""
    return [(source[k], source[k + 1]) for k in range(len(source) - 1)]


def accumulate(source: Items, function: Any) -> list[Any]:
    total = source[0]
    made = [total]
    for item in source[1:]:
        total = function(total, item)
        made.append(total)
    return made


def slice_items(source: Items, start: int, stop: int, step: int) -> list[Any]:
    return [item for k, item in enumerate(source) if in_range(k, start, stop, step)]


def in_range(item: Any, start: int, stop: int, step: int) -> bool:
    """Whether a range of positive step has the item."""
    return start <= item < stop and (item - start) % step == 0


def cycled(source: Items, count: int) -> list[Any]:
    return [source[k % len(source)] for k in range(count)]


def repeated(item: Any, count: int) -> list[Any]:
    return [item for _ in range(count)]


def extreme(source: Items, key: Any, sign: int) -> Any:
    """The first of the items with the largest `sign * key(item)`."""
    best = source[0]
    top = key(best)
    for item in source[1:]:
        found = key(item)
        if sign * found > sign * top:
            best, top = item, found
    return best
