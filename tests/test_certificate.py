"""Every callable of the tables has a complete certificate, and the record and its page are current.

The record is written by `python -m tests.certificate`, which tries every variant; here a part of the variants is tried
anew, a different one for each case and always the same.
"""

from __future__ import annotations

import hashlib

import pytest

from tests import states
from tests.certificate import record
from tests.certificate.certify import COLUMNS, COST, outcome
from tests.certificate.variants import VARIANTS
from tests.rule_cases import Case, everything, wrt_of

pytestmark = pytest.mark.filterwarnings("ignore")
RECURRENCE = "the derivative is a recurrence, run step by step so that it is right at zeros in every order"
COSTLY = {
    "np.cumprod": RECURRENCE,
    "ndarray.cumprod": RECURRENCE,
    "np.cumulative_prod": RECURRENCE,
    "np.nancumprod": RECURRENCE,
    "np.poly": "a factor at a time; the product before each is kept",
    "np.poly1d": "of roots, as np.poly",
    "np.polydiv": "each step of the division is several steps of its reverse",
    "scipy.linalg.pinv": "as np.linalg.pinv",
    "np.linalg.pinv": "a product of an n x m matrix with another is n x n, or m x m, whichever order it is taken in",
}
"""Functions whose vjp takes more memory, or more steps of Python, than they do, and why."""
SHARE = 4
"""One case in so many is tried on a variant."""


def chosen(case: Case) -> str:
    """The variant to try on a case; empty for most."""
    number = int(hashlib.sha256(case.name.encode()).hexdigest()[:8], 16)
    columns = (*VARIANTS, COST)
    return columns[number // SHARE % len(columns)] if number % SHARE == 0 else ""


TRIED = [(case, chosen(case)) for case in everything() if wrt_of(case) and chosen(case)]


@pytest.mark.parametrize(("case", "column"), TRIED, ids=[f"{column}: {case.name}" for case, column in TRIED])
def test_variants(case: Case, column: str) -> None:
    found = outcome(case, column)
    assert not found.startswith(("failed", "costs")) or costly(case), found


def costly(case: Case) -> bool:
    return any(name.removeprefix("ndarray") in case.text for name in COSTLY)


def test_the_record_has_callables_of_today() -> None:
    """It may lag behind: a callable that is not in it yet has its first order checked by the suite all the same."""
    unknown = sorted(set(record.read()) - set(record.cases_of()))
    assert not unknown, f"run python -m tests.certificate: {unknown}"


def test_every_certificate_is_complete() -> None:
    rows = record.read()
    assert [name for name, row in rows.items() if not {*COLUMNS, "cases"} <= row.keys()] == []
    assert [line for line in record.defects(rows) if ": failed" in line] == []
    assert {name for name, row in rows.items() if row[COST].startswith("costs")} <= COSTLY.keys()
    wrong = ("raises", "failed", "n/a")
    assert [name for name, row in rows.items() if row["first order"].startswith(wrong)] == []
    assert [name for name, row in rows.items() if row["second order"].startswith(wrong)] == []


def test_the_page_is_current() -> None:
    assert states.PAGE.read_text() == states.page(), "run: python -m tests.states"
