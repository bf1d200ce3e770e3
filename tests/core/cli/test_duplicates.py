"""What `hikidashi duplicates` prints, and that a leak is said wherever photos are split."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from core.cli import OK, main
from core.problems import catalogue
from core.project.leaks import LEAK


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two classes of eight photos, one of each saved anew beside it, one copied."""
    rng = np.random.default_rng(0)
    for name in ("bolt", "nut"):
        (tmp_path / name).mkdir()
        for number in range(8):
            cells = rng.integers(40, 150, (6, 6, 3)).astype(np.uint8)
            photo = Image.fromarray(cells).resize((96, 96), Image.Resampling.BICUBIC)
            photo.save(tmp_path / name / f"P{number // 2}_{number}.png")
        photo.save(tmp_path / name / "copy.png")
        photo.save(tmp_path / name / "again.jpg", quality=60)
    return tmp_path


def printed(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, Any]:
    assert main([*words, "--json"]) == OK
    answer: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return answer


def test_copies_near_duplicates_and_lots_are_counted(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = printed(capsys, "duplicates", str(folder))
    assert (answer["photos"], answer["exact"], answer["near"], answer["burst"]) == (20, 2, 2, 0)
    assert sorted(map(sorted, answer["groups"])) == [
        ["bolt/P3_7.png", "bolt/again.jpg", "bolt/copy.png"],
        ["nut/P3_7.png", "nut/again.jpg", "nut/copy.png"],
    ]
    assert answer["lots"] == {"folder": 2, "name": 12}
    assert answer["leak"] is None


def test_a_leak_is_said(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answer = printed(capsys, "duplicates", str(folder), "--same-part", "folder")
    assert answer["leak"]["classes"] == "bolt、nut" and answer["leak"]["photos"] > 0
    checks = printed(capsys, "doctor", "--photos", str(folder), "--same-part", "folder")["problems"]
    assert LEAK in {check["code"] for check in checks} and LEAK in catalogue()


def test_a_folder_without_classes_has_no_split(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert printed(capsys, "duplicates", str(folder / "bolt"))["leak"] is None
