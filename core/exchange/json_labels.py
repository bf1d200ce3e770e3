"""Labels in JSON: COCO's annotations, and what Label Studio exports (JSON and JSON-MIN)."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from core.exchange.labels import ForeignLabels, gather, read_bounded
from core.problems import Problem

_UPLOAD_MARK = 8  # hexadecimal digits and a dash that Label Studio sets before an uploaded photo's name


def read_json(path: Path) -> ForeignLabels:
    """COCO (an object with images, annotations and categories) or Label Studio (a list of tasks).

    Raises:
        Problem: `exchange.unreadable`, `exchange.too_large`, `exchange.spoiled`, `exchange.unknown_format`.
    """
    try:
        content = json.loads(read_bounded(path))
        if isinstance(content, dict) and {"images", "annotations", "categories"} <= content.keys():
            return _from_coco(_Coco.model_validate(content))
        if isinstance(content, list):
            return gather(_studio_pairs(_TASKS.validate_python(content)))
    except (ValueError, ValidationError, RecursionError) as error:
        raise Problem("exchange.spoiled", path=path, reason=_first_line(error)) from error
    raise Problem("exchange.unknown_format", path=path)


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class _CocoImage(_Part):
    id: int
    file_name: str


class _CocoAnnotation(_Part):
    image_id: int
    category_id: int


class _CocoCategory(_Part):
    id: int
    name: str


class _Coco(_Part):
    images: list[_CocoImage]
    annotations: list[_CocoAnnotation]
    categories: list[_CocoCategory]


def _from_coco(coco: _Coco) -> ForeignLabels:
    photos = {image.id: image.file_name for image in coco.images}
    names = {category.id: category.name for category in coco.categories}
    pairs = (
        (photos[entry.image_id], names[entry.category_id])
        for entry in coco.annotations
        if entry.image_id in photos and entry.category_id in names
    )
    return gather(pairs, classes=names.values())


_TASKS = TypeAdapter(list[dict[str, Any]])


def _studio_pairs(tasks: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    """A photo and a chosen class per pair; tasks that were skipped, or are about no photo, give none."""
    for task in tasks:
        data = task.get("data")
        if isinstance(data, dict):
            photo, choices = _photo_of(data), list(_annotated(task))
        else:
            photo, choices = _photo_of(task), _choices(task.get("choice", task.get("choices")))
        for choice in choices:
            yield photo, choice


def _photo_of(fields: dict[str, Any]) -> str:
    reference = next(
        (value for key in ("image", "img", "photo") if isinstance(value := fields.get(key), str)), ""
    )
    parts = urlsplit(reference)
    local = parse_qs(parts.query).get("d")
    place = local[0] if local else unquote(parts.path)
    folder, slash, name = place.rpartition("/")
    mark, dash, rest = name.partition("-")
    if dash and len(mark) == _UPLOAD_MARK and set(mark) <= set("0123456789abcdef") and "upload" in folder:
        return rest
    return folder + slash + name


def _annotated(task: dict[str, Any]) -> Iterator[str]:
    for annotation in _dicts(task.get("annotations", task.get("completions"))):
        if not annotation.get("was_cancelled"):
            for result in _dicts(annotation.get("result")):
                value = result.get("value")
                if isinstance(value, dict):
                    yield from _choices(value.get("choices"))


def _choices(value: object) -> list[str]:
    if isinstance(value, dict):
        value = value.get("choices")
    if isinstance(value, str):
        return [value]
    return [choice for choice in value if isinstance(choice, str)] if isinstance(value, list) else []


def _dicts(value: object) -> list[dict[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0][:200]
