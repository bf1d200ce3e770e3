"""The wish that a project keeps: of the photos that pass on site without a person, at most 1 wrong in so many."""

from core.evaluation.unsure import Checked
from core.project.store import Project
from core.training.job import WISHED_ERROR

_KEY = "wished_error"


def wish_of(project: Project) -> float:
    """The wished error rate of a project."""
    kept = project.setting(_KEY)
    return float(kept) if isinstance(kept, int | float) and 0 < kept < 1 else WISHED_ERROR


def keep_wish(project: Project, wished_error: float) -> None:
    """Remember it."""
    project.remember(_KEY, wished_error)


def wish_for(project: Project, result: Checked | None) -> float | None:
    """The project's wish; None for the result of an older program, which can follow no other than its own."""
    return wish_of(project) if result is not None and result.validated else None
