"""One file of texts about photos, or one set in its folder, whatever wrote it."""

from collections.abc import Callable, Iterator
from pathlib import Path

from core.exchange.table import PHOTO, Rows, cell, csv_rows, excel_rows, find_column
from core.exchange.text_entries import Entry, gather_texts
from core.exchange.text_json import ANSWER, CAPTION, PART, QUESTION, read_text_json, read_text_lines
from core.exchange.text_sets import TOKENS, read_text_set, read_tokens
from core.problems import Problem
from core.tasks.texts import PhotoTexts


def read_texts(path: Path) -> PhotoTexts:
    """Descriptions and questions of a CSV, Excel, COCO captions, VQAv2, Karpathy, Flickr or JSONL file, or of a folder with
    a set (`core.exchange.text_sets`).

    Raises:
        Problem: `exchange.unknown_texts`, `exchange.no_text_columns`, and as the readers.
    """
    if path.is_dir():
        return read_text_set(path)
    if path.name in TOKENS:
        return read_tokens(path)
    reader = TEXT_READERS.get(path.suffix.lower())
    if reader is None:
        raise Problem("exchange.unknown_texts", path=path)
    return reader(path)


def _read_csv(path: Path) -> PhotoTexts:
    return gather_texts(_of_rows(path, csv_rows(path)))


def _read_excel(path: Path) -> PhotoTexts:
    return gather_texts(_of_rows(path, excel_rows(path)))


def _of_rows(path: Path, rows: Rows) -> Iterator[Entry]:
    """One description, or one person's answer, per row; the columns are named in the first row."""
    filled = iter([row for row in rows if any(value.strip() for value in row)])
    header = next(filled, [])
    photo, caption, question, answer, part = (
        find_column(header, names) for names in (PHOTO, CAPTION, QUESTION, ANSWER, PART)
    )
    if photo is None or (caption is None and (question is None or answer is None)):
        named = ", ".join(name.strip() for name in header if name.strip())
        raise Problem("exchange.no_text_columns", path=path, columns=named or "–")
    for row in filled:
        said = {
            name: cell(row, column)
            for name, column in (("caption", caption), ("question", question), ("part", part))
            if column is not None
        }
        answers = (cell(row, answer),) if answer is not None else ()
        yield Entry(cell(row, photo), answers=answers, **said)


TEXT_READERS: dict[str, Callable[[Path], PhotoTexts]] = {
    ".csv": _read_csv,
    ".tsv": _read_csv,
    ".txt": _read_csv,
    ".xlsx": _read_excel,
    ".json": read_text_json,
    ".jsonl": read_text_lines,
    ".token": read_tokens,
}
