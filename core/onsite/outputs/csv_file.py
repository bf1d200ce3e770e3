"""Results as a CSV that Japanese Excel opens by a double click. Classes have a line a photo, texts a line a text."""

from collections.abc import Sequence
from pathlib import Path

from core.onsite.log import append_rows, safe_cell
from core.onsite.result import Outcome, Result, Written
from core.problems import Problem

COLUMNS = ("time", "photo", "class", "probability", "verdict", "unsure", "moved_to", "problem", "id")
TEXT_COLUMNS = ("time", "photo", "question", "text", "confidence", "unsure", "moved_to", "problem", "id")


class CsvFile:
    """Appends lines; after a power cut a line may stand there twice, with the same id."""

    at_once = 500

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = f"csv {path}"

    def send(self, results: Sequence[Outcome]) -> None:
        """Raises Problem `onsite.log_not_written`, as while Excel has the file open; `onsite.csv_of_others`."""
        texts = [result for result in results if isinstance(result, Written)]
        classes = [result for result in results if isinstance(result, Result)]
        self._append(TEXT_COLUMNS, [row for result in texts for row in _text_rows(result)])
        self._append(COLUMNS, [_cells(result) for result in classes])

    def close(self) -> None:
        """Nothing stays open."""

    def _append(self, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
        if not rows:
            return
        if self._holds_others(header):
            raise Problem("onsite.csv_of_others", path=self._path)
        append_rows(self._path, header, rows)

    def _holds_others(self, header: tuple[str, ...]) -> bool:
        try:
            with self._path.open(encoding="utf-8-sig", errors="replace") as file:
                first = file.readline(1000).rstrip("\r\n")
        except OSError:
            return False
        others = TEXT_COLUMNS if header == COLUMNS else COLUMNS
        return first == ",".join(others)


def _cells(result: Result) -> tuple[str, ...]:
    return (
        _wall_time(result),
        safe_cell(result.photo),
        safe_cell(result.class_name),
        "" if result.probability is None else f"{result.probability:.4f}",
        result.verdict.value,
        "yes" if result.unsure else "no",
        safe_cell(result.moved_to),
        result.problem,
        result.id,
    )


def _text_rows(result: Written) -> list[tuple[str, ...]]:
    """A line a text; one without a text where the photo could not be opened."""
    start = (_wall_time(result), safe_cell(result.photo))
    end = (safe_cell(result.moved_to), result.problem, result.id)
    if not result.parts:
        return [(*start, "", "", "", "no", *end)]
    return [
        (
            *start,
            safe_cell(part.question),
            safe_cell(part.text),
            f"{part.confidence:.4f}",
            "yes" if part.unsure else "no",
            *end,
        )
        for part in result.parts
    ]


def _wall_time(result: Outcome) -> str:
    """The time on the wall: Excel takes one with a zone for mere text. JSON and SQLite have the zone."""
    return result.time.astimezone().replace(tzinfo=None).isoformat(sep=" ", timespec="milliseconds")
