"""The kinds of derivative: each turns an IR function into the IR function of a derivative.

    grad             x -> the gradient of a scalar function, in the structure of x
    value_and_grad   x -> (value, gradient); with `has_aux` ((value, aux), gradient)
    jvp              x, x_dot -> (value, tangent of the value)
    vjp              x, y_bar -> (value, cotangent of x)
    hvp              x, x_dot -> Hessian times x_dot, forward over reverse
    jacobian         x -> d f(x) / d x, of the shape of f(x) followed by that of x
    hessian          x -> the Jacobian of the gradient, by default forward over reverse

The work is done by `adgen.transforms`, on leaves; here are the structures at the border, names and
titles.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

from adgen.errors import AdgenError, Refusal, Span
from adgen.ir.builder import Builder, const
from adgen.ir.core import Atom, Function, walk
from adgen.ir.tree import Leaf, Node, Static, Tree, leaves, map_leaves
from adgen.ir.types import dims_of, is_inexact, is_number
from adgen.jacobians import Sizes, jacobians
from adgen.rules.table import Ops, infer
from adgen.signature import Place, float_tree
from adgen.targets import TARGETS
from adgen.transforms import grad_of, jvp_of, prepare, simplify, vjp_of


@dataclass(frozen=True, slots=True)
class Options:
    """How a derivative is made."""

    off: frozenset[str] = frozenset()
    """Names of optimisations that are switched off."""
    has_aux: bool = False
    """The function returns (value, aux), and aux is passed through."""
    holomorphic: bool = False
    """The function is complex differentiable, and the gradient is its complex derivative."""
    mode: str = "auto"
    """Of a Jacobian: 'forward', 'reverse', or 'auto', by the sizes."""
    target: str = ""
    """What the source imports: 'numpy' or 'cupy'; empty for that of the arguments."""

    def __post_init__(self) -> None:
        if self.target not in ("", *TARGETS):
            raise ValueError(f"there is no target {self.target!r}; there are 'numpy' and 'cupy'")


@dataclass(frozen=True, slots=True)
class Wiring:
    """A function, the places to differentiate it at, and the leaves that those are."""

    fn: Function
    wrt: tuple[Place, ...]
    leaves: tuple[int, ...]
    trees: tuple[Tree, ...]
    """One a place, as gradients are structured."""
    options: Options
    name: str
    sizes: Sizes

    @property
    def structure(self) -> Tree:
        """The tree of gradients: that of the argument, or a tuple for several."""
        return self.trees[0] if len(self.trees) == 1 else Node("tuple", (), self.trees)

    @property
    def words(self) -> str:
        names = ", ".join(map(str, self.wrt))
        return names if len(self.wrt) == 1 else f"({names})"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of derivative."""

    name: str
    suffix: str
    extra: str
    """What a call passes besides the arguments: 'tangents', 'cotangent' or nothing."""
    build: Callable[[Wiring], Function]


@dataclass(frozen=True, slots=True)
class Made:
    function: Function
    warnings: tuple[str, ...] = field(default=())


def derive(
    fn: Function, kind: Kind, wrt: tuple[Place, ...], options: Options, name: str, sizes: Sizes
) -> Made:
    """The derivative of an IR function, simplified."""
    wiring = wire(prepare(fn, options.off), wrt, options, name, kind.name, sizes)
    try:
        made = kind.build(wiring)
    except Refusal as refusal:
        raise AdgenError([refusal.problem(refusal.span or span_of(fn))]) from None
    return Made(simplify(made, options.off), tuple(unused_warnings(wiring)))


def span_of(fn: Function) -> Span | None:
    """The line that a function begins on."""
    if not fn.source.line:
        return None
    lines = fn.source.text.splitlines() or [""]
    text = next(
        (line for line in lines if line.lstrip().startswith(("def ", "async def "))), lines[0]
    )
    line = fn.source.line + lines.index(text)
    return Span(fn.source.file, line, 1, line, len(text) + 1, text, fn.name)


def wire(
    fn: Function, wrt: tuple[Place, ...], options: Options, name: str, operator: str, sizes: Sizes
) -> Wiring:
    """Find the leaves of what is differentiated; TypeError where they are no floats."""
    starts: dict[str, int] = {}
    count = 0
    for param, tree in zip(fn.params, fn.inputs, strict=True):
        starts[param] = count
        count += len(leaves(tree))
    positions: list[int] = []
    trees: list[Tree] = []
    for place in wrt:
        if place.param not in starts:
            raise TypeError(
                f"{operator}: {fn.name} has no argument {place.param!r}; "
                f"it has {', '.join(fn.params)}"
            )
        tree, start = fn.inputs[fn.params.index(place.param)], starts[place.param]
        tree, start = tree_at(tree, place, start, operator)
        if not leaves(tree):
            raise TypeError(f"{operator}: {place} is {tree_text(tree)}, which holds no float")
        types = iter(fn.block.params[start : start + len(leaves(tree))])
        typed = map_leaves(tree, types, lambda value: Leaf(value.type))
        trees.append(float_tree(typed, str(place), operator))
        positions += range(start, start + len(leaves(tree)))
    return Wiring(fn, wrt, tuple(positions), tuple(trees), options, name, sizes)


