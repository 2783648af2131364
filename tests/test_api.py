"""The public functions on whole functions: results, structures, versions, refusals."""

from __future__ import annotations

import dataclasses
import inspect
import sys
import types
import warnings
from typing import Any, NamedTuple

import numpy as np
import pytest

import adgen

X = np.array([0.5, -1.5, 2.0])
Y = np.array([3.0, 0.25, -1.0])
LEVEL = 2.0
SMALL = np.array([1.0, 2.0, 3.0])


def loss(x: Any, y: Any) -> Any:
    r = x * x - y
    return np.sum(r * r)


def loss_grad(x: Any, y: Any) -> Any:
    return 4.0 * x * (x * x - y)


def test_grad_of_the_first_argument_is_the_default() -> None:
    np.testing.assert_allclose(adgen.grad(loss)(X, Y), loss_grad(X, Y))


@pytest.mark.parametrize(
    "options", [{"argnums": (1, 0)}, {"wrt": "y,x"}, {"wrt": ("y", "x")}, {"argnums": (-1, 0)}]
)
def test_several_arguments_give_a_tuple_in_the_order_asked_for(options: Any) -> None:
    y_bar, x_bar = adgen.grad(loss, **options)(X, Y)
    np.testing.assert_allclose(x_bar, loss_grad(X, Y))
    np.testing.assert_allclose(y_bar, -2.0 * (X * X - Y))


def test_value_and_grad_fits_scipy() -> None:
    value, gradient = adgen.value_and_grad(loss)(X, Y)
    assert value == loss(X, Y) and gradient.shape == X.shape


def test_has_aux_passes_it_through() -> None:
    def f(x: Any) -> Any:
        return np.sum(x * x), {"kept": x + 1.0}

    (value, aux), gradient = adgen.value_and_grad(f, has_aux=True)(X)
    assert value == np.sum(X * X)
    np.testing.assert_array_equal(aux["kept"], X + 1.0)
    np.testing.assert_allclose(gradient, 2.0 * X)
    assert adgen.grad(f, has_aux=True)(X)[1]["kept"].shape == X.shape
    with pytest.raises(adgen.AdgenError, match="has_aux"):
        adgen.grad(f)(X)


def test_jvp_takes_tangents_behind_the_arguments_or_by_name() -> None:
    value, dot = adgen.jvp(loss)(X, Y, Y, X)
    assert value == loss(X, Y)
    np.testing.assert_allclose(dot, np.vdot(loss_grad(X, Y), Y) - np.vdot(2.0 * (X * X - Y), X))
    for one in (
        adgen.jvp(loss, wrt="x")(X, Y, Y),
        adgen.jvp(loss)(X, Y, x_dot=Y),
        adgen.jvp(loss, argnums=0)(X, Y, x_dot=Y),
    ):
        np.testing.assert_allclose(one[1], np.vdot(loss_grad(X, Y), Y))


def test_jvp_leaves_out_what_is_no_float() -> None:
    def f(x: Any, n: Any, mode: str = "sum") -> Any:
        return x[n] * (2.0 if mode == "sum" else 3.0)

    assert adgen.jvp(f)(X, 1, Y)[1] == 2.0 * Y[1]
    assert adgen.jvp(f)(X, 1, "mean", Y)[1] == 3.0 * Y[1]


def test_vjp_takes_a_cotangent_of_the_results_structure() -> None:
    def f(x: Any) -> Any:
        return {"a": 2.0 * x, "b": (x[0], 3)}

    value, bar = adgen.vjp(f)(X, {"a": Y, "b": (5.0, None)})
    assert value["b"] == (X[0], 3)
    np.testing.assert_allclose(bar, 2.0 * Y + np.array([5.0, 0.0, 0.0]))


