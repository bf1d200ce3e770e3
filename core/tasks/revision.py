"""The immutable statement of the texts a run is tuned on: photos, what people wrote about them, and the split."""

import hashlib
from collections import Counter
from functools import cached_property
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from core.files import write_atomic
from core.problems import Language, Problem
from core.project.revision import Part, Role
from core.tasks.texts import TextTask, language_of

TEXT_REVISION_SCHEMA = 1


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class WrittenText(_Frozen):
    """What people wrote: descriptions of a photo (`question` is ""), or their answers to a question about it."""

    question: str = ""
    texts: tuple[str, ...]


class TextPhoto(_Frozen):
    """A photo with its texts. `role` new: of a kind that is held back; all its texts are for the examination.

    Path, part and group are as in a `PhotoEntry`.
    """

    path: str
    part: Part
    role: Role = "base"
    sha256: str = ""
    group: str = ""
    written: tuple[WrittenText, ...]


class TextRevision(BaseModel):
    """Photos, texts and split, frozen; equal content has equal `id`."""

    model_config = ConfigDict(frozen=True, extra="forbid", ignored_types=(cached_property,))

    schema_version: int = TEXT_REVISION_SCHEMA
    root: str
    task: TextTask
    photos: tuple[TextPhoto, ...]

    @cached_property
    def id(self) -> str:
        """SHA-256 of the canonical JSON without the root, so that a moved project keeps its revision."""
        return hashlib.sha256(self.model_dump_json(exclude={"root"}).encode()).hexdigest()

    @cached_property
    def language(self) -> Language:
        """The language of most of its texts; English of as many."""
        languages = [
            language_of(text) for photo in self.photos for each in photo.written for text in each.texts
        ]
        return "ja" if 2 * languages.count("ja") > len(languages) else "en"

    @property
    def questions(self) -> tuple[str, ...]:
        """The questions that are asked, the most frequent first."""
        asked = Counter(each.question for photo in self.photos for each in photo.written if each.question)
        return tuple(question for question, _ in asked.most_common())

    def photo_path(self, photo: TextPhoto) -> Path:
        """Where a photo lies on this PC."""
        return Path(self.root) / photo.path

    def of(self, part: Part) -> tuple[TextPhoto, ...]:
        """The photos of a part, in listed order."""
        return tuple(photo for photo in self.photos if photo.part == part)

    def save(self, path: Path) -> None:
        """Write the revision as JSON, atomically."""
        write_atomic(path, self.model_dump_json(indent=1))


def load_text_revision(path: Path) -> TextRevision:
    """Read a revision of texts.

    Raises:
        Problem: `project.revision_unreadable` when the file is missing or is not one.
    """
    try:
        return TextRevision.model_validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise Problem("project.revision_unreadable", path=path, reason=error) from error
