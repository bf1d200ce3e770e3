"""`hikidashi report` as people call it."""

import json
from pathlib import Path

import pytest

from core.cli import main
from tests.core.report.made_up import made_up_project, made_up_run


def test_a_projects_report_is_written_in_both_languages_and_forms(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    project, run = made_up_project(tmp_path / "p")
    project.remember("report_assumptions", {"inspections_per_day": 4321})
    project.close()
    assert main(["report", str(project.folder), "--out", str(tmp_path / "out"), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert {Path(path).name for path in answer["files"]} == {
        "poc-report-ja.pdf", "poc-report-ja.html", "poc-report-en.pdf", "poc-report-en.html",
    }  # fmt: skip
    assert all(Path(path).stat().st_size for path in answer["files"])
    assert answer["run"] == str(run.folder)
    assert answer["assumptions"]["inspections_per_day"] == 4321


def test_a_file_of_assumptions_stands_before_the_projects(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = made_up_run(tmp_path / "run")
    (tmp_path / "cost.toml").write_text("inspections_per_day = 0", encoding="utf-8")
    words = ["report", str(run.folder), "--out", str(tmp_path), "--language", "en", "--format", "html"]
    assert main([*words, "--assumptions", str(tmp_path / "cost.toml"), "--json"]) == 0
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert answer["months_to_pay_back"] is None
    assert [Path(path).name for path in answer["files"]] == ["poc-report-en.html"]


@pytest.mark.parametrize("spoil", ["no run", "assumptions", "out"])
def test_what_cannot_be_done_is_told(spoil: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run = made_up_run(tmp_path / "run")
    (tmp_path / "file").write_text("defect_share = 2", encoding="utf-8")
    words = {
        "no run": [str(tmp_path), "--out", str(tmp_path)],
        "assumptions": [str(run.folder), "--out", str(tmp_path), "--assumptions", str(tmp_path / "file")],
        "out": [str(run.folder), "--out", str(tmp_path / "file")],
    }[spoil]
    assert main(["report", *words, "--json"]) == 2
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["error"]["code"].startswith("report.")
