"""The photos a project knows: which folders they come from, where they lie now, what a scan added.

A folder is remembered relative to the project and absolutely; the first that still holds one of its photos
counts. So a project moved together with its photos finds them, and one moved alone finds them too.
"""

import json
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from core.photos.alike import Cancelled, Kind, Seen, find_alike, find_resembling
from core.photos.bursts import burst_of
from core.photos.embeddings import Embeddings
from core.photos.folders import read_layout
from core.photos.scan import ScanResult
from core.problems import Problem
from core.project.database import Database, now
from core.project.revision import Part

PhotoState = Literal[
    "usable", "unlabelled", "labelled", "excluded", "all", "unsure", "commented", "differing"
]  # fmt: skip

_CONDITIONS: dict[PhotoState, str] = {
    "usable": "exclusions.id IS NULL",
    "unlabelled": "exclusions.id IS NULL AND labels.id IS NULL",
    "labelled": "exclusions.id IS NULL AND labels.id IS NOT NULL",
    "excluded": "exclusions.id IS NOT NULL",
    "all": "1",
    "unsure": "exclusions.id IS NULL AND marks.unsure",
    "commented": "marks.comment <> ''",
    "differing": """exclusions.id IS NULL AND photos.id NOT IN (SELECT id FROM settlements)
        AND EXISTS (SELECT 1 FROM opinions WHERE opinions.photo_id = photos.id
        AND opinions.user <> labels.user AND opinions.class_id <> labels.class_id)""",
}


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo of the project with its label, who gave it and when ("" without a label).

    `folder_label` and `folder_part` are what its sub-folder says; `part` is set once it was used. `alike_to` is the
    id of the first of the photos that are practically the same (None before anyone looked), `alike_by` what ties it
    to that one; `resembles` is the id of a photo that a backbone takes for the same; `inner` is the path within
    `folder`, the one that was taken in as `source_id`; `taken` is in seconds on the camera's own clock, if it says so.
    `unsure`: someone was not sure what it shows, so nothing is learned from it; `comment`: what was noted on it.
    """

    id: int
    folder: Path
    sha256: str
    size: int
    mtime_ns: int
    folder_label: str
    folder_part: Part | None
    part: Part | None
    excluded: bool
    class_id: int | None
    labelled_by: str
    labelled_at: str
    alike_to: int | None = None
    alike_by: Kind | None = None
    source_id: int = 0
    inner: str = ""
    resembles: int | None = None
    taken: float | None = None
    unsure: bool = False
    comment: str = ""

    @property
    def path(self) -> Path:
        """Where it lies: made when it is asked for, which for most of 50,000 photos it never is."""
        return self.folder / self.inner

    @property
    def kin(self) -> int:
        """The same number for photos that are practically the same."""
        return self.id if self.alike_to is None else self.alike_to


@dataclass(frozen=True)
class PhotoSource:
    """A folder that photos come from. `relative`: as seen from the project ("" on another drive).

    `witnesses`: paths of a few of its photos, by which the folder is known again.
    """

    id: int
    relative: str
    absolute: str
    project: Path
    witnesses: tuple[str, ...] = ()

    @cached_property
    def folder(self) -> Path:
        """Where it lies now; the remembered place when it cannot be found."""
        return self._beside or Path(self.absolute)

    @cached_property
    def base(self) -> str:
        """What the paths of its photos start with, as seen from the project; absolute when not found so."""
        place = Path(self.relative) if self._beside else Path(self.absolute)
        return "" if place == Path() else place.as_posix().rstrip("/") + "/"

    @cached_property
    def _beside(self) -> Path | None:
        if not self.relative:
            return None
        place = Path(os.path.normpath(self.project / self.relative))
        known_again = any((place / path).exists() for path in self.witnesses) or not self.witnesses
        return place if known_again and place.is_dir() else None


class PhotoLibrary:
    """Photos and their folders in the project file."""

    def __init__(self, database: Database, project: Path) -> None:
        self._database = database
        self._project = project

    def sources(self) -> dict[int, PhotoSource]:
        """The folders by id; none lies within another."""
        rows = self._database.read("SELECT id, relative, absolute FROM sources ORDER BY id")
        return {
            key: PhotoSource(key, relative, absolute, self._project, self._witnesses(key))
            for key, relative, absolute in rows
        }

    def add(self, found: ScanResult) -> int:
        """Take in what a scan found; photos known already only get their new facts. Gives how many are new."""
        with self._database.transaction():
            before = self._count()
            source = self._source_for(found.root)
            self._database.write_many(
                """INSERT INTO photos (source_id, path, size, mtime_ns, sha256, folder_label, added, look, taken, remarks)
                VALUES (?, ?, ?, ?, ?, '', ?, ?, ?, ?) ON CONFLICT (source_id, path) DO UPDATE SET
                size = excluded.size, mtime_ns = excluded.mtime_ns, sha256 = excluded.sha256,
                look = excluded.look, taken = excluded.taken, remarks = excluded.remarks
                WHERE sha256 <> excluded.sha256 OR mtime_ns <> excluded.mtime_ns OR look <> excluded.look
                OR remarks <> excluded.remarks""",
                [
                    (source.id, photo.path.relative_to(source.folder).as_posix(), photo.size, photo.mtime_ns,
                     photo.sha256, now(), photo.look, photo.taken, photo.remarks)
                    for photo in found.photos
                ],
            )  # fmt: skip
            self._read_places(source)
            self._replace_unreadable(found)
            return self._count() - before

    def group_alike(self, embeddings: Embeddings | None = None, cancelled: Cancelled = lambda: False) -> None:
        """Find anew which photos are practically the same, and with a backbone's embeddings which it takes for the
        same: seconds for a hundred thousand."""
        rows = self._database.read(
            "SELECT id, source_id, path, sha256, look, taken, mtime_ns FROM photos ORDER BY source_id, path"
        )
        seen = [
            Seen(
                sha256, look, taken, mtime_ns / 1e9, f"{source_id}/{path.rpartition('/')[0]}", burst_of(path)
            )
            for _, source_id, path, sha256, look, taken, mtime_ns in rows
        ]
        kin = find_alike(seen, cancelled)
        ids = [row[0] for row in rows]
        resembles = {ids[one]: ids[first] for one, first in find_resembling(seen, embeddings, cancelled)}
        self._database.write_many(
            """UPDATE photos SET alike_to = ?1, alike_by = ?2, resembles = ?3
            WHERE id = ?4 AND (alike_to IS NOT ?1 OR alike_by IS NOT ?2 OR resembles IS NOT ?3)""",
            [
                (ids[each.first], each.kind, resembles.get(photo_id), photo_id)
                for each, photo_id in zip(kin, ids, strict=True)
            ],
        )

    def photos(self, state: PhotoState = "usable", class_id: int | None = None) -> list[Photo]:
        """Photos by folder and path."""
        condition = _CONDITIONS[state] + ("" if class_id is None else " AND labels.class_id = ?")
        return self._select(condition, () if class_id is None else (class_id,))

    def one(self, photo_id: int) -> Photo:
        """One photo. Raises KeyError when there is none of that id."""
        found = self._select("photos.id = ?", (photo_id,))
        if not found:
            raise KeyError(photo_id)
        return found[0]

    def looks(self) -> dict[int, bytes]:
        """What every photo looks like (`core.photos.look`), by id; b"" where no scan has seen it yet."""
        return dict(self._database.read("SELECT id, look FROM photos"))

    def remarks(self) -> Counter[str]:
        """What is to be said of how photos are read (`core.photos.remarks`), and of how many."""
        rows = self._database.read(
            "SELECT remarks, count(*) FROM photos WHERE remarks <> '' GROUP BY remarks"
        )
        return Counter(
            {
                remark: sum(count for remarks, count in rows if remark in remarks.split())
                for remark in {each for remarks, _ in rows for each in remarks.split()}
            }
        )

    def by_path(self, path: Path) -> Photo | None:
        """The photo that lies there, if the project knows it."""
        for source in self.sources().values():
            if path.is_relative_to(source.folder):
                inner = path.relative_to(source.folder).as_posix()
                found = self._select("photos.source_id = ? AND photos.path = ?", (source.id, inner))
                if found:
                    return found[0]
        return None

    def portable_paths(self, photos: Sequence[Photo]) -> list[str]:
        """Paths as seen from the project where that can be, else absolute; forward slashes."""
        starts = [(os.path.join(source.folder, ""), source.base) for source in self.sources().values()]
        return [_portable(str(photo.path), starts) for photo in photos]

    def unreadable(self) -> list[tuple[Path, Problem]]:
        """What the latest scan of each folder could not read, and why."""
        rows = self._database.read("SELECT path, code, data FROM unreadable ORDER BY path")
        return [(Path(path), Problem(code, **json.loads(data))) for path, code, data in rows]

    def missing_sources(self) -> list[PhotoSource]:
        """Folders that cannot be found now."""
        return [source for source in self.sources().values() if not source.folder.is_dir()]

    def relocate(self, source_id: int, folder: Path) -> None:
        """Say where a folder of photos lies now."""
        self._database.write(
            "UPDATE sources SET relative = ?, absolute = ? WHERE id = ?",
            (_relative(Path(os.path.abspath(folder)), self._project), os.path.abspath(folder), source_id),
        )

    def set_parts(self, parts: Sequence[tuple[Part, int]]) -> None:
        """Remember the parts of photos, as (part, photo id)."""
        self._database.write_many("UPDATE photos SET part = ? WHERE id = ?", parts)

    def _select(self, condition: str, values: Sequence[Any]) -> list[Photo]:
        folders = {source.id: source.folder for source in self.sources().values()}
        rows = self._database.read(
            f"""SELECT photos.id, source_id, path, sha256, size, mtime_ns, folder_label, folder_part, part,
            exclusions.id IS NOT NULL, class_id, coalesce(labels.user, ''), coalesce(labels.time, ''),
            alike_to, alike_by, resembles, taken, coalesce(marks.unsure, 0), coalesce(marks.comment, '')
            FROM photos LEFT JOIN labels ON labels.id = photos.id LEFT JOIN marks ON marks.id = photos.id
            LEFT JOIN exclusions ON exclusions.id = photos.id
            WHERE {condition} ORDER BY source_id, path""",
            values,
        )
        return [
            Photo(photo_id, folders[source_id], sha256, size, mtime_ns, label, given, part,
                  bool(excluded), class_id, user, time, alike_to, alike_by, source_id, path, resembles,
                  taken, bool(unsure), comment)
            for photo_id, source_id, path, sha256, size, mtime_ns, label, given, part,
            excluded, class_id, user, time, alike_to, alike_by, resembles, taken, unsure, comment in rows
        ]  # fmt: skip

    def _count(self) -> int:
        return int(self._database.read("SELECT count(*) FROM photos")[0][0])

    def _witnesses(self, source_id: int) -> tuple[str, ...]:
        rows = self._database.read("SELECT path FROM photos WHERE source_id = ? LIMIT 3", (source_id,))
        return tuple(path for (path,) in rows)

    def _source_for(self, root: Path) -> PhotoSource:
        """The source that holds a folder; a new one takes over the sources that lie within it."""
        sources = self.sources().values()
        for source in sources:
            if root.is_relative_to(source.folder):
                return source
        relative = _relative(root, self._project)
        row = self._database.write(
            "INSERT INTO sources (relative, absolute) VALUES (?, ?)", (relative, str(root))
        )
        for source in sources:
            if source.folder.is_relative_to(root):
                prefix = source.folder.relative_to(root).as_posix() + "/"
                self._database.write(
                    "UPDATE photos SET source_id = ?, path = ? || path WHERE source_id = ?",
                    (row, prefix, source.id),
                )
                self._database.write("DELETE FROM sources WHERE id = ?", (source.id,))
        return PhotoSource(row, relative, str(root), self._project)

    def _read_places(self, source: PhotoSource) -> None:
        """Note what the sub-folders say now: with more photos a tree may say more."""
        rows = self._database.read("SELECT id, path FROM photos WHERE source_id = ?", (source.id,))
        layout = read_layout(path for _, path in rows)
        self._database.write_many(
            "UPDATE photos SET folder_label = ?, folder_part = ? WHERE id = ?",
            [(m.label, m.part, photo_id) for m, (photo_id, _) in zip(layout.meanings, rows, strict=True)],
        )

    def _replace_unreadable(self, found: ScanResult) -> None:
        """Note what could not be read, and, after a look at a whole folder, what is no longer there."""
        bad = dict(found.unreadable)
        if found.complete:
            prefix = os.path.join(found.root, "")
            self._database.write(
                "DELETE FROM unreadable WHERE path >= ? AND path < ?", (prefix, prefix + "\U0010ffff")
            )
            there = {photo.path for photo in found.photos} | bad.keys()
            for photo in self.photos("all"):
                if photo.path not in there and photo.path.is_relative_to(found.root):
                    bad[photo.path] = Problem("photos.missing", name=photo.path.name, path=photo.path)
        self._database.write_many(
            "INSERT OR REPLACE INTO unreadable VALUES (?, ?, ?)",
            [(str(path), problem.code, _data(problem)) for path, problem in bad.items()],
        )


def _relative(folder: Path, project: Path) -> str:
    try:
        return Path(os.path.relpath(folder, project)).as_posix()
    except ValueError:  # another drive
        return ""


def _portable(path: str, starts: Sequence[tuple[str, str]]) -> str:
    for folder, base in starts:
        if path.startswith(folder):
            return base + path[len(folder) :].replace(os.sep, "/")
    return path.replace(os.sep, "/")


def _data(problem: Problem) -> str:
    return json.dumps({key: str(value) for key, value in problem.data.items()}, ensure_ascii=False)
