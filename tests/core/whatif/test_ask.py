"""What-if questions to a finished run: fewer photos, other conditions, stopped, refused."""

import shutil
from pathlib import Path

import pytest

from core.bench.corruptions import CORRUPTIONS
from core.evaluation.compare import Change
from core.files import sha256_file
from core.problems import Problem
from core.training.commands import Commands, Halt
from core.training.events import Event, Progress, Stage
from core.training.job import DATA_FILE, WhatIfJob, WhatIfQuestion, save_job
from core.training.loop import train
from core.training.run import Run
from core.whatif.ask import run_what_if
from core.whatif.elsewhere import elsewhere
from core.whatif.findings import QUESTIONS, Balance, Fewer, Shift, Tail, Wrong
from core.whatif.shift import STRENGTHS
from tests.core.tiny_run import tiny_revision, tiny_run


def finished(root: Path, composition: str) -> Run:
    folder = tiny_run(root / "run", composition, {} if composition != "coop" else None)
    train(folder, lambda _: None)
    return Run(folder)


def ask(run: Run, question: WhatIfQuestion, commands: Commands | None = None) -> list[Event]:
    told: list[Event] = []
    job = WhatIfJob(run=str(run.folder.parent / "job"), source_run=str(run.folder), question=question)
    assert run_what_if(job, told.append, commands or Commands()) == {"question": question}
    return told


def test_fewer_photos_are_tried_down_to_one_and_the_last_point_is_the_run(tmp_path: Path) -> None:
    run = finished(tmp_path, "nearest-mean")
    told, result = ask(run, "fewer"), run.result()
    found = Fewer.read(run.folder)
    assert found is not None and result is not None
    # Six photos of each class were learned from.
    assert [point.amount for point in found.points] == [0, 1, 2, 4, 6]
    assert found.points[0].base == result.intervals["zero_shot"]["base"]
    assert found.points[-1].base == result.intervals["tuned"]["base"]
    assert found.points[-1].new == result.intervals["tuned"]["new"]
    assert {event.type for event in told} == {"stage", "progress"}
    stages = [event.stage for event in told if isinstance(event, Stage)]
    assert stages == ["load", "what_if"], "the trainings' own stages are not passed on"
    done = [event.done for event in told if isinstance(event, Progress)]
    assert done == sorted(done) and done[0] == 0


def test_a_point_is_what_a_run_on_so_many_photos_is(tmp_path: Path) -> None:
    run = finished(tmp_path, "nearest-mean")
    ask(run, "fewer")
    found = Fewer.read(run.folder)
    alone = tmp_path / "alone"
    job = run.job.model_copy(update={"run": str(alone), "shots": 2})
    run.revision.save(alone / DATA_FILE)
    save_job(job)
    assert found is not None
    assert found.points[2].base == train(alone, lambda _: None).intervals["tuned"]["base"]


def test_other_conditions_are_judged_on_the_same_photos(tmp_path: Path) -> None:
    run = finished(tmp_path, "nearest-mean")
    told, result = ask(run, "shift"), run.result()
    found = Shift.read(run.folder)
    assert found is not None and result is not None
    assert [(each.kind, each.strength) for each in found.conditions] == [
        (kind, strength) for kind in CORRUPTIONS for strength in STRENGTHS
    ]
    assert found.photos == 8 and {each.right.n for each in found.conditions} == {8}
    assert found.plain.mean == result.metrics["tuned"].base
    # Of eight photos hardly anything may be claimed.
    assert {each.change for each in found.conditions} <= {Change.UNCLEAR, Change.WORSE}
    assert [event.done for event in told if isinstance(event, Progress)] == list(range(15))


def test_wrong_labels_and_a_tail_begin_with_the_run_itself(tmp_path: Path) -> None:
    run = finished(tmp_path, "nearest-mean")
    result = run.result()
    assert result is not None
    ask(run, "wrong")
    ask(run, "tail")
    wrong, tail = Wrong.read(run.folder), Tail.read(run.folder)
    assert wrong is not None and tail is not None
    assert [point.amount for point in wrong.points] == [0, 0.1, 0.2, 0.4]
    # Six photos of a class allow for one profile only.
    assert [point.amount for point in tail.points] == [1, 10]
    assert wrong.points[0].base == tail.points[0].base == result.intervals["tuned"]["base"]
    # One of six labels at 10 % and at 20 %: the very same training.
    assert wrong.points[1].base == wrong.points[2].base


def test_the_balance_goes_from_all_for_learned_to_all_for_new_classes(tmp_path: Path) -> None:
    run = finished(tmp_path, "nearest-mean")
    ask(run, "balance")
    found, result = Balance.read(run.folder), run.result()
    assert found is not None and result is not None
    metrics = result.metrics["tuned"]
    assert found.curve[0] == (metrics.base, 0.0) and found.curve[-1] == (0.0, metrics.new)
    assert (found.base.n, found.new.n) == (8, 8) and found.base.low <= found.base.mean <= found.base.high
    assert 0 <= found.area <= 1


def test_photos_of_another_place_are_judged_by_name_and_known_ones_left_out(tmp_path: Path) -> None:
    run = finished(tmp_path, "nearest-mean")
    whole = run.revision
    sha = {photo.path: sha256_file(whole.photo_path(photo)) for photo in whole.photos}
    hashed = whole.model_copy(
        update={"photos": tuple(p.model_copy(update={"sha256": sha[p.path]}) for p in whole.photos)}
    )
    there = tmp_path / "第2工場"
    tiny_revision(there / "x", seed=5)
    for folder in sorted((there / "x").iterdir()):
        folder.rename(there / folder.name)
    (there / "x").rmdir()
    shutil.copy(whole.photo_path(whole.photos[0]), there / "赤" / "known.png")
    found = elsewhere(run, hashed, there, lambda _: None, Commands())
    # Thirteen photos of each of two learned classes; the one that the run knows is not counted.
    assert (found.photos, found.classes, found.right.n) == (26, 2, 26)
    assert set(found.unknown) == {"青", "黄"} and found.folder == "第2工場"
    result = run.result()
    assert result is not None and found.at_home == result.intervals["tuned"]["base"]
    for name in ("赤", "緑"):
        shutil.rmtree(there / name)
    with pytest.raises(Problem) as raised:
        elsewhere(run, hashed, there, lambda _: None, Commands())
    assert raised.value.code == "whatif.no_known_class"


@pytest.mark.parametrize("question", [each for each in QUESTIONS if each != "elsewhere"])
def test_it_can_be_stopped_and_then_leaves_nothing(tmp_path: Path, question: WhatIfQuestion) -> None:
    run = finished(tmp_path, "nearest-mean")
    commands = Commands()
    commands.give("stop")
    with pytest.raises(Halt):
        ask(run, question, commands)
    assert not any(kind.read(run.folder) for kind in (Fewer, Shift, Balance, Wrong, Tail))


def test_what_learns_nothing_is_not_asked_for_fewer_photos(tmp_path: Path) -> None:
    with pytest.raises(Problem) as raised:
        ask(finished(tmp_path, "zero-shot"), "fewer")
    assert raised.value.code == "whatif.nothing_learned"
