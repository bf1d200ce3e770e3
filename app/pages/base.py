"""What the frame asks of every page."""

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from app.session import Session


class Page(QWidget):
    """One step of the wizard. The frame shows its title, asks what blocks the next step, and dresses it.

    `changed` asks the frame to look at `blocker` again; `go_to` asks it to show the page of that key.
    """

    key = ""
    changed = Signal()
    go_to = Signal(str)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.setObjectName(f"page_{self.key}")

    def title(self) -> str:
        """The page's name in the present language."""
        raise TypeError(f"{type(self).__name__} has no title")

    def next_text(self) -> str:
        """The verb on the button that leads on."""
        return self.tr("次へ")

    def blocker(self) -> str:
        """Why the next page cannot be shown yet; empty when it can."""
        return ""

    def enter(self) -> None:
        """The page comes on screen."""

    def leave(self) -> None:
        """The page goes off screen."""

    def retranslate(self) -> None:
        """Say everything again in the present language."""

    def restyle(self) -> None:
        """Take the present colours where the style sheet does not reach."""
