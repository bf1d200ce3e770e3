"""A folder of photos as a data revision, without a project: for the command line.

Understood are a folder per class, or `train/` and `test/` (and `val/`) with a folder per class in each.
"""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from core.photos.alike import Seen, find_alike
from core.photos.bursts import burst_of
from core.photos.scan import ScannedPhoto, ScanResult, scan
from core.photos.scan_cache import user_scan_cache
from core.problems import Problem
from core.project.class_file import FolderClass, named_after, read_class_file
from core.project.lots import SamePart, Tied, groups_to_keep, lot_of
from core.project.probe import with_probe
from core.project.revision import ClassEntry, DataRevision, PhotoEntry
from core.project.roles import needs_probe, roles_of
from core.project.split import SplitPhoto, split_photos


def revision_from_folder(
    folder: Path, seed: int = 1, *, shuffle_classes: bool = False, same_part: SamePart = "none"
) -> DataRevision:
    """Classes, labels and split of a folder tree; unreadable photos and photos in no class folder are left out.

    Photos that are practically the same stay on one side of the split, and with `same_part` those of one part or
    lot. Classes come in the order of `classes.toml` where there is one, else of their folders' names; the first
    half is base. `shuffle_classes` draws the order by the seed instead.

    Raises:
        Problem: `photos.folder_missing`, `project.folder_empty`, `project.folder_unreadable_only`,
            `project.folder_without_classes`, `project.folder_one_class`, `project.class_file_spoiled`.
    """
    found = scan(folder, cache=user_scan_cache())
    classes = _classes(found, seed, shuffle_classes)
    place = {entry.folder: index for index, entry in enumerate(classes)}
    labelled = [
        (photo, meaning)
        for photo, meaning in zip(found.photos, found.folders.meanings, strict=True)
        if meaning.label in place
    ]
    kin = [str(each.first) for each in find_alike(seen_of([photo for photo, _ in labelled]))]
    inner = [photo.path.relative_to(found.root).as_posix() for photo, _ in labelled]
    groups = groups_to_keep(
        [
            Tied(photo.sha256, alike, lot_of(path, same_part))
            for (photo, _), alike, path in zip(labelled, kin, inner, strict=True)
        ]
    )
    parts = split_photos(
        [
            SplitPhoto(photo.sha256, place[m.label], given=m.part, group=group, within=alike)
            for (photo, m), group, alike in zip(labelled, groups, kin, strict=True)
        ],
        seed,
    )
    roles = roles_of([None] * len(classes))
    revision = DataRevision(
        root=str(found.root),
        classes=tuple(
            ClassEntry(name=entry.name, description=entry.description, role=role)
            for entry, role in zip(classes, roles, strict=True)
        ),
        photos=tuple(
            PhotoEntry(path=photo.path.relative_to(found.root).as_posix(), label=place[meaning.label],
                       part=part, sha256=photo.sha256, group=group)
            for (photo, meaning), part, group in zip(labelled, parts, groups, strict=True)
        ),
    )  # fmt: skip
    return with_probe(revision) if needs_probe(roles) else revision


def seen_of(photos: Sequence[ScannedPhoto]) -> list[Seen]:
    """What is known of scanned photos, to find those that are alike."""
    return [
        Seen(
            photo.sha256,
            photo.look,
            photo.taken,
            photo.mtime_ns / 1e9,
            str(photo.path.parent),
            burst_of(photo.path.name),
        )
        for photo in photos
    ]


def _classes(found: ScanResult, seed: int, shuffle: bool) -> Sequence[FolderClass]:
    """The classes that have photos, in their order."""
    _check_photos(found)
    folders = set(found.folders.labels)
    listed = [entry for entry in read_class_file(found.root) if entry.folder in folders]
    unlisted = sorted(folders - {entry.folder for entry in listed})
    classes = [*listed, *(named_after(name) for name in unlisted)]
    if len(classes) < 2:
        raise Problem("project.folder_one_class", path=found.root, name=classes[0].name)
    return sorted(classes, key=lambda entry: _drawn(entry.folder, seed)) if shuffle else classes


def _check_photos(found: ScanResult) -> None:
    if not found.photos and found.unreadable:
        raise Problem("project.folder_unreadable_only", path=found.root, count=len(found.unreadable))
    if not found.photos:
        raise Problem("project.folder_empty", path=found.root)
    if not found.folders.labels:
        raise Problem("project.folder_without_classes", path=found.root, count=len(found.photos))


def _drawn(name: str, seed: int) -> str:
    return hashlib.sha256(f"{seed}|{name}".encode(errors="surrogateescape")).hexdigest()
