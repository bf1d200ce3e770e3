"""The frozen backbone: one face for every CLIP-like model of open_clip.

Everything that touches open_clip's insides is in this room. Methods that learn inside a tower take it apart
through `Backbone.text` and `Backbone.image`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from core.backbones.blocks import Block
from core.backbones.coca import CoCaDecoder, CoCaImage
from core.backbones.image_tower import ImageTower
from core.backbones.preprocess import Preprocessing
from core.backbones.store import Source
from core.backbones.text_tower import Endings, TextTower
from core.backbones.tokens import TextPieces, Tokenizer, merges_of, pieces_of
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
    embeddings and pixels that are given, never to weights. `text` and `image` are its towers taken apart, for
    methods that learn inside them.
    """

    embed_dim: int
    image_size: int
    context_length: int
    text_width: int
    logit_scale: float
    supports_prompts: bool
    supports_image_prompts: bool
    writes: bool

    def __init__(self, model: nn.Module, tokenizer: Tokenizer, card: BackboneCard) -> None:
        super().__init__()
        self.card = card
        self.preprocessing = card.preprocessing
        self.image_size = card.preprocessing.image_size
        self._clip = model.requires_grad_(False).eval()
        self._tokenizer = tokenizer
        self._stock = _StockText.of(model)
        self.context_length = self._stock.context_length
        self.text_width = self._stock.width
        self.embed_dim = self._stock.embed_dim
        self.supports_prompts = self._stock.is_causal and self._stock.reads_eot and self._stock.is_plain
        self.supports_image_prompts = ImageTower.fits(self._open_clip.visual)
        self.logit_scale = float(self._open_clip.logit_scale.exp())
        self._text = TextTower(self._stock.tower) if self.supports_prompts else None
        self._image = ImageTower(self._open_clip.visual) if self.supports_image_prompts else None
        self.writes = CoCaDecoder.fits(model)

    @property
    def text(self) -> TextTower:
        """The causal text tower.

        Raises:
            Problem: `backbones.no_prompts` where the text tower is not causal, or not read at EOT.
        """
        if self._text is None:
            raise Problem("backbones.no_prompts", name=self.card.name)
        return self._text

    @property
    def image(self) -> ImageTower:
        """The image tower.

        Raises:
            Problem: `backbones.no_image_prompts` where the image tower is no ViT that is read at its class token.
        """
        if self._image is None:
            raise Problem("backbones.no_image_prompts", name=self.card.name)
        return self._image

    def writing_parts(self) -> tuple[CoCaImage, CoCaDecoder, TextPieces]:
        """Of a CoCa, what writes about a photo: the photo's reader, the decoder, and texts as token ids.

        Raises:
            Problem: `backbones.does_not_write` where the model has no such part.
        """
        pieces = pieces_of(self._tokenizer)
        if not self.writes or pieces is None:
            raise Problem("backbones.does_not_write", name=self.card.name)
        return CoCaImage(self._open_clip.visual), CoCaDecoder(self._open_clip), pieces

    @property
    def device(self) -> torch.device:
        """Where the weights lie."""
        return self._stock.positions.device

    @property
    def merges(self) -> list[str] | None:
        """The byte pairs of its tokenizer; None where that is not CLIP's own."""
        return merges_of(self._tokenizer)

    def train(self, mode: bool = True) -> "Backbone":
        """Stays in evaluation mode: a method around it may train, the backbone never does."""
        del mode
        return super().train(False)

    def tokenize(self, texts: Sequence[str]) -> Tensor:
        """Token ids `(C, L)`, int64, L = `context_length`; a text that is too long is cut before its EOT."""
        return self._tokenizer(texts, self.context_length).to(self.device)

    def image_features(self, pixels: Tensor) -> Tensor:
        """Normalised pixels `(B, 3, H, W)` → `(B, D)`."""
        if self._image is not None:
            return self._image.features(pixels)
        features: Tensor = self._open_clip.encode_image(pixels, normalize=False)
        return features.float()

    def text_features(self, tokens: Tensor) -> Tensor:
        """Token ids `(C, L)` → `(C, D)`; a causal tower runs up to the longest EOT only."""
        if self._text is None:
            features: Tensor = self._open_clip.encode_text(tokens, normalize=False)
            return features.float()
        eot = self.eot_positions(tokens)
        embeddings = self.token_embeddings(tokens[:, : int(eot.max()) + 1])
        return self._text.features(embeddings, eot)

    def token_embeddings(self, tokens: Tensor) -> Tensor:
        """Token ids `(…, L)` → `(…, L, W)`, without positions. Raises Problem as `text`."""
        embeddings: Tensor = self.text.token_embedding(tokens)
        return embeddings.float()

    def endings(self, tokens: Tensor, start: int) -> Endings:
        """What stands in texts `(C, L)` from place `start` to their EOT, packed. Raises Problem as `text`."""
        eot = self.eot_positions(tokens)
        text, place = (torch.arange(tokens.shape[1], device=tokens.device) <= eot[:, None])[
            :, start:
        ].nonzero(as_tuple=True)
        return Endings(self.token_embeddings(tokens[text, start + place]), text, place, len(tokens))

    def eot_positions(self, tokens: Tensor) -> Tensor:
        """The place of each text's end token `(C,)` in its ids `(C, L)`."""
        if self._stock.pool == "argmax":
            return tokens.argmax(dim=-1)
        if self._stock.pool == "eos":
            return (tokens == self._stock.eos_id).int().argmax(dim=-1)
        # Such towers (SigLIP) pad with the end token: the text ends where the run of it begins.
        return tokens.shape[1] - (tokens == tokens[:, -1:]).flip(-1).int().cumprod(dim=-1).sum(dim=-1)

    def stock_blocks(self, tower: nn.Module) -> nn.ModuleList | None:
        """open_clip's own blocks behind `text` or `image`; None for a tower that someone made their own."""
        if tower is self._text:
            blocks: nn.ModuleList = self._stock.tower.transformer.resblocks
        elif tower is self._image:
            blocks = self._open_clip.visual.transformer.resblocks
        else:
            return None
        return blocks

    @property
    def _open_clip(self) -> Any:
        return self._clip


@dataclass(frozen=True)
class _StockText:
    """Where the parts of a text tower are: on the model itself (`CLIP`) or under `text` (`CustomTextCLIP`)."""

    tower: Any
    pool: str
    eos_id: int

    @classmethod
    def of(cls, model: Any) -> "_StockText":
        if hasattr(model, "text"):
            return cls(model.text, model.text.pool_type, model.text.eos_id)
        return cls(model, model.text_pool_type, model.text_eos_id)

    @property
    def positions(self) -> Tensor:
        """Positional embedding `(L, W)`."""
        table: Tensor = self.tower.positional_embedding
        return table

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

    @property
    def is_plain(self) -> bool:
        return all(Block.fits(block) for block in self.tower.transformer.resblocks)
