"""Every parameter of NumPy's functions and methods that adgen knows: in adgen's signature at its place, or refused.

NumPy's own signatures are compared, so a keyword that is forgotten shows, and one that a new release brings.
"""

from __future__ import annotations

import inspect
import linecache
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.library import READ
from adgen.rules.families import load_families
from adgen.rules.lowering import CALLABLES, METHODS, UFUNC_KEYWORDS, parse_signature
from adgen.rules.ufunc_methods import UFUNC_METHODS

pytestmark = pytest.mark.filterwarnings("ignore")
load_families()

NO_VALUE = getattr(np, "_NoValue", None)
P = inspect.Parameter

FORMAT = "how numbers are printed is a setting of the program"
LOOP = "a product along the last axes in the operands' dtype"
GUFUNC = ("axes", "axis", "keepdims", "casting", "order", "dtype", "subok", "signature")
PRINTED = ("max_line_width", "precision", "suppress_small", "separator", "prefix", "formatter", "threshold",
           "edgeitems", "sign", "floatmode", "suffix", "legacy")
REFUSED: dict[tuple[str, str], str] = {
    **{(name, key): FORMAT for name in ("np.array_str", "np.array_repr") for key in PRINTED[:3]},
    **{("np.array2string", key): FORMAT for key in PRINTED},
    **{(name, key): LOOP for name in ("np.matvec", "np.vecmat") for key in ("out", *GUFUNC)},
}
"""Parameters that are refused by name, and why."""

REDUCED = frozenset({"keepdims", "initial", "where"})
EXTRA: dict[str, frozenset[str]] = {
    "np.einsum": frozenset({"dtype", "order", "casting"}),
    "np.pad": frozenset({"constant_values", "end_values", "stat_length", "reflect_type"}),
    "np.arange": frozenset({"stop", "dtype"}),
    **{f"ndarray.{name}": REDUCED for name in ("sum", "prod", "mean", "max", "min")},
    **{f"ndarray.{name}": REDUCED | {"mean", "correction"} for name in ("var", "std")},
}
"""Parameters that NumPy takes beside its own signature: in **kwargs."""


def known() -> Iterator[Any]:
    """(name, NumPy's signature, adgen's) of all functions and methods of NumPy."""
    for function, row in CALLABLES:
        if is_numpy(row.name, function):
            yield pytest.param(row.name, function, row.signature, id=row.name)
    for row in READ.values():
        if is_numpy(row.name, row.target):
            yield pytest.param(row.name, row.target, inspect.signature(row.function), id=row.name)
    for name, row in METHODS.items():
        if callable(getattr(np.ndarray, name, None)):
            yield pytest.param(row.name, getattr(np.ndarray, name), row.signature, id=row.name)


def is_numpy(name: str, function: Any) -> bool:
    """A function of `np` itself: linear algebra, Fourier transforms and polynomials have their own tests."""
    return name.startswith("np.") and name.count(".") == 1 and not isinstance(function, type)


def parameters_of(function: Any) -> list[P] | None:
    try:
        return list(inspect.signature(function).parameters.values())
    except (TypeError, ValueError):
        return None


@pytest.mark.parametrize("name, function, signature", known())
def test_signatures(name: str, function: Any, signature: inspect.Signature) -> None:
    theirs, ours = parameters_of(function), list(signature.parameters.values())
    if theirs is None or any(p.kind is P.VAR_KEYWORD for p in ours):
        return
    assert [f"{p}: {wrong}" for k, p in enumerate(theirs) if (wrong := difference(name, k, p, ours))] == []
    named = {p.name for p in theirs if p.kind not in (P.POSITIONAL_ONLY, P.VAR_KEYWORD)}
    free = [p.name for k, p in enumerate(ours) if p.name not in named and not is_positional(theirs, k)]
    assert set(free) <= EXTRA.get(name, frozenset()), "parameters that NumPy does not have"


def is_positional(theirs: list[P], place: int) -> bool:
    return place < len(theirs) and (theirs[place].kind is P.POSITIONAL_ONLY or place == 0)


