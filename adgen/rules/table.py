"""The rules table: what each primitive is.

A `Rule` says of an op: the types of its results; its derivative, in one of the forms below; how it prints.
From the one row come forward mode, reverse mode and every order.

    partials   elementwise: a function for each operand gives d result / d operand, elementwise. `None`: no
               derivative with respect to that operand (or exactly zero). Broadcasting and dtypes are not the
               rule's business.
    linear     the positions of operands in which the op is linear *jointly* (the tangent is the op itself on the
               tangents; an operand without one counts as zero), with its `transpose`
    bilinear   two positions, linear in each (the tangent is a sum of two), with its `transpose`
    tangent    a function that builds the tangent from linear ops
    zero       the derivative is zero wherever it exists (floor, comparisons, argmax), or the op is passive

Rules build ops through `Ops` and `E`, expressions with operators; broadcasting and promotion are NumPy's:

    partial      (g: Ops, args: tuple[E, ...], y: E) -> E | float
    tangent      (g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: tuple[E | None, ...])
                     -> E | None | tuple[E | None, ...]     (a tuple when the op has several results)
    transpose    (g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> tuple[E | None, ...]
                     a cotangent for each position named in `linear` (those that carry a tangent here); `g.shape(v)`
                     gives the shape of a linear operand

`ct` has the shape and dtype of the op's result; each cotangent returned must have those of its operand.

Complex numbers: the inner product is Re <w, v> = Re sum(conj(w) v), so the adjoint of x -> c x is w -> conj(c) w. A
partial or tangent is written as for real numbers (holomorphic), or in terms of `real`, `imag` and `conj`; a cotangent
is projected to real where its operand is real.
"""
from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from adgen.errors import Refusal
from adgen.ir.builder import Builder, const
from adgen.ir.core import Atom, Attrs, Const, Op, Value
from adgen.ir.types import (
    Dim,
    Dims,
    ScalarT,
    ShapeT,
    Type,
    dim_product,
    dims_of,
    dtype_of,
    fresh_dim,
)


@dataclass(frozen=True, slots=True, eq=False)
class E:
    """An expression in a rule: an atom, with operators that emit ops. Numbers may stand on either side."""

    ops: Ops
    atom: Atom

    @property
    def type(self) -> Type:
        return self.atom.type

    @property
    def dims(self) -> Dims | None:
        return dims_of(self.atom.type)

    @property
    def rank(self) -> int:
        """The rank; refused where it is not known."""
        if self.dims is None:
            raise Refusal("this needs an array whose rank is known", "give its type, as x=float64[n,m]")
        return len(self.dims)

    @property
    def dtype(self) -> str:
        return dtype_of(self.atom.type)

    def __add__(self, other: Operand) -> E: return self.ops("add", self, other)
    def __radd__(self, other: Operand) -> E: return self.ops("add", other, self)
    def __sub__(self, other: Operand) -> E: return self.ops("sub", self, other)
    def __rsub__(self, other: Operand) -> E: return self.ops("sub", other, self)
    def __mul__(self, other: Operand) -> E: return self.ops("mul", self, other)
    def __rmul__(self, other: Operand) -> E: return self.ops("mul", other, self)
    def __truediv__(self, other: Operand) -> E: return self.ops("div", self, other)
    def __rtruediv__(self, other: Operand) -> E: return self.ops("div", other, self)
    def __pow__(self, other: Operand) -> E: return self.ops("pow", self, other)
    def __matmul__(self, other: Operand) -> E: return self.ops("matmul", self, other)
    def __neg__(self) -> E: return self.ops("neg", self)
    def __lt__(self, other: Operand) -> E: return self.ops("lt", self, other)
    def __le__(self, other: Operand) -> E: return self.ops("le", self, other)
    def __gt__(self, other: Operand) -> E: return self.ops("gt", self, other)
    def __ge__(self, other: Operand) -> E: return self.ops("ge", self, other)

    def eq(self, other: Operand) -> E: return self.ops("eq", self, other)
    def ne(self, other: Operand) -> E: return self.ops("ne", self, other)


