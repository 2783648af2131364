"""Which values may share memory.

Each value has two sets of buffers, as bit masks: `own`, those that its own memory may be, and
`inside`, those of the things that a list holds. A buffer is born where an op allocates;
`FOREIGN` stands for all memory that is not this function's: arguments, captured arrays, and
read-only views. Sets only grow to a fixed point, so loops and branches are covered whatever
they do.
"""

from __future__ import annotations

from collections.abc import Iterable

from adgen.ir.core import Atom, EllipsisItem, SliceItem, Value, is_basic, is_captured
from adgen.ir.types import ArrayT, ListT, ObjectT, TapeT, Type
from adgen.rules.table import RULES
from adgen.unparse.form import LOOPS, MUTATORS, Body, Step, carried_results, carries, scans, targets

FOREIGN = 1
VIEWS = frozenset(
    {
        "getitem",
        "transpose",
        "expand_dims",
        "squeeze",
        "reshape",
        "broadcast",
        "real",
        "imag",
        "diagonal",
        "diag",
        "flip",
        "sum_to",
        "unstack",
        "ravel",
        "asarray",
    }
)
READ_ONLY = frozenset({"broadcast", "diagonal", "diag"})
SURE_VIEWS = frozenset({"getitem", "transpose", "expand_dims", "squeeze"})
MAKES_SCALARS = frozenset(
    {"sum", "prod", "mean", "max", "min", "dot", "vdot", "inner", "matmul", "trace", "var", "std"}
)
"""Ops whose result of rank 0 is an immutable NumPy scalar, as that of a ufunc is."""


