"""The machine that runs a function on abstract values: where it stands, and dispatch on kinds of
syntax.

Handlers are entered in tables by the modules that define them, one for each kind of syntax node and
callable; a kind without a handler is refused. A refusal ends its statement: the problem is noted
with its place, what the statement assigns is poisoned, and the run goes on, so that all problems of
a function are found at once.
"""

from __future__ import annotations

import ast
import enum
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from adgen.errors import NeedsSize, NeedsStatic, Problem, Refusal, Span
from adgen.frontend.liveness import Names, own_nodes, stored
from adgen.frontend.source import Info, make_info
from adgen.frontend.state import State
from adgen.frontend.values import (
    POISON,
    AVal,
    Cell,
    Conflict,
    Content,
    FunctionNode,
    Getter,
    Poison,
)
from adgen.ir.builder import Builder
from adgen.ir.core import Atom, Definition, Op, Value
from adgen.ir.types import ArrayT, ScalarT
from adgen.library import HOME
from adgen.rules.table import Ops, infer


class Flow(enum.Enum):
    """How a list of statements ended."""

    FALL = "fell through"
    BREAK = "break"
    CONTINUE = "continue"
    RETURN = "return"
    DEAD = "raise"
    MIXED = "it depends on run-time values: the frame's flags tell"


class NeverReturns(Exception):
    """A definition whose result is not known yet calls itself: that path is taken to end here."""


class Caught(Exception):
    """An exception that is certain when compiling, and that a `try` around it handles."""

    def __init__(self, cls: type):
        super().__init__(cls)
        self.cls = cls


class Poisoned(Exception):
    """Something that was refused earlier is used: nothing new to say."""


@dataclass(slots=True, eq=False)
class Frame:
    """A call that is being run."""

    id: int
    info: Info
    globals: Mapping[str, Any]
    assigned: Names
    parent: Frame | None = None
    """The frame that the function was defined in, for one defined in the code being run."""
    closure: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """For a function from outside: its closure's cells by name."""
    function: Any = None
    caller: Span | None = None
    end_live: Names = frozenset()
    """What is live where the current loop body (or the function) ends."""
    flags: tuple[str, ...] = ()
    """Which flags tell how a loop body ended."""
    returned: Span | None = None
    """The return statement that was met last."""
    consume: Callable[[AVal], Flow] | None = None
    """Of a generator's: what is run with each item that it yields."""
    filters: int = 0
    """How many `warnings.catch_warnings()` are around."""
    key: Hashable = None
    """Equal for calls of one function with arguments of one signature."""

    @property
    def outer_names(self) -> Names:
        return self.info.live.outer

    @property
    def comprehension(self) -> bool:
        return self.info.name == "<comprehension>"


Eval = Callable[["Machine", Any], AVal]
Exec = Callable[["Machine", Any, "list[ast.stmt]"], "Flow | None"]
Call = Callable[["Machine", Any, "list[AVal]", "dict[str, AVal]"], AVal]
EVAL: dict[type, Eval] = {}
EXEC: dict[type, Exec] = {}
CALL: dict[type, Call] = {}
F = TypeVar("F", bound=Callable[..., Any])


def evaluates(*kinds: type) -> Callable[[F], F]:
    return _enters(EVAL, kinds)


def executes(*kinds: type) -> Callable[[F], F]:
    return _enters(EXEC, kinds)


def calls(*kinds: type) -> Callable[[F], F]:
    return _enters(CALL, kinds)


def _enters(table: dict[type, Any], kinds: tuple[type, ...]) -> Callable[[F], F]:
    def enter(handler: F) -> F:
        for kind in kinds:
            table[kind] = handler
        return handler

    return enter


@dataclass(slots=True)
class Guard:
    """A value from outside that was burnt in."""

    description: str
    getter: Getter
    value: Any


class Recorder(Builder):
    """A builder that remembers which op made a value."""

    def __init__(self, made: dict[Value, Op]) -> None:
        super().__init__(infer)
        self.made = made

    def nested(self) -> Recorder:
        inner = Recorder(self.made)
        inner.span = self.span
        return inner

    def emit_many(
        self, name: str, args: tuple[Atom, ...], attrs: dict[str, Any], hint: str = ""
    ) -> tuple[Value, ...]:
        results = super().emit_many(name, args, attrs, hint)
        for result in results:
            self.made[result] = self.ops[-1]
        return results


