"""How the operator wants to train: preset, changed settings, seed, photos per class, model.

Remembered in the project, so that the choice outlives the window; turned into a job when training starts.
"""

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from core.features.file import open_features
from core.features.shown import SHOWN, shown_as_in
from core.files import sha256_file
from core.methods.presets import Preset, load_presets
from core.methods.settings import Setting
from core.problems import Problem
from core.project.store import Project
from core.training.job import HyperValue, TrainJob

_KEY = "training_choice"
EMBEDDED = "embedded"


@dataclass(frozen=True)
class TrainingChoice:
    """`changed` holds only the settings that differ from the preset's; `shots` None means every photo."""

    preset: str = ""
    changed: dict[str, HyperValue] = field(default_factory=dict)
    seed: int = 1
    shots: int | None = None
    backbone: str = EMBEDDED

    @classmethod
    def of(cls, project: Project) -> Self:
        """What the project remembers; a choice of another version of the program is forgotten."""
        kept = project.setting(_KEY)
        if not isinstance(kept, dict):
            return cls()
        try:
            choice = cls(**kept)
            if choice.preset:
                choice.job(Path())
        except (TypeError, ValueError, Problem):
            return cls()
        return choice

    def keep(self, project: Project) -> None:
        """Remember it in the project."""
        project.remember(_KEY, asdict(self))

    def with_preset(self, name: str) -> Self:
        """The same with another preset; its settings are its own again."""
        return self if name == self.preset else replace(self, preset=name, changed={})

    def resolved(self) -> Preset:
        """The chosen preset. Raises Problem `methods.unknown_preset` when nothing known is chosen."""
        found = next((preset for preset in load_presets() if preset.name == self.preset), None)
        if found is None:
            known = ", ".join(preset.name for preset in load_presets())
            raise Problem("methods.unknown_preset", name=self.preset, known=known)
        return found

    def settings(self) -> tuple[Setting, ...]:
        """What can be set for the chosen preset."""
        return self.resolved().parsed.settings()

    def first_values(self) -> dict[str, HyperValue]:
        """Each of them as the preset has it."""
        return first_values(self.resolved())

    def values(self) -> dict[str, HyperValue]:
        """Every setting of the chosen preset as it will be used."""
        first = self.first_values()
        return first | {key: value for key, value in self.changed.items() if key in first}

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
