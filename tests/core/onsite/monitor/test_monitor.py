"""The monitor of a line: when it looks, what it says, that it advises to train anew when it should and not otherwise."""

import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.onsite.monitor.book import MonitorBook
from core.onsite.monitor.limits import MonitorLimits, load_limits, save_limits
from core.onsite.monitor.look import Decided, Expected, Level, Seen, Sign, Window, level_of, look
from core.onsite.monitor.monitor import Monitor
from core.onsite.monitor.words import monitor_words, percent, seconds_text
from core.problems import Problem
from core.settings import locations
from tests.core.onsite.monitor.line_of_parts import NAMES, Parts, expected

LIMITS = MonitorLimits(window=50)


def monitor(path: Path, parts: Parts, *, reference: bool = True) -> Monitor:
    return Monitor(MonitorBook(path / "monitor.db"), expected(parts, reference), LIMITS)


def test_it_looks_when_a_window_is_full_and_goes_on_after_a_restart(tmp_path: Path) -> None:
    parts = Parts(1)
    first = monitor(tmp_path, parts)
    assert first.status().level is Level.STARTING and first.status().missing == 50
    assert first.add(parts.seen(30)) == []
    first.close()
    second = monitor(tmp_path, parts)
    assert second.status().missing == 20
    (window,) = second.add(parts.seen(25, start=30))
    assert window.photos == 50 and second.status().missing == 45
    assert second.status().level is Level.WELL
    second.close()


def test_what_cannot_be_read_is_counted_but_is_in_no_window(tmp_path: Path) -> None:
    watched = monitor(tmp_path, parts := Parts(1))
    broken = [Seen(float(at), f"b{at}", "", 0.0, False, 0.0) for at in range(60)]
    assert watched.add(broken) == []
    assert len(watched.add(parts.seen(50, start=100))) == 1
    assert watched.book.counts(0, 1e9).unreadable == 60
    watched.close()


def test_a_line_as_it_should_be_never_advises_to_train_anew(tmp_path: Path) -> None:
    signs = 0
    for seed in range(4):
        parts = Parts(seed)
        watched = Monitor(MonitorBook(tmp_path / f"{seed}.db"), expected(parts), LIMITS)
        for start in range(0, 600, 50):
            for window in watched.add(parts.seen(50, start=start)):
                signs += len(window.signs)
                assert watched.status().level is not Level.RETRAIN
        watched.close()
    assert signs <= 3, "of 4 × 12 windows with three signs of 1 in 100 each"


def test_planted_drift_with_more_unsure_photos_advises_it_after_three_windows(tmp_path: Path) -> None:
    parts = Parts(2)
    watched = monitor(tmp_path, parts)
    watched.add(parts.seen(150))
    levels = []
    for start in (150, 200, 250):
        watched.add(parts.seen(50, away=1.5, unsure=0.5, start=start))
        levels.append(watched.status().level)
    assert levels == [Level.WATCH, Level.WATCH, Level.RETRAIN]
    assert set(watched.status().last.signs) == {Sign.DRIFT, Sign.UNSURE}
    watched.add(parts.seen(50, start=300))
    assert watched.status().level is Level.WELL, "the light was put right"
    watched.close()


def test_drift_alone_is_something_to_watch_only(tmp_path: Path) -> None:
    parts = Parts(3)
    watched = monitor(tmp_path, parts)
    for start in range(0, 250, 50):
        watched.add(parts.seen(50, away=1.5, start=start))
    assert watched.status().level is Level.WATCH
    watched.close()


def test_the_usual_mix_is_that_of_the_first_three_windows(tmp_path: Path) -> None:
    parts = Parts(4)
    watched = monitor(tmp_path, parts)
    first = watched.add(parts.seen(150, bad=0.1))
    assert [window.mix for window in first[:2]] == [None, None]
    (changed,) = watched.add(parts.seen(50, bad=0.9, start=150))
    assert Sign.MIX in changed.signs and changed.mix > 0.5
    (again,) = watched.add(parts.seen(50, bad=0.1, start=200))
    assert Sign.MIX not in again.signs, "the usual mix stays what it was at first"
    watched.close()


def test_without_a_reference_drift_is_not_told_and_said_to_be_so(tmp_path: Path) -> None:
    parts = Parts(5)
    watched = monitor(tmp_path, parts, reference=False)
    (window,) = watched.add(parts.seen(50, away=3.0))
    assert window.drift_p is None and window.unlike is None
    assert any("見本の記録がない" in text for text in monitor_words("ja").figures(watched.status()))
    watched.close()


def test_decisions_count_when_they_are_taken_and_the_newest_look_at_a_photo_has_them(tmp_path: Path) -> None:
    parts = Parts(6)
    watched = monitor(tmp_path, parts)
    watched.add(parts.seen(50))
    book = watched.book
    for at in range(10):
        assert book.decide(f"{at}.jpg", "どれでもない", "佐藤", 100.0 + at, "")
    assert not book.decide("never seen.jpg", "良品", "佐藤", 100.0, "")
    (window,) = watched.add(parts.seen(50, start=200))
    assert (window.decided, window.disagreed) == (10, 10) and Sign.DISAGREEMENT in window.signs
    assert book.decide("3.jpg", "", "", 0.0, ""), "taken back"
    assert book.decided() == Decided(9, 9)
    watched.close()


