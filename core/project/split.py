"""Which photos are for learning (train), for choosing (val) and for the examination (test).

Per class 50 / 20 / 30 %, seeded. Photos that belong together (copies, near duplicates, bursts, one part or lot) stay
together, and every class of two groups or more is both learned and examined. A photo once assigned stays where it
is however many are added; only a group that finds itself on several sides is dealt anew. A split that the folders
bring is kept.

A class whose photos are all of one group could not be examined at all: it is cut through, which the revision then
says (core/project/leaks.py).
"""

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Self

from core.project.revision import PARTS, Part

SHARES: dict[Part, float] = {"train": 0.5, "val": 0.2, "test": 0.3}
_FIRST_SERVED: tuple[Part, ...] = ("train", "test", "val")
_TO_LEARN: tuple[Part, ...] = ("train", "val")


@dataclass(frozen=True)
class SplitPhoto:
    """A labelled photo. Photos of one `content` (exact copies) end in one part, whatever comes; those of one `group`
    as long as it can be ("": it is alone; copies are of one group). `within`: the smaller group that stays together
    even where the group is cut ("": none).

    `given`: the part its folder names; `assigned`: the part it already has.
    """

    content: str
    label: int
    given: Part | None = None
    assigned: Part | None = None
    group: str = ""
    within: str = ""


def split_photos(photos: Sequence[SplitPhoto], seed: int) -> list[Part]:
    """The part of every photo, in their order. Equal photos, seed and earlier parts give equal parts."""
    deal = _Deal(seed)
    fixed, loose = _sorted_out(photos)
    deal.settle(fixed)
    open_bundles: list[_Bundle] = []
    for bundle in loose:
        part = bundle.settled(deal.parts_of_group[bundle.group])
        if part is None:
            open_bundles.append(bundle)
        else:
            deal.place(bundle, part)
    for bundle in sorted(open_bundles, key=deal.turn):
        deal.place(bundle, deal.wanted(bundle))
    deal.serve_unserved(open_bundles)
    deal.cut_through(loose)
    return [deal.parts[photo.content] for photo in photos]


@dataclass(frozen=True)
class _Bundle:
    """What is dealt at once: the contents of a group whose part the folders leave open. `labels` counts photos,
    `earlier` are the parts that contents already have."""

    group: str
    contents: tuple[str, ...]
    labels: Counter[int]
    allowed: tuple[Part, ...]
    earlier: Mapping[str, Part]
    label_of: Mapping[str, Counter[int]]
    within: Mapping[str, str]

    @classmethod
    def of(cls, group: str, copies: Mapping[str, Sequence[SplitPhoto]]) -> Self:
        label_of = {content: Counter(photo.label for photo in same) for content, same in copies.items()}
        told = any(photo.given is not None for same in copies.values() for photo in same)
        earlier = {
            content: part
            for content, same in copies.items()
            if (part := _most_reserved(photo.assigned for photo in same)) is not None
        }
        labels = sum(label_of.values(), Counter[int]())
        within = {
            content: next((photo.within for photo in same if photo.within), content)
            for content, same in copies.items()
        }
        allowed = _TO_LEARN if told else PARTS
        return cls(group, tuple(sorted(copies)), labels, allowed, earlier, label_of, within)

    def settled(self, beside: Iterable[Part]) -> Part | None:
        """The part it has, or that the rest of its group (`beside`) has; None where it is to be dealt."""
        earlier = set(self.earlier.values())
        if len(earlier) == 1:
            return earlier.pop()
        return None if earlier else _most_reserved(part for part in beside if part in self.allowed)

    def pieces(self, label: int) -> list["_Bundle"]:
        """Its photos of a class, cut into the smaller groups; into contents where that is a single one."""
        own = [content for content in self.contents if self.label_of[content][label]]
        by_piece: defaultdict[str, list[str]] = defaultdict(list)
        for content in own:
            by_piece[self.within[content]].append(content)
        cut = list(by_piece.values()) if len(by_piece) > 1 else [[content] for content in own]
        return [self._piece(tuple(contents)) for contents in cut]

    def _piece(self, contents: tuple[str, ...]) -> "_Bundle":
        labels = sum((self.label_of[content] for content in contents), Counter[int]())
        earlier = {content: part for content, part in self.earlier.items() if content in contents}
        return replace(self, contents=contents, labels=labels, earlier=earlier)


