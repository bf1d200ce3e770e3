"""Qt models: one per list, rows cached; no widget holds data."""
