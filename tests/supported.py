"""Lists what adgen supports and refuses, from its own tables.

    python -m tests.supported            writes docs/supported.md

Syntax comes from the tables that the tests of the frontend run through, functions from those that calls are
looked up in. `tests/test_supported.py` fails where the page is not what comes out.
"""

from __future__ import annotations

import ast
import inspect
import itertools
from collections.abc import Iterator
from pathlib import Path

import adgen
from adgen.checks import copied
from adgen.errors import Problem
from adgen.frontend.builtins import HANDLED
from adgen.frontend.random import METHODS as DRAWS
from adgen.rules.lowering import CALLABLES, METHODS, Lowering, public_name
from adgen.rules.table import RULES
from tests.semantics.catalogue import RefusedProgram
from tests.test_frontend_syntax import REFUSED, STATEMENTS, SUPPORTED
from tests.test_semantics import REFUSED as REFUSED_PROGRAMS
from tests.test_semantics import WORKING

PAGE = Path(__file__).resolve().parent.parent / "docs" / "supported.md"

INTRODUCTION = """# What is supported, and what is refused

Written by `python -m tests.supported`, from the tables that the compiler and its tests use.

Whatever is not listed here is refused when compiling, with file, line, column and a caret, and all problems of a
function at once. Arguments are Python numbers, NumPy arrays of floats, complex numbers, integers and booleans, and
tuples, lists, dicts, namedtuples and dataclasses of them, to any depth; strings, None, booleans and functions are constants.
"""

FROM_ITERABLE = itertools.chain.from_iterable
NUMBERED = {
    "": "Builtins",
    "math": "math",
    "operator": "operator",
    "np": "numpy",
    "np.linalg": "numpy.linalg",
    "scipy.special": "scipy.special",
    "scipy.linalg": "scipy.linalg",
}


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


def module_of(name: str) -> str:
    return name.rpartition(".")[0]


def row(name: str, lowering: Lowering) -> str:
    bare = name.rpartition(".")[2]
    rule = RULES.get(bare) or RULES.get(name)
    note = "derivative zero or none" if rule is not None and rule.zero else ""
    parameters = ", ".join(map(parameter, lowering.signature.parameters.values()))
    return f"| `{name}({parameters})` | {note} |"


def parameter(p: inspect.Parameter) -> str:
    stars = {p.VAR_POSITIONAL: "*", p.VAR_KEYWORD: "**"}.get(p.kind, "")
    return f"{stars}{p.name}" + (
        ""
        if p.default is p.empty
        else f"={ast.unparse(ast.parse(repr(p.default)))}"
        if repr(p.default).isidentifier() or not callable(p.default)
        else "=..."
    )


def functions() -> Iterator[str]:
    rows: dict[str, dict[str, str]] = {}
    for _, lowering in CALLABLES:
        rows.setdefault(module_of(lowering.name), {})[lowering.name] = row(lowering.name, lowering)
    count = sum(map(len, rows.values()))
    yield f"\n## Functions\n\n{count} functions, with the parameters that are supported;"
    yield "any other is refused by name.\n"
    for module in sorted(rows):
        yield f"### {NUMBERED.get(module, module)}\n\n| function | |\n|---|---|"
        yield from (rows[module][name] for name in sorted(rows[module]))
        yield ""
    yield "### Methods and attributes of arrays\n\n| method | |\n|---|---|"
    for name in sorted(METHODS):
        yield row(f"ndarray.{name}", METHODS[name])


def of_python() -> Iterator[str]:
    """Callables whose meaning is about Python's objects, and draws of random numbers."""
    names = sorted({public_name(f).lstrip("_") for f in HANDLED if f not in (object.__setattr__, FROM_ITERABLE)})
    yield "\n### Python's own, and others about objects\n"
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
    return "\n".join([INTRODUCTION, *syntax(), *functions(), *of_python(), *programs()]) + "\n"


def main() -> None:
    PAGE.write_text(page())
    print(f"wrote {PAGE.relative_to(PAGE.parent.parent)}")


if __name__ == "__main__":
    main()
