"""Trying the tuned model of a run: the engine opens it once, then writes about the photos that are asked for.

A request is `{"request": 3, "photo": "…", "question": "…"}` on a line of standard input; without a question the photo is
described. Each is answered by one Wrote or PredictionFailed event with that number. The first Progress event (1 of 1)
says that the model is open.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from core.backbones.device import choose_device
from core.photos.decode import open_photo
from core.problems import Language, Problem
from core.tasks.asking import after_learning, ask, describe
from core.tasks.course import TUNED_FILE
from core.tasks.models import open_writer
from core.tasks.protocol import Writer
from core.tasks.tuned import load_tuned
from core.tasks.writers import WriterCard
from core.training.commands import Commands, Emit
from core.training.events import PredictionFailed, Progress, Stage, WrittenPart, Wrote
from core.training.job import TryOutJob
from core.training.run import Run


class Request(BaseModel):
    """One line of standard input."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    request: int
    photo: str
    question: str = ""


def run_try_out(job: TryOutJob, emit: Emit, commands: Commands) -> None:
    """Answer requests until told to end.

    Raises:
        Problem: `tasks.no_result` where the run has none; as the model and what was learned are opened.
        Halt: stopped, or the window is gone.
    """
    emit(Stage(stage="load", index=1, of=1))
    run = Run(Path(job.source_run))
    result = run.text_result()
    if result is None:
        raise Problem("tasks.no_result", run=run.folder)
    untuned = open_writer(result.model, choose_device(job.device).torch_name)
    tuning = load_tuned(run.folder / TUNED_FILE, untuned)
    card = after_learning(untuned.card, result.language)
    tuned = _Tuned(tuning.writer, card, job.language, result.language)
    emit(Progress(done=1, total=1))
    while True:
        commands.heed(emit)
        content = commands.next_request()
        if content is not None:
            _answer(content, tuned, job.threshold, emit)


@dataclass(frozen=True)
class _Tuned:
    """The tuned model and what it is now; `read` is the operator's language, `learned` that of the texts it learned."""

    writer: Writer
    card: WriterCard
    read: Language
    learned: Language

    def write(self, photo: Path, question: str) -> WrittenPart:
        """The answer in the operator's language; where nothing is asked, a description as it was learned.

        Raises Problem as `open_photo`, `ask`.
        """
        opened = [open_photo(photo)]
        if question:
            said = ask(self.writer, self.card, opened, [question], self.read)[0]
        else:
            said = describe(self.writer, self.card, opened, self.learned)[0]
        return WrittenPart(
            question=question, text=said.text, confidence=said.confidence, complete=said.complete
        )


def _answer(content: dict[str, Any], tuned: _Tuned, threshold: float, emit: Emit) -> None:
    """One request; an answer below the threshold is for a person. Nothing that was asked ends the engine."""
    began = time.monotonic()
    number = content.get("request")
    known = number if isinstance(number, int) else 0
    photo = str(content.get("photo", ""))
    try:
        request = Request.model_validate(content)
        part = tuned.write(Path(request.photo), request.question)
    except (Problem, ValidationError) as error:
        found = error if isinstance(error, Problem) else Problem("onsite.bad_request", reason=str(error))
        data = {name: str(value) for name, value in found.data.items()}
        emit(PredictionFailed(request=known, photo=photo, code=found.code, data=data))
        return
    if request.question:
        # As on site: nothing passes a threshold of 1, and what was cut off is for a person.
        unsure = part.confidence < threshold or threshold >= 1 or not part.complete
        part = part.model_copy(update={"unsure": unsure})
    emit(Wrote(request=known, photo=photo, parts=(part,), seconds=time.monotonic() - began))
