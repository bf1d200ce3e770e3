"""The drawers view, as a person opens it: offers, looks, says, and lets figures be taken along."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.pages.check import CheckPage
from app.session import Session
from app.widgets.drawers import FIGURES
from app.widgets.figure import round_top
from core.insight.findings import (
    ChannelsOf,
    CollapseOf,
    Distances,
    Geometry,
    HeatMap,
    Insight,
    Spectra,
    SpectrumOf,
)
from core.project.store import Project
from core.training.events import Collapse, Event, Failed, Finished, Progress
from core.training.job import InsightJob, load_job
from core.training.run import Run
from core.training.state import JobState
from tests.app.run_data import make_project, make_run, whole_story


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with make_project(tmp_path, photos=6) as project:
        yield project


def insight(rank: float = 9.0, **changes: Any) -> Insight:
    def spectrum(effective: float) -> SpectrumOf:
        return SpectrumOf(
            singular_values=(4.0, 2.0, 1.0, 0.5),
            effective_rank=effective,
            directions={"90": 2, "95": 3, "99": 4},
        )

    def shape(duality: float) -> Geometry:
        return Geometry(
            within_class=1.2,
            image_etf=0.8,
            image_angle=0.3,
            image_length=0.2,
            text_etf=0.6,
            text_angle=0.2,
            text_length=0.1,
            duality=duality,
        )

    images = Spectra(
        before=spectrum(10.0),
        after=spectrum(rank),
        kept_directions=2,
        overlap=0.9,
        basis_share=0.9,
        cka=0.9,
    )
    parts: dict[str, Any] = {
        "composition": "lora",
        "photos": 120,
        "left_out": 0,
        "classes": 6,
        "images": images,
        "texts": None,
        "base": CollapseOf(classes=3, photos=60, before=shape(1.4), after=shape(0.7)),
        "new": None,
        "window": 1,
        "channels": {
            "before": ChannelsOf(base=(1.0, 1.2, 0.9, 1.1), new=(1.1, 1.0, 1.0, 1.0), share_base=0.5),
            "after": ChannelsOf(base=(1.5, 2.0, 1.2, 0.9), new=(1.0, 1.0, 1.0, 1.0), share_base=0.75),
        },
    }
    return Insight(**(parts | changes))


def with_course(gaps: Sequence[float], **photos: float) -> list[Event]:
    """A story in which the gap between photos and words took this way."""
    told: list[Event] = [
        Collapse(
            epoch=n, base=Distances(text_etf=0.5 - n / 10, text_angle=0.1, duality=gap, **photos), new=None
        )
        for n, gap in enumerate(gaps)
    ]
    story = whole_story(len(gaps) - 1)
    return [*story[:-4], *told, *story[-4:]]


def shown(qtbot: QtBot, project: Project, run: Run) -> CheckPage:
    session = Session()
    session.take_project(project)
    session.run = run
    page = CheckPage(session)
    qtbot.addWidget(page)
    page.resize(1000, 600)
    page.show()
    page.enter()
    qtbot.waitUntil(lambda: page._shown is not None)
    page.tabs.setCurrentIndex(4)
    return page


def _middle(page: CheckPage) -> QColor:
    picture = page.judgement.picture.grab().toImage()
    return picture.pixelColor(picture.rect().center())


def _press(qtbot: QtBot, page: CheckPage, name: str) -> None:
    button = getattr(page.drawers, name)
    assert button.isVisible()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_click_asks_the_engine_and_shows_what_it_found(
    qtbot: QtBot, project: Project, jobs: list[Path]
) -> None:
    run = make_run(project)
    page = shown(qtbot, project, run)
    assert not page.drawers.figures["spectrum"].isVisible()
    _press(qtbot, page, "start")
    assert page.drawers.bar.isVisible() and page.drawers.cancel.isVisible()
    qtbot.waitUntil(lambda: len(jobs) == 1)
    job = load_job(jobs[0])
    assert isinstance(job, InsightJob)
    assert job.source_run == str(run.folder) and job.root == str(project.folder)
    engine = page._inquiry._engine
    engine.told.emit(Progress(done=30, total=120))
    assert (page.drawers.bar.value(), page.drawers.bar.maximum()) == (30, 120)
    insight().save(run.folder)
    engine.told.emit(Finished(result={}))
    engine.ended.emit(JobState.FINISHED)
    qtbot.waitUntil(lambda: page.drawers.figures["spectrum"].isVisible())
    assert "10.0 から 9.0 に減りました" in page.drawers.sentences["spectrum"].text()
    assert "前より近くなりました" in page.drawers.sentences["collapse"].text()
    assert "4 チャンネルのうち" in page.drawers.sentences["channels"].text()
    assert "2 から 3" in page.drawers.sentences["channels"].text()
    assert not page.drawers.start.isVisible() and not page.drawers.bar.isVisible()


def test_it_can_be_given_up(qtbot: QtBot, project: Project, jobs: list[Path]) -> None:
    page = shown(qtbot, project, make_run(project))
    _press(qtbot, page, "start")
    _press(qtbot, page, "cancel")
    assert page.drawers.start.isVisible() and not page._inquiry.running


@pytest.mark.parametrize("told", [True, False])
def test_what_went_wrong_is_said_and_can_be_tried_again(
    qtbot: QtBot, project: Project, jobs: list[Path], told: bool
) -> None:
    page = shown(qtbot, project, make_run(project))
    _press(qtbot, page, "start")
    qtbot.waitUntil(lambda: len(jobs) == 1)
    engine = page._inquiry._engine
    if told:
        engine.told.emit(Failed(code="evaluation.no_test_photos"))
    engine.ended.emit(JobState.FAILED if told else JobState.INTERRUPTED)
    qtbot.waitUntil(lambda: page.drawers.banner.isVisible())
    assert page.drawers.start.isVisible()


def test_what_was_found_before_is_there_at_once_in_both_languages(qtbot: QtBot, project: Project) -> None:
    run = make_run(project)
    insight(rank=10.1, channels=None).save(run.folder)
    page = shown(qtbot, project, run)
    assert "ほとんど変わりません" in page.drawers.sentences["spectrum"].text()
    assert "測れません" in page.drawers.sentences["channels"].text()
    assert not page.drawers.figures["channels"].isVisible() and not page.drawers.saves["channels"].isVisible()


@pytest.mark.parametrize(
    ("gaps", "said"),
    [
        ([1.4, 1.0, 0.7], "2 周で 1.40 から 0.70 に縮まりました"),
        ([0.7, 1.0, 1.4], "0.70 から 1.40 に広がりました"),
        ([1.0, 1.3, 1.01], "ほとんど変わりません"),
    ],
)
def test_the_way_through_training_is_there_without_looking(
    qtbot: QtBot, project: Project, gaps: list[float], said: str
) -> None:
    page = shown(qtbot, project, make_run(project, events=with_course(gaps, image_etf=0.4)))
    figure = page.drawers.figures["course"]
    assert figure.isVisible() and not page.drawers.figures["spectrum"].isVisible()
    assert said in page.drawers.sentences["course"].text() == figure.accessibleDescription()
    assert [list(series.values) for series in figure.series] == [gaps, [0.5, 0.4, 0.3], [0.4] * 3]
    assert figure.first == 0, "the first is the model before training"


def test_a_run_that_told_nothing_of_it_shows_nothing(qtbot: QtBot, project: Project) -> None:
    page = shown(qtbot, project, make_run(project))
    assert not page.drawers.titles["course"].isVisible() and not page.drawers.saves["course"].isVisible()


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_can_be_taken_along_as_svg_png_and_csv(
    qtbot: QtBot, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    run = make_run(project, events=with_course([1.4, 0.7]))
    insight().save(run.folder)
    page = shown(qtbot, project, run)
    for kind in ("svg", "png", "csv"):
        path = tmp_path / f"図.{kind}"
        chosen = (str(path.with_suffix("")), f"{kind.upper()} (*.{kind})")
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, chosen=chosen: chosen)
        page.drawers.saves[name].click()
        assert path.is_file(), "the ending follows the kind that was chosen"
    assert "<svg" in (tmp_path / "図.svg").read_text(encoding="utf-8")
    picture = QImage(str(tmp_path / "図.png"))
    assert len({picture.pixel(x, y) for x in range(0, 1800, 7) for y in range(0, 720, 7)}) > 3
    with (tmp_path / "図.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.reader(file))
    figure = page.drawers.figures[name]
    for column, series in enumerate(figure.series, start=1):
        assert [float(row[column]) for row in rows[1:]] == list(series.values)
    if name == "course":
        assert [row[0] for row in rows[1:]] == ["0", "1"]


def test_a_place_that_cannot_be_written_is_told(
    qtbot: QtBot, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(project)
    insight().save(run.folder)
    page = shown(qtbot, project, run)
    (tmp_path / "file").write_text("")
    chosen = (str(tmp_path / "file" / "x.svg"), "")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: chosen)
    page.drawers.saves["spectrum"].click()
    assert page.drawers.banner.isVisible()


def test_a_click_shows_where_the_model_looked_in_a_photo(
    qtbot: QtBot, project: Project, jobs: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    run = make_run(project, skill=0.0)
    page = shown(qtbot, project, run)
    page.tabs.setCurrentWidget(page.photos_tab)
    page.list.setCurrentIndex(page.list.model().index(0, 0))
    look = page.judgement.look
    qtbot.waitUntil(look.isEnabled)
    plain = _middle(page)
    qtbot.mouseClick(look, Qt.MouseButton.LeftButton)
    assert look.text() == "やめる" and page.judgement.look_words.isVisible()
    qtbot.waitUntil(lambda: len(jobs) == 1)
    job = load_job(jobs[0])
    photo = page.judgement.photo
    assert isinstance(job, InsightJob) and photo is not None and job.photo == str(photo.path)
    overlay = run.folder / "insight" / "heat-1.png"
    overlay.parent.mkdir()
    picture = QImage(64, 48, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.yellow)
    picture.save(str(overlay))
    found = HeatMap(
        photo=str(photo.path),
        class_name="良品",
        probability=0.9,
        overlay=overlay.name,
        values="heat-1.npz",
        box=(0, 0, 1, 1),
        learned=0.9,
        words=[{"word": w, "weight": n} for w, n in (("clean", 2.0), ("steel", 0.1), ("bolt", -1.5))],
    )
    engine = page._gaze._engine
    engine.told.emit(Finished(result=found.model_dump(mode="json")))
    engine.ended.emit(JobState.FINISHED)
    assert "「良品」と答えるとき" in page.judgement.look_words.text()
    assert "“clean” が決め手" in page.judgement.look_words.text()
    assert "“bolt” は、この答えから遠ざけ" in page.judgement.look_words.text()
    assert "後押ししています" in page.judgement.look_words.text()
    assert "steel" not in page.judgement.look_words.text(), "it hardly counts"
    assert _middle(page) == QColor(Qt.GlobalColor.yellow) != plain
    for kind in ("png", "csv"):
        path = run.folder / f"taken.{kind}"
        choice = (str(path.with_suffix("")), f"{kind.upper()} (*.{kind})")
        monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_, choice=choice: choice)
        page.judgement.save.click()
        qtbot.waitUntil(path.is_file)
    assert (run.folder / "taken.png").read_bytes() == overlay.read_bytes()
    with (run.folder / "taken.csv").open(encoding="utf-8-sig", newline="") as file:
        assert list(csv.reader(file))[1] == ["left out", "clean", "2.0"]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(overlay / "no.png"), ""))
    page.judgement.save.click()
    qtbot.waitUntil(page.banner.isVisible)
    qtbot.mouseClick(look, Qt.MouseButton.LeftButton)
    assert _middle(page) == plain and not page.judgement.look_words.isVisible()


def test_looking_can_be_taken_back_and_a_failure_is_said(
    qtbot: QtBot, project: Project, jobs: list[Path]
) -> None:
    page = shown(qtbot, project, make_run(project, skill=0.0))
    page.tabs.setCurrentWidget(page.photos_tab)
    page.list.setCurrentIndex(page.list.model().index(0, 0))
    look = page.judgement.look
    qtbot.waitUntil(look.isEnabled)
    qtbot.mouseClick(look, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(look, Qt.MouseButton.LeftButton)
    assert not page._gaze.running and look.text() == "見ていたところを表示"
    qtbot.mouseClick(look, Qt.MouseButton.LeftButton)
    engine = page._gaze._engine
    engine.told.emit(Failed(code="insight.no_heat_map", data={"name": "RN50"}))
    engine.ended.emit(JobState.FAILED)
    assert page.banner.isVisible() and look.text() == "見ていたところを表示"


def test_nothing_is_looked_into_while_another_run_is_being_read(
    qtbot: QtBot, project: Project, jobs: list[Path]
) -> None:
    page = shown(qtbot, project, make_run(project, skill=0.0))
    page.tabs.setCurrentWidget(page.photos_tab)
    page.list.setCurrentIndex(page.list.model().index(0, 0))
    qtbot.waitUntil(page.judgement.look.isEnabled)
    other = make_run(project, skill=0.0)
    page.session.run = other
    page.judgement.look.click()
    page.drawers.start.click()
    qtbot.waitUntil(lambda: page._shown is not None and page._shown.run == other)
    assert jobs == [] and not page._gaze.running and not page._inquiry.running
    assert page.judgement.look.text() == "見ていたところを表示"


@pytest.mark.parametrize(
    ("most", "top"),
    [(0.0, 1.0), (0.9, 1.0), (1.0, 1.0), (1.4, 1.6), (45.4, 60.0), (94.6, 100.0), (0.07, 0.08)],
)
def test_a_scale_ends_where_its_ticks_are_round(most: float, top: float) -> None:
    assert round_top(most) == pytest.approx(top)
