"""Derivatives of solvers, minimisers and integrators (`adgen.rules.functionals`), made of those of the user's function.

    root        f(x, a) = 0        x_dot = -f_x^-1 f_a a_dot       the implicit function theorem
    minimum     g = grad f = 0     x_dot = -f_xx^-1 g_a a_dot      the same for the gradient
    optimum     f(x(a), a)         f_a a_dot                       the envelope theorem: f_x = 0, or x rests on a bound
    trajectory  y' = f(y, t, a)    the variational equation S' = f_y S + f_a, solved along with it
    integral    int_a^b f(x, c)    f(b) b_dot - f(a) a_dot + (int f_c) c_dot      Leibniz's rule

They are ops on the solution and on what the function reads, so every order and reverse mode follow. What they call
are definitions derived here, once each:

    f_grad        the partial derivatives of a scalar function with respect to some of its params
    f_jacobian    the Jacobian with respect to one param
"""

from __future__ import annotations

from typing import Any, cast

from adgen.errors import Refusal
from adgen.ir.builder import Builder, const
from adgen.ir.core import Arg, Block, Definition, Function, IntItem, Op, SliceItem, Value, clone_block
from adgen.ir.types import INT, ArrayT, fresh_dim, is_number
from adgen.rules.functionals import DERIVATIVES
from adgen.rules.table import E, Ops, infer
from adgen.transforms.activity import active_results
from adgen.transforms.derive import grad_of, jacobian_of
from adgen.transforms.jvp import forward_of
from adgen.transforms.simplify import simplify_block

Dots = tuple["E | None", ...]
Positions = frozenset[int]


# Definitions derived from one


def as_function(callee: Definition) -> Function:
    return Function(callee.name, clone_block(callee.body, {}), (), (), None)


def settled(name: str, made: Function, results: tuple[Any, ...], callee: Definition, doc: str) -> Definition:
    """A definition of what a pass made, cleaned up."""
    block = simplify_block(Block(made.block.params, made.block.ops, results), frozenset())
    types = tuple(r.type for r in block.results)
    definition = Definition(name, block.params, types, block, callee.span, doc)
    definition.derived["simplified"] = True
    return definition


def gradient_of(callee: Definition, params: Positions) -> Definition:
    """The partial derivatives of a scalar function with respect to some params, in their order."""
    key = "gradient", params
    if key not in callee.derived:
        wrt = tuple(sorted(params))
        made = grad_of(as_function(callee), wrt)
        bars = made.block.results[len(callee.results) :]
        name = f"{callee.name}_grad"
        definition = settled(name, made, bars, callee, f"The partial derivatives of {callee.name}.")
        if params == frozenset({0}):
            definition.derived["gradient of"] = callee.name
        callee.derived[key] = definition
    return callee.derived[key]


def flat_gradient_of(callee: Definition, params: Positions) -> Definition:
    """The same as one vector."""
    key = "flat gradient", params
    if key not in callee.derived:
        gradient = gradient_of(callee, params)
        block = clone_block(gradient.body, {})
        builder = Builder(infer, loose=True)
        builder.ops = list(block.ops)
        g = Ops(builder)
        parts = [g.wrap(r) for r in block.results]
        if all(x.dims == () for x in parts):
            vector = g("array", *parts)
        else:
            flat = [x if x.rank == 1 else g.reshape(x, (g.size(x).atom,)) for x in parts]
            vector = flat[0] if len(flat) == 1 else g("concatenate", *flat, axis=0)
        whole = Function(gradient.name, builder.block(block.params, (vector.atom,)), (), (), None)
        callee.derived[key] = settled(gradient.name, whole, (vector.atom,), callee, gradient.doc)
    return callee.derived[key]


def jacobian_definition(callee: Definition, param: int) -> Definition:
    """The Jacobian with respect to one param."""
    key = "jacobian", param
    if key not in callee.derived:
        made = jacobian_of(as_function(callee), param, "forward")
        kind = "Hessian" if callee.derived.get("gradient of") else "Jacobian"
        base = callee.derived.get("gradient of") or callee.name
        doc = f"The {kind} of {base}."
        callee.derived[key] = settled(f"{base}_{kind.lower()}", made, made.block.results, callee, doc)
    return callee.derived[key]


