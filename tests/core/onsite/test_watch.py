"""A watched folder: each photo once, when it is whole, over restarts, kills and floods; links lead nowhere."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from core.onsite import watch as module
from core.onsite.happenings import Recovered
from core.onsite.journal import Journal
from core.onsite.line import Line, Outlets
from core.onsite.mover import UNREADABLE, UNSURE, Mover
from core.onsite.outputs.json_lines import JsonLines
from core.onsite.outputs.protocol import Output
from core.onsite.result import Result, Verdict
from core.onsite.watch import Watch, Watched, read_file
from core.problems import Problem
from tests.core.onsite.stand_ins import (
    BAD,
    GOOD,
    GREEN,
    GREY,
    OK_NG,
    RED,
    ColourJudge,
    Told,
    picture,
    wait_until,
)

QUICK = {"settle_s": 0.1, "patience_s": 0.8}


class Place:
    """A folder to watch and everything around it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.incoming = root / "incoming"
        self.incoming.mkdir()
        self.judge = ColourJudge()
        self.told = Told()

    @contextmanager
    def watched(self, move_to: Path | None = None, *outputs: Output) -> Iterator[Told]:
        """Being watched, from now until the end of the block."""
        told, stop = Told(), threading.Event()
        line = Line(self.judge, OK_NG, Journal(self.root / "journal.db"), told, Outlets(outputs))
        mover = Mover(move_to, ColourJudge.class_names) if move_to else None
        watch = Watch(Watched(self.incoming, move_to, **QUICK), line, told, mover)
        thread = threading.Thread(target=watch.run, args=(stop,))
        thread.start()
        try:
            yield told
        finally:
            stop.set()
            thread.join()
            line.end()

    def put(self, name: str, content: bytes | None = None) -> Path:
        path = self.incoming / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(picture() if content is None else content)
        return path


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def photos(results: list[Result]) -> list[str]:
    return sorted(Path(result.photo).name for result in results)


def test_what_is_there_and_what_comes_is_judged_once(place: Place) -> None:
    place.put("there.png", picture(RED))
    with place.watched() as told:
        wait_until(lambda: len(told.results) == 1)
        place.put("sub/comes.png")
        wait_until(lambda: len(told.results) == 2)
        time.sleep(0.5)
    assert {(Path(r.photo).name, r.class_name, r.verdict) for r in told.results} == {
        ("there.png", BAD, Verdict.NG),
        ("comes.png", GOOD, Verdict.OK),
    }
    assert len(place.judge.seen) == 2
    with place.watched() as told:
        place.put("third.png")
        wait_until(lambda: len(told.results) == 1)
    assert photos(told.results) == ["third.png"]


def test_a_photo_written_anew_under_its_name_is_a_new_photo(place: Place) -> None:
    place.put("shot.png", picture(GREEN))
    with place.watched() as told:
        wait_until(lambda: len(told.results) == 1)
        place.put("shot.png", picture(RED, size=9))
        wait_until(lambda: len(told.results) == 2)
    assert [result.class_name for result in told.results] == [GOOD, BAD]


def test_a_photo_still_being_written_is_waited_for(place: Place) -> None:
    content = picture(RED, size=64)
    with place.watched() as told, (place.incoming / "slow.png").open("wb", buffering=0) as file:
        for start in range(0, len(content), 40):
            file.write(content[start : start + 40])
            time.sleep(0.07)
        assert told.results == []
        wait_until(lambda: len(told.results) == 1)
    assert told.results[0].class_name == BAD
    assert told.results[0].problem == ""


def test_a_writer_that_stops_halfway_has_some_patience(place: Place) -> None:
    content = picture(RED, size=64)
    with place.watched() as told:
        place.put("halting.png", content[:100])
        wait_until(lambda: place.judge.seen != [])
        place.put("halting.png", content)
        wait_until(lambda: len(told.results) == 1)
    assert [(result.class_name, result.problem) for result in told.results] == [(BAD, "")]


def test_a_broken_photo_is_told_after_a_while_and_only_once(place: Place) -> None:
    place.put("broken.png", picture()[:60])
    place.put("empty.jpg", b"")
    place.put("text.jpg", b"no picture")
    place.put("good.png")
    with place.watched() as told:
        wait_until(lambda: len(told.results) == 4)
        time.sleep(0.3)
    assert len(told.results) == 4
    broken = [result for result in told.results if result.problem]
    assert {result.verdict for result in broken} == {Verdict.UNREADABLE}
    assert all(result.message for result in broken)


