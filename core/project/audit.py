"""Who changed what and when: a trail that only grows, each entry hashed over the one before it.

An entry is one line of canonical JSON (keys sorted, no spaces); its hash is the SHA-256 of the hash before it, a line
feed and that line. What was changed, row by row with what it said before and after and the photo's own SHA-256, stands
in the entry's details: the entry holds their SHA-256. Details can be forgotten together with a project's photos
(features only) while the chain stays whole; a salt in them keeps a forgotten photo from being guessed.

The entry is written in the transaction of the change itself: there is none without the other. Changing, leaving out,
exchanging or slipping in an entry breaks the chain from there on (`core.project.audit_check`). What a chain alone
cannot show is that its end was cut off, or that all of it was made anew: for that its latest hash is written down
elsewhere, and looked for later.
"""

import hashlib
import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from core.project.database import Database, now
from core.project.rows import COLUMNS, Row

START = "0" * 64
BEGIN = "begin"
FORGET = "forget photos"
_OF_PHOTOS = ("labels", "exclusions", "marks", "settlements", "parts")
_SOME = 500
_DECISION = ("time", "stage", "verdict", "stage_after", "who", "reason", "run", "seen", "takes_back")
# What the trail tells of, beside the tables of steps: the split's parts, decisions, how parts of one lot are told.
SETTINGS = ("same_part",)


@dataclass(frozen=True)
class Change:
    """A row of an item before and after (None: not there)."""

    item: str
    id: int | str
    before: Row | None
    after: Row | None


@dataclass(frozen=True)
class Entry:
    """One entry as it stands. `details` is None where they were forgotten with the photos."""

    number: int
    text: str
    hash: str
    details: str | None


