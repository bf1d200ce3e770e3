"""Choose how to train: a few cards in plain words, their cost measured here, and a drawer with all the rest."""

from dataclasses import dataclass, replace

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFormLayout, QLabel, QRadioButton, QWidget

from app.background import run_in_background
from app.pages.preset_base import BasePresetPage
from app.session import Session
from app.training_choice import TrainingChoice, first_values
from app.trial import Frozen, Trial
from app.widgets.automatic_card import BUDGET, AutomaticCard
from app.widgets.card_row import CardRow
from app.widgets.cost_line import Cost, CostLine
from app.widgets.preset_details import PresetDetails
from app.widgets.preset_pick import PresetPick
from app.widgets.settings_drawer import ChoiceBox
from core.backbones.store import EMBEDDED, ModelEntry, ModelStore
from core.features.file import open_features
from core.features.shown import backbone_for
from core.methods.catalogue import AUTOMATIC
from core.methods.presets import Recommendation, load_presets, resolve_preset
from core.poc.presets import recommend_at
from core.project.revision import DataRevision
from core.project.store import Project
from core.training.job import HyperValue


@dataclass(frozen=True)
class _Found:
    """What the page needs to know of the photos."""

    revision: DataRevision
    recommendation: Recommendation
    models: tuple[ModelEntry, ...]
    backbone_of_features: str | None  # where features are kept in place of photos: the model that made them


class PresetPage(BasePresetPage[TrainingChoice, _Found]):
    """For a project whose model tells kinds apart."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, TrainingChoice, Trial, parent)
        self._build()
        session.labels_changed.connect(self._data_changed)
        session.stage_changed.connect(self._data_changed)
        self.retranslate()
        self._forget()

    def blocker(self) -> str:
        if self.session.project is None:
            return self.tr("先に「はじめる」でプロジェクトを開いてください。")
        return super().blocker()

    def enter(self) -> None:
        if self._found is None:
            self._look_at_data()
        else:
            self._measure()

    def retranslate(self) -> None:
        self.empty.setText(
            self.tr("プロジェクトを開いて写真にラベルを付けると、ここで学習のしかたを選べます。")
        )
        self.automatic.say(self.session.language)
        self._say_models()
        super().retranslate()

    # The choice

    def _project(self) -> Project | None:
        return self.session.project

    def _begin(self, project: Project | None) -> None:
        self.session.preset = self._choice.preset or None
        self.body.setVisible(project is not None)
        self.empty.setVisible(project is None)

    def _data_changed(self) -> None:
        self._found = None
        self._forget_costs()
        if self.isVisible():
            self._look_at_data()

    def _radio_buttons(self) -> dict[str, QRadioButton]:
        return super()._radio_buttons() | {AUTOMATIC: self.automatic.radio}

    def _show_choice(self) -> None:
        self.automatic.show_values(self._choice.values() if self._choice.preset == AUTOMATIC else {})
        super()._show_choice()

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
        self._take(found)
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

    def _looking_words(self) -> str:
        return self.tr("写真の枚数と偏りを調べています…")

    def _say_recommendation(self) -> None:
        super()._say_recommendation()
        if self._found is not None:
            self.pick.show_preset(self._found.recommendation.preset, self.session.language)

    def _about(self, found: _Found) -> tuple[Frozen, str, int | None]:
        return found.revision, self._choice.backbone, self._choice.shots

    @property
    def _on_features(self) -> bool:
        """A trial goes through photos, and there are none."""
        return self._found is not None and self._found.backbone_of_features is not None

    def _may_measure(self) -> bool:
        return super()._may_measure() and not self._on_features

    def _takes_known_time(self, name: str) -> bool:
        # A search takes the time that it is given.
        return name == AUTOMATIC or super()._takes_known_time(name)

    def _show_cost(self, name: str, line: CostLine) -> None:
        if name == AUTOMATIC:
            line.show_cost(Cost.MEASURED, 60 * float(self._choice.values()[BUDGET]))
        else:
            super()._show_cost(name, line)

    # The drawer and the model

    def _settings_changed(self, changed: dict[str, HyperValue]) -> None:
        super()._settings_changed(changed)
        if self._choice.preset == AUTOMATIC:
            self.automatic.show_values(self._choice.values())
        self.details.show_judges_new(self._choice)

    def _search_changed(self, changed: dict[str, HyperValue]) -> None:
        """As in the drawer, which shows the same settings."""
        self._settings_changed(changed)
        self.details.show_choice(self._choice, self.session.language)

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
        presets = load_presets()
        self._build_choice("preset", presets, PresetDetails(presets))
        self.details.shots_changed.connect(self._shots_changed)
        self.empty = QLabel(objectName="preset_empty", wordWrap=True, alignment=Qt.AlignmentFlag.AlignCenter)
        self.empty.setProperty("class", "muted")
        automatic = resolve_preset(AUTOMATIC)
        self.automatic = AutomaticCard(automatic, first_values(automatic))
        self._radios.addButton(self.automatic.radio)
        self.automatic.chosen.connect(self.choose)
        self.automatic.changed.connect(self._search_changed)
        self.pick = PresetPick(tuple(self.cards))
        self.pick.chosen.connect(self.choose)
        cards, model = CardRow(tuple(self.cards.values())), self._build_model()
        above = (self.lead, self.reason, self.pick, self.elsewhere)
        self._lay_out((*above, cards, self.automatic, model, self.details))
        self.column.insertWidget(1, self.empty, 1)

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


def _look(project: Project) -> _Found:
    revision, standing = project.snapshot(), project.decisions.standing()
    ready = tuple(entry for entry in ModelStore().entries() if entry.state == "ready")
    only = project.features_only is not None
    backbone = backbone_for(open_features(project.features_file)) if only else None
    return _Found(revision, recommend_at(standing, revision, features_only=only), ready, backbone)
