"""A run looked into as a person asks for it: by the command, and by the window's worker."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from core.cli import main
from core.insight.findings import INSIGHT_FOLDER, HeatMap, Insight
from core.insight.heat import overlay, seen_box
from core.insight.run import run_insight
from core.insight.study import Features, Studied, study
from core.training.commands import Commands, Halt
from core.training.events import Event, Finished, Progress, Stage, decode
from core.training.job import InsightJob, save_job
from core.training.loop import train
from tests.core.tiny_backbone import NAME, PREPROCESSING
from tests.core.tiny_run import tiny_run


@pytest.fixture
def run(tmp_path: Path) -> Path:
    folder = tiny_run(tmp_path / "run", "coop")
    train(folder, lambda _: None)
    return folder


def _asked(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, object]]:
    code = main(["insight", *words, "--json"])
    return code, json.loads(capsys.readouterr().out.splitlines()[-1])


def test_the_command_says_what_was_kept_and_keeps_it(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, answer = _asked(capsys, str(run))
    assert code == 0
    kept = Insight.read(run)
    assert kept is not None and answer["photos"] == kept.photos == 16
    # CoOp learns words only: photos are seen as before, texts are not.
    assert kept.images is not None and kept.images.rank_kept == pytest.approx(1)
    assert kept.images.overlap == pytest.approx(1) and kept.images.cka == pytest.approx(1)
    assert kept.texts is not None and kept.texts.cka < 1
    assert kept.base is not None and kept.base.classes == 2 and kept.base.photos == 8
    assert kept.base.before.image_etf == kept.base.after.image_etf
    assert kept.base.before.duality != kept.base.after.duality
    assert kept.channels is not None and len(kept.channels["after"].base) == 24


def test_a_person_reads_it_in_short(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["insight", str(run)]) == 0
    told = capsys.readouterr().out
    assert "effective rank, photos: " in told and "channels taken by base: " in told
    assert len(told.splitlines()) < 40


def test_photos_of_another_folder_can_be_given(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    other = run.parent / "other"
    shutil.copytree(run.parent / "photos" / "赤", other / "赤")
    shutil.copytree(run.parent / "photos" / "青", other / "青")
    code, answer = _asked(capsys, str(run), "--photos", str(other))
    assert code == 0
    # One class that was learned: nothing to say of learned classes among themselves.
    assert answer["base"] is None and answer["channels"] is None and answer["images"] is not None


def test_a_heat_map_is_drawn_for_the_class_asked_for(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photo = run.parent / "photos" / "赤" / "test0.png"
    code, answer = _asked(capsys, str(run), "--heat", str(photo), "--class", "青")
    found = HeatMap.model_validate(answer["heat"])
    assert code == 0 and found.class_name == "青" and 0 < found.probability < 1
    with Image.open(run / INSIGHT_FOLDER / found.overlay) as picture:
        assert picture.size == (48, 40)
    with np.load(run / INSIGHT_FOLDER / found.values) as values:
        assert values["rollout"].shape == values["weighted"].shape == (2, 2)
    assert [each.word for each in found.words] == ["blue", "part"] and found.words[0].weight != 0
    assert [each.word for each in found.reading][-4:] == ["blue", "part", "[behind]", "[end]"]
    assert found.learned != 0, "CoOp learns on the words' side"
    _, likeliest = _asked(capsys, str(run), "--heat", str(photo))
    assert HeatMap.model_validate(likeliest["heat"]).probability >= found.probability


def test_what_cannot_be_asked_is_refused_in_words(run: Path, capsys: pytest.CaptureFixture[str]) -> None:
    photo = run.parent / "photos" / "赤" / "test0.png"
    code, answer = _asked(capsys, str(run), "--heat", str(photo), "--class", "紫")
    assert code == 2 and answer["error"]["code"] == "insight.no_such_class"  # type: ignore[index]
    unfinished = tiny_run(run.parent / "unfinished", "coop", backbone=NAME)
    code, answer = _asked(capsys, str(unfinished))
    assert code == 2 and answer["error"]["code"] == "cli.no_result"  # type: ignore[index]


def test_the_job_tells_how_far_it_is_and_finds_photos_that_moved(run: Path) -> None:
    moved = run.parent / "moved"
    shutil.move(run.parent / "photos", moved)
    shutil.rmtree(run / "cache")
    told: list[Event] = []
    job = InsightJob(run=str(run.parent / "job"), source_run=str(run), root=str(moved))
    assert run_insight(job, told.append, Commands()) == {"photos": 16}
    assert [event.stage for event in told if isinstance(event, Stage)] == ["load", "features", "insight"]
    progress = [event for event in told if isinstance(event, Progress)]
    assert progress and progress[-1].done == progress[-1].total == 16
    assert Insight.read(run) is not None


def test_the_job_can_be_stopped_and_then_leaves_nothing(run: Path) -> None:
    commands = Commands()
    commands.give("stop")
    with pytest.raises(Halt):
        run_insight(InsightJob(run=str(run), source_run=str(run)), lambda _: None, commands)
    assert Insight.read(run) is None


@pytest.mark.slow
def test_the_worker_of_the_window_carries_both_jobs_out(run: Path) -> None:
    photo = run.parent / "photos" / "赤" / "test0.png"
    for name, looked_at in (("whole", ""), ("heat", str(photo))):
        job = InsightJob(run=str(run.parent / name), source_run=str(run), photo=looked_at)
        words = [sys.executable, "-m", "core.cli", "worker", str(save_job(job))]
        with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as worker:
            assert worker.stdout is not None
            events = [decode(line.decode().rstrip()) for line in worker.stdout]
        assert worker.returncode == 0 and isinstance(events[-1], Finished)
    assert Insight.read(run) is not None
    assert (run / INSIGHT_FOLDER / HeatMap.model_validate(events[-1].result).overlay).is_file()


def test_a_spoiled_record_is_as_none(run: Path) -> None:
    path = run / INSIGHT_FOLDER / "insight.json"
    path.parent.mkdir()
    path.write_text("{")
    assert Insight.read(run) is None


def test_channels_that_serve_base_only_are_counted_as_taken() -> None:
    """Base photos and texts live in channels 0-3, new ones in 4-7; after training new ones use the base's too."""
    rng = np.random.default_rng(0)
    labels, is_base = np.repeat(np.arange(4), 10), np.array([True, True, False, False])
    texts = np.kron(np.eye(4), np.ones((1, 8))).astype(np.float32) + 0.1
    images = texts[labels] + 0.05 * np.abs(rng.standard_normal((40, 32))).astype(np.float32)
    alike = texts.copy()
    alike[2:] = 1.0
    found = study("coop", Studied(labels, is_base, Features(images, texts), Features(images, alike)))
    assert found.channels is not None
    before, after = found.channels["before"].share_base, found.channels["after"].share_base
    assert before == pytest.approx(0.5, abs=0.2) and after > before


def test_what_the_model_does_not_see_is_dim_and_what_it_looked_at_is_bright() -> None:
    photo = Image.new("RGB", (80, 40), (120, 120, 120))
    box = seen_box(80, 40, PREPROCESSING)
    assert box == (0.25, 0.0, 0.75, 1.0)
    heat = np.array([[1, 0], [0, 0]], dtype=np.float32)
    rows = np.asarray(overlay(photo, heat, box)).astype(int)
    looked, passed, outside = rows[4, 24], rows[36, 56], rows[20, 4]
    assert looked.sum() > passed.sum() and looked[0] > looked[2], "bright and warm"
    assert len(set(outside.tolist())) == 1 and outside.sum() <= passed.sum() + 3
