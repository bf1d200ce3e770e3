"""Which photos are practically the same: exact copies, near duplicates, bursts.

- exact: the same bytes.
- near: the same picture saved anew, made smaller, brighter or darker (looks that agree to a few grey levels).
- burst: taken within seconds of each other, of the same thing. Where the camera wrote no time, the file's date must
  do; it is believed less, because a copied file may carry the time of copying. What this program took itself as one
  burst (`core.photos.bursts`) is one whatever the clock and the pictures say.

Beside these there are photos that an untouched backbone takes for the same although they are not the same picture:
cropped a little, or burnt out. Those are never folded, but stay on one side of a split (`resembling`).

Each photo is held against the first of its group only, never against the last one found, so that a row of photos
of which each is a little different does not grow into one group.

A hundred thousand photos take seconds and no table of pairs: photos are sorted into cells by a few directions in
which this very set differs most. A distance there is never more than the whole distance, so nothing is missed.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from core.photos.embeddings import Embeddings
from core.photos.likeness import NEAR_RMS, is_near, standardise, unlike
from core.photos.look import LOOK_CELLS, Looks, looks_array

Kind = Literal["exact", "near", "burst"]
Cancelled = Callable[[], bool]

RESEMBLING_COSINE = 0.985
RESEMBLING_RMS = 0.5
RARE = 0.995  # of all pairs of photos are further apart
BURST_RMS = 0.6
BURST_RMS_BY_DATE = 0.3
BURST_GAP_S = 1.5
MOST_IN_BURST = 20
_DIRECTIONS = 8
_CELL_DIRECTIONS = 4
_SAMPLE = 512
_AT_ONCE = 1024
_BATCH = 256
_FEWEST_PAIRS = 1000
_LEAST_REACH = 1e-6

_Floats = NDArray[np.float32]
_Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a photo: content hash, look (b"" when not known), when the camera says that it was taken,
    the file's date, the folder; times in seconds; the burst that its name tells ("": none)."""

    sha256: str
    look: bytes = b""
    taken: float | None = None
    dated: float | None = None
    folder: str = ""
    burst: str = ""


@dataclass(frozen=True, slots=True)
class Kin:
    """A photo's group: the index of the group's first photo (its own where it is alone), and what ties it to that
    group (None for the first)."""

    first: int
    kind: Kind | None = None


def find_alike(photos: Sequence[Seen], cancelled: Cancelled = lambda: False) -> list[Kin]:
    """The group of every photo, in their order. Once cancelled, what was found so far."""
    groups = _Groups(len(photos))
    for index, first in _first_of_each([photo.sha256 for photo in photos]):
        groups.join(index, first, "exact")
    # Of exact copies only the first is looked at.
    rows = [index for index, photo in enumerate(photos) if groups.first(index) == index and photo.look]
    looks = looks_array([photos[index].look for index in rows])
    for index, first in near(looks, cancelled):
        groups.join(rows[index], rows[first], "near")
    for index, first in bursts([photos[index] for index in rows], looks):
        groups.join(rows[index], rows[first], "burst")
    for index, first in _first_of_each([photo.burst for photo in photos]):
        groups.join(index, first, "burst")
    return groups.all()


def find_resembling(
    photos: Sequence[Seen], embeddings: Embeddings | None, cancelled: Cancelled = lambda: False
) -> Iterator[tuple[int, int]]:
    """Photos that a backbone takes for the same, as (photo, first photo of its group), of those that it has seen."""
    if embeddings is None:
        return
    first_of = {photo.sha256: index for index, photo in reversed(list(enumerate(photos)))}
    rows = sorted(
        index for sha256, index in first_of.items() if sha256 in embeddings.rows and photos[index].look
    )
    vectors = embeddings.of([photos[index].sha256 for index in rows])
    looks = looks_array([photos[index].look for index in rows])
    for index, first in resembling(vectors, looks, cancelled):
        yield rows[index], rows[first]


