"""Makes a failing program small: drops statements, flattens blocks, takes expressions apart."""
from __future__ import annotations

import ast
from collections.abc import Callable, Iterator


def shrink(text: str, fails: Callable[[str], bool], budget: int = 400) -> str:
    """The smallest text found that still fails; `budget` bounds how often `fails` is asked."""
    tried = {text}
    progress = True
    while progress:
        progress = False
        for candidate in candidates(text):
            if candidate in tried:
                continue
            tried.add(candidate)
            budget -= 1
            if budget <= 0:
                return text
            if fails(candidate):
                text, progress = candidate, True
                break
    return text


def candidates(text: str) -> Iterator[str]:
    """Texts with one thing less, largest first."""
    sites = sum(1 for _ in edits(ast.parse(text)))
    for number in range(sites):
        tree = ast.parse(text)
        for position, edit in enumerate(edits(tree)):
            if position == number:
                edit()
                break
        result = ast.unparse(ast.fix_missing_locations(tree))
        if len(result) < len(text):
            yield result


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
