"""Help on the labels page as an operator meets it; what the backbone saw is put into the cache by hand."""

from collections.abc import Iterator

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.assist import Assistant
from app.background import finish_in_order
from app.pages.labels import LabelsPage
from app.session import Session
from app.widgets.class_panel import ClassDialog
from core.assist.words import keep_scale, key_of, texts_cache
from core.backbones.store import ModelStore
from core.labelling.showing import BY_GROUP, BY_WORDS, DOUBTED, DOUBTFUL, SIMILAR, USEFUL
from core.photos.embeddings import keep_embeddings
from core.problems import Problem
from core.project.store import Project
from core.training.events import Failed, Progress
from tests.app.labels_page import labels, labels_page

DIM = 8
NAMES = ("良品", "キズ")


def direction(name: str) -> np.ndarray:
    vector = np.full(DIM, 0.2, dtype=np.float32)
    vector[NAMES.index(name)] += 1
    return vector


@pytest.fixture
def project(session: Session) -> Project:
    """Six photos of each class, seen by a backbone that tells them well; its words are read, and nothing is labelled."""
    project = session.project
    assert project is not None
    for name in NAMES:
        project.add_class(name)
    cache, backbone = project.folder / "cache", ModelStore().entry("embedded").sha256
    rng = np.random.default_rng(0)
    photos = project.photos()
    features = np.stack([direction(photo.folder_label) + 0.02 * rng.normal(size=DIM) for photo in photos])
    keep_embeddings(cache, backbone, [photo.sha256 for photo in photos], features.astype(np.float32))
    keep_scale(cache, backbone, 30.0)
    words = [entry.description for entry in project.classes()] + ["crack"]
    rows = np.stack([direction(name) for name in (*NAMES, "キズ")])
    keep_embeddings(texts_cache(cache), backbone, [key_of(each) for each in words], rows)
    return project


@pytest.fixture
def page(session: Session, project: Project, qtbot: QtBot) -> Iterator[LabelsPage]:
    with labels_page(session, qtbot) as page:
        qtbot.waitUntil(lambda: len(page.help.advice.hints) == 12)
        yield page


def folders(project: Project) -> list[str]:
    return [photo.folder_label for photo in project.photos()]


def seen(page: LabelsPage, row: int) -> str:
    return page.grid.grid.photo(row).folder_label


@pytest.mark.parametrize("key", [Qt.Key.Key_Space, Qt.Key.Key_Return])
def test_one_key_takes_the_suggestion_and_goes_on(
    page: LabelsPage, project: Project, qtbot: QtBot, key: Qt.Key
) -> None:
    for _ in range(2):
        qtbot.keyClick(page.grid, key)
    assert labels(project)[:3] == [*folders(project)[:2], ""]
    assert page.grid.currentIndex().row() == 2


def test_one_key_takes_it_for_all_that_look_alike_and_one_undo_takes_it_back(
    page: LabelsPage, project: Project, qtbot: QtBot
) -> None:
    first = seen(page, 0)
    assert "6" in page.assist.group_button.text() and page.assist.group_button.isEnabled()
    qtbot.keyClick(page.grid, Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier)
    told = labels(project)
    assert [name for name in told if name] == [first] * 6
    assert all(name in ("", folder) for name, folder in zip(told, folders(project), strict=True))
    qtbot.waitUntil(page.undo.isEnabled)
    page.undo.click()
    qtbot.waitUntil(lambda: labels(project) == [""] * 12)


def test_a_wrong_one_is_given_its_class_first_and_the_group_goes_on_without_it(
    page: LabelsPage, project: Project, qtbot: QtBot
) -> None:
    wrong = page.grid.grid.photo(2).id
    page.grid.select_row(2)
    qtbot.keyClick(page.grid, Qt.Key.Key_2 if seen(page, 2) == "良品" else Qt.Key.Key_1)
    page.grid.select_row(1)
    qtbot.keyClick(page.grid, Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier)
    finish_in_order()
    kept = {photo.id: photo for photo in project.photos()}
    names = {entry.id: entry.name for entry in project.classes()}
    assert names[kept[wrong].class_id or 0] != kept[wrong].folder_label