def difference(name: str, place: int, theirs: P, ours: list[P]) -> str:
    """What is wrong with the parameter of NumPy's that stands at a place."""
    if (name, theirs.name) in REFUSED or theirs.kind is P.VAR_KEYWORD:
        return ""
    here = ours[place] if place < len(ours) else None
    if theirs.kind is P.POSITIONAL_ONLY or (place == 0 and theirs.kind is P.POSITIONAL_OR_KEYWORD):
        own = here
    else:
        own = next((p for p in ours if p.name == theirs.name), None)
    if own is None:
        return "missing"
    if theirs.kind in (P.POSITIONAL_OR_KEYWORD, P.VAR_POSITIONAL) and own is not here:
        return "at another place"
    if theirs.kind is P.POSITIONAL_OR_KEYWORD and own.kind is P.KEYWORD_ONLY:
        return "taken by name only"
    return "" if same_default(theirs.default, own.default) else f"its default is {own.default!r}"


def same_default(theirs: Any, ours: Any) -> bool:
    if theirs == (None, None):
        return ours is None
    if theirs is NO_VALUE and NO_VALUE is not None:
        return any(ours is v for v in (None, False, True, NO_VALUE))
    return theirs is ours or (type(theirs) is type(ours) and theirs == ours)


@pytest.mark.parametrize("name, parameter", REFUSED)
def test_the_table_names_what_is_refused(name: str, parameter: str) -> None:
    """No parameter stands in the table that is supported after all, or that NumPy does not have."""
    rows = {row.values[0]: row.values[1:] for row in known()}
    function, signature = rows[name]
    theirs = parameters_of(function)
    if theirs is not None and not any(p.kind is P.VAR_KEYWORD for p in theirs):
        assert parameter in {p.name for p in theirs} or NUMPY_IS_OLDER
    assert parameter not in signature.parameters


NUMPY_IS_OLDER = tuple(map(int, np.__version__.split(".")[:2])) < (2, 4)


def test_every_ufunc_takes_the_keywords_of_ufuncs() -> None:
    rows = [(f, row) for f, row in CALLABLES if isinstance(f, np.ufunc) and f.signature is None]
    assert all(row.is_ufunc for _, row in rows) and len(rows) > 80
    ours = parse_signature(f"x, /, {UFUNC_KEYWORDS}")
    theirs = parameters_of(np.sin)
    if theirs is not None:
        assert [(p.name, p.kind, p.default) for p in theirs] == [
            (p.name, p.kind, p.default) for p in ours.parameters.values()]


@pytest.mark.parametrize("method", ["reduce", "accumulate", "reduceat"])
def test_methods_of_ufuncs(method: str) -> None:
    theirs = parameters_of(getattr(np.add, method))
    for (_, name), row in UFUNC_METHODS.items():
        if name == method and theirs is not None:
            ours = list(row.signature.parameters.values())
            assert [difference(row.name, k, p, ours) for k, p in enumerate(theirs)] == [""] * len(theirs)


# Values

X, MASK = np.array([[0.3, -1.2, 0.8], [1.5, 0.2, -0.4]]), np.array([[True, False, True], [False, False, True]])


def total(text: str) -> Any:
    """A program that writes into arrays, as people use out=."""
    scope: dict[str, Any] = {"np": np, "MASK": MASK}
    body = "".join(f"    {line}\n" for line in text.split("; "))
    source = f"def f(x):\n{body}"
    name = f"<keywords {abs(hash(text))}>"
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    exec(compile(source, name, "exec"), scope)
    return scope["f"]


