"""Runs every check and every variant, and writes tests/certificate/record.json.

    python -m tests.certificate [--only WORD | --missing] [--processes N]

With a word, only the callables with it in their names, and nothing is written. With --missing those that the record
lacks; it is written after each hundred.
"""

from __future__ import annotations

import argparse
import os
import sys

from tests.certificate import record


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.certificate", description=__doc__)
    parser.add_argument("--only", default="", help="a word in the names of callables")
    parser.add_argument("--missing", action="store_true", help="the callables that the record lacks")
    parser.add_argument("--processes", type=int, default=os.cpu_count())
    options = parser.parse_args()
    if options.missing:
        for made in record.certify_missing(options.processes):
            record.write(made)
            print(f"{len(made)} callables")
        return int(any(": failed" in line for line in record.defects(record.read())))
    made = record.certify(options.processes, options.only)
    if options.only:
        for name, row in made.items():
            print(name, *(f"\n    {column}: {text}" for column, text in row.items()), sep="")
    else:
        record.write(made)
        print(f"{len(made)} callables, written to {record.PATH.name}")
    found = record.defects(made)
    print("\n".join(found))
    return int(any(": failed" in line for line in found))


if __name__ == "__main__":
    sys.exit(main())
