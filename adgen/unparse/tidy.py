"""Small rewrites of the imperative form that make for shorter statements; none changes what the
user's own ops compute.

x[i] += a, x[i] += b      becomes  x[i] += a + b       (ops of a transform, with the same index)
np.broadcast_to(t, shape) becomes  np.full(shape, t)    (of a number: products read it faster)
np.add.at(x, (k, i), a)   becomes  x[k, i] += a         (where k is np.arange: no place twice)
"""

from __future__ import annotations

from typing import TypeGuard

from adgen.ir.core import ArrayItem, Atom, Const, Value
from adgen.ir.types import ArrayT, dims_of, dtype_of, is_number
from adgen.unparse.form import Body, Step, bodies, walk


def tidy(body: Body) -> None:
    """Merge additions to the same place; fill with numbers that were broadcast."""
    uses: dict[Atom, int] = {}
    for inner in bodies(body):
        for atoms in (inner.results, *(step.args for step in inner.steps)):
            for atom in atoms:
                uses[atom] = uses.get(atom, 0) + 1
    for inner in bodies(body):
        merge_additions(inner, uses)
    for step in walk(body):
        if step.name == "broadcast" and step.loose and dims_of(step.args[0].type) == ():
            step.name, step.attrs = "full", {"dtype": dtype_of(step.result.type)}
    mark_distinct(body)


def merge_additions(body: Body, uses: dict[Atom, int]) -> None:
    made: dict[Atom, Step] = {}
    steps: list[Step] = []
    for step in body.steps:
        before = made.get(step.args[0]) if step.name == "addat" and step.loose else None
        if before is not None and uses[step.args[0]] == 1 and is_same_place(before, step):
            steps.remove(before)
            total = Value(step.args[1].type)
            uses[total] = 1
            add = Step("add", [before.args[1], step.args[1]], {}, [total], [], step.span, True)
            step.args[:2] = [before.args[0], total]
            steps.append(add)
        if step.name == "addat":
            made[step.result] = step
        steps.append(step)
    body.steps = steps


def is_same_place(a: Step, b: Step) -> bool:
    """Whether two additions go to the same elements, with values of the same type."""
    if a.attrs["index"] != b.attrs["index"] or not a.loose or a.span != b.span:
        return False
    if not all(is_same(x, y) for x, y in zip(a.args[2:], b.args[2:], strict=True)):
        return False
    types = a.args[1].type, b.args[1].type
    if (
        not all(is_number(t) for t in types)
        or dims_of(types[0]) is None
        or dims_of(types[0]) != dims_of(types[1])
    ):
        return False
    dtypes = {t.dtype for t in types if isinstance(t, ArrayT)}
    return len(dtypes) <= 1


def is_same(a: Atom, b: Atom) -> bool:
    return a is b or (isinstance(a, Const) and isinstance(b, Const) and a.key() == b.key())


def mark_distinct(body: Body) -> None:
    """Mark additions whose positions count up along one axis, so that none is there twice."""
    counts: set[Atom] = {s.result for s in walk(body) if s.name == "arange" and counts_up(s)}
    for step in walk(body) if counts else ():
        if step.name != "addat":
            continue
        arrays = [step.args[2 + i.value.position] for i in step.attrs["index"] if is_array(i)]
        dims = {dims_of(a.type) for a in arrays}
        if counts.intersection(arrays) and len(dims) == 1 and not has_masks(arrays):
            step.attrs["distinct"] = True


def counts_up(step: Step) -> bool:
    """Whether the elements of an `arange` are 0, 1, 2, ..."""
    return len(step.args) == 1 and dtype_of(step.result.type) == "int64"


def is_array(item: object) -> TypeGuard[ArrayItem]:
    return isinstance(item, ArrayItem)


def has_masks(arrays: list[Atom]) -> bool:
    return any(dtype_of(a.type) == "bool" for a in arrays)
