"""Products: `matmul dot vdot vecdot inner outer cross tensordot`, and one-dimensional
convolutions.

All are bilinear. Their transposes are written as one would by hand: `ct @ b.T` and `a.T @ ct` for
matrices, `ct * b` for vectors, an outer product for a matrix times a vector; where batch axes
were repeated, the sum over those.
"""
from __future__ import annotations

from typing import Any, cast

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import ArrayT, Dim, Dims, Sym, Type, dim_minus, dim_sum, dims_of
from adgen.rules.infrastructure import conj, repeated_axes, sum_repeated
from adgen.rules.rearranging import expanded, matrix_transpose, permuted
from adgen.rules.shapes import fit, get, known_rank, put
from adgen.rules.table import E, Ops, Rule, Transposer, add_rule
from adgen.rules.typing import dtype_of_operands, fitting, keys_of

Cotangents = tuple[E | None, ...]


# Types

def ranked_dims(args: tuple[Atom, ...], what: str) -> list[Dims]:
    """Dims of operands; refused where one has no known rank."""
    keys_of(args, what)
    for atom in args:
        known_rank(atom.type)
    return [dims_of(a.type) or () for a in args]


def contracted(a: Dim, b: Dim, what: str) -> None:
    """Two axes that are summed over together must have one size."""
    if isinstance(a, int) and isinstance(b, int) and a != b:
        raise Refusal(f"{what}: the sizes {a} and {b} of the axes summed over differ", "give operands whose axes fit")


def matmul_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    a, b = ranked_dims(args, "matmul")
    if min(len(a), len(b)) < 1:
        raise Refusal("matmul does not take numbers", "use *")
    contracted(a[-1], b[max(-2, -len(b))], "matmul")
    batch = fitting(a[:-2], b[:-2]) or ()
    return ArrayT(dtype_of_operands(args), batch + a[-2:-1] + (b[-1:] if len(b) > 1 else ()))


def dot_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    a, b = ranked_dims(args, "dot")
    if min(len(a), len(b)) < 1:
        raise Refusal("the op dot does not take numbers", "this is a defect of adgen: please report the program")
    contracted(a[-1], b[max(-2, -len(b))], "dot")
    return ArrayT(dtype_of_operands(args), a[:-1] + b[:-2] + (b[-1:] if len(b) > 1 else ()))


def vdot_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    ranked_dims(args, "vdot")
    return ArrayT(dtype_of_operands(args), ())


def inner_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    a, b = ranked_dims(args, "inner")
    contracted(a[-1], b[-1], "inner")
    return ArrayT(dtype_of_operands(args), a[:-1] + b[:-1])


def outer_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    a, b = ranked_dims(args, "outer")
    if len(a) != 1 or len(b) != 1:
        raise Refusal("the op outer takes two arrays of rank 1", "this is a defect of adgen: please report the program")
    return ArrayT(dtype_of_operands(args), a + b)


def vecdot_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    a, b = ranked_dims(args, "vecdot")
    contracted(a[-1], b[-1], "vecdot")
    return ArrayT(dtype_of_operands(args), fitting(a[:-1], b[:-1]))


def cross_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    a, b = ranked_dims(args, "cross")
    dims = fitting(a, b) or ()
    if any(isinstance(d[-1], int) and d[-1] != 3 for d in (a, b)):
        raise Refusal("np.cross takes vectors of three elements",
                      "write a[0] * b[1] - a[1] * b[0] for two")
    return ArrayT(dtype_of_operands(args), dims)


def tensordot_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    a, b = ranked_dims(args, "tensordot")
    first, second = cast("tuple[tuple[int, ...], tuple[int, ...]]", attrs["axes"])
    for i, j in zip(first, second, strict=True):
        contracted(a[i], b[j], "tensordot")
    return ArrayT(dtype_of_operands(args), without(a, first) + without(b, second))


def without(dims: Dims, axes: tuple[int, ...]) -> Dims:
    return tuple(d for k, d in enumerate(dims) if k not in axes)


def convolve_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    a, b = ranked_dims(args, "convolve")
    if {known_rank(x.type) for x in args} != {1}:
        raise Refusal("convolve and correlate take arrays of rank 1", "loop over the rows")
    length = convolved_dim(a[0], b[0], cast(str, attrs["mode"]))
    return ArrayT(dtype_of_operands(args), (length,))


def convolved_dim(n: Dim, m: Dim, mode: str) -> Dim:
    """The length of a convolution of lengths n and m."""
    if mode == "full":
        return dim_minus(dim_sum((n, m)), 1)
    if isinstance(n, int) and isinstance(m, int):
        return max(n, m) if mode == "same" else abs(n - m) + 1
    if n == m:
        return n if mode == "same" else 1
    return Sym(f"{mode}({n},{m})")


# Sums over what was repeated

