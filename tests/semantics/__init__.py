"""What Python and NumPy mean: small programs, each with its oracle, and the list of what is refused.

A file is a subject. `@works(*args)` enters a function that must be differentiated as it stands: its derivatives are
compared with finite differences of the function itself, whose effects in place are real. `@refused(message, at, *args)`
enters one that must be refused when compiling, with a message and the place in its source. Nothing else is accepted: a
program that is differentiated wrongly fails in either list.
"""
