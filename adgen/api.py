"""The public functions. Each takes a function (or a derivative of one) and gives a `Derivative`.

    f                  source    a Python function over NumPy
    frontend.lower     SSA       for the types of the arguments                      adgen.programs
    transforms         SSA       jvp, split, transpose, simplify                     adgen.kinds
    unparse            source    the module's text, and the function loaded from it  adgen.output

and a `Derivative` (adgen.derivative) keeps one compiled version for each signature it is called
with.

Which arguments: `argnums=` (an int or a tuple of them) or `wrt=` (a name, names with commas, or a
tuple of names). `grad`, `value_and_grad`, `hvp`, `jacobian` and `hessian` take the first by
default, `jvp` and `vjp` every one that holds floats. Without a function they are decorators:
`@adgen.grad(argnums=1)`. Arguments and results may be containers of any nesting; derivatives have
their structure.

What for: NumPy, or CuPy where a call's arrays are CuPy's. `target='cupy'` (or 'numpy') asks for it where there are no
arrays yet, as for `lower`; a call with arrays of the other is then a TypeError, as is one that mixes them.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any, Protocol, cast

from adgen.derivative import Derivative
from adgen.kinds import KINDS, Options
from adgen.targets import require_installed
from adgen.transforms import OPTIMISATIONS

Argnums = int | tuple[int, ...] | None
Names = str | tuple[str, ...] | None
Wrt = int | str | tuple[int | str, ...] | None
Operator = Callable[..., Derivative]


@functools.lru_cache(maxsize=512)
def _made(function: Any, kind: str, wrt: Wrt, options: Options) -> Derivative:
    """The same object for the same function: a derivative made anew in a loop is compiled once."""
    return Derivative(function, KINDS[kind], wrt, options)


def _operator(
    kind: str,
    function: Callable[..., Any] | None,
    argnums: Argnums,
    wrt: Names,
    default: int | None,
    optimize: bool,
    off: Iterable[str],
    **options: Any,
) -> Any:
    """What every public operator does: the derivative, or a decorator when no function is given."""
    if argnums is not None and wrt is not None:
        raise TypeError(f"{kind}: give argnums= or wrt=, not both")
    switched = OPTIMISATIONS if not optimize else frozenset([off] if isinstance(off, str) else off)
    if unknown := switched - OPTIMISATIONS:
        raise ValueError(
            f"{kind}: no optimisation {', '.join(sorted(unknown))}; there are "
            f"{', '.join(sorted(OPTIMISATIONS))}"
        )
    chosen = wrt if wrt is not None else default if argnums is None else argnums
    chosen = tuple(chosen) if isinstance(chosen, list) else chosen
    made = Options(switched, **options)
    require_installed(made.target)
    if function is None:
        return functools.partial(_decorated, kind, chosen, made)
    return _decorated(kind, chosen, made, function)


def _decorated(kind: str, wrt: Wrt, options: Options, function: Callable[..., Any]) -> Derivative:
    try:
        hash(function)
    except TypeError:
        return Derivative(function, KINDS[kind], wrt, options)
    return _made(function, kind, wrt, options)


def grad(
    function: Any = None,
    *,
    argnums: Argnums = None,
    wrt: Names = None,
    has_aux: bool = False,
    holomorphic: bool = False,
    optimize: bool = True,
    off: Iterable[str] = (),
    target: str = "",
) -> Derivative:
    """The gradient of a scalar function, in the structure of its argument; a tuple for several.

    With `has_aux` the function returns (value, aux), and the result is (gradient, aux). The gradient with respect to
    a complex z = x + iy is dL/dx + i dL/dy, so that `z -= rate * gradient` descends; with `holomorphic` the function
    returns a complex number, and the result is its derivative f'(z).

    >>> import adgen
    >>> adgen.grad(lambda x: x * x)(3.0)
    6.0
    """
    return _operator(
        "grad", function, argnums, wrt, 0, optimize, off, target=target, has_aux=has_aux,
        holomorphic=holomorphic,
    )


def value_and_grad(
    function: Any = None,
    *,
    argnums: Argnums = None,
    wrt: Names = None,
    has_aux: bool = False,
    holomorphic: bool = False,
    optimize: bool = True,
    off: Iterable[str] = (),
    target: str = "",
) -> Derivative:
    """(value, gradient); fits `scipy.optimize.minimize(..., jac=True)`.

    With `has_aux` the function returns (value, aux), and the result is ((value, aux), gradient).

    >>> import adgen
    >>> adgen.value_and_grad(lambda x: x * x)(3.0)
    (9.0, 6.0)
    """
    return _operator(
        "value_and_grad", function, argnums, wrt, 0, optimize, off, target=target, has_aux=has_aux,
        holomorphic=holomorphic,
    )


def jvp(
    function: Any = None,
    *,
    argnums: Argnums = None,
    wrt: Names = None,
    optimize: bool = True,
    off: Iterable[str] = (),
    target: str = "",
) -> Derivative:
    """(value, tangent): forward mode. The tangents follow the arguments, or are named: x_dot=.

    >>> import adgen
    >>> adgen.jvp(lambda x, y: x * y)(3.0, 4.0, 1.0, 0.0)
    (12.0, 4.0)
    """
    return _operator("jvp", function, argnums, wrt, None, optimize, off, target=target)


def vjp(
    function: Any = None,
    *,
    argnums: Argnums = None,
    wrt: Names = None,
    optimize: bool = True,
    off: Iterable[str] = (),
    target: str = "",
) -> Derivative:
    """(value, cotangents): reverse mode. The result's cotangent follows the arguments, or is
    y_bar=.

    >>> import adgen
    >>> adgen.vjp(lambda x, y: x * y)(3.0, 4.0, 1.0)
    (12.0, (4.0, 3.0))
    """
    return _operator("vjp", function, argnums, wrt, None, optimize, off, target=target)


def hvp(
    function: Any = None,
    *,
    argnums: Argnums = None,
    wrt: Names = None,
    optimize: bool = True,
    off: Iterable[str] = (),
    target: str = "",
) -> Derivative:
    """The Hessian of a scalar function times a vector, which follows the arguments.

    >>> import adgen
    >>> adgen.hvp(lambda x: x * x * x)(2.0, 1.0)
    12.0
    """
    return _operator("hvp", function, argnums, wrt, 0, optimize, off, target=target)


def jacobian(
    function: Any = None,
    *,
    argnums: Argnums = None,
    wrt: Names = None,
    mode: str = "auto",
    optimize: bool = True,
    off: Iterable[str] = (),
    target: str = "",
) -> Derivative:
    """The Jacobian, of the shape of the result followed by that of the argument.

    `mode` is 'forward' (a sweep an element of the argument), 'reverse' (a sweep an element of the
    result) or 'auto', the cheaper as far as the sizes tell.

    >>> import adgen, numpy as np
    >>> adgen.jacobian(lambda x: 2.0 * x)(np.ones(2)).tolist()
    [[2.0, 0.0], [0.0, 2.0]]
    """
    return _operator("jacobian", function, argnums, wrt, 0, optimize, off, target=target, mode=mode)


def hessian(
    function: Any = None,
    *,
    argnums: Argnums = None,
    wrt: Names = None,
    mode: str = "auto",
    optimize: bool = True,
    off: Iterable[str] = (),
    target: str = "",
) -> Derivative:
    """The Hessian of a scalar function: the Jacobian of its gradient, forward over reverse.

    >>> import adgen, numpy as np
    >>> adgen.hessian(lambda x: np.sum(x * x))(np.ones(2)).tolist()
    [[2.0, 0.0], [0.0, 2.0]]
    """
    return _operator("hessian", function, argnums, wrt, 0, optimize, off, target=target, mode=mode)


class Differentiable(Protocol):
    """A function with its derivatives, made when they are first called."""

    grad: Derivative
    value_and_grad: Derivative
    jvp: Derivative
    vjp: Derivative
    hvp: Derivative
    jacobian: Derivative
    hessian: Derivative

    def __call__(self, *args: Any, **named: Any) -> Any: ...


def differentiable(function: Callable[..., Any]) -> Differentiable:
    """The function itself, unchanged, with its derivatives as attributes.

    >>> import adgen
    >>> square = adgen.differentiable(lambda x: x * x)
    >>> square(3.0), square.grad(3.0)
    (9.0, 6.0)
    """
    made: Any = function
    if not inspect.isfunction(function):
        made = functools.wraps(function)(lambda *args, **named: function(*args, **named))
    for name, operator in OPERATORS.items():
        setattr(made, name, operator(function))
    return made


OPERATORS: dict[str, Operator] = {
    "grad": grad,
    "value_and_grad": value_and_grad,
    "jvp": jvp,
    "vjp": vjp,
    "hvp": hvp,
    "jacobian": jacobian,
    "hessian": hessian,
}

for _operator_made in OPERATORS.values():
    cast(Any, _operator_made).__adgen_operator__ = True  # the frontend calls it when compiling
