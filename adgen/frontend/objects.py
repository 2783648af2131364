"""Instances of the user's classes: made in the function, or arguments (see `Record`), and those from outside.

    making        `C(...)` runs the user's `__init__`; a dataclass's generated one, and its `__post_init__`
    attributes    fields, methods, properties, static and class methods, class attributes; `super()`
    operators     by the methods that Python calls: `__add__`, `__radd__`, `__getitem__`, `__call__`, `__len__` ...

A class of which something else decides what its attributes are (a metaclass, `__getattr__`, `__new__`, a builtin base)
is refused. A class defined in the function is one of Python's whose members are abstract values.
"""

from __future__ import annotations

import abc
import ast
import dataclasses
import inspect
import types
from collections.abc import Iterator
from typing import Any, Generic, Protocol, cast

from adgen.errors import Refusal
from adgen.frontend.builtins import Keywords, handles
from adgen.frontend.containers import key_of
from adgen.frontend.expressions import make_function
from adgen.frontend.machine import Flow, Machine, executes
from adgen.frontend.memory import content, set_content
from adgen.frontend.resolve import lift
from adgen.frontend.targets import bind
from adgen.frontend.values import NONE, AVal, Bound, Cell, Const, Func, Record, Static, Super, class_of_object

PLAIN_BASES = (object, abc.ABC, Generic, Protocol)
CUSTOM = ("__getattr__", "__getattribute__", "__setattr__", "__new__")


# Making


def construct(m: Machine, cls: Any, args: list[AVal], keywords: Keywords) -> AVal:
    """An instance of a user's class."""
    check_plain(cls)
    if hasattr(cls, "__dataclass_fields__") and _is_generated(cls.__init__):
        return _construct_dataclass(m, cls, args, keywords)
    record = _empty(m, cls)
    init = inspect.getattr_static(cls, "__init__", None)
    if isinstance(init, (types.FunctionType, Func)):
        m.call(Bound(as_function(init), record), args, keywords)
    elif args or keywords:
        raise Refusal(f"{cls.__name__}() takes no arguments", "call it without arguments, or give it an __init__")
    return record


def check_plain(cls: Any) -> None:
    """Refuse a class whose instances are not records of fields."""
    name = cls.__name__
    hint = "make the object outside and pass it, or use a dataclass"
    if class_of_object(cls) not in (type, abc.ABCMeta, class_of_object(Protocol)):
        raise Refusal(f"making a {name} inside the function is not supported: it has a metaclass", hint)
    for base in cls.__mro__:
        if base in PLAIN_BASES:
            continue
        if base.__module__ in ("builtins", "collections", "numpy"):
            raise Refusal(f"making a {name} inside the function is not supported: it is a {base.__name__}", hint)
        found = [n for n in CUSTOM if n in vars(base) and not _is_frozen_setter(base, n)]
        if found:
            raise Refusal(f"making a {name} inside the function is not supported: it has {found[0]}", hint)


def _is_frozen_setter(cls: Any, name: str) -> bool:
    return name == "__setattr__" and is_frozen(cls)


def is_frozen(cls: Any) -> bool:
    params = getattr(cls, "__dataclass_params__", None)
    return params is not None and params.frozen


def _is_generated(init: Any) -> bool:
    """Whether `dataclass` made the method: it has no source."""
    return getattr(init, "__code__", None) is not None and init.__code__.co_filename == "<string>"


def _empty(m: Machine, cls: Any) -> Record:
    cell = Cell()
    m.state.store[cell] = {}
    return Record(cell, cls)


def _construct_dataclass(m: Machine, cls: Any, args: list[AVal], keywords: Keywords) -> AVal:
    try:
        given = inspect.signature(cls).bind(*args, **keywords).arguments
    except TypeError as error:
        raise Refusal(f"{cls.__name__}(): {error}", "call it as its signature says") from None
    fields: dict[str, AVal] = {}
    for field in dataclasses.fields(cls):
        if field.name in given:
            fields[field.name] = given[field.name]
        elif field.default is not dataclasses.MISSING:
            fields[field.name] = member(m, cls, field.name, field.default)
        elif field.default_factory is not dataclasses.MISSING:
            fields[field.name] = m.call(as_function(field.default_factory), [])
    record = _empty(m, cls)
    m.state.store[record.cell] = fields
    after = inspect.getattr_static(cls, "__post_init__", None)
    if after is not None:
        extra = [value for name, value in given.items() if name not in fields]
        m.call(Bound(as_function(after), record), extra)
    return record


