"""What a package at work leaves on disk, and when that goes."""

import os
import time
from pathlib import Path

import pytest

from app.site_work import write_job
from core.training.job import PredictJob, load_job
from core.training.run import Run


def made_an_hour_ago(job: Path) -> Path:
    before = time.time() - 4000
    os.utime(job.parent, (before, before))
    return job


def test_each_package_at_work_has_its_job_whatever_is_opened_after_it() -> None:
    jobs = [write_job(Path(f"/p/{name}.hkd")) for name in ("first", "second")]
    read = [load_job(job) for job in jobs]
    assert [job.package for job in read if isinstance(job, PredictJob)] == ["/p/first.hkd", "/p/second.hkd"]


def test_what_earlier_work_left_is_cleared_away() -> None:
    left = made_an_hour_ago(write_job(Path("/p/left.hkd")))
    write_job(Path("/p/next.hkd"))
    assert not left.parent.exists()


def test_a_worker_still_at_work_keeps_its_folder() -> None:
    held = write_job(Path("/p/held.hkd"))
    Run(held.parent).lock()
    made_an_hour_ago(held)
    write_job(Path("/p/next.hkd"))
    assert held.exists()


def test_a_folder_that_goes_meanwhile_is_no_trouble(monkeypatch: pytest.MonkeyPatch) -> None:
    gone = write_job(Path("/p/gone.hkd")).parent
    found = list(gone.parent.glob("*"))
    monkeypatch.setattr(Path, "glob", lambda *_: [*found, gone.parent / "never"])
    assert write_job(Path("/p/next.hkd")).exists()
