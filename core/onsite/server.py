"""Judging photos over HTTP, on this PC alone unless someone says otherwise.

`POST /v1/judge` with the photo itself as body, and `?question=` for a package that answers; `GET /v1/classes` or
`/v1/questions`, `/health`, `/metrics`, `/openapi.json`. There is no
page with pictures of the interface (`/docs`): it would load its script from the internet.
"""

import hashlib
import ipaddress
import secrets
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any, Literal

import anyio
import uvicorn
from fastapi import APIRouter, Depends, FastAPI, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.telemetry import TelemetryConfig
from pydantic import BaseModel, StringConstraints
from starlette.middleware.trustedhost import TrustedHostMiddleware

from core import __version__
from core.onsite.answers import Shot
from core.onsite.line import Line
from core.onsite.metrics import Metrics
from core.onsite.monitor.look import Level
from core.onsite.mover import Mover
from core.onsite.result import Outcome, Result, Written
from core.onsite.text_line import TextLine
from core.problems import Problem, problem_text
from core.tasks.texts import MOST_LETTERS, TextTask

SHORTEST_TOKEN = 16
_MOST_QUESTIONS = 32
_Question = Annotated[str, StringConstraints(max_length=MOST_LETTERS)]
_LOOPBACK_NAMES = ["localhost", "127.0.0.1", "[::1]", "::1"]


@dataclass(frozen=True)
class Access:
    """Where the server listens and who may ask. Loopback only, unless `wider` is said and there is a token.

    Raises:
        Problem: `onsite.needs_allow_network`, `onsite.needs_token`, `onsite.short_token`.
    """

    host: str = "127.0.0.1"
    port: int = 8731
    token: str = ""
    wider: bool = False

    def __post_init__(self) -> None:
        if self.token and len(self.token) < SHORTEST_TOKEN:
            raise Problem("onsite.short_token", least=SHORTEST_TOKEN)
        if self.is_loopback:
            return
        if not self.wider:
            raise Problem("onsite.needs_allow_network", host=self.host)
        if not self.token:
            raise Problem("onsite.needs_token", host=self.host)

    @property
    def is_loopback(self) -> bool:
        """Whether only this PC can reach it."""
        try:
            return self.host == "localhost" or ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def admits(self, given: str) -> bool:
        """Whether this is the token; takes as long for a nearly right one as for any other."""
        wanted, found = (
            hashlib.sha256(text.encode(errors="replace")).digest() for text in (self.token, given)
        )
        return secrets.compare_digest(wanted, found)


@dataclass(frozen=True)
class Limits:
    """What one request may cost, and how many may wait."""

    most_bytes: int = 64 << 20
    body_s: float = 30.0
    at_once: int = 8


class Classes(BaseModel):
    """The classes of the package, and what each means for a piece."""

    classes: tuple[str, ...]
    ok: tuple[str, ...]
    ng: tuple[str, ...]


class Questions(BaseModel):
    """What a package that writes does, and what it is asked where nothing else is."""

    task: TextTask
    questions: tuple[str, ...]


class Health(BaseModel):
    """`failing`: photos are judged, but some output does not take the results at present. `monitor`: whether the line
    still is what the package was made for; None where nobody looks."""

    status: Literal["ok", "failing"]
    monitor: Level | None = None


