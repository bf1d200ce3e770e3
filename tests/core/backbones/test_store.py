"""The list of backbones tells the truth about what is on the disk, and nothing leaves the store's folder."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.backbones.catalogue import downloadables, embedded_texts, imported_purpose
from core.backbones.load import import_file
from core.backbones.store import EMBEDDED_FOLDER, RECORD_FILE, ModelStore, Record, is_name
from core.problems import Problem
from tests.core.backbones.conftest import TINY, MakeFolder


@pytest.fixture
def stored(store: ModelStore, make_folder: MakeFolder) -> ModelStore:
    import_file("tiny", make_folder(TINY), store=store, licence="MIT")
    return store


def code_of(raised: pytest.ExceptionInfo[Problem]) -> str:
    return raised.value.code


def test_an_empty_store_offers_the_catalogue(store: ModelStore) -> None:
    entries = store.entries()
    assert [entry.name for entry in entries] == [model.name for model in downloadables()]
    assert {entry.state for entry in entries} == {"not downloaded"}
    assert not store.root.exists()


def test_a_stored_backbone_is_listed_with_what_is_known_of_it(stored: ModelStore) -> None:
    entry = stored.entry("tiny")
    assert (entry.state, entry.source, entry.licence) == ("ready", "file", "MIT")
    assert entry.path == stored.root / "tiny"
    assert entry.purpose == imported_purpose()
    assert len(entry.sha256) == 64
    assert entry.size_bytes == (stored.root / "tiny" / "weights.safetensors").stat().st_size


def test_verify_passes_what_is_as_it_was(stored: ModelStore) -> None:
    assert stored.verify("tiny").weights.is_file()


def test_one_changed_byte_is_found(stored: ModelStore) -> None:
    weights = stored.root / "tiny" / "weights.safetensors"
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    assert stored.entry("tiny").state == "ready"
    with pytest.raises(Problem) as refusal:
        stored.verify("tiny")
    assert code_of(refusal) == "backbones.hash_changed"


@pytest.mark.parametrize("damage", ["truncated", "gone", "no record", "spoiled record", "renamed"])
def test_damage_is_listed_as_broken_and_can_be_removed(stored: ModelStore, damage: str) -> None:
    name, folder = "tiny", stored.root / "tiny"
    match damage:
        case "truncated":
            (folder / "weights.safetensors").write_bytes(b"short")
        case "gone":
            (folder / "weights.safetensors").unlink()
        case "no record":
            (folder / RECORD_FILE).unlink()
        case "spoiled record":
            (folder / RECORD_FILE).write_bytes(b"{")
        case _:
            name = "other"
            folder.rename(stored.root / name)
    assert stored.entry(name).state == "broken"
    with pytest.raises(Problem) as refusal:
        stored.open(name)
    assert code_of(refusal) == "backbones.broken"
    stored.remove(name)
    assert not (stored.root / name).exists()


def test_a_record_that_points_outside_its_folder_is_broken(stored: ModelStore, tmp_path: Path) -> None:
    path = stored.root / "tiny" / RECORD_FILE
    secret = tmp_path / "secret.safetensors"
    secret.write_bytes(b"x")
    record = json.loads(path.read_text())
    for outside in ("../../secret.safetensors", str(secret)):
        path.write_text(json.dumps(record | {"weights": outside, "size_bytes": 1}))
        assert stored.entry("tiny").state == "broken"


def test_a_taken_name_is_refused_whatever_its_case(stored: ModelStore) -> None:
    for name in ("tiny", "TINY", "embedded", "Embedded"):
        with pytest.raises(Problem) as refusal:
            stored.check_free(name)
        assert code_of(refusal) == "backbones.name_taken"


def test_a_failure_while_filling_leaves_nothing(stored: ModelStore) -> None:
    def fail(folder: Path) -> Record:
        (folder / "half").write_bytes(b"half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        stored.add("other", fail)
    assert [path.name for path in stored.root.iterdir()] == ["tiny"]


@pytest.mark.parametrize(
    "name", ["", ".", "..", "a/b", "a\\b", "../a", "a.", ".a", "a b", "con", "NUL.txt", "種", "a" * 65]
)
def test_names_that_are_no_plain_folder_names_are_refused(store: ModelStore, name: str) -> None:
    assert not is_name(name)
    for act in (store.check_free, store.open, store.remove):
        with pytest.raises(Problem) as refusal:
            act(name)
        assert code_of(refusal) == "backbones.bad_name"


@given(st.text(max_size=80))
def test_a_name_never_leaves_the_folder(name: str) -> None:
    root = Path("/store")
    assert not is_name(name) or (root / name).resolve().parent == root


def test_the_embedded_backbone_cannot_be_removed(store: ModelStore) -> None:
    with pytest.raises(Problem) as refusal:
        store.remove("embedded")
    assert code_of(refusal) == "backbones.cannot_remove"


def test_the_catalogue_is_told_in_both_languages() -> None:
    assert len({model.name for model in downloadables()}) == len(downloadables())
    for purpose in (
        embedded_texts().purpose,
        imported_purpose(),
        *(model.purpose for model in downloadables()),
    ):
        assert purpose.keys() == {"ja", "en"} and all(purpose.values())
    assert all(model.licence and model.licence_url and is_name(model.name) for model in downloadables())


def test_the_embedded_backbone_that_ships_is_the_one_that_was_recorded(tmp_path: Path) -> None:
    config = json.loads((EMBEDDED_FOLDER / "config.json").read_text(encoding="utf-8"))
    assert ModelStore(tmp_path).verify("embedded").record.sha256 == config["weights_sha256"]


def test_listing_loads_no_torch() -> None:
    script = "import sys; from core.backbones.store import ModelStore; ModelStore().entries(); print('torch' in sys.modules)"
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == "False"
