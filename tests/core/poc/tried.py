"""A project in which something was tried, with the figures that a test wants."""

from pathlib import Path

from core.project.store import Project
from core.training.job import DATA_FILE, TrainJob, save_job
from core.training.result import Interval, Metrics, PhotoPrediction, TrainResult
from tests.core.project.photo_tree import project_with

CLASSES = {"a": 8, "b": 8, "c": 8, "d": 8}
_NOTHING = Metrics(base=None, new=None, h=None, union_base=None, union_new=None, union_h=None)


def labelled_project(folder: Path) -> Project:
    """Four classes of eight photos, labelled by their folders."""
    project = project_with(folder, CLASSES)
    project.label_by_folders()
    return project


def try_on(project: Project, low: float, high: float, composition: str = "coop") -> str:
    """A finished run whose accuracy on learned classes has this interval; gives its name.

    After training every test photo is judged right, before only those of the first class.
    """
    folder, revision = project.new_run_folder(), project.snapshot()
    revision.save(folder / DATA_FILE)
    save_job(TrainJob(run=str(folder), preset=composition, composition=composition))
    predictions = tuple(
        PhotoPrediction(
            photo=photo.path, label=photo.label, predicted=photo.label, probability=0.9, loss=0.1,
            zero_shot_predicted=0, zero_shot_probability=0.5,
        )
        for photo in revision.of("test")
    )  # fmt: skip
    TrainResult(
        composition=composition,
        preset=composition,
        backbone="embedded",
        backbone_sha256="0" * 64,
        revision=revision.id,
        seed=1,
        shots=None,
        metrics={"zero_shot": _NOTHING, "tuned": _NOTHING},
        intervals={"tuned": {"base": Interval(mean=(low + high) / 2, low=low, high=high, n=40)}},
        predictions=predictions,
        unsure=None,
        steps=1,
        epochs=1,
        kept_epoch=1,
        stopped_because="all_epochs",
        stages_s={},
        device="CPU",
        trained_parameters=1,
    ).save(folder)
    return folder.name
