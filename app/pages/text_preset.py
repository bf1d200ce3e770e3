"""Choose how to tune a model that writes: a few cards, their cost measured here, the model, and a drawer with the rest."""

from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from app.background import run_in_background
from app.pages.preset_base import BasePresetPage
from app.session import Session
from app.text_choice import TextChoice
from app.trial import Frozen, TextTrial
from app.widgets.card_row import CardRow
from app.widgets.preset_details import PresetDetails
from app.widgets.writer_choice import WriterChoice
from core.methods.presets import Recommendation
from core.project.store import Project
from core.tasks.freeze import freeze_texts
from core.tasks.presets import recommend_text, text_presets
from core.tasks.revision import TextRevision
from core.tasks.writers import WriterCard, writer_cards


@dataclass(frozen=True)
class _Found:
    """What the page needs to know of the texts."""

    revision: TextRevision
    recommendation: Recommendation
    models: tuple[WriterCard, ...]


class TextPresetPage(BasePresetPage[TextChoice, _Found]):
    """For a project whose model is to write."""

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, TextChoice, TextTrial, parent)
        self.setObjectName("page_text_preset")
        self._build()
        session.task_changed.connect(self._forget)
        session.labels_changed.connect(self._data_changed)
        self.retranslate()
        self._forget()

    def enter(self) -> None:
        # What was written meanwhile on the label page tells nobody.
        self._look_at_data()

    def retranslate(self) -> None:
        self.model.retranslate()
        super().retranslate()

    # The texts: recommendation and cost

    def _project(self) -> Project | None:
        return self.session.project if self.session.task != "classification" else None

    def _data_changed(self) -> None:
        if self.isVisible():
            self._look_at_data()

    def _look_at_data(self) -> None:
        project = self._project()
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
        if self._project() is None or found.revision.task != self.session.task:
            return
        if self._found is None or self._found.revision.id != found.revision.id:
            self._forget_costs()
        self._take(found)
        self._offer_models(found)
        if not self._choice.preset:
            self.choose(found.recommendation.preset)
        self._measure()

    def _could_not_look(self, error: Exception) -> None:
        super()._could_not_look(error)
        self._found = None
        self._say_recommendation()
        self._show_costs()

    def _looking_words(self) -> str:
        return self.tr("文の数を調べています…")

    def _say_recommendation(self) -> None:
        self.reason.setVisible(self.banner.isHidden())
        super()._say_recommendation()

    def _about(self, found: _Found) -> tuple[Frozen, str, int | None]:
        return found.revision, self._choice.model, None

    def _may_measure(self) -> bool:
        return super()._may_measure() and self._found is not None

    # The model

    def _offer_models(self, found: _Found) -> None:
        """A model that is gone from this PC is not trained: the first that there is, is."""
        suited = {card.name: card for card in found.models if found.revision.task in card.tasks}
        if suited and self._choice.model not in suited:
            self._keep(self._choice.with_model(next(iter(suited.values()))))
            self._show_choice()
        self.model.show_cards(found.models, found.revision.task, found.revision.language, self._choice.model)

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
        presets = text_presets()
        self._build_choice("text_preset", presets, PresetDetails(presets, of_kinds=False))
        self.model = WriterChoice()
        self.model.chosen.connect(self._model_chosen)
        cards = CardRow(tuple(self.cards.values()))
        self._lay_out((self.lead, self.reason, self.elsewhere, cards, self.model, self.details))


def _look(project: Project) -> _Found:
    revision = freeze_texts(project)
    return _Found(revision, recommend_text(revision), tuple(writer_cards()))
