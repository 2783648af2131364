"""Small rewrites of the imperative form that make for shorter statements; none changes what the
user's own ops compute.

x[i] += a, x[i] += b      becomes  x[i] += a + b       (ops of a transform, with the same index)
np.broadcast_to(t, shape)           np.full(shape, t)    (of a number: products read it faster)
"""

from __future__ import annotations

from adgen.ir.core import Atom, Const, Value
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
