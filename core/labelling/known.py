"""What is known of a project's photos beside their labels; each thing is read when it is first asked for.

What comes from models (answers of the latest run, and whatever else looks at photos) is a property here, empty where
there is none: the filters and orders that need it are then not offered.
"""

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from core.assist.advice import Advice
from core.assist.search import nearness_to_words
from core.labelling.similarity import similarity_to
from core.project.classes import ProductClass
from core.project.sources import Photo
from core.project.store import CACHE_FOLDER, Project
from core.training.run import Run, runs_in


@dataclass(frozen=True, slots=True)
class Answer:
    """How a run judged a photo: the class (None: not one of the project's own, or gone), how sure it was, 0-1, and
    whether that was the label the photo had then."""

    class_id: int | None
    probability: float
    right: bool


class Known:
    """Of the usable photos of a project as they were when this was made. For one thread.

    `advice` is what the untouched backbone's eyes give for the labels so far; `words` are searched for, if any.
    """

    def __init__(self, project: Project, advice: Advice | None = None, words: str = "") -> None:
        self._project = project
        self.advice = advice or Advice()
        self.words = words
        self.photos: Sequence[Photo] = project.photos()
        self.classes: Sequence[ProductClass] = project.classes()

    @cached_property
    def answers(self) -> Mapping[int, Answer]:
        """By photo id: the test photos of the latest run that finished."""
        for run in runs_in(self._project.runs_folder):
            if found := self._answers_of(run):
                return found
        return {}

    @cached_property
    def folders(self) -> Mapping[int, str]:
        """By photo id, the folder it lies in as seen from the one that all photos share, with forward slashes."""
        # By source and inner folder: of the many photos few lie in different ones.
        keys = {photo.id: (photo.source_id, photo.inner.rpartition("/")[0]) for photo in self.photos}
        examples = dict(zip(keys.values(), self.photos, strict=True))
        folders = {key: os.path.dirname(photo.path) for key, photo in examples.items()}
        shared = _shared(set(folders.values()))
        below = {
            key: folder[len(shared) :].strip(os.sep).replace(os.sep, "/") for key, folder in folders.items()
        }
        return {photo_id: below[key] for photo_id, key in keys.items()}

    @cached_property
    def days(self) -> Mapping[int, str]:
        """By photo id, when it was taken, as 2026-11-30: by the camera's own clock, else by the file's date here."""
        # Days begin on a quarter of an hour everywhere on earth, so photos of the same quarter are of one day.
        named: dict[tuple[bool, int], str] = {}
        days = {}
        for photo in self.photos:
            quarter = (photo.taken is None, int(seconds_of(photo) // 900))
            if quarter not in named:
                named[quarter] = _day(*quarter)
            days[photo.id] = named[quarter]
        return days

    @cached_property
    def written(self) -> frozenset[int] | None:
        """Ids of the photos that have a text of the project's task; None where its task takes no texts."""
        task = self._project.task
        return None if task == "classification" else self._project.texts.photos_with(task)

    def similarity(self, photo_id: int) -> Mapping[int, float]:
        """By photo id, how alike each photo is to one of them: 1 the same, less the more they differ."""
        return similarity_to(photo_id, self.photos, self._project.looks, self._project.folder / CACHE_FOLDER)

    def nearness_to_words(self, words: str) -> Mapping[int, float]:
        """By photo id, how near a photo is to English words; empty while these were not read by a backbone."""
        return nearness_to_words(words, self.photos, self._project.folder / CACHE_FOLDER)

    def _answers_of(self, run: Run) -> dict[int, Answer]:
        result = run.result()
        if result is None or not result.predictions:
            return {}
        own = {entry.name: entry.id for entry in self.classes}
        names = [entry.name if entry.source == "own" else "" for entry in run.revision.classes]
        paths = zip(self._project.portable_paths(self.photos), self.photos, strict=True)
        ids = {path: photo.id for path, photo in paths}
        return {
            ids[told.photo]: Answer(
                own.get(names[told.predicted]), told.probability, told.predicted == told.label
            )
            for told in result.predictions
            if told.photo in ids
        }


def seconds_of(photo: Photo) -> float:
    """When a photo was taken: seconds on the camera's own clock, else those of the file's date."""
    return photo.mtime_ns / 1e9 if photo.taken is None else photo.taken


def _day(by_file: bool, quarter: int) -> str:
    moment = datetime.fromtimestamp(900 * quarter, None if by_file else UTC)
    return moment.strftime("%Y-%m-%d")


def _shared(folders: Collection[str]) -> str:
    try:
        return os.path.commonpath(folders)
    except ValueError:  # there are none, or they lie on several drives
        return ""
