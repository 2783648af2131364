"""Calls: of the user's functions (inlined), of NumPy's and Python's (by the rules' lowerings), of
methods and classes.
"""

from __future__ import annotations

import functools
import inspect
import types
from collections import OrderedDict
from typing import Any, cast

import numpy as np

from adgen.errors import Refusal
from adgen.frontend import builtins as own
from adgen.frontend import numpy_objects
from adgen.frontend.aliasing import ALIAS, CONTIGUOUS, COPIES, ZERO_D
from adgen.frontend.attributes import thawed
from adgen.frontend.containers import dict_method, key_of, list_method
from adgen.frontend.control import choose
from adgen.frontend.custom import call_ruled, has_rule
from adgen.frontend.folding import OF_UFUNC, fold_call, fold_indices
from adgen.frontend.generators import without_generators
from adgen.frontend.inline import inline_derivative, make_derivative
from adgen.frontend.machine import Machine, calls
from adgen.frontend.memory import (
    check_same_kind,
    content,
    follow,
    fresh,
    is_mutable,
    linked,
    new_buffer,
    new_list,
    number,
    read,
    steps_between,
    store_into,
    view,
)
from adgen.frontend.objects import construct as construct_object
from adgen.frontend.objects import special
from adgen.frontend.outline import call_function
from adgen.frontend.random import call_global, is_generator, is_global
from adgen.frontend.random import call_method as draw
from adgen.frontend.resolve import lift
from adgen.frontend.values import (
    NONE,
    AVal,
    Bound,
    DictV,
    Either,
    Func,
    ListV,
    Method,
    Partial,
    Record,
    Ref,
    Run,
    Slice,
    Static,
    Tup,
    class_of_object,
)
from adgen.ir.builder import const
from adgen.ir.core import Atom, Const, Op, Value
from adgen.ir.types import ArrayT, dtype_of, is_number
from adgen.library import FROZEN, READ, Read, known, refuse
from adgen.rules.lowering import CALLS, INERT, METHODS, REFUSED, Lowering, is_inert, public_name
from adgen.rules.table import E
from adgen.rules.ufunc_methods import UFUNC_METHODS

Keywords = dict[str, AVal]
Given = dict[str, Any]
"""Arguments by the names of parameters: an abstract value; a tuple of those for `*args`, a dict for `**kwargs`."""
ARRAY_METHODS = numpy_objects.ARRAY_METHODS


calls(Func)(call_function)


@calls(Bound)
def call_bound(m: Machine, method: Bound, args: list[AVal], keywords: Keywords) -> AVal:
    return m.call(method.function, [method.first, *args], keywords)


@calls(Partial)
def call_partial(m: Machine, partial: Partial, args: list[AVal], keywords: Keywords) -> AVal:
    return m.call(partial.function, [*partial.args, *args], {**dict(partial.keywords), **keywords})


@calls(Either)
def call_either(m: Machine, either: Either, args: list[AVal], keywords: Keywords) -> AVal:
    return choose(
        m,
        either.condition,
        lambda: m.call(either.then, args, dict(keywords)),
        lambda: m.call(either.other, args, dict(keywords)),
    )


@calls(Record)
def call_record(m: Machine, record: Record, args: list[AVal], keywords: Keywords) -> AVal:
    method = special(record, "__call__")
    if method is None:
        raise Refusal(f"a {record.cls.__name__} cannot be called", "call one of its methods")
    return m.call(method, args, keywords)


@calls(Static)
def call_static(m: Machine, function: Static, args: list[AVal], keywords: Keywords) -> AVal:
    """Of a Python callable from outside."""
    obj = function.value
    if isinstance(obj, Read):
        return call_read(m, obj, args, keywords)
    if not isinstance(obj, (types.FunctionType, types.MethodType)) or _is_library(obj):
        args = without_generators(m, args)
    handler = own.HANDLERS.get(id(obj))
    if handler is not None:
        return handler(m, args, keywords)
    if has_rule(obj):
        return call_ruled(m, function, args, keywords)
    if id(obj) in CALLS:
        return call_lowering(m, obj, CALLS[id(obj)], args, keywords)
    if id(obj) in READ:
        return call_read(m, READ[id(obj)], args, keywords)
    if id(obj) in REFUSED:
        refused = REFUSED[id(obj)]
        raise Refusal(f"{refused.name} is not supported: {refused.reason}", refused.hint)
    if type(obj) in FROZEN:
        return m.call(thawed(m, obj), args, keywords)
    if is_global(obj):
        return call_global(m, obj.__name__, args, keywords)
    if hasattr(obj, "__adgen_operator__"):
        return make_derivative(obj, args, keywords)
    if hasattr(obj, "__adgen_ir__"):
        return inline_derivative(m, obj, args, keywords)
    match obj:
        case types.FunctionType() if not _is_library(obj):
            return call_function(m, function, args, keywords)
        case types.MethodType():
            return m.call(Static(obj.__func__), [lift(m, obj.__self__), *args], keywords)
        case functools.partial():
            first = [lift(m, a) for a in obj.args]
            return m.call(
                Static(obj.func),
                [*first, *args],
                {**{k: lift(m, v) for k, v in obj.keywords.items()}, **keywords},
            )
        case type():
            return construct(m, obj, args, keywords)
        case _:
            return _other(m, obj, args, keywords)


