"""docs/supported.md is what the tables say."""
from __future__ import annotations

from tests.supported import PAGE, page


def test_the_page_is_current():
    assert PAGE.read_text() == page(), "run: python -m tests.supported"
