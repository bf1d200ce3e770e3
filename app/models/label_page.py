"""What the label page shows, read off the screen's thread in one go."""

from dataclasses import dataclass
from typing import Self

from app.models.folding import Shelf
from app.widgets.privacy_choice import wants_features_only
from core.assist.advice import Advice
from core.labelling.known import Known
from core.labelling.showing import Offer, Showing, offer, show
from core.project.classes import ProductClass
from core.project.store import Counts, Project
from core.tasks.texts import Task


@dataclass(frozen=True)
class LabelPageContent:
    """The project as it is; `written`: photos with a text of its task. `shelf` and `offer` only where photos were asked for."""

    project: Project
    shelf: Shelf | None
    offer: Offer | None
    classes: list[ProductClass]
    counts: Counts
    can_undo: bool
    can_redo: bool
    fixed: bool
    waiting: bool
    task: Task
    written: int

    @classmethod
    def read(
        cls, project: Project, showing: Showing | None, opened: frozenset[int], advice: Advice | None = None
    ) -> Self:
        """With the photos of `showing` when it is given; `opened` are the groups that are laid out."""
        known = Known(project, advice, showing.words) if showing is not None else None
        return cls(
            project,
            Shelf.of(show(known, showing), opened) if known and showing else None,
            offer(known) if known else None,
            project.classes(),
            project.counts(),
            project.next_undo() is not None,
            project.next_redo() is not None,
            project.features_only is not None,
            wants_features_only(project),
            task := project.task,
            0 if task == "classification" else len(project.texts.photos_with(task)),
        )
