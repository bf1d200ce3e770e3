"""Parts that are installed only where they are wanted."""

from collections.abc import Iterator
from contextlib import contextmanager

from core.problems import Problem


@contextmanager
def extra(name: str) -> Iterator[None]:
    """Around the import of a module that needs the extra of that name.

    Raises:
        Problem: `onsite.extra_missing`: says how to install it.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise Problem("onsite.extra_missing", part=error.name, extra=name) from error
