"""Texts about photos for other programs: COCO captions, VQAv2, CSV, JSONL."""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, Literal

from core.files import write_atomic
from core.problems import Problem
from core.tasks.metrics.vqa import normalised
from core.tasks.texts import PhotoTexts, Question, TextTask, language_of, majority

TextFormat = Literal["coco", "vqav2", "csv", "jsonl"]
FORMATS_OF: dict[TextTask, tuple[TextFormat, ...]] = {
    "caption": ("coco", "csv", "jsonl"),
    "vqa": ("vqav2", "csv", "jsonl"),
}
_NUMBER = re.compile(r"\d+([.,]\d+)?")
_YES_NO = frozenset(("yes", "no", "はい", "いいえ"))
_TYPE_WORDS = 3


def write_texts(texts: PhotoTexts, kind: TextFormat, out: Path) -> int:
    """Write texts to a file, whole or not at all; gives how many photos they are about.

    COCO holds descriptions only, VQAv2 questions only; that one is a single file with its questions and annotations,
    which VQAv2's own tools take for either. CSV has a row, JSONL a line per description or answer.

    Raises:
        Problem: `exchange.no_texts`, `exchange.not_written`.
    """
    held = {"coco": PhotoTexts(texts.captions), "vqav2": PhotoTexts((), texts.questions)}.get(kind, texts)
    if not held.photos:
        raise Problem("exchange.no_texts")
    try:
        write_atomic(out, _WRITERS[kind](held))
    except OSError as error:
        raise Problem("exchange.not_written", path=out, reason=error.strerror or error) from error
    return len(held.photos)


def _coco(texts: PhotoTexts) -> bytes:
    numbers = {photo: number for number, photo in enumerate(texts.photos, start=1)}
    return _json(
        {
            "info": {"description": "captions"},
            "licenses": [],
            "type": "captions",
            "images": _images(numbers),
            "annotations": [
                {"id": number, "image_id": numbers[caption.photo], "caption": caption.text}
                for number, caption in enumerate(texts.captions, start=1)
            ],
        }
    )


def _vqav2(texts: PhotoTexts) -> bytes:
    numbers = {photo: number for number, photo in enumerate(texts.photos, start=1)}
    questions, annotations = list[dict[str, Any]](), list[dict[str, Any]]()
    for number, question in enumerate(texts.questions, start=1):
        about = {"image_id": numbers[question.photo], "question_id": number}
        questions.append(about | {"question": question.text})
        answers = [
            {"answer": answer, "answer_confidence": "yes", "answer_id": place}
            for place, answer in enumerate(question.answers, start=1)
        ]
        annotations.append(about | _types(question) | {"answers": answers})
    return _json(
        {
            "info": {"description": "visual questions"},
            "license": {},
            "task_type": "Open-Ended",
            "data_type": "photos",
            "data_subtype": "",
            "images": _images(numbers),
            "questions": questions,
            "annotations": annotations,
        }
    )


def _types(question: Question) -> dict[str, str]:
    """As VQAv2 has them: the question's first words, the kind of answer, the answer most people gave."""
    answer = majority(question.answers)
    plain = normalised(answer, language_of(answer))
    kind = "yes/no" if plain in _YES_NO else "number" if _NUMBER.match(plain) else "other"
    words = question.text.lower().rstrip("?？").split()[:_TYPE_WORDS]
    return {"question_type": " ".join(words), "answer_type": kind, "multiple_choice_answer": answer}


def _csv(texts: PhotoTexts) -> bytes:
    """UTF-8 with a mark, so that Excel shows Japanese."""
    text = io.StringIO(newline="")
    columns = [name for name in ("photo", "caption", "question", "answer") if _holds(texts, name)]
    writer = csv.DictWriter(text, columns)
    writer.writeheader()
    writer.writerows(_records(texts))
    return text.getvalue().encode("utf-8-sig")


def _jsonl(texts: PhotoTexts) -> bytes:
    return "".join(json.dumps(record, ensure_ascii=False) + "\n" for record in _records(texts)).encode()


def _holds(texts: PhotoTexts, column: str) -> bool:
    return column == "photo" or bool(texts.captions if column == "caption" else texts.questions)


def _records(texts: PhotoTexts) -> Iterable[dict[str, str]]:
    for caption in texts.captions:
        yield {"photo": caption.photo, "caption": caption.text}
    for question in texts.questions:
        for answer in question.answers:
            yield {"photo": question.photo, "question": question.text, "answer": answer}


def _images(numbers: dict[str, int]) -> list[dict[str, Any]]:
    return [{"id": number, "file_name": photo} for photo, number in numbers.items()]


def _json(content: dict[str, Any]) -> bytes:
    return json.dumps(content, ensure_ascii=False, indent=1).encode()


_WRITERS: dict[TextFormat, Callable[[PhotoTexts], bytes]] = {
    "coco": _coco,
    "vqav2": _vqav2,
    "csv": _csv,
    "jsonl": _jsonl,
}
