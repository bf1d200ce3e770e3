"""Photos that are practically the same are found, whatever was done to them; photos of other parts are not."""

import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageEnhance

from core.partsworld.render import render
from core.partsworld.scene import Scene, draw_scene
from core.partsworld.vocabulary import Composition, Finish
from core.photos import alike
from core.photos.alike import (
    RESEMBLING_COSINE,
    Kin,
    Seen,
    _Neighbours,
    bursts,
    find_alike,
    find_resembling,
    near,
    resembling,
)
from core.photos.decode import open_photo
from core.photos.embeddings import EMBEDDINGS_FOLDER, embeddings_stamp, keep_embeddings, read_embeddings
from core.photos.likeness import is_near
from core.photos.look import LOOK_BYTES, LOOK_CELLS, LOOK_EDGE, Looks, look_of, looks_array, taken_at
from core.photos.scan import scan
from core.photos.scan_cache import ScanCache
from core.photos.thumbnails import ThumbnailStore

BOLT = Composition("bolt", Finish("steel", None), "none")
RUSTY = replace(BOLT, defect="rust")
COPIES = ("quality 40", "half the size", "a fifth darker", "a tenth brighter", "another format")


def scene(seed: int, composition: Composition = BOLT) -> Scene:
    return draw_scene(np.random.default_rng(seed), composition)


def picture(drawn: Scene) -> Image.Image:
    return Image.fromarray(render(drawn, 224))


@pytest.fixture(scope="module")
def parts() -> list[Image.Image]:
    """Twelve different bolts, each in its own pose and light, none of them burnt out."""
    return [ImageEnhance.Brightness(picture(scene(seed))).enhance(0.85) for seed in range(12)]


def copy(image: Image.Image, kind: str, path: Path) -> Path:
    match kind:
        case "quality 40":
            image.save(path, "JPEG", quality=40)
        case "half the size":
            image.resize((112, 112), Image.Resampling.LANCZOS).save(path, "JPEG", quality=85)
        case "a fifth darker":
            ImageEnhance.Brightness(image).enhance(0.8).save(path, "JPEG", quality=90)
        case "a tenth brighter":
            ImageEnhance.Brightness(image).enhance(1.1).save(path, "JPEG", quality=90)
        case _:
            image.save(path, "PNG")
    return path


@pytest.mark.parametrize("kind", COPIES)
def test_a_photo_saved_anew_is_found(parts: list[Image.Image], kind: str, tmp_path: Path) -> None:
    originals = [look_of(image) for image in parts]
    copies = [look_of(open_photo(copy(image, kind, tmp_path / "copy.jpg"))) for image in parts]
    pairs = set(near(looks_array([*originals, *copies])))
    assert pairs == {(number + len(parts), number) for number in range(len(parts))}


def test_other_parts_are_not_found(parts: list[Image.Image]) -> None:
    assert list(near(looks_array([look_of(image) for image in parts]))) == []


def test_a_part_that_took_the_place_of_another_is_another_photo() -> None:
    """The camera and the light stand still, as on a line: only the part's own marks differ."""
    good = scene(3)
    looks = [look_of(picture(each)) for each in (good, replace(good, composition=RUSTY))]
    assert list(near(looks_array(looks))) == []


def test_the_same_shape_in_another_colour_is_another_photo() -> None:
    image = np.full((64, 64, 3), 60, np.uint8)
    red, blue = image.copy(), image.copy()
    red[20:44, 20:44] = (180, 60, 60)
    blue[20:44, 20:44] = (60, 75, 255)  # as bright as the red one
    looks = looks_array([look_of(Image.fromarray(each)) for each in (red, blue)])
    assert np.abs(looks[0, :LOOK_CELLS].astype(int) - looks[1, :LOOK_CELLS]).max() < 8
    assert list(near(looks)) == []


