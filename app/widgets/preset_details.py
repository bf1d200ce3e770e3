"""The drawer of the preset page: every way to train, photos per class, seed, and each hyper-parameter."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.choice import Choice
from app.training_choice import TrainingChoice
from app.widgets.method_chooser import MethodChooser
from app.widgets.settings_drawer import ChoiceBox, SettingsDrawer, WholeBox
from core.methods.presets import Preset
from core.problems import Language

SHOTS: tuple[int | None, ...] = (None, 4, 8, 16, 32, 64)
_MOST_SEED = 99_999


class PresetDetails(QWidget):
    """Shut at first; whoever trains without opening it gets what the cards say."""

    settings_changed = Signal(dict)
    seed_changed = Signal(int)
    shots_changed = Signal(object)

    def __init__(
        self, presets: Sequence[Preset], parent: QWidget | None = None, *, of_kinds: bool = True
    ) -> None:
        """`of_kinds` off: for models that write, where photos are not counted by kind."""
        super().__init__(parent)
        self._of_kinds = of_kinds
        self.methods = MethodChooser(presets)
        self.drawer = SettingsDrawer()
        self.drawer.changed.connect(self.settings_changed)
        self._lay_out()

    def show_choice(self, choice: Choice, language: Language) -> None:
        """Show what is chosen; nothing is told."""
        self.seed.blockSignals(True)
        self.seed.setValue(choice.seed)
        self.seed.blockSignals(False)
        self.methods.show_chosen(choice.preset)
        if isinstance(choice, TrainingChoice):
            self.shots.setCurrentIndex(max(0, self.shots.findData(choice.shots)))
            self.show_judges_new(choice)
        if not choice.preset:
            self.drawer.show_settings((), {}, {}, language)
            return
        self.drawer.show_settings(choice.settings(), choice.first_values(), choice.values(), language)

    def show_judges_new(self, choice: TrainingChoice) -> None:
        """Say it where new classes are left to the untouched model, by the method or by its settings."""
        self.methods.show_judges_new(not choice.preset or choice.judges_new)

    def say(self, language: Language) -> None:
        """Words in the given language; those of the settings come with `show_choice`."""
        self.open.setText(self.tr("くわしい設定"))
        self.open.setAccessibleName(self.tr("くわしい設定を開く、または閉じる"))
        self.methods_label.setText(self.tr("すべてのやり方"))
        self.shots_label.setText(self.tr("種類ごとに使う写真"))
        self.seed_label.setText(self.tr("乱数の種（同じ値なら同じ結果）"))
        self.settings_label.setText(self.tr("選んだやり方の設定"))
        for field, label in ((self.shots, self.shots_label), (self.seed, self.seed_label)):
            field.setAccessibleName(label.text())
        for row, count in enumerate(SHOTS):
            words = self.tr("最大 {count} 枚").format(count=count) if count else self.tr("すべて")
            self.shots.setItemText(row, words)
        self.methods.say(language)
        self.drawer.retranslate()

    def _lay_out(self) -> None:
        self.open = QToolButton(
            objectName="preset_details",
            checkable=True,
            arrowType=Qt.ArrowType.RightArrow,
            toolButtonStyle=Qt.ToolButtonStyle.ToolButtonTextBesideIcon,
            minimumHeight=40,
        )
        self.inside = QFrame(objectName="preset_drawer", visible=False)
        self.inside.setProperty("class", "card")
        self.open.toggled.connect(self.inside.setVisible)
        self.open.toggled.connect(self._turn_arrow)
        self.methods_label, self.settings_label = QLabel(), QLabel()
        for label in (self.methods_label, self.settings_label):
            label.setProperty("class", "heading3")
        self.methods_label.setBuddy(self.methods.search)
        column = QVBoxLayout(self.inside, spacing=12)
        column.setContentsMargins(16, 16, 16, 16)
        column.addWidget(self.methods_label)
        column.addWidget(self.methods)
        column.addSpacing(12)
        column.addWidget(self.settings_label)
        column.addLayout(self._build_amounts())
        column.addWidget(self.drawer)
        outer = QVBoxLayout(self, spacing=8)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.open)
        outer.addWidget(self.inside)

    def _build_amounts(self) -> QFormLayout:
        self.shots = ChoiceBox(objectName="preset_shots", minimumHeight=40)
        for count in SHOTS:
            self.shots.addItem("", count)
        self.shots.activated.connect(lambda: self.shots_changed.emit(self.shots.currentData()))
        self.seed = WholeBox(objectName="preset_seed", minimum=0, maximum=_MOST_SEED, minimumHeight=40)
        self.seed.valueChanged.connect(self.seed_changed)
        self.shots_label, self.seed_label = QLabel(minimumHeight=40), QLabel(minimumHeight=40)
        self.shots_label.setBuddy(self.shots)
        self.seed_label.setBuddy(self.seed)
        form = QFormLayout()
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        form.setVerticalSpacing(12)
        form.addRow(self.shots_label, self.shots)
        form.addRow(self.seed_label, self.seed)
        form.setRowVisible(self.shots, self._of_kinds)
        return form

    def _turn_arrow(self, opened: bool) -> None:
        self.open.setArrowType(Qt.ArrowType.DownArrow if opened else Qt.ArrowType.RightArrow)
