"""The clean root of bundle-test: what is started in it runs as an ordinary person, and ends with its starter."""

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from installer.clean_root import CleanRoot, Failed, obstacle

# No other process has these words.
LONG = ("sleep", "86399.25")


@pytest.fixture
def root() -> CleanRoot:
    """This machine's own root, entered in the same way: nothing needs to be fetched."""
    if obstacle():
        pytest.skip(f"NO CLEAN ROOT HERE ({obstacle()}): how it is entered was not tested")
    entered = CleanRoot(Path("/"))
    try:
        entered.run("true", root=True)
    except Failed as fault:
        pytest.skip(f"NO NAMESPACES HERE ({fault}): how a clean root is entered was not tested")
    return entered


@pytest.fixture
def sleeper(root: CleanRoot) -> Iterator[subprocess.Popen[bytes]]:
    process = root.start(*LONG)
    yield process
    for one in _sleeping():
        one.kill()
    process.wait(10)


def test_nothing_stays_behind_when_what_started_it_is_killed(sleeper: subprocess.Popen[bytes]) -> None:
    _until(lambda: len(_sleeping()) == 1)
    sleeper.kill()
    sleeper.wait(10)
    _until(lambda: not _sleeping())


def test_a_command_that_takes_too_long_is_ended_and_said(root: CleanRoot) -> None:
    with pytest.raises(Failed, match="not done after 1 s"):
        root.run(*LONG, seconds=1)
    _until(lambda: not _sleeping())


def test_it_is_an_ordinary_person_without_a_network(root: CleanRoot) -> None:
    assert root.run("id", "-u").strip() == "1000"
    assert root.run("id", "-u", root=True).strip() == "0"
    devices = [line.split(":")[0].strip() for line in root.run("cat", "/proc/net/dev").splitlines()[2:]]
    assert devices == ["lo"]
    with pytest.raises(Failed, match="exit code 3"):
        root.run("sh", "-c", "exit 3")


def _sleeping() -> list[psutil.Process]:
    found = psutil.process_iter(["cmdline"])
    return [process for process in found if process.info["cmdline"] == list(LONG)]


def _until(there: Callable[[], bool]) -> None:
    end = time.monotonic() + 10
    while not there():
        assert time.monotonic() < end, "waited in vain"
        time.sleep(0.05)