def tree_at(tree: Tree, place: Place, start: int, operator: str) -> tuple[Tree, int]:
    """The subtree of a place, and where its leaves start."""
    if place.index is None:
        return tree, start
    if not isinstance(tree, Node) or place.index >= len(tree.children):
        raise TypeError(f"{operator}: there is no argument {place.index} in *{place.param}")
    before = tree.children[: place.index]
    return tree.children[place.index], start + sum(len(leaves(c)) for c in before)


def unused_warnings(wiring: Wiring) -> Iterator[str]:
    """A warning for each argument that is asked for and does not reach the result."""
    fn = wiring.fn
    used: set[Atom] = set(fn.block.results)
    for op in walk(fn.block):
        used.update(op.args)
        for block in op.blocks:
            used.update(block.results)
    rest = iter(wiring.leaves)
    for place, tree in zip(wiring.wrt, wiring.trees, strict=True):
        params = [fn.block.params[next(rest)] for _ in leaves(tree)]
        if not any(p in used for p in params):
            yield f"{fn.name} does not use its argument {place}: its derivative is zero"


# The kinds


def _grad(w: Wiring) -> Function:
    value = scalar_output(w)
    made = grad_of(w.fn, w.leaves, off=w.options.off, holomorphic=w.options.holomorphic)
    count = len(w.fn.block.results)
    results, output = made.block.results[count:], w.structure
    if w.options.has_aux:
        assert isinstance(value, Node)
        results += made.block.results[1:count]
        output = Node("tuple", (), (output, value.children[1]))
    return _finish(w, made, results, output, f"Gradient of {w.fn.name} with respect to {w.words}")


def _value_and_grad(w: Wiring) -> Function:
    value = scalar_output(w)
    made = grad_of(w.fn, w.leaves, off=w.options.off, holomorphic=w.options.holomorphic)
    title = f"Value of {w.fn.name} and its gradient with respect to {w.words}"
    return _finish(w, made, made.block.results, Node("tuple", (), (value, w.structure)), title)


def scalar_output(w: Wiring) -> Tree:
    """The tree of what a gradient is taken of: a leaf, or with `has_aux` a pair that begins with
    one."""
    value = typed_output(w.fn)
    if w.options.has_aux:
        pair = isinstance(value, Node) and value.kind == "tuple" and len(value.children) == 2
        if not (isinstance(value, Node) and pair and isinstance(value.children[0], Leaf)):
            raise Refusal(
                f"with has_aux, {w.fn.name} must return a pair (value, aux)", "return value, aux"
            )
    elif not isinstance(value, Leaf):
        raise Refusal(
            f"a gradient needs a function that returns a real scalar; {w.fn.name} returns "
            f"{tree_text(value)}",
            "return the scalar alone, or a pair (value, aux) and pass has_aux=True",
        )
    return value


def _jvp(w: Wiring) -> Function:
    made, names, trees = _with_tangents(w)
    count = len(w.fn.block.results)
    builder = Builder(infer, loose=True)
    builder.ops = list(made.block.ops)
    dots = _tangents_of_all(builder, w.fn.block.results, iter(made.block.results[count:]))
    output = typed_output(w.fn)
    dots_tree = map_leaves(output, iter(dots), lambda dot: Leaf(dot.type))
    block = builder.block(made.block.params, w.fn.block.results + dots)
    title = f"Value of {w.fn.name} and its directional derivative along {_tuple_text(names)}"
    made = replace(
        made, block=block, params=(*w.fn.params, *names), inputs=(*w.fn.inputs, *trees), defaults=()
    )
    return _finish(w, made, block.results, Node("tuple", (), (output, dots_tree)), title)


def _tangents_of_all(
    builder: Builder, values: tuple[Atom, ...], dots: Iterator[Atom]
) -> tuple[Atom, ...]:
    """The tangents of the results; exact zeros for integers and booleans."""
    ops = Ops(builder)

    def zero(atom: Atom) -> Atom:
        if not is_number(atom.type) or dims_of(atom.type) == ():
            return const(0.0)
        return ops.zeros(ops.shape(atom), "float64").atom

    return tuple(next(dots) if is_inexact(v.type) else zero(v) for v in values)


def _vjp(w: Wiring) -> Function:
    made = vjp_of(w.fn, w.leaves, w.options.off)
    output = typed_output(w.fn)
    seeds = map_leaves(
        output,
        iter(w.fn.block.results),
        lambda r: Leaf(r.type) if is_inexact(r.type) else Static(None),
    )
    name = unused_name("y_bar", w.fn.params)
    made = replace(made, params=(*w.fn.params, name), inputs=(*w.fn.inputs, seeds), defaults=())
    title = f"Value of {w.fn.name}, and the cotangent of {w.words} for that of the value, {name}"
    return _finish(w, made, made.block.results, Node("tuple", (), (output, w.structure)), title)


