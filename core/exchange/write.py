"""The project's labels and photos for other programs: CSV, COCO, a folder per class."""

import csv
import io
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from core.files import write_atomic
from core.photos.decode import photo_size
from core.problems import Problem
from core.project.class_file import CLASS_FILE, class_file_text, class_folders
from core.project.classes import ProductClass
from core.project.sources import Photo
from core.project.store import Project

ExportFormat = Literal["csv", "coco", "folders"]
Report = Callable[[int, int], None]
Cancelled = Callable[[], bool]

_COLUMNS = ("photo", "class", "description", "state", "labelled_by", "labelled_at")


@dataclass(frozen=True)
class Exported:
    """What was written. `skipped`: labelled photos that could not be read now, and why."""

    path: Path
    photos: int
    skipped: tuple[tuple[Path, str], ...] = ()
    complete: bool = True


def export_labels(
    project: Project,
    kind: ExportFormat,
    out: Path,
    progress: Report | None = None,
    cancelled: Cancelled | None = None,
) -> Exported:
    """Write the project's labels to `out`: a file, or for "folders" a new folder with a copy of each labelled photo.

    What is there appears whole or not at all; stopped half-way (`complete` is then false), nothing is left.

    Raises:
        Problem: `exchange.folder_not_empty`, `exchange.not_written`, `exchange.nothing_labelled`.
    """
    out = Path(os.path.abspath(out))
    steps = _Steps(progress or (lambda *_: None), cancelled or (lambda: False))
    try:
        if kind == "csv":
            return _write_csv(project, out)
        photos = project.photos("labelled")
        if not photos:
            raise Problem("exchange.nothing_labelled")
        names = {entry.id: entry for entry in project.classes()}
        write = _write_coco if kind == "coco" else _write_folders
        return write(photos, names, out, steps)
    except OSError as error:
        raise Problem("exchange.not_written", path=out, reason=error.strerror or error) from error


@dataclass(frozen=True)
class _Steps:
    """Photo by photo, told as it goes, until someone says stop."""

    progress: Report
    cancelled: Cancelled

    def over(self, photos: Sequence[Photo]) -> Iterator[Photo]:
        for done, photo in enumerate(photos):
            if self.cancelled():
                return
            self.progress(done, len(photos))
            yield photo
        self.progress(len(photos), len(photos))


def _write_csv(project: Project, out: Path) -> Exported:
    """Every photo, labelled or not; UTF-8 with a mark, so that Excel shows Japanese."""
    classes = {entry.id: entry for entry in project.classes()}
    photos = project.photos("all")
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(_COLUMNS)
    for photo in photos:
        entry = classes.get(photo.class_id) if photo.class_id is not None else None
        state = "excluded" if photo.excluded else "labelled" if entry else "unlabelled"
        name, description = (entry.name, entry.description) if entry else ("", "")
        row = (photo.path.as_posix(), name, description, state, photo.labelled_by, photo.labelled_at)
        writer.writerow(row)
    write_atomic(out, text.getvalue().encode("utf-8-sig"))
    return Exported(out, len(photos))


def _write_coco(
    photos: Sequence[Photo], classes: dict[int, ProductClass], out: Path, steps: _Steps
) -> Exported:
    """Image-level labels: an annotation per photo whose box is the whole photo, as it stands upright."""
    images, annotations = list[dict[str, object]](), list[dict[str, object]]()
    skipped: list[tuple[Path, str]] = []
    for photo in steps.over(photos):
        try:
            width, height = photo_size(photo.path)
        except Problem as error:
            skipped.append((photo.path, str(error)))
            continue
        number = len(images) + 1
        images.append({"id": number, "file_name": photo.path.as_posix(), "width": width, "height": height})
        annotations.append(
            {"id": number, "image_id": number, "category_id": photo.class_id, "bbox": [0, 0, width, height],
             "area": width * height, "iscrowd": 0}
        )  # fmt: skip
    if len(images) + len(skipped) < len(photos):
        return Exported(out, 0, complete=False)
    categories = [
        {"id": entry.id, "name": entry.name, "supercategory": "", "description": entry.description}
        for entry in classes.values()
    ]
    coco = {"images": images, "annotations": annotations, "categories": categories}
    write_atomic(out, json.dumps(coco, ensure_ascii=False, indent=1))
    return Exported(out, len(images), tuple(skipped))


def _write_folders(
    photos: Sequence[Photo], classes: dict[int, ProductClass], out: Path, steps: _Steps
) -> Exported:
    """A folder per class with copies of its photos, and a classes.toml by which this program knows them again."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise Problem("exchange.folder_not_empty", path=out)
    names = class_folders(entry.name for entry in classes.values())
    folders = {entry.id: names[entry.name] for entry in classes.values()}
    part = out.with_name(f".{out.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    skipped: list[tuple[Path, str]] = []
    done = 0
    try:
        for photo in steps.over(photos):
            assert photo.class_id is not None
            try:
                _copy_beside(photo.path, part / folders[photo.class_id])
            except FileNotFoundError as error:
                skipped.append((photo.path, error.strerror or str(error)))
            done += 1
        if done < len(photos):
            return Exported(out, 0, complete=False)
        used = [classes[class_id] for class_id in dict.fromkeys(p.class_id for p in photos) if class_id]
        part.mkdir(parents=True, exist_ok=True)
        told = {folders[entry.id]: (entry.name, entry.description) for entry in used}
        write_atomic(part / CLASS_FILE, class_file_text(told))
        if out.exists():
            out.rmdir()
        part.replace(out)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return Exported(out, done - len(skipped), tuple(skipped))


def _copy_beside(photo: Path, folder: Path) -> None:
    """Copy a photo; a name that is taken gets a number."""
    folder.mkdir(parents=True, exist_ok=True)
    target, number = folder / photo.name, 1
    while target.exists():
        number += 1
        target = folder / f"{photo.stem} ({number}){photo.suffix}"
    shutil.copy2(photo, target)
