"""The C forms of elementwise ops: what one element of a kernel computes.

    FORMS[name] = Form(text, loop, weight)

`text` is a C expression with `{0}`, `{1}`, ... for the operands; an operand that stands in it twice is made a variable
first. `loop` says what the operands are converted to:

    'result'   the dtype of the result (arithmetic, mathematical functions)
    'common'   the dtype that they promote to (comparisons)
    'bool'     their truth value
    'choice'   the first to its truth value, the others to the dtype of the result
    'own'      nothing

and `weight` about how many additions it costs (special functions in double precision take tens of instructions). The
expressions are plain C99 mathematics, so that they mean the same to a compiler for the GPU and to one for the CPU.

An op without a form, with attrs that its form does not know, or on a dtype outside `CTYPES` is not fused.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from adgen.ir.core import Atom, Const, Op
from adgen.ir.types import ArrayT, dtype_key, dtype_of, is_number, promote

CTYPES = {"bool": "bool", "int32": "int", "int64": "long long", "float32": "float", "float64": "double"}
"""The dtypes that kernels compute with, and their C types."""
FLOATS = frozenset({"float32", "float64"})
REALS = FLOATS | {"int32", "int64"}
ANY = REALS | {"bool"}


@dataclass(frozen=True, slots=True)
class Form:
    """What an op prints as in C."""

    text: str
    loop: str = "result"
    weight: int = 1
    dtypes: frozenset[str] = FLOATS
    """Dtypes that it computes in: that of the result, or with 'common' and 'own' that of the operands."""


FORMS: dict[str, Form] = {}


def form(names: str, text: str, loop: str = "result", weight: int = 1, dtypes: frozenset[str] = FLOATS) -> None:
    for name in names.split():
        FORMS[name] = Form(text, loop, weight, dtypes)


# fmt: off
form("add",         "{0} + {1}", dtypes=REALS)
form("sub",         "{0} - {1}", dtypes=REALS)
form("mul",         "{0} * {1}", dtypes=REALS)
form("div",         "{0} / {1}", weight=8)
form("neg",         "-{0}", dtypes=REALS)
form("pos conj real", "{0}", dtypes=REALS, weight=0)
form("convert",     "{0}", dtypes=ANY, weight=1)
form("safe_div",    "{0} == 0 ? {0} : {0} / {1}", weight=8)
form("pow power",   "pow({0}, {1})", weight=60)
form("mod",         "{2} != 0 && ({2} < 0) != ({1} < 0) ? {2} + {1} : {2}", weight=20)
form("square",      "{0} * {0}", dtypes=REALS)
form("reciprocal",  "1 / {0}", weight=8)
form("fabs",        "fabs({0})")
form("abs",         "fabs({0})")
form("sign",        "{0} > 0 ? 1 : {0} < 0 ? -1 : {0} == 0 ? 0 : {0}", weight=2)
form("floor special.floor", "floor({0})")
form("ceil",        "ceil({0})")
form("trunc fix",   "trunc({0})")
form("rint round",  "rint({0})")
form("copysign",    "copysign({0}, {1})")
form("fmod",        "fmod({0}, {1})", weight=20)
form("hypot",       "hypot({0}, {1})", weight=15)
form("heaviside",   "{0} == 0 ? {1} : {0} > 0 ? 1 : {0} < 0 ? 0 : {0}", weight=2)

# Like NumPy's, maximum and minimum give NaN where an operand is; so does clip where x is.
form("maximum",     "{0} > {1} || {0} != {0} ? {0} : {1}", weight=2, dtypes=REALS)
form("minimum",     "{0} < {1} || {0} != {0} ? {0} : {1}", weight=2, dtypes=REALS)
form("fmax",        "fmax({0}, {1})")
form("fmin",        "fmin({0}, {1})")
form("where",       "{0} ? {1} : {2}", "choice", dtypes=ANY)

form("lt",          "{0} < {1}", "common", dtypes=ANY)
form("le",          "{0} <= {1}", "common", dtypes=ANY)
form("gt",          "{0} > {1}", "common", dtypes=ANY)
form("ge",          "{0} >= {1}", "common", dtypes=ANY)
form("eq",          "{0} == {1}", "common", dtypes=ANY)
form("ne",          "{0} != {1}", "common", dtypes=ANY)
form("logical_and", "{0} && {1}", "bool", dtypes=ANY)
form("logical_or",  "{0} || {1}", "bool", dtypes=ANY)
form("logical_xor", "{0} != {1}", "bool", dtypes=ANY)
form("logical_not", "!{0}", "bool", dtypes=ANY)
form("bitand",      "{0} & {1}", dtypes=frozenset({"int32", "int64", "bool"}))
form("bitor",       "{0} | {1}", dtypes=frozenset({"int32", "int64", "bool"}))
form("bitxor",      "{0} ^ {1}", dtypes=frozenset({"int32", "int64", "bool"}))
form("isnan",       "{0} != {0}", "own")
form("isinf",       "fabs({0}) > {max}", "own")
form("isfinite",    "fabs({0}) <= {max}", "own")

form("sqrt",        "sqrt({0})", weight=8)
form("cbrt special.cbrt", "cbrt({0})", weight=20)
form("exp",         "exp({0})", weight=15)
form("exp2 special.exp2", "exp2({0})", weight=15)
form("expm1 special.expm1", "expm1({0})", weight=15)
form("log",         "log({0})", weight=15)
form("log2",        "log2({0})", weight=15)
form("log10",       "log10({0})", weight=15)
form("log1p special.log1p", "log1p({0})", weight=15)
form("sin",         "sin({0})", weight=20)
form("cos",         "cos({0})", weight=20)
form("tan",         "tan({0})", weight=30)
form("arcsin",      "asin({0})", weight=20)
form("arccos",      "acos({0})", weight=20)
form("arctan",      "atan({0})", weight=20)
form("arctan2",     "atan2({0}, {1})", weight=30)
form("sinh",        "sinh({0})", weight=20)
form("cosh",        "cosh({0})", weight=20)
form("tanh",        "tanh({0})", weight=20)
form("arcsinh",     "asinh({0})", weight=20)
form("arccosh",     "acosh({0})", weight=20)
form("arctanh",     "atanh({0})", weight=20)
form("deg2rad radians", "{0} * 0.017453292519943295")
form("rad2deg degrees", "{0} * 57.29577951308232")
form("sinc",        "{0} == 0 ? 1 : sin(3.141592653589793 * {0}) / (3.141592653589793 * {0})", weight=30)
form("logaddexp",   "{0} == {1} ? {0} + 0.6931471805599453 : fmax({0}, {1}) + log1p(exp(-fabs({0} - {1})))", weight=30)

form("special.erf",   "erf({0})", weight=20)
form("special.erfc",  "erfc({0})", weight=25)
form("special.ndtr",  "0.5 * erfc(-0.7071067811865476 * {0})", weight=25)                        # DLMF 7.2.2
form("special.expit", "{0} >= 0 ? 1 / (1 + exp(-{0})) : exp({0}) / (1 + exp({0}))", weight=25)
form("special.log_expit", "{0} > 0 ? -log1p(exp(-{0})) : {0} - log1p(exp({0}))", weight=30)
form("special.softplus",  "{0} > 0 ? {0} + log1p(exp(-{0})) : log1p(exp({0}))", weight=30)
form("special.xlogy", "{0} == 0 && {1} == {1} ? 0 : {0} * log({1})", weight=16)
form("special.xlog1py", "{0} == 0 && {1} == {1} ? 0 : {0} * log1p({1})", weight=16)
form("special.gammaln", "lgamma({0})", weight=60)
# fmt: on

POWERS = {2: "{0} * {0}", 3: "{0} * {0} * {0}", 4: "({0} * {0}) * ({0} * {0})"}
"""Powers with known exponents that are products; whole ones also of ints."""
INT_ABS = Form("{0} < 0 ? -{0} : {0}", dtypes=REALS)
INT_SIGN = Form("({0} > 0) - ({0} < 0)", weight=2, dtypes=REALS)
REMAINDER = "fmod({0}, {1})"
"""What stands for `{2}` in the form of `mod`."""


def form_of(op: Op) -> Form | None:
    """The form of an op, if it can be computed in a kernel."""
    if len(op.results) != 1 or not isinstance(op.results[0].type, ArrayT) or op.results[0].type.dims is None:
        return None
    if not all(is_number(a.type) and dtype_of(a.type) in CTYPES for a in (*op.args, *op.results)):
        return None
    found = by_operands(op)
    if found is None or not known_attrs(op):
        return None
    return found if computed_in(op, found) in found.dtypes else None


def by_operands(op: Op) -> Form | None:
    """The form by the op's name, and where it matters by its operands."""
    dtype = dtype_of(op.result.type)
    if op.name in ("pow", "power"):
        return power_form(op)
    if op.name == "abs" and dtype not in FLOATS:
        return INT_ABS
    if op.name == "sign" and dtype not in FLOATS:
        return INT_SIGN
    if op.name == "logaddexp" and isinstance(op.args[0], Const) and op.args[0].value == 0:
        return replace(FORMS["special.softplus"], text=FORMS["special.softplus"].text.replace("{0}", "{1}"))
    if op.name == "invert":
        return Form("!{0}" if dtype == "bool" else "~{0}", dtypes=ANY)
    return FORMS.get(op.name)


def power_form(op: Op) -> Form | None:
    """A known whole exponent is a product, 1/2 a square root, -1 and -2 a quotient: what NumPy takes for these."""
    exponent = op.args[1].value if isinstance(op.args[1], Const) else None
    if isinstance(exponent, (int, float)) and exponent in POWERS:
        return Form(POWERS[int(exponent)], weight=int(exponent) - 1, dtypes=REALS)
    if exponent == 0.5:
        return FORMS["sqrt"]
    if exponent == -1:
        return FORMS["reciprocal"]
    return FORMS["pow"]


def known_attrs(op: Op) -> bool:
    """Whether the op's form says all that its attrs say."""
    attrs = {k: v for k, v in op.attrs.items() if not (op.name == "round" and k == "decimals" and v == 0)}
    return attrs.keys() <= {"dtype"} if op.name == "convert" else not attrs


def computed_in(op: Op, found: Form) -> str:
    """The dtype that an op is computed in."""
    match found.loop:
        case "common" | "own":
            return common_dtype(op.args)
        case _:
            return dtype_of(op.result.type)


def common_dtype(atoms: tuple[Atom, ...]) -> str:
    """The dtype that operands promote to."""
    return promote(*(dtype_key(a.type) for a in atoms))
