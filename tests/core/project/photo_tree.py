"""Small photos on disk for the tests of this room."""

from pathlib import Path

from PIL import Image

from core.photos.scan import scan
from core.project.store import Project


def write_photo(path: Path, shade: int) -> Path:
    """A tiny picture; equal shades give equal files."""
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (4, 4), (shade % 256, shade // 256, 0)).save(path)
    return path


def write_tree(root: Path, counts: dict[str, int], first_shade: int = 0) -> Path:
    """So many photos, all different, in each folder."""
    shade = first_shade
    for folder, count in counts.items():
        for number in range(count):
            write_photo(root / folder / f"{number:03}.png", shade)
            shade += 1
    return root


def project_with(folder: Path, counts: dict[str, int], *, user: str = "田中") -> Project:
    """A project with the photos beside it, none labelled."""
    project = Project.create(folder / "project", "検査", user=user)
    project.add_photos(scan(write_tree(folder / "photos", counts)))
    return project
