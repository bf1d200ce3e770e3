"""Image features of photos and their views, computed once and kept on disk.

What is computed in one pass of the tower is one chunk and one file. Chunks are cut by content, so that the
same photos fall into the same chunks whatever was cached before: a resumed run sees the same bits as one
that was never cut off, and adding a photo moves one chunk only. The cache may be deleted at any time.
"""

import hashlib
import json
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save

from core.backbones.clip import Backbone
from core.backbones.preprocess import normalise
from core.files import sha256_file, write_atomic
from core.methods.classifier import Array
from core.photos.decode import open_photo
from core.problems import Problem
from core.project.revision import DataRevision, PhotoEntry
from core.training.memory import free_cached_memory, is_out_of_memory
from core.training.views import ViewRecipe

CHUNK_ROWS = 32
_FORMAT = 1
_LOOK_AHEAD = 4
_DECODERS = 4


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


class FeatureStore:
    """Computes features on a backbone, or takes them from the cache folder."""

    def __init__(self, backbone: Backbone, recipe: ViewRecipe, folder: Path, autocast: bool = False) -> None:
        self.backbone = backbone
        self.recipe = recipe
        self.unreadable: list[Unreadable] = []
        self._autocast = autocast
        space = [
            _FORMAT,
            backbone.card.sha256,
            asdict(backbone.preprocessing),
            backbone.device.type,
            autocast,
        ]
        self._folder = folder / "features" / _hash(json.dumps(space, default=str))[:16]
        self._features: dict[tuple[str, int], Array] = {}

    def compute(self, chunks: Sequence[Chunk]) -> Iterator[int]:
        """Make the features of all chunks available; yields after each one how many rows are done.

        Photos that cannot be opened are noted in `unreadable` and have no features.
        """
        done = 0
        for chunk, features in self._computed(chunks):
            self._features |= features
            done += len(chunk.rows)
            yield done

    def has(self, source: Source) -> bool:
        """Whether the photo could be read."""
        return (source.identity, 0) in self._features

    def plain(self, sources: Sequence[Source]) -> Array:
        """Features `(N, D)` of the photos as they are judged."""
        return self._stack([(source.identity, 0) for source in sources])

    def views(self, sources: Sequence[Source], views: int) -> Array:
        """Features `(N, K, D)` of K views of each photo, the plain one first."""
        rows = self._stack([(source.identity, view) for source in sources for view in range(views)])
        return rows.reshape(len(sources), views, -1)

    def encode(self, pixels: NDArray[np.uint8]) -> Array:
        """Features `(B, D)` of pictures `(B, H, W, 3)`; memory running out halves what is run at once."""
        try:
            return self._encode(pixels)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error) or len(pixels) == 1:
                raise
        free_cached_memory()
        half = len(pixels) // 2
        return np.concatenate([self.encode(pixels[:half]), self.encode(pixels[half:])])

    def draw(self, chunk: Chunk) -> list[NDArray[np.uint8] | Problem]:
        """The pictures of a chunk; a Problem in place of each that could not be opened."""
        p = self.backbone.preprocessing
        drawn: list[NDArray[np.uint8] | Problem] = []
        for source, views in _by_source(chunk):
            at_least = self.recipe.at_least(p.image_size) if max(views) else p.image_size
            try:
                image = open_photo(source.path, at_least=at_least)
                drawn += [self.recipe.draw(image, source.identity, view, p) for view in views]
            except Problem as problem:
                drawn += [problem] * len(views)
        return drawn

    def _computed(self, chunks: Sequence[Chunk]) -> Iterator[tuple[Chunk, dict[tuple[str, int], Array]]]:
        missing = [chunk for chunk in chunks if not self._path(chunk).exists()]
        with ThreadPoolExecutor(_DECODERS, thread_name_prefix="decode") as pool:
            waiting = deque(missing)
            drawn: deque[tuple[Chunk, Future[list[NDArray[np.uint8] | Problem]]]] = deque()
            try:
                for chunk in chunks:
                    while waiting and len(drawn) < _LOOK_AHEAD:
                        drawn.append((waiting[0], pool.submit(self.draw, waiting.popleft())))
                    if drawn and drawn[0][0] is chunk:
                        yield chunk, self._encode_chunk(chunk, drawn.popleft()[1].result())
                    else:
                        yield chunk, self._load(chunk)
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _encode_chunk(
        self, chunk: Chunk, drawn: Sequence[NDArray[np.uint8] | Problem]
    ) -> dict[tuple[str, int], Array]:
        readable: list[tuple[str, int]] = []
        for (source, view), picture in zip(chunk.rows, drawn, strict=True):
            if isinstance(picture, Problem):
                if view <= 1:
                    self.unreadable.append(Unreadable(str(source.path), picture))
            else:
                readable.append((source.identity, view))
        pictures = [picture for picture in drawn if not isinstance(picture, Problem)]
        if not pictures:
            return {}
        features = self.encode(np.stack(pictures))
        # A chunk with a photo that could not be read is not kept: the photo may be back next time.
        if len(pictures) == len(chunk.rows):
            write_atomic(self._path(chunk), save({"features": features}))
        return dict(zip(readable, features, strict=True))

    def _load(self, chunk: Chunk) -> dict[tuple[str, int], Array]:
        keys = [(source.identity, view) for source, view in chunk.rows]
        try:
            features = load_file(self._path(chunk))["features"]
            if features.shape == (len(keys), self.backbone.embed_dim):
                return dict(zip(keys, features, strict=True))
        except (OSError, SafetensorError, KeyError):
            pass
        # The cache may be deleted, or spoiled, at any time.
        return self._encode_chunk(chunk, self.draw(chunk))

    @torch.no_grad()
    def _encode(self, pixels: NDArray[np.uint8]) -> Array:
        device = self.backbone.device
        batch = torch.from_numpy(normalise(pixels, self.backbone.preprocessing)).to(device)
        with torch.autocast(device.type, torch.bfloat16, enabled=self._autocast):
            features = self.backbone.image_features(batch)
        return features.cpu().numpy()

    def _stack(self, keys: Sequence[tuple[str, int]]) -> Array:
        if not keys:
            return np.zeros((0, self.backbone.embed_dim), dtype=np.float32)
        return np.stack([self._features[key] for key in keys])

    def _path(self, chunk: Chunk) -> Path:
        names = "\n".join(f"{source.identity} {self.recipe.name(view)}" for source, view in chunk.rows)
        return self._folder / f"{_hash(names)}.safetensors"


def _by_source(chunk: Chunk) -> Iterator[tuple[Source, list[int]]]:
    views: list[int] = []
    for position, (source, view) in enumerate(chunk.rows):
        views.append(view)
        if position + 1 == len(chunk.rows) or chunk.rows[position + 1][0] != source:
            yield source, views
            views = []


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
