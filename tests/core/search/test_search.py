"""What the search tries, gives up, keeps and chooses, on a bench where every score is known."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from core.problems import Problem
from core.search.folds import Fold
from core.search.space import Candidate
from core.search.study import Study
from core.training.commands import Halt
from core.training.events import Progress, Ranked, Tried
from tests.core.search.searching import FakeBench, search_of

LIGHT = ("zero-shot", "coop", "coop-dept", "linear-probe", "nearest-mean")
SKILL = {
    "zero-shot": 0.3,
    "coop": 0.5,
    "coop-dept": 0.7,
    "linear-probe": 0.6,
    "nearest-mean": 0.4,
    "lora": 0.9,
}


def by_preset(candidate: Candidate) -> float:
    return SKILL[candidate.preset]


@pytest.fixture
def study(tmp_path: Path) -> Iterator[Study]:
    with Study(tmp_path, 1) as opened:
        yield opened


def first_tried(bench: FakeBench) -> list[Candidate]:
    """The ways in the order of their first try."""
    return list({candidate.key: candidate for candidate, _ in bench.tried}.values())


def test_presets_as_they_are_come_first_then_variations(study: Study) -> None:
    search, bench = search_of(study, by_preset, *LIGHT, budget_s=70)
    search.run()
    ways = first_tried(bench)
    assert {way.preset for way in ways[: len(LIGHT)]} == set(LIGHT)
    assert not any(way.changed for way in ways[: len(LIGHT)])
    assert ways[len(LIGHT) :] and all(way.changed for way in ways[len(LIGHT) :])


def test_the_best_is_chosen_and_never_behind_any_preset(study: Study) -> None:
    search, _ = search_of(study, by_preset, *LIGHT)
    standing = search.run()
    assert standing.candidate.preset == "coop-dept"


def test_a_variation_that_is_better_is_found_and_taken(study: Study) -> None:
    def skill(way: Candidate) -> float:
        balance = float(way.hyper.get("dept.balance", 0.0))
        return SKILL[way.preset] + (0.25 if 0.0 < balance < 0.5 else 0.0)

    search, _ = search_of(study, skill, *LIGHT, budget_s=100)
    chosen = search.run().candidate
    assert chosen.preset == "coop-dept" and float(chosen.hyper["dept.balance"]) < 0.5


def test_what_is_simpler_is_taken_where_nothing_else_is_better(study: Study) -> None:
    search, _ = search_of(study, lambda way: 0.6, *LIGHT)
    assert search.run().candidate.preset == "zero-shot"


@pytest.mark.parametrize(
    ("wish", "learned", "skill", "chosen"),
    [
        ("apart", 3, 0.7, "coop-dept"),
        ("apart", 3, 1.0, "coop"),
        ("apart", 4, 0.7, "coop"),
        ("union", 3, 0.7, "coop"),
        ("union", 2, 0.7, "coop-dept"),
    ],
)
def test_where_nothing_shows_how_new_ones_fare_the_recommended_way_is_left_only_for_one_that_is_surely_better(
    study: Study, wish: str, learned: int, skill: float, chosen: str
) -> None:
    skills = {**SKILL, "coop": skill}
    search, _ = search_of(
        study, lambda way: skills[way.preset], *LIGHT, budget_s=45, wish=wish, learned=learned
    )
    assert search.run().candidate.preset == chosen


def test_what_falls_behind_is_given_up(study: Study) -> None:
    poor = {**SKILL, "coop-csc": 0.01, "kgcoop": 0.01}
    names = (*LIGHT, "kgcoop", "coop-csc")
    search, bench = search_of(study, lambda way: poor[way.preset], *names, budget_s=60)
    search.run()
    ends = {e.way.preset: e.state for e in bench.events if isinstance(e, Tried) and not e.way.changed and e.state != "started"}  # fmt: skip
    assert ends["coop-csc"] == "pruned"
    assert ends["zero-shot"] == ends["coop-dept"] == "finished"
    assert {fold for way, fold in bench.tried if way.preset == "coop-csc"} == {"0.0"}


@pytest.mark.parametrize("budget_s", [20.0, 60.0])
def test_the_time_is_kept_to(study: Study, budget_s: float) -> None:
    """Search and the training behind it, which takes what a fold takes times as many photos as it has more."""
    search, bench = search_of(study, by_preset, *LIGHT, budget_s=budget_s)
    search.run()
    learned = len(search._folds[0].revision.of("train"))
    final = 2.0 * len(search.sample.photos) / learned
    assert bench.clock.spent_s + final <= budget_s + 2.0
    assert study.spent_s == bench.clock.spent_s
    assert [e for e in bench.events if isinstance(e, Progress)][-1].total == budget_s


def test_with_hardly_any_time_the_untouched_backbone_is_what_is_left(study: Study) -> None:
    search, bench = search_of(study, by_preset, *LIGHT, budget_s=0.6)
    assert search.run().candidate.preset == "zero-shot"
    assert {way.preset for way, _ in bench.tried} == {"zero-shot"}


def test_a_heavy_way_is_left_out_where_there_is_no_time_for_it(study: Study, tmp_path: Path) -> None:
    for budget_s, wanted in ((60.0, False), (600.0, True)):
        folder = tmp_path / str(budget_s)
        folder.mkdir()
        with Study(folder, 1) as own:
            search, bench = search_of(own, by_preset, *LIGHT, "lora", budget_s=budget_s, seconds=8.0)
            search._seconds_of = lambda name: 40.0  # type: ignore[method-assign]
            search.run()
        assert ("lora" in {way.preset for way, _ in bench.tried}) is wanted


def test_stopped_it_keeps_the_best_so_far_and_what_follows_may_go_on(study: Study) -> None:
    search, bench = search_of(study, by_preset, *LIGHT, stop_at=10)
    assert search.run().candidate.preset in SKILL
    assert len(bench.tried) == 10
    bench.commands.heed(bench.emit)


def test_stopped_before_anything_was_judged_there_is_nothing_to_keep(study: Study) -> None:
    search, bench = search_of(study, by_preset, *LIGHT)
    bench.commands.give("stop")
    with pytest.raises(Halt):
        search.run()


def test_stopped_in_the_first_try_there_is_nothing_to_keep_either(study: Study) -> None:
    search, _ = search_of(study, by_preset, *LIGHT, stop_at=1)
    with pytest.raises(Halt):
        search.run()


def test_cut_off_it_goes_on_with_the_same_study(tmp_path: Path) -> None:
    """Nothing is gone through twice, the time already spent counts, and the end is as if it never was cut off."""
    with Study(tmp_path, 1) as study:
        search, bench = search_of(study, by_preset, *LIGHT, cut_off_at=7)
        with pytest.raises(Halt):
            search.run()
    before = [(way.key, fold) for way, fold in bench.tried]
    with Study(tmp_path, 1) as study:
        assert study.spent_s == pytest.approx(14.0)
        search, again = search_of(study, by_preset, *LIGHT)
        chosen = search.run().candidate
        assert again.clock.spent_s <= 50.0
    after = [(way.key, fold) for way, fold in again.tried]
    assert chosen.preset == "coop-dept"
    assert not set(before) & set(after)
    assert {key for key, _ in (*before, *after)} >= {f"{name} {{}}" for name in LIGHT}


def test_a_way_that_cannot_be_gone_through_here_does_not_end_the_search(study: Study) -> None:
    def fails(candidate: Candidate, _fold: Fold) -> None:
        if candidate.preset == "coop":
            raise Problem("training.diverged", epoch=1)

    search, bench = search_of(study, by_preset, *LIGHT, before=fails)
    assert search.run().candidate.preset == "coop-dept"
    assert "failed" in {e.state for e in bench.events if isinstance(e, Tried) and e.way.preset == "coop"}


def test_the_ranking_told_is_in_order_with_the_untouched_beside_it(study: Study) -> None:
    search, bench = search_of(study, by_preset, *LIGHT)
    search.run()
    rankings = [event for event in bench.events if isinstance(event, Ranked)]
    first = next(ranked for ranked in rankings if ranked.tried == len(LIGHT))
    scores = [ranked.score for ranked in first.ways]
    assert scores == sorted(scores, reverse=True) and first.ways[0].way.preset == "coop-dept"
    assert first.untouched == first.ways[-1].score
    assert all(ranked.low <= ranked.score <= ranked.high for ranked in first.ways)


def test_a_pause_takes_no_time() -> None:
    from core.search.clock import Clock
    from core.training.events import StateChanged

    clock = Clock(10.0, spent_s=4.0)
    clock.heed(StateChanged(state="paused"))
    spent = clock.spent_s
    assert clock.spent_s == spent and 4.0 <= spent < 5.0
    clock.heed(StateChanged(state="running"))
    assert clock.left_s <= 10.0 - spent
