"""The one way to do something off the screen's thread: an operation, then success or failure on the screen."""

import logging
import threading
from collections.abc import Callable
from functools import cache
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal
from shiboken6 import isValid

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


class Task(QObject, Generic[T]):
    """An operation under way. After `cancel` neither success nor failure is told."""

    _done = Signal(object)
    _failed = Signal(object)

    def __init__(self, owner: QObject, op: Callable[[Cancel], T]) -> None:
        super().__init__(owner)
        self._cancel = Cancel()
        self._op = op
        self._success: Callable[[T], None] | None = None
        self._failure: Callable[[Exception], None] | None = None
        # Queued: the answer is taken on the thread of the owner, never on the worker's.
        self._done.connect(self._take, Qt.ConnectionType.QueuedConnection)
        self._failed.connect(self._take_failure, Qt.ConnectionType.QueuedConnection)

    def cancel(self) -> None:
        """Ask the operation to end, and forget its answer."""
        self._cancel.ask()

    def start(
        self, success: Callable[[T], None], failure: Callable[[Exception], None] | None, pool: QThreadPool
    ) -> None:
        """Put the operation to work."""
        self._success, self._failure = success, failure
        pool.start(_Work(self, self._op, self._cancel))

    def _take(self, answer: Any) -> None:
        self.deleteLater()
        if not self._cancel() and self._success is not None:
            self._success(answer)

    def _take_failure(self, error: Exception) -> None:
        self.deleteLater()
        if self._cancel():
            return
        if self._failure is None:
            raise error
        self._failure(error)


class _Work(QRunnable):
    """Runs the operation on a thread of the pool."""

    def __init__(self, task: Task[Any], op: Callable[[Cancel], Any], cancel: Cancel) -> None:
        super().__init__()
        self._task, self._op, self._cancel = task, op, cancel

    def run(self) -> None:
        """Called by the pool; the owner may be gone when the answer is there."""
        try:
            signal, answer = "_done", self._op(self._cancel)
        except ProjectClosed as error:
            # Nobody waits for an answer about a project that was closed meanwhile.
            self._cancel.ask()
            signal, answer = "_failed", error
        except Exception as error:  # noqa: BLE001 - told to whoever asked
            _LOG.info("in the background: %r", error)
            signal, answer = "_failed", error
        if isValid(self._task):
            try:
                getattr(self._task, signal).emit(answer)
            except RuntimeError:
                _LOG.debug("the owner went away while its answer was on the way")


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
