"""classes.toml: what the class folders of a tree are called, in which order.

[[class]]
folder = "brass_bolt_ok"
name_ja = "真ちゅうボルト 良品"
name_en = "Brass bolt OK"
description = "a brass bolt"
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.problems import Language, Problem
from core.project.glossary import glossary

CLASS_FILE = "classes.toml"


@dataclass(frozen=True)
class FolderClass:
    """A class folder: its shop-floor name and the words for the model."""

    folder: str
    name: str
    description: str


def read_class_file(folder: Path, language: Language = "ja") -> list[FolderClass]:
    """The classes that a folder's classes.toml lists, in its order; none where there is no such file.

    Their shop-floor names are in `language` where the file has them in both.

    Raises:
        Problem: `project.class_file_spoiled`.
    """
    path = folder / CLASS_FILE
    try:
        entries = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8-sig")))
    except (FileNotFoundError, NotADirectoryError):
        return []
    except (OSError, ValueError, ValidationError) as error:
        raise Problem("project.class_file_spoiled", path=path, reason=error) from error
    return [_folder_class(entry, language) for entry in entries.classes]


def named_after(folder: str) -> FolderClass:
    """A class for a folder that no file speaks of: underscores become spaces, the glossary describes it."""
    name = " ".join(folder.replace("_", " ").split()) or folder
    return FolderClass(folder, name, glossary().describe(name))


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    folder: str
    name_ja: str = ""
    name_en: str = ""
    description: str = ""


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    classes: list[_Entry] = Field(alias="class")


def _folder_class(entry: _Entry, language: Language) -> FolderClass:
    fallback = named_after(entry.folder)
    names = (entry.name_ja, entry.name_en) if language == "ja" else (entry.name_en, entry.name_ja)
    name = names[0] or names[1] or fallback.name
    return FolderClass(entry.folder, name, entry.description or entry.name_en.lower() or fallback.description)
