"""The record of certificates: for each callable of the tables, the outcome of each check over its cases.

    tests/certificate/record.json     {name: {column: outcome, "cases": number}}

Every case of a callable is checked at first and second order; up to `VARIED` of them on every variant. `certify`
writes the record anew; `tests/test_certificate.py` asks that it is complete and has the names of today.
"""

from __future__ import annotations

import json
import multiprocessing
import warnings
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from adgen.frontend.builtins import HANDLED
from adgen.library import READ, READ_METHODS
from adgen.rules.lowering import CALLABLES, METHODS, public_name
from tests.certificate.certify import COLUMNS, COST, FIRST, SECOND, joined, outcome
from tests.certificate.variants import VARIANTS
from tests.rule_cases import Case, covered, everything, wrt_of
from tests.test_rules_end_to_end import ONCE

PATH = Path(__file__).with_name("record.json")
VARIED = 1
"""Cases of a callable on which every variant is tried: those that vary the most."""
Key = tuple[str, Any]
Record = dict[str, dict[str, Any]]
CASES = everything()


def names() -> dict[Key, str]:
    """Every callable of the tables, as `covered` names what a case calls, with the name that users write."""
    found: dict[Key, str] = {("call", id(f)): public_name(f) for f in HANDLED}
    found |= {("call", id(f)): row.name for f, row in CALLABLES}
    found |= {("call", key): row.name for key, row in READ.items()}
    found |= {("of object", key): row.name for key, row in READ_METHODS.items()}
    return found | {("method", name): f"ndarray.{name}" for name in METHODS}


def cases_of(word: str = "") -> dict[str, list[int]]:
    """By the names of callables that hold a word: the positions of their cases, those that vary the most first."""
    known, found = {key: name for key, name in names().items() if word in name}, dict[str, list[int]]()
    for number, case in enumerate(CASES):
        if wrt_of(case):
            for name in dict.fromkeys(known[key] for key in covered(case) if key in known):
                found.setdefault(name, []).append(number)
    return {name: sorted(numbers, key=lambda k: -richness(CASES[k])) for name, numbers in found.items()}


def richness(case: Case) -> int:
    """How many variants a case has."""
    return sum(1 for variant in VARIANTS.values() for _ in variant(case))


def jobs(cases: dict[str, list[int]]) -> list[tuple[int, str]]:
    """The checks to run: (the position of a case, a column)."""
    found = dict[tuple[int, str], None]()
    for numbers in cases.values():
        found |= {(k, column): None for k in numbers for column in (FIRST, SECOND)}
        found |= {(k, column): None for k in numbers[:VARIED] for column in (*VARIANTS, COST)}
    return sorted(found)


def run_job(job: tuple[int, str]) -> tuple[tuple[int, str], str]:
    number, column = job
    warnings.simplefilter("ignore")
    case = CASES[number]
    return job, outcome(case, column, case.text.startswith(ONCE))


def outcomes(chosen: Iterable[tuple[int, str]], processes: int) -> dict[tuple[int, str], str]:
    with multiprocessing.get_context("fork").Pool(processes) as pool:
        return dict(pool.imap_unordered(run_job, chosen, chunksize=20))


def functions(cases: dict[str, list[int]], found: dict[tuple[int, str], str]) -> Record:
    made: Record = {}
    for name, numbers in sorted(cases.items()):
        columns = {c: joined([found[k, c] for k in numbers if (k, c) in found]) for c in COLUMNS}
        made[name] = {"cases": len(numbers), **columns}
    return made


def certify(processes: int, word: str = "") -> Record:
    cases = cases_of(word)
    return functions(cases, outcomes(jobs(cases), processes))


def certify_missing(processes: int, at_once: int = 100) -> Iterator[Record]:
    """The record with more and more of the callables that it lacks; those with the fewest cases come first."""
    made, cases = read(), cases_of()
    missing = sorted(cases.keys() - made.keys(), key=lambda name: (len(cases[name]), name))
    for start in range(0, len(missing), at_once):
        some = {name: cases[name] for name in missing[start : start + at_once]}
        made = {**made, **functions(some, outcomes(jobs(some), processes))}
        yield made


def write(record: Record) -> None:
    PATH.write_text(json.dumps(record, indent=1, sort_keys=True) + "\n")


def read() -> Record:
    return json.loads(PATH.read_text())


def defects(record: Record) -> list[str]:
    """What is wrong, costs too much, or raises."""
    bad = ("failed", "costs", "raises")
    return [f"{name}: {column}: {text}" for name, row in record.items() for column, text in row.items()
            if str(text).startswith(bad)]
