"""Syntax tree -> text, by astor. The only file that knows it.

Comments are statements of our own, `Comment`. The text is parsed again and compared with the tree, so that nothing is lost or
regrouped on the way.
"""
from __future__ import annotations

import ast
import warnings
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import astor  # type: ignore[import-untyped]
    from astor.code_gen import SourceGenerator  # type: ignore[import-untyped]


class Comment(ast.stmt):
    """A line of comment."""

    _fields = ("text",)
    text: str


def comment(text: str) -> Comment:
    node = Comment()
    node.text = text
    return node


class Blank(ast.stmt):
    """An empty line."""

    _fields = ()


class Writer(SourceGenerator):  # type: ignore[misc]
    """astor's writer with comments, blank lines, and Python's own f-strings and docstrings."""

    newline: Any
    statement: Any
    write: Any

    def visit_Comment(self, node: Comment) -> None:
        self.statement(node, f"# {node.text}")

    def visit_Blank(self, node: Blank) -> None:
        self.newline(extra=1)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self.write(ast.unparse(node))

    def visit_FunctionDef(self, node: ast.FunctionDef, is_async: bool = False) -> None:
        super().visit_FunctionDef(node, is_async)


def text_of(tree: ast.Module) -> str:
    """The text of a module, checked against the tree."""
    text: str = astor.to_source(
        tree, pretty_source="".join, pretty_string=quote, source_generator_class=Writer)
    text = text.strip("\n") + "\n"
    check(text, tree)
    return text


def quote(value: str, embedded: Any, current_line: str, uni_lit: bool = False, **_: Any) -> str:
    """A string constant; one that stands alone is a docstring."""
    if not current_line.strip():
        body = value.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
        return f'"""{body}"""'
    return repr(value)


def check(text: str, tree: ast.Module) -> None:
    """Raise if the text does not say what the tree says."""
    if not same(ast.parse(text), tree):
        raise AssertionError(f"the text printed differs from the program:\n{text}")


def same(a: Any, b: Any) -> bool:
    """Whether two trees are equal but for comments and places."""
    if isinstance(a, list):
        kept = [node for node in b if not isinstance(node, (Comment, Blank))]
        return len(a) == len(kept) and all(map(same, a, kept))  # type: ignore[arg-type]
    if not isinstance(a, ast.AST):
        return type(a) is type(b) and (a == b or repr(a) == repr(b))
    if type(a) is not type(b):
        return False
    return all(same(getattr(a, f, None), getattr(b, f, None)) for f in a._fields if f not in IGNORED)


IGNORED = frozenset({"ctx", "kind", "type_comment", "type_ignores", "type_params"})
