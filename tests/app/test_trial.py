"""What presets cost, measured by the real engine on a tiny project."""

from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from app.trial import PresetCost, Trial, _key_of, cost_key
from core.project.revision import DataRevision
from core.project.store import Project
from core.training.job import HyperValue
from tests.app.run_data import make_project

_PATIENCE_MS = 240_000


@pytest.mark.slow
def test_the_engine_measures_what_is_asked_and_the_project_remembers_it_beside_the_rest(
    qtbot: QtBot, tmp_path: Path
) -> None:
    with make_project(tmp_path, ("良品", "キズ", "曲がり", "汚れ"), photos=6) as project:
        revision, owner = project.snapshot(), QObject()
        trial = Trial(owner)
        about = (project, revision, "embedded", None)
        changed: dict[str, HyperValue] = {"training.epochs": 3}
        for asked, settings in ((("zero-shot", "coop"), {}), (("coop",), changed)):
            with qtbot.waitSignal(trial.measured, timeout=_PATIENCE_MS) as told:
                trial.start(*about, asked, settings)
                assert trial.running
            costs = told.args[0]
            assert tuple(costs) == trial.keys
            assert all(cost.seconds > 0 and cost.memory_bytes > 0 for cost in costs.values())
            assert trial.remembered(*about).items() >= costs.items()
            qtbot.waitUntil(lambda: not trial.running)
        assert set(trial.remembered(*about)) == {"zero-shot", "coop", cost_key("coop", changed)}
        assert trial.remembered(project, revision, "embedded", 4) == {}


def test_a_spoiled_memory_is_measured_anew(qtbot: QtBot, tmp_path: Path) -> None:
    with make_project(tmp_path, photos=4) as project:
        owner = QObject()
        trial, revision = Trial(owner), project.snapshot()
        for found in ("x", {"coop": 3}, {"coop": {"seconds": 1}}):
            _remember(project, revision, found)
            assert trial.remembered(project, revision, "embedded", None) == {}
        _remember(project, revision, {"coop": {"seconds": 1.0, "memory_bytes": 2}})
        assert trial.remembered(project, revision, "embedded", None) == {"coop": PresetCost(1.0, 2)}


@pytest.mark.parametrize("other", ["platform.node", "os.cpu_count", "app.trial.__version__"])
def test_what_another_pc_or_program_measured_says_nothing_of_this_one(
    qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    with make_project(tmp_path, photos=4) as project:
        owner = QObject()
        trial, revision = Trial(owner), project.snapshot()
        _remember(project, revision, {"coop": {"seconds": 1.0, "memory_bytes": 2}})
        monkeypatch.setattr(other, "9.9.9" if other.endswith("__") else lambda: 999)
        assert trial.remembered(project, revision, "embedded", None) == {}


def _remember(project: Project, revision: DataRevision, found: object) -> None:
    project.remember("trial", {"key": _key_of(revision, "embedded", None), "found": found})
