"""What CuPy has, and whether a module keeps to it.

    has("linalg.solve")           whether the installed CuPy has it; `ndarray.sum` is a method, `cupyx....` in cupyx
    signature("linalg.solve")     its parameters, where they are known
    problems(text)                what a module names that CuPy lacks, or calls otherwise than CuPy takes it
"""

from __future__ import annotations

import ast
import functools
import importlib
import importlib.util
import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np

from adgen.rules import cupy
from adgen.rules.cupy_functions import FUNCTIONS

INSTALLED = importlib.util.find_spec("cupy") is not None
MODULES = frozenset({"cupy", "cupyx", "math", "warnings"})
UFUNC_KEYWORDS = frozenset({"out", "dtype", "casting"})
MISSING: Any = object()
UNKNOWN: Any = object()
"""What is in a module that cannot be imported without CUDA's libraries."""


@functools.cache
def find(path: str) -> Any:
    """CuPy's object of a path below `cupy`, or of one that begins with `cupyx`; MISSING."""
    real = importlib.import_module("cupyx" if path.partition(".")[0] == "cupyx" else "cupy")
    found, name = real, real.__name__
    for part in path.split(".")[path.startswith("cupyx.") :]:
        name = f"{name}.{part}"
        try:
            found = part_of(found, part, name)
        except ModuleNotFoundError:
            return MISSING
        except ImportError:
            return UNKNOWN
    return found


def part_of(found: Any, part: str, name: str) -> Any:
    """An attribute, or a module that is imported for it."""
    try:
        return getattr(found, part)
    except AttributeError:
        return importlib.import_module(name)


def has(path: str) -> bool:
    """Whether CuPy has it. Without CuPy the table of adgen tells; methods are then those of NumPy's arrays."""
    if INSTALLED:
        return find(path) is not MISSING
    if path.startswith("ndarray."):
        return hasattr(np.ndarray, path.removeprefix("ndarray."))
    name = name_of(path)
    return cupy.has(name) or any(known.startswith(f"{name}.") for known in cupy.functions())


def name_of(path: str) -> str:
    """The name under which NumPy or SciPy has it."""
    return path.removeprefix("cupyx.") if path.startswith("cupyx.") else f"np.{path}"


@functools.cache
def signature(path: str) -> inspect.Signature | None:
    """The parameters of a function, where Python code tells them."""
    if not INSTALLED:
        return signature_in_table(name_of(path))
    if find(path) is UNKNOWN:
        return None
    try:
        return inspect.signature(find(path))
    except (TypeError, ValueError):
        return None


def signature_in_table(name: str) -> inspect.Signature | None:
    for line in cupy.lines(FUNCTIONS):
        if line.startswith(f"{name}("):
            scope: dict[str, Any] = {}
            exec(f"def f{line.removeprefix(name)}: ...", scope)
            return inspect.signature(scope["f"])
    return None


def problems(text: str) -> list[str]:
    """What is wrong with a module's names and calls, one line each."""
    tree = ast.parse(text)
    known: dict[str, str] = {}
    found = list(imports(tree, known))
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and node.id in ("np", "numpy", "scipy"):
            found.append(f"line {node.lineno}: {node.id}")
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Load):
            path = path_of(node, known)
            if path and not has(path):
                found.append(f"line {node.lineno}: CuPy has no {path}")
        if isinstance(node, ast.Call):
            found += [f"line {node.lineno}: {ast.unparse(node)}: {problem}" for problem in call_problems(node, known)]
    return found


def imports(tree: ast.Module, known: dict[str, str]) -> Iterator[str]:
    """What is imported wrongly. `known` gets the path below CuPy of each name that is bound."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                if first not in MODULES:
                    yield f"line {node.lineno}: imports {alias.name}"
                known[alias.asname or first] = "" if first == "cupy" else first
        if isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if module.partition(".")[0] not in MODULES:
                yield f"line {node.lineno}: imports from {module}"
                continue
            for alias in node.names:
                path = f"{module}.{alias.name}".removeprefix("cupy.")
                known[alias.asname or alias.name] = path
                if module not in ("math", "warnings") and not has(path):
                    yield f"line {node.lineno}: {module} has no {alias.name}"


def path_of(node: ast.expr, known: dict[str, str]) -> str:
    """The path below CuPy of a dotted name; '' where it is none of CuPy's."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if not isinstance(node, ast.Name) or node.id not in known or known[node.id] in ("math", "warnings"):
        return ""
    path = ".".join(filter(None, (known[node.id], *reversed(parts))))
    return "" if path.partition(".")[0] in ("math", "warnings") else path


def call_problems(node: ast.Call, known: dict[str, str]) -> Iterator[str]:
    path = path_of(node.func, known)
    if path and has(path):
        yield from argument_problems(node, path)
    elif not path and isinstance(node.func, ast.Attribute) and not is_of_host(node.func, known):
        name = node.func.attr
        if not any(hasattr(kind, name) for kind in (find("ndarray"), list, dict, tuple, str, float)):
            yield f"CuPy's arrays have no method {name}"


def is_of_host(node: ast.Attribute, known: dict[str, str]) -> bool:
    """Whether it is an attribute of a module of Python's own."""
    return isinstance(node.value, ast.Name) and known.get(node.value.id) in ("math", "warnings")


def argument_problems(node: ast.Call, path: str) -> Iterator[str]:
    """Whether CuPy's function can be called with so many arguments, and such keywords."""
    if any(isinstance(a, ast.Starred) for a in node.args) or any(k.arg is None for k in node.keywords):
        return
    called, keywords = find(path), [k.arg for k in node.keywords]
    if type(called).__name__ == "ufunc":
        if not called.nin <= len(node.args) <= called.nargs:
            yield f"{len(node.args)} arguments for {called.nin}"
        if unknown := set(keywords) - UFUNC_KEYWORDS:
            yield f"no keyword {', '.join(sorted(map(str, unknown)))}"
        return
    theirs = signature(path)
    if theirs is None:
        return
    try:
        theirs.bind(*node.args, **dict.fromkeys(map(str, keywords)))
    except TypeError as error:
        yield str(error)


__all__ = ["INSTALLED", "has", "problems", "signature"]
