"""Training anew on texts: a project filled with photos and the texts that people read, or put right, on site."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from core.onsite.records import Record
from core.onsite.retrain import Filled, copy_into
from core.photos.scan import scan
from core.project.store import Project
from core.project.texts import Asked
from core.tasks.texts import TextTask


def fill_with_texts(
    project: Project,
    records: Sequence[Record],
    task: TextTask,
    cancelled: Callable[[], bool] = lambda: False,
) -> Filled:
    """Copy the kept photos of decided records into a project, with the texts that hold; it learns that task from now on.

    Texts that the project has already stay as they are; photos that are gone are left out. Raises Problem as `Project.add_photos` and
    `project.not_writable`.
    """
    told: dict[Path, list[Record]] = {}
    for record in records:
        # A copy that somebody deleted is one photo less, not the end of it.
        if record.kept and record.decided and Path(record.kept).is_file():
            told.setdefault(Path(record.kept), []).append(record)
    place, copies = copy_into(project, list(told), cancelled)
    added = project.add_photos(scan(place), cancelled)
    about = dict(zip(copies, told.values(), strict=False))
    found = {photo.id: about[copy] for copy in copies if (photo := project.photo_at(copy)) is not None}
    captions: Mapping[int, list[str]] = {}
    questions: Mapping[int, list[Asked]] = {}
    if task == "caption":
        captions = {key: [record.final for record in kept] for key, kept in found.items()}
    else:
        questions = {
            key: [Asked(record.question, (record.final,)) for record in kept] for key, kept in found.items()
        }
    project.choose_task(task)
    return Filled(added, project.texts.add(captions, questions))
