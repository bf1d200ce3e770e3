"""PT-PEFT's claim on the tasks it was shown on: describing photos and answering questions (arXiv 2411.00029).

The embedded text model is tuned on a plant's own photos and wording (`core.partsworld.plant`) by prefix, LoRA,
adapters and in full, and by PT-PEFT of each. For each: the task's score on photos of compositions that neither
pretraining nor tuning saw; the score on the model's own descriptions or questions of the same photos (what it knew);
and what is left of the pretrained features, by effective rank and overlap of their main directions. The paper says
that PT-PEFT scores higher than the method alone and keeps the rank.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import Tensor

from core.bench.insight import spectra_over_seeds
from core.bench.protocol import Line
from core.insight.study import spectra
from core.partsworld.descriptions import descriptions
from core.partsworld.heldout import held_out_compositions, training_compositions
from core.partsworld.plant import QUESTIONS, answer_to, plant_scenes, record
from core.partsworld.questions import draw_question
from core.partsworld.render import render
from core.partsworld.scene import Scene
from core.tasks.learning import Learned, learn
from core.tasks.lessons import lesson_of, wording_of
from core.tasks.metrics.scores import score_answers, score_captions
from core.tasks.metrics.sums import Sums
from core.tasks.model import TextModel
from core.tasks.protocol import TextExample, TextSet
from core.tasks.tuning import TextTuning
from core.training.events import Event, TextEpoch
from core.training.result import Interval

NAME = "pt-peft"
Task = Literal["caption", "vqa"]
METHODS = ("prefix", "lora", "adapter", "full", "pt-peft(lora)", "pt-peft(adapter)", "pt-peft(full)")
TEST_PHOTOS, CHECK_PHOTOS, TRAIN_PHOTOS = 400, 48, 96
_TRAIN, _CHECK, _TEST = 1, 2, 3
_DRAWS, _SEED = 2000, 20260901
_BATCH = 32
_MEASURE: dict[Task, str] = {"caption": "cider", "vqa": "vqa_accuracy"}
Array = NDArray[np.float32]


@dataclass(frozen=True)
class TextRequest:
    """What is to be run; `photos` are learned from."""

    task: Task
    seeds: tuple[int, ...]
    photos: int = TRAIN_PHOTOS
    test_photos: int = TEST_PHOTOS
    methods: tuple[str, ...] = METHODS


@dataclass(frozen=True, eq=False)
class Examined:
    """A model on the test photos: scores of the plant's texts and of its own ones, and features `(N, D)` of the
    photos, and of the plant's texts beside them."""

    score: Sums
    known: Sums
    photos: Array
    texts: Array


@dataclass(frozen=True, eq=False)
class _Run:
    learned: Learned
    after: Examined
    parameters: int


def pt_peft(
    request: TextRequest, model: TextModel, tell: Callable[[str], None] = lambda said: None
) -> Iterator[Line]:
    """A line for each method, PT-PEFT's with the difference to the method alone.

    Raises:
        Problem: as tuning raises.
    """
    test = _Test(request, model)
    before = test.examine(model)
    runs: dict[str, list[_Run]] = {}
    for method in request.methods:
        runs[method] = [_run(request, model, test, method, seed, tell) for seed in request.seeds]
        yield _line(request, method, before, runs)


def table_of(lines: Sequence[Line]) -> list[str]:
    """The lines as a table for a person, a heading first."""
    heading = (
        "method", "score", "gain over untouched", "against the method alone", "what it knew",
        "rank of photos", "overlap", "rank of texts", "overlap",
    )  # fmt: skip
    rows = [heading]
    if lines:
        untouched = (
            _plain(lines[0]["untouched"]),
            "",
            "",
            _plain(lines[0]["known_untouched"]),
            "",
            "",
            "",
            "",
        )
        rows.append(("untouched", *untouched))
    for line in lines:
        sides = []
        for side in ("photos_features", "texts_features"):
            found = line[side]
            kept, overlap = found["effective_rank"]["kept"], found["overlap"]
            sides += [f"×{_plain(kept)} {found['said']}", _plain(overlap)]
        against = "" if line["against"] is None else _plain(line["against"]["difference"], signed=True)
        score, known = _plain(line["score"]), _plain(line["known"])
        rows.append((line["composition"], score, _plain(line["gain"], signed=True), against, known, *sides))
    widths = [max(len(row[column]) for row in rows) for column in range(len(heading))]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]


