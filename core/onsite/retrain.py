"""Training anew: a project filled with the most useful new photos, decisions by people as its labels."""

import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from core.onsite.monitor.book import Row
from core.onsite.monitor.useful import most_useful
from core.onsite.new_photos import NewPhotos
from core.photos.scan import scan
from core.problems import Problem
from core.project.store import Project

PHOTOS_FOLDER = "onsite_photos"
MOST_PHOTOS = 300


@dataclass(frozen=True)
class NewPhoto:
    """A photo to be taken in: where it lies, its class if a person decided on it, "" where nobody did."""

    path: Path
    class_name: str


@dataclass(frozen=True)
class Filled:
    """How many photos came in, and how many of them with a label."""

    photos: int
    labelled: int


def choose_photos(kept: NewPhotos, seen: Sequence[Row], most: int = MOST_PHOTOS) -> list[NewPhoto]:
    """Every photo that a person decided on, then the most useful others that are still there; at most `most` of those."""
    found = [NewPhoto(path, note.class_name) for path, note in kept.all()]
    decided = {note.photo for _, note in kept.all()}
    others = [row for row in seen if row.photo not in decided and Path(row.photo).is_file()]
    return found + [NewPhoto(Path(row.photo), "") for row in most_useful(others, most)]


def copy_into(
    project: Project, photos: Sequence[Path], cancelled: Callable[[], bool]
) -> tuple[Path, list[Path]]:
    """Copy photos into a folder of their own in a project; gives it, and the copies in the photos' order, fewer where it
    was cancelled. Raises Problem `project.not_writable`."""
    place = project.folder / PHOTOS_FOLDER / f"{datetime.now():%Y%m%d-%H%M%S}"
    copies: list[Path] = []
    try:
        place.mkdir(parents=True)
        for number, photo in enumerate(photos):
            if cancelled():
                break
            copies.append(place / f"{number:04}-{photo.name}")
            shutil.copyfile(photo, copies[-1])
    except OSError as error:
        shutil.rmtree(place, ignore_errors=True)
        raise Problem("project.not_writable", path=place) from error
    return place, copies


def fill_project(
    project: Project,
    photos: Sequence[NewPhoto],
    classes: Sequence[tuple[str, str]],
    cancelled: Callable[[], bool] = lambda: False,
) -> Filled:
    """Copy photos into a project and label those that were decided on; classes that it lacks are made.

    Labels that the project has already stay as they are. Raises Problem as `Project.add_photos` and
    `project.not_writable`.
    """
    place, copies = copy_into(project, [photo.path for photo in photos], cancelled)
    names = {copy.name: photo.class_name for copy, photo in zip(copies, photos, strict=False)}
    added = project.add_photos(scan(place), cancelled)
    known = {entry.name for entry in project.classes()}
    for name, description in classes:
        if name not in known:
            project.add_class(name, description)
    labels = {
        entry.id: names[Path(entry.path).name]
        for entry in project.photos("unlabelled")
        if Path(entry.path).parent == place and names.get(Path(entry.path).name)
    }
    if labels:
        project.label_by_names(labels, [name for name, _ in classes], dict(classes))
    return Filled(added, len(labels))
