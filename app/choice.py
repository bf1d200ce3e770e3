"""What the operator chose of the ways to train, whatever the model is to do: preset, changed settings, seed.

Remembered in the project, so that the choice outlives the window; turned into a job when training starts.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Self

from core.methods.presets import Preset
from core.methods.settings import Setting
from core.problems import Problem
from core.project.store import Project
from core.training.job import HyperValue, Job


@dataclass(frozen=True)
class Choice(ABC):
    """`changed` holds only the settings that differ from those of the preset."""

    preset: str = ""
    changed: dict[str, HyperValue] = field(default_factory=dict)
    seed: int = 1

    @staticmethod
    @abstractmethod
    def key(project: Project) -> str:
        """What the project remembers it by."""

    @staticmethod
    @abstractmethod
    def presets() -> Sequence[Preset]:
        """What can be chosen."""

    @abstractmethod
    def settings(self) -> tuple[Setting, ...]:
        """What can be set for the chosen preset."""

    @abstractmethod
    def first_values(self) -> dict[str, HyperValue]:
        """Each of them as the preset has it."""

    @abstractmethod
    def job(self, run: Path) -> Job:
        """The job for a run folder. Raises Problem when the settings do not fit the preset."""

    @classmethod
    def of(cls, project: Project) -> Self:
        """What the project remembers; a choice of another version of the program is forgotten."""
        kept = project.setting(cls.key(project))
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
        project.remember(self.key(project), asdict(self))

    def with_preset(self, name: str) -> Self:
        """The same with another preset; its settings are its own again."""
        return self if name == self.preset else replace(self, preset=name, changed={})

    def resolved(self) -> Preset:
        """The chosen preset. Raises Problem `methods.unknown_preset` when nothing known is chosen."""
        presets = self.presets()
        found = next((preset for preset in presets if preset.name == self.preset), None)
        if found is None:
            known = ", ".join(preset.name for preset in presets)
            raise Problem("methods.unknown_preset", name=self.preset, known=known)
        return found

    def values(self) -> dict[str, HyperValue]:
        """Every setting of the chosen preset as it will be used."""
        first = self.first_values()
        return first | {key: value for key, value in self.changed.items() if key in first}
