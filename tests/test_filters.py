"""Filters of SciPy in emitted modules: constants that say how they were made, names that two modules share, kinks."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import scipy.interpolate
import scipy.ndimage
import scipy.signal

import adgen
from adgen.cli import main

MODEL = """import numpy as np
import scipy.signal


def power(x):
    b, a = scipy.signal.butter(4, 0.2)
    h = scipy.signal.firwin(61, 0.2, window=("kaiser", 4.0))
    return np.sum(scipy.signal.lfilter(b, a, scipy.signal.convolve(x, h, mode="same")) ** 2)
"""


def test_a_written_module_makes_its_constants(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A design of any size is the call that made it; the module needs nothing bound."""
    model, made = tmp_path / "model.py", tmp_path / "made.py"
    model.write_text(MODEL)
    assert main(["grad", f"{model}:power", "--arg", "x=float64[n]", "-o", str(made)]) == 0
    text = made.read_text()
    assert "scipy.signal.firwin(61, 0.2, window=('kaiser', 4.0))" in text
    assert "scipy.signal.butter(4, 0.2)[0]" in text and "captured" not in text
    x = np.random.default_rng(0).normal(size=90)
    found, expected = (loaded(path, name)(x) for path, name in ((made, "power_grad"), (model, "power_slope")))
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)


def loaded(path: Path, name: str) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return adgen.grad(module.power) if name == "power_slope" else getattr(module, name)


def test_functions_of_one_name_in_two_modules() -> None:
    def f(x: Any, w: Any) -> Any:
        return np.sum(scipy.signal.convolve(x, w, "same") * scipy.ndimage.convolve(x, np.ones(3)))

    slope = adgen.grad(f, wrt=("x", "w"))
    x, w = np.arange(5.0), np.array([1.0, 2.0, 0.5])
    slope(x, w)
    assert "scipy.signal.convolve(" in slope.source and "scipy.ndimage.convolve(" in slope.source
    assert not re.search(r"import .*\bconvolve", slope.source)


def test_the_slope_at_an_element_is_the_mean_of_both_sides() -> None:
    def f(x: Any, c: Any) -> Any:
        return np.sum(scipy.ndimage.map_coordinates(x, [c], order=1, mode="nearest"))

    x = np.array([1.0, 2.0, 5.0, 5.5])
    slope = adgen.grad(f, wrt=1)
    np.testing.assert_array_equal(slope(x, np.array([1.0, 2.0])), [2.0, 1.75])
    np.testing.assert_array_equal(slope(x, np.array([0.0, 3.0, 4.0, 0.5])), [0.5, 0.25, 0.0, 1.0])


def test_ties_of_a_maximum_filter_share_equally() -> None:
    slope = adgen.grad(lambda x: np.sum(scipy.ndimage.maximum_filter(x, 3, mode="constant", cval=-1.0)))
    np.testing.assert_allclose(slope(np.array([2.0, 2.0, 0.0, 1.0, 0.5])), [1.0, 2.0, 0.0, 2.0, 0.0])


def test_the_gradient_of_a_flat_image_has_no_slope() -> None:
    slope = adgen.grad(lambda x: np.sum(scipy.ndimage.gaussian_gradient_magnitude(x, 1.0)))
    np.testing.assert_array_equal(slope(np.ones((5, 6))), np.zeros((5, 6)))


def test_a_spline_that_was_fitted_outside() -> None:
    knots = np.linspace(0.0, 3.0, 7)
    for spline in (scipy.interpolate.CubicSpline(knots, np.sin(knots)),
                   scipy.interpolate.make_interp_spline(knots, np.sin(knots), k=3),
                   scipy.interpolate.PchipInterpolator(knots, np.sin(knots))):
        x = np.array([0.3, 1.1, 2.9])
        np.testing.assert_allclose(adgen.grad(lambda x, s=spline: np.sum(s(x)))(x), spline(x, 1), rtol=1e-10)


@pytest.mark.parametrize("function, words", [
    (lambda x: scipy.signal.welch(x)[1], "scipy.signal.welch is not supported"),
    (lambda x: scipy.ndimage.zoom(x, 2.0), "order=3"),
    (lambda x: scipy.ndimage.gaussian_filter(x, 1.0, output=np.float32), "output="),
    (lambda x: scipy.signal.filtfilt([1.0], [1.0, 0.2], x, method="gust"), "method='gust'"),
    (lambda x: scipy.interpolate.griddata(x, x, x), "triangulates"),
])
def test_what_is_refused(function: Any, words: str) -> None:
    with pytest.raises(adgen.AdgenError, match=re.escape(words)):
        adgen.grad(function)(np.ones(9))
