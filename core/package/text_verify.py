"""Is a package that writes whole, does it write as it did when it was made, and is its model on this PC?"""

import hashlib
from typing import TYPE_CHECKING, Literal

import numpy as np
from PIL import Image

from core.package.alone_check import picture_name
from core.package.archive import ADAPTER, CARD, CHECK, REPORT, TextPackage
from core.package.text_manifest import TextManifest
from core.problems import Problem
from core.tasks.writers import WriterCard, writer_cards

if TYPE_CHECKING:
    from core.package.writer import PackagedWriterModel

TOLERANCE_CONFIDENCE = 1e-3  # another processor sums in another order; single precision stays well below it
_MOST_PICTURES = 16

ModelState = Literal["matches", "other", "absent"]


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


def run_text_check(package: TextPackage) -> tuple[float, int]:
    """Stand the package on its model and write about the pictures in it: the largest difference of a confidence, and how
    many texts were compared.

    Raises:
        Problem: also as `stand_up_writer`.
    """
    # torch takes seconds to come.
    from core.package.writer import stand_up_writer

    return check_writer(package, stand_up_writer(package))


def check_writer(package: TextPackage, model: "PackagedWriterModel") -> tuple[float, int]:
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
    differences = [abs(one.confidence - check.confidence) for one, check in zip(told, checks, strict=True)]
    other = sum(text_hash(one.text) != check.text_sha256 for one, check in zip(told, checks, strict=True))
    difference = max(differences)
    if other or not difference <= TOLERANCE_CONFIDENCE:  # what is no number is unlike too
        raise Problem(
            "package.other_texts",
            name=package.path.name,
            count=len(checks),
            wrong=other,
            difference=difference,
            tolerance=TOLERANCE_CONFIDENCE,
        )
    return difference, len(checks)


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
            and picture.size > 0
        )
        if not sound or number >= _MOST_PICTURES:
            raise Problem(
                "package.bad_tensors", name=package.path.name, member=CHECK, reason=picture_name(number)
            )
    return [Image.fromarray(picture) for picture in pictures if picture is not None]


def text_hash(text: str) -> str:
    """What a check knows of a text: nobody reads it there."""
    return hashlib.sha256(text.encode()).hexdigest()
