"""How abstract values are named in messages."""

from __future__ import annotations

from adgen.frontend.state import State
from adgen.frontend.values import (
    AVal,
    Bound,
    DictV,
    Func,
    ListV,
    Method,
    RangeV,
    Record,
    Ref,
    Run,
    Slice,
    Static,
    Tup,
)
from adgen.ir.core import Const, Value
from adgen.rules.lowering import public_name


def describe(state: State, value: AVal) -> str:
    """A value for messages."""
    match value:
        case Const():
            return repr(value.value)
        case Value():
            return f"a value of type {value.type}"
        case Ref(cell, ()):
            content = state.store.get(cell)
            return (
                f"an array of type {content.type}"
                if isinstance(content, (Value, Const))
                else "an array"
            )
        case Ref():
            return "an array"
        case Tup():
            return "a tuple" if value.cls is None else f"a {value.cls.__name__}"
        case ListV(cell):
            return (
                "a list of run-time length" if isinstance(state.store.get(cell), Run) else "a list"
            )
        case DictV():
            return "a dict"
        case Record(_, cls):
            return f"a {cls.__name__}"
        case Func():
            return f"the function {value.info.name}"
        case Bound(function, _):
            return describe(state, function)
        case Method(owner, name):
            return f"the method .{name} of {describe(state, owner)}"
        case RangeV():
            return "a range"
        case Slice():
            return "a slice"
        case Static(None):
            return "None"
        case Static(obj) if callable(obj):
            return public_name(obj)
        case Static(obj):
            text = repr(obj)
            return text if len(text) < 60 else f"an object of type {type(obj).__name__}"
        case _:
            return f"a {type(value).__name__.lower()}"
