"""A derivative's program after each stage, for reading.

ssa          the function that is differentiated, typed
jvp          with the tangents next to it
linear       divided into values and what is linear in the tangents
transposed   the linear part run backwards
planned      simplified: what is printed
source       the module
"""

from __future__ import annotations

from collections.abc import Callable

from adgen.ir.core import Block, Function
from adgen.ir.printer import show
from adgen.kinds import wire
from adgen.output import Artifact
from adgen.programs import Derived, Typed, Wrt
from adgen.transforms import jvp_of, linearize, vjp_of


def explain(
    program: Derived, ir: Function, wrts: tuple[Wrt, ...], artifact: Artifact, stage: str | None
) -> str:
    """The text of one stage, or of all under headings."""
    inner = program.inner
    names, trees = ir.params, ir.inputs
    while isinstance(inner, Derived):
        inner = inner.inner
    user = len(inner.signature.parameters)
    fn = program.inner.lower(Typed(names[:user], trees[:user], wrts[:-1], target=artifact.target)).function
    wrt = wire(fn, wrts[-1], program.options, program.name, program.kind.name, {}).leaves

    def linear() -> str:
        made = linearize(fn, wrt)
        results = tuple(d for d in made.result_dots if d is not None)
        ops = made.value_ops + made.linear_ops
        return show(Block(made.params + made.dots, ops, made.results + results))

    stages: dict[str, Callable[[], str]] = {
        "ssa": lambda: show(fn),
        "jvp": lambda: show(jvp_of(fn, wrt).block),
        "linear": linear,
        "transposed": lambda: show(vjp_of(fn, wrt).block),
        "planned": lambda: show(ir),
        "source": lambda: artifact.text,
    }
    if stage is not None and stage not in stages:
        raise ValueError(f"there is no stage {stage!r}; there are {', '.join(stages)}")
    if stage is not None:
        return stages[stage]()
    return "\n\n".join(f"--- {name} ---\n{text()}" for name, text in stages.items())
