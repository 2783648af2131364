"""The IR's printer and verifier: what a dump looks like; every broken invariant is named."""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from adgen.ir.builder import const
from adgen.ir.core import (
    UNDEF,
    Arg,
    Block,
    Const,
    EllipsisItem,
    Function,
    IntItem,
    NewAxis,
    Op,
    SliceItem,
    Value,
)
from adgen.ir.printer import show
from adgen.ir.tree import LEAF, Leaf, Node, Static
from adgen.ir.types import BOOL, FLOAT, INT, ArrayT, ListT, ScalarT, Sym, fresh_dim
from adgen.ir.verify import FUNCTION_CHECKS, OP_CHECKS, Invalid, fits, verify

N = Sym("n")
VECTOR, NUMBER = ArrayT("float64", (N,)), ArrayT("float64", ())


def loop_function(**changes: Any) -> Function:
    """A recurrence over x that keeps its states and stops early; `changes` go into the loop op."""
    x, s0, n = Value(VECTOR, "x"), Value(FLOAT, "s0"), Value(ScalarT("int", N), "n")
    s, i, t = Value(NUMBER, "s"), Value(INT, "i"), Value(NUMBER)
    after, stop = Value(NUMBER, "s"), Value(BOOL, "stop")
    ops = (Op("getitem", (x, i), {"index": (IntItem(Arg(0)),)}, (t,)),
           Op("mul", (s, t), {}, (after,)),
           Op("lt", (after, const(0.0)), {}, (stop,)))
    last, kept = Value(NUMBER, "s"), Value(ListT(NUMBER), "kept")
    attrs = {"carry": 1, "xs": ("range",), "stack": 1, "reverse": False, "breaks": True}
    loop = Op("for", (s0, const(0), n, const(1)), attrs, (last, kept),
              (Block((s, i), ops, (after, t, stop)),))
    block = Block((x, s0), (Op("dim", (x,), {"axis": 0}, (n,)), replace(loop, **changes)), (last,))
    return Function("f", block, ("x", "s0"), (LEAF, LEAF), LEAF)


LOOP = """\
f(x: float64[n], s0: float) -> float64[]:
    n: int = dim(x; axis=0)
    s: float64[], kept: list[float64[]] = for s_1: float64[] = s0; i: int in range(0, n, 1):
        t: float64[] = getitem(x)[i]
        s_2: float64[] = mul(s_1, t)
        stop: bool = lt(s_2, 0.0)
        next s_1 = s_2
        stack kept <- t
        break if stop
    return s"""


def test_show_a_loop() -> None:
    assert show(loop_function()) == LOOP


def test_show_branches_and_indices() -> None:
    x, c, y, v = Value(VECTOR, "x"), Value(BOOL, "c"), Value(VECTOR, "y"), Value(VECTOR)
    index = (EllipsisItem(), SliceItem(1, -1), NewAxis(), SliceItem(None, Arg(0), 2))
    ops = (Op("if", (c,), {}, (y,), (Block((), (), (x,)), Block((), (), (Const(UNDEF, VECTOR),)))),
           Op("setitem", (y, const(2.5), const(3)), {"index": index}, (v,)))
    text = show(Block((x, c), ops, (v,)))
    assert text.splitlines() == [
        "block(x: float64[n], c: bool):", "    y: float64[n] = if c:", "        yield x",
        "    else:",
        "        yield undef<float64[n]>",
        "    t: float64[n] = setitem(y, 2.5)[..., 1:-1, None, :3:2]", "    yield t"]


def test_show_a_while_loop() -> None:
    a, b, c, d, r = (Value(FLOAT, "a") for _ in range(5))
    test, x = Value(BOOL), Value(FLOAT, "x")
    condition = Block((a,), (Op("lt", (a, const(1.0)), {}, (test,)),), (test,))
    body = Block((b,), (Op("add", (b, c), {}, (d,)),), (d,))
    op = Op("while", (x,), {"carry": 1, "stack": 0, "breaks": False}, (r,), (condition, body))
    assert "while" in show(op) and "test(" in show(op) and "next" in show(op)


def test_sizes_and_names_depend_on_structure_alone() -> None:
    def build() -> Function:
        x, y = Value(ArrayT("float64", (fresh_dim(),)),
                     "x"), Value(ArrayT("float64", (fresh_dim(),)), "x")
        return Function("f", Block((x,), (Op("sin", (x,), {}, (y,)),), (y,)), ("x",), (LEAF,), LEAF)
    assert show(build()) == show(build()) and "?0" in show(build()) and "x_1" in show(build())