def near(looks: Looks, cancelled: Cancelled = lambda: False) -> Iterator[tuple[int, int]]:
    """Near duplicates as (photo, first photo of its group), of looks `(N, LOOK_BYTES)`."""
    if len(looks) > 1:
        places = _places(looks, lambda some: standardise(some.astype(np.float32))[0])
        reach = float(np.sqrt(LOOK_CELLS)) * NEAR_RMS
        yield from _stars(places, reach, lambda one, some: is_near(looks[one], looks[some]), cancelled)


def resembling(
    vectors: _Floats, looks: Looks, cancelled: Cancelled = lambda: False
) -> Iterator[tuple[int, int]]:
    """Photos that a backbone takes for the same, as (photo, first photo of its group): unit vectors `(N, D)` as close
    as hardly any two of this very set, and laid out alike by their looks."""
    if len(vectors) < 2:
        return
    least = max(RESEMBLING_COSINE, _rarely_closer(vectors))

    def alike(one: int, some: _Indices) -> NDArray[np.bool_]:
        close: NDArray[np.bool_] = vectors[some] @ vectors[one] >= least
        return close & (unlike(looks[one], looks[some]) <= RESEMBLING_RMS)

    reach = float(np.sqrt(max(2 - 2 * least, _LEAST_REACH)))
    yield from _stars(_places(vectors, lambda some: some), reach, alike, cancelled)


