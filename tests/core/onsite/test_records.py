"""Records of what was written: nothing goes by itself, people confirm or correct, corrections can be learned from."""

import csv
import hashlib
import sqlite3
import subprocess
import sys
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from core.onsite.log import csv_file
from core.onsite.records import ALL, RecordBook, Wanted, open_records, records_path
from core.onsite.result import Verdict, Written
from core.onsite.text_retrain import fill_with_texts
from core.problems import Problem, problem_text
from core.project.store import Project
from core.training.events import WrittenPart
from tests.core.onsite.stand_ins import GREEN, RED, picture
from tests.core.onsite.writers import text_package

NOON = datetime(2026, 11, 30, 12, tzinfo=UTC)


@pytest.fixture
def book(tmp_path: Path) -> RecordBook:
    return RecordBook(tmp_path / "records.db", "parts.hkd")


def caption(
    key: str,
    photo: str | Path = "a.png",
    text: str = "緑の部品です。",
    hours: int = 0,
    unsure: bool = False,
    sha256: str = "",
) -> Written:
    return Written(
        id=key, time=NOON + timedelta(hours=hours), photo=str(photo), task="caption", text=text, confidence=0.75,
        record=f"{key}-0", unsure=unsure, sha256=sha256, verdict=Verdict.UNSURE if unsure else None,
    )  # fmt: skip


def answers(key: str, photo: str | Path, **said: str) -> Written:
    parts = tuple(
        WrittenPart(question=f"{question}?", text=text, confidence=0.5, record=f"{key}-{number}")
        for number, (question, text) in enumerate(said.items())
    )
    return Written(id=key, time=NOON, photo=str(photo), task="vqa", answers=parts, verdict=None)


def code_of(call: object, *arguments: object) -> str:
    with pytest.raises(Problem) as caught:
        call(*arguments)  # type: ignore[operator]
    assert str(caught.value)
    return caught.value.code


def test_a_text_is_kept_with_its_photo_and_time_and_once_only(book: RecordBook) -> None:
    for _ in range(2):
        book.add([caption("k")])
    (record,) = book.find()
    assert (record.id, record.photo, record.text, record.final) == (
        "k-0",
        "a.png",
        "緑の部品です。",
        "緑の部品です。",
    )
    assert (record.time, record.confidence, record.package) == (NOON.timestamp(), 0.75, "parts.hkd")
    assert not record.decided


def test_each_answer_has_a_record_of_its_own(book: RecordBook) -> None:
    book.add([answers("k", "a.png", colour="緑", holes="2")])
    assert [(r.id, r.question, r.text) for r in book.of_photo("a.png")] == [
        ("k-1", "holes?", "2"),
        ("k-0", "colour?", "緑"),
    ]


def test_what_could_not_be_opened_has_none(book: RecordBook) -> None:
    book.add(
        [
            Written(
                id="k",
                time=NOON,
                photo="x",
                task="caption",
                verdict=Verdict.UNREADABLE,
                problem="photos.empty",
            )
        ]
    )
    assert book.tally().records == 0


def test_a_photo_that_is_moved_is_recorded_where_it_goes(book: RecordBook) -> None:
    book.add([caption("k", "/in/a.png").model_copy(update={"moved_to": "/out/a.png"})])
    assert book.find()[0].photo == "/out/a.png"


def test_a_correction_says_who_and_when_and_keeps_the_photo(book: RecordBook, tmp_path: Path) -> None:
    photo = tmp_path / "部品.png"
    photo.write_bytes(picture())
    book.add([caption("k", photo)])
    record = book.correct("k-0", "  きずのある\n緑の部品です。 ", "田中")
    assert (record.text, record.corrected, record.final) == (
        "緑の部品です。", "きずのある 緑の部品です。", "きずのある 緑の部品です。",
    )  # fmt: skip
    assert record.decided and record.decided_by == "田中"
    photo.unlink()
    assert Path(record.kept).read_bytes() == picture(), "the original may go"
    assert book.get("k-0") == record
    assert book.correct("k-0", "赤い部品です。", "佐藤").decided_by == "佐藤"


