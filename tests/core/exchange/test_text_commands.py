"""`hikidashi texts`: a project's texts in and out from the command line."""

import json
from pathlib import Path

import pytest

from core.cli import main
from tests.core.project.photo_tree import project_with


def answer(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    found: dict[str, object] = json.loads(capsys.readouterr().out.strip().splitlines()[-1])
    return found


def test_in_and_out_again(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project_with(tmp_path, {"a": 2}).close()
    table = tmp_path / "t.csv"
    table.write_text("photo,caption\n000.png,キズ\nno.png,x\n", encoding="utf-8")
    folder = str(tmp_path / "project")
    assert main(["texts", "import", folder, str(table), "--json"]) == 0
    assert answer(capsys) == {"changed": 1, "same": 0, "missing": ["no.png"], "ambiguous": [], "left_out": 0}
    out = tmp_path / "c.json"
    assert main(["texts", "export", folder, "--format", "coco", "--out", str(out), "--json"]) == 0
    assert answer(capsys) == {"path": str(out), "photos": 1}
    assert json.loads(out.read_text(encoding="utf-8"))["annotations"][0]["caption"] == "キズ"


def test_nothing_of_that_task(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    project_with(tmp_path, {"a": 1}).close()
    words = ["texts", "export", str(tmp_path / "project"), "--task", "vqa", "--format", "vqav2", "--out"]
    assert main([*words, str(tmp_path / "q.json"), "--json"]) == 2
    assert answer(capsys)["error"]["code"] == "exchange.no_texts"  # type: ignore[index]
