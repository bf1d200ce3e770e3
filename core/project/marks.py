"""What is noted on a photo beside its label: that the operator is not sure, and a comment.

A photo that somebody is not sure about is not learned from until it is given a label, which takes the mark away.
A photo that cannot be used is left out of everything: that is an exclusion.
"""

from collections.abc import Iterable

from core.project.database import Database, now
from core.project.history import Recording
from core.project.rows import Row, read_rows

MOST_COMMENT = 500


def set_unsure(
    database: Database, recording: Recording, photo_ids: Iterable[int], unsure: bool, user: str
) -> None:
    """Mark photos "not sure", or take the mark away; a comment on them stays."""
    ids = list(photo_ids)
    known = read_rows(database, "marks", ids)
    recording.put("marks", {key: _row(unsure, _comment(known.get(key)), user) for key in ids})


def set_comment(
    database: Database, recording: Recording, photo_ids: Iterable[int], comment: str, user: str
) -> None:
    """Write the same comment on photos, or take it away ("")."""
    ids, words = list(photo_ids), comment.strip()[:MOST_COMMENT]
    known = read_rows(database, "marks", ids)
    recording.put("marks", {key: _row(_is_unsure(known.get(key)), words, user) for key in ids})


def _row(unsure: bool, comment: str, user: str) -> Row | None:
    if not unsure and not comment:
        return None
    return {"unsure": int(unsure), "comment": comment, "user": user, "time": now()}


def _comment(row: Row | None) -> str:
    return "" if row is None else str(row["comment"])


def _is_unsure(row: Row | None) -> bool:
    return row is not None and bool(row["unsure"])
