"""Reductions with `where=`, `initial=` and `mean=`, which CuPy's do not take: entries of `EQUIVALENTS`.

What a mask leaves out is replaced by what does not count. Sums may differ from NumPy's by rounding: NumPy adds the runs
that a mask selects.
"""

from __future__ import annotations

from adgen.ir.core import Op
from adgen.ir.types import is_complex
from adgen.rules.cupy_equivalents import equivalent
from adgen.rules.table import E, Ops


class Given:
    """What a reduction is given by name; of those that skip NaN, the mask leaves that out too."""

    def __init__(self, g: Ops, op: Op, x: E, values: tuple[E, ...]):
        self.g, self.axis, self.keep = g, op.attrs["axis"], op.attrs["keepdims"]
        named = dict(zip(op.attrs["named"], values, strict=True))
        self.initial, self.mean = named.get("initial"), named.get("mean")
        self.mask = named.get("where")
        dtype = op.attrs.get("dtype")
        self.x = x if dtype in (None, x.dtype) else g("convert", x, dtype=dtype)
        if op.name.startswith("nan"):
            valid = g("logical_not", g("isnan", x))
            self.mask = valid if self.mask is None else g("logical_and", self.mask, valid)

    def chosen(self, x: E, other: E | float | bool) -> E:
        """x, and where the mask leaves it out something else."""
        return x if self.mask is None else self.g("where", self.mask, x, other)

    def count(self) -> E:
        """How many elements are reduced into one, with the axes kept."""
        ones = self.g("ones", *self.sizes(), dtype="int64")
        return self.g.sum(self.chosen(ones, 0), self.axis, True)

    def sizes(self) -> tuple[E, ...]:
        shape = self.g.shape(self.x)
        return (shape,) if isinstance(shape, E) else tuple(map(self.g.wrap, map(self.g.atom, shape)))

    def centre(self) -> E:
        """The mean, with the axes kept."""
        return self.g.sum(self.chosen(self.x, 0), self.axis, True) / self.count()

    def reduced(self, x: E) -> E:
        """x, whose reduced axes have size 1, without them."""
        if self.keep:
            return x
        return self.g("squeeze", x, axis=tuple(range(x.rank)) if self.axis is None else self.axis)


@equivalent("sum.with", "nansum.with")
def total(g: Ops, op: Op, x: E, *values: E) -> E | None:
    if not values:
        return None
    given = Given(g, op, x, values)
    made = g.sum(given.chosen(given.x, 0), given.axis, given.keep)
    return made if given.initial is None else made + given.initial


@equivalent("prod.with", "nanprod.with")
def product(g: Ops, op: Op, x: E, *values: E) -> E | None:
    if not values:
        return None
    given = Given(g, op, x, values)
    made = g("prod", given.chosen(given.x, 1), axis=given.axis, keepdims=given.keep)
    return made if given.initial is None else made * given.initial


@equivalent("max.with", "nanmax.with", "min.with", "nanmin.with")
def extremum(g: Ops, op: Op, x: E, *values: E) -> E | None:
    """With a mask NumPy asks for a number to start with."""
    if not values:
        return None
    given, name = Given(g, op, x, values), "max" if "max" in op.name else "min"
    start = given.initial
    made = g(name, given.x if start is None else given.chosen(given.x, start), axis=given.axis, keepdims=given.keep)
    return made if start is None else g(f"{name}imum", made, start)


@equivalent("mean.with", "nanmean.with")
def mean(g: Ops, op: Op, x: E, *values: E) -> E | None:
    if not values:
        return None
    given = Given(g, op, x, values)
    return given.reduced(given.centre())


@equivalent("var.with", "nanvar.with", "std.with", "nanstd.with")
def deviation(g: Ops, op: Op, x: E, *values: E) -> E | None:
    """CuPy's that skip NaN do not keep to a dtype."""
    if not values and not op.name.startswith("nan"):
        return None
    given = Given(g, op, x, values)
    away = given.chosen(given.x - (given.centre() if given.mean is None else given.mean), 0)
    squares = g("real", g("conj", away) * away) if is_complex(away.type) else away * away
    free = g("maximum", given.count() - op.attrs.get("ddof", 0), 0)
    variance = g.sum(squares, given.axis, True) / free
    return given.reduced(g("sqrt", variance) if "std" in op.name else variance)


@equivalent("all.with", "any.with")
def truth(g: Ops, op: Op, x: E, *values: E) -> E | None:
    if not values:
        return None
    given, name = Given(g, op, x, values), op.name.removesuffix(".with")
    return g(name, given.chosen(given.x.ne(0), name == "all"), axis=given.axis, keepdims=given.keep)
