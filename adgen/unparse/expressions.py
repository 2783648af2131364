"""A step -> the Python expression for it.

`Expressions.of(atom)` writes an atom: a constant, a variable's name, or, where the value is
folded, the expression of the step that makes it. Ops with a form of their own stand in
`forms.PRINTERS`; every other one prints as the call that its row in the rules table names, its
attrs as keyword arguments but for defaults. An op that has neither raises.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from typing import Any, cast

import numpy as np

from adgen.errors import Span
from adgen.ir.core import (
    UNDEF,
    Arg,
    ArrayItem,
    Atom,
    Block,
    Bound,
    Const,
    Definition,
    EllipsisItem,
    IndexItem,
    IntItem,
    NewAxis,
    SliceItem,
    Value,
    is_captured,
)
from adgen.ir.types import ArrayT, ShapeT, rank_of
from adgen.rules.table import RULES, rule_of
from adgen.unparse import syntax as s
from adgen.unparse.form import Step

Printer = Callable[["Expressions", Step], ast.expr]


class Expressions:
    """Writes expressions; collects what the module must import, define and capture."""

    def __init__(
        self,
        names: Mapping[Value, str],
        folded: Mapping[Value, Step],
        printers: Mapping[str, Printer],
        local: frozenset[str],
        called: Mapping[Definition, str],
        kernels: Mapping[Block, str],
    ):
        self.names, self.folded, self.printers, self.local = names, folded, printers, local
        self.called = called
        """Names of the module's functions."""
        self.kernels = kernels
        """Names of its kernels."""
        self.imports: set[str] = set()
        """Dotted names that were called, of modules other than NumPy."""
        self.helpers: set[str] = set()
        self.captured: dict[str, Const] = {}
        self.places: dict[ast.AST, Span] = {}
        """Where in the user's source stands what a node was printed for."""

    def of(self, atom: Atom) -> ast.expr:
        if isinstance(atom, Const):
            return self.constant(atom)
        step = self.folded.get(atom)
        return s.name(self.names[atom]) if step is None else self.step(step)

    def constant(self, atom: Const) -> ast.expr:
        value: Any = atom.value
        if is_captured(value):
            return s.name(self.capture(atom))
        if atom.name and value is not UNDEF:
            return s.name(atom.name)
        dtype = atom.type.dtype if isinstance(atom.type, ArrayT) else ""
        if dtype in NARROW and type(value) in (int, float, complex):
            return s.call(s.dtype(dtype), s.literal(value))
        return s.numpy_scalar(value) if isinstance(value, np.generic) else s.literal(value)

    def capture(self, atom: Const) -> str:
        """The module-level name of a captured array."""
        base = atom.name or "K"
        number, chosen = 0, base
        while chosen in self.local or self.captured.get(chosen, atom).value is not atom.value:
            number += 1
            chosen = f"{base}_{number}"
        self.captured[chosen] = atom
        return chosen

    def step(self, step: Step) -> ast.expr:
        if step.name == "if":
            return self.choice(step)
        printer = self.printers.get(step.name) or self.printers.get("*", Expressions.generic)
        node = printer(self, step)
        self.note_place(step, node)
        return node

    def note_place(self, step: Step, *nodes: ast.AST) -> None:
        if step.span is not None:
            self.places.update((node, step.span) for node in nodes if node not in self.places)

    def choice(self, step: Step) -> ast.expr:
        """A conditional expression."""
        then, other = (block.results[0] for block in step.blocks)
        test = self.of(step.args[0])
        if [a.value if isinstance(a, Const) else None for a in (then, other)] == [True, False]:
            return test
        return ast.IfExp(test, self.of(then), self.of(other))

    def args(self, step: Step) -> list[ast.expr]:
        """The operands. A constant beside an array of the result's dtype is a bare number."""
        rule = RULES.get(step.name)
        wanted = step.results[0].type if step.results else None
        if rule is None or not rule.elementwise or not isinstance(wanted, ArrayT):
            return [self.of(a) for a in step.args]
        types = [a.type for a in step.args if isinstance(a, Value)]
        given = any(isinstance(t, ArrayT) and t.dtype == wanted.dtype for t in types)
        return [self.bare(a) if given else self.of(a) for a in step.args]

    def bare(self, atom: Atom) -> ast.expr:
        """An atom where what stands around it decides on its dtype."""
        if isinstance(atom, Const) and type(atom.value) in (int, float) and not atom.name:
            return s.literal(atom.value)
        return self.of(atom)

    def generic(self, step: Step) -> ast.expr:
        """The call that the rules table names."""
        called = rule_of(step.name).call or step.name
        if called == step.name and "." not in called and called not in ALLOWED_BARE:
            raise NotImplementedError(f"the op {step.name!r} has no printed form")
        return self.call(step, called, step.attrs)

    def call(self, step: Step, called: str, attrs: Mapping[str, Any], *more: ast.expr, **named: ast.expr) -> ast.expr:
        """A call on the step's operands and `more`, with attrs and `named` as keyword arguments; and as such the last
        operands, where the row names them, or the attr `named`."""
        given = keywords(called, with_plain_axis(step, called, {k: v for k, v in attrs.items() if k != "named"}))
        operands = self.args(step)
        names = attrs.get("named") or (RULES[step.name].keywords if step.name in RULES else ())
        count = len(operands) - len(names)
        keyed = dict(zip(names, operands[count:], strict=True))
        keyed = {**given, **keyed, **named} if "named" in attrs else {**keyed, **named, **given}
        return s.call(self.callable(called), *operands[:count], *more, **keyed)

    def callable(self, called: str) -> ast.expr:
        """A function by the name that the module knows it under."""
        module, _, function = called.rpartition(".")
        if not module or module == "np" or module.startswith("np."):
            return s.name(called)
        whole = module == "math" or function in self.local
        self.imports.add(f"{module}.*" if whole else called)
        return s.name(called if whole else function)

    # Indices

    def index(self, items: tuple[IndexItem, ...], operands: list[Atom]) -> ast.expr:
        nodes = [self.index_item(item, operands) for item in items]
        return nodes[0] if len(nodes) == 1 else s.display(nodes)

    def index_item(self, item: IndexItem, operands: list[Atom]) -> ast.expr:
        match item:
            case IntItem(value):
                node = self.bound(value, operands)
                assert node is not None
                return node
            case SliceItem(start, stop, step):
                return ast.Slice(*(self.bound(b, operands) for b in (start, stop, step)))
            case NewAxis():
                return ast.Constant(None)
            case EllipsisItem():
                return ast.Constant(...)
            case ArrayItem(value):
                return self.of(operands[value.position])

    def bound(self, bound: Bound, operands: list[Atom]) -> ast.expr | None:
        if bound is None:
            return None
        return self.of(operands[bound.position]) if isinstance(bound, Arg) else s.literal(bound)

    # Shapes

    def shape(self, sizes: list[Atom], single: bool = True) -> ast.expr:
        """A shape operand; with `single`, one size may stand for itself."""
        if len(sizes) == 1 and isinstance(sizes[0].type, ShapeT):
            return self.of(sizes[0])
        nodes = [self.of(a) for a in sizes]
        return nodes[0] if single and len(nodes) == 1 else s.display(nodes)

    def shaped_like(self, sizes: list[Atom]) -> Atom | None:
        """The array whose shape the operand is, if that is how it is written."""
        if len(sizes) != 1 or not isinstance(sizes[0], Value):
            return None
        step = self.folded.get(sizes[0])
        return step.args[0] if step is not None and step.name == "shape" else None