def _is_library(obj: types.FunctionType | types.MethodType) -> bool:
    """Whether a Python function belongs to a library whose source is not the user's."""
    module = (obj.__module__ or "").partition(".")[0]
    return module in ("numpy", "scipy", "math", "builtins", "functools", "itertools", "cupy", "cupyx")


def _other(m: Machine, obj: Any, args: list[AVal], keywords: Keywords) -> AVal:
    if isinstance(obj, np.poly1d):
        return m.call(Static(np.polyval), [lift(m, obj.coeffs), *args], keywords)
    if isinstance(obj, np.vectorize):
        return numpy_objects.call_vectorized(m, obj, args, keywords)
    wrapped = getattr(obj, "__wrapped__", None)
    if (
        wrapped is not None
        and not inspect.isfunction(obj)
        and callable(wrapped)
        and _is_transparent(obj)
    ):
        return m.call(Static(wrapped), args, keywords)
    method = getattr(class_of_object(obj), "__call__", None)
    if inspect.isfunction(method) and not _is_library(method):
        return call_function(m, Static(method), [Static(obj), *args], keywords)
    folded = fold_indices(m, obj, args, keywords)
    if folded is not None:
        return folded
    owner = getattr(obj, "__self__", None)
    if isinstance(owner, np.ufunc):
        return ufunc_method(m, owner, obj.__name__, args, keywords)
    raise Refusal(f"{public_name(obj)} is not supported", _hint(obj))


def _is_transparent(obj: Any) -> bool:
    """Wrappers that change nothing of the function: caches, and adgen's own."""
    return type(obj).__module__ in ("functools",) or type(obj).__module__.startswith("adgen")


def _hint(obj: Any) -> str:
    module = getattr(obj, "__module__", None) or type(obj).__module__
    if str(module).startswith("numpy.random") or "random" in str(module):
        return "make the generator in the function by np.random.default_rng, or pass it as an argument"
    return "write it with functions that are supported, or compute it outside and pass the result"


# Lowerings


def call_lowering(
    m: Machine, obj: Any, row: Lowering, args: list[AVal], keywords: Keywords
) -> AVal:
    """A call by the rules' lowering."""
    folded = fold_call(m, obj, args, keywords)
    if folded is not None:
        return folded
    out = None if "out" in row.signature.parameters else keywords.pop("out", None)
    given = bind(row, args, keywords)
    where = given.pop("where", None) if row.is_ufunc else None
    out = given.pop("out", out)
    if where is not None and where != const(True):
        return masked_call(m, row, obj, given, where, out)
    return stored(m, row, out, run_lowering(m, row, given), given)


def stored(m: Machine, row: Lowering, out: AVal | None, made: AVal, given: Given) -> AVal:
    """What a call gives: its result, stored into the arrays of out= if there are any."""
    if out is None or out == Static(None):
        return made
    parameters = row.signature.parameters
    casting = key_of(given["casting"]) if "casting" in given else "same_kind"
    if "dtype" in parameters and "casting" not in parameters:
        check_accumulator(m, row, out, made)
    if isinstance(out, Tup) and isinstance(made, Tup) and len(out.items) == len(made.items):
        pairs = zip(out.items, made.items, strict=True)
        return Tup(tuple(r if o == Static(None) else into_out(m, o, r, casting) for o, r in pairs))
    return into_out(m, out, made, casting)


