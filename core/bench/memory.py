"""The most memory that some work takes above what was taken before it."""

import threading
from collections.abc import Callable
from typing import TypeVar

import psutil

_SAMPLE_EVERY_S = 0.001
T = TypeVar("T")


def with_peak(work: Callable[[], T]) -> tuple[T, int]:
    """What the work gives, and bytes of this process's memory at its highest, looked at every millisecond."""
    process, done = psutil.Process(), threading.Event()
    before = highest = int(process.memory_info().rss)

    def watch() -> None:
        nonlocal highest
        while not done.wait(_SAMPLE_EVERY_S):
            highest = max(highest, int(process.memory_info().rss))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        found = work()
    finally:
        done.set()
        watcher.join()
    return found, max(highest, int(process.memory_info().rss)) - before
