"""Typed SSA -> the Python source of a module.

    module(functions, docstring=...)     -> Module(text, captured)
    load(text, filename, captured)       -> the module's namespace

The text imports NumPy, or for the target CuPy that (and SciPy, or CuPy's part of it, or `math` where one of their
functions is called), and nothing else. Arrays that the user's code captured are written out where they are small, and
those that were computed when compiling by the call that makes them; others are declared by name and type, and `load`
binds them.
"""

from __future__ import annotations

import ast
import linecache
from collections import Counter
from collections.abc import Callable, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from adgen.errors import Span
from adgen.ir.core import Const, DeviceArray, Function
from adgen.unparse import syntax as s
from adgen.unparse.cupy import CUPY
from adgen.unparse.definitions import as_function, name_definitions
from adgen.unparse.functions import Written, write
from adgen.unparse.kernels import write_kernels
from adgen.unparse.printing import Blank, comment, text_of
from adgen.unparse.target import NUMPY, Target

__all__ = ["Module", "load", "module"]

TARGETS = {target.name: target for target in (NUMPY, CUPY)}

SMALL = 32
"""The largest captured array that is written out."""


@dataclass(frozen=True, slots=True)
class Module:
    """A module's text, and the captured arrays that it needs bound."""

    text: str
    captured: dict[str, Any]
    values: dict[str, Any] = field(default_factory=dict[str, Any])
    """All captured arrays by name, with those that the text writes out."""


def module(
    functions: Sequence[Function],
    *,
    target: str = "numpy",
    docstring: str = "",
    not_one: Set[str] = frozenset(),
    lower: Callable[[Function], Function] = lambda function: function,
) -> Module:
    """The source of a module that holds the functions. They begin with a check of the sizes that
    the letters in `not_one` stand for. `lower` is applied to each, and to what they call, before."""
    to = TARGETS[target]
    named = name_definitions(functions, to.modules)
    taken = frozenset(f.name for f in functions) | frozenset(named.values())
    called = [as_function(callee, name, to.modules) for callee, name in named.items()]
    checked = [frozenset[str]()] * len(called) + [not_one] * len(functions)
    whole = list(map(lower, (*called, *functions)))
    kernels, definitions = write_kernels(whole, taken)
    taken |= set(kernels.values())
    written = [write(f, taken, named, to, kernels, sizes) for f, sizes in zip(whole, checked, strict=True)]
    ambiguous = names_of_several_modules(written)
    if ambiguous:
        pairs = zip(whole, checked, strict=True)
        written = [write(f, taken, named, to, kernels, sizes, ambiguous) for f, sizes in pairs]
    captured: dict[str, Const] = {}
    for each in written:
        captured.update({name: to.known(const) for name, const in each.captured.items()})
    body: list[ast.stmt] = [ast.Expr(ast.Constant(docstring))] if docstring else []
    names = {name for each in written for name in each.imports}
    body += imports(names.union(*map(modules_of, captured.values())), to)
    body += [node for name, const in captured.items() for node in captured_array(name, const)]
    body += [node for kernel in definitions for node in (Blank(), kernel)]
    for helper in sorted({h for each in written for h in each.helpers}):
        body += ast.parse(to.helpers[helper]).body
    body += [each.tree for each in written]
    tree = to.spell(ast.Module(body, []), full_names(names), places_of(written))
    values = {n: c.value for n, c in captured.items()}
    return Module(text_of(tree), {n: c.value for n, c in captured.items() if not is_written_out(c)}, values)


def full_names(imported: set[str]) -> dict[str, str]:
    """By its last part, the full name of each function that is called by that alone."""
    return {name.rpartition(".")[2]: name for name in imported if not name.endswith(".*")}


def places_of(written: list[Written]) -> dict[ast.AST, Span]:
    return {node: span for each in written for node, span in each.places.items()}


PYTHONS = ("math", "warnings")
"""Modules of Python's own that may be imported."""


def names_of_several_modules(written: list[Written]) -> frozenset[str]:
    """Functions that would be imported under one name: `convolve` of two modules."""
    called = Counter(name.rpartition(".")[2] for name in {n for each in written for n in each.imports})
    return frozenset(name for name, count in called.items() if count > 1 and name != "*")


def imports(names: set[str], target: Target) -> list[ast.stmt]:
    """NumPy (or what stands for it), and what else is called: `math`, functions of SciPy, or (as `scipy.special.*`) a
    module.
    """
    called = {tuple(name.rsplit(".", 1)) for name in names}
    whole = sorted(module for module, function in called if function == "*")
    made: list[ast.stmt] = [ast.Import([ast.alias(module)]) for module in whole if module in PYTHONS]
    made.append(ast.Import([ast.alias(target.module, target.alias)]))
    made += [ast.Import([ast.alias(target.place(module))]) for module in whole if module not in PYTHONS]
    for module in sorted({module for module, function in called if function != "*"}):
        found = sorted(function for m, function in called if m == module and function != "*")
        made.append(ast.ImportFrom(target.place(module), [ast.alias(n) for n in found], 0))
    return made


def is_written_out(const: Const) -> bool:
    """Whether the text says what a captured array holds."""
    value: Any = const.value
    return bool(const.made) or (not isinstance(value, DeviceArray) and value.size <= SMALL)


def modules_of(const: Const) -> set[str]:
    """The modules that the expression which makes an array needs imported: `scipy.signal.*`."""
    calls = [ast.unparse(node.func) for node in ast.walk(ast.parse(const.made)) if isinstance(node, ast.Call)]
    modules = {name.rpartition(".")[0] for name in calls if "(" not in name}
    return {f"{module}.*" for module in modules if module and module.partition(".")[0] != "np"}


def captured_array(name: str, const: Const) -> list[ast.stmt]:
    """`K = np.array([...])`, the call that makes it, or a declaration of what `load` binds."""
    value: Any = const.value
    if const.made:
        return [ast.Assign([s.store(name)], ast.parse(const.made, mode="eval").body)]
    if is_written_out(const):
        return [ast.Assign([s.store(name)], s.literal(value))]
    sizes = ",".join(map(str, value.shape))
    declared = ast.AnnAssign(s.store(name), s.name("np.ndarray"), None, 1)
    return [comment(f"captured: {value.dtype}[{sizes}]"), declared]


def load(text: str, filename: str, captured: dict[str, Any], target: str = "numpy") -> dict[str, Any]:
    """Run a module's text, so that tracebacks and debuggers show its lines.

    For NumPy the captured arrays are bound as they are, also those that the text writes out: a change in place is
    seen. For another target those that it does not are copied to where it computes, if they do not lie there.
    """
    linecache.cache[filename] = (len(text), None, text.splitlines(True), filename)
    namespace: dict[str, Any] = {"__name__": filename, "__file__": filename}
    namespace.update(captured if target == "numpy" else {})
    exec(compile(text, filename, "exec"), namespace)
    if target != "numpy":
        upload: Any = namespace[TARGETS[target].alias].asarray
        rest = {name: value for name, value in captured.items() if name not in namespace}
        captured = {n: v.array if isinstance(v, DeviceArray) else upload(v) for n, v in rest.items()}
    namespace.update(captured)
    return namespace