ALLOWED_BARE = frozenset(
    {"abs", "max", "min", "len", "sum", "round", "divmod", "int", "float", "bool", "complex"}
)
NARROW = frozenset({"float16", "float32", "complex64"})
"""Dtypes of floats that Python's own numbers do not have."""
NO_VALUE = getattr(np, "_NoValue", None)


@cache
def defaults_of(called: str) -> dict[str, Any]:
    """Defaults of a callable's parameters."""
    if called.endswith((".reduce", ".accumulate", ".reduceat")):
        return {"axis": 0, "keepdims": False}
    module, _, function = called.replace("np.", "numpy.").rpartition(".")
    try:
        parameters = inspect.signature(getattr(import_module(module), function)).parameters
    except (ImportError, AttributeError, TypeError, ValueError):
        return {}
    return {
        p.name: p.default for p in parameters.values() if p.default is not inspect.Parameter.empty
    }


def with_plain_axis(step: Step, called: str, attrs: Mapping[str, Any]) -> Mapping[str, Any]:
    """The attrs with an axis that is the only or the last one as the default says that."""
    names = RULES[step.name].keywords if step.name in RULES else ()
    ranks = [rank_of(a.type) for a in step.args[:len(step.args) - len(names)]] if "axis" in attrs else []
    rank = None if None in ranks else max((r for r in ranks if r is not None), default=None)
    if not rank or step.name == "norm":
        return attrs
    axis, default = attrs["axis"], defaults_of(called).get("axis", 0)
    axes: Any = (axis,) if isinstance(axis, int) else axis
    is_whole = axes == tuple(range(rank)) and (rank == 1 or (step.loose and step.name == "sum"))
    if (default is None and is_whole) or (default == -1 and axes == (rank - 1,)):
        return {**attrs, "axis": default}
    return attrs


def keywords(called: str, attrs: Mapping[str, Any]) -> dict[str, ast.expr]:
    """The attrs of an op as keyword arguments, but for those that say what is the default."""
    defaults = defaults_of(called)
    found: dict[str, ast.expr] = {}
    for key, value in attrs.items():
        setting: Any = value
        if key == "axis" and isinstance(value, tuple) and len(cast("tuple[Any, ...]", value)) == 1:
            (setting,) = cast("tuple[Any]", value)
        if not is_default(key, setting, defaults):
            found[key] = s.dtype(setting) if key == "dtype" and setting else s.literal(setting)
    return found


def is_default(key: str, value: Any, defaults: Mapping[str, Any]) -> bool:
    if key not in defaults:
        return value is None and key == "dtype"
    default = defaults[key]
    if key == "dtype" and default is float:
        default = "float64"
    if default is NO_VALUE:
        return value is False or value is None
    return type(default) is type(value) and default == value