def test_hvp_jacobian_and_hessian_agree() -> None:
    hessian = adgen.hessian(loss)(X, Y)
    np.testing.assert_allclose(hessian, np.diag(12.0 * X * X - 4.0 * Y))
    np.testing.assert_allclose(adgen.hvp(loss)(X, Y, Y), hessian @ Y)
    np.testing.assert_allclose(adgen.jacobian(adgen.grad(loss))(X, Y), hessian)
    both = adgen.hvp(loss, argnums=(0, 1))
    for a, b in zip(both(X, Y, (Y, X)), both(X, Y, Y, X), strict=True):
        np.testing.assert_array_equal(a, b)


@pytest.mark.parametrize("mode", ["auto", "forward", "reverse"])
def test_jacobians_have_the_shape_of_the_result_then_the_argument(mode: str) -> None:
    def f(a: Any, b: Any) -> Any:
        return np.outer(a, b) ** 2

    a, b = np.arange(2.0) + 1.0, np.arange(3.0) + 1.0
    by_a, by_b = adgen.jacobian(f, argnums=(0, 1), mode=mode)(a, b)
    assert by_a.shape == (2, 3, 2) and by_b.shape == (2, 3, 3)
    np.testing.assert_allclose(by_a, np.einsum("ij,ik->ijk", 2.0 * np.outer(a, b * b), np.eye(2)))


def test_operators_compose_to_the_fourth_order() -> None:
    def f(x: Any) -> Any:
        return np.sin(x) * x

    d = f
    for expected in (
        np.sin(0.7) + 0.7 * np.cos(0.7),
        2 * np.cos(0.7) - 0.7 * np.sin(0.7),
        -3 * np.sin(0.7) - 0.7 * np.cos(0.7),
        -4 * np.cos(0.7) + 0.7 * np.sin(0.7),
    ):
        d = adgen.grad(d)
        assert np.isclose(d(0.7), expected)


def test_extra_arguments_of_a_derivative_can_be_differentiated() -> None:
    along = adgen.jvp(loss, wrt="x")
    assert np.allclose(adgen.vjp(along, wrt="x_dot")(X, Y, Y, (0.0, 1.0))[1], loss_grad(X, Y))


def test_a_derivative_may_be_called_in_a_function() -> None:
    slope = adgen.grad(lambda x: x**3)

    def f(x: Any) -> Any:
        return slope(x) * 2.0

    assert np.isclose(adgen.grad(f)(2.0), 24.0)


def test_decorators() -> None:
    @adgen.grad(argnums=1)
    def f(x: Any, y: Any) -> Any:
        """Doc."""
        return x * y

    assert f(3.0, 4.0) == 3.0
    assert list(inspect.signature(f).parameters) == ["x", "y"]

    @adgen.differentiable
    def g(x: Any) -> Any:
        """Square."""
        return x * x

    assert g.__doc__ == "Square." and g(3.0) == 9.0
    assert (g.grad(3.0), g.value_and_grad(3.0), g.jvp(3.0, 1.0), g.hvp(3.0, 1.0)) == (
        6.0,
        (9.0, 6.0),
        (9.0, 6.0),
        2.0,
    )


def test_a_method_can_be_decorated() -> None:
    class Model:
        def __init__(self) -> None:
            self.scale = 3.0

        @adgen.grad(argnums=1)
        def slope(self, x: Any) -> Any:
            return self.scale * x * x

    assert Model().slope(2.0) == 12.0


# Structures


class Pair(NamedTuple):
    a: Any
    b: Any


@dataclasses.dataclass
class Params:
    W: Any
    b: Any
    name: str = "layer"


def test_gradients_have_the_structure_of_the_argument() -> None:
    def f(p: Any) -> Any:
        return (
            np.sum(p["pair"].a * p["pair"].b)
            + p["list"][0] * p["list"][1][0]
            + np.sum(p["data"].W) * p["data"].b
        )

    p = {"pair": Pair(X, Y), "list": [2.0, (3.0, None)], "data": Params(np.ones((2, 2)), 5.0)}
    g = adgen.grad(f)(p)
    assert list(g) == list(p) and type(g["pair"]) is Pair and type(g["data"]) is Params
    np.testing.assert_allclose(g["pair"].a, Y)
    assert g["list"] == [3.0, (2.0, None)]
    np.testing.assert_allclose(g["data"].W, np.full((2, 2), 5.0))
    assert g["data"].b == 4.0 and g["data"].name == "layer"


