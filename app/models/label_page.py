"""What the label page shows, read off the screen's thread in one go."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from app.models.folding import Shelf
from app.widgets.privacy_choice import wants_features_only
from core.assist.advice import Advice
from core.labelling.known import Known
from core.labelling.showing import Offer, Showing, offer, show
from core.project.classes import ProductClass
from core.project.counts import ClassCount, Counts
from core.project.history import Step
from core.project.store import Project
from core.tasks.texts import Task


@dataclass(frozen=True)
class LabelPageContent:
    """The project as it is; `written`: by photo id, how many texts of its task there are. `shelf` and `offer` only where
    photos were asked for."""

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
    written: Mapping[int, int]

    @classmethod
    def read(
        cls,
        project: Project,
        showing: Showing | None,
        opened: frozenset[int],
        advice: Advice | None = None,
        second: str = "",
    ) -> Self:
        """With the photos of `showing` when it is given; `opened` are the groups that are laid out. `second` is the
        second person who labels now and sees nothing of what others said."""
        known = Known(project, advice, showing.words, second) if showing is not None else None
        last, following = project.next_undo(), project.next_redo()
        return cls(
            project,
            Shelf.of(show(known, showing), opened) if known and showing else None,
            offer(known) if known else None,
            project.classes(),
            _counts_for(project, second),
            last is not None and _may_touch(last, second),
            following is not None and _may_touch(following, second),
            project.features_only is not None,
            wants_features_only(project),
            task := project.task,
            {} if task == "classification" else project.texts.numbers(task),
        )


@dataclass(frozen=True)
class Turned:
    """A step that was taken back, or done again, with the photos whose texts it changed and the first one's name."""

    step: Step
    again: bool
    texts_of: tuple[int, ...]
    photo: str


def undo_as(project: Project, second: str) -> Turned | None:
    """Undo, but of a second person only what that person did as such."""
    step = project.next_undo()
    if step is None or not _may_touch(step, second):
        return None
    project.undo()
    return _turned(project, step, again=False)


def redo_as(project: Project, second: str) -> Turned | None:
    """Redo, as `undo_as`."""
    step = project.next_redo()
    if step is None or not _may_touch(step, second):
        return None
    project.redo()
    return _turned(project, step, again=True)


def _turned(project: Project, step: Step, *, again: bool) -> Turned:
    photos = project.texts.touched(step.id)
    return Turned(step, again, photos, project.photo(photos[0]).path.name if photos else "")


def _may_touch(step: Step, second: str) -> bool:
    """A second person takes back only second labels of their own: more would show what others said."""
    return not second or (step.kind == "second_label" and step.user == second)


def _counts_for(project: Project, second: str) -> Counts:
    counts = project.counts()
    if not second:
        return counts
    own = Counter(project.opinions.of(second).values())
    classes = tuple(ClassCount(count.class_id, own[count.class_id], 0) for count in counts.classes)
    return Counts(own.total(), max(0, counts.usable - own.total()), 0, 0, classes)
