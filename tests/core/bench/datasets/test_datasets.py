"""The public sets: known by folder and files, split and sampled as the papers' code does it, and never by a pickle."""

import json
import random
from pathlib import Path

import pytest

from core.bench.datasets.catalogue import ELEVEN, VARIANTS, PublicSet, recognise
from core.bench.datasets.revision import public_revision
from core.bench.datasets.sampling import draw
from core.bench.datasets.split import Item, Split, read_split
from core.problems import Problem
from core.project.revision import DataRevision
from core.training.sampling import few_shot
from tests.core.bench.datasets.trees import PER_CLASS, class_name, wnid, write_tree

ALL = (*ELEVEN, *VARIANTS)
BY_NAME = {entry.name: entry for entry in ALL}
# As CPython draws them.
GOLDEN = [8, 36, 54, 51, 49, 5]
# methods.md §1.2 and §15.6: base and new classes, and base photos at 16 shots.
SIZES = {
    "ImageNet": (500, 500, 8000),
    "Caltech101": (50, 50, 800),
    "OxfordPets": (19, 18, 304),
    "StanfordCars": (98, 98, 1568),
    "OxfordFlowers": (51, 51, 816),
    "Food101": (51, 50, 816),
    "FGVCAircraft": (50, 50, 800),
    "SUN397": (199, 198, 3184),
    "DescribableTextures": (24, 23, 384),
    "EuroSAT": (5, 5, 80),
    "UCF101": (51, 50, 816),
}


def load(folder: Path, shots: int | None = None, seed: int = 1) -> DataRevision:
    found = recognise(folder)
    assert found is not None
    return public_revision(found, folder, shots, seed)


@pytest.mark.parametrize("entry", ALL, ids=lambda entry: entry.name)
def test_a_set_is_known_by_its_folder_and_read_whole(tmp_path: Path, entry: PublicSet) -> None:
    folder = write_tree(tmp_path, entry)
    assert recognise(folder) is entry
    revision = load(folder)
    assert len(revision.classes) == entry.classes
    assert set(revision.counts("test")) == {PER_CLASS["test"]}
    assert set(revision.counts("train")) == ({0} if entry.tests_only else {PER_CLASS["train"]})
    assert all("_" not in each.description for each in revision.classes)
    assert len({each.name for each in revision.classes}) == entry.classes
    assert all(each.path.startswith(entry.images) for each in revision.photos)


@pytest.mark.parametrize("name", SIZES)
def test_the_first_half_rounded_up_is_base_with_the_papers_number_of_photos(
    tmp_path: Path, name: str
) -> None:
    base, new, photos = SIZES[name]
    folder = write_tree(tmp_path, BY_NAME[name], {"train": 17, "val": 5, "test": 1})
    revision = load(folder, shots=16)
    assert (len(revision.base), len(revision.new)) == (base, new)
    assert revision.base == tuple(range(base))
    assert len(few_shot(revision, None, 1).photos) == photos


