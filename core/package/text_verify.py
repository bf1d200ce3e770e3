"""Is a package that writes whole, does it write as it did when it was made, and is its model on this PC?"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from PIL import Image

from core.package.alone_check import picture_name
from core.package.archive import ADAPTER, CARD, CHECK, REPORT, TextPackage
from core.package.text_manifest import TextManifest
from core.photos.decode import open_photo
from core.problems import Problem
from core.tasks.result import TextPrediction
from core.tasks.revision import TextRevision
from core.tasks.writers import WriterCard, writer_cards
from core.training.job import TextJob
from core.training.run import Run

if TYPE_CHECKING:
    from core.package.writer import PackagedWriterModel
    from core.tasks.protocol import Told

TOLERANCE_CONFIDENCE = 1e-3  # another processor sums in another order; single precision stays well below it
_MOST_PICTURES = 16
# Brought to input size by its short side, a long strip would take all memory.
_LARGEST_SIDE = 1024

MOST_COMPARED = 64
_AT_ONCE = 16  # as a run writes about its test photos: equal batches give equal bits
_GLANCE = 64

ModelState = Literal["matches", "other", "absent"]


@dataclass(frozen=True)
class TextsCompared:
    """Over so many texts, all the same, confidences differed by this at most; None where there were none."""

    difference: float | None
    texts: int


def find_writer(manifest: TextManifest) -> WriterCard:
    """The very model that a package needs, as this PC keeps it, by the hash on record.

    Raises:
        Problem: `package.no_writer`, or `package.other_writer` when only the name is the same.
    """
    wanted, cards = manifest.model, writer_cards()
    if alike := next((card for card in cards if card.sha256 == wanted.sha256), None):
        return alike
    if any(card.name == wanted.name for card in cards):
        raise Problem("package.other_writer", model=wanted.name)
    raise Problem("package.no_writer", model=wanted.name)


def look_for_writer(manifest: TextManifest) -> tuple[ModelState, list[Problem]]:
    """Whether its model is here, and what speaks against it."""
    try:
        find_writer(manifest)
    except Problem as problem:
        return ("absent", []) if problem.code == "package.no_writer" else ("other", [problem])
    return "matches", []


def unsound_members(package: TextPackage) -> list[Problem]:
    """What is wrong with its members, each read whole."""
    problems = []
    for name, read in (
        (ADAPTER, package.tensors),
        (CHECK, package.plain_tensors),
        (CARD, package.text),
        (REPORT, package.text),
    ):
        try:
            read(name)
        except Problem as problem:
            problems.append(problem)
    return problems


def run_text_check(package: TextPackage) -> TextsCompared:
    """Stand the package on its model and write about the pictures in it.

    Raises:
        Problem: also as `stand_up_writer`.
    """
    # torch takes seconds to come.
    from core.package.writer import stand_up_writer

    return check_writer(package, stand_up_writer(package))


def check_writer(package: TextPackage, model: "PackagedWriterModel") -> TextsCompared:
    """As `run_text_check` with a model that stands.

    Raises:
        Problem: `package.other_texts`, `package.bad_tensors`, or as `Package.read`.
    """
    pictures, checks = check_pictures(package), package.manifest.checks
    if any(check.picture >= len(pictures) for check in checks):
        raise Problem("package.bad_tensors", name=package.path.name, member=CHECK, reason="pictures")
    shown = [pictures[check.picture] for check in checks]
    if package.manifest.task == "caption":
        told = model.writer.caption(shown, package.manifest.language)
    else:
        told = model.writer.answer(shown, [check.question for check in checks])
    wanted = [(check.text_sha256, check.confidence) for check in checks]
    return _compared(
        package, "package.other_texts", wanted, [(text_hash(t.text), t.confidence) for t in told]
    )


def compare_with_run(package: TextPackage, folder: Path) -> TextsCompared:
    """Write about test photos of the run that the package was made from, on the run's device: the same must come out.

    Raises:
        Problem: `package.run_of_other_texts`, `package.no_check_photos` where its test photos are gone,
            `package.other_than_run`, or as `stand_up_writer`.
    """
    from core.backbones.device import choose_device
    from core.package.writer import stand_up_writer

    run = Run(folder)
    result, job = run.text_result(), run.job
    if result is None or not isinstance(job, TextJob) or result.revision != package.manifest.data.revision:
        raise Problem("package.run_of_other_texts", name=package.path.name)
    shown = _openable(run.text_revision, result.predictions[:MOST_COMPARED])
    if not shown:
        if result.predictions:
            raise Problem("package.no_check_photos")
        return TextsCompared(0.0, 0)
    writer = stand_up_writer(package, choose_device(job.device).torch_name).writer
    told: list[Told] = []
    for first in range(0, len(shown), _AT_ONCE):
        some = shown[first : first + _AT_ONCE]
        photos = [open_photo(path) for path, _ in some]
        if result.task == "caption":
            told += writer.caption(photos, result.language)
        else:
            told += writer.answer(photos, [prediction.question for _, prediction in some])
    wanted = [(prediction.said, prediction.confidence) for _, prediction in shown]
    return _compared(package, "package.other_than_run", wanted, [(t.text, t.confidence) for t in told])


def _openable(
    revision: TextRevision, predictions: Sequence[TextPrediction]
) -> list[tuple[Path, TextPrediction]]:
    found = []
    for prediction in predictions:
        path = Path(revision.root) / prediction.photo
        try:
            open_photo(path, at_least=_GLANCE)
        except Problem:
            continue
        found.append((path, prediction))
    return found


def _compared(
    package: TextPackage,
    code: str,
    wanted: Sequence[tuple[str, float]],
    found: Sequence[tuple[str, float]],
) -> TextsCompared:
    """Texts with their confidences against others. Raises Problem `code` where one differs."""
    pairs = list(zip(wanted, found, strict=True))
    wrong = sum(one[0] != other[0] for one, other in pairs)
    differences = [abs(one[1] - other[1]) for one, other in pairs]
    unlike = [
        value for value in differences if not value <= TOLERANCE_CONFIDENCE
    ]  # what is no number is unlike too
    if wrong or unlike:
        raise Problem(
            code,
            name=package.path.name,
            count=len(pairs),
            wrong=wrong,
            difference=(unlike or [max(differences)])[0],
            tolerance=TOLERANCE_CONFIDENCE,
        )
    return TextsCompared(max(differences), len(pairs))


def check_pictures(package: TextPackage) -> list[Image.Image]:
    """The pictures that a package brings for its check.

    Raises:
        Problem: `package.bad_tensors`, or as `Package.read`.
    """
    tensors = package.plain_tensors(CHECK)
    pictures = [tensors.get(picture_name(number)) for number in range(len(tensors))]
    for number, picture in enumerate(pictures):
        sound = (
            picture is not None
            and picture.dtype == np.uint8
            and picture.ndim == 3
            and picture.shape[2] == 3
            and min(picture.shape) > 0
            and max(picture.shape) <= _LARGEST_SIDE
        )
        if not sound or number >= _MOST_PICTURES:
            raise Problem(
                "package.bad_tensors", name=package.path.name, member=CHECK, reason=picture_name(number)
            )
    return [Image.fromarray(picture) for picture in pictures if picture is not None]


def text_hash(text: str) -> str:
    """What a check knows of a text: nobody reads it there."""
    return hashlib.sha256(text.encode()).hexdigest()
