"""How good is the output: emitted derivatives and hand-written ones (`python -m tests.quality`)."""
