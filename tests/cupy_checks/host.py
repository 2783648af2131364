"""A stand-in for CuPy on NumPy, in which an emitted module runs unchanged; stricter than CuPy where it differs.

    with in_place_of_cupy():        `import cupy` gives the stand-in
        module = load(text)         a module's names
    asarray(x), asnumpy(y)          to the device and back
    with no_sync(): ...             what waits for the device raises `Synchronised`

Its arrays are `ndarray`s whose memory only it can read: what is computed from them is an array again, also of rank 0;
NumPy's arrays do not mix with them; float(x), bool(x), a boolean mask wait for the device. Names and keywords are those
of the CuPy that is installed, if one is. The bodies of ElementwiseKernels are compiled by `cpu`.
"""

from __future__ import annotations

import functools
import inspect
import sys
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from tests.cupy_checks import cpu
from tests.cupy_checks.names import has, signature

NUMBERS = (bool, int, float, complex, np.generic)
HOST = frozenset(
    "finfo iinfo result_type promote_types can_cast issubdtype isscalar iscomplexobj isrealobj shape ndim size "
    "broadcast_shapes may_share_memory shares_memory dtype is_available".split()
)
"""Functions whose results are not arrays."""
WAITING = frozenset("nonzero flatnonzero argwhere unique extract asnumpy bincount histogram arange linspace".split())
"""Functions that read values of device arrays to know what to do."""
LACKING = {"einsum": frozenset({"out", "order", "casting"})}
"""Keywords of NumPy's that CuPy's function rejects, though its signature does not tell."""
UPLOADS = frozenset("array asarray asanyarray ascontiguousarray asfortranarray".split())
DTYPES = frozenset(
    "bool_ int8 int16 int32 int64 uint8 uint16 uint32 uint64 float16 float32 float64 complex64 complex128".split()
)


class Synchronised(AssertionError):
    """Something waited for the device where nothing may."""


class _Waits:
    """How often something waited for the device."""

    count = 0
    forbidden = False


def waits(what: str) -> None:
    _Waits.count += 1
    if _Waits.forbidden:
        raise Synchronised(f"{what} waits for the device")


@contextmanager
def no_sync() -> Iterator[None]:
    """What waits for the device raises in the body."""
    before, _Waits.forbidden = _Waits.forbidden, True
    try:
        yield
    finally:
        _Waits.forbidden = before


def waited() -> int:
    """How often something has waited for the device so far."""
    return _Waits.count


# Arrays


def taken(value: Any) -> Any:
    """What NumPy computes with in place of an argument. TypeError for NumPy's own arrays."""
    match value:
        case ndarray():
            return value.memory
        case np.ndarray():
            raise TypeError(f"Unsupported type {type(value)}")
        case ScalarClass():
            return value.dtype
        case tuple() | list():
            return type(value)(map(taken, value)) if not hasattr(value, "_fields") else type(value)(*map(taken, value))
        case dict():
            return {k: taken(v) for k, v in value.items()}
        case slice():
            return slice(*map(taken_index, (value.start, value.stop, value.step)))
        case _:
            return value


def taken_index(value: Any) -> Any:
    """A part of a slice: a number on the host."""
    return value.__index__() if isinstance(value, ndarray) else value


def given(value: Any) -> Any:
    """NumPy's result as CuPy's: every number an array of rank 0."""
    match value:
        case np.ndarray() | np.generic():
            return ndarray(np.asarray(value))
        case tuple() if hasattr(value, "_fields"):
            return tuple(map(given, value))
        case tuple() | list():
            return type(value)(map(given, value))
        case _:
            return value


