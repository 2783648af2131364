"""Every example runs, and finds what it is meant to find."""
from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

FOLDER = Path(__file__).parents[1] / "examples"
PLOTS = ("digits", "heat_fit", "n_body")

# fmt: off
EXPECTED: dict[str, Callable[[Any], bool]] = {
    "black_scholes":    lambda worst: worst < 1e-12,
    "digits":           lambda accuracy: accuracy >= 0.95,
    "gaussian_mixture": lambda score: score > 0.85,
    "gaussian_process": lambda fit: fit.success and fit.fun < 200.0,
    "heat_fit":         lambda error: error < 0.1,
    "kalman":           lambda variances: np.allclose(variances, (15099.0, 1469.1), rtol=1e-3),
    "logistic":         lambda difference: difference < 1e-4,
    "n_body":           lambda error: error < 0.005,
    "recurrence":       lambda printed: printed is None,
    "rosenbrock":       lambda values: min(values.values()) < 1e-9,
    "textbook":         lambda slope: abs(slope - 5.5) < 1e-12,
}
# fmt: on


def test_every_example_is_listed() -> None:
    programs = {path.stem for path in FOLDER.glob("*.py") if "\nimport adgen\n" in path.read_text()}
    assert programs <= set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_example(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(FOLDER))
    options: dict[str, Any] = {}
    if name in PLOTS:
        pytest.importorskip("matplotlib")
        options["path"] = tmp_path / f"{name}.png"
    if name == "rosenbrock":
        options["size"] = 60
    result = importlib.import_module(f"examples.{name}").main(**options)
    assert EXPECTED[name](result)
    assert name not in PLOTS or options["path"].exists()
