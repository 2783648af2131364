"""Fuzz from the command line.

    python -m tests.fuzz --programs 2000 --seed 0

Prints how many programs were right, refused and wrong, why they were refused, and failing programs,
shrunk. Exits with 1 where one is wrong or crashes.
"""
from __future__ import annotations

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from functools import partial
from multiprocessing import get_context

from tests.fuzz.programs import program
from tests.fuzz.run import QUICK, Outcome, run, run_seed
from tests.fuzz.shrink import shrink
from tests.oracles import ORACLES


def main() -> int:
    options = parse()
    oracles = tuple(ORACLES) if options.all else QUICK
    counts: Counter[str] = Counter()
    refusals: Counter[str] = Counter()
    failures: list[tuple[int, Outcome]] = []
    began = time.perf_counter()
    for seed, outcome in outcomes(options, oracles):
        counts[outcome.kind] += 1
        if outcome.kind == "refused":
            refusals[re.sub(r"\b[a-z]+\d+\b", "_", outcome.detail.splitlines()[0])] += 1
        if outcome.kind in ("wrong", "crash"):
            failures.append((seed, outcome))
    seconds = time.perf_counter() - began
    report_failures(failures, options.show)
    print(f"\n{options.programs} programs in {seconds:.1f} s: " + ", ".join(
        f"{counts[kind]} {kind}" for kind in ("right", "regrouped", "refused", "wrong", "crash", "broken")))
    for reason, count in refusals.most_common(options.reasons):
        print(f"  refused {count:5d}  {reason}")
    for reason, count in Counter(first_line(o) for _, o in failures).most_common(options.reasons):
        print(f"  failed  {count:5d}  {reason}")
    return 1 if failures else 0


def outcomes(options: argparse.Namespace, oracles: tuple[str, ...]) -> Iterator[tuple[int, Outcome]]:
    """Of each seed, in their order, on as many processes as asked for."""
    seeds = range(options.seed, options.seed + options.programs)
    if options.jobs == 1:
        yield from ((seed, run_seed(seed, oracles)) for seed in seeds)
        return
    with get_context("spawn").Pool(options.jobs, maxtasksperchild=50) as pool:
        yield from zip(seeds, pool.imap(partial(run_seed, oracles=oracles), seeds, chunksize=20), strict=True)


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--programs", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0, help="seed of the first program")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes")
    parser.add_argument("--all", action="store_true", help="every oracle, not just the quick ones")
    parser.add_argument("--show", type=int, default=5,
                        help="how many failing programs to shrink and print")
    parser.add_argument("--reasons", type=int, default=25, help="how many reasons to list")
    return parser.parse_args()


def first_line(outcome: Outcome) -> str:
    line = (outcome.detail.splitlines() or [""])[0].partition("(")[0]
    return re.sub(r"[-+]?\d+\.\d+(e[-+]\d+)?", "#", f"{outcome.kind}: {line}")[:120]


def report_failures(failures: list[tuple[int, Outcome]], limit: int) -> None:
    """The first failing program of each sort, shrunk."""
    seen: set[str] = set()
    for seed, outcome in failures:
        if first_line(outcome) in seen or len(seen) >= limit:
            continue
        seen.add(first_line(outcome))

        def fails(text: str, seed: int = seed, outcome: Outcome = outcome) -> bool:
            return run(text, seed, (outcome.oracle,)).sort == outcome.sort

        small = shrink(program(seed), fails)
        detail = run(small, seed, (outcome.oracle,)).detail
        print(f"--- seed {seed}: {outcome.kind} ({outcome.oracle})\n{detail}\n\n{small}\n",
              flush=True)


if __name__ == "__main__":
    sys.exit(main())
