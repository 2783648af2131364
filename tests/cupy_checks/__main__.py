"""Look at derivatives for CuPy: python -m tests.cupy_checks [--every N] [--start K] [--match TEXT] [--quick] [--source]

Prints what is wrong with the derivatives of the suite's cases, then what is refused. Needs CuPy, but no GPU.
"""

from __future__ import annotations

import argparse
import time
import warnings

from tests.cupy_checks.dry import ARCHITECTURES, Dry
from tests.cupy_checks.programs import emitted
from tests.cupy_checks.survey import VARIANTS, active, of_case, survey
from tests.rule_cases import everything


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--every", type=int, default=1, help="one case in so many")
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--match", default="", help="cases whose name holds the text")
    parser.add_argument("--variant", action="append", choices=list(VARIANTS))
    parser.add_argument("--quick", action="store_true", help="compile kernels for the CPU only")
    parser.add_argument("--source", action="store_true", help="print the modules of vjps, and nothing else")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    cases = [c for c in active(everything()) if options.match in c.name][options.start :: options.every]
    if options.source:
        for case in cases:
            print(f"# {case.name}\n{emitted(of_case(case).made, 'vjp', case.name).text}")
        return
    begun = time.perf_counter()
    with Dry() as dry:
        architectures = () if options.quick else ARCHITECTURES
        found = survey(map(of_case, cases), dry, options.variant or VARIANTS, architectures)
    for row in found.wrong:
        print("WRONG  ", *row, sep=" | ")
    for row in found.refused:
        print("REFUSED", *row[:2], row[2].replace("\n", " / ")[:400], sep=" | ")
    seconds = time.perf_counter() - begun
    print(f"{len(cases)} cases, {found.programs} programs, {len(found.wrong)} wrong, {len(found.refused)} refused, "
          f"{seconds:.0f} s")


if __name__ == "__main__":
    main()
