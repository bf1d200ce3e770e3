"""Photos by words: how near the untouched backbone sees each of them to a text."""

from collections.abc import Sequence
from pathlib import Path

from core.assist.words import key_of, texts_cache
from core.photos.embeddings import read_embeddings
from core.project.sources import Photo


def nearness_to_words(words: str, photos: Sequence[Photo], cache: Path) -> dict[int, float]:
    """By photo id, the cosine with English words, of photos that the backbone has seen which has read them; empty where
    none has."""
    texts = read_embeddings(texts_cache(cache))
    if texts is None or key_of(words) not in texts.rows:
        return {}
    embeddings = read_embeddings(cache, texts.backbone)
    seen = [photo for photo in photos if embeddings is not None and photo.sha256 in embeddings.rows]
    if embeddings is None or not seen:
        return {}
    cosines = embeddings.of([photo.sha256 for photo in seen]) @ texts.of([key_of(words)])[0]
    return {photo.id: cosine for photo, cosine in zip(seen, cosines.tolist(), strict=True)}
