"""A document as PDF, A4, with its own fonts inside: it looks the same on every PC, in Japanese, too.

The front is one page whatever is in it: what does not fit is made smaller.
"""

import io
from collections.abc import Callable, Sequence
from functools import cache, partial
from html import escape
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.lib.enums import TA_CENTER, TA_RIGHT
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import (
    BaseDocTemplate,
    CondPageBreak,
    Flowable,
    Frame,
    KeepInFrame,
    NextPageTemplate,
    PageBreak,
    PageTemplate,
    Paragraph,
    Spacer,
)
from reportlab.platypus import Table as Grid

from core.assets import ASSETS
from core.problems import Language
from core.report.blocks import (
    Block,
    Boxes,
    Bullets,
    Chart,
    Columns,
    Document,
    Part,
    Table,
    Text,
    Tiles,
    Tone,
    Verdict,
)
from core.report.drawing import INK, MUTED, RULE, Drawing, Label, Line, Rect, draw
from core.report.html import MARKS

PLAIN, BOLD = "BIZUDPGothic", "BIZUDPGothic-Bold"
_MARGIN = 15 * mm
_WIDTH = A4[0] - 2 * _MARGIN
_HEIGHT = A4[1] - 2 * _MARGIN - 4 * mm
_ACCENT = "#0b5c6b"
_GROUND: dict[Tone, tuple[str, str]] = {
    "ok": (_ACCENT, "#eef4f5"), "warn": ("#8a5200", "#faf4ea"), "bad": ("#b3261e", "#fbeeed"),
}  # fmt: skip
_COLUMN_GAP = 8 * mm
_FEW_COLUMNS = 3
_SIZE, _SMALL = 9.0, 8.0
_SMALLEST_PERCENT = 55
_ROOM_BELOW_A_HEADING = 25 * mm
_HAIR = HexColor("#e8e5e0")


def pdf_bytes(document: Document) -> bytes:
    """The file's content. Equal documents give equal bytes."""
    _register_fonts()
    layout = _Layout(document.language)
    out = io.BytesIO()
    front = Frame(_MARGIN, _MARGIN, _WIDTH, A4[1] - 2 * _MARGIN, 0, 0, 0, 0)
    rest = Frame(_MARGIN, _MARGIN, _WIDTH, A4[1] - 2 * _MARGIN, 0, 0, 0, 0)
    template = BaseDocTemplate(
        out, pagesize=A4, title=document.title, author="Hikidashi", lang=document.language, invariant=1
    )
    dress = partial(_dress_page, document.title)
    template.addPageTemplates(
        [PageTemplate("front", [front], onPage=dress), PageTemplate("rest", [rest], onPage=dress)]
    )
    story: list[Flowable] = [NextPageTemplate("rest"), _OnePage(document, layout)]
    if document.appendix:
        story += [PageBreak(), *layout.appendix(document)]
    template.build(story)
    return out.getvalue()


@cache
def _register_fonts() -> None:
    for name, file in ((PLAIN, "BIZUDPGothic-Regular.ttf"), (BOLD, "BIZUDPGothic-Bold.ttf")):
        pdfmetrics.registerFont(TTFont(name, str(ASSETS / "fonts" / file)))
    pdfmetrics.registerFontFamily(PLAIN, normal=PLAIN, bold=BOLD, italic=PLAIN, boldItalic=BOLD)


def _dress_page(title: str, canvas: Canvas, template: BaseDocTemplate) -> None:
    canvas.saveState()
    canvas.setFillColor(HexColor(_ACCENT))
    canvas.rect(0, A4[1] - 3 * mm, A4[0], 3 * mm, stroke=0, fill=1)
    canvas.setFont(PLAIN, 7)
    canvas.setFillColor(HexColor(MUTED))
    canvas.drawString(_MARGIN, 8 * mm, title)
    canvas.drawRightString(A4[0] - _MARGIN, 8 * mm, str(template.page))
    canvas.restoreState()


