"""Choose how to train: a few cards in plain words, their cost measured here, and a drawer of details."""

from dataclasses import dataclass, replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QFormLayout,
    QFrame,
    QLabel,
    QScrollArea,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.background import run_in_background
from app.pages.base import Page
from app.session import Session
from app.training_choice import EMBEDDED, TrainingChoice, first_values
from app.trial import Costs, Trial
from app.widgets.banner import ProblemBanner
from app.widgets.card_row import CardRow
from app.widgets.preset_card import Cost, PresetCard
from app.widgets.settings_drawer import SettingsDrawer
from core.backbones.store import ModelEntry, ModelStore
from core.methods.presets import Recommendation, load_presets, recommend
from core.problems import Problem, problem_text
from core.project.revision import DataRevision
from core.training.job import HyperValue

SHOTS: tuple[int | None, ...] = (None, 4, 8, 16, 32, 64)
_MOST_SEED = 99_999


@dataclass(frozen=True)
class _Found:
    """What the page needs to know of the data, found off the screen's thread."""

    revision: DataRevision
    recommendation: Recommendation
    models: tuple[ModelEntry, ...]


class PresetPage(Page):
    """やり方を選ぶ: one decision, and a drawer for those who want more."""

    key = "preset"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._choice = TrainingChoice()
        self._found: _Found | None = None
        self.trial = Trial(self)
        self.trial.measured.connect(self._measured)
        self._build()
        session.project_changed.connect(self._forget)
        session.labels_changed.connect(self._data_changed)
        self.retranslate()
        self._forget()

    def title(self) -> str:
        return self.tr("やり方を選ぶ")

    def next_text(self) -> str:
        return self.tr("学習へ進む")

    def blocker(self) -> str:
        if self.session.project is None:
            return self.tr("先に「はじめる」でプロジェクトを開いてください。")
        if not self._choice.preset:
            return self.tr("カードを 1 枚選んでください。")
        return ""

    def enter(self) -> None:
        if self._found is None:
            self._look_at_data()
        else:
            self._measure()

    def leave(self) -> None:
        # Measuring and training at once would make both slow and the figure wrong.
        self.trial.give_up()

    def retranslate(self) -> None:
        language = self.session.language
        self.lead.setText(self.tr("学習のしかたを 1 つ選びます。迷ったら「おすすめ」のままで大丈夫です。"))
        self.empty.setText(
            self.tr("プロジェクトを開いて写真にラベルを付けると、ここで学習のしかたを選べます。")
        )
        for card in self.cards.values():
            card.say(language)
        self._say_recommendation()
        self._retranslate_details()
        self._say_model()
        self._fill_drawer()

    # The choice

    def choose(self, name: str) -> None:
        """Take a preset, as a click on its card does."""
        self.cards[name].choose()

    def _chosen(self, name: str) -> None:
        if name != self._choice.preset:
            self._keep(self._choice.with_preset(name))
            self._fill_drawer()

    def _keep(self, choice: TrainingChoice) -> None:
        self._choice = choice
        self.session.preset = choice.preset
        if self.session.project is not None:
            choice.keep(self.session.project)
        self.changed.emit()

    def _forget(self) -> None:
        """Another project, or none: its own choice."""
        self.trial.give_up()
        project = self.session.project
        self._found = None
        self._choice = TrainingChoice() if project is None else TrainingChoice.of(project)
        self.session.preset = self._choice.preset or None
        self.banner.hide()
        self.body.setVisible(project is not None)
        self.empty.setVisible(project is None)
        self._show_choice()
        self.changed.emit()
        if project is not None and self.isVisible():
            self._look_at_data()

    def _data_changed(self) -> None:
        self._found = None
        if self.isVisible():
            self._look_at_data()

    def _show_choice(self) -> None:
        # A group that is exclusive would not let go of the last one.
        self._radios.setExclusive(False)
        for name, card in self.cards.items():
            card.radio.setChecked(name == self._choice.preset)
        self._radios.setExclusive(True)
        self.seed.setValue(self._choice.seed)
        self.shots.setCurrentIndex(max(0, self.shots.findData(self._choice.shots)))
        self._fill_drawer()

    # The data: recommendation and cost

    def _look_at_data(self) -> None:
        project = self.session.project
        if project is None:
            return
        run_in_background(
            self,
            lambda _cancel: _look(project.snapshot()),
            success=self._looked,
            failure=self._could_not_look,
        )

    def _looked(self, found: _Found) -> None:
        self.banner.hide()
        self._found = found
        for name, card in self.cards.items():
            card.recommend(name == found.recommendation.preset)
        self._say_recommendation()
        self._fill_models()
        if not self._choice.preset:
            self.choose(found.recommendation.preset)
        self._measure()

    def _could_not_look(self, error: Exception) -> None:
        if not isinstance(error, Problem):
            raise error
        self.banner.show_problem(error)

    def _measure(self) -> None:
        project, found = self.session.project, self._found
        if project is None or found is None or self.trial.running:
            return
        known = self.trial.remembered(project, found.revision, self._choice.backbone, self._choice.shots)
        if known is not None:
            self._measured(known)
        elif self.session.training_now():
            self._show_cost(Cost.UNKNOWN)
        else:
            self._show_cost(Cost.MEASURING)
            self.trial.start(project, found.revision, self._choice.backbone, self._choice.shots)

    def _measured(self, costs: Costs | None) -> None:
        for name, card in self.cards.items():
            cost = (costs or {}).get(name)
            if cost is None:
                card.show_cost(Cost.UNKNOWN)
            else:
                card.show_cost(Cost.MEASURED, cost.seconds, cost.memory_bytes)

    def _show_cost(self, cost: Cost) -> None:
        for card in self.cards.values():
            card.show_cost(cost)

    def _say_recommendation(self) -> None:
        if self._found is None:
            self.reason.setText(self.tr("写真の枚数と偏りを調べています…"))
            return
        recommendation = self._found.recommendation
        text = problem_text(recommendation.reason_code, recommendation.data, self.session.language)
        self.reason.setText(self.tr("{what} {why}").format(what=text.what, why=text.why))
        self.reason.setToolTip(text.do)

    # The drawer

    def _fill_drawer(self) -> None:
        if not self._choice.preset:
            self.drawer.show_settings((), {}, {}, self.session.language)
            return
        preset = self._choice.resolved()
        self.drawer.show_settings(
            preset.parsed.settings(), first_values(preset), self._choice.values(), self.session.language
        )

    def _settings_changed(self, changed: dict[str, HyperValue]) -> None:
        self._keep(replace(self._choice, changed=changed))

    def _seed_changed(self, seed: int) -> None:
        self._keep(replace(self._choice, seed=seed))

    def _shots_changed(self) -> None:
        self._keep(replace(self._choice, shots=self.shots.currentData()))
        self.trial.give_up()
        self._measure()

    def _model_changed(self) -> None:
        name = self.model.currentData()
        if name and name != self._choice.backbone:
            self._keep(replace(self._choice, backbone=name))
            self.trial.give_up()
            self._measure()
        self._say_model()

    def _fill_models(self) -> None:
        self.model.blockSignals(True)
        self.model.clear()
        for entry in self._found.models if self._found else ():
            self.model.addItem(self._model_name(entry), entry.name)
        self.model.setCurrentIndex(max(0, self.model.findData(self._choice.backbone)))
        self.model.blockSignals(False)
        self._model_changed()

    def _model_name(self, entry: ModelEntry) -> str:
        if entry.name == EMBEDDED:
            return self.tr("付属のモデル（練習用）")
        return self.tr("{name}（{architecture}）").format(name=entry.name, architecture=entry.architecture)

    def _say_model(self) -> None:
        embedded = self._choice.backbone == EMBEDDED
        self.model_warning.setVisible(embedded)
        self.model_warning.setText(
            self.tr(
                "付属のモデルは、使い方を覚えるためのものです。本番の検査には、大きなモデルを追加してから使ってください。追加は、システムの担当の方に「hikidashi models」を頼んでください。"
            )
        )

    def _retranslate_details(self) -> None:
        self.open_drawer.setText(self.tr("くわしい設定"))
        self.open_drawer.setAccessibleName(self.tr("くわしい設定を開く、または閉じる"))
        self.model_label.setText(self.tr("使うモデル"))
        self.shots_label.setText(self.tr("種類ごとに使う写真"))
        self.seed_label.setText(self.tr("乱数の種（同じ値なら同じ結果）"))
        for field, label in (
            (self.model, self.model_label),
            (self.shots, self.shots_label),
            (self.seed, self.seed_label),
        ):
            field.setAccessibleName(label.text())
        for row, count in enumerate(SHOTS):
            words = self.tr("最大 {count} 枚").format(count=count) if count else self.tr("すべて")
            self.shots.setItemText(row, words)
        for row, entry in enumerate(self._found.models if self._found else ()):
            self.model.setItemText(row, self._model_name(entry))
        self.drawer.retranslate()

    # Laying out

    def _build(self) -> None:
        self.lead = QLabel(objectName="preset_lead", wordWrap=True)
        self.empty = QLabel(objectName="preset_empty", wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self.empty.setProperty("class", "muted")
        self.banner = ProblemBanner(self)
        self.reason = QLabel(objectName="preset_reason", wordWrap=True)
        self.cards = {preset.name: PresetCard(preset) for preset in load_presets()}
        self._radios = QButtonGroup(self)
        for card in self.cards.values():
            self._radios.addButton(card.radio)
            card.chosen.connect(self._chosen)
        self.body = QWidget()
        column = QVBoxLayout(self.body, spacing=16)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.lead)
        column.addWidget(self.reason)
        column.addWidget(CardRow(tuple(self.cards.values())))
        column.addWidget(self._build_model())
        column.addWidget(self._build_drawer())
        column.addStretch(1)
        area = QScrollArea(widgetResizable=True, frameShape=QFrame.Shape.NoFrame, objectName="preset_scroll")
        area.setWidget(self.body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.banner)
        outer.addWidget(self.empty, 1)
        outer.addWidget(area, 1)
        self.area = area

    def _build_model(self) -> QWidget:
        self.model = QComboBox(objectName="preset_model", minimumHeight=40)
        self.model.currentIndexChanged.connect(self._model_changed)
        self.model_label = QLabel()
        self.model_label.setBuddy(self.model)
        self.model_warning = QLabel(objectName="preset_model_warning", wordWrap=True)
        self.model_warning.setProperty("class", "muted")
        holder = QWidget()
        form = QFormLayout(holder)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow(self.model_label, self.model)
        form.addRow(self.model_warning)
        return holder

    def _build_drawer(self) -> QWidget:
        self.open_drawer = QToolButton(
            objectName="preset_details",
            checkable=True,
            arrowType=Qt.ArrowType.RightArrow,
            toolButtonStyle=Qt.ToolButtonStyle.ToolButtonTextBesideIcon,
            minimumHeight=40,
        )
        self.shots = QComboBox(objectName="preset_shots", minimumHeight=40)
        for count in SHOTS:
            self.shots.addItem("", count)
        self.shots.activated.connect(self._shots_changed)
        self.seed = QSpinBox(objectName="preset_seed", minimum=0, maximum=_MOST_SEED, minimumHeight=40)
        self.seed.valueChanged.connect(self._seed_changed)
        self.drawer = SettingsDrawer()
        self.drawer.changed.connect(self._settings_changed)
        self.shots_label, self.seed_label = QLabel(), QLabel()
        inside = QFrame(objectName="preset_drawer")
        inside.setProperty("class", "card")
        form = QFormLayout(inside)
        form.addRow(self.shots_label, self.shots)
        form.addRow(self.seed_label, self.seed)
        form.addRow(self.drawer)
        holder = QWidget()
        column = QVBoxLayout(holder, spacing=8)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.open_drawer)
        column.addWidget(inside)
        inside.setVisible(False)
        self.open_drawer.toggled.connect(inside.setVisible)
        self.open_drawer.toggled.connect(self._turn_arrow)
        return holder

    def _turn_arrow(self, opened: bool) -> None:
        self.open_drawer.setArrowType(Qt.ArrowType.DownArrow if opened else Qt.ArrowType.RightArrow)


def _look(revision: DataRevision) -> _Found:
    ready = tuple(entry for entry in ModelStore().entries() if entry.state == "ready")
    return _Found(revision, recommend(revision), ready)
