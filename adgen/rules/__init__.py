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
    indexing_calls,
    infrastructure,
    interpolation,
    joining,
    linalg,
    linalg_calls,
    lists,
    mathematics,
    product_calls,
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
    "elementwise_calls", "indexing", "indexing_calls", "infrastructure", "interpolation", "joining",
    "linalg", "linalg_calls", "lists", "mathematics", "product_calls", "products", "rearranging",
    "reduction_calls", "reductions", "sorting", "special", "structure",
]
