"""The roots of a polynomial, by the coefficients.

The derivative is that of a root which is known by its equation, p(r) = 0: r_dot = -p_dot(r) / p'(r), for roots that
are simple. Whether the roots of real coefficients are real depends on their values; that is checked when running.
"""
from __future__ import annotations

from typing import Any

import numpy as np

from adgen.errors import Refusal
from adgen.ir.core import Atom, Attrs, Op
from adgen.ir.types import ArrayT, Type, dtype_of, fresh_dim, is_complex
from adgen.rules.linalg import require_real
from adgen.rules.lowering import Result, lowers
from adgen.rules.rearranging import expanded
from adgen.rules.shapes import array_of, get, known_rank
from adgen.rules.table import E, Ops, Rule, add_rule
from adgen.rules.typing import mean_dtype


def roots_type(args: tuple[Atom, ...], attrs: Attrs) -> Type:
    """Fewer than the coefficients; how many zeros there are at their ends is known when running."""
    return ArrayT(mean_dtype(dtype_of(args[0].type)), (fresh_dim(),))


def roots_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: tuple[E | None, ...]) -> E | None:
    (p,), (r,), (p_dot,) = args, ys, dots
    if p_dot is None:
        return None
    size = g.dim(p, 0)
    powers = g("vander", r, size, increasing=False)
    degrees = get(g, g("arange", 1, size, dtype=None), slice(None, None, -1))
    slope = get(g, p, slice(None, -1)) * g("convert", degrees, dtype=p.dtype)
    return -(powers @ p_dot) / (get(g, powers, slice(None), slice(1, None)) @ slope)


add_rule(Rule("roots", roots_type, tangent=roots_tangent, call="np.roots"))


@lowers(np.roots, "p")
def lower_roots(g: Ops, p: Any) -> Result:
    x = array_of(g, p)
    x = expanded(g, x, (0,)) if x.rank == 0 else x
    if known_rank(x.type) != 1:
        raise Refusal("np.roots needs an array of rank 1", "give the coefficients, the highest power first")
    found = g("roots", x)
    if not is_complex(x.type):
        require_real(g, found, "np.roots")
    return found
