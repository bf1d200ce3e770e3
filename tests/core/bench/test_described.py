"""Flickr8k, Flickr30k and COCO as people keep them, in miniature."""

import json
from pathlib import Path

import pytest

from core.bench.datasets.described import DescribedPhoto, read_described
from core.problems import Problem


def photos(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(b"photo")


def refused(folder: Path) -> str:
    with pytest.raises(Problem) as caught:
        read_described(folder)
    return caught.value.code


def test_flickr8k_by_its_own_files(tmp_path: Path) -> None:
    photos(tmp_path / "Flicker8k_Dataset", "1_a.jpg", "2_b.jpg", "3_c.jpg")
    lines = ["1_a.jpg#0\tA dog runs .", "1_a.jpg#1\tThe dog #1 is brown .", "2_b.jpg#0\tA cat .", "3_c.jpg#0\tBirds .",
             "4_d.jpg#0\tIn no split .", "spoiled line"]  # fmt: skip
    (tmp_path / "Flickr8k.token.txt").write_text("\n".join(lines), encoding="utf-8")
    for part, photo in (("train", "1_a.jpg"), ("dev", "2_b.jpg"), ("test", "3_c.jpg")):
        (tmp_path / f"Flickr_8k.{part}Images.txt").write_text(photo + "\n", encoding="utf-8")
    root = tmp_path / "Flicker8k_Dataset"
    assert read_described(tmp_path) == (
        DescribedPhoto(root / "1_a.jpg", "train", ("A dog runs .", "The dog #1 is brown .")),
        DescribedPhoto(root / "2_b.jpg", "val", ("A cat .",)),
        DescribedPhoto(root / "3_c.jpg", "test", ("Birds .",)),
    )


def test_flickr30k_by_its_own_files(tmp_path: Path) -> None:
    photos(tmp_path / "flickr30k-images", "10.jpg", "11.jpg")
    (tmp_path / "results_20130124.token").write_text("10.jpg#0\tOne .\n11.jpg#0\tTwo .\n", encoding="utf-8")
    (tmp_path / "train.txt").write_text("10\n", encoding="utf-8")
    (tmp_path / "test.txt").write_text("11\n", encoding="utf-8")
    assert [(photo.path.name, photo.part) for photo in read_described(tmp_path)] == [
        ("10.jpg", "train"), ("11.jpg", "test"),
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["dataset_flickr8k.json", "dataset_flickr30k.json", "dataset_coco.json"])
def test_karpathys_splits(tmp_path: Path, name: str) -> None:
    coco = name == "dataset_coco.json"
    places = ("train2014", "val2014", "val2014", "val2014") if coco else ("",) * 4
    images = [
        {"filepath": place, "filename": f"{n}.jpg", "split": split, "sentences": [{"raw": f"Photo {n}."}] * 5}
        for n, (place, split) in enumerate(zip(places, ("train", "restval", "val", "test"), strict=True))
    ]
    if not coco:
        for image in images:
            del image["filepath"]
    (tmp_path / name).write_text(json.dumps({"images": images}), encoding="utf-8")
    photos(
        tmp_path / ("" if coco else "images"),
        *(f"{place}/{n}.jpg".lstrip("/") for n, place in enumerate(places)),
    )
    found = read_described(tmp_path)
    assert [photo.part for photo in found] == ["train", "train", "val", "test"]
    assert all(photo.path.is_file() and len(photo.captions) == 5 for photo in found)


def test_a_folder_without_a_set(tmp_path: Path) -> None:
    assert refused(tmp_path) == "bench.no_described_set"


def test_sentences_without_a_split(tmp_path: Path) -> None:
    (tmp_path / "Flickr8k.token.txt").write_text("1.jpg#0\tA dog .", encoding="utf-8")
    assert refused(tmp_path) == "bench.no_split"


@pytest.mark.parametrize("there", [(), ("1.jpg",)])
def test_photos_that_are_not_there(tmp_path: Path, there: tuple[str, ...]) -> None:
    photos(tmp_path / "images", *there)
    (tmp_path / "Flickr8k.token.txt").write_text("1.jpg#0\tA .\n2.jpg#0\tB .", encoding="utf-8")
    (tmp_path / "train.txt").write_text("1.jpg\n2.jpg", encoding="utf-8")
    assert refused(tmp_path) == "bench.photos_missing"


def test_no_name_leads_out_of_the_folder(tmp_path: Path) -> None:
    inside = tmp_path / "set"
    photos(tmp_path, "secret.jpg", "set/images/1.jpg")
    images = [
        {"filename": name, "split": "train", "sentences": [{"raw": "x"}]}
        for name in ("1.jpg", "../../secret.jpg")
    ]
    (inside / "dataset.json").write_text(json.dumps({"images": images}), encoding="utf-8")
    assert refused(inside) == "bench.photos_missing"
