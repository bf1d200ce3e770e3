"""Choose how to train: a few cards in plain words, their cost measured here, and a drawer with all the rest."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QButtonGroup,
    QFormLayout,
    QFrame,
    QLabel,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.background import run_in_background
from app.pages.base import Page
from app.session import Session
from app.training_choice import EMBEDDED, TrainingChoice, first_values
from app.trial import Costs, Trial, cost_key
from app.widgets.automatic_card import BUDGET, AutomaticCard
from app.widgets.banner import ProblemBanner
from app.widgets.card_row import CardRow
from app.widgets.cost_line import Cost, CostLine
from app.widgets.preset_card import PresetCard
from app.widgets.preset_details import PresetDetails
from app.widgets.preset_pick import PresetPick
from app.widgets.settings_drawer import ChoiceBox
from core.backbones.store import ModelEntry, ModelStore
from core.features.file import open_features
from core.features.shown import backbone_for
from core.methods.catalogue import AUTOMATIC
from core.methods.presets import Recommendation, load_presets, resolve_preset
from core.poc.presets import recommend_at
from core.problems import Problem, problem_text
from core.project.revision import DataRevision
from core.project.store import Project
from core.training.job import HyperValue

_SETTLED_MS = 700  # whoever walks down the list of methods is not measured at every step


@dataclass(frozen=True)
class _Found:
    """What the page needs to know of the data, found off the screen's thread."""

    revision: DataRevision
    recommendation: Recommendation
    models: tuple[ModelEntry, ...]
    backbone_of_features: str | None  # where features are kept in place of photos: the model that made them


