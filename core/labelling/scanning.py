"""Telling a scanner from fingers: it types a code faster than anybody can, and ends it with Enter or Tab.

A sign is held back for a moment. If no other follows, it was a key; if others follow at once and the ending comes, they
were a code. What came as fast as a code but without its ending is neither: it is never taken as keys.
"""

from dataclasses import dataclass
from typing import Literal

Suffix = Literal["enter", "tab"]

# Milliseconds between two signs: scanners send one each 1-30 ms, quick fingers on two keys need 60 and more.
GAP_MS = 50
# So many signs without an ending were no fingers.
LEAST_CUT = 4


@dataclass(frozen=True)
class Ended:
    """What the signs that were held were: `plain` keys to pass on in their order, a `code`, or a code cut off (`cut`)."""

    plain: bool = False
    code: str = ""
    cut: str = ""


class ScanReader:
    """Signs in the order in which they come, each with its time in milliseconds."""

    def __init__(self, prefix: str = "", suffix: Suffix = "enter") -> None:
        self._prefix, self._suffix = prefix, suffix
        self._signs = ""
        self._at = 0

    @property
    def holds(self) -> bool:
        """Whether signs are held back."""
        return bool(self._signs)

    def follows(self, at: int) -> bool:
        """Whether a sign at this time would belong to those that are held."""
        return self.holds and 0 <= at - self._at <= GAP_MS

    def sign(self, sign: str, at: int) -> Ended | None:
        """Hold a sign; tells what those before it were, where it does not follow them at once."""
        ended = None if self.follows(at) or not self.holds else self.end()
        self._signs += sign
        self._at = at
        return ended

    def suffix(self, suffix: Suffix, at: int) -> Ended | None:
        """An Enter or Tab; None where nothing is held, and it is a key like any other. It belongs to the code when
        `Ended.plain` is false."""
        if not self.holds:
            return None
        if not self.follows(at) or suffix != self._suffix:
            return self.end()
        signs, self._signs = self._signs, ""
        if signs.startswith(self._prefix) and len(signs) > len(self._prefix):
            return Ended(code=signs[len(self._prefix) :])
        return _no_code(signs)

    def end(self) -> Ended:
        """No more follows."""
        signs, self._signs = self._signs, ""
        return _no_code(signs)


def _no_code(signs: str) -> Ended:
    return Ended(cut=signs) if len(signs) >= LEAST_CUT else Ended(plain=True)
