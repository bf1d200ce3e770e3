"""The record opens in Japanese Excel, runs no formula, and loses no line."""

import csv
import threading
from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.onsite.log import COLUMNS, Decision, append_decisions, safe_cell
from core.problems import Problem

NOW = datetime(2026, 11, 23, 21, 5, 34)


def decision(photo: str = "写真.jpg", name: str = "良品") -> Decision:
    return Decision(NOW, photo, name, 0.98765, unsure=False)


def rows(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


def test_a_new_record_has_a_mark_for_excel_and_a_header(tmp_path: Path) -> None:
    path = tmp_path / "記録" / "log.csv"
    append_decisions(path, [decision()])
    assert path.read_bytes().startswith(b"\xef\xbb\xbftime,photo,class,")
    assert rows(path) == [
        list(COLUMNS),
        ["2026-11-23 21:05:34", "写真.jpg", "良品", "0.9877", "no", "program"],
    ]


def test_lines_are_added_without_a_second_header(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    append_decisions(path, [decision("a"), decision("b")])
    append_decisions(path, [Decision(NOW, "c", "きず", None, unsure=True, decided_by="佐藤")])
    assert [row[1] for row in rows(path)] == ["photo", "a", "b", "c"]
    assert rows(path)[-1][3:] == ["", "yes", "佐藤"]
    assert path.read_bytes().count(b"\xef\xbb\xbf") == 1


def test_nothing_to_add_makes_no_file(tmp_path: Path) -> None:
    append_decisions(tmp_path / "log.csv", [])
    assert not (tmp_path / "log.csv").exists()


def test_a_line_torn_by_a_power_cut_does_not_swallow_the_next(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    append_decisions(path, [decision("a")])
    path.write_bytes(path.read_bytes()[:-9])
    append_decisions(path, [decision("b")])
    assert rows(path)[-1][1] == "b"


@pytest.mark.parametrize(
    "text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", " =1", "＝１", "|calc", "\0=1"]
)
def test_a_formula_is_made_plain_text(text: str) -> None:
    assert safe_cell(text).startswith("'")


@pytest.mark.parametrize("text", ["", "良品", "part-1.jpg", "C:\\photos\\a=b.jpg", "1"])
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert safe_cell(text) == text


@given(st.text(max_size=30))
def test_no_text_becomes_a_formula_or_a_second_line(text: str) -> None:
    cell = safe_cell(text)
    assert not cell.strip().startswith(("=", "+", "-", "@"))
    assert "\n" not in cell
    assert "\r" not in cell


@given(photo=st.text(max_size=20), name=st.text(max_size=20))
def test_every_line_has_every_column(tmp_path_factory: pytest.TempPathFactory, photo: str, name: str) -> None:
    path = tmp_path_factory.mktemp("log") / "log.csv"
    append_decisions(path, [decision(photo, name), decision()])
    assert [len(row) for row in rows(path)] == [len(COLUMNS)] * 3


def test_a_file_name_that_is_no_unicode_is_still_written(tmp_path: Path) -> None:
    append_decisions(tmp_path / "log.csv", [decision("bad\udcff.jpg")])
    assert rows(tmp_path / "log.csv")[1][1] == "bad\\udcff.jpg"


def test_two_writers_do_not_mix_lines(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    append_decisions(path, [decision("first")])

    def write(name: str) -> None:
        for number in range(20):
            append_decisions(path, [decision(f"{name}{number}")])

    threads = [threading.Thread(target=write, args=(name,)) for name in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(rows(path)) == 42
    assert {len(row) for row in rows(path)} == {len(COLUMNS)}


def test_a_place_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(Problem) as caught:
        append_decisions(tmp_path / "folder", [decision()])
    assert caught.value.code == "onsite.log_not_written"
