"""Abstract values: what a name stands for while the frontend runs the user's function.

    AVal = Value | Const          a number, or another single run-time value that nobody can modify
         | Ref(cell, path)        an array: a buffer, and the views that lead from it to this array
         | Tup | ListV | DictV    containers; lists and dicts are cells too, they can be modified
         | Record                 an instance of a dataclass, made here or an argument
         | Func | Bound | Method  what can be called
         | Items                  an iterable that is not a container: range, zip, dict.items() ...
         | Slice
         | Static(object)         any other Python object: None, a string, a module, a class
         | Conflict | POISON      what cannot be used: refused when read; already refused

A `Cell` is the identity of something that can be modified; what it holds is in the state's `store`.
So aliases are right by construction: two names of one buffer share its cell.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Atom, Const, Value

if TYPE_CHECKING:
    from adgen.frontend.source import Info


@dataclass(eq=False, slots=True)
class Cell:
    """The identity of a buffer, list, dict or record."""

    hint: str = ""
    contiguous: bool = False
    """Of a buffer: known to be in C order without gaps, so that its reshape is a view."""
    factory: AVal | None = None
    """Of a dict: what makes the value of a key that is missing, as in a defaultdict."""
    mixed: bool = False
    """Of a buffer that is a number on some path, and so cannot be written into there."""
    array: bool = False
    """Of a buffer whose rank is not known: an array even if that is 0, not a NumPy scalar."""
    foreign: str = ""
    """For what lives outside the function: its name. It must not be modified."""


@dataclass(frozen=True, slots=True)
class Step:
    """A view of an array: an op on it, whose other operands are `args`."""

    name: str
    args: tuple[Atom, ...]
    attrs: tuple[tuple[str, Any], ...]
    sure: bool = False
    """Of a reshape: it does no more than split an axis, and so is a view whatever the layout."""


Path = tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Ref:
    """An array."""

    cell: Cell
    path: Path = ()


@dataclass(frozen=True, slots=True)
class Choice:
    """Which array a buffer is: `then` where the condition is true, else `other`. None for one that no other name
    reaches."""

    condition: Atom
    then: Ref | None
    other: Ref | None


@dataclass(frozen=True, slots=True)
class Tup:
    """A tuple, or a namedtuple of class `cls`."""

    items: tuple[AVal, ...]
    cls: type | None = None


@dataclass(frozen=True, slots=True)
class ListV:
    """A list: its cell holds a tuple of values, or a `Run`."""

    cell: Cell


@dataclass(frozen=True, slots=True)
class DictV:
    """A dict: its cell holds a dict (never modified) from Python keys to values."""

    cell: Cell


@dataclass(frozen=True, slots=True)
class Record:
    """An instance of a dataclass: its cell holds a dict from field names to values."""

    cell: Cell
    cls: type


@dataclass(frozen=True, slots=True, eq=False)
class Func:
    """A function or lambda defined in the code that is being run."""

    info: Info
    frame: int
    """The frame that it was defined in."""
    defaults: tuple[AVal, ...]
    kwdefaults: tuple[tuple[str, AVal], ...]


@dataclass(frozen=True, slots=True)
class Bound:
    """A function whose first argument is given: a method."""

    function: AVal
    first: AVal


@dataclass(frozen=True, slots=True)
class Generator:
    """A call of a generator function, whose body is run where it is looped over."""

    function: AVal
    args: tuple[AVal, ...]
    keywords: tuple[tuple[str, AVal], ...]


@dataclass(frozen=True, slots=True)
class Super:
    """`super()`: the attributes that an instance has behind a class of its own."""

    instance: AVal
    cls: type


@dataclass(frozen=True, slots=True)
class Either:
    """Something to call: `then` where the condition is true, else `other`."""

    condition: Atom
    then: AVal
    other: AVal


@dataclass(frozen=True, slots=True)
class Partial:
    """functools.partial."""

    function: AVal
    args: tuple[AVal, ...]
    keywords: tuple[tuple[str, AVal], ...]


@dataclass(frozen=True, slots=True)
class Method:
    """A method of an array, number, list, dict or string, by name."""

    owner: AVal
    name: str


@dataclass(frozen=True, slots=True)
class RangeV:
    """range(start, stop, step)."""

    start: Atom
    stop: Atom
    step: Atom


@dataclass(frozen=True, slots=True)
class Zip:
    """zip, and enumerate, whose first source is a range; items are tuples."""

    sources: tuple[AVal, ...]
    aligned: bool = False
    """Whether all are as long as each other by construction."""


@dataclass(frozen=True, slots=True)
class Reversed:
    source: AVal


@dataclass(frozen=True, slots=True)
class Slice:
    start: AVal
    stop: AVal
    step: AVal


@dataclass(frozen=True, slots=True)
class Static:
    """A Python object known when compiling."""

    value: Any

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Static) and self.value is other.value

    def __hash__(self) -> int:
        return id(self.value)


@dataclass(frozen=True, slots=True)
class Conflict:
    """A value that differs between paths in a way that has no type: refused when it is used."""

    message: str
    """With the place {name} for what it is called."""
    name: str
    hint: str = ""

    def describe(self, name: str = "") -> str:
        return self.message.format(name=name or self.name)


@dataclass(frozen=True, slots=True)
class Poison:
    """The outcome of what has been refused already."""


POISON = Poison()
NONE = Static(None)


@dataclass(frozen=True, slots=True)
class Form:
    """The structure of a list's elements that are tuples; None stands for a single value."""

    items: tuple[Form | None, ...]
    cls: type | None = None


