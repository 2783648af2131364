"""The public functions. Each takes a function (or a derivative of one) and gives a `Derivative`.

    f                  source          a Python function over NumPy
    frontend.lower     -> SSA          for the types of the arguments                     (adgen.programs)
    transforms         -> SSA          jvp, split, transpose, simplify                    (adgen.kinds)
    unparse            -> source       the module's text, and the function loaded from it (adgen.output)

and a `Derivative` (adgen.derivative) keeps one compiled version for each signature it is called with.

Which arguments: `argnums=` (an int or a tuple of them) or `wrt=` (a name, names with commas, or a tuple of names).
`grad`, `value_and_grad`, `hvp`, `jacobian` and `hessian` take the first by default, `jvp` and `vjp` every one that
holds floats. Arguments and results may be containers of any nesting; derivatives have their structure.
"""
from __future__ import annotations

import functools
from collections.abc import Callable, Iterable
from typing import Any, Protocol, TypeVar, cast, overload

from adgen.derivative import Derivative
from adgen.kinds import KINDS, Options
from adgen.transforms import OPTIMISATIONS

Argnums = int | tuple[int, ...] | None
Names = str | tuple[str, ...] | None
Operator = Callable[[Callable[..., Any]], Derivative]
F = TypeVar("F", bound=Callable[..., Any])
