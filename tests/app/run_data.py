"""A project and runs as the engine leaves them, written by the engine's own encoders, without the engine."""

import math
import random
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from core.evaluation.reliability import reliability
from core.evaluation.unsure import choose_threshold
from core.photos.scan import scan
from core.project.revision import ClassEntry, DataRevision, PhotoEntry
from core.project.store import Project
from core.training.events import (
    Epoch,
    Event,
    Finished,
    Resources,
    Stage,
    StateChanged,
    Step,
    encode,
)
from core.training.job import DATA_FILE, TrainJob, save_job
from core.training.result import (
    Calibrated,
    Calibration,
    Interval,
    Metrics,
    PhotoPrediction,
    TrainResult,
    Validated,
)
from core.training.run import EVENTS_FILE, Run

STAGES = ("prepare", "features", "zero_shot", "train", "evaluate", "save", "verify")
NAMES = (
    "良品の六角ボルト",
    "キズのある六角ボルト",
    "曲がった六角ボルト",
    "良品の歯車",
    "欠けた歯車",
    "汚れたバルブ",
)


def make_project(folder: Path, names: Sequence[str] = NAMES, photos: int = 10) -> Project:
    """A project with `photos` small photos of each class, labelled."""
    for number, _ in enumerate(names):
        place = folder / "photos" / f"class_{number:02}"
        place.mkdir(parents=True)
        for index in range(photos):
            shade = (40 + 7 * number) % 256
            image = Image.new("RGB", (64, 48), (shade, (index * 23) % 256, 160))
            image.save(place / f"photo_{number:02}_{index:03}.jpg")
    project = Project.create(folder / "project", "ボルト検査")
    project.add_photos(scan(folder / "photos"))
    project.label_by_folders()
    for entry, name in zip(project.classes(), names, strict=True):
        project.edit_class(entry.id, name=name, description=f"a part number {entry.id}")
    return project


def make_run(
    project: Project,
    *,
    preset: str = "coop-dept",
    composition: str = "dept(coop)",
    events: Sequence[Event] | None = None,
    skill: float | None = 0.9,
    untouched: float = 0.6,
    seed: int = 0,
) -> Run:
    """A run on the project as it is now. `skill` is the share judged right after training; None: no result."""
    run = Run(project.new_run_folder())
    revision = project.snapshot()
    revision.save(run.folder / DATA_FILE)
    save_job(TrainJob(run=str(run.folder), preset=preset, composition=composition, shots=None))
    write_story(run, whole_story() if events is None else events)
    if skill is not None:
        make_result(revision, preset, composition, skill, untouched, seed).save(run.folder)
    return run


def write_story(run: Run, events: Sequence[Event]) -> None:
    """What the worker told; nothing told, and it never began."""
    if events:
        lines = "".join(encode(event) + "\n" for event in events)
        (run.folder / EVENTS_FILE).write_text(lines, encoding="utf-8")
        (run.folder / "worker.lock").write_text('{"pid": 0, "created": 0}')


def make_result(
    revision: DataRevision, preset: str, composition: str, skill: float, untouched: float, seed: int = 0
) -> TrainResult:
    """A result whose predictions are right with probability `skill` (tuned) and `untouched` (zero-shot)."""
    chance = random.Random(seed)
    classes = len(revision.classes)
    predictions = tuple(_judged(photo, classes, skill, untouched, chance) for photo in revision.of("test"))
    metrics = {
        "zero_shot": _metrics(revision, [(p.label, p.zero_shot_predicted) for p in predictions]),
        "tuned": _metrics(revision, [(p.label, p.predicted) for p in predictions]),
    }
    trained = composition != "zero-shot"
    validation = _validation(chance, skill)
    return TrainResult(
        composition=composition,
        preset=preset,
        backbone="embedded",
        backbone_sha256="0" * 64,
        revision=revision.id,
        seed=1,
        shots=None,
        metrics=metrics,
        intervals={"tuned": {"base": Interval(mean=skill, low=skill - 0.1, high=min(1, skill + 0.1), n=30)}},
        predictions=predictions,
        unsure=choose_threshold(validation),
        validated=validation,
        calibration=_calibration(predictions) if predictions else None,
        steps=100 if trained else 0,
        epochs=20 if trained else 0,
        kept_epoch=20 if trained else 0,
        stopped_because="all_epochs" if trained else "nothing_to_learn",
        stages_s=dict.fromkeys(STAGES, 1.0),
        device="CPU",
        trained_parameters=4096 if trained else 0,
    )


