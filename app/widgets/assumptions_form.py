"""What is assumed about cost, every figure editable; the names and units are the report's own."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QGridLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.theme import GAP, TOUCH
from core.problems import Language
from core.report.assumptions import MEASURED, SHARES, Assumptions
from core.report.words import words_in

_NUMBERS = (
    "inspections_per_day", "days_per_month", "seconds_per_inspection", "wage_per_hour", "defect_share",
    "person_wrong_pass", "person_false_alarm", "wrong_pass_cost", "false_alarm_cost", "setup_hours", "equipment_cost",
    "running_cost_per_month", "labelling_minutes", "training_kwh", "electricity_per_kwh", "pc_watts",
)  # fmt: skip
_MOST: Mapping[str, float] = {
    "days_per_month": 31,
    "seconds_per_inspection": 86400,
    **dict.fromkeys(SHARES, 100),
}
_A_LOT = 1e9
_UNSET = -0.01  # below what can be entered: as measured
_LIST_HEIGHT = 150
_BOX_WIDTH = 110


class AssumptionsForm(QWidget):
    """Tells `changed` when the operator changed something; `value` is what stands there."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("assumptions_form")
        self._language: Language = "ja"
        self._good_as_guessed = True
        self._measured: dict[str, str] = {}
        self._labels = {name: QLabel() for name in (*_NUMBERS, "currency", "good_classes")}
        self._boxes = {name: self._number(name) for name in _NUMBERS}
        self._currency = QLineEdit(objectName="assumption_currency", maxLength=12, minimumHeight=TOUCH)
        self._currency.editingFinished.connect(self._edited)
        self._good = QListWidget(objectName="assumption_good_classes")
        self._good.setMaximumHeight(_LIST_HEIGHT)
        self._good.setSpacing(3)
        self._good.itemChanged.connect(self._good_edited)
        self._build()

    def show_value(self, assumed: Assumptions, classes: Sequence[str], guessed: Sequence[str]) -> None:
        """Show assumptions; `classes` can be good ones, `guessed` are taken for good while nobody says otherwise."""
        for name, box in self._boxes.items():
            value = getattr(assumed, name)
            box.blockSignals(True)
            box.setValue(_UNSET if value is None else value * 100 if name in SHARES else value)
            box.blockSignals(False)
        self._currency.setText(assumed.currency)
        self._good_as_guessed = assumed.good_classes is None
        chosen = guessed if assumed.good_classes is None else assumed.good_classes
        self._good.blockSignals(True)
        self._good.clear()
        for name in classes:
            item = QListWidgetItem(name, self._good)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if name in chosen else Qt.CheckState.Unchecked)
        self._good.blockSignals(False)
        self._say_units()

    def show_measured(self, measured: Mapping[str, str]) -> None:
        """What stands in the boxes of what the program measured, while nobody entered another figure."""
        self._measured = dict(measured)
        for name in MEASURED:
            self._boxes[name].setSpecialValueText(self._measured.get(name, ""))

    def value(self) -> Assumptions:
        """The assumptions as they stand there."""
        numbers = {name: self._value_of(name) for name in _NUMBERS}
        good = None if self._good_as_guessed else tuple(self._checked())
        currency = self._currency.text().strip() or Assumptions().currency
        return Assumptions.of({**numbers, "currency": currency, "good_classes": good})

    def say(self, language: Language) -> None:
        """Every name in a language."""
        self._language = language
        words = words_in(language)
        for name, label in self._labels.items():
            label.setText(words(f"assumption.{name}"))
        for name, field in (*self._boxes.items(), ("currency", self._currency), ("good_classes", self._good)):
            field.setAccessibleName(self._labels[name].text())
        self.hint.setText(
            self.tr(
                "良品の種類に印を付けると、見逃しと過検出を分けて計算します。印がなければ、どの間違いも見逃しとして計算します。"
            )
        )
        self._say_units()

    def _say_units(self) -> None:
        words = words_in(self._language, self._currency.text().strip())
        for name, box in self._boxes.items():
            box.setSuffix(" %" if name in SHARES else f" {words.unit(name)}".rstrip())

    def _value_of(self, name: str) -> float | None:
        value = self._boxes[name].value()
        if name in MEASURED and value < 0:
            return None
        return round(value / 100, 6) if name in SHARES else value

    def _checked(self) -> list[str]:
        items = (self._good.item(row) for row in range(self._good.count()))
        return [item.text() for item in items if item.checkState() is Qt.CheckState.Checked]

    def _good_edited(self) -> None:
        self._good_as_guessed = False
        self.changed.emit()

    def _edited(self) -> None:
        self._say_units()
        self.changed.emit()

    def _number(self, name: str) -> QDoubleSpinBox:
        box = _NumberBox(objectName=f"assumption_{name}", minimumHeight=TOUCH)
        # Its own wish is as wide as the largest number that could be entered.
        box.setMinimumWidth(_BOX_WIDTH)
        box.setRange(_UNSET if name in MEASURED else 0, _MOST.get(name, _A_LOT))
        box.setDecimals(4 if name in MEASURED else 2)
        box.setGroupSeparatorShown(True)
        box.setKeyboardTracking(False)
        box.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)
        box.valueChanged.connect(self.changed)
        return box

    def _build(self) -> None:
        self.hint = QLabel(objectName="assumptions_hint", wordWrap=True)
        self.hint.setProperty("class", "muted")
        grid = QGridLayout(horizontalSpacing=2 * GAP, verticalSpacing=GAP)
        fields = {**self._boxes, "currency": self._currency}
        for place, (name, field) in enumerate(fields.items()):
            row, side = divmod(place, 2)
            self._labels[name].setBuddy(field)
            grid.addWidget(self._labels[name], row, 2 * side)
            grid.addWidget(field, row, 2 * side + 1)
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(3, 1)
        column = QVBoxLayout(self, spacing=GAP)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(grid)
        column.addWidget(self._labels["good_classes"])
        column.addWidget(self._good)
        column.addWidget(self.hint)
        self._labels["good_classes"].setBuddy(self._good)


class _NumberBox(QDoubleSpinBox):
    """A number box that the wheel of a scrolled page does not change by accident, without zeros at the end."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def textFromValue(self, value: float) -> str:
        return f"{value:,.{self.decimals()}f}".rstrip("0").rstrip(".")
