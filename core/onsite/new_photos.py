"""Photos that a person decided on, kept as new training data: a copy in a folder for each class, with who and when.

The copy is named by its content, so deciding twice keeps one copy, and a kill between copy and note leaves a copy that
the next decision finds again. The folders of the classes can be taken into a project as they are.
"""

import hashlib
import re
from collections.abc import Sequence
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError

from core.files import write_atomic
from core.problems import Problem
from core.project.class_file import class_folders
from core.settings import locations

MOST_BYTES = 256 << 20
_SCHEMA = 1
_NOTE = ".json"
_KEY_LETTERS = 16
_COPY = re.compile(rf"[0-9a-f]{{{_KEY_LETTERS}}}-.+")


class Note(BaseModel):
    """What is known of a kept photo; it lies beside it. `answer` and `probability` are the program's own."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    schema_version: int = _SCHEMA
    photo: str
    class_name: str
    person: str
    time: AwareDatetime
    answer: str
    probability: float | None
    unsure: bool
    package: str


class NewPhotos:
    """The kept photos of a package with these classes."""

    def __init__(self, folder: Path, class_names: Sequence[str]) -> None:
        self.folder = folder
        self._folders = class_folders(class_names)

    def keep(self, photo: Path, note: Note) -> Path:
        """Copy a photo into the folder of the class that was decided, in place of a copy in another; gives the copy.

        Raises:
            Problem: `onsite.photo_not_kept`.
        """
        try:
            content = read_plain(photo)
            name = f"{hashlib.sha256(content).hexdigest()[:_KEY_LETTERS]}-{photo.name}"
            target = self.folder / self._folders[note.class_name] / name
            if not (target.is_file() and target.stat().st_size == len(content)):
                write_atomic(target, content)
            write_atomic(_note_of(target), note.model_dump_json(indent=1))
            for other in self.folder.glob(f"*/{_escaped(name)}"):
                if other != target:
                    self.withdraw(other)
        except OSError as error:
            reason = error.strerror or error
            raise Problem(
                "onsite.photo_not_kept", photo=photo.name, into=self.folder, reason=reason
            ) from error
        return target

    def withdraw(self, copy: Path) -> None:
        """Take a decision back: the copy goes, note first, so that no copy counts without one. Raises OSError."""
        _note_of(copy).unlink(missing_ok=True)
        copy.unlink(missing_ok=True)

    def all(self) -> list[tuple[Path, Note]]:
        """Every kept photo with its note, the oldest decision first."""
        found = []
        for path in self.folder.glob("*/*") if self.folder.is_dir() else ():
            note = _read(_note_of(path)) if _COPY.fullmatch(path.name) and path.suffix != _NOTE else None
            if note is not None:
                found.append((path, note))
        return sorted(found, key=lambda entry: (entry[1].time, entry[0].name))


def new_photos_of(class_names: Sequence[str], package: str, added: Sequence[str] = ()) -> NewPhotos:
    """Where decisions on the answers of a package are kept: packages of one name and classes share a folder, whatever
    classes were added to them."""
    key = hashlib.sha256("\n".join(class_names).encode()).hexdigest()[:8]
    return NewPhotos(
        locations().data / "onsite" / "new_photos" / f"{Path(package).stem}-{key}", [*class_names, *added]
    )


def read_plain(photo: Path) -> bytes:
    """The content of a photo that is not too large. Raises OSError."""
    with photo.open("rb") as file:
        content = file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        raise OSError(27, f"> {MOST_BYTES >> 20} MB")
    return content


def _note_of(copy: Path) -> Path:
    return copy.with_name(copy.name + _NOTE)


def _read(path: Path) -> Note | None:
    try:
        return Note.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def _escaped(name: str) -> str:
    return re.sub(r"([\[\]*?])", r"[\1]", name)