class _Deal:
    """The parts so far, and how many photos of each class each has."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.parts: dict[str, Part] = {}
        self.parts_of_group: defaultdict[str, set[Part]] = defaultdict(set)
        self._counts: defaultdict[int, Counter[Part]] = defaultdict(Counter)

    def settle(self, fixed: Mapping[str, tuple[Part, Sequence[SplitPhoto]]]) -> None:
        """Take in the contents whose part the folders name."""
        for content, (part, same) in fixed.items():
            self.parts[content] = part
            self.parts_of_group[same[0].group or content].add(part)
            for photo in same:
                self._counts[photo.label][part] += 1

    def turn(self, bundle: _Bundle) -> tuple[int, str]:
        """Large ones first, those of about one size in the order of the draw."""
        rank = hashlib.sha256(f"{self._seed}|{bundle.contents[0]}".encode()).hexdigest()
        return -bundle.labels.total().bit_length(), rank

    def place(self, bundle: _Bundle, part: Part) -> None:
        """Put a bundle into a part, out of the one it was in."""
        before = self.parts.get(bundle.contents[0])
        for label, count in bundle.labels.items():
            self._counts[label][part] += count
            if before is not None:
                self._counts[label][before] -= count
        self.parts.update(dict.fromkeys(bundle.contents, part))

    def wanted(self, bundle: _Bundle) -> Part:
        """The part that most of its classes lack; then the one that is furthest below its share with it there."""
        lacking = Counter(self._lacked_first(label, bundle.allowed) for label in bundle.labels)
        return max(bundle.allowed, key=lambda part: (lacking[part], self._short_of(bundle, part)))

    def serve_unserved(self, bundles: Sequence[_Bundle]) -> None:
        """Give classes that lack an examination, or anything to learn, the smallest bundle that can be spared."""
        for label, part in self._unserved():
            able = [b for b in bundles if label in b.labels and part in b.allowed and self._spares(b)]
            if able:
                self.place(min(able, key=lambda bundle: (bundle.labels.total(), self.turn(bundle))), part)

    def cut_through(self, bundles: Sequence[_Bundle]) -> None:
        """Deal the photos of the largest group piece by piece in classes that would else lack a side."""
        for label, part in self._unserved():
            own = [each for each in bundles if part in each.allowed and _contents_of(each, label) > 1]
            if not own:
                continue
            bundle = max(own, key=lambda each: (_contents_of(each, label), each.group))
            pieces = bundle.pieces(label)
            for piece in pieces:
                self._take_back(piece)
            settled = {piece.contents: piece.settled(()) for piece in pieces}
            for piece in sorted(pieces, key=lambda each: (settled[each.contents] is None, self.turn(each))):
                self.place(piece, settled[piece.contents] or self.wanted(piece))

    def _take_back(self, piece: _Bundle) -> None:
        for content in piece.contents:
            before = self.parts.pop(content)
            for label, count in piece.label_of[content].items():
                self._counts[label][before] -= count

    def _unserved(self) -> Iterator[tuple[int, Part]]:
        for label in sorted(self._counts):
            for part in ("train", "test"):
                if not self._counts[label][part]:
                    yield label, part

    def _spares(self, bundle: _Bundle) -> bool:
        """Whether no class of a bundle loses its last photos to learn from, or to be examined on, without it."""
        part = self.parts[bundle.contents[0]]
        return part == "val" or all(self._counts[label][part] > n for label, n in bundle.labels.items())

    def _lacked_first(self, label: int, allowed: Sequence[Part]) -> Part | None:
        return next((p for p in _FIRST_SERVED if p in allowed and not self._counts[label][p]), None)

    def _short_of(self, bundle: _Bundle, part: Part) -> float:
        whole = sum(SHARES[each] for each in bundle.allowed)
        short = 0.0
        for label, count in bundle.labels.items():
            total = sum(self._counts[label][each] for each in bundle.allowed) + count
            short += SHARES[part] / whole * total - self._counts[label][part]
        return short


_Copies = dict[str, list[SplitPhoto]]


def _sorted_out(
    photos: Sequence[SplitPhoto],
) -> tuple[dict[str, tuple[Part, list[SplitPhoto]]], list[_Bundle]]:
    """Contents whose part the folders name; and of each group those that they leave open."""
    # Where the folders name no photos for choosing, those for learning give some.
    share_given = not any(photo.given == "val" for photo in photos)
    copies: defaultdict[str, list[SplitPhoto]] = defaultdict(list)
    for photo in photos:
        copies[photo.content].append(photo)
    fixed: dict[str, tuple[Part, list[SplitPhoto]]] = {}
    loose: defaultdict[str, _Copies] = defaultdict(dict)
    for content, same in copies.items():
        given = _most_reserved(photo.given for photo in same)
        if given is None or (given == "train" and share_given):
            loose[next((photo.group for photo in same if photo.group), content)][content] = same
        else:
            fixed[content] = (_most_reserved(photo.assigned for photo in same) or given, same)
    return fixed, [_Bundle.of(group, members) for group, members in loose.items()]


def _contents_of(bundle: _Bundle, label: int) -> int:
    return sum(1 for labels in bundle.label_of.values() if labels[label])


def _most_reserved(parts: Iterable[Part | None]) -> Part | None:
    """Of copies named on several sides, the examination has the first claim: nothing in it was learned."""
    found = set(parts)
    return next((part for part in reversed(PARTS) if part in found), None)
