"""The command line.

    adgen grad model.py:loss --arg 'x=float64[n,3]' --arg 'steps=int' --wrt x
    adgen show model.py:loss --stage ssa

writes a module, by default generated/<function>_<kind>.py (<function>_<kind>_cupy.py for CuPy), and
prints where. Types not given by --arg come from annotations and defaults; what has neither is taken as a float64
array of unknown rank. A refusal is drawn under the source, without a traceback, and nothing is written then: exit
status 1; 2 for a wrong command.
"""

from __future__ import annotations

import argparse
import importlib.util
import inspect
import os
import shlex
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from adgen.derivative import Derivative, Lowered
from adgen.errors import AdgenError, NeedsStatic, Problem
from adgen.explain import explain
from adgen.ir.tree import Leaf, Static, Tree
from adgen.ir.types import ArrayT
from adgen.kinds import KINDS, Options
from adgen.output import write
from adgen.signature import Typing
from adgen.targets import TARGETS, NotInstalled, require_installed
from adgen.transforms import OPTIMISATIONS
from adgen.typespec import TypeReader, TypeSyntaxError, read_annotation

STAGES = ("ssa", "jvp", "linear", "transposed", "planned", "source")


class UsageError(Exception):
    """A command that cannot be carried out as it is given."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; its exit status."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    options = parser().parse_args(given)
    try:
        require_installed(options.target)
        with warnings.catch_warnings():
            warnings.showwarning = show_warning
            warnings.simplefilter("always", UserWarning)
            return options.run(options, given)
    except AdgenError as error:
        print(drawn(error), file=sys.stderr)
        return 1
    except NeedsStatic as need:
        print(drawn(AdgenError([need.problem(need.span)])), file=sys.stderr)
        print("  give its value as --arg NAME=VALUE", file=sys.stderr)
        return 1
    except TypeError as error:
        if not raised_by_adgen(error):
            raise
        print(f"adgen: {error}", file=sys.stderr)
        return 1
    except (UsageError, TypeSyntaxError, NotInstalled) as error:
        print(f"adgen: {error}", file=sys.stderr)
        return 2


def parser() -> argparse.ArgumentParser:
    """The grammar of the command line."""
    top = argparse.ArgumentParser(
        prog="adgen", description="Write the source of a NumPy function's derivatives."
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for kind in KINDS.values():
        command = commands.add_parser(
            kind.name.replace("_", "-"), help=f"write the {kind.name} of a function"
        )
        add_function_options(command)
        command.add_argument("-o", "--output", metavar="PATH", help="where to write it")
        command.add_argument("--stdout", action="store_true", help="print it instead")
        command.set_defaults(run=run_write, kind=kind.name)
    command = commands.add_parser(
        "show", help="print a function's program after a stage of the compiler"
    )
    add_function_options(command)
    command.add_argument("--kind", default="grad", choices=[k.replace("_", "-") for k in KINDS])
    command.add_argument("--stage", choices=STAGES, help="one stage; all by default")
    command.set_defaults(run=run_show)
    command = commands.add_parser("lint", help="print hazards: what is legal, but may not be what was meant")
    add_function_options(command)
    command.set_defaults(run=run_lint, kind="vjp")
    return top


def add_function_options(command: argparse.ArgumentParser) -> None:
    command.add_argument("function", metavar="FILE.py:FUNCTION")
    command.add_argument(
        "--wrt", metavar="NAMES", help="arguments to differentiate with respect to: x,y"
    )
    command.add_argument(
        "--arg",
        action="append",
        default=[],
        metavar="NAME=TYPE",
        help="an argument's type, as x=float64[n,3], or a constant, as axis=0",
    )
    command.add_argument(
        "--target", default="", choices=TARGETS, help="what to compute with; by default what the function names"
    )
    command.add_argument(
        "--no-opt",
        action="append",
        default=[],
        metavar="NAME",
        choices=sorted(OPTIMISATIONS),
        help="switch an optimisation off",
    )
    command.add_argument(
        "--holomorphic", action="store_true", help="the complex derivative of a complex differentiable function"
    )
    command.add_argument("--has-aux", action="store_true", help="the function returns (value, aux)")
    command.add_argument(
        "--mode", default="auto", choices=("auto", "forward", "reverse"), help="of a Jacobian"
    )


def run_write(options: argparse.Namespace, given: list[str]) -> int:
    """Compile, and write the module."""
    lowered = compiled(options)
    made = write(
        lowered.ir,
        lowered.target,
        options_of(options),
        command=command_text(given),
        file=options.function.rpartition(":")[0],
        not_one=lowered.not_one,
    )
    if made.captured:
        raise AdgenError(
            f"the module needs the values of {', '.join(made.captured)}, arrays from around the "
            "function that are too large to write out, or lie on a device\n  hint: make them arguments"
        )
    if options.stdout:
        sys.stdout.write(made.text)
        return 0
    name = lowered.program.inner.name
    suffix = lowered.program.kind.suffix + ("" if lowered.target == "numpy" else f"_{lowered.target}")
    path = Path(options.output or f"generated/{name}_{suffix}.py")
    write_file(path, made.text)
    print(f"wrote {path}")
    return 0


def run_show(options: argparse.Namespace, given: list[str]) -> int:
    """Compile, and print stages."""
    lowered = compiled(options)
    file = options.function.rpartition(":")[0]
    chosen = options_of(options)
    made = write(lowered.ir, lowered.target, chosen, file=file, not_one=lowered.not_one)
    print(explain(lowered.program, lowered.ir, lowered.wrts, made, options.stage))
    return 0


def run_lint(options: argparse.Namespace, given: list[str]) -> int:
    """Print the hazards of a function; 1 if there is one."""
    function = load_function(options.function)
    derivative = Derivative(function, KINDS[options.kind], options.wrt, options_of(options))
    found = derivative.lint_trees(*typed_parameters(function, dict(map(split_argument, options.arg))))
    if found:
        print(drawn(AdgenError(found)))
    return 1 if found else 0


def options_of(options: argparse.Namespace) -> Options:
    return Options(
        frozenset(options.no_opt), options.has_aux, options.holomorphic, options.mode, options.target
    )


def command_text(given: list[str]) -> str:
    """The command that writes the module again, wherever to."""
    kept: list[str] = []
    skip = False
    for word in given:
        if skip or word in ("-o", "--output", "--stdout"):
            skip = word in ("-o", "--output")
        elif not word.startswith("--output="):
            kept.append(word)
    return shlex.join(["adgen", *kept])


def compiled(options: argparse.Namespace) -> Lowered:
    """The derivative that a command asks for."""
    function = load_function(options.function)
    kind = KINDS[options.kind.replace("-", "_")]
    default = None if kind.name in ("jvp", "vjp") else 0
    derivative = Derivative(function, kind, options.wrt or default, options_of(options))
    names, trees = typed_parameters(function, dict(map(split_argument, options.arg)))
    return derivative.lower_trees(names, trees, fewest=True)


def split_argument(text: str) -> tuple[str, str]:
    name, equals, spec = text.partition("=")
    if not equals or not name.strip().isidentifier():
        raise UsageError(f"--arg {text}: write NAME=TYPE")
    return name.strip(), spec


def typed_parameters(
    function: Callable[..., Any], given: dict[str, str]
) -> tuple[tuple[str, ...], tuple[Tree, ...]]:
    """A tree for each parameter: as given, annotated, or of its default; else an array of unknown
    rank."""
    parameters = inspect.signature(function).parameters
    if unknown := set(given) - set(parameters):
        raise UsageError(
            f"--arg {', '.join(sorted(unknown))}: the function has the "
            f"parameters {', '.join(parameters)}"
        )
    reader, typing, assumed = TypeReader(), Typing(tuple(parameters)), list[str]()

    def tree(p: inspect.Parameter) -> Tree:
        if p.name in given:
            return reader.read(given[p.name])
        annotated = None if p.annotation is p.empty else read_annotation(reader, p.annotation)
        if annotated is not None:
            return annotated
        if p.default is not p.empty:
            return typing.tree(p.default, p.name)
        if p.kind is p.VAR_POSITIONAL:
            return Static(())
        if p.kind is p.VAR_KEYWORD:
            return Static({})
        assumed.append(p.name)
        return Leaf(ArrayT("float64", None))

    trees = tuple(map(tree, parameters.values()))
    if assumed:
        print(
            f"adgen: no type is known for {', '.join(assumed)}: "
            "taken as float64 arrays of unknown rank; give types "
            f"as --arg '{assumed[0]}=float64[n]' for better source",
            file=sys.stderr,
        )
    return tuple(parameters), trees


# Files


def load_function(text: str) -> Callable[..., Any]:
    """The function that FILE.py:FUNCTION names."""
    file, colon, name = text.rpartition(":")
    if not colon or not file:
        raise UsageError(f"{text}: write FILE.py:FUNCTION")
    found: Any = load_module(Path(file))
    for part in name.split("."):
        if not hasattr(found, part):
            raise UsageError(f"{file} defines no {name}")
        found = getattr(found, part)
    if not callable(found):
        raise UsageError(f"{name} in {file} is not a function")
    return found


def load_module(path: Path) -> Any:
    """Import a user's file, its folder on the path as when it is run."""
    if not path.is_file():
        raise UsageError(f"there is no file {path}")
    folder, name = str(path.resolve().parent), path.stem
    if name in sys.modules:
        name = f"_adgen_{name}"
    spec = importlib.util.spec_from_file_location(name, path.resolve())
    if spec is None or spec.loader is None:
        raise UsageError(f"{path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    sys.path.insert(0, folder)
    try:
        spec.loader.exec_module(module)
    except BaseException as error:
        del sys.modules[name]
        if not isinstance(error, Exception):
            raise
        lines = traceback.format_exception(error.with_traceback(_below_loader(error)))
        raise UsageError(f"importing {path} failed\n{''.join(lines)}".rstrip()) from None
    finally:
        sys.path.remove(folder)
    return module


def _below_loader(error: BaseException) -> Any:
    """The traceback from the user's file on."""
    trace = error.__traceback__
    while trace is not None and (
        trace.tb_frame.f_code.co_filename == __file__
        or "importlib" in trace.tb_frame.f_code.co_filename
    ):
        trace = trace.tb_next
    return trace


def write_file(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise UsageError(f"cannot write {path}: {error.strerror}") from None
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
        os.chmod(temporary, 0o666 & ~_umask())
        os.replace(temporary, path)
    except OSError as error:
        os.unlink(temporary)
        raise UsageError(f"cannot write {path}: {error.strerror}") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


# Messages


def drawn(error: AdgenError) -> str:
    """Every problem of a refusal with its source line and carets."""

    def draw(problem: Problem) -> str:
        single = AdgenError([problem])
        if problem.span is None:
            return f"adgen: {problem.describe()}"
        return (
            "".join(traceback.format_exception_only(single))
            .rstrip()
            .replace("adgen.errors.AdgenError: ", "")
        )

    return "\n".join(map(draw, error.problems))


def raised_by_adgen(error: BaseException) -> bool:
    """Whether an error was raised on purpose here, and is no fault inside."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return trace is not None and trace.tb_frame.f_code.co_filename.endswith(
        ("signature.py", "kinds.py", "compiling.py", "programs.py")
    )


def show_warning(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: Any = None,
    line: str | None = None,
) -> None:
    print(f"adgen: warning: {message}", file=sys.stderr)
