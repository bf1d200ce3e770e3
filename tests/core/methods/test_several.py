"""A class with several descriptions is the mean of their unit text features, in every composition."""

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from core.backbones.clip import Backbone
from core.insight.texts import class_texts_of
from core.methods.build import build_method
from core.methods.catalogue import compositions
from core.methods.class_text import ClassText, described
from core.methods.protocol import Batch
from core.methods.several import Descriptions
from tests.core.tiny_backbone import tiny_backbone

BOLT, NUT = ("a red painted bolt", "a bolt with a hexagonal head"), "steel nut"
# Those whose text is not made of one description alone: the photo changes it, or (TCP) what all of them say together.
APART = ("cocoop", "tcp")


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return tiny_backbone()


def test_lines_are_descriptions_and_what_was_written_twice_counts_once() -> None:
    text = described("ボルト", " A_bolt. \n\nscrew\nA bolt\n")
    assert text == ClassText("ボルト", "A bolt\nscrew") and text.lines == ("A bolt", "screw")
    assert described("M6_bolt", " \n ") == ClassText("M6_bolt", "M6 bolt")


def test_the_mean_is_of_unit_features_and_a_single_one_stays_as_it_is() -> None:
    written = Descriptions.of([ClassText("a", "x\ny"), ClassText("b", "z")])
    features = torch.tensor([[3.0, 0.0], [0.0, 5.0], [0.0, 7.0]])
    assert torch.allclose(written.mean(features), torch.tensor([[0.5, 0.5], [0.0, 7.0]]))
    assert torch.allclose(written.mean(features.expand(4, 3, 2))[2], written.mean(features))
    assert written.of_texts(torch.tensor([1, 2])).tolist() == [1, 1, 2]


def test_some_classes_keep_their_own_texts() -> None:
    written = Descriptions.of([ClassText("a", "x\ny"), ClassText("b", "z"), ClassText("c", "u\nv")])
    few, rows = written.only(torch.tensor([0, 2]))
    assert rows.tolist() == [0, 1, 3, 4] and few.owner == (0, 0, 1, 1)
    assert [text.words for text in few.texts] == ["x", "y", "u", "v"]


def texts(
    backbone: Backbone, composition: str, classes: list[ClassText], judged: list[ClassText]
) -> np.ndarray:
    torch.manual_seed(1)
    method = build_method(composition, {}, backbone, classes)
    method.eval()
    return class_texts_of(method.classifier(judged), np.ones((1, backbone.embed_dim), dtype=np.float32))


def plain_compositions() -> list[str]:
    return [str(each) for each in compositions() if each.learns == "by_epochs" or str(each) == "zero-shot"]


@pytest.mark.parametrize(
    "composition", [name for name in plain_compositions() if not any(a in name for a in APART)]
)
def test_judging_averages_in_every_composition(backbone: Backbone, composition: str) -> None:
    learned = [ClassText("x", "copper pin"), ClassText("y", "brass ring")]
    judged = [ClassText("ボルト", "\n".join(BOLT)), ClassText("ナット", NUT)]
    found = texts(backbone, composition, learned, judged)
    one, other, nut = (
        texts(backbone, composition, learned, [ClassText("n", words)])[0] for words in (*BOLT, NUT)
    )
    mean = one / np.linalg.norm(one) + other / np.linalg.norm(other)
    for text, wanted in zip(found, (mean, nut), strict=True):
        assert np.allclose(text / np.linalg.norm(text), wanted / np.linalg.norm(wanted), atol=1e-4)


@pytest.mark.parametrize("composition", ["coop", "cocoop", "maple", "tcp", "lora", "skip-tuning"])
def test_learning_sees_the_texts_that_judging_sees(backbone: Backbone, composition: str) -> None:
    classes = [ClassText("ボルト", "\n".join(BOLT)), ClassText("ナット", NUT)]
    torch.manual_seed(1)
    method = build_method(composition, {}, backbone, classes)
    method.eval()
    inputs = torch.randn(
        2, *input_shape(backbone, method.needs.kind), generator=torch.Generator().manual_seed(2)
    )
    aligned = method.align(Batch(inputs, torch.tensor([0, 1])))
    image = aligned.image_features.detach().float().numpy()
    told = class_texts_of(method.classifier(classes), image[:1])
    learned: Tensor = aligned.text_features.detach()
    assert torch.allclose(
        unit(learned if learned.dim() == 2 else learned[0]), unit(torch.from_numpy(told)), atol=1e-4
    )


def input_shape(backbone: Backbone, kind: str) -> tuple[int, ...]:
    if kind == "pixels":
        return (3, backbone.image_size, backbone.image_size)
    if kind == "hidden":
        return (backbone.image.tokens, backbone.image.width)
    return (backbone.embed_dim,)


def unit(rows: Tensor) -> Tensor:
    return functional.normalize(rows, dim=-1)
