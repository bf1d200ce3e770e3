"""The photos of a revision of texts: opened one by one when they are asked for; which of them can be opened."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import overload

from PIL import Image

from core.photos.decode import open_photo
from core.problems import Problem
from core.tasks.protocol import TextExample, TextSet
from core.tasks.revision import TextPhoto, TextRevision
from core.tasks.texts import language_of, majority

_GLANCE = 64


class PhotoFiles(Sequence[Image.Image]):
    """Photos by their paths, each opened when it is asked for."""

    def __init__(self, paths: Sequence[Path]) -> None:
        self.paths = tuple(paths)

    def __len__(self) -> int:
        return len(self.paths)

    @overload
    def __getitem__(self, place: int) -> Image.Image: ...

    @overload
    def __getitem__(self, place: slice) -> list[Image.Image]: ...

    def __getitem__(self, place: int | slice) -> Image.Image | list[Image.Image]:
        """Raises Problem as `open_photo`."""
        if isinstance(place, slice):
            return [open_photo(path) for path in self.paths[place]]
        return open_photo(self.paths[place])


def openable(
    revision: TextRevision, look: Callable[[int], None] = lambda done: None
) -> tuple[TextRevision, list[tuple[str, Problem]]]:
    """The revision without photos that cannot be opened, and those. `look` is told how many were tried; what it raises
    ends the work."""
    kept: list[TextPhoto] = []
    bad: list[tuple[str, Problem]] = []
    for number, photo in enumerate(revision.photos):
        look(number)
        try:
            open_photo(revision.photo_path(photo), at_least=_GLANCE)
            kept.append(photo)
        except Problem as problem:
            bad.append((photo.path, problem))
    return revision.model_copy(update={"photos": tuple(kept)}), bad


def text_set(revision: TextRevision, photos: Sequence[TextPhoto]) -> TextSet:
    """Photos with what is learned of them: every description, and of every question the answer of most people."""
    examples: list[TextExample] = []
    for number, photo in enumerate(photos):
        for each in photo.written:
            if each.question:
                answer = majority(each.texts)
                examples.append(TextExample(number, answer, each.question, language_of(each.question)))
            else:
                examples += [TextExample(number, text, None, language_of(text)) for text in each.texts]
    return TextSet(PhotoFiles([revision.photo_path(photo) for photo in photos]), tuple(examples))
