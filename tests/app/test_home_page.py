"""Where every session starts: new, recent, sample, and what was cut off."""

import json
import os
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.pages.home import HomePage, NewProjectDialog, projects_folder
from app.session import Session
from core.project.store import PROJECT_FILE
from core.training.events import Finished, StateChanged, encode
from core.training.job import TextJob, TrainJob, save_job
from core.training.run import EVENTS_FILE, LOCK_FILE


@pytest.fixture
def page(session: Session, qtbot: QtBot) -> HomePage:
    """The page at the start of a session: one recent project, none open."""
    session.close_project()
    page = HomePage(session)
    qtbot.addWidget(page)
    page.resize(1000, 650)
    page.retranslate()
    page.show()
    page.enter()
    qtbot.waitUntil(lambda: page.recent.count() == 1)
    return page


def left(page: HomePage) -> list[str]:
    """The pages it asked for from now on."""
    pages: list[str] = []
    page.go_to.connect(pages.append)
    return pages


def test_the_empty_page_says_what_to_do_first(qtbot: QtBot) -> None:
    page = HomePage(Session())
    qtbot.addWidget(page)
    page.retranslate()
    page.show()
    page.enter()
    qtbot.waitUntil(page.empty.isVisible)
    assert "見本" in page.empty.text()
    assert not page.recent.isVisible()
    assert page.blocker()


def test_a_new_project_takes_its_folder_from_its_name(page: HomePage, qtbot: QtBot) -> None:
    pages = left(page)
    in_dialog(lambda dialog: (dialog.name.setText("ボルト: 外観/検査"), dialog.make.click()))
    qtbot.mouseClick(page.new, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(pages))
    project = page.session.project
    assert pages == ["photos"]
    assert project is not None and project.name == "ボルト: 外観/検査"
    assert project.folder == projects_folder() / "ボルト_ 外観_検査"
    assert page.blocker() == ""


def test_a_project_without_a_name_cannot_be_made(qtbot: QtBot) -> None:
    dialog = NewProjectDialog()
    qtbot.addWidget(dialog)
    assert not dialog.make.isEnabled()
    dialog.name.setText("　 ")
    assert not dialog.make.isEnabled()
    assert dialog.place.text()


def test_a_name_that_is_taken_is_refused_with_what_to_do(page: HomePage, qtbot: QtBot) -> None:
    (projects_folder() / "同じ名前").mkdir(parents=True)
    (projects_folder() / "同じ名前" / PROJECT_FILE).touch()
    in_dialog(lambda dialog: (dialog.name.setText("同じ名前"), dialog.make.click()))
    qtbot.mouseClick(page.new, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.banner.isVisible)
    assert page.banner.do.text()
    assert page.session.project is None
    assert page.new.isEnabled()


def test_a_recent_project_is_opened_by_a_click(page: HomePage, session: Session, qtbot: QtBot) -> None:
    pages = left(page)
    click_recent(page, 0, qtbot)
    qtbot.waitUntil(lambda: bool(pages))
    assert session.project is not None and session.project.name == "ボルト検査"
    assert pages == ["photos"]


def test_a_recent_project_opens_where_one_stopped(page: HomePage, session: Session, qtbot: QtBot) -> None:
    session.open_project(Path(session.settings.recent_projects[0]))
    assert session.project is not None
    session.project.remember("page", "labels")
    session.close_project()
    pages = left(page)
    click_recent(page, 0, qtbot)
    qtbot.waitUntil(lambda: bool(pages))
    assert pages == ["labels"]


