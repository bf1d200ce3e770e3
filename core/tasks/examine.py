"""What a model writes about photos beside what people wrote: scored, and before against after."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from core.partsworld.descriptions import descriptions
from core.partsworld.heldout import held_out_compositions
from core.partsworld.questions import draw_question
from core.partsworld.render import render
from core.partsworld.scene import draw_scene
from core.problems import Language
from core.tasks.metrics.scores import Scores, compare, score_answers, score_captions
from core.tasks.metrics.vqa import vqa_accuracy
from core.tasks.photos import PhotoFiles
from core.tasks.protocol import Told, Writer
from core.tasks.result import Group, MeasureChange
from core.tasks.revision import TextPhoto, TextRevision
from core.tasks.texts import TextTask

KNOWN_PHOTOS = 100
_KNOWN_SEED = 20261130
_KNOWN_SIZE = 224
_AT_ONCE = 16
Look = Callable[[int], None]


@dataclass(frozen=True)
class Examination:
    """Photos with what is asked of each and what people wrote: one row a description, or a question.

    `names` names each row's photo, `questions` are "" for descriptions.
    """

    task: TextTask
    language: Language
    photos: Sequence[Image.Image]
    rows: tuple[int, ...]
    names: tuple[str, ...]
    questions: tuple[str, ...]
    written: tuple[tuple[str, ...], ...]

    @classmethod
    def of(cls, revision: TextRevision, photos: Sequence[TextPhoto]) -> "Examination":
        """Some photos of a revision."""
        rows = [(number, each) for number, photo in enumerate(photos) for each in photo.written]
        return cls(
            revision.task,
            revision.language,
            PhotoFiles([revision.photo_path(photo) for photo in photos]),
            tuple(number for number, _ in rows),
            tuple(photos[number].path for number, _ in rows),
            tuple(each.question for _, each in rows),
            tuple(each.texts for _, each in rows),
        )

    def __len__(self) -> int:
        return len(self.rows)

    def first(self, rows: int) -> "Examination":
        """The first rows alone."""
        return replace(
            self,
            rows=self.rows[:rows],
            names=self.names[:rows],
            questions=self.questions[:rows],
            written=self.written[:rows],
        )

    def write(self, writer: Writer, look: Look = lambda done: None) -> list[Told]:
        """What a model writes, a text a row. `look` is told how many are done; what it raises ends the work."""
        told: list[Told] = []
        for first in range(0, len(self.rows), _AT_ONCE):
            rows = self.rows[first : first + _AT_ONCE]
            opened = {row: self.photos[row] for row in dict.fromkeys(rows)}
            photos = [opened[row] for row in rows]
            if self.task == "caption":
                told += writer.caption(photos, self.language)
            else:
                told += writer.answer(photos, self.questions[first : first + _AT_ONCE])
            look(len(told))
        return told

    def score(self, told: Sequence[Told]) -> Scores:
        """Measures over the photos. Raises ValueError where there is none."""
        said = [each.text for each in told]
        if self.task == "caption":
            return score_captions(said, self.written, self.language, self.names)
        return score_answers(said, self.written, self.language, self.names)

    def each(self, told: Sequence[Told]) -> list[float]:
        """A score a row: CIDEr of a description, VQA accuracy of an answer."""
        if not told:
            return []
        if self.task == "caption":
            return [float(value) for value in self.score(told).measures["cider"].rows[:, 0]]
        return [
            vqa_accuracy(one.text, people, self.language)
            for one, people in zip(told, self.written, strict=True)
        ]


def known_examination(task: TextTask, language: Language, photos: int = KNOWN_PHOTOS) -> Examination:
    """Pictures of compositions that neither the embedded model nor any tuning ever saw, with texts in the words that it
    was pretrained on: what it knew before."""
    rng = np.random.default_rng([_KNOWN_SEED, len(task)])
    compositions = held_out_compositions()
    scenes = [draw_scene(rng, compositions[int(rng.integers(len(compositions)))]) for _ in range(photos)]
    pictures = [Image.fromarray(render(scene, _KNOWN_SIZE)) for scene in scenes]
    if task == "caption":
        asked = [""] * photos
        written = [tuple(each.text for each in descriptions(scene, language)) for scene in scenes]
    else:
        questions = [draw_question(rng, scene, language) for scene in scenes]
        asked = [question.text for question in questions]
        written = [(question.answer,) for question in questions]
    places = tuple(range(photos))
    return Examination(
        task, language, pictures, places, tuple(map(str, places)), tuple(asked), tuple(written)
    )


def changes(
    examination: Examination, before: Sequence[Told], after: Sequence[Told], groups: Mapping[str, Group]
) -> dict[Group, dict[str, MeasureChange]]:
    """Before against after by group of photos; groups without photos are left out. One description alone is not measured:
    CIDEr weighs words by how rare they are among the photos.
    """
    if len({*examination.names}) < (2 if examination.task == "caption" else 1):
        return {}
    compared = compare(examination.score(before), examination.score(after), groups)
    return {
        group: {
            name: MeasureChange(
                before=found.before, after=found.after, difference=found.difference, change=found.change
            )
            for name, found in compared[group].items()
        }
        for group in dict.fromkeys(groups.values())
        if group in compared
    }
