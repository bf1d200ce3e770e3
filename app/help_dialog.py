"""In-app help: one page of plain text per wizard page, in both languages."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QTextBrowser, QVBoxLayout, QWidget

from core.assets import ASSETS
from core.problems import Language


class HelpDialog(QDialog):
    """Stays beside the window while the operator works."""

    def __init__(self, page: str, language: Language, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("help_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("使い方"))
        self.text = QTextBrowser(objectName="help_text", openExternalLinks=False, openLinks=False)
        self.text.setMarkdown(help_text(page, language))
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        buttons.rejected.connect(self.close)
        column = QVBoxLayout(self)
        column.addWidget(self.text)
        column.addWidget(buttons)
        self.resize(640, 520)


def help_text(page: str, language: Language) -> str:
    """The help of a page, as Markdown."""
    return (ASSETS / "help" / language / f"{page}.md").read_text(encoding="utf-8")
