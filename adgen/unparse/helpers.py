"""Functions that a module carries where types alone do not tell what to write."""

from __future__ import annotations

HELPERS: dict[str, str] = {
    "_sum_to": '''
def _sum_to(g, shape):
    """Sum g over the axes along which an array of that shape was broadcast to g's."""
    if np.shape(g) == shape:
        return g
    g = np.sum(g, axis=tuple(range(np.ndim(g) - len(shape))))
    axes = tuple(i for i, n in enumerate(shape) if n == 1 and g.shape[i] != 1)
    return np.sum(g, axis=axes, keepdims=True) if axes else g
''',
}
