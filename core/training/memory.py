"""Out of memory, wherever it comes from; without importing torch, which takes seconds."""

import sys
from collections.abc import Callable, Iterator
from typing import TypeVar

from core.problems import Problem

T = TypeVar("T")
_SIGNS = (
    "not enough memory",
    "can't allocate memory",
    "cannot allocate memory",
    "out of memory",
    "bad_alloc",
    "bad allocation",
    "status_alloc_failed",
)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether the error says that memory ran out, on the CPU or a GPU (torch's own is a RuntimeError)."""
    if isinstance(error, MemoryError):
        return True
    return isinstance(error, RuntimeError) and any(sign in str(error).lower() for sign in _SIGNS)


def more_parts(parts: int, most: int, error: BaseException) -> int:
    """In how many parts, at `most`, to run what ran out of memory in so many.

    Raises:
        Problem: `training.out_of_memory` where it is in `most` parts already.
        BaseException: the error itself where it tells something else.
    """
    if not is_out_of_memory(error):
        raise error
    if parts >= most:
        raise Problem("training.out_of_memory") from error
    free_cached_memory()
    return min(2 * parts, most)


class AtOnce:
    """How many rows are run at once: fewer each time that memory runs out, which `tell` is told."""

    def __init__(self, rows: int, tell: Callable[[int], None] = lambda _: None) -> None:
        self.rows = rows
        self._tell = tell

    def run(self, work: Callable[[slice], T], rows: int) -> Iterator[T]:
        """`work` on one slice of the rows after the other.

        Raises:
            Problem: `training.out_of_memory` where not even one row fits.
        """
        start = 0
        while start < rows:
            end = min(start + self.rows, rows)
            try:
                done = work(slice(start, end))
            except (RuntimeError, MemoryError) as error:
                self._halve(end - start, error)
                continue
            yield done
            start = end

    def _halve(self, tried: int, error: BaseException) -> None:
        if not is_out_of_memory(error):
            raise error
        if tried == 1:
            raise Problem("training.out_of_memory") from error
        free_cached_memory()
        self.rows = (tried + 1) // 2
        self._tell(self.rows)


def free_cached_memory() -> None:
    """Give back what torch keeps in reserve on a GPU."""
    if gpu_memory() is not None:
        sys.modules["torch"].cuda.empty_cache()


def gpu_memory() -> int | None:
    """Bytes that torch holds on the GPU; None where it uses none."""
    # A module that another thread is importing is already listed, but not whole.
    cuda = getattr(sys.modules.get("torch"), "cuda", None)
    is_initialized = getattr(cuda, "is_initialized", None)
    return int(cuda.memory_reserved()) if cuda and is_initialized and is_initialized() else None
