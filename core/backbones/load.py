"""From files to a frozen backbone on a device; and the way by which a file becomes a stored backbone.

Weights are hashed before they are opened, and never unpickled with code.
"""

import copy
import json
import pickle
import shutil
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors.torch import load_file
from torch import Tensor, nn

from core.backbones.bounds import exceeds
from core.backbones.catalogue import imported_purpose, writer_purpose
from core.backbones.clip import Backbone, BackboneCard
from core.backbones.coca import CoCaDecoder
from core.backbones.embedded import load_embedded_state
from core.backbones.preprocess import Preprocessing
from core.backbones.store import (
    EMBEDDED,
    TOKENIZER_FILE,
    WRITES,
    ModelStore,
    Record,
    Source,
    StoredModel,
)
from core.backbones.tokens import make_tokenizer
from core.backbones.torchvision_shim import make_torchvision_importable
from core.files import sha256_file
from core.problems import Language, Problem

CONFIG_FILE = "open_clip_config.json"
# In the order of preference: without pickle first.
WEIGHT_FILES = ("open_clip_model.safetensors", "open_clip_pytorch_model.bin")
_ENDINGS = (".safetensors", ".pt", ".pth", ".bin")
_SHOWN_KEYS = 3
_USUAL_IMAGE_SIZE = 224


def load_backbone(name: str = EMBEDDED, device: str = "cpu", store: ModelStore | None = None) -> Backbone:
    """A stored backbone, its hash verified, frozen, on a device.

    Raises:
        Problem: as `ModelStore.verify`; `backbones.unreadable`, `backbones.unsafe_file`, `backbones.wrong_weights`,
            `backbones.unsupported`, `backbones.no_tokenizer`.
    """
    model = (store or ModelStore()).verify(name)
    if model.record.source == EMBEDDED:
        return _assemble(model, load_embedded_state(model.folder), device)
    return _assemble(model, read_state(model.weights), device)


@dataclass(frozen=True)
class Described:
    """Weights and what they are, as found outside the store."""

    architecture: str
    model_cfg: dict[str, Any]
    preprocess_cfg: dict[str, Any]
    weights: Path
    tokenizer: Path | None = None


def import_file(
    name: str,
    source: Path,
    architecture: str | None = None,
    *,
    licence: str = "",
    store: ModelStore | None = None,
) -> StoredModel:
    """Bring a backbone into the store: a weights file with its architecture, or a folder in Hugging Face layout.

    The weights are loaded once on the way, so that what stands in the store is known to load. OpenAI's weights
    need QuickGELU: take the architecture `…-quickgelu` for them (the folder's config says so itself).

    Raises:
        Problem: `backbones.bad_name`, `backbones.name_taken`, `backbones.no_source`,
            `backbones.architecture_needed`, `backbones.unknown_architecture`, or as `load_backbone`.
    """
    store = store or ModelStore()
    store.check_free(name)
    described = _describe(source, architecture)
    return keep(
        name,
        described,
        store,
        source="file",
        origin=str(source),
        licence=licence,
        purpose=writer_purpose()["coca"] if WRITES in described.model_cfg else imported_purpose(),
    )


def keep(
    name: str,
    found: Described,
    store: ModelStore,
    *,
    source: Source,
    origin: str,
    licence: str,
    purpose: dict[Language, str],
    place: Callable[[Path, Path], object] = shutil.copyfile,
) -> StoredModel:
    """Store described weights after loading them once; `place(from, to)` copies or moves the weights file.

    Raises:
        Problem: as `import_file`.
    """
    if part := exceeds(found.model_cfg, found.weights.stat().st_size):
        raise Problem("backbones.unsupported", part=part)
    preprocessing = Preprocessing.from_open_clip(found.preprocess_cfg, _image_size(found.model_cfg))
    file_name = _plain_name(found.weights)

    def fill(folder: Path) -> Record:
        weights, tokenizer = folder / file_name, folder / TOKENIZER_FILE
        if found.tokenizer is not None:
            shutil.copyfile(found.tokenizer, tokenizer)
        place(found.weights, weights)
        record = Record(
            name=name,
            architecture=found.architecture,
            source=source,
            origin=origin,
            weights=weights.name,
            sha256=sha256_file(weights),
            size_bytes=weights.stat().st_size,
            tokenizer_sha256=sha256_file(tokenizer) if found.tokenizer else "",
            licence=licence,
            purpose=purpose,
            model_cfg=found.model_cfg,
            preprocessing=preprocessing,
        )
        _assemble(StoredModel(record, folder), read_state(weights), "cpu")
        return record

    return store.add(name, fill)


