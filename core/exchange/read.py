"""One label file, whatever wrote it."""

from collections.abc import Callable
from pathlib import Path

from core.exchange.json_labels import read_json
from core.exchange.labels import ForeignLabels
from core.exchange.table import read_csv, read_excel
from core.problems import Problem

READERS: dict[str, Callable[[Path], ForeignLabels]] = {
    ".csv": read_csv,
    ".tsv": read_csv,
    ".txt": read_csv,
    ".xlsx": read_excel,
    ".json": read_json,
}


def read_labels(path: Path) -> ForeignLabels:
    """The labels of a CSV, Excel, COCO or Label Studio file.

    Raises:
        Problem: `exchange.unknown_format`, and as the readers.
    """
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise Problem("exchange.unknown_format", path=path)
    return reader(path)
