"""`adgen.rules.special_bessel`."""

from __future__ import annotations

import numpy as np

from tests.cases import Row, normal, positive

P, X = positive(3, 4), normal(3, 4)
ORDERS = np.array([0, 1, 2, 5])

CASES: list[Row] = [
    *((f"scipy.special.{n}(1.5, x)", {"x": P}) for n in ("jve", "yve", "ive", "kve", "struve", "modstruve")),
    *((f"scipy.special.{n}(2, x)", {"x": P}) for n in ("yn", "kn", "jn", "struve")),
    *((f"scipy.special.{n}(k, x)", {"x": P, "k": ORDERS}) for n in ("jv", "yn", "kn", "iv")),
    ("scipy.special.jv(0, x)", {"x": np.array([0.0, 1.0, -2.0])}),
    ("scipy.special.besselpoly(x, 1.5, 1)", {"x": P}),
    ("scipy.special.besselpoly(x, 1, 0)", {"x": P}),
    ("scipy.special.besselpoly(x, 2, k)", {"x": P, "k": ORDERS}),
    *((f"scipy.special.{n}(x)", {"x": P})
      for n in ("airy", "airye", "itairy", "ker", "kei", "kerp", "keip", "ber", "bei", "berp", "beip", "itj0y0",
                "iti0k0", "it2j0y0", "it2i0k0", "itstruve0", "itmodstruve0", "it2struve0")),
    ("scipy.special.airy(x)", {"x": X}),
    ("scipy.special.airy(x)[0]", {"x": 0.3}),
    ("scipy.special.airye(x)[2]", {"x": np.array([-1.0, -3.0, 2.0])}),
    ("scipy.special.itairy(x)", {"x": X}),
    ("scipy.special.it2j0y0(x)[0]", {"x": np.array([0.0, 1e-3, 0.49, 0.51])}),
    ("scipy.special.it2i0k0(x)[0]", {"x": np.array([0.0, 1e-3, 0.49, 0.51])}),
    *((f"scipy.special.{n}(x)", {"x": np.array([0.0, 1.0, -2.0])}) for n in ("berp", "beip")),
    *((f"scipy.special.{n}(2, x)", {"x": P}) for n in ("jvp", "yvp", "ivp", "kvp")),
    *((f"scipy.special.{n}(1.5, x, n=2)", {"x": P}) for n in ("jvp", "yvp", "ivp", "kvp")),
    ("scipy.special.jvp(2, x, 0)", {"x": 1.3}),
    *((f"scipy.special.spherical_{n}n({k}, x{d})", {"x": P})
      for n in "jyik" for k in (0, 1, 3) for d in ("", ", derivative=True")),
    *((f"scipy.special.spherical_{n}n(k, x, derivative=True)", {"x": P, "k": ORDERS}) for n in "jyik"),
    *((f"scipy.special.spherical_jn({k}, x)", {"x": np.array([0.0, 1.0])}) for k in (0, 1, 2)),
    ("scipy.special.spherical_jn(2, x)", {"x": 1.5}),
]
