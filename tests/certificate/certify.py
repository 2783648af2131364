"""Certifies a case: each check and each variant has an outcome.

    "ok"            checked
    "n/a: ..."      NumPy does not take such arguments, or there is nothing of the sort to vary
    "refused: ..."  the compiler refuses it, with this message
    "raises: ..."   the derivative raises an error where NumPy does not
    "costs: ..."    at four times the size the vjp takes much more than the function does (`tests.certificate.growth`)
    "failed: ..."   the derivative is wrong
"""

from __future__ import annotations

import traceback
from typing import Any

import numpy as np

from adgen.errors import AdgenError
from tests import oracles
from tests.certificate.checks import (
    check_adjoint,
    check_containers,
    check_numerically,
    check_second_order,
    is_rounded,
    program,
    weighted,
)
from tests.certificate.growth import growth
from tests.certificate.variants import VARIANTS, accepted
from tests.rule_cases import Case, wrt_of

OK, FIRST, SECOND, COST = "ok", "first order", "second order", "cost"
COLUMNS = (FIRST, SECOND, *VARIANTS, COST)
DIFFERENCES = ("0-d", "broadcast", "complex")
"""Variants whose tangents are compared with differences; the others' are the case's own."""


def outcome(case: Case, column: str, once: bool = False) -> str:
    """Of one column of the certificate; `once`: the function has no second derivative."""
    if column == FIRST:
        return attempt(lambda: first_order(case, column))
    if column == SECOND:
        return "refused: it has no second derivative" if once else attempt(lambda: second_order(case))
    if column == COST:
        return cost_of(case)
    return joined([variant(made, column) for made in VARIANTS[column](case)])


def cost_of(case: Case) -> str:
    with np.errstate(all="ignore"):
        try:
            found = growth(case)
        except AdgenError as error:
            return f"n/a: {error.problems[0].message}"
        except Exception as error:
            return f"n/a: {type(error).__name__} at other sizes"
    if found is None:
        return "n/a: the function takes no other sizes"
    return f"costs: {found.text()}" if found.text() else OK


def joined(found: list[str]) -> str:
    """The outcome of several variants: the worst of those that NumPy takes."""
    for kind in ("failed", "costs", "raises", OK, "refused", "n/a"):
        worst = [text for text in found if text.startswith(kind)]
        if worst:
            return worst[0]
    return "n/a: nothing to vary"


def variant(case: Case, column: str) -> str:
    value = accepted(case)
    if isinstance(value, Exception):
        return f"n/a: {type(value).__name__}"
    if not wrt_of(case):
        return "n/a: no float is left"
    if not oracles.same_bits(value, accepted(case)):
        return "n/a: NumPy returns memory that it never wrote to"
    return attempt(lambda: first_order(case, column))


def attempt(check: Any) -> str:
    with np.errstate(all="ignore"):
        try:
            check()
            return OK
        except AdgenError as error:
            return f"refused: {error.problems[0].message}"
        except AssertionError as error:
            if raised_by_emitted(error):
                return f"raises: {error}"
            return f"failed: {' '.join(str(error).split())[:200]}"
        except Exception as error:
            return f"raises: {type(error).__name__}: {' '.join(str(error).split())[:200]}"


def raised_by_emitted(error: AssertionError) -> bool:
    """Whether an assertion of an emitted module failed, which says that sizes do not fit."""
    frames = traceback.extract_tb(error.__traceback__)
    return bool(frames) and frames[-1].filename.startswith("<adgen ")


def first_order(case: Case, column: str) -> None:
    made = program(case)
    oracles.primal(made)
    check_containers(made)
    check_adjoint(made)
    if column == FIRST:
        oracles.no_aliases(made)
        oracles.repeatable(made)
    if column in (FIRST, *DIFFERENCES) and not is_rounded(case):
        check_numerically(made)


def second_order(case: Case) -> None:
    made = weighted(case)
    if oracles.is_inexact(made.value()):
        check_second_order(made, is_rounded(case))
