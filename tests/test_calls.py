"""Definitions and calls of them, built by hand: every derivative of a program that calls, against differences."""

from __future__ import annotations

import linecache
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.ir.builder import Builder, const
from adgen.ir.core import Arg, Atom, Block, Definition, Function, IntItem, Value, definitions, has_effect
from adgen.ir.printer import show
from adgen.ir.tree import Leaf, Node
from adgen.ir.types import FLOAT, INT, ArrayT, Sym
from adgen.ir.verify import Invalid, verify
from adgen.rules.table import infer
from adgen.transforms import grad_of, jvp_of, prepare, simplify, vjp_of
from adgen.unparse import load, module

VECTOR = ArrayT("float64", (Sym("n", True),))


def bordered(fn: Function) -> Function:
    """A function of as many parameters and results as its block has."""
    block = fn.block
    params = tuple(f"{p.name or 'a'}_{i}" for i, p in enumerate(block.params))
    inputs = tuple(Leaf(p.type) for p in block.params)
    output = Node("tuple", (), tuple(Leaf(r.type) for r in block.results))
    return replace(fn, params=params, inputs=inputs, output=output)


def run(fn: Function, *args: Any) -> tuple[Any, ...]:
    fn = simplify(bordered(fn))
    verify(fn)
    made = module([fn])
    return load(made.text, "<calls>", made.values)[fn.name](*args)


def function(params: tuple[Value, ...], builder: Builder, *results: Atom) -> Function:
    return prepare(bordered(Function("f", builder.block(params, results), (), (), None)))


def calling(callee: Definition, *params: Value) -> Function:
    """f(*params) = callee(*params)[0] ** 2"""
    builder = Builder(infer)
    first = builder.emit_many("call", params, {"callee": callee})[0]
    return function(params, builder, builder.emit("mul", first, first))


def power() -> Function:
    """power(x, n) = 1 if n == 0 else sin(x * power(x, n - 1))"""
    x, n = Value(FLOAT, "x"), Value(INT, "n")
    callee, b = Definition("power", (x, n), (FLOAT,)), Builder(infer)
    stop, inner = b.emit("eq", n, const(0)), b.nested()
    less = inner.emit("call", x, inner.emit("sub", n, const(1)), callee=callee, hint="p")
    y = inner.emit("math.sin", inner.emit("mul", x, less))
    blocks = Block((), (), (const(1.0),)), inner.block((), (y,))
    callee.block = b.block((x, n), b.region("if", (stop,), {}, blocks, (FLOAT,)))
    return calling(callee, Value(FLOAT, "x"), Value(INT, "n"))


def tree() -> Function:
    """tree(x, n) = x if n <= 0 else tree(sin(x), n - 1) * tree(x * 0.5, n - 2)"""
    x, n = Value(FLOAT, "x"), Value(INT, "n")
    callee, b = Definition("tree", (x, n), (FLOAT,)), Builder(infer)
    stop, inner = b.emit("le", n, const(0)), b.nested()
    left = inner.emit("call", inner.emit("math.sin", x), inner.emit("sub", n, const(1)), callee=callee)
    right = inner.emit("call", inner.emit("mul", x, const(0.5)), inner.emit("sub", n, const(2)), callee=callee)
    blocks = Block((), (), (x,)), inner.block((), (inner.emit("mul", left, right),))
    callee.block = b.block((x, n), b.region("if", (stop,), {}, blocks, (FLOAT,)))
    return calling(callee, Value(FLOAT, "x"), Value(INT, "n"))


