"""Tiny backbones with random weights: a CLIP, a CustomTextCLIP, and one whose text tower is not causal."""

import json
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import save_file

from core.backbones.clip import Backbone
from core.backbones.load import build_towers, import_file, load_backbone
from core.backbones.store import ModelStore

TINY: dict[str, Any] = {
    "embed_dim": 16,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 64, "head_width": 32, "patch_size": 16},
    "text_cfg": {"context_length": 24, "vocab_size": 49408, "width": 16, "heads": 2, "layers": 3},
}
CUSTOM = TINY | {"custom_text": True}
BIDIRECTIONAL = deepcopy(CUSTOM)
BIDIRECTIONAL["text_cfg"] |= {"no_causal_mask": True, "pool_type": "last", "proj_bias": True}

MakeFolder = Callable[..., Path]


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models", embedded=tmp_path / "no-embedded")


@pytest.fixture
def make_folder(tmp_path: Path) -> MakeFolder:
    """Write a folder in Hugging Face layout with random weights and give its path."""

    def make(model_cfg: dict[str, Any], name: str = "tiny", **preprocess_cfg: Any) -> Path:
        return write_folder(tmp_path / "outside" / name, model_cfg, preprocess_cfg)

    return make


@pytest.fixture(scope="session")
def backbone(tmp_path_factory: pytest.TempPathFactory) -> Backbone:
    """A tiny CLIP, imported and loaded the way an operator's is; frozen, so all tests may share it."""
    return imported("tiny", TINY, tmp_path_factory.mktemp("tiny"))


def imported(name: str, model_cfg: dict[str, Any], scratch: Path) -> Backbone:
    """A backbone with random weights that went through a store."""
    store = ModelStore(scratch / "models", embedded=scratch / "no-embedded")
    import_file(name, write_folder(scratch / "outside", model_cfg, {}), store=store)
    return load_backbone(name, store=store)


def write_folder(folder: Path, model_cfg: dict[str, Any], preprocess_cfg: dict[str, Any]) -> Path:
    """A folder in Hugging Face layout with random weights."""
    folder.mkdir(parents=True)
    config = {"model_cfg": model_cfg, "preprocess_cfg": preprocess_cfg}
    (folder / "open_clip_config.json").write_text(json.dumps(config))
    save_file(random_state(model_cfg), folder / "open_clip_model.safetensors")
    return folder


def random_state(model_cfg: dict[str, Any]) -> dict[str, torch.Tensor]:
    """Random weights of an architecture, the same each time, with no position or bias at zero."""
    return dict(_drawn(json.dumps(model_cfg)))


@cache
def _drawn(description: str) -> dict[str, torch.Tensor]:
    model_cfg = json.loads(description)
    torch.manual_seed(3)
    model = build_towers(model_cfg)
    return {
        key: value + 0.02 * torch.randn_like(value) if value.is_floating_point() and value.dim() else value
        for key, value in model.state_dict().items()
    }
