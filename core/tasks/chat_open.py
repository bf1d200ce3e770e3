"""How a stored model of transformers is opened: offline, from safetensors only, no code of the folder's own, as precisely
as the memory of the device allows.

On a graphics card too small for it, weights are shrunk to 8 or 4 bits by bitsandbytes (the extra `writers`); on a
processor they are held at half precision where the memory is short.
"""

from __future__ import annotations

import importlib.util
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal, get_args

import psutil
import torch

from core.backbones.torchvision_shim import make_torchvision_importable
from core.methods.protocol import Decision
from core.problems import Problem
from core.tasks.chat import ChatWriter
from core.tasks.chat_blocks import ATTENTION, register_attention
from core.tasks.folders import StoredFolder, WriterStore
from core.tasks.writers import WriterCard, card_of_folder

Weights = Literal["auto", "whole", "half", "int8", "int4"]
# Bytes of a parameter, and what running it takes beside the weights.
_BYTES: dict[Weights, float] = {"whole": 4, "half": 2, "int8": 1.1, "int4": 0.65}
_BESIDE = 1.3
# Photos are cut into at most so many tiles a side; the makers' four cost a small PC minutes per photo.
_TILES = 2
# Published: 384 and 512, 3136 to 65536, 2, 2, 64 to 169.
_MOST_OF_A_PHOTO = {
    "longest_edge": 2048,
    "shortest_edge": 1 << 20,
    "temporal_patch_size": 16,
    "merge_size": 16,
    "image_seq_len": 4096,
}
_CLASSES: dict[str, str] = {
    "idefics3": "Idefics3",
    "smolvlm": "SmolVLM",
    "qwen2_vl": "Qwen2VL",
    "qwen2_5_vl": "Qwen2_5_VL",
    "qwen3_vl": "Qwen3VL",
}


def open_chat(
    card: WriterCard, device: str = "cpu", weights: Weights = "auto", store: WriterStore | None = None
) -> ChatWriter:
    """A stored model, its hashes verified, on a device.

    Raises:
        Problem: as `WriterStore.verify` and `load_folder`.
    """
    return load_folder((store or WriterStore()).verify(card.name), device, weights)


def import_folder(
    name: str,
    source: Path,
    licence: str = "",
    store: WriterStore | None = None,
    copied: Callable[[int], object] = lambda done: None,
    loading: Callable[[], object] = lambda: None,
) -> StoredFolder:
    """Bring a folder into the store; it is opened once on the way, so that what stands in the store is known to open.
    `copied` is called with the bytes so far, `loading` before it is opened: what they raise ends the work.

    Raises:
        Problem: as `WriterStore.add` and `load_folder`.
    """

    def check(stored: StoredFolder) -> None:
        loading()
        load_folder(stored)

    return (store or WriterStore()).add(name, source, licence, check, copied)


def load_folder(stored: StoredFolder, device: str = "cpu", weights: Weights = "auto") -> ChatWriter:
    """The model of a folder whose files were verified.

    Raises:
        Problem: `tasks.model_too_large`, `tasks.folder_unreadable`.
    """
    record = stored.record
    register_attention()
    _be_quiet()
    try:
        how = _how(stored, device, weights)
        with _offline():
            processor = _processor(stored)
            model, told = _model_class(record.model_type).from_pretrained(
                stored.folder,
                local_files_only=True,
                trust_remote_code=False,
                use_safetensors=True,
                attn_implementation=ATTENTION,
                output_loading_info=True,
                **_precision(how, device),
            )
        if wrong := [*told["missing_keys"], *told["unexpected_keys"], *told["mismatched_keys"]]:
            raise ValueError(f"{len(wrong)} weights: {wrong[0]}")
        _set_generation(model)
        if how.code not in ("tasks.weights_int8", "tasks.weights_int4"):
            model = model.to(device)
        return ChatWriter(model, processor, card_of_folder(record), how)
    except Problem:
        raise
    # Whatever a folder from outside holds: transformers fails in every way there is.
    except Exception as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        raise Problem("tasks.folder_unreadable", name=record.name, reason=reason) from error


