"""A finished run with chosen answers: no model was trained for it."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from core.evaluation.intervals import intervals_of
from core.evaluation.judged import Judged, metrics_of
from core.project.revision import ClassEntry, DataRevision, Part, PhotoEntry
from core.project.store import Project
from core.training.events import EVENTS_SCHEMA, Resources, StateChanged, encode
from core.training.job import DATA_FILE, TrainJob, save_job
from core.training.result import PhotoPrediction, TrainResult, UnsureThreshold
from core.training.run import EVENTS_FILE, Run

NAMES = ("良品", "キズ", "打痕")
WORDS = ("good part", "part with a scratch", "part with a dent")
THRESHOLD = UnsureThreshold(probability=0.6, wished_error=0.02, sent_to_person=0.1, promised=False, n=40)


def made_up_run(
    folder: Path,
    *,
    names: Sequence[str] = NAMES,
    right_before: float = 0.6,
    right_after: float = 0.95,
    test: int = 100,
    train: int = 40,
    unsure: UnsureThreshold | None = THRESHOLD,
    backbone: str = "ViT-B-16",
    energy: Sequence[float] = (),
    sub_folders: Sequence[str] = ("",),
) -> Run:
    """A run on photos of `names`, the last held back; of each class's test photos the first share is judged right.

    Every tenth answer is unsure. Wrong answers are the class before it. `energy`: joules as the worker told them.
    """
    classes = tuple(
        ClassEntry(name=name, description=WORDS[i % 3], role="new" if i == len(names) - 1 else "base")
        for i, name in enumerate(names)
    )
    photos = tuple(
        PhotoEntry(
            path=f"photos/{part}/{name}/{sub_folders[number % len(sub_folders)]}/{number}.png".replace(
                "//", "/"
            ),
            label=label,
            part=part,
            sha256=f"{label}{part}{number}",
        )
        for label, name in enumerate(names)
        for part, count in _counts(train, test)
        for number in range(count)
    )
    revision = DataRevision(root=str(folder.parent), classes=classes, photos=photos)
    predictions = tuple(
        _answer(photo, number % test, test, len(names), right_before, right_after)
        for number, photo in enumerate(revision.of("test"))
    )
    before, after = (_judged(predictions, classes, tuned) for tuned in (False, True))
    result = TrainResult(
        composition="coop",
        preset="coop",
        backbone=backbone,
        backbone_sha256="ab" * 32,
        revision=revision.id,
        seed=1,
        shots=16,
        metrics={"zero_shot": metrics_of(before), "tuned": metrics_of(after)},
        intervals={"zero_shot": intervals_of(before), "tuned": intervals_of(after)},
        predictions=predictions,
        unsure=unsure,
        steps=120,
        epochs=10,
        kept_epoch=8,
        stopped_because="epochs",
        stages_s={"features": 60.0, "train": 540.0},
        device="cpu",
        trained_parameters=8192,
        hyper={"training.epochs": 10},
    )
    folder.mkdir(parents=True)
    save_job(TrainJob(run=str(folder), preset="coop", composition="coop", backbone=backbone))
    revision.save(folder / DATA_FILE)
    result.save(folder)
    told = [StateChanged(state="running", v=EVENTS_SCHEMA)] + [
        Resources(cpu_percent=50, memory_bytes=1, energy_joules=joules, energy_sensors=("cpu",))
        for joules in energy
    ]
    (folder / EVENTS_FILE).write_text("".join(encode(event) + "\n" for event in told), encoding="utf-8")
    return Run(folder)


def made_up_project(folder: Path, **changes: object) -> tuple[Project, Run]:
    """A project with such a run; the caller closes it."""
    project = Project.create(folder, "ボルト検査")
    return project, made_up_run(project.runs_folder / "20260901-120000", **changes)  # type: ignore[arg-type]


def _counts(train: int, test: int) -> tuple[tuple[Part, int], ...]:
    return ("train", train), ("val", train // 2), ("test", test)


def _answer(
    photo: PhotoEntry, number: int, test: int, classes: int, before: float, after: float
) -> PhotoPrediction:
    other = (photo.label - 1) % classes
    return PhotoPrediction(
        photo=photo.path,
        label=photo.label,
        predicted=photo.label if number < round(after * test) else other,
        probability=0.4 if number % 10 == 0 else 0.9,
        loss=0.1,
        zero_shot_predicted=photo.label if number < round(before * test) else other,
        zero_shot_probability=0.5,
    )


def _judged(predictions: Sequence[PhotoPrediction], classes: Sequence[ClassEntry], tuned: bool) -> Judged:
    labels = np.array([p.label for p in predictions], dtype=np.intp)
    answers = np.array([p.predicted if tuned else p.zero_shot_predicted for p in predictions], dtype=np.intp)
    is_base = np.array([classes[label].role == "base" for label in labels], dtype=bool)
    return Judged(
        labels, is_base, np.eye(len(classes), dtype=np.float32)[answers], answers == labels, answers == labels
    )
