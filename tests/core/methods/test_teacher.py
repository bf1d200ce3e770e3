"""The untouched backbone's texts: one sentence as it is, many averaged in the two published orders."""

import copy
from typing import Any

import pytest
import torch
from torch import Tensor

from core.backbones.clip import Backbone
from core.methods.build import build_method
from core.methods.catalogue import parse_composition
from core.methods.class_text import ClassText
from core.methods.protocol import Batch
from core.methods.teacher import ensemble, frozen_text_features
from core.methods.zero_shot import reference_config
from core.problems import Problem
from tests.core.tiny_backbone import tiny_backbone

CLASSES = [ClassText("ボルト", "red painted bolt"), ClassText("ナット", "nut {}")]
SENTENCES = ("a photo of a {}.", "the toy {}.", "a {} in a video game.")


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return tiny_backbone()


def plain(backbone: Backbone, template: str) -> list[Tensor]:
    clip: Any = copy.deepcopy(backbone._clip).double()
    texts = [template.replace("{}", entry.words) for entry in CLASSES]
    return list(clip.encode_text(backbone.tokenize(texts)))


def test_one_sentence_is_taken_as_it_is(backbone: Backbone) -> None:
    found = frozen_text_features(backbone, CLASSES, SENTENCES[:1])
    assert torch.allclose(found.double(), torch.stack(plain(backbone, SENTENCES[0])), atol=1e-5)


@pytest.mark.parametrize("words", [("bolt",), ("bolt", "bolt"), ("bolt", "bolt with a scratch"), ("nut", "")])
def test_sentences_that_begin_alike_are_read_as_if_each_stood_alone(
    backbone: Backbone, words: tuple[str, ...]
) -> None:
    classes = [ClassText(str(number), each) for number, each in enumerate(words)]
    found = frozen_text_features(backbone, classes)
    clip: Any = copy.deepcopy(backbone._clip).double()
    wanted = [clip.encode_text(backbone.tokenize([f"a photo of a {each}."]))[0] for each in words]
    assert torch.allclose(found.double(), torch.stack(wanted), atol=1e-5)


@pytest.mark.parametrize("average", ["unit", "raw"])
def test_many_sentences_are_averaged_in_the_order_asked_for(backbone: Backbone, average: Any) -> None:
    rows = []
    for index in range(len(CLASSES)):
        features = [plain(backbone, sentence)[index] for sentence in SENTENCES]
        if average == "unit":
            features = [feature / feature.norm() for feature in features]
        mean = sum(features, torch.zeros_like(features[0])) / len(features)
        rows.append(mean / mean.norm())
    found = frozen_text_features(backbone, CLASSES, SENTENCES, average)
    assert torch.allclose(found.double(), torch.stack(rows), atol=1e-5)


def test_the_stock_lists_and_the_own_sentence() -> None:
    assert ensemble("single", "{} texture.") == ("{} texture.",)
    assert len(ensemble("select7")) == 8 and ensemble("select7")[-1] == "a photo of a {}."
    assert len(ensemble("imagenet80")) == 80, "CLIP's list holds the usual sentence already"
    assert len(ensemble("imagenet80", "{} texture.")) == 81
    assert all(sentence.count("{}") == 1 for sentence in ensemble("imagenet80"))


def test_zero_shot_judges_by_the_ensemble(backbone: Backbone) -> None:
    method = build_method("zero-shot", {"zero-shot.templates": "select7"}, backbone, CLASSES)
    image = torch.randn(3, backbone.embed_dim, generator=torch.Generator().manual_seed(1))
    text = frozen_text_features(backbone, CLASSES, ensemble("select7"))
    wanted = backbone.logit_scale * (image / image.norm(dim=-1, keepdim=True)) @ text.T
    assert torch.allclose(method.align(Batch(image, torch.zeros(3))).logits, wanted, atol=1e-4)
    found = torch.from_numpy(method.classifier(CLASSES).logits(image.numpy()))
    assert torch.allclose(found, wanted, atol=1e-4)


def test_a_description_that_fits_no_longer_sentence_is_refused(backbone: Backbone) -> None:
    long = ClassText("長い", " ".join(["bolt"] * 16))
    frozen_text_features(backbone, [long])
    with pytest.raises(Problem) as caught:
        frozen_text_features(backbone, [long], ensemble("imagenet80"))
    assert caught.value.code == "methods.too_long_description"


def test_the_reference_reads_the_sentences_of_the_run() -> None:
    hyper = {"zero-shot.templates": "select7", "zero-shot.template": "a {}."}
    own = reference_config(parse_composition("zero-shot").configure(hyper))  # type: ignore[arg-type]
    assert (own.templates, own.template) == ("select7", "a {}.")
    assert reference_config(parse_composition("dept(coop)").configure({})).templates == "single"
    hyper = {"kgcoop.template": "a {}, a type of part."}
    inside = reference_config(parse_composition("dept(kgcoop)").configure(hyper))  # type: ignore[arg-type]
    assert inside.template == "a {}, a type of part."


@pytest.mark.parametrize("name", ["zero-shot", "coop", "kgcoop", "prograd", "tcp"])
@pytest.mark.parametrize("sentence", ["a photo.", "{} and {}.", ""])
def test_a_sentence_has_one_place_for_the_description(name: str, sentence: str) -> None:
    with pytest.raises(Problem) as caught:
        parse_composition(name).configure({f"{name}.template": sentence})
    assert (caught.value.code, caught.value.data["key"]) == ("methods.bad_setting", f"{name}.template")