def test_photos_that_show_nothing_are_not_the_same() -> None:
    plain = [look_of(Image.new("RGB", (50, 50), (grey,) * 3)) for grey in (10, 120, 121, 250)]
    assert list(near(looks_array(plain))) == []
    seen = [Seen(str(n), look, taken=float(n)) for n, look in enumerate(plain)]
    assert {kin.kind for kin in find_alike(seen)} == {None}


def test_a_row_of_small_changes_does_not_become_one_group() -> None:
    steps = np.linspace(0, 40, 30)
    ramp = np.linspace(40, 180, LOOK_EDGE)[None].repeat(LOOK_EDGE, 0)
    mark = np.zeros((LOOK_EDGE, LOOK_EDGE))
    mark[8:16, 8:16] = 1
    cells = np.stack([(ramp + step * mark).round().astype(np.uint8).ravel() for step in steps])
    looks = np.concatenate((cells, np.full((30, LOOK_BYTES - LOOK_CELLS), 128, np.uint8)), 1)
    firsts = {first for _, first in near(looks)}
    assert len(firsts) > 2


def synthetic(count: int, seed: int = 0) -> Looks:
    """Smooth random pictures; like photos they differ most in a few things."""
    coarse = np.random.default_rng(seed).normal(size=(count, 6, 6)).astype(np.float32)
    coarse *= np.array([4, 2, 1, 1, 1, 1], np.float32)
    along = np.stack([np.interp(np.linspace(0, 5, LOOK_EDGE), range(6), row) for row in np.eye(6)]).T
    smooth = np.einsum(
        "ai,nij,bj->nab", along.astype(np.float32), coarse, along.astype(np.float32), optimize=True
    )
    grey = np.clip(128 + 40 * smooth, 0, 255).astype(np.uint8).reshape(count, -1)
    return np.concatenate((grey, np.full((count, LOOK_BYTES - LOOK_CELLS), 128, np.uint8)), 1)


def test_every_near_duplicate_among_many_photos_is_found() -> None:
    looks = synthetic(600)
    rng = np.random.default_rng(1)
    looks[400:] = np.clip(looks[:200].astype(int) + rng.integers(-2, 3, looks[:200].shape), 0, 255)
    assert set(near(looks)) == {(number + 400, number) for number in range(200)}


def test_one_picture_over_and_over_is_one_group() -> None:
    looks = np.repeat(synthetic(2), 3000, axis=0)
    pairs = dict(near(looks))
    assert len(pairs) == 5998 and set(pairs.values()) == {0, 3000}


def test_many_photos_take_no_table_of_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    looks = synthetic(5_000)
    looks[-500:] = looks[:500]
    held, looked = [], []
    of = _Neighbours.of
    monkeypatch.setattr(alike, "is_near", lambda one, some: held.append(len(some)) or is_near(one, some))
    monkeypatch.setattr(_Neighbours, "of", lambda *asked: looked.append(len(of(*asked))) or of(*asked))
    assert len(list(near(looks))) == 500
    assert sum(held) < 20 * len(looks)
    assert max(looked) < len(looks) / 4 and sum(looked) < len(looks) ** 2 / 40


def test_exact_copies_need_no_look() -> None:
    assert find_alike([Seen("a"), Seen("b"), Seen("a")]) == [Kin(0), Kin(1), Kin(0, "exact")]


# Bursts


def in_time(*times: float, looks: Looks, by: str = "taken", folder: str = "") -> list[tuple[int, int]]:
    seen = [Seen(str(n), looks[n].tobytes(), folder=folder, **{by: time}) for n, time in enumerate(times)]
    return sorted(bursts(seen, looks))


@pytest.fixture(scope="module")
def shaken() -> Looks:
    """One part, the camera moved a little from photo to photo; then another part."""
    image, other = picture(scene(1)), picture(scene(7))
    moved = [image.crop((n, 0, 220 + n, 220)) for n in range(4)]
    return looks_array([look_of(each) for each in (*moved, other)])


def test_photos_of_one_thing_within_seconds_are_a_burst(shaken: Looks) -> None:
    assert in_time(10.0, 11.0, 11.5, 13.0, 14.0, looks=shaken) == [(1, 0), (2, 0), (3, 0)]


