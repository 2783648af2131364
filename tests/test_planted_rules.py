"""An error of 0.1 % in any part of any rule, or in any composite, is found by the checks of a certificate.

The parts of a row are those that it declares, and those that the cases run. Where a row is only reached through others,
the cases are found by what their derivatives run.
"""

from __future__ import annotations

import pytest

from adgen.rules.table import RULES, Rule
from tests.certificate.planting import (
    BY_TRANSPOSER,
    CONTAINERS,
    FIRST,
    SECOND,
    Part,
    cheapest,
    composites,
    expected_parts,
    finds,
    first_find,
    first_find_in_transposer,
    is_found_in_composite,
    named_parts,
    parts_of_cases,
)
from tests.rule_cases import everything

pytestmark = pytest.mark.filterwarnings("ignore")
REFUSING = ("kaiser", *(f"special.{kind}_rad2{end}" for kind in ("pro", "obl") for end in ("", "_cv")))
"""Rows whose tangent is a refusal."""
ELSEWHERE = {("power_frechet", ("tangent", 2))}
"""Parts that only a mixed second derivative runs, which tests/test_linear_algebra.py looks at."""
NOUGHT = ("scipy.stats.dlaplace.mean",)
"""Composites that are zero."""
ROWS = [name for name, rule in RULES.items() if not rule.zero and name not in CONTAINERS and name not in BY_TRANSPOSER
        and name not in REFUSING]


def parts_of(name: str) -> set[Part]:
    """The parts of a row that are to be tried: all that it declares, and those that some case runs."""
    expected, found = expected_parts(RULES[name]), named_parts(name)
    lists = {("transpose", k) for kind, k in found if kind == "list"}
    if found and expected <= found | lists:
        return found - {part for part in found if part[0] == "list"}
    for order in (FIRST, SECOND):
        found = found | {part for row, part in parts_of_cases(order) if row == name}
    lists = {("transpose", k) for kind, k in found if kind == "list"}
    assert found or is_refused(RULES[name]), f"no case runs a derivative of {name}"
    return (found | expected) - lists - {part for part in found if part[0] == "list"}


def is_refused(rule: Rule) -> bool:
    """Whether the row only says that there is no derivative."""
    return bool(rule.partials) and not expected_parts(rule)


@pytest.mark.parametrize("name", ROWS)
def test_errors_in_rows_are_found(name: str) -> None:
    tried = [part for part in sorted(parts_of(name)) if (name, part) not in ELSEWHERE]
    lost = [part for part in tried if first_find(name, part) is None]
    assert not lost, f"errors of 0.1 % in {name} are not found: {lost}"


@pytest.mark.parametrize("name", BY_TRANSPOSER)
def test_errors_of_the_transposer_are_found(name: str) -> None:
    assert first_find_in_transposer(name) is not None


@pytest.mark.sampled(6)
@pytest.mark.parametrize("name", sorted(composites().keys() - set(NOUGHT)))
def test_errors_in_composites_are_found(name: str) -> None:
    assert is_found_in_composite(name), f"an error of 0.1 % in {name} is not found"


def test_right_rules_pass() -> None:
    """Without an error nothing is found: what the checks say is about the error."""
    assert not [case.name for case in cheapest(everything())[::97] if finds(case, FIRST)]
