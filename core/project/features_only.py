"""A project that keeps features in place of its photos: what it forgets, and that it forgets it whole.

First the features file lies in the project, then one transaction takes every photo, path and label out of the project
file, then what lies beside it is swept away: the cache with its small pictures, and the runs, which name photos. A
project that was interrupted in the sweep goes on with it when it is opened again. The photos' own folders are only
ever read.
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

from core.features.file import FeaturesFile
from core.problems import Problem
from core.project.audit import AuditTrail
from core.project.database import Database

FEATURES_FILE = "photos.features"
_KEY = "features_only"
# In an order that no reference forbids.
_OF_PHOTOS = (
    "captions", "questions", "labels", "exclusions", "marks", "opinions", "settlements", "unreadable",
    "changes", "steps", "photos", "sources",
)  # fmt: skip
# What else the project remembers that belongs to the photos.
_SETTINGS = ("trial",)


@dataclass(frozen=True)
class FeaturesOnly:
    """That photos were given up for features: who asked for it and when, the file's content, how many photos it holds
    of each class. `swept` says that all is gone that had to go."""

    sha256: str
    by_class: Mapping[int, int]
    who: str
    time: str
    swept: bool = False

    @property
    def photos(self) -> int:
        """Own photos in the file."""
        return sum(self.by_class.values())

    @classmethod
    def of(cls, database: Database) -> Self | None:
        """What the project file says; None while the project keeps photos."""
        rows = database.read("SELECT value FROM settings WHERE key = ?", (_KEY,))
        if not rows:
            return None
        told = json.loads(rows[0][0])
        by_class = {int(class_id): count for class_id, count in told.pop("by_class").items()}
        return cls(by_class=by_class, **told)

    def keep(self, database: Database) -> None:
        """Write it into the project file."""
        database.write("INSERT OR REPLACE INTO settings VALUES (?, ?)", (_KEY, json.dumps(asdict(self))))


def photos_by_class(file: FeaturesFile, class_ids: list[int]) -> dict[int, int]:
    """How many photos the file holds of each of the project's own classes, which come first in it."""
    return {class_id: int((file.labels == label).sum()) for label, class_id in enumerate(class_ids)}


def forget(database: Database, state: FeaturesOnly) -> None:
    """Take every photo, path and label out of the project file, all or none; of the audit trail too, whose chain
    stays whole."""
    with database.transaction():
        for table in _OF_PHOTOS:
            database.write(f"DELETE FROM {table}")
        for key in _SETTINGS:
            database.write("DELETE FROM settings WHERE key = ?", (key,))
        state.keep(database)
        AuditTrail(database).forget_photos(state.who)


def sweep(database: Database, folders: tuple[Path, ...], state: FeaturesOnly) -> FeaturesOnly:
    """Delete what lies in these folders, and what deleted rows leave behind in the file; may be done again.

    Raises:
        Problem: `project.not_all_forgotten` when something cannot be deleted now, or as the database raises.
    """
    for folder in folders:
        for path in sorted(folder.iterdir()) if folder.is_dir() else ():
            _delete(path)
    database.compact()
    done = replace(state, swept=True)
    done.keep(database)
    return done


def _delete(path: Path) -> None:
    try:
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)
    except OSError as error:
        raise Problem("project.not_all_forgotten", path=path, reason=error.strerror or error) from error
