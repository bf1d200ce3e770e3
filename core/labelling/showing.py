"""Which photos the label page shows, and in which order: a value, and the filters and orders that it names.

A filter more is one entry in `FILTERS`, an order more one in `ORDERS`; their words are in app/widgets/showing_bar.py.
What they need to know is a property of `Known`.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from core.labelling.known import Known, seconds_of
from core.project.sources import Photo

ALL, UNLABELLED, CLASS, MISTAKES, DISAGREEING = "all", "unlabelled", "class", "mistakes", "disagreeing"
SUGGESTED, DOUBTED = "suggested", "doubted"
UNSURE, UNUSABLE, COMMENTED, DIFFERING = "unsure", "unusable", "commented", "differing"
UNWRITTEN, WRITTEN = "unwritten", "written"
BY_FOLDER, BY_NAME, NEWEST, OLDEST, SIMILAR = "folder", "name", "newest", "oldest", "similar"
USEFUL, BY_GROUP, DOUBTFUL, BY_WORDS = "useful", "group", "doubtful", "words"
# What comes first in these is what to do next.
FROM_THE_FIRST = (USEFUL, BY_GROUP, DOUBTFUL, BY_WORDS)

Keeps = Callable[[Photo], bool]
Key = Callable[[Photo], Any]


@dataclass(frozen=True)
class Showing:
    """Photos that pass the filter (with its value: a class id), lie in the folder and were taken on the day, each ""
    for any; in an order. `about` is the photo that others are compared with, by id; `words` the English words."""

    filter: str = ALL
    value: str = ""
    folder: str = ""
    day: str = ""
    order: str = BY_FOLDER
    about: int | None = None
    words: str = ""


@dataclass(frozen=True)
class Filter:
    """`keeps(known, value)` is the test that photos pass; `values(known)` what it can be asked for now: one "" where it
    takes no value, nothing while it is not offered. `photos` are those that it looks through."""

    keeps: Callable[[Known, str], Keeps]
    values: Callable[[Known], Sequence[str]] = lambda _known: ("",)
    photos: Callable[[Known], Sequence[Photo]] = lambda known: known.photos


@dataclass(frozen=True)
class Order:
    """`key(known, showing)` is what photos are sorted by, the least first; equal ones stay by folder and path."""

    key: Callable[[Known, Showing], Key]
    offered: Callable[[Known], bool] = lambda _known: True


@dataclass(frozen=True)
class Offer:
    """What can be asked for now: filters with their values, orders, folders, days (the latest first)."""

    filters: tuple[tuple[str, str], ...] = ((ALL, ""), (UNLABELLED, ""))
    orders: tuple[str, ...] = (BY_FOLDER,)
    folders: tuple[str, ...] = ()
    days: tuple[str, ...] = ()


def show(known: Known, showing: Showing) -> list[Photo]:
    """The photos in their order. A filter or order that is not known, or has no data now, shows all by folder."""
    chosen = FILTERS.get(showing.filter, FILTERS[ALL])
    photos: Iterable[Photo] = chosen.photos(known)
    if showing.filter != ALL:
        photos = filter(chosen.keeps(known, showing.value), photos)
    if showing.folder:
        below = showing.folder + "/"
        photos = (photo for photo in photos if f"{known.folders.get(photo.id, '')}/".startswith(below))
    if showing.day:
        photos = (photo for photo in photos if known.days.get(photo.id) == showing.day)
    if showing.order == BY_FOLDER or showing.order not in ORDERS:
        return list(photos)
    return sorted(photos, key=ORDERS[showing.order].key(known, showing))


def offer(known: Known) -> Offer:
    """What can be asked for, by what is known now."""
    folders = {above for folder in set(known.folders.values()) for above in _with_those_above(folder)}
    return Offer(
        filters=tuple((name, value) for name, each in FILTERS.items() for value in each.values(known)),
        orders=tuple(name for name, each in ORDERS.items() if each.offered(known)),
        folders=tuple(sorted(folders)) if len(folders) > 1 else (),
        days=tuple(sorted(set(known.days.values()), reverse=True)),
    )


def _with_those_above(folder: str) -> Iterable[str]:
    parts = folder.split("/") if folder else []
    return ("/".join(parts[: depth + 1]) for depth in range(len(parts)))


def _of_class(_known: Known, value: str) -> Keeps:
    wanted = int(value)
    return lambda photo: photo.class_id == wanted


def _judged_wrong(known: Known, _value: str) -> Keeps:
    wrong = {photo_id for photo_id, answer in known.answers.items() if not answer.right}
    return lambda photo: photo.id in wrong


def _disagreeing(known: Known, _value: str) -> Keeps:
    """Labels that the run would have given otherwise; an answer that is none of the classes now says nothing."""
    said = {photo_id: answer.class_id for photo_id, answer in known.answers.items()}
    return lambda photo: photo.class_id is not None and said.get(photo.id) not in (None, photo.class_id)


def _clock(photo: Photo) -> float:
    """The hands of the clock, as seconds: the camera's, else this PC's at the file's date."""
    seconds = seconds_of(photo)
    return seconds if photo.taken is not None else seconds + _ahead(int(seconds // 900))


@lru_cache(maxsize=1 << 16)
def _ahead(quarter: int) -> float:
    """Seconds that the clock here is ahead of UTC then."""
    offset = datetime.fromtimestamp(900 * quarter).astimezone().utcoffset()
    return offset.total_seconds() if offset is not None else 0.0


def _likeness(known: Known, showing: Showing) -> Key:
    """The photo itself, then the nearest first; what cannot be compared comes last."""
    alike = known.similarity(showing.about) if showing.about is not None else {}
    return lambda photo: (photo.id != showing.about, -alike.get(photo.id, -2.0))


def _unwritten(known: Known, _value: str) -> Keeps:
    written = known.written or frozenset()
    return lambda photo: photo.id not in written


def _written(known: Known, _value: str) -> Keeps:
    written = known.written or frozenset()
    return lambda photo: photo.id in written


def _nearness_to_words(known: Known, showing: Showing) -> Key:
    """The nearest first; what was not seen yet comes last."""
    near = known.nearness_to_words(showing.words)
    return lambda photo: -near.get(photo.id, -2.0)


def _usefulness(known: Known, _showing: Showing) -> Key:
    """Those without a label first, in the order in which they help most."""
    useful = known.advice.useful
    return lambda photo: (photo.class_id is not None, useful.get(photo.id, len(useful)))


def _group(known: Known, _showing: Showing) -> Key:
    """Group by group, then other suggestions, the surest first; then what has none."""
    groups, hints = known.advice.groups, known.advice.hints

    def key(photo: Photo) -> Any:
        if photo.class_id is not None:
            return 2, 0, 0.0
        hint = hints.get(photo.id)
        return hint is None, groups.get(photo.id, len(groups)), -hint.probability if hint else 0.0

    return key


def _doubt(known: Known, _showing: Showing) -> Key:
    """The most doubtful first."""
    doubts = known.advice.doubts
    return lambda photo: -doubts[photo.id].probability if photo.id in doubts else 1.0


def _suggested(known: Known, _value: str) -> Keeps:
    hints = known.advice.hints
    return lambda photo: photo.class_id is None and photo.id in hints


def _doubted(known: Known, _value: str) -> Keeps:
    doubts = known.advice.doubts
    return lambda photo: photo.id in doubts


def _if_answered(known: Known) -> Sequence[str]:
    return _if_any(known.answers and not known.second)


def _if_any(found: object) -> Sequence[str]:
    return ("",) if found else ()


def _if_differing(known: Known) -> Sequence[str]:
    return _if_any(not known.second and known.differing)


def _if_excluded(known: Known) -> Sequence[str]:
    return _if_any(not known.second and known.excluded)


def _differing(known: Known, _value: str) -> Keeps:
    differing = known.differing
    return lambda photo: photo.id in differing


FILTERS: dict[str, Filter] = {
    ALL: Filter(lambda _known, _value: lambda _photo: True),
    UNLABELLED: Filter(
        lambda _known, _value: lambda photo: photo.class_id is None,
        lambda known: _if_any(known.written is None),
    ),
    UNWRITTEN: Filter(_unwritten, lambda known: _if_any(known.written is not None)),
    WRITTEN: Filter(_written, lambda known: _if_any(known.written is not None)),
    MISTAKES: Filter(_judged_wrong, _if_answered),
    DISAGREEING: Filter(_disagreeing, _if_answered),
    SUGGESTED: Filter(_suggested, lambda known: ("",) if known.advice.hints else ()),
    DOUBTED: Filter(_doubted, lambda known: ("",) if known.advice.doubts else ()),
    UNSURE: Filter(
        lambda _known, _value: lambda photo: photo.unsure,
        lambda known: _if_any(any(photo.unsure for photo in known.photos)),
    ),
    UNUSABLE: Filter(lambda _known, _value: lambda _photo: True, _if_excluded, lambda known: known.excluded),
    COMMENTED: Filter(
        lambda _known, _value: lambda photo: bool(photo.comment),
        lambda known: _if_any(any(photo.comment for photo in known.photos)),
    ),
    DIFFERING: Filter(_differing, _if_differing),
    CLASS: Filter(_of_class, lambda known: [str(entry.id) for entry in known.classes]),
}
ORDERS: dict[str, Order] = {
    BY_FOLDER: Order(lambda _known, _showing: lambda _photo: 0),
    BY_NAME: Order(lambda _known, _showing: lambda photo: photo.path.name.casefold()),
    NEWEST: Order(lambda _known, _showing: lambda photo: -_clock(photo)),
    OLDEST: Order(lambda _known, _showing: _clock),
    SIMILAR: Order(_likeness),
    USEFUL: Order(_usefulness, lambda known: bool(known.advice.useful)),
    BY_GROUP: Order(_group, lambda known: bool(known.advice.hints)),
    DOUBTFUL: Order(_doubt, lambda known: bool(known.advice.doubts)),
    BY_WORDS: Order(_nearness_to_words, lambda known: bool(known.words)),
}
