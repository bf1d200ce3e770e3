"""Working time is what lies between actions, breaks left out."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.photos.scan import scan_files
from core.project.effort import working_seconds
from core.project.store import Project
from tests.core.tiny_run import tiny_revision

START = datetime(2026, 9, 1, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    ("seconds", "expected"),
    [
        ([], 0),
        ([0], 0),
        ([0, 5, 12], 12),
        ([0, 120], 120),
        ([0, 121], 0),
        ([0, 10, 3610, 3620], 20),
        ([3620, 0, 3610, 10], 20),
    ],
)
def test_breaks_count_for_nothing(seconds: list[float], expected: float) -> None:
    assert working_seconds(START + timedelta(seconds=at) for at in seconds) == expected


def test_a_project_knows_the_minutes_of_its_labelling(tmp_path: Path) -> None:
    revision = tiny_revision(tmp_path / "photos")
    with Project.create(tmp_path / "p", "p") as project:
        project.add_photos(scan_files([revision.photo_path(photo) for photo in revision.photos[:4]]))
        assert project.labelling_minutes() == 0
        entry = project.add_class("良品")
        for photo in project.photos():
            project.label([photo.id], entry.id)
        project._database.write("UPDATE steps SET time = ?", (START.isoformat(),))
        last = START + timedelta(seconds=90)
        project._database.write("UPDATE steps SET time = ? WHERE id > 3", (last.isoformat(),))
        assert project.labelling_minutes() == pytest.approx(1.5)
        assert project.labelling_minutes(START + timedelta(seconds=10)) == 0
