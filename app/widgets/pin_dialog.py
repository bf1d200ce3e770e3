"""The supervisor's PIN: chosen once, asked for whenever someone wants out of the locked page."""

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QFormLayout, QLabel, QLineEdit, QVBoxLayout, QWidget

from app.background import run_in_background
from app.translations import spoken
from app.widgets.answer_buttons import answer_buttons
from core.onsite.lock import LONGEST, PinHash, Tries, make_pin
from core.problems import Problem, problem_text

_TICK_MS = 500


class AskPinDialog(QDialog):
    """Accepted once the PIN was right; wrong ones must wait, as `tries` says."""

    def __init__(self, pin: PinHash, tries: Tries, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ask_pin")
        self._pin, self._tries = pin, tries
        self.entry = _entry("pin_entry")
        self.told = QLabel(objectName="pin_told", wordWrap=True)
        self.buttons = answer_buttons(self, self.tr("外す"), self.tr("やめる"), self._try)
        asked = QLabel(self.tr("責任者の暗証番号を入れてください。"), wordWrap=True)
        asked.setProperty("class", "heading3")
        column = QVBoxLayout(self, spacing=12)
        for part in (asked, self.entry, self.told, self.buttons):
            column.addWidget(part)
        self.setWindowTitle(self.tr("ロックを外す"))
        self.entry.setAccessibleName(self.tr("暗証番号"))
        self.setMinimumWidth(380)
        self._timer = QTimer(self, interval=_TICK_MS)
        self._timer.timeout.connect(self._say_wait)
        self._say_wait()

    def _try(self) -> None:
        pin, given = self._pin, self.entry.text()
        if self._tries.wait_s() > 0 or not given:
            return
        self.entry.setEnabled(False)
        run_in_background(self, lambda _cancel: pin.fits(given), success=self._tried)

    def _tried(self, right: bool) -> None:
        if right:
            self._tries.passed()
            self.accept()
            return
        self._tries.failed()
        self.entry.clear()
        self.told.setText(self.tr("暗証番号が違います。"))
        self._say_wait()

    def _say_wait(self) -> None:
        wait = self._tries.wait_s()
        waiting = self._timer.isActive()
        self.entry.setEnabled(wait <= 0)
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(wait <= 0)
        if wait > 0:
            self.told.setText(
                self.tr("暗証番号が違います。{seconds} 秒待ってください。").format(seconds=round(wait + 0.5))
            )
            self._timer.start()
        elif waiting:
            self._timer.stop()
            self.told.clear()
        if wait <= 0:
            self.entry.setFocus()


class NewPinDialog(QDialog):
    """Asks for a PIN twice; `chosen` gets it, ready to be kept, before the dialog is accepted."""

    def __init__(self, chosen: Callable[[PinHash], None], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("new_pin")
        self._chosen = chosen
        self.first, self.second = _entry("pin_first"), _entry("pin_second")
        self.told = QLabel(objectName="pin_told", wordWrap=True)
        self.buttons = answer_buttons(self, self.tr("決めてロックする"), self.tr("やめる"), self._take)
        words = self.tr(
            "この画面から出るときの、責任者の暗証番号を決めます（4 文字以上）。忘れたときは、情報システムの"
            "担当者が設定ファイル settings.json の「pin」を消すと、決め直せます。"
        )
        explained = QLabel(words, wordWrap=True)
        form = QFormLayout()
        form.addRow(self.tr("暗証番号"), self.first)
        form.addRow(self.tr("もう一度"), self.second)
        column = QVBoxLayout(self, spacing=12)
        column.addWidget(explained)
        column.addLayout(form)
        column.addWidget(self.told)
        column.addWidget(self.buttons)
        self.setWindowTitle(self.tr("暗証番号を決める"))
        self.first.setAccessibleName(self.tr("暗証番号"))
        self.second.setAccessibleName(self.tr("暗証番号をもう一度"))
        self.setMinimumWidth(460)

    def _take(self) -> None:
        pin = self.first.text()
        if pin != self.second.text():
            self.told.setText(self.tr("二つの暗証番号が違います。"))
            return
        self.buttons.setEnabled(False)
        run_in_background(self, lambda _cancel: make_pin(pin), success=self._made, failure=self._refused)

    def _made(self, pin: PinHash) -> None:
        self._chosen(pin)
        self.accept()

    def _refused(self, error: Exception) -> None:
        self.buttons.setEnabled(True)
        if not isinstance(error, Problem):
            raise error
        text = problem_text(error.code, error.data, spoken())
        self.told.setText(f"{text.what} {text.why}")


def _entry(name: str) -> QLineEdit:
    entry = QLineEdit(objectName=name, minimumHeight=44, maxLength=LONGEST)
    entry.setEchoMode(QLineEdit.EchoMode.Password)
    return entry
