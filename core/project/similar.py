"""Which photos look most like one, by what the project has already: a backbone's embeddings, else photos' looks."""

from collections.abc import Iterable

import numpy as np

from core.photos.embeddings import Embeddings
from core.photos.likeness import unlike
from core.photos.look import LOOK_BYTES, looks_array
from core.project.database import Database


def most_similar(
    database: Database, photo_id: int, among: Iterable[int], embeddings: Embeddings | None, most: int = 20
) -> list[int]:
    """Ids of the photos among some that look most like one, the likest first; those of which nothing is known last.

    A backbone's eyes are believed where they saw this photo; photos that they did not see follow by their looks.
    """
    wanted = set(among) - {photo_id}
    rows = database.read("SELECT id, sha256, look FROM photos")
    known = {key: (sha256, look) for key, sha256, look in rows if key in wanted or key == photo_id}
    if photo_id not in known:
        return []
    sha256, look = known.pop(photo_id)
    seen = [
        key for key, (content, _) in known.items() if embeddings is not None and content in embeddings.rows
    ]
    order: list[int] = []
    if embeddings is not None and sha256 in embeddings.rows and seen:
        vectors = embeddings.of([known[key][0] for key in seen])
        closeness = vectors @ embeddings.of([sha256])[0]
        order = [seen[place] for place in np.argsort(-closeness, kind="stable")]
    rest = [key for key in known if key not in set(order)]
    return [*order, *_by_look(look, {key: known[key][1] for key in rest})][:most]


def _by_look(look: bytes, others: dict[int, bytes]) -> list[int]:
    """Ids by how like their looks are; brightness and contrast make no difference."""
    with_look = [key for key, other in others.items() if len(other) == LOOK_BYTES]
    without = [key for key in others if key not in set(with_look)]
    if len(look) != LOOK_BYTES or not with_look:
        return [*with_look, *without]
    away = unlike(looks_array([look])[0], looks_array([others[key] for key in with_look]))
    return [*(with_look[place] for place in np.argsort(away, kind="stable")), *without]
