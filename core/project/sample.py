"""The sample project: to try the whole program before taking a single photo."""

import shutil
from pathlib import Path

from core.partsworld.plant import plant_texts
from core.partsworld.sample import CLASSES, sample_photo, sample_scene
from core.photos.scan import scan
from core.problems import Language, Problem
from core.project.probe import SAMPLE
from core.project.store import Project
from core.project.texts import Asked
from core.tasks.texts import TextTask

PHOTOS_FOLDER = "photos"
# Of each class: enough to learn a plant's wording in a few minutes on an office PC.
_TEXT_PHOTOS = {False: 6, True: 3}


def create_sample_project(folder: Path, *, language: Language = "ja", user: str = "") -> Project:
    """A project of the folder's name with the sample's photos (copied into it), its labels and its split; open.

    Raises:
        Problem: `project.sample_missing`, `project.exists`, `project.not_writable`.
    """
    if not (SAMPLE / "train").is_dir():
        raise Problem("project.sample_missing", path=SAMPLE)
    project = Project.create(folder, folder.name, user=user)
    try:
        photos = project.folder / PHOTOS_FOLDER
        shutil.copytree(SAMPLE, photos, dirs_exist_ok=True)
    except OSError as error:
        project.close()
        raise Problem("project.not_writable", path=folder) from error
    project.add_photos(scan(photos))
    project.label_by_folders(language)
    return project


def create_text_sample_project(
    folder: Path, task: TextTask, *, language: Language = "ja", user: str = ""
) -> Project:
    """A small project of the folder's name with some of the sample's photos (copied into it) and what a plant wrote about
    them: its records, or its questions with their answers; open.

    Raises:
        Problem: as `create_sample_project`.
    """
    if not (SAMPLE / "train").is_dir():
        raise Problem("project.sample_missing", path=SAMPLE)
    project = Project.create(folder, folder.name, user=user)
    try:
        written = _copy_with_texts(project.folder / PHOTOS_FOLDER, task, language)
    except OSError as error:
        project.close()
        raise Problem("project.not_writable", path=folder) from error
    project.add_photos(scan(project.folder / PHOTOS_FOLDER))
    project.choose_task(task)
    ids = {photo.id: written[photo.path] for photo in project.photos()}
    captions = {key: [text for _, (text,) in told] for key, told in ids.items() if task == "caption"}
    questions = {key: [Asked(*each) for each in told] for key, told in ids.items() if task == "vqa"}
    project.texts.add(captions, questions)
    return project


def _copy_with_texts(
    into: Path, task: TextTask, language: Language
) -> dict[Path, list[tuple[str, tuple[str, ...]]]]:
    """Some photos of every class, with what the plant wrote about each."""
    written = {}
    for entry in CLASSES:
        for test, count in _TEXT_PHOTOS.items():
            for place in range(count):
                name = sample_photo(entry, place, test=test)
                copy = into / name
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(SAMPLE / name, copy)
                scene = sample_scene(entry, place, test=test)
                written[copy] = plant_texts(scene, task, language)
    return written