def test_show_structures_at_the_border() -> None:
    w, b = Value(VECTOR, "w"), Value(FLOAT, "b")
    inputs = (Node("dict", ("w", "b"), (Leaf(VECTOR), Leaf(FLOAT))), Static("relu"))
    fn = Function("f", Block((w, b), (), (w, b)), ("p", "kind"), inputs,
                  Node("tuple", (), (LEAF, LEAF)))
    assert show(fn).splitlines()[0] == \
        "f(p: {'w': w: float64[n], 'b': b: float}, kind: 'relu') -> (float64[n], float):"


def test_constants() -> None:
    array = Const(np.ones(3), ArrayT("float64", (3,)), "K")
    assert show(Op("mul", (array, const(-2.0)), {}, (Value(VECTOR, "y"),))) == \
        "y: float64[n] = mul(<K: float64[3]>, -2.0)"


def test_a_sound_function_passes() -> None:
    verify(loop_function())


def test_inferred_types_are_compared() -> None:
    verify(loop_function(), lambda name, args, attrs: {
        "dim": (INT,), "getitem": (NUMBER,), "mul": (NUMBER,), "lt": (BOOL,)}[name])
    with pytest.raises(Invalid, match="types follow from the rules"):
        verify(loop_function(), lambda name, args, attrs: (FLOAT,))


def simple(*ops: Op, results: tuple[Any, ...] = (), params: tuple[Value, ...] = ()) -> Function:
    tree = Node("tuple", (), (LEAF,) * len(results))
    names = tuple(f"p{i}" for i in range(len(params)))
    return Function("f", Block(params, ops, results), names, (LEAF,) * len(params), tree)


def broken_uses() -> dict[str, Callable[[], Function]]:
    x, y, c = Value(VECTOR, "x"), Value(VECTOR, "y"), Value(BOOL, "c")
    once = Op("sin", (x,), {}, (y,))
    arms = (Block((), (), (x,)), Block((), (), (const(1),)))
    get = Op("getitem", (x,), {"index": (IntItem(Arg(0)),)}, (y,))
    return {
        "operands are defined before": lambda: simple(once),
        "results are defined before": lambda: simple(results=(y,)),
        "each value is defined once": lambda: simple(once, once, params=(x,)),
        "attrs have a hash": lambda: simple(Op("sum", (x,), {"axis": [0]}, (y,)), params=(x,)),
        "constants are of their type": lambda: simple(Op("sin", (Const(1, FLOAT),), {}, (y,))),
        "index operands are named": lambda: simple(get, params=(x,)),
        "an if's branches give its results": lambda: simple(Op("if", (c,), {}, (y,), arms),
                                                            params=(x, c)),
        "regions own their blocks": lambda: simple(Op("if", (c,), {}, (), arms[:1]), params=(x, c)),
        "a for's operands": lambda: loop_function(args=(const(0.0), const(0), const(1))),
        "a for's operands, params and results: carry": lambda: loop_function(
            args=(Const(np.ones(3), VECTOR), const(0), const(3), const(1))),
        "a tree for each parameter": lambda: replace(simple(params=(x,)), params=()),
        "leaves are the block's": lambda: replace(simple(params=(x,)), output=LEAF),
        "a while's operands": lambda: simple(
            Op("while", (const(1.0),), {"carry": 1, "stack": 0}, (y,),
               (Block((), (), ()), Block((), (), ())))),
    }


@pytest.mark.parametrize("message", broken_uses())
def test_a_broken_invariant_is_named(message: str) -> None:
    with pytest.raises(Invalid, match=message):
        verify(broken_uses()[message]())


def test_every_check_has_a_broken_example() -> None:
    for name, _ in (*FUNCTION_CHECKS, *OP_CHECKS):
        assert any(name.startswith(m) or m.startswith(name) for m in broken_uses()), name


@pytest.mark.parametrize("atom, slot, expected", [
    (const(0), FLOAT, True), (const(0.0), INT, False), (const(0.0), NUMBER, True),
    (Value(NUMBER), FLOAT, True),
    (Value(VECTOR), NUMBER, False), (Value(VECTOR), ArrayT("float64", (3,)), True),
    (Value(ArrayT("float64", (2,))), ArrayT("float64", (3,)), False),
    (Const(UNDEF, FLOAT), VECTOR, True),
    (Value(ArrayT("float32", (N,))), VECTOR, False), (Value(ListT(FLOAT)), ListT(NUMBER), True),
])
def test_fits(atom: Any, slot: Any, expected: bool) -> None:
    assert fits(atom, slot) is expected
