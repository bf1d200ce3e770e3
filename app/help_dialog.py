"""In-app help: one page of plain text per wizard page, in both languages."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QTextBlockFormat, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from app.theme import GAP
from core.assets import ASSETS
from core.problems import Language

_LINE_PERCENT = 135.0
_HEADINGS = {1: 1.5, 2: 1.15}


class HelpDialog(QDialog):
    """Stays beside the window while the operator works."""

    def __init__(self, page: str, language: Language, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("help_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("使い方"))
        self.text = QTextBrowser(objectName="help_text", openExternalLinks=False, openLinks=False)
        self.text.setMarkdown(help_text(page, language))
        _set_type(self.text)
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        column.addWidget(self.text)
        column.addWidget(buttons)
        self.resize(640, 520)


def _set_type(text: QTextBrowser) -> None:
    """Headings a little larger than the text, and lines with air between them."""
    size = text.font().pointSizeF()
    document = text.document()
    document.setDocumentMargin(2 * GAP)
    block = document.begin()
    while block.isValid():
        cursor = QTextCursor(block)
        layout = block.blockFormat()
        level = layout.headingLevel()
        layout.setLineHeight(_LINE_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        layout.setTopMargin(2 * GAP if level > 1 else layout.topMargin())
        cursor.setBlockFormat(layout)
        if level:
            cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
            letters = QTextCharFormat()
            letters.setFontPointSize(size * _HEADINGS.get(level, 1.0))
            cursor.mergeCharFormat(letters)
        block = block.next()
    text.moveCursor(QTextCursor.MoveOperation.Start)


def help_text(page: str, language: Language) -> str:
    """The help of a page, as Markdown."""
    return (ASSETS / "help" / language / f"{page}.md").read_text(encoding="utf-8")
