"""Walking a tree: with or without what only points elsewhere."""

import os
from pathlib import Path

import pytest

from core.photos.walk import FoundFile, walk


def names(root: Path, **how: object) -> list[str]:
    found = [entry for entry in walk(root, **how) if isinstance(entry, FoundFile)]  # type: ignore[arg-type]
    return [Path(entry.path).relative_to(root).as_posix() for entry in found]


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links_are_followed_or_not(tmp_path: Path) -> None:
    root, other = tmp_path / "root", tmp_path / "other"
    for path in (root / "own.png", root / "sub" / "own.png", other / "far.png"):
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_bytes(b"x")
    (root / "file.png").symlink_to(other / "far.png")
    (root / "folder").symlink_to(other)
    assert names(root) == ["file.png", "own.png", "folder/far.png", "sub/own.png"]
    assert names(root, links=False) == ["own.png", "sub/own.png"]


def test_a_folder_is_left_out_with_all_that_is_in_it(tmp_path: Path) -> None:
    for name in ("a/1.png", "a/b/2.png", "c/a/3.png"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"x")
    assert names(tmp_path, without=tmp_path / "a") == ["c/a/3.png"]