class _Layout:
    """Blocks as what reportlab flows over the pages."""

    def __init__(self, language: Language) -> None:
        # Japanese breaks anywhere but before a full stop; English only between words.
        self._wrap = "CJK" if language == "ja" else None

    def front(self, document: Document, width: float) -> list[Flowable]:
        """What stands on the first page, laid out `width` points wide."""
        head: list[Flowable] = [
            self._text(document.title, 17, bold=True, leading=22),
            self._text(document.made, 7.5, MUTED),
            Spacer(1, 6),
        ]
        return head + [flowable for block in document.front for flowable in self.block(block, width)]

    def appendix(self, document: Document) -> list[Flowable]:
        """All that follows."""
        head: list[Flowable] = [self._text(document.appendix_title, 14, bold=True, leading=18), Spacer(1, 4)]
        for part in document.appendix:
            flowables = self._part(part, _WIDTH)
            # A heading never stands alone at the foot of a page.
            head += [CondPageBreak(_ROOM_BELOW_A_HEADING), *flowables]
        return head

    def block(self, block: Block, width: float) -> list[Flowable]:
        """One block, `width` points wide."""
        match block:
            case Text():
                return self._paragraph(block)
            case Bullets():
                return [self._text(f"・{item}", _SIZE, hang=9) for item in block.items]
            case Verdict():
                return [self._verdict(block, width), Spacer(1, 8)]
            case Tiles():
                return [self._tiles(block, width), Spacer(1, 4)]
            case Table():
                return [self._table(block, width), Spacer(1, 3)]
            case Chart():
                return [_Shapes(draw(block), width)]
            case Boxes():
                return [Spacer(1, 6), self._boxes(block)]
            case Part():
                return self._part(block, width)
            case Columns():
                return [self._columns(block, width)]

    def _text(
        self,
        text: str,
        size: float,
        colour: str = INK,
        *,
        bold: bool = False,
        align: int = 0,
        hang: float = 0,
        leading: float = 0,
    ) -> Paragraph:
        style = ParagraphStyle(
            "text",
            fontName=BOLD if bold else PLAIN,
            fontSize=size,
            leading=leading or size * 1.45,
            textColor=HexColor(colour),
            alignment=align,
            wordWrap=self._wrap,
            leftIndent=hang,
            firstLineIndent=-hang,
            splitLongWords=1,
        )
        return Paragraph(escape(text, quote=False), style)

    def _paragraph(self, block: Text) -> list[Flowable]:
        if block.style == "code":
            cell = self._text(block.text, 8)
            return [Grid([[cell]], style=[("BACKGROUND", (0, 0), (-1, -1), HexColor("#eef4f5"))])]
        small = block.style == "small"
        return [self._text(block.text, _SMALL if small else _SIZE, MUTED if small else INK)]

    def _part(self, part: Part, width: float) -> list[Flowable]:
        heading = self._text(part.heading, 10, _ACCENT, bold=True)
        first, *others = part.blocks
        together = [Spacer(1, 7), heading, Spacer(1, 2), *self.block(first, width)]
        rest = [flowable for block in others for flowable in self.block(block, width)]
        return [*together, *rest]

    def _verdict(self, verdict: Verdict, width: float) -> Flowable:
        edge, ground = _GROUND[verdict.tone]
        lines: list[Flowable] = [
            self._text(f"{MARKS[verdict.tone]}　{verdict.headline}", 13, bold=True, leading=19)
        ]
        for sentence in verdict.sentences:
            lines += [Spacer(1, 3), self._text(sentence, 9.5, leading=14)]
        style = [
            ("BACKGROUND", (0, 0), (-1, -1), HexColor(ground)),
            ("LINEBEFORE", (0, 0), (0, -1), 4, HexColor(edge)),
            *_padding(12, 8),
        ]
        return Grid([[lines]], [width], style=style)

    def _tiles(self, tiles: Tiles, width: float) -> Flowable:
        cells = [
            [
                self._text(tile.label, 7.5, MUTED),
                self._text(tile.value, 15, bold=True, leading=20),
                self._text(tile.note, 7, MUTED),
            ]
            for tile in tiles.tiles
        ]
        gap, count = 6.0, len(cells)
        each = (width - gap * (count - 1)) / count
        row: list[Any] = []
        widths: list[float] = []
        style: list[Any] = [("VALIGN", (0, 0), (-1, -1), "TOP"), *_padding(8, 6)]
        for number, cell in enumerate(cells):
            row += [cell, ""] if number < count - 1 else [cell]
            widths += [each, gap] if number < count - 1 else [each]
            style.append(("BOX", (2 * number, 0), (2 * number, 0), 0.6, HexColor(RULE)))
        return Grid([row], widths, style=style)

    def _columns(self, columns: Columns, width: float) -> Flowable:
        each = (width - _COLUMN_GAP) / 2
        left, right = (self._part(part, each) for part in (columns.left, columns.right))
        style = [("VALIGN", (0, 0), (-1, -1), "TOP"), *_padding(0, 0)]
        return Grid([[left, "", right]], [each, _COLUMN_GAP, each], style=style)

    def _boxes(self, boxes: Boxes) -> Flowable:
        cells = [self._text(name, 7.5, align=TA_CENTER) for name in boxes.names]
        style = [("GRID", (0, 0), (-1, -1), 0.5, HexColor(INK)), *_padding(2, 1.5)]
        return Grid(
            [cells, [""] * len(cells)], [20 * mm] * len(cells), [None, 16 * mm], style=style, hAlign="RIGHT"
        )

    def _table(self, table: Table, width: float) -> Flowable:
        size = _SMALL if table.small else _SIZE
        rows = ([table.head] if table.head else []) + list(table.rows)
        last = len(rows) - 1
        cells = [
            [self._cell(table, cell, size, row, column, row == last) for column, cell in enumerate(cells)]
            for row, cells in enumerate(rows)
        ]
        style: list[Any] = [("VALIGN", (0, 0), (-1, -1), "TOP"), ("LINEBELOW", (0, 0), (-1, -1), 0.4, _HAIR)]
        style += _padding(2, 1.6)
        if table.head:
            style.append(("LINEBELOW", (0, 0), (-1, 0), 0.8, HexColor(RULE)))
        if table.total:
            style.append(("LINEABOVE", (0, -1), (-1, -1), 0.8, HexColor(INK)))
        return Grid(cells, _column_widths(rows, width, size), style=style, repeatRows=1 if table.head else 0)

    def _cell(self, table: Table, text: str, size: float, row: int, column: int, last: bool) -> Paragraph:
        is_head = bool(table.head) and row == 0
        is_number = table.numbers is not None and column >= table.numbers
        return self._text(
            text,
            size,
            MUTED if is_head else INK,
            bold=table.total and last,
            align=TA_RIGHT if is_number else 0,
        )