def test_of_another_photo_under_the_same_name_no_copy_is_kept(book: RecordBook, tmp_path: Path) -> None:
    photo = tmp_path / "capture.png"
    photo.write_bytes(picture(RED))
    book.add([caption("k", photo, sha256=hashlib.sha256(picture(GREEN)).hexdigest())])
    record = book.correct("k-0", "きずのある緑の部品です。", "田中")
    assert (record.final, record.kept, record.not_kept) == (
        "きずのある緑の部品です。", "", "onsite.photo_replaced",
    )  # fmt: skip
    assert problem_text(record.not_kept, {"photo": photo.name}, "ja").what.count("capture.png") == 1
    assert book.learned_from() == [] and not book.photos_folder.exists()
    photo.write_bytes(picture(GREEN))
    record = book.confirm("k-0", "田中")
    assert (Path(record.kept).read_bytes(), record.not_kept) == (picture(GREEN), "")
    photo.write_bytes(picture(RED))
    assert book.correct("k-0", "緑", "田中").kept == record.kept, "what was kept stays"
    assert book.withdraw("k-0").not_kept == ""


def test_the_copy_that_another_answer_kept_does_where_the_photo_is_gone(
    book: RecordBook, tmp_path: Path
) -> None:
    photo = tmp_path / "capture.png"
    photo.write_bytes(picture(GREEN))
    sha256 = hashlib.sha256(picture(GREEN)).hexdigest()
    book.add([answers("k", photo, colour="緑", holes="2").model_copy(update={"sha256": sha256})])
    kept = book.confirm("k-0", "田中").kept
    photo.write_bytes(picture(RED))
    record = book.confirm("k-1", "田中")
    assert kept and (record.kept, record.not_kept) == (kept, "")


@pytest.mark.parametrize("fault", ["gone", "no_folder"])
def test_where_the_photo_cannot_be_kept_the_text_is_and_that_is_said(
    book: RecordBook, tmp_path: Path, fault: str
) -> None:
    photo = tmp_path / "a.png"
    if fault == "no_folder":
        photo.write_bytes(picture())
        book.photos_folder.write_text("a file is in the way")
    book.add([caption("k", photo)])
    record = book.correct("k-0", "赤い部品です。", "田中")
    assert (record.final, record.kept, record.not_kept) == (
        "赤い部品です。", "", "onsite.record_photo_not_kept",
    )  # fmt: skip
    assert problem_text(record.not_kept, {"photo": photo.name}, "en").what.count("a.png") == 1
    book.photos_folder.unlink(missing_ok=True)
    photo.write_bytes(picture())
    again = book.correct("k-0", "赤い部品です。", "田中")
    assert again.not_kept == "" and Path(again.kept).read_bytes() == picture()


def test_a_book_of_the_first_version_is_taken_over(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "r.db") as db:
        for statement in RecordBook.TABLES.split(";"):
            db.execute(statement)
        db.execute(
            "INSERT INTO records (id, time, photo, question, text, confidence, unsure, complete, package) "
            "VALUES ('old', 1.0, ?, '', '緑の部品です。', 0.5, 0, 1, 'parts.hkd')",
            (str(tmp_path / "a.png"),),
        )
        db.execute("PRAGMA user_version = 1")
    db.close()
    (tmp_path / "a.png").write_bytes(picture())
    for _ in range(2):
        book = RecordBook(tmp_path / "r.db", "parts.hkd")
        assert [(record.id, record.sha256, record.text) for record in book.find()] == [
            ("old", "", "緑の部品です。")
        ]
        book.close()
    assert RecordBook(tmp_path / "r.db", "parts.hkd").confirm("old", "田中").kept, (
        "nobody knows of another photo"
    )