class PresetPage(Page):
    """やり方を選ぶ: one decision, and a drawer for those who want more."""

    key = "preset"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._choice = TrainingChoice()
        self._found: _Found | None = None
        self._costs: Costs = {}
        self._unmeasurable: set[str] = set()
        self.trial = Trial(self)
        self.trial.measured.connect(self._measured)
        self._settled = QTimer(self, interval=_SETTLED_MS, singleShot=True)
        self._settled.timeout.connect(self._measure)
        self._build()
        session.project_changed.connect(self._forget)
        session.labels_changed.connect(self._data_changed)
        session.stage_changed.connect(self._data_changed)
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
        self._settled.stop()
        self.trial.give_up()

    def restyle(self) -> None:
        self.details.methods.restyle()

    def retranslate(self) -> None:
        self.lead.setText(self.tr("学習のしかたを 1 つ選びます。迷ったら「おすすめ」のままで大丈夫です。"))
        self.empty.setText(
            self.tr("プロジェクトを開いて写真にラベルを付けると、ここで学習のしかたを選べます。")
        )
        for card in self.cards.values():
            card.say(self.session.language)
        self.automatic.say(self.session.language)
        self._say_recommendation()
        self._say_models()
        self.details.say(self.session.language)
        self._show_choice()

    # The choice

    def choose(self, name: str) -> None:
        """Take a preset, as a click on its card or its row among the details does."""
        if name == self._choice.preset:
            return
        self._keep(self._choice.with_preset(name))
        self._show_choice()
        self._show_costs()
        self._settled.start()

    def _keep(self, choice: TrainingChoice) -> None:
        self._choice = choice
        self.session.preset = choice.preset
        if self.session.project is not None:
            choice.keep(self.session.project)
        self.changed.emit()

    def _forget(self) -> None:
        """Another project, or none: its own choice."""
        project = self.session.project
        self._found = None
        self._forget_costs()
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
        self._forget_costs()
        if self.isVisible():
            self._look_at_data()

    def _show_choice(self) -> None:
        chosen = self._choice.preset
        # A group that is exclusive would not let go of the last one.
        self._radios.setExclusive(False)
        radios = {name: card.radio for name, card in self.cards.items()} | {AUTOMATIC: self.automatic.radio}
        for name, radio in radios.items():
            radio.setChecked(name == chosen)
        self._radios.setExclusive(True)
        self.automatic.show_values(self._choice.values() if chosen == AUTOMATIC else {})
        self.elsewhere.setVisible(bool(chosen) and chosen not in radios)
        if chosen and chosen not in radios:
            text = self._choice.resolved().texts[self.session.language]
            self.elsewhere.setText(
                self.tr("くわしい設定で選んだやり方：{title}\n{summary}").format(
                    title=text.title, summary=text.summary
                )
            )
        self.details.show_choice(self._choice, self.session.language)

    # The data: recommendation and cost

    def _look_at_data(self) -> None:
        project = self.session.project
        if project is None:
            return
        run_in_background(
            self,
            lambda _cancel: _look(project),
            success=self._looked,
            failure=self._could_not_look,
        )

    def _looked(self, found: _Found) -> None:
        self.banner.hide()
        self._found = found
        for name, card in self.cards.items():
            card.recommend(name == found.recommendation.preset)
        self._say_recommendation()
        barred = self._offer(found.backbone_of_features)
        self._fill_models()
        if not self._choice.preset or self._choice.preset in barred:
            self.choose(found.recommendation.preset)
        self._measure()

    def _offer(self, backbone_of_features: str | None) -> set[str]:
        """Where only features are kept, what needs photos is not offered, and the model is theirs."""
        only = backbone_of_features is not None
        barred = {preset.name for preset in load_presets() if only and preset.parsed.needs_pixels}
        for name, card in self.cards.items():
            card.offer(name not in barred)
        self.details.methods.leave_out(barred)
        self.model.setEnabled(not only)
        if backbone_of_features is not None and self._choice.backbone != backbone_of_features:
            self._keep(replace(self._choice, backbone=backbone_of_features))
        return barred

    def _could_not_look(self, error: Exception) -> None:
        if not isinstance(error, Problem):
            raise error
        self.banner.show_problem(error)

    def _say_recommendation(self) -> None:
        if self._found is None:
            self.reason.setText(self.tr("写真の枚数と偏りを調べています…"))
            return
        recommendation = self._found.recommendation
        text = problem_text(recommendation.reason_code, recommendation.data, self.session.language)
        self.reason.setText(self.tr("{what} {why}").format(what=text.what, why=text.why))
        self.reason.setToolTip(text.do)
        self.pick.show_preset(recommendation.preset, self.session.language)

    def _measure(self) -> None:
        """Measure what is on screen and not known yet: the cards first, then what was chosen in the drawer."""
        self._settled.stop()
        project, found = self.session.project, self._found
        if project is None or found is None:
            return
        about = (project, found.revision, self._choice.backbone, self._choice.shots)
        self._costs = self.trial.remembered(*about) | self._costs
        wanted, changed = self._to_measure()
        self._show_costs()
        keys = {cost_key(name, changed) for name in wanted}
        if keys and not (self.trial.running and keys & set(self.trial.keys)):
            self.trial.start(*about, wanted, changed)

    def _to_measure(self) -> tuple[tuple[str, ...], dict[str, HyperValue]]:
        """What to measure next, and with which settings changed; nothing while a training takes the PC."""
        if self.session.training_now() or self._on_features:
            return (), {}
        known = self._costs.keys() | self._unmeasurable
        cards = tuple(name for name in self.cards if name not in known)
        if cards:
            return cards, {}
        chosen = self._choice.preset
        # A search takes the time that it is given.
        measured = not chosen or chosen == AUTOMATIC or self._cost_key(chosen) in known
        return (() if measured else (chosen,)), self._choice.changed

    @property
    def _on_features(self) -> bool:
        """A trial goes through photos, and there are none."""
        return self._found is not None and self._found.backbone_of_features is not None

    def _cost_key(self, name: str) -> str:
        """A preset costs what it would if it were trained now: settings are changed in the chosen one only."""
        return cost_key(name, self._choice.changed if name == self._choice.preset else {})

    def _measured(self, costs: Costs) -> None:
        self._costs |= costs
        self._unmeasurable |= set(self.trial.keys) - costs.keys()
        self._measure()

    def _forget_costs(self) -> None:
        self._costs, self._unmeasurable = {}, set()
        self._settled.stop()
        self.trial.give_up()

    def _show_costs(self) -> None:
        for name, line in self._cost_lines():
            if name == AUTOMATIC:
                line.show_cost(Cost.MEASURED, 60 * float(self._choice.values()[BUDGET]))
                continue
            key = self._cost_key(name)
            cost = self._costs.get(key)
            if cost is not None:
                line.show_cost(Cost.MEASURED, cost.seconds, cost.memory_bytes)
            elif key in self._unmeasurable or self.session.training_now() or self._on_features:
                line.show_cost(Cost.UNKNOWN)
            else:
                line.show_cost(Cost.MEASURING)

    def _cost_lines(self) -> Iterator[tuple[str, CostLine]]:
        yield from ((name, card.cost) for name, card in self.cards.items())
        yield self._choice.preset, self.details.methods.cost

    # The drawer and the model

    def _settings_changed(self, changed: dict[str, HyperValue]) -> None:
        self._keep(replace(self._choice, changed=changed))
        if self._choice.preset == AUTOMATIC:
            self.automatic.show_values(self._choice.values())
        self.details.show_judges_new(self._choice)
        self._show_costs()
        self._settled.start()

    def _search_changed(self, changed: dict[str, HyperValue]) -> None:
        """As in the drawer, which shows the same settings."""
        self._settings_changed(changed)
        self.details.show_choice(self._choice, self.session.language)

    def _seed_changed(self, seed: int) -> None:
        self._keep(replace(self._choice, seed=seed))

    def _shots_changed(self, shots: int | None) -> None:
        self._keep(replace(self._choice, shots=shots))
        self._forget_costs()
        self._measure()

    def _model_changed(self) -> None:
        name = self.model.currentData()
        if name and name != self._choice.backbone:
            self._keep(replace(self._choice, backbone=name))
            self._forget_costs()
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

    def _say_models(self) -> None:
        self.model_label.setText(self.tr("使うモデル"))
        self.model.setAccessibleName(self.model_label.text())
        for row, entry in enumerate(self._found.models if self._found else ()):
            self.model.setItemText(row, self._model_name(entry))
        self._say_model()

    def _say_model(self) -> None:
        embedded = self._choice.backbone == EMBEDDED
        self.model_warning.setVisible(embedded)
        self.model_warning.setText(
            self.tr(
                "付属のモデルは、使い方を覚えるためのものです。本番の検査には、大きなモデルを追加してから使ってください。「はじめる」の「モデルを見る・取り込む…」から追加できます。"
            )
        )

    # Laying out

    def _build(self) -> None:
        self.lead = QLabel(objectName="preset_lead", wordWrap=True)
        self.empty = QLabel(objectName="preset_empty", wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self.empty.setProperty("class", "muted")
        self.banner = ProblemBanner(self)
        self.reason = QLabel(objectName="preset_reason", wordWrap=True)
        self.cards = {preset.name: PresetCard(preset) for preset in load_presets() if preset.card}
        self._radios = QButtonGroup(self)
        for card in self.cards.values():
            self._radios.addButton(card.radio)
            card.chosen.connect(self.choose)
        automatic = resolve_preset(AUTOMATIC)
        self.automatic = AutomaticCard(automatic, first_values(automatic))
        self._radios.addButton(self.automatic.radio)
        self.automatic.chosen.connect(self.choose)
        self.automatic.changed.connect(self._search_changed)
        self.pick = PresetPick(tuple(self.cards))
        self.pick.chosen.connect(self.choose)
        self.elsewhere = QLabel(objectName="preset_elsewhere", wordWrap=True)
        self.elsewhere.setProperty("class", "chosen")
        self.details = self._build_details()
        self.body = QWidget()
        column = QVBoxLayout(self.body, spacing=16)
        column.setContentsMargins(0, 0, 0, 0)
        cards = CardRow(tuple(self.cards.values()))
        for part in (self.lead, self.reason, self.pick, self.elsewhere, cards):
            column.addWidget(part)
        column.addWidget(self.automatic)
        column.addWidget(self._build_model())
        column.addWidget(self.details)
        column.addStretch(1)
        self.area = QScrollArea(
            widgetResizable=True, frameShape=QFrame.Shape.NoFrame, objectName="preset_scroll"
        )
        self.area.setWidget(self.body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.banner)
        outer.addWidget(self.empty, 1)
        outer.addWidget(self.area, 1)

    def _build_model(self) -> QWidget:
        self.model = ChoiceBox(objectName="preset_model", minimumHeight=40)
        self.model.currentIndexChanged.connect(self._model_changed)
        self.model_label = QLabel(minimumHeight=40)
        self.model_label.setBuddy(self.model)
        self.model_warning = QLabel(objectName="preset_model_warning", wordWrap=True)
        self.model_warning.setProperty("class", "muted")
        holder = QWidget()
        form = QFormLayout(holder)
        form.setContentsMargins(0, 0, 0, 0)
        form.addRow(self.model_label, self.model)
        form.addRow(self.model_warning)
        return holder

    def _build_details(self) -> PresetDetails:
        details = PresetDetails(load_presets())
        details.methods.chosen.connect(self.choose)
        details.settings_changed.connect(self._settings_changed)
        details.seed_changed.connect(self._seed_changed)
        details.shots_changed.connect(self._shots_changed)
        return details


def _look(project: Project) -> _Found:
    revision, standing = project.snapshot(), project.decisions.standing()
    ready = tuple(entry for entry in ModelStore().entries() if entry.state == "ready")
    only = project.features_only is not None
    backbone = backbone_for(open_features(project.features_file)) if only else None
    return _Found(revision, recommend_at(standing, revision, features_only=only), ready, backbone)
