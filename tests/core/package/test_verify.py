"""A package is judged without torch: whole, true to what it was, and fit for this PC."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from core.backbones.preprocess import Preprocessing
from core.backbones.store import ModelStore, Record
from core.files import sha256_file
from core.package.archive import ADAPTER, CARD, CHECK, HEAD, TEXT_FEATURES, open_package, write_package
from core.package.classifier import packaged_classifier
from core.package.manifest import Manifest
from core.package.verify import TOLERANCE, find_backbone, run_check, verify_package
from core.problems import Problem
from tests.core.package.conftest import LINEAR

Array = np.ndarray


@pytest.fixture
def head() -> dict[str, Array]:
    """A head for two learned classes on eight channels."""
    rng = np.random.default_rng(1)
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in LINEAR.items()}


@pytest.fixture
def sound(tmp_path: Path, manifest: Manifest, members: dict[str, bytes], head: dict[str, Array]) -> Path:
    """A package whose check holds what its classifier gives."""
    path = tmp_path / "sound.hkd"
    features = np.random.default_rng(2).normal(size=(5, 8)).astype(np.float32)
    contents = members | {HEAD: save(head)}
    write_package(path, manifest, contents)
    right = packaged_classifier(open_package(path)).probabilities(features)
    write_package(
        path, manifest, contents | {CHECK: save({"image_features": features, "probabilities": right})}
    )
    return path


def rewrite(path: Path, **tensors: dict[str, Array]) -> None:
    """Write the package anew with true hashes but other tensors: `head`, `text_features`, `check`."""
    package = open_package(path)
    names = {"head": HEAD, "text_features": TEXT_FEATURES, "check": CHECK}
    contents = {member.name: package.read(member.name) for member in package.manifest.members}
    write_package(path, package.manifest, contents | {names[k]: save(v) for k, v in tensors.items()})


def put_backbone(home: Path, name: str, content: bytes) -> ModelStore:
    """A stored backbone; only its bytes matter here."""
    store = ModelStore(home / "models", embedded=home / "none")

    def fill(folder: Path) -> Record:
        weights = folder / "w.safetensors"
        weights.write_bytes(content)
        return Record(
            name=name, architecture=name, source="file", origin="", weights=weights.name, licence="",
            sha256=sha256_file(weights), size_bytes=len(content), purpose={}, model_cfg={},
            preprocessing=Preprocessing(32),
        )  # fmt: skip

    store.add(name, fill)
    return store


def codes(path: Path, store: ModelStore | None = None) -> list[str]:
    return [problem.code for problem in verify_package(path, store).problems]


def test_a_sound_package_is_ok(sound: Path) -> None:
    report = verify_package(sound)
    assert report.ok
    assert (report.checked, report.backbone) == (5, "absent")
    assert report.max_difference is not None
    assert report.max_difference <= 1e-6


def test_a_file_that_is_no_package_is_reported_not_raised(tmp_path: Path) -> None:
    (tmp_path / "x.hkd").write_bytes(b"hello")
    report = verify_package(tmp_path / "x.hkd")
    assert not report.ok
    assert (report.max_difference, report.checked, report.backbone) == (None, 0, "unknown")


def test_every_damaged_member_is_named(sound: Path) -> None:
    data = bytearray(sound.read_bytes())
    package = open_package(sound)
    for name in (CARD, ADAPTER):
        place = bytes(data).index(package.read(name))
        data[place + 8] ^= 1
    sound.write_bytes(bytes(data))
    assert codes(sound) == ["package.damaged", "package.damaged"]


def test_another_judgement_is_noticed_although_every_hash_is_right(
    sound: Path, head: dict[str, Array]
) -> None:
    rewrite(sound, head=head | {"bias": head["bias"] + np.float32([5, 0])})
    report = verify_package(sound)
    assert [problem.code for problem in report.problems] == ["package.other_results"]
    assert report.max_difference is not None
    assert report.max_difference > TOLERANCE
    assert "5" in str(report.problems[0])


@pytest.mark.parametrize(
    "tensors",
    [
        {},
        {"image_features": np.zeros((0, 8), np.float32), "probabilities": np.zeros((0, 4), np.float32)},
        {"image_features": np.ones((2, 7), np.float32), "probabilities": np.ones((2, 4), np.float32)},
        {"image_features": np.ones((2, 8), np.float32), "probabilities": np.ones((3, 4), np.float32)},
        {"image_features": np.float32(1), "probabilities": np.float32(1)},
        {"image_features": np.ones(8, np.float32), "probabilities": np.ones(4, np.float32)},
    ],
)
def test_a_check_of_the_wrong_shape_is_refused(sound: Path, tensors: dict[str, Array]) -> None:
    rewrite(sound, check={name: np.asarray(value) for name, value in tensors.items()})
    assert codes(sound) == ["package.bad_tensors"]


@pytest.mark.parametrize("name", LINEAR)
def test_a_head_that_lacks_a_tensor_is_refused(sound: Path, head: dict[str, Array], name: str) -> None:
    rewrite(sound, head={key: value for key, value in head.items() if key != name})
    assert codes(sound) == ["package.bad_tensors"]
    rewrite(sound, head=head | {name: np.ones((3, 3), np.float32)})
    assert codes(sound) == ["package.bad_tensors"]


@pytest.mark.parametrize("value", [0.0, 3e38])
def test_tensors_beyond_all_sense_are_another_result_not_a_crash(sound: Path, value: float) -> None:
    rewrite(sound, text_features={"text_features": np.full((4, 8), value, np.float32)})
    assert codes(sound) == ["package.other_results"]


def test_the_backbone_is_found_by_its_content_under_any_name(sound: Path, tmp_path: Path) -> None:
    store = put_backbone(tmp_path, "other-name", b"weights")
    manifest = open_package(sound).manifest
    same = manifest.model_copy(
        update={"backbone": manifest.backbone.model_copy(update={"sha256": store.entry("other-name").sha256})}
    )
    assert find_backbone(same, store) == "other-name"


def test_a_backbone_of_the_same_name_with_other_content_is_no_match(sound: Path, tmp_path: Path) -> None:
    store = put_backbone(tmp_path, "tiny", b"other weights")
    report = verify_package(sound, store)
    assert report.backbone == "other"
    assert codes(sound, store) == ["package.other_backbone"]
    with pytest.raises(Problem, match="not the one"):
        find_backbone(open_package(sound).manifest, store)


def test_weights_that_changed_behind_the_record_are_no_match(
    sound: Path, manifest: Manifest, tmp_path: Path
) -> None:
    store = put_backbone(tmp_path, "tiny", b"weights")
    package = open_package(sound)
    needed = manifest.backbone.model_copy(update={"sha256": store.entry("tiny").sha256})
    contents = {member.name: package.read(member.name) for member in package.manifest.members}
    write_package(sound, manifest.model_copy(update={"backbone": needed}), contents)
    assert verify_package(sound, store).backbone == "matches"
    (tmp_path / "models" / "tiny" / "w.safetensors").write_bytes(b"WEIGHTS")
    assert verify_package(sound, store).backbone == "other"
    assert codes(sound, store) == ["backbones.hash_changed"]


def test_the_difference_is_told_in_figures(sound: Path) -> None:
    difference, checked = run_check(open_package(sound))
    assert (checked, difference <= TOLERANCE) == (5, True)


def test_reading_a_package_and_the_record_needs_no_torch() -> None:
    program = (
        "import sys, core.package.verify, core.package.story, core.package.card, core.package.report,"
        "core.onsite.log, core.package.commands\n"
        "sys.exit(', '.join({'torch', 'open_clip', 'transformers'} & set(sys.modules)) or 0)"
    )
    root = Path(__file__).parents[3]
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, cwd=root, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
