"""From a finished run about texts to a package that a fresh process reopened and that wrote what the run wrote.

Written about are the run's own test photos, which stay at home, and pictures that show nothing, which go along: so the
package can be checked where there are no photos of the run.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import get_args

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from safetensors.numpy import save

from core import __version__
from core.evaluation.unsure import threshold_for
from core.methods.protocol import as_array
from core.package.alone import check_pictures
from core.package.alone_check import picture_name
from core.package.archive import ADAPTER, CARD, CHECK, REPORT
from core.package.card import card_of
from core.package.options import ExportOptions
from core.package.report import page_of
from core.package.text_manifest import (
    PackagedWriter,
    Parts,
    TextCheck,
    TextFingerprint,
    TextManifest,
    TextTraining,
)
from core.package.text_story import tell_texts
from core.package.text_verify import text_hash
from core.problems import Problem
from core.tasks.course import TUNED_FILE
from core.tasks.models import open_writer
from core.tasks.phrases import phrases
from core.tasks.protocol import Tuning, Writer
from core.tasks.result import TextResult
from core.tasks.revision import TextRevision
from core.tasks.texts import Part
from core.tasks.tuned import load_tuned, settings_of
from core.tasks.writers import WriterCard
from core.training.job import TextJob
from core.training.run import Run

_PICTURE_SIDE = 64
_QUESTIONS_CHECKED = 3
_CHECKS = 4


@dataclass(frozen=True)
class MadeTexts:
    """What is to be written to disk."""

    manifest: TextManifest
    members: dict[str, bytes]


def make_texts(run: Run, options: ExportOptions, wished_error: float | None) -> MadeTexts:
    """What the package of a run about texts holds.

    Raises:
        Problem: `package.texts_no_onnx`, `package.no_result`, `tasks.tuned_other_model`, or as `threshold_for`,
            `open_writer` and `load_tuned`.
    """
    if options.alone:
        raise Problem("package.texts_no_onnx")
    result, job = run.text_result(), run.job
    if result is None or not isinstance(job, TextJob):
        raise Problem("package.no_result", path=run.folder)
    result = result.model_copy(update={"unsure": threshold_for(result, wished_error)})
    model = open_writer(job.model)
    if model.card.sha256 != result.model_sha256:
        raise Problem("tasks.tuned_other_model", path=run.folder)
    tuning = load_tuned(run.folder / TUNED_FILE, model)
    pictures = check_pictures(_PICTURE_SIDE)
    checks = _checks(tuning.writer, result, pictures)
    manifest = _manifest(model.card, tuning, result, run.text_revision, checks)
    state = {name: as_array(value.float()) for name, value in tuning.learned_state().items()}
    members = {
        ADAPTER: save(state),
        CHECK: save({picture_name(number): picture for number, picture in enumerate(pictures)}),
        CARD: card_of(lambda language: tell_texts(manifest, language)).encode(),
        REPORT: page_of(lambda language: tell_texts(manifest, language)).encode(),
    }
    return MadeTexts(manifest, members)


def _manifest(
    card: WriterCard,
    tuning: Tuning,
    result: TextResult,
    revision: TextRevision,
    checks: tuple[TextCheck, ...],
) -> TextManifest:
    return TextManifest(
        created=datetime.now(UTC).replace(microsecond=0),
        program=__version__,
        task=result.task,
        model=PackagedWriter(
            name=card.name, kind=card.kind, sha256=card.sha256, licence=card.licence, languages=card.languages
        ),
        training=TextTraining(
            composition=result.composition,
            preset=result.preset,
            hyper=settings_of(tuning),
            seed=result.seed,
            learned_texts=result.learned_texts,
            steps=result.steps,
            epochs=result.epochs,
            kept_epoch=result.kept_epoch,
            trained_parameters=result.trained_parameters,
            right=result.right,
        ),
        language=result.language,
        questions=result.questions if result.task == "vqa" else (),
        data=_fingerprint(revision),
        metrics=result.metrics,
        unsure=result.unsure if result.task == "vqa" else None,
        checks=checks,
        members=(),
    )


def _fingerprint(revision: TextRevision) -> TextFingerprint:
    parts = {part: revision.of(part) for part in get_args(Part)}
    return TextFingerprint(
        revision=revision.id,
        photos=Parts(**{part: len(photos) for part, photos in parts.items()}),
        texts=Parts(
            **{
                part: sum(
                    1 if each.question else len(each.texts) for photo in photos for each in photo.written
                )
                for part, photos in parts.items()
            }
        ),
    )


def _checks(
    writer: Writer, result: TextResult, pictures: Sequence[NDArray[np.uint8]]
) -> tuple[TextCheck, ...]:
    shown = [Image.fromarray(picture) for picture in pictures]
    asked = [""]
    if result.task == "vqa":
        asked = list(result.questions[:_QUESTIONS_CHECKED]) or [phrases().question[0].text(result.language)]
    rows = [(number, question) for question in asked for number in range(len(shown))]
    photos = [shown[number] for number, _ in rows]
    if result.task == "caption":
        told = writer.caption(photos, result.language)
    else:
        told = writer.answer(photos, [question for _, question in rows])
    # The surest alone: where two answers are nearly as likely, another processor may find the other one.
    surest = sorted(range(len(rows)), key=lambda at: -told[at].confidence)[:_CHECKS]
    return tuple(
        TextCheck(
            picture=rows[at][0],
            question=rows[at][1],
            text_sha256=text_hash(told[at].text),
            confidence=min(1.0, max(0.0, told[at].confidence)),
        )
        for at in sorted(surest)
    )
