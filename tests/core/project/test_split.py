"""The split: seeded, in proportion, stable when photos are added; what belongs together is on one side."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.project.revision import PARTS, Part
from core.project.split import SplitPhoto, split_photos

photos = st.builds(
    SplitPhoto,
    content=st.integers(0, 40).map(str),
    label=st.integers(0, 3),
    given=st.sampled_from([None, None, "train", "val", "test"]),
)


def class_of(count: int, label: int = 0, **facts: Part) -> list[SplitPhoto]:
    return [SplitPhoto(f"{label}-{number}", label, **facts) for number in range(count)]


@pytest.mark.parametrize("count", [10, 20, 50, 1000])
def test_shares_of_a_class(count: int) -> None:
    parts = Counter(split_photos(class_of(count), seed=1))
    assert parts == {"train": count // 2, "val": count // 5, "test": count * 3 // 10}


def test_three_photos_serve_all_three_parts() -> None:
    assert Counter(split_photos(class_of(3), seed=1)) == {"train": 1, "val": 1, "test": 1}


def test_every_class_has_its_own_shares() -> None:
    mixed = class_of(10, 0) + class_of(20, 1)
    parts = split_photos(mixed, seed=1)
    assert Counter(parts[:10])["test"] == 3 and Counter(parts[10:])["test"] == 6


def test_another_seed_draws_another_split() -> None:
    assert split_photos(class_of(50), seed=1) == split_photos(class_of(50), seed=1)
    assert split_photos(class_of(50), seed=1) != split_photos(class_of(50), seed=2)


def test_order_of_photos_does_not_matter() -> None:
    forward = split_photos(class_of(30), seed=1)
    assert split_photos(class_of(30)[::-1], seed=1) == forward[::-1]


def test_folders_that_bring_a_split_keep_it_and_learning_gives_some_for_choosing() -> None:
    brought = class_of(14, 0, given="train") + class_of(6, 1, given="test")
    parts = split_photos(brought, seed=1)
    assert Counter(parts[:14]) == {"train": 10, "val": 4}
    assert set(parts[14:]) == {"test"}


def test_folders_that_bring_all_three_parts_keep_them() -> None:
    brought = [replace(photo, given=PARTS[i % 3]) for i, photo in enumerate(class_of(30))]
    assert split_photos(brought, seed=1) == [photo.given for photo in brought]


def test_a_copy_of_an_examination_photo_is_not_learned() -> None:
    copies = [SplitPhoto("same", 0, "train"), SplitPhoto("same", 0, "test"), SplitPhoto("same", 0)]
    assert set(split_photos(copies, seed=1)) == {"test"}


@given(st.lists(photos, max_size=80), st.integers(0, 3))
def test_exact_copies_are_on_one_side(drawn: list[SplitPhoto], seed: int) -> None:
    parts = split_photos(drawn, seed)
    sides: dict[str, set[str]] = {}
    for photo, part in zip(drawn, parts, strict=True):
        sides.setdefault(photo.content, set()).add(part)
    assert all(len(found) == 1 for found in sides.values())


@given(st.lists(photos, max_size=60), st.lists(photos, max_size=60), st.integers(0, 3))
def test_photos_stay_where_they_are_when_more_are_added(
    first: list[SplitPhoto], more: list[SplitPhoto], seed: int
) -> None:
    before = split_photos(first, seed)
    assigned = [replace(photo, assigned=part) for photo, part in zip(first, before, strict=True)]
    assert split_photos(assigned + more, seed)[: len(first)] == before


@given(st.lists(st.integers(0, 12), min_size=1, max_size=8))
def test_shares_hold_however_the_photos_arrive(batches: list[int]) -> None:
    known: list[SplitPhoto] = []
    for batch, size in enumerate(batches):
        known += [SplitPhoto(f"{batch}-{number}", 0) for number in range(size)]
        parts = split_photos(known, seed=1)
        known = [replace(photo, assigned=part) for photo, part in zip(known, parts, strict=True)]
    counts = Counter(photo.assigned for photo in known)
    for part, share in (("train", 0.5), ("val", 0.2), ("test", 0.3)):
        assert abs(counts[part] - share * len(known)) < 1


def bursts(label: int, *sizes: int) -> list[SplitPhoto]:
    """Photos of one class in groups of these sizes."""
    return [
        SplitPhoto(f"{label}-{number}-{inner}", label, group=f"{label}-{number}" if size > 1 else "")
        for number, size in enumerate(sizes)
        for inner in range(size)
    ]


def sides(photos: list[SplitPhoto], parts: list[Part]) -> dict[str, set[Part]]:
    found: dict[str, set[Part]] = {}
    for photo, part in zip(photos, parts, strict=True):
        found.setdefault(photo.group or photo.content, set()).add(part)
    return found


classes_of_bursts = st.lists(st.lists(st.integers(1, 30), min_size=1, max_size=8), min_size=1, max_size=4)


@given(classes_of_bursts, st.integers(0, 3))
def test_no_group_is_on_two_sides_and_every_class_of_two_groups_is_learned_and_examined(
    classes: list[list[int]], seed: int
) -> None:
    photos = [photo for label, sizes in enumerate(classes) for photo in bursts(label, *sizes)]
    parts = split_photos(photos, seed)
    assert parts == split_photos(photos, seed)
    of_group = sides(photos, parts)
    for label, sizes in enumerate(classes):
        found = {part for photo, part in zip(photos, parts, strict=True) if photo.label == label}
        if len(sizes) > 1:
            assert all(len(of_group[p.group or p.content]) == 1 for p in photos if p.label == label)
            assert found >= ({"train", "test"} if len(sizes) == 2 else set(PARTS))
        elif sizes[0] > 1:
            assert found >= {"train", "test"}


@given(classes_of_bursts, st.lists(st.integers(1, 30), max_size=4), st.integers(0, 3))
def test_groups_stay_where_they_are_when_more_are_added(
    classes: list[list[int]], more: list[int], seed: int
) -> None:
    photos = [photo for label, sizes in enumerate(classes) for photo in bursts(label, *sizes)]
    before = split_photos(photos, seed)
    assigned = [replace(photo, assigned=part) for photo, part in zip(photos, before, strict=True)]
    assert split_photos(assigned, seed) == before
    added = bursts(9, *more)
    assert split_photos(assigned + added, seed)[: len(photos)] == before


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 3)), max_size=60), st.integers(0, 3))
def test_a_lot_of_several_classes_is_cut_only_where_a_class_would_else_lack_a_side(
    drawn: list[tuple[int, int]], seed: int
) -> None:
    photos = [SplitPhoto(str(n), label, group=f"lot {lot}") for n, (lot, label) in enumerate(drawn)]
    parts = split_photos(photos, seed)
    lots_of = {label: {lot for lot, other in drawn if other == label} for _, label in drawn}
    if all(len(lots) > 4 for lots in lots_of.values()):
        assert all(len(found) == 1 for found in sides(photos, parts).values())
    for label, lots in lots_of.items():
        found = {part for photo, part in zip(photos, parts, strict=True) if photo.label == label}
        if sum(1 for _, other in drawn if other == label) > len(lots):
            assert found >= {"train", "test"}


def test_shares_hold_over_bursts_of_about_one_size() -> None:
    parts = Counter(split_photos(bursts(0, *[5] * 40), seed=1))
    assert parts == {"train": 100, "val": 40, "test": 60}


def test_a_class_of_a_single_burst_is_cut_but_never_through_copies() -> None:
    burst = [SplitPhoto(str(number // 2), 0, group="one") for number in range(20)]
    parts = split_photos(burst, seed=1)
    assert Counter(parts) == {"train": 10, "val": 4, "test": 6}
    assert parts[::2] == parts[1::2]
    again = [replace(photo, assigned=part) for photo, part in zip(burst, parts, strict=True)]
    assert split_photos(again, seed=1) == parts


def test_a_class_that_was_cut_is_whole_again_once_there_is_a_second_group() -> None:
    burst = bursts(0, 10)
    parts = split_photos(burst, seed=1)
    known = [replace(photo, assigned=part) for photo, part in zip(burst, parts, strict=True)]
    later = [*known, *bursts(1, 10), *[SplitPhoto(f"late {n}", 0, group="late") for n in range(8)]]
    assert all(
        len(found) == 1 for name, found in sides(later, split_photos(later, 1)).items() if name != "1-0"
    )


def test_photos_that_turn_out_to_belong_together_are_dealt_anew() -> None:
    alone = class_of(20)
    known = [replace(p, assigned=part) for p, part in zip(alone, split_photos(alone, 1), strict=True)]
    tied = [replace(photo, group="tied" if n < 6 else "") for n, photo in enumerate(known)]
    after = split_photos(tied, seed=1)
    assert len(set(after[:6])) == 1
    assert after[6:] == [photo.assigned for photo in known[6:]]


def test_a_split_that_the_folders_bring_is_kept_even_through_a_group() -> None:
    brought = [replace(photo, given=PARTS[n % 3], group="one") for n, photo in enumerate(class_of(9))]
    assert split_photos(brought, seed=1) == [photo.given for photo in brought]


def test_what_the_folders_leave_open_goes_where_the_rest_of_its_group_is() -> None:
    brought = [SplitPhoto("a", 0, "test", group="g"), SplitPhoto("b", 0, group="g"), *class_of(6, 0)]
    assert split_photos(brought, seed=1)[:2] == ["test", "test"]


def test_a_lot_that_is_cut_keeps_its_bursts_whole() -> None:
    lot = [SplitPhoto(str(n), 0, group="lot", within=f"burst {n // 4}") for n in range(40)]
    parts = split_photos(lot, seed=1)
    assert Counter(parts) == {"train": 20, "val": 8, "test": 12}
    assert len(set(zip([photo.within for photo in lot], parts, strict=True))) == 10
    again = [replace(photo, assigned=part) for photo, part in zip(lot, parts, strict=True)]
    assert split_photos(again, seed=1) == parts