def test_the_group_is_selected_to_be_given_another_class(
    page: LabelsPage, project: Project, qtbot: QtBot
) -> None:
    first = seen(page, 0)
    qtbot.keyClick(page.grid, Qt.Key.Key_Space, Qt.KeyboardModifier.ControlModifier)
    assert len(page.grid.selected_ids()) == 6
    qtbot.keyClick(page.grid, Qt.Key.Key_2 if first == "良品" else Qt.Key.Key_1)
    assert sorted(set(labels(project))) == sorted({"", *(set(NAMES) - {first})})


def test_a_tile_says_what_is_suggested_to_eyes_and_ears(page: LabelsPage) -> None:
    spoken = page.grid.grid.index(0).data(Qt.ItemDataRole.AccessibleTextRole)
    assert "提案" in spoken and seen(page, 0) in spoken
    assert seen(page, 0) in page.assist.accept_button.text()


def test_words_put_the_photos_that_fit_first(page: LabelsPage, qtbot: QtBot) -> None:
    qtbot.keyClicks(page.assist.words, "crack")
    qtbot.keyClick(page.assist.words, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.showing.showing.order == BY_WORDS and seen(page, 0) == "キズ")
    assert [seen(page, row) for row in range(12)] == ["キズ"] * 6 + ["良品"] * 6
    page.assist.words.clear()
    qtbot.waitUntil(lambda: page.showing.showing.order != BY_WORDS)


def test_japanese_words_go_through_the_glossary(page: LabelsPage, qtbot: QtBot) -> None:
    page.help.search("キズ")
    qtbot.waitUntil(lambda: page.showing.showing.order == BY_WORDS and seen(page, 0) == "キズ")


def test_words_that_nobody_knows_are_said_to_be_so(page: LabelsPage, qtbot: QtBot) -> None:
    page.help.search("ぬるぽ")
    qtbot.waitUntil(page.banner.isVisible)
    assert "ぬるぽ" in page.banner.what.text()


def test_similar_ones_follow_the_photo_that_was_looked_at(page: LabelsPage, qtbot: QtBot) -> None:
    page.grid.select_row(11)
    last = seen(page, 11)
    page.assist.similar_action.trigger()
    assert page.showing.showing.order == SIMILAR
    qtbot.waitUntil(lambda: [seen(page, row) for row in range(6)] == [last] * 6)


def test_a_doubted_label_comes_first_and_is_mended_with_one_key(
    page: LabelsPage, project: Project, qtbot: QtBot
) -> None:
    ids = {entry.name: entry.id for entry in project.classes()}
    right = {photo.id: ids[photo.folder_label] for photo in project.photos()}
    wrong = project.photos()[3]
    other = next(value for value in ids.values() if value != right[wrong.id])
    project.label_each(right | {wrong.id: other})
    page.session.labels_changed.emit()
    qtbot.waitUntil(lambda: list(page.help.advice.doubts) == [wrong.id])
    page.reload()
    qtbot.waitUntil(lambda: page.showing.filter.findData(f"{DOUBTED}:") >= 0)
    page.showing.choose(DOUBTED)
    page.showing.choose_order(DOUBTFUL)
    qtbot.waitUntil(lambda: page.grid.grid.rowCount() == 1)
    page.grid.select_row(0)
    qtbot.keyClick(page.grid, Qt.Key.Key_Space)
    assert labels(project) == folders(project)


def test_a_doubted_label_that_is_given_again_is_not_doubted_any_more(
    page: LabelsPage, project: Project, qtbot: QtBot
) -> None:
    ids = {entry.name: entry.id for entry in project.classes()}
    right = {photo.id: ids[photo.folder_label] for photo in project.photos()}
    first = page.grid.grid.photo(0)
    other = next(entry for entry in project.classes() if entry.id != right[first.id])
    project.label_each(right | {first.id: other.id})
    page.session.labels_changed.emit()
    qtbot.waitUntil(lambda: list(page.help.advice.doubts) == [first.id])
    page.grid.select_row(0)
    page._label(other.id)
    qtbot.waitUntil(lambda: not page.help.advice.doubts)


