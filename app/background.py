"""The one way to do something off the screen's thread: an operation, then success or failure on the screen."""

import logging
import threading
from collections import deque
from collections.abc import Callable
from functools import cache
from itertools import count
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QCoreApplication, QObject, Qt, QThreadPool, Signal
from shiboken6 import isValid

from core.problems import Problem
from core.project.database import ProjectClosed

T = TypeVar("T")
_LOG = logging.getLogger(__name__)


class Cancel:
    """Asked by the operation between its steps: whether its answer is still wanted."""

    def __init__(self) -> None:
        self._asked = threading.Event()

    def __call__(self) -> bool:
        return self._asked.is_set()

    def ask(self) -> None:
        """Ask the operation to end early."""
        self._asked.set()


class Task(Generic[T]):
    """An operation under way. After `cancel` neither success nor failure is told."""

    def __init__(self, owner: QObject, op: Callable[[Cancel], T]) -> None:
        self._owner = owner
        self._cancel = Cancel()
        self._op = op
        self._success: Callable[[T], None] | None = None
        self._failure: Callable[[Exception], None] | None = None

    def cancel(self) -> None:
        """Ask the operation to end, and forget its answer."""
        self._cancel.ask()

    def start(
        self, success: Callable[[T], None], failure: Callable[[Exception], None] | None, pool: QThreadPool
    ) -> None:
        """Put the operation to work."""
        self._success, self._failure = success, failure
        number = post().open(self._owner, self._take)
        pool.start(_Work(number, self._op, self._cancel).run)

    def _take(self, went_well: bool, answer: Any) -> None:
        if self._cancel():
            return
        if went_well:
            if self._success is not None:
                self._success(answer)
        elif self._failure is None:
            raise answer
        else:
            self._failure(answer)


class _Work:
    """Runs the operation on a thread of the pool. It knows its task by number only: the task, its owner and the
    widgets behind its callbacks must never be let go of on another thread than the screen's."""

    def __init__(self, number: int, op: Callable[[Cancel], Any], cancel: Cancel) -> None:
        self._number, self._op, self._cancel, self._post = number, op, cancel, post()

    def run(self) -> None:
        """Called by the pool; the owner may be gone when the answer is there."""
        try:
            went_well, answer = True, self._op(self._cancel)
        except ProjectClosed as error:
            # Nobody waits for an answer about a project that was closed meanwhile.
            self._cancel.ask()
            went_well, answer = False, error
        except Exception as error:  # noqa: BLE001 - told to whoever asked
            # Names of photos stay out of the log.
            _LOG.info("in the background: %s", error.code if isinstance(error, Problem) else repr(error))
            went_well, answer = False, error
        self._post.send(self._number, went_well, answer, last=True)


class Post(QObject):
    """Letters from any thread, read on the screen's thread; lives as long as the program.

    The signal carries nothing: a Python object in a signal between threads loses references in PySide 6.11
    (heap corruption within a few dozen answers).
    """

    _came = Signal()

    def __init__(self) -> None:
        super().__init__(QCoreApplication.instance())
        self._readers: dict[int, tuple[QObject, Callable[..., None]]] = {}
        self._letters: deque[tuple[int, tuple[Any, ...], bool]] = deque()
        self._numbers = count()
        # Queued: letters are read on the screen's thread, never on the sender's.
        self._came.connect(self._read_one, Qt.ConnectionType.QueuedConnection)

    def open(self, reader: QObject, read: Callable[..., None]) -> int:
        """A number to send letters to; `read` is called with each, as long as `reader` is there."""
        number = next(self._numbers)
        self._readers[number] = (reader, read)
        return number

    def send(self, number: int, *letter: Any, last: bool = False) -> None:
        """Called on any thread. After the last letter the number is closed."""
        self._letters.append((number, letter, last))
        if isValid(self):
            self._came.emit()

    def _read_one(self) -> None:
        number, letter, last = self._letters.popleft()
        reader, read = self._readers.pop(number) if last else self._readers[number]
        if isValid(reader):
            read(*letter)


@cache
def post() -> Post:
    """The one post office; first asked for on the screen's thread."""
    return Post()


def run_in_background(
    owner: QObject,
    op: Callable[[Cancel], T],
    *,
    success: Callable[[T], None],
    failure: Callable[[Exception], None] | None = None,
    in_order: bool = False,
) -> Task[T]:
    """Run `op` on another thread; `success` or `failure` is called on the screen's thread.

    With `in_order` it waits for all earlier operations that were started so: what the operator does to the
    project is written in the order it was done.

    `op` must not touch a widget. Without `failure` an error goes to the program's own error dialog. Nothing is
    called once `owner` is gone, the task was cancelled, or the project it asked was closed.
    """
    task = Task(owner, op)
    task.start(success, failure, _one_by_one() if in_order else QThreadPool.globalInstance())
    return task


def finish_in_order() -> None:
    """Wait until everything started with `in_order` is written."""
    _one_by_one().waitForDone()


@cache
def _one_by_one() -> QThreadPool:
    pool = QThreadPool()
    pool.setMaxThreadCount(1)
    return pool