def test_photos_are_moved_to_their_classes(place: Place) -> None:
    into = place.incoming / "sorted"
    place.put("good.png")
    place.put("bad.png", picture(RED))
    place.put("sub/unclear.png", picture(GREY))
    place.put("broken.png", b"x")
    with place.watched(into) as told:
        wait_until(lambda: len(told.results) == 4)
        wait_until(lambda: not (place.incoming / "broken.png").exists())
        time.sleep(0.4)
    moved = {path.relative_to(into).as_posix() for path in into.rglob("*.png")}
    assert moved == {
        f"{GOOD}/good.png",
        f"{BAD}/bad.png",
        f"{UNSURE}/unclear.png",
        f"{UNREADABLE}/broken.png",
    }
    assert {Path(result.moved_to) for result in told.results} == {into / path for path in moved}
    assert len(told.results) == 4, "what was moved is not judged again"


def test_a_move_that_a_kill_cut_off_is_finished(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    into = place.root / "sorted"
    place.put("a.png")

    monkeypatch.setattr(Watch, "_move", lambda *_: None)
    with place.watched(into) as told:
        wait_until(lambda: len(told.results) == 1)
    monkeypatch.undo()
    assert (place.incoming / "a.png").exists()
    with place.watched(into) as told:
        wait_until(lambda: (into / GOOD / "a.png").exists())
        time.sleep(0.3)
    assert told.results == []
    assert len(place.judge.seen) == 1


def test_a_photo_that_cannot_be_moved_stays_and_is_not_judged_again(place: Place) -> None:
    into = place.root / "sorted"
    into.mkdir()
    (into / GOOD).write_text("a file in the way", encoding="utf-8")
    place.put("a.png")
    with place.watched(into) as told:
        wait_until(lambda: told.troubles == ["onsite.not_moved"])
        time.sleep(0.4)
    assert (place.incoming / "a.png").exists()
    assert len(told.results) == 1


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_links_are_not_followed(place: Place) -> None:
    secret = place.root / "secret"
    secret.mkdir()
    (secret / "secret.png").write_bytes(picture())
    (place.incoming / "link.png").symlink_to(secret / "secret.png")
    (place.incoming / "folder").symlink_to(secret)
    place.put("own.png")
    with place.watched(place.root / "sorted") as told:
        wait_until(lambda: len(told.results) == 1)
        time.sleep(0.4)
    assert photos(told.results) == ["own.png"]
    assert (secret / "secret.png").exists()
    with pytest.raises(Problem):
        read_file(place.incoming / "link.png", 1000)
    os.mkfifo(place.root / "pipe.png")
    with pytest.raises(Problem):
        read_file(place.root / "pipe.png", 1000)


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_where_photos_go_is_not_watched_whatever_it_is_called(place: Place) -> None:
    other_name = place.root / "other-name"
    other_name.symlink_to(place.incoming)
    place.put("a.png")
    with place.watched(other_name / "sorted") as told:
        wait_until(lambda: (place.incoming / "sorted" / GOOD / "a.png").exists())
        time.sleep(0.6)
    assert photos(told.results) == ["a.png"]


def test_long_gone_photos_are_forgotten_unless_the_whole_folder_is_away(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("gone.png", "stays.png"):
        place.put(name)
    with place.watched() as told:
        wait_until(lambda: len(told.results) == 2)
    monkeypatch.setattr(module, "_REMEMBERED_DAYS", -1)
    away = place.root / "away"
    place.incoming.rename(away)
    place.incoming.mkdir()
    with place.watched():
        time.sleep(0.3)
    assert remembered(place) == {"gone.png", "stays.png"}
    place.incoming.rmdir()
    away.rename(place.incoming)
    (place.incoming / "gone.png").unlink()
    with place.watched() as told:
        time.sleep(0.3)
    assert remembered(place) == {"stays.png"}
    assert told.results == []


def remembered(place: Place) -> set[str]:
    journal = Journal(place.root / "journal.db")
    try:
        return set(journal.older_than(time.time() + 1))
    finally:
        journal.close()


def test_a_file_beyond_the_limit_is_not_taken_into_memory(place: Place) -> None:
    path = place.put("large.png", bytes(2000))
    with pytest.raises(Problem) as caught:
        read_file(path, 1999)
    assert caught.value.code == "photos.too_large"


def test_names_that_are_no_photo_and_hidden_files_are_left_alone(place: Place) -> None:
    place.put(".hidden.png")
    place.put("photo.png.part")
    place.put("list.txt")
    place.put("a.png")
    with place.watched() as told:
        wait_until(lambda: len(told.results) == 1)
        time.sleep(0.3)
    assert photos(told.results) == ["a.png"]


def test_a_folder_that_goes_and_comes_back_is_told_once(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LOOK_AGAIN_S", 0.1)
    away = place.root / "away"
    with place.watched() as told:
        place.incoming.rename(away)
        wait_until(lambda: told.troubles != [])
        time.sleep(0.5)
        away.rename(place.incoming)
        place.put("a.png")
        wait_until(lambda: len(told.results) == 1)
    assert told.troubles == ["photos.folder_unreadable"]
    assert any(isinstance(entry, Recovered) for entry in told)


def test_answers_that_cannot_be_kept_are_told_and_the_photos_judged_later(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_LOOK_AGAIN_S", 0.1)
    record, full = Journal.record, threading.Event()
    full.set()

    def refuse(self: Journal, *rest: object) -> None:
        if full.is_set():
            raise Problem("onsite.journal_failed", path=self.path, reason="disk full")
        record(self, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Journal, "record", refuse)
    place.put("a.png")
    with place.watched() as told:
        wait_until(lambda: len(place.judge.seen) > 2)
        assert told.results == []
        full.clear()
        wait_until(lambda: len(told.results) == 1)
    assert told.troubles == ["onsite.journal_failed"]


@pytest.mark.parametrize("into", ["incoming", "."])
def test_moving_into_what_is_watched_is_refused(place: Place, into: str) -> None:
    with pytest.raises(Problem) as caught:
        Watched(place.incoming, place.root / into)
    assert caught.value.code == "onsite.move_into_watched"
    with pytest.raises(Problem) as caught:
        Watched(place.root / "none")
    assert caught.value.code == "onsite.folder_missing"


@pytest.mark.slow
def test_ten_thousand_photos_at_once(place: Place) -> None:
    content = picture(size=4)
    out = place.root / "out.jsonl"
    with place.watched(place.root / "sorted", JsonLines(out)) as told:
        for number in range(10_000):
            (place.incoming / f"{number:05}.png").write_bytes(content)
        wait_until(lambda: len(told) >= 10_000, 240)
        wait_until(lambda: not any(place.incoming.iterdir()), 60)
    assert told.troubles == []
    assert photos(told.results) == [f"{number:05}.png" for number in range(10_000)]
    kept = [Result.model_validate_json(line) for line in out.read_text(encoding="utf-8").splitlines()]
    assert kept == told.results
    assert len(list((place.root / "sorted" / GOOD).iterdir())) == 10_000


_KILLED = """
import sys, threading
from pathlib import Path
from core.onsite.journal import Journal
from core.onsite.line import Line, Outlets
from core.onsite.mover import Mover
from core.onsite.outputs.json_lines import JsonLines
from core.onsite.watch import Watch, Watched
from tests.core.onsite.stand_ins import OK_NG, ColourJudge
root = Path(sys.argv[1])
outlets = Outlets([JsonLines(root / "out.jsonl")])
line = Line(ColourJudge(0.002), OK_NG, Journal(root / "journal.db"), lambda happening: None, outlets)
into = root / "sorted"
watched = Watched(root / "incoming", into, settle_s=0.05, patience_s=0.2)
Watch(watched, line, print, Mover(into, ColourJudge.class_names)).run(threading.Event())
"""


@pytest.mark.skipif(os.name == "nt", reason="no SIGKILL there")
def test_killed_again_and_again_it_judges_each_photo_once(place: Place) -> None:
    names = [f"{number:03}.png" for number in range(150)]
    for name in names:
        place.put(name)
    out, into = place.root / "out.jsonl", place.root / "sorted" / GOOD

    def so_far() -> int:
        return len(list(into.iterdir())) if into.is_dir() else 0

    for least in (1, 50, 100, 150):
        process = subprocess.Popen(
            [sys.executable, "-c", _KILLED, str(place.root)], stdout=subprocess.DEVNULL
        )
        try:
            wait_until(_reached(so_far, least), 60)
            if least == 150:
                wait_until(lambda: len(_arrived(out)) == 150)
        finally:
            os.kill(process.pid, signal.SIGKILL)
            process.wait()
    assert sorted(path.name for path in into.iterdir()) == names
    assert not any(place.incoming.iterdir())
    arrived = _arrived(out)
    assert sorted(Path(photo).name for photo in arrived) == names, "each at least once"
    assert {len(ids) for ids in arrived.values()} == {1}, "and all under one id"


def _arrived(out: Path) -> dict[str, set[str]]:
    """The ids under which each photo arrived; a kill may have torn a line."""
    ids: dict[str, set[str]] = {}
    for line in out.read_text(encoding="utf-8", errors="replace").splitlines() if out.exists() else []:
        if line.endswith("}"):
            result = Result.model_validate_json(line)
            ids.setdefault(result.photo, set()).add(result.id)
    return ids


def _reached(count: Callable[[], int], least: int) -> Callable[[], bool]:
    return lambda: count() >= least
