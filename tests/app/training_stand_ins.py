"""The engine played by the test where a training is prepared and run, and the page for it on screen."""

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

import app.pages.training as training_page
from app.engine import EngineProcess
from app.pages.training import TrainingPage
from app.session import Session
from app.trial import Trial
from core.doctor import Check
from core.project.store import Project
from core.training.events import Event
from core.training.run import Run


class Recorded:
    """What the page asked of the engine."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.running = False


def recorded_engine(monkeypatch: pytest.MonkeyPatch) -> Recorded:
    """No process: events are emitted by the test, words are listed."""
    recorded = Recorded()

    def start(_self: EngineProcess, path: Path) -> None:
        recorded.asked.append(f"start {path.name}")
        recorded.running = True

    def follow(_self: EngineProcess, run: Run) -> None:
        recorded.asked.append("follow")
        recorded.running = True

    monkeypatch.setattr(EngineProcess, "start", start)
    monkeypatch.setattr(EngineProcess, "follow", follow)
    for word in ("pause", "resume", "stop"):
        monkeypatch.setattr(EngineProcess, word, lambda _self, w=word: recorded.asked.append(w))
    monkeypatch.setattr(EngineProcess, "running", property(lambda _self: recorded.running))
    monkeypatch.setattr(
        training_page, "ask_device", lambda: Check("doctor.device_ok", "ok", {"name": "CPU (2 cores)"})
    )
    return recorded


def recorded_trials(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, ...]]:
    """The engine stays out; what was asked to be measured is listed."""
    asked: list[tuple[str, ...]] = []

    def start(trial: Trial, *about: object) -> None:
        *_, trial.presets, trial._changed = about  # type: ignore[assignment]
        asked.append(trial.keys)

    monkeypatch.setattr(Trial, "start", start)
    return asked


def shown(qtbot: QtBot, project: Project | None, run: Run | None = None) -> TrainingPage:
    """The training page on screen, about `run` or else the project's last one."""
    session = Session()
    if project is not None:
        session.take_project(project)
    if run is not None:
        session.run = run
    page = TrainingPage(session)
    qtbot.addWidget(page)
    page.resize(1000, 600)
    page.show()
    page.enter()
    return page


def tell(page: TrainingPage, *events: Event) -> None:
    """What the engine tells."""
    for event in events:
        page.session.engine.told.emit(event)
