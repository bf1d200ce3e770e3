"""Models travel in one file: what arrives is what was sent, or nothing arrives and the operator is told why."""

import json
import shutil
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from safetensors.torch import load_file, save_file

from core.backbones import bundle as bundles
from core.backbones import bundle_import
from core.backbones.bounds import exceeds
from core.backbones.bundle import MANIFEST, open_bundle, write_bundle
from core.backbones.bundle_import import import_bundle, sweep
from core.backbones.load import architecture_config, import_file, load_backbone
from core.backbones.store import EMBEDDED, ModelStore
from core.files import sha256_file
from core.problems import Problem
from tests.core.backbones.conftest import TINY, write_folder

SMALL = TINY | {"vision_cfg": TINY["vision_cfg"] | {"width": 32, "layers": 1}}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the store of the PC with a network (two models, with their own ways of preparing a photo), and a
    file with both; made once."""
    place = tmp_path_factory.mktemp("made")
    store = ModelStore(place / "models", embedded=place / "no-embedded")
    for name, config, licence, way in (
        ("one", SMALL, "MIT", {"mean": [0.5, 0.5, 0.5]}),
        ("two", SMALL | {"custom_text": True}, "Apache-2.0", {"resize_mode": "squash"}),
    ):
        import_file(name, write_folder(place / name, config, way), store=store, licence=licence)
    write_bundle(place / "models.hkmodels", ["one", "two"], store=store)
    return place


@pytest.fixture
def connected(made: Path, tmp_path: Path) -> ModelStore:
    """The store of the PC with a network."""
    shutil.copytree(made / "models", tmp_path / "models")
    return ModelStore(tmp_path / "models", embedded=tmp_path / "no-embedded")


@pytest.fixture
def plant(tmp_path: Path) -> ModelStore:
    """The store of the PC without one."""
    return ModelStore(tmp_path / "plant", embedded=tmp_path / "no-embedded")


@pytest.fixture
def stick(made: Path, tmp_path: Path) -> Path:
    """The file with both models."""
    path = tmp_path / "usb" / "models.hkmodels"
    path.parent.mkdir()
    shutil.copyfile(made / "models.hkmodels", path)
    return path


def code_of(raised: pytest.ExceptionInfo[Problem]) -> str:
    return raised.value.code


def refused(path: Path, plant: ModelStore) -> str:
    """The code of the refusal; nothing may be left in the store."""
    with pytest.raises(Problem) as refusal:
        import_bundle(path, store=plant)
    left = list(plant.root.iterdir()) if plant.root.exists() else []
    assert not left, left
    return code_of(refusal)


# The way from PC to PC


def test_what_arrives_is_what_was_sent(stick: Path, connected: ModelStore, plant: ModelStore) -> None:
    assert import_bundle(stick, store=plant).added == ("one", "two")
    for name in ("one", "two"):
        sent, arrived = connected.verify(name).record, plant.verify(name).record
        for field in (
            "sha256",
            "size_bytes",
            "architecture",
            "licence",
            "purpose",
            "model_cfg",
            "preprocessing",
        ):
            assert getattr(arrived, field) == getattr(sent, field), field
        load_backbone(name, store=plant)


def test_a_tokenizer_travels_along(connected: ModelStore, plant: ModelStore, tmp_path: Path) -> None:
    record = connected.open("one").record
    tokenizer = connected.root / "one" / "tokenizer.json"
    tokenizer.write_text('{"model": {}}')
    changed = record.model_copy(update={"tokenizer_sha256": sha256_file(tokenizer)})
    (connected.root / "one" / "model.json").write_text(changed.model_dump_json())
    write_bundle(tmp_path / "t.hkmodels", ["one"], store=connected)
    import_bundle(tmp_path / "t.hkmodels", store=plant)
    assert plant.verify("one").tokenizer is not None
    assert (plant.root / "one" / "tokenizer.json").read_text() == '{"model": {}}'


def test_a_second_import_changes_nothing(stick: Path, plant: ModelStore) -> None:
    import_bundle(stick, store=plant)
    before = {path: path.stat().st_mtime_ns for path in plant.root.rglob("*")}
    again = import_bundle(stick, store=plant)
    assert (again.added, again.here) == ((), ("one", "two"))
    assert {path: path.stat().st_mtime_ns for path in plant.root.rglob("*")} == before


def test_another_model_of_that_name_is_not_replaced(
    stick: Path, connected: ModelStore, plant: ModelStore
) -> None:
    shutil.copytree(connected.root / "one", plant.root / "two")
    record = connected.open("one").record.model_copy(update={"name": "two"})
    (plant.root / "two" / "model.json").write_text(record.model_dump_json())
    kept = plant.verify("two").record.sha256
    with pytest.raises(Problem) as refusal:
        import_bundle(stick, store=plant)
    assert code_of(refusal) == "backbones.bundle_name_taken"
    assert [entry.name for entry in plant.entries() if entry.state == "ready"] == ["two"]
    assert plant.verify("two").record.sha256 == kept


def test_progress_counts_every_byte_once_and_ends_at_the_end(
    connected: ModelStore, plant: ModelStore, tmp_path: Path
) -> None:
    for work in (
        lambda told: write_bundle(tmp_path / "p.hkmodels", ["one", "two"], store=connected, progress=told),
        lambda told: import_bundle(tmp_path / "p.hkmodels", store=plant, progress=told),
    ):
        told: list[tuple[int, int]] = []
        work(lambda done, total, told=told: told.append((done, total)))
        assert [done for done, _ in told] == sorted(done for done, _ in told)
        assert told[-1][0] == told[-1][1] == {total for _, total in told}.pop()


# What is not written


def test_the_embedded_model_needs_no_stick(tmp_path: Path) -> None:
    with pytest.raises(Problem) as refusal:
        write_bundle(tmp_path / "e.hkmodels", [EMBEDDED])
    assert code_of(refusal) == "backbones.cannot_bundle"


def test_a_model_that_changed_on_the_disk_is_not_sent(connected: ModelStore, tmp_path: Path) -> None:
    _flip(connected.root / "one" / "weights.safetensors", -1)
    with pytest.raises(Problem) as refusal:
        write_bundle(tmp_path / "m.hkmodels", ["one"], store=connected)
    assert code_of(refusal) == "backbones.hash_changed"
    assert not list(tmp_path.glob("*.hkmodels*"))


def test_a_cancelled_file_leaves_nothing_and_spares_the_one_before(
    connected: ModelStore, tmp_path: Path
) -> None:
    path = tmp_path / "m.hkmodels"
    path.write_bytes(b"the one before")
    with pytest.raises(Problem) as refusal:
        write_bundle(path, ["one"], store=connected, cancelled=lambda: True)
    assert code_of(refusal) == "backbones.bundle_cancelled"
    assert path.read_bytes() == b"the one before"
    assert [p.name for p in tmp_path.iterdir() if p.is_file()] == [path.name]


def test_a_stick_that_lies_is_found_out(
    connected: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was written is read back: a stick that drops bytes must not be carried to the plant."""
    honest = open_bundle
    monkeypatch.setattr(bundles, "open_bundle", lambda path: (_flip(path, 9000), honest(path))[1])
    with pytest.raises(Problem) as refusal:
        write_bundle(tmp_path / "m.hkmodels", ["one"], store=connected)
    assert code_of(refusal) == "backbones.bundle_damaged"
    assert not (tmp_path / "m.hkmodels").exists()


