"""Prompts written out piece by piece and run the long way: all places of the context, float64, open_clip's own blocks."""

import copy
from collections.abc import Mapping, Sequence
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional

from core.backbones.clip import Backbone
from core.methods.class_text import ClassText
from core.methods.protocol import Method
from tests.core.methods.plain_towers import BASE, NEW

LABELS = torch.tensor([0, 1, 2, 0, 1, 2, 2])
EVERY = (*NEW, *BASE)


class Plain:
    """The text tower of a backbone, slow and obvious."""

    def __init__(self, backbone: Backbone) -> None:
        self.backbone = backbone
        self.clip: Any = copy.deepcopy(backbone._clip).double()

    def vectors(self, piece: str | Tensor) -> Tensor:
        """Words → their token vectors `(n, W)`, without SOS and EOT; learned vectors stay as they are."""
        if isinstance(piece, Tensor):
            return piece
        (ids,) = self.backbone.tokenize([piece])
        vectors: Tensor = self.clip.token_embedding(ids[1 : int(ids.argmax())])
        return vectors

    def text(self, pieces: Sequence[str | Tensor], replaced: Mapping[int, Tensor] | None = None) -> Tensor:
        """[SOS][pieces…][EOT] and nothings to the end of the context → `(D,)`; before some blocks, the places
        behind SOS are replaced."""
        (empty,) = self.backbone.tokenize([""])
        sos, eot, nothing = self.clip.token_embedding(empty[[0, 1, 2]]).split(1)
        x = torch.cat([sos, *(self.vectors(piece) for piece in pieces), eot])
        last = len(x) - 1
        x = torch.cat([x, nothing.expand(self.backbone.context_length - len(x), -1)])
        x = x + self.clip.positional_embedding
        for number, block in enumerate(self.clip.transformer.resblocks):
            if replaced and number in replaced:
                x = torch.cat([x[:1], replaced[number], x[1 + len(replaced[number]) :]])
            x = block(x[None], attn_mask=self.clip.attn_mask)[0]
        found: Tensor = self.clip.ln_final(x[last]) @ self.clip.text_projection
        return found

    def sentences(self, classes: Sequence[ClassText], template: str = "a photo of a {}.") -> Tensor:
        """The untouched features of the classes in a sentence `(C, D)`."""
        return torch.stack([self.text([template.replace("{}", entry.words)]) for entry in classes]).detach()


def image_features(backbone: Backbone, n: int = len(LABELS)) -> Tensor:
    """Features as a photo might have them `(n, D)`."""
    return torch.randn(n, backbone.embed_dim, generator=torch.Generator().manual_seed(3))


def scaled_cosines(image: Tensor, text: Tensor, scale: float) -> Tensor:
    """One photo `(D,)` beside texts `(C, D)` → `(C,)`."""
    image = image.double()
    return scale * torch.stack([torch.dot(image, row) / (image.norm() * row.norm()) for row in text])


def cross_entropy(logits: Tensor, labels: Tensor = LABELS) -> Tensor:
    """−log p(own class), photo by photo."""
    losses = [
        torch.logsumexp(row, 0) - row[label] for row, label in zip(logits, labels.tolist(), strict=True)
    ]
    return torch.stack(losses).mean()


def distance(text: Tensor, teacher: Tensor) -> Tensor:
    """1 − mean cosine, class by class."""
    rows = [torch.dot(w, t) / (w.norm() * t.norm()) for w, t in zip(text, teacher, strict=True)]
    return 1 - torch.stack(rows).mean()


def disturbed(method: Method, by: float = 0.2) -> dict[str, Tensor]:
    """Move what a method learns away from its start; gives float64 copies of it, to take gradients of."""
    generator = torch.Generator().manual_seed(17)
    learned = {name: value for name, value in method.named_parameters() if value.requires_grad}
    with torch.no_grad():
        for value in learned.values():
            size = value.abs().mean().clamp(min=0.05)
            value.add_(by * size * torch.randn(value.shape, generator=generator))
    return {name: value.detach().double().requires_grad_() for name, value in learned.items()}


def agree(found: Mapping[str, Tensor | None], wanted: Tensor, learned: Mapping[str, Tensor]) -> None:
    """Gradients `found`, by name, are those of the plain loss `wanted` for the same values."""
    for (name, value), gradient in zip(
        learned.items(), torch.autograd.grad(wanted, list(learned.values())), strict=True
    ):
        mine = found[name]
        assert mine is not None and gradient.norm() > 0, name
        error = (mine.double() - gradient).norm() / gradient.norm()
        assert error <= 5e-4, f"{name} {tuple(value.shape)} {error:.1e}"


def mlp(learned: Mapping[str, Tensor], prefix: str, x: Tensor, activation: Any) -> Tensor:
    """Linear, activation, Linear with the weights named `prefix.0.…` and `prefix.2.…`."""
    hidden = activation(learned[f"{prefix}.0.weight"] @ x + learned[f"{prefix}.0.bias"])
    return learned[f"{prefix}.2.weight"] @ hidden + learned[f"{prefix}.2.bias"]


def unit(x: Tensor) -> Tensor:
    """x / |x|."""
    return functional.normalize(x.double(), dim=-1)


def gradients(method: Method) -> dict[str, Tensor | None]:
    """What `backward` left, by name."""
    return {name: value.grad for name, value in method.named_parameters() if value.requires_grad}