class _Test:
    """The test photos, the same for every method and seed."""

    def __init__(self, request: TextRequest, model: TextModel) -> None:
        self.task = request.task
        self.scenes = plant_scenes((_TEST,), held_out_compositions(), request.test_photos)
        self.pixels = model.pixels(_photos(model, self.scenes))
        self.examples = _examples(self.task, self.scenes)
        # One text a photo is looked at for its features: N rows as many as photos.
        seen: dict[int, TextExample] = {}
        for example in self.examples:
            seen.setdefault(example.photo, example)
        self.looked_at = tuple(seen[number] for number in range(len(self.scenes)))
        rng = np.random.default_rng(_SEED)
        self.own = tuple(draw_question(rng, scene, "en") for scene in self.scenes)

    def examine(self, model: TextModel) -> Examined:
        photos, texts = self._features(model)
        return Examined(self._score(model), self._known(model), photos, texts)

    def _score(self, model: TextModel) -> Sums:
        if self.task == "caption":
            said = [told.text for told in model.caption_pixels(self.pixels)]
            return score_captions(said, [[e.text] for e in self.examples]).measures["cider"]
        rows = [example.photo for example in self.examples]
        told = model.answer_pixels(self.pixels[rows], [example.question or "" for example in self.examples])
        given = [[example.text] for example in self.examples]
        return _answers([each.text for each in told], given, rows)

    def _known(self, model: TextModel) -> Sums:
        if self.task == "caption":
            said = [told.text for told in model.caption_pixels(self.pixels)]
            references = [[each.text for each in descriptions(scene, "en")] for scene in self.scenes]
            return score_captions(said, references).measures["cider"]
        told = model.answer_pixels(self.pixels, [question.text for question in self.own])
        given = [[question.answer] for question in self.own]
        return _answers([each.text for each in told], given, list(range(len(told))))

    @torch.no_grad()
    def _features(self, model: TextModel) -> tuple[Array, Array]:
        """Means over the photo's tokens, and over the text's hidden states, of each photo."""
        photos: list[Tensor] = []
        texts: list[Tensor] = []
        for first in range(0, len(self.scenes), _BATCH):
            part = slice(first, first + _BATCH)
            read = model.photo_tokens(self.pixels[part])
            wordings = [wording_of(model, example) for example in self.looked_at[part]]
            lesson = lesson_of([(start, rest, row) for row, (start, rest, _) in enumerate(wordings)])
            hidden = model.decoder.hidden(lesson.tokens, read)
            lengths = torch.tensor([len(start) + len(rest) - 1 for start, rest, _ in wordings])
            counted = (torch.arange(hidden.shape[1]) < lengths[:, None])[..., None]
            photos.append(read.mean(dim=1))
            texts.append((hidden * counted).sum(dim=1) / lengths[:, None])
        return torch.cat(photos).numpy(), torch.cat(texts).numpy()


def _run(
    request: TextRequest,
    model: TextModel,
    test: _Test,
    method: str,
    seed: int,
    tell: Callable[[str], None],
) -> _Run:
    train, check = (
        _texts(request.task, model, plant_scenes((seed, which), training_compositions(), count))
        for which, count in ((_TRAIN, request.photos), (_CHECK, CHECK_PHOTOS))
    )
    tuning = TextTuning(model, method, {}, seed)
    parameters = sum(value.numel() for value in tuning.learned_state().values())

    def told(event: Event) -> None:
        if isinstance(event, TextEpoch):
            tell(f"{method}, seed {seed}: round {event.epoch} of {event.epochs}, loss {event.loss:.3f}")

    learned = learn(tuning, tuning.lessons(train), tuning.lessons(check), seed, told)
    return _Run(learned, test.examine(tuning.model), parameters)


