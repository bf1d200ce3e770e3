"""The pre-flight list: each obstacle is found, says how it is mended, and stops only what cannot work."""

from pathlib import Path

import psutil
import pytest

from core.doctor import Check, data_checks, machine_checks, preflight
from core.project.revision import ClassEntry, DataRevision, PhotoEntry, Role


def revision(
    *counts: int, tests: int = 2, described: bool = True, roles: tuple[Role, ...] = ()
) -> DataRevision:
    """A revision with `counts` training photos per class."""
    roles = roles or ("base",) * len(counts)
    classes = tuple(
        ClassEntry(name=f"種類{i}", description=f"part {i}" if described else " ", role=role)
        for i, role in enumerate(roles)
    )
    photos = [
        PhotoEntry(path=f"{i}/{part}{k}.jpg", label=i, part=part)
        for i, count in enumerate(counts)
        for part, n in (("train", count), ("test", tests))
        for k in range(n)
    ]
    return DataRevision(root="/", classes=classes, photos=tuple(photos))


def found(checks: list[Check]) -> dict[str, str]:
    return {check.code: check.level for check in checks}


def test_good_data_is_said_to_be_good() -> None:
    assert found(data_checks(revision(8, 8, 8))) == {"doctor.data": "ok"}


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (revision(8), {"doctor.few_classes": "stop"}),
        (revision(8, 0), {"doctor.empty_class": "stop"}),
        (revision(8, 3), {"doctor.few_photos": "warn"}),
        (revision(40, 5), {"doctor.imbalance": "warn"}),
        (revision(8, 8, described=False), {"doctor.no_description": "stop"}),
        (revision(8, 8, tests=0), {"doctor.no_test": "warn"}),
        (revision(8, 8, 0, roles=("base", "base", "new")), {"doctor.data": "ok"}),
    ],
)
def test_each_obstacle_is_found(data: DataRevision, expected: dict[str, str]) -> None:
    assert found(data_checks(data)) == expected


def test_broken_photos_are_counted_and_do_not_stop() -> None:
    checks = data_checks(revision(8, 8), broken=3)
    assert checks == [Check("doctor.broken", "warn", {"count": 3}, "photos")]


def test_every_obstacle_has_a_way_to_mend_it() -> None:
    checks = [*data_checks(revision(8)), *data_checks(revision(40, 0, described=False, tests=0))]
    assert all(check.remedy for check in checks if check.level != "ok")


def test_a_full_disk_stops(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = psutil.disk_usage(str(tmp_path))
    monkeypatch.setattr(psutil, "disk_usage", lambda _: usage._replace(free=1 << 20))
    assert found(machine_checks(tmp_path))["doctor.disk_stop"] == "stop"


def test_a_folder_that_is_not_there_yet_is_measured_on_its_disk(tmp_path: Path) -> None:
    assert any("disk" in check.code for check in preflight(revision(8, 8), tmp_path / "a" / "b"))
