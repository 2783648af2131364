"""How a Python callable that the user's code calls becomes ops.

    @lowers(np.sum, "a, axis=None, keepdims=False", method="sum")
    def lower_sum(g: Ops, a: Any, axis: Any, keepdims: Any) -> Result:
        x = g_array(g, a)
        return g("sum", x, axis=axes_of(x, axis), keepdims=static(keepdims, "keepdims"))

The signature lists the parameters that are supported, named and ordered as in NumPy; an argument outside it is
refused by name. Three kinds of parameters stand in signatures and do not come to a lowering that does not name them:
`out` (the caller stores the result there), those of `INERT`, which make no difference, and those that every ufunc has
(`UFUNC_KEYWORDS`): its operands are cast to the dtypes of the loop that they choose. What a lowering receives, an
argument at a time:

    E                      a number (Python or NumPy), a runtime list or shape, any other run-time value; known
                           numbers are E whose atom is a Const
    tuple, list            of such things, nested
    any other object       known when compiling: str, None, dtype, type, slice-free Python objects

and what it returns (`Result`): an E, or a tuple or list of results, or a Python constant (int, float, str, dtype,
None).
`METHODS` maps names of ndarray methods to the same lowerings, the array first. `REFUSED` names the callables that are
refused for a reason of their own.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np

from adgen.errors import NeedsStatic, Refusal
from adgen.ir.builder import const
from adgen.ir.core import Const, DeviceArray, Value
from adgen.ir.types import PYTHON_KINDS, ArrayT, ListT, ScalarT, is_number
from adgen.rules.table import E, Ops

Result = Any
Lower = Callable[..., Result]
F = TypeVar("F", bound=Lower)


@dataclass(frozen=True, slots=True)
class Lowering:
    """A callable's supported signature, and the function that turns a call into ops."""

    name: str
    """As in messages: 'np.sum'."""
    signature: inspect.Signature
    lower: Lower
    is_ufunc: bool = False
    """Whether its keywords are those of ufuncs."""

    def run(self, g: Ops, bound: inspect.BoundArguments) -> Result:
        """The ops of a call: the lowering of the arguments, defaults included, that it is handed."""
        apart = {"out", "where"} if self.is_ufunc else {"out"}
        named = self.lower.__code__.co_varnames[: self.lower.__code__.co_argcount]
        handed: list[Any] = []
        for parameter in self.signature.parameters:
            value = bound.arguments[parameter]
            if parameter in named or (parameter not in apart and not is_inert(self.name, parameter, value)):
                handed.append(value)
        return self.lower(g, *handed)


CALLS: dict[int, Lowering] = {}
"""By the id of the Python callable (ufuncs and builtins are unique objects that live for ever)."""
CALLABLES: list[tuple[Any, Lowering]] = []
"""The callables in `CALLS`, kept alive and listed for the documentation."""
METHODS: dict[str, Lowering] = {}
"""ndarray methods by name; the array is the first parameter."""


@dataclass(frozen=True, slots=True)
class Refused:
    """A callable that is refused, and why; `hint` says what to write instead."""

    name: str
    function: Any
    reason: str
    hint: str


REFUSED: dict[int, Refused] = {}
"""By the id of the Python callable."""

INERT: dict[str, tuple[tuple[Any, ...], str]] = {
    "device": ((None, "cpu"), "leave it out: arrays are NumPy's"),
    "like": ((None,), "leave it out: arrays are NumPy's"),
    "subok": ((True, False), "give True or False"),
    "overwrite_input": ((False, None), "leave it out: the argument is not modified"),
}
"""Parameters that make no difference, the values that they may have, and a hint for others."""


def is_inert(name: str, parameter: str, value: Any) -> bool:
    """Whether a parameter of a callable makes no difference; refused where it would."""
    if parameter not in INERT:
        return False
    accepted, hint = INERT[parameter]
    chosen = static(value, parameter)
    if not any(chosen is a for a in accepted) and chosen not in accepted:
        raise Refusal(f"{parameter}={chosen!r} of {name} is not supported", hint)
    return True


