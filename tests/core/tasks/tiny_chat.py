"""Folders as their makers publish them, with random weights and a few hundred words: SmolVLM, Idefics3, Qwen2.5-VL."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer, models, pre_tokenizers
from tokenizers import decoders as tokenizer_decoders

from core.backbones.torchvision_shim import make_torchvision_importable

TEXT: dict[str, Any] = {
    "hidden_size": 32,
    "intermediate_size": 48,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
    "max_position_embeddings": 2048,
    "rms_norm_eps": 1e-5,
}
SMOL = "<|im_start|>", "<end_of_utterance>", "<image>", "<fake_token_around_image>", "<global-img>"
SMOL_TILES = tuple(f"<row_{row}_col_{col}>" for row in range(1, 4) for col in range(1, 4))
QWEN = (
    "<|im_start|>",
    "<|im_end|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|image_pad|>",
    "<|video_pad|>",
    "<|endoftext|>",
)
SMOL_TEMPLATE = (
    "<|im_start|>{% for message in messages %}{{message['role'] | capitalize}}"
    "{% if message['content'][0]['type'] == 'image' %}{{':'}}{% else %}{{': '}}{% endif %}"
    "{% for line in message['content'] %}{% if line['type'] == 'text' %}{{line['text']}}"
    "{% elif line['type'] == 'image' %}{{ '<image>' }}{% endif %}{% endfor %}<end_of_utterance>\n"
    "{% endfor %}{% if add_generation_prompt %}{{ 'Assistant:' }}{% endif %}"
)
QWEN_TEMPLATE = (
    "{% for message in messages %}<|im_start|>{{ message['role'] }}\n"
    "{% for content in message['content'] %}{% if content['type'] == 'image' %}"
    "<|vision_start|><|image_pad|><|vision_end|>{% elif 'text' in content %}{{ content['text'] }}{% endif %}"
    "{% endfor %}<|im_end|>\n{% endfor %}{% if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


def tokenizer_of(specials: tuple[str, ...], template: str, **names: str) -> Any:
    """Bytes as they are, and the special tokens that a family has."""
    from transformers import PreTrainedTokenizerFast

    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    inner = Tokenizer(models.BPE(vocab={letter: n for n, letter in enumerate(alphabet)}, merges=[]))
    inner.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    inner.decoder = tokenizer_decoders.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=inner, additional_special_tokens=list(specials), **names
    )
    tokenizer.chat_template = template
    return tokenizer


def smol_folder(folder: Path, kind: str = "smolvlm", width: int | None = None, **changes: Any) -> Path:
    """SmolVLM 2 (`smolvlm`) or SmolVLM (`idefics3`); `width` of both its parts, `changes` of its language part."""
    make_torchvision_importable()
    import transformers
    from transformers.models.smolvlm import processing_smolvlm

    processing_smolvlm.num2words = processing_smolvlm.num2words or str
    tokenizer = tokenizer_of((*SMOL, *SMOL_TILES), SMOL_TEMPLATE, eos_token="<end_of_utterance>")
    name = {"smolvlm": "SmolVLM", "idefics3": "Idefics3"}[kind]
    text = TEXT | {"model_type": "llama", "vocab_size": len(tokenizer), "pad_token_id": 0}
    vision = {
        "hidden_size": 24,
        "intermediate_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 2,
        "image_size": 32,
        "patch_size": 8,
    }
    if width:
        wide = {"hidden_size": width, "intermediate_size": 2 * width}
        text, vision = text | wide, vision | wide
    config = getattr(transformers, f"{name}Config")(
        text_config=text | changes,
        vision_config=vision,
        scale_factor=2,
        image_token_id=tokenizer.convert_tokens_to_ids("<image>"),
        pad_token_id=0,
    )
    images = getattr(transformers, f"{name}ImageProcessor")(
        size={"longest_edge": 64}, max_image_size={"longest_edge": 32}
    )
    more: tuple[Any, ...] = ()
    if kind == "smolvlm":
        more = (
            transformers.SmolVLMVideoProcessor(
                size={"longest_edge": 64}, max_image_size={"longest_edge": 32}
            ),
        )
    processor = getattr(transformers, f"{name}Processor")(images, tokenizer, *more, image_seq_len=4)
    processor.chat_template = SMOL_TEMPLATE
    return _save(folder, getattr(transformers, f"{name}ForConditionalGeneration"), config, processor)


def qwen_folder(folder: Path, kind: str = "qwen2_5_vl") -> Path:
    """Qwen2.5-VL, or Qwen3-VL, whose vision part also speaks to the first layers of the language part."""
    make_torchvision_importable()
    import transformers

    tokenizer = tokenizer_of(QWEN, QWEN_TEMPLATE, eos_token="<|im_end|>", pad_token="<|endoftext|>")
    number = tokenizer.convert_tokens_to_ids
    name = {"qwen2_5_vl": "Qwen2_5_VL", "qwen3_vl": "Qwen3VL"}[kind]
    text = TEXT | {
        "vocab_size": len(tokenizer),
        "head_dim": 8,
        "rope_parameters": {"rope_type": "default", "mrope_section": [2, 1, 1], "rope_theta": 1e6},
    }
    vision = {
        "depth": 2,
        "hidden_size": 32,
        "intermediate_size": 48,
        "num_heads": 2,
        "out_hidden_size": 32,
        "patch_size": 14,
        "spatial_merge_size": 2,
        "temporal_patch_size": 2,
    }
    vision |= (
        {"window_size": 56, "fullatt_block_indexes": [1]}
        if kind == "qwen2_5_vl"
        else {"num_position_embeddings": 64, "deepstack_visual_indexes": [0]}
    )
    config = getattr(transformers, f"{name}Config")(
        text_config=text,
        vision_config=vision,
        image_token_id=number("<|image_pad|>"),
        video_token_id=number("<|video_pad|>"),
        vision_start_token_id=number("<|vision_start|>"),
        vision_end_token_id=number("<|vision_end|>"),
    )
    bounds = {"min_pixels": 56 * 56, "max_pixels": 112 * 112}
    videos = "Qwen2VLVideoProcessor" if kind == "qwen2_5_vl" else "Qwen3VLVideoProcessor"
    processor = getattr(transformers, f"{name}Processor")(
        transformers.Qwen2VLImageProcessor(**bounds, patch_size=14),
        tokenizer,
        getattr(transformers, videos)(patch_size=14),
        chat_template=QWEN_TEMPLATE,
    )
    return _save(folder, getattr(transformers, f"{name}ForConditionalGeneration"), config, processor)


def _save(folder: Path, kind: Any, config: Any, processor: Any) -> Path:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(5)
        model = kind(config)
        with torch.no_grad():
            for value in model.parameters():
                if value.dim() > 1:
                    value.mul_(5)  # random weights of the usual size say the same of every photo
    model.save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder
