"""Every composition, whatever it needs and however it learns: cut off and resumed, opened again, evaluated."""

import random
from collections.abc import Callable
from pathlib import Path

import pytest
import torch

from core.backbones.clip import Backbone
from core.evaluation.run import evaluate
from core.methods.catalogue import compositions
from core.project.revision import DataRevision
from core.training.artefact import open_artefact, read_artefact
from core.training.commands import Commands, Emit, Halt
from core.training.job import HyperValue
from core.training.loop import train
from core.training.photos import gather
from core.training.run import Run
from core.training.seen import Encoder, judged_at_once
from core.training.setup import set_up
from tests.core.tiny_backbone import NAME, tiny_backbone
from tests.core.tiny_run import tiny_revision, tiny_run

QUICK: dict[str, HyperValue] = {"training.epochs": 2, "training.batch_size": 4, "training.views": 2}
EVERY = [str(composition) for composition in compositions()]
BY_EPOCHS = [str(composition) for composition in compositions() if composition.learns == "by_epochs"]
AT_ONCE = [composition for composition in EVERY if composition not in BY_EPOCHS]


@pytest.fixture(scope="module")
def backbone() -> Backbone:
    return tiny_backbone()


@pytest.fixture(scope="module")
def revision(tmp_path_factory: pytest.TempPathFactory) -> DataRevision:
    return tiny_revision(tmp_path_factory.mktemp("photos"))


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


class _Cut(Commands):
    """Cuts training off once it has looked so many times since it began to learn."""

    def __init__(self, looks: int) -> None:
        super().__init__()
        self._looks = looks

    def heed(self, emit: Emit) -> None:
        if _learning():
            self._looks -= 1
            if self._looks < 0:
                self.interrupt("test")
        super().heed(emit)


def _learning() -> bool:
    return torch.are_deterministic_algorithms_enabled()


def _hyper(composition: str) -> dict[str, HyperValue]:
    known = {entry.key for entry in next(c for c in compositions() if str(c) == composition).settings()}
    return {key: value for key, value in QUICK.items() if key in known}


class _CutAtOnce(Commands):
    """Cuts the run off at its first look."""

    def heed(self, emit: Emit) -> None:
        self.interrupt("test")
        super().heed(emit)


Trained = Callable[[str], Path]


@pytest.fixture(scope="module")
def trained(
    backbone: Backbone, revision: DataRevision, cache: Path, tmp_path_factory: pytest.TempPathFactory
) -> Trained:
    """The folder of an uncut run of each composition, trained when first asked for."""
    runs: dict[str, Path] = {}

    def run_of(composition: str) -> Path:
        if composition not in runs:
            folder = tmp_path_factory.mktemp("whole") / "run"
            run = tiny_run(folder, composition, _hyper(composition), backbone=NAME, revision=revision)
            train(run, lambda _: None, backbone=backbone, cache=cache)
            runs[composition] = run
        return runs[composition]

    return run_of


@pytest.mark.parametrize("composition", BY_EPOCHS)
def test_cut_off_at_any_step_and_resumed_the_bits_are_those_of_an_uncut_run(
    composition: str,
    trained: Trained,
    backbone: Backbone,
    revision: DataRevision,
    cache: Path,
    tmp_path: Path,
) -> None:
    whole = Run(trained(composition)).result()
    assert whole is not None
    looks = random.Random(composition).randrange(whole.steps)
    run = tiny_run(tmp_path / "run", composition, _hyper(composition), backbone=NAME, revision=revision)
    with pytest.raises(Halt):
        train(run, lambda _: None, _Cut(looks), backbone=backbone, cache=cache)
    # What was drawn outside in the meantime must not matter.
    torch.manual_seed(looks)
    resumed = train(run, lambda _: None, resume=True, backbone=backbone, cache=cache)
    assert (resumed.steps, resumed.epochs, resumed.kept_epoch) == (
        whole.steps,
        whole.epochs,
        whole.kept_epoch,
    )
    assert (resumed.decisions, resumed.predictions) == (whole.decisions, whole.predictions)
    one, other = read_artefact(trained(composition))[1], read_artefact(run)[1]
    assert one.keys() == other.keys()
    assert one
    assert all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("composition", AT_ONCE)
def test_what_learns_at_once_begins_anew_and_ends_with_the_same_bits(
    composition: str,
    trained: Trained,
    backbone: Backbone,
    revision: DataRevision,
    cache: Path,
    tmp_path: Path,
) -> None:
    run = tiny_run(tmp_path / "run", composition, {}, backbone=NAME, revision=revision)
    with pytest.raises(Halt):
        train(run, lambda _: None, _CutAtOnce(), backbone=backbone, cache=cache)
    torch.manual_seed(5)
    resumed = train(run, lambda _: None, resume=True, backbone=backbone, cache=cache)
    whole = Run(trained(composition)).result()
    assert whole is not None
    assert resumed.predictions == whole.predictions
    one, other = read_artefact(trained(composition))[1], read_artefact(run)[1]
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize("composition", EVERY)
def test_opened_again_it_judges_to_the_bit_as_it_was_measured(
    composition: str, trained: Trained, backbone: Backbone, revision: DataRevision, cache: Path
) -> None:
    run = Run(trained(composition))
    result = run.result()
    assert result is not None
    tuned = open_artefact(run.folder, backbone=backbone)
    # The photos in the same chunks as in the run: features of one photo depend, in their last bits, on its company.
    setup = set_up(run, backbone, cache)
    test = gather(setup, lambda _: None, Commands()).test
    features = Encoder(tuned.method, judged_at_once(tuned.method.needs), setup.autocast)(test)
    judged = tuned.method.classifier(setup.classes).probabilities(features)
    told_of = {told.photo: told for told in result.predictions}
    told_in_order = [told_of[photo.path] for photo in test.photos]
    assert len(told_in_order) == len(result.predictions)
    assert [int(row.argmax()) for row in judged] == [told.predicted for told in told_in_order]
    assert [float(row.max()) for row in judged] == [told.probability for told in told_in_order]


@pytest.mark.parametrize("composition", ["linear-probe", "vpt-deep", "dept(lora)", "skip-tuning"])
def test_evaluated_on_its_own_data_it_has_its_own_metrics(
    composition: str, trained: Trained, backbone: Backbone, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run(trained(composition))
    monkeypatch.setattr("core.training.artefact.load_backbone", lambda *_: backbone)
    result = run.result()
    assert result is not None
    answer = evaluate(run, run.revision)
    assert answer["metrics"] == {name: metrics.model_dump() for name, metrics in result.metrics.items()}
