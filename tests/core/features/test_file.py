"""What an attacker with a features file does not have, what a hostile file does not do, and what inspect says."""

import json
import os
import struct
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from safetensors.numpy import load_file, save_file

from core.features import words
from core.features.file import MOST_HEADER_BYTES, FeaturesFile, open_features, save_features
from core.files import sha256_file
from core.problems import Problem
from core.project.revision import DataRevision
from core.training import extract as extraction
from tests.core.features.tiny_features import AS_QUICK, tiny_features
from tests.core.tiny_run import COLOURS, WORDS, tiny_revision

PLANTED = ("秘密の製品", "SecretName", "PlantedMaker", "PlantedArtist", "PlantedPlace", "2031:07:19")
_EXIF_MAKER, _EXIF_DATE, _EXIF_ARTIST, _EXIF_GPS, _GPS_AREA = 0x010F, 0x0132, 0x013B, 0x8825, 0x1C


def planted(root: Path) -> DataRevision:
    """The tiny pictures as JPEG under telling names, with EXIF and GPS inside."""
    revision = tiny_revision(root / "plain")
    photos = []
    for number, photo in enumerate(revision.photos):
        exif = Image.Exif()
        exif[_EXIF_MAKER], exif[_EXIF_DATE], exif[_EXIF_ARTIST] = PLANTED[2], PLANTED[5], PLANTED[3]
        exif.get_ifd(_EXIF_GPS)[_GPS_AREA] = PLANTED[4].encode()
        path = root / PLANTED[0] / f"{PLANTED[1]}-{number}.jpg"
        path.parent.mkdir(parents=True, exist_ok=True)
        with Image.open(revision.photo_path(photo)) as image:
            image.save(path, quality=95, exif=exif)
        photos.append(photo.model_copy(update={"path": str(path), "sha256": sha256_file(path)}))
    return revision.model_copy(update={"root": str(root), "photos": tuple(photos)})


def in_any_spelling(text: str) -> list[bytes]:
    """A text as a file may hold it."""
    return [text.encode(), text.encode("utf-16-le"), json.dumps(text)[1:-1].encode(), text.upper().encode()]


# What an attacker does not have


def test_nothing_planted_in_photos_is_found_in_the_file(tmp_path: Path) -> None:
    revision = planted(tmp_path)
    assert PLANTED[3].encode() in revision.photo_path(revision.photos[0]).read_bytes(), "it was planted"
    tiny_features(tmp_path / "f.features", revision=revision)
    content = (tmp_path / "f.features").read_bytes()
    for text in (*PLANTED, str(tmp_path), tmp_path.name, ".jpg", "Exif"):
        for spelling in in_any_spelling(text):
            assert spelling not in content, text


def test_no_hash_of_a_photo_is_in_the_file(tmp_path: Path) -> None:
    revision = planted(tmp_path)
    tiny_features(tmp_path / "f.features", revision=revision)
    content = (tmp_path / "f.features").read_bytes()
    for photo in revision.photos:
        digest = bytes.fromhex(photo.sha256)
        # Not whole, and not the beginning alone, by which a photo could be told as well.
        for part in (
            digest[:8],
            digest[:8][::-1],
            photo.sha256[:12].encode(),
            photo.sha256[:12].upper().encode(),
        ):
            assert part not in content


def test_no_pixels_are_in_the_file(tmp_path: Path) -> None:
    revision = planted(tmp_path)
    file = tiny_features(tmp_path / "f.features", revision=revision)
    content = (tmp_path / "f.features").read_bytes()
    for photo in revision.photos:
        with Image.open(revision.photo_path(photo)) as image:
            assert np.asarray(image)[0, :8].tobytes() not in content
    held = 4 * file.plain.size + 4 * file.views.size + 5 * len(file.plain)
    assert len(content) - held < 4096, "the header has room for nothing more"


def test_the_header_says_what_it_is_meant_to_and_no_more(tmp_path: Path) -> None:
    tiny_features(tmp_path / "f.features")
    content = (tmp_path / "f.features").read_bytes()
    header = json.loads(content[8 : 8 + struct.unpack("<Q", content[:8])[0]])
    about = json.loads(header.pop("__metadata__")["about"])
    assert set(header) == {"plain", "views", "labels", "parts"}
    assert set(about) == {
        "schema_version", "backbone", "backbone_sha256", "preprocessing", "precision", "shots", "seed", "views",
        "smallest_crop", "flip", "named", "classes",
    }  # fmt: skip


def test_class_names_stay_behind_when_asked(tmp_path: Path) -> None:
    named = tiny_features(tmp_path / "named")
    assert [entry.name for entry in named.about.classes] == list(COLOURS)
    file = tiny_features(tmp_path / "f.features", replace(AS_QUICK, named=False))
    assert [entry.name for entry in file.about.classes] == [f"class {number}" for number in (1, 2, 3, 4)]
    content = (tmp_path / "f.features").read_bytes()
    for text in (*COLOURS, *WORDS):
        assert not any(spelling in content for spelling in in_any_spelling(text))