Operand = E | Atom | int | float | complex
Shape = E | tuple[Operand, ...]
"""A shape operand: one expression of type ShapeT, or a size for each axis."""


class Ops:
    """Emits ops into a builder: `g("sin", x)`, `g("sum", x, axis=(0,), keepdims=False)`."""

    def __init__(self, builder: Builder):
        self.builder = builder

    def __call__(self, name: str, *operands: Operand, **attrs: Any) -> E:
        """An op with one result."""
        return E(self, self.builder.emit(name, *map(self.atom, operands), **attrs))

    def many(self, name: str, *operands: Operand, **attrs: Any) -> tuple[E, ...]:
        """An op with several results."""
        results = self.builder.emit_many(name, tuple(map(self.atom, operands)), attrs)
        return tuple(E(self, r) for r in results)

    def wrap(self, atom: Atom) -> E:
        return E(self, atom)

    @staticmethod
    def atom(operand: Operand) -> Atom:
        match operand:
            case E():
                return operand.atom
            case Value() | Const():
                return operand
            case _:
                return const(operand)

    def dim(self, x: Operand, axis: int) -> E:
        """The length of an axis (a constant where it is known)."""
        atom = self.atom(x)
        dims = dims_of(atom.type)
        size = dims[axis] if dims is not None else None
        if isinstance(size, int):
            return self.wrap(const(size))
        return self("dim", atom, axis=axis if dims is None else axis % len(dims))

    def size(self, x: Operand) -> E:
        """The number of elements (a constant where it is known)."""
        atom = self.atom(x)
        dims = dims_of(atom.type)
        if dims is not None and all(isinstance(d, int) for d in dims):
            return self.wrap(const(dim_product(dims)))
        return self.dim(x, 0) if dims is not None and len(dims) == 1 else self("size", atom)

    def shape(self, x: Operand) -> Shape:
        """The shape of a value, as an operand for `zeros`, `broadcast` and `reshape`."""
        atom = self.atom(x)
        dims = dims_of(atom.type)
        if dims is not None and all(isinstance(d, int) for d in dims):
            return tuple(const(d) for d in dims)
        return self("shape", atom)

    def sized(self, name: str, operands: tuple[Operand, ...], shape: Shape, **attrs: Any) -> E:
        """An op whose last operands are a shape: `zeros`, `full`, `broadcast`, `reshape`."""
        sizes = (shape,) if isinstance(shape, E) else shape
        return self(name, *operands, *sizes, **attrs)

    def zeros(self, shape: Shape, dtype: str) -> E:
        return self.sized("zeros", (), shape, dtype=dtype)

    def reshape(self, x: Operand, shape: Shape) -> E:
        return self.sized("reshape", (x,), shape)

    def broadcast(self, x: Operand, shape: Shape) -> E:
        return self.sized("broadcast", (x,), shape)

    def sum(self, x: Operand, axis: tuple[int, ...] | None = None, keepdims: bool = False) -> E:
        return self("sum", x, axis=axis, keepdims=keepdims)


class Transposer(Protocol):
    """What a transpose rule builds with: `Ops`, and the shape of a linear operand."""

    def __call__(self, name: str, *operands: Operand, **attrs: Any) -> E: ...
    def many(self, name: str, *operands: Operand, **attrs: Any) -> tuple[E, ...]: ...
    def wrap(self, atom: Atom) -> E: ...
    def dim(self, x: Operand, axis: int) -> E: ...
    def size(self, x: Operand) -> E: ...
    def zeros(self, shape: Shape, dtype: str) -> E: ...
    def reshape(self, x: Operand, shape: Shape) -> E: ...
    def broadcast(self, x: Operand, shape: Shape) -> E: ...
    def sized(self, name: str, operands: tuple[Operand, ...], shape: Shape, **attrs: Any) -> E: ...
    def sum(self, x: Operand, axis: tuple[int, ...] | None = None, keepdims: bool = False) -> E: ...

    def shape(self, x: Operand) -> Shape:
        """The shape of any value: of a linear one through a primal value of the same shape."""
        ...


