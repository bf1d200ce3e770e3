"""What an output is."""

from collections.abc import Sequence
from typing import Protocol

from core.onsite.result import Outcome, Verdict


class Refused(Exception):
    """The other side has understood these results and will never take them: trying again is no use."""


class Output(Protocol):
    """Takes results that are kept until it has them. `name` is its kind and address, without any secret."""

    @property
    def name(self) -> str: ...

    @property
    def at_once(self) -> int:
        """How many results it takes in one go."""

    def send(self, results: Sequence[Outcome]) -> None:
        """Hand on all of them. What may have arrived before a failure is sent again, under the same ids.

        Raises:
            Problem: `onsite.output_failed`: not now; try again.
            Refused: never.
        """

    def close(self) -> None:
        """Let go of files and connections."""


class Signal(Protocol):
    """Shows the verdict on the piece that is at the gate now. Nothing is kept for it."""

    @property
    def name(self) -> str: ...

    def show(self, verdict: Verdict) -> None:
        """Show it. Raises Problem `onsite.output_failed`."""

    def clear(self) -> None:
        """Show no verdict. Raises as `show`."""

    def close(self) -> None:
        """Show no verdict, if that is still possible, and let go of the connection."""
