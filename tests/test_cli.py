"""The command line: modules written, and errors that can be read."""

from __future__ import annotations

import importlib.util
import inspect
import itertools
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import adgen
from adgen.cli import main
from adgen.ir.tree import leaves, unflatten
from adgen.typespec import TypeReader

MODEL = """
import numpy as np

TABLE = np.arange(100.0)


def loss(x, y, k=2):
    r = x ** k - y
    return np.sum(r * r)


def typed(x: "float64[n]", scale: float, mode: str = "sum") -> float:
    return scale * np.sum(x) if mode == "sum" else scale * np.mean(x)


def mlp(params, inputs):
    for W, b in params:
        inputs = np.tanh(inputs @ W + b)
    return np.sum(inputs)


def captured(x):
    return np.sum(TABLE * x)


def unsupported(x):
    y = open("file")
    z = globals()
    return x
"""


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "model.py"
    path.write_text(MODEL)
    return path


def load(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_writes_a_module_that_imports_numpy_alone(
    model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["grad", "model.py:loss", "--arg", "x=float64[n]", "--arg", "y=float64[n]"]) == 0
    assert capsys.readouterr().out == "wrote generated/loss_grad.py\n"
    text = Path("generated/loss_grad.py").read_text()
    assert [line for line in text.splitlines() if line.startswith(("import", "from"))] == [
        "import numpy as np"
    ]
    x, y = np.ones(3) * 2.0, np.ones(3)
    np.testing.assert_allclose(
        load(Path("generated/loss_grad.py")).loss_grad(x, y), 4.0 * x * (x * x - y)
    )


def test_the_docstring_tells_where_it_comes_from(
    model: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["value-and-grad", "model.py:typed", "--wrt", "x,scale", "--no-opt", "cse"]
    assert main([*arguments, "--stdout"]) == 0
    text = capsys.readouterr().out
    words = " ".join(text.split('"""')[1].split())
    assert "Value of typed and its gradient with respect to (x, scale)" in words
    assert "Compiled for x: float64[n], scale: float, mode: 'sum'" in words
    assert "Source: model.py, sha256 " in words
    assert "Switched off: cse." in words
    assert "Written by: adgen value-and-grad model.py:typed --wrt x,scale --no-opt cse" in words


def test_writing_again_gives_the_same_bytes(model: Path) -> None:
    texts: list[bytes] = []
    for _ in range(2):
        assert main(["grad", "model.py:typed", "-o", "out/a.py"]) == 0
        texts.append(Path("out/a.py").read_bytes())
    assert texts[0] == texts[1]
    assert [p.name for p in Path("out").iterdir()] == ["a.py"]


@pytest.mark.parametrize(
    "kind", ["grad", "value-and-grad", "jvp", "vjp", "hvp", "jacobian", "hessian"]
)
def test_every_kind(model: Path, kind: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main([kind, "model.py:loss", "--arg", "x=float64[n]", "--arg", "y=float64[n]", "--stdout"])
        == 0
    )
    assert f"def loss_{kind.replace('-', '_')}(x, y, k" in capsys.readouterr().out


def test_containers(model: Path) -> None:
    arg = "params=[(float64[d,h], float64[h]), (float64[h,c], float64[c])]"
    assert (
        main(["grad", "model.py:mlp", "--arg", arg, "--arg", "inputs=float64[m,d]", "-o", "g.py"])
        == 0
    )
    rng = np.random.default_rng(1)
    params = [
        (rng.normal(size=(4, 3)), rng.normal(size=3)),
        (rng.normal(size=(3, 2)), rng.normal(size=2)),
    ]
    bars = load(Path("g.py")).mlp_grad(params, rng.normal(size=(5, 4)))
    assert [[b.shape for b in layer] for layer in bars] == [[(4, 3), (3,)], [(3, 2), (2,)]]


def test_what_has_no_type_is_assumed_aloud(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["grad", "model.py:loss", "-o", "g.py"]) == 0
    assert (
        "no type is known for x, y: taken as float64 arrays of unknown rank"
        in capsys.readouterr().err
    )
    x, y = np.full((2, 3), 2.0), np.ones(3)
    np.testing.assert_allclose(load(Path("g.py")).loss_grad(x, y), 4.0 * x * (x * x - y))


def test_a_size_of_one_is_written_as_such(model: Path) -> None:
    assert (
        main(
            [
                "grad",
                "model.py:loss",
                "--arg",
                "x=float64[1]",
                "--arg",
                "y=float64[m]",
                "-o",
                "g.py",
            ]
        )
        == 0
    )
    x, y = np.array([2.0]), np.ones(3)
    np.testing.assert_allclose(load(Path("g.py")).loss_grad(x, y), [36.0 * 2.0])


LETTERS = """
import numpy as np


def weighted(x, y, w):
    return np.sum(w * np.sin(x - y))


def chained(blocks, bias):
    total = 0.0
    for block in blocks:
        total = total + np.sum(np.tanh(block @ bias))
    return total


def centred(x, y):
    return np.sum((x[1:] - y) ** 2)
"""


@pytest.mark.parametrize(
    ("function", "types"),
    [
        ("weighted", ["float64[n]", "float64[n]", "float"]),
        ("weighted", ["float64[n]", "float64[m]", "float64[k]"]),
        ("weighted", ["float64[a,n]", "float64[m]", "float64[_,k]"]),
        ("centred", ["float64[n]", "float64[m]"]),
        ("chained", ["[float64[a,n], float64[b,n]]", "float64[n]"]),
    ],
)
def test_sizes_of_one_and_none_are_right_or_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, function: str, types: list[str]
) -> None:
    """Whatever the letters stand for: the gradient of the function, or a ValueError."""
    monkeypatch.chdir(tmp_path)
    Path("letters.py").write_text(LETTERS)
    source = getattr(load(Path("letters.py")), function)
    names = inspect.signature(source).parameters
    given = [w for n, t in zip(names, types, strict=True) for w in ("--arg", f"{n}={t}")]
    wrt = ["--wrt", ",".join(names)]
    assert main(["grad", f"letters.py:{function}", *wrt, *given, "-o", "g.py"]) == 0
    made = getattr(load(Path("g.py")), f"{function}_grad")
    gradient = adgen.grad(source, argnums=tuple(range(len(names))))
    right = 0
    for arguments in arguments_of_sizes(types):
        try:
            source(*arguments)
        except ValueError:
            continue
        try:
            bars = made(*arguments)
        except ValueError as error:
            assert "must not be 1" in str(error) or "broadcast" in str(error)
            continue
        right += 1
        wanted = gradient(*arguments)
        assert list(map(np.shape, flat(bars))) == list(map(np.shape, flat(wanted)))
        for bar, expected in zip(flat(bars), flat(wanted), strict=True):
            np.testing.assert_allclose(bar, expected)
    assert right >= 2


def arguments_of_sizes(types: list[str]) -> Iterator[list[Any]]:
    """Arguments of the types for every choice of sizes from 0 to 3."""
    reader, rng = TypeReader(), np.random.default_rng(0)
    trees = [reader.read(t) for t in types]
    dims = [getattr(leaf.type, "dims", ()) for tree in trees for leaf in leaves(tree)]
    letters = list(dict.fromkeys(d for each in dims for d in each))
    for sizes in itertools.product(range(4), repeat=len(letters)):
        size_of = dict(zip(letters, sizes, strict=True))
        shapes = (tuple(size_of[d] for d in each) for each in dims)
        values = iter([rng.normal(size=shape) if shape else 0.7 for shape in shapes])
        yield [unflatten(tree, values) for tree in trees]


def flat(bars: Any) -> list[Any]:
    return [x for b in bars for x in flat(b)] if isinstance(bars, (list, tuple)) else [bars]


def test_letters_that_never_meet_are_not_checked(model: Path) -> None:
    assert main(["grad", "model.py:typed", "--arg", "x=float64[n]", "-o", "g.py"]) == 0
    assert "raise" not in Path("g.py").read_text()


def test_a_module_that_checks_sizes_is_itself_accepted(model: Path) -> None:
    types = ["--arg", "x=float64[n]", "--arg", "y=float64[m]"]
    assert main(["grad", "model.py:loss", "--wrt", "x", *types, "-o", "g.py"]) == 0
    assert "if 1 in (x.shape[0], y.shape[0]):" in Path("g.py").read_text()
    assert main(["jvp", "g.py:loss_grad", "--wrt", "x", *types, "-o", "second.py"]) == 0
    x, y = np.array([1.0, 2.0]), np.array([0.5, 1.0])
    dot = np.ones(2)
    _, made = load(Path("second.py")).loss_grad_jvp(x, y, 2, dot)
    np.testing.assert_allclose(made, 12.0 * x**2 - 4.0 * y)
    with pytest.raises(ValueError, match=r"x.shape\[0\] and y.shape\[0\] must not be 1"):
        load(Path("g.py")).loss_grad(x, y[:1])


def test_show_prints_a_stage(model: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["show", "model.py:typed", "--stage", "ssa"]) == 0
    out = capsys.readouterr().out
    assert "typed(" in out and "float64[n]" in out
    assert main(["show", "model.py:typed", "--kind", "jvp"]) == 0
    assert "--- source ---" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (
            ["grad", "model.py:unsupported"],
            1,
            ["model.py", "line 27", "open", "^", "line 28", "globals"],
        ),
        (["grad", "model.py:captured", "--arg", "x=float64[100]"], 1, ["TABLE", "arguments"]),
        (["grad", "model.py:typed", "--wrt", "mode"], 1, ["mode is 'sum', which holds no float"]),
        (["grad", "model.py:typed", "--wrt", "q"], 1, ["no parameter 'q'", "x, scale, mode"]),
        (
            ["grad", "model.py:loss", "--arg", "x=int64[n]"],
            1,
            ["grad: x is int64[n]", "only floats"],
        ),
        (["grad", "model.py:nothing"], 2, ["defines no nothing"]),
        (["grad", "model.py"], 2, ["FILE.py:FUNCTION"]),
        (["grad", "missing.py:f"], 2, ["no file missing.py"]),
        (["grad", "broken.py:f"], 2, ["importing broken.py failed", "ZeroDivisionError"]),
        (["grad", "model.py:loss", "--arg", "x=floaty[n]"], 2, ["floaty", "float64[n,3]"]),
        (["grad", "model.py:loss", "--arg", "q=float"], 2, ["--arg q", "x, y, k"]),
        (["grad", "model.py:loss", "--arg", "float"], 2, ["NAME=TYPE"]),
        (["grad", "model.py:typed", "-o", "model.py/x.py"], 2, ["cannot write"]),
    ],
)
def test_errors_can_be_read(
    model: Path,
    arguments: list[str],
    status: int,
    words: list[str],
    capsys: pytest.CaptureFixture[str],
) -> None:
    Path("broken.py").write_text("f = 1 / 0\n")
    before = sorted(Path().rglob("*.py"))
    assert main(arguments) == status
    captured = capsys.readouterr()
    for word in words:
        assert word in captured.err, captured.err
    if "broken.py:f" not in arguments:
        assert "Traceback" not in captured.err
    assert captured.out == "" and sorted(Path().rglob("*.py")) == before


