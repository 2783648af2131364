"""Syntax tree -> text, by astor. The only file that knows it.

Comments are statements of our own, `Comment`. The text is parsed again and compared with the
tree, so that nothing is lost or regrouped on the way.
"""

from __future__ import annotations

import ast
import warnings
from typing import Any

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import astor  # type: ignore[import-untyped]
    from astor.code_gen import SourceGenerator  # type: ignore[import-untyped]


WIDTH = 100
"""The longest line, where it can be broken."""


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


class Spread(ast.Assign):
    """An assignment of a call on strings, each on lines of its own."""


class Writer(SourceGenerator):  # type: ignore[misc]
    """astor's writer with comments, blank lines, and Python's own f-strings and docstrings."""

    newline: Any
    statement: Any
    write: Any

    def visit_Comment(self, node: Comment) -> None:
        self.statement(node, f"# {node.text}")

    def visit_Blank(self, node: Blank) -> None:
        self.newline(extra=1)

    def visit_Spread(self, node: Spread) -> None:
        assert isinstance(node.value, ast.Call)
        lines = [f"{ast.unparse(node.targets[0])} = {ast.unparse(node.value.func)}("]
        for arg in node.value.args:
            assert isinstance(arg, ast.Constant)
            lines += [f"    {line}" for line in string_lines(str(arg.value))]
        self.statement(node, "\n".join([*lines, ")"]))

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        self.write(ast.unparse(node))


def text_of(tree: ast.Module) -> str:
    """The text of a module, checked against the tree."""
    to_source: Any = astor.to_source  # type: ignore[attr-defined]
    text: str = to_source(
        tree, pretty_source="".join, pretty_string=quote, source_generator_class=Writer
    )
    text = wrap(text.strip("\n") + "\n")
    check(text, tree)
    return text


def quote(value: str, embedded: Any, current_line: str, uni_lit: bool = False, **_: Any) -> str:
    """A string constant; one that stands alone is a docstring."""
    if not current_line.strip():
        body = value.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
        return f'"""{body}"""'
    return repr(value)


def string_lines(value: str) -> list[str]:
    """A string as an argument: a text of several lines as it is, another one broken after commas."""
    if "\n" in value:
        return ['"""{}""",'.format(value.replace("\\", "\\\\").replace('"""', '\\"\\"\\"'))]
    parts: list[str] = [""]
    for piece in value.split(", "):
        grown = f"{parts[-1]}, {piece}" if parts[-1] else piece
        if len(grown) > WIDTH - 8:
            parts[-1] += ", "
            parts.append(piece)
        else:
            parts[-1] = grown
    return [f'"{part}"{"," if part is parts[-1] else ""}' for part in parts]


def wrap(text: str) -> str:
    """The text with lines that are too long broken after commas inside brackets, where they have
    any.
    """
    if not any(len(line) > WIDTH for line in text.splitlines()):
        return text
    lines: list[str] = []
    in_docstring = False
    for line in text.splitlines():
        plain = not in_docstring and '"""' not in line and not line.lstrip().startswith("#")
        in_docstring ^= line.count('"""') % 2 == 1
        lines += broken(line) if plain and len(line) > WIDTH else [line]
    return "\n".join(lines) + "\n"


def broken(line: str) -> list[str]:
    """A line as several, each as long as fits, broken where the fewest brackets are open."""
    indent = " " * (len(line) - len(line.lstrip()) + (8 if line.endswith(":") else 4))
    made: list[str] = []
    start, room = 0, WIDTH
    places = break_places(line)
    while len(line) - start > room:
        late = [p for p in places if p[0] > start and p[0] - start <= room] or [
            p for p in places if p[0] > start
        ][:1]
        if not late:
            break
        depth = min(d for at, d in late if at - start > room // 2 or at == late[-1][0])
        end = max(at for at, d in late if d <= depth)
        made.append(line[start:end])
        start, room = end + 1, WIDTH - len(indent)
    made.append(line[start:])
    return [made[0], *(indent + part for part in made[1:])]


def break_places(line: str) -> list[tuple[int, int]]:
    """Where a line may be broken: at the spaces after commas that are inside brackets and outside
    strings; with the number of brackets that are open."""
    places: list[tuple[int, int]] = []
    depth, quote_mark, skip = 0, "", False
    for i, c in enumerate(line):
        if skip:
            skip = False
        elif quote_mark:
            skip = c == "\\"
            quote_mark = "" if c == quote_mark else quote_mark
        elif c in "'\"":
            quote_mark = c
        elif c in "([{":
            depth += 1
        elif c in ")]}":
            depth -= 1
        elif c == "," and depth > 0 and line[i + 1 : i + 2] == " ":
            places.append((i + 1, depth))
    return places


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
    if type(a) is not (ast.Assign if isinstance(b, Spread) else type(b)):
        return False
    return all(
        same(getattr(a, f, None), getattr(b, f, None)) for f in a._fields if f not in IGNORED
    )


IGNORED = frozenset({"ctx", "kind", "type_comment", "type_ignores", "type_params"})
