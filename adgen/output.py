"""IR to a module's text, and to the function loaded from it."""

from __future__ import annotations

import hashlib
import itertools
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from adgen import unparse
from adgen.ir.core import Function
from adgen.ir.types import Sym, dims_of, is_number
from adgen.kinds import Options, describe_types

_numbers = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Artifact:
    """An IR function, its module's text, and the function loaded from that."""

    ir: Function
    text: str
    function: Callable[..., Any]
    captured: tuple[str, ...] = ()
    """Names of arrays from around the function whose values the text does not hold."""


def write(
    fn: Function, target: str, options: Options, command: str = "", file: str = ""
) -> Artifact:
    """Print a function as a module, and load it. The file that tracebacks name is held in
    memory."""
    module = unparse.module([fn], target=target, docstring=docstring(fn, options, command, file))
    filename = f"<adgen {fn.name} {next(_numbers)}>"
    scope = unparse.load(module.text, filename, module.values)
    return Artifact(fn, module.text, scope[fn.name], tuple(module.captured))


def docstring(fn: Function, options: Options, command: str = "", file: str = "") -> str:
    """What a module holds, for which types, from which source, with which options, and how to
    write it again."""
    lines = [
        f"{fn.title.partition(':')[0].rstrip('.') or fn.name}. Compiled for {describe_types(fn)}."
    ]
    if command and any(d.not_one for d in letters(fn)):
        lines.append("A letter stands for a size other than 1.")
    if fn.source.text:
        place = file or f"{fn.source.file}:{fn.source.line}"
        lines.append(f"Source: {place}, sha256 {source_hash(fn)}.")
    if options.off:
        lines.append(f"Switched off: {', '.join(sorted(options.off))}.")
    if command:
        lines.append(f"Written by: {command}")
    wrapped = (
        textwrap.wrap(line, 96, break_long_words=False, break_on_hyphens=False) for line in lines
    )
    return "\n".join(part for parts in wrapped for part in parts)


def letters(fn: Function) -> list[Sym]:
    """The sizes of the arguments that are known at run time only."""
    types = (param.type for param in fn.block.params)
    dims = (d for t in types if is_number(t) for d in dims_of(t) or ())
    return [d for d in dims if isinstance(d, Sym)]


def source_hash(fn: Function) -> str:
    """Twelve hex digits of the hash of the source text."""
    return hashlib.sha256(fn.source.text.encode()).hexdigest()[:12]
