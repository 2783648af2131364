"""Differential fuzzing: random programs, each either right against every oracle or refused."""
