"""The predict worker: loads a package once, then answers requests that come as JSON lines.

A request is `{"request": 3, "photos": ["…"]}`; each photo is answered by one Predicted or PredictionFailed
event with that number. With `"add_class": {"name": "…", "description": "…"}` a class is added before the
photos are judged; when it cannot be, or the request makes no sense, one PredictionFailed with an empty
`photo` answers. The first Progress event (1 of 1) says that the package is loaded.
"""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from core.onsite.answers import Prediction
from core.onsite.predictor import Predictor, open_predictor
from core.problems import Problem
from core.training.commands import Commands, Emit
from core.training.events import Predicted, PredictionFailed, Progress, Stage
from core.training.job import PredictJob


class NewClass(BaseModel):
    """A class to be added by its words."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    description: str


class Request(BaseModel):
    """One line of standard input."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    request: int
    photos: tuple[str, ...] = ()
    add_class: NewClass | None = None


def run_predict(job: PredictJob, emit: Emit, commands: Commands) -> None:
    """Answer requests until told to end.

    Raises:
        Problem: as `open_predictor`.
        Halt: stopped, or the window is gone.
    """
    emit(Stage(stage="load", index=1, of=1))
    predictor = open_predictor(Path(job.package), job.device)
    emit(Progress(done=1, total=1))
    while True:
        commands.heed(emit)
        content = commands.next_request()
        if content is not None:
            _answer(predictor, content, emit, commands)


def _answer(predictor: Predictor, content: dict[str, Any], emit: Emit, commands: Commands) -> None:
    try:
        request = Request.model_validate(content)
    except ValidationError as error:
        number = content.get("request")
        emit(
            PredictionFailed(
                request=number if isinstance(number, int) else -1,
                photo="",
                code="onsite.bad_request",
                data={"reason": str(error.errors(include_url=False, include_input=False)[0]["msg"])},
            )
        )
        return
    try:
        if request.add_class is not None:
            predictor.add_class(request.add_class.name, request.add_class.description)
    except Problem as problem:
        emit(_failed(request, "", problem))
        return
    for found in predictor.predict(request.photos):
        commands.heed(emit)
        if isinstance(found, Prediction):
            emit(Predicted(request=request.request, **vars(found)))
        else:
            emit(_failed(request, found.photo, found.problem))


def _failed(request: Request, photo: str, problem: Problem) -> PredictionFailed:
    data = {
        key: value if isinstance(value, int | float) else str(value) for key, value in problem.data.items()
    }
    return PredictionFailed(request=request.request, photo=photo, code=problem.code, data=data)
