"""From a project's labels to the frozen revision that a run is trained on; the split is drawn here."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from core.problems import Problem
from core.project.classes import ProductClass
from core.project.lots import SamePart, Tied, groups_to_keep, lot_of
from core.project.probe import with_probe
from core.project.revision import ClassEntry, DataRevision, Part, PhotoEntry
from core.project.roles import needs_probe
from core.project.sources import Photo, PhotoLibrary
from core.project.split import SplitPhoto, split_photos


def take_snapshot(
    library: PhotoLibrary,
    classes: Sequence[ProductClass],
    seed: int,
    folder: Path,
    same_part: SamePart,
    *,
    remember: bool = True,
) -> DataRevision:
    """The labelled photos that can be read and that nobody is unsure about, with their classes, groups and parts; new
    parts are remembered, unless it is only to see.

    Raises:
        Problem: `project.nothing_labelled`.
    """
    bad = {path for path, _ in library.unreadable()}
    readable = [photo for photo in library.photos("labelled") if photo.path not in bad and not photo.unsure]
    groups = groups_of(readable, same_part)
    photos, fresh = assign_parts(readable, groups, seed)
    if remember:
        library.set_parts(fresh)
    if not photos:
        raise Problem("project.nothing_labelled")
    place = {entry.id: index for index, entry in enumerate(classes)}
    paths = library.portable_paths(photos)
    revision = DataRevision(
        root=str(folder),
        classes=tuple(ClassEntry(name=c.name, description=c.description, role=c.role) for c in classes),
        photos=tuple(
            PhotoEntry(
                path=path, label=place[photo.class_id], part=photo.part, sha256=photo.sha256, group=group
            )
            for photo, path, group in zip(photos, paths, groups, strict=True)
            if photo.class_id is not None and photo.part is not None
        ),
    )
    return with_probe(revision) if needs_probe([entry.role for entry in classes]) else revision


def groups_of(photos: Sequence[Photo], same_part: SamePart) -> list[str]:
    """What each photo stays together with (`groups_to_keep`)."""
    return groups_to_keep(
        [
            Tied(
                photo.sha256,
                str(photo.kin),
                lot_in_project(photo, same_part),
                str(photo.id if photo.resembles is None else photo.resembles),
            )
            for photo in photos
        ]
    )


def lot_in_project(photo: Photo, same_part: SamePart) -> str:
    """The part or lot of a photo; equal names in two folders that were taken in are two lots."""
    lot = lot_of(photo.inner, same_part)
    return f"{photo.source_id} {lot}" if lot else ""


def assign_parts(
    photos: Sequence[Photo], groups: Sequence[str], seed: int
) -> tuple[list[Photo], list[tuple[Part, int]]]:
    """The photos with their parts, and the parts that are new as (part, photo id); classes are dealt evenly."""
    wanted = [
        SplitPhoto(photo.sha256, photo.class_id or 0, photo.folder_part, photo.part, group, str(photo.kin))
        for photo, group in zip(photos, groups, strict=True)
    ]
    parts = split_photos(wanted, seed)
    fresh = [(part, photo.id) for photo, part in zip(photos, parts, strict=True) if photo.part != part]
    return [replace(photo, part=part) for photo, part in zip(photos, parts, strict=True)], fresh
