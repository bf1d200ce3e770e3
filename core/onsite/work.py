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
from core.package.trust import open_trusted
from core.problems import Problem
from core.settings import locations


@dataclass(frozen=True)
class Wish:
    """What is to be set to work: the package, classes added by their words, what is OK and NG, where results go, and in
    which folder the supervisor finds the page of each day."""

    package: Path
    device: str = "auto"
    added: tuple[tuple[str, str], ...] = ()
    ok: tuple[str, ...] = ()
    ng: tuple[str, ...] = ()
    outputs: Wishes = field(default_factory=Wishes)
    daily_pages: Path | None = None


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
    """A line that judges with the package; in the end what can be delivered at once is.

    Raises:
        Problem: as `choose_outputs`, `open_judge`, `Journal`, `OkNg.with_words`;
            `onsite.nothing_is_ok` where a signal would never say OK.
    """
    from core.onsite.alone import open_judge

    outlets = Outlets(choose_outputs(wish.outputs), choose_signals(wish.outputs))
    package = open_trusted(wish.package)
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
    line = Line(judge, ok_ng, kept, tell, outlets, overseer)
    try:
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
        with _stopped_by_signals() as stop:
            yield Work(line, tell, ready, stop)
    finally:
        line.end()


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
