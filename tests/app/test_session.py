"""What is open, and what is remembered."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.session import MOST_RECENT, Session
from core.problems import Problem
from core.settings import load_settings


@pytest.fixture
def session(qapp: object) -> Session:
    """A session without a project."""
    return Session()


def test_a_new_project_is_open_told_and_remembered(session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    with qtbot.waitSignal(session.project_changed):
        session.new_project(tmp_path / "ボルト", "ボルト検査")
    assert session.project is not None and session.project.name == "ボルト検査"
    assert load_settings().recent_projects == (str(tmp_path / "ボルト"),)
    session.close_project()


def test_recent_projects_are_the_latest_first_each_once(session: Session, tmp_path: Path) -> None:
    for number in range(MOST_RECENT + 2):
        session.new_project(tmp_path / str(number), str(number))
    session.open_project(tmp_path / "5")
    recent = [Path(path).name for path in session.settings.recent_projects]
    assert recent == ["5", "9", "8", "7", "6", "4", "3", "2"]
    session.close_project()


def test_what_cannot_be_opened_leaves_the_open_project_alone(session: Session, tmp_path: Path) -> None:
    session.new_project(tmp_path / "one", "one")
    with pytest.raises(Problem, match=r"."):
        session.open_project(tmp_path / "nothing here")
    assert session.project is not None and session.project.name == "one"
    session.close_project()


def test_language_follows_the_pc_until_one_is_chosen(session: Session, qtbot: QtBot) -> None:
    assert session.language == "ja"
    with qtbot.waitSignal(session.language_changed):
        session.change_settings(language="en")
    assert session.language == "en"
    assert load_settings().language == "en"


def test_settings_that_do_not_change_the_look_do_not_dress_the_window_again(
    session: Session, qtbot: QtBot
) -> None:
    with qtbot.assertNotEmitted(session.theme_changed), qtbot.waitSignal(session.settings_changed):
        session.change_settings(operator="山田")
    with qtbot.waitSignal(session.theme_changed):
        session.change_settings(text_scale=150)


def test_a_text_size_outside_the_bounds_is_refused(session: Session) -> None:
    with pytest.raises(ValueError, match="text_scale"):
        session.change_settings(text_scale=300)
    assert session.settings.text_scale == 100