def test_star_arguments_are_counted_by_position_or_named_together() -> None:
    def f(*xs: Any, **named: Any) -> Any:
        return xs[0] * xs[1] * named["scale"]

    assert adgen.grad(f, argnums=1)(2.0, 3.0, scale=5.0) == 10.0
    assert adgen.grad(f, wrt="xs")(2.0, 3.0, scale=5.0) == (15.0, 10.0)
    assert adgen.grad(f, wrt="named")(2.0, 3.0, scale=5.0) == {"scale": 6.0}


def test_defaults_and_keywords() -> None:
    def f(x: Any, k: Any = 2, *, scale: Any = 1.0) -> Any:
        return scale * x**k

    d = adgen.grad(f)
    assert (
        d(3.0) == 6.0
        and d(3.0, 3) == 27.0
        and d(x=3.0, scale=2.0) == 12.0
        and d(3.0, scale=2.0, k=3) == 54.0
    )
    assert adgen.jvp(f)(3.0, 1.0)[1] == 6.0


# Versions


def test_a_version_for_each_signature() -> None:
    d = adgen.grad(loss)
    column = X[:, None]
    assert d(X, Y).shape == (3,)
    first = d.source
    assert d(column, Y).shape == (3, 1)
    assert d.source != first
    assert d(X, Y).shape == (3,) and d.source == first
    assert d(X.astype(np.float32), np.float32(1.0)).dtype == np.float32
    assert d(X[:1], Y).shape == (1,)
    assert d(2.0, 3.0) == loss_grad(2.0, 3.0)


def test_ints_are_taken_as_floats_where_they_are_differentiated() -> None:
    assert adgen.grad(loss)(2, 3) == loss_grad(2.0, 3.0)
    assert adgen.grad(lambda p: p[0] * p[1])([2, 3]) == [3.0, 2.0]


@pytest.mark.parametrize(
    ("value", "word"), [(np.arange(3), "int64"), (np.array([True]), "bool"), (True, "bool")]
)
def test_integers_asked_for_are_refused_by_name(value: Any, word: str) -> None:
    with pytest.raises(TypeError, match=f"grad: x is .*{word}.*only floats"):
        adgen.grad(loss)(value, 1.0)


def test_an_unused_argument_has_zeros_of_its_shape_and_a_warning() -> None:
    d = adgen.grad(lambda x, y: np.sum(x), argnums=(0, 1))
    with pytest.warns(adgen.AdgenWarning, match="does not use its argument y"):
        _, bar = d(X, np.ones((2, 2), np.float32))
    assert bar.shape == (2, 2) and bar.dtype == np.float32 and not bar.any()


def test_a_value_needed_when_compiling_becomes_part_of_the_signature() -> None:
    def f(x: Any, axis: Any) -> Any:
        return np.sum(np.sum(x, axis=axis) ** 2)

    d, x = adgen.grad(f), np.arange(6.0).reshape(2, 3)
    for axis in (0, 1, 0, -1):
        np.testing.assert_allclose(
            d(x, axis), 2.0 * np.broadcast_to(np.sum(x, axis, keepdims=True), x.shape)
        )


def test_a_changed_global_is_seen() -> None:
    global LEVEL
    d = adgen.grad(lambda x: LEVEL * x)
    try:
        assert d(1.0) == 2.0
        LEVEL = 3.0
        assert d(1.0) == 3.0
    finally:
        LEVEL = 2.0


def test_a_captured_array_changed_in_place_is_seen() -> None:
    d = adgen.grad(lambda x: np.sum(SMALL * x))
    assert np.array_equal(d(X), SMALL)
    SMALL[0] = 7.0
    try:
        assert np.array_equal(d(X), SMALL)
    finally:
        SMALL[0] = 1.0


