"""Labels in a table: CSV in whatever form Excel saves it, and Excel's own files."""

import csv
import io
import unicodedata
import zipfile
from collections.abc import Iterable, Sequence
from pathlib import Path

from core.exchange.labels import MOST_BYTES, ForeignLabels, gather, read_bounded
from core.problems import Problem

PHOTO = ("photo", "file", "filename", "file_name", "image", "image_name", "path", "name", "写真", "画像", "ファイル", "ファイル名")  # fmt: skip
_CLASS = ("class", "label", "category", "class_name", "種類", "ラベル", "分類", "クラス", "区分")
_DESCRIPTION = ("description", "english", "説明", "英語", "英語の説明")

Rows = Iterable[Sequence[str]]


def read_csv(path: Path) -> ForeignLabels:
    """A table of a photo and its class per row, the columns named in the first row; UTF-8, UTF-16 or Shift-JIS,
    parted by comma, semicolon or tab.

    Raises:
        Problem: `exchange.unreadable`, `exchange.too_large`, `exchange.no_columns`, `exchange.spoiled`.
    """
    return _from_rows(path, csv_rows(path))


def read_excel(path: Path) -> ForeignLabels:
    """The first sheet of an Excel file (.xlsx), as `read_csv`.

    Raises:
        Problem: as `read_csv`.
    """
    return _from_rows(path, excel_rows(path))


def csv_rows(path: Path) -> Rows:
    """The rows of a text table, in whatever way it is encoded and parted.

    Raises:
        Problem: `exchange.unreadable`, `exchange.too_large`, `exchange.spoiled`.
    """
    text = decoded(read_bounded(path), path)
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    try:
        return list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise Problem("exchange.spoiled", path=path, reason=error) from error


def excel_rows(path: Path) -> Rows:
    """The rows of an Excel file's first sheet.

    Raises:
        Problem: as `csv_rows`.
    """
    from openpyxl import load_workbook

    content = read_bounded(path)
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MOST_BYTES:
                raise Problem("exchange.too_large", path=path, megabytes=MOST_BYTES // 1_000_000)
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        return [
            ["" if value is None else str(value) for value in row]
            for row in book.worksheets[0].iter_rows(values_only=True)
        ]
    except Problem:
        raise
    # openpyxl lets whatever its parsers meet in a broken file pass through.
    except Exception as error:
        raise Problem("exchange.spoiled", path=path, reason=error) from error


def find_column(header: Sequence[str], names: Sequence[str]) -> int | None:
    """The column of the first of the names that the header, made plain, has."""
    plain = [_plain(name) for name in header]
    return next((plain.index(name) for name in names if name in plain), None)


def cell(row: Sequence[str], column: int) -> str:
    """What stands in a row, "" where it is too short."""
    return row[column].strip() if column < len(row) else ""


def decoded(content: bytes, path: Path) -> str:
    """A text file's content: UTF-8, UTF-16 or Shift-JIS. Raises Problem `exchange.spoiled`."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "cp932")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError as error:
            reason = error
    raise Problem("exchange.spoiled", path=path, reason=reason)


def _from_rows(path: Path, rows: Rows) -> ForeignLabels:
    filled = (row for row in rows if any(value.strip() for value in row))
    header = [_plain(name) for name in next(iter(filled), [])]
    photo, name = find_column(header, PHOTO), find_column(header, _CLASS)
    if photo is None or name is None or photo == name:
        raise Problem("exchange.no_columns", path=path, columns=", ".join(filter(None, header)) or "–")
    words = find_column(header, _DESCRIPTION)
    pairs: list[tuple[str, str]] = []
    descriptions: dict[str, str] = {}
    for row in filled:
        pairs.append((cell(row, photo), cell(row, name)))
        if words is not None and cell(row, words):
            descriptions.setdefault(cell(row, name), cell(row, words))
    return gather(pairs, descriptions=descriptions)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().lower().replace(" ", "_")
