"""The predict worker with a package that tells classes apart."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from core.onsite.alone import AddingJudge
from core.onsite.answers import Answer, Photo, Prediction, Writing
from core.onsite.bench import Bench, Request, plain
from core.onsite.happenings import Happening, Looked
from core.onsite.line import as_result
from core.onsite.monitor.monitor import WINDOW, open_monitor
from core.onsite.monitor.overseer import Overseer
from core.onsite.okng import OkNg
from core.package.trust import open_trusted
from core.problems import Problem
from core.training.commands import Emit
from core.training.events import ClassAdded, MonitorLooked, Predicted, Warned


class ClassBench(Bench):
    """Judges, adds classes, and lets a monitor see every photo."""

    def __init__(self, judge: AddingJudge, emit: Emit) -> None:
        super().__init__(emit)
        self._judge_of_classes = judge
        self._overseer: Overseer | None = None

    def oversee(self, package: Path) -> None:
        """Set the monitor to work; without one photos are judged all the same."""
        try:
            self._overseer = Overseer(open_monitor(open_trusted(package), WINDOW), self._told)
        except Problem as problem:
            self.emit(Warned(code=problem.code, data=plain(problem)))

    def add_again(self, name: str, description: str) -> None:
        """A class that was added before; one that cannot be added now is told and left out."""
        try:
            self._judge_of_classes.add_class(name, description)
        except Problem as problem:
            self.emit(Warned(code=problem.code, data=plain(problem)))

    def prepare(self, request: Request) -> None:
        if request.questions:
            raise Problem("onsite.classes_no_questions")
        if request.add_class is not None:
            added = request.add_class
            self._judge_of_classes.add_class(added.name, added.description)
            self.emit(ClassAdded(request=request.request, name=added.name, description=added.description))

    def predict(self, photos: Sequence[Photo], questions: Sequence[str]) -> Iterator[Answer]:
        del questions
        return self._judge_of_classes.predict(photos)

    def tell(self, answer: Answer, request: int = 0) -> None:
        if isinstance(answer, Writing):
            raise TypeError("a package that tells classes apart does not write")
        if self._overseer is not None:
            self._overseer.take([as_result(answer, OkNg())])
        if not isinstance(answer, Prediction):
            self._tell_failed(answer, request)
            return
        self.emit(
            Predicted(
                request=request,
                photo=answer.photo,
                ranking=answer.ranking,
                unsure=answer.unsure,
                seconds=answer.seconds,
            )
        )

    def end(self) -> None:
        super().end()
        if self._overseer is not None:
            self._overseer.end()

    def _told(self, happening: Happening) -> None:
        if isinstance(happening, Looked):
            self.emit(MonitorLooked(level=happening.level))
