"""A package that writes and a writer that needs no model: it tells colours, and is unsure of anything grey."""

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import save

from core.onsite import writing
from core.package.archive import ADAPTER, CARD, CHECK, REPORT, TextPackage, open_any_package, write_package
from core.package.text_manifest import (
    PackagedWriter,
    Parts,
    TextCheck,
    TextFingerprint,
    TextManifest,
    TextTraining,
)
from core.package.writer import PackagedWriterModel
from core.problems import Language
from core.tasks.protocol import Told
from core.tasks.texts import TextTask, language_of
from core.tasks.writers import WriterCard
from core.training.result import UnsureThreshold

LEARNED = ("何色ですか?", "Is it good?")
_COLOURS = {"ja": ("緑", "赤", "灰色"), "en": ("green", "red", "grey")}
_NONE = Parts(train=1, val=1, test=1)


class ColourWriter:
    """Describes and answers by the colour; `seen` counts the photos it was shown."""

    def __init__(self) -> None:
        self.seen = 0

    def caption(self, photos: Sequence[Image.Image], language: Language = "en") -> list[Told]:
        told = [self._told(photo, language) for photo in photos]
        words = "{}の部品です。" if language == "ja" else "A {} part."
        return [Told(words.format(each.text), each.confidence, "grey" not in each.text) for each in told]

    def answer(self, photos: Sequence[Image.Image], questions: Sequence[str]) -> list[Told]:
        return [
            self._told(photo, language_of(question))
            for photo, question in zip(photos, questions, strict=True)
        ]

    def _told(self, photo: Image.Image, language: Language) -> Told:
        self.seen += 1
        red, green, _ = np.asarray(photo.convert("RGB")).reshape(-1, 3).mean(axis=0)
        which = 2 if abs(red - green) < 20 else int(red > green)
        return Told(_COLOURS[language][which], 0.3 if which == 2 else 0.9)


def text_package(
    path: Path, task: TextTask = "caption", languages: tuple[Language, ...] = ("ja", "en")
) -> TextPackage:
    """A package whose figures mean nothing."""
    manifest = TextManifest(
        created=datetime(2026, 11, 30, tzinfo=UTC),
        program="0.1.0",
        task=task,
        model=PackagedWriter(
            name="colours", kind="embedded", sha256="ab" * 32, licence="Apache-2.0", languages=languages
        ),
        training=TextTraining(
            composition="lora", preset="lora", hyper={}, seed=1, learned_texts=3, steps=1, epochs=1, kept_epoch=1,
            trained_parameters=1, right=None,
        ),
        language=languages[0],
        questions=LEARNED if task == "vqa" else (),
        data=TextFingerprint(revision="cd" * 32, photos=_NONE, texts=_NONE),
        metrics={},
        unsure=None if task == "caption" else UnsureThreshold(
            probability=0.5, wished_error=0.05, sent_to_person=0.1, promised=False, n=20
        ),
        checks=(
            TextCheck(picture=0, question=LEARNED[0] if task == "vqa" else "", text_sha256="0" * 64, confidence=0.5),
        ),
        members=(),
    )  # fmt: skip
    members = {
        ADAPTER: save({"x": np.ones(1, np.float32)}),
        CHECK: save({"picture_0": np.zeros((4, 4, 3), np.uint8)}),
        CARD: b"# card",
        REPORT: b"<!doctype html>",
    }
    write_package(path, manifest, members)
    package = open_any_package(path)
    assert isinstance(package, TextPackage)
    return package


def with_colours(patch: pytest.MonkeyPatch) -> ColourWriter:
    """Whatever package is stood up in this process: the colour writer writes."""
    writer = ColourWriter()

    def stand_up(package: TextPackage, device: str) -> PackagedWriterModel:
        model = package.manifest.model
        card = WriterCard(model.name, model.kind, model.sha256, 1, "", model.languages, ("caption", "vqa"))
        return PackagedWriterModel(writer, card)

    patch.setattr(writing, "stand_up_writer", stand_up)
    return writer
