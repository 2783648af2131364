"""Times two functions against each other in one process, in turns, under the same conditions."""
from __future__ import annotations

import gc
import statistics
import time
from collections.abc import Callable
from typing import Any

Call = Callable[[], Any]


def seconds(call: Call, repeats: int) -> float:
    began = time.perf_counter()
    for _ in range(repeats):
        call()
    return (time.perf_counter() - began) / repeats


def repeats_for(call: Call, wanted: float = 2e-3) -> int:
    """How often to call, for a sample to last about `wanted` seconds."""
    call()
    return max(1, int(wanted / max(seconds(call, 3), 1e-8)))


def compare(a: Call, b: Call, samples: int = 41) -> tuple[float, float, float]:
    """Median seconds of a and of b, and the median of the ratio a / b of neighbours in time."""
    repeats = max(1, (repeats_for(a) + repeats_for(b)) // 2)
    gc.disable()
    try:
        pairs = [(seconds(a, repeats), seconds(b, repeats)) for _ in range(samples)]
    finally:
        gc.enable()
    times_a, times_b = zip(*pairs, strict=True)
    ratio = statistics.median(x / y for x, y in pairs)
    return statistics.median(times_a), statistics.median(times_b), ratio


def best(call: Call, samples: int = 15) -> float:
    """Shortest mean time of a call over some samples."""
    repeats = repeats_for(call, 5e-3)
    return min(seconds(call, repeats) for _ in range(samples))
