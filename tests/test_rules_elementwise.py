"""Every elementwise function: its value, its derivative in both modes, kinks, dtypes and shapes."""
from __future__ import annotations

import math
import operator
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.ir.types import ArrayT, ScalarT, Sym
from adgen.rules.lowering import CALLABLES
from adgen.rules.table import RULES
from adgen.transforms.derive import vjp_of
from tests.rule_checks import Run
from tests.rule_derivatives import checked, function_of, run, tangents

special = pytest.importorskip("scipy.special")

ANY, POSITIVE, UNIT, OPEN, ABOVE_ONE = (-3.0, 3.0), (0.3, 3.0), (-0.9, 0.9), (0.1, 0.9), (1.2, 4.0)

# fmt: off
UNARY: dict[Any, tuple[float, float]] = {
    np.exp: ANY, np.exp2: ANY, np.expm1: ANY, np.log: POSITIVE, np.log2: POSITIVE, np.log10:
    POSITIVE, np.log1p: POSITIVE,
    np.sqrt: POSITIVE, np.cbrt: POSITIVE, np.square: ANY, np.reciprocal: POSITIVE, np.negative: ANY,
    np.positive: ANY,
    np.sin: ANY, np.cos: ANY, np.tan: UNIT, np.arcsin: UNIT, np.arccos: UNIT, np.arctan: ANY,
    np.sinh: ANY, np.cosh: ANY, np.tanh: ANY, np.arcsinh: ANY, np.arccosh: ABOVE_ONE, np.arctanh:
    UNIT,
    np.deg2rad: ANY, np.radians: ANY, np.rad2deg: ANY, np.degrees: ANY, np.fabs: ANY, np.absolute:
    ANY, np.sinc: ANY,
    np.nan_to_num: ANY, np.real: ANY, np.conjugate: ANY,
    np.floor: ANY, np.ceil: ANY, np.trunc: ANY, np.rint: ANY, np.sign: ANY, np.round: ANY, np.fix:
    ANY, np.imag: ANY,
}
BINARY: dict[Any, tuple[tuple[float, float], tuple[float, float]]] = {
    np.add: (ANY, ANY), np.subtract: (ANY, ANY), np.multiply: (ANY, ANY), np.true_divide: (ANY,
    POSITIVE),
    np.remainder: (ANY, POSITIVE), np.fmod: (ANY, POSITIVE), np.floor_divide: (ANY, POSITIVE),
    np.power: (POSITIVE, ANY), np.float_power: (POSITIVE, ANY), np.arctan2: (ANY, ANY), np.hypot:
    (ANY, ANY),
    np.logaddexp: (ANY, ANY), np.logaddexp2: (ANY, ANY), np.maximum: (ANY, ANY), np.minimum: (ANY,
    ANY),
    np.fmax: (ANY, ANY), np.fmin: (ANY, ANY), np.copysign: (ANY, ANY), np.heaviside: (ANY, ANY),
    np.nextafter: (ANY, ANY),
    special.xlogy: (POSITIVE, POSITIVE), special.xlog1py: (POSITIVE, POSITIVE), special.rel_entr:
    (POSITIVE, POSITIVE),
    special.kl_div: (POSITIVE, POSITIVE), special.beta: (POSITIVE, POSITIVE), special.betaln:
    (POSITIVE, POSITIVE),
    special.huber: (POSITIVE, ANY),
}
SPECIAL: dict[str, tuple[float, float]] = {
    "erf": ANY, "erfc": ANY, "erfcx": UNIT, "erfinv": UNIT, "erfcinv": OPEN, "dawsn": ANY, "expit":
    ANY, "log_expit": ANY,
    "softplus": ANY, "logit": OPEN, "ndtr": ANY, "log_ndtr": ANY, "ndtri": OPEN, "gamma": POSITIVE,
    "rgamma": POSITIVE,
    "gammaln": POSITIVE, "loggamma": POSITIVE, "psi": POSITIVE, "entr": POSITIVE, "exp1": POSITIVE,
    "expi": POSITIVE,
    "exp2": ANY, "exp10": UNIT, "expm1": ANY, "cosm1": ANY, "log1p": POSITIVE, "i0": ANY, "i1": ANY,
    "i0e": POSITIVE,
    "i1e": POSITIVE, "j0": ANY, "j1": ANY, "y0": POSITIVE, "y1": POSITIVE, "k0": POSITIVE, "k1":
    POSITIVE,
    "k0e": POSITIVE, "k1e": POSITIVE,
}
MATH: dict[str, tuple[float, float]] = {
    "exp": ANY, "exp2": ANY, "expm1": ANY, "log": POSITIVE, "log2": POSITIVE, "log10": POSITIVE,
    "log1p": POSITIVE,
    "sqrt": POSITIVE, "cbrt": POSITIVE, "sin": ANY, "cos": ANY, "tan": UNIT, "asin": UNIT, "acos":
    UNIT, "atan": ANY,
    "sinh": ANY, "cosh": ANY, "tanh": ANY, "asinh": ANY, "acosh": ABOVE_ONE, "atanh": UNIT,
    "radians": ANY, "degrees": ANY,
    "fabs": ANY, "erf": ANY, "erfc": ANY, "gamma": POSITIVE, "lgamma": POSITIVE,
}
# fmt: on