@handles(dataclasses.replace)
def call_replace(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    (record,) = args
    if not isinstance(record, Record):
        raise Refusal(f"dataclasses.replace of {m.describe(record)} is not supported", "make one by its class")
    known = {f.name for f in dataclasses.fields(record.cls) if f.init}
    kept = {name: value for name, value in content(m, record.cell).items() if name in known}
    return construct(m, record.cls, [], {**kept, **keywords})


# Attributes


def as_function(found: Any) -> AVal:
    return found if isinstance(found, Func) else Static(found)


def member(m: Machine, cls: Any, name: str, found: Any) -> AVal:
    """A class attribute's value."""
    if dataclasses.is_dataclass(found) and class_of_object(found).__module__ == "adgen.frontend.values":
        return cast(AVal, found)
    return lift(m, found, f"{cls.__name__}.{name}")


def record_attribute(m: Machine, owner: Record, name: str) -> AVal:
    fields = content(m, owner.cell)
    if name in fields:
        return fields[name]
    if name == "__class__":
        return Static(owner.cls)
    found = inspect.getattr_static(owner.cls, name, None)
    if found is None:
        has = ", ".join(fields) or "none"
        raise Refusal(
            f"a {owner.cls.__name__} has no attribute {name} here", f"its fields are: {has}", raises=AttributeError
        )
    return found_attribute(m, owner, owner.cls, name, found)


def found_attribute(m: Machine, owner: AVal, cls: Any, name: str, found: Any) -> AVal:
    """What an attribute of an instance means that was found in its class."""
    match found:
        case types.FunctionType() | Func():
            return Bound(as_function(found), owner)
        case property() if found.fget is not None:
            return m.call(as_function(found.fget), [owner])
        case staticmethod():
            return as_function(cast(Any, found).__func__)
        case classmethod():
            return Bound(as_function(cast(Any, found).__func__), Static(cls))
        case _:
            return member(m, cls, name, found)


def class_attribute(m: Machine, cls: Any, name: str) -> AVal | None:
    """An attribute of a class that was defined in the function; None for one that is not there."""
    found = inspect.getattr_static(cls, name, None)
    match found:
        case None:
            return None
        case staticmethod():
            return as_function(cast(Any, found).__func__)
        case classmethod():
            return Bound(as_function(cast(Any, found).__func__), Static(cls))
        case _:
            return as_function(found) if isinstance(found, types.FunctionType) else member(m, cls, name, found)


def store_field(m: Machine, owner: Record, name: str, value: AVal) -> None:
    """`owner.name = value`."""
    found = inspect.getattr_static(owner.cls, name, None)
    if isinstance(found, property):
        if found.fset is None:
            raise Refusal(f"the property {name} of a {owner.cls.__name__} cannot be set", "set the field behind it")
        m.call(as_function(found.fset), [owner, value])
        return
    if is_frozen(owner.cls):
        raise Refusal(f"a {owner.cls.__name__} is frozen", "make a new one: dataclasses.replace(...)")
    set_content(m, owner.cell, {**content(m, owner.cell), name: value})


@handles(object.__setattr__, setattr)
def call_setattr(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    if len(args) != 3 or not isinstance(args[0], Record):
        raise Refusal("setattr() is supported of objects made in the function", "write owner.name = value")
    cell = args[0].cell
    set_content(m, cell, {**content(m, cell), key_of(args[1]): args[2]})
    return NONE


@handles(super)
def call_super(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    """`super()` in a method; `super(C, self)`."""
    if len(args) == 2 and isinstance(args[0], Static):
        return Super(args[1], args[0].value)
    cell = m.here.closure.get("__class__")
    positional = [*m.here.info.node.args.posonlyargs, *m.here.info.node.args.args]
    if args or cell is None or not positional:
        raise Refusal("super() is not supported here", "name the class: Base.method(self, ...)")
    return Super(m.names[positional[0].arg], cell.cell_contents)


def super_attribute(m: Machine, owner: Super, name: str) -> AVal:
    """The first of that name in the classes behind the given one."""
    instance = owner.instance
    cls = instance.cls if isinstance(instance, Record) else class_of_object(cast(Static, instance).value)
    mro: list[Any] = list(cls.__mro__)
    for base in mro[mro.index(owner.cls) + 1 :]:
        if name in vars(base) and base is not object:
            return found_attribute(m, instance, cls, name, vars(base)[name])
    if name == "__init__":
        return Static(do_nothing)
    raise Refusal(
        f"the classes behind {owner.cls.__name__} have no attribute {name}",
        "call a method that a base class has",
    )


def do_nothing() -> None:
    """`object.__init__`."""


# Methods that Python calls


def special(owner: AVal, name: str) -> AVal | None:
    """The method of that name which the user's class of a value defines."""
    match owner:
        case Record(_, cls):
            pass
        case Static(obj) if not isinstance(obj, type) and is_users(class_of_object(obj)):
            cls = class_of_object(obj)
        case _:
            return None
    found = inspect.getattr_static(cls, name, None)
    return Bound(as_function(found), owner) if isinstance(found, (types.FunctionType, Func)) else None


LIBRARIES = ("numpy", "scipy", "cupy", "cupyx", "builtins", "functools", "itertools", "collections", "types", "adgen")


def is_users(cls: Any) -> bool:
    return str(cls.__module__).partition(".")[0] not in LIBRARIES


# fmt: off
METHODS = {
    "+": "add", "-": "sub", "*": "mul", "/": "truediv", "//": "floordiv", "%": "mod", "**": "pow", "@": "matmul",
    "&": "and", "|": "or", "^": "xor", "<<": "lshift", ">>": "rshift",
}
COMPARISONS = {"<": ("lt", "gt"), "<=": ("le", "ge"), ">": ("gt", "lt"), ">=": ("ge", "le"), "==": ("eq", "eq"),
               "!=": ("ne", "ne")}
# fmt: on


def binary(m: Machine, symbol: str, left: AVal, right: AVal) -> AVal | None:
    """An operator by the operands' own methods; None where they have none."""
    first, second = COMPARISONS.get(symbol) or (METHODS[symbol], f"r{METHODS[symbol]}")
    for owner, name, other in ((left, first, right), (right, second, left)):
        method = special(owner, f"__{name}__")
        if method is not None:
            made = m.call(method, [other])
            if made != Static(NotImplemented):
                return made
    return None


def in_place(m: Machine, symbol: str, left: AVal, right: AVal) -> AVal | None:
    method = special(left, f"__i{METHODS[symbol]}__")
    return None if method is None else m.call(method, [right])


# Classes defined in the function


@executes(ast.ClassDef)
def run_class(m: Machine, node: ast.ClassDef, rest: list[ast.stmt]) -> Flow | None:
    if node.keywords:
        raise Refusal("keywords of a class defined in the function are not supported", "define it at the top")
    bases = [m.eval(b) for b in node.bases]
    if not all(isinstance(b, Static) and isinstance(b.value, type) for b in bases):
        raise Refusal("a base class that is not known is not supported", "define the class at the top")
    members: dict[str, Any] = {"__annotations__": {}, "__module__": "<local>"}
    for statement in node.body:
        for name, value in _members(m, statement):
            members[name] = value
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            members["__annotations__"][statement.target.id] = object
    cls: Any = type(node.name, tuple(cast(Static, b).value for b in bases), members)
    for decorator in reversed(node.decorator_list):
        cls = _decorated(m, decorator, cls)
    bind(m, node.name, Static(cls))
    return None


def _members(m: Machine, statement: ast.stmt) -> Iterator[tuple[str, Any]]:
    match statement:
        case ast.FunctionDef(name=name, decorator_list=decorators):
            value: Any = make_function(m, statement)
            for decorator in reversed(decorators):
                kind = m.eval(decorator)
                if kind not in (Static(staticmethod), Static(classmethod), Static(property)):
                    raise Refusal("this decorator of a method is not supported", "define the class at the top")
                value = cast(Any, kind).value(value)
            yield name, value
        case ast.Assign(targets=[ast.Name(id=name)], value=value):
            yield name, m.eval(value)
        case ast.AnnAssign(target=ast.Name(id=name), value=value):
            if value is not None:
                yield name, m.eval(value)
        case ast.Pass() | ast.Expr(value=ast.Constant()):
            return
        case _:
            raise Refusal("this statement in a class is not supported", "define it at the top", m.span(statement))


def _decorated(m: Machine, decorator: ast.expr, cls: Any) -> Any:
    call = decorator if isinstance(decorator, ast.Call) else None
    if m.eval(call.func if call else decorator) != Static(dataclasses.dataclass):
        raise Refusal("this decorator of a class is not supported", "define the class at the top", m.span(decorator))
    options = {} if call is None else {str(k.arg): cast(Const, m.eval(k.value)).value for k in call.keywords}
    return dataclasses.dataclass(**options)(cls)