def test_a_pause_ends_a_burst(shaken: Looks) -> None:
    assert in_time(10.0, 11.0, 20.0, 21.0, 30.0, looks=shaken) == [(1, 0), (3, 2)]


def test_the_pace_of_a_line_is_no_burst(shaken: Looks) -> None:
    looks = np.repeat(shaken[:1], 40, axis=0)
    assert in_time(*map(float, range(40)), looks=looks) == []


def test_dates_of_a_copied_folder_say_nothing(shaken: Looks) -> None:
    assert in_time(10.0, 10.1, 10.2, 10.3, 10.4, looks=shaken, by="dated") == []
    still = np.repeat(shaken[:1], 5, axis=0)
    assert in_time(10.0, 10.9, 50.0, 51.0, 99.0, looks=still, by="dated") == [(1, 0), (3, 2)]


# What a scan finds out


def test_the_time_is_the_cameras_own(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif.get_ifd(0x8769).update({0x9003: "2024:05:06 07:08:09", 0x9291: "25"})
    Image.new("RGB", (8, 8)).save(tmp_path / "a.jpg", exif=exif)
    Image.new("RGB", (8, 8)).save(tmp_path / "b.jpg")
    known, unknown = (taken_at((tmp_path / name).read_bytes()) for name in ("a.jpg", "b.jpg"))
    assert known is not None and unknown is None
    assert known % 60 == 9.25
    assert taken_at(b"no picture") is None


def test_the_cache_knows_looks_and_times_again(parts: list[Image.Image], tmp_path: Path) -> None:
    folder, cache = tmp_path / "photos", ScanCache(tmp_path / "scan.sqlite")
    folder.mkdir()
    for number, image in enumerate(parts[:3]):
        image.save(folder / f"{number}.jpg")
    first = scan(folder, cache=cache)
    assert all(len(photo.look) == LOOK_BYTES for photo in first.photos)
    assert scan(folder, cache=cache) == first


def test_a_look_does_not_depend_on_the_size_a_photo_was_decoded_at(
    parts: list[Image.Image], tmp_path: Path
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number, image in enumerate(parts[:4]):
        image.resize((1600, 1200), Image.Resampling.BICUBIC).save(folder / f"{number}.jpg", quality=92)
    small, large = scan(folder), scan(folder, thumbnails=ThumbnailStore(tmp_path / "thumbnails"))
    both = looks_array([photo.look for found in (small, large) for photo in found.photos])
    assert set(near(both)) == {(number + 4, number) for number in range(4)}


def test_a_file_that_changed_is_looked_at_again(parts: list[Image.Image], tmp_path: Path) -> None:
    cache, path = ScanCache(tmp_path / "scan.sqlite"), tmp_path / "photos" / "a.png"
    path.parent.mkdir()
    parts[0].save(path)
    before = scan(path.parent, cache=cache).photos[0].look
    parts[1].save(path)
    os.utime(path, ns=(1, 1))
    assert scan(path.parent, cache=cache).photos[0].look != before


# What a backbone takes for the same


def as_seen(looks: Looks) -> list[Seen]:
    return [Seen(f"{number:064x}", look.tobytes()) for number, look in enumerate(looks)]


def vectors_with_twins(count: int, twins: int) -> np.ndarray:
    """Unit vectors, the last ones close to the first."""
    rng = np.random.default_rng(0)
    vectors = rng.normal(size=(count, 32)).astype(np.float32)
    vectors[count - twins :] = vectors[:twins] + 0.02 * rng.normal(size=(twins, 32))
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def test_a_cropped_copy_resembles_where_a_backbone_says_so(tmp_path: Path) -> None:
    images = [
        Image.fromarray(each[:LOOK_CELLS].reshape(32, 32)).resize((256, 256)).convert("RGB")
        for each in synthetic(60)
    ]
    cropped = [image.crop((4, 4, 252, 252)) for image in images[:5]]
    seen = as_seen(looks_array([look_of(image) for image in (*images, *cropped)]))
    assert {kin.kind for kin in find_alike(seen)} == {None}
    keep_embeddings(tmp_path, "backbone", [photo.sha256 for photo in seen], vectors_with_twins(65, 5))
    found = dict(find_resembling(seen, read_embeddings(tmp_path)))
    assert found == {60 + number: number for number in range(5)}
    assert dict(find_resembling(seen, None)) == {}


def test_what_a_backbone_takes_for_the_same_must_look_alike_too(tmp_path: Path) -> None:
    seen = as_seen(synthetic(65))
    keep_embeddings(tmp_path, "backbone", [photo.sha256 for photo in seen], vectors_with_twins(65, 5))
    assert list(find_resembling(seen, read_embeddings(tmp_path))) == []


def test_where_all_photos_are_close_only_the_closest_resemble() -> None:
    """A camera that stands still: the backbone hardly tells one photo from another."""
    rng = np.random.default_rng(0)
    vectors = 1 + 0.02 * rng.normal(size=(200, 32)).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    assert (vectors @ vectors.T).min() > RESEMBLING_COSINE
    looks = np.repeat(synthetic(1), 200, axis=0)
    assert len(list(resembling(vectors, looks))) < 60


def test_embeddings_add_up_by_backbone_and_the_last_one_is_read(tmp_path: Path) -> None:
    hashes, vectors = [f"{number:064x}" for number in range(4)], vectors_with_twins(4, 0)
    keep_embeddings(tmp_path, "one", hashes[:2], 3 * vectors[:2])
    keep_embeddings(tmp_path, "one", hashes[1:3], vectors[1:3])
    kept = read_embeddings(tmp_path)
    assert kept is not None and kept.hashes == tuple(hashes[:3])
    assert np.allclose(kept.of(hashes[2::-1]), vectors[2::-1], atol=1e-3)
    keep_embeddings(tmp_path, "other", hashes[3:], vectors[3:])
    kept = read_embeddings(tmp_path)
    assert kept is not None and (kept.backbone, kept.hashes) == ("other", (hashes[3],))
    first = read_embeddings(tmp_path, "one")
    assert first is not None and first.hashes == tuple(hashes[:3])
    assert read_embeddings(tmp_path, "third") is None


def test_what_was_seen_more_changes_the_stamp(tmp_path: Path) -> None:
    assert embeddings_stamp(tmp_path) == 0
    keep_embeddings(tmp_path, "one", ["0" * 64], vectors_with_twins(1, 0))
    before = embeddings_stamp(tmp_path)
    keep_embeddings(tmp_path, "one", ["0" * 64], vectors_with_twins(1, 0))
    assert embeddings_stamp(tmp_path) == before
    keep_embeddings(tmp_path, "one", ["1" * 64], vectors_with_twins(1, 0))
    assert embeddings_stamp(tmp_path) > before


@pytest.mark.parametrize("content", [b"", b"spoiled", b"\x93NUMPY\x01\x00"])
def test_a_spoiled_shard_is_passed_over(tmp_path: Path, content: bytes) -> None:
    keep_embeddings(tmp_path, "one", ["0" * 64], vectors_with_twins(1, 0))
    (tmp_path / EMBEDDINGS_FOLDER / "one" / "0.npy").write_bytes(content)
    kept = read_embeddings(tmp_path)
    assert kept is not None and kept.hashes == ("0" * 64,)
    for shard in (tmp_path / EMBEDDINGS_FOLDER / "one").glob("*.npy"):
        shard.write_bytes(content)
    assert read_embeddings(tmp_path) is None


def test_a_shard_of_pickled_objects_is_not_opened(tmp_path: Path) -> None:
    folder = tmp_path / EMBEDDINGS_FOLDER / "one"
    folder.mkdir(parents=True)
    np.save(folder / "0.npy", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    assert read_embeddings(tmp_path) is None
