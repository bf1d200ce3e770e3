"""Weights are checked before they are opened, nothing in them is run, and what is wrong is said."""

import json
import pickle
import random
import zipfile
from contextlib import suppress
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import save, save_file

from core.backbones import load
from core.backbones.embedded import save_embedded
from core.backbones.load import import_file, load_backbone, read_state
from core.backbones.store import ModelStore
from core.files import sha256_file
from core.problems import Problem
from tests.core.backbones.conftest import BIDIRECTIONAL, TINY, MakeFolder, random_state


@pytest.fixture
def tiny_architecture(monkeypatch: pytest.MonkeyPatch) -> str:
    """open_clip knows an architecture of the tiny towers."""
    monkeypatch.setattr(load, "architecture_config", lambda architecture: TINY)
    return "Tiny"


def refusal_of(name: str, source: Path, architecture: str | None, store: ModelStore) -> Problem:
    with pytest.raises(Problem) as refusal:
        import_file(name, source, architecture, store=store)
    assert not store.root.exists() or not list(store.root.iterdir())
    return refusal.value


@pytest.mark.parametrize("ending", [".safetensors", ".pt", ".bin"])
def test_a_weights_file_is_imported_with_its_hash(
    store: ModelStore, tmp_path: Path, tiny_architecture: str, ending: str
) -> None:
    path = tmp_path / f"mine{ending}"
    state = random_state(TINY)
    if ending == ".safetensors":
        save_file(state, path)
    else:
        torch.save({"state_dict": {f"module.{key}": value for key, value in state.items()}}, path)
    import_file("mine", path, tiny_architecture, store=store)
    backbone = load_backbone("mine", store=store)
    assert backbone.card.sha256 == sha256_file(path)
    assert torch.equal(backbone.state_dict()["_clip.visual.proj"], state["visual.proj"])
    path.unlink()
    load_backbone("mine", store=store)


def test_half_precision_weights_run_in_float32(
    store: ModelStore, tmp_path: Path, tiny_architecture: str
) -> None:
    path = tmp_path / "half.safetensors"
    save_file({key: value.half() for key, value in random_state(TINY).items()}, path)
    import_file("half", path, tiny_architecture, store=store)
    backbone = load_backbone("half", store=store)
    assert {value.dtype for value in backbone.parameters()} == {torch.float32}


def test_the_preprocessing_of_a_folder_is_kept(store: ModelStore, make_folder: MakeFolder) -> None:
    folder = make_folder(TINY, mean=[0.5, 0.5, 0.5], std=[0.5, 0.5, 0.5], resize_mode="squash")
    import_file("squashed", folder, store=store)
    p = load_backbone("squashed", store=store).preprocessing
    assert (p.resize, p.mean, p.image_size) == ("squash", (0.5, 0.5, 0.5), 32)


def test_a_folder_with_pickled_weights_is_read(store: ModelStore, make_folder: MakeFolder) -> None:
    folder = make_folder(TINY)
    (folder / "open_clip_model.safetensors").unlink()
    torch.save(random_state(TINY), folder / "open_clip_pytorch_model.bin")
    import_file("pickled", folder, store=store)
    assert load_backbone("pickled", store=store).supports_prompts


class _Mischief:
    def __init__(self, mark: Path) -> None:
        self.mark = mark

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.write_text, (self.mark, "it ran"))


def test_a_pickle_with_code_is_refused_and_not_run(
    store: ModelStore, tmp_path: Path, tiny_architecture: str
) -> None:
    path, mark = tmp_path / "trap.pt", tmp_path / "mark"
    torch.save({"state_dict": _Mischief(mark)}, path)
    assert refusal_of("trap", path, tiny_architecture, store).code == "backbones.unsafe_file"
    path.write_bytes(pickle.dumps(_Mischief(mark)))
    assert refusal_of("trap", path, tiny_architecture, store).code == "backbones.unsafe_file"
    assert not mark.exists()


