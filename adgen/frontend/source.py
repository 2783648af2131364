"""From a Python function to its syntax tree, with places in the user's own file.

The whole file is parsed (once), so that lines and columns are the user's; the function's node is
found by the code object's first line and name, a lambda's by the columns of its bytecode.
"""

from __future__ import annotations

import ast
import inspect
import linecache
import types
import weakref
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from adgen.errors import Refusal, Span
from adgen.frontend.liveness import Liveness, analyse
from adgen.frontend.values import FunctionNode
from adgen.ir.core import Source


@dataclass(frozen=True, slots=True, eq=False)
class Info:
    """A function's node and where it came from."""

    node: FunctionNode
    name: str
    file: str
    lines: tuple[str, ...]
    """The lines of the whole file."""
    live: Liveness

    @property
    def body(self) -> list[ast.stmt]:
        if isinstance(self.node, ast.Lambda):
            return [self.live.lambda_return]
        return self.node.body

    def span(self, node: ast.AST, caller: Span | None = None) -> Span:
        """The place of a node."""
        line = getattr(node, "lineno", self.node.lineno)
        end = getattr(node, "end_lineno", line)
        text = self.lines[line - 1].rstrip("\n") if line <= len(self.lines) else ""
        start, stop = getattr(node, "col_offset", 0), getattr(node, "end_col_offset", 0)
        return Span(
            self.file,
            line,
            _column(text, start),
            end,
            _column(self._line(end), stop),
            text,
            self.name,
            caller,
        )

    def _line(self, number: int) -> str:
        return self.lines[number - 1] if number <= len(self.lines) else ""

    def source(self) -> Source:
        first = min(
            [self.node.lineno] + [d.lineno for d in getattr(self.node, "decorator_list", [])]
        )
        text = inspect.cleandoc("\n" + "".join(self.lines[first - 1 : self.node.end_lineno]))
        return Source(self.file, self.node.lineno, text + "\n")


def _column(text: str, offset: int) -> int:
    """A column from 1, in characters, of an offset in UTF-8 bytes."""
    if text.isascii():
        return offset + 1
    return len(text.encode()[:offset].decode(errors="ignore")) + 1


@lru_cache(maxsize=64)
def _parsed(
    file: str, text: str
) -> tuple[ast.Module, dict[int, list[FunctionNode]], tuple[str, ...]]:
    """The file's tree, its functions by first line (of a decorator, or of `def`), and its lines."""
    tree = ast.parse(text)
    found: dict[int, list[FunctionNode]] = {}
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            lines = [node.lineno] + [d.lineno for d in getattr(node, "decorator_list", [])]
            found.setdefault(min(lines), []).append(node)  # type: ignore[arg-type]
    return tree, found, tuple(text.splitlines(keepends=True))


_infos: dict[int, Info] = {}
"""By the id of the code object, while that lives: equal ones may be of different files."""


def info_of(function: types.FunctionType) -> Info:
    """The node of a Python function."""
    code = function.__code__
    if id(code) not in _infos:
        _infos[id(code)] = _find(function, code)
        weakref.finalize(code, _infos.pop, id(code), None).atexit = False
    return _infos[id(code)]


def _find(function: types.FunctionType, code: types.CodeType) -> Info:
    name = function.__name__
    linecache.checkcache(code.co_filename)
    lines = linecache.getlines(code.co_filename, function.__globals__)
    if not lines:
        raise Refusal(
            f"the source of {name} cannot be found ({code.co_filename})",
            "define it in a file or in a notebook cell",
        )
    try:
        _, found, kept = _parsed(code.co_filename, "".join(lines))
    except SyntaxError:
        raise Refusal(
            f"the source of {name} in {code.co_filename} cannot be parsed; has it changed?", "load the file again"
        ) from None
    nodes = [n for n in found.get(code.co_firstlineno, []) if _matches(n, code)]
    if len(nodes) > 1:
        nodes = [n for n in nodes if _inside(n, code)]
    if len(nodes) != 1:
        raise Refusal(
            f"the source of {name} is not at {code.co_filename}:{code.co_firstlineno}, or changed",
            "load the file again"
            if code.co_name != "<lambda>"
            else "give the lambda a line of its own",
        )
    return make_info(nodes[0], code.co_filename, kept)


def make_info(node: FunctionNode, file: str, lines: tuple[str, ...]) -> Info:
    """For a function node of a file."""
    if isinstance(node, ast.AsyncFunctionDef):
        raise Refusal("async functions are not supported", "write a plain function")
    name = node.name if isinstance(node, ast.FunctionDef) else "<lambda>"
    return Info(node, name, file, lines, analyse(node))


def _matches(node: FunctionNode, code: types.CodeType) -> bool:
    name = "<lambda>" if isinstance(node, ast.Lambda) else node.name
    args = node.args
    names = [a.arg for a in args.posonlyargs + args.args + args.kwonlyargs]
    return (
        name == code.co_name
        and len(names) == code.co_argcount + code.co_kwonlyargcount
        and all(n == v or v.endswith("__" + n.lstrip("_")) for n, v in zip(names, code.co_varnames))
    )


def _inside(node: FunctionNode, code: types.CodeType) -> bool:
    """Whether the code's instructions span the body of the (lambda's) node."""
    body: Any = node.body if isinstance(node, ast.Lambda) else node
    start, end = (body.lineno, body.col_offset), (body.end_lineno, body.end_col_offset)
    places = [p for p in code.co_positions() if p[2] is not None and p[3] is not None and p[3] > 0]
    first = min(((p[0] or 0, p[2] or 0) for p in places), default=None)
    last = max(((p[1] or 0, p[3] or 0) for p in places), default=None)
    return first == start and last == end
