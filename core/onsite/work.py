"""Setting a package to work: everything that stands around a line, from opening the package to the last delivery."""

import hashlib
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from core.onsite.happenings import LinePrinter, Ready, Tell, Trouble
from core.onsite.journal import Journal
from core.onsite.line import Line, Outlets
from core.onsite.monitor.day import Line as DayLine
from core.onsite.monitor.monitor import open_monitor
from core.onsite.monitor.overseer import DailyPages, Overseer
from core.onsite.okng import OkNg, load_ok_ng, save_ok_ng
from core.onsite.outputs.choose import Wishes, choose_outputs, choose_signals
from core.onsite.records import RecordOutput, open_records
from core.onsite.text_line import TextLine
from core.package.archive import Package, TextPackage
from core.package.trust import open_any_trusted
from core.problems import Language, Problem
from core.settings import locations


@dataclass(frozen=True)
class Wish:
    """What is to be set to work: the package, classes added by their words, what is OK and NG, where results go, and in
    which folder the supervisor finds the page of each day. `questions` and `language` are for a package that writes."""

    package: Path
    device: str = "auto"
    added: tuple[tuple[str, str], ...] = ()
    ok: tuple[str, ...] = ()
    ng: tuple[str, ...] = ()
    outputs: Wishes = field(default_factory=Wishes)
    daily_pages: Path | None = None
    questions: tuple[str, ...] = ()
    language: Language | None = None


@dataclass(frozen=True)
class Work:
    """A package at work; `ready` is to be told once photos can come. `stop` is set by Ctrl+C, or when the system wishes
    it to end; a second time that ends the program at once."""

    line: Line
    tell: Tell
    ready: Ready
    stop: threading.Event


@contextmanager
def at_work(wish: Wish, source: str, journal: Path) -> Iterator[Work]:
    """A line that judges, or writes, with the package; in the end what can be delivered at once is.

    Raises:
        Problem: as `choose_outputs`, `open_judge`, `open_writing_judge`, `Journal`, `OkNg.with_words`;
            `onsite.nothing_is_ok` where a signal would never say OK; `onsite.texts_no_ok` and `onsite.texts_no_classes`
            for what a package that writes cannot do, `onsite.classes_no_questions` for what the other cannot.
    """
    package = open_any_trusted(wish.package)
    if isinstance(package, TextPackage):
        line, tell, ready = _texts(package, wish, source, journal)
    else:
        line, tell, ready = _classes(package, wish, source, journal)
    try:
        with _stopped_by_signals() as stop:
            yield Work(line, tell, ready, stop)
    finally:
        line.end()


def _classes(package: Package, wish: Wish, source: str, journal: Path) -> tuple[Line, Tell, Ready]:
    from core.onsite.alone import open_judge

    if wish.questions or wish.language:
        raise Problem("onsite.classes_no_questions")
    outlets = Outlets(choose_outputs(wish.outputs), choose_signals(wish.outputs))
    ok_ng = _ok_ng(wish, {entry.name: entry.description for entry in package.manifest.classes})
    if outlets.signals and not ok_ng.ok:
        raise Problem("onsite.nothing_is_ok", classes=", ".join(package.manifest.class_names))
    judge = open_judge(wish.package, wish.device, wish.added)
    kept, tell = Journal(journal), LinePrinter()
    told = DayLine(wish.package.name, source, ok_ng)
    pages = None if wish.daily_pages is None else DailyPages(wish.daily_pages, told)
    overseer = None
    try:
        overseer = Overseer(open_monitor(package, journal.stem), tell, pages)
    except Problem as problem:  # photos are judged all the same
        tell(Trouble(wish.package.name, problem))
    ready = Ready(
        package=str(wish.package),
        sha256=package.sha256,
        source=source,
        classes=judge.class_names,
        ok=tuple(sorted(ok_ng.ok)),
        ng=tuple(sorted(ok_ng.ng)),
        neither=ok_ng.neither(judge.class_names),
        outputs=(*(each.name for each in outlets.outputs), *(each.name for each in outlets.signals)),
        waiting=kept.waiting(),
    )
    return Line(judge, ok_ng, kept, tell, outlets, overseer), tell, ready


def _texts(package: TextPackage, wish: Wish, source: str, journal: Path) -> tuple[Line, Tell, Ready]:
    """What was written is kept in the package's records, too."""
    from core.onsite.writing import open_writing_judge

    _refuse_classes(wish)
    outputs = choose_outputs(wish.outputs)
    judge = open_writing_judge(package, wish.device, wish.questions, wish.language)
    kept, tell = Journal(journal), LinePrinter()
    outlets = Outlets([RecordOutput(open_records(package)), *outputs])
    tell(Trouble(wish.package.name, Problem("onsite.texts_not_monitored")))
    ready = Ready(
        package=str(wish.package),
        sha256=package.sha256,
        source=source,
        classes=(),
        ok=(),
        ng=(),
        neither=(),
        outputs=tuple(each.name for each in outlets.outputs),
        waiting=kept.waiting(),
        task=judge.task,
        questions=judge.questions,
    )
    return TextLine(judge, kept, tell, outlets), tell, ready


def _refuse_classes(wish: Wish) -> None:
    """What only a package that tells classes apart can do. Raises Problem."""
    if wish.added:
        raise Problem("onsite.texts_no_classes")
    given = {
        "--modbus": wish.outputs.modbus,
        "--ok": wish.ok,
        "--ng": wish.ng,
        "--daily-page": wish.daily_pages,
    }
    for option, value in given.items():
        if value:
            raise Problem("onsite.texts_no_ok", option=option)


def journal_of(kind: str, source: str) -> Path:
    """The journal of a folder, a camera or a server: its own, whatever package judges."""
    key = hashlib.sha256(source.encode(errors="surrogatepass")).hexdigest()[:16]
    return locations().data / "onsite" / f"{kind}-{key}.db"


@contextmanager
def _stopped_by_signals() -> Iterator[threading.Event]:
    stop = threading.Event()

    def told(number: int, _frame: FrameType | None) -> None:
        stop.set()
        signal.signal(number, signal.SIG_DFL)

    before = {number: signal.signal(number, told) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _ok_ng(wish: Wish, descriptions: dict[str, str]) -> OkNg:
    """What is OK and NG by what was ever said of these classes, this time included."""
    added = dict(wish.added)
    known = load_ok_ng(descriptions, added)
    if not wish.ok and not wish.ng:
        return known
    chosen = known.with_words(wish.ok, wish.ng, (*descriptions, *added))
    save_ok_ng(descriptions, chosen)
    return chosen
