"""What sub-folders say: the class of a photo, and a split that came with the tree."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.photos.folders import FolderMeaning, read_layout


def meanings(*photos: str) -> list[tuple[str, str | None]]:
    return [(m.label, m.part) for m in read_layout(photos).meanings]


@pytest.mark.parametrize(
    ("photos", "expected"),
    [
        (["ok/1.jpg", "ng/2.jpg"], [("ok", None), ("ng", None)]),
        (["ok/monday/1.jpg", "ng/2.jpg"], [("ok", None), ("ng", None)]),
        (["1.jpg", "ng/2.jpg"], [("", None), ("ng", None)]),
        (["train/ok/1.jpg", "test/ok/2.jpg"], [("ok", "train"), ("ok", "test")]),
        (["Train/ok/1.jpg", "Valid/ok/2.jpg"], [("ok", "train"), ("ok", "val")]),
        (["学習/良品/1.jpg", "テスト/良品/2.jpg"], [("良品", "train"), ("良品", "test")]),
        (
            ["ok/train/1.jpg", "ok/test/2.jpg", "ng/train/3.jpg"],
            [("ok", "train"), ("ok", "test"), ("ng", "train")],
        ),
        (["all/photos/ok/1.jpg", "all/photos/ng/2.jpg"], [("ok", None), ("ng", None)]),
        (["set/train/ok/1.jpg", "set/test/ok/2.jpg"], [("ok", "train"), ("ok", "test")]),
        (["test/1.jpg", "ok/2.jpg"], [("test", None), ("ok", None)]),
        (["ok/1.jpg", "ok/2.jpg"], [("ok", None), ("ok", None)]),
        (
            ["train/ok/1.jpg", "test/ok/2.jpg", "loose/3.jpg"],
            [("ok", "train"), ("ok", "test"), ("loose", None)],
        ),
        (["1.jpg"], [("", None)]),
        ([], []),
    ],
    ids=lambda value: "|".join(map(str, value)) if isinstance(value, list) else None,
)
def test_layouts(photos: list[str], expected: list[tuple[str, str | None]]) -> None:
    assert meanings(*photos) == expected


def test_counts_photos_per_class_in_order_of_names() -> None:
    layout = read_layout(["b/1.jpg", "a/1.jpg", "b/2.jpg", "3.jpg"])
    assert list(layout.labels.items()) == [("a", 1), ("b", 2)]
    assert not layout.brings_split


names = st.sampled_from(["train", "test", "val", "ok", "ng", "良品", "x"])


@given(st.lists(st.lists(names, max_size=4).map(lambda parts: "/".join([*parts, "1.jpg"]))))
def test_every_photo_has_a_meaning_from_its_own_path(photos: list[str]) -> None:
    layout = read_layout(photos)
    assert len(layout.meanings) == len(photos)
    for path, meaning in zip(photos, layout.meanings, strict=True):
        assert meaning.label in {"", *path.split("/")[:-1]}
        assert meaning == FolderMeaning(meaning.label, meaning.part)
    assert sum(layout.labels.values()) == sum(bool(m.label) for m in layout.meanings)