def evaluate(g: Ops, callee: Definition, args: tuple[E, ...], hints: tuple[str, ...] = ()) -> tuple[E, ...]:
    """A call of a definition; its results have names of their own."""
    atoms, attrs = tuple(a.atom for a in args), {"callee": callee}
    hints = hints or ("",) * len(callee.results)
    made = tuple(Value(t, hint) for t, hint in zip(infer("call", atoms, attrs), hints, strict=True))
    g.builder.append(Op("call", atoms, attrs, made, (), g.builder.span, g.builder.loose))
    return tuple(map(g.wrap, made))


def partials(g: Ops, callee: Definition, params: Positions, args: tuple[E, ...]) -> tuple[E, ...]:
    """The partial derivatives of a scalar function at a point: `f_x, f_a = f_grad(x, a)`."""
    hints = tuple(f"{callee.name}_{callee.params[i].name}" for i in sorted(params))
    return evaluate(g, gradient_of(callee, params), args, hints)


def directional(g: Ops, callee: Definition, args: tuple[E, ...], dots: Dots) -> E | None:
    """The tangent of the first result along tangents of the params."""
    params = frozenset(i for i, d in enumerate(dots) if d is not None)
    if 0 not in active_results(callee, params):
        return None
    given = [d for d in dots if d is not None]
    made = g.many("call", *args, *given, callee=forward_of(callee, params))
    return made[len(callee.results)]


def along(g: Ops, slopes: tuple[E, ...], dots: list[E]) -> E:
    """The sum of partial derivatives times tangents."""
    total: E | None = None
    for slope, dot in zip(slopes, dots, strict=True):
        term = slope * dot if slope.dims == () else g.sum(slope * dot)
        total = term if total is None else total + term
    assert total is not None
    return total


def active(op: Op, dots: Dots, first: int) -> Positions:
    """Params of the model that have tangents, where operand `first` of the op is its param 1."""
    found = frozenset(i - first + 1 for i, d in enumerate(dots) if d is not None and i >= first)
    for i in found:
        if not is_number(op.args[i + first - 1].type):
            raise Refusal(
                "a function that is handed to a solver reads a list of active values of run-time length",
                "make it an array: np.array(the_list)",
            )
    return found


# Roots and minima


def solved_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
    first = 3 if op.attrs["bounded"] else 2
    (x,), model = ys, cast(Definition, op.attrs["model"])
    params = active(op, dots, first)
    operands, given = (x, *args[first:]), [cast(E, dots[i + first - 1]) for i in sorted(params)]
    hint = "jacobian"
    if op.attrs["kind"] == "minimum":
        model, hint = gradient_of(model, frozenset({0})), "hessian"
    if not params or 0 not in active_results(model, params):
        return None
    free = moving(g, x, args[2], evaluate(g, model, operands)[0]) if op.attrs["bounded"] else None
    if x.dims == ():
        at, *slopes = partials(g, model, params | {0}, operands)
        moved = -along(g, tuple(slopes), given) / at
        return moved if free is None else g("where", free, moved, 0.0)
    tangents = (None, *(dots[i + first - 1] if i in params else None for i in range(1, len(operands))))
    slope = cast(E, directional(g, model, operands, tangents))
    (matrix,) = evaluate(g, jacobian_definition(model, 0), operands, (hint,))
    if free is None:
        return -g("solve", matrix, slope)
    size = g.dim(x, 0)
    both = g("logical_and", g("expand_dims", free, axis=(1,)), free)
    reduced = g("where", both, matrix, g("eye", size, size, k=0, dtype="float64"))
    return -g("solve", reduced, g("where", free, slope, 0.0))


def moving(g: Ops, x: E, bounds: E, slope: E) -> E:
    """Which coordinates of a minimiser move: a step down the gradient leaves the bounds where one rests on them, for
    there x is the projection of x - f_x. A coordinate that does not move has the equation x_dot = 0."""
    low, high = (g("getitem", bounds, index=_column(bounds, k)) for k in (0, 1))
    step = x - slope
    return g("logical_and", g("gt", step, low), g("lt", step, high))