def mutual() -> Function:
    """even(x, n) = x if n == 0 else odd(x * x, n - 1); odd(x, n) = even(cos(x), n - 1)"""
    x, n, y, m = Value(FLOAT, "x"), Value(INT, "n"), Value(FLOAT, "y"), Value(INT, "m")
    even, odd = Definition("even", (x, n), (FLOAT,)), Definition("odd", (y, m), (FLOAT,))
    b = Builder(infer)
    stop, inner = b.emit("eq", n, const(0)), b.nested()
    further = inner.emit("call", inner.emit("mul", x, x), inner.emit("sub", n, const(1)), callee=odd)
    blocks = Block((), (), (x,)), inner.block((), (further,))
    even.block = b.block((x, n), b.region("if", (stop,), {}, blocks, (FLOAT,)))
    b = Builder(infer)
    odd.block = b.block((y, m), (b.emit("call", b.emit("math.cos", y), b.emit("sub", m, const(1)), callee=even),))
    return calling(even, Value(FLOAT, "x"), Value(INT, "n"))


def total() -> Function:
    """total(x, i) = 0 if i == len(x) else x[i] ** 2 + x[i] * total(x, i + 1)"""
    x, i = Value(VECTOR, "x"), Value(INT, "i")
    scalar = ArrayT("float64", ())
    callee, b = Definition("total", (x, i), (scalar,)), Builder(infer)
    stop, inner = b.emit("eq", i, b.emit("dim", x, axis=0)), b.nested()
    item = inner.emit("getitem", x, i, index=(IntItem(Arg(0)),), hint="v")
    rest = inner.emit("call", x, inner.emit("add", i, const(1)), callee=callee, hint="rest")
    y = inner.emit("add", inner.emit("mul", item, item), inner.emit("mul", item, rest))
    zero = b.nested()
    none = zero.emit("convert", const(0.0), dtype="float64")
    blocks = zero.block((), (none,)), inner.block((), (y,))
    callee.block = b.block((x, i), b.region("if", (stop,), {}, blocks, (scalar,)))
    return calling(callee, Value(VECTOR, "x"), Value(INT, "i"))


def plain() -> Function:
    """Two calls of scale(x, y) = sin(x) * y, y, of which the second result is not used."""
    n = ArrayT("float64", (Sym("k", True),))
    x, y = Value(n, "x"), Value(n, "y")
    callee, b = Definition("scale", (x, y), (n, n)), Builder(infer)
    callee.block = b.block((x, y), (b.emit("mul", b.emit("sin", x), y), b.emit("add", y, y)))
    x, y = Value(VECTOR, "x"), Value(VECTOR, "y")
    b = Builder(infer)
    once, _ = b.emit_many("call", (x, y), {"callee": callee})
    twice, _ = b.emit_many("call", (once, x), {"callee": callee})
    return function((x, y), b, b.emit("sum", b.emit("mul", twice, once), axis=None, keepdims=False))


V, W = np.array([0.3, 0.7, 1.1]), np.array([0.9, -0.4, 0.2])
PROGRAMS = [(power, (0.7, 4)), (tree, (0.7, 5)), (mutual, (0.7, 4)), (total, (V, 0)), (plain, (V, W))]


def directional(f: Any, x: Any, direction: Any, h: float = 1e-5) -> Any:
    return (np.asarray(f(x + h * direction)) - np.asarray(f(x - h * direction))) / (2 * h)


@pytest.mark.parametrize(("build", "args"), PROGRAMS, ids=[p.__name__ for p, _ in PROGRAMS])
def test_orders_one_and_two(build: Any, args: tuple[Any, ...]) -> None:
    fn = build()
    verify(fn)
    x, *rest = args
    along = np.ones_like(x) * 0.5 + 0.1 * np.asarray(x) if np.ndim(x) else 1.0
    slope = directional(lambda v: run(fn, v, *rest)[0], x, along)
    assert np.allclose(run(jvp_of(fn, (0,)), x, *rest, along)[1], slope)
    gradient = simplify(bordered(grad_of(fn, (0,))))
    assert np.allclose(np.sum(run(gradient, x, *rest)[1] * along), slope)
    assert np.allclose(np.sum(run(vjp_of(fn, (0,)), x, *rest, 2.0)[1] * along), 2 * slope)
    bend = directional(lambda v: run(gradient, v, *rest)[1], x, along)
    assert np.allclose(run(jvp_of(gradient, (0,)), x, *rest, along)[3], bend, rtol=1e-4)
    back = vjp_of(gradient, (0,))
    assert np.allclose(run(back, x, *rest, 0.0, along)[2], bend, rtol=1e-4)


