"""Every kind of syntax node is supported, or refused with its place."""

# ruff: noqa: E501
from __future__ import annotations

import ast
import linecache
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from adgen.errors import AdgenError
from adgen.frontend import lower
from adgen.frontend.machine import EVAL, EXEC
from tests.ir_interpreter import run, tree_of

X = np.array([0.5, -1.5, 2.0])


def define(text: str, **names: Any) -> Callable[..., Any]:
    """A function from its source text, as a file would give it."""
    file = f"<program {hash(text)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    space: dict[str, Any] = {"np": np, **names}
    exec(compile(text, file, "exec"), space)
    return space["f"]


def problems(text: str, *args: Any, **names: Any) -> AdgenError:
    function = define(text, **names)
    parameters = function.__code__.co_varnames[: function.__code__.co_argcount]
    with pytest.raises(AdgenError) as caught:
        lower(
            function,
            parameters,
            tuple(tree_of(a, n) for n, a in zip(parameters, args, strict=True)),
        )
    return caught.value


# fmt: off
SUPPORTED: dict[str, str] = {
    "Add": "x + 1", "Sub": "x - 1", "Mult": "x * 2", "Div": "x / 2", "FloorDiv": "x // 2", "Mod": "x % 2",
    "Pow": "x ** 2", "MatMult": "x @ x", "BitAnd": "(x > 0) & (x < 1)", "BitOr": "(x > 0) | (x < 1)",
    "BitXor": "(x > 0) ^ (x < 1)", "LShift": "x * (1 << 2)", "RShift": "x * (8 >> 1)",
    "UAdd": "+x", "USub": "-x", "Not": "not x.ndim", "Invert": "~(x > 0)",
    "Eq": "x == 0.5", "NotEq": "x != 0.5", "Lt": "x < 1", "LtE": "x <= 1", "Gt": "x > 1", "GtE": "x >= 1",
    "Is": "1.0 if x is None else 2.0", "IsNot": "1.0 if x is not None else 2.0",
    "In": "1.0 if 2 in (1, 2) else 2.0", "NotIn": "1.0 if 2 not in (1, 2) else 2.0",
    "And": "x[0] > 0 and x[1] > 0", "Or": "x[0] > 0 or x[1] > 0", "BoolOp": "x[0] > 0 or x[1] > 0",
    "BinOp": "x + x", "UnaryOp": "-x", "Compare": "0 < x[0] < 1", "IfExp": "1.0 if x[0] > 0 else x[1]",
    "Call": "np.sin(x)", "Attribute": "x.T", "Subscript": "x[0]", "Slice": "x[1:]", "Name": "x", "Load": "x",
    "Constant": "x * 3", "Tuple": "(x, 1.0)", "List": "[x, 1.0]", "Dict": "{'a': x, **{'b': 1.0}}",
    "Set": "1.0 if 2 in {1, 2} else 2.0", "Lambda": "(lambda v: v * 2)(x)", "NamedExpr": "(y := x) + y",
    "ListComp": "np.array([v * 2 for v in x])", "GeneratorExp": "sum(v for v in x)",
    "DictComp": "{k: x for k in 'ab'}", "SetComp": "1.0 if 2 in {k for k in (1, 2)} else 2.0",
    "comprehension": "np.array([v for v in x if v > 0])", "keyword": "np.sum(x, axis=0)",
    "Starred": "np.concatenate([*[x, x]])", "JoinedStr": "x if f'{1}' == '1' else 2.0",
    "FormattedValue": "x if f'{1:>2}' == ' 1' else 2.0", "Expression": "x", "arg": "(lambda *a, k=1.0, **b: a[0] * k)(x)",
    "arguments": "(lambda v, /, w=2.0: v * w)(x)",
}
STATEMENTS: dict[str, str] = {
    "Return": "return x", "Pass": "pass; return x", "Expr": "'text'; x.sum(); return x",
    "Assign": "y = z = x; return y + z", "AugAssign": "y = x * 1; y += 1; return y",
    "AnnAssign": "y: float = x; z: int; return y", "Store": "y = x; return y", "Del": "y = x; del y; return x",
    "Delete": "y = x; del y; return x",
    "If": "\n  if x[0] > 0: return x\n  return -x", "For": "\n  s = 0.0\n  for v in x: s += v\n  return s",
    "While": "\n  s = x[0]\n  while s < 9: s = s + 1\n  return s",
    "Break": "\n  s = 0.0\n  for v in x:\n    if v < 0: break\n    s += v\n  return s",
    "Continue": "\n  s = 0.0\n  for v in x:\n    if v < 0: continue\n    s += v\n  return s",
    "FunctionDef": "\n  def g(v): return v * 2\n  return g(x)", "Assert": "assert x[0] > -9, 'low'; return x",
    "Raise": "\n  if x[0] > 9: raise ValueError('high')\n  return x", "Import": "import math; return x * math.pi",
    "ImportFrom": "from math import pi; return x * pi", "alias": "import math as m; return x * m.pi",
    "With": "\n  with np.errstate(all='ignore'): y = np.log(x)\n  return y",
    "Try": "\n  try: y = x\n  except ValueError: y = 2 * x\n  return y",
    "ExceptHandler": "\n  try: y = {}['a']\n  except KeyError: y = 2 * x\n  return y",
    "ClassDef": "\n  class C: pass\n  return x",
    "Nonlocal": "\n  y = 1\n  def g():\n    nonlocal y\n    y = 2\n  g()\n  return x * y",
    "Match": "\n  match 1:\n    case 1: y = x\n  return y",
    "match_case": "\n  match 1:\n    case 2: y = x\n    case 1: y = -x\n  return y",
    "MatchValue": "\n  match 1:\n    case 1: y = x\n  return y",
    "MatchSingleton": "\n  match None:\n    case None: y = x\n  return y",
    "MatchSequence": "\n  match (x, 2.0):\n    case [a, b]: y = a * b\n  return y",
    "MatchStar": "\n  match (x, 2.0, 3.0):\n    case [a, *b]: y = a * b[1]\n  return y",
    "MatchMapping": "\n  match {'a': x}:\n    case {'a': b}: y = b\n  return y",
    "MatchClass": "\n  match 2:\n    case int(k): y = k * x\n  return y",
    "MatchAs": "\n  match x:\n    case y: pass\n  return y",
    "MatchOr": "\n  match 2:\n    case 1 | 2: y = -x\n  return y",
    "withitem": "\n  with np.errstate(all='ignore'): y = np.log(x)\n  return y",
}
REFUSED: dict[str, tuple[str, str]] = {
    # node: (body, the text that the message points at)
    "TryStar": ("\n  try: y = x\n  except* ValueError: y = 2 * x\n  return y", "try: y = x"),
    "Global": ("global w; w = 1; return x", "w = 1"),
    "Yield": ("yield x", "yield x"),
    "YieldFrom": ("yield from x", "yield from x"),
    "AsyncFunctionDef": ("\n  async def g(): pass\n  return x", "async def g(): pass"),
}
# fmt: on
ABSTRACT = {
    "AST",
    "mod",
    "stmt",
    "expr",
    "expr_context",
    "boolop",
    "operator",
    "unaryop",
    "cmpop",
    "excepthandler",
    "pattern",
    "type_ignore",
    "Module",
    "Interactive",
    "FunctionType",
    "TypeIgnore",
    "type_param",
}
"""Classes that are no syntax of their own, and roots."""
INSIDE_ASYNC = {"Await", "AsyncFor", "AsyncWith"}
"""Only inside of an async def, which is refused."""
OLD = {
    "Num",
    "Str",
    "Bytes",
    "NameConstant",
    "Ellipsis",
    "Index",
    "ExtSlice",
    "Suite",
    "Param",
    "AugLoad",
    "AugStore",
    "slice",
}
NEWER = {"TypeVar", "ParamSpec", "TypeVarTuple", "TypeAlias", "TemplateStr", "Interpolation"}


