"""Texts that share their beginning, deep prompts and own tokens give what one text at a time gives."""

import pytest
import torch
from torch import Tensor

from core.backbones.clip import Backbone
from core.backbones.text_tower import Endings
from tests.core.tiny_backbone import tiny_backbone

WORDS = ["bolt", "scratched blue plastic gear", "hexagon nut with a stain on it"]
START = 4


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return tiny_backbone()


def texts(backbone: Backbone, words: list[str] = WORDS) -> tuple[Tensor, Tensor, Endings]:
    tokens = backbone.tokenize([f"x x x {word}." for word in words])
    return backbone.token_embeddings(tokens), backbone.eot_positions(tokens), backbone.endings(tokens, START)


def random(*shape: int, seed: int = 0) -> Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def obvious(backbone: Backbone, embeddings: Tensor, eot: Tensor, before: dict[int, Tensor]) -> Tensor:
    """One text `(L, W)` at a time through open_clip's own blocks; `before` block i, tokens are put over places 1…n."""
    model = backbone._clip
    rows = []
    for row, (text, end) in enumerate(zip(embeddings, eot, strict=True)):
        x = (text + model.positional_embedding)[None]
        for number, block in enumerate(model.transformer.resblocks):
            if number in before:
                tokens = before[number] if before[number].dim() == 2 else before[number][row]
                x = torch.cat([x[:, :1], tokens[None], x[:, 1 + len(tokens) :]], dim=1)
            x = block(x, attn_mask=model.attn_mask)
        rows.append(model.ln_final(x[0, end]) @ model.text_projection)
    return torch.stack(rows)


def close(found: Tensor, wanted: Tensor) -> bool:
    return bool((found - wanted).abs().max() <= 1e-5 * wanted.abs().max())


@pytest.mark.parametrize("words", [WORDS, WORDS[:1], ["bolt", "nut"]], ids=["uneven", "one", "even"])
def test_a_shared_beginning_equals_whole_texts(backbone: Backbone, words: list[str]) -> None:
    embeddings, eot, endings = texts(backbone, words)
    ctx = random(START - 1, 32)
    whole = torch.cat([embeddings[:, :1], ctx.expand(len(words), -1, -1), embeddings[:, START:]], dim=1)
    found = backbone.text.features_after(torch.cat([embeddings[0, :1], ctx]), endings)
    assert close(found, obvious(backbone, whole, eot, {}))


def test_each_beginning_of_many_equals_itself_alone(backbone: Backbone) -> None:
    _, _, endings = texts(backbone)
    beginnings = random(5, START, 32)
    found = backbone.text.features_after(beginnings, endings)
    alone = [backbone.text.features_after(beginning, endings) for beginning in beginnings]
    assert close(found, torch.stack(alone))


def test_deep_prompts_overwrite_the_places_behind_the_first_token(backbone: Backbone) -> None:
    embeddings, eot, endings = texts(backbone)
    deep = random(2, 32)
    wanted = obvious(backbone, embeddings, eot, {1: deep})
    assert close(backbone.text.features_after(embeddings[0, :START], endings, [deep]), wanted)
    assert close(backbone.text.features(embeddings, eot, [deep]), wanted)


def test_own_tokens_end_the_sharing(backbone: Backbone) -> None:
    embeddings, eot, endings = texts(backbone)
    own = random(len(WORDS), 2, 32)
    found = backbone.text.features_after(embeddings[0, :START], endings, own={1: own})
    assert close(found, obvious(backbone, embeddings, eot, {1: own}))


def test_gradients_reach_beginning_and_prompts_as_in_whole_texts(backbone: Backbone) -> None:
    embeddings, eot, endings = texts(backbone)
    ctx, deep = random(START - 1, 32).requires_grad_(), random(2, 32, seed=1).requires_grad_()
    whole = torch.cat([embeddings[:, :1], ctx.expand(len(WORDS), -1, -1), embeddings[:, START:]], dim=1)
    wanted = torch.autograd.grad(obvious(backbone, whole, eot, {1: deep}).square().sum(), [ctx, deep])
    features = backbone.text.features_after(torch.cat([embeddings[0, :1], ctx]), endings, [deep])
    for found, other in zip(torch.autograd.grad(features.square().sum(), [ctx, deep]), wanted, strict=True):
        assert close(found, other)


def test_what_hangs_on_a_copy_leaves_the_tower_alone(backbone: Backbone) -> None:
    embeddings, eot, _ = texts(backbone)
    before = backbone.text.features(embeddings, eot)
    twin = backbone.text.copy()
    twin.blocks[0].after_mlp = torch.nn.Linear(32, 32)  # type: ignore[union-attr]
    assert not close(twin.features(embeddings, eot), before)
    assert torch.equal(backbone.text.features(embeddings, eot), before)
