"""Another program's texts given to the project's photos, and the project's own texts to be written."""

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

from core.exchange.into_project import Places
from core.exchange.text_write import TextFormat, write_texts
from core.project.store import Project
from core.project.texts import Asked
from core.tasks.texts import Caption, PhotoTexts, Question, TextTask


@dataclass(frozen=True)
class ImportedTexts:
    """What became of a file of texts.

    changed: photos that have other texts now; `same`: those that had them already. `missing`: names in the file that
    are no photo of the project; `ambiguous`: names of several of its photos. `left_out`: entries that said nothing.
    """

    changed: int
    same: int
    missing: tuple[str, ...]
    ambiguous: tuple[str, ...]
    left_out: int


def import_texts(project: Project, texts: PhotoTexts) -> ImportedTexts:
    """Add a file's texts to the project's photos, found as `import_labels` finds them; undo takes all of it back."""
    places = Places(project.photos())
    found: dict[str, int] = {}
    missing: list[str] = []
    ambiguous: list[str] = []
    for reference in texts.photos:
        photos = places.of(reference)
        if len(photos) == 1:
            found[reference] = photos[0].id
        else:
            (ambiguous if photos else missing).append(reference)
    captions: dict[int, list[str]] = defaultdict(list)
    questions: dict[int, list[Asked]] = defaultdict(list)
    for caption in texts.captions:
        if caption.photo in found:
            captions[found[caption.photo]].append(caption.text)
    for question in texts.questions:
        if question.photo in found:
            questions[found[question.photo]].append(Asked(question.text, question.answers))
    changed = project.texts.add(captions, questions)
    same = len({*found.values()}) - changed
    return ImportedTexts(changed, same, tuple(missing), tuple(ambiguous), texts.left_out)


def export_texts(project: Project, task: TextTask, kind: TextFormat, out: Path) -> int:
    """Write the project's descriptions, or its questions; gives how many photos they are about.

    Raises:
        Problem: as `write_texts`.
    """
    return write_texts(texts_of(project, task), kind, out)


def texts_of(project: Project, task: TextTask) -> PhotoTexts:
    """The project's descriptions, or its questions, by the photos' paths."""
    paths = {photo.id: photo.path.as_posix() for photo in project.photos()}
    if task == "caption":
        captions = (
            Caption(paths[caption.photo_id], caption.text)
            for caption in project.texts.captions()
            if caption.photo_id in paths
        )
        return PhotoTexts(tuple(captions))
    questions = (
        Question(paths[question.photo_id], question.asked.text, question.asked.answers)
        for question in project.texts.questions()
        if question.photo_id in paths
    )
    return PhotoTexts((), tuple(questions))
