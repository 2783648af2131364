"""Functions of Python, NumPy and SciPy, written in the Python that the frontend reads: composites.

    @reads(np.cov)
    def cov(m, y=None, rowvar=True, bias=False, ddof=None): ...

A call of `np.cov` is run as a call of this function, in the user's place: it becomes the ops of its body, and has their
derivative. It needs no row of the rules table, and what is emitted is its body, specialised to the call.

    input      the parameters that are supported, named, ordered and with defaults as in the function that it stands
               for; any other is refused by name. What is known when compiling (`axis`, `mode`, whether an argument is
               None, a rank, a dtype) decides branches there
    guarantee  the value of the function that it stands for: bit for bit where the body does the same operations in the
               same order, else to a few units of rounding (`exact=False`)
    refusals   `refuse(message, hint)`, at the place of the user's call

`READ` finds them by the id of the callable; `READ_METHODS` by the id of an object and the name of a method (the
distributions of `scipy.stats` are objects). The families are files of this package; a module for an optional library
enters nothing where that is missing.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn, TypeVar

F = TypeVar("F", bound=Callable[..., Any])


@dataclass(frozen=True, slots=True)
class Read:
    """A callable, and the function that is read in its place."""

    name: str
    """As users write it: 'np.cov', 'scipy.stats.norm.logpdf'."""
    target: Any
    """The callable, or the object whose method this is; kept alive."""
    function: Callable[..., Any]
    exact: bool
    """Whether the value is that of the callable bit for bit."""
    signature: inspect.Signature | None = None
    """Where one function is read for many callables: the parameters of this one, all of which the function is given,
    in order."""


READ: dict[int, Read] = {}
READ_METHODS: dict[tuple[int, str], Read] = {}
HOME = str(Path(__file__).parent)
"""The folder of files whose lines are not the user's."""


FROZEN: dict[type, Callable[[Any], tuple[Any, tuple[Any, ...], dict[str, Any]]]] = {}
"""By the class of an object from outside: the call (a callable, arguments, keywords) that makes one like it, which is
run where an attribute of the object is read."""


def reads(
    target: Any, name: str, *, exact: bool = True, signature: inspect.Signature | None = None
) -> Callable[[F], F]:
    """Enter a function that is read in the place of a callable."""

    def enter(function: F) -> F:
        if id(target) in READ:
            raise ValueError(f"{name} is entered twice")
        READ[id(target)] = Read(name, target, function, exact, signature)
        return function

    return enter


def reads_method(
    owner: Any, method: str, name: str, *, exact: bool = True, signature: inspect.Signature | None = None
) -> Callable[[F], F]:
    """Enter a function that is read in the place of a method of one object."""

    def enter(function: F) -> F:
        if (id(owner), method) in READ_METHODS:
            raise ValueError(f"{name} is entered twice")
        READ_METHODS[id(owner), method] = Read(name, owner, function, exact, signature)
        return function

    return enter


def refuse(message: str, hint: str) -> NoReturn:
    """Refuse the call that is being read, when compiling."""
    raise NotImplementedError(f"{message}; {hint}")


def known(value: object) -> bool:
    """Whether a number is known when compiling, as a default is. Decided when compiling."""
    raise NotImplementedError(f"known({value!r}) is for functions that the frontend reads")


def solve(
    path: str, kind: str, function: Any, model: Any, start: Any, operands: dict[str, Any], options: dict[str, Any],
    *, name: Any = None, field: Any = None, bounds: Any = None, more: Any = None, closed: Any = False,
) -> Any:
    """A call of a solver or minimiser: its solution, and the object that it returns (`adgen.rules.functionals`).

    path        the solver, as 'scipy.optimize.brentq'
    kind        'root' of the model, or its 'minimum'
    function    what is handed to the solver, of one parameter
    model       what is differentiated: a function of the same parameter with the same solution, as a number or vector
    start       a number, or a vector of the solution's type
    operands    arguments by name; names that end in '#' are given by position
    options     keyword arguments that must be known when compiling
    name        the user's function, whose name the definition gets
    field       where the solution is in what the solver returns: an attribute, a position, or None for itself
    bounds      an array of two columns, where coordinates of a minimiser may rest
    more        other functions of the same parameter, by the names of the solver's parameters: {'jac': ...}
    closed      whether the solver has no parameter args=, so that it is handed a lambda
    """
    raise NotImplementedError(path)


def optimum(found: Any, x: Any, field: str) -> Any:
    """The value of the model at the minimiser x that `solve` has found."""
    raise NotImplementedError(field)


def integrate(
    path: str, function: Any, a: Any, b: Any, options: dict[str, Any], vector: dict[str, Any], *, name: Any = None,
) -> Any:
    """The integral of a function from a to b, and what the integrator returns. `vector`: the options that
    scipy.integrate.quad_vec takes for the same accuracy, for the derivative's integrals."""
    raise NotImplementedError(path)


def trajectory(path: str, function: Any, y0: Any, times: Any, options: dict[str, Any], *, name: Any = None) -> Any:
    """The solution of y' = f(y, t) from y0 at the first of the times, a row for each of them."""
    raise NotImplementedError(path)


def detail(found: Any, field: Any, kind: str) -> Any:
    """A field of what a solver returns that has no derivative: of kind 'int', 'float' or 'bool'."""
    raise NotImplementedError(field)


def fixed(size: Any, what: str) -> Any:
    """A size as a number that is known when compiling: the derivative is compiled again for another."""
    raise NotImplementedError(what)


def at_compile_time(function: Callable[..., Any], *args: Any) -> Any:
    """What a function makes of known arguments, run when compiling: nodes and weights."""
    raise NotImplementedError


def unavailable(value: Any, message: str, hint: str) -> Any:
    """The pair of a value and one that is refused where it is used."""
    raise NotImplementedError(f"{message}; {hint}")
