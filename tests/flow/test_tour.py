"""What `run.py` does where there is no display: the whole tour; in English, dark, with large text, and in Japanese as
the pictures of the manual were taken."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image
from PySide6.QtGui import QImage

from app.manual import pictures
from app.window import PAGE_KEYS

# Pages that look the same whatever was trained.
STEADY = ("home", "photos", "labels", "export")
SMALL = (64, 36)


def walked(out: Path, *look: str) -> dict[str, Any]:
    answer = subprocess.run(
        [sys.executable, "-m", "app.tour", "--out", str(out), "--preset", "zero-shot", *look],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={key: value for key, value in os.environ.items() if key not in ("DISPLAY", "WAYLAND_DISPLAY")},
    )
    told: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return told


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_tour_ends_with_a_verified_package_and_a_picture_of_every_page(tmp_path: Path) -> None:
    look = ("--language", "en", "--theme", "dark", "--text-scale", "150", "--size", "1366x768")
    told = walked(tmp_path, *look)
    assert told["verified"] is True
    assert Path(told["package"]).is_file()
    assert all(entry["class"] for entry in told["answers"])
    for key in PAGE_KEYS:
        assert any(f"-{key}" in name for name in told["pages"]), f"no picture of {key}"
    for name in told["pages"]:
        assert (QImage(name).width(), QImage(name).height()) == (1366, 768)


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_pictures_of_the_manual_show_the_pages_as_they_are(tmp_path: Path) -> None:
    """When this fails: `python -m app.manual pictures` takes them anew."""
    told = walked(tmp_path, "--language", "ja", "--theme", "light", "--size", "1366x768")
    for key in STEADY:
        (now,) = [name for name in told["pages"] if name.endswith(f"-{key}.png")]
        difference = np.abs(_small(Path(now)) - _small(pictures("ja") / f"{key}.webp"))
        # Another font moves letters; another layout moves whole parts of the page.
        assert np.quantile(difference, 0.9) < 24, f"the picture of {key} is old"


def _small(path: Path) -> np.ndarray[Any, np.dtype[np.float64]]:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("L").resize(SMALL, Image.Resampling.BOX), dtype=np.float64)
