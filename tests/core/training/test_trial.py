"""The trial goes through real photos and steps, whatever the method needs and however it learns."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from torch import Tensor

from core.methods.catalogue import compositions
from core.methods.cocoop import CoCoOp
from core.methods.coop import CoOp
from core.methods.protocol import Batch
from core.problems import Problem
from core.training.chunks import Source
from core.training.commands import Commands
from core.training.events import Event, Progress
from core.training.features import FeatureStore
from core.training.job import HyperValue, TrialJob, save_job
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


def _trial(
    folder: Path, presets: tuple[str, ...], changed: dict[str, HyperValue] | None = None
) -> tuple[dict[str, dict[str, float]], list[Event]]:
    name = store_tiny_backbone()
    run = tiny_run(folder / "run", backbone=name)
    save_job(TrialJob(run=str(run), presets=presets, changed=changed or {}, backbone=name, device="cpu"))
    events: list[Event] = []
    return run_trial(Run(run), events.append, Commands()), events


def test_every_kind_of_method_has_an_estimate(tmp_path: Path) -> None:
    found, events = _trial(tmp_path, KINDS)
    assert found.keys() == set(KINDS)
    assert all(cost["seconds"] > 0 and cost["memory_bytes"] > 1 << 20 for cost in found.values())
    assert sum(isinstance(event, Progress) for event in events) == len(KINDS)


@pytest.mark.parametrize(("most", "kept"), [(1 << 30, {"hidden"}), (1 << 16, {"pixels"})])
def test_tokens_are_kept_where_those_of_the_whole_run_have_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int, kept: set[str]
) -> None:
    """The few of the trial itself would have room in both cases."""
    seen: set[str] = set()
    inputs = FeatureStore.inputs

    def look(store: FeatureStore, rows: Sequence[tuple[Source, int]]) -> Tensor:
        assert len(rows) * store._tokens.row_bytes < most
        seen.add(store._kept.kind)
        return inputs(store, rows)

    monkeypatch.setattr("core.training.features.MOST_TOKEN_BYTES", most)
    monkeypatch.setattr(FeatureStore, "inputs", look)
    _trial(tmp_path, ("skip-tuning",))
    assert seen == kept


def test_it_leaves_nothing_behind(tmp_path: Path) -> None:
    _trial(tmp_path, ("vpt-shallow",))
    assert not (tmp_path / "run" / "cache").exists()


def test_settings_that_were_changed_are_those_that_are_measured(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    built: list[int] = []
    start = CoOp.start

    def look(method: CoOp, lessons: Batch) -> None:
        built.append(method.config.n_ctx)
        start(method, lessons)

    monkeypatch.setattr(CoOp, "start", look)
    assert _trial(tmp_path, ("coop",), {"coop.n_ctx": 3})[0].keys() == {"coop"}
    assert built == [3]


@pytest.mark.parametrize(
    "error", [MemoryError(), RuntimeError("CUDA out of memory"), Problem("methods.too_many_classes")]
)
def test_a_preset_that_cannot_be_gone_through_leaves_the_others_their_figures(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def refuse(*_: object) -> None:
        raise error

    monkeypatch.setattr(CoCoOp, "align", refuse)
    assert _trial(tmp_path, ("coop", "cocoop", "zero-shot"))[0].keys() == {"coop", "zero-shot"}


def test_a_fault_is_not_taken_for_a_preset_that_does_not_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("shapes differ")

    monkeypatch.setattr(CoCoOp, "align", fail)
    with pytest.raises(RuntimeError, match="shapes differ"):
        _trial(tmp_path, ("cocoop",))


@pytest.mark.slow
def test_every_composition_has_an_estimate(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # As little of each as goes through all of it.
    for name, least in (("_STEPS", 1), ("_VIEWS", 2), ("_PHOTOS", 3)):
        monkeypatch.setattr(f"core.training.trial.{name}", least)
    every = tuple(str(composition) for composition in compositions())
    assert _trial(tmp_path, every)[0].keys() == set(every)
