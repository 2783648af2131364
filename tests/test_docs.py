"""Every command and output in README and docs is run and compared.

    ```console    `$ command` lines are run from the root of the repository, what they print is compared
    ```pycon      a doctest session; one namespace a file
    ```python     run; one namespace a file
    ```shell      set-up commands: `.ci/run` runs them in a fresh environment (compared as text)

`pytest tests/test_docs.py --update` writes the outputs that came out into the files.
"""
from __future__ import annotations

import code
import contextlib
import importlib.util
import io
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FENCE = re.compile(r"^```(console|pycon|python|shell)\n(.*?)^```$", re.M | re.S)


def run_command(command: str) -> str:
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    env = os.environ | {"PATH": path, "COLUMNS": "100", "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, shell=True, cwd=ROOT, env=env, text=True, timeout=300,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    return done.stdout


def redo_console(text: str, namespace: dict[str, object]) -> str:
    """The block with the output of its commands as it comes out now."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            lines += [line, *run_command(line[2:]).rstrip().splitlines()]
    return "\n".join(lines) + "\n"


def redo_pycon(text: str, namespace: dict[str, object]) -> str:
    """The session with its outputs as they come out now."""
    console = code.InteractiveConsole(namespace, filename="<session>")
    lines: list[str] = []
    statement: list[str] = []

    def flush() -> None:
        if not statement:
            return
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
            more = console.push("\n".join(statement))
            if more:
                console.push("")
        lines.extend(out.getvalue().rstrip().splitlines() if out.getvalue().strip() else [])
        statement.clear()

    for line in text.splitlines():
        if line.startswith(">>> "):
            flush()
            lines.append(line)
            statement.append(line[4:])
        elif line.startswith("..."):
            lines.append(line)
            statement.append(line[4:])
    flush()
    return "\n".join(lines) + "\n"


def redo_python(text: str, namespace: dict[str, object]) -> str:
    """Runs the block; it has no output to compare."""
    import linecache
    namespace["__block__"] = number = int(str(namespace.get("__block__", 0))) + 1
    name = f"<block {number}>"
    linecache.cache[name] = (len(text), None, text.splitlines(True), name)
    exec(compile(text, name, "exec"), namespace)
    return text


def redo_shell(text: str, namespace: dict[str, object]) -> str:
    """Set-up commands are run by `.ci/run`, which names each of them."""
    script = (ROOT / ".ci" / "run").read_text()
    missing = [line for line in text.splitlines() if line and line not in script]
    assert not missing, f"not run by .ci/run: {missing}"
    return text


REDO = {"console": redo_console, "pycon": redo_pycon, "python": redo_python, "shell": redo_shell}


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_page_shows_what_comes_out(page: Path, pytestconfig: pytest.Config, monkeypatch: pytest.MonkeyPatch):
    if page.name == "cupy.md" and importlib.util.find_spec("cupy") is None:
        pytest.skip("CuPy is not installed")
    monkeypatch.syspath_prepend(str(ROOT))
    namespace: dict[str, object] = {"__name__": "docs"}
    text = page.read_text()
    made = FENCE.sub(lambda m: f"```{m[1]}\n{REDO[m[1]](m[2], namespace)}```", text)
    if pytestconfig.getoption("--update"):
        page.write_text(made)
    else:
        assert made == text