def check_accumulator(m: Machine, row: Lowering, out: AVal, made: AVal) -> None:
    """Where `dtype` is left out, NumPy adds up in the dtype of out=: it must be that of the result."""
    target, atom = number(m, out.items[0] if isinstance(out, Tup) and out.items else out), number(m, made)
    if target is not None and atom is not None and dtype_of(target.type) != dtype_of(atom.type):
        raise Refusal(
            f"out= of dtype {dtype_of(target.type)} for a result of dtype {dtype_of(atom.type)} in {row.name} "
            "is not supported",
            f"give dtype=np.{dtype_of(target.type)} too, or an array of the result's dtype",
        )


def ufunc_method(m: Machine, ufunc: np.ufunc, name: str, args: list[AVal], keywords: Keywords) -> AVal:
    """A method of a ufunc: `np.add.reduce`, `np.subtract.outer`, ..."""
    if name in OF_UFUNC:
        return OF_UFUNC[name](m, ufunc, args, keywords)
    row = UFUNC_METHODS.get((ufunc.__name__, name))
    if row is None:
        known = ", ".join(f"np.{u}.{n}" for u, n in UFUNC_METHODS if n == name)
        raise Refusal(f"np.{ufunc.__name__}.{name} is not supported", f"supported are {known}; or write a loop")
    given = bind(row, args, keywords)
    out = given.pop("out", None)
    return stored(m, row, out, run_lowering(m, row, given), given)


PARTIAL = {
    np.log: 1.0, np.log2: 1.0, np.log10: 1.0, np.log1p: 1.0, np.sqrt: 1.0, np.divide: 1.0, np.reciprocal: 1.0,
    np.power: 1.0, np.float_power: 1.0, np.floor_divide: 1.0, np.remainder: 1.0, np.fmod: 1.0, np.arccosh: 2.0,
    np.arcsin: 0.5, np.arccos: 0.5, np.arctanh: 0.5, np.exp: 0.0, np.exp2: 0.0, np.expm1: 0.0, np.tan: 0.0,
}
"""Ufuncs that are not defined or overflow somewhere, with an operand for which they are and do not."""


def masked_call(m: Machine, row: Lowering, ufunc: Any, given: Given, where: AVal, out: AVal | None) -> AVal:
    """A ufunc where a mask is true: elsewhere `out` keeps what it holds."""
    target = out.items[0] if isinstance(out, Tup) and len(out.items) == 1 else out
    if not isinstance(target, Ref):
        raise Refusal(
            f"np.{ufunc.__name__} with where= and without out= leaves elements that are not initialised",
            f"give an array: out=np.zeros_like(x); or write np.where(mask, np.{ufunc.__name__}(...), 0.0)",
        )
    mask = Static(np.where)
    if ufunc in PARTIAL:
        operands = list(row.signature.parameters)[: ufunc.nin]
        safe = {k: m.call(mask, [where, given[k], const(PARTIAL[ufunc])]) for k in operands
                if not isinstance(given[k], Const)}
        given = {**given, **safe}
    made = run_lowering(m, row, given)
    casting = key_of(given["casting"]) if "casting" in given else "same_kind"
    return into_out(m, target, m.call(mask, [where, made, target]), casting)


def into_out(m: Machine, out: AVal, made: AVal, casting: str = "same_kind") -> AVal:
    """Store a result into the array given as out=."""
    target = out.items[0] if isinstance(out, Tup) and len(out.items) == 1 else out
    atom = number(m, made)
    if not isinstance(target, Ref) or atom is None:
        raise Refusal(f"out= of {m.describe(out)} is not supported", "give an array that the function may write to")
    kept = dtype_of(cast(Atom, number(m, target)).type)
    if casting != "same_kind":
        if not np.can_cast(dtype_of(atom.type), kept, cast(Any, casting)):
            raise Refusal(f"a cast from {dtype_of(atom.type)} to {kept} is not {casting}", "give another out=")
        atom = atom if dtype_of(atom.type) == kept else m.builder.emit("convert", atom, dtype=kept)
    check_same_kind(atom.type, cast(Atom, number(m, target)).type)
    store_into(m, target, atom)
    return target