def unspread(g: Transposer, ct: E, x: Atom) -> E:
    """The cotangent of x, from that of x broadcast: summed over the axes repeated."""
    small, big = dims_of(x.type), ct.dims
    axes = repeated_axes(small, big)
    if small is None or big is None or axes is None:
        return fit(g, g.sized("sum_to", (ct,), g.shape(x)), x.type)
    return fit(g, sum_repeated(g, ct, axes, len(big) - len(small)), x.type)


# Transposes: of the products of a and b, with respect to each

def of_either(first: Any, second: Any) -> Any:
    """A transpose rule, from the cotangents of a and of b: (g, op, a, b, ct) -> E."""
    def transpose(g: Transposer, op: Op, ct: E, linear: tuple[int, ...]) -> Cotangents:
        a, b = (g.wrap(x) for x in op.args[:2])
        rules = (first, second)
        return tuple(fit(g, rules[k](g, op, a, b, ct), op.args[k].type) for k in linear)

    return transpose


def matmul_first(g: Transposer, op: Op, a: E, b: E, ct: E) -> E:
    match a.rank, b.rank:
        case 1, 1:
            return ct * b
        case 2, 1:
            return g("outer", ct, b)
        case 1, 2:
            return b @ ct
        case 2, 2:
            return ct @ transposed(g, b)
        case _, 1:
            return unspread(g, column(g, ct) * b, a.atom)
        case 1, _:
            return unspread(g, get(g, b @ column(g, ct), Ellipsis, 0), a.atom)
        case _:
            return unspread(g, ct @ matrix_transpose(g, b), a.atom)


def matmul_second(g: Transposer, op: Op, a: E, b: E, ct: E) -> E:
    match a.rank, b.rank:
        case 1, 1:
            return a * ct
        case 2, 1:
            return transposed(g, a) @ ct
        case 1, 2:
            return g("outer", a, ct)
        case 2, 2:
            return transposed(g, a) @ ct
        case _, 1:
            return flat_rows(g, ct, 0) @ flat_rows(g, a, 1)
        case _, 2 if a.rank > 2:
            return transposed(g, flat_rows(g, a, 1)) @ flat_rows(g, ct, 1)
        case 1, _:
            return column(g, a) * expanded(g, ct, (ct.rank - 1,))
        case _:
            return unspread(g, matrix_transpose(g, a) @ ct, b.atom)


def transposed(g: Transposer, x: E) -> E:
    return g("transpose", x, axes=(1, 0))


def column(g: Transposer, x: E) -> E:
    """x with an axis of size 1 at its end."""
    return expanded(g, x, (x.rank,))


def flat_rows(g: Transposer, x: E, kept: int) -> E:
    """x with all but its last `kept` axes made one."""
    last = [g.dim(x, k) for k in range(x.rank - kept, x.rank)]
    return g.reshape(x, (-1, *last))


def dot_first(g: Transposer, op: Op, a: E, b: E, ct: E) -> E:
    if b.rank <= 2 or a.rank == 1:
        return matmul_first(g, op, a, b, ct)
    return tensordot_cotangent(g, a, b, ct, ((a.rank - 1,), (b.rank - 2,)), 0)


def dot_second(g: Transposer, op: Op, a: E, b: E, ct: E) -> E:
    if b.rank <= 2 or a.rank == 1:
        return matmul_second(g, op, a, b, ct)
    return tensordot_cotangent(g, a, b, ct, ((a.rank - 1,), (b.rank - 2,)), 1)


def vdot_first(g: Transposer, op: Op, a: E, b: E, ct: E) -> E:
    return as_shaped(g, conj(g, ct) * b, op.args[0])


def vdot_second(g: Transposer, op: Op, a: E, b: E, ct: E) -> E:
    return as_shaped(g, ct * a, op.args[1])


def as_shaped(g: Transposer, x: E, like: Atom) -> E:
    return x if x.dims == dims_of(like.type) else g.reshape(x, g.shape(like))


def inner_first(g: Transposer, op: Op, a: E, b: E, ct: E) -> E:
    match a.rank, b.rank:
        case 1, 1:
            return ct * b
        case 2, 1:
            return g("outer", ct, b)
        case _, 1:
            return column(g, ct) * b
        case 1 | 2, 2:
            return ct @ b
        case _:
            return tensordot_cotangent(g, a, b, ct, ((a.rank - 1,), (b.rank - 1,)), 0)


def inner_second(g: Transposer, op: Op, a: E, b: E, ct: E) -> E:
    match a.rank, b.rank:
        case 1, 1:
            return ct * a
        case 1, 2:
            return g("outer", ct, a)
        case 2, 1:
            return ct @ a
        case 2, 2:
            return transposed(g, ct) @ a
        case _:
            return tensordot_cotangent(g, a, b, ct, ((a.rank - 1,), (b.rank - 1,)), 1)


def vecdot_first(g: Transposer, op: Op, a: E, b: E, ct: E) -> E:
    return unspread(g, column(g, conj(g, ct)) * b, a.atom)


def vecdot_second(g: Transposer, op: Op, a: E, b: E, ct: E) -> E:
    return unspread(g, column(g, ct) * a, b.atom)


