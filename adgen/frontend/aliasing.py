"""Which functions of NumPy give a new array, and which one that shares memory with its argument.

A function in none of the tables, whose lowering comes down to a view of its argument, is taken to
give what may or may not share memory: a write to one then makes the other stale.
"""

# fmt: off
ALIAS = frozenset({
    "np.asarray", "np.asanyarray", "np.array", "np.astype", "ndarray.astype", "np.reshape", "np.ravel", "np.squeeze",
    "np.transpose", "np.swapaxes", "np.moveaxis", "np.rollaxis", "np.expand_dims", "np.atleast_1d",
    "np.atleast_2d", "np.atleast_3d", "np.broadcast_to", "np.broadcast_arrays", "np.flip",
    "np.flipud", "np.fliplr", "np.rot90", "np.diagonal", "np.split", "np.array_split", "np.vsplit",
    "np.hsplit", "np.dsplit", "np.unstack", "np.real", "np.matrix_transpose",
    "np.linalg.matrix_transpose", "np.linalg.diagonal", "np.permute_dims", "np.diag",
    "ndarray.reshape", "ndarray.ravel", "ndarray.squeeze", "ndarray.transpose", "ndarray.swapaxes",
    "ndarray.diagonal", "ndarray.T", "ndarray.mT", "ndarray.view", "ndarray.real",
})
"""The result is the argument, or a view of it."""

COPIES = frozenset({
    "np.take", "np.take_along_axis", "np.compress", "np.extract", "np.tile", "np.repeat", "np.pad",
    "np.delete", "np.insert", "np.append", "np.copy", "np.conjugate",
    "np.positive", "np.round", "np.sort", "np.triu", "np.tril", "np.where", "np.concatenate",
    "np.stack", "np.vstack", "np.hstack", "np.dstack", "np.column_stack", "np.block", "np.roll",
    "np.meshgrid", "np.nan_to_num", "np.clip",
    "ndarray.take", "ndarray.copy", "ndarray.flatten", "ndarray.conj",
    "ndarray.conjugate", "ndarray.repeat", "ndarray.round", "ndarray.clip",
})
"""The result is new, though it may come down to a view."""

CONTIGUOUS = frozenset({
    "np.zeros", "np.ones", "np.empty", "np.full", "np.eye", "np.identity", "np.arange",
    "np.linspace", "ndarray.copy",
})
"""The result is a new array in C order, without gaps."""

ZERO_D = frozenset({
    "np.array", "np.zeros", "np.ones", "np.empty", "np.full", "np.zeros_like", "np.ones_like",
    "np.empty_like", "np.full_like", "np.asarray", "np.copy", "np.reshape", "np.squeeze",
    "ndarray.reshape", "ndarray.squeeze",
})
"""The result is an array even if it has rank 0: it can be modified, which a NumPy scalar cannot."""
# fmt: on
