"""What a loop goes over: items known when compiling, or scanned inputs of a rolled loop."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from adgen.errors import Refusal
from adgen.frontend.indexing import element_at
from adgen.frontend.machine import Machine
from adgen.frontend.memory import content, is_mutable, link, new_buffer, read
from adgen.frontend.resolve import lift
from adgen.frontend.runs import element_types, new_item, to_run
from adgen.frontend.values import (
    AVal,
    DictV,
    ListV,
    RangeV,
    Ref,
    Reversed,
    Run,
    Static,
    Tup,
    Zip,
)
from adgen.ir.builder import const
from adgen.ir.core import Atom, Const, Value
from adgen.ir.types import ArrayT, Dim, ScalarT, Type, fresh_dim
from adgen.rules.arithmetic import size_operand

MOST = 1_000_000
"""How many ints of a range may be looked at one by one."""
Element = Callable[[Machine], AVal]


def known_items(m: Machine, value: AVal) -> list[AVal] | None:
    """The items of an iterable of known length; None where it is known at run time only."""
    match value:
        case Tup(items, _):
            return list(items)
        case ListV(cell):
            held = content(m, cell)
            return None if isinstance(held, Run) else list(held)
        case DictV(cell):
            return [lift(m, key) for key in content(m, cell)]
        case RangeV(Const() as start, Const() as stop, Const() as step):
            numbers = range(start.value, stop.value, step.value)
            return [const(k) for k in numbers] if len(numbers) <= MOST else None
        case Zip(sources, _):
            return _zipped(m, sources)
        case Reversed(source):
            items = known_items(m, source)
            return None if items is None else items[::-1]
        case Static(obj) if isinstance(obj, (str, bytes, frozenset, set)):
            return [lift(m, item) for item in cast("list[Any]", obj)]
        case _:
            return None


def _zipped(m: Machine, sources: tuple[AVal, ...]) -> list[AVal] | None:
    """Where one source is a container of known length, arrays beside it are indexed."""
    known = [known_items(m, s) for s in sources]
    lengths = [len(items) for items in known if items is not None]
    if not lengths or any(k is None and not isinstance(s, Ref) for k, s in zip(known, sources)):
        return None
    count = min(lengths)
    if any(k is None for k in known) and all(
        isinstance(s, (RangeV, Reversed)) for s, k in zip(sources, known) if k
    ):
        return None
    columns = [
        items[:count] if items is not None else [element_at(m, s, const(k)) for k in range(count)]
        for s, items in zip(sources, known)
    ]
    return [Tup(row) for row in zip(*columns)]


@dataclass(slots=True)
class Scan:
    """The scanned inputs of a `for`, and the item of each step."""

    kinds: tuple[str, ...]
    operands: tuple[Atom, ...]
    params: tuple[Value, ...]
    reverse: bool
    element: Element

    def item(self, m: Machine) -> AVal:
        return self.element(m)


def scan(m: Machine, value: AVal, by_index: bool = False) -> Scan:
    """An iterable of run-time length as scanned inputs."""
    match value:
        case RangeV(start, stop, step):
            param = Value(ScalarT("int", fresh_dim()))
            return Scan(("range",), (start, stop, step), (param,), False, lambda m: param)
        case ListV(cell):
            run = as_run_list(m, value)
            params = tuple(Value(t.element) for t in element_types(run))
            return Scan(
                ("list",) * len(params),
                run.atoms,
                params,
                False,
                lambda m: new_item(m, run, list(params), cell),
            )
        case Ref():
            return _scan_array(m, value, by_index)
        case Zip():
            return _scan_zip(m, value, by_index)
        case Reversed(source):
            inner = scan(m, source, by_index)
            return Scan(inner.kinds, inner.operands, inner.params, not inner.reverse, inner.element)
        case _:
            raise Refusal(
                f"a loop over {m.describe(value)} is not supported",
                "loop over a range, an array, a list or a dict",
            )


def as_run_list(m: Machine, value: ListV) -> Run:
    held = content(m, value.cell)
    if isinstance(held, Run):
        return held
    return to_run(m, held)


def _scan_array(m: Machine, ref: Ref, by_index: bool) -> Scan:
    atom = read(m, ref)
    t = cast(ArrayT, atom.type)
    if by_index:
        return _scan_indices(m, ref, atom)
    row = ArrayT(t.dtype, None if t.dims is None else t.dims[1:])
    param = Value(cast(Type, row))

    def element(m: Machine) -> AVal:
        if not is_mutable(row):
            return param
        made = new_buffer(m, param)
        link(m, made.cell, ref.cell)
        return made

    return Scan(("array",), (atom,), (param,), False, element)


def _scan_indices(m: Machine, ref: Ref, atom: Atom) -> Scan:
    param = Value(ScalarT("int", fresh_dim()))
    return Scan(
        ("range",),
        (const(0), m.g.dim(atom, 0).atom, const(1)),
        (param,),
        False,
        lambda m: element_at(m, ref, param),
    )


def _scan_zip(m: Machine, value: Zip, by_index: bool) -> Scan:
    """Side by side where the sources are known to be equally long, else by index."""
    sources = value.sources
    backwards = [s.source for s in sources if isinstance(s, Reversed)]
    if len(backwards) == len(sources):
        inner = Zip(tuple(backwards), value.aligned)
        if _equally_long(m, inner):
            return scan(m, Reversed(inner), by_index)
    if backwards or not _equally_long(m, value):
        param = Value(ScalarT("int", fresh_dim()))
        bounds = (const(0), length(m, value), const(1))
        return Scan(("range",), bounds, (param,), False, lambda m: item_at(m, value, param))
    scans = [scan(m, s, by_index) for s in sources]
    kinds = tuple(k for s in scans for k in s.kinds)
    operands = tuple(o for s in scans for o in s.operands)
    params = tuple(p for s in scans for p in s.params)
    return Scan(kinds, operands, params, False, lambda m: Tup(tuple(s.element(m) for s in scans)))


def item_at(m: Machine, value: AVal, index: Atom) -> AVal:
    """The item of an iterable at an index."""
    match value:
        case Zip(sources, _):
            return Tup(tuple(item_at(m, s, index) for s in sources))
        case RangeV(start, _, step):
            unit = isinstance(step, Const) and step.value == 1
            scaled = index if unit else m.g("mul", index, step).atom
            from_zero = isinstance(start, Const) and start.value == 0
            return scaled if from_zero else m.g("add", start, scaled).atom
        case Reversed(source):
            last = m.g("sub", length(m, source), const(1))
            return item_at(m, source, m.g("sub", last, index).atom)
        case _:
            return element_at(m, value, index)


def _equally_long(m: Machine, value: AVal) -> bool:
    """Whether the sources of a zip, and of those inside, have the same length for sure."""
    if not isinstance(value, Zip):
        return True
    if not all(_equally_long(m, s) for s in value.sources):
        return False
    sizes = {_size(m, s) for s in value.sources}
    return value.aligned or (len(sizes) == 1 and None not in sizes)


def _size(m: Machine, value: AVal) -> Dim | None:
    """How many items there are, as a dim."""
    match value:
        case RangeV(Const() as start, stop, Const() as step) if (start.value, step.value) == (0, 1):
            return size_operand(stop)
        case Ref():
            t = read(m, value).type
            return t.dims[0] if isinstance(t, ArrayT) and t.dims else None
        case Reversed(source):
            return _size(m, source)
        case Zip(sources, _):
            return _size(m, sources[-1]) if _equally_long(m, value) else None
        case _:
            return None


def length(m: Machine, value: AVal) -> Atom:
    """len() of an iterable."""
    items = known_items(m, value)
    if items is not None:
        return const(len(items))
    match value:
        case Ref():
            atom = read(m, value)
            if isinstance(atom.type, ArrayT) and atom.type.dims == ():
                raise Refusal("len() of a number", "len() takes an array or a container")
            return m.g.dim(atom, 0).atom
        case ListV():
            return m.builder.emit("listlen", as_run_list(m, value).atoms[0])
        case Reversed(source):
            return length(m, source)
        case Zip(sources, aligned):
            lengths = [length(m, s) for s in sources]
            if aligned or _equally_long(m, value):
                return lengths[-1]
            return functools.reduce(lambda a, b: m.g("pymin", a, b).atom, lengths)
        case RangeV(start, stop, Const() as step) if step.value == 1:
            if isinstance(start, Const) and start.value == 0:
                return stop
            return m.g("pymax", const(0), m.g("sub", stop, start)).atom
        case RangeV(start, stop, Const() as step):
            steps = m.g("neg", m.g("floordiv", m.g("sub", start, stop), step))
            return m.g("pymax", const(0), steps).atom
        case _:
            raise Refusal(f"len() of {m.describe(value)} is not supported", "len() takes an array or a container")
