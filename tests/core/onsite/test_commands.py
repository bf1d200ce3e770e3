"""`hikidashi watch` and `serve` as a plant runs them: a process, JSON lines, a signal to end, exit codes."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest

from core.cli import BAD_INPUT, main
from tests.core.exported import Exported, exported_once
from tests.core.onsite.peers import free_port, modbus_device, web_server

pytestmark = pytest.mark.loopback


class Running:
    """A command that runs, and the lines it prints."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def next(self, event: str) -> dict[str, Any]:
        """The next line of that event."""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            facts: dict[str, Any] = json.loads(line)
            if facts["event"] == event:
                return facts
        raise AssertionError(f"it ended before {event}")

    def stop(self) -> dict[str, Any]:
        self.process.send_signal(signal.SIGTERM)
        ended = self.next("ended")
        assert self.process.wait(30) == 0
        return ended


@contextmanager
def running(*words: str | Path, **environment: str) -> Iterator[Running]:
    process = subprocess.Popen(
        [sys.executable, "-m", "core.cli", *map(str, words)],
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        env={**os.environ, "OMP_NUM_THREADS": "1", **environment},
    )
    try:
        yield Running(process)
    finally:
        process.kill()
        process.wait()
        assert process.stdout is not None
        process.stdout.close()


@pytest.fixture
def exported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Exported:
    once = exported_once()
    shutil.copytree(once.home, tmp_path / "home", ignore=shutil.ignore_patterns("project"))
    monkeypatch.setenv("HIKIDASHI_HOME", str(tmp_path / "home"))
    return once


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="no SIGTERM there")
def test_a_watched_folder_from_start_to_restart(exported: Exported, tmp_path: Path) -> None:
    incoming, out = tmp_path / "incoming", tmp_path / "out"
    incoming.mkdir()
    shutil.copy(exported.photos[0], incoming / "写真.png")
    (incoming / "broken.png").write_bytes(b"")
    words = ("watch", exported.package, incoming, "--move-to", out, "--csv", tmp_path / "r.csv", "--settle", "0.2",
             "--device", "cpu")  # fmt: skip
    with web_server() as hook, modbus_device(port := free_port()) as plc:
        first = (
            *words,
            "--webhook",
            hook.url,
            "--modbus",
            f"modbus://127.0.0.1:{port}",
            "--ok",
            "緑",
            "--ng",
            "赤",
        )
        with running(*first, HIKIDASHI_WEBHOOK_TOKEN="s3cret") as watch:
            ready = watch.next("ready")
            assert (ready["ok"], ready["ng"], ready["neither"]) == (["緑"], ["赤"], ["青", "黄"])
            judged = watch.next("judged")
            assert Path(judged["photo"]).name == "写真.png"
            assert judged["verdict"] in ("ok", "ng", "unsure", "unknown")
            assert Path(judged["moved_to"]).parent.parent == out
            assert watch.stop()["judged"] == 1
        assert [body["id"] for body in hook.bodies] == [judged["id"]]
        assert hook.headers[0]["authorization"] == "Bearer s3cret"
        assert plc.writes[-1] == (0, [False, False])
    assert Path(judged["moved_to"]).exists()
    shutil.copy(exported.photos[1], incoming / "second.png")
    with running(*words) as watch:
        assert watch.next("ready")["ok"] == ["緑"], "what was said once is remembered"
        second = watch.next("judged")
        assert Path(second["photo"]).name == "second.png"
        watch.stop()
    rows = (tmp_path / "r.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [row.rsplit(",", 1)[1] for row in rows] == ["id", judged["id"], second["id"]]


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="no SIGTERM there")
def test_a_server_from_start_to_end(exported: Exported) -> None:
    token = "a-token-of-some-length"
    with running("serve", exported.package, "--port", "0", "--device", "cpu", HIKIDASHI_TOKEN=token) as serve:
        address = serve.next("ready")["source"]
        photo = exported.photos[0].read_bytes()
        assert httpx2.post(f"{address}/v1/judge", content=photo, timeout=30).status_code == 401
        answer = httpx2.post(
            f"{address}/v1/judge", content=photo, timeout=30, headers={"Authorization": f"Bearer {token}"}
        )
        assert answer.json()["class"] in ("赤", "緑", "青", "黄")
        assert serve.next("judged")["id"] == answer.json()["id"]
        assert serve.stop()["judged"] == 1


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["watch", "PACKAGE", "none"], "onsite.folder_missing"),
        (["watch", "PACKAGE", ".", "--move-to", "."], "onsite.move_into_watched"),
        (["watch", "PACKAGE", ".", "--ok", "紫"], "onsite.unknown_class"),
        (["watch", "PACKAGE", ".", "--modbus", "modbus://127.0.0.1"], "onsite.nothing_is_ok"),
        (["watch", "PACKAGE", ".", "--mqtt", "http://x"], "onsite.bad_address"),
        (["watch", "PACKAGE", ".", "--csv", "a", "--csv", "a"], "onsite.output_twice"),
        (["serve", "PACKAGE", "--host", "0.0.0.0"], "onsite.needs_allow_network"),
        (["serve", "PACKAGE", "--host", "0.0.0.0", "--allow-network"], "onsite.needs_token"),
        (["serve", "PACKAGE", "--token", "short"], "onsite.short_token"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_starts(
    exported: Exported, words: list[str], code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    given = [str(exported.package) if word == "PACKAGE" else word for word in words]
    assert main(given) == BAD_INPUT
    printed = capsys.readouterr()
    assert json.loads(printed.out.splitlines()[-1])["error"]["code"] == code
    assert printed.err.strip()
