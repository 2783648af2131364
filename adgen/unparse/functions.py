"""One function: SSA -> `ast.FunctionDef`, by way of the imperative form.

The stages: `build` (imperative form), `buffers` (what is updated in place), `fold` (what needs
no name), `names`, `statements`.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping, Set
from dataclasses import dataclass

from adgen.errors import Refusal, Span
from adgen.ir.core import UNDEF, Atom, Block, Const, Definition, Function, Value
from adgen.rules.table import RULES
from adgen.unparse import border
from adgen.unparse.buffers import place_updates
from adgen.unparse.build import build
from adgen.unparse.expressions import Expressions
from adgen.unparse.fold import fold
from adgen.unparse.form import LOOPS, Body, Step, ends, walk
from adgen.unparse.names import RESERVED, Namer, assign_names
from adgen.unparse.schedule import schedule
from adgen.unparse.statements import Writer
from adgen.unparse.syntax import literal
from adgen.unparse.target import Target
from adgen.unparse.tidy import tidy


@dataclass(slots=True)
class Written:
    """A function's tree, and what it needs around it."""

    tree: ast.FunctionDef
    imports: set[str]
    helpers: set[str]
    captured: dict[str, Const]
    places: dict[ast.AST, Span]


def write(
    function: Function,
    taken: frozenset[str],
    called: Mapping[Definition, str],
    target: Target,
    kernels: Mapping[Block, str],
    not_one: Set[str] = frozenset(),
    ambiguous: Set[str] = frozenset(),
) -> Written:
    """The function as Python, in names of NumPy. `taken`: names that the module uses at its top level; `called`:
    those of the definitions; `kernels`: those of the kernels; `not_one`: letters of its types whose sizes it checks;
    `ambiguous`: names of functions that several modules have."""
    body = build(function.block, target.scalars)
    reverse = mark_reverse(function, body)
    tidy(body)
    schedule(body)
    target.place_arrays(body)
    place_updates(body)
    folded = fold(body)
    fixed = border.direct_names(function)
    reserved = taken | target.modules | frozenset(function.params) - frozenset(fixed.values()) | called_names(body)
    names = assign_names(body, folded, fixed, reserved, function.reverse_from is not None)
    local = frozenset(names.values()) | set(function.params) | ambiguous
    e = Expressions(names, folded.steps, target.printers, local, called, kernels)
    results = border.Results(function, e)
    writer = Writer(e, folded, folded.aliases, reverse, results.give, guarded(body), target.updates)
    statements = writer.returned(body)
    unpacked = border.check_sizes(function, not_one)
    unpacked += border.unpack(function, names, Namer.values_read(body))
    doc: list[ast.stmt] = [ast.Expr(ast.Constant(function.title))] if function.title else []
    defaults = [literal(value) for value in function.defaults]
    args = ast.arguments([], [ast.arg(p) for p in function.params], None, [], [], None, defaults)
    tree = ast.FunctionDef(
        function.name, args, [*doc, *unpacked, *statements], [], None, None, lineno=1
    )
    refuse_shadowed(function, tree, target)
    return Written(tree, e.imports, e.helpers, e.captured, e.places)


def refuse_shadowed(function: Function, tree: ast.FunctionDef, target: Target) -> None:
    """Refuse a parameter with the name of a function or module that the text uses."""
    suspects = (RESERVED | target.modules) & set(function.params)
    for node in ast.walk(tree) if suspects else ():
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in suspects:
                pass
            case ast.Attribute(value=ast.Name(id=module)) if target.root(module) in suspects & target.modules:
                name = target.root(module)
            case _:
                continue
        raise Refusal(f"a parameter named {name} hides what the derivative uses", "rename it")


def mark_reverse(function: Function, body: Body) -> set[Step]:
    """The steps of the reverse sweep, in the bodies that return."""
    if function.reverse_from is None:
        return set()
    values = {r for op in function.block.ops[function.reverse_from :] for r in op.results}
    first = next((i for i, s in enumerate(body.steps) if any(r in values for r in s.results)), None)
    if first is not None:
        return {s for s in body.steps[first:] if not s.attrs.get("tail")}
    return {s for end in ends(body) if end is not body for s in reverse_of_arm(end)}


def reverse_of_arm(body: Body) -> list[Step]:
    """The steps of an arm from the first that makes a cotangent."""
    for i, step in enumerate(body.steps):
        if step.loose and any(r.name.endswith("_bar") for r in step.results):
            return body.steps[i:]
    return []


def called_names(body: Body) -> frozenset[str]:
    """Names of functions that the body calls without a module, and of captured arrays."""
    found: set[str] = set()
    for step in walk(body):
        rule = RULES.get(step.name)
        if rule is not None and rule.call and not rule.call.startswith(("np.", "math.")):
            found.add(rule.call.rpartition(".")[2])
        found.update(a.name for a in step.args if isinstance(a, Const) and a.name)
        found.update(
            a.name for b in step.blocks for a in b.results if isinstance(a, Const) and a.name
        )
    found.update(a.name for a in body.results if isinstance(a, Const) and a.name)
    return frozenset(found)


def guarded(body: Body) -> set[Value]:
    """Results of branches that have no value in one arm and are only read inside other branches."""
    candidates = {
        r
        for step in walk(body)
        if step.name == "if"
        for i, r in enumerate(step.results)
        if any(is_undefined(b.results[i]) for b in step.blocks)
    }
    return candidates - read_openly(body) if candidates else candidates


def is_undefined(atom: Atom) -> bool:
    return isinstance(atom, Const) and atom.value is UNDEF


def read_openly(body: Body) -> set[Value]:
    """Values read outside any branch of the body that they are made in."""
    found: set[Value] = set()

    def visit(inner: Body, made_here: set[Value]) -> None:
        made_here = made_here | set(inner.params)
        for step in inner.steps:
            found.update(a for a in step.args if isinstance(a, Value) and a in made_here)
            for block in step.blocks:
                visit(block, made_here if step.name in LOOPS else set())
            made_here.update(step.results)
        found.update(a for a in inner.results if isinstance(a, Value) and a in made_here)

    visit(body, set())
    return found
