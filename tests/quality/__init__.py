"""How good is the output: emitted derivatives against hand-written ones. `python -m tests.quality` writes the report."""
