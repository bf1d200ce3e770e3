"""How the operator wants to tune a model that writes: preset, changed settings, seed, model.

Remembered in the project, for descriptions and for questions apart; turned into a job when training starts.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Self

from app.choice import Choice
from core.backbones.store import EMBEDDED
from core.methods.presets import Preset
from core.methods.settings import Setting
from core.project.store import Project
from core.tasks.presets import text_presets
from core.tasks.recipes import text_settings, text_values
from core.tasks.writers import Kind, WriterCard
from core.training.job import HyperValue, TextJob

_KEY = "text_choice"


@dataclass(frozen=True)
class TextChoice(Choice):
    """`changed` holds only the settings that differ from those that suit the preset and the model's `kind`."""

    model: str = EMBEDDED
    kind: Kind = "embedded"

    @staticmethod
    def key(project: Project) -> str:
        return f"{_KEY}_{project.task}"

    @staticmethod
    def presets() -> Sequence[Preset]:
        return text_presets()

    def with_model(self, card: WriterCard) -> Self:
        """The same with another model."""
        return replace(self, model=card.name, kind=card.kind)

    def settings(self) -> tuple[Setting, ...]:
        return text_settings(self.resolved().parsed)

    def first_values(self) -> dict[str, HyperValue]:
        preset = self.resolved()
        return text_values(preset.parsed, preset.hyper, self.kind)

    def job(self, run: Path, *, model_sha256: str = "") -> TextJob:
        """The job for a run folder. Raises Problem when the settings do not fit the preset."""
        preset = self.resolved()
        hyper = preset.hyper | self.changed
        preset.parsed.configure(hyper)
        return TextJob(
            run=str(run),
            preset=preset.name,
            composition=preset.composition,
            hyper=hyper,
            model=self.model,
            model_sha256=model_sha256,
            seed=self.seed,
        )

    def is_of(self, job: TextJob) -> bool:
        """Whether a run was asked for by this choice; what is wished of the threshold is followed at any time.

        Raises:
            Problem: when the settings do not fit the preset.
        """
        given = {"wished_error": job.wished_error, "model_sha256": job.model_sha256}
        return self.job(Path(job.run)).model_copy(update=given) == job
