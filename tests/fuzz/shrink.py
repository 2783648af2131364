"""Makes a failing program small: drops statements, flattens blocks, takes expressions apart."""
from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterator


def shrink(text: str, fails: Callable[[str], bool], budget: int = 300) -> str:
    """A smaller text that still fails; `budget` bounds how often `fails` is asked.

    After a success the next edit at the same place is tried: a pass goes through the text once.
    """
    progress = True
    while progress:
        progress, site = False, 0
        while (candidate := edited(text, site)) is not None:
            smaller = len(candidate) < len(text) and (budget := budget - 1) >= 0
            if smaller and fails(candidate):
                text, progress = candidate, True
            else:
                site += 1
        progress = progress and budget > 0
    return text


def edited(text: str, site: int) -> str | None:
    """The text after the edit of that number; None past the last."""
    tree = ast.parse(text)
    edit = next(itertools.islice(edits(tree), site, None), None)
    if edit is None:
        return None
    edit()
    return ast.unparse(ast.fix_missing_locations(tree))


def edits(tree: ast.AST) -> Iterator[Callable[[], None]]:
    """Every single simplification of the tree, as an action on it."""
    yield from _statement_edits(tree)
    for node in ast.walk(tree):
        for name, value in ast.iter_fields(node):
            if isinstance(value, ast.expr):
                for part in _parts(value):
                    yield lambda node=node, name=name, part=part: setattr(node, name, part)
            if isinstance(value, list) and not isinstance(node, ast.Module):
                for i, item in enumerate(value):
                    for part in _parts(item) if isinstance(item, ast.expr) else ():
                        yield lambda value=value, i=i, part=part: value.__setitem__(i, part)


def _statement_edits(tree: ast.AST) -> Iterator[Callable[[], None]]:
    for node in ast.walk(tree):
        for name in ("body", "orelse"):
            block = getattr(node, name, None)
            if not isinstance(block, list):
                continue
            for i, statement in enumerate(block):
                if len(block) > 1 or name == "orelse":
                    yield lambda block=block, i=i: block.__delitem__(i)
                elif not isinstance(statement, ast.Pass):
                    yield lambda block=block: block.__setitem__(0, ast.Pass())
                inside = getattr(statement, "body", None)
                if isinstance(inside, list) and not isinstance(statement, ast.FunctionDef):
                    yield lambda block=block, i=i, inside=inside: block.__setitem__(slice(i, i + 1),
                                                                                    inside)


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    match node:
        case ast.BinOp(left=left, right=right):
            yield from (left, right)
        case ast.UnaryOp(operand=operand):
            yield operand
        case ast.Call(args=args):
            yield from args
        case ast.IfExp(body=body, orelse=orelse):
            yield from (body, orelse)
        case ast.BoolOp(values=values):
            yield from values
        case ast.Subscript(value=value):
            yield value
        case _:
            return
