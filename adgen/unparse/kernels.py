"""A `kernel` op (see `adgen.transforms.fusion`) -> the `ElementwiseKernel` that a CuPy module defines for it.

Input: the kernel's body, a block over elements. Output: the statement `name = cp.ElementwiseKernel(...)`, whose C text
computes the results of one element, in the order of the ops; what is read once is written inside its reader's
expression. Every operand is converted to what the op computes in, as NumPy would, where C would not do so by itself.
Comments name the primal line that the statements belong to.

CuPy reserves the names `i`, `n` and those that begin with an underscore; types are explicit, so that a call with
another dtype is an error.
"""

from __future__ import annotations

import ast
import math
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any

import numpy as np

from adgen.ir.core import Atom, Block, Const, Function, Op, Value, walk
from adgen.ir.types import dtype_key, dtype_of, promote
from adgen.rules.kernels import CTYPES, REMAINDER, Form, computed_in, form_of
from adgen.unparse import syntax as s
from adgen.unparse.printing import Spread

WIDTH = 88
RESERVED = frozenset(
    "i n alignas alignof and and_eq asm auto bitand bitor bool break case catch char char8_t char16_t char32_t class "
    "compl concept const consteval constexpr constinit const_cast continue decltype default delete do double "
    "dynamic_cast else enum explicit export extern false float for friend goto if inline int long mutable namespace "
    "new noexcept not not_eq nullptr operator or or_eq private protected public register reinterpret_cast requires "
    "return short signed sizeof static static_assert static_cast struct switch template this thread_local throw true "
    "try typedef typeid typename union unsigned using virtual void volatile wchar_t while xor xor_eq fabs floor ceil "
    "trunc rint copysign fmod hypot fmax fmin sqrt cbrt exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos "
    "atan atan2 sinh cosh tanh asinh acosh atanh erf erfc lgamma pow y0 y1 yn j0 j1 jn gamma signbit float16 float32 "
    "float64 int8 int16 int32 int64 uint8 uint16 uint32 uint64 complex64 complex128 complex blockDim blockIdx gridDim "
    "threadIdx warpSize CUPY_FOR size_t ptrdiff_t std min max abs isnan isinf isfinite NAN nan INFINITY M_PI M_E I E "
    "M_1_PI".split()
)
# fmt: off
LEVELS = {
    "?": 1, ":": 1, "||": 2, "&&": 3, "|": 4, "^": 5, "&": 6, "==": 7, "!=": 7, "<": 8, "<=": 8, ">": 8, ">=": 8,
    "<<": 9, ">>": 9, "+": 10, "-": 10, "*": 11, "/": 11, "%": 11,
}
"""How tightly C's binary operators bind."""
# fmt: on
UNARY, ATOM = 12, 13
TOKEN = re.compile(r"\{(\d+|max)\}|\|\||&&|[=!<>]=|<<|>>|[-+*/%<>?:&|^!~(),]|[\w.]+|\s+")
FLOAT = re.compile(r"(?<![\w.])(\d+\.\d+)(?![\w.])")


def write_kernels(functions: Iterable[Function], taken: frozenset[str]) -> tuple[dict[Block, str], list[ast.stmt]]:
    """The name of each kernel of the functions (`f_kernel`, numbered where there are several), and the definitions.
    Kernels that are the same, as those of a loop that was unrolled, have one."""
    names: dict[Block, str] = {}
    found: dict[tuple[str, str, str], str] = {}
    for function in functions:
        parts = {op.attrs["body"]: parts_of(op.attrs["body"]) for op in walk(function.block) if op.name == "kernel"}
        new = [part for part in dict.fromkeys(parts.values()) if part not in found]
        for k, part in enumerate(new, 1):
            found[part] = unused(f"{function.name}_kernel" + (f"_{k}" if len(new) > 1 else ""), taken)
        names.update((body, found[part]) for body, part in parts.items())
    return names, [definition(part, name) for part, name in found.items()]


def unused(name: str, taken: frozenset[str]) -> str:
    return unused(f"{name}_", taken) if name in taken else name


def parts_of(body: Block) -> tuple[str, str, str]:
    """What a kernel is made of: operands, results, and the text."""
    names = Names(body)
    given = ", ".join(f"{dtype_of(p.type)} {names.of(p)}" for p in body.params)
    made = ", ".join(f"{dtype_of(r.type)} {out}" for r, out in zip(body.results, names.outputs, strict=True))
    text = "".join(f"\n    {line}" for line in Text(body, names).lines())
    return given, made, f"{text}\n    "


def definition(parts: tuple[str, str, str], name: str) -> ast.stmt:
    """`name = cp.ElementwiseKernel(operands, results, text, name)`."""
    return Spread([s.store(name)], s.call("cp.ElementwiseKernel", *map(ast.Constant, (*parts, name))))