def test_a_book_of_a_later_version_is_left_alone(tmp_path: Path) -> None:
    RecordBook(tmp_path / "r.db", "x").close()
    with sqlite3.connect(tmp_path / "r.db") as db:
        db.execute(f"PRAGMA user_version = {len(RecordBook.CHANGES) + 2}")
    db.close()
    assert code_of(RecordBook, tmp_path / "r.db", "x") == "onsite.records_newer"


def test_confirming_keeps_the_text_as_it_stands(book: RecordBook) -> None:
    book.add([caption("k")])
    record = book.confirm("k-0", "田中")
    assert record.decided and record.corrected == record.text
    assert book.tally().corrected == 0
    assert record.kept == "", "there is no such file to keep"


def test_a_decision_can_be_taken_back(book: RecordBook, tmp_path: Path) -> None:
    photo = tmp_path / "a.png"
    photo.write_bytes(picture())
    book.add([answers("k", photo, colour="緑", holes="2")])
    kept = Path(book.confirm("k-0", "田中").kept)
    assert book.correct("k-1", "3", "田中").kept == str(kept), "one copy does for both"
    book.withdraw("k-0")
    assert kept.exists(), "the other decision needs it"
    record = book.withdraw("k-1")
    assert not kept.exists()
    assert (record.decided, record.corrected, record.final, record.kept) == (False, "", "2", "")


@pytest.mark.parametrize("text", ["", "  \n", "あ" * 3000])
def test_a_text_that_says_nothing_is_no_correction(book: RecordBook, text: str) -> None:
    book.add([caption("k")])
    assert code_of(book.correct, "k-0", text, "田中") == "onsite.record_empty"
    assert not book.find()[0].decided


def test_a_text_that_says_nothing_is_not_confirmed(book: RecordBook) -> None:
    book.add([caption("k", text="")])
    assert code_of(book.confirm, "k-0", "田中") == "onsite.record_empty"
    assert not book.find()[0].decided


def test_a_record_that_is_not_there_is_told(book: RecordBook) -> None:
    assert {
        code_of(book.correct, "x", "a", "b"),
        code_of(book.confirm, "x", "b"),
        code_of(book.withdraw, "x"),
    } == {"onsite.record_gone"}


def test_records_are_found_by_day_by_words_and_by_what_is_to_do(book: RecordBook) -> None:
    book.add([caption(f"k{n}", f"{n}.png", f"部品 {n}% の_文", hours=n, unsure=n == 3) for n in range(6)])
    book.confirm("k0-0", "田中")
    book.correct("k1-0", "直した", "佐藤")
    since, until = ((NOON + timedelta(hours=h)).timestamp() for h in (1, 4))

    def found(**wanted: object) -> list[str]:
        return [record.id for record in book.find(Wanted(**wanted))]  # type: ignore[arg-type]

    assert found() == [f"k{n}-0" for n in (5, 4, 3, 2, 1, 0)], "newest first"
    assert found(since=since, until=until) == ["k3-0", "k2-0", "k1-0"]
    assert found(words="4% の_") == ["k4-0"], "signs of the language of searches are signs"
    assert found(words="%") == found()
    assert found(words="田中") == ["k0-0"] and found(words="直した 1.png") == ["k1-0"]
    assert found(which="unsure") == ["k3-0"]
    assert found(which="decided") == ["k1-0", "k0-0"] and found(which="corrected") == ["k1-0"]
    assert found(which="open", since=since) == ["k5-0", "k4-0", "k3-0", "k2-0"]
    assert [record.id for record in book.find(ALL, most=2, skip=1)] == ["k4-0", "k3-0"]
    tally = book.tally(Wanted(since=since))
    assert (tally.records, tally.decided, tally.corrected, tally.unsure, tally.learnable) == (5, 1, 1, 1, 0)


