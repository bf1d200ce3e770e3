"""A camera in the network, played by a test server that streams pictures as such cameras do (MJPEG over HTTP)."""

import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from PIL import Image

from core.onsite.camera import Camera, judge_camera
from core.onsite.delivery import Pace
from core.onsite.happenings import Recovered
from core.onsite.journal import Journal
from core.onsite.line import Line, Outlets
from core.onsite.mover import Mover
from core.onsite.source import is_camera
from core.photos.decode import open_photo
from tests.core.onsite.peers import free_port
from tests.core.onsite.stand_ins import BAD, GOOD, GREEN, OK_NG, RED, ColourJudge, Told, wait_until

pytestmark = pytest.mark.loopback


@contextmanager
def streaming(port: int, colour: tuple[int, int, int]) -> Iterator[None]:
    over = threading.Event()
    content = io.BytesIO()
    Image.new("RGB", (64, 48), colour).save(content, "JPEG", quality=95)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.end_headers()
            try:
                while not over.wait(0.03):
                    self.wfile.write(b"--frame\r\nContent-Type: image/jpeg\r\n")
                    self.wfile.write(f"Content-Length: {len(content.getvalue())}\r\n\r\n".encode())
                    self.wfile.write(content.getvalue() + b"\r\n")
            except OSError:
                pass

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()


@contextmanager
def judging(camera: Camera, folder: Path) -> Iterator[Told]:
    told, stop = Told(), threading.Event()
    line = Line(ColourJudge(), OK_NG, Journal(folder / "journal.db"), told, Outlets())
    mover = Mover(folder / "kept", ColourJudge.class_names)
    thread = threading.Thread(target=judge_camera, args=(camera, line, stop, told, mover))
    thread.start()
    try:
        yield told
    finally:
        stop.set()
        thread.join()
        line.end()


def test_what_a_camera_sees_is_judged_and_kept_and_a_lost_camera_found_again(tmp_path: Path) -> None:
    port = free_port()
    camera = Camera(f"http://user:secret@127.0.0.1:{port}/stream.mjpg", 0.05, Pace(0.05, 0.2))
    with judging(camera, tmp_path) as told:
        wait_until(lambda: told.troubles == ["onsite.camera_lost"])
        with streaming(port, GREEN):
            wait_until(lambda: len(told.results) > 2)
        wait_until(lambda: len(told.troubles) == 2)
        with streaming(port, RED):
            wait_until(lambda: told.results[-1].class_name == BAD)
    assert {result.class_name for result in told.results} == {GOOD, BAD}
    assert sum(isinstance(entry, Recovered) for entry in told) == 2
    for result in told.results:
        assert open_photo(result.moved_to).size == (64, 48)
        assert Path(result.moved_to).parent.name == result.class_name
    assert len({result.photo for result in told.results}) == len(told.results)
    assert "secret" not in camera.name and "secret" not in str(told)


@pytest.mark.parametrize(
    "source", ["camera:0", "camera:12", "rtsp://10.0.0.5/stream", "https://cam.example/mjpg"]
)
def test_these_are_cameras(source: str) -> None:
    assert is_camera(source)


@pytest.mark.parametrize(
    "source", ["incoming", "C:\\photos", "/mnt/camera:0", "camera", "camera:x", "file:///x", "http://"]
)
def test_these_are_folders(source: str) -> None:
    assert not is_camera(source)
