"""The writer: programs built by hand, what is printed of them, and what it computes."""

from __future__ import annotations

import ast
import dataclasses
import linecache
import subprocess
import sys
from collections import namedtuple
from typing import Any

import numpy as np
import pytest

import adgen.rules  # noqa: F401
from adgen.errors import Refusal, Span
from adgen.ir.builder import Builder, const
from adgen.ir.core import Arg, Atom, Const, Function, IntItem, SliceItem, Value
from adgen.ir.tree import LEAF, Node, Tree
from adgen.ir.types import BOOL, FLOAT, INT, ArrayT, ListT, Sym
from adgen.rules.table import infer
from adgen.unparse import load, module
from adgen.unparse import syntax as s
from adgen.unparse.printing import Comment, broken, check, comment, text_of
from tests.unparse_programs import Programs, run

N = Sym("n", not_one=True)
VECTOR, REAL = ArrayT("float64", (N,)), ArrayT("float64", ())
ONE = const(1)
AT = (IntItem(Arg(0)),)


def span(line: int, text: str) -> Span:
    return Span("f.py", line, 1, line, 2, text, "f")


def written(
    b: Builder, params: tuple[Value, ...], results: tuple[Atom, ...], **options: Any
) -> Function:
    output: Tree = LEAF if len(results) == 1 else Node("tuple", (), (LEAF,) * len(results))
    names = tuple(p.name for p in params)
    block = b.block(params, results)
    return Function("f", block, names, (LEAF,) * len(params), output, **options)


def text(function: Function) -> str:
    """The function's lines, without the module around them."""
    return module([function]).text.partition("\n\n\n")[2].strip("\n")


def compiled(function: Function) -> Any:
    made = module([function])
    return load(made.text, "<f>", made.captured)[function.name]


def range_loop(
    b: Builder,
    carries: tuple[Atom, ...],
    size: Atom,
    body: Any,
    types: tuple[Any, ...],
    hints: tuple[str, ...] = (),
    **attrs: Any,
) -> tuple[Value, ...]:
    found = {"carry": len(carries), "xs": ("range",), "stack": 0, "reverse": False, "breaks": False}
    return b.region("for", (*carries, const(0), size, ONE), found | attrs, (body,), types, hints)


# Random programs


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("start", range(0, 400, 20))
def test_random_programs_compute_what_pure_ones_do(start: int) -> None:
    for seed in range(start, start + 20):
        function = Programs(seed).function()
        compute = compiled(function)
        for point in range(2):
            compare(function, compute, seed + point)


def compare(function: Function, compute: Any, seed: int) -> None:
    rng = np.random.default_rng(seed)
    args = [
        rng.normal(size=4),
        rng.normal(size=4),
        rng.normal(size=2),
        float(rng.normal()),
        int(rng.integers(0, 4)),
    ]
    given = [a.copy() if isinstance(a, np.ndarray) else a for a in args]
    try:
        wanted = run(function, args)
    except IndexError:
        return
    got = compute(*given)
    assert all(np.array_equal(a, b, equal_nan=True) for a, b in zip(wanted, got, strict=True))
    assert all(np.array_equal(a, b) for a, b in zip(args, given, strict=True)), (
        "an argument was changed"
    )
    arrays = [a for a in (*got, *given) if isinstance(a, np.ndarray)]
    shared = [
        (i, j)
        for i, a in enumerate(arrays)
        for j, b in enumerate(arrays[:i])
        if np.shares_memory(a, b)
    ]
    assert not shared, "results share memory"


# Loops


def recurrence() -> Function:
    x, s0 = Value(VECTOR, "x"), Value(FLOAT, "s0")
    b = Builder(infer, span(8, "    s = s * np.tanh(x[i]) + x[i]"))
    size = b.emit("dim", x, axis=0)
    body, s_, i = b.nested(), Value(REAL, "s"), Value(INT, "i")
    t = body.emit("tanh", body.emit("getitem", x, i, index=AT))
    new = body.emit("add", body.emit("mul", s_, t), body.emit("getitem", x, i, index=AT), hint="s")
    types = (REAL, ListT(REAL), ListT(REAL))
    _, states, factors = range_loop(
        b, (s0,), size, body.block((s_, i), (new, s_, t)), types, ("s", "s", ""), stack=2
    )
    start = len(b.ops)
    b.loose = True
    zeros = b.emit("zeros", b.emit("shape", x), dtype="float64", hint="x_bar")
    body, x_bar, s_bar = b.nested(), Value(VECTOR, "x_bar"), Value(REAL, "s_bar")
    j, s_, t = Value(INT, "i"), Value(REAL, "s"), Value(REAL)
    first = body.emit("addat", x_bar, s_bar, j, index=AT, hint="x_bar")
    slope = body.emit("sub", const(1.0), body.emit("mul", t, t))
    change = body.emit("mul", body.emit("mul", s_bar, s_, hint="t_bar"), slope)
    last = body.emit("addat", first, change, j, index=AT, hint="x_bar")
    less = body.emit("mul", s_bar, t, hint="s_bar")
    block = body.block((x_bar, s_bar, j, s_, t), (last, less))
    attrs = {
        "carry": 2,
        "xs": ("range", "list", "list"),
        "stack": 0,
        "reverse": True,
        "breaks": False,
    }
    args = (zeros, const(1.0), const(0), size, ONE, states, factors)
    results = b.region("for", args, attrs, (block,), (VECTOR, REAL), ("x_bar", "s_bar"))
    return written(b, (x, s0), results, reverse_from=start, title="Gradient.")


