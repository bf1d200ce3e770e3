"""Tuning a model that writes from the training page, as a person clicks."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.pages.training import TrainingPage
from app.text_choice import TextChoice
from core.project.store import Project
from core.tasks.freeze import freeze_texts
from core.tasks.runs import runs_of
from core.tasks.writers import writer_card
from core.training.events import Decided, Failed, Interrupted, StateChanged
from core.training.job import TextJob
from core.training.state import JobState
from tests.app.text_data import make_text_project, make_text_run, text_round, text_story
from tests.app.training_stand_ins import recorded_engine, shown, tell


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The words that the engine was given."""
    return recorded_engine(monkeypatch).asked


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with make_text_project(tmp_path) as project:
        TextChoice("pt-peft-lora", {"training.epochs": 5}, 3).keep(project)
        yield project


def started(qtbot: QtBot, project: Project) -> TrainingPage:
    page = shown(qtbot, project)
    qtbot.waitUntil(lambda: page.start.isEnabled() and page._device is not None)
    page.start.click()
    qtbot.waitUntil(lambda: page.session.run is not None)
    return page


def test_the_list_before_is_about_texts_and_the_job_is_as_it_was_chosen(
    qtbot: QtBot, project: Project, asked: list[str]
) -> None:
    page = started(qtbot, project)
    codes = {row.check.code for row in page.checks._rows}
    assert {"tasks.check_photos", "tasks.check_few_photos"} & codes and "doctor.few_classes" not in codes
    assert "doctor.device_ok" in codes and "tasks.check_questions" in codes
    run = page.session.run
    assert run is not None and asked == ["start job.json"]
    job = run.job
    assert isinstance(job, TextJob)
    assert (job.preset, job.composition, job.seed) == ("pt-peft-lora", "pt-peft(lora)", 3)
    assert job.hyper == {"training.epochs": 5} and job.model_sha256 == writer_card("embedded").sha256
    assert run.text_revision == freeze_texts(project)
    assert list(runs_of(project, "vqa")) == [run] and not list(runs_of(project, "caption"))


def test_the_charts_show_texts_and_the_words_tell_the_stage(
    qtbot: QtBot, project: Project, asked: list[str]
) -> None:
    page = started(qtbot, project)
    tell(page, *text_story(11, told=0, ended=False))
    tell(page, text_round(1, 11, "prefix", 0.1), text_round(2, 11, "prefix", 0.25))
    page._show_story()
    view = page.view
    assert view.text_charts.isVisible() and not view.loss.isVisible() and not view.accuracy.isVisible()
    assert view.text_charts.right.values("right") == ([1, 2], [10, 25])
    assert view.text_charts.loss.values("check_loss") == ([1, 2], [3.5, 1.75])
    assert "25 %" in view.text_charts.right.sentence.text()
    assert "3.00 から 1.50" in view.text_charts.loss.sentence.text()
    assert "第1段階" in view.happening.text() and "周回 2／11" in view.position.text()
    assert "約 1 分" in view.left.text()
    tell(page, Decided(code="tasks.second_needed", data={"right": 1, "texts": 4, "enough": 90}))
    tell(page, text_round(3, 11, "tune", None))
    page._show_story()
    assert "第2段階" in view.happening.text() and "4" in view.notes.text()
    assert view.text_charts.right.values("right")[0] == [1, 2], "a round without checking texts has no share"
    view.retranslate()
    view.restyle()


def test_pause_stop_and_going_on_are_those_of_every_training(
    qtbot: QtBot, project: Project, asked: list[str]
) -> None:
    page = started(qtbot, project)
    tell(page, StateChanged(state="running"))
    page.pause.click()
    tell(page, StateChanged(state="paused"))
    assert page.pause.text() == "再開"
    page.pause.click()
    page.stop.click()
    assert asked == ["start job.json", "pause", "resume", "stop"]
    tell(page, Interrupted(reason="parent_gone"))
    assert page.story.state is JobState.INTERRUPTED and page.resume.isVisible()
    page.resume.click()
    assert asked[-1] == "start job.json"
    tell(
        page,
        StateChanged(state="running"),
        Failed(code="tasks.too_few_texts", data={"photos": 2, "learned": 0, "needed": 2}),
    )
    assert "足りません" in page.banner.what.text()


def test_a_run_of_before_is_told_again_and_another_choice_asks_for_another_training(
    qtbot: QtBot, project: Project, asked: list[str]
) -> None:
    make_text_run(project, preset="pt-peft-lora", composition="pt-peft(lora)")
    page = shown(qtbot, project)
    qtbot.waitUntil(lambda: page.story.state is JobState.FINISHED)
    assert page.run_page.isVisible() and page.blocker() == ""
    assert page.view.text_charts.right.values("right")[0] == list(range(1, 13))
    page.story.rounds[12] = page.story.rounds[12].model_copy(update={"right": 0.2})
    page.view.text_charts.retranslate()
    best = max(page.view.text_charts.right.values("right")[1])
    assert best > 20 and f"{best:.0f} %" in page.view.text_charts.right.sentence.text(), "what is kept"
    TextChoice("prefix").keep(project)
    page.enter()
    assert page.ready_page.isVisible(), "what was chosen since is not what that run did"


def test_another_task_has_its_own_run_on_screen(qtbot: QtBot, project: Project, asked: list[str]) -> None:
    run = make_text_run(project)
    page = shown(qtbot, project)
    assert page.session.run == run
    page.again.click()
    qtbot.waitUntil(page.start.isEnabled)
    project.choose_task("caption")
    page.session.show_task("caption")
    assert not page.start.isEnabled(), "what was looked at was about questions"
    assert page.session.run is None and page.ready_page.isVisible()
    qtbot.waitUntil(lambda: page._ready is not None)
    assert page._ready is not None and page._ready.revision.task == "caption"  # type: ignore[union-attr]
    assert "カード" in page.refusal.text()


def test_a_check_about_texts_leads_to_the_label_page(
    qtbot: QtBot, project: Project, asked: list[str]
) -> None:
    page = shown(qtbot, project)
    qtbot.waitUntil(lambda: page._ready is not None)
    with qtbot.waitSignal(page.go_to) as told:
        page.checks.mend.emit("texts")
    assert told.args == ["labels"]
