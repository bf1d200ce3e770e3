"""The protocols by which methods are compared, a file for each; by name in `catalogue`."""
