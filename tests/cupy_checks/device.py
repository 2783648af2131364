"""CuPy on a device that is not there: `pretend()`, before CuPy is imported, and in a process of its own.

CuPy's own code then runs as it does on a GPU, up to the calls of CUDA: what is wrong with types, shapes, keywords or
classes raises what it would there. Memory is the host's and copies are made, kernels compute nothing: results are
zeros. `record` says what CUDA was asked for: launches, copies, waits; and the sources of the kernels.

How: CuPy's compiled modules find CUDA in the functions that `cupy_backends` exports to them (`__pyx_capi__`). These are
exchanged for functions that do nothing but remember the call. The libraries (cuBLAS, ...) are stubs, made by gcc from
the names that CuPy's modules need.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

LIBRARIES = {
    "cublas": "cupy_backends/cuda/libs/cublas", "cusolver": "cupy_backends/cuda/libs/cusolver",
    "cusparse": "cupy_backends/cuda/libs/cusparse", "curand": "cupy_backends/cuda/libs/curand",
    "cufft": "cupy/cuda/cufft",
}
"""CUDA's libraries, and the module of CuPy's that calls each."""
C_TYPES = {
    "int": ctypes.c_int, "intptr_t": ctypes.c_ssize_t, "size_t": ctypes.c_size_t, "uintmax_t": ctypes.c_size_t,
    "unsigned int": ctypes.c_uint, "float": ctypes.c_float, "double": ctypes.c_double, "PyObject *": ctypes.py_object,
}
COMPUTE_CAPABILITY = {75: 9, 76: 0}
"""By CUDA's numbers of the attributes."""
MOST_BYTES = 1 << 28
"""Of one allocation: sizes that are read from arrays are arbitrary."""
WAITS = ("streamSynchronize", "deviceSynchronize", "eventSynchronize", "memcpy")


class Record:
    """What CUDA was asked for since `clear()`."""

    def __init__(self) -> None:
        self.calls: Counter[str] = Counter()
        self.sources: list[tuple[str, tuple[str, ...]]] = []
        """Of the kernels that were compiled: CUDA C++, and the compiler's options."""

    def clear(self) -> None:
        self.calls.clear()
        self.sources.clear()

    @property
    def launches(self) -> int:
        return self.calls["launchKernel"]

    @property
    def waits(self) -> int:
        """How often the host waited for the device."""
        return sum(self.calls[name] for name in WAITS)


record = Record()
_kept: list[Any] = []
"""What C code holds pointers to."""


def pretend(folder: Path) -> None:
    """Exchange CUDA for functions that remember calls, and import CuPy. Stubs of libraries are put into a folder."""
    assert "cupy" not in sys.modules
    os.environ["CUPY_ACCELERATORS"] = ""
    preload_libraries(folder)
    runtime = importlib.import_module("cupy_backends.cuda.api.runtime")
    driver = importlib.import_module("cupy_backends.cuda.api.driver")
    exchange(runtime, runtime_functions())
    exchange(driver, {
        "moduleLoadData": lambda *_: 1, "moduleGetFunction": lambda *_: 1, "ctxGetCurrent": lambda *_: 1,
        "occupancyMaxActiveBlocksPerMultiprocessor": lambda *_: 8, "get_build_version": lambda *_: 12090,
    })
    for name in ("cublas", "cusolver", "cusparse", "curand"):
        exchange(importlib.import_module(f"cupy_backends.cuda.libs.{name}"), {})
    importlib.import_module("cupy.cuda").set_allocator(None)
    compile_nothing()
    sort_nothing()
    need_no_workspace()


def runtime_functions() -> dict[str, Callable[..., Any]]:
    libc = ctypes.CDLL(None)
    libc.calloc.restype, libc.calloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t, ctypes.c_size_t]
    libc.free.restype, libc.free.argtypes = None, [ctypes.c_void_p]

    def allocate(count: int, *_: Any) -> int:
        return libc.calloc(max(count, 1), 1) or 0 if count < MOST_BYTES else 0

    def free(at: int, *_: Any) -> None:
        libc.free(at)

    def copy(to: int, source: int, count: int, *_: Any) -> None:
        ctypes.memmove(to, source, count)

    def fill(to: int, value: int, count: int, *_: Any) -> None:
        ctypes.memset(to, value, count)

    return {
        "malloc": allocate, "hostAlloc": allocate, "free": free, "freeHost": free, "memcpy": copy,
        "memcpyAsync": copy, "memset": fill, "memsetAsync": fill,
        "getDeviceCount": lambda *_: 1, "runtimeGetVersion": lambda *_: 12090,
        "driverGetVersion": lambda *_: 12090, "_getCUDAMajorVersion": lambda *_: 12,
        "memGetInfo": lambda *_: (1 << 30, 1 << 30),
        "deviceGetAttribute": lambda attribute, *_: COMPUTE_CAPABILITY.get(attribute, 1024),
        "getDeviceProperties": lambda *_: {"warpSize": 32, "name": b"none", "maxThreadsPerBlock": 1024,
                                           "sharedMemPerBlock": 49152, "multiProcessorCount": 1},
    }


# Functions that compiled modules call


def exchange(module: ModuleType, special: dict[str, Callable[..., Any]]) -> None:
    """Exchange each function that a module exports to compiled ones for a special one, or one that gives 0 or None."""
    python = ctypes.pythonapi
    python.PyCapsule_GetName.restype, python.PyCapsule_GetName.argtypes = ctypes.c_char_p, [ctypes.py_object]
    python.PyCapsule_New.restype = ctypes.py_object
    python.PyCapsule_New.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p]
    for name, capsule in list(getattr(module, "__pyx_capi__", {}).items()):
        text: bytes = python.PyCapsule_GetName(capsule)
        prototype = prototype_of(text.decode())
        if prototype is None:
            continue
        call = remembered(name, special.get(name), None if prototype[0] is ctypes.py_object else 0)
        callback = ctypes.PYFUNCTYPE(*prototype)(call)
        _kept.extend((callback, text))
        address = ctypes.cast(callback, ctypes.c_void_p).value
        module.__dict__["__pyx_capi__"][name] = python.PyCapsule_New(address, text, None)
        setattr(module, name, call)


