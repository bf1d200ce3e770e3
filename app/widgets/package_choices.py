"""What a package is to be able to do, in check boxes: work alone, be smaller, take up new products, be signed.

Most packages need none of it, so the boxes stay folded away until they are asked for.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.background import run_in_background
from app.theme import TOUCH
from core.package.signature import make_key, public_path
from core.problems import Problem

_INDENT = 28


class PackageChoices(QWidget):
    """Four check boxes with a line each that says what it brings and costs."""

    changed = Signal()
    failed = Signal(Problem)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = ""
        self._made = ""
        self._writes = False
        self.open = QToolButton(
            objectName="export_choices",
            checkable=True,
            arrowType=Qt.ArrowType.RightArrow,
            toolButtonStyle=Qt.ToolButtonStyle.ToolButtonTextBesideIcon,
            minimumHeight=TOUCH,
        )
        self.inside = QWidget(visible=False)
        self.open.toggled.connect(self.inside.setVisible)
        self.open.toggled.connect(self._turn_arrow)
        self.alone, self._alone_note = self._box("export_onnx", 0)
        self.quick, self._quick_note = self._box("export_quantise", 1)
        self.words, self._words_note = self._box("export_new_products", 1)
        self.sign, self._sign_note = self._box("export_sign", 0)
        self.choose_key = self._button("export_choose_key", self._choose)
        self.make_key = self._button("export_make_key", self._make)
        self.key_shown = QLabel(objectName="export_key", wordWrap=True)
        self._lay_out()
        self.retranslate()
        self._follow()

    def retranslate(self) -> None:
        """Say it in the present language."""
        self._say_open()
        self.alone.setText(self.tr("プログラムなしで動く（ONNX）"))
        self._alone_note.setText(
            self.tr(
                "現場の PC に、このプログラムも元のモデルもいりません。写真から答えまでのすべてが、ファイルの中に入ります。"
            )
        )
        self.quick.setText(self.tr("小さくて速いモデルも入れる"))
        self._quick_note.setText(
            self.tr(
                "答えがどれだけ変わるかを、試験用の写真で数えて知らせます。使うかどうかは現場で選べます。"
            )
        )
        self.words.setText(self.tr("現場で新しい品種を追加できる"))
        self._words_note.setText(
            self.tr("英語の短い説明を入れるだけで、学習なしで品種を増やせます。ファイルは大きくなります。")
        )
        self.sign.setText(self.tr("署名する"))
        self._sign_note.setText(
            self.tr(
                "この工場で作ったファイルだと、現場の PC が確かめられます。あとから書き換えられたファイルは開きません。"
            )
        )
        self.choose_key.setText(self.tr("鍵を選ぶ"))
        self.make_key.setText(self.tr("新しい鍵を作る"))
        for button in (self.choose_key, self.make_key):
            button.setAccessibleName(button.text())
        for box, note in (
            (self.alone, self._alone_note),
            (self.quick, self._quick_note),
            (self.words, self._words_note),
            (self.sign, self._sign_note),
        ):
            box.setAccessibleDescription(note.text())
        self._say_key()

    def show_task(self, *, writes: bool) -> None:
        """A package that writes cannot work alone: only the signature is left to choose."""
        self._writes = writes
        for part in (
            self.alone, self._alone_note, self.quick, self._quick_note, self.words, self._words_note,
        ):  # fmt: skip
            part.setVisible(not writes)
        self._say_open()

    def chosen(self) -> dict[str, Any]:
        """The fields of the job."""
        alone = self._alone
        return {
            "onnx": alone,
            "quantise": alone and self.quick.isChecked(),
            "new_products": alone and self.words.isChecked(),
            "sign": self.key if self.sign.isChecked() else "",
        }

    def refusal(self) -> str:
        """What keeps it from being written, or ""."""
        if self.sign.isChecked() and not self.key:
            return self.tr("署名に使う鍵を選んでください。初めてのときは「新しい鍵を作る」を押します。")
        return ""

    def take_key(self, path: str) -> None:
        """Sign with the secret key in this file."""
        self.key, self._made = path, ""
        self._say_key()
        self.changed.emit()

    @property
    def _alone(self) -> bool:
        return self.alone.isChecked() and not self._writes

    def _follow(self) -> None:
        alone, sign = self._alone, self.sign.isChecked()
        dependent: tuple[QWidget, ...] = (self.quick, self.words, self._quick_note, self._words_note)
        for part in dependent:
            part.setEnabled(alone)
        keys: tuple[QWidget, ...] = (self.choose_key, self.make_key, self.key_shown)
        for part in keys:
            part.setVisible(sign)
        self._say_open()
        if alone or sign:
            self.open.setChecked(True)
        self.changed.emit()

    def _say_open(self) -> None:
        boxes = (self.alone, self.quick, self.words) if self._alone else ()
        count = sum(box.isChecked() for box in (*boxes, self.sign))
        words = (
            self.tr("必要なときだけ：署名する")
            if self._writes
            else self.tr("必要なときだけ：プログラムなしで動かす、署名する")
        )
        self.open.setText(
            self.tr("{words}（%n 個を選択）", "", count).format(words=words) if count else words
        )

    def _turn_arrow(self, opened: bool) -> None:
        self.open.setArrowType(Qt.ArrowType.DownArrow if opened else Qt.ArrowType.RightArrow)

    def _say_key(self) -> None:
        if self._made:
            self.key_shown.setText(
                self.tr(
                    "鍵を作りました：{key}\nこのファイルは秘密です。人に渡さず、控えを取ってください。現場の PC には {public} を渡し、「hikidashi keys trust」で登録します。"
                ).format(key=self.key, public=self._made)
            )
        else:
            self.key_shown.setText(self.key)

    def _choose(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, self.tr("鍵を選ぶ"), self.key)
        if path:
            self.take_key(path)

    def _make(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, self.tr("新しい鍵を作る"), "factory.key")
        if path:
            run_in_background(
                self, lambda _cancel: _new_key(Path(path)), success=self._take_made, failure=self._not_made
            )

    def _take_made(self, public: Path) -> None:
        self.key, self._made = str(public.with_suffix("")), public.name
        self._say_key()
        self.changed.emit()

    def _not_made(self, error: Exception) -> None:
        if not isinstance(error, Problem):
            raise error
        self.failed.emit(error)

    def _box(self, name: str, level: int) -> tuple[QCheckBox, QLabel]:
        box, note = QCheckBox(objectName=name, minimumHeight=TOUCH), QLabel(wordWrap=True)
        note.setProperty("class", "note")
        note.setIndent(_INDENT)
        note.setContentsMargins(level * _INDENT, 0, 0, 0)
        box.toggled.connect(lambda _: self._follow())
        return box, note

    def _button(self, name: str, pressed: Callable[[], None]) -> QPushButton:
        button = QPushButton(objectName=name)
        button.clicked.connect(pressed)
        return button

    def _lay_out(self) -> None:
        outer = QVBoxLayout(self, spacing=4)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.open)
        outer.addWidget(self.inside)
        column = QVBoxLayout(self.inside, spacing=0)
        column.setContentsMargins(0, 0, 0, 8)
        for box, note, level in (
            (self.alone, self._alone_note, 0),
            (self.quick, self._quick_note, 1),
            (self.words, self._words_note, 1),
            (self.sign, self._sign_note, 0),
        ):
            line = QHBoxLayout()
            line.addSpacing(level * _INDENT)
            line.addWidget(box, 1)
            column.addLayout(line)
            column.addWidget(note)
            column.addSpacing(8)
        line = QHBoxLayout(spacing=8)
        line.addSpacing(_INDENT)
        line.addWidget(self.choose_key)
        line.addWidget(self.make_key)
        self.key_shown.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        line.addWidget(self.key_shown, 1)
        column.addLayout(line)


def _new_key(path: Path) -> Path:
    """Make a key and give the file of its public half."""
    make_key(path)
    return public_path(path)
