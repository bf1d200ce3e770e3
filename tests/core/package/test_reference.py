"""The reference sample: written by every export, read exactly or refused, absent from older packages."""

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from core.onsite.monitor.monitor import expected_of
from core.package.archive import REFERENCE, open_package, write_package
from core.package.manifest import Manifest, Reference, decode_manifest, encode_manifest
from core.package.reference import pack_reference, read_reference
from core.problems import Problem
from tests.core.exported import exported_once

RNG = np.random.default_rng(1)
FEATURES = RNG.normal(size=(6, 8)).astype(np.float32)
PROBABILITIES = RNG.dirichlet(np.ones(4), size=6).astype(np.float32)


def written(
    path: Path, manifest: Manifest, members: dict[str, bytes], sample: bytes, photos: int = 6
) -> Path:
    told = manifest.model_copy(update={"reference": Reference(photos=photos, part="held_out", unsure=1)})
    write_package(path, told, members | {REFERENCE: sample})
    return path


def test_it_comes_back_as_unit_features_and_what_they_were_taken_for(
    tmp_path: Path, manifest: Manifest, members: dict[str, bytes]
) -> None:
    package = open_package(
        written(tmp_path / "a.hkd", manifest, members, pack_reference(FEATURES, PROBABILITIES))
    )
    sample = read_reference(package)
    assert sample is not None
    expected = FEATURES / np.linalg.norm(FEATURES, axis=1, keepdims=True)
    np.testing.assert_allclose(sample.unit_features, expected, atol=1e-3)
    assert sample.judged.tolist() == PROBABILITIES.argmax(axis=1).tolist()
    assert (expected_of(package).unsure, expected_of(package).photos) == (1, 6)


GOOD = {
    "unit_features": np.eye(6, 8, dtype=np.float16),
    "judged": np.zeros(6, np.int32),
    "probability": np.ones(6, np.float32),
}


@pytest.mark.parametrize(
    "change",
    [
        {"unit_features": np.eye(5, 8, dtype=np.float16)},
        {"unit_features": 2 * np.eye(6, 8, dtype=np.float16)},
        {"unit_features": np.full((6, 8), np.nan, np.float16)},
        {"unit_features": np.eye(6, 8, dtype=np.float32)},
        {"judged": np.full(6, 4, np.int32)},
        {"judged": np.full(6, -1, np.int32)},
        {"probability": np.full(6, np.inf, np.float32)},
        {"probability": np.ones((6, 1), np.float32)},
    ],
)
def test_anything_else_is_refused(
    tmp_path: Path, manifest: Manifest, members: dict[str, bytes], change: dict[str, np.ndarray]
) -> None:
    package = open_package(written(tmp_path / "a.hkd", manifest, members, save(GOOD | change)))
    with pytest.raises(Problem) as caught:
        read_reference(package)
    assert caught.value.code == "package.bad_tensors"


def test_an_older_package_has_none_and_expects_what_its_threshold_promised(
    tmp_path: Path, manifest: Manifest, members: dict[str, bytes]
) -> None:
    old = json.loads(encode_manifest(manifest)) | {"schema_version": 3}
    del old["reference"]
    write_package(tmp_path / "a.hkd", decode_manifest(json.dumps(old).encode()), members)
    package = open_package(tmp_path / "a.hkd")
    assert read_reference(package) is None
    assert (expected_of(package).unsure, expected_of(package).photos) == (2, 20)


def test_a_member_that_the_manifest_does_not_tell_of_is_refused(
    tmp_path: Path, manifest: Manifest, members: dict[str, bytes]
) -> None:
    write_package(tmp_path / "a.hkd", manifest, members | {REFERENCE: save(GOOD)})
    with pytest.raises(Problem) as caught:
        open_package(tmp_path / "a.hkd")
    assert caught.value.code == "package.extra_member"


def test_every_export_writes_one_of_held_out_photos(monkeypatch: pytest.MonkeyPatch) -> None:
    exported = exported_once()
    monkeypatch.setenv("HIKIDASHI_HOME", str(exported.home))
    package = open_package(exported.package)
    sample, told = read_reference(package), package.manifest.reference
    assert sample is not None and told is not None and told.part == "held_out"
    unsure = package.manifest.unsure
    assert unsure is not None
    assert told.unsure == int((sample.probability < unsure.probability).sum())