def prototype_of(text: str) -> list[Any] | None:
    """The types of a C function, its result first; None for what is not one, or has structures by value."""
    found = re.fullmatch(r"(.*?) ?\((.*)\)", text)
    if found is None:
        return None
    result, params = found.groups()
    names = [p.replace("__pyx_skip_dispatch", "").strip() for p in params.split(",")]
    types = [c_type(name) for name in (result, *names) if name not in ("", "void")]
    return None if None in types else types


def c_type(name: str) -> Any:
    if name.strip() in C_TYPES:
        return C_TYPES[name.strip()]
    if name.endswith("*"):
        return ctypes.c_void_p
    return ctypes.c_int if re.match(r"cu(blas|solver|sparse|rand|daMemcpyKind|device)|CU", name) else None


def remembered(name: str, function: Callable[..., Any] | None, default: Any) -> Callable[..., Any]:
    def call(*args: Any, **_: Any) -> Any:
        record.calls[name] += 1
        return default if function is None else function(*args)

    return call


# Compiling and sorting, which CuPy does by Python functions


def compile_nothing() -> None:
    """Kernels are not compiled; their sources are remembered."""
    compiler = importlib.import_module("cupy.cuda.compiler")
    function = importlib.import_module("cupy.cuda.function")

    def module_of(source: str, options: tuple[str, ...] = (), **more: Any) -> Any:
        record.sources.append((source, tuple(options)))
        made = function.Module()
        made.load(b"nothing")
        made._set_mapping({name: name for name in more.get("name_expressions") or ()})
        return made

    compiler._compile_module_with_cache = module_of


def sort_nothing() -> None:
    thrust = importlib.import_module("cupy.cuda.thrust")
    for name in ("sort", "lexsort", "argsort"):
        setattr(thrust, name, remembered(name, None, None))


def need_no_workspace() -> None:
    """Solvers ask for the sizes of their workspaces, which a stub leaves undefined."""
    cusolver = importlib.import_module("cupy_backends.cuda.libs.cusolver")
    for name in dir(cusolver):
        if name.lower().endswith("buffersize"):
            setattr(cusolver, name, remembered(name, None, (0, 0) if name.startswith("x") else 0))
    cusolver.xgeev = remembered("xgeev", None, None)  # not in the oldest cuSOLVER that CuPy is built for
    importlib.import_module("cupyx.cusolver").check_availability = lambda name: True


# Libraries


def preload_libraries(folder: Path) -> None:
    """Load a stub of each library, so that the loader finds it under its name when CuPy's modules ask for it."""
    pathfinder = importlib.import_module("cuda.pathfinder")
    real = pathfinder.load_nvidia_dynamic_lib
    found = importlib.util.find_spec("cupy")
    assert found is not None and found.origin is not None
    root = Path(found.origin).parents[1]
    loaded: dict[str, SimpleNamespace] = {}
    for library, module in LIBRARIES.items():
        path = next(root.glob(f"{module}.*.so"))
        for name in stubs_for(path, folder):
            handle = ctypes.CDLL(str(name), ctypes.RTLD_GLOBAL)._handle
            loaded[library] = SimpleNamespace(_handle_uint=handle)
    pathfinder.load_nvidia_dynamic_lib = lambda name: loaded.get(name) or real(name)


def stubs_for(module: Path, folder: Path) -> list[Path]:
    """A library for each that a compiled module needs of CUDA's: functions that return 0."""
    listed = subprocess.run(["nm", "-D", "--undefined-only", str(module)], capture_output=True, text=True, check=True)
    wanted: dict[str, list[str]] = {}
    for symbol, library in re.findall(r" U (cu\w+)@(lib\w+\.so\.\d+)", listed.stdout):
        wanted.setdefault(library, []).append(symbol)
    made = []
    for library, symbols in wanted.items():
        path = folder / library
        if not path.exists():
            build_stub(path, symbols)
        made.append(path)
    return made


MAKE_PLAN = "int {}({} size_t *workspace) {{ *workspace = 0; return 0; }}\n"
PLANS = {
    "cufftMakePlan1d": "int plan, int nx, int type, int batch,",
    "cufftMakePlan2d": "int plan, int nx, int ny, int type,",
    "cufftMakePlan3d": "int plan, int nx, int ny, int nz, int type,",
    "cufftMakePlanMany": "int plan, int rank, int *n, int *inembed, int istride, int idist, int *onembed, int ostride, "
                         "int odist, int type, int batch,",
}
"""Functions that say how much memory they want, and their other parameters."""


def build_stub(path: Path, symbols: list[str]) -> None:
    source, versions = path.with_suffix(".c"), path.with_suffix(".map")
    functions = [MAKE_PLAN.format(name, PLANS[name]) if name in PLANS else f"int {name}(void) {{ return 0; }}\n"
                 for name in symbols]
    source.write_text("#include <stddef.h>\n" + "".join(functions))
    versions.write_text(f"{path.name} {{ global: *; }};\n")
    command = ["gcc", "-shared", "-fPIC", "-w", f"-Wl,-soname,{path.name}", f"-Wl,--version-script,{versions}"]
    subprocess.run([*command, "-o", str(path), str(source)], check=True)
