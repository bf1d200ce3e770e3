"""Results as a CSV that Japanese Excel opens by a double click."""

from collections.abc import Sequence
from pathlib import Path

from core.onsite.log import append_rows, safe_cell
from core.onsite.result import Result

COLUMNS = ("time", "photo", "class", "probability", "verdict", "unsure", "moved_to", "problem", "id")


class CsvFile:
    """Appends lines; after a power cut a line may stand there twice, with the same id."""

    at_once = 500

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = f"csv {path}"

    def send(self, results: Sequence[Result]) -> None:
        """Raises Problem `onsite.log_not_written`, as while Excel has the file open."""
        append_rows(self._path, COLUMNS, [_cells(result) for result in results])

    def close(self) -> None:
        """Nothing stays open."""


def _cells(result: Result) -> tuple[str, ...]:
    return (
        # The time on the wall: Excel takes one with a zone for mere text. JSON and SQLite have the zone.
        result.time.astimezone().replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds"),
        safe_cell(result.photo),
        safe_cell(result.class_name),
        "" if result.probability is None else f"{result.probability:.4f}",
        result.verdict.value,
        "yes" if result.unsure else "no",
        safe_cell(result.moved_to),
        result.problem,
        result.id,
    )