UFUNC_KEYWORDS = "out=None, *, where=True, casting='same_kind', order='K', dtype=None, subok=True, signature=None"


def refuses(function: Any, name: str, reason: str, hint: str) -> None:
    """Enter a callable as refused. A call says: `name is not supported: reason`, and the hint."""
    if id(function) in CALLS or id(function) in REFUSED:
        raise ValueError(f"{name} is entered twice")
    REFUSED[id(function)] = Refused(name, function, reason, hint)


def lowers(function: Any, signature: str, *, method: str = "", name: str = "") -> Callable[[F], F]:
    """Register a lowering for a Python callable (or a list of them), and for an ndarray method."""
    functions = cast("list[Any]", function) if isinstance(function, list) else [function]

    def register(lower: F) -> F:
        for item in functions:
            row = Lowering(name or public_name(item), parse_signature(signature), lower)
            if isinstance(item, np.ufunc) and item.signature is None:
                operands = ", ".join(["x"] if item.nin == 1 else [f"x{k + 1}" for k in range(item.nin)])
                full = parse_signature(f"{operands}, /, {UFUNC_KEYWORDS}")
                row = Lowering(row.name, full, in_loop_of(item, lower), is_ufunc=True)
            if id(item) in CALLS:
                raise ValueError(f"{row.name} is entered twice")
            CALLS[id(item)] = row
            CALLABLES.append((item, row))
        if method:
            METHODS[method] = Lowering(f"ndarray.{method}", parse_signature(signature), lower)
        return lower

    return register


def method_lowers(method: str, signature: str) -> Callable[[F], F]:
    """Register a lowering for an ndarray method alone."""

    def register(lower: F) -> F:
        METHODS[method] = Lowering(f"ndarray.{method}", parse_signature(signature), lower)
        return lower

    return register


def in_loop_of(ufunc: np.ufunc, lower: Lower) -> Lower:
    """The lowering of a ufunc, with operands in the dtypes of the loop that its keywords choose."""

    def cast_first(g: Ops, *given: Any) -> Result:
        operands, (casting, order, dtype, signature) = given[: ufunc.nin], given[ufunc.nin :]
        if static(order, "order") == "F":
            raise Refusal(f"order='F' of {public_name(ufunc)} is not supported", "transpose before and after")
        chosen = loop_chosen(ufunc, dtype, signature)
        if chosen is None:
            return lower(g, *operands)
        xs = [as_array(g, x) for x in operands]
        return lower(g, *cast_operands(g, ufunc, xs, chosen, static(casting, "casting")))

    return cast_first


def loop_chosen(ufunc: np.ufunc, dtype: Any, signature: Any) -> tuple[str | None, ...] | None:
    """The dtypes of operands and results that `dtype=` or `signature=` ask for."""
    known = static(signature, "signature")
    if known is None:
        name = None if static(dtype, "dtype") is None else dtype_name(dtype)
        return None if name is None else (None,) * ufunc.nin + (name,) * ufunc.nout
    names: Any = known.replace("->", "") if isinstance(known, str) else known
    if not isinstance(names, (str, tuple)) or len(cast(str, names)) != ufunc.nin + ufunc.nout:
        raise Refusal(
            f"signature={known!r} does not fit {public_name(ufunc)}", "give a dtype for each operand and result"
        )
    return tuple([None if n is None else dtype_name(n) for n in cast("tuple[Any, ...]", names)])


def cast_operands(g: Ops, ufunc: np.ufunc, xs: list[E], chosen: tuple[str | None, ...], casting: str) -> list[E]:
    """The operands in the dtypes of the loop."""
    given = tuple(PYTHON_KINDS.get(x.type.kind, np.dtype(bool)) if isinstance(x.type, ScalarT) else np.dtype(x.dtype)
                  for x in xs)
    wanted = tuple(None if n is None else np.dtype(n) for n in chosen)
    try:
        resolve: Any = ufunc.resolve_dtypes
        loop = resolve(given + (None,) * ufunc.nout, signature=wanted, casting=casting)
    except (TypeError, ValueError) as error:
        raise Refusal(f"{public_name(ufunc)} has no such loop: {error}", "cast the operands first") from None
    return [x if x.dtype == str(d) and is_array(x) else g("convert", x, dtype=str(d))
            for x, d in zip(xs, loop, strict=False)]


