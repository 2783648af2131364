"""Functions that a solver or an integrator calls: each is lowered once, as a definition that is handed over.

The functions of `adgen.library` that wrap SciPy's solvers call `solve`, `optimum`, `integrate` and `detail`, which are
handled here. A definition's first param is the variable; what the function reads of what is around it (`args=`, names
of the functions around it) becomes params behind, and is handed over as `args=`. Several functions of one call get the
same params.

guarantee  a function that is handed over writes to nothing around it, prints and draws nothing: how often a solver
           calls it is the solver's business
"""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Mapping
from typing import Any, cast

from adgen.errors import NeedsStatic, Refusal
from adgen.frontend.builtins import Keywords, intrinsic
from adgen.frontend.containers import key_of
from adgen.frontend.inline import bind, enter
from adgen.frontend.machine import Machine
from adgen.frontend.memory import content, fresh, number
from adgen.frontend.outline import Outline, define
from adgen.frontend.resolve import lift
from adgen.frontend.signatures import Signature, signature_of
from adgen.frontend.values import NONE, AVal, Bound, Conflict, DictV, Func, ListV, Partial, Record, Static, Tup
from adgen.ir.builder import const
from adgen.ir.core import EFFECTS, Atom, Block, Const, Definition, Value, definitions, walk
from adgen.ir.types import ArrayT, ScalarT, Type, dims_of, is_complex, is_inexact, is_number
from adgen.library import at_compile_time, detail, fixed, integrate, optimum, solve, trajectory, unavailable
from adgen.rules.functionals import Table

ALLOWED = frozenset({"raise", "assert", "warn"})
"""Effects that a function which is handed over may have."""
NAMES = {"root": "equation", "minimum": "objective"}
"""Names of functions that have none, by what they are for."""
Captured = list[Value]


