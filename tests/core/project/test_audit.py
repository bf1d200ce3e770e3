"""The audit trail: nothing is changed without an entry, and no entry is changed without being found out."""

import csv
import hashlib
import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from core.cli import BAD_INPUT, OK, main
from core.project import database
from core.project.audit import AuditTrail
from core.project.audit_check import AuditReport, check_trail
from core.project.database import Database
from core.project.store import PROJECT_FILE, Project
from tests.core.project.photo_tree import project_with

Act = Callable[[Project], object]
EVERY_CHANGE: dict[str, tuple[Act, str]] = {
    "label": (lambda p: p.label([3], 1), "label"),
    "unlabel": (lambda p: p.label([1], None), "unlabel"),
    "folders": (lambda p: p.label_by_folders(), "label_folders"),
    "names": (lambda p: p.label_by_names({4: "さび"}, ["さび"], {}), "import_labels"),
    "unsure": (lambda p: p.mark_unsure([2]), "mark"),
    "comment": (lambda p: p.comment([2], "裏面も撮る"), "comment"),
    "exclude": (lambda p: p.exclude([2]), "exclude"),
    "second": (lambda p: p.label_second([1], 2), "second_label"),
    "new class": (lambda p: p.add_class("へこみ"), "add_class"),
    "renamed": (lambda p: p.edit_class(1, name="合格"), "edit_class"),
    "code": (lambda p: p.edit_class(1, code="4901234"), "edit_class"),
    "key": (lambda p: p.edit_class(1, key="a"), "edit_class"),
    "role": (lambda p: p.set_role(1, "new"), "edit_class"),
    "order": (lambda p: p.move_class(1, 1), "move_class"),
    "removed": (lambda p: p.remove_class(1), "remove_class"),
    "undo": (lambda p: p.undo(), "undo label"),
    "split": (lambda p: p.snapshot(), "split"),
    "same part": (lambda p: p.set_same_part("name"), "same part"),
    "decision": (lambda p: p.decisions.decide(1, "go", who="部長", reason="よい"), "decision"),
}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed project with some twenty entries of every kind."""
    folder = tmp_path_factory.mktemp("audit")
    project = small(folder)
    project.label([2, 3, 4], 2)
    project.user = "佐藤"
    project.label_second([1, 2, 3], 1)
    project.settle({2: 1})
    for act, _ in EVERY_CHANGE.values():
        act(project)
    project.undo()
    project.redo()
    assert check_trail(project.trail).ok
    project.close()
    return folder / "project"


def small(folder: Path) -> Project:
    project = project_with(folder, {"ok": 3, "ng": 3})
    project.add_class("良品")
    project.add_class("キズ")
    project.label([1], 1)
    return project


@contextmanager
def tampered(written: Path, folder: Path) -> Iterator[sqlite3.Connection]:
    """A copy of a project in the hands of somebody who knows SQLite."""
    shutil.copytree(written, folder / "copy")
    connection = sqlite3.connect(folder / "copy" / PROJECT_FILE, isolation_level=None)
    for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        connection.execute(f"DROP TRIGGER {name}")
    yield connection
    connection.close()


def report_of(folder: Path, expected: str = "") -> AuditReport:
    opened = Database(folder / "copy" / PROJECT_FILE, read_only=True)
    try:
        return check_trail(AuditTrail(opened), expected)
    finally:
        opened.close()


class TestWriting:
    @pytest.mark.parametrize("name", EVERY_CHANGE)
    def test_every_change_leaves_an_entry_that_leads_to_what_the_project_says(
        self, tmp_path: Path, name: str
    ) -> None:
        act, what = EVERY_CHANGE[name]
        project = small(tmp_path)
        before = check_trail(project.trail).entries
        project.user = "佐藤"
        act(project)
        report = check_trail(project.trail)
        assert report.ok and report.entries == before + 1
        entry = json.loads([*project.trail.entries()][-1].text)
        assert (entry["what"], entry["who"]) == (what, "部長" if name == "decision" else "佐藤")
        assert entry["time"].endswith("+00:00")

    def test_an_entry_names_the_photo_by_its_content_and_says_before_and_after(self, tmp_path: Path) -> None:
        project = small(tmp_path)
        project.label([1], 2)
        details = json.loads([*project.trail.entries()][-1].details or "")
        (change,) = details["changes"]
        assert change["sha256"] == project.photo(1).sha256
        assert (change["before"]["class_id"], change["after"]["class_id"]) == (1, 2)

    def test_what_changes_nothing_leaves_no_entry(self, tmp_path: Path) -> None:
        project = small(tmp_path)
        project.snapshot()
        before = project.trail.last_hash()
        project.label([1], 1)
        project.snapshot()
        project.set_same_part("none")
        assert project.trail.last_hash() != before  # said for the first time
        before = project.trail.last_hash()
        project.set_same_part("none")
        project.redo()
        with pytest.raises(Exception, match="exists"):
            project.edit_class(1, name="キズ")
        assert project.trail.last_hash() == before

    def test_change_and_entry_are_written_together_or_not_at_all(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        project = small(tmp_path)
        before = project.trail.last_hash()
        monkeypatch.setattr(project.trail, "append", _fail)
        for act in (lambda: project.label([1, 2], 2), project.undo, project.snapshot):
            with pytest.raises(OSError, match="disk"):
                act()
        monkeypatch.undo()
        assert project.photo(1).class_id == 1 and project.photo(1).part is None
        assert project.trail.last_hash() == before and check_trail(project.trail).ok

    def test_the_chain_is_what_anyone_can_compute(self, written: Path, tmp_path: Path) -> None:
        with tampered(written, tmp_path) as connection:
            rows = connection.execute(
                "SELECT entry, hash, details FROM audit JOIN audit_details USING (id) ORDER BY audit.id"
            ).fetchall()
        before = "0" * 64
        for number, (entry, hashed, details) in enumerate(rows, start=1):
            told = json.loads(entry)
            assert told["n"] == number
            assert entry == json.dumps(told, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
            assert told["details"] == hashlib.sha256(details.encode()).hexdigest()
            before = hashlib.sha256(f"{before}\n{entry}".encode()).hexdigest()
            assert hashed == before
        assert len(rows) > 20

    def test_a_project_of_an_older_program_begins_with_what_it_holds(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        project = small(tmp_path)
        project.label([2, 3], 2)
        project.close()
        # As it was before there was a trail.
        connection = sqlite3.connect(tmp_path / "project" / PROJECT_FILE)
        for trigger in ("audit_never_goes", "audit_details_go_with_the_photos"):
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.executescript("DELETE FROM audit_details; DELETE FROM audit")
        connection.close()
        with Project.open(tmp_path / "project", user="佐藤") as again:
            assert check_trail(again.trail) == AuditReport(1, None, again.trail.last_hash())
            again.undo()
            assert check_trail(again.trail).ok


class TestTampering:
    @pytest.mark.parametrize(
        "sql",
        [
            "UPDATE audit SET hash = hash WHERE id = 2",
            "DELETE FROM audit WHERE id = 2",
            "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE id = 2",
            "INSERT INTO audit VALUES (-1, 'x', 'y')",
            "UPDATE audit_details SET details = '' WHERE id = 2",
            "DELETE FROM audit_details WHERE id = 2",
            "INSERT OR REPLACE INTO audit_details VALUES (2, 'x')",
        ],
    )
    def test_the_file_itself_refuses(self, written: Path, tmp_path: Path, sql: str) -> None:
        shutil.copytree(written, tmp_path / "copy")
        connection = sqlite3.connect(tmp_path / "copy" / PROJECT_FILE)
        with pytest.raises(sqlite3.IntegrityError, match="trail"):
            connection.execute(sql)
        connection.close()

    @pytest.mark.parametrize(
        ("table", "column"), [("audit", "entry"), ("audit", "hash"), ("audit_details", "details")]
    )
    def test_any_byte_that_flips_is_found_where_it_is(
        self, written: Path, tmp_path: Path, table: str, column: str
    ) -> None:
        chance = random.Random(5)
        with tampered(written, tmp_path) as connection:
            rows = connection.execute(f"SELECT id, CAST({column} AS BLOB) FROM {table}").fetchall()
            for number, content in rows:
                place = chance.randrange(len(content))
                flipped = bytearray(content)
                flipped[place] ^= 1 << chance.randrange(8)
                put = f"UPDATE {table} SET {column} = CAST(? AS TEXT) WHERE id = ?"
                connection.execute(put, (bytes(flipped), number))
                assert report_of(tmp_path).first_bad == number, (number, place)
                connection.execute(put, (content, number))
            assert report_of(tmp_path).ok

    @pytest.mark.parametrize("number", [1, 2, 5, 12])
    @pytest.mark.parametrize("renumbered", [False, True])
    def test_an_entry_that_is_taken_out_is_found_where_it_was(
        self, written: Path, tmp_path: Path, number: int, renumbered: bool
    ) -> None:
        with tampered(written, tmp_path) as connection:
            for table in ("audit", "audit_details"):
                connection.execute(f"DELETE FROM {table} WHERE id = ?", (number,))
                if renumbered:
                    connection.execute(f"UPDATE {table} SET id = -id WHERE id > ?", (number,))
                    connection.execute(f"UPDATE {table} SET id = -id - 1 WHERE id < 0")
        assert report_of(tmp_path).first_bad == number

    def test_entries_that_change_places_are_found(self, written: Path, tmp_path: Path) -> None:
        with tampered(written, tmp_path) as connection:
            for one, other in ((3, 4), (2, 9)):
                swap = "UPDATE {} SET id = CASE id WHEN ?1 THEN -?2 WHEN ?2 THEN -?1 END WHERE id IN (?1, ?2)"
                for table in ("audit", "audit_details"):
                    connection.execute(swap.format(table), (one, other))
                    connection.execute(f"UPDATE {table} SET id = -id WHERE id < 0")
                assert report_of(tmp_path).first_bad == one
                for table in ("audit", "audit_details"):
                    connection.execute(swap.format(table), (one, other))
                    connection.execute(f"UPDATE {table} SET id = -id WHERE id < 0")
            assert report_of(tmp_path).ok

    @pytest.mark.parametrize("number", [-3, 0, 1000])
    def test_an_entry_that_is_slipped_in_is_found(self, written: Path, tmp_path: Path, number: int) -> None:
        with tampered(written, tmp_path) as connection:
            ((entry,),) = connection.execute("SELECT entry FROM audit WHERE id = 2").fetchall()
            ((entries,),) = connection.execute("SELECT count(*) FROM audit").fetchall()
            connection.execute("INSERT INTO audit VALUES (?, ?, ?)", (number, entry, "0" * 64))
        assert report_of(tmp_path).first_bad == (entries + 1 if number > 0 else 1)

    def test_details_that_are_gone_or_belong_to_nothing_are_found(
        self, written: Path, tmp_path: Path
    ) -> None:
        with tampered(written, tmp_path) as connection:
            connection.execute("INSERT INTO audit_details VALUES (5000, '{}')")
            assert report_of(tmp_path).first_bad == 5000
            connection.execute("DELETE FROM audit_details WHERE id IN (4, 5000)")
            assert report_of(tmp_path).first_bad == 4

    @pytest.mark.parametrize(
        ("sql", "row"),
        [
            ("UPDATE labels SET class_id = 3 - class_id WHERE id = 2", "labels 2"),
            ("UPDATE labels SET user = 'nobody' WHERE id = 2", "labels 2"),
            ("DELETE FROM exclusions", "exclusions 2"),
            ("UPDATE photos SET part = NULL WHERE id = 3", "parts 3"),
            ("UPDATE decisions SET reason = 'better'", "decisions 1"),
            ("UPDATE marks SET comment = ''", "marks 2"),
            ("UPDATE opinions SET class_id = 3 WHERE id = 2", "opinions 2"),
        ],
    )
    def test_what_was_changed_past_the_program_is_named(
        self, written: Path, tmp_path: Path, sql: str, row: str
    ) -> None:
        with tampered(written, tmp_path) as connection:
            assert connection.execute(sql).rowcount
        report = report_of(tmp_path)
        assert not report.ok and report.first_bad is None
        assert row in report.differing and report.differences == len(report.differing)

    def test_an_end_that_is_cut_off_shows_by_what_it_told_of(self, written: Path, tmp_path: Path) -> None:
        with tampered(written, tmp_path) as connection:
            for table in ("audit_details", "audit"):
                connection.execute(f"DELETE FROM {table} WHERE id > 6")
        assert report_of(tmp_path).first_bad is None and report_of(tmp_path).differences

    def test_an_end_cut_off_together_with_what_it_told_of_shows_only_by_a_hash_noted_elsewhere(
        self, tmp_path: Path
    ) -> None:
        project = small(tmp_path)
        early = project.trail.last_hash()
        project.mark_unsure([4])
        noted = project.trail.last_hash()
        project.close()
        with tampered(tmp_path / "project", tmp_path) as connection:
            assert report_of(tmp_path, noted).expected is not None
            connection.execute("DELETE FROM marks")
            for table in ("audit_details", "audit"):
                connection.execute(f"DELETE FROM {table} WHERE id = (SELECT max(id) FROM {table})")
        assert report_of(tmp_path).ok, "nothing inside the file tells"
        assert report_of(tmp_path, noted).expected is None
        for written in (early.upper(), early[:16]):
            assert report_of(tmp_path, written).expected == report_of(tmp_path).entries
        assert report_of(tmp_path, early[:15]).expected is None


class TestCommand:
    def test_verify_changes_nothing_and_gives_the_hash_to_note(
        self, written: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        before = (written / PROJECT_FILE).read_bytes()
        assert main(["audit", "verify", str(written), "--json"]) == OK
        answer = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert answer["ok"] is True and answer["first_bad"] is None and answer["entries"] > 20
        assert (written / PROJECT_FILE).read_bytes() == before
        assert main(["audit", "verify", str(written), "--expect", answer["last_hash"]]) == OK
        assert main(["audit", "verify", str(written), "--expect", "f" * 64]) == BAD_INPUT

    def test_verify_tells_a_broken_trail(
        self, written: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with tampered(written, tmp_path) as connection:
            connection.execute("UPDATE audit SET entry = replace(entry, '佐藤', '田中') WHERE id = 8")
        assert main(["audit", "verify", str(tmp_path / "copy"), "--json"]) == BAD_INPUT
        answer = json.loads(capsys.readouterr().out.splitlines()[-1])
        assert (answer["ok"], answer["first_bad"]) == (False, 8)

    @pytest.mark.parametrize("content", [None, b"no database"])
    def test_verify_of_what_is_no_project(
        self, tmp_path: Path, content: bytes | None, capsys: pytest.CaptureFixture[str]
    ) -> None:
        if content is not None:
            (tmp_path / PROJECT_FILE).write_bytes(content)
        assert main(["audit", "verify", str(tmp_path), "--json"]) == BAD_INPUT
        assert "project." in json.loads(capsys.readouterr().out)["error"]["code"]

    def test_verify_asks_for_an_older_project_to_be_opened_first(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        with monkeypatch.context() as older:
            older.setattr(database, "MIGRATIONS", database.MIGRATIONS[:1])
            Database(tmp_path / PROJECT_FILE, new=True).close()
        before = (tmp_path / PROJECT_FILE).read_bytes()
        assert main(["audit", "verify", str(tmp_path), "--json"]) == BAD_INPUT
        assert json.loads(capsys.readouterr().out)["error"]["code"] == "project.older"
        assert (tmp_path / PROJECT_FILE).read_bytes() == before

    def test_the_table_says_who_did_what_to_which_photo(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        project = small(tmp_path)
        project.edit_class(1, name="合格")
        project.label([4], 1)
        project.comment([4], "=1+1")
        project.user = "@佐藤"
        project.exclude([5])
        last = project.trail.last_hash()
        project.close()
        out = tmp_path / "trail.csv"
        assert main(["audit", "export", str(tmp_path / "project"), "--out", str(out), "--json"]) == OK
        answer = json.loads(capsys.readouterr().out.splitlines()[-1])
        rows = list(csv.DictReader(out.read_text(encoding="utf-8-sig").splitlines()))
        assert answer["rows"] == len(rows) and answer["last_hash"] == last == rows[-1]["entry_hash"]
        labelled = [row for row in rows if row["what"] == "label"]
        assert [(row["photo"], row["before"], row["after"]) for row in labelled] == [
            ("ng/000.png", "", "良品, user=田中"),
            ("ok/000.png", "", "合格, user=田中"),
        ]
        assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "@", "+", "-"))]
        assert main(["audit", "export", str(tmp_path / "project")]) == OK
        assert capsys.readouterr().out.startswith("entry,time,who")


def _fail(*_: Any) -> None:
    raise OSError("disk")