def call_read(m: Machine, row: Read, args: list[AVal], keywords: Keywords) -> AVal:
    """A call of a composite, run as a call of the function that is read in its place.

    As with a lowering, `out` and what makes no difference are in its signature, and do not come to the function.
    """
    if row.signature is not None:
        return m.call(Static(row.function), bound_to(m, row, row.signature, args, keywords), {})
    supported = inspect.signature(row.function).parameters
    out = keywords.pop("out", None)
    extra = [k for k in keywords if k not in supported]
    if extra and not any(p.kind is p.VAR_KEYWORD for p in supported.values()):
        raise Refusal(
            f"the argument {extra[0]}= of {row.name} is not supported", f"supported are: {', '.join(supported)}"
        )
    for place, name in enumerate(supported):
        if name == "out" and place < len(args):
            out, args = args[place], [*args[:place], NONE, *args[place + 1 :]]
        elif name in INERT and (name in keywords or place < len(args)):
            is_inert(row.name, name, to_rule(m, keywords.get(name) or args[place]))
    made = m.call(Static(row.function), args, keywords)
    return made if out is None or out == NONE else into_out(m, out, made)


def bound_to(
    m: Machine, row: Read, signature: inspect.Signature, args: list[AVal], keywords: Keywords
) -> list[AVal]:
    """Arguments in the order of the parameters, with the defaults."""
    try:
        given = signature.bind(*args, **keywords).arguments
    except TypeError as error:
        raise Refusal(f"{row.name}: {error}", f"supported are: {', '.join(signature.parameters)}") from None
    return [given[p.name] if p.name in given else lift(m, p.default) for p in signature.parameters.values()]


