"""Complete programs, unmodified, in first and second order."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

import pytest

import tests.programs
from tests.program_checks import check_program

MODULES = [importlib.import_module(f"tests.programs.{m.name}") for m in pkgutil.iter_modules(tests.programs.__path__)]


@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__.rpartition(".")[2])
def test_program(module: ModuleType) -> None:
    check_program(module.FUNCTION, module.SMALL, 2, module.ARGNUMS)
