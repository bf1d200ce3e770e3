"""The operator's manual: ten chapters and a sheet for the IT officer, read in the window or saved as PDF.

`python -m app.manual pictures` walks the tour in both languages and keeps its pictures for the chapters;
`python -m app.manual pdf --out DIR` writes the manual and the sheet in both languages.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from PySide6.QtCore import QMarginsF, Qt, QUrl
from PySide6.QtGui import (
    QFont,
    QImage,
    QPageLayout,
    QPageSize,
    QPdfWriter,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFragment,
)

from app.theme import FAMILIES, GAP
from core.assets import ASSETS
from core.problems import Language

PAGES = ("home", "photos", "labels", "preset", "training", "check", "export", "onsite")
MANUAL = ("start", *PAGES, "trouble")
SHEET = ("it",)
CHAPTERS = (*MANUAL, *SHEET)
LANGUAGES: tuple[Language, ...] = ("ja", "en")

_FOLDER = ASSETS / "help"
_LINE_PERCENT = 135.0
_HEADINGS = {1: 1.5, 2: 1.15}
_PRINTED_POINTS = 8.0
_PRINTED_DPI = 96
_PRINTED_PICTURE = 0.7  # of the width of the page
_PRINTED_SHARPNESS = 3.0
_MARGIN_MM = 15.0
_PICTURE_QUALITY = 70
_TOUR = ("--theme", "light", "--size", "1366x768", "--preset", "coop-dept")


def chapter(name: str, language: Language) -> str:
    """A chapter as Markdown; its pictures are named `page.webp`."""
    return (_FOLDER / language / f"{name}.md").read_text(encoding="utf-8")


def title(name: str, language: Language) -> str:
    """A chapter's first heading."""
    return chapter(name, language).partition("\n")[0].lstrip("# ")


def pictures(language: Language) -> Path:
    """Where the pictures of the chapters are, `<page>.webp`."""
    return _FOLDER / "pictures" / language


def set_type(document: QTextDocument) -> None:
    """Headings a little larger than the text, and lines with air between them."""
    size = document.defaultFont().pointSizeF()
    document.setDocumentMargin(2 * GAP)
    for block in _blocks(document):
        cursor = QTextCursor(block)
        layout = block.blockFormat()
        level = layout.headingLevel()
        spread = 100.0 if _pictures_in(block) else _LINE_PERCENT
        layout.setLineHeight(spread, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        layout.setTopMargin(2 * GAP if level > 1 else layout.topMargin())
        cursor.setBlockFormat(layout)
        if level:
            cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
            letters = QTextCharFormat()
            letters.setFontPointSize(size * _HEADINGS.get(level, 1.0))
            cursor.mergeCharFormat(letters)


def fit_pictures(document: QTextDocument, language: Language, width: float, sharpness: float) -> None:
    """Make every picture that wide, with as many of its own dots as `sharpness` dots per unit can show."""
    for block in _blocks(document):
        for fragment in _pictures_in(block):
            form = fragment.charFormat().toImageFormat()
            picture = QImage(str(pictures(language) / form.name()))
            dots = min(picture.width(), round(width * sharpness))
            scaled = picture.scaledToWidth(dots, Qt.TransformationMode.SmoothTransformation)
            document.addResource(QTextDocument.ResourceType.ImageResource.value, QUrl(form.name()), scaled)
            form.setWidth(width)
            form.setHeight(width * scaled.height() / max(1, scaled.width()))
            cursor = QTextCursor(document)
            cursor.setPosition(fragment.position())
            cursor.setPosition(fragment.position() + fragment.length(), QTextCursor.MoveMode.KeepAnchor)
            cursor.setCharFormat(form)


def save_pdf(path: Path, names: Iterable[str], language: Language) -> None:
    """Write chapters to an A4 PDF, each beginning on a new page. Any thread may call.

    Raises:
        OSError: the file cannot be written.
    """
    with path.open("wb"):
        pass  # says why it cannot be written; the writer of PDF says nothing
    writer = QPdfWriter(str(path))
    writer.setPageLayout(
        QPageLayout(
            QPageSize(QPageSize.PageSizeId.A4),
            QPageLayout.Orientation.Portrait,
            QMarginsF(_MARGIN_MM, _MARGIN_MM, _MARGIN_MM, _MARGIN_MM),
            QPageLayout.Unit.Millimeter,
        )
    )
    writer.setResolution(_PRINTED_DPI)
    document = QTextDocument()
    document.setDefaultFont(_printed_font(language))
    document.setPageSize(writer.pageLayout().paintRectPixels(_PRINTED_DPI).size().toSizeF())
    for name in names:
        _append(document, name, language)
    set_type(document)
    fit_pictures(document, language, _PRINTED_PICTURE * document.pageSize().width(), _PRINTED_SHARPNESS)
    document.print_(writer)


def _append(document: QTextDocument, name: str, language: Language) -> None:
    cursor = QTextCursor(document)
    cursor.movePosition(QTextCursor.MoveOperation.End)
    first = document.isEmpty()
    if not first:
        cursor.insertBlock(QTextBlockFormat(), QTextCharFormat())
    start = cursor.position()
    cursor.insertMarkdown(chapter(name, language))
    if not first:
        cursor.setPosition(start)
        layout = cursor.blockFormat()
        layout.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
        cursor.setBlockFormat(layout)


def _printed_font(language: Language) -> QFont:
    font = QFont()
    font.setFamilies(list(FAMILIES[language]))
    font.setPointSizeF(_PRINTED_POINTS)
    return font


def _blocks(document: QTextDocument) -> Iterator[QTextBlock]:
    block = document.begin()
    while block.isValid():
        yield block
        block = block.next()


def _pictures_in(block: QTextBlock) -> list[QTextFragment]:
    part, found = block.begin(), []
    while not part.atEnd():
        found.append(part.fragment())
        part += 1
    return [fragment for fragment in found if fragment.charFormat().isImageFormat()]


def _take_pictures() -> int:
    """Walk the tour in both languages; its pictures of the pages become those of the manual."""
    for language in LANGUAGES:
        with tempfile.TemporaryDirectory() as folder:
            tour = [sys.executable, "-m", "app.tour", "--out", folder, "--language", language, *_TOUR]
            if code := subprocess.call(tour, stdout=subprocess.DEVNULL):
                return code
            pictures(language).mkdir(parents=True, exist_ok=True)
            taken = {path.stem.partition("-")[2]: path for path in Path(folder).glob("*.png")}
            for page in PAGES:
                picture = QImage(str(taken.get(page) or taken[f"{page}-1"]))
                picture.save(str(pictures(language) / f"{page}.webp"), "WEBP", _PICTURE_QUALITY)
    return 0


def main(argv: Sequence[str] | None = None) -> int:
    """Take the pictures, or write the PDFs; 0 when done."""
    parser = argparse.ArgumentParser(prog="python -m app.manual", description=__doc__)
    parser.add_argument("what", choices=("pictures", "pdf"))
    parser.add_argument("--out", type=Path, default=Path(), help="folder for the PDFs")
    options = parser.parse_args(argv)
    if options.what == "pictures":
        return _take_pictures()
    from app.main import make_application  # it makes the window, which opens the manual

    make_application()
    options.out.mkdir(parents=True, exist_ok=True)
    for language in LANGUAGES:
        save_pdf(options.out / f"hikidashi-manual-{language}.pdf", MANUAL, language)
        save_pdf(options.out / f"hikidashi-it-sheet-{language}.pdf", SHEET, language)
    return 0


if __name__ == "__main__":
    sys.exit(main())