class Aliases:
    def __init__(self, body: Body):
        self.scalars = body.scalars
        self.own: dict[Value, int] = {}
        self.inside: dict[Value, int] = {}
        self.zeros = 0
        """The elements of lists of zeros: each is an array of its own."""
        self._fresh: dict[object, int] = {}
        self.changed = True
        for param in body.params:
            if has_buffer(param.type):
                self.own[param] = FOREIGN
                self.inside[param] = FOREIGN
        while self.changed:
            self.changed = False
            self.visit(body)

    def own_of(self, atom: Atom) -> int:
        """The buffers that an atom's memory may be."""
        if isinstance(atom, Value):
            return self.own.get(atom, 0)
        return FOREIGN if is_captured(atom.value) else 0

    def inside_of(self, atom: Atom) -> int:
        return self.inside.get(atom, 0) if isinstance(atom, Value) else 0

    def reach(self, atom: Atom) -> int:
        """All buffers that can be reached from an atom."""
        return self.own_of(atom) | self.inside_of(atom)

    def reach_all(self, atoms: Iterable[Atom]) -> int:
        found = 0
        for atom in atoms:
            found |= self.reach(atom)
        return found

    def flow(self, source: Atom, target: Value) -> None:
        """What holds for source holds for target."""
        self.enter(target, self.own_of(source), self.inside_of(source))

    def enter(self, value: Value, own: int, inside: int = 0) -> None:
        if not has_buffer(value.type):
            return
        old, old_inside = self.own.get(value, 0), self.inside.get(value, 0)
        if (own | old, inside | old_inside) != (old, old_inside):
            self.own[value], self.inside[value] = own | old, inside | old_inside
            self.changed = True

    def fresh(self, key: object) -> int:
        """A buffer of its own, the same one for the same key."""
        return self._fresh.setdefault(key, 2 << len(self._fresh))

    def visit(self, body: Body) -> None:
        for step in body.steps:
            if step.name in LOOPS:
                self.loop(step)
            elif step.name == "if":
                for block in step.blocks:
                    self.visit(block)
                    for atom, result in zip(block.results, step.results, strict=False):
                        self.flow(atom, result)
            else:
                self.plain(step)

    def loop(self, step: Step) -> None:
        count = carries(step)
        for block in step.blocks:
            for atom, param in zip(step.args[:count], block.params, strict=False):
                self.flow(atom, param)
        if step.name == "for":
            for atoms, params in zip(scans(step), targets(step), strict=True):
                self.scan(atoms, params)
        for block in step.blocks:
            self.visit(block)
        for i, atom in enumerate(carried_results(step)):
            for block in step.blocks:
                self.flow(atom, block.params[i])
                self.flow(block.params[i], step.results[i])

    def scan(self, atoms: list[Atom], params: list[Value]) -> None:
        for param in params:
            if isinstance(atoms[0].type, ListT):
                self.enter(param, self.inside_of(atoms[0]), self.inside_of(atoms[0]))
            elif not (self.scalars and isinstance(param.type, ArrayT) and param.type.dims == ()):
                self.flow(atoms[0], param)

    def plain(self, step: Step) -> None:
        args = step.args
        match step.name:
            case "push" | "append" | "set_list":
                held = self.reach_all(args[1:])
                if isinstance(args[0], Value):
                    self.enter(args[0], 0, held)
                for result in step.results:
                    self.enter(result, self.own_of(args[0]), self.inside_of(args[0]) | held)
            case "poplast":
                self.flow(args[0], step.results[0])
                self.enter(step.results[1], self.inside_of(args[0]), self.inside_of(args[0]))
            case name if name in MUTATORS:
                self.flow(args[0], step.result)
            case "getitem" if isinstance(args[0].type, ListT) and isinstance(step.attrs["index"][0], SliceItem):
                self.enter(step.result, self.fresh(step.result), self.inside_of(args[0]))
            case "getitem" if isinstance(args[0].type, ListT):
                self.enter(step.result, self.inside_of(args[0]), self.inside_of(args[0]))
            case "zero_list":
                held = self.fresh((step.result, "inside"))
                self.zeros |= held
                self.enter(step.result, self.fresh(step.result), held)
            case "call":
                self.called(step)
            case "unpack":
                for result in step.results:
                    self.enter(result, self.inside_of(args[0]), self.inside_of(args[0]))
            case "copy" if isinstance(args[0].type, ListT):
                self.enter(step.result, self.fresh(step.result), self.inside_of(args[0]))
            case _:
                for result in step.results:
                    self.made(step, result)

    def called(self, step: Step) -> None:
        """Results of a function of the module are its caller's own, but its tape may hold them and the operands."""
        given = self.reach_all(step.args)
        for result in step.results:
            if not isinstance(result.type, TapeT):
                self.enter(result, self.fresh(result), self.fresh((result, "inside")))
        for result in step.results:
            if isinstance(result.type, TapeT):
                self.enter(result, self.fresh(result), given | self.reach_all(step.results))

    def made(self, step: Step, result: Value) -> None:
        """The result of an ordinary op."""
        if not has_buffer(result.type) or (self.scalars and is_immutable(step, result)):
            return
        inside = self.reach_all(step.args) if isinstance(result.type, (ListT, ObjectT, TapeT)) else 0
        if not may_view(step):
            self.enter(result, self.fresh(result), inside)
            return
        own = self.reach_all(step.args[:1])
        if isinstance(result.type, ListT):
            self.enter(result, self.fresh(result), inside)
        elif step.name in READ_ONLY:
            self.enter(result, own | FOREIGN)
        else:
            self.enter(result, own if step.name in SURE_VIEWS else own | self.fresh(result))


def has_buffer(t: Type) -> bool:
    """Whether values of a type may be memory that can be written to."""
    return isinstance(t, (ArrayT, ListT, ObjectT, TapeT))


def is_immutable(step: Step, result: Value) -> bool:
    """Whether a result is certainly a NumPy scalar."""
    if not (isinstance(result.type, ArrayT) and result.type.dims == ()):
        return False
    if step.name in ("getitem",):
        return not any(isinstance(i, EllipsisItem) for i in step.attrs["index"])
    if step.name in MAKES_SCALARS:
        return True
    rule = RULES.get(step.name)
    return rule is not None and rule.elementwise and step.name != "where"


def may_view(step: Step) -> bool:
    """Whether a result may share memory with the first operand."""
    if step.name == "getitem":
        return is_basic(step.attrs["index"])
    if step.name == "einsum":
        return len(step.args) == 1
    rule = RULES.get(step.name)
    return step.name in VIEWS or (rule is not None and rule.view)
