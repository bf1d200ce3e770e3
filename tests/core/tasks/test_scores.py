"""Intervals over photos, and before against after on the same photos."""

import numpy as np
import pytest

from core.evaluation.compare import Change
from core.tasks.metrics.scores import compare, score_answers, score_captions
from core.tasks.metrics.sums import compare_sums, interval_of, mean_of


def test_the_interval_is_that_of_the_mean() -> None:
    """Against the normal approximation: mean ± 1.96 s/√n."""
    values = np.random.default_rng(1).random(400)
    interval = interval_of(mean_of(list(values)))
    half = 1.96 * values.std() / np.sqrt(len(values))
    assert interval.mean == pytest.approx(values.mean())
    assert (interval.low, interval.high) == pytest.approx(
        (values.mean() - half, values.mean() + half), abs=0.004
    )
    assert interval.n == 400


def test_questions_about_one_photo_are_one_witness() -> None:
    """Ten copies of every photo's answer, and no more certainty."""
    scores = list(np.random.default_rng(2).random(30))
    photos = [f"{i}.jpg" for i in range(30)]
    once, ten_times = interval_of(mean_of(scores, photos)), interval_of(mean_of(scores * 10, photos * 10))
    assert (ten_times.low, ten_times.high, ten_times.n) == (
        pytest.approx(once.low),
        pytest.approx(once.high),
        30,
    )


def test_all_right_is_not_certain() -> None:
    interval = interval_of(mean_of([1.0] * 20))
    assert interval.high == 1.0 and 0.8 < interval.low < 0.9


def test_no_photo_no_figure() -> None:
    with pytest.raises(ValueError, match="no photo"):
        interval_of(mean_of([]))


def test_the_same_twice_is_no_change() -> None:
    sums = mean_of([0.1, 0.5, 0.9, 0.3])
    change = compare_sums(sums, sums)
    assert (change.difference.mean, change.difference.low, change.difference.high, change.p) == (0, 0, 0, 1)
    assert change.change is Change.UNCLEAR


def test_the_p_value_by_enumeration() -> None:
    """Five photos all better by the same: of 2⁵ exchanges two differ as much."""
    before, after = mean_of([0.1] * 5), mean_of([0.4] * 5)
    assert compare_sums(before, after).p == pytest.approx(2 / 32, abs=0.012)


def test_paired_sees_what_unpaired_could_not() -> None:
    rng = np.random.default_rng(3)
    before = rng.random(60)
    change = compare_sums(mean_of(list(before)), mean_of(list(before + 0.05)))
    assert change.change is Change.BETTER
    assert change.before.high > change.after.low  # the two intervals overlap by far
    assert change.difference.mean == pytest.approx(0.05)


def test_by_group_it_shows_what_was_lost() -> None:
    said = [
        "a red bolt with rust",
        "a blue nut with a dent",
        "a long pin with a scratch",
        "a flat ring with dirt",
    ] * 5
    references = [[text] for text in said]
    photos = [f"{i}.jpg" for i in range(20)]
    groups = {photo: "seen" if i % 4 < 2 else "new" for i, photo in enumerate(photos)}
    untouched = ["a part", "a part", *said[2:4]] * 5
    tuned = [*said[:2], "a red bolt with rust", "a red bolt with rust"] * 5
    found = compare(
        score_captions(untouched, references, photos=photos),
        score_captions(tuned, references, photos=photos),
        groups,
    )
    assert list(found) == ["all", "seen", "new"]
    assert found["seen"]["cider"].change is Change.BETTER
    assert found["new"]["cider"].change is Change.WORSE
    assert found["new"]["bleu_4"].before.mean == pytest.approx(1.0)
    assert found["new"]["cider"].difference.n == 10


def test_answers_before_and_after() -> None:
    given = [["yes"] * 10, ["2"] * 10, ["red"] * 10] * 4
    photos = [f"{i // 3}.jpg" for i in range(12)]
    before = score_answers(["yes"] * 12, given, photos=photos)
    after = score_answers([people[0] for people in given], given, photos=photos)
    change = compare(before, after)["all"]["vqa_accuracy"]
    assert (change.before.mean, change.after.mean, change.difference.n) == (pytest.approx(1 / 3), 1.0, 4)


def test_other_photos_do_not_compare() -> None:
    one = score_answers(["yes"], [["yes"]], photos=["a.jpg"])
    other = score_answers(["yes"], [["yes"]], photos=["b.jpg"])
    with pytest.raises(ValueError, match="same photos"):
        compare(one, other)


def test_japanese_says_how_it_was_cut() -> None:
    pytest.importorskip("sudachipy")
    scores = score_captions(
        ["ネジにキズがあります", "ラベルがありません"],
        [["ネジの頭にキズがあります"], ["ラベルが貼ってありません"]],
        "ja",
    )
    assert scores.words.startswith("sudachi-small-")
    assert 0 < scores.measures["cider"].value < 10
