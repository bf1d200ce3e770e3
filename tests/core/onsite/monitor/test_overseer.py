"""A monitor beside a line: it tells its looks, writes the day's page, and never stops the line."""

import re
from datetime import date
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from core.onsite.happenings import Looked
from core.onsite.journal import Journal
from core.onsite.line import Line, Outlets
from core.onsite.metrics import Metrics
from core.onsite.monitor.book import MonitorBook
from core.onsite.monitor.day import Line as DayLine
from core.onsite.monitor.day import day_of, tell_day, verdicts_of, write_day
from core.onsite.monitor.limits import MonitorLimits
from core.onsite.monitor.look import Expected
from core.onsite.monitor.monitor import Monitor
from core.onsite.monitor.overseer import DailyPages, Overseer
from core.onsite.result import Verdict
from core.problems import Problem
from core.report.blocks import Tiles
from tests.core.onsite.stand_ins import BAD, GOOD, GREEN, GREY, OK_NG, RED, ColourJudge, Told, picture

LIMITS = MonitorLimits(window=30)
OURS = DayLine("部品.hkd", "", OK_NG)


class Place:
    """A line with a monitor; `day` is what the calendar says."""

    def __init__(self, root: Path, pages: bool = True) -> None:
        self.told, self.root, self.day = Told(), root, date.today()
        book = MonitorBook(root / "monitor.db")
        self.monitor = Monitor(book, Expected((GOOD, BAD), None, 1, 20), LIMITS)
        shown = DailyPages(root / "pages", OURS) if pages else None
        self.overseer = Overseer(self.monitor, self.told, shown, lambda: self.day)
        journal = Journal(root / "journal.db")
        self.line = Line(ColourJudge(), OK_NG, journal, self.told, Outlets(), self.overseer)
        for name, colour in (("good", GREEN), ("bad", RED), ("grey", GREY)):
            (root / f"{name}.png").write_bytes(picture(colour))
        (root / "broken.png").write_bytes(b"no picture")

    def judge(self, *names: str) -> None:
        self.line.keep(self.line.judge([self.root / f"{name}.png" for name in names]))


def test_a_full_window_is_told_and_its_page_written_in_both_languages(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.judge(*["good"] * 20, *["bad"] * 5, "broken")
    assert not [told for told in place.told if isinstance(told, Looked)]
    place.judge(*["grey"] * 5)
    (looked,) = [told for told in place.told if isinstance(told, Looked)]
    assert looked.window["photos"] == 30 and looked.window["unsure"] == 5
    today = f"{place.day:%Y-%m-%d}"
    assert {path.name for path in (tmp_path / "pages").iterdir()} == {
        f"hikidashi-day-{today}-{language}.html" for language in ("ja", "en")
    }
    place.line.end()


def test_after_midnight_the_day_before_is_written_to_its_end(tmp_path: Path) -> None:
    place = Place(tmp_path)
    place.day = date(2026, 11, 29)
    place.overseer._day = place.day
    place.judge("good")
    place.day = date(2026, 11, 30)
    place.judge("good")
    assert (tmp_path / "pages" / "hikidashi-day-2026-11-29-ja.html").is_file()
    place.line.end()
    assert (tmp_path / "pages" / "hikidashi-day-2026-11-30-ja.html").is_file()


def test_a_monitor_that_fails_is_told_once_and_photos_are_judged_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = Place(tmp_path, pages=False)
    add = place.monitor.book.add

    def refuse(*_: object) -> None:
        raise Problem("onsite.monitor_failed", path="x", reason="disk full")

    monkeypatch.setattr(place.monitor.book, "add", refuse)
    for _ in range(3):
        place.judge("good")
    assert place.told.troubles == ["onsite.monitor_failed"] and len(place.told.results) == 3
    monkeypatch.setattr(place.monitor.book, "add", add)
    place.judge("good")
    assert place.monitor.book.counts(0, 1e12).judged == 1
    place.line.end()


def test_the_day_counts_each_piece_once(tmp_path: Path) -> None:
    place = Place(tmp_path, pages=False)
    place.judge("good", "good", "bad", "grey", "broken")
    place.monitor.book.decide(
        str(tmp_path / "grey.png"), BAD, "佐藤", place.told.results[-1].time.timestamp(), ""
    )
    day = day_of(place.monitor.book, place.monitor.status(), place.day)
    found = verdicts_of(day.counts, OK_NG)
    assert found == {
        Verdict.OK: 2, Verdict.NG: 1, Verdict.UNSURE: 1, Verdict.UNKNOWN: 0, Verdict.UNREADABLE: 1,
    }  # fmt: skip
    document = tell_day(day, OURS, "ja")
    tiles = next(block for block in document.front if isinstance(block, Tiles))
    assert [(tile.label, tile.value) for tile in tiles.tiles][:3] == [
        ("判定した写真", "5 枚"), ("OK", "2 枚"), ("NG", "1 枚"),
    ]  # fmt: skip
    assert day.counts.decided.decisions == 1
    before = day_of(place.monitor.book, place.monitor.status(), date(2020, 1, 1))
    assert "この日に判定した写真はありません" in str(tell_day(before, OURS, "ja"))
    place.line.end()


def test_the_page_loads_nothing_and_names_are_text(tmp_path: Path) -> None:
    place = Place(tmp_path, pages=False)
    place.judge("good")
    line = DayLine("<script>alert(1)</script>.hkd", "camera:0", OK_NG)
    day = day_of(place.monitor.book, place.monitor.status(), place.day)
    for path in write_day(day, line, tmp_path / "out"):
        page = path.read_text("utf-8")
        assert "<script" not in page and "&lt;script&gt;" in page
        assert not re.search(r"(src|href)=|url\(|@import|https?://", page)
    (tmp_path / "file").write_text("")
    with pytest.raises(Problem) as caught:
        write_day(day, line, tmp_path / "file")
    assert caught.value.code == "onsite.day_not_written"
    place.line.end()


def test_prometheus_sees_the_health(tmp_path: Path) -> None:
    place = Place(tmp_path, pages=False)
    metrics = Metrics(place.line)

    def figures() -> dict[str, float]:
        families = text_string_to_metric_families(metrics.text().decode())
        return {
            sample.name + sample.labels.get("level", ""): sample.value
            for f in families
            for sample in f.samples
        }

    assert figures()["hikidashi_monitor_levelstarting"] == 1
    assert "hikidashi_monitor_unsure_ratio" not in figures()
    place.judge(*["good"] * 15, *["grey"] * 15)
    found = figures()
    assert found["hikidashi_monitor_unsure_ratio"] == 0.5 and found["hikidashi_monitor_levelwatch"] == 1
    assert "hikidashi_monitor_drift_p_value" not in found, "there is no reference"
    place.line.end()


def test_features_reach_the_monitor_and_no_output(tmp_path: Path) -> None:
    place = Place(tmp_path, pages=False)
    place.judge("good")
    (result,) = place.told.results
    marked = result.model_copy().with_features(b"1234")
    assert (
        marked.features == b"1234" and '"features"' not in marked.as_json() and "1234" not in marked.as_json()
    )
    assert marked.model_copy(update={"moved_to": "x"}).features == b"1234"
    place.line.end()
