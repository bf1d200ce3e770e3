"""Few-shot drawing: few per learned class, repeatable, stable when photos are added."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.project.revision import ClassEntry, DataRevision, Part, PhotoEntry
from core.project.roles import roles_of
from core.training.sampling import Sample, few_shot, held_back


def _revision(counts: list[int], roles: str, parts: tuple[Part, ...] = ("train",)) -> DataRevision:
    classes = tuple(
        ClassEntry(name=f"c{i}", description=f"c{i}", role="base" if role == "b" else "new")
        for i, role in enumerate(roles)
    )
    photos = tuple(
        PhotoEntry(path=f"{part}/{label}/{n}.jpg", label=label, part=part)
        for label, count in enumerate(counts)
        for part in parts
        for n in range(count)
    )
    return DataRevision(root="/", classes=classes, photos=photos)


@given(st.lists(st.integers(0, 12), min_size=3, max_size=3), st.integers(1, 16), st.integers(0, 99))
def test_each_learned_class_gives_its_shots_or_all_it_has(counts: list[int], shots: int, seed: int) -> None:
    sample = few_shot(_revision(counts, "bbn"), shots, seed)
    drawn = [sum(photo.label == label for photo in sample.photos) for label in range(3)]
    assert drawn == [min(counts[0], shots), min(counts[1], shots), 0]
    assert len({photo.path for photo in sample.photos}) == len(sample.photos)


@given(st.integers(1, 8), st.integers(0, 99))
def test_fewer_shots_are_among_more(shots: int, seed: int) -> None:
    revision = _revision([12, 12], "bb")
    fewer, more = few_shot(revision, shots, seed), few_shot(revision, 2 * shots, seed)
    assert {photo.path for photo in fewer.photos} <= {photo.path for photo in more.photos}


def test_the_list_is_the_same_on_every_pc_and_day() -> None:
    assert few_shot(_revision([20, 20, 20], "bbn"), 4, 1).id == (
        "2c3a6bc2405037987054036e981601192a62212ab3cfe4fb7115944158699847"
    )


def test_a_seed_gives_one_list_and_the_hash_tells_paths_and_labels_apart() -> None:
    """methods.md §15.7."""
    again = [few_shot(_revision([20, 20, 20], "bbn"), 4, 1) for _ in range(2)]
    assert again[0].photos == again[1].photos and again[0].id == again[1].id
    photos = again[0].photos
    other_path = (photos[0].model_copy(update={"path": "train/0/99.jpg"}), *photos[1:])
    other_label = (photos[0].model_copy(update={"label": 1}), *photos[1:])
    assert len({Sample(each).id for each in (photos, photos[::-1], other_path, other_label)}) == 4


@pytest.mark.parametrize(
    ("classes", "images"),
    [
        pytest.param(1000, 8000, id="ImageNet"),
        pytest.param(100, 800, id="Caltech101, Aircraft"),
        pytest.param(37, 304, id="Pets"),
        pytest.param(196, 1568, id="Cars"),
        pytest.param(102, 816, id="Flowers"),
        pytest.param(101, 816, id="Food101, UCF101"),
        pytest.param(397, 3184, id="SUN397"),
        pytest.param(47, 384, id="DTD"),
        pytest.param(10, 80, id="EuroSAT"),
    ],
)
def test_sixteen_shots_of_the_public_sets_are_as_many_photos_as_published(classes: int, images: int) -> None:
    """methods.md §15.6: of the base half only."""
    roles = "".join(role[0] for role in roles_of([None] * classes))
    sample = few_shot(_revision([17] * classes, roles), 16, 1)
    assert len(sample.photos) == images
    assert {photo.label for photo in sample.photos} == set(range(-(-classes // 2)))


def test_seeds_draw_differently() -> None:
    revision = _revision([20, 20], "bb")
    assert few_shot(revision, 4, 1).id != few_shot(revision, 4, 2).id


def test_no_limit_takes_every_training_photo() -> None:
    assert len(few_shot(_revision([7, 3], "bb", ("train", "val", "test")), None, 1).photos) == 10


def test_test_photos_are_never_watched() -> None:
    with_val = _revision([3, 3], "bn", ("train", "val", "test"))
    without = _revision([3, 3], "bn", ("train", "test"))
    assert {photo.part for photo in held_back(with_val)} == {"val"}
    assert {photo.part for photo in held_back(without)} == {"train"}
    assert {photo.label for photo in held_back(with_val)} == {1}


def test_of_a_burst_one_photo_is_drawn_before_a_second() -> None:
    plain = _revision([12, 12], "bb")
    photos = tuple(
        p.model_copy(update={"group": "burst"}) if n % 12 < 9 else p for n, p in enumerate(plain.photos)
    )
    tied = plain.model_copy(update={"photos": photos})
    for seed in range(5):
        four = few_shot(tied, 4, seed).photos
        assert [sum(p.label == label and p.group == "burst" for p in four) for label in (0, 1)] == [1, 1]
        assert {p.path for p in four} <= {p.path for p in few_shot(tied, 8, seed).photos}
        assert len(few_shot(tied, None, seed).photos) == 24
