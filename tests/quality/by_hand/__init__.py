"""Functions, and derivatives of them that a person wrote with care: what the compiler's output is measured against."""
