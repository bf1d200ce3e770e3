"""The split: seeded, in proportion, stable when photos are added, exact copies on one side."""

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.project.revision import PARTS, Part
from core.project.split import SplitPhoto, split_photos

photos = st.builds(
    SplitPhoto,
    group=st.integers(0, 40).map(str),
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
        sides.setdefault(photo.group, set()).add(part)
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
