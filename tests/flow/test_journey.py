"""From a folder of photos to a verified package and an answer on site, by clicks and keys only."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QSpinBox, QTreeWidget

from app.on_site import Judged
from app.pages.export import ExportPage
from app.pages.onsite import OnsitePage
from app.pages.training import TrainingPage
from app.site_work import Phase
from app.tour import Operator
from app.widgets.photo_grid import PhotoGrid
from core.training.state import JobState

ENGINE_S = 240.0


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_from_a_folder_of_photos_to_a_verified_package(
    operator: Operator, photo_folder: Path, tmp_path: Path
) -> None:
    make_project(operator, "ボルト")
    take_photos_in(operator, photo_folder)
    label_some_by_hand(operator)
    choose_a_short_training(operator)
    train(operator)
    package = export(operator, tmp_path)
    answers = use_on_site(operator, sorted(photo_folder.glob("*/*.jpg"))[::15])

    verified = subprocess.run(
        [sys.executable, "-m", "core.cli", "verify", str(package), "--json"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(verified.stdout.splitlines()[-1])["ok"] is True
    assert all(answer.problem is None and answer.class_name for answer in answers)


def make_project(operator: Operator, name: str) -> None:
    def fill_in() -> None:
        dialog = QApplication.activeModalWidget()
        assert dialog is not None
        line = dialog.findChild(QLineEdit, "new_project_name")
        create = dialog.findChild(QPushButton, "new_project_create")
        assert isinstance(line, QLineEdit)
        assert isinstance(create, QPushButton)
        assert not create.isEnabled(), "a project needs a name"
        typed = QInputMethodEvent()
        typed.setCommitString(name)
        QApplication.sendEvent(line, typed)
        QTest.mouseClick(create, Qt.MouseButton.LeftButton)

    QTimer.singleShot(200, operator.window, fill_in)
    operator.click("home_new")
    operator.wait(lambda: operator.window.current == "photos", "the new project is open")
    assert operator.window.session.project is not None
    assert operator.window.session.project.name == name


def take_photos_in(operator: Operator, folder: Path) -> None:
    assert not operator.find("next").isEnabled(), "nobody goes on without photos"
    operator.choose_in_dialog("photos_choose", folder)
    operator.wait(
        lambda: operator.find("photos_use_folders").isVisible(), "the folders are offered as labels"
    )
    unreadable = operator.find("photos_unreadable", QTreeWidget)
    assert [unreadable.topLevelItem(0).text(0)] == ["壊れた.jpg"]
    assert unreadable.topLevelItem(0).text(1), "why it could not be read"
    operator.click("photos_use_folders")
    operator.wait(lambda: counts(operator) == (40, 0), "all photos are labelled")
    operator.go_on("labels")


def label_some_by_hand(operator: Operator) -> None:
    grid = operator.find("labels_grid", PhotoGrid)
    operator.wait(lambda: grid.grid.rowCount() == 40, "the photos are in the grid")
    before = labels(operator)
    operator.press("labels_grid", Qt.Key.Key_0)
    operator.wait(lambda: counts(operator) == (39, 1), "a label is off")
    operator.click("labels_undo")
    operator.wait(lambda: labels(operator) == before, "undo brings it back")
    operator.go_on("preset")


def choose_a_short_training(operator: Operator) -> None:
    operator.click("preset_coop_dept")
    operator.wait(lambda: operator.window.session.preset == "coop-dept", "the card is chosen")
    operator.click("preset_details")
    epochs = operator.find("setting_training_epochs", QSpinBox)
    epochs.setFocus()
    epochs.selectAll()
    QTest.keyClicks(epochs, "2")
    QTest.keyClick(epochs, Qt.Key.Key_Return)
    operator.go_on("training")


def train(operator: Operator) -> None:
    operator.click("training_start")
    story = operator.find("page_training", TrainingPage)
    operator.wait(lambda: story.story.state.terminal, "the training ends", ENGINE_S)
    assert story.story.state is JobState.FINISHED, story.story.failure
    assert sorted(story.story.rounds) == [1, 2]
    operator.go_on("check")
    operator.wait(lambda: bool(operator.find("verdict_headline", QLabel).text()), "a verdict in words")


def export(operator: Operator, folder: Path) -> Path:
    operator.wait(lambda: operator.find("check_tabs").isVisible(), "the result is read")
    operator.go_on("export")
    operator.choose_in_dialog("export_choose_folder", folder)
    operator.click("export_start")
    page = operator.find("page_export", ExportPage)
    operator.wait(lambda: operator.find("export_result").isVisible(), "the package is written", ENGINE_S)
    assert page.exported is not None
    assert page.exported.verified
    operator.go_on("onsite")
    return Path(page.exported.package)


def use_on_site(operator: Operator, photos: list[Path]) -> list[Judged]:
    page = operator.find("page_onsite", OnsitePage)
    operator.wait(lambda: page.on_site.phase is Phase.READY, "the package is loaded", ENGINE_S)
    answers: list[Judged] = []
    page.on_site.judged.connect(answers.append)
    operator.choose_in_dialog("onsite_photos", *photos)
    operator.wait(lambda: len(answers) == len(photos), "the answers", ENGINE_S)
    return answers


def counts(operator: Operator) -> tuple[int, int]:
    project = operator.window.session.project
    assert project is not None
    found = project.counts()
    return found.labelled, found.unlabelled


def labels(operator: Operator) -> list[int | None]:
    project = operator.window.session.project
    assert project is not None
    return [photo.class_id for photo in project.photos()]
