"""What choosing a way to train is, whatever the model is to do: cards, what they cost here, a drawer with the rest."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Generic, Protocol, TypeVar

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import (
    QButtonGroup,
    QLabel,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.choice import Choice
from app.pages.base import Page
from app.session import Session
from app.trial import Costs, Frozen, Trial, cost_key
from app.widgets.banner import ProblemBanner
from app.widgets.cost_line import Cost, CostLine
from app.widgets.preset_card import PresetCard
from app.widgets.preset_details import PresetDetails
from app.widgets.scrolled import scrolled
from core.methods.presets import Preset, Recommendation
from core.problems import Problem, problem_text
from core.project.store import Project
from core.training.job import HyperValue

_SETTLED_MS = 700  # whoever walks down the list of methods is not measured at every step


class Found(Protocol):
    """What the page needs to know of the data, found off the screen's thread."""

    @property
    def recommendation(self) -> Recommendation: ...


C = TypeVar("C", bound=Choice)
F = TypeVar("F", bound=Found)


class BasePresetPage(Page, Generic[C, F]):
    """やり方を選ぶ: one decision, and a drawer for those who want more. A task says what it looks at."""

    key = "preset"

    def __init__(
        self, session: Session, choice: type[C], trial: type[Trial], parent: QWidget | None = None
    ) -> None:
        super().__init__(session, parent)
        self._kind = choice
        self._choice = choice()
        self._found: F | None = None
        self._costs: Costs = {}
        self._unmeasurable: set[str] = set()
        self.trial = trial(self)
        self.trial.measured.connect(self._measured)
        self._settled = QTimer(self, interval=_SETTLED_MS, singleShot=True)
        self._settled.timeout.connect(self._measure)
        session.project_changed.connect(self._forget)

    def title(self) -> str:
        return self.tr("やり方を選ぶ")

    def next_text(self) -> str:
        return self.tr("学習へ進む")

    def blocker(self) -> str:
        return "" if self._choice.preset else self.tr("カードを 1 枚選んでください。")

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
        self.details.say(self.session.language)
        self._show_choice()

    # What a task says

    def _project(self) -> Project | None:
        """The project, where it is this page's."""
        raise TypeError(f"{type(self).__name__} has no project")

    def _look_at_data(self) -> None:
        """Find what the page needs to know of the data, off the screen's thread."""
        raise TypeError(f"{type(self).__name__} looks at nothing")

    def _about(self, found: F) -> tuple[Frozen, str, int | None]:
        """What is measured: the data, the model, photos per class."""
        raise TypeError(f"{type(self).__name__} measures nothing")

    def _looking_words(self) -> str:
        """What is said while the data are looked at."""
        raise TypeError(f"{type(self).__name__} has no words")

    # The choice

    def choose(self, name: str) -> None:
        """Take a preset, as a click on its card or its row among the details does."""
        if name == self._choice.preset:
            return
        self._keep(self._choice.with_preset(name))
        self._show_choice()
        self._show_costs()
        self._settled.start()

    def _keep(self, choice: C) -> None:
        self._choice = choice
        self.session.preset = choice.preset
        if self.session.project is not None:
            choice.keep(self.session.project)
        self.changed.emit()

    def _forget(self) -> None:
        """Another project or task, or none: its own choice."""
        project = self._project()
        self._found = None
        self._forget_costs()
        self._choice = self._kind() if project is None else self._kind.of(project)
        self._begin(project)
        self.banner.hide()
        self._show_choice()
        self.changed.emit()
        if self.isVisible():
            self._look_at_data()

    def _begin(self, project: Project | None) -> None:
        """Another project, whose choice was just taken."""
        if project is not None:
            self.session.preset = self._choice.preset or None

    def _radio_buttons(self) -> dict[str, QRadioButton]:
        return {name: card.radio for name, card in self.cards.items()}

    def _show_choice(self) -> None:
        chosen, radios = self._choice.preset, self._radio_buttons()
        # A group that is exclusive would not let go of the last one.
        self._radios.setExclusive(False)
        for name, radio in radios.items():
            radio.setChecked(name == chosen)
        self._radios.setExclusive(True)
        self.elsewhere.setVisible(bool(chosen) and chosen not in radios)
        if chosen and chosen not in radios:
            text = self._choice.resolved().texts[self.session.language]
            self.elsewhere.setText(
                self.tr("くわしい設定で選んだやり方：{title}\n{summary}").format(
                    title=text.title, summary=text.summary
                )
            )
        self.details.show_choice(self._choice, self.session.language)

    def _settings_changed(self, changed: dict[str, HyperValue]) -> None:
        self._keep(replace(self._choice, changed=changed))
        self._show_costs()
        self._settled.start()

    def _seed_changed(self, seed: int) -> None:
        self._keep(replace(self._choice, seed=seed))

    # The data: recommendation

    def _take(self, found: F) -> None:
        """Show what was found."""
        self.banner.hide()
        self._found = found
        for name, card in self.cards.items():
            card.recommend(name == found.recommendation.preset)
        self._say_recommendation()

    def _could_not_look(self, error: Exception) -> None:
        if not isinstance(error, Problem):
            raise error
        self.banner.show_problem(error)

    def _say_recommendation(self) -> None:
        if self._found is None:
            self.reason.setText(self._looking_words())
            return
        recommendation = self._found.recommendation
        text = problem_text(recommendation.reason_code, recommendation.data, self.session.language)
        self.reason.setText(self.tr("{what} {why}").format(what=text.what, why=text.why))
        self.reason.setToolTip(text.do)

    # What it costs

    def _measure(self) -> None:
        """Measure what is on screen and not known yet: the cards first, then what was chosen in the drawer."""
        self._settled.stop()
        project, found = self._project(), self._found
        if project is None or found is None:
            return
        about = (project, *self._about(found))
        self._costs = self.trial.remembered(*about) | self._costs
        wanted, changed = self._to_measure()
        self._show_costs()
        keys = {cost_key(name, changed) for name in wanted}
        if keys and not (self.trial.running and keys & set(self.trial.keys)):
            self.trial.start(*about, wanted, changed)

    def _may_measure(self) -> bool:
        """Nothing is measured while a training takes the PC."""
        return not self.session.training_now()

    def _takes_known_time(self, name: str) -> bool:
        """Whether what a preset costs needs no measuring, or was measured as far as it can be."""
        return self._cost_key(name) in self._costs.keys() | self._unmeasurable

    def _to_measure(self) -> tuple[tuple[str, ...], dict[str, HyperValue]]:
        """What to measure next, and with which settings changed."""
        if not self._may_measure():
            return (), {}
        cards = tuple(name for name in self.cards if name not in self._costs.keys() | self._unmeasurable)
        if cards:
            return cards, {}
        chosen = self._choice.preset
        measured = not chosen or self._takes_known_time(chosen)
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
            self._show_cost(name, line)

    def _show_cost(self, name: str, line: CostLine) -> None:
        key = self._cost_key(name)
        cost = self._costs.get(key)
        if cost is not None:
            line.show_cost(Cost.MEASURED, cost.seconds, cost.memory_bytes)
        elif key in self._unmeasurable or not self._may_measure():
            line.show_cost(Cost.UNKNOWN)
        else:
            line.show_cost(Cost.MEASURING)

    def _cost_lines(self) -> Iterator[tuple[str, CostLine]]:
        yield from ((name, card.cost) for name, card in self.cards.items())
        yield self._choice.preset, self.details.methods.cost

    # Laying out

    def _build_choice(self, name: str, presets: Sequence[Preset], details: PresetDetails) -> None:
        """The parts that every task has, for the subclass to lay out; `name` begins their names."""
        self.lead = QLabel(objectName=f"{name}_lead", wordWrap=True)
        self.banner = ProblemBanner(self)
        self.reason = QLabel(objectName=f"{name}_reason", wordWrap=True)
        self.cards = {preset.name: PresetCard(preset) for preset in presets if preset.card}
        self._radios = QButtonGroup(self)
        for card in self.cards.values():
            self._radios.addButton(card.radio)
            card.chosen.connect(self.choose)
        self.elsewhere = QLabel(objectName=f"{name}_elsewhere", wordWrap=True)
        self.elsewhere.setProperty("class", "chosen")
        self.details = details
        details.methods.chosen.connect(self.choose)
        details.settings_changed.connect(self._settings_changed)
        details.seed_changed.connect(self._seed_changed)

    def _lay_out(self, parts: Sequence[QWidget]) -> None:
        """The parts below each other, scrolled; the banner stays above them."""
        self.body = QWidget()
        column = QVBoxLayout(self.body, spacing=16)
        column.setContentsMargins(0, 0, 0, 0)
        for part in parts:
            column.addWidget(part)
        column.addStretch(1)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.addWidget(self.banner)
        self.column.addWidget(scrolled(self.body), 1)