class Names:
    """Names of a kernel's values: the hints, as far as they are free, without numbers: what is the same for two layers
    of a network is the same kernel."""

    def __init__(self, body: Block):
        self.taken: set[str] = set(RESERVED)
        self.names: dict[Atom, str] = {p: self.new(p.name or "x") for p in body.params}
        self.outputs: list[str] = []
        read = {a for op in body.ops for a in op.args}
        given: set[Atom] = set()
        for result in body.results:
            direct = isinstance(result, Value) and result not in read and result not in self.names
            name = self.new((result.name if isinstance(result, Value) else "") or "y", "" if direct else "_out")
            self.outputs.append(name)
            if direct:
                self.names[result] = name
                given.add(result)
        self.direct = given
        """Results that are assigned to the output as they are made."""

    def of(self, atom: Atom) -> str:
        """The name of a value; a temporary gets one when it is first asked for."""
        if atom not in self.names:
            self.names[atom] = self.new(atom.name or "t")
        return self.names[atom]

    def new(self, hint: str, suffix: str = "") -> str:
        base = re.sub(r"_\d+(?=_bar|_dot|$)", "", re.sub(r"[^A-Za-z0-9_]", "", hint)).lstrip("_0123456789") or "v"
        number, name = 0, base + suffix
        while name in self.taken:
            number += 1
            name = f"{base}{'' if base == 't' else '_'}{number}{suffix}"
        self.taken.add(name)
        return name


class Text:
    """The C statements of a kernel."""

    def __init__(self, body: Block, names: Names):
        self.body, self.names = body, names
        self.uses = Counter(a for op in body.ops for a in self.printed_operands(op))
        self.uses.update(body.results)
        self.folded: dict[Atom, tuple[str, int]] = {}
        self.line: int | None = None

    def printed_operands(self, op: Op) -> list[Atom]:
        """The operands, each as often as the op's form prints it."""
        form = the_form(op)
        text = form.text.replace("{2}", REMAINDER) if op.name == "mod" else form.text
        return [a for k, a in enumerate(op.args) for _ in range(text.count(f"{{{k}}}"))]

    def lines(self) -> list[str]:
        found: list[str] = []
        for op in self.body.ops:
            found += self.statement(op)
        for result, out in zip(self.body.results, self.names.outputs, strict=True):
            if result not in self.names.direct:
                found.append(f"{out} = {self.operand(result, dtype_of(result.type), 0)};")
        return found

    def statement(self, op: Op) -> list[str]:
        """The op as a statement; nothing, where it is written inside its reader's expression."""
        value = op.result
        before, text, level = self.expression(op)
        inline = self.uses[value] == 1 and value not in self.names.direct and value not in self.body.results
        if inline and not before and (op.loose or not value.name) and len(text) < WIDTH // 2:
            self.folded[value] = text, level
            return []
        declared = "" if value in self.names.direct else f"{CTYPES[dtype_of(value.type)]} "
        return [*self.heading(op), *before, f"{declared}{self.names.of(value)} = {text};"]

    def heading(self, op: Op) -> list[str]:
        """The primal line, before the first statement that belongs to it."""
        if op.span is None or op.span.line == self.line:
            return []
        self.line = op.span.line
        text = f"// {op.span.line}: {op.span.text.strip()}".replace("\\", "/").encode("ascii", "replace").decode()
        return [text if len(text) <= WIDTH else text[: WIDTH - 3] + "..."]

    def expression(self, op: Op) -> tuple[list[str], str, int]:
        """What must be computed first, the expression, and how tightly it binds."""
        form = the_form(op)
        dtypes = operand_dtypes(op, form)
        dtype = computed_in(op, form)
        before: list[str] = []
        template = form.text
        if op.name == "mod":
            rest = self.names.new("t")
            inner, _ = self.filled(REMAINDER, op, dtypes, dtype)
            before.append(f"{CTYPES[dtype]} {rest} = {inner};")
            template = template.replace("{2}", rest)
        text, level = self.filled(template, op, dtypes, dtype)
        return before, text, level

    def filled(self, template: str, op: Op, dtypes: list[str], dtype: str) -> tuple[str, int]:
        """A form with its operands, in parentheses where their place asks for it."""
        if dtype == "float32":
            template = FLOAT.sub(r"\1f", template)
        tokens = [m.group(0) for m in TOKEN.finditer(template)]
        made: list[str] = []
        for k, token in enumerate(tokens):
            if token == "{max}":
                made.append(literal(float(np.finfo(dtype).max), dtype)[0])
            elif token.startswith("{"):
                position = int(token[1:-1])
                operand = self.operand(op.args[position], dtypes[position], needed_level(tokens, k))
                made.append(signed(made, operand) if op.loose else operand)
            else:
                made.append(token)
        bare = "".join(tokens)
        level = level_of(tokens) if bare != "{0}" else self.level_of_operand(op.args[0], dtypes[0])
        return "".join(made), level

    def operand(self, atom: Atom, dtype: str, needed: int) -> str:
        text, level = self.atom(atom, dtype)
        return f"({text})" if level < needed else text

    def level_of_operand(self, atom: Atom, dtype: str) -> int:
        return self.atom(atom, dtype)[1]

    def atom(self, atom: Atom, dtype: str) -> tuple[str, int]:
        """An atom converted to a dtype, and how tightly it binds."""
        if isinstance(atom, Const):
            return literal(number(atom), dtype)
        text, level = self.folded.get(atom) or (self.names.of(atom), ATOM)
        own = dtype_of(atom.type)
        if own == dtype:
            return text, level
        if dtype == "bool":
            return f"{text if level > LEVELS['!='] else f'({text})'} != 0", LEVELS["!="]
        return f"({CTYPES[dtype]}){text if level >= UNARY else f'({text})'}", UNARY