@intrinsic(solve)
def call_solve(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    path, kind = key_of(args[0]), key_of(args[1])
    function, model, start = args[2:5]
    x = cast(Atom, number(m, start))
    operands, names = listed(m, args[5])
    more = cast("dict[str, AVal]", content(m, cast(DictV, keywords["more"]).cell)) if "more" in keywords else {}
    name = keywords.get("name")
    functions = {"": function, "%": model, **more}
    (callee, real, *others), captured = handed_over(m, functions, [start], name_of(name, NAMES[kind]))
    check_model(real, path, kind, x)
    attrs: dict[str, Any] = {"path": path, "callee": callee, "names": names, "options": options_of(m, path, args[6])}
    attrs |= {f"with {name}": made for name, made in zip(more, others, strict=True)}
    attrs |= {"captured": len(captured), "closed": key_of(keywords.get("closed", const(False)))}
    (found,) = m.builder.emit_many("functional", (*operands, *captured), attrs)
    given = keywords.get("bounds", NONE)
    bounded = () if given == NONE else (cast(Atom, number(m, given)),)
    field = key_of(keywords.get("field", NONE))
    solved = {"model": real, "kind": kind, "field": field, "bounded": bool(bounded)}
    value = m.builder.emit_many("solved", (found, x, *bounded, *captured), solved)[0]
    m.functionals[found] = real, tuple(captured)
    return Tup((fresh(m, value), found))


@intrinsic(optimum)
def call_optimum(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    found, x = cast(Value, args[0]), cast(Atom, number(m, args[1]))
    model, captured = m.functionals[found]
    return fresh(m, m.builder.emit("optimum", found, x, *captured, model=model, field=key_of(args[2])))


@intrinsic(integrate)
def call_integrate(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    path = key_of(args[0])
    ends = [cast(Atom, number(m, end)) for end in args[2:4]]
    name = name_of(keywords.get("name"), "integrand")
    (callee,), captured = handed_over(m, {"": args[1]}, [Const(0.5, ScalarT("float"))], name)
    given = callee.results[0] if callee.results else None
    if len(callee.results) != 1 or given is None or not is_number(given) or not is_inexact(given) or is_complex(given):
        raise Refusal(f"{path} needs a function that returns one real number or array", "return a float")
    scalar = path == "scipy.integrate.quad"
    if scalar and dims_of(given) != ():
        raise Refusal(f"{path} needs a function that returns a number, not {given}", "use scipy.integrate.quad_vec")
    options, vector = options_of(m, path, args[4]), options_of(m, "", args[5])
    operands = (*ends, *captured)
    found = m.builder.emit(
        "functional", *operands, path=path, callee=callee, names=("", ""), options=options, captured=len(captured),
        closed=False,
    )
    attrs = {"model": callee, "path": path, "options": options, "vector": vector, "scalar": scalar, "field": 0}
    (value,) = m.builder.emit_many("integral", (found, *operands), attrs)
    return Tup((fresh(m, value), found))


@intrinsic(trajectory)
def call_trajectory(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    path = key_of(args[0])
    y0, times = (cast(Atom, number(m, a)) for a in args[2:4])
    starts = [args[2], Const(0.5, ScalarT("float"))]
    (callee,), captured = handed_over(m, {"": args[1]}, starts, name_of(keywords.get("name"), "slope"))
    check_model(callee, path, "root", y0)
    options, operands = options_of(m, path, args[4]), (y0, times, *captured)
    attrs = {"path": path, "callee": callee, "names": ("", ""), "captured": len(captured), "closed": False}
    (found,) = m.builder.emit_many("functional", operands, {**attrs, "options": options})
    attrs = {"model": callee, "path": path, "options": options, "field": None}
    return fresh(m, m.builder.emit_many("trajectory", (found, *operands), attrs)[0])


@intrinsic(detail)
def call_detail(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    return m.builder.emit("detail", cast(Value, args[0]), field=key_of(args[1]), type=key_of(args[2]))


# What is known when compiling


@intrinsic(fixed)
def call_fixed(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    size = cast(Atom, number(m, args[0]))
    if isinstance(size, Value):
        raise NeedsStatic(size, f"{key_of(args[1])} must be known when compiling", "give a constant")
    return size


@intrinsic(at_compile_time)
def call_at_compile_time(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    function, *given = map(key_of, args)
    return lift(m, function(*given))


@intrinsic(unavailable)
def call_unavailable(m: Machine, args: list[AVal], keywords: Keywords) -> AVal:
    return Tup((args[0], Conflict(key_of(args[1]), "", key_of(args[2]))))


# What is handed over


def handed_over(
    m: Machine, functions: dict[str, AVal], starts: list[AVal], name: str
) -> tuple[list[Definition], Captured]:
    """Definitions of functions of the same variables, and what they read besides: each takes all of that."""
    outlines: dict[int, Outline] = {}
    for role, function in functions.items():
        if id(function) not in outlines:
            outlines[id(function)] = outline = outline_of(m, function, starts)
            role = outline.definition.name if role == "%" else role
            outline.definition.name = f"{name}_{role}" if role else name
    captured: Captured = list(dict.fromkeys(v for o in outlines.values() for v in o.captured))
    for outline in outlines.values():
        take_all(outline, captured, len(starts))
    return [outlines[id(f)].definition for f in functions.values()], captured


def outline_of(m: Machine, function: AVal, starts: list[AVal]) -> Outline:
    """A function as a definition. Its variables have the types of `starts`, with their sizes."""
    frame, defaults = enter(m, function)
    bound = bind(m, frame.info, defaults, starts, {})
    frame.key = ("handed over", object())
    types = [variable_type(cast(Atom, number(m, start)).type) for start in starts]
    signature = signature_of(m, bound, True)
    signature = Signature(signature.key, signature.leaves, types)
    try:
        outline = define(m, frame, bound, signature)
    except NeedsStatic as wanted:
        raise Refusal(wanted.message, wanted.hint, wanted.span) from None
    refuse_effects(outline)
    return outline


def variable_type(t: Type) -> Type:
    return ScalarT("float") if isinstance(t, ScalarT) else ArrayT("float64", dims_of(t))


def refuse_effects(outline: Outline) -> None:
    name, block = outline.definition.name, outline.definition.body
    if outline.written or outline.outer:
        raise Refusal(
            "a function that is handed to a solver or an integrator modifies an array",
            "work on a copy, and return what it makes",
        )
    for each in (block, *(d.body for d in definitions(block))):
        found = next((op.name for op in walk(each) if op.name in EFFECTS - ALLOWED), None)
        if found is not None:
            raise Refusal(
                f"{name} is handed to a solver or an integrator, and has an effect ({found}) that depends on how often "
                "it is called",
                "leave it out, or do it outside and pass the result",
            )


def take_all(outline: Outline, captured: Captured, count: int) -> None:
    """Give a definition a param for each of the values, in their order."""
    definition = outline.definition
    own = dict(zip(outline.captured, definition.params[count:], strict=True))
    params = definition.params[:count] + tuple(own.get(v) or Value(v.type, v.name) for v in captured)
    block = definition.body
    definition.params, definition.block = params, Block(params, block.ops, block.results)


def name_of(function: AVal | None, default: str) -> str:
    """The user's name for a function; `default` for one without."""
    match function:
        case Func(info):
            found = info.name
        case Bound(inner, _) | Partial(inner, _, _):
            found = name_of(inner, default)
        case Record(_, cls):
            found = cls.__name__.lower()
        case Static(obj):
            found = getattr(obj, "__name__", default)
        case _:
            found = default
    return found if found.isidentifier() else default


def check_model(model: Definition, path: str, kind: str, x: Atom) -> None:
    """Refuse a function that is no model of what the solver solves."""
    (given,) = model.results if len(model.results) == 1 else (None,)
    if given is None or not is_number(given) or not is_inexact(given) or is_complex(given):
        raise Refusal(f"{path} needs a function that returns one real number or array", "return floats")
    wanted = () if kind == "minimum" else dims_of(x.type)
    found = dims_of(given)
    if found is None or len(found) != len(wanted or ()):
        what = "a number" if not wanted else "a vector of as many elements as there are unknowns"
        raise Refusal(f"{path} needs a function that returns {what}; it returns {given}", "give its result that shape")


def listed(m: Machine, given: AVal) -> tuple[tuple[Atom, ...], tuple[str, ...]]:
    """Operands and the names that they go by; a tuple's items go by one name."""
    atoms: list[Atom] = []
    names: list[str] = []
    for name, value in cast("dict[str, AVal]", content(m, cast(DictV, given).cell)).items():
        for item in value.items if isinstance(value, Tup) else (value,):
            atom = number(m, item)
            if atom is None:
                raise Refusal(f"{name.rstrip('#')} must be a number or an array", "pass numbers")
            atoms.append(atom)
            names.append("" if name.endswith("#") else name)
    return tuple(atoms), tuple(names)


def options_of(m: Machine, path: str, given: AVal) -> tuple[tuple[str, Any], ...]:
    """Options that are not the default, as hashable pairs."""
    module, _, function = path.rpartition(".")
    parameters: Mapping[str, inspect.Parameter] = {}
    if path:
        parameters = inspect.signature(getattr(importlib.import_module(module), function)).parameters
    found: list[tuple[str, Any]] = []
    for name, value in cast("dict[str, AVal]", content(m, cast(DictV, given).cell)).items():
        setting = known(m, name, value)
        default: Any = parameters[name].default if name in parameters else None
        if not (type(setting) is type(default) and setting == default):
            found.append((name, setting))
    return tuple(found)


def known(m: Machine, name: str, value: AVal) -> Any:
    match value:
        case Const():
            return value.value
        case Static(obj):
            return obj
        case Tup(items, _):
            return tuple(known(m, name, v) for v in items)
        case ListV(cell):
            return tuple(known(m, name, v) for v in content(m, cell))
        case DictV(cell):
            return Table(tuple((k, known(m, name, v)) for k, v in content(m, cell).items()))
        case _:
            raise Refusal(f"{name}= must be known when compiling", "give a constant")
