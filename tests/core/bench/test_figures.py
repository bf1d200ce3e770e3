"""What a comparison says: means over seeds, H of the means, intervals that hold them."""

import numpy as np
import pytest

from core.bench.figures import SeedResult, area, average, by_class, paired, share, summarise
from core.evaluation.judged import Judged
from core.evaluation.union import SeenUnseen
from core.training.result import Metrics


def seed_result(base: float, new: float, photos: int = 100) -> SeedResult:
    metrics = Metrics(base=base, new=new, h=0.0, union_base=base / 2, union_new=new / 2, union_h=0.0)
    return SeedResult(metrics, photos, 2 * photos)


def judged(right: list[list[int]]) -> Judged:
    """Photos of base classes: of each class a list of 1 (right) and 0, and one photo of a new class behind them."""
    labels = [label for label, flags in enumerate(right) for _ in flags] + [len(right)]
    flags = np.array([flag for flags in right for flag in flags] + [1], bool)
    probabilities = np.full((len(labels), len(right) + 1), 0.5, np.float32)
    return Judged(np.array(labels), np.array(labels) < len(right), probabilities, flags, flags)


def test_h_is_that_of_the_means_not_the_mean_of_h() -> None:
    found = summarise([seed_result(0.8, 0.2), seed_result(0.6, 0.6)])
    base, new = 0.7, 0.4
    assert found["base"].mean == pytest.approx(base)
    assert found["h"].mean == pytest.approx(2 * base * new / (base + new))
    assert found["union_h"].mean == pytest.approx(base * new / (base + new))
    assert (found["base"].n, found["new"].n, found["h"].n) == (200, 400, 600)


def test_intervals_hold_the_mean_and_shrink_with_photos() -> None:
    few, many = (summarise([seed_result(0.7, 0.5, n)] * 3)["base"] for n in (50, 5000))
    assert few.low < 0.7 < few.high
    assert many.high - many.low < (few.high - few.low) / 5


def test_seeds_that_disagree_widen_the_interval() -> None:
    alike = summarise([seed_result(0.7, 0.5, 5000)] * 3)["base"]
    unlike = summarise([seed_result(b, 0.5, 5000) for b in (0.5, 0.7, 0.9)])["base"]
    assert unlike.high - unlike.low > 5 * (alike.high - alike.low)


def test_the_interval_of_one_seed_is_the_binomial_one() -> None:
    found = summarise([seed_result(0.7, 0.5, 400)], draws=20_000)["base"]
    deviation = np.sqrt(0.7 * 0.3 / 400)
    assert found.high - found.low == pytest.approx(2 * 1.96 * deviation, rel=0.06)


def flagged(base: list[int], new: list[int]) -> Judged:
    """Photos of one base and one new class; among all classes offered every second one is wrong."""
    labels = np.array([0] * len(base) + [1] * len(new))
    right = np.array([*base, *new], bool)
    union = right & (np.arange(len(right)) % 2 == 0)
    return Judged(labels, labels == 0, np.full((len(labels), 2), 0.5, np.float32), right, union)


def test_paired_differences_are_those_of_the_means_with_the_exact_spread() -> None:
    """Base: 60 photos in each of two seeds, gained with the same chance, nothing lost; new: the same photos right."""
    before = [flagged([0] * 60, [1, 0] * 10)] * 2
    after = [flagged([1] * 18 + [0] * 42, [1, 0] * 10)] * 2
    found = paired(before, after, draws=20_000)
    assert found["base"].mean == pytest.approx(0.3)
    deviation = np.sqrt(0.3 * 0.7 / 120)
    assert found["base"].high - found["base"].low == pytest.approx(2 * 1.96 * deviation, rel=0.06)
    assert (found["new"].mean, found["new"].low, found["new"].high) == (0, 0, 0)
    assert found["h"].mean == pytest.approx(2 * 0.3 * 0.5 / 0.8)
    assert found["base"].n == 120


def test_pairing_takes_out_how_hard_the_photos_are() -> None:
    rng = np.random.default_rng(0)
    easy = (rng.random(400) < 0.5).astype(int)
    better = np.maximum(easy, rng.random(400) < 0.1).astype(int)
    found = paired([flagged(easy.tolist(), [1])], [flagged(better.tolist(), [1])])["base"]
    alone = summarise([seed_result(float(better.mean()), 0.5, 400)])["base"]
    assert found.high - found.low < (alone.high - alone.low) / 2
    assert found.low > 0


def test_judges_exchanged_turn_the_difference_round() -> None:
    one, other = flagged([1, 0, 0, 1, 1], [1, 1, 0]), flagged([0, 0, 1, 1, 0], [0, 1, 0])
    there, back = paired([one], [other]), paired([other], [one])
    assert all(there[name].mean == pytest.approx(-back[name].mean) for name in there)


def test_what_was_not_measured_is_absent() -> None:
    run = SeedResult(Metrics(base=0.5, new=None, h=None, union_base=0.4, union_new=None, union_h=None), 10, 0)
    assert summarise([run]).keys() == {"base", "union_base"}
    assert average([[run], [seed_result(0.5, 0.5)]]).keys() == {"base", "union_base"}


def test_over_sets_accuracies_are_averaged_before_h_is_taken() -> None:
    found = average([[seed_result(0.9, 0.1)], [seed_result(0.5, 0.7), seed_result(0.7, 0.7)]])
    base, new = (0.9 + 0.6) / 2, (0.1 + 0.7) / 2
    assert found["base"].mean == pytest.approx(base)
    assert found["h"].mean == pytest.approx(2 * base * new / (base + new))
    assert found["base"].low < base < found["base"].high


def test_classes_count_alike_however_many_photos_they_have() -> None:
    found = by_class([judged([[1] * 8, [1, 0], [0, 0, 1, 0]]), judged([[1] * 8, [0, 0], [1, 1, 1, 1]])])
    assert found["per_class_mean"].mean == pytest.approx(((1 + 0.5 + 0.25) / 3 + (1 + 0 + 1) / 3) / 2)
    assert found["worst_class"].mean == pytest.approx((0.25 + 0.0) / 2)
    assert found["per_class_mean"].n == 28


def test_the_share_over_seeds_is_the_mean_of_their_shares() -> None:
    found = share([np.array([True, False]), np.array([True, True, True, True])])
    assert (found.mean, found.n) == (0.75, 6)
    assert found.low <= 0.75 <= found.high


def test_the_interval_of_the_area_holds_it() -> None:
    rng = np.random.default_rng(0)
    seen = rng.random(200) < 0.5
    photos = SeenUnseen(rng.normal(size=200) + seen, rng.random(200) < 0.8, seen)
    found = area([photos, photos])
    assert found.low < photos.area() == found.mean < found.high
    assert found.n == 400