def read_state(path: Path) -> dict[str, Tensor]:
    """The tensors of a weights file; nothing in it is run.

    Raises:
        Problem: `backbones.unsafe_file` for a pickle that holds more than tensors, `backbones.unreadable`.
    """
    try:
        if path.suffix == ".safetensors":
            tensors: dict[str, Tensor] = load_file(path)
            return tensors
        if _is_torchscript(path):
            raise Problem("backbones.torchscript", path=path.name)
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Problem:
        raise
    except pickle.UnpicklingError as error:
        raise Problem("backbones.unsafe_file", path=path.name) from error
    except Exception as error:  # A damaged pickle makes torch's reader fail in every way there is.
        raise Problem("backbones.unreadable", path=path.name, reason=_first_line(error)) from error
    state = content.get("state_dict", content) if isinstance(content, dict) else content
    if not isinstance(state, dict) or not all(isinstance(value, Tensor) for value in state.values()):
        raise Problem("backbones.unreadable", path=path.name, reason="no tensors")
    return {str(key).removeprefix("module."): value for key, value in state.items()}


def architecture_config(architecture: str) -> dict[str, Any]:
    """open_clip's description of an architecture.

    Raises:
        Problem: `backbones.unknown_architecture`.
    """
    make_torchvision_importable()
    import open_clip

    config: dict[str, Any] | None = open_clip.get_model_config(architecture.replace("/", "-"))
    if config is None:
        raise Problem("backbones.unknown_architecture", architecture=architecture)
    return config


def published_preprocessing(architecture: str) -> dict[str, Any]:
    """How the published weights of an architecture want their photos; {} (open_clip's default) where they differ."""
    make_torchvision_importable()
    from open_clip.pretrained import get_pretrained_cfg, list_pretrained_tags_by_model

    keys = ("mean", "std", "interpolation", "resize_mode")
    tags = list_pretrained_tags_by_model(architecture)
    ways = [{key: get_pretrained_cfg(architecture, tag)[key] for key in keys} for tag in tags]
    return ways[0] if ways and all(way == ways[0] for way in ways) else {}


def build_towers(model_cfg: dict[str, Any]) -> nn.Module:
    """open_clip's model of a description, with random weights.

    Raises:
        Problem: `backbones.unsupported` for towers that are not image and text towers of open_clip.
    """
    make_torchvision_importable()
    from open_clip.coca_model import CoCa
    from open_clip.model import CLIP, CustomTextCLIP

    config = copy.deepcopy(model_cfg)
    if "hf_model_name" in config["text_cfg"]:
        raise Problem("backbones.unsupported", part="hf_model_name")
    if "timm_model_name" in config["vision_cfg"]:
        config["vision_cfg"]["timm_model_pretrained"] = False
        # timm reads "hf-hub:…" from the network, whatever is said of pretrained.
        if ":" in config["vision_cfg"]["timm_model_name"]:
            raise Problem("backbones.unsupported", part=config["vision_cfg"]["timm_model_name"])
    kind: Any = CustomTextCLIP if config.pop("custom_text", False) else CLIP
    if WRITES in config:
        kind = CoCa
        for part in ("text_cfg", "vision_cfg"):
            config[part]["output_tokens"] = True
    try:
        model: nn.Module = kind(**config)
    except (TypeError, ValueError, LookupError, ArithmeticError, RuntimeError, AssertionError) as error:
        raise Problem("backbones.unsupported", part=_first_line(error)) from error
    if WRITES in config and not CoCaDecoder.fits(model):
        raise Problem("backbones.unsupported", part=WRITES)
    return model


def _assemble(model: StoredModel, state: dict[str, Tensor], device: str) -> Backbone:
    record = model.record
    towers = build_towers(record.model_cfg)
    _fill(towers, state, record.architecture)
    tokenizer = make_tokenizer(record.model_cfg["text_cfg"], model.tokenizer, record.name)
    card = BackboneCard(
        name=record.name,
        architecture=record.architecture,
        source=record.source,
        sha256=record.sha256,
        size_bytes=record.size_bytes,
        licence=record.licence,
        purpose=record.purpose,
        preprocessing=record.preprocessing,
    )
    return Backbone(towers.to(device), tokenizer, card)


