"""What must be there before a tuned model is handed to those who work with it."""

from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, ValidationError

from core.problems import Problem
from core.project.store import Project

Item = Literal["package", "report", "onsite_pc", "owner"]
ITEMS: tuple[Item, ...] = ("package", "report", "onsite_pc", "owner")

_KEY = "stage_handover"


class Handover(BaseModel):
    """The four things: a package that was verified (by its hash), the report, the PC on site, and who answers for
    it from now on. Empty where it is not there yet."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    package: str = ""
    report: str = ""
    onsite_pc: str = ""
    owner: str = ""

    @classmethod
    def of(cls, project: Project) -> Self:
        """What the project remembers."""
        try:
            return cls.model_validate(project.setting(_KEY) or {})
        except ValidationError:
            return cls()

    def keep(self, project: Project) -> None:
        """Remember it in the project."""
        project.remember(_KEY, self.model_dump())

    @property
    def missing(self) -> tuple[Item, ...]:
        """What is not there yet."""
        return tuple(item for item in ITEMS if not getattr(self, item).strip())


def package_label(name: str, sha256: str) -> str:
    """A package in one line."""
    return f"{name} (SHA-256 {sha256})"


def found_report(path: Path) -> str:
    """A report as the checklist names it.

    Raises:
        Problem: `stage.report_missing`.
    """
    if not path.is_file():
        raise Problem("stage.report_missing", path=path)
    return path.name
