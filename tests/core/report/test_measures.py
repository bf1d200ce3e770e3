"""How figures are written: the same in the report and on a package."""

import pytest

from core.report.measures import between, figure, gain, gain_between, percent, span, with_span
from core.report.words import words_in
from core.training.result import Interval

SHARE = Interval(mean=0.7, low=0.6, high=0.804, n=10)
CIDER = Interval(mean=1.5, low=1.204, high=2.0, n=10)
LOSS = Interval(mean=-0.1, low=-0.204, high=0.05, n=10)


def test_shares_are_percent_and_cider_is_as_it_is() -> None:
    assert (percent(None), percent(0.5), figure(0.5, "meteor"), figure(0.5, "cider")) == (
        "–", "50.0 %", "50.0 %", "0.50",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("found", "measure", "told"),
    [
        (SHARE, "vqa_accuracy", ("60.0–80.4", "60.0–80.4 %", "70.0 % (60.0–80.4)")),
        (CIDER, "cider", ("1.20–2.00", "1.20–2.00", "1.50 (1.20–2.00)")),
    ],
)
def test_a_figure_has_its_span(found: Interval, measure: str, told: tuple[str, str, str]) -> None:
    ends = (found.low, found.high, measure)
    assert (between(*ends), span(*ends), with_span(found, measure)) == told
    assert words_in("en").span(*ends) == told[1]
    assert words_in("ja").span(*ends) == told[1].replace("–", "〜"), "as on the screens"


def test_differences_of_shares_are_points_with_a_sign_that_is_no_hyphen() -> None:
    assert gain(LOSS) == "−10.0 (−20.4 – +5.0)"
    assert gain_between(LOSS.low, LOSS.high) == "−20 – +5"
    assert gain(LOSS, "cider") == "−0.10 (−0.20 – +0.05)"
    assert gain_between(LOSS.low, LOSS.high, "cider") == "−0.20 – +0.05"
    assert gain_between(LOSS.low, LOSS.high, to="〜") == "−20〜+5"
