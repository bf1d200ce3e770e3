"""The daily page for the supervisor: one HTML file a language, nothing loaded from elsewhere."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from pathlib import Path

from core import __version__
from core.files import write_atomic
from core.onsite.monitor.book import DayCounts, MonitorBook
from core.onsite.monitor.look import Level, Window
from core.onsite.monitor.monitor import Status
from core.onsite.monitor.words import MonitorWords, monitor_words, percent, seconds_text
from core.onsite.okng import OkNg
from core.onsite.result import Verdict
from core.problems import Language, Problem
from core.report.blocks import Block, Bullets, Document, Part, Table, Text, Tile, Tiles, Tone
from core.report.blocks import Verdict as VerdictBox
from core.report.html import html_page

LANGUAGES: tuple[Language, ...] = ("ja", "en")
_TONES: dict[Level, Tone] = {
    Level.STARTING: "ok",
    Level.WELL: "ok",
    Level.WATCH: "warn",
    Level.RETRAIN: "bad",
}


@dataclass(frozen=True)
class Line:
    """Whose day it is: the package's name, where photos come from ("" for the window), what is OK and NG."""

    package: str
    source: str
    ok_ng: OkNg


@dataclass(frozen=True)
class Day:
    """A day: its photos, its looks, and how the line is now."""

    day: date
    counts: DayCounts
    looks: tuple[Window, ...]
    status: Status


def day_of(book: MonitorBook, status: Status, day: date) -> Day:
    """What a book knows of a day of this PC's calendar."""
    start, end = (
        datetime.combine(day + timedelta(days=days), time.min).astimezone().timestamp() for days in (0, 1)
    )
    return Day(day, book.counts(start, end), tuple(book.looks(since=start, until=end)), status)


def write_day(day: Day, line: Line, folder: Path, languages: Sequence[Language] = LANGUAGES) -> list[Path]:
    """Write `hikidashi-day-<date>-<language>.html`, each whole or not at all.

    Raises:
        Problem: `onsite.day_not_written`.
    """
    paths = []
    for language in languages:
        path = folder / f"hikidashi-day-{day.day:%Y-%m-%d}-{language}.html"
        try:
            write_atomic(path, html_page([tell_day(day, line, language)]))
        except OSError as error:
            raise Problem("onsite.day_not_written", path=path, reason=error.strerror or error) from error
        paths.append(path)
    return paths


def tell_day(day: Day, line: Line, language: Language) -> Document:
    """The day in a language."""
    words = monitor_words(language)
    made = words(
        "day.made",
        made=f"{datetime.now():%Y-%m-%d %H:%M}",
        package=line.package,
        source=line.source or words("day.source_window"),
        program=__version__,
    )
    front: list[Block] = [_verdict(day.status, words)]
    if day.counts.judged + day.counts.unreadable:
        front += [_tiles(day.counts, line.ok_ng, words), _classes(day.counts, line.ok_ng, words)]
    else:
        front.append(Text(words("day.nothing")))
    front += [_decisions(day.counts, words), _figures(day.status, words), _looks(day.looks, words)]
    return Document(
        language=language,
        title=words("day.title", date=f"{day.day:%Y-%m-%d}"),
        made=made,
        front=tuple(front),
        appendix_title=words("day.appendix"),
        appendix=(Part(words("rule.heading"), (Bullets(words.rules(day.status.limits)),)),),
    )


def verdicts_of(counts: DayCounts, ok_ng: OkNg) -> dict[Verdict, int]:
    """How many pieces were OK, NG, unsure, of a class that is neither, and unreadable."""
    found = dict.fromkeys(Verdict, 0) | {Verdict.UNREADABLE: counts.unreadable}
    for (name, unsure), count in counts.by_class.items():
        found[ok_ng.verdict(name, unsure)] += count
    return found


def _verdict(status: Status, words: MonitorWords) -> VerdictBox:
    return VerdictBox(
        _TONES[status.level], words.headline(status), (words.why(status), *words.advice(status))
    )


def _tiles(counts: DayCounts, ok_ng: OkNg, words: MonitorWords) -> Tiles:
    found, total = verdicts_of(counts, ok_ng), counts.judged + counts.unreadable
    shown = [verdict for verdict in Verdict if found[verdict] or verdict in (Verdict.OK, Verdict.NG)]
    tiles = [Tile(words("day.photos"), words("day.tile", count=f"{total:,}"), "")]
    tiles += [
        Tile(
            words(f"day.{verdict}"),
            words("day.tile", count=f"{found[verdict]:,}"),
            percent(found[verdict] / total),
        )
        for verdict in shown
    ]
    return Tiles(tuple(tiles))


def _classes(counts: DayCounts, ok_ng: OkNg, words: MonitorWords) -> Part:
    names = sorted({name for name, _ in counts.by_class}, key=lambda name: -_of_class(counts, name))
    rows = [
        (
            name,
            words(f"day.{ok_ng.verdict(name, False)}"),
            f"{counts.by_class.get((name, False), 0):,}",
            f"{counts.by_class.get((name, True), 0):,}",
            f"{_of_class(counts, name):,}",
        )
        for name in names
    ]
    sure = sum(count for (_, unsure), count in counts.by_class.items() if not unsure)
    rows.append((words("day.total"), "", f"{sure:,}", f"{counts.unsure:,}", f"{counts.judged:,}"))
    head = tuple(words(f"day.{key}") for key in ("class", "meaning", "sure", "asked", "total"))
    return Part(words("day.classes"), (Table(head, tuple(rows), numbers=2, total=True),))


def _of_class(counts: DayCounts, name: str) -> int:
    return sum(count for (other, _), count in counts.by_class.items() if other == name)


def _decisions(counts: DayCounts, words: MonitorWords) -> Part:
    decided = counts.decided
    text = (
        words("day.decisions_some", count=decided.decisions, other=decided.other)
        if decided.decisions
        else words("day.decisions_none")
    )
    return Part(words("day.decisions"), (Text(text),))


def _figures(status: Status, words: MonitorWords) -> Part:
    return Part(words("day.figures"), (Bullets(words.figures(status) or (words.why(status),)),))


def _looks(looks: Sequence[Window], words: MonitorWords) -> Part:
    if not looks:
        return Part(words("day.looks"), (Text(words("day.no_looks")),))
    keys = ("time", "photos", "look_unsure", "look_unlike", "look_mix", "look_seconds", "look_signs")
    unknown = words("day.unknown_figure")
    rows = tuple(
        (
            f"{datetime.fromtimestamp(window.time):%H:%M}",
            f"{window.photos}",
            f"{window.unsure}",
            unknown if window.unlike is None else percent(window.unlike),
            unknown if window.mix is None else percent(window.mix),
            words("day.seconds_short", seconds=seconds_text(window.seconds)),
            words.signs(window.signs),
        )
        for window in looks
    )
    return Part(words("day.looks"), (Table(tuple(words(f"day.{key}") for key in keys), rows),))
