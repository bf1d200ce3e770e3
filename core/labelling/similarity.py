"""How alike photos are to one of them: as a backbone sees them where it has seen them, else by their looks."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.photos.embeddings import read_embeddings
from core.photos.likeness import standardise
from core.photos.look import LOOK_CELLS, looks_array
from core.project.sources import Photo

_AT_ONCE = 1024
Looks = Callable[[], Mapping[int, bytes]]


def similarity_to(photo_id: int, photos: Sequence[Photo], looks: Looks, cache: Path) -> dict[int, float]:
    """By photo id, cosine to the photo `photo_id`: of a backbone's vectors, if the cache folder has that photo's, else
    of looks. Photos that cannot be compared are left out; empty where nothing is known of the one asked for."""
    by_backbone = _by_vectors(photo_id, photos, cache)
    return by_backbone or _by_looks(photo_id, photos, looks())


def _by_vectors(photo_id: int, photos: Sequence[Photo], cache: Path) -> dict[int, float]:
    embeddings = read_embeddings(cache)
    hashes = {photo.id: photo.sha256 for photo in photos}
    if embeddings is None or hashes.get(photo_id) not in embeddings.rows:
        return {}
    seen = [photo for photo in photos if photo.sha256 in embeddings.rows]
    vectors = embeddings.of([photo.sha256 for photo in seen])
    one = embeddings.of([hashes[photo_id]])[0]
    return _told(seen, vectors @ one)


def _by_looks(photo_id: int, photos: Sequence[Photo], looks: Mapping[int, bytes]) -> dict[int, float]:
    if not looks.get(photo_id):
        return {}
    seen = [photo for photo in photos if looks.get(photo.id)]
    (one,) = _unit([looks[photo_id]])
    parts = [
        _unit([looks[photo.id] for photo in seen[start : start + _AT_ONCE]]) @ one
        for start in range(0, len(seen), _AT_ONCE)
    ]
    return _told(seen, np.concatenate(parts))


def _unit(looks: list[bytes]) -> NDArray[np.float32]:
    """Brightness evened out, as unit vectors `(N, LOOK_CELLS)`; of a photo without contrast nearly 0."""
    cells, _ = standardise(looks_array(looks).astype(np.float32))
    return cells / np.float32(np.sqrt(LOOK_CELLS))


def _told(photos: Sequence[Photo], cosines: NDArray[np.float32]) -> dict[int, float]:
    return {photo.id: cosine for photo, cosine in zip(photos, cosines.tolist(), strict=True)}