def _fill(towers: Any, state: dict[str, Tensor], architecture: str) -> None:
    """Load the weights, in any of the forms in which open_clip's models are published.

    Raises:
        Problem: `backbones.wrong_weights` when a tensor is missing, superfluous or of another shape.
    """
    from open_clip.convert import convert_state_dict
    from open_clip.model import convert_to_custom_text_state_dict

    state = dict(convert_state_dict(towers, state))
    if "positional_embedding" in state and hasattr(towers, "text"):
        state = dict(convert_to_custom_text_state_dict(state))
    for key in ("logit_scale", "logit_bias"):
        wanted = getattr(towers, key)
        if wanted is not None and key in state:
            state[key] = state[key].reshape(wanted.shape)
    wanted_shapes = {key: tuple(value.shape) for key, value in towers.state_dict().items()}
    wrong = [
        key
        for key in sorted(wanted_shapes.keys() | state.keys())
        if key not in state or wanted_shapes.get(key) != tuple(state[key].shape)
    ]
    if wrong:
        shown = ", ".join(wrong[:_SHOWN_KEYS])
        raise Problem("backbones.wrong_weights", architecture=architecture, count=len(wrong), keys=shown)
    towers.load_state_dict(state)


def _describe(source: Path, architecture: str | None) -> Described:
    if source.is_dir():
        return describe_folder(source)
    if not source.is_file():
        raise Problem("backbones.no_source", path=source)
    if not architecture:
        raise Problem("backbones.architecture_needed", path=source.name)
    model_cfg = architecture_config(architecture)
    if "openai" in source.name.lower() and not model_cfg.get("quick_gelu"):
        raise Problem("backbones.quick_gelu", path=source.name, architecture=architecture)
    tokenizer = source.with_name(TOKENIZER_FILE)
    return Described(
        architecture=architecture,
        model_cfg=model_cfg,
        preprocess_cfg=published_preprocessing(architecture),
        weights=source,
        tokenizer=tokenizer if tokenizer.is_file() else None,
    )


def describe_folder(folder: Path) -> Described:
    """What a folder in Hugging Face layout holds.

    Raises:
        Problem: `backbones.no_config`, `backbones.no_weights`, `backbones.unreadable`.
    """
    path = folder / CONFIG_FILE
    if not path.is_file():
        raise Problem("backbones.no_config", path=folder, wanted=CONFIG_FILE)
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        model_cfg = {"vision_cfg": {}, "text_cfg": {}} | config["model_cfg"]
        _image_size(model_cfg)
        preprocess_cfg = dict(config.get("preprocess_cfg") or {})
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise Problem("backbones.unreadable", path=path.name, reason=_first_line(error)) from error
    weights = next((folder / name for name in WEIGHT_FILES if (folder / name).is_file()), None)
    if weights is None:
        raise Problem("backbones.no_weights", path=folder, wanted=" / ".join(WEIGHT_FILES))
    tokenizer = folder / TOKENIZER_FILE
    return Described(
        architecture=folder.name,
        model_cfg=model_cfg,
        preprocess_cfg=preprocess_cfg,
        weights=weights,
        tokenizer=tokenizer if tokenizer.is_file() else None,
    )


def _image_size(model_cfg: dict[str, Any]) -> int:
    size = model_cfg["vision_cfg"].get("image_size", _USUAL_IMAGE_SIZE)
    sides = set(size) if isinstance(size, list) else {size}
    if len(sides) != 1:
        raise Problem("backbones.unsupported", part=f"image_size={size}")
    return int(sides.pop())


def _plain_name(weights: Path) -> str:
    """The file's name in the store; only its ending is kept."""
    if weights.suffix.lower() not in _ENDINGS:
        raise Problem("backbones.unreadable", path=weights.name, reason=f"not one of {', '.join(_ENDINGS)}")
    return f"weights{weights.suffix.lower()}"


def _is_torchscript(path: Path) -> bool:
    if not zipfile.is_zipfile(path):
        return False
    with zipfile.ZipFile(path) as archive:
        return any(Path(name).name == "constants.pkl" for name in archive.namelist())


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
