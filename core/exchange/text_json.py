"""Texts in JSON: COCO captions, Karpathy's splits, VQAv2, and lists of records (also one per line).

- COCO: `images` with `id` and `file_name`, `annotations` with `image_id` and `caption`.
- Karpathy: `images` with `filename`, `filepath`, `split` and `sentences`.
- VQAv2: `questions` and `annotations`, in two files that lie beside each other or in one. It has numbers in place of
  file names: the photo is then called as COCO's are, unless the file has `images` as well.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from core.exchange.labels import read_bounded
from core.exchange.table import PHOTO, decoded
from core.exchange.text_entries import Entry, gather_texts
from core.problems import Problem
from core.tasks.texts import PhotoTexts

CAPTION = (
    "caption",
    "captions",
    "text",
    "sentence",
    "sentences",
    "comment",
    "description",
    "説明",
    "説明文",
    "文章",
)
QUESTION = ("question", "質問")
ANSWER = ("answer", "answers", "multiple_choice_answer", "答え", "回答")
PART = ("split", "part", "set")


def read_text_json(path: Path) -> PhotoTexts:
    """Any of the JSON forms.

    Raises:
        Problem: `exchange.unreadable`, `exchange.too_large`, `exchange.spoiled`, `exchange.unknown_texts`,
            `exchange.no_partner` where VQAv2's other file is not there.
    """
    content = _parsed(path)
    try:
        if isinstance(content, list):
            return gather_texts(entry for record in content for entry in _of_record(record))
        if isinstance(content, dict):
            return _of_object(path, content)
    except (ValueError, ValidationError, RecursionError) as error:
        raise _spoiled(path, error) from error
    raise Problem("exchange.unknown_texts", path=path)


def read_text_lines(path: Path) -> PhotoTexts:
    """One JSON record per line (JSONL).

    Raises:
        Problem: `exchange.unreadable`, `exchange.too_large`, `exchange.spoiled`.
    """
    lines = decoded(read_bounded(path), path).split("\n")
    try:
        records = [json.loads(line) for line in lines if line.strip()]
        return gather_texts(entry for record in records for entry in _of_record(record))
    except (ValueError, RecursionError) as error:
        raise _spoiled(path, error) from error


def _parsed(path: Path) -> Any:
    try:
        return json.loads(read_bounded(path))
    except (ValueError, RecursionError) as error:
        raise _spoiled(path, error) from error


def _of_object(path: Path, content: dict[str, Any]) -> PhotoTexts:
    if "questions" in content or _is_answers(content):
        return _vqa(path, content)
    if "annotations" in content and "images" in content:
        return gather_texts(_coco(_Coco.model_validate(content)))
    if "images" in content:
        return gather_texts(_karpathy(_Karpathy.model_validate(content)))
    raise Problem("exchange.unknown_texts", path=path)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _CocoImage(_Part):
    id: int
    file_name: str


class _CocoCaption(_Part):
    image_id: int
    caption: str


class _Coco(_Part):
    images: list[_CocoImage]
    annotations: list[_CocoCaption]


def _coco(coco: _Coco) -> Iterator[Entry]:
    photos = {image.id: image.file_name for image in coco.images}
    for entry in coco.annotations:
        yield Entry(photos.get(entry.image_id, ""), caption=entry.caption)


class _Sentence(_Part):
    raw: str = ""
    tokens: list[str] = []


class _KarpathyImage(_Part):
    filename: str
    filepath: str = ""
    split: str = ""
    sentences: list[_Sentence]


class _Karpathy(_Part):
    images: list[_KarpathyImage]


def _karpathy(whole: _Karpathy) -> Iterator[Entry]:
    for image in whole.images:
        photo = f"{image.filepath}/{image.filename}" if image.filepath else image.filename
        for sentence in image.sentences:
            yield Entry(photo, caption=sentence.raw or " ".join(sentence.tokens), part=image.split)


class _VqaQuestion(_Part):
    question_id: int
    image_id: int
    question: str


class _VqaAnswer(_Part):
    answer: str


class _VqaAnnotation(_Part):
    question_id: int
    answers: list[_VqaAnswer]


class _Vqa(_Part):
    questions: list[_VqaQuestion]
    annotations: list[_VqaAnnotation]
    data_subtype: str = ""
    images: list[_CocoImage] = Field(default_factory=list)


def _vqa(path: Path, content: dict[str, Any]) -> PhotoTexts:
    for wanted in ("questions", "annotations"):
        if wanted not in content:
            content = _partner(path, wanted) | content
    vqa = _Vqa.model_validate(content)
    named = {image.id: image.file_name for image in vqa.images}
    answers = {
        entry.question_id: tuple(answer.answer for answer in entry.answers) for entry in vqa.annotations
    }
    return gather_texts(
        (
            Entry(
                named.get(question.image_id) or _coco_name(vqa.data_subtype, question.image_id),
                question=question.question,
                answers=answers.get(question.question_id, ()),
                part=vqa.data_subtype.rstrip("0123456789"),
            )
            for question in vqa.questions
        ),
        one_by_one=True,
    )


def _partner(path: Path, wanted: str) -> dict[str, Any]:
    """VQAv2's other file: `v2_OpenEnded_mscoco_train2014_questions.json`, `v2_mscoco_train2014_annotations.json`."""
    kind = "annotations" if wanted == "questions" else "questions"
    plain = _plain_name(path.name, kind)
    for other in sorted(path.parent.glob(f"*{wanted}*.json")) if kind in path.name else ():
        if _plain_name(other.name, wanted) == plain:
            content = _parsed(other)
            if isinstance(content, dict) and isinstance(content.get(wanted), list):
                return content
    raise Problem("exchange.no_partner", path=path, wanted=wanted)


def _plain_name(name: str, kind: str) -> str:
    return name.replace(kind, "").replace("OpenEnded_", "").replace("MultipleChoice_", "")


def _is_answers(content: dict[str, Any]) -> bool:
    entries = content.get("annotations")
    first = entries[0] if isinstance(entries, list) and entries else None
    return isinstance(first, dict) and "question_id" in first


def _coco_name(subtype: str, number: int) -> str:
    return f"COCO_{subtype}_{number:012d}.jpg" if subtype else f"{number}.jpg"


def _of_record(record: object) -> Iterator[Entry]:
    if not isinstance(record, dict):
        yield Entry("")
        return
    fields = {str(key).lower(): value for key, value in record.items()}
    photo, part = _text(fields, PHOTO), _text(fields, PART)
    question, answers = _text(fields, QUESTION), _texts(fields, ANSWER)
    captions = () if question else _texts(fields, CAPTION)
    for caption in captions:
        yield Entry(photo, caption=caption, part=part)
    if question or not captions:
        yield Entry(photo, question=question, answers=answers, part=part)


def _text(fields: dict[str, Any], names: tuple[str, ...]) -> str:
    return next(iter(_texts(fields, names)), "")


def _texts(fields: dict[str, Any], names: tuple[str, ...]) -> tuple[str, ...]:
    """The text, or the list of texts, under the first of the names that has one; VQAv2's answers are objects."""
    for name in names:
        value = fields.get(name)
        listed = value if isinstance(value, list) else [value]
        found = (
            entry.get("answer", entry.get("raw")) if isinstance(entry, dict) else entry for entry in listed
        )
        texts = tuple(str(text) for text in found if isinstance(text, str | int | float))
        if texts:
            return texts
    return ()


def _spoiled(path: Path, error: Exception) -> Problem:
    return Problem("exchange.spoiled", path=path, reason=str(error).partition("\n")[0][:200])