def _line(request: TextRequest, method: str, before: Examined, runs: dict[str, list[_Run]]) -> Line:
    ours = runs[method]
    after = [run.after for run in ours]
    alone = method.removeprefix("pt-peft(").removesuffix(")")
    against = None
    if alone != method and alone in runs:
        theirs = [run.after.score for run in runs[alone]]
        against = {
            "composition": alone,
            "difference": _difference(theirs, [each.score for each in after]).model_dump(),
        }
    return {
        "task": request.task,
        "composition": method,
        "measure": _MEASURE[request.task],
        "seeds": list(request.seeds),
        "photos": request.photos,
        "test_photos": request.test_photos,
        "score": _figure([each.score for each in after]).model_dump(),
        "untouched": _figure([before.score]).model_dump(),
        "gain": _difference([before.score] * len(after), [each.score for each in after]).model_dump(),
        "against": against,
        "known": _figure([each.known for each in after]).model_dump(),
        "known_untouched": _figure([before.known]).model_dump(),
        "photos_features": _sides(before.photos, [each.photos for each in after]),
        "texts_features": _sides(before.texts, [each.texts for each in after]),
        "decisions": [[decision["code"] for decision in run.learned.decisions] for run in ours],
        "per_seed": [run.after.score.value for run in ours],
        "steps": [run.learned.steps for run in ours],
        "train_s": [round(run.learned.seconds, 1) for run in ours],
        "trained_parameters": ours[0].parameters,
    }


def _sides(before: Array, after: Sequence[Array]) -> dict[str, Any] | None:
    return spectra_over_seeds([spectra(before, each) for each in after])


def _figure(seeds: Sequence[Sums]) -> Interval:
    """The seeds' mean with its interval, by bootstrap over seeds and over the photos of each."""
    mean = float(np.mean([sums.value for sums in seeds]))
    low, high = _ends(_drawn([[sums] for sums in seeds])[:, 0])
    return Interval(mean=mean, low=low, high=high, n=sum(len(sums.rows) for sums in seeds))


def _difference(before: Sequence[Sums], after: Sequence[Sums]) -> Interval:
    """How much better `after` is, seed by seed on the same photos."""
    mean = float(np.mean([b.value - a.value for a, b in zip(before, after, strict=True)]))
    drawn = _drawn([list(pair) for pair in zip(before, after, strict=True)])
    low, high = _ends(drawn[:, 1] - drawn[:, 0])
    return Interval(mean=mean, low=low, high=high, n=sum(len(sums.rows) for sums in after))


def _drawn(seeds: Sequence[Sequence[Sums]]) -> NDArray[np.float64]:
    """What the means over seeds might have been `(draws, K)`; the K measures of a seed are drawn together."""
    rng = np.random.default_rng(_SEED)
    chosen = rng.integers(len(seeds), size=(_DRAWS, len(seeds)))
    values = np.empty((len(seeds), _DRAWS, len(seeds[0])))
    for number, measures in enumerate(seeds):
        photos = len(measures[0].rows)
        weights = rng.multinomial(photos, np.full(photos, 1 / photos), size=_DRAWS)
        for column, sums in enumerate(measures):
            values[number, :, column] = sums.total(weights @ sums.rows)
    return np.asarray(values[chosen.T, np.arange(_DRAWS)].mean(axis=0), dtype=np.float64)


def _ends(drawn: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.quantile(drawn, (0.025, 0.975))
    return float(low), float(high)


def _answers(said: list[str], given: list[list[str]], rows: Sequence[int]) -> Sums:
    return score_answers(said, given, photos=[str(row) for row in rows]).measures["vqa_accuracy"]


def _texts(task: Task, model: TextModel, scenes: Sequence[Scene]) -> TextSet:
    """A text a photo to learn from: its record, or the answer to one of the questions in turn."""
    examples = _examples(task, scenes)
    if task == "vqa":
        examples = tuple(
            examples[len(QUESTIONS) * number + number % len(QUESTIONS)] for number in range(len(scenes))
        )
    return TextSet(_photos(model, scenes), examples)


def _examples(task: Task, scenes: Sequence[Scene]) -> tuple[TextExample, ...]:
    if task == "caption":
        return tuple(TextExample(number, record(scene)) for number, scene in enumerate(scenes))
    return tuple(
        TextExample(number, answer_to(scene, question), question)
        for number, scene in enumerate(scenes)
        for question in QUESTIONS
    )


def _photos(model: TextModel, scenes: Sequence[Scene]) -> list[Image.Image]:
    return [Image.fromarray(render(scene, model.preprocessing.image_size)) for scene in scenes]


def _plain(figure: dict[str, Any], signed: bool = False) -> str:
    sign = "+" if signed else ""
    if figure.get("low") is None:
        return f"{figure['mean']:{sign}.3f}"
    return f"{figure['mean']:{sign}.3f} [{figure['low']:{sign}.3f}, {figure['high']:{sign}.3f}]"