def test_runs_as_a_module(model: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "adgen", "grad", "model.py:typed", "--stdout"],
        cwd=model.parent,
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": str(Path(__file__).parent.parent), "PATH": ""},
    )
    assert "def typed_grad(x, scale, mode" in done.stdout


BUSY = """
import numpy as np


def simulate(x, v, masses, steps):
    path = np.zeros((steps, 3))
    energy, count, last = 0.0, 0.0, x
    white = 0.5 * x
    for k in range(steps):
        force = -masses * x + white
        if force[0] > 0.0:
            v = v + 0.1 * force
            count = count + np.sum(v * v)
        else:
            last = x * v
        x = x + 0.1 * v
        path[k] = x
        energy = energy + np.sum(masses * v * v)
    return np.sum(path ** 2) + energy + count + np.sum(last * 0.5 * white)
"""


def test_the_same_bytes_in_every_process(tmp_path: Path) -> None:
    """No order of a set shows: neither of strings, nor of objects by their address."""
    (tmp_path / "busy.py").write_text(BUSY)
    command = [
        sys.executable,
        "-m",
        "adgen",
        "grad",
        "busy.py:simulate",
        "--wrt",
        "x,v,masses",
        "--stdout",
    ]
    for name in ("x", "v", "masses"):
        command += ["--arg", f"{name}=float64[3]"]
    command += ["--arg", "steps=int"]
    texts = [
        subprocess.run(
            command,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=True,
            env={"PYTHONPATH": str(Path(__file__).parent.parent), "PYTHONHASHSEED": str(seed)},
        ).stdout
        for seed in range(4)
    ]
    assert len(set(texts)) == 1
