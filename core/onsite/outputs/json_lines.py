"""Results as JSON lines in a file, for another program to follow."""

from collections.abc import Sequence
from pathlib import Path

from core.onsite.log import append_bytes
from core.onsite.result import Outcome


class JsonLines:
    """Appends lines; after a power cut a line may stand there twice, with the same id."""

    at_once = 500

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = f"jsonl {path}"

    def send(self, results: Sequence[Outcome]) -> None:
        """Raises Problem `onsite.log_not_written`."""
        lines = "".join(f"{result.as_json()}\n" for result in results)
        append_bytes(self._path, lines.encode(), start=b"", joint=b"\n")

    def close(self) -> None:
        """Nothing stays open."""
