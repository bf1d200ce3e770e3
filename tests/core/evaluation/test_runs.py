"""Runs compared photo by photo: counts by hand, intervals against the exact distribution, verdicts that hold."""

import math
from pathlib import Path

import numpy as np
import pytest

from core.cli import main
from core.evaluation.compare import Change
from core.evaluation.runs import Judgements, compare_runs, differences
from core.problems import Problem
from core.project.revision import DataRevision
from core.training.job import DATA_FILE
from core.training.result import PhotoPrediction
from core.training.run import Run
from tests.core.evaluation.results import prediction, result_of, revision_of


def photos(base: list[bool], new: list[bool], own: bool | None = None) -> list[PhotoPrediction]:
    """Photos of class 0 (base) and of class 2 (new), right or wrong with all classes offered and among their own."""
    return [
        *(prediction(f"base{i}", 0, right, right if own is None else own) for i, right in enumerate(base)),
        *(prediction(f"new{i}", 2, right, right if own is None else own) for i, right in enumerate(new)),
    ]


def judgements(predictions: list[PhotoPrediction], revision: DataRevision | None = None) -> Judgements:
    return Judgements.of(result_of(predictions), revision or revision_of())


def test_shares_and_their_differences_by_hand() -> None:
    before = judgements(photos([True] * 4 + [False] * 6, [True] * 5 + [False] * 5))
    after = judgements(photos([True] * 8 + [False] * 2, [True] * 4 + [False] * 6))
    found = differences(before, after)
    assert found.keys() == {"base", "new", "h", "union_base", "union_new", "union_h"}
    assert (found["base"].reference, found["base"].share, found["base"].n) == (0.4, 0.8, 10)
    assert found["base"].mean == pytest.approx(0.4)
    assert found["base"].p == pytest.approx(2 * 0.5**4)
    h = [2 * b * n / (b + n) for b, n in ((0.4, 0.5), (0.8, 0.4))]
    assert (found["h"].reference, found["h"].share) == (pytest.approx(h[0]), pytest.approx(h[1]))
    assert found["h"].mean == pytest.approx(h[1] - h[0])
    assert found["h"].low <= found["h"].mean <= found["h"].high


def test_the_interval_is_that_of_the_exact_binomial() -> None:
    """Only gains, each photo gained with the same chance: the drawn difference is Binomial(n, p)/n."""
    n, gained = 60, 18
    before = judgements(photos([False] * n, [True]))
    after = judgements(photos([True] * gained + [False] * (n - gained), [True]))
    found = differences(before, after)["union_base"]
    p, below = gained / n, 0.0
    for count in range(n + 1):
        below += math.comb(n, count) * p**count * (1 - p) ** (n - count)
        if below >= 0.025:
            break
    assert found.low == pytest.approx(count / n, abs=1 / n + 1e-9)
    assert found.change is Change.BETTER


def test_of_h_the_interval_is_as_wide_as_that_of_plain_resampling() -> None:
    rng = np.random.default_rng(0)
    then = [(rng.random(80) < share).tolist() for share in (0.6, 0.5)]
    now = [(rng.random(80) < share).tolist() for share in (0.8, 0.5)]
    found = differences(judgements(photos(*then)), judgements(photos(*now)))["h"]

    def h(base: np.ndarray, new: np.ndarray) -> float:
        return float(2 * base.mean() * new.mean() / (base.mean() + new.mean()))

    drawn = []
    for _ in range(3000):
        rows = [rng.integers(80, size=80) for _ in range(2)]
        before, after = (
            h(*(np.array(side)[row] for side, row in zip(judge, rows, strict=True))) for judge in (then, now)
        )
        drawn.append(after - before)
    assert [found.low, found.high] == pytest.approx(np.quantile(drawn, [0.025, 0.975]).tolist(), abs=0.02)


def test_with_more_runs_each_interval_is_wider() -> None:
    before = judgements(photos([True] * 20 + [False] * 20, [True] * 10))
    after = judgements(photos([True] * 30 + [False] * 10, [True] * 10))
    one, of_ten = (differences(before, after, level)["union_base"] for level in (0.05, 0.005))
    assert of_ten.low < one.low <= one.high < of_ten.high
    assert one.mean == of_ten.mean


