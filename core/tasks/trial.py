"""How long would each preset take to tune a model that writes, and how much memory? A few texts and steps are really
gone through on this PC, the rest is counted."""

import gc
import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Self

import torch

from core.backbones.device import choose_device
from core.methods.configs.recipe import RecipeConfig
from core.problems import Problem
from core.tasks.examine import KNOWN_PHOTOS
from core.tasks.models import open_writer
from core.tasks.photos import openable, text_set
from core.tasks.presets import resolve_text_preset
from core.tasks.protocol import Lessons, TextSet, TunableWriter, Tuning
from core.tasks.revision import TextPhoto, TextRevision
from core.training.commands import Commands, Emit
from core.training.events import Progress
from core.training.job import HyperValue, TextTrialJob
from core.training.memory import free_cached_memory, is_out_of_memory
from core.training.optimizers import make_optimizer
from core.training.run import Run
from core.training.trial import Peak

_PHOTOS = 6
_STEPS = 3
_WRITTEN = 4
_LOG = logging.getLogger(__name__)


def run_text_trial(run: Run, emit: Emit, commands: Commands) -> dict[str, Any]:
    """`{preset: {"seconds", "memory_bytes"}}` for the trial job in a run's folder.

    A preset that cannot be gone through here, for want of memory or with this model, is left out.

    Raises:
        Problem: `training.no_photos` when no photo could be opened, or as the model raises.
    """
    job, revision = run.job, run.text_revision
    assert isinstance(job, TextTrialJob), "not a trial of texts"
    began = time.perf_counter()
    writer = open_writer(job.model, choose_device(job.device).torch_name)
    load = time.perf_counter() - began
    counts, texts = _Counts.of(revision, writer), _some(revision)
    found: dict[str, Any] = {}
    for done, name in enumerate(job.presets):
        commands.heed(emit)
        emit(Progress(done=done, total=len(job.presets)))
        gc.collect()
        preset = resolve_text_preset(name)
        try:
            with Peak() as peak:
                seconds = _seconds_of(writer, preset.composition, preset.hyper | job.changed, texts, counts)
        except (Problem, RuntimeError, MemoryError) as error:
            if not isinstance(error, Problem) and not is_out_of_memory(error):
                raise
            _LOG.warning("%s could not be measured: %s", name, error)
            free_cached_memory()
            continue
        found[name] = {"seconds": load + seconds, "memory_bytes": peak.bytes}
    return found


@dataclass(frozen=True)
class _Counts:
    """Of the real run: photos to learn from and to check with, their texts, and texts that the examinations write."""

    photos: int
    learned: int
    checked: int
    written: int

    @classmethod
    def of(cls, revision: TextRevision, writer: TunableWriter) -> Self:
        learned, checked, tested = (revision.of(part) for part in ("train", "val", "test"))
        questions = revision.task == "vqa"
        known = KNOWN_PHOTOS if writer.card.kind == "embedded" else 0
        # Before and after; the threshold of answers is chosen on the checking ones, after only.
        examined = 2 * (sum(len(photo.written) for photo in tested) + known)
        return cls(
            photos=len(learned) + len(checked),
            learned=_texts_of(learned, questions),
            checked=_texts_of(checked, questions),
            written=examined + (_texts_of(checked, questions) if questions else 0),
        )


def _texts_of(photos: Sequence[TextPhoto], questions: bool) -> int:
    """A question has one answer to learn, a photo as many descriptions as people wrote."""
    return sum(1 if questions else len(each.texts) for photo in photos for each in photo.written)


def _some(revision: TextRevision) -> TextSet:
    """A few of the photos to learn from, evenly spread, with their texts."""
    photos = revision.of("train")
    some = photos[:: max(1, len(photos) // _PHOTOS)][:_PHOTOS]
    opened, _ = openable(revision.model_copy(update={"photos": some}))
    if not opened.photos:
        raise Problem("training.no_photos", classes="")
    return text_set(opened, opened.photos)


def _seconds_of(
    writer: TunableWriter, composition: str, hyper: dict[str, HyperValue], texts: TextSet, counts: _Counts
) -> float:
    """The whole run, without opening the model: reading the photos, learning, checking, and the examination of the
    untouched and the tuned model."""
    tuning = writer.tune(composition, hyper, seed=0)
    began = time.perf_counter()
    lessons = tuning.lessons(texts)
    total = (time.perf_counter() - began) / len(texts.photos) * counts.photos
    for number, stage in enumerate(tuning.stages()):
        tuning.begin_stage(number)
        total += _seconds_of_stage(tuning, stage.recipe, lessons, counts)
    return total + counts.written * _seconds_per_text(tuning, texts)


def _seconds_of_stage(tuning: Tuning, recipe: RecipeConfig, lessons: Lessons, counts: _Counts) -> float:
    size = min(recipe.batch_size, counts.learned)
    order = [row % len(lessons) for row in range(size)]
    optimizer = make_optimizer(recipe, tuning.parameter_groups())

    def learn(steps: int) -> None:
        for _ in range(steps):
            loss, _right = tuning.loss(next(lessons.batches(order, size)))
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            loss.item()  # on a GPU it has then really been done

    tuning.train()
    learn(1)
    per_step = _seconds(lambda: learn(_STEPS)) / _STEPS
    tuning.eval()
    with torch.no_grad():
        per_check = _seconds(lambda: tuning.loss(next(lessons.batches(order, size)))) / size
    return recipe.epochs * (math.ceil(counts.learned / size) * per_step + counts.checked * per_check)


def _seconds_per_text(tuning: Tuning, texts: TextSet) -> float:
    asked = [example for example in texts.examples if example.question is not None][:_WRITTEN]
    writer = tuning.writer
    if asked:
        photos = [texts.photos[example.photo] for example in asked]
        questions = [example.question or "" for example in asked]
        return _seconds(lambda: writer.answer(photos, questions)) / len(asked)
    photos = [texts.photos[number] for number in range(min(_WRITTEN, len(texts.photos)))]
    return _seconds(lambda: writer.caption(photos, texts.examples[0].language)) / len(photos)


def _seconds(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