def test_all_base_halves_together_are_the_papers_1098_classes() -> None:
    assert sum(-(-entry.classes // 2) for entry in ELEVEN) == 1098
    assert [entry.name for entry in ELEVEN] == list(SIZES)


def test_where_each_sets_photos_lie(tmp_path: Path) -> None:
    first = {}
    for name in ("OxfordPets", "StanfordCars", "EuroSAT", "UCF101", "FGVCAircraft", "ImageNet", "ImageNetV2"):
        entry = BY_NAME[name]
        split = read_split(entry, write_tree(tmp_path, entry))
        first[name] = min(item.path for item in split.test if item.label == 0)
    assert first == {
        "OxfordPets": "images/kind_000/test_0.jpg",
        "StanfordCars": "cars_train/kind_000/test_0.jpg",
        "EuroSAT": "2750/kind_000/test_0.jpg",
        "UCF101": "UCF-101-midframes/kind_000/test_0.jpg",
        "FGVCAircraft": "images/test0000.jpg",
        "ImageNet": f"images/val/{wnid(0)}/0.JPEG",
        "ImageNetV2": "imagenetv2-matched-frequency-format-val/0/0.JPEG",
    }


def test_variants_of_imagenet_have_its_classes_under_the_same_names(tmp_path: Path) -> None:
    whole = load(write_tree(tmp_path, BY_NAME["ImageNet"]))
    names = [each.name for each in whole.classes]
    for entry in VARIANTS:
        variant = load(write_tree(tmp_path, entry))
        assert [each.name for each in variant.classes] == names[:: 1000 // entry.classes]
        assert not variant.base
    # Two classes of one name stay two classes, and the model reads the name alone.
    assert names[998:] == [f"kind_998 ({wnid(998)})", f"kind_998 ({wnid(999)})"]
    assert whole.classes[999].description == "kind 998"


def test_few_shots_are_those_of_the_papers_code() -> None:
    """Dassl: seed Python's generator, then draw from each class in the order in which classes first appear."""
    labels = [2, 0, 2, 1, 0, 2, 1, 0, 1, 2] * 4
    items = tuple(Item(f"{number}.jpg", label, str(label)) for number, label in enumerate(labels))
    found = draw(Split(items, items[:24], ()), 5, seed=3)
    random.seed(3)
    expected = []
    for pool, shots in ((items, 5), (items[:24], 4)):
        for label in (2, 0, 1):
            expected.append(random.sample([item for item in pool if item.label == label], shots))
    assert list(found.train) == [item for of_class in expected[:3] for item in of_class]
    assert list(found.val) == [item for of_class in expected[3:] for item in of_class]


def test_the_draw_is_the_same_on_every_python() -> None:
    items = tuple(Item(f"{number}", number % 2, "") for number in range(60))
    found = [int(item.path) for item in draw(Split(items, (), ()), 3, seed=1).train]
    assert found == GOLDEN


@pytest.mark.parametrize(("shots", "val"), [(1, 1), (2, 2), (4, 4), (8, 4), (16, 4)])
def test_photos_for_choosing_are_at_most_four(tmp_path: Path, shots: int, val: int) -> None:
    folder = write_tree(tmp_path, BY_NAME["EuroSAT"], {"train": 20, "val": 9, "test": 1})
    revision = load(folder, shots)
    assert set(revision.counts("train")) == {shots}
    assert set(revision.counts("val")) == {val}


def test_a_class_with_too_few_photos_gives_all_of_them(tmp_path: Path) -> None:
    folder = write_tree(tmp_path, BY_NAME["EuroSAT"], {"train": 3, "val": 1, "test": 1})
    assert set(load(folder, 16).counts("train")) == {3}


def test_imagenets_photos_for_choosing_are_neither_learned_nor_tested(tmp_path: Path) -> None:
    revision = load(write_tree(tmp_path, BY_NAME["ImageNet"], {"train": 5, "test": 1}), shots=2)
    parts = {part: {photo.path for photo in revision.of(part)} for part in ("train", "val", "test")}
    assert set(revision.counts("val")) == {2}
    assert all(path.startswith("images/train") for path in parts["val"])
    assert not parts["val"] & (parts["train"] | parts["test"])


def test_one_draw_serves_all_classes_and_the_base_half(tmp_path: Path) -> None:
    folder = write_tree(tmp_path, BY_NAME["OxfordPets"], {"train": 20, "val": 4, "test": 1})
    split = draw(read_split(BY_NAME["OxfordPets"], folder), 4, 2)
    revision = load(folder, 4, 2)
    assert [photo.path for photo in revision.of("train")] == [item.path for item in split.train]


def test_the_list_of_photos_is_known_by_its_hash(tmp_path: Path) -> None:
    folder = write_tree(tmp_path, BY_NAME["EuroSAT"], {"train": 20, "val": 4, "test": 1})
    ids = {seed: few_shot(load(folder, 4, seed), None, seed).id for seed in (1, 2)}
    assert ids[1] == few_shot(load(folder, 4, 1), None, 1).id
    assert ids[1] != ids[2]


def test_no_pickle_is_read_or_written(tmp_path: Path) -> None:
    folder = write_tree(tmp_path, BY_NAME["EuroSAT"])
    before = load(folder, 2)
    cache = folder / "split_fewshot"
    cache.mkdir()
    for name in ("shot_2-seed_1.pkl", "shot_2-seed_2.pkl"):
        (cache / name).write_bytes(b"cposix\nsystem\n(S'false'\ntR.")
    files = sorted(folder.rglob("*"))
    assert load(folder, 2) == before
    load(folder, 2, seed=2)
    assert sorted(folder.rglob("*")) == files


def test_classes_keep_the_words_of_the_split_file(tmp_path: Path) -> None:
    entry = load(write_tree(tmp_path, BY_NAME["EuroSAT"])).classes[3]
    assert (entry.name, entry.description) == (class_name(3), "kind 003")


def test_another_folder_of_the_same_name_is_an_ordinary_one(tmp_path: Path) -> None:
    (tmp_path / "dtd" / "striped").mkdir(parents=True)
    assert recognise(tmp_path / "dtd") is None
    assert recognise(tmp_path / "absent") is None


def test_a_set_without_its_split_file_is_refused_not_split_anew(tmp_path: Path) -> None:
    folder = write_tree(tmp_path, BY_NAME["EuroSAT"])
    (folder / "split_zhou_EuroSAT.json").unlink()
    with pytest.raises(Problem, match="split_zhou_EuroSAT") as raised:
        recognise(folder)
    assert raised.value.code == "bench.split_missing"


def test_another_number_of_classes_is_refused(tmp_path: Path) -> None:
    folder = write_tree(tmp_path, BY_NAME["EuroSAT"])
    split = folder / "split_zhou_EuroSAT.json"
    content = {part: [row for row in rows if row[1]] for part, rows in json.loads(split.read_text()).items()}
    split.write_text(json.dumps(content))
    with pytest.raises(Problem) as raised:
        load(folder)
    assert raised.value.code == "bench.other_class_count"
    assert (raised.value.data["found"], raised.value.data["wanted"]) == (9, 10)


@pytest.mark.parametrize("path", ["../../secret.jpg", "/etc/secret.jpg", "C:/secret.jpg", "a\\..\\..\\b.jpg"])
def test_a_split_file_cannot_name_photos_outside_its_set(tmp_path: Path, path: str) -> None:
    folder = write_tree(tmp_path, BY_NAME["EuroSAT"])
    split = folder / "split_zhou_EuroSAT.json"
    content = json.loads(split.read_text())
    content["test"][0][0] = path
    split.write_text(json.dumps(content))
    with pytest.raises(Problem) as raised:
        load(folder)
    assert raised.value.code == "bench.split_unreadable"


@pytest.mark.parametrize("text", ["", "[]", '{"train": []}', '{"train": [["a.jpg"]], "val": [], "test": []}'])
def test_a_spoiled_split_file_is_named(tmp_path: Path, text: str) -> None:
    folder = write_tree(tmp_path, BY_NAME["EuroSAT"])
    (folder / "split_zhou_EuroSAT.json").write_text(text)
    with pytest.raises(Problem) as raised:
        load(folder)
    assert raised.value.code == "bench.split_unreadable"


def test_a_list_of_aircraft_that_is_missing_is_named(tmp_path: Path) -> None:
    folder = write_tree(tmp_path, BY_NAME["FGVCAircraft"])
    (folder / "images_variant_val.txt").unlink()
    with pytest.raises(Problem) as raised:
        load(folder)
    assert raised.value.code == "bench.split_unreadable"
