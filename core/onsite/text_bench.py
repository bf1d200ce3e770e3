"""The predict worker with a package that writes: descriptions, or answers to questions; each is kept as a record."""

from collections.abc import Iterator, Sequence

from core.onsite.answers import Answer, NotJudged, Photo, Prediction
from core.onsite.bench import Bench, Request, plain
from core.onsite.line import as_written
from core.onsite.outputs.protocol import Output
from core.onsite.records import RecordOutput, open_records
from core.onsite.writing import WritingJudge
from core.package.archive import TextPackage
from core.problems import Problem
from core.training.commands import Emit
from core.training.events import Warned, Wrote


class TextBench(Bench):
    """Writes, and keeps what it wrote. No monitor looks: drift is told by features of classes, which a text has not; a
    Warned event says so.

    Raises:
        Problem: as `open_records`.
    """

    def __init__(self, package: TextPackage, judge: WritingJudge, emit: Emit) -> None:
        super().__init__(emit)
        self._package, self._writing = package, judge
        self._records = open_records(package)
        self._troubled = False
        self.emit(Warned(code="onsite.texts_not_monitored"))

    def prepare(self, request: Request) -> None:
        if request.add_class is not None:
            raise Problem("onsite.texts_no_classes")
        if request.photos or request.questions:
            self._writing.check_questions(request.questions)

    def predict(self, photos: Sequence[Photo], questions: Sequence[str]) -> Iterator[Answer]:
        return self._writing.predict(photos, questions)

    def outputs(self) -> Sequence[Output]:
        """The records: what a kill kept from them is made up for at the next start."""
        return (RecordOutput(open_records(self._package)),)

    def tell(self, answer: Answer, request: int = 0) -> None:
        if isinstance(answer, Prediction):
            raise TypeError("a package that writes does not tell classes apart")
        if isinstance(answer, NotJudged):
            self._tell_failed(answer, request)
            return
        self._keep(answer)
        self.emit(Wrote(request=request, photo=answer.photo, parts=answer.parts, seconds=answer.seconds))

    def end(self) -> None:
        super().end()
        self._records.close()

    def _keep(self, answer: Answer) -> None:
        """The operator has the text all the same where its record cannot be kept, and is told once."""
        if isinstance(answer, Prediction):
            return
        try:
            self._records.add([as_written(answer, self._package.manifest.task)])
        except Problem as problem:
            if not self._troubled:
                self.emit(Warned(code=problem.code, data=plain(problem)))
            self._troubled = True
        else:
            self._troubled = False
