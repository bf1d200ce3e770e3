"""Which models that write there are on this PC: without torch, and without opening one."""

import json
from dataclasses import dataclass
from typing import Literal

from core.backbones.catalogue import embedded_texts
from core.backbones.store import EMBEDDED, ModelStore
from core.problems import Language, Problem
from core.tasks.folders import LANGUAGES, Record, WriterStore
from core.tasks.place import CONFIG_NAME, TEXT_MODEL_FOLDER, WEIGHTS_NAME
from core.tasks.texts import TextTask

Kind = Literal["embedded", "coca", "transformers"]


@dataclass(frozen=True)
class WriterCard:
    """What a model that writes is, for people and for the run that tuned it.

    `languages`: those it reads and writes before tuning; a question in another goes through the fixed questions
    (`core.tasks.phrases`). `tasks`: what it can be tuned to. `sha256` names its weights.
    """

    name: str
    kind: Kind
    sha256: str
    size_bytes: int
    licence: str
    languages: tuple[Language, ...]
    tasks: tuple[TextTask, ...]


def writer_cards(backbones: ModelStore | None = None, folders: WriterStore | None = None) -> list[WriterCard]:
    """All models that write, the one that ships first, then what the operator brought in."""
    stored = (folders or WriterStore()).stored()
    return [
        _embedded(),
        *_captioners(backbones or ModelStore()),
        *(card_of_folder(model.record) for model in stored),
    ]


def card_of_folder(record: Record) -> WriterCard:
    """The card of a model of transformers that was brought in as a folder."""
    languages = LANGUAGES[record.model_type]
    tasks: tuple[TextTask, ...] = ("caption", "vqa")
    return WriterCard(
        record.name, "transformers", record.sha256, record.size_bytes, record.licence, languages, tasks
    )


def writer_card(name: str) -> WriterCard:
    """The card of a model.

    Raises:
        Problem: `tasks.model_unknown`.
    """
    cards = {card.name: card for card in writer_cards()}
    if name not in cards:
        raise Problem("tasks.model_unknown", name=name, known=", ".join(cards))
    return cards[name]


def _captioners(store: ModelStore) -> list[WriterCard]:
    """The stored backbones that also write: CoCa. Answering it has to learn first."""
    ready = (entry.name for entry in store.entries() if entry.state == "ready" and entry.source != EMBEDDED)
    records = [store.open(name).record for name in ready]
    return [
        WriterCard(r.name, "coca", r.sha256, r.size_bytes, r.licence, ("en",), ("caption", "vqa"))
        for r in records
        if r.writes
    ]


def _embedded() -> WriterCard:
    config = json.loads((TEXT_MODEL_FOLDER / CONFIG_NAME).read_text(encoding="utf-8"))
    size = (TEXT_MODEL_FOLDER / WEIGHTS_NAME).stat().st_size
    return WriterCard(
        EMBEDDED,
        "embedded",
        config["weights_sha256"],
        size,
        embedded_texts().licence,
        ("ja", "en"),
        ("caption", "vqa"),
    )
