"""What the untouched backbone says of classes: the texts that methods are held to, or judge other classes by.

One sentence per class, or many averaged in either published order (methods.md §6 and §11.1).
"""

from collections.abc import Sequence
from typing import Any, Literal

import torch
from torch import Tensor
from torch.nn import functional

from core.backbones.clip import Backbone
from core.backbones.torchvision_shim import make_torchvision_importable
from core.methods.class_text import ClassText
from core.methods.configs.template import TEMPLATE
from core.methods.protocol import check_fits
from core.methods.several import Descriptions


def ensemble(templates: str, template: str = TEMPLATE) -> tuple[str, ...]:
    """The sentences of `single` (`template` alone), `select7` or `imagenet80` (CLIP's own lists and `template`)."""
    if templates == "single":
        return (template,)
    make_torchvision_importable()
    from open_clip import zero_shot_metadata as lists

    stock: Any = {
        "select7": lists.SIMPLE_IMAGENET_TEMPLATES,
        "imagenet80": lists.OPENAI_IMAGENET_TEMPLATES,
    }[templates]
    return tuple(dict.fromkeys((*(write("{}") for write in stock), template)))


@torch.no_grad()
def frozen_text_features(
    backbone: Backbone,
    classes: Sequence[ClassText],
    templates: Sequence[str] = (TEMPLATE,),
    average: Literal["unit", "raw"] = "unit",
) -> Tensor:
    """Text features `(C, D)` of the untouched backbone, of several descriptions of a class the mean.

    One template gives features as they are. Several give unit features: with `unit` each template's features are
    normalised before they are averaged (CLIP, CoOp), with `raw` they are averaged as they are (PromptSRC).

    Raises:
        Problem: `methods.too_long_description`.
    """
    written = Descriptions.of(classes)
    features = [_features(backbone, written.texts, template) for template in templates]
    if len(features) == 1:
        return written.mean(features[0])
    if average == "unit":
        features = [functional.normalize(each, dim=-1) for each in features]
    return written.mean(functional.normalize(torch.stack(features).mean(dim=0), dim=-1))


def check_sentences(backbone: Backbone, classes: Sequence[ClassText], templates: Sequence[str]) -> None:
    """Refuse beforehand what `frozen_text_features` would refuse. Raises Problem as that."""
    for template in templates:
        _tokens(backbone, Descriptions.of(classes).texts, template)


def _features(backbone: Backbone, classes: Sequence[ClassText], template: str) -> Tensor:
    tokens, eot = _tokens(backbone, classes, template)
    if not backbone.supports_prompts:
        return backbone.text_features(tokens)
    # What all sentences begin with is run once; each keeps its end token at least.
    alike = (tokens == tokens[:1]).all(dim=0)[: int(eot.min())]
    shared = int(alike.int().cumprod(dim=0).sum())
    beginning = backbone.token_embeddings(tokens[0, :shared])
    return backbone.text.features_after(beginning, backbone.endings(tokens, shared))


def _tokens(backbone: Backbone, classes: Sequence[ClassText], template: str) -> tuple[Tensor, Tensor]:
    tokens = backbone.tokenize([template.replace("{}", entry.words) for entry in classes])
    eot = backbone.eot_positions(tokens)
    check_fits(eot, classes, backbone.context_length)
    return tokens, eot
