"""The HTTP server, asked over a real connection: answers, limits, token, metrics; only for this PC by default."""

import socket
import struct
import threading
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2
import pytest
import uvicorn
from prometheus_client.parser import text_string_to_metric_families

from core.onsite.happenings import Judged
from core.onsite.journal import Journal
from core.onsite.line import Line, Outlets
from core.onsite.mover import UNSURE, Mover
from core.onsite.outputs.json_lines import JsonLines
from core.onsite.result import Result
from core.onsite.server import Access, Classes, Limits, build_server, listen
from core.photos.formats import looks_like_photo
from core.problems import Problem
from tests.core.onsite.peers import free_port
from tests.core.onsite.stand_ins import BAD, GOOD, GREY, OK_NG, RED, ColourJudge, Told, picture, wait_until

pytestmark = pytest.mark.loopback
TOKEN = "a-token-that-is-long-enough"
LIMITS = Limits()
CLASSES = Classes(classes=(GOOD, BAD), ok=(GOOD,), ng=(BAD,))


@dataclass
class Server:
    client: httpx2.Client
    told: Told
    judge: ColourJudge
    port: int
    out: Path


@contextmanager
def serving(
    folder: Path,
    token: str = "",
    limits: Limits = LIMITS,
    judge: ColourJudge | None = None,
    mover: Mover | None = None,
) -> Iterator[Server]:
    told, judge, out = Told(), judge or ColourJudge(), folder / "out.jsonl"
    line = Line(judge, OK_NG, Journal(folder / "journal.db"), told, Outlets([JsonLines(out)]))
    access, ready = Access(port=0, token=token), list[str]()
    servers: list[uvicorn.Server] = []
    run = uvicorn.Server.run

    def kept(self: uvicorn.Server, sockets: list[socket.socket] | None = None) -> None:
        servers.append(self)
        run(self, sockets)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(uvicorn.Server, "run", kept)
        app = build_server(line, CLASSES, access, limits, mover)
        thread = threading.Thread(target=listen, args=(app, access, ready.append))
        thread.start()
        wait_until(lambda: bool(servers) and servers[0].started)
        try:
            headers = {"Authorization": f"Bearer {token}"} if token else {}
            with httpx2.Client(base_url=ready[0], headers=headers, timeout=20) as client:
                yield Server(client, told, judge, int(ready[0].rpartition(":")[2]), out)
        finally:
            servers[0].should_exit = True
            thread.join()
            line.end()


