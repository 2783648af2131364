"""Differential fuzzing: random programs as source text, each either right against every oracle or refused."""
