"""IR to a module's text, and to the function loaded from that when it is first called.

guarantee  writing runs nothing of the module: what its target imports is imported by the first call
"""

from __future__ import annotations

import hashlib
import itertools
import textwrap
from collections.abc import Callable, Set
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from adgen import unparse
from adgen.ir.core import Function
from adgen.kinds import Options, describe_types
from adgen.targets import require_dtypes
from adgen.transforms import OPTIMISATIONS, simplify
from adgen.transforms.adapting import adapt
from adgen.transforms.fusion import fuse
from adgen.transforms.host_numbers import host_numbers

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Artifact:
    """An IR function and its module."""

    ir: Function
    module: unparse.Module
    target: str

    @property
    def text(self) -> str:
        return self.module.text

    @property
    def captured(self) -> tuple[str, ...]:
        """Names of arrays from around the function whose values the text does not hold."""
        return tuple(self.module.captured)

    @cached_property
    def function(self) -> Callable[..., Any]:
        """The function, loaded from the text. The file that tracebacks name is held in memory."""
        filename = f"<adgen {self.ir.name} {next(_numbers)}>"
        return unparse.load(self.module.text, filename, self.module.values, self.target)[self.ir.name]


def write(
    fn: Function,
    target: str,
    options: Options,
    command: str = "",
    file: str = "",
    not_one: Set[str] = frozenset(),
) -> Artifact:
    """Print a function as a module. `not_one`: letters of the types that stand for sizes other than 1."""
    require_dtypes(fn, target)
    text = docstring(fn, options, command, file)
    module = unparse.module([fn], target=target, docstring=text, not_one=not_one, lower=lowering(target, options))
    return Artifact(fn, module, target)


def lowering(target: str, options: Options) -> Callable[[Function], Function]:
    """What is done to functions before they are printed for a target."""
    if target != "cupy":
        return lambda function: function
    off = options.off | OPTIMISATIONS - {"cse", "dead"}

    def lower(function: Function) -> Function:
        made = simplify(host_numbers(adapt(function)), off)
        return made if "fuse" in options.off else fuse(made)

    return lower


def docstring(fn: Function, options: Options, command: str = "", file: str = "") -> str:
    """What a module holds, for which types, from which source, with which options, and how to
    write it again."""
    lines = [
        f"{fn.title.partition(':')[0].rstrip('.') or fn.name}. Compiled for {describe_types(fn)}."
    ]
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


def source_hash(fn: Function) -> str:
    """Twelve hex digits of the hash of the source text."""
    return hashlib.sha256(fn.source.text.encode()).hexdigest()[:12]
