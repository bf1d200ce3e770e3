"""The public data sets of the papers, read from the folders that everyone keeps them in (methods.md §1.2, §1.3)."""