def _rarely_closer(vectors: _Floats) -> float:
    """The cosine above which only few pairs of these photos are: of a camera that stands still all are close."""
    sample = vectors[:: max(1, len(vectors) // _SAMPLE)]
    pairs = (sample @ sample.T)[np.triu_indices(len(sample), 1)]
    return float(np.quantile(pairs, RARE)) if len(pairs) >= _FEWEST_PAIRS else 0.0


def bursts(photos: Sequence[Seen], looks: Looks) -> Iterator[tuple[int, int]]:
    """Bursts as (photo, first photo of its burst).

    A row of more than `MOST_IN_BURST` photos without a pause is the pace of a line, or the dates are those of a
    copied folder: time says nothing then. Neither does a folder without any pause, by date.
    """
    by_camera: defaultdict[str, list[tuple[float, int]]] = defaultdict(list)
    by_date: defaultdict[str, list[tuple[float, int]]] = defaultdict(list)
    for index, photo in enumerate(photos):
        if photo.taken is not None:
            by_camera[photo.folder].append((photo.taken, index))
        elif photo.dated is not None:
            by_date[photo.folder].append((photo.dated, index))
    for times in by_camera.values():
        for row in _rows_without_pause(times):
            yield from _of_one_thing(row, looks, BURST_RMS)
    for times in by_date.values():
        rows = _rows_without_pause(times)
        for row in rows if len(rows) > 1 else []:
            yield from _of_one_thing(row, looks, BURST_RMS_BY_DATE)


def _rows_without_pause(times: list[tuple[float, int]]) -> list[_Indices]:
    """Photos given as (time, index), in order of time, cut at every pause."""
    times.sort()
    pauses = np.flatnonzero(np.diff([time for time, _ in times]) > BURST_GAP_S) + 1
    return np.split(np.array([index for _, index in times]), pauses)


def _of_one_thing(row: _Indices, looks: Looks, within: float) -> Iterator[tuple[int, int]]:
    """The photos of a row without a pause, by what they show."""
    rest = row if len(row) <= MOST_IN_BURST else row[:0]
    while len(rest) > 1:
        away = unlike(looks[rest[0]], looks[rest[1:]])
        for index in rest[1:][away <= within]:
            yield int(index), int(rest[0])
        rest = rest[1:][away > within]


def _stars(
    places: _Floats, reach: float, alike: Callable[[int, _Indices], NDArray[np.bool_]], cancelled: Cancelled
) -> Iterator[tuple[int, int]]:
    """Groups about their first members, as (member, first): those within reach that are alike, each in one group."""
    neighbours = _Neighbours(places, reach)
    free = np.ones(len(places), dtype=bool)
    for first in range(len(places)):
        if not free[first]:
            continue
        if cancelled():
            return
        free[first] = False
        others = neighbours.of(first, free)
        away = np.square(places[others] - places[first]).sum(1)
        within = away <= reach**2
        in_order = others[within][np.argsort(away[within], kind="stable")]
        for index in _likeliest_first(first, in_order, alike):
            free[index] = False
            yield int(index), first


def _likeliest_first(
    one: int, others: _Indices, alike: Callable[[int, _Indices], NDArray[np.bool_]]
) -> Iterator[int]:
    """Those of the others that are alike to one, until a whole batch brings none."""
    for start in range(0, len(others), _BATCH):
        some = others[start : start + _BATCH]
        found = some[alike(one, some)]
        if not len(found):
            return
        yield from found


def _places(rows: NDArray[Any], vectors_of: Callable[[NDArray[Any]], _Floats]) -> _Floats:
    """Where vectors lie `(N, _DIRECTIONS)` along the directions in which some of them differ most."""
    sample = vectors_of(rows[:: max(1, len(rows) // _SAMPLE)])
    centre = sample.mean(0)
    directions = np.linalg.svd(sample - centre, full_matrices=False)[2][:_DIRECTIONS].T
    places = np.empty((len(rows), directions.shape[1]), dtype=np.float32)
    for start in range(0, len(rows), _AT_ONCE):
        places[start : start + _AT_ONCE] = (vectors_of(rows[start : start + _AT_ONCE]) - centre) @ directions
    return places


class _Neighbours:
    """Photos in cells as wide as the reach: those within reach of one photo are in its own and the next cells."""

    def __init__(self, places: _Floats, width: float) -> None:
        self._cell_of = [
            tuple(cell) for cell in np.floor(places[:, :_CELL_DIRECTIONS] / width).astype(int).tolist()
        ]
        members: defaultdict[tuple[int, ...], list[int]] = defaultdict(list)
        for index, cell in enumerate(self._cell_of):
            members[cell].append(index)
        self._members = {cell: np.array(rows) for cell, rows in members.items()}
        self._around: dict[tuple[int, ...], list[_Indices]] = {}

    def of(self, index: int, free: NDArray[np.bool_]) -> _Indices:
        """The free photos around one."""
        cell = self._cell_of[index]
        if cell not in self._around:
            steps = product((-1, 0, 1), repeat=len(cell))
            cells = (tuple(a + b for a, b in zip(cell, step, strict=True)) for step in steps)
            self._around[cell] = [self._members[other] for other in cells if other in self._members]
        found = np.concatenate(self._around[cell])
        return found[free[found]]


def _first_of_each(names: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Each index whose name came before, with the index where it came first; "" is no name."""
    seen: dict[str, int] = {}
    for index, name in enumerate(names):
        first = seen.setdefault(name, index)
        if name and first != index:
            yield index, first


class _Groups:
    """Photos joined into groups; a group goes by its first photo."""

    def __init__(self, count: int) -> None:
        self._parent = list(range(count))
        self._kind: list[Kind | None] = [None] * count

    def first(self, index: int) -> int:
        while self._parent[index] != index:
            self._parent[index] = self._parent[self._parent[index]]
            index = self._parent[index]
        return index

    def join(self, index: int, other: int, kind: Kind) -> None:
        a, b = sorted((self.first(index), self.first(other)))
        if a != b:
            self._parent[b] = a
            self._kind[b] = self._kind[b] or kind

    def all(self) -> list[Kin]:
        firsts = [self.first(index) for index in range(len(self._parent))]
        return [Kin(first, self._kind[index]) for index, first in enumerate(firsts)]
