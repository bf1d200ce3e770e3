"""`hikidashi records`, and from a correction on site to the texts of a project."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from core.cli import BAD_INPUT, OK, main
from core.onsite.learnable import texts_of_records
from core.onsite.records import Wanted, open_records
from core.package.archive import TextPackage
from core.photos.scan import scan
from core.project.store import Project
from tests.core.exported import exported_once
from tests.core.onsite.stand_ins import GREEN, RED, picture
from tests.core.onsite.test_records import answers, caption
from tests.core.onsite.writers import text_package


@pytest.fixture
def package(tmp_path: Path) -> TextPackage:
    return text_package(tmp_path / "parts.hkd")


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    found = []
    for name, colour in (("1", GREEN), ("2", RED)):
        found.append(tmp_path / f"{name}.png")
        found[-1].write_bytes(picture(colour))
    return found


def run(capsys: pytest.CaptureFixture[str], *words: str | Path, expect: int = OK) -> dict[str, Any]:
    assert main([*map(str, words), "--json"]) == expect
    told: dict[str, Any] = json.loads(capsys.readouterr().out.splitlines()[-1])
    return told


def test_records_are_listed_decided_on_and_written(
    package: TextPackage, photos: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_records(package).add([caption("a", photos[0]), caption("b", photos[1], "違う文", unsure=True)])
    told = run(capsys, "records", package.path, "--which", "unsure")
    assert [record["id"] for record in told["records"]] == ["b-0"]
    told = run(capsys, "records", package.path, "--confirm", "a-0", "--correct", "b-0=赤の=部品です。", "--who", "田中",
               "--csv", tmp_path / "r.csv", "--texts", tmp_path / "r.jsonl")  # fmt: skip
    assert told["decided"] == ["a-0", "b-0"]
    assert [record["corrected"] for record in told["records"]] == ["赤の=部品です。", "緑の部品です。"]
    assert told["tally"] == {"records": 2, "decided": 2, "corrected": 1, "unsure": 0, "learnable": 2}
    assert (told["csv"]["records"], told["texts"]["photos"]) == (2, 2)


def test_a_photo_that_is_another_by_now_is_told_and_not_learned_from(
    package: TextPackage, photos: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    open_records(package).add([caption("a", photos[0]), caption("b", photos[1], sha256="0" * 64)])
    assert main(["records", str(package.path), "--confirm", "a-0", "--correct", "b-0=赤い部品です。", "--who", "田中",
                 "--json"]) == OK  # fmt: skip
    told = capsys.readouterr()
    answer = json.loads(told.out.splitlines()[-1])
    assert (answer["decided"], answer["not_kept"]) == (["a-0", "b-0"], ["b-0"])
    assert photos[1].name in told.err
    assert answer["tally"]["corrected"] == 1 and answer["tally"]["learnable"] == 1


def test_days_are_whole_days_of_the_wall_clock(
    package: TextPackage, capsys: pytest.CaptureFixture[str]
) -> None:
    noon = datetime.now().replace(hour=12, minute=0, second=0, microsecond=0)
    book = open_records(package)
    for days in range(3):
        at = (noon - timedelta(days=days)).astimezone(UTC)
        book.add([caption(f"k{days}").model_copy(update={"time": at})])
    yesterday = f"{noon - timedelta(days=1):%Y-%m-%d}"
    told = run(capsys, "records", package.path, "--since", yesterday, "--until", yesterday)
    assert [record["id"] for record in told["records"]] == ["k1-0"]
    told = run(capsys, "records", package.path, "--since", yesterday)
    assert [record["id"] for record in told["records"]] == ["k1-0", "k0-0"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["--confirm", "a-0"], "onsite.nobody_decides"),
        (["--confirm", "x", "--who", "田中"], "onsite.record_gone"),
        (["--confirm", "a-0", "--correct", "x=緑の部品です。", "--who", "田中"], "onsite.record_gone"),
        (["--correct", "a-0=緑の部品です。", "--confirm", "empty-0", "--who", "田中"], "onsite.record_empty"),
        (["--texts", "x.jsonl"], "onsite.no_records"),
    ],
)
def test_what_cannot_be_done_is_told(
    package: TextPackage, words: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    book = open_records(package)
    book.add([caption("a"), caption("empty", text="")])
    assert run(capsys, "records", package.path, *words, expect=BAD_INPUT)["error"]["code"] == code
    assert book.tally().decided == 0, "of several nothing is done where one cannot be"


def test_a_package_of_classes_has_no_records(capsys: pytest.CaptureFixture[str]) -> None:
    told = run(capsys, "records", exported_once().package, expect=BAD_INPUT)
    assert told["error"]["code"] == "package.of_classes"


def test_corrections_become_texts_of_a_project(
    package: TextPackage, photos: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = open_records(package)
    book.add(
        [
            caption("a", photos[0]),
            answers("b", photos[1], holes="2"),
            caption("c", photos[1], "誰も見ていない"),
        ]
    )
    book.correct("a-0", "きずのある緑の部品です。", "田中")
    book.confirm("b-0", "佐藤")
    told = run(capsys, "records", package.path, "--texts", tmp_path / "r.jsonl")
    assert told["texts"]["photos"] == 2
    with Project.create(tmp_path / "project", "p") as project:
        project.add_photos(scan(book.photos_folder))
    told = run(capsys, "texts", "import", tmp_path / "project", tmp_path / "r.jsonl")
    assert (told["changed"], told["missing"]) == (2, [])
    with Project.open(tmp_path / "project") as project:
        assert [each.text for each in project.texts.captions()] == ["きずのある緑の部品です。"]
        assert [(each.asked.text, each.asked.answers) for each in project.texts.questions()] == [
            ("holes?", ("2",))
        ]


def test_what_nobody_decided_on_or_whose_photo_is_gone_is_not_learned_from(
    package: TextPackage, photos: list[Path]
) -> None:
    book = open_records(package)
    book.add([caption("a", photos[0]), caption("b", "sent.png")])
    book.confirm("b-0", "田中")
    assert texts_of_records(book.find(Wanted())).photos == ()
