"""How good is it, honestly: base, new, both together, beside the untouched backbone, with intervals."""