OUT = [
    "y = np.empty(3); np.sum(x, 0, None, y); return np.sum(y * y)",
    "y = np.empty(3); z = np.mean(x, axis=0, out=y); y *= 2.0; return np.sum(z * y)",
    "y = np.zeros(3); x.sum(0, out=y); return np.sum(y ** 3)",
    "y = np.zeros((2, 3)); np.cumsum(x, 1, None, y); return np.sum(y * x)",
    "y = np.zeros(3); np.max(x, 0, y); return np.sum(y * y)",
    "y = np.zeros(2); np.median(x, 1, y); return np.sum(y * y)",
    "y = np.zeros(()); np.var(x, out=y); return y * y",
    "y = np.zeros((4, 3)); np.concatenate([x, x * x], 0, y); return np.sum(y * y)",
    "y = np.zeros((2, 2, 3)); np.stack((x, x * x), out=y); return np.sum(y * y)",
    "y = np.zeros(2); np.take(x[0], [1, 5], None, y, 'clip'); return np.sum(y * y)",
    "y = np.zeros((2, 3)); np.clip(x, -0.5, 0.5, y); return np.sum(y * x)",
    "y = np.zeros((2, 2)); np.dot(x, x.T, y); return np.sum(y * y)",
    "y = np.zeros((2, 2)); np.matmul(x, x.T, out=y); return np.sum(y * y)",
    "y = np.zeros((2, 2)); np.einsum('ij,kj->ik', x, x, out=y); return np.sum(y * y)",
    "y = np.zeros((3, 3)); np.outer(x[0], x[1], y); return np.sum(y * y)",
    "y = np.zeros(3); np.add.reduce(x, 0, None, y); return np.sum(y * y)",
    "y = np.zeros((2, 3)); np.maximum.accumulate(x, 1, None, y); return np.sum(y * x)",
    "y = np.zeros((2, 3)); z = np.zeros((2, 3)); np.modf(x, out=(y, z)); return np.sum(y * y + z)",
    "y = np.zeros((2, 3)); np.multiply(x, x, y, where=MASK); return np.sum(y * x)",
    "y = np.zeros((2, 3), dtype=np.float32); np.multiply(x, x, out=y, casting='same_kind'); return np.sum(y * x)",
    "y = np.zeros(3); np.percentile(x, 30, 0, y); return np.sum(y * y)",
    "y = np.zeros((2, 3)); np.nancumsum(x, 1, None, y); return np.sum(y * x)",
    "y = np.zeros(3); np.nanmedian(x, 0, y); return np.sum(y * x)",
    # what writes into its argument, and sizes
    "y = np.zeros((2, 3)); np.copyto(y, x, 'same_kind', MASK); return np.sum(y * y)",
    "y = np.zeros((2, 3), dtype=np.float32); np.copyto(y, x, casting='unsafe'); return np.sum(y * x)",
    "y = np.zeros(3); np.put(y, [4, -1], x[0, :2], mode='wrap'); np.put(y, [9], x[1, 2], 'clip'); return np.sum(y * y)",
    "return np.sum(x) * np.size(x, axis=1) * np.size(a=x, axis=(0, 1)) * np.ndim(a=x) * np.shape(a=x)[0]",
]


@pytest.mark.parametrize("text", OUT)
def test_out(text: str) -> None:
    """A result is stored into the array given, and that array is what the call gives."""
    f = total(text)
    value, slope = adgen.value_and_grad(f)(X)
    assert value == f(X)
    along, step = np.cos(np.arange(6.0)).reshape(2, 3), 1e-3 if "float32" in text else 1e-6
    wanted = (f(X + step * along) - f(X - step * along)) / (2.0 * step)
    unit = 1e-2 if "float32" in text else 1e-6
    assert abs(np.sum(slope * along) - wanted) <= unit * (1.0 + abs(wanted))


@pytest.mark.parametrize("function", ["sum", "prod", "mean", "var", "nansum", "nanmean", "nanstd"])
@pytest.mark.parametrize("given, wanted", [(np.float32, np.float64), (np.float64, np.float32)])
def test_a_derivative_has_the_dtype_of_its_argument(function: str, given: Any, wanted: Any) -> None:
    """Whatever dtype the function adds up in."""
    f = total(f"return np.{function}(x, dtype=np.{wanted.__name__})")
    x = X.astype(given)
    value, slope = adgen.value_and_grad(f)(x)
    assert value == f(x) and value.dtype == wanted and slope.dtype == given
    exact = adgen.grad(total(f"return np.{function}(x)"))(X)
    np.testing.assert_allclose(slope, exact, rtol=1e-5, atol=1e-7)


