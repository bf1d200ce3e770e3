"""The on-site page at work: three metres, two keys, counts, a new class, sources, full screen, the lock, the health."""

import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QFontMetricsF
from PySide6.QtWidgets import QApplication, QDialogButtonBox
from pytestqt.qtbot import QtBot

from app.background import finish_in_order
from app.onsite_lock import OnSiteLock
from app.pages.onsite import OnsitePage
from app.session import Session
from app.theme import contrast
from app.widgets.decision_bar import DecisionBar
from app.widgets.health_light import HealthDialog
from app.widgets.pin_dialog import AskPinDialog, NewPinDialog
from app.widgets.result_board import SIGNALS, Answer, ResultBoard
from app.widgets.retrain_dialog import RetrainDialog
from app.window import MainWindow
from core.onsite.added import load_added
from core.onsite.lock import Tries, make_pin
from core.onsite.monitor.limits import load_limits
from core.onsite.monitor.look import Level, Seen, Sign, Window, half
from core.onsite.monitor.monitor import Status
from core.onsite.okng import load_ok_ng
from core.onsite.result import Verdict
from core.training.events import ClassAdded, MonitorLooked, Predicted, PredictionFailed, Progress, SourceTold
from tests.app.onsite_stand_ins import CLASSES, Recorded, play_engine

GOOD, BAD = CLASSES
PIN = "4711"
THREE_METRES = 60  # pixels: 15 mm on a 15.6-inch screen of 1366 × 768, 1 in 200 of the distance


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    return play_engine(monkeypatch)


@pytest.fixture
def page(qtbot: QtBot, engine: Recorded, tmp_path: Path) -> Iterator[OnsitePage]:
    page = OnsitePage(Session())
    qtbot.addWidget(page)
    page.resize(1100, 620)
    page.show()
    start(qtbot, page, tmp_path / "a.hkd")
    yield page
    page.on_site.close()
    finish_in_order()


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / f"photo_{number}.jpg" for number in range(4)]
    for number, path in enumerate(paths):
        Image.new("RGB", (32, 32), (60 * number, 90, 200)).save(path)
    return paths


def start(qtbot: QtBot, page: OnsitePage, path: Path) -> None:
    page.open_package(path)
    qtbot.waitUntil(lambda: page.on_site.package is not None)
    told(page, Progress(done=1, total=1))


def told(page: OnsitePage, event: object) -> None:
    page.on_site._engine.told.emit(event)


def answer(page: OnsitePage, path: Path, name: str = BAD, sure: float = 0.9, *, unsure: bool = False) -> None:
    other = GOOD if name == BAD else BAD
    ranking = ((name, sure), (other, 1 - sure))
    told(page, Predicted(request=0, photo=str(path), ranking=ranking, unsure=unsure, seconds=0.1))


# From three metres


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080)])
@pytest.mark.parametrize("name", ["良品の六角ボルト", "Hexagon bolt with a scratch"])
def test_word_and_class_are_large_enough_for_three_metres(
    qtbot: QtBot, size: tuple[int, int], name: str
) -> None:
    board = ResultBoard()
    qtbot.addWidget(board)
    box = QRectF(0, 0, 0.68 * size[0], 0.66 * size[1])  # its part of the full screen
    for word, answer_ in (("OK", Answer.OK), ("NG", Answer.NG)):
        board.show_answer(answer_, word, "自信 93 %", name)
        mark, ((_, large, _), (_, middle, _), _) = board.layout_of(box)
        assert QFontMetricsF(large).capHeight() >= 2 * THREE_METRES
        assert middle.pixelSize() >= THREE_METRES * 0.6
        assert mark.width() >= 3 * THREE_METRES


@pytest.mark.parametrize("width", [420, 460, 900])
def test_no_word_is_broken_as_long_as_the_smallest_letters_hold_it(qtbot: QtBot, width: int) -> None:
    board = ResultBoard()
    qtbot.addWidget(board)
    name = "Electromagnetically countersunk bolt"
    board.show_answer(Answer.NG, "NG", "", name)
    _, texts = board.layout_of(QRectF(0, 0, width, 400))
    (font,) = [font for text, font, _ in texts if text == name]
    room = width - min(400 * 0.66, width * 0.3) - 84
    longest = max(QFontMetricsF(font).horizontalAdvance(word) for word in name.split())
    assert longest <= room


def test_every_answer_has_a_colour_of_its_own_and_can_be_read_on_it() -> None:
    assert len({signal.ground for signal in SIGNALS.values()}) == len(SIGNALS)
    assert all(contrast(signal.ground, signal.ink) >= 4.5 for signal in SIGNALS.values())


