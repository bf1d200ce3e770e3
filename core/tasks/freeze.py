"""From what people wrote to the frozen revision that a run is tuned on: of a project, or of a folder and a file."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from core.exchange.into_project import Places, plain_path
from core.photos.alike import find_alike
from core.photos.scan import scan
from core.photos.scan_cache import user_scan_cache
from core.problems import Problem
from core.project.folder import seen_of
from core.project.lots import SamePart, Tied, groups_to_keep, lot_of
from core.project.split import SplitPhoto, split_photos
from core.project.store import Project
from core.tasks.revision import TextPhoto, TextRevision, WrittenText
from core.tasks.texts import PhotoTexts, TextTask

FEWEST_PHOTOS = 2


@dataclass(frozen=True)
class FrozenFolder:
    """A folder's revision; `missing` are names in the file that are no photo of the folder, `ambiguous` names of several."""

    revision: TextRevision
    missing: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()


def freeze_texts(project: Project, *, remember: bool = True) -> TextRevision:
    """The project's texts, of photos that can be read and that nobody is unsure about, with their parts and groups.

    Held back are the kinds that the operator chose to hold back; the rule that holds back every second kind is for
    telling kinds apart. With `remember` off, parts that are dealt now are not kept.

    Raises:
        Problem: `tasks.not_a_text_task`, `tasks.too_few_texts`.
    """
    task = project.task
    if task == "classification":
        raise Problem("tasks.not_a_text_task")
    written = _captions(project) if task == "caption" else _questions(project)
    bad = {path for path, _ in project.unreadable()}
    photos = [p for p in project.photos() if p.id in written and p.path not in bad and not p.unsure]
    held_back = {entry.id for entry in project.classes() if entry.chosen_role == "new"}
    dealt, groups = project.deal(photos, remember=remember)
    return _checked(
        TextRevision(
            root=str(project.folder),
            task=task,
            photos=tuple(
                _entry(path, photo.part, photo.class_id in held_back, photo.sha256, group, written[photo.id])
                for photo, path, group in zip(dealt, project.portable_paths(dealt), groups, strict=True)
            ),
        )
    )


def freeze_folder(
    folder: Path,
    texts: PhotoTexts,
    task: TextTask,
    seed: int = 1,
    *,
    same_part: SamePart = "none",
    held_back: Sequence[str] = (),
) -> FrozenFolder:
    """A folder's photos with a file's texts, found by the path or the name that the file writes. A split that the file or
    the folders bring is kept; photos in a folder named in `held_back` are for the examination.

    Raises:
        Problem: as `core.photos.scan.scan`; `tasks.texts_without_photos`, `tasks.too_few_texts`.
    """
    found = scan(folder, cache=user_scan_cache())
    places = Places(found.photos)
    written: dict[Path, list[WrittenText]] = {}
    given = {photo.path: m.part for photo, m in zip(found.photos, found.folders.meanings, strict=True)}
    missing, ambiguous = list[str](), list[str]()
    for reference, about in _by_photo(texts, task).items():
        photos = places.of(reference)
        if len(photos) != 1:
            (ambiguous if photos else missing).append(reference)
        else:
            written[photos[0].path] = _together(written.get(photos[0].path, []), about)
            given[photos[0].path] = texts.parts.get(reference) or given[photos[0].path]
    if not written:
        raise Problem("tasks.texts_without_photos", path=folder, photos=len(found.photos))
    chosen = [photo for photo in found.photos if photo.path in written]
    kin = [str(each.first) for each in find_alike(seen_of(chosen))]
    inner = [photo.path.relative_to(found.root).as_posix() for photo in chosen]
    groups = groups_to_keep(
        [
            Tied(photo.sha256, alike, lot_of(path, same_part))
            for photo, alike, path in zip(chosen, kin, inner, strict=True)
        ]
    )
    parts = split_photos(
        [
            SplitPhoto(photo.sha256, 0, given=given[photo.path], group=group, within=alike)
            for photo, group, alike in zip(chosen, groups, kin, strict=True)
        ],
        seed,
    )
    kept_apart = {plain_path(name) for name in held_back}
    entries = (
        _entry(
            path,
            part,
            bool({*plain_path(path).split("/")[:-1]} & kept_apart),
            photo.sha256,
            group,
            written[photo.path],
        )
        for photo, path, part, group in zip(chosen, inner, parts, groups, strict=True)
    )
    revision = _checked(TextRevision(root=str(found.root), task=task, photos=tuple(entries)))
    return FrozenFolder(revision, tuple(missing), tuple(ambiguous))


def _entry(
    path: str, part: str | None, held_back: bool, sha256: str, group: str, written: Iterable[WrittenText]
) -> TextPhoto:
    role, placed = ("new", "test") if held_back else ("base", part)
    return TextPhoto.model_validate(
        {
            "path": path,
            "part": placed,
            "role": role,
            "sha256": sha256,
            "group": group,
            "written": tuple(written),
        }
    )


def _checked(revision: TextRevision) -> TextRevision:
    learned = len(revision.of("train"))
    if learned == 0 or len(revision.photos) < FEWEST_PHOTOS:
        raise Problem(
            "tasks.too_few_texts", photos=len(revision.photos), learned=learned, needed=FEWEST_PHOTOS
        )
    return revision


def _captions(project: Project) -> Mapping[int, list[WrittenText]]:
    told: dict[int, list[str]] = defaultdict(list)
    for caption in project.texts.captions():
        told[caption.photo_id].append(caption.text)
    return {photo: [WrittenText(texts=tuple(texts))] for photo, texts in told.items()}


def _questions(project: Project) -> Mapping[int, list[WrittenText]]:
    asked: dict[int, list[WrittenText]] = defaultdict(list)
    for question in project.texts.questions():
        asked[question.photo_id].append(
            WrittenText(question=question.asked.text, texts=question.asked.answers)
        )
    return asked


def _together(one: Sequence[WrittenText], other: Sequence[WrittenText]) -> list[WrittenText]:
    """What a file says of a photo under one name and under another, each question once."""
    said: dict[str, tuple[str, ...]] = defaultdict(tuple)
    for each in (*one, *other):
        said[each.question] += each.texts
    return [WrittenText(question=question, texts=texts) for question, texts in said.items()]


def _by_photo(texts: PhotoTexts, task: TextTask) -> Mapping[str, list[WrittenText]]:
    if task == "caption":
        told: dict[str, list[str]] = defaultdict(list)
        for caption in texts.captions:
            told[caption.photo].append(caption.text)
        return {photo: [WrittenText(texts=tuple(said))] for photo, said in told.items()}
    asked: dict[str, list[WrittenText]] = defaultdict(list)
    for question in texts.questions:
        asked[question.photo].append(WrittenText(question=question.text, texts=question.answers))
    return asked