def test_the_derivative_of_a_function_is_made_once() -> None:
    assert adgen.grad(loss) is adgen.grad(loss) is not adgen.grad(loss, argnums=1)


@pytest.mark.parametrize("order", ["C", "F", "strided", "empty", "scalar"])
def test_layouts(order: str) -> None:
    x = {
        "C": np.ones((2, 3)),
        "F": np.asfortranarray(np.ones((2, 3))),
        "strided": np.ones((4, 6))[::2, ::2],
        "empty": np.ones((0, 3)),
        "scalar": np.array(2.0),
    }[order]
    before = x.copy()
    for _ in range(2):
        np.testing.assert_allclose(adgen.grad(loss)(x, 0.5), loss_grad(x, 0.5))
    np.testing.assert_array_equal(x, before)


def test_results_do_not_alias_arguments() -> None:
    value, bar = adgen.vjp(lambda x: x)(X, Y)
    assert not np.shares_memory(value, X) and not np.shares_memory(bar, Y)


# Inspection


def test_source_is_that_of_the_last_call() -> None:
    d = adgen.grad(lambda x: np.sum(x**3))
    with pytest.raises(adgen.AdgenError, match="call it once"):
        assert d.source
    d(X)
    assert "def function_grad(x):" in d.source and "float64[n]" in d.source
    scope: dict[str, Any] = {}
    exec(d.source, scope)
    np.testing.assert_allclose(scope["function_grad"](X), 3.0 * X**2)


def test_lower_takes_types_or_examples() -> None:
    lowered = adgen.grad(loss).lower("float64[n]", y="float64[n]")
    np.testing.assert_allclose(lowered.function(X, Y), loss_grad(X, Y))
    assert lowered.source == adgen.grad(loss).lower("float64[n]", "float64[n]").source
    assert adgen.jvp(loss).lower(X, 1.0).ir.params == ("x", "y", "x_dot", "y_dot")
    assert adgen.vjp(adgen.grad(loss)).lower("float", "int").ir.params == ("x", "y", "y_bar")


@pytest.mark.parametrize("stage", ["ssa", "jvp", "linear", "transposed", "planned", "source"])
def test_explain(stage: str) -> None:
    lowered = adgen.grad(loss).lower("float64[n]", "float64[n]")
    assert lowered.explain(stage) in lowered.explain()
    assert lowered.explain(stage).count("\n") > 2


def test_unknown_stages_are_refused() -> None:
    with pytest.raises(ValueError, match="no stage 'optimized'; there are ssa, jvp"):
        adgen.grad(loss).lower("float", "float").explain("optimized")


@pytest.mark.parametrize("name", sorted(adgen.OPTIMISATIONS))
def test_every_optimisation_can_be_switched_off(name: str) -> None:
    expected = adgen.grad(loss)(X, Y)
    np.testing.assert_allclose(adgen.grad(loss, off=(name,))(X, Y), expected, rtol=1e-14)
    np.testing.assert_allclose(adgen.grad(loss, optimize=False)(X, Y), expected, rtol=1e-14)


