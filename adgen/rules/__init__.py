"""The rules: importing this package enters every row and every lowering."""
from adgen.rules import (
    arithmetic,
    builtins,
    constructors,
    copying,
    einsum,
    elementwise,
    elementwise_calls,
    indexing,
    infrastructure,
    interpolation,
    joining,
    linalg,
    linalg_calls,
    lists,
    mathematics,
    products,
    rearranging,
    reduction_calls,
    reductions,
    sorting,
    special,
    structure,
)

__all__ = [
    "arithmetic", "builtins", "constructors", "copying", "einsum", "elementwise",
    "elementwise_calls", "indexing", "infrastructure", "interpolation", "joining", "linalg",
    "linalg_calls", "lists", "mathematics", "products", "rearranging", "reduction_calls",
    "reductions", "sorting", "special", "structure",
]