class ndarray:  # noqa: N801 - it stands for a class of that name
    """An array on the device: `memory` is for this module alone."""

    __slots__ = ("memory", "__weakref__")
    __array_ufunc__ = None
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, memory: np.ndarray):
        assert isinstance(memory, np.ndarray)
        self.memory = memory

    def __array__(self, *_: Any, **__: Any) -> Any:
        raise TypeError("Implicit conversion to a NumPy array is not allowed.")

    def __repr__(self) -> str:
        return f"<device array, shape {self.shape}, {self.dtype}>"

    # What the host knows of it

    shape = property(lambda self: self.memory.shape)
    strides = property(lambda self: self.memory.strides)
    dtype = property(lambda self: self.memory.dtype)
    ndim = property(lambda self: self.memory.ndim)
    size = property(lambda self: self.memory.size)
    itemsize = property(lambda self: self.memory.itemsize)
    nbytes = property(lambda self: self.memory.nbytes)
    flags = property(lambda self: self.memory.flags)
    T = property(lambda self: given(self.memory.T))
    mT = property(lambda self: given(self.memory.mT))  # noqa: N815

    @property
    def data(self) -> Any:
        return types.SimpleNamespace(ptr=self.memory.ctypes.data)

    @property
    def real(self) -> ndarray:
        return given(self.memory.real)

    @real.setter
    def real(self, value: Any) -> None:
        self.memory.real = taken(value)

    @property
    def imag(self) -> ndarray:
        return given(self.memory.imag)

    @imag.setter
    def imag(self, value: Any) -> None:
        self.memory.imag = taken(value)

    def __len__(self) -> int:
        return len(self.memory)

    def __iter__(self) -> Iterator[ndarray]:
        return (self[k] for k in range(len(self)))

    # What waits for it

    def item(self) -> Any:
        waits("item()")
        return self.memory.item()

    def tolist(self) -> Any:
        waits("tolist()")
        return self.memory.tolist()

    def get(self) -> np.ndarray:
        waits("get()")
        return self.memory.copy()

    def __bool__(self) -> bool:
        waits("the truth of an array")
        return bool(self.memory)

    def __float__(self) -> float:
        waits("float()")
        return float(self.memory)

    def __int__(self) -> int:
        waits("int()")
        return int(self.memory)

    def __complex__(self) -> complex:
        waits("complex()")
        return complex(self.memory)

    def __index__(self) -> int:
        waits("an array as an index")
        return self.memory.__index__()

    def __format__(self, spec: str) -> str:
        waits("printing an array")
        return format(self.memory, spec)

    def __str__(self) -> str:
        waits("printing an array")
        return str(self.memory)

    # Elements

    def __getitem__(self, key: Any) -> ndarray:
        if has_mask(key):
            waits("a boolean mask")
        return given(self.memory[whole(key)])

    def __setitem__(self, key: Any, value: Any) -> None:
        if not isinstance(value, (ndarray, *NUMBERS)):
            raise TypeError(f"Unsupported type {type(value)}")
        self.memory[whole(key)] = taken(value)

    def __getattr__(self, name: str) -> Any:
        """A method of CuPy's arrays that NumPy's have too."""
        if name.startswith("_") or not known(f"ndarray.{name}"):
            raise AttributeError(f"'cupy.ndarray' object has no attribute {name!r}")
        method = getattr(self.memory, name)

        def call(*args: Any, **named: Any) -> Any:
            if set(named) & {"where", "initial"}:
                raise TypeError(f"{name}() got an unexpected keyword argument")
            if name in WAITING:
                waits(f"{name}()")
            return given(method(*taken(args), **taken(named)))

        return call


def whole(key: Any) -> Any:
    """An index that gives a view of rank 0 where NumPy would give a number."""
    items = key if isinstance(key, tuple) else (key,)
    items = taken(items)
    return items if any(item is Ellipsis for item in items) else (*items, Ellipsis)


def has_mask(key: Any) -> bool:
    items = key if isinstance(key, tuple) else (key,)
    return any(isinstance(item, ndarray) and item.dtype == bool for item in items)


def operand(value: Any) -> Any:
    """An operand of a ufunc: an array of the device's or a number."""
    if not isinstance(value, (ndarray, *NUMBERS)):
        raise TypeError(f"Unsupported type {type(value)}")
    return taken(value)


