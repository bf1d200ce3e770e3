"""Which words of a class's text the text tower reads: attention followed through it, block by block, to the end token.

Rollout as in the image tower (core.insight.attention; Abnar and Zuidema, ACL 2020), over the text as it is run for one
class: whole, or as a beginning that texts share and an ending of its own. Learned prompts are tokens like any others;
those that are put in anew before a block count as the ones in whose place they stand.
"""

from itertools import pairwise

import torch
from torch import Tensor

from core.backbones.clip import Backbone
from core.insight.attention import OWN_SHARE, watched
from core.insight.findings import WordWeight
from core.insight.texts import class_texts_of
from core.methods.class_text import ClassText
from core.methods.classifier import Array
from core.methods.configs.references import ZeroShotConfig
from core.methods.protocol import Method

START, END, BEHIND = "[start]", "[end]", "[behind]"


@torch.no_grad()
def read(
    method: Method, entry: ClassText, features: Array, sentences: ZeroShotConfig
) -> tuple[WordWeight, ...]:
    """How much of each token reached the text of a class, in their order; they add up to 1.

    Tokens are named by the words of the description; what stands before it, learned or not, is `[1]`, `[2]` …
    `sentences` are those that the method reads, if it reads any; `features` `(1, D)` the photo, where texts follow it.
    Empty where the tower is none that is read at its end token, or where several sentences, or several descriptions, are averaged.
    """
    backbone = method.backbone
    if not backbone.supports_prompts or sentences.templates != "single" or len(entry.lines) > 1:
        return ()
    with watched() as weights:
        class_texts_of(method.classifier((entry,)), features)
    blocks = _whole(weights, backbone.text.depth)
    if not blocks:
        return ()
    shares = _rollout(blocks)
    names = _named(backbone, entry.words, sentences.template, len(shares))
    return tuple(
        WordWeight(word=name, weight=float(shares[start:end].sum()))
        for name, (start, end) in zip((name for name, _ in names), pairwise(_bounds(names)), strict=True)
    )


def _whole(weights: list[Tensor], depth: int) -> list[Tensor]:
    """Mean over the heads of each block among the text's own tokens, `(T, T)`, of the last one the end token's row
    `(1, T)`. A prefix of learned keys stands before them and is left out.

    A block that runs a shared beginning has two attentions, the last one has one. TCP reads the frozen text of the
    class first, to make words of it.
    """
    found = [each[0].mean(dim=0) for each in weights]
    apart = 2 * depth - 1
    if len(found) == depth:
        tokens = found[0].shape[0]
        return [each[:, -tokens:] for each in found]
    if len(found) not in (apart, 2 * apart):
        return []
    found = found[-apart:]
    endings, beginnings = found[::2], found[1::2]
    start = beginnings[0].shape[0]
    tokens = start + endings[0].shape[0]
    blocks = []
    for ending, beginning in zip(endings[:-1], beginnings, strict=True):
        first = torch.nn.functional.pad(beginning[:, -start:], (0, tokens - start))
        blocks.append(torch.cat([first, ending[:, -tokens:]]))
    return [*blocks, endings[-1][:, -tokens:]]


def _rollout(blocks: list[Tensor]) -> Tensor:
    """Shares of the tokens in the end token `(T,)`."""
    flow = torch.eye(blocks[0].shape[-1]).to(blocks[0])
    for block in blocks:
        kept = block / block.sum(dim=-1, keepdim=True)
        flow = OWN_SHARE * flow[-len(kept) :] + (1 - OWN_SHARE) * kept @ flow
    return flow[0]


def _named(backbone: Backbone, words: str, template: str, tokens: int) -> list[tuple[str, int]]:
    """The pieces of a text of so many tokens, and how many each has."""

    def count(text: str) -> int:
        return int(backbone.eot_positions(backbone.tokenize([text]))[0]) - 1

    reads_template = tokens == 2 + count(template.format(words))
    tail = template.split("{}")[1] if reads_template else "."
    behind = count(words + tail) - count(words)
    listed = words.split()
    ends = [0, *(count(" ".join(listed[: n + 1])) for n in range(len(listed)))]
    before = tokens - 2 - ends[-1] - behind
    of_words = [(word, end - start) for word, (start, end) in zip(listed, pairwise(ends), strict=True)]
    fronts = [(f"[{n + 1}]", 1) for n in range(before)]
    return [(START, 1), *fronts, *of_words, (BEHIND, behind), (END, 1)]


def _bounds(pieces: list[tuple[str, int]]) -> list[int]:
    bounds = [0]
    for _, count in pieces:
        bounds.append(bounds[-1] + count)
    return bounds