RECURRENCE = '''
def f(x, s0):
    """Gradient."""
    # forward
    kept = []
    s = s0
    for i in range(len(x)):
        t = np.tanh(x[i])
        kept.append((s, t))
        s = s * t + x[i]
    # reverse
    x_bar = np.zeros_like(x)
    s_bar = 1.0
    for i, (s, t) in zip(reversed(range(len(x))), reversed(kept)):
        # 8: s = s * np.tanh(x[i]) + x[i]
        x_bar[i] += s_bar + s_bar * s * (1.0 - t * t)
        s_bar *= t
    return x_bar, s_bar
'''.strip("\n")


def test_a_loop_keeps_one_list_and_one_name_a_variable() -> None:
    assert text(recurrence()) == RECURRENCE
    x, s0 = np.linspace(-1.0, 1.0, 5), 0.3
    x_bar, s_bar = compiled(recurrence())(x, s0)
    step = 1e-6

    def value(x: Any, s: Any) -> Any:
        for e in x:
            s = s * np.tanh(e) + e
        return s

    assert np.isclose((value(x, s0 + step) - value(x, s0 - step)) / (2 * step), s_bar)
    ahead, behind = x.copy(), x.copy()
    ahead[2] += step
    behind[2] -= step
    assert np.isclose((value(ahead, s0) - value(behind, s0)) / (2 * step), x_bar[2])


def heat_step(body: Builder, u: Value, alpha: Value) -> tuple[Value, Value]:
    def part(start: int | None, stop: int | None) -> Value:
        return body.emit("getitem", u, index=(SliceItem(start, stop),))

    middle = part(1, -1)
    double = body.emit("mul", const(2.0), middle)
    t = body.emit("add", body.emit("sub", part(2, None), double), part(None, -2))
    new = body.emit("add", middle, body.emit("mul", alpha, t))
    return body.emit("setitem", u, new, index=(SliceItem(1, -1),), hint="u"), t


def heat(copied: bool) -> Function:
    u0, alpha, steps = Value(VECTOR, "u0"), Value(FLOAT, "alpha"), Value(INT, "steps")
    b = Builder(infer)
    u = b.emit("copy", u0, hint="u") if copied else u0
    body, inner = b.nested(), Value(VECTOR, "u")
    new, _ = heat_step(body, inner, alpha)
    results = range_loop(b, (u,), steps, body.block((inner, Value(INT)), (new,)), (VECTOR,), ("u",))
    return written(b, (u0, alpha, steps), results)


HEAT = """
def f(u0, alpha, steps):
    u = u0.copy()
    for _ in range(steps):
        t = u[1:-1]
        u[1:-1] = t + alpha * (u[2:] - 2.0 * t + u[:-2])
    return u
""".strip("\n")


@pytest.mark.parametrize("copied", [True, False])
def test_a_carried_array_is_updated_in_place_after_one_copy(copied: bool) -> None:
    assert text(heat(copied)) == HEAT


def test_a_slice_that_is_kept_is_copied_and_the_array_is_not() -> None:
    u0, steps = Value(VECTOR, "u0"), Value(INT, "steps")
    b = Builder(infer)
    body, u = b.nested(), Value(VECTOR, "u")
    part = body.emit("getitem", u, index=(SliceItem(1, None),))
    new = body.emit("setitem", u, const(0.0), const(0), index=AT, hint="u")
    block = body.block((u, Value(INT)), (new, part))
    u1 = b.emit("neg", u0, hint="u")
    last, kept = range_loop(b, (u1,), steps, block, (VECTOR, ListT(part.type)), ("u", ""), stack=1)
    function = written(b, (u0, steps), (last, b.emit("stack_list", kept, axis=0)))
    assert "kept.append(u[1:].copy())\n        u[0] = 0.0" in text(function)
    assert compiled(function)(np.ones(3), 2)[1].tolist() == [[-1.0, -1.0], [-1.0, -1.0]]


