"""`adgen.rules.computed`: functions that are run when compiling are in the files of their families."""

from __future__ import annotations

from tests.cases import Row

CASES: list[Row] = []