DISCONTINUOUS = {np.floor_divide, np.copysign, np.remainder, np.fmod}


def draw(domain: tuple[float, float], shape: tuple[int, ...], seed: int = 0,
         dtype: str = "float64") -> np.ndarray:
    return np.random.default_rng(seed).uniform(*domain, size=shape).astype(dtype)


def name_of(function: Any) -> str:
    return getattr(function, "__name__", str(function))


@pytest.mark.parametrize("function", UNARY, ids=name_of)
def test_unary(function: Any) -> None:
    checked(function, (draw(UNARY[function], (3, 4)),))
    checked(function, (draw(UNARY[function], (5,), dtype="float32"),), numeric=False)
    checked(function, (draw(UNARY[function], (0, 2)),))
    checked(function, (np.float64(draw(UNARY[function], ())),))
    checked(function, (draw(UNARY[function], (4, 6))[::2, ::-3],))


@pytest.mark.parametrize("function", BINARY, ids=name_of)
def test_binary(function: Any) -> None:
    first, second = BINARY[function]
    checked(function, (draw(first, (3, 4), 1), draw(second, (3, 4), 2)))
    checked(function, (draw(first, (3, 1), 1), draw(second, (4,), 2)))
    checked(function, (draw(first, (3,), 1), float(draw(second, (), 2))))
    checked(function, (draw(first, (3,), 1), Run(float(draw(second, (), 2)))))
    single = draw(first, (3,), 1, "float32"), draw(second, (3,), 2, "float32")
    checked(function, single, numeric=False)
    checked(function, (draw(first, (2, 0), 1), draw(second, (2, 1), 2)))


@pytest.mark.parametrize("name", [n for n in SPECIAL if hasattr(special, n)])
def test_special(name: str) -> None:
    function = getattr(special, name)
    checked(function, (draw(SPECIAL[name], (3, 4)),))
    checked(function, (draw(SPECIAL[name], (3,), dtype="float32"),), numeric=False)


PARAMETERS = [
    (special.gammainc, (1.7,)), (special.gammaincc, (1.7,)), (special.betainc, (1.7, 0.8)),
    (special.jv, (1.5,)), (special.yv, (1.5,)), (special.iv, (1.5,)), (special.kv, (1.5,)),
    (special.polygamma, (1,)),
]


@pytest.mark.parametrize(("function", "parameters"), PARAMETERS, ids=lambda p: name_of(p))
def test_special_with_parameters(function: Any, parameters: tuple[float, ...]) -> None:
    checked(function, (*parameters, draw((0.2, 0.8), (4,))))


@pytest.mark.parametrize("name", MATH)
def test_math(name: str) -> None:
    checked(getattr(math, name), (Run(float(draw(MATH[name], ()))),))


def test_every_row_is_tested() -> None:
    """A row that is added without a line in the tables above is found; `tests.cases` has those of scipy.special."""
    tested = {name_of(f) for f in (*UNARY, *BINARY)} | {f"math.{n}" for n in MATH}
    rows = {r.name for r in RULES.values() if r.elementwise and r.partials
            and r.call.startswith(("np.", "math."))}
    elsewhere = {"clip", "i0", "math.fmod", "math.remainder", "math.copysign"}
    assert rows - tested - elsewhere == set()


# Kinks and edges

def partials(function: Any, *args: Any) -> list[Any]:
    """The derivative in reverse mode at a point, for a cotangent of ones; forward mode must
    agree."""
    fn, numbers = function_of(function, args, {}, True)
    wrt = tuple(range(len(numbers)))
    with np.errstate(all="ignore"):
        (y,) = run(fn.block, numbers)
        bars = run(vjp_of(fn, wrt).block, [*numbers, np.ones_like(y)])[1:]
        for k in wrt:
            forward = tangents(fn, (k,), numbers, [np.ones_like(numbers[k])])[0]
            np.testing.assert_allclose(forward, bars[k], rtol=1e-15)
    return bars


