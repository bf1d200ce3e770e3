"""The frozen backbone: one face for every CLIP-like model of open_clip.

Everything that touches open_clip's insides is here or in load.py. The text tower of CLIP is causal and read at
the end token (EOT), so tokens behind the longest EOT change nothing and are not run (methods.md §12.3.1).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from core.backbones.preprocess import Preprocessing
from core.backbones.store import Source
from core.backbones.tokens import Tokenizer
from core.problems import Language, Problem


@dataclass(frozen=True)
class BackboneCard:
    """What a backbone is, for people and for the run that used it."""

    name: str
    architecture: str
    source: Source
    sha256: str
    size_bytes: int
    licence: str
    purpose: dict[Language, str]
    preprocessing: Preprocessing


class Backbone(nn.Module):
    """A frozen CLIP-like model, always in evaluation mode; no parameter requires a gradient.

    Features are unnormalised float32, whatever precision the towers run in under autocast. Gradients flow to
    embeddings and pixels that are given, never to weights.
    """

    embed_dim: int
    image_size: int
    context_length: int
    text_width: int
    logit_scale: float
    supports_prompts: bool

    def __init__(self, model: nn.Module, tokenizer: Tokenizer, card: BackboneCard) -> None:
        super().__init__()
        self.card = card
        self.preprocessing = card.preprocessing
        self.image_size = card.preprocessing.image_size
        self._clip = model.requires_grad_(False).eval()
        self._tokenizer = tokenizer
        self._text = _TextTower.of(model)
        self.context_length = self._text.context_length
        self.text_width = self._text.width
        self.embed_dim = self._text.embed_dim
        self.supports_prompts = self._text.is_causal and self._text.reads_eot
        self.logit_scale = float(self._open_clip.logit_scale.exp())

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        return self._text.positions.device

    def train(self, mode: bool = True) -> "Backbone":
        """Stays in evaluation mode: a method around it may train, the backbone never does."""
        del mode
        return super().train(False)

    def tokenize(self, texts: Sequence[str]) -> Tensor:
        """Token ids `(C, L)`, int64, L = `context_length`; a text that is too long is cut before its EOT."""
        return self._tokenizer(texts, self.context_length).to(self.device)

    def image_features(self, pixels: Tensor) -> Tensor:
        """Normalised pixels `(B, 3, H, W)` → `(B, D)`."""
        features: Tensor = self._open_clip.encode_image(pixels)
        return features.float()

    def text_features(self, tokens: Tensor) -> Tensor:
        """Token ids `(C, L)` → `(C, D)`; a causal tower runs up to the longest EOT only."""
        if not self.supports_prompts:
            features: Tensor = self._open_clip.encode_text(tokens)
            return features.float()
        eot = self.eot_positions(tokens)
        embeddings = self.token_embeddings(tokens[:, : int(eot.max()) + 1])
        return self.text_features_from_embeddings(embeddings, eot)

    def token_embeddings(self, tokens: Tensor) -> Tensor:
        """Token ids `(C, L)` → `(C, L, W)`, without positions.

        Raises:
            Problem: `backbones.no_prompts` where the text tower is not causal and read at EOT.
        """
        self._need_prompts()
        embeddings: Tensor = self._text.tower.token_embedding(tokens)
        return embeddings.float()

    def text_features_from_embeddings(self, embeddings: Tensor, eot: Tensor) -> Tensor:
        """Embeddings `(C, L, W)` without positions, EOT places `(C,)` → `(C, D)`. L may be short of the context.

        Raises:
            Problem: `backbones.no_prompts` where the text tower is not causal and read at EOT.
        """
        self._need_prompts()
        length = int(eot.max()) + 1
        x = embeddings[:, :length] + self._text.positions[:length]
        x = self._text.tower.transformer(x, attn_mask=self._text.causal_mask[:length, :length])
        # The last normalisation is token by token: only the token that is read needs it.
        pooled = self._text.tower.ln_final(x[torch.arange(len(x), device=x.device), eot])
        return self._text.project(pooled).float()

    def eot_positions(self, tokens: Tensor) -> Tensor:
        """The place of each text's end token `(C,)` in its ids `(C, L)`."""
        if self._text.pool == "argmax":
            return tokens.argmax(dim=-1)
        if self._text.pool == "eos":
            return (tokens == self._text.eos_id).int().argmax(dim=-1)
        # Such towers (SigLIP) pad with the end token: the text ends where the run of it begins.
        return tokens.shape[1] - (tokens == tokens[:, -1:]).flip(-1).int().cumprod(dim=-1).sum(dim=-1)

    def _need_prompts(self) -> None:
        if not self.supports_prompts:
            raise Problem("backbones.no_prompts", name=self.card.name)

    @property
    def _open_clip(self) -> Any:
        return self._clip


@dataclass(frozen=True)
class _TextTower:
    """Where the parts of a text tower are: on the model itself (`CLIP`) or under `text` (`CustomTextCLIP`)."""

    tower: Any
    pool: str
    eos_id: int

    @classmethod
    def of(cls, model: Any) -> "_TextTower":
        if hasattr(model, "text"):
            return cls(model.text, model.text.pool_type, model.text.eos_id)
        return cls(model, model.text_pool_type, model.text_eos_id)

    @property
    def positions(self) -> Tensor:
        """Positional embedding `(L, W)`."""
        table: Tensor = self.tower.positional_embedding
        return table

    @property
    def causal_mask(self) -> Tensor:
        """Additive mask `(L, L)`."""
        mask: Tensor = self.tower.attn_mask
        return mask

    @property
    def context_length(self) -> int:
        return int(self.tower.context_length)

    @property
    def width(self) -> int:
        return int(self.positions.shape[1])

    @property
    def embed_dim(self) -> int:
        projection = self.tower.text_projection
        if projection is None:
            return self.width
        return int(projection.out_features if isinstance(projection, nn.Linear) else projection.shape[1])

    @property
    def is_causal(self) -> bool:
        return self.tower.attn_mask is not None and getattr(self.tower, "cls_emb", None) is None

    @property
    def reads_eot(self) -> bool:
        return self.pool in ("argmax", "eos")

    def project(self, pooled: Tensor) -> Tensor:
        """`(C, W)` → `(C, D)`."""
        projection = self.tower.text_projection
        if projection is None:
            return pooled
        projected: Tensor = projection(pooled) if isinstance(projection, nn.Linear) else pooled @ projection
        return projected