def test_what_to_see_next_and_the_groups_are_orders(page: LabelsPage, qtbot: QtBot) -> None:
    page.reload()
    qtbot.waitUntil(lambda: page.showing.order.findData(USEFUL) >= 0)
    for name in (USEFUL, BY_GROUP):
        page.grid.select_row(5)
        page.showing.choose_order(name)
        qtbot.waitUntil(lambda: page.grid.currentIndex().row() == 0)
    assert len({seen(page, row) for row in range(6)}) == 1


def test_after_a_group_was_taken_the_next_one_stands_first(
    page: LabelsPage, project: Project, qtbot: QtBot
) -> None:
    page.reload()
    qtbot.waitUntil(lambda: page.showing.order.findData(BY_GROUP) >= 0)
    page.showing.choose_order(BY_GROUP)
    qtbot.waitUntil(lambda: len({seen(page, row) for row in range(6)}) == 1)
    taken = seen(page, 0)
    qtbot.keyClick(page.grid, Qt.Key.Key_Space, Qt.KeyboardModifier.ShiftModifier)
    qtbot.waitUntil(lambda: seen(page, 0) != taken and page.grid.currentIndex().row() == 0)
    assert page.grid.grid.label(0) is None


def test_how_far_photos_were_looked_at_is_said(page: LabelsPage) -> None:
    page.assist.show_looking(Progress(done=40, total=120, seconds_left=130))
    assert "40／120" in page.assist.state.text() and "2 分" in page.assist.state.text()
    page.assist.show_looking(None)
    assert not page.assist.state.isVisible()


def test_the_engine_is_started_once_for_what_was_not_seen(
    session: Session, project: Project, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[int] = []
    monkeypatch.setattr(Assistant, "_start", lambda _self, _project, photos: started.append(len(photos)))
    owner = QLabel()
    qtbot.addWidget(owner)
    assistant = Assistant(owner, lambda: False)
    for _ in range(2):
        with qtbot.waitSignal(assistant.advised):
            assistant.help(project)
    assert started == []
    assistant.read_words(["never read"])
    qtbot.waitUntil(lambda: started == [0])


def test_a_failed_engine_is_said_and_not_started_again(page: LabelsPage, qtbot: QtBot) -> None:
    assistant = page.help.assistant
    assistant._take(Failed(code="backbones.no_weights", data={"path": "x", "wanted": "y"}))
    qtbot.waitUntil(page.banner.isVisible)
    assert assistant._gave_up


def test_a_description_is_checked_while_it_is_written(
    page: LabelsPage, project: Project, qtbot: QtBot
) -> None:
    ids = {entry.name: entry.id for entry in project.classes()}
    project.label_each({photo.id: ids[photo.folder_label] for photo in project.photos()})
    entry = project.classes()[1]
    dialog = ClassDialog(entry, page, page.help.checker(entry))
    qtbot.addWidget(dialog)
    dialog.show()
    qtbot.waitUntil(lambda: "6 枚のうち 6 枚" in dialog.note.text())
    dialog.description.setText(project.classes()[0].description)
    qtbot.waitUntil(lambda: "「良品」の写真 6 枚も" in dialog.note.text())


def test_several_descriptions_are_kept_one_per_line(page: LabelsPage, project: Project, qtbot: QtBot) -> None:
    dialog = ClassDialog(None, page)
    qtbot.addWidget(dialog)
    dialog.name.setText("さび")
    assert dialog.description.text() == "rust"
    dialog.description.setText("rust\nbrown stain")
    page._change(lambda: project.add_class(dialog.name.text(), dialog.description.text()))
    finish_in_order()
    assert project.classes()[-1].description == "rust\nbrown stain"


def test_words_that_cannot_be_read_are_said(page: LabelsPage, qtbot: QtBot) -> None:
    page.help.assistant.failed.emit(Problem("assist.bad_request", reason="x"))
    qtbot.waitUntil(page.banner.isVisible)
