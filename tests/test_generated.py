"""The modules under `generated/` are what the compiler writes today; CuPy's (`..._cupy.py`) stand beside NumPy's."""
from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest

from adgen import cli
from examples.manifest import MANIFEST, Entry

ROOT = Path(__file__).parents[1]
COMMITTED = ROOT / "generated"


@pytest.mark.parametrize("entry", MANIFEST, ids=lambda entry: entry.module)
def test_current(entry: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Writing for CuPy asks whether it is installed, and needs no more of it."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *_: name)
    assert cli.main(entry.arguments(str(tmp_path))) == 0
    written, committed = tmp_path / entry.module, COMMITTED / entry.module
    assert written.read_text() == committed.read_text(), "run: python -m examples.manifest"


def test_nothing_else_is_there() -> None:
    found = {path.name for path in COMMITTED.glob("*.py")}
    assert found <= {entry.module for entry in MANIFEST}, "a module that no row makes"
