"""Second derivatives of one call, without the frontend and the writer: the cotangent's own
tangent and cotangent, checked as the call's are."""
from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np

from adgen.ir.core import Block, Function
from adgen.ir.tree import Leaf, Node
from adgen.ir.types import is_inexact
from adgen.transforms.derive import vjp_of
from tests.rule_derivatives import (
    check_adjoint,
    check_numerically,
    function_of,
    random_like,
    run,
    tangents,
)


def inexact(block: Block) -> tuple[int, ...]:
    return tuple(k for k, p in enumerate(block.params) if is_inexact(p.type))


def cotangents_of(fn: Function) -> Function:
    """The cotangents of a function's arguments, as a function of those and of the result's."""
    made = vjp_of(fn, inexact(fn.block))
    results = made.block.results[len(fn.block.results):]
    output = Node("tuple", (), tuple(Leaf(r.type) for r in results))
    return dataclasses.replace(made, block=dataclasses.replace(made.block, results=results),
        output=output)


def checked_twice(function: Any, args: tuple[Any, ...], tolerance: float = 1e-4,
    **kwargs: Any) -> None:
    """Compare second derivatives with differences of the first, and with each other."""
    fn, numbers = function_of(function, args, kwargs, True)
    rng = np.random.default_rng(11)
    with np.errstate(all="ignore"):
        results = zip(run(fn.block, numbers), fn.block.results, strict=True)
        numbers = [*numbers, *(random_like(rng, y) for y, r in results if is_inexact(r.type))]
        reverse = cotangents_of(fn)
        wrt = inexact(reverse.block)
        v = [random_like(rng, numbers[k]) for k in wrt]
        y_dots = tangents(reverse, wrt, numbers, v)
        check_numerically(reverse, wrt, numbers, v, y_dots, tolerance)
        check_adjoint(reverse, wrt, numbers, v, y_dots)
