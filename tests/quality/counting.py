"""Counts what a derivative executes and keeps, by instrumenting its source.

Every operator, call and store in the text of a module gets a counter around it; the same is done to
emitted and to hand-written source, and their functions are run once.

    operations   arithmetic operators, calls and stores into an array, in the course of one run;
                 views and attributes are not counted, nor are calls that steer (`range`, `append`)
    kept         what goes through `append`: how many times, and how many arrays, numbers and bytes
"""
from __future__ import annotations

import ast
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import numpy as np

STEERING = frozenset({"range", "len", "reversed", "zip", "enumerate", "append", "pop", "tuple",
                      "list", "slice",
                      "isinstance", "type"})


@dataclass
class Counts:
    """What one run did."""

    operations: int = 0
    on_arrays: int = 0
    """Operations whose result is an array."""
    appends: int = 0
    arrays: int = 0
    numbers: int = 0
    nbytes: int = 0

    def tick(self, value: Any) -> Any:
        self.operations += 1
        self.on_arrays += isinstance(value, np.ndarray) and value.ndim > 0
        return value

    def keep(self, value: Any) -> Any:
        """Note what is appended to a list."""
        self.appends += 1
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, np.ndarray) and item.ndim:
                self.arrays += 1
                self.nbytes += item.nbytes
            else:
                self.numbers += 1
                self.nbytes += 8
        return value


class Instrument(ast.NodeTransformer):
    """Wraps operators and calls in `_counts.tick(...)`, what is appended in `_counts.keep(...)`."""

    def _tick(self, node: ast.expr, method: str = "tick") -> ast.expr:
        call = ast.Attribute(ast.Name("_counts", ast.Load()), method, ast.Load())
        return ast.Call(call, [node], [])

    def visit_BinOp(self, node: ast.BinOp) -> ast.expr:
        self.generic_visit(node)
        return self._tick(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.expr:
        if isinstance(node.operand, ast.Constant):
            return node
        self.generic_visit(node)
        return node if isinstance(node.op, ast.Not) else self._tick(node)

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        return self._tick(node)

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id",
                                                                                   "")
        if name == "append":
            node.args = [self._tick(node.args[0], "keep")]
        return node if name in STEERING else self._tick(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> list[ast.stmt]:
        self.generic_visit(node)
        return [node, self._store(node.target)]

    def visit_Assign(self, node: ast.Assign) -> ast.stmt | list[ast.stmt]:
        self.generic_visit(node)
        if not any(isinstance(t, ast.Subscript) for t in node.targets):
            return node
        return [node, self._store(node.targets[0])]

    def _store(self, target: ast.expr) -> ast.stmt:
        """A tick for a store; it sees what was stored."""
        loaded = ast.parse(ast.unparse(target), mode="eval").body
        return ast.Expr(self._tick(loaded))

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.FunctionDef:
        node.args.defaults, defaults = [], node.args.defaults
        self.generic_visit(node)
        node.args.defaults = defaults
        return node


def count(source: str, function: str, args: tuple[Any, ...],
          captured: dict[str, Any] | None = None) -> Counts:
    """What the function of a module's source does when it is called once."""
    tree = ast.fix_missing_locations(Instrument().visit(ast.parse(source)))
    counts = Counts()
    module = ModuleType("instrumented")
    module.__dict__.update(captured or {}, _counts=counts)
    exec(compile(tree, "<instrumented>", "exec"), module.__dict__)
    counts.operations = counts.on_arrays = 0
    module.__dict__[function](*args)
    return counts
