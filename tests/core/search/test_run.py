"""The search inside a training run, on real pictures and the tiny backbone."""

import argparse
import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from core.backbones.clip import Backbone
from core.bench.protocol import presets_named
from core.bench.runs import Engine
from core.bench.sets import BenchSet
from core.cli.train import searching
from core.methods.presets import Preset, resolve_preset
from core.problems import Problem
from core.project.revision import ClassEntry, DataRevision, PhotoEntry
from core.search import run as search_run
from core.search.clock import Clock
from core.search.run import SEARCH_FOLDER, Found, choose
from core.search.study import Study
from core.training.artefact import read_artefact
from core.training.commands import Commands
from core.training.events import Decided, Event, Finished, Ranked, Stage
from core.training.job import DATA_FILE, TrainJob, save_job
from core.training.loop import train
from core.training.result import CHOICE_FILE
from core.training.run import Run
from core.whatif.again import _Asked
from tests.core.tiny_backbone import NAME, tiny_backbone
from tests.core.tiny_run import QUICK, tiny_revision

SEED = 1


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return tiny_backbone()


class CountingClock(Clock):
    """A try, and a fold of the finals, takes 100 seconds, however busy the machine is."""

    def __init__(self, budget_s: float, spent_s: float = 0.0) -> None:
        super().__init__(budget_s, spent_s)
        self._since = None

    def heed(self, event: Event) -> None:
        if isinstance(event, Ranked):
            self._before += 100.0


