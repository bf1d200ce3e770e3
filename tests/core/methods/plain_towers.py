"""Both towers with prompts, run the long way in float64 through open_clip's own blocks (methods.md §4)."""

import copy
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from core.backbones.clip import Backbone, BackboneCard
from core.backbones.tokens import make_tokenizer
from core.backbones.torchvision_shim import make_torchvision_importable
from core.methods.class_text import ClassText
from tests.core.tiny_backbone import NAME, PREPROCESSING

BASE = (
    ClassText("ボルト", "red painted bolt"),
    ClassText("ナット", "steel nut"),
    ClassText("座金", "black rubber washer"),
)
NEW = (ClassText("ピン", "copper pin with a long scratch"),)

# Towers of unequal width and depth, and CLIP's full context.
CFG: dict[str, Any] = {
    "embed_dim": 24,
    "vision_cfg": {"image_size": 32, "layers": 4, "width": 48, "head_width": 16, "patch_size": 16},
    "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 32, "heads": 2, "layers": 3},
}


def uneven_backbone(cfg: dict[str, Any] = CFG) -> Backbone:
    """Random weights everywhere, norms and biases too."""
    make_torchvision_importable()
    from open_clip.model import CLIP

    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(11)
        model = CLIP(**cfg)
        with torch.no_grad():
            for name, parameter in model.named_parameters():
                if parameter.dim() > 1:
                    parameter.mul_(3)
                elif name != "logit_scale":
                    parameter.add_(0.2 * torch.randn_like(parameter))
    card = BackboneCard(NAME, NAME, "file", "sha-uneven", 0, "none", {"ja": "", "en": ""}, PREPROCESSING)
    return Backbone(model, make_tokenizer(cfg["text_cfg"], None, NAME), card)


def plain_clip(backbone: Backbone) -> Any:
    """open_clip's own model in float64."""
    return copy.deepcopy(backbone._clip).double()


def plain_image(clip: Any, pixels: Tensor, prompts: Sequence[Tensor]) -> Tensor:
    """Block 0: prompts behind the patches before `ln_pre`; blocks 1…J−1: the last n tokens are replaced."""
    visual = clip.visual
    rows = []
    for picture in pixels.double():
        x = visual.conv1(picture[None]).flatten(2)[0].T
        x = torch.cat([visual.class_embedding[None], x]) + visual.positional_embedding
        x = visual.ln_pre(torch.cat([x, *prompts[:1]]))
        for number, block in enumerate(visual.transformer.resblocks):
            if 0 < number < len(prompts):
                x = torch.cat([x[: -len(prompts[number])], prompts[number]])
            x = block(x[None])[0]
        rows.append(visual.ln_post(x[0]) @ visual.proj)
    return torch.stack(rows)


def plain_text(
    backbone: Backbone, clip: Any, sentences: Sequence[str], prompts: Sequence[Tensor] = ()
) -> Tensor:
    """All 77 tokens of each sentence; before block i the tokens behind SOS are replaced by `prompts[i]`."""
    rows = []
    for ids in backbone.tokenize(sentences):
        x = clip.token_embedding(ids)
        for number, block in enumerate(clip.transformer.resblocks):
            if number < len(prompts):
                # Positions belong to the first block's input: what replaces tokens later has none.
                x = torch.cat([x[:1], prompts[number], x[1 + len(prompts[number]) :]])
            if number == 0:
                x = x + clip.positional_embedding
            x = block(x[None], attn_mask=clip.attn_mask)[0]
        rows.append(clip.ln_final(x[int(ids.argmax())]) @ clip.text_projection)
    return torch.stack(rows)


def plain_logits(image: Tensor, text: Tensor, scale: float) -> Tensor:
    """Scaled cosines, pair by pair."""
    rows = [[torch.dot(f, w) / (f.norm() * w.norm()) for w in text] for f in image]
    return scale * torch.stack([torch.stack(row) for row in rows])


def plain_cross_entropy(logits: Tensor, labels: Tensor) -> Tensor:
    """−log p(own class), photo by photo."""
    losses = [row.logsumexp(0) - row[label] for row, label in zip(logits, labels.tolist(), strict=True)]
    return torch.stack(losses).mean()


def doubles(method: nn.Module) -> dict[str, Tensor]:
    """Float64 copies of what a method learns, to take gradients of."""
    learned = {name: value for name, value in method.named_parameters() if value.requires_grad}
    return {name: value.detach().double().requires_grad_() for name, value in learned.items()}


def disturb(method: nn.Module, by: float = 0.3) -> None:
    """Move what a method learns away from where it starts."""
    generator = torch.Generator().manual_seed(17)
    with torch.no_grad():
        for value in method.parameters():
            if value.requires_grad:
                value.add_(by * torch.randn(value.shape, generator=generator))


def photos(n: int = 5, seed: int = 3) -> Tensor:
    """Normalised pixels."""
    return torch.randn(n, 3, 32, 32, generator=torch.Generator().manual_seed(seed))


def close(found: Tensor, wanted: Tensor, within: float) -> bool:
    """The error relative to the size of the whole."""
    return bool((found.double() - wanted).norm() <= within * wanted.norm())