def test_third_order() -> None:
    fn = tree()
    second = simplify(bordered(jvp_of(simplify(bordered(grad_of(fn, (0,)))), (0,))))
    third = directional(lambda v: run(second, v, 3, 1.0)[3], 0.7, 1.0)
    over_forward = grad_of(second, (0,), 3)
    assert np.allclose(run(over_forward, 0.7, 3, 1.0)[-1], third, rtol=1e-4)


def test_definitions_are_listed_once_callees_first() -> None:
    fn = mutual()
    assert [d.name for d in definitions(fn.block)] == ["odd", "even"]
    assert show(fn).count("even(x: float, n: int)") == 1


def test_emitted_text() -> None:
    text = module([simplify(bordered(grad_of(power(), (0,))))]).text
    assert text == '''import math
import numpy as np


def power_fwd(x, n):
    """The value of power, and what power_bwd reads of it."""
    t = n == 0
    if t:
        return 1.0, (t, None, None, x, None)
    p, tape = power_fwd(x, n - 1)
    t1 = x * p
    tape_1 = t, tape, p, x, math.cos(t1)
    return math.sin(t1), tape_1


def power_bwd(tape, y_bar):
    """From what power_fwd kept and the cotangents of its results, those of its arguments."""
    t, tape, p, x, t1 = tape
    if t:
        return 0.0
    t = y_bar * t1
    return t * p + power_bwd(tape, t * x)


def f(x_0, n_1):
    t, tape = power_fwd(x_0, n_1)
    x_bar = power_bwd(tape, 2.0 * t)
    return t * t, x_bar
'''


def test_an_effect_inside_is_an_effect() -> None:
    x = Value(FLOAT, "x")
    callee, b = Definition("speak", (x,), (FLOAT,)), Builder(infer)
    again = b.emit("call", x, callee=callee)
    b.emit_many("print", (x,), {})
    callee.block = b.block((x,), (again,))
    b = Builder(infer)
    b.emit("call", x, callee=callee)
    assert has_effect(b.ops[0])
    assert len(simplify(Function("f", b.block((x,), (x,)), ("x",), (Leaf(FLOAT),), Leaf(FLOAT))).block.ops) == 1


def test_a_definition_is_closed() -> None:
    x, outer = Value(FLOAT, "x"), Value(FLOAT, "outer")
    callee, b = Definition("open", (x,), (FLOAT,)), Builder(infer)
    callee.block = b.block((x,), (b.emit("mul", x, outer),))
    with pytest.raises(Invalid, match="has no definition"):
        verify(calling(callee, Value(FLOAT, "x")))


def call_tree(depth: int) -> Any:
    """A function whose tree of calls has 2 ** depth leaves."""
    parts = ["import numpy as np\n", "def f0(x):\n    return np.sin(x) * np.exp(-x)\n"]
    parts += [f"def f{k}(x):\n    return f{k - 1}(x) + f{k - 1}(0.5 * x) * np.cos(x)\n" for k in range(1, depth + 1)]
    text, file = "\n\n".join(parts), f"<call tree {depth}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    space: dict[str, Any] = {}
    exec(compile(text, file, "exec"), space)
    return space[f"f{depth}"]


def test_the_source_grows_with_the_program_not_with_its_calls() -> None:
    lines: list[int] = []
    for depth in (6, 12, 18):
        function = call_tree(depth)
        slope = adgen.grad(function)
        gradient = slope(0.7)
        lines.append(len(slope.source.splitlines()))
        if depth < 18:
            assert gradient == pytest.approx((function(0.7 + 1e-6) - function(0.7 - 1e-6)) / 2e-6, rel=1e-6)
    assert lines[2] <= 2 * lines[1] <= 6 * lines[0]
