"""The list of photos that an assist job is to see, in a file of the job's folder."""

import json
from collections.abc import Sequence
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from core.files import write_atomic
from core.problems import Problem

PHOTOS_FILE = "photos.json"
Listed = tuple[str, str]  # content hash, path
_LISTED: TypeAdapter[list[Listed]] = TypeAdapter(list[Listed])


def save_photos(folder: Path, photos: Sequence[Listed]) -> None:
    """Write which photos are to be seen."""
    write_atomic(folder / PHOTOS_FILE, json.dumps(photos))


def read_photos(folder: Path) -> list[Listed]:
    """Read it again. Raises Problem `assist.no_list`."""
    path = folder / PHOTOS_FILE
    try:
        return _LISTED.validate_json(path.read_bytes())
    except (OSError, ValidationError) as error:
        raise Problem("assist.no_list", path=path, reason=str(error).splitlines()[0]) from error