@dataclass(frozen=True, slots=True)
class Run:
    """Contents of a list whose length is known at run time only."""

    atoms: tuple[Atom, ...]
    """One SSA list for each leaf of the elements."""
    form: Form | None = None
    sources: frozenset[Cell] = field(default=frozenset[Cell](), compare=False)
    """Buffers of arrays that are elements, and might be modified later."""

    @property
    def atom(self) -> Atom:
        """The only SSA list."""
        if self.form is not None:
            raise Refusal(
                "a list of tuples of run-time length is not supported here", "use a list for each"
            )
        return self.atoms[0]


@dataclass(frozen=True, slots=True)
class Stale:
    """Contents that cannot be read: they may or may not have been modified through an alias."""

    reason: str = ""
    """The name through which."""
    message: str = ""
    """Another reason than that."""
    hint: str = ""


AVal = (
    Value
    | Const
    | Ref
    | Tup
    | ListV
    | DictV
    | Record
    | Func
    | Bound
    | Generator
    | Super
    | Either
    | Partial
    | Method
    | RangeV
    | Zip
    | Reversed
    | Slice
    | Static
    | Conflict
    | Poison
)
Content = Atom | tuple[AVal, ...] | dict[Any, AVal] | Run | Stale

FunctionNode = ast.FunctionDef | ast.Lambda
Getter = Callable[[], Any]


def christen(atom: Atom, name: str) -> None:
    """Give a value the user's name for it: the one time that a value is written to, when made."""
    if isinstance(atom, Value) and not atom.name:
        object.__setattr__(atom, "name", name)


def rename(value: Value, name: str) -> None:
    """Another name for a value that nothing but the function around it has seen."""
    object.__setattr__(value, "name", name)


def class_of_object(obj: Any) -> Any:
    """Its class, of which nothing is known."""
    return cast(Any, type(obj))


def known_int(value: object) -> int | None:
    """The value of a constant that is an int of Python's or NumPy's (and no bool)."""
    if not isinstance(value, Const) or isinstance(value.value, bool):
        return None
    return int(value.value) if _is_int(value.value) else None


def _is_int(number: Any) -> bool:
    return isinstance(number, (int, np.integer))


def is_atom(value: object) -> bool:
    return isinstance(value, (Value, Const))


def children(value: AVal) -> Iterator[AVal]:
    """Values that a value holds itself (what cells hold is in the store)."""
    match value:
        case Tup(items, _) | Zip(items, _):
            yield from items
        case Func(_, _, defaults, kwdefaults):
            yield from defaults
            yield from (v for _, v in kwdefaults)
        case Partial(function, args, keywords) | Generator(function, args, keywords):
            yield function
            yield from args
            yield from (v for _, v in keywords)
        case Bound(function, first):
            yield function
            yield first
        case Either(condition, then, other):
            yield from (condition, then, other)
        case Method(owner, _) | Super(owner, _):
            yield owner
        case Reversed(source):
            yield source
        case Slice(start, stop, step):
            yield from (start, stop, step)
        case _:
            pass


def cell_of(value: AVal) -> Cell | None:
    match value:
        case Ref(cell, _) | ListV(cell) | DictV(cell) | Record(cell, _):
            return cell
        case _:
            return None
