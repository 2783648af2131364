"""Signatures: keys, types, texts of types, and the dispatcher's guards."""

from __future__ import annotations

import dataclasses
import functools
import inspect
from typing import Annotated, Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pytest

import adgen
from adgen.dispatch import Dispatcher, Entry, given_arguments, params_of
from adgen.ir.tree import Leaf, Node, Static, leaves
from adgen.ir.types import ArrayT, ScalarT, Sym
from adgen.kinds import tree_text
from adgen.signature import (
    Typing,
    conform,
    float_tree,
    floated,
    key_of,
    leaf_paths,
    number_leaves,
)
from adgen.typespec import TypeReader, TypeSyntaxError, read_annotation


class Point(NamedTuple):
    x: Any
    y: Any


@dataclasses.dataclass
class Layer:
    W: Any
    b: Any
    name: str = "layer"


def test_keys_tell_kind_dtype_rank_and_ones() -> None:
    x = np.ones(3)
    assert key_of(x) == key_of(np.ones(7)) == key_of(np.ones(6)[::2])
    different = [
        x,
        np.ones(1),
        np.ones((3, 1)),
        np.ones((3, 2)),
        np.ones(3, np.float32),
        1.0,
        1,
        1j,
        True,
        False,
        0,
        None,
        "a",
        "b",
        [x],
        (x,),
        {"a": x},
        {"b": x},
        Point(x, x),
        Layer(x, x),
        Layer(x, x, "other"),
        np.float32(1),
        np.float64(1),
        np.int64(1),
        np.bool_(True),
        np.ones(0, int),
    ]
    keys = [key_of(v) for v in different if not isinstance(v, (int, float)) or isinstance(v, bool)]
    assert len(set(keys)) == len(keys)
    assert key_of(1.0) != key_of(1) != key_of(True)
    assert key_of(0) == key_of(5) and key_of(0.5) == key_of(2.5)
    assert key_of(np.float64(2)) == key_of(np.array(2.0))


def test_unhashable_constants_are_told_apart_by_identity() -> None:
    assert key_of(slice(1)) != key_of(slice(2))


def types(value: Any, name: str = "x") -> str:
    return tree_text(Typing((name,)).tree(value, name))


def test_axes_have_letters_of_their_own() -> None:
    tree = Typing(("n", "x")).tree((np.ones((2, 3)), np.ones(1), np.ones((4, 1), np.float32)), "x")
    assert tree_text(tree) == "(float64[m,k], float64[1], float32[p,1])"


def test_containers_keep_their_structure() -> None:
    x = np.ones(2)
    assert types([1.0, (x, None)]) == "[float, (float64[n], None)]"
    assert types({"w": x, 3: 1}) == "{'w': float64[n], 3: int}"
    assert types(Point(1.0, x)) == "Point(x=float, y=float64[n])"
    assert types(Layer(x, 2.0)) == "Layer(W=float64[n], b=float, name='layer')"


def test_leaves_and_paths_agree() -> None:
    value = {"p": [Layer(np.ones(2), 1.0), Point(2, np.float32(1))], "q": "text"}
    tree = Typing(("x",)).tree(value, "x")
    assert leaf_paths(tree, "x") == ["x['p'][0].W", "x['p'][0].b", "x['p'][1].x", "x['p'][1].y"]
    assert len(leaves(tree)) == len(number_leaves({"x": value}))


@pytest.mark.parametrize(
    ("value", "word"),
    [
        (np.ma.masked_array([1.0]), "MaskedArray"),
        (np.matrix([1.0]), "matrix"),
        (np.array(["a"]), "dtype"),
        (np.array([None]), "dtype"),
        ([0.0] * 3000, "array"),
    ],
)
def test_what_is_no_number_is_refused_by_name(value: Any, word: str) -> None:
    with pytest.raises(TypeError, match=word) as info:
        types([value] if isinstance(value, np.ndarray) else value, "data")
    assert "data" in str(info.value)


def test_ints_are_taken_as_floats_and_keep_their_container() -> None:
    assert floated([1, (2, {"a": 3})]) == [1.0, (2.0, {"a": 3.0})]
    assert type(floated(Point(1, 2)).x) is float
    assert type(floated(Layer(1, 2)).W) is float
    kept = [1.0, np.arange(3)]
    assert floated(kept) is kept


