"""How one try is judged on one fold."""

from pathlib import Path

import pytest

from core.evaluation.union import calibrate
from core.methods.presets import resolve_preset
from core.search import measure
from core.search.folds import folds_of
from core.search.measure import Bench
from core.search.space import Candidate
from core.training.commands import Commands
from core.training.job import TrainJob
from core.training.sampling import few_shot
from tests.core.search.test_run import data
from tests.core.tiny_backbone import NAME, tiny_backbone
from tests.core.tiny_run import QUICK


def test_learned_and_new_ones_are_put_on_one_scale_by_learned_photos_that_taught_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As after training, where validation photos suffice for it: a fold has fewer, so those judged help."""
    revision = data(tmp_path / "photos")
    fold = folds_of(revision, few_shot(revision, None, 1), "union", 1)[0]
    fitted: list[int] = []

    def noting(classifier: object, features: object, labels: list[int], base: object) -> object:
        fitted[:] = labels  # the last time counts: at the end
        return calibrate(classifier, features, labels, base)  # type: ignore[arg-type]

    monkeypatch.setattr(measure, "calibrate", noting)
    job = TrainJob(run=str(tmp_path), preset="automatic", composition="automatic", backbone=NAME, shots=None,
                   device="cpu", precision="fp32")  # fmt: skip
    bench = Bench(tmp_path, job, tiny_backbone(), tmp_path / "cache", lambda _event: None, Commands())
    tally = bench.measure(Candidate("coop", "coop", {**resolve_preset("coop").hyper, **QUICK}), fold)
    learned = set(fold.revision.base)
    wanted = [p.label for p in fold.revision.photos if p.part != "train" and p.label in learned]
    assert sorted(fitted) == sorted(wanted)
    assert len(tally.union_base) < len(wanted) and tally.union_new and not tally.base
