"""Derivatives of one call, without the frontend and the writer: lowered, differentiated, and
evaluated op by op.

`checked(function, args)` compares, for the call `function(*args)`: the value with NumPy's own bit
for bit; the tangent with central differences; the cotangent with the tangent, <w, J v> = <J^T w,
v>; shapes and dtypes with those of the primal. """
from __future__ import annotations

from typing import Any

import numpy as np

from adgen.ir.core import UNDEF, Block, Const, Function, Op, Value, xs_groups
from adgen.ir.tree import Leaf, Node
from adgen.ir.types import is_inexact
from adgen.transforms.derive import jvp_of, vjp_of
from tests.rule_checks import Run, Runs, evaluate, lower_call


class Deferred(Runs):
    """Arguments become params of a block; nothing runs while lowering."""

    def __init__(self) -> None:
        super().__init__()
        self.params: list[Value] = []

    def bind(self, t: Any, number: Any) -> Any:
        made = super().bind(t, number)
        self.params.append(made.atom)
        return made


def function_of(function: Any, args: tuple[Any, ...], kwargs: dict[str, Any],
                symbolic: bool) -> tuple[Function, list[Any]]:
    """A call as a Function, and the numbers of its params."""
    runs = Deferred()
    result = lower_call(runs, function, args, kwargs, symbolic)
    results = tuple(r.atom for r in (result if isinstance(result, (tuple, list)) else (result,)))
    block = Block(tuple(runs.params), tuple(runs.builder.ops), results)
    trees = tuple(Leaf(p.type) for p in runs.params)
    names = tuple(f"x{k}" for k in range(len(trees)))
    output = Node("tuple", (), tuple(Leaf(r.type) for r in results))
    return Function("f", block, names, trees, output), [runs.env[p] for p in runs.params]


def run(block: Block, numbers: list[Any], env: dict[Value, Any] | None = None) -> list[Any]:
    """The results of a block."""
    env = {} if env is None else env
    env.update(zip(block.params, numbers, strict=True))
    for op in block.ops:
        made = loop(op, env) if op.name == "for" else evaluate(op, [read(a, env) for a in op.args])
        env.update(zip(op.results, made, strict=True))
    return [read(a, env) for a in block.results]


def read(atom: Any, env: dict[Value, Any]) -> Any:
    if isinstance(atom, Const):
        return None if atom.value is UNDEF else atom.value
    return env[atom]


def loop(op: Op, env: dict[Value, Any]) -> list[Any]:
    """A `for` without breaks."""
    carry, stack = op.attrs["carry"], op.attrs["stack"]
    sources: list[Any] = []
    for kind, group in zip(op.attrs["xs"], xs_groups(op), strict=True):
        atoms = [read(a, env) for a in group]
        sources.append(range(*map(int, atoms)) if kind == "range" else list(atoms[0]))
    rounds = list(zip(*sources, strict=True))
    state, kept = [read(a, env) for a in op.args[:carry]], [[] for _ in range(stack)]
    for elements in reversed(rounds) if op.attrs.get("reverse") else rounds:
        made = run(op.blocks[0], [*state, *elements], env)
        state = made[:carry]
        for seen, value in zip(kept, made[carry:carry + stack], strict=True):
            seen.append(value)
    return [*state, *kept]


def flat(value: Any) -> list[Any]:
    return list(value) if isinstance(value, (tuple, list)) else [value]


def random_like(rng: np.random.Generator, number: Any) -> Any:
    made = rng.normal(size=np.shape(number))
    is_array = isinstance(number, (np.ndarray, np.generic))
    return np.asarray(made).astype(number.dtype) if is_array else float(made)


def inner(a: Any, b: Any) -> float:
    return float(np.sum(np.asarray(a, dtype=float) * np.asarray(b, dtype=float)))


