"""What is computed together: photos and their views in chunks that depend on nothing but the photos.

Chunks are cut by content, so that the same photos fall into the same chunks whatever was cached before: a resumed
run sees the same bits as one that was never cut off, and adding a photo moves one chunk only.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from core.files import sha256_file
from core.problems import Problem
from core.project.revision import DataRevision, PhotoEntry

CHUNK_ROWS = 32


@dataclass(frozen=True)
class Source:
    """A photo file and the hash of its content, which is its identity."""

    path: Path
    identity: str


@dataclass(frozen=True)
class Chunk:
    """Views computed together: (source, number of the view)."""

    rows: tuple[tuple[Source, int], ...]


@dataclass(frozen=True)
class Unreadable:
    """A photo that had to be left out, and why."""

    photo: str
    problem: Problem


def source_of(revision: DataRevision, photo: PhotoEntry) -> Source:
    """Where a photo lies and what it is.

    Raises:
        Problem: `photos.missing` or `photos.unreadable` when its hash is not on record and cannot be taken.
    """
    path = revision.photo_path(photo)
    if photo.sha256:
        return Source(path, photo.sha256)
    try:
        return Source(path, sha256_file(path))
    except FileNotFoundError as error:
        raise Problem("photos.missing", name=path.name, path=path) from error
    except OSError as error:
        raise Problem("photos.unreadable", name=path.name, path=path, reason=error.strerror) from error


def plain_chunks(sources: Iterable[Source]) -> list[Chunk]:
    """The sources as they are judged, each photo once, cut where a hash ends with 0 or a chunk is full."""
    unique = sorted({source.identity: source for source in sources}.values(), key=lambda s: s.identity)
    chunks: list[Chunk] = []
    rows: list[tuple[Source, int]] = []
    for source in unique:
        rows.append((source, 0))
        if source.identity.endswith("0") or len(rows) == CHUNK_ROWS:
            chunks.append(Chunk(tuple(rows)))
            rows = []
    return [*chunks, Chunk(tuple(rows))] if rows else chunks


def view_chunks(sources: Iterable[Source], views: int) -> list[Chunk]:
    """The views of each source besides the plain one; a chunk holds views of one photo only."""
    unique = {source.identity: source for source in sources}.values()
    return [
        Chunk(tuple((source, view) for view in range(start, min(start + CHUNK_ROWS, views))))
        for source in unique
        for start in range(1, views, CHUNK_ROWS)
    ]


def by_source(chunk: Chunk) -> Iterator[tuple[Source, list[int]]]:
    """The views of each photo of a chunk, in their order."""
    views: list[int] = []
    for position, (source, view) in enumerate(chunk.rows):
        views.append(view)
        if position + 1 == len(chunk.rows) or chunk.rows[position + 1][0] != source:
            yield source, views
            views = []