def test_a_project_that_is_gone_is_grey_says_so_and_does_nothing(
    page: HomePage, session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    session.change_settings(recent_projects=(*session.settings.recent_projects, str(tmp_path / "なくなった")))
    page.enter()
    qtbot.waitUntil(lambda: page.recent.count() == 2)
    item = page.recent.item(1)
    assert not item.flags() & Qt.ItemFlag.ItemIsEnabled
    assert "見つかりません" in item.data(Qt.ItemDataRole.AccessibleTextRole)
    click_recent(page, 1, qtbot)
    qtbot.wait(50)
    assert session.project is None and not page.banner.isVisible()


def test_a_spoiled_project_is_refused_with_words(page: HomePage, session: Session, qtbot: QtBot) -> None:
    folder = Path(session.settings.recent_projects[0])
    (folder / PROJECT_FILE).write_bytes(b"this is no database at all" * 100)
    for journal in folder.glob(f"{PROJECT_FILE}-*"):
        journal.unlink()
    click_recent(page, 0, qtbot)
    qtbot.waitUntil(page.banner.isVisible)
    assert page.banner.what.text() and page.banner.do.text()


def test_training_that_was_cut_off_is_offered_before_anything_is_opened(
    page: HomePage, session: Session, qtbot: QtBot
) -> None:
    leave_run(Path(session.settings.recent_projects[0]), pid=1, created=0.0)
    pages = left(page)
    page.enter()
    qtbot.waitUntil(page.resume_card.isVisible)
    assert "途中で止まっています" in page.resume_words.text()
    qtbot.mouseClick(page.resume, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(pages))
    assert pages == ["training"]
    assert session.run is not None


def test_of_trainings_on_kinds_and_on_texts_the_newest_is_offered(
    page: HomePage, session: Session, qtbot: QtBot
) -> None:
    project = Path(session.settings.recent_projects[0])
    leave_run(project, pid=1, created=0.0)
    text_run = project / "runs" / "20260102-120000"
    save_job(TextJob(run=str(text_run), preset="lora", composition="lora"))
    (text_run / EVENTS_FILE).write_text(encode(Finished()) + "\n", encoding="utf-8")
    page.enter()
    qtbot.wait(50)
    assert not page.resume_card.isVisible(), "what was cut off is older than what was finished"
    (text_run / EVENTS_FILE).write_text(encode(StateChanged(state="running")) + "\n", encoding="utf-8")
    page.enter()
    qtbot.waitUntil(page.resume_card.isVisible)


def test_training_that_goes_on_without_a_window_is_offered_to_be_watched(
    page: HomePage, session: Session, qtbot: QtBot
) -> None:
    worker = psutil.Process(os.getpid())
    leave_run(Path(session.settings.recent_projects[0]), worker.pid, worker.create_time())
    page.enter()
    qtbot.waitUntil(page.resume_card.isVisible)
    assert "続いています" in page.resume_words.text()


def test_nothing_is_offered_where_nothing_was_cut_off(page: HomePage, qtbot: QtBot) -> None:
    qtbot.wait(50)
    assert not page.resume_card.isVisible()


def test_no_other_project_is_opened_while_training(
    page: HomePage, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(type(page.session.engine), "running", property(lambda _: True))
    click_recent(page, 0, qtbot)
    qtbot.waitUntil(page.banner.isVisible)
    assert "学習" in page.banner.what.text()
    monkeypatch.undo()


def test_a_tuned_model_leads_to_the_shop_floor(page: HomePage, qtbot: QtBot) -> None:
    pages = left(page)
    qtbot.mouseClick(page.onsite, Qt.MouseButton.LeftButton)
    assert pages == ["onsite"]


@pytest.mark.slow
def test_the_sample_is_ready_to_be_trained(page: HomePage, session: Session, qtbot: QtBot) -> None:
    pages = left(page)
    qtbot.mouseClick(page.sample, Qt.MouseButton.LeftButton)
    assert page.blocker()
    qtbot.waitUntil(lambda: bool(pages), timeout=60_000)
    assert session.project is not None
    counts = session.project.counts()
    assert counts.labelled > 200 and not counts.unlabelled and len(counts.classes) >= 12


def click_recent(page: HomePage, row: int, qtbot: QtBot) -> None:
    place = page.recent.visualItemRect(page.recent.item(row)).center()
    qtbot.mouseClick(page.recent.viewport(), Qt.MouseButton.LeftButton, pos=place)


def in_dialog(act: object) -> None:
    """Do something with the next dialog for a new project."""

    def now() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, NewProjectDialog)
        act(dialog)

    QTimer.singleShot(0, now)


def leave_run(project: Path, pid: int, created: float) -> None:
    """A run that said it is running, and whose worker is, or was, that process."""
    folder = project / "runs" / "20260101-120000"
    save_job(TrainJob(run=str(folder), preset="coop", composition="coop"))
    (folder / EVENTS_FILE).write_text(encode(StateChanged(state="running")) + "\n", encoding="utf-8")
    (folder / LOCK_FILE).write_text(json.dumps({"pid": pid, "created": created}), encoding="utf-8")
