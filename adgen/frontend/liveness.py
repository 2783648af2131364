"""Which names are read after each statement of a function.

Input: a function's node. Output: `Liveness`, whose `after` gives for each statement the names that
may be read before they are assigned again, and whose `head` gives the same for the start of each
loop's body. The names that nested functions read count as live everywhere. Loops and branches then
carry and merge live names only.
"""

from __future__ import annotations

import ast
from dataclasses import dataclass

from adgen.frontend.values import FunctionNode

Names = frozenset[str]
NOTHING: Names = frozenset()
Loop = ast.For | ast.While
SCOPES = (
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.Lambda,
    ast.ListComp,
    ast.SetComp,
    ast.DictComp,
    ast.GeneratorExp,
)


@dataclass(frozen=True, slots=True, eq=False)
class Liveness:
    """By the id of a statement (the nodes are kept alive by the function's)."""

    after: dict[int, Names]
    head: dict[int, Names]
    exposed: dict[int, Names]
    """For each loop: what its body may read before assigning it."""
    always: Names
    """Names that nested functions read."""
    assigned: Names
    """The function's own names."""
    outer: Names
    """Names declared global or nonlocal."""
    lambda_return: ast.Return
    """For a lambda: its body as a statement."""


def analyse(node: FunctionNode) -> Liveness:
    lambda_return = (
        ast.Return(value=node.body) if isinstance(node, ast.Lambda) else ast.Return(value=None)
    )
    ast.copy_location(lambda_return, node.body if isinstance(node, ast.Lambda) else node)
    body: list[ast.stmt] = [lambda_return] if isinstance(node, ast.Lambda) else node.body
    always = NOTHING.union(*(_free(inner) for statement in body for inner in _scopes(statement)))
    pass_ = _Pass({}, {}, {}, always)
    pass_.block(body, NOTHING, NOTHING, NOTHING)
    args = node.args
    parameters = [
        a.arg
        for a in (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg)
        if a
    ]
    outer = declared_global(body)
    assigned = frozenset(parameters).union(*(stored(s) for s in body)) - outer
    return Liveness(pass_.after, pass_.head, pass_.exposed, always, assigned, outer, lambda_return)


def declared_global(body: list[ast.stmt]) -> Names:
    found: set[str] = set()
    for statement in body:
        for node in own_nodes(statement):
            if isinstance(node, (ast.Global, ast.Nonlocal)):
                found.update(node.names)
    return frozenset(found)


def own_nodes(root: ast.AST) -> list[ast.AST]:
    """The nodes of a tree that are the function's own: nested scopes are listed, not entered."""
    found: list[ast.AST] = []
    todo = [root]
    while todo:
        node = todo.pop()
        found.append(node)
        if not isinstance(node, SCOPES):
            todo.extend(ast.iter_child_nodes(node))
        elif isinstance(node, (ast.FunctionDef, ast.Lambda)):
            todo.extend([*node.args.defaults, *(d for d in node.args.kw_defaults if d)])
        elif not isinstance(node, ast.AsyncFunctionDef):
            todo.append(node.generators[0].iter)
    return found


def _scopes(root: ast.AST) -> list[ast.AST]:
    """Functions and lambdas nested in a statement: they may be called later."""
    return [n for n in own_nodes(root) if isinstance(n, (ast.FunctionDef, ast.Lambda))]


def _free(node: ast.AST) -> Names:
    """Names read anywhere inside (more than those that are free: harmless)."""
    return frozenset(
        n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)
    )


def stored(root: ast.AST) -> Names:
    """Names that a statement assigns, itself or inside."""
    found: set[str] = set()
    for node in own_nodes(root):
        match node:
            case ast.Name(id=name, ctx=ast.Store() | ast.Del()):
                found.add(name)
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.add(name)
            case ast.alias(name=name, asname=asname):
                found.add(asname or name.partition(".")[0])
            case ast.ExceptHandler(name=str() as name):
                found.add(name)
            case ast.MatchAs(name=str() as name) | ast.MatchStar(name=str() as name) | ast.MatchMapping(
                rest=str() as name
            ):
                found.add(name)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                found.update(n.target.id for n in ast.walk(node) if isinstance(n, ast.NamedExpr))
            case _:
                pass
    return frozenset(found)


def loaded(root: ast.AST | None) -> Names:
    """Names that an expression or simple statement reads."""
    if root is None:
        return NOTHING
    found: set[str] = set()
    for node in ast.walk(root):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            found.add(node.id)
        elif isinstance(node, ast.AugAssign) and isinstance(node.target, ast.Name):
            found.add(node.target.id)
    return frozenset(found)


@dataclass(slots=True)
class _Pass:
    """Backwards over statements: `out` is live after them, `brk` after a break."""

    after: dict[int, Names]
    head: dict[int, Names]
    exposed: dict[int, Names]
    always: Names

    def block(self, body: list[ast.stmt], out: Names, brk: Names, cont: Names) -> Names:
        for statement in reversed(body):
            self.after[id(statement)] = out | self.always
            out = self.statement(statement, out, brk, cont)
        return out

    def statement(self, node: ast.stmt, out: Names, brk: Names, cont: Names) -> Names:
        match node:
            case ast.If(test=test, body=body, orelse=orelse):
                then, other = self.block(body, out, brk, cont), self.block(orelse, out, brk, cont)
                return loaded(test) | then | other
            case ast.For() | ast.While():
                return self.loop(node, out, brk, cont)
            case ast.Return(value=value):
                return loaded(value)
            case ast.Break():
                return brk
            case ast.Continue():
                return cont
            case ast.Raise():
                return loaded(node)
            case ast.With(body=body):
                return NOTHING.union(*(loaded(i) for i in node.items)) | self.block(
                    body, out, brk, cont
                )
            case ast.Try():
                inner = loaded(node) | out
                for part in (
                    node.body,
                    node.orelse,
                    node.finalbody,
                    *(h.body for h in node.handlers),
                ):
                    self.block(part, inner, brk, cont)
                return inner
            case ast.Match():
                bodies = [self.block(c.body, out, brk, cont) for c in node.cases]
                return loaded(node.subject).union(
                    out, *bodies, *(loaded(c.guard) for c in node.cases)
                )
            case _:
                return loaded(node) | (out - _surely_stored(node))

    def loop(self, node: Loop, out: Names, brk: Names, cont: Names) -> Names:
        end = self.block(node.orelse, out, brk, cont)
        own = loaded(node.test) if isinstance(node, ast.While) else NOTHING
        head = end | own
        self.exposed[id(node)] = (
            own | self.always | self.block(node.body, NOTHING, NOTHING, NOTHING)
        )
        for _ in range(2):
            inside = self.block(node.body, head, out, head)
            if isinstance(node, ast.For):
                inside -= _surely_stored(node.target)
            head = head | inside
        self.head[id(node)] = head | self.always
        return head | (loaded(node.iter) if isinstance(node, ast.For) else NOTHING)


def _surely_stored(node: ast.AST) -> Names:
    """Names that a simple statement or target always assigns."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        return frozenset([node.name])
    return frozenset(
        n.id for n in own_nodes(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    )