def test_every_answer_has_a_shape_of_its_own(qtbot: QtBot) -> None:
    board = ResultBoard()
    qtbot.addWidget(board)
    board.resize(500, 300)
    shapes = []
    for answer_ in SIGNALS:
        board.show_answer(answer_, "")
        image = board.grab().toImage()
        ink = SIGNALS[answer_].ink
        points = [(x, y) for x in range(20, 190, 4) for y in range(40, 260, 4)]
        shapes.append(frozenset(p for p in points if image.pixelColor(*p).name() == ink))
    assert len(set(shapes)) == len(SIGNALS) and all(shapes)


# A person decides


def test_two_keys_decide_and_the_photo_is_kept_with_who_and_when(
    qtbot: QtBot, page: OnsitePage, photos: list[Path]
) -> None:
    page.session.change_settings(operator="佐藤")
    answer(page, photos[0], unsure=True, sure=0.5)
    answer(page, photos[1], unsure=True, sure=0.5)
    assert page.decision_bar.offer.photo == photos[0] and page.decision_bar.offer.waiting == 1
    qtbot.keyClick(page, Qt.Key.Key_Right)
    qtbot.keyClick(page, Qt.Key.Key_1)
    assert page.decision_bar.offer is None
    finish_in_order()
    kept = {note.photo: note for _, note in page.on_site.photos.all()}
    assert {photo: note.class_name for photo, note in kept.items()} == {
        str(photos[0]): BAD,
        str(photos[1]): GOOD,
    }
    assert {note.person for note in kept.values()} == {"佐藤"}
    qtbot.keyClick(page, Qt.Key.Key_Right)
    assert page.on_site.counts[Verdict.NG] == 1, "a key without a question does nothing"


def test_a_decision_is_taken_back_with_its_copy(qtbot: QtBot, page: OnsitePage, photos: list[Path]) -> None:
    answer(page, photos[0], unsure=True, sure=0.5)
    page.decision_bar.first.click()
    assert page.on_site.counts[Verdict.OK] == 1 and page.decision_bar.undo.isVisible()
    page.decision_bar.undo.click()
    finish_in_order()
    assert page.on_site.photos.all() == []
    assert page.on_site.counts == {Verdict.OK: 0, Verdict.UNSURE: 1}
    assert page.decision_bar.offer.photo == photos[0] and page.board.answer is Answer.UNSURE


def test_a_sure_answer_is_put_right_from_the_history(page: OnsitePage, photos: list[Path]) -> None:
    answer(page, photos[0], BAD, 0.99)
    page.history.setCurrentIndex(page.history.rows.index(0))
    assert page.decision_bar.offer.correcting
    page.decision_bar.first.click()
    assert (page.board.answer, page.on_site.counts[Verdict.OK], page.on_site.counts[Verdict.NG]) == (
        Answer.OK,
        1,
        0,
    )
    answer(page, photos[1], BAD, 0.99)
    page.history.setCurrentIndex(page.history.rows.index(0))
    page.decision_bar.later.click()
    assert page.decision_bar.offer is None and page.on_site.counts[Verdict.NG] == 1


def test_counts_start_over_when_asked(page: OnsitePage, photos: list[Path]) -> None:
    for name in (GOOD, BAD, BAD):
        answer(page, photos[0], name)
    told(page, PredictionFailed(request=0, photo=str(photos[1]), code="photos.truncated", data={"name": "x"}))
    assert [page.on_site.counts[v] for v in (Verdict.OK, Verdict.NG, Verdict.UNREADABLE)] == [1, 2, 1]
    assert page.counts.cells[Verdict.NG].accessibleName() == "NG 2"
    page.counts.again.click()
    assert page.on_site.counts.total() == 0


# Classes and sources


def test_a_class_is_added_by_its_name_remembered_and_offered_again(
    qtbot: QtBot, page: OnsitePage, engine: Recorded, tmp_path: Path
) -> None:
    page._meaning["青いキャップ"] = Verdict.OK
    page.on_site.add_class("青いキャップ", "a blue cap")
    assert engine.requests[-1]["add_class"] == {"name": "青いキャップ", "description": "a blue cap"}
    told(page, ClassAdded(request=1, name="青いキャップ", description="a blue cap"))
    assert page.on_site.class_names == (*CLASSES, "青いキャップ")
    assert "青いキャップ" in page.on_site.ok_ng.ok and "3 種類" in page.package_name.text()
    finish_in_order()
    assert [entry.name for entry in load_added(CLASSES)] == ["青いキャップ"]
    assert "青いキャップ" in load_ok_ng(dict.fromkeys(CLASSES, ""), {"青いキャップ": "a blue cap"}).ok
    start(qtbot, page, tmp_path / "a.hkd")
    assert page.on_site.class_names == (*CLASSES, "青いキャップ")