class _OnePage(Flowable):  # type: ignore[misc]  # reportlab has no types
    """The front in the largest letters in which it fits its page."""

    def __init__(self, document: Document, layout: _Layout) -> None:
        super().__init__()
        for percent in range(100, _SMALLEST_PERCENT - 1, -3):
            self._scale = percent / 100
            width, height = _WIDTH / self._scale, _HEIGHT / self._scale
            content = layout.front(document, width)
            if sum(flowable.wrap(width, height)[1] for flowable in content) <= height:
                break
        # What is too much even in the smallest letters is drawn smaller still.
        self._fitted = KeepInFrame(width, height, content, mode="shrink")

    def wrap(self, *_: float) -> tuple[float, float]:
        """The whole page."""
        return _WIDTH, _HEIGHT

    def draw(self) -> None:
        """Called by reportlab with the canvas in place."""
        canvas: Canvas = self.canv
        canvas.scale(self._scale, self._scale)
        _, height = self._fitted.wrapOn(canvas, _WIDTH / self._scale, _HEIGHT / self._scale)
        self._fitted.drawOn(canvas, 0, _HEIGHT / self._scale - height)


class _Shapes(Flowable):  # type: ignore[misc]  # reportlab has no types
    """A drawing, scaled to a width."""

    def __init__(self, drawing: Drawing, width: float) -> None:
        super().__init__()
        self._drawing, self._scale = drawing, width / drawing.width
        self.width, self.height = width, drawing.height * self._scale

    def wrap(self, *_: float) -> tuple[float, float]:
        """Its size, whatever there is."""
        return self.width, self.height

    def draw(self) -> None:
        """Called by reportlab with the canvas in place."""
        canvas: Canvas = self.canv
        canvas.scale(self._scale, self._scale)
        height = self._drawing.height
        for shape in self._drawing.shapes:
            match shape:
                case Rect():
                    canvas.setFillColor(HexColor(shape.colour))
                    canvas.rect(
                        shape.x, height - shape.y - shape.height, shape.width, shape.height, stroke=0, fill=1
                    )
                case Line():
                    canvas.setStrokeColor(HexColor(shape.colour))
                    canvas.setLineWidth(shape.width)
                    canvas.line(shape.x1, height - shape.y1, shape.x2, height - shape.y2)
                case Label():
                    canvas.setFillColor(HexColor(shape.colour))
                    canvas.setFont(BOLD if shape.bold else PLAIN, shape.size)
                    put: dict[str, Callable[..., None]] = {
                        "start": canvas.drawString,
                        "middle": canvas.drawCentredString,
                        "end": canvas.drawRightString,
                    }
                    put[shape.anchor](shape.x, height - shape.y, shape.text)


def _padding(across: float, along: float) -> list[tuple[Any, ...]]:
    everywhere = ((0, 0), (-1, -1))
    return [
        ("LEFTPADDING", *everywhere, across),
        ("RIGHTPADDING", *everywhere, across),
        ("TOPPADDING", *everywhere, along),
        ("BOTTOMPADDING", *everywhere, along),
    ]


def _column_widths(rows: Sequence[Sequence[str]], width: float, size: float) -> list[float]:
    """Each as wide as its widest cell if all fit; else what is narrow stays, and what is wide shares the rest."""
    wanted = [
        max(pdfmetrics.stringWidth(cell, BOLD, size) for cell in column) + 5
        for column in zip(*rows, strict=True)
    ]
    spare = width - sum(wanted)
    if spare >= 0:
        if len(wanted) > _FEW_COLUMNS:
            return [wide + spare / len(wanted) for wide in wanted]
        # The first column takes what is left, so that figures stand side by side.
        return [wanted[0] + spare, *wanted[1:]]
    widths, left, open_columns = list(wanted), width, set(range(len(wanted)))
    while open_columns:
        share = left / len(open_columns)
        narrow = {column for column in open_columns if wanted[column] <= share}
        if not narrow:
            for column in open_columns:
                widths[column] = share
            break
        left -= sum(wanted[column] for column in narrow)
        open_columns -= narrow
    return widths