def checked(function: Any, args: tuple[Any, ...], symbolic: bool = True, tolerance: float = 1e-6,
            numeric: bool = True, **kwargs: Any) -> None:
    """The value, tangent and cotangent of a call, as said above."""
    fn, numbers = function_of(function, args, kwargs, symbolic)
    with np.errstate(all="ignore"):
        check_value(fn, numbers, function, args, kwargs)
        wrt = tuple(k for k, p in enumerate(fn.block.params) if is_inexact(p.type))
        rng = np.random.default_rng(5)
        v = [random_like(rng, numbers[k]) for k in wrt]
        y_dots = tangents(fn, wrt, numbers, v)
        if numeric:
            check_numerically(fn, wrt, numbers, v, y_dots, tolerance)
        check_adjoint(fn, wrt, numbers, v, y_dots)


def check_value(fn: Function, numbers: list[Any], function: Any, args: tuple[Any, ...],
                kwargs: dict[str, Any]) -> None:
    made = run(fn.block, numbers)
    if isinstance(function, str):
        return
    plain = [concrete(a) for a in args]
    for have, want in zip(made, flat(function(*plain, **kwargs)), strict=True):
        np.testing.assert_array_equal(have, want)
        assert np.asarray(have).dtype == np.asarray(want).dtype


def concrete(value: Any) -> Any:
    """An argument with its numbers that are known at run time only."""
    if isinstance(value, (tuple, list)):
        return type(value)(map(concrete, value))
    return value.number if isinstance(value, Run) else value


def tangents(fn: Function, wrt: tuple[int, ...], numbers: list[Any], v: list[Any]) -> list[Any]:
    made = run(jvp_of(fn, wrt).block, [*numbers, *v])
    values, dots = made[:len(fn.block.results)], made[len(fn.block.results):]
    inexact = [y for y, r in zip(values, fn.block.results, strict=True) if is_inexact(r.type)]
    for y, dot in zip(inexact, dots, strict=True):
        assert np.shape(dot) == np.shape(y), (np.shape(dot), np.shape(y))
        assert np.asarray(dot).dtype == np.asarray(y).dtype
    return dots


def check_numerically(fn: Function, wrt: tuple[int, ...], numbers: list[Any], v: list[Any],
                      y_dots: list[Any], tolerance: float) -> None:
    def along(h: float) -> list[Any]:
        moved = list(numbers)
        for k, d in zip(wrt, v, strict=True):
            moved[k] = numbers[k] + h * d
        made = run(fn.block, moved)
        return [y for y, r in zip(made, fn.block.results, strict=True) if is_inexact(r.type)]

    h = 1e-3
    steps = [along(h), along(-h), along(2 * h), along(-2 * h)]
    for dot, a, b, c, d in zip(y_dots, *steps, strict=True):
        numeric = (8 * (a - b) - (c - d)) / (12 * h)
        np.testing.assert_allclose(dot, numeric, rtol=tolerance, atol=tolerance)


def check_adjoint(fn: Function, wrt: tuple[int, ...], numbers: list[Any], v: list[Any],
                  y_dots: list[Any]) -> None:
    rng = np.random.default_rng(6)
    values = run(fn.block, numbers)
    w = [random_like(rng, y) for y, r in zip(values, fn.block.results, strict=True)
         if is_inexact(r.type)]
    bars = run(vjp_of(fn, wrt).block, [*numbers, *w])[len(values):]
    for bar, k in zip(bars, wrt, strict=True):
        assert np.shape(bar) == np.shape(numbers[k]), (np.shape(bar), np.shape(numbers[k]))
        assert np.asarray(bar).dtype == np.asarray(numbers[k]).dtype
    forward = sum(inner(a, b) for a, b in zip(w, y_dots, strict=True))
    reverse = sum(inner(a, b) for a, b in zip(bars, v, strict=True))
    size = 1.0 + sum(float(np.sum(np.abs(np.asarray(a, dtype=float) * b)))
                     for a, b in zip(w, y_dots, strict=True))
    rounding = 1e-4 if any(np.asarray(n).dtype == np.float32 for n in numbers) else 1e-11
    np.testing.assert_allclose(forward, reverse, rtol=10 * rounding, atol=rounding * size)
