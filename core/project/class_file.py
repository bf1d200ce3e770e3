"""classes.toml: what the class folders of a tree are called, in which order.

[[class]]
folder = "brass_bolt_ok"
name_ja = "真ちゅうボルト 良品"
name_en = "Brass bolt OK"
description = "a brass bolt"
"""

import hashlib
import json
import tomllib
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.problems import Language, Problem
from core.project.glossary import glossary

CLASS_FILE = "classes.toml"
_LONGEST = 60
_FORBIDDEN = frozenset('<>:"/\\|?*')
_DEVICES = frozenset(
    ("con", "prn", "aux", "nul", *(f"{port}{n}" for port in ("com", "lpt") for n in range(10)))
)


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


def class_file_text(classes: Mapping[str, tuple[str, str]]) -> str:
    """A classes.toml for folders, each with its class's shop-floor name and words for the model."""
    return "\n".join(_entry_text(folder, *words) for folder, words in classes.items())


def class_folders(names: Iterable[str], reserved: Iterable[str] = ()) -> dict[str, str]:
    """A folder name for each class, all different on every file system, whatever the classes are called.

    None is one of those `reserved`, and none is hidden: a scan would pass over it.
    """
    folders, taken = dict[str, str](), {name.casefold() for name in reserved}
    for name in names:
        plain = plain_name(name)
        if plain != name or plain.casefold() in taken:
            plain = f"{plain}~{hashlib.sha256(name.encode(errors='surrogatepass')).hexdigest()[:8]}"
        folders[name] = plain
        taken.add(plain.casefold())
    return folders


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    folder: str
    name_ja: str = ""
    name_en: str = ""
    description: str = ""


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")

    classes: list[_Entry] = Field(alias="class")


def _entry_text(folder: str, name: str, description: str) -> str:
    fields = {"folder": folder, "name_ja": name, "description": description}
    # A JSON string is a TOML string, but for DEL, which no name needs.
    lines = (
        f"{key} = {json.dumps(value.replace(chr(0x7F), ''), ensure_ascii=False)}"
        for key, value in fields.items()
    )
    return "[[class]]\n" + "\n".join(lines) + "\n"


def _folder_class(entry: _Entry, language: Language) -> FolderClass:
    fallback = named_after(entry.folder)
    names = (entry.name_ja, entry.name_en) if language == "ja" else (entry.name_en, entry.name_ja)
    name = names[0] or names[1] or fallback.name
    return FolderClass(entry.folder, name, entry.description or entry.name_en.lower() or fallback.description)


def plain_name(name: str) -> str:
    """A file's or folder's name without what some file system cannot have."""
    kept = unicodedata.normalize("NFC", name)
    kept = "".join("_" if sign in _FORBIDDEN or not sign.isprintable() else sign for sign in kept)
    kept = kept[:_LONGEST].strip().rstrip(".")
    if not kept or kept.startswith(".") or kept.split(".")[0].strip().casefold() in _DEVICES:
        kept = f"_{kept}"
    return kept
