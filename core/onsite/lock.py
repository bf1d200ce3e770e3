"""The supervisor's PIN, as salted scrypt (RFC 7914), never plain; wrong ones must wait longer and longer.

Whoever may write the settings file of this user can take the PIN away: delete the key `pin` in `settings.json`. That is
the way back for a forgotten PIN, and the reason why a plant that needs more gives operators an account of their own.
"""

import hashlib
import hmac
import os
import time
from collections.abc import Callable

from pydantic import BaseModel, ConfigDict, Field

from core.problems import Problem

SHORTEST, LONGEST = 4, 32
_FREE_TRIES = 3
_FIRST_WAIT_S, _MOST_WAIT_S = 10.0, 600.0
_MEMORY_BYTES = 64 << 20


class PinHash(BaseModel):
    """A PIN that can be checked but not read; 16 MB and tens of milliseconds a try."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    salt: str = Field(pattern=r"^[0-9a-f]{32}$")
    digest: str = Field(pattern=r"^[0-9a-f]{64}$")
    n: int = Field(default=1 << 14, ge=1 << 10, le=1 << 15)
    r: int = Field(default=8, ge=1, le=8)
    p: int = Field(default=1, ge=1, le=4)

    def fits(self, pin: str) -> bool:
        """Whether this is the PIN; takes as long for a nearly right one as for any other."""
        found = _digest(pin, bytes.fromhex(self.salt), self.n, self.r, self.p)
        return hmac.compare_digest(found, bytes.fromhex(self.digest))


def make_pin(pin: str) -> PinHash:
    """A PIN for keeping.

    Raises:
        Problem: `onsite.bad_pin`: too short or too long.
    """
    if not SHORTEST <= len(pin) <= LONGEST:
        raise Problem("onsite.bad_pin", shortest=SHORTEST, longest=LONGEST)
    salt = os.urandom(16)
    empty = PinHash(salt=salt.hex(), digest="0" * 64)
    return empty.model_copy(update={"digest": _digest(pin, salt, empty.n, empty.r, empty.p).hex()})


class Tries:
    """Counts wrong PINs: after the third each costs a wait, twice as long as the one before."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._wrong = 0
        self._until = 0.0

    def wait_s(self) -> float:
        """How long until the next try is allowed."""
        return max(0.0, self._until - self._clock())

    def failed(self) -> None:
        """A PIN was wrong."""
        self._wrong += 1
        if self._wrong >= _FREE_TRIES:
            wait = min(_MOST_WAIT_S, _FIRST_WAIT_S * 2.0 ** min(self._wrong - _FREE_TRIES, 30))
            self._until = self._clock() + wait

    def passed(self) -> None:
        """A PIN was right."""
        self._wrong, self._until = 0, 0.0


def _digest(pin: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(pin.encode(), salt=salt, n=n, r=r, p=p, maxmem=_MEMORY_BYTES, dklen=32)