@own.intrinsic(known)
def call_known(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    return const(isinstance(args[0], Const) and not args[0].name)


@own.intrinsic(refuse)
def call_refuse(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    message, hint = map(key_of, args)
    raise Refusal(message, hint)


def run_lowering(m: Machine, row: Lowering, given: Given) -> AVal:
    """The ops of a call, from the arguments that were given."""
    bound = inspect.BoundArguments(row.signature, OrderedDict())
    for name, value in given.items():
        kind = row.signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_POSITIONAL:
            bound.arguments[name] = tuple(to_rule(m, v) for v in value)
        elif kind is inspect.Parameter.VAR_KEYWORD:
            bound.arguments[name] = {k: to_rule(m, v) for k, v in value.items()}
        else:
            bound.arguments[name] = to_rule(m, value)
    bound.apply_defaults()
    start = len(m.builder.ops)
    result = row.run(m.g, bound)
    return from_rule(m, result, row.name, [a for value in given.values() for a in arrays_in(value)], start)


def arrays_in(value: Any) -> list[Ref]:
    """The arrays among what was given for a parameter."""
    several = cast("tuple[AVal, ...]", value) if isinstance(value, tuple) else (cast(AVal, value),)
    return [a for a in several if isinstance(a, Ref)]


def bind(row: Lowering, args: list[AVal], keywords: Keywords) -> Given:
    """The arguments that are given, by the names of the supported signature."""
    try:
        return dict(row.signature.bind(*args, **keywords).arguments)
    except TypeError as error:
        known = row.signature.parameters
        extra = [k for k in keywords if k not in known]
        if extra:
            raise Refusal(
                f"the argument {extra[0]}= of {row.name} is not supported",
                f"supported are: {', '.join(known)}",
            ) from None
        raise Refusal(
            f"{row.name}: {error}; supported are: {', '.join(known)}",
            "give the arguments that are supported",
        ) from None


def to_rule(m: Machine, value: AVal) -> Any:
    """An argument as a lowering takes it."""
    match value:
        case Value() | Const() | Ref():
            return E(m.g, cast(Atom, number(m, value)))
        case Tup(items, _):
            return tuple(to_rule(m, item) for item in items)
        case ListV(cell):
            held = content(m, cell)
            return (
                E(m.g, held.atom) if isinstance(held, Run) else [to_rule(m, item) for item in held]
            )
        case Static(obj):
            return obj
        case Slice(start, stop, step):
            return slice(*(to_rule(m, v) for v in (start, stop, step)))
        case _:
            return _iterable_to_rule(m, value)


def _iterable_to_rule(m: Machine, value: AVal) -> Any:
    from adgen.frontend.iterables import known_items

    if isinstance(value, (Func, Record, DictV)):
        raise Refusal(
            f"{m.describe(value)} as an argument of this function is not supported",
            "pass a number, an array, or a list of them",
        )
    items = known_items(m, value)
    if items is None:
        raise Refusal(
            f"{m.describe(value)} of run-time length as an argument here is not supported", "pass a list or an array"
        )
    return [to_rule(m, item) for item in items]


def from_rule(m: Machine, result: Any, name: str, refs: list[Ref], start: int) -> AVal:
    """A lowering's result as an abstract value."""
    match result:
        case E():
            return _from_expression(m, result.atom, name, refs, start)
        case tuple():
            items = [from_rule(m, r, name, refs, start) for r in cast("tuple[Any, ...]", result)]
            cls = class_of_object(result)
            return Tup(tuple(items), cls if hasattr(cls, "_fields") else None)
        case list():
            items = [from_rule(m, r, name, refs, start) for r in cast("list[Any]", result)]
            return new_list(m, tuple(items))
        case _:
            return lift(m, result)


def _from_expression(m: Machine, atom: Atom, name: str, refs: list[Ref], start: int) -> AVal:
    if name in ZERO_D and isinstance(atom.type, ArrayT) and not atom.type.dims:
        return _zero_d(m, atom, name, refs, start)
    if not (is_number(atom.type) and is_mutable(atom.type)) or name in COPIES:
        return fresh(m, atom, contiguous=name in CONTIGUOUS)
    ops: list[Op] = m.builder.ops[start:]
    for ref in refs:
        seen = view(m, ref, atom, ops)
        if seen is None:
            continue
        if name in ALIAS:
            return seen
        return linked(m, ref, atom)
    return fresh(m, atom, contiguous=name in CONTIGUOUS)


def _zero_d(m: Machine, atom: Atom, name: str, refs: list[Ref], start: int) -> AVal:
    """An array that may have rank 0: a view, or a buffer."""
    ops: list[Op] = m.builder.ops[start:]
    for ref in refs if name in ALIAS else ():
        steps = steps_between(read(m, ref), atom, ops)
        if steps is not None:
            return follow(m, ref, steps, atom)
    made = new_buffer(m, atom)
    made.cell.array = True
    return made


# Methods


@calls(Method)
def call_method(m: Machine, method: Method, args: list[AVal], keywords: Keywords) -> AVal:
    owner, name = method.owner, method.name
    if is_generator(owner):
        return draw(m, cast(Value, owner), name, args, keywords)
    match owner:
        case Ref() | Value() | Const():
            return array_method(m, owner, name, args, keywords)
        case ListV():
            return list_method(m, owner, name, args)
        case DictV():
            return dict_method(m, owner, name, args)
        case Tup():
            return own.tuple_method(m, owner, name, args, keywords)
        case Static(obj):
            return own.string_method(m, obj, name, args, keywords)
        case _:
            raise Refusal(
                f"the method .{name}() of {m.describe(owner)} is not supported",
                "use a function of NumPy or Python",
            )


def array_method(m: Machine, owner: AVal, name: str, args: list[AVal], keywords: Keywords) -> AVal:
    handler = ARRAY_METHODS.get(name)
    if handler is not None:
        return handler(m, owner, args, keywords)
    row = METHODS.get(name)
    if row is None:
        raise Refusal(f"the array method .{name}() is not supported", "write it with NumPy's functions")
    if name in ("reshape", "transpose") and len(args) == 1 and args[0] == Static(None):
        args = []
    given = bind(row, [owner, *args], keywords)
    out = given.pop("out", None)
    return stored(m, row, out, run_lowering(m, row, given), given)


# Classes


def construct(m: Machine, cls: Any, args: list[AVal], keywords: Keywords) -> AVal:
    """An instance of a class."""
    if issubclass(cls, BaseException):
        return Static(cls)
    if hasattr(cls, "_fields"):
        bound = inspect.signature(cls).bind(*args, **keywords)
        bound.apply_defaults()
        values = [v if isinstance(v, _AVALS) else lift(m, v) for v in bound.arguments.values()]
        return Tup(tuple(values), cls)
    if issubclass(cls, np.generic) or cls is np.dtype:
        return _scalar_type(m, cls, args)
    return construct_object(m, cls, args, keywords)


_AVALS = (Value, Const, Ref, Tup, ListV, DictV, Record, Func, Bound, Partial, Method, Static, Slice)


def _scalar_type(m: Machine, cls: Any, args: list[AVal]) -> AVal:
    """np.float64(x) and its kind."""
    if cls is np.dtype or len(args) != 1:
        return Static(np.dtype(key_of(args[0])))
    atom = number(m, args[0])
    if atom is None or not is_number(atom.type):
        raise Refusal(f"np.{cls.__name__} of {m.describe(args[0])} is not supported", "give it a number or an array")
    return fresh(m, m.builder.emit("convert", atom, dtype=str(np.dtype(cls))))
