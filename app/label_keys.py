"""What is typed on the label page: a scanner's codes apart from keys, whatever on the page has the focus."""

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QLineEdit, QTextEdit, QWidget

from app.widgets.photo_grid import sign_of
from core.labelling.scanning import GAP_MS, Ended, ScanReader, Suffix
from core.settings import ScannerSettings

_WRITES = (QLineEdit, QTextEdit, QAbstractSpinBox, QComboBox)
_SUFFIXES: dict[int, Suffix] = {
    Qt.Key.Key_Return.value: "enter",
    Qt.Key.Key_Enter.value: "enter",
    Qt.Key.Key_Tab.value: "tab",
}
_SHIFTS = (Qt.Key.Key_Shift, Qt.Key.Key_CapsLock, Qt.Key.Key_NumLock)


class LabelKeys(QObject):
    """Watches the focused widget of a page while the page is on screen. `scanned` tells a code, `cut_off` what came as
    fast as a code but without its ending; keys go where they would have gone, a moment later.

    A key without a time (an on-screen keyboard, another program) is a key at once: nothing can be told from it.
    """

    scanned = Signal(str)
    cut_off = Signal(str)

    def __init__(self, page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        self._watched: QWidget | None = None
        self._reader: ScanReader | None = None
        self._held: list[QKeyEvent] = []
        self._wait = QTimer(self, singleShot=True, interval=GAP_MS + 10)
        self._wait.timeout.connect(self._waited)
        self._late = False
        self._on = False

    def use(self, settings: ScannerSettings) -> None:
        """What the scanner sends; none is told apart where no scanner is used."""
        self._end()
        self._reader = ScanReader(settings.prefix, settings.suffix) if settings.used else None

    def begin(self) -> None:
        """The page is on screen."""
        if self._on:
            return
        self._on = True
        QApplication.instance().focusChanged.connect(self._focus_changed)  # type: ignore[union-attr]
        self._focus_changed(None, QApplication.focusWidget())

    def end(self) -> None:
        """The page is left."""
        if not self._on:
            return
        self._on = False
        QApplication.instance().focusChanged.disconnect(self._focus_changed)  # type: ignore[union-attr]
        self._focus_changed(None, None)

    def _focus_changed(self, _before: QWidget | None, now: QWidget | None) -> None:
        if now is self._watched:
            return
        self._end()
        if self._watched is not None:
            self._watched.removeEventFilter(self)
        inside = now is not None and self._page.isAncestorOf(now) and not isinstance(now, _WRITES)
        self._watched = now if inside else None
        if self._watched is not None:
            self._watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Hold back what may be a code."""
        if self._reader is None or event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        if not event.timestamp() or event.key() in _SHIFTS:
            return False
        suffix = _SUFFIXES.get(event.key())
        sign = _typed(event) if suffix is None and not event.isAutoRepeat() else ""
        if sign == " " and not self._reader.follows(event.timestamp()):
            sign = ""
        if suffix is not None:
            ended = self._reader.suffix(suffix, event.timestamp())
            return ended is not None and self._told(ended, with_suffix=True)
        if not sign:
            self._end()
            return False
        if ended := self._reader.sign(sign, event.timestamp()):
            self._told(ended)
        self._held.append(_copy(event))
        self._late = False
        self._wait.start()
        return True

    def _waited(self) -> None:
        """No sign followed in time; where the program itself was late, those that wait in line come first."""
        if not self._late:
            self._late = True
            self._wait.start(0)
            return
        self._end()

    def _end(self) -> None:
        if self._reader is not None and self._reader.holds:
            self._told(self._reader.end())

    def _told(self, ended: Ended, *, with_suffix: bool = False) -> bool:
        """Pass on what was held, or tell the code; whether the ending belonged to it."""
        self._wait.stop()
        held, self._held = self._held, []
        if ended.code:
            self.scanned.emit(ended.code)
        elif ended.cut:
            self.cut_off.emit(ended.cut)
        elif self._watched is not None:
            for event in held:
                QCoreApplication.sendEvent(self._watched, event)
            return False
        return with_suffix


def _typed(event: QKeyEvent) -> str:
    """The sign as it was sent: capitals and small letters are two, in a code."""
    text = event.text()
    return text if len(text) == 1 and text.isprintable() and (sign_of(event) or text == " ") else ""


def _copy(event: QKeyEvent) -> QKeyEvent:
    """The same key without its time, by which it passes the watch."""
    return QKeyEvent(
        event.type(),
        event.key(),
        event.modifiers(),
        event.nativeScanCode(),
        event.nativeVirtualKey(),
        event.nativeModifiers(),
        event.text(),
        event.isAutoRepeat(),
        event.count(),
    )
