"""The modules under `generated/` are what the compiler writes today; CuPy's (`..._cupy.py`) stand beside NumPy's."""
from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from adgen import cli
from examples.manifest import MANIFEST, Entry
from tests.cupy_checks.cpu import CTYPES, Kernel, kernels_of
from tests.cupy_checks.names import INSTALLED, problems

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


# Those for CuPy

ON_GPU = [(COMMITTED / entry.module).read_text() for entry in MANIFEST if entry.target == "cupy"]


@pytest.mark.parametrize("text", ON_GPU, ids=[entry.module for entry in MANIFEST if entry.target == "cupy"])
def test_names_are_of_cupy(text: str) -> None:
    if not INSTALLED:
        pytest.skip("CuPy is not installed")
    assert problems(text) == []


def test_kernels_compile_for_each_architecture(dry_or_none: Any) -> None:
    if dry_or_none is None:
        pytest.skip("CuPy is not installed, which brings the compiler")
    kernels = [kernel for text in ON_GPU for kernel in kernels_of(text)]
    assert len(kernels) > 20
    complaints = dry_or_none.compile((for_device(kernel), ("--std=c++17",)) for kernel in kernels)
    assert len(complaints) == 3 and not any(complaints.values()), complaints


def test_a_broken_kernel_is_found(dry_or_none: Any) -> None:
    if dry_or_none is None:
        pytest.skip("CuPy is not installed, which brings the compiler")
    broken = Kernel("float64 x", "float64 y", "y = exq(x);", "k")
    assert all("exq" in text for text in dry_or_none.compile([(for_device(broken), ("--std=c++17",))]).values())


def for_device(kernel: Kernel) -> str:
    """A kernel as a program, an element a thread."""
    given, made = kernel.params
    pointers = [f"{CTYPES[p.dtype.name]} *_{p.name}" for p in (*given, *made)]
    read = [f"const {CTYPES[p.dtype.name]} {p.name} = _{p.name}[i];" for p in given]
    written = [f"{CTYPES[p.dtype.name]} &{p.name} = _{p.name}[i];" for p in made]
    start = "long long i = blockIdx.x * (long long)blockDim.x + threadIdx.x; if (i >= n) return;"
    lines = [f'extern "C" __global__ void {kernel.name}({", ".join(["long long n", *pointers])}) {{', start]
    return "\n".join([*lines, *read, *written, kernel.body, ";", "}"])
