"""Taking another program's project in: its photos into this project's folder, its classes as labels."""

import itertools
from dataclasses import dataclass
from pathlib import Path

from core.exchange.other_projects import Cancelled, Report, copy_out
from core.photos.scan import scan
from core.project.class_file import class_folders, read_class_file
from core.project.store import Project

FOLDER = "taken-in"


@dataclass(frozen=True)
class TakenIn:
    """`photos` that are new in the project, `labelled` of them with the other program's class; `left_out` could not be
    taken."""

    folder: Path
    photos: int
    labelled: int
    left_out: int
    complete: bool = True


def take_project(
    project: Project, source: Path, progress: Report = lambda *_: None, cancelled: Cancelled = lambda: False
) -> TakenIn:
    """Copy the photos beside the project's own and label them, in one step that undo takes back (the photos stay).

    Raises:
        Problem: as `copy_out`, or `project.keeps_no_photos`.
    """
    out = _new_folder(project, source)
    copied = copy_out(source, out, progress, cancelled)
    if not copied.complete:
        return TakenIn(out, 0, 0, copied.left_out, complete=False)
    added = project.add_photos(scan(out), cancelled)
    folders = {entry.folder: entry.name for entry in read_class_file(out)}
    names = {
        photo.id: folders[photo.path.parent.name]
        for photo in project.photos("all")
        if photo.path.is_relative_to(out) and photo.path.parent.name in folders
    }
    labelled = project.label_by_names(names, list(folders.values()), {}) if names else 0
    return TakenIn(out, added, labelled, copied.left_out)


def _new_folder(project: Project, source: Path) -> Path:
    """A folder of the project that is not there yet, called after what is taken in."""
    stem = class_folders([source.stem])[source.stem]
    names = itertools.chain([stem], (f"{stem}-{number}" for number in itertools.count(2)))
    return next(place for name in names if not (place := project.folder / FOLDER / name).exists())
