"""`hikidashi stage`: what it says, what it keeps, and that a person may decide otherwise."""

import json
from pathlib import Path
from typing import Any

import pytest

from core.cli import BAD_INPUT, OK, main
from core.project.store import Project
from tests.core.exported import exported_once
from tests.core.poc.tried import labelled_project, try_on


def stage(capsys: pytest.CaptureFixture[str], project: Path, *words: str, code: int = OK) -> Any:
    """Call the command and give what it prints."""
    assert main(["stage", str(project), *words, "--json"]) == code
    return json.loads(capsys.readouterr().out.splitlines()[-1])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project where a text prompt reached 92 to 97 %."""
    with labelled_project(tmp_path) as project:
        try_on(project, 0.92, 0.97)
        return project.folder


def test_where_it_stands_and_what_the_figures_say(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    told = stage(capsys, folder)
    assert (told["stage"], told["status"], told["decisions"]) == (1, "open", [])
    assert told["wish"] == {"figure": "base", "least": 0.9}
    assert told["recommended"]["verdict"] == "go"
    assert told["recommended"]["to"] == 3
    assert told["evidence"]["reach"] == "reached"
    assert told["evidence"]["tuned"]["base"] == {
        "mean": pytest.approx(0.945),
        "low": 0.92,
        "high": 0.97,
        "n": 40,
    }
    assert told["evidence"]["learned"]["after"] > told["evidence"]["learned"]["before"]


def test_a_wish_is_remembered_and_changes_the_recommendation(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert stage(capsys, folder, "--wish", "base=0.95")["evidence"]["reach"] == "unclear"
    assert stage(capsys, folder)["recommended"]["verdict"] == "not-yet"
    assert stage(capsys, folder, "--wish", "base=0.99")["recommended"]["to"] == 2
    assert stage(capsys, folder, "--wish", "h=0.5")["recommended"]["verdict"] is None
    for nonsense in ("base", "speed=0.9", "base=1.2", "base=x"):
        with pytest.raises(SystemExit) as ended:
            main(["stage", str(folder), "--wish", nonsense])
        assert ended.value.code == BAD_INPUT


def test_a_decision_keeps_the_figures_and_the_recommendation(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = stage(capsys, folder, "--decide", "go", "--by", "田中", "--reason", "1週間試した")
    assert told["stage"] == 3, "the wish was reached, so nothing is strengthened"
    (kept,) = told["decisions"]
    assert (kept["who"], kept["reason"], kept["verdict"]) == ("田中", "1週間試した", "go")
    assert kept["run"] == told["evidence"]["run"] == kept["seen"]["evidence"]["run"]
    assert kept["seen"]["evidence"]["tuned"]["base"]["low"] == 0.92
    assert kept["seen"]["recommended"] == {"verdict": "go", "to": 3, "code": "stage.reached"}
    assert kept["seen"]["wish"] == {"figure": "base", "least": 0.9}


def test_a_person_may_decide_otherwise_and_both_are_kept(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = stage(capsys, folder, "--decide", "no-go", "--by", "田中", "--reason", "撮り方を変える")
    assert told["status"] == "stopped"
    assert told["decisions"][0]["seen"]["recommended"]["verdict"] == "go"
    refused = stage(capsys, folder, "--decide", "go", "--by", "田中", "--reason", "x", code=BAD_INPUT)
    assert refused["error"]["code"] == "stage.closed"
    told = stage(capsys, folder, "--take-back", "--by", "佐藤", "--reason", "続ける")
    assert (told["stage"], told["status"], len(told["decisions"])) == (1, "open", 2)
    told = stage(capsys, folder, "--decide", "go", "--to", "2", "--by", "佐藤", "--reason", "強める")
    assert told["stage"] == 2
    assert told["recommended"]["code"] == "stage.not_strengthened"


def test_nobody_decides_without_a_name_or_a_reason(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for words, code in ((["--reason", "x"], "stage.no_name"), (["--by", "x"], "stage.no_reason")):
        assert stage(capsys, folder, "--decide", "go", *words, code=BAD_INPUT)["error"]["code"] == code
    assert stage(capsys, folder)["decisions"] == []


def test_a_chosen_run_is_looked_at(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first = stage(capsys, folder)["evidence"]["run"]
    with Project.open(folder) as project:
        second = try_on(project, 0.5, 0.6, "lora")
    assert stage(capsys, folder)["evidence"]["run"] == second
    told = stage(capsys, folder, "--run", first)
    assert (told["evidence"]["run"], told["evidence"]["tried"]) == (first, 2)
    assert stage(capsys, folder, "--run", "none", code=BAD_INPUT)["error"]["code"] == "cli.no_run"


def test_the_hand_over_takes_a_verified_package(
    folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HIKIDASHI_HOME", str(exported_once().home))
    stage(capsys, folder, "--decide", "go", "--by", "田中", "--reason", "届いた")
    assert stage(capsys, folder)["handover"]["missing"] == ["package", "report", "onsite_pc", "owner"]
    spoiled = tmp_path / "spoiled.hkd"
    spoiled.write_bytes(b"not a package")
    assert stage(capsys, folder, "--package", str(spoiled), code=BAD_INPUT)["error"]["code"] == (
        "stage.package_not_verified"
    )
    absent = str(tmp_path / "none.html")
    assert (
        stage(capsys, folder, "--report", absent, code=BAD_INPUT)["error"]["code"] == "stage.report_missing"
    )
    report = tmp_path / "report.html"
    report.write_text("x")
    package = exported_once().package
    told = stage(capsys, folder, "--package", str(package), "--report", str(report))
    assert told["handover"]["missing"] == ["onsite_pc", "owner"]
    assert exported_once().report.sha256 in told["handover"]["package"]
    told = stage(capsys, folder, "--onsite-pc", "検査PC-3", "--owner", "佐藤")
    assert told["recommended"]["verdict"] == "go"
    told = stage(capsys, folder, "--decide", "go", "--by", "課長", "--reason", "引き渡し")
    assert told["status"] == "handed-over"
    assert told["decisions"][-1]["seen"]["handover"]["owner"] == "佐藤"


def test_at_a_terminal_it_is_said_in_short(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stage(capsys, folder, "--decide", "not-yet", "--by", "田中", "--reason", "夜勤でも試す")
    assert main(["stage", str(folder)]) == OK
    printed = capsys.readouterr().out
    assert "base: 0.945 (0.920 to 0.970, 40 photos)" in printed
    assert "not-yet, 田中: 夜勤でも試す" in printed
    assert len(printed.splitlines()) < 15
