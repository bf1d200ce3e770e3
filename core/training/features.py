"""What methods need of photos and their views, computed once and kept on disk: image features, tokens, pixels.

What is computed in one pass of the tower is one chunk and one file. The cache may be deleted at any time.

Image features are small and held in memory. Pixels (uint8) and hidden tokens (float32, exact under any precision)
stay in files and are read row by row.
"""

import hashlib
import json
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load_file, save
from torch import Tensor

from core.backbones.clip import Backbone
from core.backbones.preprocess import normalise
from core.files import write_atomic
from core.methods.classifier import Array
from core.methods.protocol import IMAGE_FEATURES, PIXELS, Needs, run_beforehand
from core.photos.decode import open_photo
from core.problems import Problem
from core.training.chunks import CHUNK_ROWS, Chunk, Source, Unreadable, by_source
from core.training.memory import AtOnce
from core.training.row_files import RowFiles
from core.training.views import ViewRecipe

MOST_TOKEN_BYTES = 8 << 30
_FORMAT = 1
_LOOK_AHEAD = 4
_DECODERS = 4


@dataclass(frozen=True)
class _Place:
    """Where a row lies: in which file, as which of its rows."""

    chunk: Chunk
    file: str
    row: int


class FeatureStore:
    """Computes what a method needs on a backbone, or takes it from the cache folder.

    Image features are there of every photo as it is judged, of other views where the method needs them or asked for
    a teacher; `inputs` has what a method needs that is no image feature. `tell_divided` is told how many photos are
    run at once when memory ran out.
    """

    def __init__(
        self,
        backbone: Backbone,
        recipe: ViewRecipe,
        folder: Path,
        autocast: bool = False,
        needs: Needs = IMAGE_FEATURES,
        tell_divided: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.backbone = backbone
        self.recipe = recipe
        self.needs = needs
        self.autocast = autocast
        self.unreadable: list[Unreadable] = []
        self._at_once = AtOnce(CHUNK_ROWS, tell_divided)
        preprocessing = [_FORMAT, asdict(backbone.preprocessing)]
        space = [backbone.card.sha256, backbone.device.type, autocast, *preprocessing]
        self._folder = folder / "features" / _short(space)
        self._features: dict[tuple[str, int], Array] = {}
        self._kept = PIXELS if needs.kind == "hidden" else needs
        self._files: RowFiles | None = None
        self._places: dict[tuple[str, int], _Place] = {}
        size = backbone.preprocessing.image_size
        if needs.kind != "image_features":
            pixels = folder / "pixels" / _short(preprocessing)
            self._files = RowFiles(pixels, (size, size, 3), np.uint8)
        if needs.kind == "hidden":
            tower = backbone.image
            tokens = folder / "tokens" / _short([needs.block, *space])
            self._tokens = RowFiles(tokens, (tower.tokens, tower.width), np.float32)

    def compute(self, chunks: Sequence[Chunk], of_rows: int = 0) -> Iterator[int]:
        """Make all chunks available; yields after each one how many rows are done. `of_rows` is the number of rows in
        all, where these are but some of them.

        Photos that cannot be opened are noted in `unreadable` and have no features.
        """
        self._choose_kept(max(of_rows, sum(len(chunk.rows) for chunk in chunks)))
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

    def inputs(self, rows: Sequence[tuple[Source, int]]) -> Tensor:
        """What the method needs of these views `(B, …)`, on the backbone's device."""
        kept = np.stack([self._row(source.identity, view) for source, view in rows])
        if self._kept == self.needs and self.needs.kind == "hidden":
            return torch.from_numpy(kept).to(self.backbone.device)
        with torch.no_grad(), self._autocast():
            return run_beforehand(self.backbone, self._pixels(kept), self.needs)

    def encode(self, pixels: NDArray[np.uint8]) -> Array:
        """Features `(B, D)` of pictures `(B, H, W, 3)`; memory running out halves what is run at once."""
        return np.concatenate(list(self._at_once.run(lambda rows: self._encode(pixels[rows]), len(pixels))))

    def draw(self, chunk: Chunk) -> list[NDArray[np.uint8] | Problem]:
        """The pictures of a chunk; a Problem in place of each that could not be opened."""
        p = self.backbone.preprocessing
        drawn: list[NDArray[np.uint8] | Problem] = []
        for source, views in by_source(chunk):
            at_least = self.recipe.at_least(p.image_size) if max(views) else p.image_size
            try:
                image = open_photo(source.path, at_least=at_least)
                drawn += [self.recipe.draw(image, source.identity, view, p) for view in views]
            except Problem as problem:
                drawn += [problem] * len(views)
        return drawn

    def _choose_kept(self, rows: int) -> None:
        """Tokens take much more room than pixels: of very many photos they are computed for each batch anew."""
        if self.needs.kind == "hidden" and rows * self._tokens.row_bytes <= MOST_TOKEN_BYTES:
            self._kept, self._files = self.needs, self._tokens

    def _computed(self, chunks: Sequence[Chunk]) -> Iterator[tuple[Chunk, dict[tuple[str, int], Array]]]:
        missing = [chunk for chunk in chunks if not self._is_there(chunk)]
        with ThreadPoolExecutor(_DECODERS, thread_name_prefix="decode") as pool:
            waiting = deque(missing)
            drawn: deque[tuple[Chunk, Future[list[NDArray[np.uint8] | Problem]]]] = deque()
            try:
                for chunk in chunks:
                    while waiting and len(drawn) < _LOOK_AHEAD:
                        drawn.append((waiting[0], pool.submit(self.draw, waiting.popleft())))
                    if drawn and drawn[0][0] is chunk:
                        yield chunk, self._take(chunk, drawn.popleft()[1].result())
                    else:
                        yield chunk, self._load(chunk)
            finally:
                pool.shutdown(wait=False, cancel_futures=True)

    def _wants_features(self, chunk: Chunk) -> bool:
        plain = chunk.rows[0][1] == 0
        return plain or self.needs.teacher or self.needs.kind == "image_features"

    def _is_there(self, chunk: Chunk) -> bool:
        if self._files is not None and not self._files.has(self._name(chunk)):
            return False
        return not self._wants_features(chunk) or self._path(chunk).exists()

    def _take(
        self, chunk: Chunk, drawn: Sequence[NDArray[np.uint8] | Problem]
    ) -> dict[tuple[str, int], Array]:
        readable = tuple(
            row for row, picture in zip(chunk.rows, drawn, strict=True) if not isinstance(picture, Problem)
        )
        for (source, view), picture in zip(chunk.rows, drawn, strict=True):
            if isinstance(picture, Problem) and view <= 1:
                self.unreadable.append(Unreadable(str(source.path), picture))
        if not readable:
            return {}
        pictures = np.stack([picture for picture in drawn if not isinstance(picture, Problem)])
        if self._files is not None:
            self._keep(Chunk(readable), self._kept_of(pictures))
        if not self._wants_features(chunk):
            return {}
        features = self.encode(pictures)
        # A chunk with a photo that could not be read is not kept: the photo may be back next time.
        if len(readable) == len(chunk.rows):
            write_atomic(self._path(chunk), save({"features": features}))
        return {(source.identity, view): row for (source, view), row in zip(readable, features, strict=True)}

    def _load(self, chunk: Chunk) -> dict[tuple[str, int], Array]:
        if self._files is not None:
            self._note(chunk)
        if not self._wants_features(chunk):
            return {}
        keys = [(source.identity, view) for source, view in chunk.rows]
        try:
            features = load_file(self._path(chunk))["features"]
            if features.shape == (len(keys), self.backbone.embed_dim):
                return dict(zip(keys, features, strict=True))
        except (OSError, SafetensorError, KeyError):
            pass
        # The cache may be deleted, or spoiled, at any time.
        return self._take(chunk, self.draw(chunk))

    def _row(self, identity: str, view: int) -> NDArray[Any]:
        place = self._places[identity, view]
        assert self._files is not None, "image features are not read from files of rows"
        row = self._files.read(place.file, place.row)
        return self._restore(place.chunk)[place.row] if row is None else row

    def _restore(self, chunk: Chunk) -> NDArray[Any]:
        """The rows of a chunk whose file is gone or spoiled. Raises Problem where a photo is gone too."""
        pictures: list[NDArray[np.uint8]] = []
        for picture in self.draw(chunk):
            if isinstance(picture, Problem):
                raise picture
            pictures.append(picture)
        rows = self._kept_of(np.stack(pictures))
        self._keep(chunk, rows)
        return rows

    def _keep(self, chunk: Chunk, rows: NDArray[Any]) -> None:
        assert self._files is not None, "image features are kept elsewhere"
        self._files.write(self._name(chunk), rows)
        self._note(chunk)

    def _note(self, chunk: Chunk) -> None:
        name = self._name(chunk)
        for row, (source, view) in enumerate(chunk.rows):
            self._places[source.identity, view] = _Place(chunk, name, row)

    def _kept_of(self, pictures: NDArray[np.uint8]) -> NDArray[Any]:
        if self._kept.kind == "pixels":
            return pictures
        run = self._at_once.run(lambda rows: self._hidden(pictures[rows]), len(pictures))
        return np.concatenate(list(run))

    @torch.no_grad()
    def _hidden(self, pictures: NDArray[np.uint8]) -> Array:
        with self._autocast():
            tokens = run_beforehand(self.backbone, self._pixels(pictures), self.needs)
        return tokens.float().cpu().numpy()

    @torch.no_grad()
    def _encode(self, pixels: NDArray[np.uint8]) -> Array:
        with self._autocast():
            features = self.backbone.image_features(self._pixels(pixels))
        return features.cpu().numpy()

    def _pixels(self, pictures: NDArray[np.uint8]) -> Tensor:
        return torch.from_numpy(normalise(pictures, self.backbone.preprocessing)).to(self.backbone.device)

    def _autocast(self) -> torch.autocast:
        return torch.autocast(self.backbone.device.type, torch.bfloat16, enabled=self.autocast)

    def _stack(self, keys: Sequence[tuple[str, int]]) -> Array:
        if not keys:
            return np.zeros((0, self.backbone.embed_dim), dtype=np.float32)
        return np.stack([self._features[key] for key in keys])

    def _path(self, chunk: Chunk) -> Path:
        return self._folder / f"{self._name(chunk)}.safetensors"

    def _name(self, chunk: Chunk) -> str:
        return _hash("\n".join(f"{source.identity} {self.recipe.name(view)}" for source, view in chunk.rows))


class StoredViews:
    """What a method needs of K views of N photos, as it lies on disk; indexed a batch at a time, like a tensor."""

    def __init__(self, store: FeatureStore, sources: Sequence[Source], views: int) -> None:
        self._store = store
        self._sources = tuple(sources)
        self.shape = (len(self._sources), views)

    def of(self, photos: Sequence[int]) -> "StoredViews":
        """The same of some of the photos."""
        return StoredViews(self._store, [self._sources[photo] for photo in photos], self.shape[1])

    def __getitem__(self, at: tuple[Tensor, Tensor]) -> Tensor:
        """The views `(B,)` of the photos `(B,)` → `(B, …)`, on the backbone's device."""
        photos, views = at[0].tolist(), at[1].tolist()
        return self._store.inputs([(self._sources[p], v) for p, v in zip(photos, views, strict=True)])


def _short(space: Sequence[object]) -> str:
    return _hash(json.dumps(space, default=str))[:16]


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
