"""Work off the screen's thread: the answer arrives on it, and only where it is still wanted."""

import threading
from collections.abc import Callable

import pytest
from PySide6.QtCore import QObject, QThreadPool
from pytestqt.qtbot import QtBot

from app.background import Cancel, run_in_background
from app.session import Session
from core.problems import Problem


def test_the_answer_arrives_on_the_screens_thread(qtbot: QtBot) -> None:
    owner, told = QObject(), []
    run_in_background(
        owner,
        lambda _cancel: threading.current_thread(),
        success=lambda worked_on: told.append((worked_on, threading.current_thread())),
    )
    qtbot.waitUntil(lambda: bool(told))
    worked_on, told_on = told[0]
    assert told_on is threading.main_thread()
    assert worked_on is not told_on


def test_a_failure_is_told_with_its_reason(qtbot: QtBot) -> None:
    owner, told = QObject(), []

    def fail(_cancel: Cancel) -> None:
        raise Problem("photos.missing", name="x", path="x")

    run_in_background(owner, fail, success=lambda _: pytest.fail("it failed"), failure=told.append)
    qtbot.waitUntil(lambda: bool(told))
    assert told[0].code == "photos.missing"


def test_a_failure_nobody_expects_reaches_the_last_net(qtbot: QtBot) -> None:
    owner = QObject()

    def fail(_cancel: Cancel) -> None:
        raise ValueError("nobody expected this")

    with qtbot.captureExceptions() as caught:
        run_in_background(owner, fail, success=lambda _: None)
        qtbot.waitUntil(lambda: bool(caught))
    assert caught[0][0] is ValueError


def test_cancelled_work_is_told_so_and_never_answers(qtbot: QtBot) -> None:
    owner, ended = QObject(), threading.Event()

    def long(cancel: Cancel) -> None:
        while not cancel():
            ended.wait(0.01)
        ended.set()

    task = run_in_background(owner, long, success=lambda _: pytest.fail("the answer was not wanted"))
    task.cancel()
    qtbot.waitUntil(ended.is_set)
    qtbot.wait(50)


def test_an_answer_whose_owner_is_gone_is_dropped(qtbot: QtBot) -> None:
    owner, go, gone = QObject(), threading.Event(), threading.Event()
    run_in_background(owner, lambda _cancel: go.wait(5), success=lambda _: pytest.fail("nobody is there"))
    owner.destroyed.connect(gone.set)
    owner.deleteLater()
    qtbot.waitUntil(gone.is_set)
    go.set()
    qtbot.wait(100)


def test_what_is_asked_of_a_project_that_was_closed_meanwhile_is_dropped(
    qtbot: QtBot, session: Session
) -> None:
    owner, go, project = QObject(), threading.Event(), session.project
    assert project is not None

    def read(_cancel: Cancel) -> None:
        go.wait(5)
        project.photos()

    with qtbot.captureExceptions() as caught:
        run_in_background(owner, read, success=lambda _: pytest.fail("it was closed"))
        session.close_project()
        go.set()
        assert QThreadPool.globalInstance().waitForDone(5000)
        qtbot.wait(50)
    assert not caught


def test_many_answers_at_once_all_arrive(qtbot: QtBot) -> None:
    owner: QObject = QObject()
    told: list[int] = []

    def square(number: int) -> Callable[[Cancel], int]:
        return lambda _cancel: number * number

    for number in range(200):
        run_in_background(owner, square(number), success=told.append)
    qtbot.waitUntil(lambda: len(told) == 200)
    assert sorted(told) == [number * number for number in range(200)]
