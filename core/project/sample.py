"""The sample project: to try the whole program before taking a single photo."""

import shutil
from pathlib import Path

from core.photos.scan import scan
from core.problems import Language, Problem
from core.project.probe import SAMPLE
from core.project.store import Project

PHOTOS_FOLDER = "photos"
_NAMES: dict[Language, str] = {"ja": "サンプル", "en": "Sample"}


def create_sample_project(folder: Path, *, language: Language = "ja", user: str = "") -> Project:
    """A project with the sample's photos (copied into it), its labels and its split; open.

    Raises:
        Problem: `project.sample_missing`, `project.exists`, `project.not_writable`.
    """
    if not (SAMPLE / "train").is_dir():
        raise Problem("project.sample_missing", path=SAMPLE)
    project = Project.create(folder, _NAMES[language], user=user)
    try:
        photos = project.folder / PHOTOS_FOLDER
        shutil.copytree(SAMPLE, photos, dirs_exist_ok=True)
    except OSError as error:
        project.close()
        raise Problem("project.not_writable", path=folder) from error
    project.add_photos(scan(photos))
    project.label_by_folders(language)
    return project
