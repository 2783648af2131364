"""Callables whose meaning is about Python objects rather than numbers: len, range, zip, isinstance,
print ...

`HANDLERS` goes by the id of the callable, `ARRAY_METHODS` by name. `fold_call` runs calls on
constants by Python itself.
"""

from __future__ import annotations

import collections
import functools
import types
from collections.abc import Callable
from typing import Any, TypeVar, cast

import numpy as np

from adgen.errors import Refusal
from adgen.frontend.containers import key_of, new_dict, to_elements
from adgen.frontend.iterables import known_items, length
from adgen.frontend.machine import Machine
from adgen.frontend.memory import content, new_list, number, read
from adgen.frontend.resolve import lift
from adgen.frontend.values import (
    NONE,
    AVal,
    Bound,
    DictV,
    Func,
    ListV,
    Method,
    Partial,
    RangeV,
    Record,
    Ref,
    Reversed,
    Run,
    Slice,
    Static,
    Tup,
    Zip,
    class_of_object,
    known_int,
)
from adgen.ir.builder import const
from adgen.ir.core import Atom, Const, Value
from adgen.ir.types import (
    PYTHON_KINDS,
    ArrayT,
    ObjectT,
    ScalarT,
    ShapeT,
    dtype_of,
    is_scalar,
)
from adgen.library import python as library

Keywords = dict[str, AVal]
Handler = Callable[[Machine, "list[AVal]", Keywords], AVal]
HANDLERS: dict[int, Handler] = {}
HANDLED: list[Any] = []
"""The callables, in the order that they were entered."""
H = TypeVar("H", bound=Callable[..., Any])


def handles(*functions: Any) -> Callable[[H], H]:
    def enter(handler: H) -> H:
        HANDLERS.update((id(f), handler) for f in functions)
        HANDLED.extend(functions)
        return handler

    return enter


def intrinsic(function: Any) -> Callable[[H], H]:
    """Enter what a function of `adgen.library` means that only the compiler can do; users do not see it."""

    def enter(handler: H) -> H:
        HANDLERS[id(function)] = handler
        return handler

    return enter


def takes(args: list[AVal], keywords: Keywords, name: str, least: int, most: int) -> None:
    if keywords:
        raise Refusal(f"the argument {next(iter(keywords))}= of {name}() is not supported", "leave it out")
    if not least <= len(args) <= most:
        raise Refusal(f"{name}() takes {least} to {most} arguments, got {len(args)}", "call it as Python documents it")


# Sizes and ranges


