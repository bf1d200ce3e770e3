"""A second person's labels, kept apart from those that count, and how differences between the two are settled.

The first person's labels are the project's labels. A second one labels without seeing them; until a difference is
settled, training takes the first's. Settling keeps what the first one said, so that how far the two agreed can still
be told afterwards.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from core.project.database import Database, now
from core.project.history import Recording
from core.project.rows import Row, read_rows, unused_id

# The first label of a photo, as it was before it was settled, beside each second one by somebody else.
_PAIRS = """SELECT opinions.photo_id, coalesce(settlements.first_id, labels.class_id) AS first_id,
    coalesce(settlements.first_user, labels.user) AS first_user,
    opinions.class_id AS second_id, opinions.user AS second_user, settlements.id IS NOT NULL AS settled
    FROM opinions JOIN labels ON labels.id = opinions.photo_id
    LEFT JOIN settlements ON settlements.id = opinions.photo_id
    WHERE opinions.photo_id NOT IN (SELECT id FROM exclusions)
    AND coalesce(settlements.first_user, labels.user) <> opinions.user"""


@dataclass(frozen=True)
class Pair:
    """A photo that two people labelled, each with a class of their own."""

    photo_id: int
    first_id: int
    first_user: str
    second_id: int
    second_user: str
    settled: bool

    @property
    def differs(self) -> bool:
        """Whether the two gave different classes."""
        return self.first_id != self.second_id


class Opinions:
    """Second opinions and settlements in the project file."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def of(self, user: str) -> dict[int, int]:
        """The class that a person gave each photo as a second opinion."""
        return dict(self._database.read("SELECT photo_id, class_id FROM opinions WHERE user = ?", (user,)))

    def people(self) -> list[str]:
        """Who gave second opinions, by name."""
        return [user for (user,) in self._database.read("SELECT DISTINCT user FROM opinions ORDER BY user")]

    def first_people(self) -> list[str]:
        """Who gave labels that count, by name."""
        return [user for (user,) in self._database.read("SELECT DISTINCT user FROM labels ORDER BY user")]

    def pairs(self, second_user: str | None = None) -> list[Pair]:
        """Photos with a first and a second label by two people, in the order of the photos; excluded ones left out."""
        rows = self._database.read(
            f"{_PAIRS} AND (?1 IS NULL OR opinions.user = ?1) ORDER BY opinions.photo_id, opinions.id",
            (second_user,),
        )
        return [Pair(photo, a, one, b, other, bool(settled)) for photo, a, one, b, other, settled in rows]

    def put(self, recording: Recording, photo_ids: Iterable[int], class_id: int | None, user: str) -> None:
        """Give photos a second label, or take it away (None)."""
        ids = list(photo_ids)
        known = self._rows_of(ids, user)
        fresh = unused_id(self._database, "opinions")
        rows: dict[int, Row | None] = {}
        for photo_id in ids:
            if photo_id not in known and class_id is None:
                continue
            key = known.get(photo_id, fresh)
            fresh += key == fresh
            given = {"photo_id": photo_id, "class_id": class_id, "user": user, "time": now()}
            rows[key] = None if class_id is None else given
        recording.put("opinions", rows)

    def settle(self, recording: Recording, chosen: Mapping[int, int], user: str) -> None:
        """Decide which class photos have; those without a label are passed over."""
        labels = read_rows(self._database, "labels", list(chosen))
        settled = read_rows(self._database, "settlements", list(labels))
        mine = {"user": user, "time": now()}
        first = {
            photo_id: settled.get(photo_id) or {"first_id": row["class_id"], "first_user": row["user"]}
            for photo_id, row in labels.items()
        }
        recording.put("labels", {key: {"class_id": chosen[key], **mine} for key in labels})
        recording.put("settlements", {key: _settlement(chosen[key], first[key], mine) for key in labels})

    def drop_class(self, recording: Recording, class_id: int) -> None:
        """Forget what names a class that is taken away."""
        opinions = self._database.read("SELECT id FROM opinions WHERE class_id = ?", (class_id,))
        settlements = self._database.read(
            "SELECT id FROM settlements WHERE class_id = ?1 OR first_id = ?1", (class_id,)
        )
        recording.put("opinions", {key: None for (key,) in opinions})
        recording.put("settlements", {key: None for (key,) in settlements})

    def _rows_of(self, photo_ids: list[int], user: str) -> dict[int, int]:
        """The row of each photo's opinion by a person."""
        wanted = set(photo_ids)
        rows = self._database.read("SELECT photo_id, id FROM opinions WHERE user = ?", (user,))
        return {photo_id: key for photo_id, key in rows if photo_id in wanted}


def put_labels(recording: Recording, labels: Mapping[int, Row | None]) -> None:
    """Labels in place of what was settled before."""
    recording.put("settlements", dict.fromkeys(labels))
    recording.put("labels", labels)


def _settlement(class_id: int, first: Row, mine: Row) -> Row:
    return {"class_id": class_id, "first_id": first["first_id"], "first_user": first["first_user"], **mine}
