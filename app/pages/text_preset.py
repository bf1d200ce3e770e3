"""Choose how to tune a model that writes: a few cards, their cost measured here, the model, and a drawer with the rest."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QButtonGroup, QFrame, QLabel, QScrollArea, QVBoxLayout, QWidget

from app.background import run_in_background
from app.pages.base import Page
from app.session import Session
from app.text_choice import TextChoice
from app.trial import Costs, TextTrial, cost_key
from app.widgets.banner import ProblemBanner
from app.widgets.card_row import CardRow
from app.widgets.cost_line import Cost, CostLine
from app.widgets.preset_card import PresetCard
from app.widgets.preset_details import PresetDetails
from app.widgets.writer_choice import WriterChoice
from core.methods.presets import Recommendation
from core.problems import Problem, problem_text
from core.project.store import Project
from core.tasks.freeze import freeze_texts
from core.tasks.presets import recommend_text, text_presets
from core.tasks.revision import TextRevision
from core.tasks.writers import WriterCard, writer_cards
from core.training.job import HyperValue

_SETTLED_MS = 700  # whoever walks down the list of methods is not measured at every step


@dataclass(frozen=True)
class _Found:
    """What the page needs to know of the texts, found off the screen's thread."""

    revision: TextRevision
    recommendation: Recommendation
    models: tuple[WriterCard, ...]