def test_only_what_people_decided_is_learned_from_the_newest_word_last(
    book: RecordBook, tmp_path: Path
) -> None:
    one, two = tmp_path / "1.png", tmp_path / "2.png"
    for photo, size in ((one, 8), (two, 9)):
        photo.write_bytes(picture(size=size))
    book.add(
        [caption("a", one), caption("b", one), caption("c", two), caption("d", two, text="誰も見ていない")]
    )
    book.correct("a-0", "古い決定", "田中")
    book.correct("b-0", "新しい決定", "田中")
    book.confirm("c-0", "佐藤")
    assert [record.final for record in book.learned_from()] == ["新しい決定", "緑の部品です。"]
    assert [record.id for record in book.learned_from(Wanted(words="1.png"))] == ["b-0"]


def test_a_kept_photo_that_is_gone_does_not_keep_the_others_from_being_learned(
    book: RecordBook, tmp_path: Path
) -> None:
    for name, colour in (("a", RED), ("b", GREEN)):
        (tmp_path / f"{name}.png").write_bytes(picture(colour))
        book.add([caption(name, tmp_path / f"{name}.png", text=f"about {name}")])
        book.confirm(f"{name}-0", "田中")
    Path(book.learned_from()[0].kept).unlink()
    with Project.create(tmp_path / "project", "p") as project:
        filled = fill_with_texts(project, book.learned_from(), "caption")
        assert (filled.photos, filled.labelled, project.task) == (1, 1, "caption")
        assert [each.text for each in project.texts.captions()] == ["about b"]


def test_the_csv_opens_in_excel_and_runs_nothing(book: RecordBook, tmp_path: Path) -> None:
    book.add([caption("a", "=cmd.png", "=1+1"), caption("b", text='文, "引用"')])
    book.correct("a-0", "@SUM(A1)", "+田中")
    out = tmp_path / "r.csv"
    out.write_text("old")
    assert book.export_csv(out) == 2
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    with out.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["id"] for row in rows] == ["a-0", "b-0"]
    assert [rows[0][key] for key in ("photo", "text", "corrected", "decided_by")] == [
        "'=cmd.png", "'=1+1", "'@SUM(A1)", "'+田中",
    ]  # fmt: skip
    assert rows[1]["text"] == '文, "引用"' and rows[1]["decided_at"] == ""
    assert csv_file(("a",), []) == b"\xef\xbb\xbfa\r\n"
    (tmp_path / "folder.csv").mkdir()
    assert code_of(book.export_csv, tmp_path / "folder.csv") == "onsite.log_not_written"


def test_each_package_has_its_own_book(tmp_path: Path) -> None:
    first = text_package(tmp_path / "a.hkd", "caption")
    other = text_package(tmp_path / "b.hkd", "vqa")
    with_both = [open_records(first), open_records(other)]
    assert with_both[0].path == records_path(first.sha256) != with_both[1].path
    with_both[0].add([caption("k")])
    assert with_both[1].tally().records == 0
    renamed = first.path.rename(tmp_path / "c.hkd")
    assert open_records(first.__class__(renamed, first.manifest)).tally().records == 1


def test_two_programs_may_write_at_once(book: RecordBook) -> None:
    other = RecordBook(book.path, "parts.hkd")

    def write(into: RecordBook, name: str) -> None:
        for n in range(20):
            into.add([caption(f"{name}{n}")])

    threads = [threading.Thread(target=write, args=each) for each in ((book, "a"), (other, "b"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert book.tally().records == 40


def test_a_kill_loses_nothing_that_was_kept(tmp_path: Path) -> None:
    script = f"""
import os
from pathlib import Path
from tests.core.onsite.test_records import caption, RecordBook
book = RecordBook(Path({str(tmp_path / "r.db")!r}), "parts.hkd")
book.add([caption("a")]); book.correct("a-0", "直した", "田中"); book.add([caption("b")])
os._exit(9)
"""
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 9
    book = RecordBook(tmp_path / "r.db", "parts.hkd")
    assert [(record.id, record.final) for record in book.find()] == [
        ("b-0", "緑の部品です。"),
        ("a-0", "直した"),
    ]


def test_a_book_that_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "r.db").write_bytes(b"no database at all" * 100)
    assert code_of(RecordBook, tmp_path / "r.db", "x") == "onsite.records_failed"
