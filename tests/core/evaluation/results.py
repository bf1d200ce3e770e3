"""Results without training: predictions and validation photos as one likes."""

from collections.abc import Sequence

from core.evaluation.unsure import choose_threshold
from core.project.revision import ClassEntry, DataRevision
from core.training.result import Metrics, PhotoPrediction, TrainResult, Validated

NONE = Metrics(base=None, new=None, h=None, union_base=None, union_new=None, union_h=None)


def revision_of(names: Sequence[str] = ("a", "b", "c", "d"), base: int = 2) -> DataRevision:
    """Classes without photos; the first ones are base."""
    classes = tuple(
        ClassEntry(name=name, description=name, role="base" if i < base else "new")
        for i, name in enumerate(names)
    )
    return DataRevision(root="photos", classes=classes, photos=())


def prediction(
    photo: str, label: int, union_right: bool, own_right: bool | None, probability: float = 0.9
) -> PhotoPrediction:
    """A test photo judged right or wrong."""
    return PhotoPrediction(
        photo=photo, label=label, predicted=label if union_right else (label + 1) % 4, probability=probability,
        loss=0.1, zero_shot_predicted=label, zero_shot_probability=0.5, own_right=own_right,
        zero_shot_own_right=own_right,
    )  # fmt: skip


def result_of(
    predictions: Sequence[PhotoPrediction] = (), validated: Sequence[Validated] = (), preset: str = "coop"
) -> TrainResult:
    """A finished run's result."""
    return TrainResult(
        composition=preset, preset=preset, backbone="tiny", backbone_sha256="0" * 64, revision="r", seed=1,
        shots=None, metrics={"zero_shot": NONE, "tuned": NONE}, predictions=tuple(predictions),
        unsure=choose_threshold(validated), validated=tuple(validated), steps=1, epochs=1, kept_epoch=1,
        stopped_because="all_epochs", stages_s={}, device="CPU", trained_parameters=1,
    )  # fmt: skip
