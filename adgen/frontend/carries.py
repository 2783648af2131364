"""What a loop carries: the plan kept between attempts, its join, and a first guess."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field

from adgen.frontend.control import own_name
from adgen.frontend.join import Joiner, Loc, Side
from adgen.frontend.liveness import own_nodes, stored
from adgen.frontend.machine import Machine
from adgen.frontend.values import AVal, Cell, Poison, Ref
from adgen.ir.core import Atom, Const, Value
from adgen.ir.types import ArrayT, Dim, Dims, ListT, ScalarT, ShapeT, Type, fresh_dim

Loop = ast.For | ast.While


@dataclass(slots=True, eq=False)
class Plan:
    """The carries of a loop, kept between attempts."""

    params: dict[Loc, Value] = field(default_factory=dict[Loc, Value])
    cells: dict[Loc, Cell] = field(default_factory=dict[Loc, Cell])
    read_late: frozenset[str] = frozenset()
    """Names that the body never reads before it assigns them."""
    varying: set[Dim] = field(default_factory=set[Dim])
    """Sizes of carries that change from step to step."""
    forced: frozenset[object] = frozenset()
    """Names and cells that are taken to be carried from the start."""


class LoopJoiner(Joiner):
    """Joins the state before a loop and that at its body's end; each leaf is a carry."""

    def __init__(
        self, m: Machine, before: Side, end: Side, plan: Plan, guess: bool = False
    ) -> None:
        super().__init__(m, before, end)
        self.plan, self.guess = plan, guess
        self.leaves: dict[Value, tuple[Atom, Atom]] = {}
        self.invariant: dict[Value, Atom] = {}
        self.changed = False

    def leaf(self, loc: Loc, a: Atom, b: Atom, joint: Type, hint: str) -> Atom:
        param = self.plan.params.get(loc)
        if param is not None and (param is b or _same(a, b)) and not self.guess:
            self.invariant[param] = a
            return a
        self.plan.varying |= new_dims(joint) - new_dims(a.type) - new_dims(b.type)
        if param is None or not settled(param.type, joint, self.plan.varying):
            late = loc[0] == "name" and loc[2] in self.plan.read_late and param is None
            param = self.plan.params[loc] = Value(generalised(param, joint), own_name(hint))
            self.changed = self.changed or not late
        self.leaves[param] = (a, b)
        return param

    def cell(self, loc: Loc, a: AVal | None, b: AVal | None, hint: str) -> Cell:
        return self.plan.cells.setdefault(loc, Cell(own_name(hint)))

    def value(self, loc: Loc, a: AVal | None, b: AVal | None, hint: str) -> AVal | None:
        if isinstance(b, Poison) and a is not None:
            return a
        if (
            self.guess
            and loc[0] == "name"
            and len(loc) == 3
            and loc[2] in self.plan.forced
            and a is not None
        ):
            if isinstance(a, (Value, Const, Ref)):
                return self.numbers(loc, a, a, hint)
        return Joiner.value(self, loc, a, b, hint)

    def content(self, loc: Loc, a: object, b: object, hint: str) -> object:  # type: ignore[override]
        if (
            self.guess
            and loc[0] == "cell"
            and loc[1] in self.plan.forced
            and isinstance(a, (Value, Const))
        ):
            return self.leaf(loc, a, a, a.type, hint)
        return Joiner.content(self, loc, a, b, hint)  # type: ignore[arg-type]


def _same(a: Atom, b: Atom) -> bool:
    return a is b or (isinstance(a, Const) and isinstance(b, Const) and a.key() == b.key())


def new_dims(t: Type) -> set[Dim]:
    match t:
        case ArrayT(_, dims) | ShapeT(dims):
            return set(dims or ())
        case ListT(element):
            return new_dims(element)
        case _:
            return set()


def settled(kept: Type, joint: Type, varying: set[Dim]) -> bool:
    """Whether a carry of type `kept` can hold a value of type `joint`."""
    match kept, joint:
        case ArrayT(), ArrayT():
            return kept.dtype == joint.dtype and _covers(kept.dims, joint.dims, varying)
        case ShapeT(), ShapeT():
            return _covers(kept.dims, joint.dims, varying)
        case ListT(), ListT():
            return settled(kept.element, joint.element, varying)
        case _:
            return kept == joint


def _covers(kept: Dims | None, joint: Dims | None, varying: set[Dim]) -> bool:
    if kept is None or joint is None:
        return kept is None
    return len(kept) == len(joint) and all(k == j or k in varying for k, j in zip(kept, joint))


def generalised(param: Value | None, joint: Type) -> Type:
    return ScalarT("int", fresh_dim()) if joint == ScalarT("int") else joint


def result_type(t: Type, varying: set[Dim]) -> Type:
    """A carry's type after the loop: sizes that change from step to step are new ones there."""
    match t:
        case ArrayT(dtype, dims) if dims is not None:
            return ArrayT(dtype, tuple(fresh_dim() if d in varying else d for d in dims))
        case ScalarT("int"):
            return ScalarT("int", fresh_dim())
        case _:
            return t


def by_index(m: Machine, node: ast.For, iterable: AVal) -> bool:
    """Whether the body may write into what is iterated over: then items are read by index."""
    written = guesses(m, node)
    touched = {n.id for s in node.body for n in own_nodes(s) if isinstance(n, ast.Name)} & stored(
        node.target
    )
    arrays = m.state.reachable([iterable])
    return any(
        m.state.related(a, c) for a in arrays for c in written if isinstance(c, Cell)
    ) or bool(touched & _written_roots(node))


def _written_roots(node: Loop) -> set[str]:
    bound: set[str] = set()
    written: set[str] = set()
    for statement in node.body:
        for inner in own_nodes(statement):
            if isinstance(inner, (ast.Assign, ast.AnnAssign)):
                _note_targets(inner, bound, written)
            elif isinstance(inner, ast.AugAssign):
                _note_root(inner.target, written)
    return written


def guesses(m: Machine, node: Loop) -> frozenset[object]:
    """Names that the body binds again, and buffers that it writes into: most likely its carries."""
    live, names = m.here.info.live.head[id(node)], m.names
    bound: set[str] = set()
    written: set[str] = set()
    for statement in node.body:
        for inner in own_nodes(statement):
            match inner:
                case ast.AugAssign(target=ast.Name(id=name)):
                    (written if isinstance(names.get(name), Ref) else bound).add(name)
                case ast.Assign() | ast.AnnAssign() | ast.For():
                    _note_targets(inner, bound, written)
                case ast.AugAssign(target=target):
                    _note_root(target, written)
                case _:
                    pass
    found: set[object] = {
        n for n in bound if n in live and isinstance(names.get(n), (Value, Const, Ref))
    }
    for name in written:
        value = names.get(name)
        if isinstance(value, Ref) and name not in bound and not value.cell.foreign:
            found.add(value.cell)
    return frozenset(found)


def _note_targets(node: ast.AST, bound: set[str], written: set[str]) -> None:
    targets: list[ast.expr] = getattr(node, "targets", None) or [node.target]  # type: ignore[attr-defined]
    while targets:
        target, *targets = targets
        match target:
            case ast.Name(id=name):
                bound.add(name)
            case ast.Tuple(elts=elts) | ast.List(elts=elts):
                targets = elts + targets
            case ast.Subscript():
                _note_root(target, written)
            case _:
                pass


def _note_root(node: ast.expr, written: set[str]) -> None:
    while isinstance(node, (ast.Subscript, ast.Attribute)):
        node = node.value
    if isinstance(node, ast.Name):
        written.add(node.id)
