"""Functions that a module carries where types alone do not tell what to write."""

from __future__ import annotations

from adgen.rules.infrastructure import SUM_TO

HELPERS: dict[str, str] = {
    "_add_tapes": '''
def _add_tapes(a, b):
    """The sum of what two tapes hold, part by part; None is zero."""
    if a is None or b is None:
        return b if a is None else a
    if isinstance(a, (tuple, list)):
        return type(a)(map(_add_tapes, a, b))
    return a + b
''',
    "_zero_tape": '''
def _zero_tape(part):
    """Zeros for what a tape holds; None for what has no derivative."""
    if isinstance(part, (tuple, list)):
        return type(part)(map(_zero_tape, part))
    return np.zeros_like(part)[()] if np.asarray(part).dtype.kind in "fc" else None
''',
    "_sum_to": SUM_TO,
    "_frechet": '''
def _frechet(f, a, e, *more):
    """The derivative of a matrix function at a along e: a block of the function of [[a, e], [0, a]]."""
    n = a.shape[-1]
    top = np.concatenate([a, e], axis=-1)
    bottom = np.concatenate([np.zeros_like(a), a], axis=-1)
    return f(np.concatenate([top, bottom], axis=-2), *more)[..., :n, n:]
''',
}
