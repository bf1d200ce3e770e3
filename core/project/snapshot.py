"""From a project's labels to the frozen revision that a run is trained on; the split is drawn here."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core.problems import Problem
from core.project.classes import ProductClass
from core.project.probe import with_probe
from core.project.revision import ClassEntry, DataRevision, PhotoEntry
from core.project.roles import needs_probe
from core.project.sources import Photo, PhotoLibrary
from core.project.split import SplitPhoto, split_photos


def take_snapshot(
    library: PhotoLibrary, classes: Sequence[ProductClass], seed: int, folder: Path
) -> DataRevision:
    """The labelled photos that can be read, with their classes and parts; new parts are remembered.

    Raises:
        Problem: `project.nothing_labelled`.
    """
    bad = {path for path, _ in library.unreadable()}
    readable = [photo for photo in library.photos("labelled") if photo.path not in bad]
    photos = _assign_parts(library, readable, seed)
    if not photos:
        raise Problem("project.nothing_labelled")
    place = {entry.id: index for index, entry in enumerate(classes)}
    paths = library.portable_paths(photos)
    revision = DataRevision(
        root=str(folder),
        classes=tuple(ClassEntry(name=c.name, description=c.description, role=c.role) for c in classes),
        photos=tuple(
            PhotoEntry(path=path, label=place[photo.class_id], part=photo.part, sha256=photo.sha256)
            for photo, path in zip(photos, paths, strict=True)
            if photo.class_id is not None and photo.part is not None
        ),
    )
    return with_probe(revision) if needs_probe([entry.role for entry in classes]) else revision


def _assign_parts(library: PhotoLibrary, photos: Sequence[Photo], seed: int) -> list[Photo]:
    parts = split_photos([SplitPhoto(p.sha256, p.class_id or 0, p.folder_part, p.part) for p in photos], seed)
    fresh = [(part, photo.id) for photo, part in zip(photos, parts, strict=True) if photo.part != part]
    library.set_parts(fresh)
    return [replace(photo, part=part) for photo, part in zip(photos, parts, strict=True)]