@given(ending=st.sampled_from([".pt", ".bin", ".safetensors"]), seed=st.integers(0, 2**32))
def test_no_damage_to_a_file_is_a_fault_of_the_program(
    ending: str, seed: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    rng = random.Random(seed)
    content = bytearray(_saved(ending))
    for _ in range(rng.randint(1, 4)):
        place = rng.randrange(len(content))
        content[place : place + rng.randrange(9)] = rng.randbytes(rng.randrange(9))
    path = tmp_path_factory.getbasetemp() / f"mutated{ending}"
    path.write_bytes(content)
    with suppress(Problem):
        assert all(isinstance(value, torch.Tensor) for value in read_state(path).values())


@cache
def _saved(ending: str) -> bytes:
    state = {"weight": torch.arange(12.0).reshape(3, 4), "bias": torch.zeros(3)}
    if ending == ".safetensors":
        return bytes(save(state))
    file = BytesIO()
    torch.save(state, file, _use_new_zipfile_serialization=ending == ".pt")
    return file.getvalue()


def test_torchscript_is_refused(store: ModelStore, tmp_path: Path, tiny_architecture: str) -> None:
    path = tmp_path / "script.pt"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("script/constants.pkl", b"")
    assert refusal_of("script", path, tiny_architecture, store).code == "backbones.torchscript"


@pytest.mark.parametrize("ending", [".safetensors", ".pt"])
@pytest.mark.parametrize("content", [b"", b"not a model", b"PK\x03\x04 cut short", b"\x80\x02}q\x00."])
def test_a_damaged_file_is_refused(
    store: ModelStore, tmp_path: Path, tiny_architecture: str, ending: str, content: bytes
) -> None:
    path = tmp_path / f"damaged{ending}"
    path.write_bytes(content)
    refused = refusal_of("damaged", path, tiny_architecture, store)
    assert refused.code in ("backbones.unreadable", "backbones.unsafe_file", "backbones.wrong_weights")


@pytest.mark.parametrize("change", ["missing", "superfluous", "another shape"])
def test_weights_of_another_architecture_are_refused(
    store: ModelStore, tmp_path: Path, tiny_architecture: str, change: str
) -> None:
    state = random_state(TINY)
    match change:
        case "missing":
            del state["ln_final.weight"]
        case "superfluous":
            state["visual.extra"] = torch.zeros(1)
        case _:
            state["visual.proj"] = torch.zeros(8, 8)
    path = tmp_path / "other.safetensors"
    save_file(state, path)
    refused = refusal_of("other", path, tiny_architecture, store)
    assert refused.code == "backbones.wrong_weights"
    assert refused.data["count"] == 1


def test_changed_weights_are_not_loaded(store: ModelStore, make_folder: MakeFolder) -> None:
    import_file("tiny", make_folder(TINY), store=store)
    weights = store.open("tiny").weights
    content = bytearray(weights.read_bytes())
    content[-1] ^= 1
    weights.write_bytes(content)
    with pytest.raises(Problem) as refusal:
        load_backbone("tiny", store=store)
    assert refusal.value.code == "backbones.hash_changed"


def test_what_is_missing_is_named(store: ModelStore, tmp_path: Path, make_folder: MakeFolder) -> None:
    weights = tmp_path / "w.safetensors"
    save_file(random_state(TINY), weights)
    empty = tmp_path / "empty"
    empty.mkdir()
    folder = make_folder(TINY)
    (folder / "open_clip_model.safetensors").unlink()
    cases = {
        "backbones.no_source": (tmp_path / "nowhere", "ViT-B-32"),
        "backbones.architecture_needed": (weights, None),
        "backbones.unknown_architecture": (weights, "ViT-Z-99"),
        "backbones.no_config": (empty, None),
        "backbones.no_weights": (folder, None),
    }
    assert {code: refusal_of("x", *case, store).code for code, case in cases.items()} == {c: c for c in cases}


def test_openai_weights_must_be_read_with_quick_gelu(
    store: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = tmp_path / "vit_b_32_openai.safetensors"
    save_file(random_state(TINY), weights)
    refused = refusal_of("openai", weights, "ViT-B-32", store)
    assert refused.code == "backbones.quick_gelu"
    monkeypatch.setattr(load, "architecture_config", lambda architecture: TINY | {"quick_gelu": True})
    import_file("openai", weights, "ViT-B-32-quickgelu", store=store)


def test_a_model_with_its_own_tokenizer_needs_it(store: ModelStore, make_folder: MakeFolder) -> None:
    own = BIDIRECTIONAL | {"text_cfg": BIDIRECTIONAL["text_cfg"] | {"hf_tokenizer_name": "some/where"}}
    folder = make_folder(own)
    assert refusal_of("own", folder, None, store).code == "backbones.no_tokenizer"
    vocabulary = [["<pad>", 0.0], ["</s>", 0.0], ["<unk>", 0.0], ["\u2581bolt", -1.0], ["\u2581", -2.0]]
    added = [{"id": i, "content": vocabulary[i][0], "special": True} for i in range(3)]
    content = {"model": {"type": "Unigram", "unk_id": 2, "vocab": vocabulary}, "added_tokens": added}
    (folder / "tokenizer.json").write_text(json.dumps(content), encoding="utf-8")
    import_file("own", folder, store=store)
    backbone = load_backbone("own", store=store)
    tokens = backbone.tokenize(["bolt", "bolt bolt", "bolt " * 99])
    assert tokens[:2, :4].tolist() == [[3, 1, 1, 1], [3, 3, 1, 1]]
    assert backbone.eot_positions(tokens).tolist() == [1, 2, backbone.context_length - 1]
    (store.root / "own" / "tokenizer.json").write_text("{}")
    with pytest.raises(Problem) as refusal:
        load_backbone("own", store=store)
    assert refusal.value.code == "backbones.hash_changed"


@pytest.mark.parametrize("part", ["multimodal_cfg", "hf_model_name"])
def test_towers_that_are_not_open_clips_own_are_refused(
    store: ModelStore, make_folder: MakeFolder, part: str
) -> None:
    folder = make_folder(TINY)
    path = folder / "open_clip_config.json"
    config = json.loads(path.read_text())
    (config["model_cfg"] if part == "multimodal_cfg" else config["model_cfg"]["text_cfg"])[part] = "x"
    path.write_text(json.dumps(config))
    assert refusal_of("other", folder, None, store).code == "backbones.unsupported"


def test_a_description_cannot_make_the_program_connect(store: ModelStore, make_folder: MakeFolder) -> None:
    folder = make_folder(TINY)
    vision = TINY["vision_cfg"] | {"timm_model_name": "hf-hub:some/where"}
    config = {"model_cfg": TINY | {"vision_cfg": vision}}
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    assert refusal_of("trap", folder, None, store).code == "backbones.unsupported"


@pytest.mark.parametrize(
    "config",
    [
        "{",
        "[]",
        "{}",
        '{"model_cfg": 1}',
        '{"model_cfg": {"vision_cfg": 1}}',
        '{"model_cfg": {"vision_cfg": {"image_size": "x"}}}',
        '{"model_cfg": {}}',
        '{"model_cfg": {"embed_dim": 8, "vision_cfg": {"patch_size": 0}, "text_cfg": {"heads": 0}}}',
        '{"model_cfg": {"embed_dim": 8, "vision_cfg": {"what": 1}}}',
        '{"model_cfg": {"embed_dim": 8, "vision_cfg": {"timm_model_name": "no_such_tower"}}}',
    ],
)
def test_a_spoiled_description_is_refused(store: ModelStore, make_folder: MakeFolder, config: str) -> None:
    folder = make_folder(TINY)
    (folder / "open_clip_config.json").write_text(config)
    assert refusal_of("x", folder, None, store).code in ("backbones.unreadable", "backbones.unsupported")


def test_published_preprocessing_goes_with_the_architecture() -> None:
    assert load.published_preprocessing("ViT-B-16-SigLIP")["resize_mode"] == "squash"
    assert load.published_preprocessing("MobileCLIP-S2")["mean"] == (0.0, 0.0, 0.0)
    assert load.published_preprocessing("no such") == {}


def test_the_embedded_backbone_is_verified_and_loaded_like_any_other(tmp_path: Path) -> None:
    folder = tmp_path / "embedded"
    state = random_state(TINY)
    ids = torch.tensor([320, 1125, 2368, 49406, 49407])
    rows = state["token_embedding.weight"][ids]
    save_embedded(folder, TINY, state | {"token_embedding.weight": rows}, ids)
    store = ModelStore(tmp_path / "models", embedded=folder)
    backbone = load_backbone(store=store)
    assert (backbone.card.name, backbone.card.source) == ("embedded", "embedded")
    assert store.entries()[0].sha256 == sha256_file(folder / "weights.safetensors") == backbone.card.sha256
    assert torch.allclose(backbone.token_embeddings(ids[None])[0], rows, atol=1e-3)
    content = bytearray((folder / "weights.safetensors").read_bytes())
    content[-1] ^= 1
    (folder / "weights.safetensors").write_bytes(content)
    with pytest.raises(Problem) as refusal:
        load_backbone(store=store)
    assert refusal.value.code == "backbones.hash_changed"
