"""Attention in the text tower: the published product written plainly, and every method that reads one sentence."""

import copy
import math
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from core.backbones.clip import Backbone
from core.insight.reading import BEHIND, END, START, read
from core.methods.build import build_method
from core.methods.catalogue import compositions
from core.methods.class_text import ClassText
from core.methods.configs.references import ZeroShotConfig
from core.methods.configs.template import TEMPLATE
from tests.core.tiny_backbone import tiny_backbone

ENTRY = ClassText("きず", "scratched steel bolt")
PLAIN = ZeroShotConfig()
CLASSES = (ENTRY, ClassText("良品", "clean nut"))


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return tiny_backbone()


def _photo(backbone: Backbone) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.random.default_rng(0).standard_normal((1, backbone.embed_dim)).astype(np.float32)


def _plain_shares(backbone: Backbone, sentence: str) -> Tensor:
    """From open_clip's own modules in double precision, on the whole text."""
    clip: Any = copy.deepcopy(backbone._clip).double()
    tokens = backbone.tokenize([sentence])
    length = int(backbone.eot_positions(tokens)[0]) + 1
    x = clip.token_embedding(tokens[:, :length]) + clip.positional_embedding[:length]
    mask = torch.full((length, length), -math.inf, dtype=torch.double).triu(1)
    flow = torch.eye(length, dtype=torch.double)
    for block in clip.transformer.resblocks:
        y, heads = block.ln_1(x), block.attn.num_heads
        query, key, value = (
            part.view(length, heads, -1).transpose(0, 1)
            for part in (y[0] @ block.attn.in_proj_weight.T + block.attn.in_proj_bias).chunk(3, dim=-1)
        )
        weight = torch.softmax(query @ key.transpose(1, 2) / math.sqrt(query.shape[-1]) + mask, dim=-1)
        flow = (0.5 * torch.eye(length) + 0.5 * weight.mean(dim=0)).double() @ flow
        x = x + block.attn.out_proj((weight @ value).transpose(0, 1).reshape(1, length, -1))
        x = x + block.mlp(block.ln_2(x))
    return flow[-1].detach()


@pytest.mark.parametrize("template", [TEMPLATE, "a photo of a {}, a type of part."])
def test_the_shares_are_those_of_the_plain_rollout(backbone: Backbone, template: str) -> None:
    method = build_method("zero-shot", {"zero-shot.template": template}, backbone, CLASSES, seed=1)
    found = read(method, ENTRY, _photo(backbone), ZeroShotConfig(template=template))
    plain = _plain_shares(backbone, template.format(ENTRY.words))
    assert found[0].word == START and found[0].weight == pytest.approx(float(plain[0]), abs=1e-5)
    assert found[-1].word == END and found[-1].weight == pytest.approx(float(plain[-1]), abs=1e-5)
    assert [each.word for each in found if not each.word.startswith("[")] == ENTRY.words.split()
    # Its tokens lie one behind the other: words by how many tokens each has.
    at = 1 + sum(each.word[1:-1].isdigit() for each in found)
    for each in found[at : at + 3]:
        ids = backbone.tokenize([each.word])
        tokens = int(backbone.eot_positions(ids)[0]) - 1
        assert each.weight == pytest.approx(float(plain[at : at + tokens].sum()), abs=1e-5)
        at += tokens


@pytest.mark.parametrize("composition", [str(each) for each in compositions()])
def test_every_method_reads_the_words_of_the_description(backbone: Backbone, composition: str) -> None:
    method = build_method(composition, {}, backbone, CLASSES, seed=1)
    found = read(method, ENTRY, _photo(backbone), PLAIN)
    assert [each.word for each in found][-5:] == ["scratched", "steel", "bolt", BEHIND, END]
    assert sum(each.weight for each in found) == pytest.approx(1, abs=1e-4)
    assert all(each.weight >= 0 for each in found)


def test_learned_words_are_told_one_by_one_and_averaged_sentences_not_at_all(backbone: Backbone) -> None:
    coop = build_method("coop", {"coop.n_ctx": 3, "coop.ctx_init": "random"}, backbone, CLASSES, seed=1)
    words = [each.word for each in read(coop, ENTRY, _photo(backbone), PLAIN)]
    assert words == [START, "[1]", "[2]", "[3]", "scratched", "steel", "bolt", BEHIND, END]
    many = build_method("zero-shot", {"zero-shot.templates": "select7"}, backbone, CLASSES, seed=1)
    assert read(many, ENTRY, _photo(backbone), ZeroShotConfig(templates="select7")) == ()
