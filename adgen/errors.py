"""What adgen says when it refuses: the construct, the place, the reason, and what to write instead.

Every refusal is an `AdgenError`, a `SyntaxError` with file, line, column, text and end, so that Python
itself draws the carets under the user's source. A function's problems are collected and raised together.
"""
from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A place in the user's file."""

    file: str
    line: int
    """First line, from 1."""
    column: int
    """First column, from 1."""
    end_line: int
    end_column: int
    """One past the last column, from 1."""
    text: str
    """The source line `line`, without its newline."""
    function: str = ""
    """Name of the function that the place is in."""
    caller: Span | None = None
    """Where the function was called from, when it was reached through a call."""


@dataclass(frozen=True, slots=True)
class Problem:
    """One refusal: what was met, why it cannot be done, and what to write instead."""

    message: str
    span: Span | None
    hint: str = ""

    def describe(self) -> str:
        """The message with its hint and the chain of calls that led to it."""
        lines = [self.message] + ([f"hint: {self.hint}"] if self.hint else [])
        caller = self.span.caller if self.span else None
        while caller is not None:
            lines.append(f"called from {caller.file}:{caller.line}: {caller.text.strip()}")
            caller = caller.caller
        return "\n  ".join(lines)


class AdgenError(SyntaxError):
    """The base of every refusal. `problems` holds all that were found in the function.

    >>> raise_at = Span("model.py", 3, 5, 3, 12, "    x = foo", "f")
    >>> error = AdgenError([Problem("foo is not supported", raise_at, "write bar")])
    >>> error.lineno, error.offset, error.problems[0].hint
    (3, 5, 'write bar')
    """

    def __init__(self, problems: list[Problem] | str):
        if isinstance(problems, str):
            problems = [Problem(problems, None)]
        self.problems: list[Problem] = problems
        message = "\n".join(self._texts(problems))
        span = problems[0].span
        if span is None:
            super().__init__(message)
            return
        place = (span.file, span.line, span.column, span.text, span.end_line, span.end_column)
        super().__init__(message, place)

    @staticmethod
    def _texts(problems: list[Problem]) -> list[str]:
        first, rest = problems[0].describe(), problems[1:]
        return [first] + [f"also at {p.span.file}:{p.span.line}:{p.span.column}: {p.describe()}"
                          if p.span else p.describe() for p in rest]


class Refusal(Exception):
    """Raised where one construct is refused; the frontend collects them into an `AdgenError`."""

    def __init__(self, message: str, hint: str, span: Span | None = None, raises: type | None = None):
        super().__init__(message)
        self.message, self.hint, self.span = message, hint, span
        self.raises = raises
        """The exception that Python is certain to raise here."""

    def problem(self, span: Span | None) -> Problem:
        return Problem(self.message, self.span or span, self.hint)


class NeedsStatic(Refusal):
    """An argument's value must be known when compiling (an axis, say). The API retries with it as a constant."""

    def __init__(self, parameter: object, message: str, hint: str, span: Span | None = None):
        super().__init__(message, hint, span)
        self.parameter = parameter
        """The IR value of the parameter whose value is wanted."""


class NeedsSize(Refusal):
    """A size of an argument must be known when compiling. The API retries with the call's."""

    def __init__(self, letter: str, message: str, hint: str, span: Span | None = None):
        super().__init__(message, hint, span)
        self.letter = letter
        """The symbol of the size."""
