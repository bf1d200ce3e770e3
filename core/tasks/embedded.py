"""The embedded text model on disk, and how it is opened.

A folder holds `config.json` (sizes, how photos are brought to input size, SHA-256 of the other files),
`weights.safetensors` (image tower, connector and decoder, fp16), `tokenizer.json` and the card. Nothing of the
embedded backbone is needed to open it.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save
from torch import Tensor

from core.backbones.preprocess import Preprocessing
from core.backbones.store import EMBEDDED
from core.files import sha256_file, write_atomic
from core.problems import Problem
from core.tasks.decoder import DecoderConfig
from core.tasks.model import TextModel
from core.tasks.place import CONFIG_NAME, TEXT_MODEL_FOLDER, TOKENIZER_NAME, WEIGHTS_NAME
from core.tasks.tokenizer import TextTokenizer
from core.tasks.tower import TowerSizes, new_tower, sizes_of
from core.tasks.writers import writer_card

PREPROCESSING = Preprocessing(image_size=112)
_PARTS = ("image", "connector", "decoder")


def new_text_model(tokenizer: TextTokenizer, seed: int, **sizes: Any) -> TextModel:
    """An untrained model, drawn from `seed`."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        tower = new_tower(TowerSizes(PREPROCESSING.image_size))
        config = DecoderConfig(len(tokenizer), tower.width, tower.tokens, **sizes)
        return TextModel(tower, PREPROCESSING, tokenizer, config)


def weights_of(model: TextModel) -> dict[str, Tensor]:
    """Everything by name: what is stored."""
    state = {n: v.detach() for n, v in model.state_dict().items() if n.startswith(_PARTS)}
    return {name: value for name, value in state.items() if not name.endswith((".qkv_weight", ".qkv_bias"))}


def save_text_model(folder: Path, model: TextModel, state: dict[str, Tensor]) -> dict[str, Any]:
    """Write the folder; returns its configuration. `state` is `weights_of` the model, or an average of such."""
    halves = {name: value.to(torch.float16).contiguous().cpu() for name, value in state.items()}
    write_atomic(folder / WEIGHTS_NAME, save(halves))
    write_atomic(folder / TOKENIZER_NAME, model.tokenizer.to_json())
    config = {
        "decoder": asdict(model.config),
        "image": asdict(sizes_of(model.image, model.preprocessing.image_size)),
        "preprocessing": model.preprocessing.as_dict(),
        "weights_sha256": sha256_file(folder / WEIGHTS_NAME),
        "tokenizer_sha256": sha256_file(folder / TOKENIZER_NAME),
    }
    write_atomic(folder / CONFIG_NAME, json.dumps(config, indent=2) + "\n")
    return config


def load_text_model(folder: Path = TEXT_MODEL_FOLDER, device: str = "cpu") -> TextModel:
    """The model in evaluation mode, nothing of it requiring a gradient.

    Raises:
        Problem: `tasks.model_missing` where the folder has none; `tasks.model_damaged` where a file is not what the
            configuration says.
    """
    config = _read_config(folder)
    for name, key in ((WEIGHTS_NAME, "weights_sha256"), (TOKENIZER_NAME, "tokenizer_sha256")):
        if not (folder / name).is_file() or sha256_file(folder / name) != config[key]:
            raise Problem("tasks.model_damaged", folder=folder, file=name)
    tokenizer = TextTokenizer.from_json((folder / TOKENIZER_NAME).read_text(encoding="utf-8"))
    sizes = config["decoder"] | {"taps": tuple(config["decoder"]["taps"])}
    tower = new_tower(TowerSizes(**config["image"]))
    preprocessing = Preprocessing.from_dict(config["preprocessing"])
    model = TextModel(tower, preprocessing, tokenizer, DecoderConfig(**sizes))
    try:
        take_up_weights(model, load_file(folder / WEIGHTS_NAME))
    except (SafetensorError, OSError) as error:
        raise Problem("tasks.model_damaged", folder=folder, file=WEIGHTS_NAME) from error
    if folder == TEXT_MODEL_FOLDER:
        model.card = writer_card(EMBEDDED)
    return model.to(device).requires_grad_(False).eval()


def take_up_weights(model: TextModel, state: dict[str, Tensor]) -> None:
    """Put stored weights into the model.

    Raises:
        Problem: `tasks.model_damaged` when a name or a shape differs.
    """
    own = weights_of(model)
    for name in sorted(own.keys() | state.keys()):
        if name not in own or name not in state or own[name].shape != state[name].shape:
            raise Problem("tasks.model_damaged", folder="", file=name)
    with torch.no_grad():
        for name, value in own.items():
            value.copy_(state[name])


def _read_config(folder: Path) -> dict[str, Any]:
    try:
        config: dict[str, Any] = json.loads((folder / CONFIG_NAME).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise Problem("tasks.model_missing", folder=folder) from error
    except (OSError, ValueError) as error:
        raise Problem("tasks.model_damaged", folder=folder, file=CONFIG_NAME) from error
    return config
