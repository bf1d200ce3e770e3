"""Whatever is killed, no label is lost, and no more training than the last checkpoint."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest
from PySide6.QtWidgets import QLabel

from app.pages.training import TrainingPage
from app.tour import Operator
from app.training_choice import TrainingChoice
from core.project.store import Project
from core.training.run import Run, runs_in
from core.training.state import JobState

ENGINE_S = 240.0
EPOCHS = 200  # some seconds, enough to be killed in
# A window of its own process: opens the project, works through `steps`, says so, and goes on until it is killed.
WINDOW = """
import sys
from pathlib import Path
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from app.main import make_application
from app.pages.training import TrainingPage
from app.session import Session
from app.tour import Operator
from app.window import MainWindow

make_application()
session = Session()
window = MainWindow(session)
window.show()
session.open_project(Path(sys.argv[1]))
operator = Operator(window)
{steps}
print("READY", flush=True)
while True:
    QTest.qWait(20)
"""
LABEL_FIVE = """
window.show_page("labels")
grid = operator.find("labels_grid")
operator.wait(lambda: grid.grid.rowCount() > 0, "photos")
for _ in range(5):
    operator.press("labels_grid", Qt.Key.Key_2)
operator.wait(lambda: sum(p.class_id == session.project.classes()[1].id for p in session.project.photos()) >= 15, "labels")
"""
TRAIN = """
window.show_page("training")
operator.click("training_start")
page = operator.find("page_training", TrainingPage)
operator.wait(lambda: len(page.story.rounds) >= 2, "two epochs", 240)
"""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_killed_worker_is_shown_as_interrupted_and_resumed(
    operator: Operator, labelled_project: Path
) -> None:
    choose_training(labelled_project)
    operator.window.session.open_project(labelled_project)
    operator.window.show_page("training")
    page = operator.find("page_training", TrainingPage)
    operator.click("training_start")
    operator.wait(lambda: len(page.story.rounds) >= 2, "two epochs", ENGINE_S)

    worker_of(labelled_project).kill()

    operator.wait(lambda: page.story.state is JobState.INTERRUPTED, "the window notices", ENGINE_S)
    seen = max(page.story.rounds)
    operator.click("training_resume")
    operator.wait(lambda: page.story.state.terminal, "the training ends", ENGINE_S)
    assert page.story.state is JobState.FINISHED, page.story.failure
    assert max(page.story.rounds) == EPOCHS > seen
    assert times_started(runs_in(labelled_project / "runs")[0], epoch=1) == 1, (
        "the first epoch was not done again"
    )


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_killed_window_leaves_a_training_that_is_offered_again(
    operator: Operator, labelled_project: Path
) -> None:
    choose_training(labelled_project)
    window = open_window(labelled_project, TRAIN)
    run = runs_in(labelled_project / "runs")[0]
    worker = worker_of(labelled_project)

    kill(window)

    wait(
        lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE,
        "the worker ends by itself",
    )
    assert run.state() is JobState.INTERRUPTED
    operator.window.session.open_project(labelled_project)
    operator.wait(lambda: operator.find("home_resume").isVisible(), "the training is offered again")
    operator.click("home_resume")
    operator.click("training_resume")
    page = operator.find("page_training", TrainingPage)
    operator.wait(lambda: page.story.state.terminal, "the training ends", ENGINE_S)
    assert page.story.state is JobState.FINISHED, page.story.failure
    assert run.state() is JobState.FINISHED


def test_labels_are_there_after_the_window_was_killed(operator: Operator, labelled_project: Path) -> None:
    kill(open_window(labelled_project, LABEL_FIVE))

    operator.window.session.open_project(labelled_project)
    operator.window.show_page("labels")
    project = operator.window.session.project
    assert project is not None
    second = project.classes()[1].id
    assert sum(photo.class_id == second for photo in project.photos()) >= 15
    summary = operator.find("labels_summary", QLabel)
    operator.wait(lambda: "40" in summary.text(), "the counts")
    # Undo reaches back behind the kill.
    operator.click("labels_undo")
    operator.wait(
        lambda: sum(p.class_id == second for p in project.photos()) == 14, "one label is taken back"
    )


def choose_training(folder: Path) -> None:
    """What the page of presets would have kept: CoOp, with rounds enough to be killed in."""
    with Project.open(folder) as project:
        TrainingChoice("coop", {"training.epochs": EPOCHS}).keep(project)


def open_window(folder: Path, steps: str) -> subprocess.Popen[str]:
    """A window in its own process, once it has done `steps`."""
    window = subprocess.Popen(
        [sys.executable, "-c", WINDOW.replace("{steps}", steps), str(folder)],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert window.stdout is not None
    for line in window.stdout:
        if line.strip() == "READY":
            return window
    pytest.fail(f"the window ended by itself: {window.wait()}")


def kill(window: subprocess.Popen[str]) -> None:
    os.kill(window.pid, getattr(signal, "SIGKILL", signal.SIGTERM))
    window.wait()
    if window.stdout is not None:
        window.stdout.close()


def worker_of(folder: Path) -> psutil.Process:
    """The process that trains in this project."""
    for process in psutil.process_iter(["cmdline"]):
        words = process.info["cmdline"] or []
        if "worker" in words and any(word.startswith(str(folder)) for word in words):
            return process
    raise AssertionError("no worker trains in this project")


def times_started(run: Run, epoch: int) -> int:
    return sum(getattr(event, "epoch", None) == epoch and event.type == "epoch" for event in run.events())


def wait(condition: Callable[[], bool], what: str) -> None:
    end = time.monotonic() + ENGINE_S
    while not condition():
        assert time.monotonic() < end, f"waited in vain: {what}"
        time.sleep(0.1)
