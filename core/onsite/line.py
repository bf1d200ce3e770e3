"""A line at work: photos come in, answers are kept, told, signalled and handed on."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from core.onsite.answers import Answer, Judge, NotJudged, Photo, Prediction, Writing, new_key
from core.onsite.delivery import Delivery, Pace, Signalling
from core.onsite.happenings import Ended, Judged, Tell
from core.onsite.journal import Done, Journal
from core.onsite.monitor.look import half
from core.onsite.monitor.overseer import Overseer
from core.onsite.okng import OkNg
from core.onsite.outputs.protocol import Output, Signal
from core.onsite.result import Outcome, Result, Verdict, Written
from core.problems import Problem, problem_text
from core.settings import system_language
from core.tasks.texts import TextTask

_PATIENCE_S = 10.0
_RANKED = 3  # enough for a person to choose from


@dataclass(frozen=True)
class Outlets:
    """Where results go, and how often that is tried."""

    outputs: Sequence[Output] = ()
    signals: Sequence[Signal] = ()
    pace: Pace = field(default_factory=Pace)


class Line:
    """Safe to be used from several threads: photos are judged one batch after the other."""

    def __init__(
        self,
        judge: Judge,
        ok_ng: OkNg,
        journal: Journal,
        tell: Tell,
        outlets: Outlets,
        overseer: Overseer | None = None,
    ) -> None:
        self.journal = journal
        self.overseer = overseer
        self.judged = 0
        self._judge, self._ok_ng, self._tell = judge, ok_ng, tell
        self.judging = threading.Lock()
        self.deliveries = [Delivery(output, journal, tell, outlets.pace) for output in outlets.outputs]
        self.signals = [Signalling(signal, tell) for signal in outlets.signals]

    def judge(self, photos: Sequence[Photo]) -> list[Outcome]:
        """The results of photos, in their order; nothing is kept yet."""
        with self.judging:
            return [self.result(answer) for answer in self._judge.predict(photos)]

    def keep(self, results: Sequence[Outcome], done: Sequence[Done] = ()) -> None:
        """Keep results and mark photos done, in one; then tell and signal them and wake the outputs.

        Raises:
            Problem: `onsite.journal_failed`: nothing was kept, told or sent.
        """
        self.journal.record(results, [delivery.output.name for delivery in self.deliveries], done)
        self.judged += len(results)
        for result in results:
            for signal in self.signals:
                signal.show(result.verdict or Verdict.UNKNOWN)
            self._tell(Judged(result))
        for delivery in self.deliveries:
            delivery.wake()
        if self.overseer is not None:
            self.overseer.take([result for result in results if isinstance(result, Result)])

    def end(self) -> None:
        """Deliver what can be delivered at once, and stop; what waits is delivered at the next start."""
        for signal in self.signals:
            signal.end(_PATIENCE_S)
        for delivery in self.deliveries:
            delivery.end(_PATIENCE_S)
        if self.overseer is not None:
            self.overseer.end()
        self._tell(Ended(self.judged, self.journal.waiting()))
        self.journal.close()

    def result(self, answer: Answer) -> Outcome:
        """An answer with what it means for the piece."""
        if isinstance(answer, Writing):
            return as_written(answer, "vqa" if answer.parts[0].question else "caption")
        return as_result(answer, self._ok_ng)


def as_result(answer: Prediction | NotJudged, ok_ng: OkNg) -> Result:
    """An answer as it is kept, with what it means for the piece."""
    if isinstance(answer, NotJudged):
        return Result(
            id=new_key(),
            time=datetime.now(UTC),
            photo=answer.photo,
            verdict=Verdict.UNREADABLE,
            problem=answer.problem.code,
            message=_words(answer.problem),
        )
    return Result(
        id=new_key(),
        time=datetime.now(UTC),
        photo=answer.photo,
        class_name=answer.class_name,
        probability=answer.probability,
        unsure=answer.unsure,
        verdict=ok_ng.verdict(answer.class_name, answer.unsure),
        ranking=answer.ranking[:_RANKED],
        seconds=answer.seconds,
    ).with_features(half(answer.features))


def as_written(answer: Writing | NotJudged, task: TextTask) -> Written:
    """What was written as it is kept; a person looks at what it is unsure of."""
    if isinstance(answer, NotJudged):
        return Written(
            id=new_key(),
            time=datetime.now(UTC),
            photo=answer.photo,
            task=task,
            verdict=Verdict.UNREADABLE,
            problem=answer.problem.code,
            message=_words(answer.problem),
        )
    told = Written(
        id=answer.key,
        time=datetime.now(UTC),
        photo=answer.photo,
        task=task,
        sha256=answer.sha256,
        unsure=answer.unsure,
        verdict=Verdict.UNSURE if answer.unsure else None,
        seconds=answer.seconds,
    )
    if task == "vqa":
        return told.model_copy(update={"answers": answer.parts})
    (part,) = answer.parts
    return told.model_copy(update=part.model_dump(include={"text", "confidence", "complete", "record"}))


def _words(problem: Problem) -> str:
    return str(problem_text(problem.code, problem.data, system_language()))
