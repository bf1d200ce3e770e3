"""Is this PC, and is this data, ready to train? A list of checks, each with a way to mend it."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import psutil

from core.project.leaks import LEAK, leak_of
from core.project.revision import DataRevision

Level = Literal["ok", "warn", "stop"]
Remedy = Literal["", "photos", "labels", "texts", "folder", "preset"]

MEMORY_WANTED = 2 << 30
MEMORY_NEEDED = 1 << 30
DISK_WANTED = 2 << 30
DISK_NEEDED = 200 << 20
TRAIN_PHOTOS_WANTED = 4
IMBALANCE = 5.0


@dataclass(frozen=True)
class Check:
    """One line of the list: `code` has its words in assets/messages/doctor.toml, filled from `data`.

    `remedy` names the page or choice where the operator can mend it ("" where nothing needs mending).
    """

    code: str
    level: Level
    data: dict[str, Any] = field(default_factory=dict)
    remedy: Remedy = ""


def preflight(revision: DataRevision, folder: Path, *, broken: int = 0) -> list[Check]:
    """All checks before training on `revision` into `folder`; `broken` counts unreadable photos."""
    return [*machine_checks(folder), *data_checks(revision, broken=broken)]


def machine_checks(folder: Path) -> list[Check]:
    """Memory and disk of this PC; `folder` need not exist yet."""
    memory = psutil.virtual_memory().available
    disk = psutil.disk_usage(str(_existing(folder))).free
    return [
        _amount("memory", memory, MEMORY_NEEDED, MEMORY_WANTED, ""),
        _amount("disk", disk, DISK_NEEDED, DISK_WANTED, "folder"),
    ]


def data_checks(revision: DataRevision, *, broken: int = 0) -> list[Check]:
    """Broken photos, empty classes, too few photos, imbalance, a leak, missing descriptions, nothing held back."""
    checks = [Check("doctor.broken", "warn", {"count": broken}, "photos")] if broken else []
    train, test = revision.counts("train"), revision.counts("test")
    base = list(revision.base)
    checks += _base_checks(revision, base, train)
    untested = [revision.classes[i].name for i in (*base, *revision.new) if not test[i]]
    if untested:
        checks.append(Check("doctor.no_test", "warn", {"classes": "、".join(untested)}, "labels"))
    leak = leak_of(revision)
    if leak is not None:
        checks.append(Check(LEAK, "warn", leak.told(revision), "photos"))
    undescribed = [entry.name for entry in revision.classes if not entry.description.strip()]
    if undescribed:
        checks.append(Check("doctor.no_description", "stop", {"classes": "、".join(undescribed)}, "labels"))
    if any(revision.classes[i].source == "probe" for i in revision.new):
        checks.append(Check("doctor.probe", "warn", {"count": len(base)}, "labels"))
    return checks or [Check("doctor.data", "ok", {"photos": sum(train), "classes": len(base)})]


def _base_checks(revision: DataRevision, base: list[int], train: list[int]) -> list[Check]:
    names = [revision.classes[i].name for i in base]
    counts = [train[i] for i in base]
    if len(base) < 2:
        return [Check("doctor.few_classes", "stop", {"count": len(base)}, "labels")]
    empty = [name for name, count in zip(names, counts, strict=True) if not count]
    if empty:
        return [Check("doctor.empty_class", "stop", {"classes": "、".join(empty)}, "labels")]
    few = [name for name, count in zip(names, counts, strict=True) if count < TRAIN_PHOTOS_WANTED]
    if few:
        data = {"classes": "、".join(few), "wanted": TRAIN_PHOTOS_WANTED}
        return [Check("doctor.few_photos", "warn", data, "labels")]
    if max(counts) > IMBALANCE * min(counts):
        return [Check("doctor.imbalance", "warn", {"most": max(counts), "least": min(counts)}, "labels")]
    return []


def _amount(name: str, free: int, needed: int, wanted: int, remedy: Remedy) -> Check:
    level: Level = "stop" if free < needed else "warn" if free < wanted else "ok"
    data = {"free": gigabytes(free), "wanted": gigabytes(wanted)}
    return Check(f"doctor.{name}_{level}", level, data, "" if level == "ok" else remedy)


def gigabytes(count: int) -> str:
    """Bytes as text in GB, one decimal."""
    return f"{count / 2**30:.1f} GB"


def _existing(folder: Path) -> Path:
    return next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
