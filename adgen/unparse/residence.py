"""Where numbers of rank 0 are: on the device, or maybe on the host.

Input: a `form.Body` of the target CuPy. There a number of rank 0 is an array on the device, but for an argument that is
given as a NumPy number, for what is computed from such and Python's numbers alone, and for a loop's value that starts
as a Python number. CuPy's operators and ufuncs take both; its other functions take arrays only.

Guarantee: what such a function reads is an array: a step `asarray` stands where it may be none. Steps whose form
depends on it have the attr `sure` where their operand certainly is one.
"""

from __future__ import annotations

import numpy as np

from adgen.ir.core import Atom, Const, Value
from adgen.ir.types import ArrayT, ListT, ScalarT, dims_of, dtype_of, is_number
from adgen.rules.cupy import is_ufunc
from adgen.rules.table import RULES
from adgen.unparse.form import LOOPS, Body, Step, bodies, carried_results, carries, scans, targets

OPERATORS = frozenset(
    """
    add sub mul div floordiv mod pow neg pos abs lt le gt ge eq ne bitand bitor bitxor lshift rshift invert pymax pymin
    sum_to real imag conj add_lists reverse_list
    """.split()
)
"""Steps whose result is on the device if an operand is."""
FOREIGN = frozenset({"call", "unpack", "external", "functional", "draw", "zero_list", "poplast"})
"""Steps whose results may be anywhere."""
FIRST = frozenset({"broadcast", "reshape", "transpose", "expand_dims", "squeeze", "getitem", "safe_div", "where"})
"""Forms of their own, and elementwise functions, whose first operand must be an array."""
EVERY = frozenset({"array", "stack", "concatenate", "choose", "matmul", "dot", "vdot", "inner", "outer", "tensordot",
                   "einsum", "cross", "convolve", "correlate", "special.polygamma"})
"""Steps that take arrays alone."""
ASKING = frozenset({"convert", "copy", "stack_list"})
"""Steps whose form depends on where their operand is."""
ANYWHERE = frozenset({"arange", "linspace", "geomspace", "eye", "tri", "full", "shape", "dim", "size", "ndim",
                      "isrealobj", "tril_indices", "triu_indices", "bartlett", "blackman", "hamming", "hanning",
                      "kaiser", "fftfreq", "rfftfreq", "broadcast_shapes"})
"""Functions that take numbers of the host."""


def place_arrays(body: Body) -> None:
    """Insert `asarray` where a function of CuPy's would be given what may be no array."""
    residence = Residence(body)
    for inner in bodies(body):
        steps: list[Step] = []
        for step in inner.steps:
            if step.name in ASKING and residence.on(step.args[0]):
                step.attrs["sure"] = True
            for i in wanted_arrays(step):
                if not residence.on(step.args[i]):
                    steps.append(made := as_array(step.args[i], step))
                    step.args[i] = made.result
            steps.append(step)
        inner.steps = steps


def as_array(atom: Atom, near: Step) -> Step:
    result = Value(ArrayT(dtype_of(atom.type), dims_of(atom.type)))
    return Step("asarray", [atom], {}, [result], [], near.span, near.loose)


def wanted_arrays(step: Step) -> list[int]:
    """Positions of operands that must be arrays."""
    numbers = [i for i, a in enumerate(step.args) if is_number(a.type)]
    if step.name in ("array", "stack") and all(isinstance(step.args[i].type, ScalarT) for i in numbers):
        return []
    if step.name in EVERY:
        return numbers
    if step.name == "ravel_multi_index":
        return numbers[:step.attrs["rank"]]
    if step.name in FIRST:
        both_host = step.name == "safe_div" and all(isinstance(a.type, ScalarT) for a in step.args)
        return [i for i in numbers[:1] if i == 0 and not both_host]
    rule = RULES.get(step.name)
    called = rule.call if rule is not None else ""
    if not called.startswith(("np.", "scipy.")) or is_ufunc(called) or called.rpartition(".")[2] in ANYWHERE:
        return []
    return [i for i in numbers if i == 0 or isinstance(step.args[i].type, ArrayT)]


class Residence:
    """The values that are certainly arrays; of a list, those whose elements of rank 0 are."""

    def __init__(self, body: Body):
        self.device: set[Value] = set()
        for inner in bodies(body):
            self.device.update(v for v in inner.params if inner is not body or is_high(v))
            self.device.update(r for step in inner.steps for r in step.results if isinstance(r.type, (ArrayT, ListT)))
        before = -1
        while before != len(self.device):
            before = len(self.device)
            self.body(body)

    def on(self, atom: Atom) -> bool:
        """Whether a number is certainly an array; of a list, whether its elements are."""
        return isinstance(atom.value, np.ndarray) if isinstance(atom, Const) else atom in self.device

    def keep(self, value: Value, holds: bool) -> None:
        """Take a value out where what it comes from is not certain; arrays of a higher rank are always certain."""
        if not holds and not is_high(value):
            self.device.discard(value)

    def body(self, body: Body) -> None:
        for step in body.steps:
            if step.name in LOOPS:
                self.loop(step)
            for inner in step.blocks:
                self.body(inner)
            if step.name == "if":
                for i, result in enumerate(step.results):
                    self.keep(result, all(self.on(b.results[i]) for b in step.blocks))
            elif step.name not in LOOPS:
                self.plain(step)

    def loop(self, step: Step) -> None:
        for i in range(carries(step)):
            sure = self.on(step.args[i]) and self.on(carried_results(step)[i])
            for value in (*(block.params[i] for block in step.blocks), *step.results[i:i + 1]):
                self.keep(value, sure)
        if step.name == "for":
            for atoms, params in zip(scans(step), targets(step), strict=True):
                for param in params:
                    self.keep(param, self.on(atoms[0]))

    def plain(self, step: Step) -> None:
        name, args = step.name, step.args
        if name in ("push", "append", "set_list", "addat") and isinstance(args[0], Value):
            holds = self.on(args[0]) and all(map(self.on, args[1:] if name == "push" else args[1:2]))
            for value in (args[0], *step.results):
                self.keep(value, holds)
            return
        for result in step.results:
            self.keep(result, self.made(step, name, args))

    def made(self, step: Step, name: str, args: list[Atom]) -> bool:
        if name in FOREIGN:
            return name == "poplast" and self.on(args[0])
        if name == "list":
            return all(map(self.on, args))
        if name == "asarray":
            return True
        if name in OPERATORS:
            return any(map(self.on, args))
        if name == "getitem":
            return self.on(args[0])
        return not (name == "convert" and isinstance(args[0].type, ScalarT))


def is_high(value: Value) -> bool:
    """Whether a value is an array of known rank above 0."""
    return isinstance(value.type, ArrayT) and bool(value.type.dims)

