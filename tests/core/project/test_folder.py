"""A folder of photos as a revision: classes, split and roles, or a Problem that says what to do."""

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from core.partsworld.render import render
from core.partsworld.scene import draw_scene
from core.partsworld.vocabulary import Composition, Finish
from core.problems import Problem
from core.project.folder import revision_from_folder
from core.project.leaks import leak_of
from tests.core.project.photo_tree import write_tree

_BOLT = Composition("bolt", Finish("steel"), "none")


def code_of(folder: Path) -> str:
    with pytest.raises(Problem) as caught:
        revision_from_folder(folder, 1)
    return caught.value.code


def test_a_folder_per_class(tmp_path: Path) -> None:
    write_tree(tmp_path, {"red_bolt": 10, "キズ": 10, "b": 10, "c": 10, "謎": 10})
    (tmp_path / "b/bad.jpg").write_text("x")
    revision = revision_from_folder(tmp_path, 1)
    assert [(c.name, c.description, c.role) for c in revision.classes] == [
        ("b", "b", "base"), ("c", "c", "base"), ("red bolt", "red bolt", "base"),
        ("キズ", "scratch", "new"), ("謎", "", "new"),
    ]  # fmt: skip
    assert [revision.counts(part) for part in ("train", "val", "test")] == [[5] * 5, [2] * 5, [3] * 5]
    assert revision.photo_path(revision.photos[0]).is_file()


def test_a_class_file_gives_order_and_words(tmp_path: Path) -> None:
    write_tree(tmp_path, {"a": 3, "b": 3, "c": 3, "d": 3})
    (tmp_path / "classes.toml").write_text(
        '[[class]]\nfolder = "c"\nname_ja = "しー"\ndescription = "the third"\n'
        '[[class]]\nfolder = "gone"\nname_ja = "なし"\n'
        '[[class]]\nfolder = "a"\nname_en = "First Part"\n',
        encoding="utf-8",
    )
    revision = revision_from_folder(tmp_path, 1)
    assert [(c.name, c.description) for c in revision.classes] == [
        ("しー", "the third"), ("First Part", "first part"), ("b", "b"), ("d", "d"),
    ]  # fmt: skip


def test_train_and_test_trees(tmp_path: Path) -> None:
    write_tree(tmp_path, {f"{part}/{name}": 7 for part in ("train", "test") for name in "abcd"})
    revision = revision_from_folder(tmp_path, 1)
    assert [entry.name for entry in revision.classes] == ["a", "b", "c", "d"]
    assert [revision.counts(part)[0] for part in ("train", "val", "test")] == [5, 2, 7]
    assert all((photo.part == "test") == photo.path.startswith("test/") for photo in revision.photos)


def test_the_seed_draws_the_split_and_nothing_else(tmp_path: Path) -> None:
    write_tree(tmp_path, dict.fromkeys("abcd", 10))
    first, again, other = (revision_from_folder(tmp_path, seed) for seed in (1, 1, 2))
    assert first.id == again.id != other.id
    assert first.classes == other.classes
    assert [p.path for p in first.photos] == [p.path for p in other.photos]


def test_a_moved_tree_gives_the_same_revision(tmp_path: Path) -> None:
    write_tree(tmp_path / "here", dict.fromkeys("abcd", 6))
    first = revision_from_folder(tmp_path / "here", 1)
    (tmp_path / "here").rename(tmp_path / "there")
    assert revision_from_folder(tmp_path / "there", 1).id == first.id


def test_classes_may_be_shuffled_by_the_seed(tmp_path: Path) -> None:
    write_tree(tmp_path, dict.fromkeys("abcdefgh", 2))
    orders = {
        tuple(c.name for c in revision_from_folder(tmp_path, seed, shuffle_classes=True).classes)
        for seed in range(5)
    }
    assert len(orders) > 1 and all(sorted(order) == [*"abcdefgh"] for order in orders)


def test_two_classes_are_both_learned_and_new_is_measured_on_probes(tmp_path: Path) -> None:
    write_tree(tmp_path, {"ok": 4, "ng": 4})
    revision = revision_from_folder(tmp_path, 1)
    assert [(c.role, c.source) for c in revision.classes[:2]] == [("base", "own")] * 2
    assert {(c.role, c.source) for c in revision.classes[2:]} == {("new", "probe")}


class TestProblems:
    def test_missing(self, tmp_path: Path) -> None:
        assert code_of(tmp_path / "gone") == "photos.folder_missing"

    def test_no_photos(self, tmp_path: Path) -> None:
        (tmp_path / "a").mkdir()
        assert code_of(tmp_path) == "project.folder_empty"

    def test_nothing_readable(self, tmp_path: Path) -> None:
        (tmp_path / "a.jpg").write_text("x")
        assert code_of(tmp_path) == "project.folder_unreadable_only"

    def test_no_class_folders(self, tmp_path: Path) -> None:
        write_tree(tmp_path, {".": 3})
        assert code_of(tmp_path) == "project.folder_without_classes"

    def test_one_class(self, tmp_path: Path) -> None:
        write_tree(tmp_path, {"only": 3})
        assert code_of(tmp_path) == "project.folder_one_class"

    @pytest.mark.parametrize("text", ["not toml", "[[class]]\nname_ja = 'x'", "class = 3"])
    def test_spoiled_class_file(self, tmp_path: Path, text: str) -> None:
        write_tree(tmp_path, {"a": 2, "b": 2})
        (tmp_path / "classes.toml").write_text(text, encoding="utf-8")
        assert code_of(tmp_path) == "project.class_file_spoiled"


@pytest.mark.parametrize("name", ["trashnet5", "neu_steel6", "magnetic_tile6"])
def test_real_sets(shared_sets: Path, name: str) -> None:
    revision = revision_from_folder(shared_sets / name, 1)
    counts = Counter(photo.part for photo in revision.photos)
    assert len(revision.photos) >= 300
    assert abs(counts["train"] / len(revision.photos) - 0.5) < 0.05
    assert all(revision.counts(part)[i] for part in ("train", "val", "test") for i in revision.base)


def test_copies_saved_anew_and_lots_stay_on_one_side(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        for number in range(12):
            scene = draw_scene(np.random.default_rng(number if name == "a" else 90 + number), _BOLT)
            photo = ImageEnhance.Brightness(Image.fromarray(render(scene, 160))).enhance(0.8)
            photo.save(tmp_path / name / f"P{number // 3}_{number}.png")
            photo.save(tmp_path / name / f"again {chr(97 + number)}{number}.jpg", quality=80)
    alone = revision_from_folder(tmp_path, 1)
    lots = revision_from_folder(tmp_path, 1, same_part="name")
    for revision, groups in ((alone, 24), (lots, 8)):
        own = [photo for photo in revision.photos if photo.label < 2]
        assert len({photo.group for photo in own}) == groups and all(photo.group for photo in own)
        assert len({(photo.group, photo.part) for photo in own}) == groups
        assert all(revision.counts("train")[:2]) and all(revision.counts("test")[:2])
        assert leak_of(revision) is None


def test_a_class_of_one_lot_is_a_leak_that_is_said(tmp_path: Path) -> None:
    write_tree(tmp_path, {"a": 10, "b": 10})
    leak = leak_of(revision_from_folder(tmp_path, 1, same_part="folder"))
    assert leak is not None and leak.classes == (0, 1)
