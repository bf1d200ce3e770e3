"""The trial goes through real photos and steps, whatever the method needs and however it learns."""

from pathlib import Path

import pytest

from core.methods.catalogue import compositions
from core.training.commands import Commands
from core.training.events import Event, Progress
from core.training.job import TrialJob, save_job
from core.training.run import Run
from core.training.trial import run_trial
from tests.core.tiny_backbone import store_tiny_backbone
from tests.core.tiny_run import tiny_run

KINDS = (
    "zero-shot",
    "linear-probe",
    "tip-adapter",
    "cocoop",
    "vpt-shallow",
    "dept(promptsrc)",
    "skip-tuning",
    "pt-peft(lora)",
)


def _trial(folder: Path, presets: tuple[str, ...]) -> tuple[dict[str, dict[str, float]], list[Event]]:
    name = store_tiny_backbone()
    run = tiny_run(folder / "run", backbone=name)
    save_job(TrialJob(run=str(run), presets=presets, backbone=name, device="cpu"))
    events: list[Event] = []
    return run_trial(Run(run), events.append, Commands()), events


def test_every_kind_of_method_has_an_estimate(tmp_path: Path) -> None:
    found, events = _trial(tmp_path, KINDS)
    assert found.keys() == set(KINDS)
    assert all(cost["seconds"] > 0 and cost["memory_bytes"] > 1 << 20 for cost in found.values())
    assert sum(isinstance(event, Progress) for event in events) == len(KINDS)


def test_it_leaves_nothing_behind(tmp_path: Path) -> None:
    _trial(tmp_path, ("vpt-shallow",))
    assert not (tmp_path / "run" / "cache").exists()


@pytest.mark.slow
def test_every_composition_has_an_estimate(tmp_path: Path) -> None:
    every = tuple(str(composition) for composition in compositions())
    assert _trial(tmp_path, every)[0].keys() == set(every)
