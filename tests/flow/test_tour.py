"""What `run.py` does where there is no display: the whole tour, in English, dark, with large text."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from app.window import PAGE_KEYS


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_tour_ends_with_a_verified_package_and_a_picture_of_every_page(tmp_path: Path) -> None:
    look = ["--language", "en", "--theme", "dark", "--text-scale", "150", "--size", "1366x768"]
    answer = subprocess.run(
        [sys.executable, "-m", "app.tour", "--out", str(tmp_path), "--preset", "zero-shot", *look],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")},
    )
    told = json.loads(answer.stdout.splitlines()[-1])
    assert told["verified"] is True
    assert Path(told["package"]).is_file()
    assert all(entry["class"] for entry in told["answers"])
    for key in PAGE_KEYS:
        assert any(f"-{key}" in name for name in told["pages"]), f"no picture of {key}"
    for name in told["pages"]:
        assert (QImage(name).width(), QImage(name).height()) == (1366, 768)
