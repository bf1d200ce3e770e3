"""The details: every hyper-parameter of a method, made from the words and limits that the method declares."""

import sys
from collections.abc import Mapping, Sequence

from PySide6.QtCore import QLocale, Signal, SignalInstance
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from core.methods.settings import Setting
from core.problems import Language
from core.training.job import HyperValue

_DECIMALS = 12  # down to the floor of an optimizer's step


class SettingsDrawer(QWidget):
    """Shows settings with their values; tells all values that differ from the first ones when one changes."""

    changed = Signal(dict)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("settings_drawer")
        self._first: dict[str, HyperValue] = {}
        self._rows: dict[str, _SettingRow] = {}
        self._form = QFormLayout()
        self._form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._form.setVerticalSpacing(12)
        self.empty = QLabel(objectName="settings_empty", wordWrap=True)
        self.reset = QPushButton(objectName="settings_reset")
        self.reset.clicked.connect(self._back_to_first)
        column = QVBoxLayout(self, spacing=12)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.empty)
        column.addLayout(self._form)
        column.addWidget(self.reset)
        self.retranslate()

    def show_settings(
        self,
        settings: Sequence[Setting],
        first: Mapping[str, HyperValue],
        values: Mapping[str, HyperValue],
        language: Language,
    ) -> None:
        """Lay out the settings; `first` are the values that “back” returns to."""
        while self._form.rowCount():
            self._form.removeRow(0)
        self._first = dict(first)
        self._rows = {entry.key: _SettingRow(entry, language) for entry in settings}
        for key, row in self._rows.items():
            row.set_value(values[key])
            row.edited.connect(self._tell)
            self._form.addRow(row.label, row)
        self.empty.setVisible(not settings)
        self._mark()
        self.retranslate()

    def values(self) -> dict[str, HyperValue]:
        """Every setting as shown."""
        return {key: row.value() for key, row in self._rows.items()}

    def retranslate(self) -> None:
        """Words in the present language; those of the settings come with `show_settings`."""
        self.empty.setText(self.tr("このやり方には、変えられる設定がありません。"))
        self.reset.setText(self.tr("最初の値に戻す"))
        self.reset.setAccessibleName(self.tr("くわしい設定をすべて最初の値に戻す"))
        for row in self._rows.values():
            row.say_first(self.tr("最初の値：{value}").format(value=self._first[row.key]))

    def _tell(self) -> None:
        self._mark()
        self.changed.emit({k: v for k, v in self.values().items() if v != self._first[k]})

    def _back_to_first(self) -> None:
        for key, row in self._rows.items():
            row.set_value(self._first[key])
        self._tell()

    def _mark(self) -> None:
        differing = [key for key, value in self.values().items() if value != self._first[key]]
        for key, row in self._rows.items():
            row.mark(key in differing)
        self.reset.setVisible(bool(self._rows))
        self.reset.setEnabled(bool(differing))


_Editor = QCheckBox | QComboBox | QSpinBox | QDoubleSpinBox | QLineEdit


class _SettingRow(QWidget):
    """One setting: its editor, and under it what it means."""

    edited = Signal()

    def __init__(self, entry: Setting, language: Language) -> None:
        super().__init__()
        self.key = entry.key
        self.label = QLabel(entry.label[language])
        self._editor = _editor(entry)
        self._editor.setObjectName("setting_" + entry.key.replace(".", "_").replace("-", "_"))
        self._editor.setAccessibleName(entry.label[language])
        self._editor.setAccessibleDescription(entry.help[language])
        self._editor.setMinimumHeight(40)
        self._editor.setMaximumWidth(280)
        self.label.setBuddy(self._editor)
        explained = QLabel(entry.help[language], wordWrap=True)
        explained.setProperty("class", "muted")
        column = QVBoxLayout(self, spacing=2)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._editor)
        column.addWidget(explained)
        _edited_signal(self._editor).connect(self.edited)

    def value(self) -> HyperValue:
        match self._editor:
            case QCheckBox() as box:
                return box.isChecked()
            case QComboBox() as box:
                return box.currentText()
            case QSpinBox() | QDoubleSpinBox() as box:
                return box.value()
        return self._editor.text()

    def set_value(self, value: HyperValue) -> None:
        self._editor.blockSignals(True)
        match self._editor:
            case QCheckBox() as box:
                box.setChecked(bool(value))
            case QComboBox() as box:
                box.setCurrentText(str(value))
            case QSpinBox() as box:
                box.setValue(int(value))
            case QDoubleSpinBox() as box:
                box.setValue(float(value))
            case _:
                self._editor.setText(str(value))
        self._editor.blockSignals(False)

    def say_first(self, words: str) -> None:
        self._editor.setToolTip(words)

    def mark(self, differs: bool) -> None:
        font = self.label.font()
        font.setBold(differs)
        self.label.setFont(font)


class WholeBox(QSpinBox):
    """A number box that the wheel of a scrolled page does not change by accident."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class _RealBox(QDoubleSpinBox):
    """The same for real numbers, written as short as they are."""

    def __init__(self) -> None:
        super().__init__()
        self.setLocale(QLocale.c())
        self.setDecimals(_DECIMALS)
        self.setStepType(QDoubleSpinBox.StepType.AdaptiveDecimalStepType)

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()

    def textFromValue(self, value: float) -> str:
        return f"{value:.{_DECIMALS}f}".rstrip("0").rstrip(".")

    def value(self) -> float:
        return round(super().value(), _DECIMALS)


class ChoiceBox(QComboBox):
    """The same for one of several words."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


def _editor(entry: Setting) -> _Editor:
    limits = entry.limits
    match entry.default:
        case bool():
            return QCheckBox()
        case int():
            box = WholeBox()
            box.setRange(int(limits.minimum or 0), int(limits.maximum or 2**31 - 1))
            return box
        case float():
            real = _RealBox()
            real.setRange(limits.minimum or 0.0, limits.maximum or sys.float_info.max)
            return real
    if limits.choices:
        choice = ChoiceBox()
        choice.addItems(limits.choices)
        return choice
    return QLineEdit()


def _edited_signal(editor: _Editor) -> SignalInstance:
    match editor:
        case QCheckBox() as box:
            return box.toggled
        case QComboBox() as box:
            return box.currentTextChanged
        case QSpinBox() | QDoubleSpinBox() as box:
            return box.valueChanged
    return editor.textChanged
