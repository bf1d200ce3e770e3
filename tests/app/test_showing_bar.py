"""What is shown is chosen on the page: filters appear with what they need, several hold together, orders stay."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QComboBox, QLabel, QWidget
from pytestqt.qtbot import QtBot

from app.pages.labels import LabelsPage
from app.session import Session
from app.widgets.flow import FlowLayout
from core.labelling.known import Known
from core.labelling.showing import ALL, BY_NAME, DISAGREEING, MISTAKES, SIMILAR, UNLABELLED
from core.project.store import Project
from tests.app.labels_page import labels_page
from tests.app.run_data import NAMES, make_project, make_run


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    """Sixty labelled photos of six classes."""
    project = make_project(tmp_path)
    yield project
    project.close()


@pytest.fixture
def page(project: Project, qtbot: QtBot) -> Iterator[LabelsPage]:
    session = Session()
    session.take_project(project)
    with labels_page(session, qtbot) as page:
        yield page
    session.close_project()


def shown(page: LabelsPage) -> set[int]:
    grid = page.grid.grid
    return {photo.id for row in range(grid.rowCount()) for photo in grid.photos_of(row)}


def pick(box: QComboBox, data: str) -> None:
    """Choose an entry as a hand does."""
    place = box.findData(data)
    assert place >= 0, f"{data} is not offered"
    box.setCurrentIndex(place)
    box.activated.emit(place)


def filters(page: LabelsPage) -> list[str]:
    box = page.showing.filter
    return [box.itemData(place) for place in range(box.count())]


def test_without_a_run_mistakes_are_not_offered(page: LabelsPage) -> None:
    assert f"{MISTAKES}:" not in filters(page) and f"{DISAGREEING}:" not in filters(page)
    assert filters(page)[:2] == [f"{ALL}:", f"{UNLABELLED}:"]
    assert [page.showing.filter.itemText(place) for place in range(2, 2 + len(NAMES))] == list(NAMES)


def test_mistakes_of_the_latest_run_and_labels_that_differ_from_its_answers(
    page: LabelsPage, project: Project, qtbot: QtBot
) -> None:
    make_run(project, skill=0.0, seed=1)
    run = make_run(project, skill=0.5, seed=2)
    result = run.result()
    assert result is not None
    wrong = {project.folder / told.photo for told in result.predictions if told.predicted != told.label}
    wrong_ids = {
        photo.id for photo, path in zip(project.photos(), project.portable_paths(project.photos()), strict=True)
        if project.folder / path in wrong
    }  # fmt: skip
    assert 0 < len(wrong_ids) < len(result.predictions)
    page.reload()
    qtbot.waitUntil(lambda: f"{MISTAKES}:" in filters(page))
    pick(page.showing.filter, f"{MISTAKES}:")
    qtbot.waitUntil(lambda: shown(page) == wrong_ids)
    # One is mended as the run had said: it is a mistake of that run still, and no disagreement any more.
    photo_id = sorted(wrong_ids)[0]
    project.label([photo_id], Known(project).answers[photo_id].class_id)
    pick(page.showing.filter, f"{DISAGREEING}:")
    qtbot.waitUntil(lambda: shown(page) == wrong_ids - {photo_id})


def test_a_class_that_was_renamed_since_the_run_disagrees_with_nothing(project: Project) -> None:
    make_run(project, skill=1.0)
    project.edit_class(project.classes()[0].id, name="新しい名前")
    known = Known(project)
    assert known.answers
    named = {photo.id: photo.class_id for photo in known.photos}
    assert all(answer.class_id in (None, named[key]) for key, answer in known.answers.items())


def test_folder_and_filter_hold_together_and_emptiness_is_explained(page: LabelsPage, qtbot: QtBot) -> None:
    assert page.showing.folder.isVisible()
    pick(page.showing.folder, "class_02")
    qtbot.waitUntil(lambda: len(shown(page)) == 10)
    pick(page.showing.filter, f"{UNLABELLED}:")
    qtbot.waitUntil(page.empty.isVisible)
    assert "すべて" in page.empty.text()
    pick(page.showing.folder, "")
    qtbot.waitUntil(lambda: "もうありません" in page.empty.text())


def test_one_folder_and_one_day_need_no_choice(session: Session, qtbot: QtBot) -> None:
    page = LabelsPage(session)
    qtbot.addWidget(page)
    page.show()
    page.enter()
    qtbot.waitUntil(lambda: page.grid.grid.rowCount() > 0)
    assert page.showing.folder.isVisible() and not page.showing.day.isVisible()
    page.leave()


def test_photos_like_the_chosen_one_come_first_and_a_new_choice_sorts_anew(
    page: LabelsPage, project: Project, qtbot: QtBot
) -> None:
    for row in (30, 5):
        page.grid.select_row(row)
        chosen = page.grid.grid.photo(row).id
        pick(page.showing.order, SIMILAR)
        qtbot.waitUntil(lambda chosen=chosen: page.grid.grid.photo(0).id == chosen)  # type: ignore[misc]
    assert page.grid.currentIndex().row() == 0


def test_an_order_stays_while_labels_are_given(page: LabelsPage, project: Project, qtbot: QtBot) -> None:
    pick(page.showing.order, BY_NAME)
    names = sorted(photo.path.name for photo in project.photos())
    qtbot.waitUntil(lambda: page.grid.grid.photo(0).path.name == names[0])
    page.undo.click()
    qtbot.waitUntil(page.redo.isEnabled)
    assert page.grid.grid.photo(0).path.name == names[0]
    assert page.showing.order.currentData() == BY_NAME


def test_another_project_begins_with_everything(page: LabelsPage, tmp_path: Path, qtbot: QtBot) -> None:
    pick(page.showing.folder, "class_02")
    pick(page.showing.order, BY_NAME)
    page.session.new_project(tmp_path / "other", "別")
    assert page.showing.showing.folder == "" and page.showing.showing.order != BY_NAME


def test_a_row_that_is_full_goes_on_in_the_next_line(qtbot: QtBot) -> None:
    whole = QWidget()
    qtbot.addWidget(whole)
    flow = FlowLayout(whole, spacing=4)
    labels = [QLabel("x") for _ in range(5)]
    for label in labels:
        label.setFixedSize(50, 20)
        flow.addWidget(label)
    labels[1].hide()
    whole.resize(108, 100)
    whole.show()
    labels[1].hide()
    flow.activate()
    assert flow.heightForWidth(108) == 44 and flow.heightForWidth(1000) == 20
    assert [(label.x(), label.y()) for label in labels if label.isVisible()] == [
        (0, 0),
        (54, 0),
        (0, 24),
        (54, 24),
    ]
