"""What readers of text files hand on, entry by entry, and how entries become `PhotoTexts`."""

from collections.abc import Iterable
from dataclasses import dataclass

from core.tasks.texts import Caption, Part, PhotoTexts, Question, clean

PART_WORDS: dict[str, Part] = {
    "train": "train", "training": "train", "restval": "train", "val": "val", "valid": "val", "validation": "val",
    "dev": "val", "test": "test", "testing": "test",
}  # fmt: skip


@dataclass(frozen=True)
class Entry:
    """One thing a file says about a photo: a description, or a question with answers; `part` as the file words it."""

    photo: str
    caption: str = ""
    question: str = ""
    answers: tuple[str, ...] = ()
    part: str = ""


def gather_texts(entries: Iterable[Entry], *, one_by_one: bool = False) -> PhotoTexts:
    """Entries in the file's order as texts.

    Answers to the same question about the same photo come together, unless entries are questions of their own
    (`one_by_one`).
    """
    captions: list[Caption] = []
    questions: dict[tuple[str, str, int], tuple[str, ...]] = {}
    parts: dict[str, Part] = {}
    left_out = 0
    for number, entry in enumerate(entries):
        photo = entry.photo.strip().replace("\\", "/")
        caption, question = clean(entry.caption), clean(entry.question)
        answers = tuple(answer for answer in map(clean, entry.answers) if answer)
        if photo and (part := PART_WORDS.get(entry.part.strip().lower())):
            parts.setdefault(photo, part)
        if photo and caption:
            captions.append(Caption(photo, caption))
        if photo and question and answers:
            key = photo, question, number if one_by_one else 0
            questions[key] = questions.get(key, ()) + answers
        elif not (photo and caption):
            left_out += 1
    asked = tuple(Question(photo, text, answers) for (photo, text, _), answers in questions.items())
    return PhotoTexts(tuple(captions), asked, parts, left_out)
