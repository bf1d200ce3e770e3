"""Beside the live picture: which camera, how many photos a key takes, and a key for each class."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.theme import GAP, TOUCH
from core.photos.shooting import MOST_IN_ONE
from core.project.classes import ProductClass
from core.settings import CameraChoices

_NUMBERED = 4
_WIDTH = 330


class ShootingSide(QWidget):
    """`connect_to` tells another camera, `take` the class whose key or button was pressed (None: without a label),
    `add_class` the name of a new one."""

    connect_to = Signal(str)
    take = Signal(object)
    add_class = Signal(str)

    def __init__(self, choices: CameraChoices, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.buttons: dict[int, QPushButton] = {}
        self._classes: Sequence[ProductClass] = ()
        self._connected = choices.source
        self.setFixedWidth(_WIDTH)
        column = QVBoxLayout(self, spacing=GAP)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._build_form(choices))
        self.no_class = QLabel(
            self.tr("まだ種類がありません。先に、下の欄で種類を足してください。"),
            objectName="take_no_class",
            wordWrap=True,
            visible=False,
        )
        column.addWidget(self.no_class)
        self._keys = QVBoxLayout(spacing=GAP // 2)
        self._keys.setContentsMargins(0, 0, 0, 0)
        self._keys.addStretch(1)
        inside = QWidget()
        inside.setLayout(self._keys)
        self._area = area = QScrollArea(widgetResizable=True, frameShape=QScrollArea.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        column.addWidget(area, 1)
        column.addLayout(self._build_add())
        self.plain = _button(self.tr("0　種類を付けずに 1 枚"), "take_plain")
        self.plain.setToolTip(self.tr("0 かスペースのキーでも撮れます。"))
        self.plain.clicked.connect(lambda: self.take.emit(None))
        column.addWidget(self.plain)

    def choices(self) -> CameraChoices:
        """What is chosen now."""
        return CameraChoices(
            source=self.source.currentText().strip(),
            burst=self.burst.value(),
            every_s=round(self.pause.value(), 1),
        )

    def show_classes(self, classes: Sequence[ProductClass], counts: Mapping[int, int]) -> None:
        """A button for each class, with its key and how many photos it has."""
        self._classes = classes
        for class_id in [key for key in self.buttons if key not in {entry.id for entry in classes}]:
            self.buttons.pop(class_id).deleteLater()
        for place, entry in enumerate(classes):
            button = self.buttons.get(entry.id)
            if button is None:
                button = self.buttons[entry.id] = _button("", f"take_class_{entry.id}")
                button.clicked.connect(lambda _=False, key=entry.id: self.take.emit(key))
                self._keys.insertWidget(place, button)
            words = self.tr("{key}　{name}　{count} 枚").format(
                key=entry.key.upper() or "–", name=entry.name, count=counts.get(entry.id, 0)
            )
            room = _WIDTH - 8 * GAP
            button.setText(button.fontMetrics().elidedText(words, Qt.TextElideMode.ElideMiddle, room))
            button.setToolTip(words)
            button.setAccessibleName(words)
        self.no_class.setVisible(not classes)
        self._area.setVisible(bool(classes))

    def class_of(self, sign: str) -> ProductClass | None:
        """The class that a key takes photos of."""
        return next((entry for entry in self._classes if sign and entry.key == sign), None)

    def class_name(self, class_id: int | None) -> str:
        """A class's name; words for none."""
        found = next((entry.name for entry in self._classes if entry.id == class_id), None)
        return self.tr("種類なし") if found is None else found

    def _build_form(self, choices: CameraChoices) -> QFormLayout:
        self.source = QComboBox(objectName="take_source", editable=True, minimumHeight=TOUCH)
        line = QLineEdit()
        line.returnPressed.connect(self._connect)
        self.source.setLineEdit(line)
        self.source.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.source.addItems([f"camera:{number}" for number in range(_NUMBERED)])
        self.source.setCurrentText(choices.source)
        self.source.setToolTip(
            self.tr(
                "このパソコンにつながるカメラは camera:0、camera:1 …、工場内のカメラは rtsp:// か http:// で始まるアドレスです。"
            )
        )
        self.source.activated.connect(lambda _: self._connect())
        self.burst = QSpinBox(objectName="take_burst", minimumHeight=TOUCH)
        self.burst.setRange(1, MOST_IN_ONE)
        self.burst.setValue(choices.burst)
        self.burst.setSuffix(self.tr(" 枚"))
        self.pause = QDoubleSpinBox(objectName="take_pause", minimumHeight=TOUCH)
        self.pause.setRange(0.1, 10)
        self.pause.setDecimals(1)
        self.pause.setSingleStep(0.1)
        self.pause.setValue(choices.every_s)
        self.pause.setSuffix(self.tr(" 秒"))
        form = QFormLayout(spacing=GAP, labelAlignment=Qt.AlignmentFlag.AlignVCenter)
        for words, field in (
            (self.tr("カメラ"), self.source),
            (self.tr("1 回に撮る枚数"), self.burst),
            (self.tr("撮る間隔"), self.pause),
        ):
            form.addRow(words, field)
            field.setAccessibleName(words)
        return form

    def _build_add(self) -> QHBoxLayout:
        self.name = QLineEdit(objectName="take_class_name", minimumHeight=TOUCH)
        self.name.setPlaceholderText(self.tr("例：良品、キズ"))
        self.name.setAccessibleName(self.tr("新しい種類の名前"))
        self.name.returnPressed.connect(self._add)
        self.add = _button(self.tr("種類を足す"), "take_class_add")
        self.add.clicked.connect(self._add)
        row = QHBoxLayout(spacing=GAP)
        row.addWidget(self.name, 1)
        row.addWidget(self.add)
        return row

    def _connect(self) -> None:
        # Enter on a word of the list comes more than once, as a choice and as a key.
        word = self.source.currentText().strip()
        if word != self._connected:
            self._connected = word
            self.connect_to.emit(word)

    def _add(self) -> None:
        if name := self.name.text().strip():
            self.add_class.emit(name)


def _button(words: str, name: str) -> QPushButton:
    """A button that a click leaves the keys where they were."""
    button = QPushButton(words, objectName=name, minimumHeight=TOUCH, autoDefault=False)
    button.setProperty("class", "row")
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return button
