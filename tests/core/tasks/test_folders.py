"""A folder from outside: what is taken of it, what is refused, and that it stays as it was."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from core.backbones.store import ModelStore
from core.cli import main
from core.problems import Problem
from core.tasks.chat_open import import_folder, open_chat
from core.tasks.folders import WriterStore, wild
from core.tasks.models import open_writer
from core.tasks.writers import card_of_folder, writer_card, writer_cards
from core.training.commands import Commands, Halt
from core.training.events import Event, Stage
from core.training.job import ImportModelsJob
from core.training.models import run_import
from tests.core.tasks.tiny_chat import qwen_folder, smol_folder


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = smol_folder(tmp_path_factory.mktemp("published") / "smol")
    (folder / "README.md").write_text("a card")
    return folder


@pytest.fixture
def source(published: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    folder = tmp_path / "source"
    folder.mkdir()
    for path in published.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    return folder


@pytest.fixture
def store(tmp_path: Path) -> WriterStore:
    return WriterStore(tmp_path / "writers")


def changed(folder: Path, name: str, change: Callable[[dict[str, Any]], object]) -> None:
    content = json.loads((folder / name).read_text())
    change(content)
    (folder / name).write_text(json.dumps(content))


def refused(source: Path, store: WriterStore) -> Problem:
    with pytest.raises(Problem) as told:
        import_folder("mine", source, store=store)
    assert not store.names(), "nothing is left behind"
    return told.value


def test_the_command_line_brings_it_in_lists_checks_and_removes_it(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HIKIDASHI_HOME", str(tmp_path / "home"))

    def run(*words: str) -> Any:
        main(["models", *words, "--json"])
        return json.loads(capsys.readouterr().out.splitlines()[-1])

    told = run("import", "smol", str(source), "--licence", "Apache-2.0")
    assert (told["kind"], told["languages"], told["writes"]) == ("transformers", ["en"], ["caption", "vqa"])
    models = {entry["name"]: entry for entry in run("list")["models"]}
    assert models["smol"] == told and models["embedded"]["kind"] == "backbone"
    assert models["embedded"]["languages"] == ["ja", "en"] and models["vit-b-32-openai"]["writes"] == []
    assert run("verify")["ok"]
    (Path(told["path"]) / "model.safetensors").write_bytes(b"")
    verified = run("verify")
    assert [problem["code"] for problem in verified["problems"]] == ["tasks.model_damaged"]
    assert run("remove", "smol") == {"removed": "smol"}
    (source / "evil.py").write_text("")
    assert run("import", "smol", str(source))["error"]["code"] == "tasks.folder_unsafe"


def test_the_window_brings_it_in_with_progress_and_can_stop(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HIKIDASHI_HOME", str(tmp_path / "home"))
    named = source.rename(tmp_path / "Smol VLM（256M）")
    job = ImportModelsJob(run=str(tmp_path), bundle=str(named))
    told: list[Event] = []
    halting = Commands(tmp_path / "none")
    monkeypatch.setattr(halting, "heed", _halt)
    with pytest.raises(Halt):
        run_import(job, told.append, halting)
    assert not WriterStore().names() and not list(WriterStore().root.iterdir())
    assert run_import(job, told.append, Commands(tmp_path / "none")) == {"folder": "Smol-VLM-256M"}
    assert [event.stage for event in told if isinstance(event, Stage)] == ["verify", "verify", "load"]
    assert WriterStore().verify("Smol-VLM-256M")


def _halt(emit: Any) -> None:
    raise Halt("stop")


def test_what_is_taken_in_is_listed_hashed_and_opened(
    source: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HIKIDASHI_HOME", str(tmp_path / "home"))
    stored = import_folder("mine", source, "Apache-2.0")
    assert {"model.safetensors", "config.json", "tokenizer.json"} <= stored.record.files.keys()
    assert not {"README.md", "generation_config.json"} & stored.record.files.keys()
    card = writer_card("mine")
    assert card == card_of_folder(stored.record) and card in writer_cards()
    assert (card.kind, card.licence, card.languages) == ("transformers", "Apache-2.0", ("en",))
    assert open_writer("mine").card == card
    for name in ("mine", "Mine"):
        with pytest.raises(Problem) as told:
            import_folder(name, source)
        assert told.value.code == "backbones.name_taken"
    with pytest.raises(Problem):
        ModelStore().check_free("embedded")
    WriterStore().remove("mine")
    assert "mine" not in {card.name for card in writer_cards()}


@pytest.mark.parametrize("name", ["pytorch_model.bin", "modeling_smolvlm.py", "optimizer.pt", "state.pkl"])
def test_what_could_run_is_refused(source: Path, store: WriterStore, name: str) -> None:
    (source / name).write_bytes(b"")
    problem = refused(source, store)
    assert (problem.code, problem.data["part"]) == ("tasks.folder_unsafe", name)


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json", "processor_config.json"])
def test_code_named_in_a_description_is_refused(source: Path, store: WriterStore, name: str) -> None:
    changed(source, name, lambda content: content.update(inner={"auto_map": {"AutoModel": "x.Y"}}))
    assert refused(source, store).code == "tasks.folder_unsafe"


def test_other_kinds_of_models_are_refused(source: Path, store: WriterStore) -> None:
    changed(source, "config.json", lambda content: content.update(model_type="blip"))
    problem = refused(source, store)
    assert problem.code == "tasks.folder_unknown" and "smolvlm" in problem.data["known"]


@pytest.mark.parametrize("part", ["text_config", "vision_config"])
def test_parts_of_other_kinds_are_refused(source: Path, store: WriterStore, part: str) -> None:
    """The library would build any model of its own that is named there: some fetch weights while they are built."""
    changed(source, "config.json", lambda content: content[part].update(model_type="timm_backbone"))
    problem = refused(source, store)
    assert problem.code == "tasks.folder_unknown" and "timm_backbone" in problem.data["kind"]


def test_a_further_model_elsewhere_is_refused(source: Path, store: WriterStore) -> None:
    named = {"audio_tokenizer_class": "DacModel", "audio_tokenizer_name_or_path": "//elsewhere/share"}
    changed(source, "processor_config.json", lambda content: content.update(audio_tokenizer=named))
    problem = refused(source, store)
    assert problem.code == "tasks.folder_unsafe" and "audio_tokenizer" in problem.data["part"]


def test_it_is_opened_with_the_processor_of_its_kind_and_offline(
    source: Path, store: WriterStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub
    import transformers

    for name in ("config.json", "processor_config.json", "tokenizer_config.json"):
        changed(source, name, lambda content: content.update(processor_class="BarkProcessor"))
    kind, offline = transformers.SmolVLMProcessor, []
    opened = kind.from_pretrained.__func__  # type: ignore[attr-defined]

    def told(cls: Any, *args: Any, **how: Any) -> Any:
        offline.append(huggingface_hub.is_offline_mode())
        return opened(cls, *args, **how)

    monkeypatch.setattr(huggingface_hub.constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(kind, "from_pretrained", classmethod(told))
    import_folder("mine", source, store=store)
    assert offline == [True] and not huggingface_hub.is_offline_mode()


@pytest.mark.parametrize(
    ("kind", "key", "value"),
    [
        ("smol", "max_image_size", {"longest_edge": 1 << 20}),
        ("smol", "image_seq_len", 1 << 30),
        ("qwen", "min_pixels", 1 << 40),
        ("qwen", "temporal_patch_size", 1 << 20),
    ],
)
def test_a_photo_is_not_blown_up(
    source: Path, store: WriterStore, tmp_path: Path, kind: str, key: str, value: Any
) -> None:
    folder = source if kind == "smol" else qwen_folder(tmp_path / "qwen")

    def change(content: dict[str, Any]) -> None:
        place = content if key == "image_seq_len" else content["image_processor"]
        place[key] = value
        if key == "min_pixels":
            place["size"] = {"shortest_edge": value, "longest_edge": value}

    changed(folder, "processor_config.json", change)
    assert refused(folder, store).code == "tasks.folder_unreadable"


def test_a_quantised_folder_is_refused(source: Path, store: WriterStore) -> None:
    changed(source, "config.json", lambda content: content.update(quantization_config={"bits": 4}))
    assert refused(source, store).code == "tasks.folder_unknown"


@pytest.mark.parametrize("name", ["model.safetensors", "tokenizer.json", "config.json"])
def test_a_folder_that_lacks_something_is_refused(source: Path, store: WriterStore, name: str) -> None:
    (source / name).unlink()
    assert refused(source, store).code == "tasks.folder_incomplete"


def test_weights_in_several_files_are_those_that_the_index_names(source: Path, store: WriterStore) -> None:
    (source / "consolidated.safetensors").write_bytes(b"others of the same")
    whole = load_file(source / "model.safetensors")
    names = sorted(whole)
    parts = {"model-1.safetensors": names[::2], "model-2.safetensors": names[1::2]}
    for file, keys in parts.items():
        save_file({key: whole[key] for key in keys}, source / file, {"format": "pt"})
    (source / "model.safetensors").unlink()
    index = {"metadata": {}, "weight_map": {key: file for file, keys in parts.items() for key in keys}}
    (source / "model.safetensors.index.json").write_text(json.dumps(index))
    stored = import_folder("mine", source, store=store)
    assert {name for name in stored.record.files if name.endswith(".safetensors")} == parts.keys()
    assert open_chat(card_of_folder(stored.record), store=store).net.dtype.is_floating_point
    store.remove("mine")
    for name in ("../model-1.safetensors", "model-3.safetensors", 3):
        index["weight_map"] = {**index["weight_map"], "x": name}
        (source / "model.safetensors.index.json").write_text(json.dumps(index))
        assert refused(source, store).code == "tasks.folder_incomplete"


def test_damaged_weights_and_weights_of_another_model_are_refused(source: Path, store: WriterStore) -> None:
    weights = (source / "model.safetensors").read_bytes()
    (source / "model.safetensors").write_bytes(weights[: len(weights) // 2])
    assert refused(source, store).code == "tasks.folder_unreadable"
    (source / "model.safetensors").write_bytes(weights)
    changed(source, "config.json", lambda content: content["text_config"].update(num_hidden_layers=3))
    assert refused(source, store).code == "tasks.folder_unreadable", "a layer would be random"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("hidden_size", 1 << 30),
        ("num_hidden_layers", 100_000),
        ("vocab_size", 1 << 40),
        ("intermediate_size", 1 << 19),
        ("max_position_embeddings", 1 << 50),
    ],
)
def test_sizes_that_no_such_weights_have_are_refused(
    source: Path, store: WriterStore, key: str, value: int
) -> None:
    def change(content: dict[str, Any]) -> None:
        content["text_config"][key] = value
        if key == "intermediate_size":
            content["text_config"]["hidden_size"] = 4096

    changed(source, "config.json", change)
    assert refused(source, store).code == "tasks.folder_wild"


@given(
    st.recursive(
        st.none() | st.integers() | st.floats() | st.text(max_size=3),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(st.sampled_from(["hidden_size", "depth", "vocab_size", "x"]), inner, max_size=3)
        ),
        max_leaves=8,
    )
)
def test_no_description_is_a_fault_of_the_program(value: Any) -> None:
    assert isinstance(wild({"text_config": value, "deep": {"deeper": value}}, 1000), str)


def test_what_a_kill_left_goes_and_a_full_disk_is_told(
    source: Path, store: WriterStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    (store.root / ".adding-x" / "mine").mkdir(parents=True)
    usage = shutil.disk_usage(store.root)
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _: usage._replace(free=1000))
        assert refused(source, store).code == "backbones.disk_full"
    import_folder("mine", source, store=store)
    assert [path.name for path in store.root.iterdir()] == ["mine"]


def test_what_was_tampered_with_is_not_opened(source: Path, store: WriterStore) -> None:
    stored = import_folder("mine", source, store=store)
    card = card_of_folder(stored.record)
    path = stored.folder / "model.safetensors"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    for spoil in (lambda: None, lambda: (stored.folder / "more.py").write_text("")):
        spoil()
        with pytest.raises(Problem) as told:
            open_chat(card, store=store)
        assert told.value.code == "tasks.model_damaged"
    assert card.sha256 == card_of_folder(store.open("mine").record).sha256
    (stored.folder / "writer.json").write_text("{")
    assert store.stored() == [] and store.names() == ["mine"], "it can still be removed"
    store.remove("mine")
    assert store.names() == []
