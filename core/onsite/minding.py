"""A source that the window has judged while it is open: a watched folder, or a camera; in a thread of its own."""

import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from core.files import write_atomic
from core.onsite.answers import Answer, Photo, Shot
from core.onsite.extras import extra
from core.onsite.happenings import Happening, Recovered, Trouble
from core.onsite.journal import Done, Journal
from core.onsite.line import Line, Outlets
from core.onsite.okng import OkNg
from core.onsite.outputs.protocol import Output
from core.onsite.result import Outcome
from core.onsite.source import is_camera
from core.onsite.work import journal_of
from core.problems import Problem
from core.settings import locations
from core.training.commands import Emit
from core.training.events import SourceTold

_PATIENCE_S = 10.0
CAMERA_DAYS = 30  # so long what a camera saw is kept

JudgeAll = Callable[[Sequence[Photo]], Sequence[Answer]]
TellAnswer = Callable[[Answer], None]


class Minding:
    """Judges what comes from a source until `end`; a SourceTold event tells when it works and when it does not. What comes
    into a folder goes to `outputs` too, also what a kill kept from them the last time.

    Raises:
        Problem: `onsite.folder_missing`, `onsite.journal_in_use`, `onsite.extra_missing`.
    """

    def __init__(
        self,
        source: str,
        every_s: float,
        judge: JudgeAll,
        tell: TellAnswer,
        emit: Emit,
        outputs: Sequence[Output] = (),
    ) -> None:
        self._source, self._judge, self._tell, self._emit = source, judge, tell, emit
        self._outputs = outputs
        self._stop = threading.Event()
        self._run = self._camera(every_s) if is_camera(source) else self._folder()
        self._thread = threading.Thread(target=self._work, name="source", daemon=True)
        self._thread.start()

    def end(self) -> None:
        """Stop, and wait until it has."""
        self._stop.set()
        self._thread.join(_PATIENCE_S)

    def _work(self) -> None:
        self._emit(SourceTold(source=self._source, state="watching"))
        try:
            self._run()
        except Problem as problem:
            self._trouble(problem)
        self._emit(SourceTold(source=self._source, state="ended"))

    def _folder(self) -> Callable[[], None]:
        with extra("onsite"):
            from core.onsite.watch import Watch, Watched
        folder = Path(self._source)
        watched = Watched(folder)
        journal = Journal(journal_of("window", str(folder.resolve())))
        line = _TellingLine(self._judge, self._tell, journal, self._outputs)
        watch = Watch(watched, line, self._happened)

        def run() -> None:
            try:
                watch.run(self._stop)
            finally:
                line.end()

        return run

    def _camera(self, every_s: float) -> Callable[[], None]:
        with extra("camera"):
            from core.onsite.camera import Camera
        camera = Camera(self._source, every_s)

        def run() -> None:
            _forget_old_days()
            for shot in camera.shots(self._stop, self._happened):
                path = _camera_folder() / f"{datetime.now():%Y-%m-%d}" / shot.name
                try:
                    write_atomic(path, content := shot.read())
                except OSError as error:
                    raise Problem(
                        "onsite.camera_photo_not_kept", path=path, reason=error.strerror or error
                    ) from error
                for answer in self._judge([Shot(str(path), lambda kept=content: kept)]):  # type: ignore[misc]
                    self._tell(answer)

        return run

    def _happened(self, happening: Happening) -> None:
        if isinstance(happening, Trouble):
            self._trouble(happening.problem)
        elif isinstance(happening, Recovered):
            self._emit(SourceTold(source=self._source, state="watching"))

    def _trouble(self, problem: Problem) -> None:
        data = {key: str(value) for key, value in problem.data.items()}
        self._emit(SourceTold(source=self._source, state="trouble", code=problem.code, data=data))


class _TellingLine(Line):
    """A line whose answers go to the window as they are, once the journal has them."""

    def __init__(
        self, judge: JudgeAll, tell: TellAnswer, journal: Journal, outputs: Sequence[Output]
    ) -> None:
        super().__init__(_Judge(judge), OkNg(), journal, _deaf, Outlets(outputs))
        self._tell_answer = tell
        self._answers: dict[str, Answer] = {}

    def judge(self, photos: Sequence[Photo]) -> list[Outcome]:
        results, self._answers = list[Outcome](), {}
        for answer in self._judge.predict(photos):
            results.append(self.result(answer))
            self._answers[results[-1].id] = answer
        return results

    def keep(self, results: Sequence[Outcome], done: Sequence[Done] = ()) -> None:
        super().keep(results, done)
        for result in results:
            self._tell_answer(self._answers[result.id])


class _Judge:
    def __init__(self, judge: JudgeAll) -> None:
        self._judge = judge

    def predict(self, photos: Sequence[Photo]) -> Iterator[Answer]:
        return iter(self._judge(photos))


def _deaf(_happening: Happening) -> None:
    """The window has its answers from `tell`, and its troubles from the watch."""


def _camera_folder() -> Path:
    return locations().data / "onsite" / "camera"


def _forget_old_days() -> None:
    oldest = f"{datetime.now() - timedelta(days=CAMERA_DAYS):%Y-%m-%d}"
    folder = _camera_folder()
    for day in folder.iterdir() if folder.is_dir() else ():
        if day.name < oldest:
            shutil.rmtree(day, ignore_errors=True)
