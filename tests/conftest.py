"""What every test stands on: no screen, no network, a home of its own."""

import os
import socket
import sys
from pathlib import Path

import pytest
from hypothesis import settings

if sys.platform == "linux":
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# A busy machine is no fault of the code.
settings.register_profile("hikidashi", deadline=None)
settings.load_profile("hikidashi")

SHARED_SETS = Path(__file__).parents[2] / "shared" / "data" / "sets"


@pytest.fixture(autouse=True)
def _own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings, caches and logs of a test never meet those of the person who runs it, or another test's."""
    monkeypatch.setenv("HIKIDASHI_HOME", str(tmp_path_factory.mktemp("home")))


@pytest.fixture(autouse=True)
def _no_network(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection fails the test that opened it; `loopback` allows those to a peer that the test started itself."""
    connect, marked = socket.socket.connect, request.node.get_closest_marker("loopback") is not None

    def guarded(self: socket.socket, address: object) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not (marked and _is_loopback(address)):
            pytest.fail(f"a connection to {address} was opened")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(scope="session")
def shared_sets() -> Path:
    """The folder of real photo sets beside the repository; the test is skipped where it is absent."""
    if not SHARED_SETS.is_dir():
        pytest.skip(f"REAL PHOTOS ABSENT: {SHARED_SETS} is not there, so nothing was tested on real photos")
    return SHARED_SETS


def _is_loopback(address: object) -> bool:
    host = address[0] if isinstance(address, tuple) else ""
    return host in ("127.0.0.1", "::1", "localhost")
