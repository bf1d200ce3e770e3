"""The keys of every field one writes texts about photos in: the hands never leave the keyboard."""

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QPlainTextEdit, QWidget

_DIGITS = {Qt.Key(Qt.Key.Key_0.value + number): number for number in range(1, 10)}
_CTRL = Qt.KeyboardModifier.ControlModifier


class WritingKeys(QObject):
    """Ctrl+Enter: `done`. Esc: `back`. Ctrl+1 to 9: `template` with its place from 0. Ctrl+D: `copy`.

    Undo belongs to the field as long as it has something to take back, and to the page after that.
    """

    done = Signal()
    back = Signal()
    copy = Signal()
    template = Signal(int)

    def watch(self, field: QWidget) -> None:
        """Take the keys of a field."""
        field.installEventFilter(self)

    def eventFilter(self, field: QObject, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride:
            return self._leave_to_page(field, event)
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._take(event)
        return False

    def _take(self, event: QKeyEvent) -> bool:
        # A keypad's keys say so in a modifier of their own.
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape and not modifiers:
            self.back.emit()
        elif modifiers == _CTRL and key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.done.emit()
        elif modifiers == _CTRL and key == Qt.Key.Key_D:
            self.copy.emit()
        elif modifiers == _CTRL and key in _DIGITS:
            self.template.emit(_DIGITS[key] - 1)
        else:
            return False
        return True

    def _leave_to_page(self, field: QObject, event: QKeyEvent) -> bool:
        if event.matches(QKeySequence.StandardKey.Undo):
            used_up = not _can_undo(field)
        elif event.matches(QKeySequence.StandardKey.Redo):
            used_up = not _can_redo(field)
        else:
            return False
        if used_up:
            event.ignore()
        return used_up


def _can_undo(field: QObject) -> bool:
    if isinstance(field, QPlainTextEdit):
        return field.document().isUndoAvailable()
    return isinstance(field, QLineEdit) and field.isUndoAvailable()


def _can_redo(field: QObject) -> bool:
    if isinstance(field, QPlainTextEdit):
        return field.document().isRedoAvailable()
    return isinstance(field, QLineEdit) and field.isRedoAvailable()