def operators() -> None:
    """Give the class its operators, which are ufuncs."""
    binary = {
        "add": np.add, "sub": np.subtract, "mul": np.multiply, "truediv": np.true_divide, "pow": np.power,
        "floordiv": np.floor_divide, "mod": np.remainder, "and": np.bitwise_and, "or": np.bitwise_or,
        "xor": np.bitwise_xor, "lshift": np.left_shift, "rshift": np.right_shift, "matmul": np.matmul,
        "divmod": np.divmod,
    }
    compared = {"lt": np.less, "le": np.less_equal, "gt": np.greater, "ge": np.greater_equal, "eq": np.equal,
                "ne": np.not_equal}
    unary = {"neg": np.negative, "pos": np.positive, "abs": np.absolute, "invert": np.invert}
    for name, ufunc in binary.items():
        setattr(ndarray, f"__{name}__", lambda a, b, f=ufunc: given(f(operand(a), operand(b))))
        setattr(ndarray, f"__r{name}__", lambda a, b, f=ufunc: given(f(operand(b), operand(a))))
        setattr(ndarray, f"__i{name}__", lambda a, b, f=ufunc: in_place(f, a, b))
    for name, ufunc in compared.items():
        setattr(ndarray, f"__{name}__", lambda a, b, f=ufunc: given(f(operand(a), operand(b))))
    for name, ufunc in unary.items():
        setattr(ndarray, f"__{name}__", lambda a, f=ufunc: given(f(a.memory)))


def in_place(ufunc: np.ufunc, a: ndarray, b: Any) -> ndarray:
    ufunc(a.memory, operand(b), out=a.memory)
    return a


operators()


# Functions


class ScalarClass:
    """`cp.float64`: a dtype, and a function from numbers to NumPy's scalars."""

    def __init__(self, name: str):
        self.dtype = np.dtype(getattr(np, name))

    def __call__(self, value: Any = 0) -> Any:
        if isinstance(value, ndarray):
            waits(f"cp.{self.dtype}() of an array")
            return self.dtype.type(value.memory)
        return self.dtype.type(value)

    def __eq__(self, other: Any) -> bool:
        return self.dtype == (other.dtype if isinstance(other, ScalarClass) else other)

    def __hash__(self) -> int:
        return hash(self.dtype)


class Ufunc:
    """A ufunc: arrays of the device's and numbers, no lists, no `where`."""

    def __init__(self, ufunc: np.ufunc, path: str):
        self.ufunc, self.path = ufunc, path

    def __call__(self, *args: Any, out: Any = None, dtype: Any = None, casting: str = "same_kind") -> Any:
        if not self.ufunc.nin <= len(args) <= self.ufunc.nargs:
            raise TypeError(f"Wrong number of arguments for {self.path}")
        named = {"dtype": taken(dtype)} if dtype is not None else {}
        if out is not None:
            if not isinstance(out, (ndarray, tuple)):
                raise TypeError("Output arguments must be cupy.ndarray")
            named["out"] = taken(out)
        made = self.ufunc(*map(operand, args), casting=casting, **named)
        return out if isinstance(out, ndarray) else given(made)

    def __getattr__(self, name: str) -> Any:
        if name not in ("at", "outer", "reduce", "accumulate", "reduceat"):
            raise AttributeError(name)
        method = getattr(self.ufunc, name)
        return lambda *args, **named: given(method(*taken(args), **taken(named)))


class Namespace(types.ModuleType):
    """`cupy` or a module in it: NumPy's or SciPy's functions of those names that CuPy has."""

    def __init__(self, name: str, numpy: Any, path: str, extra: dict[str, Any] | None = None):
        super().__init__(name)
        self.__dict__.update(_numpy=numpy, _path=path, _extra=extra or {})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in self._extra:
            return self._extra[name]
        path = f"{self._path}{name}"
        if not known(path):
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        if not self._path and name in DTYPES:
            return ScalarClass(name)
        found = getattr(self._numpy, name)
        if isinstance(found, types.ModuleType):
            return Namespace(f"{self.__name__}.{name}", found, f"{path}.")
        if isinstance(found, np.ufunc):
            return Ufunc(found, path)
        return function(found, path) if callable(found) and not isinstance(found, type) else found


def function(called: Callable[..., Any], path: str) -> Callable[..., Any]:
    """NumPy's function with CuPy's parameters, for arrays of the device."""
    name = path.rpartition(".")[2]

    def call(*args: Any, **named: Any) -> Any:
        args, named = rebound(called, path, args, named)
        if name in UPLOADS:
            return upload(called, args, named)
        if name == "asnumpy" or waiting(name, args):
            waits(f"cp.{name}")
        made = called(*taken(args), **taken(named))
        out = named.get("out")
        return out if isinstance(out, ndarray) else made if name in HOST else given(made)

    return call


