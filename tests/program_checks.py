"""What a program's derivatives are checked for: against differences of the user's own function and against each
other; that calls repeat, that arguments stay untouched, that modules run alone, that no result shares memory."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable
from typing import Any

import numpy as np

import adgen
from adgen.checks import chosen_argnums, copied, flat_of, random_like
from adgen.derivative import Derivative


def check_program(
    function: Callable[..., Any], args: tuple[Any, ...], order: int, argnums: tuple[int, ...] | None = None
) -> None:
    adgen.check_grads(function, args, order=order, argnums=argnums)
    chosen = chosen_argnums(function, args, argnums, None)
    rng = np.random.default_rng(1)
    forward = adgen.jvp(function, argnums=chosen)
    check_calls(args, forward, *(random_like(args[i], rng) for i in chosen))
    cotangent = random_like(function(*copied(args)), rng)
    check_calls(args, adgen.vjp(function, argnums=chosen), cotangent)


def check_calls(args: tuple[Any, ...], derivative: Derivative, *extra: Any) -> None:
    """A second call gives the same, and so does the module by itself; the arguments stay as they were, and no result
    shares memory with another or with an argument."""
    given = copied((*args, *extra))
    first, second = derivative(*with_generators_copied(given)), derivative(*with_generators_copied(given))
    assert same(first, second)
    assert same(given, (*args, *extra))
    arrays = [a for a in flat_of((first, second, given))[0] if isinstance(a, np.ndarray) and a.size]
    for i, a in enumerate(arrays):
        assert not any(np.shares_memory(a, b) for b in arrays[:i])
    if any(p.default is not p.empty for p in inspect.signature(derivative).parameters.values()):
        return  # the module takes what the call left to its default as well
    scope: dict[str, Any] = {"__name__": "written"}
    exec(compile(derivative.source, "written", "exec"), scope)
    params = len(inspect.signature(scope[derivative.__name__]).parameters)
    starred = len(given) - params + 1
    packed = given if starred == 1 else (given[:starred], *given[starred:])
    assert same(first, scope[derivative.__name__](*with_generators_copied(packed)))


def with_generators_copied(args: tuple[Any, ...]) -> tuple[Any, ...]:
    """The same arguments, but for generators, which draw the same for each call."""
    return tuple(copy.deepcopy(a) if isinstance(a, np.random.Generator) else a for a in args)


def same(a: Any, b: Any) -> bool:
    pairs = zip(flat_of(a)[0], flat_of(b)[0], strict=True)
    return all(np.array_equal(x, y, equal_nan=np.asarray(x).dtype.kind in "fc") for x, y in pairs)