class Machine:
    """Runs statements and expressions; emits ops into `builder`."""

    def __init__(self) -> None:
        self.builder: Recorder = Recorder({})
        self.state = State()
        self.frame: Frame | None = None
        self.depth: list[Frame] = []
        """The calls being run, innermost last."""
        self.closures: set[int] = set()
        """Frames that a function was defined in: their names may be read after they returned."""
        self.known_frames: list[Frame] = []
        """Frames of all calls: functions defined in them may be called later."""
        self.problems: list[Problem] = []
        self.guards: dict[Hashable, Guard] = {}
        """By where each value was read: its name there, and the id of what has that name."""
        self.lifted: dict[int, tuple[Any, AVal]] = {}
        """Objects from outside that are in use, by id."""
        self.foreign: dict[Cell, Content] = {}
        """What cells from outside hold; they are never modified."""
        self.parameters: frozenset[Value] = frozenset()
        """The leaves of the arguments."""
        self.sizes: frozenset[str] = frozenset()
        """The symbols of the arguments' sizes."""
        self.kept: list[ast.AST] = []
        """Nodes made here: tables go by their ids."""
        self.unrollable = 0
        """How many loops around are rolled, but could be unrolled where an index must be known."""
        self.frames_made = 0
        self.outlines: dict[Hashable, Any] = {}
        """Definitions by the key of the calls that they serve, also those whose body is being run."""
        self.outlining = 0
        """How many definitions' bodies are being run."""
        self.exact: set[Info] = set()
        """Functions that are run in place for each number that they call themselves with."""
        self.calls: dict[Hashable, int] = {}
        """How often a large function was run in place."""
        self.repeated: set[Hashable] = set()
        """Keys of functions that are called too often to be run in place."""
        self.handlers: list[tuple[Builder, tuple[type, ...]]] = []
        """The `try` statements around, with the exceptions that they handle."""
        self.warnings: list[Problem] = []
        """What is lowered, and should be known of."""
        self.functionals: dict[Value, tuple[Definition, tuple[Value, ...]]] = {}
        """Of what solvers return: the function that was solved, and what it reads."""
        self.target = ""
        """Whose arrays the arguments are, 'numpy' or 'cupy', where that is known."""
        self.names_cupy = False
        """Whether the function names CuPy."""
        self.unfit: set[Hashable] = set()
        """Keys of functions that no definition can be made of."""

    @property
    def waiting(self) -> bool:
        """Whether a definition's body is being run of whose result nothing is known yet."""
        return any(outline.tree is None for outline in self.outlines.values())

    @property
    def here(self) -> Frame:
        assert self.frame is not None
        return self.frame

    @property
    def g(self) -> Ops:
        return Ops(self.builder)

    # Names

    @property
    def names(self) -> dict[str, AVal]:
        """The current frame's names."""
        return self.state.frames[self.here.id]

    def new_frame_id(self) -> int:
        self.frames_made += 1
        self.state.frames[self.frames_made] = {}
        return self.frames_made

    def span(self, node: ast.AST) -> Span:
        """Where a node stands; for one of `adgen.library`, where the user's code called that."""
        frame = self.here
        if frame.info.file.startswith(HOME) and frame.caller is not None:
            return frame.caller
        return frame.info.span(node, frame.caller)

    def inner_info(self, node: FunctionNode) -> Info:
        """For a function defined in the one being run; kept on its node."""
        if "info" not in node.__dict__:
            node.__dict__["info"] = make_info(node, self.here.info.file, self.here.info.lines)
        return node.__dict__["info"]

    # Statements

    def run(self, body: list[ast.stmt]) -> Flow:
        """Run statements. A handler that takes over the rest of them returns how that ended."""
        for position, statement in enumerate(body):
            flow = self.step(statement, body[position + 1 :])
            if flow is not None:
                return flow
        return Flow.FALL

    def step(self, statement: ast.stmt, rest: list[ast.stmt]) -> Flow | None:
        outer = self.builder.span
        self.builder.span = self.span(statement)
        try:
            return self._execute(statement, rest)
        except NeverReturns:
            return Flow.DEAD
        except Poisoned:
            return self._give_up(statement)
        except NeedsSize as wanted:
            wanted.span = wanted.span or self.builder.span
            raise
        except NeedsStatic as wanted:
            found = self.size_behind(wanted.parameter)
            wanted.parameter = self.origin(wanted.parameter)
            if found and not self.unrollable and wanted.parameter not in self.parameters:
                raise NeedsSize(found, wanted.message, wanted.hint, self.builder.span) from None
            if self.unrollable or wanted.parameter in self.parameters:
                raise
            self.problems.append(wanted.problem(self.builder.span))
            return self._give_up(statement)
        except Refusal as refusal:
            if refusal.raises is not None and self.handles(refusal.raises):
                raise Caught(refusal.raises) from None
            self.problems.append(refusal.problem(self.builder.span))
            return self._give_up(statement)
        finally:
            self.builder.span = outer

    def handles(self, cls: type) -> bool:
        """Whether an exception raised now goes to a handler, with nothing decided at run time in between."""
        return any(builder is self.builder and issubclass(cls, classes) for builder, classes in self.handlers)

    def _execute(self, statement: ast.stmt, rest: list[ast.stmt]) -> Flow | None:
        handler = EXEC.get(type(statement))
        if handler is None:
            raise Refusal(
                f"the statement `{keyword(statement)}` is not supported",
                "write it with the statements in docs/supported.md",
                span=self.span(statement),
            )
        return handler(self, statement, rest)

    def _give_up(self, statement: ast.stmt) -> Flow | None:
        for name in (*stored(statement), *(n for n in written_into(statement) if n in self.names)):
            self.names[name] = POISON
        if any(isinstance(node, ast.Return) for node in own_nodes(statement)):
            self.names["%value"] = POISON
            return Flow.RETURN
        return None

    def size_behind(self, wanted: Any) -> str:
        """The letter of the argument's size that a run-time int was computed from, if any."""
        todo, seen = [wanted], set[Any]()
        while todo:
            value = todo.pop()
            op = self.made_by(value)
            if op is None or value in seen:
                continue
            seen.add(value)
            size = value.type.size if isinstance(value.type, ScalarT) else None
            if op.name == "dim" and str(size) in self.sizes:
                return str(size)
            todo.extend(a for a in op.args if not isinstance(a.type, ArrayT))
        return ""

    def made_by(self, value: Any) -> Op | None:
        return self.builder.made.get(value) if isinstance(value, Value) else None

    def origin(self, wanted: Any) -> Any:
        """The argument that a run-time int was computed from, else itself."""
        todo, seen = [wanted], set[Any]()
        while todo:
            value = todo.pop()
            if value in self.parameters:
                return value
            if isinstance(value, Value) and value not in seen and value in self.builder.made:
                seen.add(value)
                todo.extend(
                    a for a in self.builder.made[value].args if not isinstance(a.type, ArrayT)
                )
        return wanted

    # Expressions

    def eval(self, node: ast.expr) -> AVal:
        """The value of an expression, which may be used."""
        handler = EVAL.get(type(node))
        try:
            if handler is None:
                raise Refusal(
                    f"{describe_node(node)} is not supported here",
                    "write it as a statement or call of its own",
                )
            value = handler(self, node)
            if isinstance(value, Poison):
                raise Poisoned
            if isinstance(value, Conflict):
                raise Refusal(value.describe(), value.hint)
            return value
        except Refusal as refusal:
            if refusal.span is None:
                refusal.span = self.span(node)
            raise

    def call(
        self, function: AVal, args: list[AVal], keywords: dict[str, AVal] | None = None
    ) -> AVal:
        """Call a value."""
        handler = CALL.get(type(function))
        if handler is None:
            raise Refusal(f"{self.describe(function)} cannot be called", "call a function")
        return handler(self, function, args, keywords or {})

    def warn(self, message: str, hint: str = "") -> None:
        """Note something that is right, and may surprise."""
        problem = Problem(message, self.builder.span, hint)
        if problem not in self.warnings:
            self.warnings.append(problem)

    def describe(self, value: AVal) -> str:
        """A value for messages."""
        from adgen.frontend.describe import describe

        return describe(self.state, value)