def choose_weights(
    name: str, parameters: int, free_bytes: int, on_card: bool, can_shrink: bool, weights: Weights = "auto"
) -> Decision:
    """As how many bits each weight is held, told in words: as many as fit.

    can_shrink: whether bitsandbytes is there. A choice of the operator's (`weights` other than auto) is taken as it is.

    Raises:
        Problem: `tasks.model_too_large` where nothing fits.
    """
    order: tuple[Weights, ...] = ("whole", "half")
    if on_card and can_shrink:
        order = (*order, "int8", "int4")
    for kind in order if weights == "auto" else (weights,):
        needed = int(parameters * _BYTES[kind] * _BESIDE)
        if needed <= free_bytes or weights != "auto":
            data = {"name": name, "needed": needed // 1_000_000, "free": free_bytes // 1_000_000}
            return Decision(f"tasks.weights_{kind}", go_on=True, data=data)
    needed = int(parameters * _BYTES[order[-1]] * _BESIDE)
    raise Problem(
        "tasks.model_too_large", name=name, needed=needed // 1_000_000, free=free_bytes // 1_000_000
    )


def _how(stored: StoredFolder, device: str, weights: Weights) -> Decision:
    assert weights in get_args(Weights), weights
    on_card = device.startswith("cuda")
    free = torch.cuda.mem_get_info(device)[0] if on_card else psutil.virtual_memory().available
    can_shrink = importlib.util.find_spec("bitsandbytes") is not None
    return choose_weights(stored.record.name, _parameters(stored), free, on_card, can_shrink, weights)


def _parameters(stored: StoredFolder) -> int:
    """How many numbers its weights files hold, by their heads."""
    from safetensors import safe_open

    count = 0
    for name in stored.record.files:
        if name.endswith(".safetensors"):
            with safe_open(stored.folder / name, framework="pt") as file:
                for key in file.keys():  # noqa: SIM118 - no mapping
                    count += torch.Size(file.get_slice(key).get_shape()).numel()
    return count


def _precision(how: Decision, device: str) -> dict[str, Any]:
    match how.code:
        case "tasks.weights_whole":
            return {"dtype": torch.float32}
        case "tasks.weights_half":
            return {"dtype": torch.bfloat16}
    from transformers import BitsAndBytesConfig

    bits: dict[str, Any] = (
        {"load_in_8bit": True}
        if how.code == "tasks.weights_int8"
        else {
            "load_in_4bit": True,
            "bnb_4bit_quant_type": "nf4",
            "bnb_4bit_compute_dtype": torch.bfloat16,
        }
    )
    return {
        "dtype": torch.bfloat16,
        "device_map": {"": device},
        "quantization_config": BitsAndBytesConfig(**bits),
    }


def _model_class(model_type: str) -> Any:
    import transformers

    return getattr(transformers, f"{_CLASSES[model_type]}ForConditionalGeneration")


def _processor(stored: StoredFolder) -> Any:
    make_torchvision_importable()
    import transformers
    from transformers.models.smolvlm import processing_smolvlm

    # A library that spells the number of a video's frames; without it no processor is made, though no video is sent.
    spelling: Any = processing_smolvlm
    if spelling.num2words is None:
        spelling.num2words = str
    # That of its kind, whatever the folder names.
    kind = getattr(transformers, f"{_CLASSES[stored.record.model_type]}Processor")
    processor: Any = kind.from_pretrained(stored.folder, local_files_only=True, trust_remote_code=False)
    images = processor.image_processor
    if tile := getattr(images, "max_image_size", None):
        longest = min(int(images.size["longest_edge"]), _TILES * int(tile["longest_edge"]))
        images.size = type(images.size)(longest_edge=longest)
    _refuse_huge(processor, images)
    return processor


def _refuse_huge(processor: Any, images: Any) -> None:
    """Raises ValueError where a photo would be blown up, or stand for more tokens than any of these models reads."""
    tile = getattr(images, "max_image_size", None)
    found = {
        "longest_edge": int(tile["longest_edge"]) if tile else 0,
        # Of Qwen's: as many pixels as a photo has at least.
        "shortest_edge": int(getattr(images.size, "shortest_edge", None) or 0),
        **{name: int(getattr(images, name, None) or 0) for name in ("temporal_patch_size", "merge_size")},
        "image_seq_len": int(getattr(processor, "image_seq_len", None) or 0),
    }
    for name, most in _MOST_OF_A_PHOTO.items():
        if found[name] > most:
            raise ValueError(f"{name}: {found[name]}")


def _be_quiet() -> None:
    """No bars of its own beside the program's."""
    from transformers.utils.logging import disable_progress_bar

    disable_progress_bar()
    # It says at each product of 8-bit weights that it rounds.
    logging.getLogger("bitsandbytes").setLevel(logging.ERROR)


def _set_generation(model: Any) -> None:
    """How it writes is this program's to say, not the folder's."""
    from transformers import GenerationConfig

    model.generation_config = GenerationConfig()


@contextmanager
def _offline() -> Iterator[None]:
    """The libraries are told to stay offline, whatever the environment says: they read it once, when they are imported."""
    from huggingface_hub import constants

    was = constants.HF_HUB_OFFLINE
    constants.HF_HUB_OFFLINE = True
    try:
        yield
    finally:
        constants.HF_HUB_OFFLINE = was