def window_of(*signs: Sign) -> Window:
    return Window(
        time=0, photos=50, unsure=0, unsure_expected=None, unsure_p=1, unlike=None, drift_p=None, mix=None, mix_p=None,
        decided=0, disagreed=0, seconds=0.1, seconds_95=0.1, classes={}, signs=signs,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("windows", "level"),
    [
        ([], Level.STARTING),
        ([()], Level.WELL),
        ([(Sign.SLOW,)], Level.WATCH),
        ([(Sign.DRIFT, Sign.MIX)] * 2, Level.WATCH),
        ([(Sign.DRIFT, Sign.MIX), (Sign.UNSURE, Sign.MIX), (Sign.DRIFT, Sign.UNSURE)], Level.RETRAIN),
        ([(Sign.DRIFT, Sign.MIX), (Sign.DRIFT,), (Sign.DRIFT, Sign.MIX)], Level.WATCH),
        ([(Sign.DISAGREEMENT, Sign.SLOW)] * 3, Level.WATCH),
        ([(Sign.DRIFT, Sign.MIX)] * 3 + [()], Level.WELL),
    ],
)
def test_two_of_three_signs_in_three_windows_running(windows: list[tuple[Sign, ...]], level: Level) -> None:
    assert level_of([window_of(*signs) for signs in windows], MonitorLimits()) is level


def test_slow_judging_is_a_sign_of_its_own() -> None:
    parts = Parts(7)
    slow = [replace(photo, seconds=3.0 if at % 10 == 0 else 0.1) for at, photo in enumerate(parts.seen(50))]
    window = look(slow, Expected(NAMES, None, 0, 0), None, LIMITS)
    assert window.signs == (Sign.SLOW,) and (window.seconds, window.seconds_95) == (0.1, 3.0)


def test_a_class_added_by_its_name_is_left_out_of_the_comparison() -> None:
    parts = Parts(8)
    added = [replace(photo, class_name="新しい部品") for photo in parts.seen(30, away=9.0, start=50)]
    window = look([*parts.seen(50), *added], expected(parts), None, LIMITS)
    assert Sign.DRIFT not in window.signs and window.drift_p is not None


def test_a_book_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    MonitorBook(tmp_path / "m.db").close()
    with sqlite3.connect(tmp_path / "m.db") as db:
        db.execute("PRAGMA user_version = 99")
    db.close()
    with pytest.raises(Problem) as caught:
        MonitorBook(tmp_path / "m.db")
    assert caught.value.code == "onsite.monitor_newer"


def test_two_programs_write_into_one_book(tmp_path: Path) -> None:
    engine, window = MonitorBook(tmp_path / "m.db"), MonitorBook(tmp_path / "m.db")
    engine.add(Parts(1).seen(3), [0.0] * 3)
    assert window.decide("1.jpg", NAMES[0], "佐藤", 5.0, "kept.jpg")
    engine.add(Parts(1).seen(1, start=9), [0.0])
    rows = {row.photo: row for row in engine.candidates(10)}
    assert (rows["1.jpg"].decided_by, rows["1.jpg"].kept) == ("佐藤", "kept.jpg")
    engine.close()
    window.close()


def test_the_oldest_features_are_let_go(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.onsite.monitor.book._MOST_FEATURES", 5)
    book = MonitorBook(tmp_path / "m.db")
    for start in (0, 4, 8):
        book.add(Parts(1).seen(4, start=start), [0.0] * 4)
    assert [row.photo for row in book.candidates(50)] == [f"{at}.jpg" for at in (11, 10, 9, 8, 7)]
    assert book.counts(0, 100).judged == 12
    book.close()


def test_limits_are_kept_for_this_pc_and_a_spoiled_file_is_put_aside() -> None:
    save_limits(MonitorLimits(window=200))
    assert load_limits().window == 200
    (locations().config / "monitor.json").write_text('{"window": 1}')
    assert load_limits() == MonitorLimits()
    assert (locations().config / "monitor.spoiled.json").exists()


@pytest.mark.parametrize("language", ["ja", "en"])
def test_every_level_and_every_sign_has_words(language: str, tmp_path: Path) -> None:
    words = monitor_words(language)
    assert set(words.texts) == set(monitor_words("ja").texts)
    for table, texts in monitor_words("ja").texts.items():
        assert set(words.texts[table]) == set(texts)
    watched = monitor(tmp_path, parts := Parts(9))
    for photos in ([], parts.seen(50), parts.seen(150, away=2.0, unsure=0.6, start=50)):
        watched.add(photos)
        status = watched.status()
        told = [words.headline(status), words.why(status), *words.advice(status), *words.figures(status)]
        assert all(told) and not any("{" in text for text in told)
    assert len(words.rules(LIMITS)) == 7
    watched.close()


def test_figures_are_written_as_people_read_them() -> None:
    assert [percent(share) for share in (0, 0.004, 0.05, 0.4, 1)] == ["0 %", "0.4 %", "5 %", "40 %", "100 %"]
    assert [seconds_text(value) for value in (0, 0.0123, 0.5, 2.0, 31.4)] == [
        "0",
        "0.012",
        "0.50",
        "2.0",
        "31",
    ]


def test_features_are_kept_in_half_precision() -> None:
    photo = Parts(1).seen(1)[0]
    assert len(photo.features) == 2 * 32
    assert np.linalg.norm(np.frombuffer(photo.features, np.float16)) == pytest.approx(1, abs=1e-3)