def test_carried_values_that_swap_are_assigned_at_once() -> None:
    a, b_ = Value(FLOAT, "a"), Value(FLOAT, "b")
    b = Builder(infer)
    first, second = Value(FLOAT, "a"), Value(FLOAT, "b")
    block = b.nested().block((first, second, Value(INT)), (second, first))
    results = range_loop(b, (a, b_), const(3), block, (FLOAT, FLOAT), ("a", "b"))
    function = written(b, (a, b_), results)
    assert "a, b = b, a" in text(function) or "b, a = a, b" in text(function)
    assert compiled(function)(1.0, 2.0) == (2.0, 1.0)


def newton() -> Function:
    """Early return, `while`, and a branch inside."""
    a, tol = Value(FLOAT, "a"), Value(FLOAT, "tol")
    b = Builder(infer)
    zero = b.emit("eq", a, const(0.0))
    then, other = b.nested(), b.nested()
    condition, body = other.nested(), other.nested()
    x, y = Value(FLOAT, "x"), Value(FLOAT, "x")
    error = condition.emit("abs", condition.emit("sub", condition.emit("mul", x, x), a))
    go_on = condition.block((x,), (condition.emit("gt", error, tol),))
    shrink, step = body.nested(), body.nested()
    quarter = shrink.emit("mul", const(0.25), y, hint="x")
    mean = step.emit("mul", const(0.5), step.emit("add", y, step.emit("div", a, y)), hint="x")
    big = body.emit("gt", body.emit("mul", y, y), body.emit("mul", const(16.0), a))
    arms = (shrink.block((), (quarter,)), step.block((), (mean,)))
    (new,) = body.region("if", (big,), {}, arms, (FLOAT,), ("x",))
    attrs = {"carry": 1, "stack": 0, "breaks": False}
    (root,) = other.region(
        "while", (a,), attrs, (go_on, body.block((y,), (new,))), (FLOAT,), ("x",)
    )
    blocks = (then.block((), (const(0.0),)), other.block((), (root,)))
    return written(b, (a, tol), b.region("if", (zero,), {}, blocks, (FLOAT,)))


NEWTON = """
def f(a, tol):
    if a == 0.0:
        return 0.0
    x = a
    while abs(x * x - a) > tol:
        x = 0.25 * x if x * x > 16.0 * a else 0.5 * (x + a / x)
    return x
""".strip("\n")


def test_a_branch_at_the_end_returns_early() -> None:
    assert text(newton()) == NEWTON
    assert np.isclose(compiled(newton())(2.0, 1e-12), np.sqrt(2.0))


def first_above(value_read: bool) -> Function:
    """A loop that ends at the first element above a bound."""
    x, bound = Value(VECTOR, "x"), Value(FLOAT, "bound")
    b = Builder(infer)
    body, total, row = b.nested(), Value(REAL, "total"), Value(REAL, "e")
    above = body.emit("gt", row, bound)
    go_on = body.nested()
    more = go_on.emit("add", total, row, hint="total")
    arms = (body.nested().block((), (total, const(True))), go_on.block((), (more, const(False))))
    new, stop = body.region("if", (above,), {}, arms, (REAL, BOOL), ("total", ""))
    if value_read:
        new = body.emit("neg", new, hint="total")
    block = body.block((total, row), (new, stop))
    attrs = {"carry": 1, "xs": ("array",), "stack": 0, "reverse": False, "breaks": True}
    results = b.region("for", (const(0.0), x), attrs, (block,), (REAL,), ("total",))
    return written(b, (x, bound), results)


BREAK = """
def f(x, bound):
    total = 0.0
    for e in x:
        if e > bound:
            break
        total += e
    return total
""".strip("\n")


def test_a_branch_that_ends_a_loop_holds_the_break() -> None:
    assert text(first_above(False)) == BREAK
    assert compiled(first_above(False))(np.array([1.0, 2.0, 9.0, 4.0]), 5.0) == 3.0
    assert compiled(first_above(True))(np.array([1.0, 2.0, 9.0, 4.0]), 5.0) == 1.0


# Values


def test_the_negative_of_a_product_is_subtracted() -> None:
    x, i = Value(VECTOR, "x"), Value(INT, "i")
    b = Builder(infer, loose=True)
    u = b.emit("exp", x, hint="u_bar")
    v = b.emit("mul", const(-2.0), b.emit("getitem", u, i, index=AT))
    u = b.emit("addat", u, v, i, index=AT, hint="u_bar")
    assert "u_bar[i] -= 2.0 * u_bar[i]" in text(written(b, (x, i), (u,)))