def nodes() -> set[str]:
    return {
        name
        for name, cls in vars(ast).items()
        if isinstance(cls, type) and issubclass(cls, ast.AST)
    }


def test_every_node_is_listed() -> None:
    listed = {*SUPPORTED, *STATEMENTS, *REFUSED, *ABSTRACT, *INSIDE_ASYNC, *OLD, *NEWER}
    assert nodes() - listed == set()


def test_handlers_are_for_listed_nodes() -> None:
    assert {kind.__name__ for kind in (*EVAL, *EXEC)} <= {*SUPPORTED, *STATEMENTS, *REFUSED}


@pytest.mark.parametrize("node", [*SUPPORTED, *STATEMENTS])
def test_supported(node: str) -> None:
    body = f"return {SUPPORTED[node]}" if node in SUPPORTED else STATEMENTS[node]
    text = f"def f(x): {body}\n"
    cls = getattr(ast, node)
    assert node == "Expression" or any(isinstance(n, cls) for n in ast.walk(ast.parse(text))), (
        "the program lacks it"
    )
    function = define(text)
    program = lower(function, ("x",), (tree_of(X, "x"),)).function
    with np.errstate(all="ignore"):
        got, wanted = run(program, X), function(X)
    assert repr(got) == repr(wanted)


@pytest.mark.parametrize("node", [n for n in REFUSED if hasattr(ast, n)])
def test_refused(node: str) -> None:
    body, place = REFUSED[node]
    text = f"def f(x): {body}\n"
    assert any(isinstance(n, getattr(ast, node)) for n in ast.walk(ast.parse(text))), (
        "the program lacks it"
    )
    error = problems(text, X)
    assert error.text is not None and error.offset is not None
    assert error.text[error.offset - 1 :].startswith(place), error


