"""The three commands keep the contract of the command line: keys, exit codes, words."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from core.cli import BAD_INPUT, OK, main
from core.training.events import Event, Finished, Predicted, Progress, StateChanged, Stopped, decode
from core.training.job import ExportJob, Job, PredictJob, save_job
from core.training.run import Run
from core.training.state import JobState
from tests.core.exported import Exported, exported_once

ROOT = Path(__file__).parents[3]


@pytest.fixture
def exported(monkeypatch: pytest.MonkeyPatch) -> Exported:
    once = exported_once()
    monkeypatch.setenv("HIKIDASHI_HOME", str(once.home))
    return once


def answer(capsys: pytest.CaptureFixture[str], *words: object) -> tuple[int, dict[str, Any]]:
    """Exit code and the JSON on the last line of standard output."""
    code = main([*(str(word) for word in words), "--json"])
    out: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return code, out


def test_export(exported: Exported, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = answer(capsys, "export", exported.run.folder, "--out", tmp_path / "x.hkd")
    assert code == OK
    assert out["verified"] is True
    assert Path(out["package"]).stat().st_size == out["size_bytes"]
    assert {"sha256", "max_difference"} <= out.keys()


def test_export_of_nothing_is_bad_input(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = answer(capsys, "export", tmp_path, "--out", tmp_path / "x.hkd")
    assert (code, out["error"]["code"]) == (BAD_INPUT, "package.no_result")


def test_verify(exported: Exported, capsys: pytest.CaptureFixture[str]) -> None:
    code, out = answer(capsys, "verify", exported.package)
    assert (code, out["ok"], out["problems"], out["backbone"]) == (OK, True, [], "matches")
    assert out["checked"] > 0


def test_verify_of_a_spoiled_package(
    exported: Exported, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    spoiled = tmp_path / "x.hkd"
    shutil.copy(exported.package, spoiled)
    spoiled.write_bytes(spoiled.read_bytes()[:-1])
    code, out = answer(capsys, "verify", spoiled)
    assert (code, out["ok"], [p["code"] for p in out["problems"]]) == (
        BAD_INPUT,
        False,
        ["package.truncated"],
    )
    assert out["problems"][0]["message"]


def test_predict_photos_and_folders(
    exported: Exported, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "写真"
    shutil.copytree(exported.photos[0].parent, folder)
    (folder / "bad.jpg").write_bytes(b"\xff\xd8\xff")
    words = ["predict", exported.package, exported.photos[0], folder, "--add-class", "紫=purple part"]
    code, out = answer(capsys, *words)
    assert code == OK
    assert len(out["predictions"]) == 1 + len(list(exported.photos[0].parent.iterdir()))
    assert {"photo", "class", "probability", "unsure"} <= out["predictions"][0].keys()
    assert [Path(entry["photo"]).name for entry in out["not_judged"]] == ["bad.jpg"]
    assert out["classes"][-1] == "紫"


def test_predict_of_an_empty_folder_is_bad_input(
    exported: Exported, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out = answer(capsys, "predict", exported.package, tmp_path)
    assert (code, out["error"]["code"]) == (BAD_INPUT, "onsite.no_photos")


@pytest.mark.parametrize(
    "words", [["export", "x"], ["predict", "x.hkd"], ["predict", "x", "y", "--add-class", "a"]]
)
def test_a_wrong_call_is_bad_input(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == BAD_INPUT
    assert capsys.readouterr().err


@pytest.mark.parametrize("command", ["export", "verify", "predict"])
def test_help_has_an_example(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        main([command, "--help"])
    assert caught.value.code == OK
    assert "example: hikidashi" in capsys.readouterr().out


def start_worker(job: Job) -> subprocess.Popen[str]:
    """The process that the window would start."""
    command = [sys.executable, "-m", "core.cli", "worker", str(save_job(job))]
    pipe = subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, encoding="utf-8", cwd=ROOT)


def events_of(worker: subprocess.Popen[str]) -> list[Event]:
    """What the worker tells until it ends."""
    assert worker.stdout is not None
    return [event for line in worker.stdout if (event := decode(line.rstrip("\n"))) is not None]


@pytest.mark.slow
def test_the_export_worker_finishes_with_the_verified_package(exported: Exported, tmp_path: Path) -> None:
    run = tmp_path / "job"
    with start_worker(
        ExportJob(run=str(run), source_run=str(exported.run.folder), out=str(tmp_path / "x.hkd"))
    ) as worker:
        told = events_of(worker)
    assert isinstance(told[0], StateChanged)
    assert isinstance(told[-1], Finished)
    assert told[-1].result["verified"] is True
    assert (worker.returncode, Run(run).state()) == (OK, JobState.FINISHED)


@pytest.mark.slow
def test_the_predict_worker_answers_until_it_is_stopped(exported: Exported, tmp_path: Path) -> None:
    run = tmp_path / "job"
    with start_worker(PredictJob(run=str(run), package=str(exported.package), device="cpu")) as worker:
        assert worker.stdin is not None
        assert worker.stdout is not None
        for line in worker.stdout:
            event = decode(line.rstrip("\n"))
            if isinstance(event, Progress):
                worker.stdin.write(json.dumps({"request": 7, "photos": [str(exported.photos[0])]}) + "\n")
            elif isinstance(event, Predicted):
                assert event.request == 7
                worker.stdin.write("stop\n")
            else:
                continue
            worker.stdin.flush()
            if isinstance(event, Predicted):
                break
        told = events_of(worker)
    assert isinstance(told[-1], Stopped)
    assert (worker.returncode, Run(run).state()) == (OK, JobState.STOPPED)