class AuditTrail:
    """The trail of a project, in the project file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def begin(self, user: str) -> None:
        """The first entry: all that the project holds already. Nothing where the trail has begun."""
        if self._database.read("SELECT 1 FROM audit LIMIT 1"):
            return
        with self._database.transaction():
            if not self._database.read("SELECT 1 FROM audit LIMIT 1"):
                self.append(BEGIN, user, self._all_there_is())

    def append(self, what: str, who: str, changes: Sequence[Change]) -> None:
        """Add an entry; called within the transaction of the change that it tells of."""
        with self._database.transaction():
            photos = self._hashes_of(changes)
            told = {
                "salt": secrets.token_hex(16),
                "changes": [_told(change, photos.get(_photo_of(change))) for change in changes],
            }
            self._add(what, who, len(changes), canonical(told))

    @contextmanager
    def telling(self, what: str, who: str) -> Iterator[None]:
        """All or nothing; what is changed of the split within it is an entry."""
        with self._database.transaction():
            before = self._split()
            yield
            after = self._split()
            changed = [key for key in before | after if before.get(key) != after.get(key)]
            if changed:
                self.append(what, who, [Change(*key, before.get(key), after.get(key)) for key in changed])

    def forget_photos(self, who: str) -> None:
        """Forget what all entries so far were about, and say so; what is left of the project begins anew from here."""
        with self._database.transaction():
            self._database.write("DELETE FROM audit_details")
            self.append(FORGET, who, self._all_there_is())

    def last_hash(self) -> str:
        """The hash of the latest entry: written down elsewhere, it proves later that nothing before it was changed."""
        rows = self._database.read("SELECT hash FROM audit ORDER BY id DESC LIMIT 1")
        return str(rows[0][0]) if rows else START

    def entries(self) -> Iterator[Entry]:
        """All entries, oldest first, whatever became of them."""
        after: int | None = None
        while True:
            rows = self._database.read(
                """SELECT audit.id, CAST(entry AS BLOB), CAST(hash AS BLOB), CAST(details AS BLOB)
                FROM audit LEFT JOIN audit_details ON audit_details.id = audit.id
                WHERE ? IS NULL OR audit.id > ? ORDER BY audit.id LIMIT ?""",
                (after, after, _SOME),
            )
            for number, *texts in rows:
                text, hashed, details = (None if each is None else _decoded(each) for each in texts)
                yield Entry(number, text or "", hashed or "", details)
            if len(rows) < _SOME:
                return
            after = rows[-1][0]

    def present(self) -> dict[tuple[str, int | str], Row]:
        """What the project says now, of all that the trail tells of."""
        found: dict[tuple[str, int | str], Row] = {}
        for item, columns in _watched().items():
            table, condition = ("photos", "part IS NOT NULL") if item == "parts" else (item, "1")
            rows = self._database.read(f"SELECT id, {', '.join(columns)} FROM {table} WHERE {condition}")
            found |= {(item, row[0]): dict(zip(columns, row[1:], strict=True)) for row in rows}
        marks = ", ".join("?" * len(SETTINGS))
        for key, value in self._database.read(f"SELECT * FROM settings WHERE key IN ({marks})", SETTINGS):
            found["settings", key] = {"value": value}
        return found

    def stray_details(self) -> list[int]:
        """Numbers of details that belong to no entry."""
        rows = self._database.read("SELECT id FROM audit_details WHERE id NOT IN (SELECT id FROM audit)")
        return sorted(number for (number,) in rows)

    def _split(self) -> dict[tuple[str, int | str], Row]:
        """The part of every photo that has one, and how photos of one part are told."""
        rows = self._database.read("SELECT id, part FROM photos WHERE part IS NOT NULL")
        found: dict[tuple[str, int | str], Row] = {("parts", key): {"part": part} for key, part in rows}
        for (value,) in self._database.read("SELECT value FROM settings WHERE key = 'same_part'"):
            found["settings", "same_part"] = {"value": value}
        return found

    def _all_there_is(self) -> list[Change]:
        return [Change(item, key, None, row) for (item, key), row in self.present().items()]

    def _add(self, what: str, who: str, changes: int, details: str) -> None:
        ((last,),) = self._database.read("SELECT coalesce(max(id), 0) FROM audit")
        number = last + 1
        entry = canonical(
            {
                "n": number,
                "time": now(),
                "who": who,
                "what": what,
                "changes": changes,
                "details": _sha256(details),
            }
        )
        hashed = link(self.last_hash(), entry)
        self._database.write("INSERT INTO audit VALUES (?, ?, ?)", (number, entry, hashed))
        self._database.write("INSERT INTO audit_details VALUES (?, ?)", (number, details))

    def _hashes_of(self, changes: Sequence[Change]) -> dict[int | None, str]:
        """The SHA-256 of the photos that changes are about."""
        ids = sorted({photo for change in changes if (photo := _photo_of(change)) is not None})
        found: dict[int | None, str] = {}
        for start in range(0, len(ids), _SOME):
            some = ids[start : start + _SOME]
            marks = ", ".join("?" * len(some))
            found |= dict(self._database.read(f"SELECT id, sha256 FROM photos WHERE id IN ({marks})", some))
        return found


def canonical(content: Mapping[str, Any]) -> str:
    """The one way to write an entry."""
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def link(before: str, entry: str) -> str:
    """An entry's hash, from the hash of the entry before it."""
    return _sha256(f"{before}\n{entry}")


def details_fit(details: str, told: str) -> bool:
    """Whether details are those whose SHA-256 an entry holds."""
    return _sha256(details) == told


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode(errors="surrogatepass")).hexdigest()


def _watched() -> dict[str, tuple[str, ...]]:
    tables: dict[str, tuple[str, ...]] = {"parts": ("part",), "decisions": _DECISION}
    return tables | {str(item): columns for item, columns in COLUMNS.items()}


def _photo_of(change: Change) -> int | None:
    if change.item in _OF_PHOTOS and isinstance(change.id, int):
        return change.id
    row = change.after or change.before or {}
    return row.get("photo_id")


def _told(change: Change, sha256: str | None) -> dict[str, Any]:
    told = {"item": change.item, "id": change.id, "before": change.before, "after": change.after}
    return told if sha256 is None else {**told, "sha256": sha256}


def _decoded(content: bytes) -> str:
    """Text as it stands; what is none cannot fit its hash."""
    return content.decode(errors="backslashreplace")
