"""CSV, JSON lines and SQLite: read back by the programs they are meant for."""

import csv
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest

from core.onsite.outputs.csv_file import COLUMNS, CsvFile
from core.onsite.outputs.json_lines import JsonLines
from core.onsite.outputs.sqlite_file import SqliteFile
from core.onsite.result import Result, Verdict
from core.problems import Problem
from tests.core.onsite.stand_ins import BAD, GOOD, result

RESULTS = [
    result("1", "=cmd.png", GOOD),
    result("2", "写真,\n\".png", BAD, Verdict.NG),
    Result(id="3", time=result().time, photo="x", verdict=Verdict.UNREADABLE, problem="photos.damaged"),
]  # fmt: skip


def test_the_csv_opens_in_excel_and_runs_nothing(tmp_path: Path) -> None:
    path = tmp_path / "new" / "results.csv"
    output = CsvFile(path)
    output.send(RESULTS[:1])
    output.send(RESULTS[1:])
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [row["photo"] for row in rows] == ["'=cmd.png", '写真, ".png', "x"]
    assert [(row["class"], row["probability"], row["verdict"]) for row in rows] == [
        (GOOD, "0.8750", "ok"),
        (BAD, "0.8750", "ng"),
        ("", "", "unreadable"),
    ]
    assert [row["id"] for row in rows] == ["1", "2", "3"]
    assert datetime.fromisoformat(rows[0]["time"]) == RESULTS[0].time.astimezone().replace(tzinfo=None)


def test_json_lines_read_back_as_they_were(tmp_path: Path) -> None:
    path = tmp_path / "results.jsonl"
    JsonLines(path).send(RESULTS[:2])
    path.write_bytes(path.read_bytes()[:-5])  # a power cut
    JsonLines(path).send(RESULTS[1:])
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) == 4
    assert [Result.model_validate_json(lines[at]) for at in (0, 2, 3)] == RESULTS


def test_the_table_has_each_result_once(tmp_path: Path) -> None:
    path = tmp_path / "results.db"
    output = SqliteFile(path)
    output.send(RESULTS[:2])
    output.send(RESULTS)
    rows = sqlite3.connect(path).execute("SELECT id, class, verdict, probability FROM results").fetchall()
    assert rows == [("1", GOOD, "ok", 0.875), ("2", BAD, "ng", 0.875), ("3", "", "unreadable", None)]


@pytest.mark.parametrize("make", [CsvFile, JsonLines, SqliteFile])
def test_a_place_that_cannot_be_written_says_so(tmp_path: Path, make: type[CsvFile]) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(Problem) as caught:
        make(tmp_path / "folder").send(RESULTS)
    assert caught.value.code in ("onsite.log_not_written", "onsite.output_failed")


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "letter.txt"
    path.write_bytes(b"dear all, this is not a database." * 100)
    with pytest.raises(Problem):
        SqliteFile(path).send(RESULTS)
    assert path.read_bytes() == b"dear all, this is not a database." * 100