def written_into(statement: ast.stmt) -> list[str]:
    """Names of what a statement stores an item or attribute of."""
    found: list[str] = []
    for node in own_nodes(statement):
        if isinstance(node, (ast.Subscript, ast.Attribute)) and isinstance(node.ctx, ast.Store):
            root: ast.expr = node
            while isinstance(root, (ast.Subscript, ast.Attribute)):
                root = root.value
            found += [root.id] if isinstance(root, ast.Name) else []
    return found


KEYWORDS: dict[type, str] = {
    ast.Try: "try",
    ast.With: "with",
    ast.ClassDef: "class",
    ast.AsyncFunctionDef: "async def",
    ast.AsyncFor: "async for",
    ast.AsyncWith: "async with",
    ast.Delete: "del",
    ast.Global: "global",
    ast.Nonlocal: "nonlocal",
    ast.Match: "match",
    ast.Import: "import",
    ast.ImportFrom: "from",
    ast.Raise: "raise",
}
NODES: dict[type, str] = {
    ast.Yield: "yield",
    ast.YieldFrom: "yield from",
    ast.Await: "await",
    ast.Starred: "a starred expression",
}


def keyword(statement: ast.stmt) -> str:
    return KEYWORDS.get(type(statement), type(statement).__name__)


def describe_node(node: ast.expr) -> str:
    return NODES.get(type(node), f"an expression of kind {type(node).__name__}")
