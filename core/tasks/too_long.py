"""Texts that the embedded model cannot write in one go, found without opening it: its tokens alone say so, without torch.

Of other models the tokens are known only once they are open: there a run tells, before anything else.
"""

import json
from collections.abc import Iterator

from core.tasks.place import CONFIG_NAME, TEXT_MODEL_FOLDER, TOKENIZER_NAME
from core.tasks.revision import TextRevision
from core.tasks.texts import language_of, majority
from core.tasks.tokenizer import TextTokenizer


def too_long_texts(revision: TextRevision) -> list[str]:
    """Those of the texts that are learned or chosen by, as they are written."""
    config = json.loads((TEXT_MODEL_FOLDER / CONFIG_NAME).read_text(encoding="utf-8"))
    length: int = config["decoder"]["context_length"]
    tokenizer = TextTokenizer.from_json((TEXT_MODEL_FOLDER / TOKENIZER_NAME).read_text(encoding="utf-8"))

    def fits(question: str, text: str) -> bool:
        start = (
            tokenizer.question_within(question, length) if question else tokenizer.telling(language_of(text))
        )
        return len(start) + len(tokenizer.encode(text.strip())) < length

    return [text for question, text in _learned(revision) if not fits(question, text)]


def _learned(revision: TextRevision) -> Iterator[tuple[str, str]]:
    """Question ("" of a description) and text."""
    for photo in (*revision.of("train"), *revision.of("val")):
        for each in photo.written:
            for text in (majority(each.texts),) if each.question else each.texts:
                yield each.question, text
