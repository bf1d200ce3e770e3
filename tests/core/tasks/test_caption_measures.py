"""The measures of descriptions: the published formulas, by worked examples and by what must hold of them."""

import math
import random
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.tasks.metrics.bleu import bleu_counts, bleu_of
from core.tasks.metrics.cider import Rarity, cider
from core.tasks.metrics.meteor import find_meteor
from core.tasks.metrics.rouge import longest_common, rouge_l
from core.tasks.metrics.scores import score_captions

SAID = [
    "a red part with a long scratch",
    "a clean blue part",
    "rust on the left edge",
    "the label is missing",
]
REFERENCES = [
    ["a red part with a scratch on it", "there is a long scratch on the red part"],
    ["a blue part without any defect", "a clean part"],
    ["rust spots near the left edge of the part", "rust on the edge"],
    ["the label is there", "no label on the part", "the label has come off"],
]

texts = st.lists(st.sampled_from("abcdef"), min_size=1, max_size=9)


def bleu(said: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    return float(bleu_of(np.asarray(bleu_counts(said, references), dtype=np.float64)))


def test_figures_of_coco_caption_on_four_photos() -> None:
    """From pycocoevalcap 1.2's Cider, Bleu and Rouge on the same tokens."""
    scores = score_captions(SAID, REFERENCES)
    ciders = scores.measures["cider"].rows[:, 0]
    assert ciders == pytest.approx([4.59241537, 2.20539986, 3.38487796, 2.45578994], abs=1e-8)
    assert scores.measures["cider"].value == pytest.approx(3.159620783246973)
    assert scores.measures["bleu_4"].value == pytest.approx(0.5900612775056666)
    assert scores.measures["rouge_l"].value == pytest.approx(0.8318419123982235)


def test_papineni_counts_a_repeated_word_no_more_often_than_a_reference_has_it() -> None:
    """The paper's example 2: "the" seven times; modified unigram precision 2/7."""
    counts = bleu_counts(
        ["the", "the", "the", "the", "the", "the", "the"], [["the", "cat", "is", "on", "the", "mat"]]
    )
    assert (counts[0], counts[4]) == (2, 7)


def test_papineni_takes_the_closest_references_length() -> None:
    counts = bleu_counts(["w"] * 12, [["w"] * 12, ["w"] * 15, ["w"] * 17])
    assert counts[-2:] == [12, 12]
    assert bleu_counts(["w"] * 3, [["w"] * 2, ["w"] * 4])[-1] == 2  # as near: the shorter one


def test_bleu_by_the_formula() -> None:
    """5 of 6, 3 of 5, 1 of 4, 0 of 3 right; then with one run of four: geometric mean times brevity."""
    assert bleu(["a", "b", "c", "x", "d", "e"], [["a", "b", "c", "d", "e"]]) == 0.0
    expected = (4 / 4 * 3 / 3 * 2 / 2 * 1 / 1) ** 0.25 * math.exp(1 - 5 / 4)
    assert bleu(["a", "b", "c", "d"], [["a", "b", "c", "d", "e"]]) == pytest.approx(expected)


def test_bleu_agrees_with_nltk() -> None:
    corpus_bleu = pytest.importorskip("nltk.translate.bleu_score").corpus_bleu
    said = [text.split() for text in SAID]
    references = [[text.split() for text in of_photo] for of_photo in REFERENCES]
    ours = score_captions(SAID, REFERENCES).measures["bleu_4"].value
    assert ours == pytest.approx(corpus_bleu(references, said))


def test_lins_sentences() -> None:
    """Lin 2004, 3.1: against "police killed the gunman" the first shares 3 of 4 words in order, the second 2 of 4."""
    reference = [["police", "killed", "the", "gunman"]]
    assert rouge_l(["police", "kill", "the", "gunman"], reference) == pytest.approx(3 / 4)
    assert rouge_l(["the", "gunman", "kill", "police"], reference) == pytest.approx(2 / 4)


def test_rouge_weighs_recall_by_beta() -> None:
    precision, recall, weight = 1.0, 0.5, 1.2**2
    expected = (1 + weight) * precision * recall / (recall + weight * precision)
    assert rouge_l(["a", "b"], [["a", "b", "c", "d"]]) == pytest.approx(expected)


def test_cider_by_vectors() -> None:
    """Independently, with explicit vectors: photos A "x y" and B "x z"; x is in all references and weighs nothing."""
    rarity = Rarity([[["x", "y"]], [["x", "z"]]])
    weight = math.log(2)
    # Orders 3 and 4 have no runs; order 1 cosine of (y: w) with itself, order 2 of ("x y": w) with itself.
    assert weight > 0
    assert cider(["x", "y"], [["x", "y"]], rarity) == pytest.approx(10 * (1 + 1 + 0 + 0) / 4)
    # "y x": order 1 as before, order 2 shares nothing.
    assert cider(["y", "x"], [["x", "y"]], rarity) == pytest.approx(10 * 1 / 4)
    # "y y": clipped at one y: (w·w)/(2w·w) = 1/2; the same length.
    assert cider(["y", "y"], [["x", "y"]], rarity) == pytest.approx(10 * 0.5 / 4)
    # "y" alone: one run of two words fewer, so e^(-1/72).
    assert cider(["y"], [["x", "y"]], rarity) == pytest.approx(10 * math.exp(-1 / 72) / 4)


def test_what_every_photo_says_is_worth_nothing() -> None:
    same = [["a part on a table"]] * 3
    assert score_captions(["a part on a table"] * 3, same).measures["cider"].value == 0.0


def test_saying_what_the_reference_says_gives_the_most() -> None:
    said = ["one two three four five", "six seven eight nine ten", "a b c d e"]
    values = {
        name: sums.value for name, sums in score_captions(said, [[text] for text in said]).measures.items()
    }
    assert values["cider"] == pytest.approx(10.0)
    assert values["bleu_4"] == pytest.approx(1.0)
    assert values["rouge_l"] == pytest.approx(1.0)


def test_saying_nothing_gives_nothing() -> None:
    scores = score_captions(["", "…"], [["a scratch"], ["rust"]])
    assert all(sums.value == 0.0 for sums in scores.measures.values())


@settings(max_examples=25)
@given(
    st.lists(st.tuples(texts, st.lists(texts, min_size=1, max_size=3)), min_size=2, max_size=5),
    st.randoms(use_true_random=False),
)
def test_the_order_of_photos_and_of_references_makes_no_difference(
    pairs: list[tuple[list[str], list[list[str]]]], chance: random.Random
) -> None:
    def values(listed: list[tuple[list[str], list[list[str]]]]) -> dict[str, float]:
        said = [" ".join(text) for text, _ in listed]
        references = [[" ".join(text) for text in others] for _, others in listed]
        return {name: sums.value for name, sums in score_captions(said, references).measures.items()}

    shuffled = [(said, chance.sample(others, len(others))) for said, others in pairs]
    chance.shuffle(shuffled)
    assert values(shuffled) == pytest.approx(values(pairs))


@given(texts, st.lists(texts, min_size=1, max_size=3))
def test_bounds(said: list[str], references: list[list[str]]) -> None:
    rarity = Rarity([references, [["g"]]])
    assert 0.0 <= rouge_l(said, references) <= 1.0 + 1e-12
    assert 0.0 <= bleu(said, references) <= 1.0 + 1e-12
    assert 0.0 <= cider(said, references, rarity) <= 10.0 + 1e-9


@given(texts, texts)
def test_longest_common_subsequence_is_symmetric_and_grows_with_a_shared_end(
    one: list[str], other: list[str]
) -> None:
    length = longest_common(one, other)
    assert length == longest_common(other, one) <= min(len(one), len(other))
    assert longest_common([*one, "z"], [*other, "z"]) == length + 1


def test_meteor_by_the_formula() -> None:
    """Banerjee and Lavie 2005: F = 10PR/(R+9P), penalty 0.5·(chunks/matches)³; "parts" agrees with "part" by stem."""
    pytest.importorskip("nltk")
    meteor = find_meteor()
    assert meteor is not None
    said, reference = ["the", "parts", "are", "red"], ["a", "red", "part"]
    precision, recall = 2 / 4, 2 / 3
    mean = 10 * precision * recall / (recall + 9 * precision)
    assert meteor(said, [reference]) == pytest.approx(mean * (1 - 0.5 * (2 / 2) ** 3))
    assert meteor(said, [["rust"], reference]) == meteor(said, [reference])


def test_without_nltk_the_measure_is_left_out_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.tasks.metrics.scores.find_meteor", lambda: None)
    scores = score_captions(SAID, REFERENCES)
    assert "meteor" not in scores.measures
    assert [problem.code for problem in scores.lacks] == ["tasks.no_meteor"]


def test_a_photo_without_reference_is_no_photo_to_measure_on() -> None:
    with pytest.raises(ValueError, match="reference"):
        score_captions(["a"], [[]])