def waiting(name: str, args: tuple[Any, ...]) -> bool:
    if name == "repeat":
        return len(args) > 1 and isinstance(args[1], ndarray)
    return name == "where" and len(args) == 1 or name in WAITING and any(isinstance(a, ndarray) for a in args)


def rebound(
    called: Callable[..., Any], path: str, args: tuple[Any, ...], named: dict[str, Any]
) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Arguments as NumPy's function takes them, from what CuPy's would; TypeError where that would not."""
    theirs = parameters_of(path)
    if theirs is None:
        return args, named
    theirs.bind(*args, **named)
    if lacking := LACKING.get(path, frozenset()).intersection(named):
        raise TypeError(f"Unknown arguments: {', '.join(lacking)}")
    try:
        ours = list(inspect.signature(called).parameters.values())
    except (TypeError, ValueError):
        return args, named
    if any(p.kind is p.VAR_POSITIONAL for p in (*ours, *theirs.parameters.values())):
        return args, named
    kept = 0
    for mine, yours in zip(ours, list(theirs.parameters.values())[: len(args)]):
        elsewhere = mine.name != yours.name and any(p.name == yours.name for p in ours)
        if mine.kind is mine.KEYWORD_ONLY or elsewhere:
            break
        kept += 1
    rest = [p.name for p in theirs.parameters.values()][kept : len(args)]
    return args[:kept], {**dict(zip(rest, args[kept:])), **named}


def upload(called: Callable[..., Any], args: tuple[Any, ...], named: dict[str, Any]) -> ndarray:
    """An array of the device from numbers, lists, or NumPy's array."""
    value, *others = args
    found = list(leaves(value)) if isinstance(value, (list, tuple)) else [value]
    if any(isinstance(x, ndarray) for x in found) and not all(isinstance(x, ndarray) for x in found):
        raise TypeError("Implicit conversion to a NumPy array is not allowed.")
    made = called(value if isinstance(value, np.ndarray) else taken(value), *taken(others), **taken(named))
    copied = isinstance(value, np.ndarray) and np.shares_memory(made, value)
    return given(np.array(made) if copied else made)


def leaves(value: Any) -> Iterator[Any]:
    if isinstance(value, (list, tuple)):
        for item in value:
            yield from leaves(item)
    else:
        yield value


class ElementwiseKernel:
    """A kernel: its types are exact for arrays, numbers are converted, one operand at least is an array."""

    def __init__(self, in_params: str, out_params: str, operation: str, name: str = "kernel"):
        if not name.isidentifier():
            raise ValueError(f"Invalid kernel name: {name!r}")
        self.kernel = cpu.Kernel(in_params, out_params, operation, name)
        self.inputs, self.outputs = self.kernel.params

    def __call__(self, *args: Any) -> Any:
        name = self.kernel.name
        if len(args) != len(self.inputs):
            raise TypeError(f"Wrong number of arguments for {name!r}: {len(args)}, not {len(self.inputs)}")
        if not any(isinstance(a, ndarray) for a in args):
            raise ValueError(f"{name}: Loop size is undecided.")
        arrays = [self.argument(a, p) for a, p in zip(args, self.inputs)]
        shape = np.broadcast_shapes(*(a.shape for a in arrays))
        arrays = [np.ascontiguousarray(np.broadcast_to(a, shape)) for a in arrays]
        made = [np.empty(shape, p.dtype) for p in self.outputs]
        if 0 not in shape:
            self.kernel.run([*arrays, *made], made[0].size)
        results = tuple(map(given, made))
        return results[0] if len(results) == 1 else results

    def argument(self, value: Any, parameter: cpu.Parameter) -> np.ndarray:
        if isinstance(value, ndarray):
            if value.dtype != parameter.dtype:
                raise TypeError(f"Type is mismatched. {parameter.name} {value.dtype} {parameter.dtype}")
            return value.memory
        if not isinstance(value, NUMBERS):
            raise TypeError(f"Unsupported type {type(value)}")
        kind = "c" if isinstance(value, complex) else np.asarray(value).dtype.kind
        if "biufc".index(kind.replace("u", "i")) > "biufc".index(parameter.dtype.kind.replace("u", "i")):
            raise TypeError(f"{parameter.name}: {value!r} would lose what {parameter.dtype} cannot hold")
        return np.asarray(value, parameter.dtype)


# Modules