def public_name(function: Any) -> str:
    """`np.sum`, `np.linalg.inv`, `math.exp`, `len`: the name that users write."""
    name = getattr(function, "__name__", repr(function))
    module = getattr(function, "__module__", None) or "numpy"
    if isinstance(function, np.ufunc):
        module = "numpy" if getattr(np, name, None) is function else "scipy.special"
    if module.startswith("scipy."):
        module = ".".join(part for part in module.split(".") if not part.startswith("_"))
    for private, public in (("numpy", "np"), ("scipy.special", "scipy.special"), ("builtins", "")):
        if module == private or module.startswith(private + "._"):
            return f"{public}.{name}".lstrip(".")
    return f"{module.replace('numpy', 'np', 1)}.{name}"


def parse_signature(text: str) -> inspect.Signature:
    """A signature from its parameter list, as in a `def`."""
    scope: dict[str, Any] = {}
    exec(f"def f({text}): pass", {"np": np}, scope)
    return inspect.signature(scope["f"])


def static(value: Any, what: str) -> Any:
    """The Python value of something that must be known when compiling."""
    match value:
        case E():
            if isinstance(value.atom, Const):
                if isinstance(value.atom.value, DeviceArray):
                    raise Refusal(f"{what} lies on the device, and must be known when compiling", "give it on the host")
                return value.atom.value
            raise NeedsStatic(
                value.atom,
                f"{what} must be known when compiling",
                f"pass {what} as a constant, or as an argument that is an int",
            )
        case tuple():
            return tuple(static(v, what) for v in cast("tuple[Any, ...]", value))
        case list():
            return [static(v, what) for v in cast("list[Any]", value)]
        case _:
            return value


def as_array(g: Ops, value: Any) -> E:
    """A number as it is; nested tuples and lists as the array that NumPy would make of them."""
    match value:
        case E() if is_number(value.type):
            return value
        case E() if isinstance(value.type, ListT):
            return g("stack_list", value, axis=0)
        case tuple() | list():
            items = [as_array(g, v) for v in cast("list[Any]", value)]
            return g("array", *items) if items else g("zeros", const(0), dtype="float64")
        case _:
            raise Refusal(f"expected an array or a number, got {describe(value)}", "give an array or a number")


def describe(value: Any) -> str:
    """A value for messages."""
    return f"a value of type {value.type}" if isinstance(value, E) else repr(value)


def axes_of(x: E, axis: Any) -> tuple[int, ...] | None:
    """An `axis` argument as a tuple of non-negative ints in order; None for all axes.

    With an unknown rank, axes stay as given.
    """
    chosen: Any = static(axis, "axis")
    if chosen is None:
        return None
    several = isinstance(chosen, (tuple, list))
    axes: tuple[Any, ...] = tuple(cast("list[Any]", chosen)) if several else (chosen,)
    return axes if x.dims is None else tuple(sorted(axis_of(x, a) for a in axes))


def axis_of(x: E, axis: Any) -> int:
    """One axis as a non-negative int."""
    chosen = static(axis, "axis")
    if not isinstance(chosen, int):
        raise Refusal(f"axis must be an int, got {chosen!r}", "give an int")
    if not -x.rank <= chosen < x.rank:
        raise Refusal(
            f"axis {chosen} is out of bounds for an array of rank {x.rank}",
            "count from 0 to one less than there are, or from the end by -1",
        )
    return chosen % x.rank


def is_python_number(x: E) -> bool:
    return isinstance(x.type, ScalarT)


def is_array(x: E) -> bool:
    return isinstance(x.type, ArrayT)


def is_variable(x: E) -> bool:
    return isinstance(x.atom, Value)


def dtype_name(value: Any) -> str:
    """The name of a dtype argument: 'float32', np.float32, float, np.dtype('f4')."""
    try:
        return str(np.dtype(static(value, "dtype")))
    except TypeError:
        raise Refusal(f"{value!r} is not a dtype", "give one of NumPy's, as np.float64") from None
