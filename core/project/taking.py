"""Photos that a camera took for a project: into it, and labelled with their class in one step of the history."""

from collections.abc import Sequence
from pathlib import Path

from core.project.intake import take_in
from core.project.store import Project


def take_burst(project: Project, paths: Sequence[Path], class_id: int | None) -> list[int]:
    """Take photos into the project as `take_in` does, and label them; gives their ids.

    Raises:
        Problem: as `take_in`, or as the project raises when it cannot be written.
    """
    take_in(project, paths)
    photos = [project.photo_at(path) for path in paths]
    ids = [photo.id for photo in photos if photo is not None]
    # The class may have been removed by another window meanwhile: the photos are then without a label, not lost.
    if class_id is not None and any(entry.id == class_id for entry in project.classes()):
        project.label(ids, class_id)
    return ids
