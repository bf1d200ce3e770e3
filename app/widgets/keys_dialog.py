"""Which key does what on the label page, and what the barcode scanner sends."""

import unicodedata
from collections.abc import Sequence

from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from app.theme import TOUCH
from app.widgets.scrolled import scrolled
from core.project.classes import KEYS, ProductClass, plain_key
from core.settings import LabelKeys, ScannerSettings


class KeysDialog(QDialog):
    """`class_keys`, `label_keys` and `scanner` are what was entered; it cannot be accepted while two things have one
    key."""

    def __init__(
        self,
        classes: Sequence[ProductClass],
        keys: LabelKeys,
        scanner: ScannerSettings,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("keys_dialog")
        self.setWindowTitle(self.tr("キーとバーコードリーダーの設定"))
        self._classes = {entry.id: entry for entry in classes}
        self._class_fields = {
            entry.id: self._key_field(f"key_class_{entry.id}", entry.key) for entry in classes
        }
        self._fields = {
            name: self._key_field(f"key_{name}", value) for name, value in keys.model_dump().items()
        }
        self._names = {
            "same": self.tr("前と同じ種類"),
            "unsure": self.tr("迷う"),
            "unusable": self.tr("使わない"),
            "comment": self.tr("メモ"),
        }
        self.used = QCheckBox(
            self.tr("バーコードリーダーの読み取りを、キーと見分ける"), objectName="scanner_used"
        )
        self.used.setMinimumHeight(TOUCH)
        self.used.setChecked(scanner.used)
        self.prefix = QLineEdit(scanner.prefix, objectName="scanner_prefix", maxLength=20)
        self.prefix.setPlaceholderText(self.tr("なし"))
        self.suffix = QComboBox(objectName="scanner_suffix", minimumHeight=TOUCH)
        for ending in ("Enter", "Tab"):
            self.suffix.addItem(ending, ending.lower())
        self.suffix.setCurrentIndex(self.suffix.findData(scanner.suffix))
        self.fault = QLabel(objectName="keys_fault", wordWrap=True)
        self.buttons = QDialogButtonBox()
        self.apply = self.buttons.addButton(self.tr("変える"), QDialogButtonBox.ButtonRole.AcceptRole)
        self.apply.setObjectName("keys_apply")
        self.apply.setProperty("class", "primary")
        self.buttons.addButton(self.tr("やめる"), QDialogButtonBox.ButtonRole.RejectRole)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._lay_out()
        self._check()

    @property
    def class_keys(self) -> dict[int, str]:
        """The keys of classes that are others now, by the class's id."""
        typed = {key: plain_key(field.text()) for key, field in self._class_fields.items()}
        return {key: sign for key, sign in typed.items() if sign != self._classes[key].key}

    @property
    def label_keys(self) -> LabelKeys:
        """The keys of everything else."""
        return LabelKeys(**{name: _plain(field.text()) for name, field in self._fields.items()})

    @property
    def scanner(self) -> ScannerSettings:
        """What the scanner sends."""
        return ScannerSettings(
            used=self.used.isChecked(), prefix=self.prefix.text(), suffix=self.suffix.currentData()
        )

    def _key_field(self, name: str, sign: str) -> QLineEdit:
        field = QLineEdit(sign, objectName=name, maxLength=1, minimumHeight=TOUCH, maximumWidth=80)
        field.textChanged.connect(self._check)
        return field

    def _check(self) -> None:
        """Say what is in the way."""
        signs = [_plain(field.text()) for field in (*self._class_fields.values(), *self._fields.values())]
        given = [sign for sign in signs if sign]
        twice = sorted({sign for sign in given if given.count(sign) > 1})
        odd = [
            sign
            for field in self._class_fields.values()
            if (sign := plain_key(field.text())) and sign not in KEYS
        ]
        taken = [
            sign for field in self._fields.values() if (sign := _plain(field.text())) and sign.isdecimal()
        ]
        words = ""
        if twice:
            words = self.tr("「{sign}」が2か所にあります。1つのキーは1つのことにだけ使えます。").format(
                sign=twice[0]
            )
        elif odd:
            words = self.tr(
                "種類のキーに「{sign}」は使えません。1〜9 か、英字の a〜z を入れてください。"
            ).format(sign=odd[0])
        elif taken:
            words = self.tr(
                "数字「{sign}」は種類のためのキーです。ほかの記号か英字を入れてください。"
            ).format(sign=taken[0])
        self.fault.setText(words)
        self.fault.setVisible(bool(words))
        self.apply.setEnabled(not words)

    def _lay_out(self) -> None:
        inner = QWidget()
        form = QFormLayout(inner)
        form.addRow(self._heading(self.tr("種類のキー（1〜9、a〜z）")))
        for key, field in self._class_fields.items():
            form.addRow(self._classes[key].name, field)
        form.addRow(self._heading(self.tr("ほかのキー")))
        for name, field in self._fields.items():
            form.addRow(self._names[name], field)
        form.addRow(self._heading(self.tr("バーコードリーダー")))
        form.addRow(self.used)
        form.addRow(self.tr("コードの前に付く文字"), self.prefix)
        form.addRow(self.tr("コードの後に送るキー"), self.suffix)
        form.addRow(
            self._note(
                self.tr(
                    "バーコードリーダーは、キーボードと同じように文字を送ります。とても速く届いて最後にこのキーが来たものを、コードとして読みます。速く届いた数字がラベルになることはありません。種類のコードは、種類の「名前と説明を変える」で入れるか、読み取って覚えさせます。"
                )
            )
        )
        column = QVBoxLayout(self)
        column.addWidget(scrolled(inner), 1)
        column.addWidget(self.fault)
        column.addWidget(self.buttons)
        self.resize(620, 640)

    def _heading(self, words: str) -> QLabel:
        label = QLabel(words)
        label.setProperty("class", "heading3")
        return label

    def _note(self, words: str) -> QLabel:
        label = QLabel(words, wordWrap=True)
        label.setProperty("class", "muted")
        return label


def _plain(sign: str) -> str:
    return unicodedata.normalize("NFKC", sign).strip().lower()[:1]
