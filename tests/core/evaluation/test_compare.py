"""A difference is claimed only when the photos carry it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.evaluation.compare import Change, Comparison, compare, compare_right, mcnemar
from core.training.result import PhotoPrediction


def pairs(gained: int, lost: int, both: int = 0, neither: int = 0) -> list[tuple[bool, bool]]:
    return (
        [(False, True)] * gained + [(True, False)] * lost + [(True, True)] * both + [(False, False)] * neither
    )


def test_many_gains_and_no_losses_is_better() -> None:
    found = compare_right(pairs(gained=20, lost=1, both=60, neither=19))
    assert (found.photos, found.before, found.after) == (100, 61, 80)
    assert found.low > 0
    assert found.change is Change.BETTER


def test_many_losses_is_worse() -> None:
    assert compare_right(pairs(gained=2, lost=25, both=60, neither=13)).change is Change.WORSE


def test_a_higher_share_within_chance_is_not_called_better() -> None:
    found = compare_right(pairs(gained=6, lost=4, both=20, neither=10))
    assert found.after > found.before
    assert found.low < 0 < found.high
    assert found.change is Change.UNCLEAR


@pytest.mark.parametrize("photos", [1, 3, 5])
def test_a_handful_of_photos_is_never_enough(photos: int) -> None:
    found = compare_right(pairs(gained=photos, lost=0))
    assert found.low > 0, "the bootstrap alone would be fooled"
    assert found.change is Change.UNCLEAR


def test_no_photos_and_no_change_are_unclear() -> None:
    assert compare_right([]) == Comparison(0, 0, 0, 0, 0, 0.0, 0.0)
    assert compare_right([]).change is Change.UNCLEAR
    assert compare_right(pairs(0, 0, both=40)).change is Change.UNCLEAR


def test_predictions_are_paired_by_photo() -> None:
    def judged(label: int, tuned: int, untouched: int) -> PhotoPrediction:
        return PhotoPrediction(
            photo=f"{label}{tuned}{untouched}", label=label, predicted=tuned, probability=0.9, loss=0.1,
            zero_shot_predicted=untouched, zero_shot_probability=0.5,
        )  # fmt: skip

    found = compare([judged(0, 0, 1), judged(0, 1, 0), judged(1, 1, 1), judged(1, 0, 0)])
    assert (found.before, found.after, found.gained, found.lost) == (2, 2, 1, 1)


counts = st.integers(0, 60)


@given(counts, counts, counts, counts)
def test_better_is_never_said_when_the_interval_covers_zero(g: int, l_: int, b: int, n: int) -> None:
    found = compare_right(pairs(g, l_, b, n))
    assert -1 <= found.low <= found.high <= 1
    if found.change is Change.BETTER:
        assert found.low > 0 and found.after > found.before
    if found.change is Change.WORSE:
        assert found.high < 0 and found.after < found.before


@given(counts, counts)
def test_exchanging_the_judges_turns_the_claim_round(gained: int, lost: int) -> None:
    turned = {Change.BETTER: Change.WORSE, Change.WORSE: Change.BETTER, Change.UNCLEAR: Change.UNCLEAR}
    there = compare_right(pairs(gained, lost, both=30)).change
    back = compare_right(pairs(lost, gained, both=30)).change
    # At the very edge the drawn quantiles of the two directions may differ by one photo.
    assert back is turned[there] or Change.UNCLEAR in (there, back)


def test_the_exact_test_has_its_known_values() -> None:
    assert mcnemar(0, 0) == 1.0
    assert mcnemar(5, 0) == pytest.approx(0.0625)
    assert mcnemar(8, 2) == pytest.approx(0.109375)
    assert mcnemar(2, 8) == mcnemar(8, 2)
