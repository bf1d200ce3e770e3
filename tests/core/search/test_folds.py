"""The inner examinations: what is learned and judged in them, and what never gets there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.methods.configs.automatic import WISHES
from core.project.revision import DataRevision, PhotoEntry
from core.search.folds import Fold, folds_of
from core.search.tally import Wish
from core.training.sampling import few_shot
from tests.core.search.searching import revision


def of(
    data: DataRevision, shots: int | None = None, number: int = 0, wish: Wish = "union"
) -> tuple[Fold, ...]:
    return folds_of(data, few_shot(data, shots, 1), wish, 1, number)


def paths(photos: tuple[PhotoEntry, ...]) -> set[str]:
    return {photo.path for photo in photos}


@given(
    st.integers(2, 9),
    st.integers(0, 5),
    st.integers(1, 9),
    st.integers(0, 5),
    st.integers(0, 3),
    st.sampled_from(WISHES),
)
def test_test_photos_and_classes_held_back_are_in_no_fold(
    learned: int, held_back: int, train: int, val: int, number: int, wish: Wish
) -> None:
    data = revision(learned, held_back, {"train": train, "val": val, "test": 2})
    allowed = {p.path for label in data.base for p in data.photos if p.label == label and p.part != "test"}
    for fold in of(data, number=number, wish=wish):
        assert paths(fold.revision.photos) <= allowed
        assert [entry.name for entry in fold.revision.classes] == [data.classes[i].name for i in data.base]


@pytest.mark.parametrize(
    ("learned", "folds", "apart"), [(3, 3, False), (4, 2, True), (5, 2, True), (6, 3, True)]
)
def test_for_the_union_each_learned_class_is_held_back_once_in_a_round(
    learned: int, folds: int, apart: bool
) -> None:
    found = of(revision(learned))
    held = [fold.revision.classes[label].name for fold in found for label in fold.revision.new]
    assert len(found) == folds
    assert sorted(held) == [f"class {n}" for n in range(learned)]
    assert all(fold.apart is apart for fold in found)
    assert all(len(fold.revision.base) >= 2 for fold in found)


@pytest.mark.parametrize(
    ("wish", "learned", "held"),
    [("apart", 8, [0, 0, 4]), ("apart", 4, [0, 0, 2]), ("apart", 3, [0, 0, 0]), ("keep-new", 3, [0, 0, 1])],
)
def test_the_learned_ones_by_themselves_are_judged_with_all_of_them_learned(
    wish: Wish, learned: int, held: list[int]
) -> None:
    """One class held back alone cannot be mistaken for another new one: to tell new ones apart it teaches nothing."""
    assert [len(fold.revision.new) for fold in of(revision(learned), wish=wish)] == held


@pytest.mark.parametrize("wish", WISHES)
def test_two_classes_leave_none_to_hold_back(wish: Wish) -> None:
    assert all(not fold.revision.new for fold in of(revision(2), wish=wish))


def test_photos_of_classes_held_back_in_a_fold_are_only_judged_there() -> None:
    for fold in of(revision()):
        new = set(fold.revision.new)
        assert {photo.part for photo in fold.revision.photos if photo.label in new} == {"test"}
        assert all(part in {p.part for p in fold.revision.photos} for part in ("train", "val", "test"))


def test_only_the_sample_is_learned_from() -> None:
    data = revision()
    drawn = paths(few_shot(data, 3, 1).photos)
    for fold in of(data, shots=3):
        assert paths(fold.revision.of("train")) <= drawn
        assert fold.revision.of("train", (fold.revision.base[0],))


@pytest.mark.parametrize("train", [1, 2, 3, 8])
@pytest.mark.parametrize("val", [0, 1, 4])
def test_every_learned_class_keeps_a_photo_to_learn_from(train: int, val: int) -> None:
    for fold in of(revision(photos={"train": train, "val": val, "test": 1})):
        counts = fold.revision.counts("train")
        assert all(counts[label] for label in fold.revision.base)


@pytest.mark.parametrize("kept_by", ["sha256", "group"])
def test_photos_that_belong_together_are_on_one_side(kept_by: str) -> None:
    """Copies by their content; near duplicates, bursts and photos of one part by their group."""
    data = revision()
    twins = tuple(
        p.model_copy(update={kept_by: f"{p.label}{p.part}{i // 2}"}) for i, p in enumerate(data.photos)
    )
    data = data.model_copy(update={"photos": twins})
    for fold in of(data):
        sides: dict[str, set[str]] = {}
        for photo in fold.revision.photos:
            sides.setdefault(getattr(photo, kept_by), set()).add(photo.part)
        assert all(len(parts) == 1 for parts in sides.values())


def test_rounds_divide_differently_and_the_same_again() -> None:
    data = revision()
    first, again, second = of(data), of(data), of(data, number=1)
    assert [fold.revision.id for fold in first] == [fold.revision.id for fold in again]
    assert not {fold.revision.id for fold in first} & {fold.revision.id for fold in second}
    assert not {fold.key for fold in first} & {fold.key for fold in second}
