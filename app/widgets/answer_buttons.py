"""The two buttons below a small question, in our own words and large enough for a finger."""

from collections.abc import Callable

from PySide6.QtWidgets import QDialog, QDialogButtonBox

from app.theme import TOUCH

_BUTTON = QDialogButtonBox.StandardButton


def answer_buttons(
    dialog: QDialog, ok: str, cancel: str, answered: Callable[[], None] | None = None
) -> QDialogButtonBox:
    """A row that accepts or rejects the dialog; with `answered` that is asked instead of accepting at once."""
    box = QDialogButtonBox(_BUTTON.Ok | _BUTTON.Cancel)
    for kind, words in ((_BUTTON.Ok, ok), (_BUTTON.Cancel, cancel)):
        button = box.button(kind)
        button.setText(words)
        button.setMinimumHeight(TOUCH)
    box.button(_BUTTON.Ok).setProperty("class", "primary")
    box.accepted.connect(answered or dialog.accept)
    box.rejected.connect(dialog.reject)
    return box