class TextPresetPage(Page):
    """やり方を選ぶ, for a project whose model is to write."""

    key = "preset"

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.setObjectName("page_text_preset")
        self._choice = TextChoice()
        self._found: _Found | None = None
        self._costs: Costs = {}
        self._unmeasurable: set[str] = set()
        self.trial = TextTrial(self)
        self.trial.measured.connect(self._measured)
        self._settled = QTimer(self, interval=_SETTLED_MS, singleShot=True)
        self._settled.timeout.connect(self._measure)
        self._build()
        session.project_changed.connect(self._forget)
        session.task_changed.connect(self._forget)
        session.labels_changed.connect(self._data_changed)
        self.retranslate()
        self._forget()

    def title(self) -> str:
        return self.tr("やり方を選ぶ")

    def next_text(self) -> str:
        return self.tr("学習へ進む")

    def blocker(self) -> str:
        return "" if self._choice.preset else self.tr("カードを 1 枚選んでください。")

    def enter(self) -> None:
        # What was written meanwhile on the label page tells nobody.
        self._look_at_data()

    def leave(self) -> None:
        # Measuring and training at once would make both slow and the figure wrong.
        self._settled.stop()
        self.trial.give_up()

    def restyle(self) -> None:
        self.details.methods.restyle()

    def retranslate(self) -> None:
        self.lead.setText(self.tr("学習のしかたを 1 つ選びます。迷ったら「おすすめ」のままで大丈夫です。"))
        for card in self.cards.values():
            card.say(self.session.language)
        self._say_recommendation()
        self.model.retranslate()
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

    def _keep(self, choice: TextChoice) -> None:
        self._choice = choice
        self.session.preset = choice.preset
        if self.session.project is not None:
            choice.keep(self.session.project)
        self.changed.emit()

    def _forget(self) -> None:
        """Another project or task: its own choice."""
        project = self._texts_project()
        self._found = None
        self._forget_costs()
        self._choice = TextChoice() if project is None else TextChoice.of(project)
        if project is not None:
            self.session.preset = self._choice.preset or None
        self.banner.hide()
        self._show_choice()
        self.changed.emit()
        if self.isVisible():
            self._look_at_data()

    def _data_changed(self) -> None:
        if self.isVisible():
            self._look_at_data()

    def _show_choice(self) -> None:
        chosen = self._choice.preset
        # A group that is exclusive would not let go of the last one.
        self._radios.setExclusive(False)
        for name, card in self.cards.items():
            card.radio.setChecked(name == chosen)
        self._radios.setExclusive(True)
        self.elsewhere.setVisible(bool(chosen) and chosen not in self.cards)
        if chosen and chosen not in self.cards:
            text = self._choice.resolved().texts[self.session.language]
            self.elsewhere.setText(
                self.tr("くわしい設定で選んだやり方：{title}\n{summary}").format(
                    title=text.title, summary=text.summary
                )
            )
        self.details.show_choice(self._choice, self.session.language)

    # The texts: recommendation and cost

    def _texts_project(self) -> Project | None:
        return self.session.project if self.session.task != "classification" else None

    def _look_at_data(self) -> None:
        project = self._texts_project()
        if project is not None:
            # Behind what the label page still writes.
            run_in_background(
                self,
                lambda _cancel: _look(project),
                success=self._looked,
                failure=self._could_not_look,
                in_order=True,
            )

    def _looked(self, found: _Found) -> None:
        if self._texts_project() is None or found.revision.task != self.session.task:
            return
        self.banner.hide()
        if self._found is None or self._found.revision.id != found.revision.id:
            self._forget_costs()
        self._found = found
        for name, card in self.cards.items():
            card.recommend(name == found.recommendation.preset)
        self._say_recommendation()
        self._offer_models(found)
        if not self._choice.preset:
            self.choose(found.recommendation.preset)
        self._measure()

    def _offer_models(self, found: _Found) -> None:
        """A model that is gone from this PC is not trained: the first that there is, is."""
        suited = {card.name: card for card in found.models if found.revision.task in card.tasks}
        if suited and self._choice.model not in suited:
            self._keep(self._choice.with_model(next(iter(suited.values()))))
            self._show_choice()
        self.model.show_cards(found.models, found.revision.task, found.revision.language, self._choice.model)

    def _could_not_look(self, error: Exception) -> None:
        if not isinstance(error, Problem):
            raise error
        self._found = None
        self.banner.show_problem(error)
        self._say_recommendation()
        self._show_costs()

    def _say_recommendation(self) -> None:
        self.reason.setVisible(self.banner.isHidden())
        if self._found is None:
            self.reason.setText(self.tr("文の数を調べています…"))
            return
        recommendation = self._found.recommendation
        text = problem_text(recommendation.reason_code, recommendation.data, self.session.language)
        self.reason.setText(self.tr("{what} {why}").format(what=text.what, why=text.why))
        self.reason.setToolTip(text.do)

    def _measure(self) -> None:
        """Measure what is on screen and not known yet: the cards first, then what was chosen in the drawer."""
        self._settled.stop()
        project, found = self._texts_project(), self._found
        if project is None or found is None:
            return
        about = (project, found.revision, self._choice.model, None)
        self._costs = self.trial.remembered(*about) | self._costs
        wanted, changed = self._to_measure()
        self._show_costs()
        keys = {cost_key(name, changed) for name in wanted}
        if keys and not (self.trial.running and keys & set(self.trial.keys)):
            self.trial.start(*about, wanted, changed)

    def _to_measure(self) -> tuple[tuple[str, ...], dict[str, HyperValue]]:
        """What to measure next, and with which settings changed; nothing while a training takes the PC."""
        if self.session.training_now():
            return (), {}
        known = self._costs.keys() | self._unmeasurable
        cards = tuple(name for name in self.cards if name not in known)
        if cards:
            return cards, {}
        chosen = self._choice.preset
        measured = not chosen or self._cost_key(chosen) in known
        return (() if measured else (chosen,)), self._choice.changed

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
            key = self._cost_key(name)
            cost = self._costs.get(key)
            if cost is not None:
                line.show_cost(Cost.MEASURED, cost.seconds, cost.memory_bytes)
            elif key in self._unmeasurable or self._found is None or self.session.training_now():
                line.show_cost(Cost.UNKNOWN)
            else:
                line.show_cost(Cost.MEASURING)

    def _cost_lines(self) -> Iterator[tuple[str, CostLine]]:
        yield from ((name, card.cost) for name, card in self.cards.items())
        yield self._choice.preset, self.details.methods.cost

    # The drawer and the model

    def _settings_changed(self, changed: dict[str, HyperValue]) -> None:
        self._keep(replace(self._choice, changed=changed))
        self._show_costs()
        self._settled.start()

    def _seed_changed(self, seed: int) -> None:
        self._keep(replace(self._choice, seed=seed))

    def _model_chosen(self, name: str) -> None:
        if name != self._choice.model and self._found is not None:
            card = next(card for card in self._found.models if card.name == name)
            self._keep(self._choice.with_model(card))
            # What suits one kind of model does not suit another.
            self._show_choice()
            self._forget_costs()
            self._measure()

    # Laying out

    def _build(self) -> None:
        self.lead = QLabel(objectName="text_preset_lead", wordWrap=True)
        self.banner = ProblemBanner(self)
        self.reason = QLabel(objectName="text_preset_reason", wordWrap=True)
        self.cards = {preset.name: PresetCard(preset) for preset in text_presets() if preset.card}
        self._radios = QButtonGroup(self)
        for card in self.cards.values():
            self._radios.addButton(card.radio)
            card.chosen.connect(self.choose)
        self.elsewhere = QLabel(objectName="text_preset_elsewhere", wordWrap=True)
        self.elsewhere.setProperty("class", "chosen")
        self.model = WriterChoice()
        self.model.chosen.connect(self._model_chosen)
        self.details = PresetDetails(text_presets(), of_kinds=False)
        self.details.methods.chosen.connect(self.choose)
        self.details.settings_changed.connect(self._settings_changed)
        self.details.seed_changed.connect(self._seed_changed)
        body = QWidget()
        column = QVBoxLayout(body, spacing=16)
        column.setContentsMargins(0, 0, 0, 0)
        cards = CardRow(tuple(self.cards.values()))
        for part in (self.lead, self.reason, self.elsewhere, cards, self.model, self.details):
            column.addWidget(part)
        column.addStretch(1)
        area = QScrollArea(
            widgetResizable=True, frameShape=QFrame.Shape.NoFrame, objectName="text_preset_scroll"
        )
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        area.setWidget(body)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self.banner)
        outer.addWidget(area, 1)


def _look(project: Project) -> _Found:
    revision = freeze_texts(project)
    return _Found(revision, recommend_text(revision), tuple(writer_cards()))
