"""Training, as a person clicks: the list before, the run as it goes, every way it can end."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from pytestqt.qtbot import QtBot

from app.pages.training import TrainingPage
from app.training_choice import TrainingChoice
from app.widgets.live_chart import REDRAW_MS
from core.project.store import Project
from core.training.events import (
    Decided,
    Failed,
    Finished,
    Interrupted,
    Stage,
    StateChanged,
    Step,
    Stopped,
    Warned,
)
from core.training.job import DATA_FILE, TrainJob, load_job
from core.training.run import runs_in
from core.training.state import JobState
from tests.app.run_data import busy, make_project, make_run, round_told, whole_story
from tests.app.training_stand_ins import Recorded, recorded_engine, shown, tell


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    return recorded_engine(monkeypatch)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with make_project(tmp_path) as project:
        TrainingChoice("coop-dept").keep(project)
        yield project


def ready(qtbot: QtBot, project: Project) -> TrainingPage:
    page = shown(qtbot, project)
    qtbot.waitUntil(lambda: page._ready is not None and page._device is not None)
    return page


def started(qtbot: QtBot, project: Project) -> TrainingPage:
    page = ready(qtbot, project)
    page.start.click()
    qtbot.waitUntil(lambda: page.session.run is not None)
    return page


# Before


def test_without_a_project_the_page_teaches_and_blocks(qtbot: QtBot, engine: Recorded) -> None:
    page = shown(qtbot, None)
    assert page.empty.isVisible() and page.blocker()


def test_the_list_stands_before_training_with_the_device(
    qtbot: QtBot, project: Project, engine: Recorded
) -> None:
    page = ready(qtbot, project)
    assert page.ready_page.isVisible()
    assert page.start.isEnabled() and page.refusal.text() == ""
    assert "CPU (2 cores)" in page.findChild(object, "check_doctor_device_ok_what").text()


def test_a_stop_refuses_the_start_in_words_and_its_button_leads_to_the_mending(
    qtbot: QtBot, project: Project, engine: Recorded
) -> None:
    project.edit_class(project.classes()[0].id, description=" ")
    page = ready(qtbot, project)
    assert page.checks.levels()[0] == "stop", "the gravest stands first"
    assert not page.start.isEnabled() and page.refusal.text()
    with qtbot.waitSignal(page.go_to) as asked:
        page.findChild(object, "check_doctor_no_description_mend").click()
    assert asked.args == ["labels"]


def test_mended_labels_are_looked_at_again(qtbot: QtBot, project: Project, engine: Recorded) -> None:
    first = project.classes()[0].id
    project.edit_class(first, description=" ")
    page = ready(qtbot, project)
    project.edit_class(first, description="good bolt")
    page.session.labels_changed.emit()
    qtbot.waitUntil(page.start.isEnabled)


def test_start_needs_a_chosen_card(qtbot: QtBot, tmp_path: Path, engine: Recorded) -> None:
    with make_project(tmp_path) as project:
        page = ready(qtbot, project)
        assert not page.start.isEnabled() and "やり方を選ぶ" in page.refusal.text()


@pytest.mark.parametrize("names", [("良品",), tuple(f"とても長い名前の種類その{i}" * 4 for i in range(30))])
def test_one_class_is_refused_thirty_are_not(
    qtbot: QtBot, tmp_path: Path, engine: Recorded, names: tuple[str, ...]
) -> None:
    with make_project(tmp_path, names, photos=4) as project:
        TrainingChoice("coop-dept").keep(project)
        page = ready(qtbot, project)
        assert page.start.isEnabled() == (len(names) > 1)


def test_nothing_labelled_is_said_not_raised(qtbot: QtBot, tmp_path: Path, engine: Recorded) -> None:
    with Project.create(tmp_path / "empty", "空") as project:
        page = shown(qtbot, project)
        qtbot.waitUntil(page.banner.isVisible)
        assert not page.start.isEnabled()


# Running


def test_start_answers_at_once_and_writes_the_job_that_was_chosen(
    qtbot: QtBot, project: Project, engine: Recorded
) -> None:
    TrainingChoice("coop", {"training.epochs": 3}, seed=4, shots=8).keep(project)
    page = ready(qtbot, project)
    page.start.click()
    assert not page.start.isEnabled() and page.refusal.text(), "the click is answered before anything is done"
    qtbot.waitUntil(lambda: engine.asked == ["start job.json"])
    run = page.session.run
    assert run is not None and (run.folder / DATA_FILE).is_file()
    job = load_job(run.folder / "job.json")
    assert isinstance(job, TrainJob)
    assert (job.preset, job.seed, job.shots, job.hyper["training.epochs"]) == ("coop", 4, 8, 3)
    assert page.run_page.isVisible() and page.chip.state is JobState.QUEUED
    assert [found.folder for found in runs_in(project.runs_folder)] == [run.folder]


def test_the_charts_follow_with_dashes_for_the_untouched_model_and_sentences_with_figures(
    qtbot: QtBot, project: Project, engine: Recorded
) -> None:
    page = started(qtbot, project)
    tell(page, *whole_story(told=5, ended=False), *busy())
    qtbot.waitUntil(lambda: page.view.position.text() == "手順 4／7・周回 5／20")
    assert page.chip.state is JobState.RUNNING
    assert list(page.view.accuracy.values("base")[0]) == [1, 2, 3, 4, 5]
    assert page.view.accuracy.values("zero_shot_base")[1][-1] == pytest.approx(58)
    last = round(100 * (round_told(5).base or 0))
    assert f"58 % から {last} %" in page.view.accuracy.sentence.text()
    assert "下がりました" in page.view.loss.sentence.text()
    assert page.view.left.text() == "残り 約 45 秒"
    assert "CPU 87 %" in page.view.resources.text()
    assert page.blocker()


def test_events_by_the_hundred_are_drawn_a_few_times(
    qtbot: QtBot, project: Project, engine: Recorded, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = started(qtbot, project)
    drawn: list[int] = []
    show = page.view.show_story
    monkeypatch.setattr(page.view, "show_story", lambda *told: (drawn.append(1), show(*told)))
    for _ in range(300):
        tell(page, round_told(2))
    qtbot.wait(2 * REDRAW_MS)
    assert 1 <= len(drawn) <= 3


def test_pause_and_stop_are_heard_at_once_and_shown_when_they_come_true(
    qtbot: QtBot, project: Project, engine: Recorded
) -> None:
    page = started(qtbot, project)
    tell(page, *whole_story(told=3, ended=False))
    page.pause.click()
    assert engine.asked[-1] == "pause" and page.pause.text() == "受け付けました…"
    assert page.chip.state is JobState.RUNNING, "not paused before the worker says so"
    tell(page, StateChanged(state="paused"))
    assert page.chip.state is JobState.PAUSED and page.pause.text() == "再開"
    page.pause.click()
    assert engine.asked[-1] == "resume"
    tell(page, StateChanged(state="running"))
    page.stop.click()
    assert engine.asked[-1] == "stop" and not page.stop.isEnabled()
    tell(page, Stopped())
    assert page.chip.state is JobState.STOPPED
    assert not page.pause.isVisible() and not page.stop.isVisible() and page.again.isVisible()


def test_a_finished_run_leads_on(qtbot: QtBot, project: Project, engine: Recorded) -> None:
    page = shown(qtbot, project, make_run(project))
    qtbot.waitUntil(lambda: page.chip.state is JobState.FINISHED)
    assert page.blocker() == ""
    assert list(page.view.accuracy.values("new")[0]) == list(range(1, 21)), "charts from the record"


def test_a_failure_says_what_why_and_what_to_do_and_can_be_tried_again(
    qtbot: QtBot, project: Project, engine: Recorded
) -> None:
    page = started(qtbot, project)
    tell(page, *whole_story(told=2, ended=False), Failed(code="training.out_of_memory", detail="Traceback"))
    engine.running = False
    page.session.engine.ended.emit(JobState.FAILED)
    assert page.chip.state is JobState.FAILED
    assert page.banner.isVisible() and page.banner.what.text() and page.banner.do.text()
    assert page.blocker()
    page.resume.click()
    assert engine.asked[-1] == "start job.json"
    assert page.chip.state is JobState.QUEUED and not page.banner.isVisible()
    tell(page, StateChanged(state="running"))
    assert page.chip.state is JobState.RUNNING


def test_a_cut_off_run_offers_to_go_on(qtbot: QtBot, project: Project, engine: Recorded) -> None:
    run = make_run(
        project, skill=None, events=[*whole_story(told=4, ended=False), Interrupted(reason="killed")]
    )
    page = shown(qtbot, project, run)
    qtbot.waitUntil(lambda: page.chip.state is JobState.INTERRUPTED)
    assert page.resume.isVisible()
    assert list(page.view.loss.values("loss")[0]) == [1, 2, 3, 4]
    page.resume.click()
    assert engine.asked == ["start job.json"]


def test_a_worker_that_died_without_a_word_is_interrupted_not_running(
    qtbot: QtBot, project: Project, engine: Recorded
) -> None:
    page = shown(qtbot, project, make_run(project, skill=None, events=whole_story(told=4, ended=False)))
    qtbot.waitUntil(lambda: page.chip.state is JobState.INTERRUPTED)
    assert engine.asked == []


def test_a_worker_that_outlived_the_window_is_followed(
    qtbot: QtBot, project: Project, engine: Recorded
) -> None:
    told = whole_story(told=4, ended=False)
    run = make_run(project, skill=None, events=told)
    alive = {"pid": os.getpid(), "created": psutil.Process().create_time()}
    (run.folder / "worker.lock").write_text(json.dumps(alive))
    page = shown(qtbot, project, run)
    qtbot.waitUntil(lambda: engine.asked == ["follow"])
    tell(page, *told)
    qtbot.waitUntil(lambda: list(page.view.loss.values("loss")[0]) == [1, 2, 3, 4])
    assert page.chip.state is JobState.RUNNING


def test_nothing_to_learn_is_said_and_has_no_charts(qtbot: QtBot, project: Project, engine: Recorded) -> None:
    run = make_run(project, preset="zero-shot", composition="zero-shot", events=whole_story(told=0))
    page = shown(qtbot, project, run)
    qtbot.waitUntil(lambda: page.chip.state is JobState.FINISHED)
    assert page.nothing_trained.isVisible() and not page.view.loss.isVisible()
    assert "学習が終わり" not in page.view.happening.text()


def test_what_learns_at_once_has_no_rounds_and_no_charts(
    qtbot: QtBot, project: Project, engine: Recorded
) -> None:
    events = [StateChanged(state="running"), Stage(stage="train", index=4, of=7)]
    alive = make_run(project, preset="nearest-mean", composition="nearest-mean", skill=None, events=events)
    page = shown(qtbot, project)
    page.session.run = alive
    qtbot.waitUntil(lambda: page.chip.state is JobState.INTERRUPTED)
    tell(page, StateChanged(state="running"))
    assert "一度にまとめて" in page.view.happening.text()
    assert not page.view.loss.isVisible() and not page.nothing_trained.isVisible()
    tell(page, Finished())
    assert "学習が終わり" in page.view.happening.text()


def test_memory_that_ran_short_is_said_once_with_the_latest_number_of_parts(
    qtbot: QtBot, project: Project, engine: Recorded
) -> None:
    page = started(qtbot, project)
    tell(page, *whole_story(told=1, ended=False))
    tell(page, *(Warned(code="training.batch_divided", data={"parts": parts}) for parts in (2, 4)))
    qtbot.waitUntil(page.view.notes.isVisible)
    assert "4 つに分けて" in page.view.notes.text() and "2 つに分けて" not in page.view.notes.text()
    assert "結果は変わりません" in page.view.notes.text()


def test_new_classes_left_to_the_untouched_model_are_said_while_it_trains(
    qtbot: QtBot, project: Project, engine: Recorded
) -> None:
    page = started(qtbot, project)
    tell(page, StateChanged(state="running"), Warned(code="methods.new_by_zero_shot", data={"classes": 3}))
    qtbot.waitUntil(page.view.notes.isVisible)
    assert "学習前のモデルで見分けます" in page.view.notes.text()


def test_two_stages_are_named_and_the_decision_between_them_is_said(
    qtbot: QtBot, project: Project, engine: Recorded
) -> None:
    run = make_run(project, preset="pt-peft-lora", composition="pt-peft(lora)", skill=None, events=[])
    page = shown(qtbot, project)
    engine.running = True
    page.session.run = run
    tell(page, *whole_story(told=2, ended=False))
    qtbot.waitUntil(lambda: "第1段階" in page.view.happening.text())
    figures = {"right": 20, "photos": 30, "enough": 98}
    tell(page, Decided(code="training.second_needed", data=figures), round_told(3))
    qtbot.waitUntil(lambda: "第2段階" in page.view.happening.text())
    assert "20／30 枚" in page.view.notes.text()


def test_much_that_is_told_scrolls_and_does_not_push_the_window_apart(
    qtbot: QtBot, project: Project, engine: Recorded
) -> None:
    page = started(qtbot, project)
    tell(page, *whole_story(told=2, ended=False))
    page._show_story()
    before = page.minimumSizeHint().height()
    tell(page, *(Warned(code=code, data={"parts": 2, "classes": 3, "photos": 4}) for code in (
        "training.batch_divided", "methods.new_by_zero_shot", "evaluation.unsure_not_promised",
        "training.encoding_divided",
    )))  # fmt: skip
    page._show_story()
    assert page.view.notes.isVisible() and page.view.notes.height() > 60
    assert page.minimumSizeHint().height() == before


def test_the_parts_of_the_error_are_named_in_plain_words(
    qtbot: QtBot, project: Project, engine: Recorded
) -> None:
    page = started(qtbot, project)
    told = Step(step=1, epoch=1, loss=1.5, terms={"matching": 1.2}, learning_rate=0.1)
    tell(page, *whole_story(told=1, ended=False), told)
    page._show_story()
    assert page.view.terms.text() == "", "one part alone is the error itself"
    tell(
        page, told.model_copy(update={"terms": {"matching": 1.2, "knowledge": 0.3, "odd": 0.01, "zero": 0.0}})
    )
    page._show_story()
    words = page.view.terms.text()
    assert "写真と説明文の合い方 1.20" in words and "元の説明文からの離れ 0.30" in words
    assert "その他（odd） 0.01" in words and "zero" not in words


def test_another_choice_after_a_run_shows_the_list_again_and_the_run_stays_within_reach(
    qtbot: QtBot, project: Project, engine: Recorded
) -> None:
    page = shown(qtbot, project, make_run(project))
    qtbot.waitUntil(lambda: page.chip.state is JobState.FINISHED)
    TrainingChoice("coop").keep(project)
    page.enter()
    assert page.ready_page.isVisible()
    page.former.click()
    assert page.run_page.isVisible()


def test_a_finished_event_alone_is_not_yet_a_result(qtbot: QtBot, project: Project, engine: Recorded) -> None:
    page = started(qtbot, project)
    tell(page, StateChanged(state="running"), Finished())
    assert page.blocker(), "the next page needs the result on disk"


def test_language_and_theme_change_while_it_runs(qtbot: QtBot, project: Project, engine: Recorded) -> None:
    page = started(qtbot, project)
    tell(page, *whole_story(told=2, ended=False))
    page.session.change_settings(language="en")
    page.retranslate()
    page.restyle()
    assert page.chip.accessibleName() and page.start.accessibleName()
