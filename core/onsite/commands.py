"""`hikidashi watch` and `hikidashi serve`: a package at work, until it is interrupted."""

import argparse
import math
import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core.onsite.extras import extra
from core.onsite.outputs.choose import MQTT_PASSWORD, WEBHOOK_TOKEN, Wishes
from core.onsite.source import is_camera
from core.onsite.text_line import TextLine
from core.onsite.work import Wish, at_work, journal_of
from core.package.commands import add_asking, new_class

if TYPE_CHECKING:
    from core.onsite.mover import Mover

TOKEN = "HIKIDASHI_TOKEN"


def add_parsers(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add both commands."""
    _add_watch(subparsers)
    _add_serve(subparsers)


def _add_watch(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "watch",
        help="judge every photo that comes into a folder, or what a camera sees",
        description="Judges the photos in a folder and those that come, each once, also over a restart. A photo that is "
        "still being written is waited for. A package that writes describes them, or answers questions, and keeps a record "
        "of each. Prints one JSON object a line. Stop it with Ctrl+C.",
        epilog="example: hikidashi watch parts.hkd incoming --move-to sorted --csv results.csv "
        "--modbus 'modbus://192.168.0.10:502?coil=0'",
    )
    parser.add_argument("package", metavar="FILE.hkd", type=Path, help="the package")
    parser.add_argument("source", metavar="DIR", help="the folder; or camera:0, or the rtsp:// or http:// address "
                        "of a camera")  # fmt: skip
    parser.add_argument("--move-to", type=Path, metavar="DIR",
                        help="move judged photos here, into a folder for each class, or `_written` of a package that "
                        "writes (photos of a camera are kept here)")  # fmt: skip
    parser.add_argument("--settle", type=_seconds, default=1.0, metavar="S",
                        help="a photo is whole when it has not changed for so long (default: 1)")  # fmt: skip
    parser.add_argument("--every", type=_seconds, default=1.0, metavar="S",
                        help="seconds between two photos of a camera (default: 1)")  # fmt: skip
    _add_common(parser)
    parser.set_defaults(run=_watch)


def _add_serve(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    parser = subparsers.add_parser(
        "serve",
        help="judge photos that other programs send over HTTP",
        description="Answers POST /v1/judge with the result for the photo in the body, on this PC alone. The interface "
        f"is described by /openapi.json. The token may also be given as the environment variable {TOKEN}, which other "
        "users of the PC cannot read. Prints one JSON object a line. Stop it with Ctrl+C.",
        epilog="example: hikidashi serve parts.hkd --port 8731   then   "
        "curl --data-binary @photo.jpg 'http://127.0.0.1:8731/v1/judge?name=photo.jpg'",
    )
    parser.add_argument("package", metavar="FILE.hkd", type=Path, help="the package")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this PC alone)")
    parser.add_argument("--port", type=_port, default=8731, help="0 for any that is free (default: 8731)")
    parser.add_argument("--token", default="", help="what callers must bring as a bearer token")
    parser.add_argument("--allow-network", action="store_true",
                        help="let other PCs in: needs --host and a token; the connection is not encrypted")  # fmt: skip
    parser.add_argument("--keep-photos", type=Path, metavar="DIR",
                        help="keep photos here, in a folder for each class, or `_written` of a package that writes, so "
                        "that they can be learned from; otherwise none is kept")  # fmt: skip
    _add_common(parser)
    parser.set_defaults(run=_serve)


def _add_common(parser: argparse.ArgumentParser) -> None:
    several: dict[str, Any] = {"action": "append", "default": []}
    outputs = parser.add_argument_group(
        "outputs",
        "each may be repeated; what cannot be delivered waits, also over a restart, and is tried again",
    )
    outputs.add_argument("--csv", type=Path, metavar="FILE", **several)
    outputs.add_argument("--jsonl", type=Path, metavar="FILE", **several)
    outputs.add_argument(
        "--sqlite",
        type=Path,
        metavar="FILE",
        help="table `results`; of a package that writes `texts`",
        **several,
    )
    outputs.add_argument("--webhook", metavar="URL", **several,
                         help=f"POST of each result; bearer token from {WEBHOOK_TOKEN}")  # fmt: skip
    outputs.add_argument("--mqtt", metavar="URL", **several,
                         help=f"mqtt://user@host:1883/topic, or mqtts://; password from {MQTT_PASSWORD}")  # fmt: skip
    outputs.add_argument("--modbus", metavar="URL", **several,
                         help="modbus://host:502?coil=0&unit=1: that coil on for OK, the next for everything else; "
                         "never kept for later")  # fmt: skip
    meaning = parser.add_argument_group(
        "OK and NG", "guessed from the class names; what is said here is remembered"
    )
    meaning.add_argument("--ok", metavar="CLASS", help="this class is OK", **several)
    meaning.add_argument("--ng", metavar="CLASS", help="this class is NG", **several)
    parser.add_argument("--add-class", type=new_class, metavar="NAME=DESCRIPTION", **several,
                        help="offer one more class, told by its English description")  # fmt: skip
    parser.add_argument(
        "--max-mb",
        type=_megabytes,
        default=64,
        metavar="MB",
        help="largest file that is opened (default: 64)",
    )
    parser.add_argument("--daily-page", type=Path, metavar="DIR",
                        help="write a page of each day for the supervisor here (HTML, Japanese and English)")  # fmt: skip
    add_asking(parser)
    parser.add_argument("--device", choices=("auto", "cpu", "cuda", "mps"), default="auto")
    parser.add_argument("--json", action="store_true", default=True, help="as it is: every line is JSON")


def _watch(arguments: argparse.Namespace) -> None:
    if is_camera(arguments.source):
        _watch_camera(arguments)
        return
    with extra("onsite"):
        from core.onsite.watch import Watch, Watched
    folder = Path(arguments.source)
    watched = Watched(folder, arguments.move_to, arguments.settle, most_bytes=arguments.max_mb << 20)
    with at_work(_wish(arguments), arguments.source, journal_of("watch", str(folder.resolve()))) as work:
        watch = Watch(watched, work.line, work.tell, _mover(arguments.move_to, work.ready.classes))
        work.tell(work.ready)
        watch.run(work.stop)


def _watch_camera(arguments: argparse.Namespace) -> None:
    with extra("camera"):
        from core.onsite.camera import Camera, judge_camera
    camera = Camera(arguments.source, arguments.every)
    with at_work(_wish(arguments), camera.name, journal_of("camera", camera.name)) as work:
        work.tell(work.ready)
        judge_camera(camera, work.line, work.stop, work.tell, _mover(arguments.move_to, work.ready.classes))


def _serve(arguments: argparse.Namespace) -> None:
    with extra("onsite"):
        from core.onsite.server import Access, Classes, Limits, Questions, build_server, listen
    token = arguments.token or os.environ.get(TOKEN, "")
    access = Access(arguments.host, arguments.port, token, arguments.allow_network)
    journal = journal_of("serve", f"{access.host}:{access.port}")
    with at_work(_wish(arguments), "", journal) as work:
        ready = work.ready
        offered: Classes | Questions = Classes(classes=ready.classes, ok=ready.ok, ng=ready.ng)
        if isinstance(work.line, TextLine):
            offered = Questions(task=work.line.writing.task, questions=ready.questions)
        limits = Limits(most_bytes=arguments.max_mb << 20)
        app = build_server(work.line, offered, access, limits, _mover(arguments.keep_photos, ready.classes))
        listen(app, access, lambda address: work.tell(replace(ready, source=address)))


def _wish(arguments: argparse.Namespace) -> Wish:
    return Wish(
        package=arguments.package,
        device=arguments.device,
        added=tuple(arguments.add_class),
        ok=tuple(arguments.ok),
        ng=tuple(arguments.ng),
        daily_pages=arguments.daily_page,
        questions=tuple(arguments.question),
        language=arguments.language,
        outputs=Wishes(
            csv=arguments.csv,
            json_lines=arguments.jsonl,
            sqlite=arguments.sqlite,
            webhook=arguments.webhook,
            mqtt=arguments.mqtt,
            modbus=arguments.modbus,
        ),
    )


def _mover(into: Path | None, classes: tuple[str, ...]) -> "Mover | None":
    from core.onsite.mover import Mover

    return Mover(into, classes) if into else None


def _seconds(text: str) -> float:
    number = float(text)
    if not math.isfinite(number) or not 0 <= number <= 3600:
        raise argparse.ArgumentTypeError("must be 0 to 3600")
    return number


def _megabytes(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 1024:
        raise argparse.ArgumentTypeError("must be 1 to 1024")
    return number


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError("must be 0 to 65535")
    return number
