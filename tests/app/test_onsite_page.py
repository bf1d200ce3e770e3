"""On site: photos in, a very large answer out, everything recorded."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from pytestqt.qtbot import QtBot

import app.on_site as on_site_module
from app.pages.onsite import OnsitePage
from app.session import Session
from app.site_work import Phase
from app.widgets.result_board import Answer
from core.problems import Problem
from core.training.events import Failed, Predicted, PredictionFailed, Progress, Stage, StateChanged
from core.training.state import JobState
from tests.app.onsite_stand_ins import CLASSES, Recorded, play_engine


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    return play_engine(monkeypatch)


@pytest.fixture
def page(qtbot: QtBot, engine: Recorded) -> Iterator[OnsitePage]:
    page = OnsitePage(Session())
    qtbot.addWidget(page)
    page.resize(1000, 600)
    page.show()
    page.enter()
    yield page
    page.on_site.close()


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    paths = [tmp_path / "photos" / f"photo_{number:03}.jpg" for number in range(40)]
    paths[0].parent.mkdir()
    for path in paths:
        Image.new("RGB", (32, 32), (90, 90, 200)).save(path)
    return paths


def opened(qtbot: QtBot, page: OnsitePage, path: Path) -> None:
    page.open_package(path)
    qtbot.waitUntil(lambda: page.on_site.package is not None)
    for event in (
        StateChanged(state="running"),
        Stage(stage="load", index=1, of=1),
        Progress(done=1, total=1),
    ):
        page.on_site._engine.told.emit(event)
    assert page.on_site.phase is Phase.READY


def answer(page: OnsitePage, path: Path, sure: float, *, unsure: bool = False) -> None:
    ranking = ((CLASSES[1], sure), (CLASSES[0], 1 - sure))
    page.on_site._engine.told.emit(
        Predicted(request=1, photo=str(path), ranking=ranking, unsure=unsure, seconds=0.1)
    )


def test_closed_it_says_what_to_do_and_photos_are_refused_with_the_reason(page: OnsitePage) -> None:
    assert page.board.answer is Answer.WAITING and "開いてください" in page.board.word
    assert not page.photos_button.isEnabled() and page.photos_button.toolTip()


def test_while_the_model_loads_it_says_so_and_photos_wait(
    qtbot: QtBot, page: OnsitePage, engine: Recorded, photos: list[Path], tmp_path: Path
) -> None:
    page.open_package(tmp_path / "a.hkd")
    assert page.board.answer is Answer.LOADING
    qtbot.waitUntil(lambda: page.on_site.package is not None)
    page.take(photos[:2])
    qtbot.waitUntil(lambda: page.on_site.asked == 2)
    assert engine.requests == []
    page.on_site._engine.told.emit(Progress(done=1, total=1))
    assert engine.requests == [{"request": 1, "photos": [str(path) for path in photos[:2]]}]


def test_a_dropped_package_is_opened_and_dropped_photos_are_judged(
    qtbot: QtBot, page: OnsitePage, engine: Recorded, photos: list[Path], tmp_path: Path
) -> None:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in (tmp_path / "a.HKD", photos[0])])
    page.dropEvent(
        QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    )  # fmt: skip
    qtbot.waitUntil(lambda: page.on_site.package is not None and page.on_site.asked == 1)
    assert page.on_site.package.path == tmp_path / "a.HKD"


def test_a_sure_answer_is_word_colour_and_shape(
    qtbot: QtBot, page: OnsitePage, photos: list[Path], tmp_path: Path
) -> None:
    opened(qtbot, page, tmp_path / "a.hkd")
    page.take(photos[:1])
    qtbot.waitUntil(lambda: page.on_site.asked == 1)
    answer(page, photos[0], 0.93)
    assert (page.board.answer, page.board.word, page.board.name) == (Answer.NG, "NG", CLASSES[1])
    assert "93 %" in page.board.detail and "7 %" in page.board.detail
    assert page.board.accessibleName() == f"NG {CLASSES[1]}"
    assert page.decision_bar.offer is None


def test_unsure_goes_to_a_person_whose_decision_is_recorded(
    qtbot: QtBot, page: OnsitePage, photos: list[Path], tmp_path: Path
) -> None:
    opened(qtbot, page, tmp_path / "a.hkd")
    page.take(photos[:1])
    qtbot.waitUntil(lambda: page.on_site.asked == 1)
    answer(page, photos[0], 0.47, unsure=True)
    assert (
        page.board.answer is Answer.UNSURE and page.board.word == "要確認" and "人が確認" in page.board.detail
    )
    assert (page.decision_bar.offer.left, page.decision_bar.offer.right) == CLASSES, "OK left, NG right"
    qtbot.keyClick(page, Qt.Key.Key_Left)
    assert (page.board.word, page.board.name) == ("OK", CLASSES[0])
    log = page.on_site.log_path
    qtbot.waitUntil(lambda: log.exists() and len(log.read_text("utf-8-sig").splitlines()) == 3)
    _, program, person = log.read_text("utf-8-sig").splitlines()
    assert "yes,program" in program and CLASSES[0] in person and "program" not in person


def test_a_broken_photo_is_a_line_of_its_own_and_the_others_go_on(
    qtbot: QtBot, page: OnsitePage, photos: list[Path], tmp_path: Path
) -> None:
    opened(qtbot, page, tmp_path / "a.hkd")
    page.take(photos[:2])
    qtbot.waitUntil(lambda: page.on_site.asked == 2)
    failed = PredictionFailed(
        request=1, photo=str(photos[0]), code="photos.truncated", data={"name": photos[0].name}
    )
    page.on_site._engine.told.emit(failed)
    assert page.board.answer is Answer.UNREADABLE
    assert photos[0].name in page.board.detail
    answer(page, photos[1], 0.9)
    assert page.board.answer is Answer.NG
    assert page.history.rows.rowCount() == 2
    page.history.setCurrentIndex(page.history.rows.index(1))
    assert page.board.answer is Answer.UNREADABLE, "a line of the history is shown again"


def test_a_folder_is_asked_in_pieces_and_the_rest_can_be_given_up(
    qtbot: QtBot, page: OnsitePage, engine: Recorded, photos: list[Path], tmp_path: Path
) -> None:
    opened(qtbot, page, tmp_path / "a.hkd")
    page.take([photos[0].parent])
    qtbot.waitUntil(lambda: page.on_site.asked == 40)
    assert len(engine.requests) == 1 and page.progress.isVisible()
    page.give_up.click()
    asked = engine.requests[0]["photos"]
    for path in asked:
        answer(page, Path(path), 0.9)
    assert page.on_site.asked == page.on_site.answered == len(asked) < 40
    assert len(engine.requests) == 1 and not page.progress.isVisible()


def test_every_answer_is_in_the_record_whose_place_is_shown(
    qtbot: QtBot, page: OnsitePage, photos: list[Path], tmp_path: Path
) -> None:
    opened(qtbot, page, tmp_path / "a.hkd")
    page.take(photos[:5])
    qtbot.waitUntil(lambda: page.on_site.asked == 5)
    for path in photos[:5]:
        answer(page, path, 0.9)
    log = page.on_site.log_path
    assert str(log) in page.log.text()
    qtbot.waitUntil(lambda: log.exists() and len(log.read_text("utf-8-sig").splitlines()) == 6)
    named = [line.split(",")[1] for line in log.read_text("utf-8-sig").splitlines()[1:]]
    assert named == [str(path) for path in photos[:5]], "in the order of the answers"


def test_a_package_that_cannot_be_used_is_told(
    qtbot: QtBot, page: OnsitePage, engine: Recorded, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(path: Path) -> None:
        raise Problem("package.not_a_package", name=path.name)

    monkeypatch.setattr(on_site_module, "open_package", refuse)
    page.open_package(tmp_path / "letter.hkd")
    qtbot.waitUntil(page.banner.isVisible)
    assert "letter.hkd" in page.banner.what.text() and page.on_site.phase is Phase.BROKEN
    assert not page.photos_button.isEnabled()


def test_an_engine_that_fails_to_load_is_told(qtbot: QtBot, page: OnsitePage, tmp_path: Path) -> None:
    page.open_package(tmp_path / "a.hkd")
    qtbot.waitUntil(lambda: page.on_site._engine is not None)
    engine = page.on_site._engine
    engine.told.emit(Failed(code="package.no_backbone", data={"name": "ViT-B-32", "sha256": "0"}))
    engine.ended.emit(JobState.FAILED)
    assert page.banner.isVisible() and page.on_site.phase is Phase.BROKEN


def test_another_package_forgets_what_waited_for_the_first(
    qtbot: QtBot, page: OnsitePage, engine: Recorded, photos: list[Path], tmp_path: Path
) -> None:
    opened(qtbot, page, tmp_path / "a.hkd")
    page.take(photos[:3])
    qtbot.waitUntil(lambda: page.on_site.asked == 3)
    opened(qtbot, page, tmp_path / "b.hkd")
    assert (page.on_site.asked, page.on_site.answered, page.history.rows.rowCount()) == (0, 0, 0)
    assert engine.ends == 1


def test_long_names_and_both_languages_are_painted(
    qtbot: QtBot, page: OnsitePage, photos: list[Path], tmp_path: Path
) -> None:
    opened(qtbot, page, tmp_path / "a.hkd")
    ranking = (("とても長い名前の種類" * 12, 0.8), ("x", 0.2))
    told = Predicted(request=1, photo=str(photos[0]), ranking=ranking, unsure=False, seconds=0.1)
    page.on_site._engine.told.emit(told)
    page.resize(700, 400)
    page.grab()
    page.session.change_settings(language="en")
    page.retranslate()
    page.restyle()
    page.grab()


def test_requests_are_json_that_the_worker_reads(
    qtbot: QtBot, page: OnsitePage, engine: Recorded, photos: list[Path], tmp_path: Path
) -> None:
    opened(qtbot, page, tmp_path / "a.hkd")
    page.take(photos[:1])
    qtbot.waitUntil(lambda: bool(engine.requests))
    assert json.loads(json.dumps(engine.requests[0])) == {"request": 1, "photos": [str(photos[0])]}