def _column(bounds: E, k: int) -> tuple[SliceItem | IntItem, ...]:
    return (IntItem(k),) if bounds.rank == 1 else (SliceItem(), IntItem(k))


def optimum_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
    model, params = cast(Definition, op.attrs["model"]), active(op, dots, 2)
    if not params or 0 not in active_results(model, params):
        return None
    slopes = partials(g, model, params, args[1:])
    return along(g, slopes, [cast(E, dots[i + 1]) for i in sorted(params)])


# Integrals


def integral_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
    model = cast(Definition, op.attrs["model"])
    _, a, b, *rest = args
    captured, params = tuple(rest), active(op, dots, 3)
    terms: list[E] = []
    for end, dot, sign in ((b, dots[2], 1), (a, dots[1], -1)):
        if dot is not None:
            height = evaluate(g, model, (end, *captured))[0]
            terms.append(times(g, height, dot) if sign > 0 else -times(g, height, dot))
    if params and 0 in active_results(model, params):
        given = [cast(E, dots[i + 2]) for i in sorted(params)]
        inner = along_scalar if op.attrs["scalar"] else along_vector
        terms.append(inner(g, op, a, b, captured, params, given))
    if not terms:
        return None
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def times(g: Ops, x: E, dot: E) -> E:
    """The product with a tangent of rank 0."""
    return x * (dot if x.dims == () else g.broadcast(dot, g.shape(x)))


def along_scalar(
    g: Ops, op: Op, a: E, b: E, captured: tuple[E, ...], params: Positions, given: list[E]
) -> E:
    """The integral of the gradient, times the tangents: the same linear map in forward and in reverse mode."""
    model = cast(Definition, op.attrs["model"])
    if len(given) == 1 and given[0].dims == ():
        slope = integrate(g, op, gradient_of(model, params), a, b, captured, scalar=True)
        return slope * given[0]
    slopes = integrate(g, op, flat_gradient_of(model, params), a, b, captured, scalar=False)
    if all(dot.dims == () for dot in given):
        return along(g, tuple(g("getitem", slopes, index=(IntItem(k),)) for k in range(len(given))), given)
    flat = [flattened(g, captured[i - 1], dot) for i, dot in zip(sorted(params), given, strict=True)]
    return g("vdot", slopes, flat[0] if len(flat) == 1 else g("concatenate", *flat, axis=0))


def flattened(g: Ops, x: E, dot: E) -> E:
    """The tangent of x as a vector."""
    return dot if dot.rank == 1 else g.reshape(dot, (g.size(x).atom,))


def along_vector(
    g: Ops, op: Op, a: E, b: E, captured: tuple[E, ...], params: Positions, given: list[E]
) -> E:
    """The integral of each Jacobian, times its tangent."""
    model = cast(Definition, op.attrs["model"])
    total: E | None = None
    for param, dot in zip(sorted(params), given, strict=True):
        slope = integrate(g, op, jacobian_definition(model, param), a, b, captured, scalar=False)
        count = dot.rank
        if count == 0:
            term = times(g, slope, dot)
        else:
            axes = tuple(range(slope.rank - count, slope.rank)), tuple(range(count))
            term = g("tensordot", slope, dot, axes=axes)
        total = term if total is None else total + term
    assert total is not None
    return total


def integrate(
    g: Ops, op: Op, model: Definition, a: E, b: E, captured: tuple[E, ...], *, scalar: bool
) -> E:
    """The integral of another function over the same interval, to the same accuracy."""
    path = "scipy.integrate.quad" if scalar else "scipy.integrate.quad_vec"
    options = op.attrs["options"] if scalar or op.attrs["path"] == path else op.attrs["vector"]
    found = g(
        "functional", a, b, *captured, path=path, callee=model, names=("", ""), options=options,
        captured=len(captured), closed=False,
    )
    attrs = {**op.attrs, "model": model, "path": path, "options": options, "scalar": scalar}
    return g("integral", found, a, b, *captured, **attrs)


# Trajectories