def test_all_problems_are_found_at_once() -> None:
    error = problems(
        "def f(x):\n  y = np.asmatrix(x)\n  z = y * 2\n  w = x.nothing\n  return z + w\n", X
    )
    assert [p.span.line for p in error.problems if p.span] == [2, 4]


def test_place_of_a_problem_in_a_callee() -> None:
    text = "def g(v):\n  return np.asmatrix(v)\n\ndef f(x):\n    return g(x) * 2\n"
    error = problems(text, X)
    assert error.lineno == 2
    assert error.problems[0].span is not None and error.problems[0].span.caller is not None
    assert error.problems[0].span.caller.line == 5
    assert "called from" in str(error)


def test_place_has_the_columns_of_the_expression() -> None:
    error = problems("def f(x):\n    return 1.0 + np.asmatrix(x)\n", X)
    assert (error.lineno, error.offset, error.end_offset) == (2, 18, 32)


def test_columns_count_characters() -> None:
    error = problems("def f(x):\n    é = 'ö'; return np.asmatrix(x)\n", X)
    assert error.offset == 21


# fmt: off
MESSAGES = [
    ("y = x.copy(); t = y.T.reshape(-1); u = np.reshape(x * y, -1)[::2]; y[0] = 1; return y", ""),
    ("a = np.ones((2, 3)); t = a.T.reshape(-1); a[0] = 2.0; return t", "may or may not have changed"),
    ("k = np.arange(3); k += x; return k", "dtype int64"),
    ("b = np.broadcast_to(x, (2, 3)); b[0] = 1; return b", "read-only"),
    ("return GLOBAL.sort()", "GLOBAL comes from outside"),
    ("GLOBAL[0] = 1; return x", "GLOBAL comes from outside"),
    ("return nothing", "nothing is not defined"),
    ("return np.asmatrix(x)", "np.asmatrix is not supported"),
    ("return np.sum(x, like=x)", "argument like="),
    ("return f(x)", "calls itself on every path"),
    ("if x: return x\n  return -x", "truth of an array"),
    ("x[0] = 1", "returns None"),
    ("\n  for i in range(3):\n    y = x\n    if x[0] > 0: y = None\n  return y", "on one path"),
    ("return np.random.zipf(2.0)", "the draw zipf() is not supported"),
    ("return (lambda a: a)(x, x)", "too many positional arguments"),
    ("\n  while True: y = x\n  return y", "never ends"),
    ("return {'a': x}['b']", "no key 'b'"),
    ("return [x][1]", "out of range"),
    ("a, b = x, x, x; return a", "3 values to unpack into 2"),
    ("return y", "y is not defined"),
    ("\n  if x[0] > 0: y = 1.0\n  else: raise ValueError\n  return z", "z is not defined"),
]
# fmt: on


@pytest.mark.parametrize(("body", "message"), MESSAGES)
def test_messages(body: str, message: str) -> None:
    text = (
        f"def f(x): {body}\n"
        if body.startswith("\n") or "\n" not in body
        else f"def f(x):\n  {body}\n"
    )
    if not message:
        function = define(text)
        lower(function, ("x",), (tree_of(X, "x"),))
        return
    assert message in str(problems(text, X, GLOBAL=np.ones(3)))


def test_no_source() -> None:
    space: dict[str, Any] = {}
    exec(compile("def f(x): return x", "<nowhere>", "exec"), space)
    with pytest.raises(AdgenError, match="source of f cannot be found"):
        lower(space["f"], ("x",), (tree_of(X, "x"),))