def scatter_add(array: ndarray, index: Any, value: Any) -> None:
    """`cupyx.scatter_add`."""
    np.add.at(array.memory, taken(index), operand(value))


def asnumpy(tree: Any) -> Any:
    """A tree of results on the host; numbers stay what they are."""
    match tree:
        case ndarray():
            return tree.memory
        case tuple() if hasattr(tree, "_fields"):
            return type(tree)(*map(asnumpy, tree))
        case tuple() | list():
            return type(tree)(map(asnumpy, tree))
        case dict():
            return {k: asnumpy(v) for k, v in tree.items()}
        case _:
            return tree


def asarray(tree: Any) -> Any:
    """A tree of arguments on the device: its arrays, nothing else."""
    match tree:
        case np.ndarray():
            return ndarray(tree.copy())
        case tuple() if hasattr(tree, "_fields"):
            return type(tree)(*map(asarray, tree))
        case tuple() | list():
            return type(tree)(map(asarray, tree))
        case dict():
            return {k: asarray(v) for k, v in tree.items()}
        case _:
            return tree


ndarray.__module__ = "cupy"
cupy = Namespace("cupy", np, "", {
    "ndarray": ndarray, "ElementwiseKernel": ElementwiseKernel, "get_array_module": lambda *_: cupy,
    "asnumpy": lambda x: x.get() if isinstance(x, ndarray) else np.asarray(x), "newaxis": None,
})


def modules() -> dict[str, types.ModuleType]:
    """The stand-in for each module that an emitted module may import."""
    import scipy.fft
    import scipy.linalg
    import scipy.ndimage
    import scipy.signal
    import scipy.special
    import scipy.stats

    found: dict[str, types.ModuleType] = {"cupy": cupy}
    for name in ("linalg", "fft", "random"):
        found[f"cupy.{name}"] = Namespace(f"cupy.{name}", getattr(np, name), f"{name}.")
    found["cupyx"] = Namespace("cupyx", types.SimpleNamespace(), "cupyx.", {"scatter_add": scatter_add})
    found["cupyx.scipy"] = Namespace("cupyx.scipy", scipy, "cupyx.scipy.")
    for name in ("fft", "linalg", "ndimage", "signal", "special", "stats"):
        path = f"cupyx.scipy.{name}"
        found[path] = Namespace(path, getattr(scipy, name), f"{path}.")
    for name, module in found.items():
        module.__dict__["__path__"] = []
        parent, _, last = name.rpartition(".")
        if parent:
            found[parent].__dict__[last] = module
    return found


_modules: dict[str, types.ModuleType] = {}
"""The stand-ins."""
_installed: dict[str, types.ModuleType] = {}
"""What they stand for, as far as it is imported."""


def exchanged(new: dict[str, types.ModuleType]) -> dict[str, types.ModuleType]:
    """Put modules in the place of all that are CuPy's; those that were there."""
    names = [name for name in sys.modules if name.partition(".")[0] in ("cupy", "cupyx")]
    before = {name: sys.modules.pop(name) for name in names}
    sys.modules.update(new)
    return before


@contextmanager
def in_place_of_cupy() -> Iterator[None]:
    """`import cupy` gives the stand-in in the body."""
    if not _modules:
        _modules.update(modules())
    before = exchanged(_modules)
    if before.get("cupy") is not cupy:
        _installed.update(before)
    try:
        yield
    finally:
        exchanged(before)


def asked(question: Callable[[str], Any], path: str) -> Any:
    """What is found out about the CuPy that is installed, for which the stand-in makes room."""
    before = exchanged(_installed)
    try:
        return question(path)
    finally:
        _installed.update(exchanged(before))


@functools.cache
def known(path: str) -> bool:
    """Whether CuPy has it."""
    return asked(has, path)


@functools.cache
def parameters_of(path: str) -> inspect.Signature | None:
    """CuPy's parameters of a function, where they are known."""
    return asked(signature, path)


def load(text: str, values: dict[str, Any] | None = None) -> dict[str, Any]:
    """The names of a module, run with the stand-in. `values`: arrays that the text declares only."""
    scope: dict[str, Any] = {"__name__": "emitted"}
    with in_place_of_cupy():
        exec(compile(text, "<emitted>", "exec"), scope)
    scope.update({name: asarray(value) for name, value in (values or {}).items()})
    return scope