@handles(len)
def call_len(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    from adgen.frontend.objects import special

    takes(args, keywords, "len", 1, 1)
    (value,) = args
    if isinstance(value, Static) and isinstance(value.value, (str, bytes, frozenset, set)):
        return const(len(key_of(value)))
    if isinstance(value, Value) and isinstance(value.type, ShapeT):
        raise Refusal(
            "len() of the shape of an array of unknown rank is not supported",
            "give the array's type",
        )
    if (method := special(value, "__len__")) is not None:
        return m.call(method, [])
    if isinstance(value, Ref):
        from adgen.frontend.attributes import dim_of

        return dim_of(m, read(m, value), 0)
    return length(m, value)


@handles(range)
def call_range(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    takes(args, keywords, "range", 1, 3)
    bounds = [_int(m, a) for a in args]
    if len(bounds) == 1:
        return RangeV(const(0), bounds[0], const(1))
    step = bounds[2] if len(bounds) == 3 else const(1)
    return RangeV(bounds[0], bounds[1], step)


def _int(m: Machine, value: AVal) -> Atom:
    atom = number(m, value)
    known = known_int(atom)
    if known is not None:
        return const(known)
    if (
        isinstance(atom, Value)
        and is_scalar(atom.type)
        and np.dtype(dtype_of(atom.type)).kind in "iu"
    ):
        return atom
    raise Refusal(f"range() takes ints, got {m.describe(value)}", "write int(n)")


@handles(enumerate)
def call_enumerate(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    start = keywords.pop("start", args[1] if len(args) > 1 else const(0))
    takes(args, keywords, "enumerate", 1, 2)
    first = _int(m, start)
    stop = m.g("add", first, length(m, args[0])).atom
    if isinstance(first, Const):
        count = length(m, args[0])
        stop = const(first.value + count.value) if isinstance(count, Const) else stop
        stop = count if first.value == 0 else stop
    return Zip((RangeV(first, stop, const(1)), args[0]), aligned=True)


@handles(reversed)
def call_reversed(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    takes(args, keywords, "reversed", 1, 1)
    (value,) = args
    items = known_items(m, value)
    return (
        Reversed(value) if items is None or isinstance(value, RangeV) else Tup(tuple(items[::-1]))
    )


def _known(m: Machine, value: AVal, name: str) -> list[AVal]:
    items = known_items(m, value)
    if items is None:
        raise Refusal(f"{name}() of something of run-time length is not supported", "write a loop")
    return items


@handles(functools.partial)
def call_partial(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    return Partial(args[0], tuple(args[1:]), tuple(keywords.items()))


# Containers


@handles(list)
def call_list(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    takes(args, keywords, "list", 0, 1)
    if not args:
        return new_list(m, ())
    if isinstance(args[0], ListV) and isinstance(held := content(m, args[0].cell), Run):
        return new_list(m, held)
    return new_list(m, tuple(to_elements(m, args[0], None)))


@handles(tuple)
def call_tuple(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    takes(args, keywords, "tuple", 0, 1)
    return Tup(tuple(to_elements(m, args[0], None))) if args else Tup(())


@handles(collections.deque)
def call_deque(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    """A deque is a list here, with methods of its own."""
    if keywords or len(args) > 1:
        raise Refusal("a deque of limited length is not supported", "call popleft() where it is too long")
    return call_list(m, args, keywords)


@handles(collections.defaultdict)
def call_defaultdict(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    made = call_dict(m, args[1:], keywords)
    cast(DictV, made).cell.factory = args[0] if args and args[0] != NONE else None
    return made


@handles(functools.wraps)
def call_wraps(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    """It changes names and documentation only."""
    return Static(library.unchanged)


@handles(dict)
def call_dict(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    items: dict[Any, AVal] = {}
    if args and isinstance(args[0], DictV):
        items.update(content(m, args[0].cell))
    elif args:
        for pair in _known(m, args[0], "dict"):
            key, value = to_elements(m, pair, 2)
            items[key_of(key)] = value
    return new_dict(m, {**items, **keywords})


@handles(set, frozenset)
def call_set(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    return Static(frozenset(key_of(v) for v in (_known(m, args[0], "set") if args else [])))


@handles(sorted)
def call_sorted(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    reverse, key = keywords.pop("reverse", const(False)), keywords.pop("key", NONE)
    takes(args, keywords, "sorted", 1, 1)
    items = _known(m, args[0], "sorted")
    keys = items if key == NONE else [m.call(key, [item]) for item in items]
    if not all(isinstance(k, (Const, Static, Tup)) for k in keys) or not isinstance(reverse, Const):
        raise Refusal("sorted() of run-time values is not supported", "use np.sort, or np.argsort and an index")
    order = sorted(range(len(items)), key=lambda i: key_of(keys[i]), reverse=bool(reverse.value))
    return new_list(m, tuple(items[i] for i in order))


@handles(slice)
def call_slice(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    takes(args, keywords, "slice", 1, 3)
    padded = [NONE, args[0], NONE] if len(args) == 1 else [*args, NONE][:3]
    return Slice(*padded)


@handles(print)
def call_print(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    atoms = [_printable(m, a) for a in args]
    attrs = {k: key_of(v) for k, v in keywords.items() if k in ("sep", "end", "flush")}
    if len(attrs) < len(keywords):
        raise Refusal("print() to a file is not supported", "print to the standard output")
    m.builder.emit_many("print", tuple(atoms), attrs)
    return NONE


def _printable(m: Machine, value: AVal) -> Atom:
    atom = number(m, value)
    if atom is not None:
        return atom
    if isinstance(value, Static):
        return const(str(value.value))
    if isinstance(value, ListV) and isinstance(held := content(m, value.cell), Run):
        return held.atom
    raise Refusal(f"printing {m.describe(value)} is not supported", "print its items")


# Types


def class_of(m: Machine, value: AVal) -> type:
    """The Python class that a value has at run time."""
    match value:
        case Ref() | Value() | Const():
            return _number_class(m, value)
        case Tup(_, cls):
            return cls or tuple
        case ListV():
            return list
        case DictV():
            return dict
        case Record(_, cls):
            return cls
        case Static(obj):
            return class_of_object(obj)
        case Func():
            return types.FunctionType
        case Bound() | Method():
            return types.MethodType
        case RangeV():
            return range
        case Slice():
            return slice
        case _:
            return object


def _number_class(m: Machine, value: AVal) -> type:
    atom = cast(Atom, number(m, value))
    match atom.type:
        case ArrayT(dtype, ()) if isinstance(value, Ref):
            return np.ndarray
        case ArrayT(dtype, dims) if dims is None or (not dims and atom in m.parameters):
            raise Refusal(
                "whether this is an array or a number is known at run time only",
                "give the argument's type",
            )
        case ScalarT(kind):
            return PYTHON_KINDS[kind]
        case ArrayT(dtype, ()):
            return np.dtype(dtype).type
        case ArrayT():
            return np.ndarray
        case ShapeT():
            return tuple
        case ObjectT("str"):
            return str
        case _:
            return object


@handles(isinstance)
def call_isinstance(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    takes(args, keywords, "isinstance", 2, 2)
    classes = _classes(m, args[1])
    return const(same_answer(m, args[0], lambda cls: issubclass(cls, classes)))


def same_answer(m: Machine, value: AVal, question: Callable[[type], bool]) -> bool:
    """What holds of a value's class; of both where it may be an array or a NumPy scalar."""
    atom = number(m, value)
    if atom is not None and isinstance(atom.type, ArrayT):
        kinds = (np.ndarray, np.dtype(atom.type.dtype).type)
        answers = {question(kind) for kind in kinds}
        if len(answers) == 1:
            return answers.pop()
    return question(class_of(m, value))


def _classes(m: Machine, value: AVal) -> Any:
    if isinstance(value, Tup):
        return tuple(_classes(m, v) for v in value.items)
    if not isinstance(value, Static):
        raise Refusal(f"isinstance() with {m.describe(value)}", "give a class or a tuple of classes")
    return value.value


@handles(type)
def call_type(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    takes(args, keywords, "type", 1, 1)
    return Static(class_of(m, args[0]))


@handles(callable)
def call_callable(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    (value,) = args
    if isinstance(value, Static):
        return const(callable(value.value))
    return const(isinstance(value, (Func, Bound, Method, Partial)))


@handles(hasattr)
def call_hasattr(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    value, name = args[0], key_of(args[1])
    if isinstance(value, Static):
        return const(hasattr(value.value, name))
    if isinstance(value, Record):
        return const(name in content(m, value.cell) or hasattr(value.cls, name))
    return const(same_answer(m, value, lambda cls: hasattr(cls, name)))


@handles(getattr)
def call_getattr(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    from adgen.frontend.attributes import attribute_of

    takes(args, keywords, "getattr", 2, 3)
    if len(args) == 3 and not cast(Const, call_hasattr(m, args[:2], {})).value:
        return args[2]
    return attribute_of(m, args[0], key_of(args[1]))


@handles(str)
def call_str(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    takes(args, keywords, "str", 0, 1)
    return as_text(m, args[0], str, "{}") if args else Static("")


@handles(repr)
def call_repr(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    takes(args, keywords, "repr", 1, 1)
    return as_text(m, args[0], repr, "{!r}")


def as_text(m: Machine, value: AVal, function: Callable[[Any], str], template: str) -> AVal:
    if isinstance(value, (Const, Static)):
        return Static(function(value.value))
    atom = number(m, value)
    if atom is None:
        raise Refusal(f"{function.__name__}() of {m.describe(value)} is not supported", "format its items")
    return m.builder.emit("format", atom, template=template)


# Strings and tuples


def string_method(m: Machine, text: str, name: str, args: list[AVal], keywords: Keywords) -> AVal:
    if name == "format" and not all(isinstance(a, (Const, Static)) for a in args):
        atoms = [_printable(m, a) for a in args]
        return m.builder.emit("format", *atoms, template=text)
    known = [_text_argument(m, a) for a in args]
    named = {k: key_of(v) for k, v in keywords.items()}
    if not hasattr(text, name):
        raise Refusal(f"a string has no method {name}", "use a method that strings have")
    try:
        return lift(m, getattr(text, name)(*known, **named))
    except (LookupError, TypeError, ValueError) as error:
        raise Refusal(f"the string method .{name}() fails: {error}", "call it as Python documents it") from None


def _text_argument(m: Machine, value: AVal) -> Any:
    """What a method of a string is given."""
    if isinstance(value, (ListV, Tup)):
        return [key_of(item) for item in _known(m, value, "join")]
    return key_of(value)


def tuple_method(m: Machine, owner: Tup, name: str, args: list[AVal], keywords: Keywords) -> AVal:
    if owner.cls is not None and name == "_replace":
        fields: tuple[str, ...] = getattr(owner.cls, "_fields")  # noqa: B009
        return Tup(tuple(keywords.get(f, v) for f, v in zip(fields, owner.items)), owner.cls)
    if owner.cls is not None and name == "_asdict":
        return new_dict(m, dict(zip(getattr(owner.cls, "_fields"), owner.items)))  # noqa: B009
    raise Refusal(
        f"the tuple method .{name}() is not supported",
        "tuples have count and index only; namedtuples _replace and _asdict",
    )
