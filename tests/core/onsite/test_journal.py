"""The journal: a photo is done together with its deliveries or not at all, whatever kills the program."""

import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from core.onsite.journal import Done, Journal
from core.problems import Problem
from tests.core.onsite.stand_ins import result


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    return Journal(tmp_path / "state" / "journal.db")


def test_a_photo_is_done_as_it_was(journal: Journal) -> None:
    journal.record([], [], [Done("a.png", 10, 1)])
    assert journal.is_done("a.png", 10, 1)
    assert not journal.is_done("a.png", 10, 2), "another photo under the same name"
    assert not journal.is_done("a.png", 11, 1)
    assert not journal.is_done("b.png", 10, 1)


def test_each_output_gets_each_result_in_order(journal: Journal) -> None:
    journal.record([result("1"), result("2"), result("3")], ["x", "y"])
    assert [entry.result.id for entry in journal.next_for("x", 2)] == ["1", "2"]
    journal.taken(journal.next_for("x", 2))
    assert [entry.result.id for entry in journal.next_for("x", 2)] == ["3"]
    assert journal.waiting() == {"x": 1, "y": 3}
    assert journal.next_for("y", 1)[0].result == result("1")


def test_what_waits_is_there_at_the_next_start(journal: Journal) -> None:
    journal.record([result("1")], ["x"], [Done("a.png", 1, 1, "into/a.png")])
    journal.close()
    again = Journal(journal.path)
    assert again.waiting() == {"x": 1}
    assert again.unmoved() == [Done("a.png", 1, 1, "into/a.png")]
    again.stays("a.png")
    assert again.unmoved() == []
    assert again.is_done("a.png", 1, 1)
    again.forget(["a.png"])
    assert not again.is_done("a.png", 1, 1)


def test_what_is_refused_makes_way_and_is_kept_aside(journal: Journal) -> None:
    journal.record([result("1"), result("2")], ["x"])
    journal.refuse(journal.next_for("x", 1), "HTTP 422")
    assert [entry.result.id for entry in journal.next_for("x", 9)] == ["2"]
    journal.close()
    rows = sqlite3.connect(journal.path).execute("SELECT output, reason FROM refused").fetchall()
    assert rows == [("x", "HTTP 422")]


def test_two_programs_do_not_share_one(journal: Journal) -> None:
    with pytest.raises(Problem) as caught:
        Journal(journal.path)
    assert caught.value.code == "onsite.journal_in_use"


def test_one_of_a_newer_program_is_left_alone(journal: Journal) -> None:
    journal.close()
    db = sqlite3.connect(journal.path)
    db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(Problem) as caught:
        Journal(journal.path)
    assert caught.value.code == "onsite.journal_newer"


def test_what_is_no_journal_is_said(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_bytes(b"no database at all, but long enough to be looked at" * 20)
    with pytest.raises(Problem) as caught:
        Journal(tmp_path / "x.db")
    assert caught.value.code == "onsite.journal_failed"


def test_results_that_cannot_be_kept_leave_no_photo_done(journal: Journal) -> None:
    with pytest.raises(Problem):
        journal.record([result("1")], ["x"], [Done("a.png", 1, "no number", None)])  # type: ignore[arg-type]
    assert journal.waiting() == {}
    assert not journal.is_done("a.png", 1, 1)


_KILLED = """
import os, sys
from pathlib import Path
from core.onsite.journal import Done, Journal
from tests.core.onsite.stand_ins import result
journal = Journal(Path(sys.argv[1]))
for number in range(100000):
    journal.record([result(str(number))], ["x"], [Done(f"{number}.png", 1, 1)])
    print(number, flush=True)
"""


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL there")
def test_a_kill_loses_nothing_that_was_kept_and_tears_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal.db"
    process = subprocess.Popen([sys.executable, "-c", _KILLED, str(path)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    said = [int(process.stdout.readline()) for _ in range(30)]
    os.kill(process.pid, signal.SIGKILL)
    said += [int(line) for line in process.stdout if line.endswith("\n")]
    process.wait()
    process.stdout.close()
    journal = Journal(path)
    kept = [int(entry.result.id) for entry in journal.next_for("x", 10**6)]
    assert kept == list(range(len(kept)))
    assert set(said) <= set(kept)
    assert all(journal.is_done(f"{number}.png", 1, 1) for number in kept)
    assert not journal.is_done(f"{len(kept)}.png", 1, 1)