def _hvp(w: Wiring) -> Function:
    gradient = replace(w, fn=simplify(_grad(w), w.options.off))
    made, names, trees = _with_tangents(gradient)
    along = made.block.results[len(gradient.fn.block.results) :]
    made = replace(made, params=(*w.fn.params, *names), inputs=(*w.fn.inputs, *trees), defaults=())
    return _finish(
        w, made, along, w.structure, f"Hessian of {w.fn.name} times {_tuple_text(names)}"
    )


def _with_tangents(w: Wiring) -> tuple[Function, tuple[str, ...], tuple[Tree, ...]]:
    """Forward mode; names and trees of the tangents, one a place."""
    names: list[str] = []
    for place in w.wrt:
        names.append(unused_name(f"{place}_dot", (*w.fn.params, *names)))
    return jvp_of(w.fn, w.leaves), tuple(names), w.trees


def _jacobian(w: Wiring) -> Function:
    return _jacobians(w, w.options.mode, f"Jacobian of {w.fn.name} with respect to {w.words}")


def _hessian(w: Wiring) -> Function:
    gradient = replace(w, fn=simplify(_grad(w), w.options.off))
    mode = "forward" if w.options.mode == "auto" else w.options.mode
    return _jacobians(gradient, mode, f"Hessian of {w.fn.name} with respect to {w.words}")


def _jacobians(w: Wiring, mode: str, title: str) -> Function:
    made, output = jacobians(
        w.fn, typed_output(w.fn), w.leaves, w.structure, mode, w.options.off, w.sizes
    )
    return _finish(w, made, made.block.results, output, title)


# What they share


def _finish(
    w: Wiring, made: Function, results: tuple[Atom, ...], output: Tree, title: str
) -> Function:
    """Set the border of a derivative."""
    block = replace(made.block, results=results)
    fn = replace(made, name=w.name, block=block, output=output)
    mapping = f"{title}: {', '.join(map(tree_text, typed_inputs(fn)))} -> {tree_text(output)}."
    return replace(fn, title=mapping if len(mapping) <= 90 else f"{title}.")


def typed_inputs(fn: Function) -> list[Tree]:
    """The trees of a function's parameters, their leaves typed."""
    rest = iter(fn.block.params)
    return [map_leaves(tree, rest, lambda value: Leaf(value.type)) for tree in fn.inputs]


def typed_output(fn: Function) -> Tree:
    """The tree of a function's result, its leaves typed."""
    return map_leaves(fn.output, iter(fn.block.results), lambda r: Leaf(r.type))


def unused_name(name: str, taken: tuple[str, ...]) -> str:
    """The name, or with a number the first that is free."""
    if name not in taken:
        return name
    count = 2
    while f"{name}{count}" in taken:
        count += 1
    return f"{name}{count}"


def _tuple_text(names: tuple[str, ...]) -> str:
    return names[0] if len(names) == 1 else f"({', '.join(names)})"


# fmt: off
KINDS: dict[str, Kind] = {kind.name: kind for kind in (
    Kind("grad",           "grad",           "",          _grad),
    Kind("value_and_grad", "value_and_grad", "",          _value_and_grad),
    Kind("jvp",            "jvp",            "tangents",  _jvp),
    Kind("vjp",            "vjp",            "cotangent", _vjp),
    Kind("hvp",            "hvp",            "tangents",  _hvp),
    Kind("jacobian",       "jacobian",       "",          _jacobian),
    Kind("hessian",        "hessian",        "",          _hessian),
)}
# fmt: on


def describe_types(fn: Function) -> str:
    """The types that a function is compiled for: 'x: float64[n], steps: int'."""
    pairs = zip(fn.params, typed_inputs(fn), strict=True)
    return ", ".join(f"{name}: {tree_text(tree)}" for name, tree in pairs)


def tree_text(tree: Tree) -> str:
    """A tree of types as it is written."""
    match tree:
        case Leaf(t):
            return str(t)
        case Static(value):
            return (
                repr(value)
                if isinstance(value, (str, int, float, type(None)))
                else type(value).__name__
            )
        case Node("dict", keys, children):
            return (
                "{"
                + ", ".join(f"{k!r}: {tree_text(c)}" for k, c in zip(keys, children, strict=True))
                + "}"
            )
        case Node(_, keys, children, cls) if cls is not None:
            items = (f"{k}={tree_text(c)}" for k, c in zip(keys, children, strict=True))
            return f"{cls.__name__}({', '.join(items)})"
        case Node("list", _, children):
            return f"[{', '.join(map(tree_text, children))}]"
        case Node(_, _, children):
            return f"({', '.join(map(tree_text, children))}{',' if len(children) == 1 else ''})"
