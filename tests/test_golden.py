"""The emitted vjps of 40 calls are those of the golden file."""

from __future__ import annotations

import pytest

from tests.golden import FILE, golden, texts


def test_there_are_forty() -> None:
    assert len(set(texts())) == 40


def test_emitted_code_is_that_of_the_golden_file(request: pytest.FixtureRequest) -> None:
    made = golden()
    if request.config.getoption("--update"):
        FILE.write_text(made)
    for found, kept in zip(made.split("==== "), FILE.read_text().split("==== "), strict=True):
        assert found == kept, "read the difference; if it is for the better, run with --update"