def the_form(op: Op) -> Form:
    form = form_of(op)
    assert form is not None, f"{op.name} has no form in a kernel"
    return form


def operand_dtypes(op: Op, form: Form) -> list[str]:
    """The dtypes that an op's operands are converted to."""
    result = dtype_of(op.result.type)
    match form.loop:
        case "common" | "own":
            return [promote(*(dtype_key(a.type) for a in op.args))] * len(op.args)
        case "bool":
            return ["bool"] * len(op.args)
        case "choice":
            return ["bool", *[result] * (len(op.args) - 1)]
        case _:
            return [result] * len(op.args)


def number(const: Const) -> Any:
    """A constant as a Python number."""
    value: Any = const.value
    return value.item() if hasattr(value, "item") else value


def literal(value: Any, dtype: str) -> tuple[str, int]:
    """A number in C, and how tightly it binds."""
    if dtype == "bool":
        return ("true" if value else "false"), ATOM
    if dtype in ("int32", "int64"):
        text = str(int(value)) + ("LL" if abs(int(value)) >= 2**31 else "")
        return text, ATOM if value >= 0 else UNARY
    value = float(np.dtype(dtype).type(value))
    suffix = "f" if dtype == "float32" else ""
    if math.isnan(value):
        return f"nan{suffix}(\"\")", ATOM
    if math.isinf(value):
        huge = "1e38f * 10" if suffix else "1e308 * 10"
        return (huge, LEVELS["*"]) if value > 0 else (f"-{huge}", LEVELS["*"])
    text = str(np.float32(value)) if suffix else repr(value)
    return text + suffix, ATOM if math.copysign(1.0, value) > 0 else UNARY


def signed(made: list[str], operand: str) -> str:
    """An operand behind a plus or minus; the other one stands before what is negative."""
    if made[-2:] == ["+", " "] and re.match(r"-[\w.]+( [*/] |$)", operand):
        made[-2:] = ["-", " "]
        return operand[1:]
    if made[-2:] == ["-", " "] and re.match(r"-[\w.]+( [*/] |$)", operand):
        made[-2:] = ["+", " "]
        return operand[1:]
    return operand


def needed_level(tokens: list[str], k: int) -> int:
    """How tightly what stands in a place must bind. Sums and products stay as they are grouped: they round."""
    left = next((t for t in reversed(tokens[:k]) if not t.isspace()), "")
    right = next((t for t in tokens[k + 1 :] if not t.isspace()), "")
    found = LEVELS.get(right, 0)
    if left in ("!", "~"):
        return UNARY
    if left == "-" and is_prefix(tokens, k):
        return ATOM
    return max(found, LEVELS[left] + (left not in ("&&", "||", ":")) if left in LEVELS else 0)


def is_prefix(tokens: list[str], k: int) -> bool:
    """Whether the sign before a place is a prefix."""
    before = [t for t in tokens[:k] if not t.isspace()]
    return len(before) < 2 or before[-2] in LEVELS or before[-2] in ("(", ",")


def level_of(tokens: list[str]) -> int:
    """How tightly an expression binds: as its loosest operator outside of parentheses."""
    depth, found = 0, ATOM
    for k, token in enumerate(tokens):
        depth += (token == "(") - (token == ")")
        if depth == 0 and token in LEVELS and not (token == "-" and is_prefix(tokens, k + 1)):
            found = min(found, LEVELS[token])
        elif depth == 0 and token in ("-", "!", "~"):
            found = min(found, UNARY)
    return found


__all__ = ["write_kernels"]
