"""Flickr8k, Flickr30k and COCO as people keep them, in miniature."""

import json
from pathlib import Path

import pytest
from PIL import Image

from core.exchange.text_read import read_texts
from core.problems import Problem
from core.tasks.freeze import freeze_folder
from core.tasks.texts import Caption

TOKENS = [
    "1_a.jpg#0\tA dog runs .",
    "1_a.jpg#1\tThe dog #1 is brown .",
    "2_b.jpg#0\tA cat .",
    "3_c.jpg#0\tBirds .",
]


def photos(folder: Path, *names: str) -> None:
    """Photos that are not like each other."""
    for number, name in enumerate(names):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.linear_gradient("L").rotate(90 * number).save(folder / name)


def flickr8k(folder: Path, *more: str) -> Path:
    (folder / "Flickr8k.token.txt").write_text("\n".join([*TOKENS, *more]), encoding="utf-8")
    for part, photo in (("train", "1_a.jpg"), ("dev", "2_b.jpg"), ("test", "3_c.jpg")):
        (folder / f"Flickr_8k.{part}Images.txt").write_text(photo + "\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize("named", [".", "Flickr8k.token.txt"])
def test_flickr8k_by_its_own_files(tmp_path: Path, named: str) -> None:
    found = read_texts(flickr8k(tmp_path, "", "4_d.jpg#0\tIn no split .", "spoiled line") / named)
    assert found.captions == (
        Caption("1_a.jpg", "A dog runs ."),
        Caption("1_a.jpg", "The dog #1 is brown ."),
        Caption("2_b.jpg", "A cat ."),
        Caption("3_c.jpg", "Birds ."),
        Caption("4_d.jpg", "In no split ."),
    )
    assert found.parts == {"1_a.jpg": "train", "2_b.jpg": "val", "3_c.jpg": "test"}
    assert found.left_out == 1


def test_flickr30k_by_its_own_files(tmp_path: Path) -> None:
    (tmp_path / "results_20130124.token").write_text("10.jpg#0\tOne .\n11.jpg#0\tTwo .\n", encoding="utf-8")
    (tmp_path / "train.txt").write_text("10\n", encoding="utf-8")
    (tmp_path / "test.txt").write_text("11\n", encoding="utf-8")
    assert read_texts(tmp_path).parts == {"10.jpg": "train", "11.jpg": "test"}


@pytest.mark.parametrize("name", ["dataset_flickr8k.json", "dataset_flickr30k.json", "dataset_coco.json"])
def test_karpathys_splits_go_before_the_sets_own(tmp_path: Path, name: str) -> None:
    coco = name == "dataset_coco.json"
    places = ("train2014", "val2014", "val2014", "val2014") if coco else ("",) * 4
    images = [
        {"filename": f"{n}.jpg", "split": split, "sentences": [{"raw": f"Photo {n}."}] * 5}
        | ({"filepath": place} if coco else {})
        for n, (place, split) in enumerate(zip(places, ("train", "restval", "val", "test"), strict=True))
    ]
    (tmp_path / name).write_text(json.dumps({"images": images}), encoding="utf-8")
    root = tmp_path if coco else tmp_path / "images"
    paths = [f"{place}/{n}.jpg".lstrip("/") for n, place in enumerate(places)]
    photos(root, *paths)
    frozen = freeze_folder(root, read_texts(flickr8k(tmp_path)), "caption", seed=1)
    assert {photo.path: photo.part for photo in frozen.revision.photos} == dict(
        zip(paths, ("train", "train", "val", "test"), strict=True)
    )
    assert all(len(photo.written[0].texts) == 5 for photo in frozen.revision.photos)


def test_sentences_without_a_split_have_none(tmp_path: Path) -> None:
    (tmp_path / "Flickr8k.token.txt").write_text("1.jpg#0\tA dog .", encoding="utf-8")
    assert read_texts(tmp_path).parts == {}


def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    photos(tmp_path, "secret.jpg", "set/images/1.jpg", "set/images/2.jpg", "set/images/3.jpg")
    images = [
        {"filename": name, "split": split, "sentences": [{"raw": "x"}]}
        for name, split in (
            ("1.jpg", "train"),
            ("2.jpg", "train"),
            ("3.jpg", "val"),
            ("../../secret.jpg", "train"),
        )
    ]
    (tmp_path / "set" / "dataset.json").write_text(json.dumps({"images": images}), encoding="utf-8")
    frozen = freeze_folder(tmp_path / "set" / "images", read_texts(tmp_path / "set"), "caption", seed=1)
    assert [photo.path for photo in frozen.revision.photos] == ["1.jpg", "2.jpg", "3.jpg"]
    assert frozen.missing == ("../../secret.jpg",)


def test_what_is_learned_from_a_set_keeps_its_split(tmp_path: Path) -> None:
    photos(tmp_path / "Flicker8k_Dataset", "1_a.jpg", "2_b.jpg", "3_c.jpg", "4_d.jpg")
    folder = flickr8k(tmp_path, "4_d.jpg#0\tA bridge .", "5_e.jpg#0\tNo such photo .")
    with (folder / "Flickr_8k.trainImages.txt").open("a", encoding="utf-8") as listed:
        listed.write("4_d.jpg\n")
    frozen = freeze_folder(folder / "Flicker8k_Dataset", read_texts(folder), "caption", seed=1)
    assert {photo.path: photo.part for photo in frozen.revision.photos} == {
        "1_a.jpg": "train", "2_b.jpg": "val", "3_c.jpg": "test", "4_d.jpg": "train",
    }  # fmt: skip
    assert frozen.missing == ("5_e.jpg",)


def test_a_folder_without_a_set(tmp_path: Path) -> None:
    with pytest.raises(Problem) as caught:
        read_texts(tmp_path)
    assert caught.value.code == "exchange.no_text_set"