def test_a_class_that_is_refused_is_told(page: OnsitePage) -> None:
    told(page, PredictionFailed(request=1, photo="", code="onsite.class_exists", data={"name": GOOD}))
    assert page.banner.isVisible() and GOOD in page.banner.what.text()


def test_a_folder_is_minded_and_its_trouble_told(page: OnsitePage, engine: Recorded, tmp_path: Path) -> None:
    page._mind(str(tmp_path))
    assert engine.requests[-1]["source"] == str(tmp_path)
    told(page, SourceTold(source=str(tmp_path), state="watching"))
    assert "見張り中" in page.package_name.text()
    trouble = SourceTold(
        source=str(tmp_path), state="trouble", code="onsite.camera_lost", data={"camera": "x"}
    )
    told(page, trouble)
    assert page.banner.isVisible()
    told(page, SourceTold(source=str(tmp_path), state="watching"))
    assert not page.banner.isVisible()
    page._mind("")
    assert engine.requests[-1]["source"] == ""


def test_sounds_follow_the_answers_when_they_are_wanted(
    page: OnsitePage, photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    played: list[str] = []
    monkeypatch.setattr(page.sounds, "play", played.append)
    answer(page, photos[0], BAD)
    page.guard.choose(sound=True)
    for name, unsure in ((GOOD, False), (BAD, False), (BAD, True)):
        answer(page, photos[0], name, unsure=unsure)
    assert played == ["ok", "ng", "unsure"]


# The monitor


def status(level: Level, *signs: Sign) -> Status:
    window = Window(
        time=time.time(), photos=100, unsure=31, unsure_expected=0.05, unsure_p=0.001, unlike=0.38, drift_p=0.002,
        mix=0.04, mix_p=0.3, decided=12, disagreed=5, seconds=0.1, seconds_95=0.3, classes={}, signs=signs,
    )  # fmt: skip
    return Status(level, window, 40, True, load_limits())


def test_the_light_says_when_it_is_time_to_train_again(qtbot: QtBot, page: OnsitePage) -> None:
    page.on_site._overseen(status(Level.RETRAIN, Sign.DRIFT, Sign.UNSURE))
    assert "学習し直す時期" in page.health.words.text() and page.health.mark.mark == "stop"
    page.health.more.click()
    dialog = page.findChild(HealthDialog)
    dialog.windows.setValue(5)
    dialog.keep.click()
    qtbot.waitUntil(lambda: load_limits().windows == 5)
    dialog.close()


def test_a_look_of_the_engine_is_read(qtbot: QtBot, page: OnsitePage) -> None:
    seen = [Seen(float(at), f"{at}", GOOD, 0.9, False, 0.1) for at in range(3)]
    page.on_site.book.add(seen, [0.0] * 3)
    told(page, MonitorLooked(level="starting"))
    qtbot.waitUntil(lambda: page.on_site.status is not None and page.on_site.status.missing == 97)
    assert "97" in page.health.words.text()


def test_the_page_of_the_day_is_written(
    qtbot: QtBot, page: OnsitePage, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown = []
    monkeypatch.setattr(
        "app.onsite_care.QDesktopServices.openUrl", lambda url: shown.append(url.toLocalFile())
    )
    page.care.write_day(tmp_path / "days")
    qtbot.waitUntil(lambda: bool(shown))
    assert shown[0].endswith("-ja.html") and len(list((tmp_path / "days").iterdir())) == 2


def test_a_new_project_is_filled_with_decisions_and_useful_photos(
    qtbot: QtBot, page: OnsitePage, photos: list[Path], tmp_path: Path
) -> None:
    features = [[1.0, 0.1 * at, float(at == 2)] for at in range(4)]
    seen = [
        Seen(float(at), str(path), BAD, 0.5, at > 0, 0.1, half(np.array(features[at], np.float32)))
        for at, path in enumerate(photos)
    ]
    page.on_site.book.add(seen, [0.0] * 4)
    answer(page, photos[0], unsure=True, sure=0.5)
    page.decision_bar.first.click()
    page.care.prepare_training()
    qtbot.waitUntil(lambda: page.findChild(RetrainDialog) is not None)
    dialog = page.findChild(RetrainDialog)
    assert "人が決めた写真 1 枚" in dialog.told.text()
    dialog._place = tmp_path / "projects"
    with qtbot.waitSignal(page.go_to) as went:
        dialog.make.click()
    assert went.args == ["labels"]
    project = page.session.project
    assert len(project.photos()) == 4 and len(project.photos("labelled")) == 1
    assert [entry.name for entry in project.classes()] == list(CLASSES)
    page.session.close_project()


# Full screen and lock


@pytest.fixture
def window(qtbot: QtBot, engine: Recorded) -> Iterator[MainWindow]:
    window = MainWindow(Session())
    qtbot.addWidget(window)
    window.show()
    window.show_page("onsite")
    yield window
    window.onsite.guard.choose(locked=False)
    window.onsite.on_site.close()
    finish_in_order()
    window.close()


def test_full_screen_shows_the_answer_alone_and_escape_leads_back(qtbot: QtBot, window: MainWindow) -> None:
    window.onsite.full_button.click()
    assert window.isFullScreen() and window.onsite.board.isVisible()
    hidden = (window.stepper, window.menuBar(), window.bottom_bar, window.onsite.tools, window.onsite.history)
    assert not any(part.isVisible() for part in hidden)
    qtbot.keyClick(window.onsite, Qt.Key.Key_Escape)
    assert not window.isFullScreen() and all(part.isVisible() for part in hidden)


def enter_pin(pin: str) -> None:
    """Types a PIN into the dialog that is about to open, and gives up where it stays open."""

    def type_in() -> None:
        dialog = QApplication.activeModalWidget()
        assert isinstance(dialog, AskPinDialog)
        dialog.entry.setText(pin)
        dialog.buttons.button(QDialogButtonBox.StandardButton.Ok).click()
        QTimer.singleShot(1500, dialog, dialog.reject)

    QTimer.singleShot(50, type_in)


def test_a_locked_page_is_left_by_the_pin_alone(qtbot: QtBot, window: MainWindow) -> None:
    window.onsite.guard.choose(pin=make_pin(PIN))
    window.onsite.lock()
    assert window.isFullScreen()
    window.show_page("home")
    assert window.current == "onsite"
    assert not window._quit.isEnabled() and not window._home.isEnabled()
    for leave in (window.onsite.leave_button.click, window.close):
        enter_pin("0000")
        leave()
        assert window.isVisible() and window.isFullScreen() and window.onsite.guard.locked
    enter_pin(PIN)
    window.onsite.leave_button.click()
    assert not window.isFullScreen() and not window.onsite.guard.locked
    window.show_page("home")
    assert window.current == "home"


def test_the_lock_survives_a_restart_with_its_package(qtbot: QtBot, engine: Recorded, tmp_path: Path) -> None:
    (session := Session()).change_settings(
        onsite={"pin": make_pin(PIN).model_dump(), "locked": True, "package": str(tmp_path / "a.hkd"),
                "source": str(tmp_path)}
    )  # fmt: skip
    window = MainWindow(session)
    qtbot.addWidget(window)
    window.show()
    assert window.current == "onsite" and window.isFullScreen()
    window.show_page("photos")
    assert window.current == "onsite"
    page = window.onsite
    qtbot.waitUntil(lambda: page.on_site.package is not None)
    told(page, Progress(done=1, total=1))
    assert engine.requests[-1]["source"] == str(tmp_path), "the folder is watched again"
    page.take([tmp_path / "other.hkd"])
    assert page.on_site.package.path.name == "a.hkd", "no other package is taken while locked"
    page.guard.choose(locked=False)
    page.on_site.close()
    window.close()


def test_a_first_pin_is_entered_twice(qtbot: QtBot) -> None:
    kept = []
    dialog = NewPinDialog(kept.append)
    qtbot.addWidget(dialog)
    dialog.first.setText(PIN)
    dialog.second.setText("4712")
    dialog._take()
    assert dialog.told.text() and not kept
    dialog.second.setText(PIN)
    with qtbot.waitSignal(dialog.accepted):
        dialog._take()
    assert kept[0].fits(PIN)


def test_after_three_wrong_pins_one_must_wait(qtbot: QtBot) -> None:
    tries = Tries()
    for _ in range(3):
        tries.failed()
    dialog = AskPinDialog(make_pin(PIN), tries)
    qtbot.addWidget(dialog)
    assert not dialog.entry.isEnabled() and "待って" in dialog.told.text()


def test_without_a_pin_nothing_is_locked(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NewPinDialog, "exec", lambda _self: 0)
    bar = DecisionBar()
    qtbot.addWidget(bar)
    guard = OnSiteLock(Session(), bar)
    assert not guard.close() and not guard.locked and guard.open()
