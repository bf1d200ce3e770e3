"""A backbone small enough to test with: random weights, CLIP's own shape and tokenizer."""

from pathlib import Path
from typing import Any

import torch
from safetensors.torch import save_model

from core.backbones.clip import Backbone, BackboneCard
from core.backbones.preprocess import Preprocessing
from core.backbones.store import ModelStore, Record
from core.backbones.tokens import make_tokenizer
from core.backbones.torchvision_shim import make_torchvision_importable
from core.files import sha256_file

# Threads cost more than they bring on models this small, most of all on a busy machine.
torch.set_num_threads(1)

NAME = "tiny"
MODEL_CFG: dict[str, Any] = {
    "embed_dim": 24,
    "vision_cfg": {"image_size": 32, "layers": 2, "width": 32, "head_width": 16, "patch_size": 16},
    "text_cfg": {"context_length": 24, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 2},
}
PREPROCESSING = Preprocessing(image_size=32)


def tiny_model(seed: int = 0) -> torch.nn.Module:
    """An open_clip CLIP of a few thousand parameters beside its token table."""
    make_torchvision_importable()
    from open_clip.model import CLIP

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model: torch.nn.Module = CLIP(**MODEL_CFG)
        # Random towers give nearly equal features: wider weights tell photos and words apart.
        with torch.no_grad():
            for parameter in model.parameters():
                if parameter.dim() > 1:
                    parameter.mul_(3)
    return model


def tiny_backbone(seed: int = 0) -> Backbone:
    """The model behind the facade, without a file."""
    card = BackboneCard(NAME, NAME, "file", f"sha-{seed}", 0, "none", {"ja": "", "en": ""}, PREPROCESSING)
    return Backbone(tiny_model(seed), make_tokenizer(MODEL_CFG["text_cfg"], None, NAME), card)


def store_tiny_backbone(seed: int = 0) -> str:
    """Put the model into the model store of this test's home, where any process finds it; gives its name."""
    model = tiny_model(seed)
    ModelStore().add(NAME, lambda folder: _fill(folder, model))
    return NAME


def _fill(folder: Path, model: torch.nn.Module) -> Record:
    weights = folder / "weights.safetensors"
    save_model(model, str(weights))
    return Record(
        name=NAME,
        architecture=NAME,
        source="file",
        origin="test",
        weights=weights.name,
        sha256=sha256_file(weights),
        size_bytes=weights.stat().st_size,
        licence="none",
        purpose={"ja": "", "en": ""},
        model_cfg=MODEL_CFG,
        preprocessing=PREPROCESSING,
    )
