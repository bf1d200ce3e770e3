"""What-if on the check page: offered, asked of the engine, answered in a sentence that says no more than is known."""

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.pages.check import CheckPage
from app.session import Session
from core.evaluation.compare import Change
from core.project.store import Project
from core.training.events import Failed, Finished, Progress
from core.training.job import WhatIfJob, WhatIfQuestion, load_job
from core.training.result import Interval
from core.training.run import Run
from core.training.state import JobState
from core.whatif.findings import (
    QUESTIONS,
    Answer,
    Balance,
    Elsewhere,
    Fewer,
    Point,
    Shift,
    Tail,
    Weather,
    Wrong,
)
from tests.app.run_data import make_project, make_run


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    with make_project(tmp_path, photos=6) as project:
        yield project


def share(mean: float, half: float = 0.05) -> Interval:
    return Interval(mean=mean, low=mean - half, high=mean + half, n=40)


def fewer(*bases: float) -> Fewer:
    return Fewer(
        points=tuple(
            Point(amount=0 if not n else 2 ** (n - 1), base=share(base), new=None)
            for n, base in enumerate(bases)
        )
    )


def shift(**falls: int) -> Shift:
    """`kind=strength`: from there on the kind falls."""
    return Shift(
        photos=40,
        plain=share(0.9),
        conditions=tuple(
            Weather(
                kind=kind,
                strength=strength,
                right=share(0.5 if strength >= falls.get(kind, 9) else 0.88),
                change=Change.WORSE if strength >= falls.get(kind, 9) else Change.UNCLEAR,
            )
            for kind in ("lighting", "blur", "noise", "jpeg", "camera")
            for strength in (1, 3, 5)
        ),
    )


def wrong(*bases: float) -> Wrong:
    amounts = (0, 0.1, 0.2, 0.4)
    return Wrong(
        points=tuple(
            Point(amount=amount, base=share(base), new=share(0.5))
            for amount, base in zip(amounts, bases, strict=True)
        )
    )


def tail(*bases: float) -> Tail:
    return Tail(
        points=tuple(
            Point(amount=amount, base=share(base), new=None)
            for amount, base in zip((1, 10, 50, 100), bases, strict=False)
        )
    )


BALANCE = Balance(curve=((0.9, 0.0), (0.8, 0.5), (0.0, 0.7)), area=0.5, base=share(0.8), new=share(0.5))
ANSWERS: dict[str, Answer] = {
    "fewer": fewer(0.5, 0.6, 0.8),
    "shift": shift(),
    "balance": BALANCE,
    "wrong": wrong(0.9, 0.88, 0.7, 0.5),
    "tail": tail(0.9, 0.6),
    "elsewhere": Elsewhere(
        folder="第2工場", photos=30, classes=2, unknown=("袋",), right=share(0.6), at_home=share(0.9)
    ),
}


def shown(qtbot: QtBot, project: Project, run: Run) -> CheckPage:
    session = Session()
    session.take_project(project)
    session.run = run
    page = CheckPage(session)
    qtbot.addWidget(page)
    page.resize(1000, 700)
    page.show()
    page.enter()
    qtbot.waitUntil(lambda: page._shown is not None)
    page.tabs.setCurrentIndex(6)
    return page


@pytest.mark.parametrize("question", QUESTIONS)
def test_a_click_asks_the_engine_and_shows_what_came_of_it(
    qtbot: QtBot,
    project: Project,
    jobs: list[Path],
    question: WhatIfQuestion,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "/photos/第2工場")
    run = make_run(project)
    page = shown(qtbot, project, run)
    part = page.what_if.parts[question]
    assert part.start.isVisible() and not part.figure.isVisible()
    qtbot.mouseClick(part.start, Qt.MouseButton.LeftButton)
    assert part.bar.isVisible() and part.cancel.isVisible() and not part.start.isVisible()
    assert not any(other.start.isEnabled() for other in page.what_if.parts.values()), "one at a time"
    qtbot.waitUntil(lambda: len(jobs) == 1)
    job = load_job(jobs[0])
    assert isinstance(job, WhatIfJob) and job.question == question
    assert job.source_run == str(run.folder) and job.root == str(project.folder)
    assert job.photos == ("/photos/第2工場" if question == "elsewhere" else "")
    engine = page.what_if.inquiries[question]._engine
    assert engine is not None
    engine.told.emit(Progress(done=30, total=120))
    assert (part.bar.value(), part.bar.maximum()) == (30, 120)
    ANSWERS[question].save(run.folder)
    engine.told.emit(Finished(result={"question": question}))
    engine.ended.emit(JobState.FINISHED)
    qtbot.waitUntil(part.figure.isVisible)
    assert not part.bar.isVisible() and part.figure.accessibleDescription() == part.words.text()


