"""The embedded backbone on disk, and its check.

A folder holds `config.json` (open_clip's form, `model_cfg` and `preprocess_cfg`, and `weights_sha256`),
`weights.safetensors` and the card. The full 49,408-row token embedding would be most of the file, and all but some
two thousand rows would never have met a gradient: only the rows of tokens seen in pretraining are kept
(`token_rows`, `token_ids`, fp16) and the others are drawn anew, the same on every machine, by numpy's PCG64.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import Tensor

from core.files import sha256_file

WEIGHTS_NAME = "weights.safetensors"
CONFIG_NAME = "config.json"
EMBEDDED_FOLDER = Path(__file__).resolve().parents[2] / "assets" / "backbones" / "embedded"
# Statistics of the parts world would do as well; these keep open_clip's own defaults.
PREPROCESS_CFG: dict[str, Any] = {
    "mean": [0.48145466, 0.4578275, 0.40821073],
    "std": [0.26862954, 0.26130258, 0.27577711],
    "interpolation": "bicubic",
    "resize_mode": "shortest",
}
_EMBEDDING = "token_embedding.weight"
_UNSEEN_SEED = 49408
_UNSEEN_STD = 0.01


def save_embedded(
    folder: Path, model_cfg: dict[str, Any], state: dict[str, Tensor], token_ids: Tensor
) -> Path:
    """Write `config.json` and `weights.safetensors`; `state[token_embedding.weight]` is (len(token_ids), width)."""
    folder.mkdir(parents=True, exist_ok=True)
    kept = {name: value.to(torch.float16).contiguous() for name, value in state.items() if name != _EMBEDDING}
    kept["logit_scale"] = state["logit_scale"].float()
    kept["token_rows"] = state[_EMBEDDING].to(torch.float16).contiguous()
    kept["token_ids"] = token_ids.to(torch.int32)
    partial = folder / (WEIGHTS_NAME + ".partial")
    save_file(kept, partial)
    partial.replace(folder / WEIGHTS_NAME)
    config = {
        "model_cfg": model_cfg,
        "preprocess_cfg": PREPROCESS_CFG,
        "weights_sha256": sha256_file(folder / WEIGHTS_NAME),
    }
    (folder / CONFIG_NAME).write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
    return folder / WEIGHTS_NAME


def load_embedded_config(folder: Path = EMBEDDED_FOLDER) -> dict[str, Any]:
    """`{"model_cfg", "preprocess_cfg"}`; `model_cfg` is what `open_clip.model.CLIP(**model_cfg)` takes."""
    config: dict[str, Any] = json.loads((folder / CONFIG_NAME).read_text(encoding="utf-8"))
    return config


def load_embedded_state(folder: Path = EMBEDDED_FOLDER) -> dict[str, Tensor]:
    """The full fp32 state dict of the open_clip model, the unseen token rows regenerated."""
    stored = load_file(folder / WEIGHTS_NAME)
    rows, ids = stored.pop("token_rows"), stored.pop("token_ids")
    text_cfg = load_embedded_config(folder)["model_cfg"]["text_cfg"]
    state = {name: value.float() for name, value in stored.items()}
    state[_EMBEDDING] = full_token_embedding(rows.float(), ids.long(), text_cfg["vocab_size"])
    return state


def full_token_embedding(rows: Tensor, token_ids: Tensor, vocab_size: int) -> Tensor:
    """(vocab_size, width): the given rows at their ids, the rest small, random and the same everywhere."""
    generator = np.random.Generator(np.random.PCG64(_UNSEEN_SEED))
    unseen = generator.standard_normal((vocab_size, rows.shape[1]), np.float32) * np.float32(_UNSEEN_STD)
    table = torch.from_numpy(unseen)
    table[token_ids] = rows
    return table


def load_embedded_model(folder: Path = EMBEDDED_FOLDER) -> torch.nn.Module:
    """open_clip's stock `CLIP` with the embedded weights, in evaluation mode."""
    from core.backbones.torchvision_shim import make_torchvision_importable

    make_torchvision_importable()
    from open_clip.model import CLIP

    model: torch.nn.Module = CLIP(**load_embedded_config(folder)["model_cfg"])
    model.load_state_dict(load_embedded_state(folder))
    return model.eval()