GAPS = np.array([[0.3, np.nan, 0.8], [-2.0, 0.2, 4.0]])


@pytest.mark.parametrize("function", ["sum", "prod", "mean", "var", "std", "max"])
def test_what_a_mask_leaves_out_brings_in_nothing(function: str) -> None:
    """Neither a NaN that stands there, nor one that the derivative of what made it is there."""
    start = ", initial=0.0" if function == "max" else ""
    f = total(f"return np.sum(np.{function}(np.sqrt(x), axis=1, where=x > 0.0{start}))")
    value, slope = adgen.value_and_grad(f)(GAPS)
    assert value == f(GAPS)
    assert np.all(np.isfinite(slope)) and np.all(slope[~(GAPS > 0.0)] == 0.0)


def test_ties_of_running_extrema_share() -> None:
    """As np.maximum does: 1/2 each."""
    f = total("return np.maximum.accumulate(x)[-1]")
    np.testing.assert_array_equal(adgen.grad(f)(np.array([1.0, 0.5, 1.0])), [0.5, 0.0, 0.5])


def test_ties_with_the_initial_value_share() -> None:
    f = total("return np.max(x, initial=1.0)")
    np.testing.assert_array_equal(adgen.grad(f)(np.array([1.0, 0.5, 1.0])), [1 / 3, 0.0, 1 / 3])


REFUSALS = [
    ("return np.sum(np.add(x, x, order='F'))", "order='F' of np.add"),
    ("return np.sum(np.median(x, overwrite_input=True))", "overwrite_input=True of np.median"),
    ("return np.quantile(x, 0.3, weights=x)", "np.quantile with weights="),
    ("return np.quantile(x, 0.3, method='cubic')", "method='cubic'"),
    ("return np.sum(np.sort(x, order='a'))", "order= is for arrays with fields"),
    ("return np.sum(np.zeros_like(x, device='gpu') + x)", "device='gpu' of np.zeros_like"),
    ("return np.sum(np.meshgrid(x, x, copy=False)[0])", "np.meshgrid with copy=False"),
    ("return np.sum(np.pad(x, 1, mode='empty'))", "np.pad with mode='empty'"),
    ("return np.sum(np.pad(x, 1, 'mean', end_values=3.0))", "takes no end_values"),
    ("return np.sum(np.reshape(x, -1, order='A'))", "a reshape with order='A'"),
    ("return np.sum(np.concatenate([x, x], dtype=int))", "a cast from float64 to int64 is not same_kind"),
    ("return np.sum(x, where=x)", "where= must be a mask of bools"),
    ("return np.sum(np.multiply.at(x, [0], 2.0))", "np.multiply.at is not supported"),
    ("return np.sum(np.divide.reduce(x))", "np.divide.reduce is not supported"),
    ("return np.sum(np.sin(x, where=MASK))", "np.sin with where= and without out="),
    ("y = np.zeros(3, np.float32); np.sum(x, axis=0, out=y); return np.sum(y)", "out= of dtype float32"),
    ("return np.sum(np.gradient(x, edge_order=3)[0])", "edge_order=3"),
    ("return np.sum(np.take(x, [0], mode='none'))", "mode must be"),
    ("return np.sum(np.sum(x, axis=0, casting='safe'))", "the argument casting= of np.sum"),
]


@pytest.mark.parametrize("text, message", REFUSALS)
def test_refused(text: str, message: str) -> None:
    with pytest.raises(adgen.AdgenError) as caught:
        adgen.grad(total(text))(X)
    assert message in str(caught.value)
    assert "hint" in str(caught.value)


def test_defaults_are_not_printed() -> None:
    f = total("return np.sum(np.sum(x, 0, np.float64, None, False, None, True) + np.mean(x, axis=0, dtype=None))")
    text = adgen.value_and_grad(f).lower("float64[n,m]").source
    assert "dtype" not in text and "where" not in text and "initial" not in text