@pytest.fixture(autouse=True)
def few_presets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three quick ones, so that a search is over in no time."""

    def offered(*_: object) -> dict[str, Preset]:
        found = {name: resolve_preset(name) for name in ("zero-shot", "nearest-mean")}
        found["coop"] = Preset("coop", "coop", dict(QUICK), resolve_preset("coop").texts, order=0)
        return found

    monkeypatch.setattr(search_run, "presets_for", offered)
    monkeypatch.setattr(search_run, "Clock", CountingClock)


def data(root: Path) -> DataRevision:
    """The tiny pictures with three classes learned and one held back."""
    found = tiny_revision(root)
    classes = tuple(
        ClassEntry(name=entry.name, description=entry.description, role="base" if n < 3 else "new")
        for n, entry in enumerate(found.classes)
    )
    return found.model_copy(update={"classes": classes})


def laid_out(folder: Path, revision: DataRevision, minutes: float = 9.0) -> Path:
    revision.save(folder / DATA_FILE)
    hyper: dict[str, Any] = {"automatic.budget_minutes": minutes}
    save_job(
        TrainJob(run=str(folder), preset="automatic", composition="automatic", hyper=hyper, backbone=NAME,
                 seed=SEED, shots=None, device="cpu")
    )  # fmt: skip
    return folder


def judged(folder: Path, revision: DataRevision, backbone: Backbone) -> tuple[Found, dict[str, Any]]:
    """What a search on the data chose, and what every way did on every fold."""
    run = Run(laid_out(folder, revision))
    found = choose(run, lambda _event: None, Commands(), False, backbone, folder / "cache")
    with Study(folder / SEARCH_FOLDER, SEED) as study:
        tallies = {
            key: {fold: replace(tally, seconds=0.0) for fold, tally in folds.items()}
            for key, folds in study.tallies.items()
        }
    return found, tallies


def test_the_choice_sees_neither_test_photos_nor_classes_held_back(
    tmp_path: Path, backbone: Backbone
) -> None:
    """The same search with all of them poisoned: files spoiled, labels shuffled, words replaced."""
    clean = data(tmp_path / "clean")
    poisoned = data(tmp_path / "poisoned")
    new = set(poisoned.new)
    chance = random.Random(0)

    def poison(photo: PhotoEntry) -> PhotoEntry:
        if photo.part != "test" and photo.label not in new:
            return photo
        poisoned.photo_path(photo).write_bytes(b"no picture")
        label = chance.randrange(3) if photo.part == "test" and photo.label not in new else photo.label
        return photo.model_copy(update={"label": label})

    photos = tuple(poison(photo) for photo in poisoned.photos)
    classes = tuple(
        entry.model_copy(update={"description": "poison"}) if entry.role == "new" else entry
        for entry in poisoned.classes
    )
    poisoned = poisoned.model_copy(update={"photos": photos, "classes": classes})
    found, tallies = judged(tmp_path / "a", clean, backbone)
    assert set(tallies) >= {"zero-shot {}", "nearest-mean {}", "coop {}"}
    assert judged(tmp_path / "b", poisoned, backbone) == (found, tallies)


def test_what_was_chosen_is_trained_and_told_like_any_run(tmp_path: Path, backbone: Backbone) -> None:
    run = laid_out(tmp_path / "run", data(tmp_path / "photos"))
    events: list[Event] = []
    result = train(run, events.append, backbone=backbone)
    info, _ = read_artefact(run)
    assert info.composition == result.composition != "automatic"
    assert result.preset == "automatic"
    assert dict(info.hyper) == result.hyper
    assert result.decisions[0].code == "search.chosen"
    assert result.decisions[0].data["composition"] == result.composition
    assert _Asked.of(Run(run), Run(run).revision).job.composition == result.composition
    assert result.metrics["tuned"].base is not None and result.stages_s["search"] > 0
    stages = [event for event in events if isinstance(event, Stage)]
    assert [stage.stage for stage in stages][:2] == ["search", "prepare"]
    assert [stage.index for stage in stages] == list(range(1, stages[0].of + 1))
    assert isinstance(events[-1], Finished)
    assert "search.chosen" in {event.code for event in events if isinstance(event, Decided)}


def test_taken_up_again_the_choice_stands_and_begun_anew_it_does_not(
    tmp_path: Path, backbone: Backbone
) -> None:
    run = laid_out(tmp_path / "run", data(tmp_path / "photos"), minutes=1.0)
    train(run, lambda _event: None, backbone=backbone)
    (run / "result.json").unlink()
    kept = (run / CHOICE_FILE).read_text(encoding="utf-8")
    spoken = kept.replace('"tried": ', '"tried": 1000')
    (run / CHOICE_FILE).write_text(spoken, encoding="utf-8")
    again = train(run, lambda _event: None, backbone=backbone, resume=True)
    assert again.decisions[0].data["tried"] >= 1000
    anew = train(run, lambda _event: None, backbone=backbone)
    assert anew.decisions[0].data["tried"] < 1000


def test_a_protocol_takes_it_like_any_preset(tmp_path: Path, backbone: Backbone) -> None:
    """What the search chose is stood up again to judge."""
    tiny_revision(tmp_path / "set")
    [automatic] = presets_named(["automatic"])
    arguments = argparse.Namespace(budget_minutes=1.0, wish="keep-new")
    preset = searching(automatic, arguments)
    bench_set = BenchSet.at("set", tmp_path / "set")
    engine = Engine(backbone, tmp_path / "cache", lambda _event: None, lambda _text: None)
    with engine.trained(bench_set, preset, bench_set.learnable(1, 4), 1) as run:
        assert run.preset.composition == run.result.composition
        assert run.judge().tuned.right.size


def test_what_is_said_of_a_search_is_for_the_search_only() -> None:
    said = argparse.Namespace(budget_minutes=3.0, wish=None)
    assert searching(resolve_preset("automatic"), said).hyper == {"automatic.budget_minutes": 3.0}
    with pytest.raises(Problem, match="budget"):
        searching(resolve_preset("coop"), said)
    with pytest.raises(Problem):
        searching(resolve_preset("automatic"), argparse.Namespace(budget_minutes=-1.0, wish=None))
    nothing = argparse.Namespace(budget_minutes=None, wish=None)
    assert searching(resolve_preset("coop"), nothing) == resolve_preset("coop")