def build_server(
    line: Line,
    offered: Classes | Questions,
    access: Access,
    limits: Limits = Limits(),
    mover: Mover | None = None,
) -> FastAPI:
    """The application; `listen` runs it. The line of a package that writes offers `Questions`. With a mover, photos that
    can be read are kept where it puts them."""
    app = FastAPI(
        title="Hikidashi", version=__version__, docs_url=None, redoc_url=None, telemetry=_NO_TELEMETRY
    )
    # A page in a browser on this PC can be made to call 127.0.0.1, under the name of the page's own server.
    hosts = [*_LOOPBACK_NAMES, access.host] if access.is_loopback else ["*"]
    app.add_middleware(TrustedHostMiddleware, allowed_hosts=hosts)
    metrics = Metrics(line)
    waiting = anyio.Semaphore(limits.at_once)
    bearer = HTTPBearer(auto_error=False, description="The token given to `hikidashi serve`, if there is one")

    def admitted(
        request: Request, given: Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]
    ) -> None:
        if "origin" in request.headers:
            raise _refusal(metrics, 403, "onsite.from_a_browser")
        if access.token and not access.admits(given.credentials if given else ""):
            raise _refusal(metrics, 401, "onsite.wrong_token", {"WWW-Authenticate": "Bearer"})

    @app.get("/health")
    def health() -> Health:
        """Whether all is well; open to all, so it tells nothing more."""
        failing = any(each.failures for each in line.deliveries) or any(
            each.failures for each in line.signals
        )
        status = line.overseer.status() if line.overseer else None
        return Health(status="failing" if failing else "ok", monitor=status and status.level)

    @app.get("/metrics", dependencies=[Depends(admitted)], response_class=Response)
    def tell_metrics() -> Response:
        """For Prometheus."""
        return Response(metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    async def answered(request: Request, name: str, judge: Callable[[Shot], list[Outcome]]) -> Outcome:
        try:
            waiting.acquire_nowait()
        except anyio.WouldBlock:
            raise _refusal(metrics, 503, "onsite.too_busy", {"Retry-After": "1"}) from None
        try:
            photo = await _body(request, limits, metrics)
            began = time.perf_counter()
            shot = Shot(_plain(name), lambda: photo)
            result = await anyio.to_thread.run_sync(lambda: _keep(line, mover, shot, judge(shot)))
        except Problem as problem:
            raise _refusal(metrics, 507, problem.code, **problem.data) from problem
        finally:
            waiting.release()
        if result.problem:
            metrics.refused(422)
            raise HTTPException(422, {"code": result.problem, "message": result.message})
        metrics.judged(result, time.perf_counter() - began)
        return result

    router = APIRouter(dependencies=[Depends(admitted)])
    if isinstance(line, TextLine) and isinstance(offered, Questions):
        _add_writing(router, line, offered, answered, metrics)
    elif isinstance(offered, Classes):
        _add_judging(router, line, offered, answered)
    app.include_router(router)
    return app


_Answered = Callable[[Request, str, Callable[[Shot], list[Outcome]]], Awaitable[Outcome]]
_Name = Annotated[str, Query(max_length=255)]


def _add_judging(router: APIRouter, line: Line, classes: Classes, answered: _Answered) -> None:
    @router.get("/v1/classes")
    def tell_classes() -> Classes:
        """What may be answered."""
        return classes

    @router.post(
        "/v1/judge", openapi_extra=_PHOTO_BODY, response_model=Result, response_model_by_alias=True,
        responses=_ANSWERS,
    )  # fmt: skip
    async def judge(request: Request, name: _Name = "photo") -> Outcome:
        """Judge the photo in the body (JPEG, PNG, TIFF, …). `name` is what it is called in the record."""
        return await answered(request, name, lambda shot: line.judge([shot]))


def _add_writing(
    router: APIRouter, line: TextLine, questions: Questions, answered: _Answered, metrics: Metrics
) -> None:
    @router.get("/v1/questions")
    def tell_questions() -> Questions:
        """What it is asked where nothing else is."""
        return questions

    @router.post(
        "/v1/judge", openapi_extra=_PHOTO_BODY, response_model=None,
        responses=_WRITTEN,
    )  # fmt: skip
    async def write(
        request: Request,
        name: _Name = "photo",
        question: Annotated[list[_Question], Query(max_length=_MOST_QUESTIONS)] = [],  # noqa: B006 - FastAPI's own form
    ) -> JSONResponse:
        """Describe the photo in the body (JPEG, PNG, TIFF, …), or answer each `question` about it; of a package that
        answers those it learned where there is none. `name` is what the photo is called in the record."""
        try:
            line.writing.check_questions(question)
        except Problem as problem:
            raise _refusal(metrics, 400, problem.code, **problem.data) from problem
        result = await answered(request, name, lambda shot: line.ask([shot], question))
        return JSONResponse(result.as_facts())


def listen(app: FastAPI, access: Access, ready: Callable[[str], None]) -> None:
    """Serve until interrupted; `ready` is called with the address once it is bound.

    Raises:
        Problem: `onsite.port_taken`.
    """
    family = socket.AF_INET6 if ":" in access.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listener:
        if hasattr(socket, "SO_EXCLUSIVEADDRUSE"):
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_EXCLUSIVEADDRUSE, 1)
        else:
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((access.host, access.port))
        except OSError as error:
            reason = error.strerror or error
            raise Problem("onsite.port_taken", host=access.host, port=access.port, reason=reason) from error
        config = uvicorn.Config(
            app, log_config=None, access_log=False, server_header=False, lifespan="off", ws="none",
            limit_concurrency=256, timeout_keep_alive=5, timeout_graceful_shutdown=10,
        )  # fmt: skip
        host = f"[{access.host}]" if family == socket.AF_INET6 else access.host
        ready(f"http://{host}:{listener.getsockname()[1]}")
        uvicorn.Server(config).run(sockets=[listener])