@pytest.mark.parametrize(
    ("bases", "said"),
    [
        ((0.5, 0.6, 0.8), "写真をふやした分だけ良くなっています"),
        ((0.5, 0.78, 0.8), "良くなるとは言えません"),
        ((0.5, 0.8, 0.6), "ラベルを確かめて"),
    ],
)
def test_no_more_is_said_of_photos_than_the_intervals_say(
    qtbot: QtBot, project: Project, bases: tuple[float, ...], said: str
) -> None:
    run = make_run(project)
    fewer(*bases).save(run.folder)
    part = shown(qtbot, project, run).what_if.parts["fewer"]
    assert said in part.words.text() and "1 枚で" in part.words.text()
    assert part.figure.labels == ("学習の前", "1 枚", "2 枚")
    [series] = part.figure.series
    assert list(series.values) == pytest.approx([100 * base for base in bases])


@pytest.mark.parametrize(
    ("falls", "said"),
    [
        ({}, "どの変化でも、はっきりした低下は見つかりませんでした"),
        (
            {"blur": 3, "noise": 5},
            "いちばん弱いのは「ぼけ」です。正解は、そのままの 90 %（85～95 %） から、中くらいの変化で 50 %",
        ),
    ],
)
def test_the_weakest_condition_is_named_only_where_it_is_one(
    qtbot: QtBot, project: Project, falls: dict[str, Any], said: str
) -> None:
    run = make_run(project)
    shift(**falls).save(run.folder)
    part = shown(qtbot, project, run).what_if.parts["shift"]
    assert said in part.words.text()
    assert len(part.figure.series) == 4 and len(part.figure.labels) == 5
    if falls:
        assert "明るさ、画質の低下、別のカメラでは" in part.words.text()


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (wrong(0.9, 0.88, 0.7, 0.5), "ラベルの 20 % がまちがうと、正解は 90 %（85～95 %） から 70 %"),
        (wrong(0.9, 0.9, 0.88, 0.85), "40 % がまちがっていても、はっきりした低下は見つかりませんでした"),
        (tail(0.9, 0.88, 0.6), "枚数に 50 倍の差があると"),
        (tail(0.9, 0.88), "かたよっていても、はっきりした低下は"),
        (ANSWERS["elsewhere"], "30 枚では、正解は 60 %（55～65 %） で、この学習の試験用の写真の 90 %"),
        (ANSWERS["elsewhere"], "習っていない種類（袋）の写真は、数えていません"),
        (
            ANSWERS["elsewhere"].model_copy(update={"right": share(0.86), "unknown": ()}),
            "「第2工場」の写真 30 枚では、正解は 86 %（81～91 %） です。",
        ),
        (BALANCE, "習った種類は 80 %（75～85 %）、取り置いた種類は 50 %"),
    ],
)
def test_what_came_of_the_other_questions_is_said(
    qtbot: QtBot, project: Project, answer: Answer, said: str
) -> None:
    run = make_run(project)
    answer.save(run.folder)
    page = shown(qtbot, project, run)
    [part] = [part for part in page.what_if.parts.values() if not part.figure.isHidden()]
    assert said in part.words.text()
    assert part.title.text() and part.start.isVisible() == (part.question == "elsewhere")


def test_it_can_be_given_up_and_a_failure_is_said(qtbot: QtBot, project: Project, jobs: list[Path]) -> None:
    page = shown(qtbot, project, make_run(project))
    part = page.what_if.parts["fewer"]
    qtbot.mouseClick(part.start, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(part.cancel, Qt.MouseButton.LeftButton)
    assert part.start.isVisible() and not page.what_if.inquiries["fewer"].running
    assert all(other.start.isEnabled() for other in page.what_if.parts.values())
    qtbot.mouseClick(part.start, Qt.MouseButton.LeftButton)
    engine = page.what_if.inquiries["fewer"]._engine
    assert engine is not None
    engine.told.emit(Failed(code="whatif.too_few_photos"))
    engine.ended.emit(JobState.FAILED)
    assert page.what_if.banner.isVisible() and part.start.isVisible()


@pytest.mark.parametrize("kind", ["svg", "png", "csv"])
def test_the_figures_can_be_taken_along_with_their_intervals(
    qtbot: QtBot, project: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    run = make_run(project)
    fewer(0.5, 0.6, 0.8).save(run.folder)
    part = shown(qtbot, project, run).what_if.parts["fewer"]
    path = tmp_path / f"図.{kind}"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    part.save.click()
    assert path.stat().st_size > 0
    if kind == "csv":
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))
        assert [float(cell) for cell in rows[1][1:]] == pytest.approx([50, 45, 55])
        assert len(rows[0]) == 4