@pytest.mark.parametrize("value", [np.arange(3), np.array([True]), True, [1.0, np.arange(2)]])
def test_integers_and_bools_have_no_derivative(value: Any) -> None:
    with pytest.raises(TypeError, match=r"grad: x(\[1\])? is .* only floats .* pass"):
        float_tree(Typing(("x",)).tree(value, "x"), "x", "grad")


# Tangents and cotangents


def test_conform_converts_what_fits() -> None:
    array = Leaf(ArrayT("float32", (Sym("n"),)))
    assert conform(array, np.ones(3), "v").dtype == np.float32
    assert type(conform(Leaf(ScalarT("float")), 1, "v")) is float
    assert type(conform(Leaf(ScalarT("float")), np.array(1.0), "v")) is float
    assert type(conform(Leaf(ArrayT("float64", ())), 2, "v")) is np.float64
    node = Node("tuple", (), (array, Static("kept")))
    assert conform(node, (np.ones(2), None), "v")[1] == "kept"


@pytest.mark.parametrize("value", [np.ones((3, 2)), 1.0, np.ones(3) * 1j, "x", [1.0, 2.0], None])
def test_conform_refuses_what_does_not_fit(value: Any) -> None:
    with pytest.raises(TypeError, match="v must be"):
        conform(Leaf(ArrayT("float64", (Sym("n"),))), value, "v")


def test_conform_refuses_another_structure() -> None:
    tree = Typing(("x",)).tree({"a": 1.0, "b": (1.0, 2.0)}, "x")
    assert conform(tree, {"b": (1, 2), "a": 0}, "v") == {"a": 0.0, "b": (1.0, 2.0)}
    for wrong in ({"a": 1.0}, [1.0, 2.0], {"a": 1.0, "b": [1.0, 2.0]}, {"a": 1.0, "b": (1.0,)}):
        with pytest.raises(TypeError, match="must be"):
            conform(tree, wrong, "v")


# Types as text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("float", "float"),
        ("float64[n, 3]", "float64[n,3]"),
        ("float32[...]", "float32[...]"),
        ("float64", "float64[]"),
        ("np.float64[n]", "float64[n]"),
        ("np.ndarray", "float64[...]"),
        (
            "[(float64[d,h], float64[h])] * 2",
            "[(float64[d,h], float64[h]), (float64[d,h], float64[h])]",
        ),
        ("{'w': float64[n], b: float}", "{'w': float64[n], 'b': float}"),
        ("None", "None"),
        ("'mean'", "'mean'"),
        ("-1", "-1"),
        ("(float,)", "(float,)"),
        ("tuple[float, int]", "(float, int)"),
        ("complex", "complex"),
        ("Annotated[np.ndarray, 'float64[n]']", "float64[n]"),
        ("npt.NDArray[np.float32]", "float32[...]"),
    ],
)
def test_types_are_read(text: str, shown: str) -> None:
    assert tree_text(TypeReader().read(text)) == shown


@pytest.mark.parametrize(
    "text",
    [
        "float65[n]",
        "float64[n",
        "float64[n+1]",
        "list[float]",
        "f(x)",
        "str[n]",
        "float64[-1]",
        "{**x}",
        "[float, ...]",
        "3 * [float]",
        "",
    ],
)
def test_what_is_no_type_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(TypeSyntaxError, match="is not a type: .*write a type as"):
        TypeReader().read(text)


def test_a_letter_is_one_size_other_than_one() -> None:
    reader = TypeReader()
    a, b = reader.read("float64[n]"), reader.read("float64[_, n]")
    assert isinstance(a, Leaf) and isinstance(b, Leaf)
    assert a.type.dims[0] == b.type.dims[1] != b.type.dims[0]
    assert a.type.dims[0].not_one and not b.type.dims[0].not_one


def test_annotations_are_read() -> None:
    reader = TypeReader()

    def read(annotation: Any) -> str | None:
        tree = read_annotation(reader, annotation)
        return None if tree is None else tree_text(tree)

    assert read(float) == "float"
    assert read(np.ndarray) == read("np.ndarray") == "float64[...]"
    assert read("float64[n]") == read(Annotated[np.ndarray, "float64[n]"]) == "float64[n]"
    assert read(npt.NDArray[np.float32]) == "float32[...]"
    assert read(list[float]) is read("Params") is read("list[float]") is None


# The dispatcher