def array(*values: float) -> np.ndarray:
    return np.array(values, dtype=float)


@pytest.mark.parametrize(("function", "args", "expected"), [
    (np.absolute, (array(-2, 0, 2),), [array(-1, 0, 1)]),
    (np.fabs, (array(-2, 0, 2),), [array(-1, 0, 1)]),
    (np.maximum, (array(1, 2, 3), array(2, 2, 2)), [array(0, 0.5, 1), array(1, 0.5, 0)]),
    (np.minimum, (array(1, 2, 3), array(2, 2, 2)), [array(1, 0.5, 0), array(0, 0.5, 1)]),
    (np.maximum, (array(-np.inf, np.inf), array(-np.inf, 0)), [array(0.5, 1), array(0.5, 0)]),
    (np.fmax, (array(1, np.nan, 3), array(np.nan, 2, 3)), [array(1, 0, 0.5), array(0, 1, 0.5)]),
    (np.hypot, (array(0, 3), array(0, 4)), [array(0, 0.6), array(0, 0.8)]),
    (np.arctan2, (array(0, 0), array(0, 1)), [array(0, 1), array(0, 0)]),
    (np.sinc, (array(0, 1e-9, -1e-9),), [array(0, -math.pi ** 2 / 3e9, math.pi ** 2 / 3e9)]),
    (np.logaddexp, (array(-np.inf, 1e4, -np.inf), array(-np.inf, -1e4, 3)),
     [array(0, 1, 0), array(0, 0, 1)]),
    (np.sqrt, (array(0, 4),), [array(np.inf, 0.25)]),
    (np.power, (array(0, 0, 0, 0, 2), array(0, 1, 2, 0.5, 0)),
     [array(0, 1, 0, np.inf, 0), array(0, 0, 0, 0, math.log(2))]),
    (np.copysign, (array(-2, 2), array(3, -3)), [array(-1, -1), array(0, 0)]),
    (special.xlogy, (array(0, 2), array(0, 1)), [array(-np.inf, 0), array(0, 2)]),
], ids=lambda p: name_of(p) if callable(p) else "")
def test_kinks(function: Any, args: Any, expected: list[Any]) -> None:
    for have, want in zip(partials(function, *args), expected, strict=True):
        np.testing.assert_allclose(have, want, rtol=1e-14)


@pytest.mark.parametrize(("p", "expected"), [
    (0, [0, 0, 0]), (1, [1, 1, 1]), (2, [-4, 0, 6]), (3, [12, 0, 27]),
    (1.5, [np.nan, 0, 1.5 * 3 ** 0.5]),
    (0.5, [np.nan, np.inf, 0.5 * 3 ** -0.5]), (-1, [-0.25, -np.inf, -1 / 9]),
])
def test_power_with_a_known_exponent(p: float, expected: list[float]) -> None:
    (bar,) = partials(operator.pow, array(-2, 0, 3), p)
    np.testing.assert_allclose(bar, expected, rtol=1e-14)


def test_strong_zeros() -> None:
    """A zero cotangent stays zero at an infinite slope."""
    zero = array(0)
    for function, args in ((np.sqrt, (zero,)), (np.cbrt, (zero,)), (operator.pow, (zero, 0.5))):
        fn, numbers = function_of(function, args, {}, True)
        with np.errstate(all="ignore"):
            assert run(vjp_of(fn, (0,)).block, [*numbers, array(0.0)])[1] == 0


@pytest.mark.parametrize(("low", "high", "expected"), [
    (-1.0, 1.0, [0, 1, 1, 1, 0]), (None, 1.0, [1, 1, 1, 1, 0]), (-1.0, None, [0, 1, 1, 1, 1]),
])
def test_clip_keeps_the_closed_interval(low: float | None, high: float | None,
                                        expected: list[float]) -> None:
    (bar,) = partials(np.clip, array(-2, -1, 0, 1, 2), low, high)
    np.testing.assert_array_equal(bar, expected)


def test_clip_with_active_bounds() -> None:
    x, low, high = array(-2, 0, 2), array(-1, -1, -1), array(1, 1, 1)
    bars = partials(np.clip, x, low, high)
    np.testing.assert_array_equal(bars, [[0, 1, 0], [1, 0, 0], [0, 0, 1]])
    checked(np.clip, (draw(ANY, (3, 4)), draw((-2, -1), (4,)), draw((1, 2), (3, 1))))


def test_where() -> None:
    mask = np.array([[True], [False], [True]])
    checked(np.where, (mask, draw(ANY, (3, 4), 1), draw(ANY, (4,), 2)))
    checked(np.where, (mask[:, 0], draw(ANY, (3,), 1), 0.0))
    checked(np.where, (mask[:, 0], 1.0, draw(ANY, (3,), 2, "float32")), numeric=False)