def test_a_photo_is_judged_kept_and_handed_on(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        answer = server.client.post("/v1/judge?name=C:\\x\\写真.png", content=picture(RED))
        assert answer.status_code == 200
        body = answer.json()
        assert {key: body[key] for key in ("photo", "class", "unsure", "verdict")} == {
            "photo": "写真.png",
            "class": BAD,
            "unsure": False,
            "verdict": "ng",
        }
        unsure = server.client.post("/v1/judge", content=picture(GREY)).json()
        assert (unsure["unsure"], unsure["verdict"]) == (True, "unsure")
        wait_until(lambda: server.out.exists() and len(server.out.read_bytes().splitlines()) == 2)
    assert [result.id for result in server.told.results] == [body["id"], unsure["id"]]
    assert Result.model_validate(body) == server.told.results[0]


def test_what_is_no_photo_is_said_and_kept_as_unreadable(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        for content, code in (
            (b"", "photos.empty"),
            (b"no photo", "photos.not_a_picture"),
            (picture()[:50], "photos.truncated"),
        ):
            answer = server.client.post("/v1/judge", content=content)
            assert (answer.status_code, answer.json()["detail"]["code"]) == (422, code)
            assert answer.json()["detail"]["message"]
        assert [result.problem for result in server.told.results] == [
            "photos.empty", "photos.not_a_picture", "photos.truncated",
        ]  # fmt: skip
        assert server.client.post("/v1/judge", content=picture()).status_code == 200


def test_a_bomb_is_refused_by_its_size_on_paper(tmp_path: Path) -> None:
    header = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    bomb = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    data = zlib.compress(bytes(1 << 20))
    bomb += struct.pack(">I", len(data)) + b"IDAT" + data + struct.pack(">I", zlib.crc32(b"IDAT" + data))
    with serving(tmp_path) as server:
        answer = server.client.post("/v1/judge", content=bomb)
    assert (answer.status_code, answer.json()["detail"]["code"]) == (422, "photos.too_large")


def test_a_body_beyond_the_limit_is_refused_announced_or_not(tmp_path: Path) -> None:
    with serving(tmp_path, limits=Limits(most_bytes=1000)) as server:
        assert server.client.post("/v1/judge", content=bytes(1001)).status_code == 413
        pieces = (bytes(100) for _ in range(11))
        assert server.client.post("/v1/judge", content=pieces).status_code == 413
        assert server.client.post("/v1/judge", content=picture()).status_code == 200
    assert len(server.judge.seen) == 1


def test_a_body_that_does_not_come_is_not_waited_for_forever(tmp_path: Path) -> None:
    with serving(tmp_path, limits=Limits(body_s=0.2)) as server, socket.socket() as slow:
        slow.settimeout(10)
        slow.connect(("127.0.0.1", server.port))
        slow.sendall(b"POST /v1/judge HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\nhalf")
        assert b" 408 " in slow.recv(4096).splitlines()[0]


def test_too_many_at_once_are_told_to_come_again(tmp_path: Path) -> None:
    answers: list[httpx2.Response] = []
    with serving(tmp_path, limits=Limits(at_once=1), judge=ColourJudge(0.5)) as server:
        first = threading.Thread(
            target=lambda: answers.append(server.client.post("/v1/judge", content=picture()))
        )
        first.start()
        wait_until(lambda: server.judge.seen != [])
        second = server.client.post("/v1/judge", content=picture())
        first.join()
    assert (second.status_code, second.headers["retry-after"]) == (503, "1")
    assert answers[0].status_code == 200


@pytest.mark.parametrize(
    "given",
    ["", "Bearer", f"Bearer {TOKEN}x", f"Bearer {TOKEN[:-1]}", f"Basic {TOKEN}", "Bearer ä".encode()],
)
def test_without_the_token_nothing_is_told_or_judged(tmp_path: Path, given: str | bytes) -> None:
    with serving(tmp_path, token=TOKEN) as server:
        stranger = httpx2.Client(
            base_url=server.client.base_url, headers={"Authorization": given} if given else {}
        )
        with stranger:
            assert stranger.post("/v1/judge", content=picture()).status_code == 401
            assert stranger.get("/v1/classes").status_code == 401
            assert stranger.get("/metrics").status_code == 401
            assert stranger.get("/health").status_code == 200
        assert server.client.get("/v1/classes").json() == CLASSES.model_dump(mode="json")
    assert server.judge.seen == []


def test_web_pages_are_turned_away(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        page = server.client.post(
            "/v1/judge", content=picture(), headers={"Origin": "https://elsewhere.example"}
        )
        assert page.status_code == 403
        rebound = server.client.post("/v1/judge", content=picture(), headers={"Host": "elsewhere.example"})
        assert rebound.status_code == 400
    assert server.judge.seen == []


def test_metrics_and_health_say_how_it_is(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        for colour in (RED, RED, GREY):
            server.client.post("/v1/judge", content=picture(colour))
        server.client.post("/v1/judge", content=b"x")
        told = server.client.get("/metrics")
        assert told.headers["content-type"].startswith("text/plain")
        families = {family.name: family for family in text_string_to_metric_families(told.text)}
        counts = {
            (sample.labels["verdict"], sample.labels["class_name"]): sample.value
            for sample in families["hikidashi_photos"].samples
            if sample.name.endswith("_total")
        }
        assert counts == {("ng", BAD): 2, ("unsure", GOOD): 1}
        assert {s.labels["output"] for s in families["hikidashi_waiting"].samples} == {f"jsonl {server.out}"}
        assert (
            next(s.value for s in families["hikidashi_request_seconds"].samples if s.name.endswith("_count"))
            == 3
        )
        assert server.client.get("/health").json()["status"] == "ok"


def test_the_interface_is_described_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    with serving(tmp_path, token=TOKEN) as server:
        described = server.client.get("/openapi.json").json()
        assert described["openapi"].startswith("3.")
        judge = described["paths"]["/v1/judge"]["post"]
        assert "application/octet-stream" in judge["requestBody"]["content"]
        assert judge["security"] == [{"HTTPBearer": []}]
        assert "class" in described["components"]["schemas"]["Result"]["properties"]
        assert {"401", "413", "422", "503"} <= set(judge["responses"])
        for page in ("/docs", "/redoc"):
            assert server.client.get(page).status_code == 404


def test_results_that_cannot_be_kept_are_no_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(self: Journal, *_: object) -> None:
        raise Problem("onsite.journal_failed", path=self.path, reason="disk full")

    with serving(tmp_path) as server:
        monkeypatch.setattr(Journal, "record", full)
        assert server.client.post("/v1/judge", content=picture()).status_code == 507
        monkeypatch.undo()
    assert not any(isinstance(entry, Judged) for entry in server.told)


def test_photos_are_kept_where_that_is_asked_for_each_as_its_own_file(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    with serving(tmp_path, mover=Mover(kept, (GOOD, BAD))) as server:
        names = ("../../SN 1.png", "SN 1.png", "con.jpg:x", "..", "")
        answers = [
            server.client.post("/v1/judge", params={"name": name}, content=picture(RED)).json()
            for name in names
        ]
        server.client.post("/v1/judge", content=picture(GREY))
        assert server.client.post("/v1/judge", content=b"no photo").status_code == 422
    told = server.told.results
    files = [Path(result.moved_to) for result in told[:5]]
    assert [file.parent for file in files] == [kept / BAD] * 5
    assert all(file.read_bytes() == picture(RED) and looks_like_photo(file.name) for file in files)
    assert [file.name.split(f"-{each.id}")[0] for file, each in zip(files, told[:5], strict=True)] == [
        "SN 1", "SN 1", "_con.jpg_x", "_", "photo",
    ]  # fmt: skip
    assert (Path(told[5].moved_to).parent.name, Path(told[5].moved_to).suffix) == (UNSURE, ".png")
    assert (told[6].problem, told[6].moved_to) == ("photos.not_a_picture", "")
    assert sum(file.is_file() for file in tmp_path.rglob("*.png")) == 6
    assert [answer["moved_to"] for answer in answers] == [""] * 5, "no caller learns where it lies"


def test_a_photo_that_cannot_be_kept_is_no_answer_and_no_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with serving(tmp_path, mover=Mover(tmp_path / "kept", (GOOD, BAD))) as server:
        monkeypatch.setattr("core.onsite.mover.write_atomic", full)
        answer = server.client.post("/v1/judge", content=picture())
        monkeypatch.undo()
    assert (answer.status_code, answer.json()["detail"]["code"]) == (507, "onsite.not_moved")
    assert not any(isinstance(entry, Judged) for entry in server.told)


@pytest.mark.parametrize(
    ("access", "code"),
    [
        ({"host": "0.0.0.0"}, "onsite.needs_allow_network"),
        ({"host": "0.0.0.0", "token": TOKEN}, "onsite.needs_allow_network"),
        ({"host": "192.168.0.5", "wider": True}, "onsite.needs_token"),
        ({"host": "::", "wider": True}, "onsite.needs_token"),
        ({"host": "plant.example", "wider": True}, "onsite.needs_token"),
        ({"token": "short"}, "onsite.short_token"),
        ({"host": "0.0.0.0", "wider": True, "token": "short"}, "onsite.short_token"),
    ],
)
def test_wider_than_this_pc_needs_a_word_and_a_token(access: dict[str, object], code: str) -> None:
    with pytest.raises(Problem) as caught:
        Access(**access)  # type: ignore[arg-type]
    assert caught.value.code == code


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.5.5.5"])
def test_this_pc_alone_needs_neither(host: str) -> None:
    assert Access(host).is_loopback
    assert not Access("0.0.0.0", token=TOKEN, wider=True).is_loopback


def test_a_port_that_is_taken_is_said(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", free_port()))
        other.listen()
        line = Line(ColourJudge(), OK_NG, Journal(tmp_path / "j.db"), Told(), Outlets())
        access = Access(port=other.getsockname()[1])
        with pytest.raises(Problem) as caught:
            listen(build_server(line, CLASSES, access), access, lambda _: None)
        line.end()
    assert caught.value.code == "onsite.port_taken"


def test_many_callers_at_once_each_have_their_own_answer(tmp_path: Path) -> None:
    with serving(tmp_path) as server:
        wrong: list[int] = []

        def call(number: int) -> None:
            for turn in range(10):
                good = (number + turn) % 2 == 0
                answer = server.client.post("/v1/judge", content=picture() if good else picture(RED))
                if answer.json()["class"] != (GOOD if good else BAD):
                    wrong.append(number)

        callers = [threading.Thread(target=call, args=(number,)) for number in range(6)]
        for caller in callers:
            caller.start()
        for caller in callers:
            caller.join()
        assert wrong == []
        assert len({result.id for result in server.told.results}) == 60
