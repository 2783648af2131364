"""The catalogue of what Python and NumPy mean: every program is right, or refused with its place."""

from __future__ import annotations

import importlib
import pkgutil

import pytest

import adgen
import tests.semantics
from adgen.checks import copied
from tests.program_checks import check_program
from tests.semantics.catalogue import Catalogue, Program, RefusedProgram

NAMES = sorted(m.name for m in pkgutil.iter_modules(tests.semantics.__path__) if m.name != "catalogue")
CATALOGUES: dict[str, Catalogue] = {
    name: importlib.import_module(f"tests.semantics.{name}").CATALOGUE for name in NAMES
}
WORKING = [(f"{name}.{p.function.__name__}", p) for name, c in CATALOGUES.items() for p in c.working]
REFUSED = [(f"{name}.{p.function.__name__}", p) for name, c in CATALOGUES.items() for p in c.refusals]


@pytest.mark.parametrize("program", [pytest.param(p, id=name) for name, p in WORKING])
def test_right(program: Program) -> None:
    check_program(program.function, program.args, program.order, program.argnums)


@pytest.mark.parametrize("program", [pytest.param(p, id=name) for name, p in REFUSED])
def test_refused(program: RefusedProgram) -> None:
    with pytest.raises(adgen.AdgenError) as caught:
        adgen.grad(program.function)(*copied(program.args))
    messages = [problem.message for problem in caught.value.problems]
    assert any(program.message in message for message in messages), messages
    problem = next(p for p in caught.value.problems if program.message in p.message)
    assert problem.span is not None
    assert problem.span.text[problem.span.column - 1 :].startswith(program.at), problem.span
    assert problem.hint


def test_no_name_twice() -> None:
    names = [name for name, _ in (*WORKING, *REFUSED)]
    assert len(names) == len(set(names))


def test_at_most_a_tenth_is_refused() -> None:
    assert len(REFUSED) * 10 <= len(REFUSED) + len(WORKING)
