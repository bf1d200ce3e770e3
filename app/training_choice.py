"""How the operator wants to train: preset, changed settings, seed, photos per class, model."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.choice import Choice
from core.backbones.store import EMBEDDED
from core.features.file import open_features
from core.features.shown import SHOWN, shown_as_in
from core.files import sha256_file
from core.methods.presets import Preset, load_presets
from core.methods.settings import Setting
from core.project.store import Project
from core.training.job import HyperValue, TrainJob

_KEY = "training_choice"


@dataclass(frozen=True)
class TrainingChoice(Choice):
    """`changed` holds only the settings that differ from the preset's; `shots` None means every photo."""

    shots: int | None = None
    backbone: str = EMBEDDED

    @staticmethod
    def key(project: Project) -> str:
        return _KEY

    @staticmethod
    def presets() -> Sequence[Preset]:
        return load_presets()

    def settings(self) -> tuple[Setting, ...]:
        return self.resolved().parsed.settings()

    def first_values(self) -> dict[str, HyperValue]:
        return first_values(self.resolved())

    @property
    def judges_new(self) -> bool:
        """Whether what is learned also serves classes that were not; a context of each class's own does not."""
        own = any(key.endswith(".class_specific") and value for key, value in self.values().items())
        return self.resolved().parsed.judges_new and not own

    def job(self, run: Path, features: Path | None = None, *, backbone_sha256: str = "") -> TrainJob:
        """The job for a run folder; on a features file, photos are shown as it has them.

        Raises:
            Problem: when the settings do not fit the preset, or as the features file raises.
        """
        preset = self.resolved()
        hyper: dict[str, Any] = preset.hyper | self.changed
        sha256 = ""
        if features is not None:
            hyper = shown_as_in(open_features(features), preset) | self.changed
            sha256 = sha256_file(features)
        preset.parsed.configure(hyper)
        return TrainJob(
            run=str(run),
            preset=preset.name,
            composition=preset.composition,
            hyper=hyper,
            backbone=self.backbone,
            backbone_sha256=backbone_sha256,
            seed=self.seed,
            shots=self.shots,
            features="" if features is None else str(features),
            features_sha256=sha256,
        )

    def is_of(self, job: TrainJob) -> bool:
        """Whether a run was asked for by this choice. What is wished of the threshold is followed at any time, without
        another training; the features that a project keeps, and how they show photos, are no choice.

        Raises:
            Problem: when the settings do not fit the preset.
        """
        wanted = self.job(Path(job.run))
        shown = {key: job.hyper[key] for key in SHOWN if key in job.hyper and key not in self.changed}
        given = {
            "wished_error": job.wished_error,
            "features": job.features,
            "features_sha256": job.features_sha256,
            "hyper": wanted.hyper | (shown if job.features else {}),
        }
        return wanted.model_copy(update=given) == job


def first_values(preset: Preset) -> dict[str, HyperValue]:
    """Every setting of a preset before anyone changed it."""
    defaults = {entry.key: entry.default for entry in preset.parsed.settings()}
    return defaults | preset.hyper