def test_repeated_positions_accumulate() -> None:
    x, where = Value(VECTOR, "x"), Const(np.array([0, 0, 1]), ArrayT("int64", (3,)), "where")
    b = Builder(infer, loose=True)
    from adgen.ir.core import ArrayItem

    u = b.emit(
        "addat", b.emit("neg", x, hint="u"), const(1.0), where, index=(ArrayItem(Arg(0)),), hint="u"
    )
    function = written(b, (x,), (u,))
    assert "np.add.at(u, where, 1.0)" in text(function)
    assert "where = np.array([0, 0, 1])" in module([function]).text
    assert compiled(function)(np.zeros(3)).tolist() == [2.0, 1.0, 0.0]


def test_results_never_share_memory() -> None:
    x = Value(VECTOR, "x")
    b = Builder(infer)
    y = b.emit("neg", x, hint="y")
    view = b.emit("getitem", y, index=(SliceItem(1, None),), hint="v")
    results = compiled(written(b, (x,), (x, y, y, view)))(np.ones(3))
    assert not any(np.shares_memory(a, b) for i, a in enumerate(results) for b in results[:i])


def test_a_large_captured_array_is_bound_when_loaded() -> None:
    weights = np.arange(100.0)
    x = Value(ArrayT("float64", (100,)), "x")
    b = Builder(infer)
    y = b.emit("mul", x, Const(weights, ArrayT("float64", (100,)), "WEIGHTS"))
    function = written(b, (x,), (y,))
    made = module([function])
    assert "# captured: float64[100]\nWEIGHTS: np.ndarray\n" in made.text
    assert made.captured["WEIGHTS"] is weights
    assert np.array_equal(compiled(function)(np.ones(100)), weights)


def test_a_captured_array_gives_way_to_a_parameter_of_its_name() -> None:
    x = Value(ArrayT("float64", (2,)), "x")
    b = Builder(infer)
    y = b.emit("add", x, Const(np.array([1.0, 2.0]), x.type, "x"))
    function = written(b, (x,), (y,))
    assert "return x + x_1" in text(function)
    assert compiled(function)(np.zeros(2)).tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (2.5, "2.5"),
        (-2.5, "-2.5"),
        (-0.0, "-0.0"),
        (np.inf, "np.inf"),
        (-np.inf, "-np.inf"),
        (np.nan, "np.nan"),
        (3, "3"),
        (-3, "-3"),
        (True, "True"),
        (None, "None"),
        (2j, "2.0j"),
        (1 - 2j, "1.0 - 2.0j"),
        ("a'b\n", '"a\'b\\n"'),
        ((1, -2.0), "(1, -2.0)"),
        (np.int64(3), "3"),
    ],
)
def test_literals(value: Any, expected: str) -> None:
    assert (
        text_of(ast.Module([ast.Expr(ast.Call(s.name("f"), [s.literal(value)], []))], []))
        == f"f({expected})\n"
    )


def test_a_numpy_scalar_keeps_its_dtype() -> None:
    x = Value(ArrayT("float32", (N,)), "x")
    b = Builder(infer)
    y = b.emit("mul", x, Const(np.float64(0.5), REAL))
    assert text(written(b, (x,), (y,))).endswith("return x * np.float64(0.5)")


def test_a_negative_base_keeps_its_parentheses() -> None:
    x = Value(FLOAT, "x")
    b = Builder(infer)
    y = b.emit("pow", const(-2.0), x)
    function = written(b, (x,), (y,))
    assert compiled(function)(2.0) == 4.0


# Structures at the border

Pair = namedtuple("Pair", "a b")


@dataclasses.dataclass
class State:
    position: Any
    velocity: Any


def structured(tree: Tree) -> Function:
    values = tuple(Value(VECTOR, name) for name in ("position", "velocity"))
    b = Builder(infer, loose=True)
    bars = tuple(b.emit("mul", const(2.0), v, hint=f"{v.name}_bar") for v in values)
    return Function("f", b.block(values, bars), ("p",), (tree,), tree)


X, Y = np.array([1.0, 2.0]), np.array([3.0])