@pytest.mark.parametrize("function", [max, min])
def test_builtin_extrema(function: Any) -> None:
    checked(function, (Run(1.5), Run(2.5)))
    checked(function, (Run(1.5), 2.0, Run(2.5)))
    checked(function, ((Run(1.5), np.float64(0.5)),), numeric=False)
    assert partials(function, Run(2.0), Run(2.0)) == [0.5, 0.5]


@pytest.mark.parametrize("op", ["add", "sub", "mul", "truediv", "mod", "pow", "neg", "abs"])
def test_operators_on_python_numbers(op: str) -> None:
    count = 1 if op in ("neg", "abs") else 2
    checked(getattr(operator, op), (Run(2.7), Run(1.3))[:count])


def test_sum_of_python_numbers() -> None:
    checked(sum, ((Run(1.5), Run(2.5), Run(0.1)),))
    checked(sum, ((draw(ANY, (3,)), draw(ANY, (1,)), 2.0),))


def test_math_of_several() -> None:
    checked(math.atan2, (Run(1.5), Run(2.5)))
    checked(math.hypot, (Run(1.5), Run(2.5), Run(-1.0)))
    checked(math.fmod, (Run(7.5), Run(2.0)))
    checked(math.remainder, (Run(7.5), Run(2.0)))
    checked(math.pow, (Run(1.5), Run(2.5)))
    checked(math.log, (Run(1.5), Run(2.5)))
    checked(math.copysign, (Run(1.5), Run(-2.5)))
    checked(math.prod, ((Run(1.5), Run(2.5), 3),))
    assert partials(math.hypot, Run(0.0), Run(0.0)) == [0, 0]
    assert partials(math.atan2, Run(0.0), Run(0.0)) == [0, 0]
    assert partials(math.sqrt, Run(0.0)) == [math.inf]


# Types

@pytest.mark.parametrize(("function", "args", "expected"), [
    (operator.add, (1, Run(2)), ScalarT("int")), (operator.truediv, (Run(1), 2), ScalarT("float")),
    (operator.pow, (Run(2), -1), ScalarT("float")), (operator.pow, (Run(2), 2), ScalarT("int")),
    (operator.add, (Run(True), True), ScalarT("int")),
    (operator.and_, (Run(True), True), ScalarT("bool")),
    (np.add, (Run(1.0), 2.0), ArrayT("float64", ())), (np.sin, (Run(1),), ArrayT("float64", ())),
    (operator.mul, (np.ones(2, "float32"), 2.0), ArrayT("float32", (Sym("n2"),))),
    (operator.lt, (np.ones(2), 2.0), ArrayT("bool", (Sym("n2"),))),
    (operator.lt, (Run(1.0), 2), ScalarT("bool")),
], ids=lambda p: name_of(p) if callable(p) else "")
def test_types(function: Any, args: tuple[Any, ...], expected: Any) -> None:
    fn, _ = function_of(function, args, {}, True)
    assert fn.block.results[0].type == expected


def test_sizes_survive_arithmetic() -> None:
    from adgen.ir.builder import Builder, const
    from adgen.ir.core import Value
    from adgen.rules.table import infer

    builder, n = Builder(infer), Value(ScalarT("int", Sym("n")))
    sizes = [builder.emit(op, a, b).type.size for op, a, b in (
        ("sub", n, const(1)), ("add", n, const(2)), ("mul", const(2), n), ("add", n, const(-1)))]
    assert [str(s) for s in sizes] == ["n-1", "n+2", "2*n", "n-1"]


def test_callables_are_named() -> None:
    names = {row.name for _, row in CALLABLES}
    assert {"np.sin", "np.sum", "scipy.special.erf", "math.exp", "abs", "max"} <= names


# From the source of a function to the source of its derivative

@pytest.mark.parametrize("function", UNARY, ids=name_of)
def test_unary_in_a_program(function: Any) -> None:
    def program(x: Any) -> Any:
        return np.sum(function(x) * x)

    adgen.check_grads(program, (draw(UNARY[function], (3, 2)),), order=2)
    single = draw(UNARY[function], (4,), dtype="float32")
    assert adgen.grad(program)(single).dtype == np.float32


@pytest.mark.parametrize("function", BINARY, ids=name_of)
def test_binary_in_a_program(function: Any) -> None:
    def program(x: Any, y: Any) -> Any:
        return np.sum(function(x, y) * x)

    first, second = BINARY[function]
    adgen.check_grads(program, (draw(first, (3, 1), 1), draw(second, (2,), 2)), order=1)
