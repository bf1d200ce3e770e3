r"""Paths beyond 260 characters are handed to Windows as it takes them, and never changed elsewhere."""

import ntpath
import os
from pathlib import Path
from types import SimpleNamespace

import pytest
from PIL import Image

from core.photos import long_paths
from core.photos.long_paths import reachable
from core.photos.scan import scan
from core.photos.thumbnails import ThumbnailStore

LONG = "\\".join(["とても長いフォルダー名"] * 30)


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("C:\\写真\\a.jpg", "C:\\写真\\a.jpg"),
        (f"C:\\{LONG}\\a.jpg", f"\\\\?\\C:\\{LONG}\\a.jpg"),
        (f"\\\\server\\share\\{LONG}\\a.jpg", f"\\\\?\\UNC\\server\\share\\{LONG}\\a.jpg"),
        (f"\\\\?\\C:\\{LONG}\\a.jpg", f"\\\\?\\C:\\{LONG}\\a.jpg"),
    ],
)
def test_on_windows(monkeypatch: pytest.MonkeyPatch, path: str, expected: str) -> None:
    monkeypatch.setattr(long_paths, "os", SimpleNamespace(name="nt", fspath=os.fspath, path=ntpath))
    assert reachable(path) == expected


def test_a_photo_far_down_is_found_and_has_its_thumbnail(tmp_path: Path) -> None:
    folder = tmp_path.joinpath(*["とても長いフォルダー名" * 3] * 8)
    folder.mkdir(parents=True)
    Image.new("RGB", (8, 8)).save(folder / "a.png")
    assert len(str(folder)) > 260
    (found,) = scan(tmp_path, thumbnails=ThumbnailStore(tmp_path / ".thumbnails")).photos
    assert found.path == folder / "a.png"
