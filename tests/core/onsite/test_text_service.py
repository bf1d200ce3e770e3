"""The predict worker, watched folders and the server with a package that writes."""

import json
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from core.cli import BAD_INPUT, main
from core.onsite.happenings import Judged, as_facts
from core.onsite.journal import Journal
from core.onsite.learnable import write_learnable
from core.onsite.line import Line, Outlets
from core.onsite.mover import Mover
from core.onsite.outputs.csv_file import CsvFile
from core.onsite.outputs.json_lines import JsonLines
from core.onsite.outputs.sqlite_file import SqliteFile
from core.onsite.records import RecordBook, RecordOutput, open_records
from core.onsite.result import Outcome, Verdict, Written, decode_outcome
from core.onsite.server import Access, Questions, build_server
from core.onsite.service import run_predict
from core.onsite.text_line import TextLine
from core.onsite.watch import Watch, Watched
from core.onsite.writing import MOST_ASKED, WritingJudge, open_writing_judge
from core.package.archive import TextPackage
from core.photos.decode import open_photo
from core.problems import Problem
from core.tasks.texts import TextTask
from core.training.commands import Commands, Halt
from core.training.events import Event, PredictionFailed, Progress, SourceTold, Warned, Wrote
from core.training.job import PredictJob
from tests.core.onsite.stand_ins import (
    GREEN,
    GREY,
    OK_NG,
    RED,
    ColourJudge,
    Told,
    picture,
    result,
    wait_until,
)
from tests.core.onsite.writers import LEARNED, ColourWriter, text_package, with_colours


@pytest.fixture(autouse=True)
def writer(monkeypatch: pytest.MonkeyPatch) -> ColourWriter:
    return with_colours(monkeypatch)


@pytest.fixture
def photos(tmp_path: Path) -> list[Path]:
    found = []
    for name, colour in (("緑", GREEN), ("赤", RED), ("灰", GREY)):
        found.append(tmp_path / f"{name}.png")
        found[-1].write_bytes(picture(colour))
    return found


def serve(package: TextPackage, *requests: dict[str, object], until: int = 99) -> list[Event]:
    """Everything the service tells on these requests, until it is told to stop."""
    commands, told = Commands(), list[Event]()

    def emit(event: Event) -> None:
        told.append(event)
        if isinstance(event, Progress):
            for request in (*requests, {"request": until, "photos": ["none.jpg"]}):
                commands.request(request)
        if isinstance(event, PredictionFailed) and event.request == until:
            commands.give("stop")

    job = PredictJob(run=str(package.path.parent), package=str(package.path), device="cpu")
    with pytest.raises(Halt):
        run_predict(job, emit, commands)
    return told


def wrote(told: Sequence[Event]) -> list[Wrote]:
    return [event for event in told if isinstance(event, Wrote)]


def failures(told: Sequence[Event]) -> list[str]:
    return [event.code for event in told if isinstance(event, PredictionFailed) and event.request != 99]


def test_photos_are_described_and_each_text_is_recorded(tmp_path: Path, photos: list[Path]) -> None:
    package = text_package(tmp_path / "a.hkd")
    told = serve(package, {"request": 1, "photos": [*map(str, photos), "none.jpg"]})
    assert [(event.request, event.photo, event.parts[0].text) for event in wrote(told)] == [
        (1, str(photo), f"{name}の部品です。")
        for photo, name in zip(photos, ("緑", "赤", "灰色"), strict=True)
    ]
    assert failures(told) == ["photos.missing"]
    book = open_records(package)
    by_id = {record.id: record for record in book.find()}
    assert {event.parts[0].record: event.photo for event in wrote(told)} == {
        key: record.photo for key, record in by_id.items()
    }
    assert book.correct(wrote(told)[0].parts[0].record, "きずのある緑の部品です。", "田中").kept
    photos[1].write_bytes(photos[0].read_bytes())
    later = book.correct(wrote(told)[1].parts[0].record, "きずのある赤い部品です。", "田中")
    assert (later.kept, later.not_kept) == ("", "onsite.photo_replaced"), (
        "it is the photo that was read that counts"
    )