def dispatcher(
    function: Any, *examples: tuple[Any, ...], guards: Any = (), shapes: Any = ()
) -> Any:
    """A dispatcher whose versions return their number; 'slow' and the arguments otherwise."""
    signature = inspect.signature(function)
    params = params_of(signature, ())
    assert params is not None
    entries: list[Entry] = []
    for number, example in enumerate(examples):
        typing = Typing(tuple(signature.parameters))
        trees = tuple(typing.tree(v, n) for v, n in zip(example, signature.parameters, strict=True))
        entries.append(
            Entry(functools.partial(_number, number), trees, np.ndarray, guards, shapes, False)
        )

    def slow(values: Any, more: Any, named: Any) -> Any:
        return "slow", *given_arguments(params, values, more, named)

    return Dispatcher("call", params, entries, slow, True)


def _number(number: int, *_: Any) -> int:
    return number


EXAMPLES: list[Any] = [
    np.ones(3),
    np.ones(1),
    np.ones((3, 4)),
    np.ones((3, 1)),
    np.ones(3, np.float32),
    np.ones(3, int),
    np.float64(1),
    np.float32(1),
    1.0,
    1,
    1j,
    None,
    True,
    "a",
    "b",
    [np.ones(3)],
    [np.ones(3), 1.0],
    (np.ones(3), 1.0),
    {"a": np.ones(2)},
    {"b": np.ones(2)},
    {"b": np.ones(2), "a": 1.0},
    Point(1.0, np.ones(2)),
    Point(1.0, 2.0),
    Layer(np.ones((2, 2)), 1.0),
    Layer(np.ones((2, 2)), 1.0, "other"),
    [[(1.0, [np.ones((2, 2))])]],
    len,
]


def test_every_version_serves_its_own_types_only() -> None:
    serve = dispatcher(lambda x: x, *[(e,) for e in EXAMPLES])
    for number, example in enumerate(EXAMPLES):
        assert serve.call(example) == number, example
        assert serve.last == number


@pytest.mark.parametrize("value", [np.ones(0), np.ones(9)[::2]])
def test_size_and_strides_do_not_matter(value: Any) -> None:
    assert dispatcher(lambda x: x, (np.ones(3),)).call(value) == 0


def test_a_rank_zero_array_is_served_like_a_scalar() -> None:
    assert dispatcher(lambda x: x, (np.float64(1),)).call(np.array(2.0)) == 0


@pytest.mark.parametrize(
    "value",
    [
        np.ma.masked_array([1.0, 2.0]),
        np.matrix([[1.0, 2.0]]),
        [1.0],
        np.ones((2, 2)),
        np.ones(2, ">f8"),
    ],
)
def test_everything_else_goes_the_slow_way(value: Any) -> None:
    assert dispatcher(lambda x: x, (np.ones(3),)).call(value)[0] == "slow"


def test_the_slow_way_gets_the_arguments_as_they_were_passed() -> None:
    def function(a: Any, b: Any, c: Any = 3) -> None: ...

    call = dispatcher(function, (1.0, 1.0, 3)).call
    assert call(1.0, 1.0) == call(1.0, 1.0, 7) == call(b=1.0, a=1.0) == 0
    assert call(1.0, "x", 4, 5, z=6) == ("slow", (1.0, "x", 4, 5), {"z": 6})
    assert call(b="x") == ("slow", (), {"b": "x", "c": 3})


def test_a_changed_global_goes_the_slow_way() -> None:
    box = [1.5]
    value = box[0]
    serve = dispatcher(lambda x: x, (1.0,), guards=((lambda: box[0], value),))
    assert serve.call(1.0) == 0
    box[0] = 2.5
    assert serve.call(1.0)[0] == "slow"


def test_a_tangent_must_have_its_primals_shape() -> None:
    serve = dispatcher(lambda x, v: x, (np.ones(3), np.ones(3)), shapes=((1, 0, None),))
    assert serve.call(np.ones(4), np.ones(4)) == 0
    assert serve.call(np.ones(4), np.ones(5))[0] == "slow"


def test_sizes_that_must_be_equal_are_checked() -> None:
    """The gradient does not compute x * y, which would raise by itself."""

    def f(x, y):
        return np.sum(x * y) + np.sum(x) * np.sum(y)

    slope = adgen.grad(f, argnums=(0, 1))
    for _ in range(2):
        with pytest.raises(ValueError, match=r"x.shape\[0\] is 3 and y.shape\[0\] is 2, but they must be equal"):
            slope(np.ones(3), np.ones(2))
        assert [bar.shape for bar in slope(np.ones(3), np.ones(3))] == [(3,), (3,)]
        assert [bar.shape for bar in slope(np.ones(3), np.ones(1))] == [(3,), (1,)]
