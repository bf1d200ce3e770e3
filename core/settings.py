"""What the program remembers about the person and the PC, and where it keeps it."""

import json
import locale
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import platformdirs
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.files import write_atomic
from core.onsite.lock import PinHash
from core.problems import Language

SETTINGS_SCHEMA = 1


@dataclass(frozen=True)
class Locations:
    """Folders of this user; none of them lies beside the program."""

    config: Path
    data: Path
    cache: Path
    log: Path


class LabelKeys(BaseModel):
    """Signs that do something on the label page, beside the classes' own; "" for none. As on the number pad, so that
    one hand is enough."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    same: str = Field(default=".", max_length=1)
    unsure: str = Field(default="/", max_length=1)
    unusable: str = Field(default="-", max_length=1)
    comment: str = Field(default=",", max_length=1)


class ScannerSettings(BaseModel):
    """What a barcode scanner sends before and after a code."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    used: bool = True
    prefix: str = Field(default="", max_length=20)
    suffix: Literal["enter", "tab"] = "enter"


class CameraChoices(BaseModel):
    """Taking photos: the camera's word or address, how many photos a key takes, and how many seconds apart."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    source: str = "camera:0"
    burst: int = Field(default=5, ge=1, le=20)
    every_s: float = Field(default=0.3, ge=0.1, le=10)


class OnSiteChoices(BaseModel):
    """The place of work: sounds, the supervisor's PIN (delete the key `pin` when it is forgotten), whether the page is
    locked, and what is opened again where it is."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    sound: bool = False
    pin: PinHash | None = None
    locked: bool = False
    package: str = ""
    source: str = ""
    every_s: float = Field(default=1.0, ge=0, le=3600)

    @property
    def is_locked(self) -> bool:
        """Whether only the PIN leads out; without a PIN nothing is locked."""
        return self.locked and self.pin is not None


class Settings(BaseModel):
    """Remembered choices. Unknown keys of a newer program are dropped, never an error."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    schema_version: int = SETTINGS_SCHEMA
    language: Literal["system", "ja", "en"] = "system"
    theme: Literal["system", "light", "dark"] = "system"
    text_scale: int = Field(default=100, ge=100, le=150)
    offline: bool = True
    operator: str = ""
    thumbnail_letters: int = Field(default=9, ge=6, le=24)
    recent_projects: tuple[str, ...] = ()
    last_folders: dict[str, str] = Field(default_factory=dict)
    label_keys: LabelKeys = LabelKeys()
    scanner: ScannerSettings = ScannerSettings()
    camera: CameraChoices = CameraChoices()
    onsite: OnSiteChoices = Field(default_factory=OnSiteChoices)


def locations() -> Locations:
    """The user's folders; HIKIDASHI_HOME puts all four under one folder."""
    home = os.environ.get("HIKIDASHI_HOME")
    if home:
        root = Path(home)
        return Locations(root / "config", root / "data", root / "cache", root / "log")
    dirs = platformdirs.PlatformDirs("Hikidashi", appauthor=False)
    return Locations(dirs.user_config_path, dirs.user_data_path, dirs.user_cache_path, dirs.user_log_path)


def load_settings() -> Settings:
    """The remembered settings; a missing or spoiled file gives the defaults (and is kept aside)."""
    path = _path()
    try:
        return Settings.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return Settings()
    except (ValidationError, json.JSONDecodeError, UnicodeDecodeError):
        path.replace(path.with_suffix(".spoiled.json"))
        return Settings()


def save_settings(settings: Settings) -> None:
    """Write the settings atomically."""
    write_atomic(_path(), settings.model_dump_json(indent=1))


def system_language() -> Language:
    """Japanese where the PC is set to Japanese, English elsewhere; HIKIDASHI_LANGUAGE overrides."""
    chosen = os.environ.get("HIKIDASHI_LANGUAGE")
    if chosen in ("ja", "en"):
        return "ja" if chosen == "ja" else "en"
    names = [os.environ.get(key, "") for key in ("LC_ALL", "LC_MESSAGES", "LANG")]
    names.append(locale.getlocale()[0] or "")
    name = next((n for n in names if n), "")
    return "ja" if name.lower().startswith(("ja", "japanese")) else "en"


def _path() -> Path:
    return locations().config / "settings.json"
