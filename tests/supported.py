"""Lists what adgen supports and refuses, from its own tables.

    python -m tests.supported            writes docs/supported.md

Syntax comes from the tables that the tests of the frontend run through; functions of numbers have a page of their own
(`tests.states`). `tests/test_supported.py` fails where the page is not what comes out.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import adgen
from adgen.checks import copied
from adgen.errors import Problem
from adgen.frontend.builtins import HANDLED
from adgen.frontend.random import METHODS as DRAWS
from adgen.rules.lowering import public_name
from tests.semantics.catalogue import RefusedProgram
from tests.test_frontend_syntax import REFUSED, STATEMENTS, SUPPORTED
from tests.test_semantics import REFUSED as REFUSED_PROGRAMS
from tests.test_semantics import WORKING

PAGE = Path(__file__).resolve().parent.parent / "docs" / "supported.md"

INTRODUCTION = """# What is supported, and what is refused

Written by `python -m tests.supported`, from the tables that the compiler and its tests use.

Whatever is not listed here or in docs/functions.md is refused when compiling, with file, line, column and a caret, and
all problems of a function at once. Arguments are Python numbers, NumPy arrays of floats, complex numbers, integers and
booleans, and tuples, lists, dicts, namedtuples and dataclasses of them, to any depth; strings, None, booleans and
functions are constants.
"""

FROM_ITERABLE = itertools.chain.from_iterable


def syntax() -> Iterator[str]:
    yield "## Syntax\n\nEach kind of node of Python's grammar, with an example that a test compiles and runs.\n"
    yield "| node | example |\n|---|---|"
    for node, example in sorted((SUPPORTED | STATEMENTS).items()):
        yield f"| {node} | `{shown(example)}` |"
    yield "\n### Refused\n\nWith the place in the source; a test checks each.\n"
    yield "| node | example |\n|---|---|"
    for node, example in sorted(REFUSED.items()):
        yield f"| {node} | `{shown(example)}` |"


def shown(example: object) -> str:
    """A program on one line of a table."""
    text = example if isinstance(example, str) else str(tuple(example)[0])  # type: ignore[arg-type]
    lines = [line.strip() for line in text.strip().splitlines()]
    return "; ".join(lines).replace("|", "\\|").replace(":;", ":")


def of_python() -> Iterator[str]:
    """Callables whose meaning is about Python's objects, and draws of random numbers."""
    names = sorted({public_name(f).lstrip("_") for f in HANDLED if f not in (object.__setattr__, FROM_ITERABLE)})
    yield "\n## Functions\n\nThose of NumPy and SciPy, the methods of arrays, and the functions of Python that work on"
    yield "numbers: docs/functions.md.\n\n### Python's own, and others about objects\n"
    yield ", ".join(f"`{name}`" for name in names)
    yield "\n### Random draws\n\nMethods of `np.random.default_rng(seed)`, of a generator that is an argument, and"
    yield "functions of `np.random`, with `size=`. What is drawn is constant for derivatives, but for the parameters of"
    yield "`normal`, `laplace`, `gumbel`, `logistic`, `uniform`, `exponential` and `rayleigh`, whose derivative is that"
    yield "at the same random numbers.\n"
    yield ", ".join(f"`{name}({', '.join(method.params)})`" for name, method in sorted(DRAWS.items()))


def programs() -> Iterator[str]:
    """What the catalogue of programs is refused for."""
    yield f"\n## Programs\n\n{len(WORKING)} programs of `tests/semantics` are right in both modes, most in second order"
    yield f"too; {len(REFUSED_PROGRAMS)} are refused:\n"
    yield "| program | reason | what to write |\n|---|---|---|"
    for name, program in REFUSED_PROGRAMS:
        problem = refusal(program)
        yield f"| {name.replace('_', ' ')} | {problem.message} | {problem.hint} |".replace("\n", " ")


def refusal(program: RefusedProgram) -> Problem:
    try:
        adgen.grad(program.function)(*copied(program.args))
    except adgen.AdgenError as error:
        return next(p for p in error.problems if program.message in p.message)
    raise AssertionError(f"{program.function.__name__} is not refused")


def page() -> str:
    return "\n".join([INTRODUCTION, *syntax(), *of_python(), *programs()]) + "\n"


def main() -> None:
    PAGE.write_text(page())
    print(f"wrote {PAGE.relative_to(PAGE.parent.parent)}")


if __name__ == "__main__":
    main()
