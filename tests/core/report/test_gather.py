"""The figures say what the run holds, and dangers only where they are."""

from dataclasses import replace
from pathlib import Path

import pytest

from core.problems import Problem, catalogue
from core.report.assumptions import Assumptions
from core.report.figures import Risk
from core.report.gather import basis_of, find_run, gather, looks_good, measured_energy, remembered
from core.report.risks import _BY_GRAVITY, gravest_first
from core.report.words import _texts
from core.training.events import Resources, StateChanged
from core.training.result import UnsureThreshold
from tests.core.report.made_up import THRESHOLD, made_up_project, made_up_run

RICH = Assumptions(inspections_per_day=5000, wrong_pass_cost=100, false_alarm_cost=10)


def test_the_counts_are_those_of_the_run(tmp_path: Path) -> None:
    report = gather(basis_of(made_up_run(tmp_path / "run")), Assumptions())
    assert report.base is not None
    assert (report.base.photos, report.base.before, report.base.after) == (200, 120, 190)
    assert [(entry.name, entry.is_good, entry.test) for entry in report.classes] == [
        ("良品", True, 100),
        ("キズ", False, 100),
        ("打痕", False, 100),
    ]
    assert report.confusion.tolist() == [[95, 0, 5], [5, 95, 0], [0, 5, 95]]
    assert report.rates.good is not None
    assert (report.rates.defective.photos, report.rates.defective.sent) == (100, 10)
    assert report.effort.training_minutes == 10


@pytest.mark.parametrize(
    ("changes", "assumed", "headline"),
    [
        ({}, RICH, "go"),
        ({}, Assumptions(inspections_per_day=0), "costly"),
        ({"right_after": 0.6}, RICH, "unclear"),
        ({"right_before": 0.9, "right_after": 0.3}, RICH, "worse"),
        ({"backbone": "embedded"}, RICH, "practice"),
        ({"test": 0}, RICH, "unmeasured"),
    ],
)
def test_the_verdict_is_only_what_the_interval_allows(
    changes: dict[str, float], assumed: Assumptions, headline: str, tmp_path: Path
) -> None:
    assert gather(basis_of(made_up_run(tmp_path / "run", **changes)), assumed).headline == headline  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"train": 4}, "few_to_learn"),
        ({"test": 20}, "few_to_test"),
        ({"test": 20, "right_after": 0.8}, "wide_interval"),
        ({"right_after": 0.7}, "poor_class"),
        ({"right_before": 0.9, "right_after": 0.3}, "new_worse"),
        ({"unsure": None}, "no_threshold"),
        ({"backbone": "embedded"}, "practice_model"),
        ({"right_after": 0.7}, "wrong_pass"),
    ],
)
def test_a_danger_is_told_where_it_is_and_only_there(
    changes: dict[str, float], code: str, tmp_path: Path
) -> None:
    promised = THRESHOLD.model_copy(update={"promised": True})
    sound = gather(basis_of(made_up_run(tmp_path / "sound", right_after=1.0, unsure=promised)), Assumptions())
    assert [risk.code for risk in sound.risks] == ["examples"]
    spoiled = gather(basis_of(made_up_run(tmp_path / "spoiled", **changes)), Assumptions())  # type: ignore[arg-type]
    assert code in [risk.code for risk in spoiled.risks]


def test_a_test_photo_that_was_also_learned_is_found(tmp_path: Path) -> None:
    run = made_up_run(tmp_path / "run")
    photos = list(run.revision.photos)
    test = next(i for i, photo in enumerate(photos) if photo.part == "test")
    photos[test] = photos[test].model_copy(update={"sha256": photos[0].sha256})
    other = next(i for i, photo in enumerate(photos) if photo.label == 1)
    photos[other] = photos[other].model_copy(update={"sha256": photos[1].sha256})
    run.revision.model_copy(update={"photos": tuple(photos)}).save(run.folder / "data.json")
    risks = {risk.code: risk.facts for risk in gather(basis_of(replace(run)), Assumptions()).risks}
    assert risks["leaked"] == {"photos": 1}
    assert risks["contradicting"] == {"photos": 2}


def test_when_everything_goes_to_a_person_no_work_is_saved(tmp_path: Path) -> None:
    everything = UnsureThreshold(probability=1.0, wished_error=0.01, sent_to_person=1.0, promised=False, n=9)
    report = gather(basis_of(made_up_run(tmp_path / "run", unsure=everything)), Assumptions())
    assert report.payback is not None
    assert report.payback.months is None
    assert "everything_unsure" in [risk.code for risk in report.risks]


@pytest.mark.parametrize("name", ["良品", "OK", "正常", "合格", "good part", "A normal bolt"])
def test_a_good_class_is_known_by_its_name(name: str) -> None:
    assert looks_good(name, "")


@pytest.mark.parametrize("name", ["不良品", "異常", "不合格", "no good", "キズ", "NG", "goods"])
def test_a_bad_class_is_not_taken_for_a_good_one(name: str) -> None:
    assert not looks_good(name, "")


def test_good_classes_are_as_assumed(tmp_path: Path) -> None:
    run = made_up_run(tmp_path / "run")
    assert gather(basis_of(run), Assumptions(good_classes=())).rates.good is None
    with pytest.raises(Problem) as caught:
        gather(basis_of(run), Assumptions(good_classes=("ない",)))
    assert caught.value.code == "report.unknown_class"


def test_energy_is_the_sum_over_all_workers_of_a_run() -> None:
    told = [_used(5), _used(9), StateChanged(state="running"), _used(1), _used(4)]
    assert measured_energy(told) == (13, ("cpu",))
    assert measured_energy([StateChanged(state="running")]) == (None, ())


def test_a_run_is_found_by_its_folder_or_as_the_projects_newest(tmp_path: Path) -> None:
    project, run = made_up_project(tmp_path / "p")
    newer = made_up_run(project.runs_folder / "20260902-120000")
    (project.runs_folder / "20260903-120000").mkdir()
    project.close()
    assert find_run(project.folder) == (newer, project.folder)
    assert find_run(run.folder) == (run, project.folder)
    assert find_run(made_up_run(tmp_path / "elsewhere" / "run").folder)[1] is None
    with pytest.raises(Problem) as caught:
        find_run(tmp_path)
    assert caught.value.code == "report.nothing_here"


def test_remembered_assumptions_that_cannot_be_read_are_the_examples(tmp_path: Path) -> None:
    project, _ = made_up_project(tmp_path / "p")
    project.remember("report_assumptions", {"wage_per_hour": 3000})
    assert remembered(project).wage_per_hour == 3000
    project.remember("report_assumptions", {"wage_per_hour": "much"})
    assert remembered(project) == Assumptions()
    project.close()


def test_every_danger_has_words_and_its_place() -> None:
    codes = {key.removeprefix("risk.") for key in _texts("ja") if key.startswith("risk.")} - {
        "heading",
        "none",
        "more",
    }
    assert codes == set(_BY_GRAVITY)
    grave = [Risk("examples", {}), Risk("leaked", {})]
    assert [risk.code for risk in gravest_first(grave)] == ["leaked", "examples"]


def test_every_problem_of_the_report_has_words() -> None:
    assert {code for code in catalogue() if code.startswith("report.")} >= {
        "report.nothing_here",
        "report.no_result",
        "report.assumptions_unreadable",
        "report.assumption_refused",
        "report.unknown_class",
        "report.not_written",
    }


def _used(joules: float) -> Resources:
    return Resources(cpu_percent=1, memory_bytes=1, energy_joules=joules, energy_sensors=("cpu",))
