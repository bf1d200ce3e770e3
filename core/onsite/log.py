"""The record of what was judged on site: one CSV that Japanese Excel opens by a double click."""

import csv
import errno
import io
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.problems import Problem

COLUMNS = ("time", "photo", "class", "probability", "unsure", "decided_by")
PROGRAM = "program"
_BOM = b"\xef\xbb\xbf"  # by it Excel knows UTF-8
# A cell that starts like this is run as a formula by Excel, LibreOffice and Google Sheets.
_FORMULA_STARTS = tuple("=+-@|%＝＋－＠")
_CONTROLS = dict.fromkeys([*range(32), 127], " ")


@dataclass(frozen=True)
class Decision:
    """One photo and what it was taken for; `decided_by` is `PROGRAM` or the person's name.

    `probability` is None where a person decided on a class that the program gave none.
    """

    time: datetime
    photo: str
    class_name: str
    probability: float | None
    unsure: bool
    decided_by: str = PROGRAM


def append_decisions(path: Path, decisions: Iterable[Decision]) -> None:
    """Add lines to the record; as `append_rows`."""
    append_rows(path, COLUMNS, [_cells(decision) for decision in decisions])


def append_rows(path: Path, header: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> None:
    """Add CSV lines in one piece, with the header first where the file is new.

    Raises:
        Problem: `onsite.log_not_written`: the disk refuses, or another program holds the file open.
    """
    append_bytes(path, _lines(rows), start=_BOM + _lines([header]), joint=b"\r\n")


def csv_file(header: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> bytes:
    """A whole CSV, as `append_rows` makes one line after the other."""
    return _BOM + _lines([header, *rows])


def append_bytes(path: Path, lines: bytes, *, start: bytes, joint: bytes) -> None:
    """Add whole lines to a file in one piece: behind `start` where it is new, behind `joint` where a power cut
    took the end of its last line. Raises as `append_rows`.
    """
    if not lines:
        return
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o644)
        with os.fdopen(descriptor, "rb+", buffering=0) as file:
            size = file.seek(0, os.SEEK_END)
            content = (start if size == 0 else b"" if _ends_whole(path) else joint) + lines
            if file.write(content) != len(content):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            os.fsync(file.fileno())
    except OSError as error:
        raise Problem("onsite.log_not_written", path=path, reason=error.strerror or error) from error


def safe_cell(text: str) -> str:
    """The text so that no spreadsheet runs it: a formula gets an apostrophe in front."""
    plain = text.translate(_CONTROLS)
    return f"'{plain}" if plain.lstrip().startswith(_FORMULA_STARTS) else plain


def _ends_whole(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"


def _cells(decision: Decision) -> tuple[str, ...]:
    return (
        decision.time.isoformat(sep=" ", timespec="seconds"),
        safe_cell(decision.photo),
        safe_cell(decision.class_name),
        "" if decision.probability is None else f"{decision.probability:.4f}",
        "yes" if decision.unsure else "no",
        safe_cell(decision.decided_by),
    )


def _lines(rows: Iterable[tuple[str, ...]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("utf-8", errors="backslashreplace")