@pytest.mark.parametrize(
    ("tree", "value", "line"),
    [
        (Node("tuple", (), (LEAF, LEAF)), (X, Y), "position, velocity = p"),
        (
            Node("list", (), (LEAF, Node("tuple", (), (LEAF,)))),
            [X, (Y,)],
            "position, (velocity,) = p",
        ),
        (Node("dict", ("x", 2), (LEAF, LEAF)), {"x": X, 2: Y}, "position = p['x']"),
        (Node("namedtuple", ("a", "b"), (LEAF, LEAF), Pair), Pair(X, Y), "return type(p)(a="),
        (
            Node("dataclass", ("position", "velocity"), (LEAF, LEAF), State),
            State(X, Y),
            "p.velocity",
        ),
    ],
)
def test_structures(tree: Tree, value: Any, line: str) -> None:
    function = structured(tree)
    assert line in text(function)
    got = compiled(function)(value)
    assert type(got) is type(value)
    assert "2.0" in text(function)


def test_a_result_of_a_class_needs_an_argument_of_it() -> None:
    function = structured(Node("tuple", (), (LEAF, LEAF)))
    output = Node("dataclass", ("position", "velocity"), (LEAF, LEAF), State)
    with pytest.raises(Refusal, match="State"):
        module([dataclasses.replace(function, output=output)])


# Effects


def test_effects_stand_in_order() -> None:
    x = Value(FLOAT, "x")
    b = Builder(infer)
    b.emit_many(
        "assert", (b.emit("gt", x, const(0.0)), b.emit("format", x, template="x is {:.1f}")), {}
    )
    b.emit_many("print", (x, const("is fine")), {"end": ""})
    bad = b.emit("gt", x, const(5.0))
    then = b.nested()
    then.emit_many("raise", (const("too large"),), {"exception": "ValueError"})
    b.region("if", (bad,), {}, (then.block((), ()), b.nested().block((), ())), ())
    function = written(b, (x,), (x,))
    assert (
        text(function)
        == """
def f(x):
    assert x > 0.0, f'x is {x:.1f}'
    print(x, 'is fine', end='')
    if x > 5.0:
        raise ValueError('too large')
    return x
""".strip("\n")
    )


# Text


def test_names_keep_clear_of_python() -> None:
    x = Value(FLOAT, "x")
    b = Builder(infer)
    y = b.emit("sin", x, hint="lambda")
    z = b.emit("mul", y, y, hint="len")
    made = text(written(b, (x,), (z, y)))
    assert "lambda_1 = np.sin(x)" in made and "len_1 = " in made


def test_a_parameter_may_not_hide_what_is_called() -> None:
    x = Value(FLOAT, "np")
    b = Builder(infer)
    with pytest.raises(Refusal, match="parameter named np"):
        module([written(b, (x,), (b.emit("sin", x),))])
    b = Builder(infer)
    assert "return np * np" in text(written(b, (x,), (b.emit("mul", x, x),)))


def test_comments_are_no_part_of_the_program() -> None:
    tree = ast.Module([comment("here"), *ast.parse("x = 1").body], [])
    assert isinstance(tree.body[0], Comment)
    assert text_of(tree) == "# here\nx = 1\n"


def test_a_text_that_differs_from_its_tree_is_an_error() -> None:
    with pytest.raises(AssertionError, match="differs"):
        check("x = 2\n", ast.parse("x = 1"))


@pytest.mark.parametrize(
    "source",
    [
        '"""Doc with \\\\ and \\"\\"\\" in it."""\n',
        "x = f'{a!r:>{b}} {{}}'\n",
        "x = (-2.0) ** 2\n",
        "x = -2.0 ** 2\n",
        "x = (a if b else c) + 1\n",
        "x = a[1:, None, ..., ::-1]\n",
        "x = not a == b\n",
        "x = (a, b), [c]\n",
        "x = a - (b - c)\n",
        "x = a / (b * c)\n",
        "x = 1.0 if a else -1.0\n",
        "a, (b, c) = d\n",
    ],
)
def test_what_is_printed_parses_to_the_same(source: str) -> None:
    tree = ast.parse(source)
    assert ast.dump(ast.parse(text_of(tree))) == ast.dump(ast.parse(source))


def test_long_lines_are_broken_inside_brackets() -> None:
    line = f"    x = f([{', '.join(map(str, range(60)))}], 'a, b')"
    lines = broken(line)
    assert len(lines) > 1 and all(len(part) <= 100 for part in lines)
    assert ast.dump(ast.parse("\n".join(lines).strip())) == ast.dump(ast.parse(line.strip()))


def test_loaded_lines_are_seen_in_tracebacks() -> None:
    load("def f(x):\n    return 1 / x\n", "<seen>", {})
    assert linecache.getline("<seen>", 2) == "    return 1 / x\n"


def test_importing_the_writer_warns_of_nothing() -> None:
    subprocess.run([sys.executable, "-W", "error", "-c", "import adgen.unparse.printing"], check=True)