# Refusals


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: adgen.grad(lambda x: x)(X), adgen.AdgenError, "real scalar.*hint: reduce it"),
        (lambda: adgen.grad(lambda x: (x, x))(1.0), adgen.AdgenError, "container|real scalar"),
        (lambda: adgen.grad(loss, wrt="z"), TypeError, "no parameter 'z'; it has x, y"),
        (lambda: adgen.grad(loss, argnums=2), TypeError, "no argument 2; it has x, y"),
        (lambda: adgen.grad(loss, argnums=(0, 0)), TypeError, "once each"),
        (lambda: adgen.grad(loss, argnums=0, wrt="x"), TypeError, "not both"),
        (lambda: adgen.grad(loss, off="speed"), ValueError, "no optimisation speed; there are"),
        (lambda: adgen.grad(3), TypeError, "expected a function, got 3"),
        (lambda: adgen.grad(loss)(X), TypeError, "loss: missing a required argument: 'y'"),
        (
            lambda: adgen.grad(loss)(np.ma.masked_array(X), Y),
            TypeError,
            r"x is a MaskedArray.*np.asarray\(x\)",
        ),
        (lambda: adgen.jvp(loss)(X, Y, X), TypeError, "then a tangent for each"),
        (
            lambda: adgen.jvp(loss)(X, Y, X[:2], Y),
            ValueError,
            r"x_dot has shape \(2,\), but .* \(3,\)",
        ),
        (lambda: adgen.jvp(loss)(X, Y, z_dot=X), TypeError, "z_dot"),
        (
            lambda: adgen.jvp(loss, wrt="x")(X, Y, "v"),
            TypeError,
            "x_dot must be float64.*, got str",
        ),
        (
            lambda: adgen.vjp(loss)(X, Y, X),
            TypeError,
            "y_bar must be float64.*got an array of shape",
        ),
        (lambda: adgen.vjp(lambda x: 2.0 * x)(X, X[:2]), ValueError, r"y_bar has shape \(2,\)"),
        (
            lambda: adgen.vjp(lambda x: [x])(X, (X,)),
            TypeError,
            "y_bar must be a list of 1, got tuple",
        ),
        (lambda: adgen.vjp(lambda n: n)("text", 1.0), TypeError, "no argument is a float"),
    ],
)
def test_refusals_name_what_is_wrong(call: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as info:
        call()
    assert __import__("re").search(message, str(info.value), 16), str(info.value)


def test_a_second_call_is_checked_like_the_first() -> None:
    double = adgen.vjp(lambda x: 2.0 * x)
    double(X, Y)
    with pytest.raises(ValueError, match="y_bar has shape"):
        double(X, Y[:2])
    push = adgen.jvp(lambda x: 2.0 * x)
    push(X, Y)
    with pytest.raises(ValueError, match="x_dot has shape"):
        push(X, Y[:2])


# check_grads


def test_check_grads_accepts_what_is_right() -> None:
    adgen.check_grads(loss, (X, Y), order=2)
    adgen.check_grads(loss, (2, 3.0), order=3)
    adgen.check_grads(lambda p: {"a": p["x"] * p["y"][0]}, ({"x": X, "y": (Y, None)},))
    adgen.check_grads(lambda x: x * np.float32(2), (X.astype(np.float32),), order=1)


def test_check_grads_names_the_place_that_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    def f(x: Any, y: Any) -> Any:
        return np.sum(np.abs(x) * y)

    x = X.copy()
    x[1] = 0.0
    adgen.check_grads(f, (X, Y), order=1)
    with (
        warnings.catch_warnings(),
        pytest.raises(AssertionError, match=r"order 1, forward mode: with respect to argument 0"),
    ):
        adgen.check_grads(lambda x: np.sum(np.where(x > 0.0, x, 2.0 * x)), (x,), order=1)


def cube(x: Any) -> Any:
    return x**3


def test_an_operator_may_be_called_in_a_function() -> None:
    assert adgen.grad(lambda x: adgen.jvp(cube)(x, 1.0)[1])(2.0) == 12.0
    assert adgen.grad(lambda x: adgen.grad(cube, wrt="x")(x) + x)(2.0) == 13.0
    with pytest.raises(adgen.AdgenError, match="defined outside"):
        adgen.grad(lambda x: adgen.grad(lambda u: u * x)(x))(2.0)


def test_arguments_that_are_written_into_must_not_overlap() -> None:
    def f(x: Any, y: Any) -> Any:
        x[0] = 5.0
        return np.sum(x * y)

    d = adgen.grad(f)
    x = X.copy()
    np.testing.assert_array_equal(d(x, Y), [0.0, *Y[1:]])
    np.testing.assert_array_equal(x, X)
    for other in (x, x[::-1]):
        with pytest.raises(ValueError, match="x is written into and shares memory with y"):
            d(x, other)


def test_state_of_objects_is_watched() -> None:
    class Model:
        def __init__(self, k: float) -> None:
            self.k = k

        def __call__(self, x: Any) -> Any:
            return self.k * x * x

    model, table = Model(2.0), {"k": 1.0}
    for d in (adgen.grad(model), adgen.grad(model.__call__)):
        model.k = 2.0
        assert d(1.0) == 4.0
        model.k = 3.0
        assert d(1.0) == 6.0
    d = adgen.grad(lambda x: table["k"] * x)
    assert d(1.0) == 1.0
    table["k"] = 2.0
    assert d(1.0) == 2.0


FACTOR = 2.0


def by_global(x: Any) -> Any:
    return FACTOR * x * x


derivative_of_global = adgen.grad(by_global)


def test_names_in_several_places_are_watched_each(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same name in two modules, in two closures, and what a derivative that the function calls reads."""
    monkeypatch.setattr(sys.modules[__name__], "FACTOR", 2.0)
    other = types.ModuleType("other_module")
    other.__dict__["FACTOR"] = 2.0
    elsewhere = types.FunctionType(by_global.__code__, other.__dict__)

    def scaled(k: float) -> Any:
        return lambda x: k * x

    a, b = scaled(2.0), scaled(3.0)
    d = adgen.grad(lambda x: by_global(x) + elsewhere(x))
    e = adgen.grad(lambda x: a(x) * b(x))
    f = adgen.grad(lambda x: derivative_of_global(x) * x)
    assert (d(1.0), e(1.0), f(1.0)) == (8.0, 12.0, 8.0)
    other.__dict__["FACTOR"] = 5.0
    b.__closure__[0].cell_contents = 7.0
    assert (d(1.0), e(1.0)) == (14.0, 28.0)
    monkeypatch.setattr(sys.modules[__name__], "FACTOR", 3.0)
    assert (d(1.0), f(1.0)) == (16.0, 12.0)


def test_jacobians_of_containers_have_their_structure() -> None:
    def f(p: Any) -> Any:
        return {"s": p["a"] * p["b"], "t": (np.sum(p["a"]),)}

    p = {"a": X, "b": 2.0}
    j = adgen.jacobian(f)(p)
    np.testing.assert_allclose(j["s"]["a"], 2.0 * np.eye(3))
    np.testing.assert_allclose(j["s"]["b"], X)
    np.testing.assert_allclose(j["t"][0]["a"], np.ones(3))
    assert j["t"][0]["b"] == 0.0
    h = adgen.hessian(lambda x, k: np.sum(x * x) * k, argnums=(0, 1))(X, 2.0)
    np.testing.assert_allclose(h[0][0], 4.0 * np.eye(3))
    np.testing.assert_allclose(h[0][1], 2.0 * X)
    np.testing.assert_allclose(h[1][0], 2.0 * X)
    assert h[1][1] == 0.0


def test_a_jacobian_takes_the_mode_of_fewer_sweeps() -> None:
    wide = adgen.jacobian(lambda x: np.array([x @ x, x[0]]))
    wide(np.ones(50))
    tall = adgen.jacobian(lambda x: np.outer(x, x))
    tall(np.ones(3))
    assert "_bar" in wide.source and "_dot" not in wide.source
    assert "_dot" in tall.source and "_bar" not in tall.source


def test_several_jacobians_keep_effects_single(capsys: pytest.CaptureFixture[str]) -> None:
    def f(x: Any, y: Any) -> Any:
        print("once")
        return x * y

    adgen.jacobian(f)(X, Y)
    assert capsys.readouterr().out == "once\n"
    with pytest.raises(adgen.AdgenError, match="one array at a time"):
        adgen.jacobian(f, argnums=(0, 1))(X, Y)