Partial = Callable[[Ops, tuple[E, ...], E], "E | float"]
Tangent = Callable[[Ops, Op, tuple[E, ...], tuple[E, ...], "tuple[E | None, ...]"], Any]
Transpose = Callable[[Transposer, Op, E, tuple[int, ...]], "tuple[E | None, ...]"]
TypeRule = Callable[[tuple[Atom, ...], Attrs], "Type | tuple[Type, ...]"]


EVERY = (-1,)
"""In the place of positions: every operand."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One row. Exactly one of partials, linear, bilinear, tangent, zero is given."""

    name: str
    type: TypeRule
    partials: tuple[Partial | None, ...] = ()
    linear: tuple[int, ...] | None = None
    """() stands for: all operands that are numbers."""
    bilinear: tuple[int, int] | None = None
    tangent: Tangent | None = None
    zero: bool = False
    transpose: Transpose | None = None
    needs_shape: tuple[int, ...] = ()
    """Positions of linear operands whose shape the transpose asks for; or `EVERY`."""
    call: str = ""
    """How it prints: 'np.sin', 'math.exp', 'scipy.special.erf'; empty where the writer has a form of its own."""
    keywords: tuple[str, ...] = ()
    """Under which names the last operands are passed: ('zi',) of `lfilter(b, a, x, zi=zi)`."""
    view: bool = False
    """The result may share memory with the first operand."""
    cheap: bool = False
    """Rather recomputed in the reverse sweep than kept (views, sizes, simple arithmetic on kept values)."""
    elementwise: bool = False
    """Operands broadcast against each other, and the result has the shape of that."""
    real: bool = False
    """Its derivative is known for real numbers only; through complex ones it is refused."""
    antilinear: tuple[int, ...] = ()
    """Positions of linear operands whose conjugates enter."""
    conjugates: bool = False
    """Its transpose conjugates complex operands itself, where the adjoint asks for it. Else a transpose is written as
    for real numbers, and is given the conjugates of the operands that it is not linear in."""


RULES: dict[str, Rule] = {}


def add_rule(rule: Rule) -> Rule:
    """Enter a row; a name may be entered once."""
    forms = (bool(rule.partials), rule.linear is not None, rule.bilinear is not None,
             rule.tangent is not None, rule.zero)
    if sum(forms) != 1:
        raise ValueError(f"rule {rule.name}: give one of partials, linear, bilinear, tangent, zero")
    if rule.name in RULES:
        raise ValueError(f"rule {rule.name} is entered twice")
    RULES[rule.name] = rule
    return rule


def rule_of(name: str) -> Rule:
    """The row of an op; a missing one is an error of adgen's own."""
    try:
        return RULES[name]
    except KeyError:
        raise NotImplementedError(f"no rule for the op {name!r}") from None


def infer(name: str, args: tuple[Atom, ...], attrs: Attrs) -> tuple[Type, ...]:
    """Types of an op's results."""
    result = rule_of(name).type(args, attrs)
    return tuple(map(_sized_int, result if isinstance(result, tuple) else (result,)))


def _sized_int(t: Type) -> Type:
    """Every int made at run time may serve as a size, so it gets a dim of its own."""
    return ScalarT("int", fresh_dim()) if isinstance(t, ScalarT) and t.kind == "int" and t.size is None else t


def sizes_to_dims(sizes: tuple[Atom, ...]) -> Dims | None:
    """Dims of a shape given as operands (see `Ops.sized`). A -1 is left as the int -1."""
    if len(sizes) == 1 and isinstance(sizes[0].type, ShapeT):
        return sizes[0].type.dims
    return tuple(_size_to_dim(s) for s in sizes)


def _size_to_dim(size: Atom) -> Dim:
    if isinstance(size, Const):
        return int(size.value)
    if isinstance(size.type, ScalarT) and size.type.size is not None:
        return size.type.size
    return fresh_dim()
