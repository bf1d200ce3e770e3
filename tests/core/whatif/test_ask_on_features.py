"""What-if questions to a run of a project that keeps features in place of photos: what needs no photo works, what does
says so, and photos that are shown to it leave no trace."""

from pathlib import Path

import pytest

from core.evaluation.run import evaluate
from core.insight.run import look_at, look_into
from core.problems import Problem
from core.project.folder import revision_from_folder
from core.project.store import Project
from core.training.commands import Commands
from core.training.job import WhatIfJob, WhatIfQuestion
from core.training.loop import train
from core.training.run import Run
from core.whatif.ask import run_what_if
from core.whatif.findings import Balance, Elsewhere, Fewer, Tail, Wrong
from tests.core.features.tiny_features import run_in, tiny_project
from tests.core.tiny_run import tiny_revision


def silent(event: object) -> None:
    """Nobody listens."""


@pytest.fixture
def run(tmp_path: Path) -> Run:
    with tiny_project(tmp_path) as project:
        folder = run_in(project, "nearest-mean")
    train(folder, silent)
    (tmp_path / "photos").rename(tmp_path / "not here")
    return Run(folder)


def ask(run: Run, question: WhatIfQuestion, photos: str = "") -> None:
    # The root is where the app says that photos are.
    job = WhatIfJob(
        run="", source_run=str(run.folder), question=question, root=str(run.folder.parents[1]), photos=photos
    )
    run_what_if(job, silent, Commands())


def files_of(run: Run) -> set[Path]:
    """All files of the run's project but what it remembers of questions."""
    project = run.folder.parents[1]
    return {path for path in project.rglob("*") if path.is_file() and path.parent.name != "what-if"}


def test_what_needs_no_photo_works_as_on_photos(run: Run) -> None:
    for question in ("fewer", "wrong", "tail", "balance"):
        ask(run, question)
    result, balance, fewer = run.result(), Balance.read(run.folder), Fewer.read(run.folder)
    assert result is not None and balance is not None and fewer is not None
    metrics = result.metrics["tuned"]
    assert balance.curve[0] == (metrics.base, 0.0) and balance.curve[-1] == (0.0, metrics.new)
    assert fewer.points[-1].base == result.intervals["tuned"]["base"]
    assert Wrong.read(run.folder) and Tail.read(run.folder)


def test_it_is_trained_again_in_a_project_that_was_moved(run: Run, tmp_path: Path) -> None:
    run.folder.parents[1].rename(tmp_path / "moved")
    there = Run(tmp_path / "moved" / "runs" / run.folder.name)
    ask(there, "fewer")
    assert Fewer.read(there.folder) is not None


def test_other_light_takes_photos_and_that_is_said(run: Run) -> None:
    with pytest.raises(Problem) as refused:
        ask(run, "shift")
    assert refused.value.code == "whatif.no_photos_kept"


def test_photos_that_are_shown_to_it_leave_no_trace(run: Run, tmp_path: Path) -> None:
    tiny_revision(tmp_path / "第2工場", seed=5)
    before = files_of(run)
    ask(run, "elsewhere", str(tmp_path / "第2工場"))
    found = Elsewhere.read(run.folder)
    assert found is not None and found.photos == 26
    data = revision_from_folder(tmp_path / "第2工場")
    assert evaluate(run, data)["photos"] > 0
    assert look_into(run, data, silent, Commands()).photos > 0
    with pytest.raises(Problem) as refused:
        look_at(run, data, data.photo_path(data.photos[0]), "", silent)
    assert refused.value.code == "insight.keeps_no_photos"
    assert files_of(run) == before
    with Project.open(run.folder.parents[1]) as project:
        assert project.features_only is not None
