"""Decisions are kept for good: added only, whole or not at all, by whoever made them; what leads where."""

import signal
import sqlite3
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from core.problems import Problem
from core.project import database
from core.project.decisions import LAST, Stage, Verdict
from core.project.store import PROJECT_FILE, Project

_ENDLESS = """
import sys
from pathlib import Path
from core.project.store import PROJECT_FILE, Project
project = Project.open(Path(sys.argv[1]))
while True:
    told = project.decisions.decide(1, "not-yet", who="田中", reason="もっと写真を", seen={"n": 3})
    print(told.id, flush=True)
"""


def refused(act: object) -> str:
    """The code of the Problem that an act ends in."""
    with pytest.raises(Problem) as failure:
        act()  # type: ignore[operator]
    return failure.value.code


def decide(project: Project, stage: Stage, verdict: Verdict, to: Stage | None = None) -> None:
    project.decisions.decide(stage, verdict, who="田中", reason="現場で試した", to=to)


def test_a_new_project_is_at_the_first_stage(tmp_path: Path) -> None:
    with Project.create(tmp_path, "a") as project:
        standing = project.decisions.standing()
        assert (standing.stage, standing.status, standing.decision) == (1, "open", None)
        assert project.decisions.entries() == []


def test_all_that_was_said_is_kept_and_found_again(tmp_path: Path) -> None:
    with Project.create(tmp_path, "a") as project:
        project.decisions.decide(
            1, "go", who=" 田中 ", reason="十分", to=3, run="20260901-1", seen={"low": 0.93, "語": ["良品"]}
        )
    with Project.open(tmp_path) as project:
        (entry,) = project.decisions.entries()
        assert (entry.stage, entry.verdict, entry.stage_after) == (1, "go", 3)
        assert (entry.who, entry.reason, entry.run) == ("田中", "十分", "20260901-1")
        assert entry.seen == {"low": 0.93, "語": ["良品"]}
        assert entry.time.endswith("+00:00")
        assert entry.takes_back is None


@pytest.mark.parametrize(
    ("steps", "stage", "status"),
    [
        ([(1, "go", None)], 2, "open"),
        ([(1, "go", 3)], 3, "open"),
        ([(1, "not-yet", None)], 1, "open"),
        ([(1, "no-go", None)], 1, "stopped"),
        ([(1, "not-yet", None), (1, "go", 2), (2, "go", None)], 3, "open"),
        ([(1, "go", None), (2, "no-go", None)], 2, "stopped"),
        ([(1, "go", 3), (3, "go", None)], 3, "handed-over"),
    ],
)
def test_where_decisions_lead(
    tmp_path: Path, steps: list[tuple[Stage, Verdict, Stage | None]], stage: int, status: str
) -> None:
    with Project.create(tmp_path, "a") as project:
        for step in steps:
            decide(project, *step)
        standing = project.decisions.standing()
        assert (standing.stage, standing.status) == (stage, status)


def test_taking_back_is_a_further_entry_and_leads_back(tmp_path: Path) -> None:
    with Project.create(tmp_path, "a") as project:
        decide(project, 1, "go")
        decide(project, 2, "no-go")
        project.decisions.take_back(who="佐藤", reason="早すぎた")
        assert (project.decisions.standing().stage, project.decisions.standing().status) == (2, "open")
        project.decisions.take_back(who="佐藤", reason="第1段階から")
        assert project.decisions.standing().stage == 1
        kept = project.decisions.entries()
        assert [entry.verdict for entry in kept] == ["go", "no-go", "take-back", "take-back"]
        assert [entry.takes_back for entry in kept] == [None, None, 2, 1]
        assert refused(lambda: project.decisions.take_back(who="佐藤", reason="x")) == (
            "stage.nothing_to_take_back"
        )
        decide(project, 1, "go", 3)
        assert project.decisions.standing().stage == 3


def test_what_cannot_be_decided(tmp_path: Path) -> None:
    with Project.create(tmp_path, "a") as project:
        log = project.decisions
        assert refused(lambda: log.decide(1, "go", who=" ", reason="x")) == "stage.no_name"
        assert refused(lambda: log.decide(1, "go", who="x", reason="\n")) == "stage.no_reason"
        assert refused(lambda: log.decide(2, "go", who="x", reason="x")) == "stage.moved"
        assert refused(lambda: log.decide(1, "not-yet", who="x", reason="x", to=2)) == "stage.bad_target"
        assert refused(lambda: log.decide(LAST, "go", who="x", reason="x", to=2)) == "stage.bad_target"
        decide(project, 1, "no-go")
        assert refused(lambda: decide(project, 1, "go")) == "stage.closed"
        assert len(log.entries()) == 1


def test_the_file_itself_refuses_to_change_or_forget_a_decision(tmp_path: Path) -> None:
    with Project.create(tmp_path, "a") as project:
        decide(project, 1, "go")
    connection = sqlite3.connect(tmp_path / PROJECT_FILE)
    for sql in ("UPDATE decisions SET who = 'x'", "DELETE FROM decisions"):
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(sql)
    connection.close()


def test_two_who_decide_at_once_do_not_both_move_the_project(tmp_path: Path) -> None:
    with Project.create(tmp_path, "a") as project:

        def go(_: int) -> bool:
            try:
                decide(project, 1, "go")
            except Problem:
                return False
            return True

        with ThreadPoolExecutor(4) as pool:
            assert sum(pool.map(go, range(8))) == 1
        assert project.decisions.standing().stage == 2


@pytest.mark.skipif(sys.platform == "win32", reason="there is no SIGKILL")
def test_a_kill_loses_nothing_that_was_told(tmp_path: Path) -> None:
    Project.create(tmp_path, "a").close()
    with subprocess.Popen(
        [sys.executable, "-c", _ENDLESS, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        told = [int(process.stdout.readline()) for _ in range(5)]
        process.send_signal(signal.SIGKILL)
        told += [int(line) for line in process.stdout.read().splitlines()]
    with Project.open(tmp_path) as project:
        kept = project.decisions.entries()
        assert len(kept) in (len(told), len(told) + 1), "at most the one that was under way"
        assert [entry.id for entry in kept] == list(range(1, len(kept) + 1))
        assert all(entry.seen == {"n": 3} and entry.who == "田中" for entry in kept)


def test_a_project_of_an_older_program_opens_at_the_first_stage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as older:
        older.setattr(database, "MIGRATIONS", database.MIGRATIONS[:1])
        file = database.Database(tmp_path / PROJECT_FILE, new=True)
        file.write_many("INSERT INTO facts VALUES (?, ?)", [("name", "前から"), ("seed", "1")])
        file.close()
    with Project.open(tmp_path) as project:
        assert project.name == "前から"
        assert project.decisions.standing().stage == 1
        decide(project, 1, "go")
        assert project.decisions.standing().stage == 2
