"""Options of the test suite, and fixed seeds for its random programs.

    --update        writes golden files and outputs in the docs anew
    --exhaustive    runs every check on every case; else those that take long are run on a fixed part of the cases
"""
from __future__ import annotations

import importlib.util
import shutil
import zlib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import settings

collect_ignore = [f"gpu_benchmark/in_{name}.py" for name in ("jax", "torch") if importlib.util.find_spec(name) is None]
"""Contenders of the benchmark that are not installed."""

settings.register_profile("fixed", derandomize=True, deadline=None, database=None)
settings.load_profile("fixed")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update", action="store_true", help="write golden files and outputs in the docs anew")
    parser.addoption("--exhaustive", action="store_true", help="run every check on every case")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "sampled(n): run on one case in n, but for --exhaustive")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Of tests marked `sampled(n)` one in n is kept, always the same ones: by their names."""
    if config.getoption("--exhaustive"):
        return
    config.hook.pytest_deselected(items=[item for item in items if is_left_out(item)])
    items[:] = [item for item in items if not is_left_out(item)]


def is_left_out(item: pytest.Item) -> bool:
    mark = item.get_closest_marker("sampled")
    return mark is not None and zlib.crc32(item.nodeid.encode()) % mark.args[0] != 0


@pytest.fixture(scope="session")
def compiler() -> None:
    """What the checks of CuPy modules compile kernels with."""
    if shutil.which("g++") is None:
        pytest.skip("g++ is not installed, which compiles kernels for the CPU")


@pytest.fixture(scope="session")
def dry_or_none() -> Iterator[Any]:
    """A process in which CuPy runs without a device; None without CuPy."""
    if importlib.util.find_spec("cupy") is None:
        yield None
        return
    from tests.cupy_checks.dry import Dry

    with Dry() as process:
        yield process


@pytest.fixture
def dry(dry_or_none: Any) -> Any:
    """The same, where the test is about CuPy itself."""
    if dry_or_none is None:
        pytest.skip("CuPy is not installed")
    return dry_or_none