def outer_first(g: Transposer, op: Op, a: E, b: E, ct: E) -> E:
    return ct @ b


def outer_second(g: Transposer, op: Op, a: E, b: E, ct: E) -> E:
    return a @ ct


def cross_first(g: Transposer, op: Op, a: E, b: E, ct: E) -> E:
    return unspread(g, g("cross", b, ct), a.atom)


def cross_second(g: Transposer, op: Op, a: E, b: E, ct: E) -> E:
    return unspread(g, g("cross", ct, a), b.atom)


def tensordot_first(g: Transposer, op: Op, a: E, b: E, ct: E) -> E:
    return tensordot_cotangent(g, a, b, ct, op.attrs["axes"], 0)


def tensordot_second(g: Transposer, op: Op, a: E, b: E, ct: E) -> E:
    return tensordot_cotangent(g, a, b, ct, op.attrs["axes"], 1)


def tensordot_cotangent(g: Transposer, a: E, b: E, ct: E, axes: Any, position: int) -> E:
    """Contracts ct with the other factor over the axes that came from there; orders the axes."""
    ours, theirs = (axes[0], axes[1]) if position == 0 else (axes[1], axes[0])
    mine, other = (a, b) if position == 0 else (b, a)
    free = [k for k in range(mine.rank) if k not in ours]
    other_free = tuple(k for k in range(other.rank) if k not in theirs)
    summed = [ours[theirs.index(k)] for k in sorted(theirs)]
    if position == 0:
        places = tuple(range(len(free), ct.rank))
        made, order = times(g, ct, other, places, other_free), free + summed
    else:
        places = tuple(range(len(other_free)))
        made, order = times(g, other, ct, other_free, places), summed + free
    return permuted(cast(Ops, g), made, tuple(order.index(k) for k in range(mine.rank)))


def times(g: Transposer, a: E, b: E, first: tuple[int, ...], second: tuple[int, ...]) -> E:
    """`tensordot`, or a product with a number."""
    if a.rank == 0 or b.rank == 0:
        return a * b
    return g("tensordot", a, b, axes=(first, second))


def whole(g: Transposer, op: Op, a: E, b: E, ct: E) -> E:
    """The cotangent of the full convolution, of which 'same' and 'valid' are the middle."""
    if op.attrs["mode"] == "full":
        return ct
    n, m, length = g.dim(a, 0), g.dim(b, 0), g.dim(ct, 0)
    total = n + m - 1
    spare = total - length
    if op.name == "correlate" and op.attrs["mode"] == "same":
        spare = spare + (n < m)
    start = g("floordiv", spare, 2)
    return put(g, g.zeros((total,), ct.dtype), ct, slice(start, start + length))


def convolve_first(g: Transposer, op: Op, a: E, b: E, ct: E) -> E:
    return g("correlate", whole(g, op, a, b, ct), b, mode="valid")


def convolve_second(g: Transposer, op: Op, a: E, b: E, ct: E) -> E:
    return g("correlate", whole(g, op, a, b, ct), a, mode="valid")


def correlate_first(g: Transposer, op: Op, a: E, b: E, ct: E) -> E:
    return g("convolve", whole(g, op, a, b, ct), b, mode="valid")


def correlate_second(g: Transposer, op: Op, a: E, b: E, ct: E) -> E:
    made = g("correlate", whole(g, op, a, b, ct), a, mode="valid")
    return get(g, conj(g, made), slice(None, None, -1))


CONJUGATE: dict[str, tuple[int, ...]] = {"vdot": (0,), "vecdot": (0,), "convolve": (), "correlate": (1,)}
"""Products that conjugate a factor or whose transposes do, and the factors that enter conjugated."""


def product(name: str, type_rule: Any, first: Any, second: Any, call: str) -> None:
    """Enter a product of two factors, given the cotangent of each."""
    add_rule(Rule(name, type_rule, bilinear=(0, 1), transpose=of_either(first, second), call=call,
                  needs_shape=(0, 1), conjugates=name in CONJUGATE, antilinear=CONJUGATE.get(name, ())))


# fmt: off
product("matmul",    matmul_type,    matmul_first,    matmul_second,    "np.matmul")
product("dot",       dot_type,       dot_first,       dot_second,       "np.dot")
product("vdot",      vdot_type,      vdot_first,      vdot_second,      "np.vdot")
product("vecdot",    vecdot_type,    vecdot_first,    vecdot_second,    "np.vecdot")
product("inner",     inner_type,     inner_first,     inner_second,     "np.inner")
product("outer",     outer_type,     outer_first,     outer_second,     "np.outer")
product("cross",     cross_type,     cross_first,     cross_second,     "np.cross")
product("tensordot", tensordot_type, tensordot_first, tensordot_second, "np.tensordot")
product("convolve",  convolve_type,  convolve_first,  convolve_second,  "np.convolve")
product("correlate", convolve_type,  correlate_first, correlate_second, "np.correlate")
# fmt: on