def test_a_full_stick_is_told_before_anything_is_written(
    connected: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
    with pytest.raises(Problem) as refusal:
        write_bundle(tmp_path / "m.hkmodels", ["one"], store=connected)
    assert code_of(refusal) == "backbones.bundle_no_room"


# What does not arrive


def test_every_cut_is_refused(stick: Path, plant: ModelStore, tmp_path: Path) -> None:
    content = stick.read_bytes()
    for length in (0, 3, 100, 5000, len(content) // 2, len(content) - 1):
        cut = tmp_path / "cut.hkmodels"
        cut.write_bytes(content[:length])
        assert refused(cut, plant) in ("backbones.not_a_bundle", "backbones.bundle_damaged")


def test_one_changed_bit_in_any_member_is_refused(stick: Path, plant: ModelStore, tmp_path: Path) -> None:
    with zipfile.ZipFile(stick) as archive:
        places = [info.header_offset + 200 for info in archive.infolist()]
    for place in [*places, 31]:
        changed = tmp_path / "changed.hkmodels"
        shutil.copyfile(stick, changed)
        _flip(changed, place)
        assert refused(changed, plant) in ("backbones.not_a_bundle", "backbones.bundle_damaged")


def test_a_wrong_hash_is_refused(stick: Path, plant: ModelStore) -> None:
    _tell_otherwise(stick, lambda said: said["models"][1]["record"].update(sha256="0" * 64))
    assert refused(stick, plant) == "backbones.bundle_damaged"


@pytest.mark.parametrize(
    "lie",
    [
        {"name": "../evil"},
        {"name": "/etc/evil"},
        {"name": "con"},
        {"name": EMBEDDED},
        {"name": "two"},
        {"weights": "../../evil.safetensors"},
        {"weights": "model.json"},
        {"size_bytes": 1 << 60},
        {"size_bytes": -1},
        {"sha256": "x"},
        {"model_cfg": None},
        {"preprocessing": {"image_size": "huge"}},
    ],
    ids=str,
)
def test_a_record_that_lies_is_refused(lie: dict[str, Any], stick: Path, plant: ModelStore) -> None:
    _tell_otherwise(stick, lambda said: said["models"][0]["record"].update(lie))
    assert refused(stick, plant) == "backbones.bundle_damaged"
    assert not list(stick.parents[1].rglob("evil*"))


@pytest.mark.parametrize("name", ["../evil", "/evil", "one/../../evil", "C:\\evil", "evil"])
def test_members_that_nobody_announced_are_refused(name: str, stick: Path, plant: ModelStore) -> None:
    with zipfile.ZipFile(stick, "a") as archive:
        archive.writestr(name, b"evil")
    assert refused(stick, plant) == "backbones.bundle_damaged"
    assert not list(stick.parents[1].rglob("*evil*"))


def test_a_bomb_is_refused_before_it_is_unpacked(stick: Path, plant: ModelStore, tmp_path: Path) -> None:
    bomb = tmp_path / "bomb.hkmodels"
    with zipfile.ZipFile(stick) as source, zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as target:
        target.writestr(MANIFEST, source.read(MANIFEST), zipfile.ZIP_STORED)
        target.writestr("one/weights.safetensors", bytes(1 << 24))
    assert bomb.stat().st_size < 1 << 20
    assert refused(bomb, plant) == "backbones.bundle_damaged"


def test_a_manifest_bomb_is_refused(tmp_path: Path, plant: ModelStore) -> None:
    bomb = tmp_path / "bomb.hkmodels"
    with zipfile.ZipFile(bomb, "w") as target:
        target.writestr(MANIFEST, b"[" * (1 << 20))
    assert refused(bomb, plant) == "backbones.bundle_damaged"


def test_a_directory_that_would_fill_the_memory_is_refused(stick: Path, plant: ModelStore) -> None:
    content = bytearray(stick.read_bytes())
    struct.pack_into("<L", content, len(content) - 10, 1 << 30)
    stick.write_bytes(content)
    assert refused(stick, plant) == "backbones.bundle_damaged"


def test_a_newer_file_is_named_so(stick: Path, plant: ModelStore) -> None:
    _tell_otherwise(stick, lambda said: said.update(schema_version=2, something="new"))
    assert refused(stick, plant) == "backbones.bundle_newer"


def test_what_is_no_such_file_is_named_so(tmp_path: Path, plant: ModelStore) -> None:
    other = tmp_path / "photos.zip"
    with zipfile.ZipFile(other, "w") as archive:
        archive.writestr("photo.jpg", b"x" * 100)
    assert refused(other, plant) == "backbones.not_a_bundle"
    assert refused(tmp_path / "nowhere.hkmodels", plant) == "backbones.bundle_unreadable"


@pytest.mark.parametrize("fault", ["nonsense", "fewer tensors"])
def test_weights_that_do_not_load_are_refused_and_the_others_taken_back(
    fault: str, connected: ModelStore, plant: ModelStore, tmp_path: Path
) -> None:
    weights = connected.root / "two" / "weights.safetensors"
    if fault == "nonsense":
        weights.write_bytes(b"nonsense" * 200_000)
    else:
        state = load_file(weights)
        state.pop("logit_scale")
        save_file(state, weights)
    _record_anew(connected, "two")
    write_bundle(tmp_path / "m.hkmodels", ["one", "two"], store=connected)
    assert refused(tmp_path / "m.hkmodels", plant) in ("backbones.unreadable", "backbones.wrong_weights")


def test_a_description_of_monstrous_towers_is_refused(stick: Path, plant: ModelStore) -> None:
    def lie(said: Any) -> None:
        said["models"][0]["record"]["model_cfg"]["vision_cfg"]["width"] = 1 << 19

    _tell_otherwise(stick, lie)
    assert refused(stick, plant) == "backbones.unsupported"


def test_a_cancelled_import_leaves_nothing(stick: Path, plant: ModelStore) -> None:
    seen: list[int] = []
    with pytest.raises(Problem) as refusal:
        import_bundle(stick, store=plant, cancelled=lambda: bool(seen), loading=lambda _: seen.append(1))
    assert code_of(refusal) == "backbones.bundle_cancelled"
    assert not list(plant.root.iterdir())


def test_a_full_disk_is_told_before_anything_is_copied(
    stick: Path, plant: ModelStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(stick)
    monkeypatch.setattr(bundle_import.shutil, "disk_usage", lambda _: usage._replace(free=1000))
    assert refused(stick, plant) == "backbones.disk_full"


def test_what_a_killed_import_left_is_swept_by_the_next(stick: Path, plant: ModelStore) -> None:
    left = plant.root / ".importing-killed" / "one"
    left.mkdir(parents=True)
    (left / "weights.safetensors").write_bytes(b"half")
    sweep(plant)
    assert not list(plant.root.iterdir())


# Descriptions


@pytest.mark.parametrize("name", ["ViT-B-32", "ViT-B-16-SigLIP", "RN50", "MobileCLIP-S2", "ViT-L-14"])
def test_true_descriptions_fit_their_weights(name: str) -> None:
    """The smallest of these has 63 million parameters; 1 byte each is the least a file may have."""
    assert exceeds(architecture_config(name), 60_000_000) == ""


@pytest.mark.parametrize(
    ("part", "change"),
    [
        ("vision_cfg", {"width": 100_000}),
        ("vision_cfg", {"layers": 1_000_000}),
        ("vision_cfg", {"layers": [9, 900_000]}),
        ("text_cfg", {"vocab_size": 1_000_000, "width": 4096}),
        ("vision_cfg", {"image_size": 100_000, "patch_size": 1}),
    ],
)
def test_a_description_needs_no_more_parameters_than_there_are_bytes(
    part: str, change: dict[str, Any]
) -> None:
    config = {**TINY, part: TINY[part] | change}
    assert exceeds(config, 100_000_000) == part


def _tell_otherwise(path: Path, change: Callable[[Any], object]) -> None:
    """Write the file anew with another manifest, all else as it was."""
    with zipfile.ZipFile(path) as archive:
        members = {info.filename: archive.read(info) for info in archive.infolist()}
    said = json.loads(members[MANIFEST])
    change(said)
    members[MANIFEST] = json.dumps(said).encode()
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)


def _record_anew(store: ModelStore, name: str) -> None:
    stored = store.root / name
    record = json.loads((stored / "model.json").read_text())
    weights = stored / record["weights"]
    record |= {"sha256": sha256_file(weights), "size_bytes": weights.stat().st_size}
    (stored / "model.json").write_text(json.dumps(record))


def _flip(path: Path, place: int) -> None:
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
