"""How the operator wants to tune a model that writes: preset, changed settings, seed, model.

Remembered in the project, for descriptions and for questions apart; turned into a job when training starts.
"""

from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Self

from app.training_choice import EMBEDDED
from core.methods.presets import Preset
from core.methods.settings import Setting
from core.problems import Problem
from core.project.store import Project
from core.tasks.presets import text_presets
from core.tasks.recipes import text_settings, text_values
from core.training.job import HyperValue, TextJob

_KEY = "text_choice"


@dataclass(frozen=True)
class TextChoice:
    """`changed` holds only the settings that differ from the preset's."""

    preset: str = ""
    changed: dict[str, HyperValue] = field(default_factory=dict)
    seed: int = 1
    model: str = EMBEDDED

    @classmethod
    def of(cls, project: Project) -> Self:
        """What the project remembers for its task; a choice of another version of the program is forgotten."""
        kept = project.setting(_key(project))
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
        project.remember(_key(project), asdict(self))

    def with_preset(self, name: str) -> Self:
        """The same with another preset; its settings are its own again."""
        return self if name == self.preset else replace(self, preset=name, changed={})

    def resolved(self) -> Preset:
        """The chosen preset. Raises Problem `methods.unknown_preset` when nothing known is chosen."""
        found = next((preset for preset in text_presets() if preset.name == self.preset), None)
        if found is None:
            known = ", ".join(preset.name for preset in text_presets())
            raise Problem("methods.unknown_preset", name=self.preset, known=known)
        return found

    def settings(self) -> tuple[Setting, ...]:
        """What can be set for the chosen preset."""
        return text_settings(self.resolved().parsed)

    def first_values(self) -> dict[str, HyperValue]:
        """Each of them as the preset has it."""
        preset = self.resolved()
        return text_values(preset.parsed, preset.hyper)

    def values(self) -> dict[str, HyperValue]:
        """Each of them as it will be used."""
        first = self.first_values()
        return first | {key: value for key, value in self.changed.items() if key in first}

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


def _key(project: Project) -> str:
    return f"{_KEY}_{project.task}"