_PHOTO_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}
# Whatever exporter the environment names: nothing goes anywhere but where the operator sent it.
_NO_TELEMETRY: TelemetryConfig = {"tracing": False, "metrics": False, "logs": False, "auto_configure": False}
_REFUSALS: dict[int | str, str] = {
    401: "The token is missing or wrong",
    403: "The request comes from a web page",
    408: "The photo did not arrive in time",
    413: "The photo is too large",
    422: "The photo cannot be read",
    503: "Too many photos wait",
    507: "The result cannot be kept, so it is not told either",
}

_ANSWERS: dict[int | str, dict[str, Any]] = {
    status: {"description": text} for status, text in _REFUSALS.items()
}
_WRITTEN: dict[int | str, dict[str, Any]] = {
    **_ANSWERS,
    200: {"model": Written},
    400: {"description": "That cannot be asked"},
}


def _keep(line: Line, mover: Mover | None, shot: Shot, results: list[Outcome]) -> Outcome:
    """The photo first: a result never names one that is not there. Who asked is not told where it lies."""
    (result,) = results
    lies = str(mover.keep(shot.read(), result)) if mover and not result.problem else ""
    line.keep([result.model_copy(update={"moved_to": lies})])
    return result


async def _body(request: Request, limits: Limits, metrics: Metrics) -> bytes:
    """The body, whose length is never trusted."""
    announced = request.headers.get("content-length", "0")
    content = bytearray()
    with anyio.move_on_after(limits.body_s):
        too_long = not announced.isdecimal() or int(announced[:20]) > limits.most_bytes
        if not too_long:
            async for piece in request.stream():
                content += piece
                if len(content) > limits.most_bytes:
                    too_long = True
                    break
        if too_long:
            raise _refusal(metrics, 413, "onsite.too_many_bytes", most=limits.most_bytes >> 20)
        return bytes(content)
    raise _refusal(metrics, 408, "onsite.too_slow", seconds=round(limits.body_s))


def _refusal(
    metrics: Metrics, status: int, code: str, headers: dict[str, str] | None = None, **facts: object
) -> HTTPException:
    metrics.refused(status)
    detail = {"code": code, "message": str(problem_text(code, facts, "en"))}
    return HTTPException(status, detail, headers)


def _plain(name: str) -> str:
    """A name for the record: no path, one line."""
    last = name.replace("\\", "/").rpartition("/")[2]
    return "".join(sign for sign in last if sign.isprintable()) or "photo"