def trajectory_tangent(g: Ops, op: Op, args: tuple[E, ...], ys: tuple[E, ...], dots: Dots) -> E | None:
    """The variational equation S' = f_y S + f_a along with y' = f, from S = dy0 / d(y0, a): the tangent is S times the
    tangents (Hairer, Norsett, Wanner, Solving Ordinary Differential Equations I, section I.14)."""
    _, y0, times, *captured = args
    if dots[2] is not None:
        raise Refusal(
            f"{op.attrs['path']} is differentiated by its start and parameters, not by the times",
            "scale the time inside the function, or use scipy.integrate.solve_ivp",
        )
    model, params = cast(Definition, op.attrs["model"]), frozenset(i + 1 for i in active(op, dots, 3))
    moving_start = dots[1] is not None
    wrt = tuple(i for i in sorted(params) if 0 in active_results(model, frozenset({i})))
    if not wrt and not moving_start:
        return None
    n = g.dim(y0, 0)
    columns = [g("eye", n, n, k=0, dtype="float64")] if moving_start else []
    columns += [g.zeros((n.atom, g.size(captured[i - 2]).atom), "float64") for i in wrt]
    start = joined(g, columns, axis=1)
    whole = joined(g, [y0 if y0.dtype == "float64" else g("convert", y0, dtype="float64"), raveled(g, start)], axis=0)
    definition = variational(model, moving_start, wrt)
    operands = (*captured, n)
    attrs = {"path": op.attrs["path"], "options": op.attrs["options"]}
    found = g(
        "functional", whole, times, *operands, callee=definition, names=("", ""), captured=len(operands),
        closed=False, **attrs,
    )
    every = g("trajectory", found, whole, times, *operands, model=definition, field=None, **attrs)
    slopes = g("getitem", every, n, index=(SliceItem(), SliceItem(Arg(0))))
    slopes = g.reshape(slopes, (g.dim(times, 0).atom, n.atom, g.dim(start, 1).atom))
    flat = [cast(E, dots[1])] if moving_start else []
    flat += [flattened(g, captured[i - 2], cast(E, dots[i + 1])) for i in wrt]
    return slopes @ joined(g, flat, axis=0)


def joined(g: Ops, parts: list[E], axis: int) -> E:
    return parts[0] if len(parts) == 1 else g("concatenate", *parts, axis=axis)


def raveled(g: Ops, x: E) -> E:
    return g.reshape(x, (const(-1),))


def variational(model: Definition, moving_start: bool, wrt: tuple[int, ...]) -> Definition:
    """The right-hand side for y and its derivatives S by the start and by some params, as one vector z; the last param
    is the length of y."""
    key = "variational", moving_start, wrt
    if key in model.derived:
        return model.derived[key]
    z, t, n = Value(ArrayT("float64", (fresh_dim(),)), "z"), *clone_params(model.params[1:2]), Value(INT, "n")
    rest = clone_params(model.params[2:])
    builder = Builder(infer, loose=True)
    g = Ops(builder)
    y = g("getitem", z, n, index=(SliceItem(None, Arg(0)),))
    slopes = g.reshape(g("getitem", z, n, index=(SliceItem(Arg(0), None),)), (n, const(-1)))
    point = (y, *map(g.wrap, (t, *rest)))
    height = evaluate(g, model, point)[0]
    forcing = [g.zeros((n, n), "float64")] if moving_start else []
    for i in wrt:
        made = evaluate(g, jacobian_definition(model, i), point)[0]
        forcing.append(g("expand_dims", made, axis=(1,)) if made.rank == 1 else g.reshape(made, (n, const(-1))))
    (matrix,) = evaluate(g, jacobian_definition(model, 0), point)
    change = matrix @ slopes + joined(g, forcing, axis=1)
    whole = joined(g, [height, raveled(g, change)], axis=0)
    params = (z, t, *rest, n)
    name = f"{model.name}_variational"
    function = Function(name, builder.block(params, (whole.atom,)), (), (), None)
    doc = f"{model.name}, and the derivative of its solution along with it."
    model.derived[key] = settled(name, function, (whole.atom,), model, doc)
    return model.derived[key]


def clone_params(params: tuple[Value, ...]) -> tuple[Value, ...]:
    return tuple(Value(p.type, p.name) for p in params)


DERIVATIVES.update(
    solved=solved_tangent, optimum=optimum_tangent, integral=integral_tangent, trajectory=trajectory_tangent
)
