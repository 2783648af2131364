"""Functions, and derivatives of them that a person wrote with care, to measure by."""
