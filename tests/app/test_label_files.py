"""Labels of other programs, by the menu of the label page."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton
from pytestqt.qtbot import QtBot

from app.pages.labels import LabelsPage
from app.session import Session
from core.project.store import Project
from tests.app.labels_page import labels_page


@pytest.fixture
def project(session: Session) -> Project:
    assert session.project is not None
    return session.project


@pytest.fixture
def page(session: Session, project: Project, qtbot: QtBot) -> Iterator[LabelsPage]:
    with labels_page(session, qtbot) as page:
        yield page


def words(page: LabelsPage) -> str:
    label = page.findChild(QLabel, "label_files_words")
    assert isinstance(label, QLabel)
    return label.text()


def test_taken_in_told_and_taken_back_by_one_undo(
    page: LabelsPage, project: Project, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = [photo.path.name for photo in project.photos()]
    path = tmp_path / "labels.csv"
    path.write_text(
        "photo,class\n" + "".join(f"{name},キズ\n" for name in names) + "gone.png,キズ\n", "utf-8"
    )
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    with qtbot.waitSignal(page.files.imported):
        page.files.take.trigger()
    assert len(project.photos("labelled")) == len(names)
    assert str(len(names)) in words(page)
    assert "gone.png" in words(page)
    undo = page.findChild(QPushButton, "labels_undo")
    qtbot.waitUntil(undo.isEnabled)
    qtbot.mouseClick(undo, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not project.photos("labelled"))


def test_what_cannot_be_read_is_said_on_the_page_and_changes_nothing(
    page: LabelsPage, project: Project, qtbot: QtBot, tmp_path: Path
) -> None:
    path = tmp_path / "labels.csv"
    path.write_text("a,b\n1,2\n")
    with qtbot.waitSignal(page.files.refused):
        page.files.take_in(path)
    assert page.banner.isVisible()
    assert not page.files.isVisible()
    assert not project.photos("labelled")


def test_handed_out_and_put_away(page: LabelsPage, project: Project, qtbot: QtBot, tmp_path: Path) -> None:
    project.label([photo.id for photo in project.photos()], project.add_class("良品").id)
    page.files.write("folders", tmp_path / "out")
    qtbot.waitUntil(lambda: (tmp_path / "out" / "良品").is_dir() and "out" in words(page))
    assert len(list((tmp_path / "out" / "良品").iterdir())) == len(project.photos())
    qtbot.mouseClick(page.files.stop, Qt.MouseButton.LeftButton)
    assert not page.files.isVisible()
