"""The rules: importing this package enters every row and every lowering."""
from adgen.rules import (
    arithmetic,
    builtins,
    constructors,
    elementwise,
    elementwise_calls,
    indexing,
    infrastructure,
    joining,
    lists,
    mathematics,
    rearranging,
    reduction_calls,
    reductions,
    special,
    structure,
)

__all__ = [
    "arithmetic", "builtins", "constructors", "elementwise", "elementwise_calls", "indexing", "infrastructure", "joining",
    "lists", "mathematics", "rearranging", "reduction_calls", "reductions", "special", "structure",
]
