"""How often the monitor looks, and from where on it warns: kept for this PC, in a file that people can read."""

from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.files import write_atomic
from core.settings import locations

_SCHEMA = 1


class MonitorLimits(BaseModel):
    """A look is taken at every `window` photos; `windows` looks in a row with two of the three signs advise to train
    anew. The signs: drift (more than the share `unlike` of photos look like none of the known ones), unsure (more than
    `unsure_factor` times the expected share), mix (more than the share `mix` of photos changed class). Each also needs
    a p-value below `chance`. `disagreement`: so many of the decisions may differ from the program's; `seconds`: so long
    may 19 of 20 photos take."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    schema_version: int = _SCHEMA
    window: int = Field(default=100, ge=30, le=2000)
    windows: int = Field(default=3, ge=1, le=10)
    unlike: float = Field(default=0.15, ge=0.06, le=1)
    unsure_factor: float = Field(default=2.0, ge=1, le=20)
    mix: float = Field(default=0.2, ge=0.01, le=1)
    disagreement: float = Field(default=0.3, gt=0, le=1)
    seconds: float = Field(default=2.0, gt=0, le=600)
    chance: float = Field(default=0.01, ge=0.002, le=0.1)


def load_limits() -> MonitorLimits:
    """The limits of this PC; a missing or spoiled file gives the defaults (and is kept aside)."""
    try:
        return MonitorLimits.model_validate_json(_path().read_bytes())
    except FileNotFoundError:
        return MonitorLimits()
    except (ValidationError, UnicodeDecodeError):
        _path().replace(_path().with_suffix(".spoiled.json"))
        return MonitorLimits()


def save_limits(limits: MonitorLimits) -> None:
    """Keep the limits for this PC. Raises OSError."""
    write_atomic(_path(), limits.model_dump_json(indent=1))


def _path() -> Path:
    return locations().config / "monitor.json"
