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
    images = [
        {"filename": f"{n}.jpg", "split": split, "sentences": [{"raw": f"Photo {n}."}] * 5}
        | ({"filepath": "train2014" if n == 0 else "val2014"} if coco else {})
        for n, split in enumerate(("train", "restval", "val", "test"))
    ]
    (tmp_path / name).write_text(json.dumps({"images": images}), encoding="utf-8")
    found = read_texts(flickr8k(tmp_path))
    assert list(found.parts.values()) == ["train", "train", "val", "test"]
    assert [Path(photo).name for photo in found.parts] == ["0.jpg", "1.jpg", "2.jpg", "3.jpg"]
    assert len(found.captions) == 20


def test_what_is_learned_from_a_set_keeps_its_split(tmp_path: Path) -> None:
    for n, name in enumerate(("1_a.jpg", "2_b.jpg", "3_c.jpg", "4_d.jpg")):
        place = tmp_path / "Flicker8k_Dataset" / name
        place.parent.mkdir(exist_ok=True)
        Image.linear_gradient("L").rotate(90 * n).save(place)
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