def _validation(chance: random.Random, skill: float, photos: int = 500) -> tuple[Validated, ...]:
    """Validation photos: the surer, the more often right."""
    sure = [chance.uniform(0.5, 0.999) for _ in range(photos)]
    return tuple(
        Validated(probability=p, right=chance.random() < (1 if p > 0.7 and skill > 0.5 else skill))
        for p in sure
    )


def _calibration(predictions: Sequence[PhotoPrediction]) -> Calibrated:
    said = np.array([p.probability for p in predictions])
    right = np.array([p.predicted == p.label for p in predictions])
    return Calibrated(
        temperatures=Calibration(matching=1.4, fused=2.1, photos=300),
        before=reliability(np.minimum(0.999, said + 0.1), right),
        after=reliability(said, right),
        without={"union_base": None, "union_new": None, "union_h": None},
    )


def whole_story(epochs: int = 20, told: int | None = None, *, ended: bool = True) -> list[Event]:
    """What a worker tells of a training; `told` rounds of it, with its last word when `ended`."""
    events: list[Event] = [StateChanged(state="running")]
    for index, stage in enumerate(STAGES[:4], start=1):
        events.append(Stage(stage=stage, index=index, of=len(STAGES)))
    for epoch in range(1, (epochs if told is None else told) + 1):
        events.append(round_told(epoch, epochs))
    if ended:
        for index, stage in enumerate(STAGES[4:], start=5):
            events.append(Stage(stage=stage, index=index, of=len(STAGES)))
        events.append(Finished(result={}))
    return events


def round_told(epoch: int, epochs: int = 20) -> Epoch:
    """One round as a healthy training tells it."""
    grown = 1 - math.exp(-epoch / 5)
    return Epoch(
        epoch=epoch,
        epochs=epochs,
        loss=2.2 * math.exp(-epoch / 6) + 0.2,
        base=0.58 + 0.34 * grown,
        new=0.55 + 0.06 * math.sin(epoch / 3),
        union_h=0.6,
        zero_shot_base=0.58,
        zero_shot_new=0.56,
        seconds_left=3.0 * (epochs - epoch),
    )


def busy() -> list[Event]:
    """What stands between the rounds."""
    return [
        Step(step=30, epoch=3, loss=1.2, learning_rate=0.002),
        Resources(cpu_percent=87.0, memory_bytes=1_400_000_000),
    ]


def _judged(
    photo: PhotoEntry, classes: int, skill: float, untouched: float, chance: random.Random
) -> PhotoPrediction:
    def guess(right: float) -> int:
        if chance.random() < right or classes < 2:
            return photo.label
        return (photo.label + chance.randrange(1, classes)) % classes

    predicted = guess(skill)
    sure = chance.uniform(0.5, 0.99)
    loss = -math.log(sure) if predicted == photo.label else -math.log(max(1e-3, 1 - sure))
    return PhotoPrediction(
        photo=photo.path,
        label=photo.label,
        predicted=predicted,
        probability=sure,
        loss=loss,
        zero_shot_predicted=guess(untouched),
        zero_shot_probability=chance.uniform(0.3, 0.9),
        own_right=predicted == photo.label,
    )


def _metrics(revision: DataRevision, pairs: list[tuple[int, int]]) -> Metrics:
    def share(members: Sequence[int]) -> float | None:
        right = [label == guess for label, guess in pairs if label in members]
        return sum(right) / len(right) if right else None

    base, new = share(revision.base), share(revision.new)
    both = None if base is None or new is None else 2 * base * new / (base + new) if base + new else 0.0
    return Metrics(base=base, new=new, h=both, union_base=base, union_new=new, union_h=both)


def many_classes(count: int) -> list[ClassEntry]:
    """Class entries with very long names."""
    return [ClassEntry(name=f"とても長い名前の種類その{i}（右側・下段・検査工程二）", description=f"part {i}",
                       role="base" if i < count // 2 else "new") for i in range(count)]  # fmt: skip