def test_the_same_judge_is_neither_better_nor_worse() -> None:
    same = judgements(photos([True, False] * 20, [True] * 5))
    assert {each.change for each in differences(same, same).values()} == {Change.UNCLEAR}
    assert {each.mean for each in differences(same, same).values()} == {0.0}


def test_a_handful_of_photos_claims_nothing_even_of_h() -> None:
    worst, best = (judgements(photos([right] * 2, [right] * 2)) for right in (False, True))
    found = differences(worst, best)
    assert found["h"].mean == 1
    assert {each.change for each in found.values()} == {Change.UNCLEAR}


def test_only_photos_that_both_judged_under_the_same_label_count() -> None:
    before = judgements(photos([True] * 5, [True]))
    moved = [
        prediction("base0", 1, True, True),
        *photos([True] * 5, [])[1:3],
        prediction("other", 0, True, True),
    ]
    assert differences(before, judgements(moved))["union_base"].n == 2


def test_a_path_below_another_root_is_another_photo_unless_the_data_are_the_same() -> None:
    predictions = photos([True] * 5, [True])
    here, elsewhere = revision_of(), revision_of().model_copy(update={"root": "other"})
    other = result_of(predictions).model_copy(update={"revision": "other"})
    with pytest.raises(Problem):
        differences(judgements(predictions, here), Judgements.of(other, elsewhere))
    moved = differences(judgements(predictions, here), judgements(predictions, elsewhere))
    assert moved["union_base"].n == 5, "the same revision, its folder was moved"


def test_classes_may_stand_in_another_order() -> None:
    turned = revision_of(("b", "a", "c", "d"))
    found = differences(
        judgements(photos([True] * 3, [])),
        judgements([prediction(f"base{i}", 1, True, True) for i in range(3)], turned),
    )
    assert found["union_base"].n == 3


def test_results_of_older_programs_are_compared_by_what_they_kept() -> None:
    older = [entry.model_copy(update={"own_right": None}) for entry in photos([True] * 3, [True] * 3)]
    found = differences(judgements(photos([True] * 3, [False] * 3)), judgements(older))
    assert found.keys() == {"union_base", "union_new", "union_h"}


@pytest.mark.parametrize(
    ("other", "code"),
    [
        (revision_of(base=3), "evaluation.other_classes"),
        (revision_of(("a", "b", "c", "e")), "evaluation.other_classes"),
        (revision_of(), "evaluation.no_shared_photos"),
    ],
)
def test_what_cannot_be_compared_is_refused(other: DataRevision, code: str) -> None:
    with pytest.raises(Problem) as caught:
        differences(judgements(photos([True], [])), judgements([prediction("x", 0, True, True)], other))
    assert caught.value.code == code
    assert str(caught.value) != code


def run_of(folder: Path, predictions: list[PhotoPrediction], preset: str) -> Run:
    revision_of().save(folder / DATA_FILE)
    result_of(predictions, preset=preset).save(folder)
    return Run(folder)


def test_the_command_tells_everything_about_each_run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    good = photos([True] * 40, [True] * 10)
    runs = [
        run_of(tmp_path / "reference", photos([True] * 10 + [False] * 30, [True] * 10), "coop"),
        run_of(tmp_path / "good", good, "coop-dept"),
        run_of(tmp_path / "small", good[:30], "lora"),
    ]
    found = compare_runs(runs)
    assert found["reference"]["preset"] == "coop"
    assert found["interval_level"] == pytest.approx(0.975)
    better, small = found["results"]
    assert better["difference"]["union_base"]["change"] == "better"
    assert better["difference"]["union_new"]["change"] == "unclear"
    assert {"reference", "share", "mean", "low", "high", "n", "p"} <= better["difference"]["h"].keys()
    assert (small["photos"], small["only_here"], small["only_reference"]) == (30, 0, 20)
    assert main(["compare", *(str(run.folder) for run in runs), "--json"]) == 0
    assert "interval_level" in capsys.readouterr().out
    assert main(["compare", str(runs[0].folder), str(tmp_path / "nothing")]) == 2