def test_names_dates_and_listed_order_of_photos_change_no_bit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where chance is taken out of it: so nothing of them is in the file, in whatever disguise."""
    monkeypatch.setattr(extraction, "_shuffled", np.arange)
    revision = planted(tmp_path)
    tiny_features(tmp_path / "one", revision=revision)
    moved = []
    for number, photo in enumerate(reversed(revision.photos)):
        path = tmp_path / "elsewhere" / f"{number}.jpeg"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(revision.photo_path(photo).read_bytes())
        os.utime(path, (number, number))
        moved.append(photo.model_copy(update={"path": str(path)}))
    tiny_features(tmp_path / "two", revision=revision.model_copy(update={"photos": tuple(moved)}))
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_the_order_is_another_one_each_time_and_no_seed_gives_it_back(tmp_path: Path) -> None:
    np.random.seed(0)
    one = tiny_features(tmp_path / "one")
    np.random.seed(0)
    two = tiny_features(tmp_path / "two")
    assert one.plain.tolist() != two.plain.tolist()
    assert one.labels.tolist() != sorted(one.labels.tolist()), "classes are mixed"
    assert _photos_of(one) == _photos_of(two), "the same photos, classes, parts and views"


def test_who_has_the_photo_and_the_model_finds_it(tmp_path: Path) -> None:
    """What `inspect` admits is true: a photo that is known can be found in the file."""
    file = tiny_features(tmp_path / "f.features")
    again = tiny_features(tmp_path / "again", replace(AS_QUICK, views=1))
    assert {row.tobytes() for row in again.plain} == {row.tobytes() for row in file.plain}


def _photos_of(file: FeaturesFile) -> set[tuple[object, ...]]:
    views = {row: file.views[place].tobytes() for row, place in file.learned.items()}
    return {
        (file.plain[row].tobytes(), int(file.labels[row]), int(file.parts[row]), views.get(row))
        for row in range(len(file.plain))
    }


# Reading


def test_what_was_written_is_read(tmp_path: Path) -> None:
    written = tiny_features(tmp_path / "f.features")
    read = open_features(tmp_path / "f.features")
    assert read.about == written.about
    for name in ("plain", "views", "labels", "parts"):
        assert np.array_equal(getattr(read, name), getattr(written, name))
        assert getattr(read, name).dtype == getattr(written, name).dtype


def test_a_file_cut_short_is_refused_wherever_it_was_cut(tmp_path: Path) -> None:
    tiny_features(tmp_path / "f.features")
    content = (tmp_path / "f.features").read_bytes()
    for length in (0, 3, 8, 100, 2000, len(content) - 1):
        refuse(tmp_path / "cut", content[:length])
    refuse(tmp_path / "longer", content + b"\0")


def test_a_header_without_end_is_refused_before_it_is_read(tmp_path: Path) -> None:
    refuse(tmp_path / "f.features", struct.pack("<Q", MOST_HEADER_BYTES + 1) + b"{" * 100)
    refuse(tmp_path / "f.features", struct.pack("<Q", 2**63) + b"{" * 100)


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("plain", lambda value: np.where(value == value[0, 0], np.float32("nan"), value)),
        ("plain", lambda value: value.astype(np.float64)),
        ("plain", lambda value: value[:-1]),
        ("plain", lambda value: value[:0]),
        ("plain", lambda value: value[0]),
        ("views", lambda value: value[:, :1]),
        ("views", lambda value: value[:-1]),
        ("views", lambda value: np.full_like(value, np.inf)),
        ("labels", lambda value: value - 1),
        ("labels", lambda value: value + 4),
        ("labels", lambda value: value.astype(np.int64)),
        ("parts", lambda value: value + 3),
        ("parts", lambda value: np.zeros_like(value)),
        ("extra", lambda _: np.zeros(1, np.float32)),
    ],
)
def test_tensors_that_cannot_be_are_refused(name: str, change: Any, tmp_path: Path) -> None:
    path = tmp_path / "f.features"
    file = tiny_features(path)
    tensors = load_file(path)
    tensors[name] = np.ascontiguousarray(change(tensors.get(name)))
    save_file(tensors, path, metadata={"about": file.about.model_dump_json()})
    refuse(path)


@pytest.mark.parametrize(
    "change",
    [
        {"schema_version": 2},
        {"views": 4},
        {"views": 10**9},
        {"classes": []},
        {"smallest_crop": 0.0},
        {"note": "more than there is room for"},
        {"backbone": "x" * 10_000},
        {"preprocessing": {}},
    ],
)
def test_headers_that_cannot_be_are_refused(change: dict[str, object], tmp_path: Path) -> None:
    path = tmp_path / "f.features"
    file = tiny_features(path)
    about = json.loads(file.about.model_dump_json()) | change
    save_file(load_file(path), path, metadata={"about": json.dumps(about)})
    refuse(path)


def test_a_second_word_in_the_header_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "f.features"
    file = tiny_features(path)
    save_file(load_file(path), path, metadata={"about": file.about.model_dump_json(), "comment": "x"})
    refuse(path)


def test_a_file_that_cannot_be_written_leaves_none(tmp_path: Path) -> None:
    file = tiny_features(tmp_path / "f.features")
    (tmp_path / "taken").write_text("no folder")
    with pytest.raises(Problem) as refused:
        save_features(tmp_path / "taken" / "g.features", file)
    assert refused.value.code == "features.not_written"


def refuse(path: Path, content: bytes | None = None) -> None:
    """Reading it is refused as spoiled."""
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(Problem) as refused:
        open_features(path)
    assert refused.value.code == "features.spoiled"


# What is said of it


@pytest.mark.parametrize("language", ["ja", "en"])
def test_what_is_said_has_its_figures_and_names_what_stays_possible(language: Any, tmp_path: Path) -> None:
    file = tiny_features(tmp_path / "f.features")
    told = words.tell(file, language)
    text = " ".join((*told.contains, *told.absent, *told.still_possible))
    assert "{" not in text
    # 6 training photos of two classes; 3 of validation and 4 of test of all four.
    assert all(figure in told.contains[0] for figure in ("40", "24", "12", "16"))
    assert "3" in told.contains[1]
    assert len(told.still_possible) == 3
    assert "EXIF" in text
    assert (
        len(words.tell(replace(file, about=file.about.model_copy(update={"views": 1})), language).contains)
        == 4
    )
    assert (
        len(words.tell(replace(file, about=file.about.model_copy(update={"named": False})), language).absent)
        == 5
    )
