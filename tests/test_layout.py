"""Imports go one way, and every file keeps to a size that can be read."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent / "adgen"
FILES = sorted(ROOT.rglob("*.py"))
STAGES = {"frontend": 3, "transforms": 3, "unparse": 3}
LAYERS = {"errors": 0, "ir": 1, "library": 2, "rules": 2, **STAGES, "cli": 5, "__main__": 6}
"""What a part may import is lower; the files beside api.py are all of layer 4."""


def part_of(path: Path) -> str:
    relative = path.relative_to(ROOT)
    return relative.parts[0] if len(relative.parts) > 1 else relative.stem


def imports(path: Path) -> set[str]:
    """The parts of adgen that a file imports."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text())):
        match node:
            case ast.ImportFrom(module="adgen", names=names):
                found |= {alias.name for alias in names}
            case ast.ImportFrom(module=str(module)) if module.startswith("adgen."):
                found.add(module.split(".")[1])
            case ast.Import(names=names):
                found |= {a.name.split(".")[1] for a in names if a.name.startswith("adgen.")}
            case _:
                pass
    return found


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_imports_go_one_way(path: Path) -> None:
    part = part_of(path)
    for other in imports(path) - {part}:
        assert LAYERS.get(other, 4) <= LAYERS.get(part, 4), f"{part} imports {other}"
        assert not (part in STAGES and other in STAGES), f"{part} imports {other}, beside it"


@pytest.mark.parametrize("path", [p for p in FILES if part_of(p) != "frontend"], ids=name_of)
def test_imports_stand_on_top(path: Path) -> None:
    """But in the frontend, whose parts call each other as expressions nest."""
    tree = ast.parse(path.read_text())
    inside = [
        n.lineno
        for f in ast.walk(tree)
        if isinstance(f, ast.FunctionDef)
        for n in ast.walk(f)
        if isinstance(n, (ast.Import, ast.ImportFrom))
    ]
    assert not inside, f"imports inside functions, lines {inside}"


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_files_say_what_they_are(path: Path) -> None:
    text = path.read_text()
    assert not text.strip() or ast.get_docstring(ast.parse(text)), "no docstring"
    assert text.count("\n") <= 600, "longer than can be read"


def test_stages_are_pure_of_the_api() -> None:
    """The contracts are imported by every stage, so they import none."""
    for path in (ROOT / "ir").glob("*.py"):
        assert imports(path) <= {"ir", "errors"}
