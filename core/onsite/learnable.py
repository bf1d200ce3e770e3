"""Texts that people read on site and confirmed or put right, as a file of texts to learn from."""

from collections.abc import Sequence
from pathlib import Path

from core.exchange.text_write import write_texts
from core.onsite.records import Record
from core.problems import Problem
from core.tasks.texts import Caption, PhotoTexts, Question


def texts_of_records(records: Sequence[Record]) -> PhotoTexts:
    """The texts that hold, about the copies of the photos that were kept; others are left out."""
    decided = [record for record in records if record.decided and record.kept]
    photos = {record.id: Path(record.kept).as_posix() for record in decided}
    return PhotoTexts(
        tuple(Caption(photos[each.id], each.final) for each in decided if not each.question),
        tuple(Question(photos[each.id], each.question, (each.final,)) for each in decided if each.question),
    )


def write_learnable(records: Sequence[Record], out: Path) -> int:
    """Write them as JSONL, which `hikidashi texts import` reads; gives how many photos they are about.

    Raises:
        Problem: `onsite.no_records` where nothing was decided yet, or as `write_texts`.
    """
    texts = texts_of_records(records)
    if not texts.photos:
        raise Problem("onsite.no_records")
    return write_texts(texts, "jsonl", out)