def test_it_says_plainly_that_no_monitor_looks(tmp_path: Path) -> None:
    told = serve(text_package(tmp_path / "a.hkd"))
    assert [event.code for event in told if isinstance(event, Warned)] == ["onsite.texts_not_monitored"]


def test_questions_are_those_it_learned_or_those_that_are_asked(tmp_path: Path, photos: list[Path]) -> None:
    package = text_package(tmp_path / "a.hkd", "vqa")
    shown = [str(photos[0]), str(photos[2])]
    learned, asked = (
        wrote(serve(package, {"request": 1, "photos": shown} | more))
        for more in ({}, {"questions": ["What colour is it?", "What colour is it?"]})
    )
    assert [(part.question, part.text, part.unsure) for part in learned[0].parts] == [
        (LEARNED[0], "緑", False), (LEARNED[1], "green", False),
    ]  # fmt: skip
    assert [part.unsure for part in learned[1].parts] == [True, True], "grey is below the threshold"
    assert [(part.question, part.text) for part in asked[0].parts] == [("What colour is it?", "green")]
    assert open_records(package).tally().records == 6


def test_a_japanese_question_to_a_model_that_reads_english_goes_by_the_list(
    tmp_path: Path, photos: list[Path]
) -> None:
    package = text_package(tmp_path / "a.hkd", "vqa", ("en",))
    told = serve(
        package,
        {"request": 1, "photos": [str(photos[1])], "questions": ["何色ですか?"]},
        {"request": 2, "photos": [str(photos[1])], "questions": ["この部品の調子はどうですか?"]},
    )
    assert [part.text for part in wrote(told)[0].parts] == ["赤"]
    assert failures(told) == ["tasks.question_not_read"]


@pytest.mark.parametrize(
    ("task", "more", "code"),
    [
        ("caption", {"questions": ["何色ですか?"]}, "onsite.caption_no_questions"),
        ("caption", {"add_class": {"name": "紫", "description": "purple"}}, "onsite.texts_no_classes"),
        ("vqa", {"speed": 3}, "onsite.bad_request"),
    ],
)
def test_what_it_cannot_do_is_answered_with_words(
    tmp_path: Path, photos: list[Path], task: TextTask, more: dict[str, object], code: str
) -> None:
    told = serve(text_package(tmp_path / "a.hkd", task), {"request": 1, "photos": [str(photos[0])]} | more)
    assert (failures(told), wrote(told)) == ([code], [])
    assert str(Problem(code, reason=""))


def test_a_watched_folder_is_written_about_and_recorded(tmp_path: Path) -> None:
    package, folder = text_package(tmp_path / "a.hkd"), tmp_path / "in"
    folder.mkdir()
    (folder / "a.png").write_bytes(picture(RED))
    commands, told = Commands(), list[Event]()

    def emit(event: Event) -> None:
        told.append(event)
        if isinstance(event, Progress):
            commands.request({"request": 1, "source": str(folder)})
        if isinstance(event, Wrote) or (isinstance(event, SourceTold) and event.state == "trouble"):
            commands.give("stop")

    job = PredictJob(run=str(tmp_path), package=str(package.path), device="cpu")
    with pytest.raises(Halt):
        run_predict(job, emit, commands)
    (event,) = wrote(told)
    assert (event.request, Path(event.photo).name, event.parts[0].text) == (0, "a.png", "赤の部品です。")
    assert [record.id for record in open_records(package).find()] == [event.parts[0].record], "recorded once"


