"""What was learned, looked into: spectrum, collapse, channels, and where in a photo the model looked."""
