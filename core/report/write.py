"""The report as files in a folder: one a language and format, each whole or not at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.files import write_atomic
from core.problems import Language, Problem
from core.report.blocks import Document
from core.report.html import html_page
from core.report.pdf import pdf_bytes

Format = Literal["pdf", "html"]
FORMATS: tuple[Format, ...] = ("pdf", "html")
LANGUAGES: tuple[Language, ...] = ("ja", "en")


@dataclass(frozen=True)
class Written:
    """A file of the report."""

    path: Path
    language: Language
    format: Format


def write_report(
    tell: Callable[[Language], Document],
    folder: Path,
    languages: Sequence[Language] = LANGUAGES,
    formats: Sequence[Format] = FORMATS,
) -> list[Written]:
    """Write what a document tells in each language as `poc-report-<language>.<format>` into the folder, which is made if
    need be.

    Raises:
        Problem: `report.not_written`.
    """
    written: list[Written] = []
    for language in languages:
        document = tell(language)
        for format_ in formats:
            path = folder / f"poc-report-{language}.{format_}"
            content = pdf_bytes(document) if format_ == "pdf" else html_page([document])
            try:
                write_atomic(path, content)
            except OSError as error:
                raise Problem("report.not_written", path=path, reason=error.strerror or error) from error
            written.append(Written(path, language, format_))
    return written
