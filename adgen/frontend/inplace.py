"""Functions and methods of NumPy that write into an array they are given: `np.copyto`, `np.put`, `a.fill` ...

Each computes what the array holds afterwards, and stores that through the view that was given.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.frontend.builtins import Handler, Keywords, handles
from adgen.frontend.containers import key_of
from adgen.frontend.indexing import array_like, index_items, set_at
from adgen.frontend.machine import Machine
from adgen.frontend.memory import check_writable, need_number, read, store_into, write
from adgen.frontend.numpy_objects import array_method
from adgen.frontend.values import NONE, AVal, Ref, Static
from adgen.ir.builder import const
from adgen.ir.core import Arg, ArrayItem, Atom
from adgen.ir.types import dims_of, dtype_of, is_scalar


def given(args: list[AVal], keywords: Keywords, name: str, *params: str, **defaults: Any) -> list[Any]:
    """Arguments in the order of the parameters; those with a default come last, and must be known when compiling."""
    names = [*params, *defaults]
    if len(args) > len(names):
        raise Refusal(f"{name}() takes {len(names)} arguments, got {len(args)}", f"they are {', '.join(names)}")
    found = dict(zip(names, args, strict=False))
    for key, value in keywords.items():
        if key not in names or key in found:
            raise Refusal(f"the argument {key}= of {name} is not supported", f"supported are: {', '.join(names)}")
        found[key] = value
    for key in params:
        if key not in found:
            raise Refusal(f"{name}() needs the argument {key}", f"its arguments are {', '.join(names)}")
    return [found[k] for k in params] + [key_of(found[k]) if k in found else v for k, v in defaults.items()]


def array_of(m: Machine, value: AVal, name: str) -> Ref:
    """The array that is written into."""
    if not isinstance(value, Ref):
        raise Refusal(f"{name} into {m.describe(value)}, which is no array", "give an array")
    check_writable(value)
    return value


def flattened(m: Machine, target: Ref) -> Atom:
    return m.g.reshape(read(m, target), (-1,)).atom


def store_flat(m: Machine, target: Ref, flat: Atom) -> None:
    """Store the elements in C order."""
    write(m, target, m.g.reshape(flat, m.g.shape(read(m, target))).atom)


# Flat access


def flat_get(m: Machine, owner: AVal) -> AVal:
    """`a.flat`, to be read: a copy of its elements in C order."""
    return m.call(Static(np.ravel), [m.call(Static(np.copy), [owner])])


def flat_set(m: Machine, owner: AVal, index: AVal, value: AVal) -> None:
    """`a.flat[index] = value`."""
    target = array_of(m, owner, "an assignment to .flat")
    items, operands = index_items(m, index)
    new = m.builder.emit("setitem", flattened(m, target), array_like(m, value), *operands, index=items)
    store_flat(m, target, new)


def flat_assign(m: Machine, owner: AVal, value: AVal) -> None:
    """`a.flat = value`: as many elements, or one."""
    target = array_of(m, owner, "an assignment to .flat")
    atom = array_like(m, value)
    if is_scalar(atom.type):
        set_at(m, target, Static(Ellipsis), atom)
    else:
        flat_set(m, owner, Static(Ellipsis), m.g.reshape(atom, (-1,)).atom)


# Functions


@handles(np.copyto)
def call_copyto(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    where = keywords.pop("where", args[3] if len(args) > 3 else None)
    target, source, casting = given(args[:3], keywords, "np.copyto", "dst", "src", casting="same_kind")
    ref, atom = array_of(m, target, "np.copyto"), array_like(m, source)
    kept = dtype_of(read(m, ref).type)
    if not np.can_cast(dtype_of(atom.type), kept, casting):
        raise Refusal(f"np.copyto: a cast from {dtype_of(atom.type)} to {kept} is not {casting}",
                      "cast it: source.astype(...)")
    if casting == "unsafe" and dtype_of(atom.type) != kept:
        atom = m.builder.emit("convert", atom, dtype=kept)
    if where is None or where == const(True):
        set_at(m, ref, Static(Ellipsis), atom)
    else:
        masked_store(m, ref, array_like(m, where), atom)
    return NONE


def masked_store(m: Machine, target: Ref, mask: Atom, value: Atom) -> None:
    """Store the value where the mask is true."""
    base = read(m, target)
    if dtype_of(value.type) != dtype_of(base.type):
        value = m.builder.emit("convert", value, dtype=dtype_of(base.type))
    store_into(m, target, m.builder.emit("where", mask, value, base))


@handles(np.put)
def call_put(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    target, index, values, mode = given(args, keywords, "np.put", "a", "ind", "v", mode="raise")
    return put(m, array_of(m, target, "np.put"), index, values, mode)


def put(m: Machine, target: Ref, index: AVal, values: AVal, mode: str) -> AVal:
    if mode in ("wrap", "clip"):
        size = m.g.size(read(m, target)).atom
        last = m.g("sub", size, 1).atom
        index = m.call(Static(np.mod), [index, size]) if mode == "wrap" else m.call(
            Static(np.clip), [index, const(0), last])
    elif mode != "raise":
        raise Refusal(f"np.put with mode={mode!r} is not supported", "use 'raise', 'wrap' or 'clip'")
    items, operands = index_items(m, index)
    value = array_like(m, values)
    value = value if is_scalar(value.type) else m.g.reshape(value, (-1,)).atom
    same_number(m, operands, value, "np.put")
    operands = tuple(a if is_scalar(a.type) else m.g.reshape(a, (-1,)).atom for a in operands)
    store_flat(m, target, m.builder.emit("setitem", flattened(m, target), value, *operands, index=items))
    return NONE


def same_number(m: Machine, operands: tuple[Atom, ...], value: Atom, name: str) -> None:
    """NumPy would repeat too few values, and leave out some of too many."""
    sizes = [dims_of(a.type) for a in (*operands, value)]
    if is_scalar(value.type) or len(operands) != 1:
        return
    known = [d for d in sizes if d is not None and all(isinstance(k, int) for k in d)]
    if len(known) == 2 and np.prod(np.array(known[0], int)) != np.prod(np.array(known[1], int)):
        raise Refusal(f"{name} of another number of values than indices is not supported", "give as many values")


@handles(np.putmask)
def call_putmask(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    target, mask, values = given(args, keywords, "np.putmask", "a", "mask", "values")
    ref, value = array_of(m, target, "np.putmask"), array_like(m, values)
    if not is_scalar(value.type) and dims_of(value.type) != dims_of(read(m, ref).type):
        raise Refusal("np.putmask of values of another shape is not supported", "give one value, or an array like a")
    masked_store(m, ref, array_like(m, mask), value)
    return NONE


@handles(np.place)
def call_place(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    target, mask, values = given(args, keywords, "np.place", "arr", "mask", "vals")
    ref, value = array_of(m, target, "np.place"), array_like(m, values)
    if not is_scalar(value.type) and dims_of(value.type) != (1,):
        raise Refusal("np.place of several values is not supported", "write a[mask] = values, with as many values")
    value = value if is_scalar(value.type) else m.g.reshape(value, ()).atom
    masked_store(m, ref, array_like(m, mask), value)
    return NONE


@handles(np.fill_diagonal)
def call_fill_diagonal(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    target, value, wrap = given(args, keywords, "np.fill_diagonal", "a", "val", wrap=False)
    ref = array_of(m, target, "np.fill_diagonal")
    base = read(m, ref)
    rank = len(dims_of(base.type) or ())
    if rank < 2 or wrap:
        raise Refusal("np.fill_diagonal needs an array of rank 2 or more, and no wrap", "store into a[i, i]")
    values = array_like(m, value)
    if len(dims_of(values.type) or ()) > 1:
        raise Refusal("np.fill_diagonal with values of rank 2 or more is not supported", "give one value, or a vector")
    count = m.g.dim(base, 0)
    for axis in range(1, rank):
        count = m.g("pymin", count, m.g.dim(base, axis)) if rank == 2 else count
    index = m.g("arange", count, dtype=None).atom
    items = tuple(ArrayItem(Arg(k)) for k in range(rank))
    write(m, ref, m.builder.emit("setitem", base, values, *[index] * rank, index=items))
    return NONE


@handles(np.put_along_axis)
def call_put_along_axis(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    target, index, values, axis = given(args, keywords, "np.put_along_axis", "arr", "indices", "values", "axis")
    ref, positions = array_of(m, target, "np.put_along_axis"), array_like(m, index)
    base, at = read(m, ref), key_of(axis)
    dims = dims_of(base.type)
    if dims is None or at is None:
        raise Refusal("np.put_along_axis needs an array of known rank, and an axis", "give the array's type")
    at %= len(dims)
    operands: list[Atom] = []
    for k in range(len(dims)):
        shape = [-1 if j == k else 1 for j in range(len(dims))]
        along = m.g("arange", m.g.dim(base, k), dtype=None)
        operands.append(positions if k == at else m.g.reshape(along, tuple(shape)).atom)
    items = tuple(ArrayItem(Arg(k)) for k in range(len(dims)))
    write(m, ref, m.builder.emit("setitem", base, array_like(m, values), *operands, index=items))
    return NONE


def _updates_at(name: str) -> Handler:
    def handler(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
        target, index, value = given(args, keywords, f"np.{name}.at", "a", "indices", "b")
        ref = array_of(m, target, f"np.{name}.at")
        items, operands = index_items(m, index)
        atom = array_like(m, value)
        atom = m.builder.emit("neg", atom) if name == "subtract" else atom
        write(m, ref, m.builder.emit("addat", read(m, ref), atom, *operands, index=items))
        return NONE

    return handler


UFUNC_AT = {"add": _updates_at("add"), "subtract": _updates_at("subtract")}


# Methods


@array_method("fill")
def method_fill(m: Machine, owner: AVal, args: list[AVal], keywords: Keywords) -> AVal:
    (value,) = given(args, keywords, ".fill", "value")
    set_at(m, array_of(m, owner, ".fill"), Static(Ellipsis), value)
    return NONE


@array_method("put")
def method_put(m: Machine, owner: AVal, args: list[AVal], keywords: Keywords) -> AVal:
    index, values, mode = given(args, keywords, ".put", "indices", "values", mode="raise")
    return put(m, array_of(m, owner, ".put"), index, values, mode)


@array_method("sort")
def method_sort(m: Machine, owner: AVal, args: list[AVal], keywords: Keywords) -> AVal:
    return sorted_by(m, owner, np.sort, args, keywords)


@array_method("partition")
def method_partition(m: Machine, owner: AVal, args: list[AVal], keywords: Keywords) -> AVal:
    return sorted_by(m, owner, np.partition, args, keywords)


def sorted_by(m: Machine, owner: AVal, function: Any, args: list[AVal], keywords: Keywords) -> AVal:
    target = array_of(m, owner, "sort()")
    write(m, target, need_number(m, m.call(Static(function), [owner, *args], keywords)))
    return NONE
