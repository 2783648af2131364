"""Options of the test suite, and fixed seeds for its random programs.

    --update        writes golden files and outputs in the docs anew
    --exhaustive    runs every check on every case; else those that take long are run on a fixed part of the cases
"""
from __future__ import annotations

import zlib

import pytest
from hypothesis import settings

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
