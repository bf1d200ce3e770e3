"""The project: photos, classes, labels and splits in one SQLite file beside a folder of runs."""
