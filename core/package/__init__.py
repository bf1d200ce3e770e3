"""The `.hkd` package: one file that carries a tuned model to where it works; written, verified, read."""
