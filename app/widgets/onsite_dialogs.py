"""Small questions of the on-site page: a new class by its name, what is OK and NG, which camera."""

from collections.abc import Sequence

from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.widgets.answer_buttons import answer_buttons
from app.widgets.settings_drawer import ChoiceBox
from core.onsite.okng import OkNg
from core.onsite.result import Verdict
from core.onsite.source import is_camera
from core.project.glossary import glossary


class NewClassDialog(QDialog):
    """A name, and English words for how it looks (the glossary's, where it knows the name)."""

    def __init__(self, known: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("new_class")
        self._known = set(known)
        self._offered = ""
        self.name = QLineEdit(objectName="new_class_name", minimumHeight=40)
        self.name.setPlaceholderText(self.tr("例：青いキャップ"))
        self.words = QLineEdit(objectName="new_class_words", minimumHeight=40)
        self.words.setPlaceholderText(self.tr("例：a blue plastic cap"))
        self.meaning = ChoiceBox()
        self.meaning.setObjectName("new_class_meaning")
        self.meaning.setMinimumHeight(40)
        _fill_meanings(self.meaning, self.tr("どちらでもない"))
        self.told = QLabel(objectName="new_class_told", wordWrap=True)
        self.told.setProperty("class", "muted")
        explained = QLabel(
            self.tr(
                "名前と、見た目を表す英語の言葉だけで、新しい種類を見分けられるようにします。学習はしません。"
                "写真で学習した種類ほど正確ではないので、はじめは人が確かめてください。"
            ),
            wordWrap=True,
        )
        form = QFormLayout()
        form.addRow(self.tr("種類の名前"), self.name)
        form.addRow(self.tr("見た目（英語）"), self.words)
        form.addRow(self.tr("区別"), self.meaning)
        self.buttons = answer_buttons(self, self.tr("足す"), self.tr("やめる"))
        column = QVBoxLayout(self, spacing=12)
        column.addWidget(explained)
        column.addLayout(form)
        column.addWidget(self.told)
        column.addWidget(self.buttons)
        self.setWindowTitle(self.tr("種類を名前だけで足す"))
        self.setMinimumWidth(520)
        self.name.textChanged.connect(self._offer_words)
        self.words.textChanged.connect(self._check)
        self._check()

    def verdict(self) -> Verdict:
        """What it means for a piece."""
        return Verdict(self.meaning.currentData())

    def _offer_words(self, name: str) -> None:
        if self.words.text() in ("", self._offered):
            self._offered = glossary().describe(name.strip())
            self.words.setText(self._offered)
        self._check()

    def _check(self) -> None:
        name, words = self.name.text().strip(), self.words.text().strip()
        self.told.setText(self.tr("同じ名前の種類があります。") if name in self._known else "")
        ready = bool(name and words) and name not in self._known
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(ready)


class OkNgDialog(QDialog):
    """For each class: OK, NG, or neither."""

    def __init__(self, class_names: Sequence[str], setting: OkNg, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ok_ng")
        self.boxes: dict[str, QComboBox] = {}
        form = QFormLayout()
        for name in class_names:
            box = ChoiceBox()
            box.setMinimumHeight(40)
            box.setAccessibleName(name)
            _fill_meanings(box, self.tr("どちらでもない"))
            box.setCurrentIndex(box.findData(setting.verdict(name, False).value))
            label = QLabel(name, wordWrap=True)
            form.addRow(label, box)
            self.boxes[name] = box
        inside = QWidget()
        inside.setLayout(form)
        area = QScrollArea(widgetResizable=True)
        area.setWidget(inside)
        explained = QLabel(
            self.tr(
                "種類ごとに、合格（OK）か不合格（NG）かを決めます。画面の色・形・言葉と音が、これに従います。"
            ),
            wordWrap=True,
        )
        column = QVBoxLayout(self, spacing=12)
        column.addWidget(explained)
        column.addWidget(area, 1)
        column.addWidget(answer_buttons(self, self.tr("決める"), self.tr("やめる")))
        self.setWindowTitle(self.tr("OK と NG を決める"))
        self.resize(520, min(640, 200 + 52 * len(class_names)))

    def setting(self) -> OkNg:
        """What was chosen."""
        chosen = {name: Verdict(box.currentData()) for name, box in self.boxes.items()}
        return OkNg(
            frozenset(name for name, verdict in chosen.items() if verdict is Verdict.OK),
            frozenset(name for name, verdict in chosen.items() if verdict is Verdict.NG),
        )


class CameraDialog(QDialog):
    """A camera of this PC by its number, or one in the plant's network by its address."""

    def __init__(self, source: str, every_s: float, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("camera")
        self.entry = QComboBox(objectName="camera_source", editable=True, minimumHeight=40)
        self.entry.addItems([f"camera:{number}" for number in range(4)])
        self.entry.setCurrentText(source if is_camera(source) else "camera:0")
        self.every = QDoubleSpinBox(objectName="camera_every", minimumHeight=40)
        self.every.setRange(0.1, 3600)
        self.every.setDecimals(1)
        self.every.setValue(every_s)
        explained = QLabel(
            self.tr(
                "このパソコンにつながるカメラは camera:0、camera:1 …、工場内のカメラは rtsp:// か http:// で"
                "始まるアドレスです。撮った写真は 30 日間、このパソコンに残ります。"
            ),
            wordWrap=True,
        )
        form = QFormLayout()
        form.addRow(self.tr("カメラ"), self.entry)
        form.addRow(self.tr("何秒ごとに判定するか"), self.every)
        self.buttons = answer_buttons(self, self.tr("つなぐ"), self.tr("やめる"))
        column = QVBoxLayout(self, spacing=12)
        column.addWidget(explained)
        column.addLayout(form)
        column.addWidget(self.buttons)
        self.setWindowTitle(self.tr("カメラを選ぶ"))
        self.setMinimumWidth(480)
        self.entry.currentTextChanged.connect(self._check)

    def source(self) -> str:
        """The camera's word or address."""
        return self.entry.currentText().strip()

    def _check(self) -> None:
        self.buttons.button(QDialogButtonBox.StandardButton.Ok).setEnabled(is_camera(self.source()))


def _fill_meanings(box: QComboBox, neither: str) -> None:
    for words, verdict in (("OK", Verdict.OK), ("NG", Verdict.NG), (neither, Verdict.UNKNOWN)):
        box.addItem(words, verdict.value)
    box.setCurrentIndex(2)
