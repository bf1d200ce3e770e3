"""A finished run examined on other photos and texts than its own."""

from dataclasses import dataclass
from typing import Any

from core.backbones.device import choose_device
from core.problems import Problem
from core.tasks.course import TUNED_FILE
from core.tasks.examine import Examination, changes
from core.tasks.models import open_writer
from core.tasks.photos import openable
from core.tasks.result import Group, MeasureChange
from core.tasks.revision import TextRevision
from core.tasks.tuned import load_tuned
from core.training.job import TextJob
from core.training.run import Run


@dataclass(frozen=True)
class Reexamined:
    """Before and after on so many photos; `left_out` could not be opened, or the run knows them from its training."""

    photos: int
    left_out: int
    metrics: dict[Group, dict[str, MeasureChange]]


def reexamine(run: Run, revision: TextRevision, device: str = "auto") -> Reexamined:
    """Measure on the test photos of a revision; photos that the run learned or chose from are no test photos.

    Raises:
        Problem: `tasks.nothing_to_examine`, or as `open_writer` and `load_tuned`.
    """
    job: Any = run.job
    assert isinstance(job, TextJob), "not a job about texts"
    known = [photo for photo in run.text_revision.photos if photo.part != "test"]
    contents = {photo.sha256 for photo in known if photo.sha256}
    readable, bad = openable(revision)
    photos = [photo for photo in readable.of("test") if photo.sha256 not in contents]
    if not photos:
        raise Problem("tasks.nothing_to_examine", path=revision.root)
    examination = Examination.of(revision, photos)
    writer = open_writer(job.model, choose_device(device).torch_name)
    tuned = load_tuned(run.folder / TUNED_FILE, writer)
    before, after = examination.write(writer), examination.write(tuned.writer)
    roles: dict[str, Group] = {photo.path: photo.role for photo in photos}
    left_out = len(bad) + len(readable.of("test")) - len(photos)
    return Reexamined(len(photos), left_out, changes(examination, before, after, roles))
