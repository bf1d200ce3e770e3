"""A package that writes, on site, as an operator works with it: two keys, corrections in place, records, learning."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.background import finish_in_order
from app.pages.onsite import OnsitePage
from app.session import Session
from app.site_work import Phase
from app.widgets.retrain_dialog import RetrainDialog
from core.onsite.records import Record, Wanted
from core.project.texts import Asked
from core.training.events import PredictionFailed, Warned
from tests.app.onsite_stand_ins import Recorded, play_engine
from tests.app.text_site_stand_ins import QUESTIONS, loaded, package_that_writes, tell, write

SURE, UNSURE = 0.95, 0.4


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    return play_engine(monkeypatch)


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    made = []
    for number in range(3):
        made.append(tmp_path / f"部品 {number}.png")
        Image.new("RGB", (40, 30), (60 * number, 90, 90)).save(made[-1])
    return made


@pytest.fixture
def page(
    qtbot: QtBot, engine: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OnsitePage]:
    """The page on screen with a package that describes, loaded."""
    yield from opened(qtbot, tmp_path, monkeypatch, "caption")


@pytest.fixture
def asking(
    qtbot: QtBot, engine: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[OnsitePage]:
    """The page on screen with a package that answers, loaded."""
    yield from opened(qtbot, tmp_path, monkeypatch, "vqa")


def opened(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, task: str) -> Iterator[OnsitePage]:
    package_that_writes(monkeypatch, task)  # type: ignore[arg-type]
    path = tmp_path / f"{task}.hkd"
    path.write_text(task)
    session = Session()
    session.change_settings(operator="山田")
    page = OnsitePage(session)
    qtbot.addWidget(page)
    page.resize(1150, 700)
    page.show()
    page.activateWindow()
    page.open_package(path)
    qtbot.waitUntil(lambda: page.texts.package is not None and page.texts.book is not None)
    loaded(page)
    yield page
    page.texts.close()
    finish_in_order()


def records(page: OnsitePage) -> dict[str, Record]:
    """What is kept, by text that the program wrote."""
    finish_in_order()
    assert page.texts.book is not None
    return {record.text: record for record in page.texts.book.find()}


def compose(field: QWidget, words: str) -> None:
    """What an input method puts into a field."""
    event = QInputMethodEvent()
    event.setCommitString(words)
    QApplication.sendEvent(field, event)


def press(qtbot: QtBot, key: Qt.Key) -> None:
    widget = QApplication.focusWidget()
    assert widget is not None
    qtbot.keyClick(widget, key)


def test_a_package_that_writes_brings_its_own_view_without_what_is_about_classes(page: OnsitePage) -> None:
    assert page.at_work is page.texts and page.texts.phase is Phase.READY
    assert page.views.currentWidget() is page.text_site
    assert "写真の説明を書きます" in page.package_name.text()
    assert not page.decision_bar.isVisible() and not page.health.isVisible() and not page.save.isVisible()
    assert not page.tools.new_class_action.isVisible() and not page.tools.ok_ng_action.isVisible()
    assert page.text_site.board.word == "写真をここに落としてください"
    assert not page.text_site.asker.isVisible()


def test_photos_are_asked_for_and_shown_large_with_their_text(
    qtbot: QtBot, page: OnsitePage, engine: Recorded, photos: list[Path]
) -> None:
    page.take(photos)
    qtbot.waitUntil(lambda: bool(engine.requests))
    assert engine.requests[-1]["photos"] == [str(path) for path in photos]
    number = engine.requests[-1]["request"]
    write(page, photos[0], ("", "さびのあるボルトです。", SURE, False), request=number)  # type: ignore[arg-type]
    (card,) = page.text_site.cards
    assert card.text.toPlainText() == "さびのあるボルトです。" and card.text.isReadOnly()
    assert "自信：高い（95 %）" in card.told.text()
    assert card.text.font().pixelSize() >= 2 * page.fontInfo().pixelSize()
    assert page.count.text() == "1／3 枚" and page.progress.isVisible()


def test_two_keys_confirm_and_correct_in_place_and_lead_through_all_that_wait(
    qtbot: QtBot, page: OnsitePage, photos: list[Path]
) -> None:
    for photo, text in zip(photos, ("さびです。", "良品です。", "割れです。"), strict=True):
        write(page, photo, ("", text, SURE, False))
    site = page.text_site
    assert "ほかに 2 枚" in site.decision.question.text()
    page.setFocus()
    press(qtbot, Qt.Key.Key_Left)  # the newest is on screen: 割れ
    qtbot.waitUntil(lambda: site.cards[0].text.toPlainText() == "さびです。")
    press(qtbot, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: site.editing is not None)
    assert QApplication.focusWidget() is site.cards[0].text
    compose(site.cards[0].text, "濃いさびです。")
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: site.cards[0].text.toPlainText() == "良品です。")
    kept = records(page)
    assert kept["割れです。"].decided_by == "山田" and kept["割れです。"].final == "割れです。"
    assert kept["さびです。"].final == "さびです。濃いさびです。" and not kept["良品です。"].decided
    qtbot.mouseClick(site.decision.first, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: records(page)["良品です。"].decided)
    qtbot.waitUntil(lambda: "確かめ済み" in site.decision.question.text())
    qtbot.waitUntil(lambda: "確かめた 3 件　うち直した 1 件" in site.counts.text())


def test_escape_leaves_the_text_as_it_was(qtbot: QtBot, page: OnsitePage, photos: list[Path]) -> None:
    write(page, photos[0], ("", "さびです。", SURE, False))
    qtbot.mouseClick(page.text_site.decision.second, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(page.text_site.cards[0].text, "x")
    press(qtbot, Qt.Key.Key_Escape)
    assert page.text_site.cards[0].text.toPlainText() == "さびです。"
    assert not records(page)["さびです。"].decided


def test_an_empty_correction_is_refused_in_words_and_nothing_is_kept(
    qtbot: QtBot, page: OnsitePage, photos: list[Path]
) -> None:
    write(page, photos[0], ("", "さびです。", SURE, False))
    qtbot.mouseClick(page.text_site.decision.second, Qt.MouseButton.LeftButton)
    page.text_site.cards[0].text.clear()
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(page.banner.isVisible)
    assert not records(page)["さびです。"].decided
    assert page.text_site.cards[0].text.toPlainText() == "さびです。"


def test_a_new_photo_does_not_take_the_screen_from_one_that_is_put_right(
    qtbot: QtBot, page: OnsitePage, photos: list[Path]
) -> None:
    write(page, photos[0], ("", "さびです。", SURE, False))
    qtbot.mouseClick(page.text_site.decision.second, Qt.MouseButton.LeftButton)
    qtbot.keyClicks(page.text_site.cards[0].text, "!")
    write(page, photos[1], ("", "良品です。", SURE, False))
    assert page.text_site.cards[0].text.toPlainText() == "さびです。!"
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.text_site.cards[0].text.toPlainText() == "良品です。")
    assert records(page)["さびです。"].final == "さびです。!"


def test_a_decision_is_taken_back_and_its_photo_comes_back(
    qtbot: QtBot, page: OnsitePage, photos: list[Path]
) -> None:
    write(page, photos[0], ("", "さびです。", SURE, False))
    qtbot.mouseClick(page.text_site.decision.first, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.text_site.decision.undo.isVisible)
    write(page, photos[1], ("", "良品です。", SURE, False))
    page.setFocus()
    qtbot.keyClick(page, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: page.text_site.cards[0].text.toPlainText() == "さびです。")
    assert not records(page)["さびです。"].decided
    qtbot.mouseClick(page.text_site.decision.latest, Qt.MouseButton.LeftButton)
    assert page.text_site.cards[0].text.toPlainText() == "良品です。"


def test_every_question_has_its_answer_and_unsure_ones_are_asked_first(
    qtbot: QtBot, asking: OnsitePage, photos: list[Path]
) -> None:
    write(asking, photos[0], (QUESTIONS[0], "はい", SURE, False), (QUESTIONS[1], "赤", UNSURE, True))
    first, second = asking.text_site.cards
    assert [card.question.text() for card in (first, second)] == list(QUESTIONS)
    assert not first.unsure.isVisible()
    assert second.unsure.isVisible() and second.chip.isVisible() and second.unsure.text() == "要確認"
    assert not second.chip.pixmap().isNull()
    asking.setFocus()
    press(qtbot, Qt.Key.Key_2)
    assert second.editing and not first.editing
    compose(second.text, "青")
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: not second.unsure.isVisible())
    assert records(asking)["赤"].final == "青" and "元は「赤」" in second.told.text()


def test_a_sure_answer_can_be_corrected_by_choosing_it(
    qtbot: QtBot, asking: OnsitePage, photos: list[Path]
) -> None:
    write(asking, photos[0], (QUESTIONS[0], "はい", SURE, False), (QUESTIONS[1], "赤", SURE, False))
    second = asking.text_site.cards[1]
    qtbot.mouseClick(second.text.viewport(), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(asking.text_site.decision.second, Qt.MouseButton.LeftButton)
    compose(second.text, "青")
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: records(asking)["赤"].final == "青")
    assert not records(asking)["はい"].decided


def test_every_answer_is_reached_without_the_mouse(
    qtbot: QtBot, asking: OnsitePage, photos: list[Path]
) -> None:
    write(asking, photos[0], (QUESTIONS[0], "はい", SURE, False), (QUESTIONS[1], "赤", UNSURE, True))
    first, second = asking.text_site.cards
    assert first.accessibleName() == "不良はありますか? はい" and "要確認" in second.accessibleName()
    second.setFocus()
    qtbot.keyClick(second, Qt.Key.Key_Tab, Qt.KeyboardModifier.ShiftModifier)
    assert QApplication.focusWidget() is first
    press(qtbot, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: records(asking)["はい"].decided)
    assert not records(asking)["赤"].decided


def test_one_more_question_is_asked_about_the_photo_on_screen(
    qtbot: QtBot, asking: OnsitePage, engine: Recorded, photos: list[Path]
) -> None:
    write(asking, photos[0], (QUESTIONS[0], "はい", SURE, False), (QUESTIONS[1], "赤", SURE, False))
    box = asking.text_site.asker.box
    offered = [box.itemText(place) for place in range(box.count())]
    assert offered[:2] == list(QUESTIONS) and "穴はいくつありますか?" in offered
    assert not asking.text_site.asker.button.isEnabled()
    compose(box.lineEdit(), "ラベルは?")
    qtbot.keyClick(box.lineEdit(), Qt.Key.Key_Return)
    request = engine.requests[-1]
    assert request["questions"] == ["ラベルは?"] and request["photos"] == [str(photos[0])]
    number = request["request"]
    write(asking, photos[0], ("ラベルは?", "はい。", SURE, False), request=number)  # type: ignore[arg-type]
    assert [card.question.text() for card in asking.text_site.cards] == [*QUESTIONS, "ラベルは?"]
    assert asking.texts.asked == asking.texts.answered == 1


def test_a_question_that_the_model_does_not_read_is_told(
    asking: OnsitePage, engine: Recorded, photos: list[Path]
) -> None:
    write(asking, photos[0], (QUESTIONS[0], "はい", SURE, False))
    asking.text_site.asker.asked.emit("明日の天気は?")
    data = {"question": "明日の天気は?", "model": "x", "offered": "—"}
    number = engine.requests[-1]["request"]
    assert isinstance(number, int)
    tell(asking, PredictionFailed(request=number, photo="", code="tasks.question_not_read", data=data))
    assert asking.banner.isVisible() and asking.texts.asked == 1


def test_a_request_that_is_refused_leaves_nothing_waiting(
    qtbot: QtBot, asking: OnsitePage, engine: Recorded, photos: list[Path]
) -> None:
    asking.take(photos)
    qtbot.waitUntil(lambda: bool(engine.requests))
    number = engine.requests[-1]["request"]
    assert isinstance(number, int)
    tell(asking, PredictionFailed(request=number, photo="", code="onsite.no_question"))
    assert asking.texts.asked == 0 and asking.banner.isVisible()
    asking.take(photos[:1])
    qtbot.waitUntil(lambda: len(engine.requests) == 2)


def test_todays_records_are_searched_and_looked_at_again(
    qtbot: QtBot, page: OnsitePage, photos: list[Path]
) -> None:
    for photo, text in zip(photos, ("さびです。", "良品です。", "割れです。"), strict=True):
        write(page, photo, ("", text, SURE, False))
    found = page.text_site.list
    qtbot.waitUntil(lambda: found.rows.rowCount() == 3)
    compose(found.words, "さび")
    qtbot.waitUntil(lambda: found.rows.rowCount() == 1)
    place = found.view.visualRect(found.rows.index(0)).center()
    qtbot.mouseClick(found.view.viewport(), Qt.MouseButton.LeftButton, pos=place)
    qtbot.waitUntil(lambda: page.text_site.cards[0].text.toPlainText() == "さびです。")
    found.words.setText("ない言葉")
    qtbot.waitUntil(lambda: found.rows.rowCount() == 0)
    assert found.empty.isVisible()


def test_records_are_written_as_a_table(
    qtbot: QtBot, page: OnsitePage, photos: list[Path], tmp_path: Path
) -> None:
    write(page, photos[0], ("", "さびです。", SURE, False))
    qtbot.mouseClick(page.text_site.decision.first, Qt.MouseButton.LeftButton)
    page.text_site.export(tmp_path / "out.csv", Wanted())
    qtbot.waitUntil(lambda: "1 件を保存しました" in page.text_site.save_button.text())
    with (tmp_path / "out.csv").open(encoding="utf-8-sig", newline="") as file:
        (row,) = csv.DictReader(file)
    assert row["text"] == "さびです。" and row["decided_by"] == "山田"


def test_what_people_read_becomes_texts_of_a_project(
    qtbot: QtBot, page: OnsitePage, photos: list[Path], tmp_path: Path
) -> None:
    write(page, photos[0], ("", "さびです。", SURE, False))
    qtbot.mouseClick(page.text_site.decision.second, Qt.MouseButton.LeftButton)
    page.text_site.cards[0].text.setPlainText("濃いさびです。")
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: records(page)["さびです。"].decided)
    qtbot.mouseClick(page.text_site.learn_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.findChild(RetrainDialog) is not None)
    dialog = page.findChild(RetrainDialog)
    assert "文 1 件（うち直したもの 1 件）" in dialog.told.text()
    dialog._place = tmp_path / "projects"
    with qtbot.waitSignal(page.go_to) as went:
        dialog.make.click()
    assert went.args == ["labels"]
    project = page.session.project
    assert project is not None and project.task == "caption"
    (photo,) = project.photos()
    assert [caption.text for caption in project.texts.captions(photo.id)] == ["濃いさびです。"]
    page.session.close_project()


def test_answers_that_people_read_become_questions_of_a_project(
    qtbot: QtBot, asking: OnsitePage, photos: list[Path], tmp_path: Path
) -> None:
    write(asking, photos[0], (QUESTIONS[0], "はい", UNSURE, True), (QUESTIONS[1], "赤", UNSURE, True))
    for _ in QUESTIONS:
        qtbot.mouseClick(asking.text_site.decision.first, Qt.MouseButton.LeftButton)
        finish_in_order()
        qtbot.wait(20)
    asking.care.prepare_text_training(asking.texts)
    qtbot.waitUntil(lambda: asking.findChild(RetrainDialog) is not None)
    dialog = asking.findChild(RetrainDialog)
    dialog._place = tmp_path / "projects"
    with qtbot.waitSignal(asking.go_to):
        dialog.make.click()
    project = asking.session.project
    assert project is not None and project.task == "vqa"
    (photo,) = project.photos()
    assert [question.asked for question in project.texts.questions(photo.id)] == [
        Asked(QUESTIONS[0], ("はい",)),
        Asked(QUESTIONS[1], ("赤",)),
    ]
    asking.session.close_project()


def test_nothing_to_learn_from_is_said_in_words(qtbot: QtBot, page: OnsitePage) -> None:
    qtbot.mouseClick(page.text_site.learn_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.banner.isVisible)
    assert page.findChild(RetrainDialog) is None


def test_while_a_training_goes_on_no_other_project_takes_its_place(
    qtbot: QtBot, page: OnsitePage, photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    write(page, photos[0], ("", "さびです。", SURE, False))
    qtbot.mouseClick(page.text_site.decision.first, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: records(page)["さびです。"].decided)
    monkeypatch.setattr(Session, "training_now", lambda _self: True)
    qtbot.mouseClick(page.text_site.learn_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(page.banner.isVisible)
    assert "学習中" in page.banner.what.text() and page.findChild(RetrainDialog) is None


def test_full_screen_shows_photo_and_text_alone(page: OnsitePage, photos: list[Path]) -> None:
    write(page, photos[0], ("", "さびです。", SURE, False))
    page.show_full(True)
    assert not page.text_site.list.isVisible() and not page.tools.isVisible()
    assert not page.text_site.save_button.isVisible() and page.text_site.decision.isVisible()
    page.show_full(False)
    assert page.text_site.list.isVisible() and not page.save.isVisible()


def test_that_no_monitor_looks_is_no_alarm(page: OnsitePage) -> None:
    tell(page, Warned(code="onsite.texts_not_monitored"))
    assert not page.banner.isVisible()


def test_a_photo_that_cannot_be_opened_says_so(page: OnsitePage, photos: list[Path]) -> None:
    data = {"name": photos[0].name, "path": str(photos[0])}
    tell(page, PredictionFailed(request=0, photo=str(photos[0]), code="photos.missing", data=data))
    assert page.text_site.board.word == "読めません"
    write(page, photos[1], ("", "良品です。", SURE, False))
    assert page.text_site.cards[0].text.toPlainText() == "良品です。"


def test_photos_dropped_before_it_was_known_what_the_package_does_are_not_lost(
    qtbot: QtBot, page: OnsitePage, engine: Recorded, photos: list[Path], tmp_path: Path
) -> None:
    other = tmp_path / "other.hkd"
    other.write_text("other")
    page.open_package(other)
    page.on_site._judge(list(photos))
    qtbot.waitUntil(lambda: page.texts.package is not None and page.texts.package.path == other)
    qtbot.waitUntil(lambda: page.texts.asked == 3)
    loaded(page)
    assert json.loads(json.dumps(engine.requests[-1]))["photos"] == [str(path) for path in photos]


def test_an_unsure_answer_can_be_heard(
    asking: OnsitePage, photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    played: list[str] = []
    monkeypatch.setattr(asking.sounds, "play", played.append)
    asking.guard.choose(sound=True)
    write(asking, photos[0], (QUESTIONS[0], "はい", SURE, False))
    assert played == []
    write(asking, photos[1], (QUESTIONS[0], "はい", UNSURE, True))
    assert played == ["unsure"]


def test_what_was_at_work_is_at_work_again_after_the_program_ended_locked(
    qtbot: QtBot, page: OnsitePage, engine: Recorded, tmp_path: Path
) -> None:
    page._mind(str(tmp_path))
    again = OnsitePage(page.session)
    qtbot.addWidget(again)
    with qtbot.waitSignal(again.full_wanted):
        again.resume_work()
    qtbot.waitUntil(lambda: again.texts.package is not None)
    loaded(again)
    assert engine.requests[-1]["source"] == str(tmp_path) and again.texts.source == str(tmp_path)
    again.texts.close()


def test_a_photo_that_is_gone_is_shown_from_the_copy_that_was_kept(
    qtbot: QtBot, page: OnsitePage, photos: list[Path]
) -> None:
    write(page, photos[0], ("", "さびです。", SURE, False))
    qtbot.mouseClick(page.text_site.decision.first, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.text_site.list.rows.rowCount() == 1)
    qtbot.waitUntil(lambda: bool(page.text_site.list.rows.records[0].kept))
    photos[0].unlink()
    write(page, photos[1], ("", "良品です。", SURE, False))
    page.text_site._chosen(page.text_site.list.rows.records[-1])
    qtbot.waitUntil(lambda: page.text_site.cards[0].text.toPlainText() == "さびです。")
    qtbot.waitUntil(lambda: not page.text_site.picture.pixmap().isNull())


def test_that_another_photo_came_under_the_name_is_said_and_the_text_is_kept(
    qtbot: QtBot, page: OnsitePage, photos: list[Path]
) -> None:
    write(page, photos[0], ("", "さびです。", SURE, False))
    photos[0].write_bytes(photos[1].read_bytes() + b"another")
    qtbot.mouseClick(page.text_site.decision.first, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.banner.isVisibleTo(page))
    assert page.texts.problem is not None and page.texts.problem.code == "onsite.photo_replaced"
    qtbot.waitUntil(lambda: [each.decided for each in page.text_site.list.rows.records] == [True])
    assert page.text_site.list.rows.records[0].kept == ""


def test_answers_about_another_photo_that_had_the_name_are_not_shown_with_it(
    qtbot: QtBot, asking: OnsitePage, photos: list[Path]
) -> None:
    write(asking, photos[0], (QUESTIONS[0], "はい", SURE, False), (QUESTIONS[1], "赤", SURE, False))
    photos[0].write_bytes(photos[1].read_bytes() + b"another")
    write(asking, photos[0], (QUESTIONS[0], "いいえ", SURE, False))
    qtbot.waitUntil(lambda: asking.text_site.list.rows.rowCount() == 3)
    asking.text_site._chosen(asking.text_site.list.rows.records[0])
    qtbot.waitUntil(lambda: [card.text.toPlainText() for card in asking.text_site.cards] == ["いいえ"])
    asking.text_site._chosen(asking.text_site.list.rows.records[-1])
    qtbot.waitUntil(lambda: [card.text.toPlainText() for card in asking.text_site.cards] == ["はい", "赤"])


def test_a_package_that_is_opened_again_shows_what_was_written_today(
    qtbot: QtBot, page: OnsitePage, photos: list[Path], tmp_path: Path
) -> None:
    write(page, photos[0], ("", "さびです。", SURE, False))
    qtbot.waitUntil(lambda: page.text_site.list.rows.rowCount() == 1)
    page.open_package(tmp_path / "caption.hkd")
    qtbot.waitUntil(lambda: page.texts.book is not None)
    qtbot.waitUntil(lambda: page.text_site.list.rows.rowCount() == 1)
    assert "書いた文 1 件" in page.text_site.counts.text()


def test_another_picture_under_the_same_name_is_shown_with_its_text(
    qtbot: QtBot, page: OnsitePage, photos: list[Path]
) -> None:
    write(page, photos[0], ("", "さびです。", SURE, False))
    picture = page.text_site.picture
    qtbot.waitUntil(lambda: not picture.pixmap().isNull())
    Image.new("RGB", (40, 30), (250, 0, 0)).save(photos[0])
    write(page, photos[0], ("", "赤です。", SURE, False))
    qtbot.waitUntil(
        lambda: not picture.pixmap().isNull() and picture.pixmap().toImage().pixelColor(5, 5).red() > 200
    )
    assert page.text_site.cards[0].text.toPlainText() == "赤です。"


def test_who_is_faster_than_the_disk_corrects_the_photo_on_screen(
    qtbot: QtBot, page: OnsitePage, photos: list[Path]
) -> None:
    """→ pressed before the ← in front of it is kept: the text stays with its photo."""
    write(page, photos[0], ("", "さびです。", SURE, False))
    write(page, photos[1], ("", "良品です。", SURE, False))
    page.setFocus()
    press(qtbot, Qt.Key.Key_Left)
    press(qtbot, Qt.Key.Key_Right)
    site = page.text_site
    qtbot.waitUntil(lambda: records(page)["良品です。"].decided)
    qtbot.wait(50)
    assert site.editing is site.cards[0] and site.photo_name.text() == photos[1].name
    compose(site.cards[0].text, "傷なし。")
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: records(page)["良品です。"].final == "良品です。傷なし。")
    assert not records(page)["さびです。"].decided


def test_an_answer_that_comes_leaves_the_one_that_is_put_right_alone(
    qtbot: QtBot, asking: OnsitePage, photos: list[Path]
) -> None:
    write(asking, photos[0], (QUESTIONS[0], "はい", SURE, False), (QUESTIONS[1], "赤", UNSURE, True))
    qtbot.mouseClick(asking.text_site.decision.second, Qt.MouseButton.LeftButton)
    edited = asking.text_site.editing
    assert edited is not None
    edited.text.setPlainText("青")
    write(asking, photos[0], ("ラベルは?", "はい。", SURE, False))
    assert [card.question.text() for card in asking.text_site.cards] == [*QUESTIONS, "ラベルは?"]
    assert asking.text_site.editing is edited and edited.text.toPlainText() == "青"
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: records(asking)["赤"].final == "青")


def test_the_newest_photo_is_shown_as_a_person_left_it(
    qtbot: QtBot, page: OnsitePage, photos: list[Path]
) -> None:
    write(page, photos[0], ("", "さびです。", SURE, False))
    write(page, photos[1], ("", "良品です。", SURE, False))
    qtbot.mouseClick(page.text_site.decision.second, Qt.MouseButton.LeftButton)
    page.text_site.cards[0].text.setPlainText("傷です。")
    press(qtbot, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: page.text_site.cards[0].text.toPlainText() == "さびです。")
    qtbot.mouseClick(page.text_site.decision.latest, Qt.MouseButton.LeftButton)
    assert page.text_site.cards[0].text.toPlainText() == "傷です。"
    assert "確かめ済み" in page.text_site.decision.question.text()


def test_an_answer_about_an_earlier_photo_does_not_make_its_others_forgotten(
    qtbot: QtBot, asking: OnsitePage, photos: list[Path]
) -> None:
    write(asking, photos[0], (QUESTIONS[1], "赤", UNSURE, True))
    write(asking, photos[1], (QUESTIONS[1], "青", UNSURE, True))
    write(asking, photos[0], (QUESTIONS[0], "はい", SURE, False))
    site = asking.text_site
    assert [card.record.text for card in site.cards if card.record] == ["赤", "はい"]
    assert "ほかに 1 枚" in site.decision.question.text()


def test_of_two_packages_opened_in_haste_the_last_one_is_at_work(
    qtbot: QtBot, page: OnsitePage, engine: Recorded, tmp_path: Path
) -> None:
    for name in ("first", "second"):
        (tmp_path / f"{name}.hkd").write_text(name)
        page.texts.open(tmp_path / f"{name}.hkd")
    begun: list[str] = []
    page.texts.started.connect(lambda: begun.append(page.texts.package.path.stem))  # type: ignore[union-attr]
    qtbot.waitUntil(lambda: bool(begun))
    qtbot.wait(100)
    assert begun == ["second"]