def test_a_record_that_cannot_be_kept_is_told_and_the_text_comes_all_the_same(
    tmp_path: Path, photos: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(book: RecordBook, outcomes: Sequence[Outcome]) -> None:
        raise Problem("onsite.records_failed", path=book.path, reason="disk full")

    monkeypatch.setattr(RecordBook, "add", full)
    told = serve(text_package(tmp_path / "a.hkd"), {"request": 1, "photos": [str(photo) for photo in photos]})
    assert len(wrote(told)) == 3
    codes = [event.code for event in told if isinstance(event, Warned)]
    assert codes == ["onsite.texts_not_monitored", "onsite.records_failed"], "once, not for every photo"


# Lines


def line_of(
    package: TextPackage, tmp_path: Path, told: Told, *more: Any, questions: Sequence[str] = ()
) -> TextLine:
    judge = open_writing_judge(package, "cpu", questions)
    outputs = [RecordOutput(open_records(package)), *more]
    return TextLine(judge, Journal(tmp_path / "journal.db"), told, Outlets(outputs))


def test_a_line_tells_texts_and_hands_them_to_every_output(tmp_path: Path, photos: list[Path]) -> None:
    package, told = text_package(tmp_path / "a.hkd"), Told()
    outputs = CsvFile(tmp_path / "r.csv"), JsonLines(tmp_path / "r.jsonl"), SqliteFile(tmp_path / "r.sqlite")
    line = line_of(package, tmp_path, told, *outputs)
    line.keep(line.judge([*photos, "none.png"]))
    line.end()
    lines = [as_facts(each) for each in told if isinstance(each, Judged)]
    assert [(each["text"], each["verdict"], each["unsure"]) for each in lines[:3]] == [
        ("緑の部品です。", None, False), ("赤の部品です。", None, False), ("灰色の部品です。", None, False),
    ]  # fmt: skip
    assert (lines[3]["verdict"], lines[3]["problem"]) == ("unreadable", "photos.missing")
    assert not {"class", "probability", "answers"} & set(lines[0])
    kept = [json.loads(each) for each in (tmp_path / "r.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [each["text"] for each in kept[:3]] == [each["text"] for each in lines[:3]]
    rows = (tmp_path / "r.csv").read_text(encoding="utf-8-sig").splitlines()
    assert rows[0].startswith("time,photo,question,text,") and len(rows) == 5
    assert open_records(package).tally().records == 3
    import sqlite3

    with sqlite3.connect(tmp_path / "r.sqlite") as db:
        assert [text for (text,) in db.execute("SELECT text FROM texts ORDER BY rowid")] == [
            *(each["text"] for each in lines[:3]), "",
        ]  # fmt: skip
    db.close()


def test_answers_go_out_together_and_unsure_is_for_a_person(tmp_path: Path, photos: list[Path]) -> None:
    package, told = text_package(tmp_path / "a.hkd", "vqa"), Told()
    line = line_of(
        package, tmp_path, told, CsvFile(tmp_path / "r.csv"), questions=["What colour is it?", "何色ですか?"]
    )
    line.keep(line.judge(photos[1:]))
    line.end()
    sure, unsure = (as_facts(each) for each in told if isinstance(each, Judged))
    assert [(each["question"], each["text"]) for each in sure["answers"]] == [
        ("What colour is it?", "red"), ("何色ですか?", "赤"),
    ]  # fmt: skip
    assert (sure["verdict"], unsure["verdict"], unsure["unsure"]) == (None, "unsure", True)
    assert "text" not in sure
    rows = (tmp_path / "r.csv").read_text(encoding="utf-8-sig").splitlines()
    assert len(rows) == 5 and rows[1].rsplit(",", 1)[1] == rows[2].rsplit(",", 1)[1] == sure["id"]


def test_an_outcome_comes_back_from_the_journal_as_it_was(tmp_path: Path, photos: list[Path]) -> None:
    for task in ("caption", "vqa"):
        line = line_of(text_package(tmp_path / f"{task}.hkd", task), tmp_path, Told())  # type: ignore[arg-type]
        for outcome in line.judge([*photos, "none.png"]):
            assert decode_outcome(outcome.as_json()) == outcome
        line.end()
    assert decode_outcome(result().as_json()) == result()


def test_what_a_kill_kept_from_the_records_is_made_up_for(tmp_path: Path, photos: list[Path]) -> None:
    package, told = text_package(tmp_path / "a.hkd"), Told()
    judge = open_writing_judge(package, "cpu")
    name = RecordOutput(open_records(package)).name
    journal = Journal(tmp_path / "journal.db")
    line = TextLine(judge, journal, told, Outlets())
    journal.record(line.judge(photos), [name])  # and here it is killed: marked done, nobody delivered
    journal.close()
    assert open_records(package).tally().records == 0
    again = line_of(package, tmp_path, told)
    again.end()
    assert [record.photo for record in open_records(package).find()] == [
        str(photo) for photo in reversed(photos)
    ]


def test_watched_photos_are_moved_when_they_are_written_about(tmp_path: Path) -> None:
    folder, out = tmp_path / "in", tmp_path / "out"
    folder.mkdir()
    (folder / "a.png").write_bytes(picture(GREEN))
    (folder / "b.png").write_bytes(b"")
    package, told = text_package(tmp_path / "a.hkd"), Told()
    line = line_of(package, tmp_path, told)
    watch = Watch(Watched(folder, out, 0.05, patience_s=0.1), line, told, Mover(out, ()))
    stop = threading.Event()
    thread = threading.Thread(target=watch.run, args=(stop,))
    thread.start()
    wait_until(lambda: len(told.results) == 2)
    wait_until(lambda: not list(folder.iterdir()))
    stop.set()
    thread.join()
    line.end()
    assert sorted(path.relative_to(out).as_posix() for path in out.glob("*/*")) == [
        "_unreadable/b.png",
        "_written/a.png",
    ]
    assert open_records(package).find()[0].photo == str(out.resolve() / "_written" / "a.png")


def test_a_csv_of_classes_takes_no_texts(tmp_path: Path, photos: list[Path]) -> None:
    out = CsvFile(tmp_path / "r.csv")
    out.send([result()])
    line = line_of(text_package(tmp_path / "a.hkd"), tmp_path, Told())
    texts = line.judge(photos)
    line.end()
    with pytest.raises(Problem) as caught:
        out.send(texts)
    assert caught.value.code == "onsite.csv_of_others"
    other = CsvFile(tmp_path / "t.csv")
    other.send(texts)
    with pytest.raises(Problem):
        other.send([result()])


def test_a_line_of_classes_is_as_it_was(tmp_path: Path, photos: list[Path]) -> None:
    told = Told()
    line = Line(ColourJudge(), OK_NG, Journal(tmp_path / "j.db"), told, Outlets())
    line.keep(line.judge(photos[:1]))
    line.end()
    assert told.results[0].verdict is Verdict.OK
    assert as_facts(told[0])["class"] == "良品"


# The server


@pytest.fixture
def client_of(tmp_path: Path) -> Any:
    lines: list[TextLine] = []

    def make(task: TextTask) -> TestClient:
        line = line_of(text_package(tmp_path / f"{task}.hkd", task), tmp_path, Told())
        lines.append(line)
        offered = Questions(task=task, questions=line.writing.questions)
        return TestClient(build_server(line, offered, Access()), base_url="http://127.0.0.1")

    yield make
    for line in lines:
        line.end()


def test_the_server_takes_a_question(client_of: Any) -> None:
    client = client_of("vqa")
    assert client.get("/v1/questions").json() == {"task": "vqa", "questions": list(LEARNED)}
    told = client.post(
        "/v1/judge?name=a.png&question=Is it red?&question=何色ですか?", content=picture(RED)
    ).json()
    assert [(each["question"], each["text"], each["unsure"]) for each in told["answers"]] == [
        ("Is it red?", "red", False), ("何色ですか?", "赤", False),
    ]  # fmt: skip
    assert (told["photo"], told["task"]) == ("a.png", "vqa")
    plain = client.post("/v1/judge", content=picture(RED)).json()
    assert [each["question"] for each in plain["answers"]] == list(LEARNED)
    for unusable in (" ", "%E2%80%8B"):
        refused = client.post(f"/v1/judge?question=Is it red?&question={unusable}", content=picture(RED))
        assert (refused.status_code, refused.json()["detail"]["code"]) == (400, "onsite.question_unusable")
    assert client.post("/v1/judge", content=b"").status_code == 422
    assert b'hikidashi_photos_total{class_name="",verdict=""} 2.0' in client.get("/metrics").content
    assert client.get("/v1/classes").status_code == 404
    assert "question" in json.dumps(client.get("/openapi.json").json()["paths"]["/v1/judge"])


def test_the_server_describes_and_refuses_questions_of_a_package_that_only_describes(client_of: Any) -> None:
    client = client_of("caption")
    assert client.post("/v1/judge", content=picture(GREEN)).json()["text"] == "緑の部品です。"
    refused = client.post("/v1/judge?question=a", content=picture(GREEN))
    assert (refused.status_code, refused.json()["detail"]["code"]) == (400, "onsite.caption_no_questions")


def test_a_text_about_a_photo_that_was_sent_and_kept_can_be_put_right_and_learned_from(
    tmp_path: Path,
) -> None:
    package = text_package(tmp_path / "caption.hkd")
    line = line_of(package, tmp_path, Told())
    app = build_server(
        line, Questions(task="caption", questions=()), Access(), mover=Mover(tmp_path / "kept", ())
    )
    with TestClient(app, base_url="http://127.0.0.1") as client:
        told = client.post("/v1/judge?name=capture", content=picture(GREEN)).json()
    line.end()
    book = open_records(package)
    book.correct(told["record"], "きずのある緑の部品です。", "田中")
    assert write_learnable(book.learned_from(), tmp_path / "texts.jsonl") == 1
    taken = json.loads((tmp_path / "texts.jsonl").read_text(encoding="utf-8").splitlines()[0])
    assert open_photo(taken["photo"]).getpixel((0, 0)) == GREEN
    assert taken["caption"] == "きずのある緑の部品です。"


# The command line


@pytest.mark.parametrize(
    ("task", "words", "code"),
    [
        ("caption", ["--modbus", "modbus://127.0.0.1"], "onsite.texts_no_ok"),
        ("caption", ["--ok", "良品"], "onsite.texts_no_ok"),
        ("vqa", ["--ng", "きず"], "onsite.texts_no_ok"),
        ("vqa", ["--daily-page", "."], "onsite.texts_no_ok"),
        ("vqa", ["--add-class", "紫=purple"], "onsite.texts_no_classes"),
        ("caption", ["--question", "何色ですか?"], "onsite.caption_no_questions"),
        ("vqa", ["--question", "何" * 2001], "onsite.question_unusable"),
    ],
)
@pytest.mark.parametrize("command", ["watch", "serve"])
def test_what_a_text_cannot_carry_is_refused_before_anything_starts(
    tmp_path: Path,
    command: str,
    task: TextTask,
    words: list[str],
    code: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    package = text_package(tmp_path / "a.hkd", task)
    place = [str(tmp_path)] if command == "watch" else ["--port", "0"]
    assert main([command, str(package.path), *place, *words]) == BAD_INPUT
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["error"]["code"] == code


def test_a_judge_without_a_question_says_so(tmp_path: Path) -> None:
    package = text_package(tmp_path / "a.hkd", "vqa")
    manifest = package.manifest.model_copy(update={"questions": ()})
    judge = WritingJudge(manifest, open_writing_judge(package, "cpu")._model)
    with pytest.raises(Problem) as caught:
        judge.check_questions([])
    assert caught.value.code == "onsite.no_question"


def test_of_many_learned_questions_the_most_frequent_are_asked(tmp_path: Path) -> None:
    package = text_package(tmp_path / "a.hkd", "vqa")
    many = tuple(f"Is it number {number}?" for number in range(30))
    manifest = package.manifest.model_copy(update={"questions": many})
    judge = WritingJudge(manifest, open_writing_judge(package, "cpu")._model)
    assert judge.questions == many[:MOST_ASKED]


def test_a_cut_off_description_is_for_a_person(tmp_path: Path, photos: list[Path]) -> None:
    package = text_package(tmp_path / "a.hkd", "caption", ("en",))
    line = line_of(package, tmp_path, Told())
    (outcome,) = line.judge(photos[2:])
    line.end()
    assert isinstance(outcome, Written) and not outcome.complete
    assert (outcome.unsure, outcome.verdict) == (True, Verdict.UNSURE)
