"""Whether an audit trail is whole, and whether the project says what the trail leads to."""

import json
from dataclasses import dataclass
from typing import Any

from core.project.audit import BEGIN, FORGET, START, AuditTrail, Entry, canonical, details_fit, link
from core.project.rows import Row

_FIELDS = {"n", "time", "who", "what", "changes", "details"}
_MOST_TOLD = 20
# Signs of a hash that are enough to know it again: 64 bits.
LEAST_NOTED = 16


@dataclass(frozen=True)
class AuditReport:
    """What was found. `first_bad` is the number of the first entry that is not as it was written, or is not there.

    differing: rows ("labels 12") that say something else than the trail leads to: they were changed past the program;
    the first twenty of `differences`. forgotten: entries whose details were forgotten with the photos.
    expected: the number of the entry whose hash was written down elsewhere; None when none has it, or none was asked.
    """

    entries: int
    first_bad: int | None
    last_hash: str
    differences: int = 0
    differing: tuple[str, ...] = ()
    forgotten: int = 0
    expected: int | None = None

    @property
    def ok(self) -> bool:
        """Whether the trail is whole and the project agrees with it."""
        return self.first_bad is None and not self.differences


def check_trail(trail: AuditTrail, expected: str = "") -> AuditReport:
    """Go through the whole trail, then compare the project with where it leads.

    `expected` is a hash that was written down elsewhere, or its first sixteen signs or more; it is looked for among
    the entries.
    """
    walk = _Walk()
    noted = expected.strip().lower()
    found: int | None = None
    for entry in trail.entries():
        if not walk.take(entry):
            break
        if len(noted) >= LEAST_NOTED and entry.hash.startswith(noted):
            found = entry.number
    strays = trail.stray_details()
    bad = walk.first_bad()
    if bad is None and strays:
        bad = strays[0]
    if bad is None and walk.entries == 0:
        bad = 1  # every project's trail begins with an entry
    if bad is not None:
        return AuditReport(walk.entries, bad, walk.hash, forgotten=walk.forgotten, expected=found)
    present = trail.present()
    differing = sorted(
        f"{item} {key}"
        for item, key in present.keys() | walk.state.keys()
        if present.get((item, key)) != walk.state.get((item, key))
    )
    return AuditReport(
        walk.entries, None, walk.hash, len(differing), tuple(differing[:_MOST_TOLD]), walk.forgotten, found
    )


class _Walk:
    """Entry by entry: the chain, and what the project says after each."""

    def __init__(self) -> None:
        self.hash = START
        self.entries = 0
        self.state: dict[tuple[str, int | str], Row] = {}
        self._broken: int | None = None
        self._bare: list[int] = []
        self.forgotten = 0

    def take(self, entry: Entry) -> bool:
        """Whether an entry goes on where the one before it ended."""
        number = self.entries + 1
        content = _content(entry.text)
        if (
            entry.number != number
            or content is None
            or content["n"] != number
            or entry.hash != link(self.hash, entry.text)
            or (entry.details is not None and not details_fit(entry.details, content["details"]))
        ):
            self._broken = number
            return False
        if entry.details is None:
            self._bare.append(number)
        elif not self._follows(content, entry.details):
            self._broken = number
            return False
        self.entries, self.hash = number, entry.hash
        return True

    def first_bad(self) -> int | None:
        """The first entry that is not in order; details may be missing only where an entry says they were forgotten."""
        found = [number for number in (self._broken, *self._bare[:1]) if number is not None]
        return min(found, default=None)

    def _follows(self, content: dict[str, Any], details: str) -> bool:
        """Whether details say what details say, and start from what the trail led to."""
        try:
            return self._apply(content, json.loads(details)["changes"])
        except (ValueError, KeyError, TypeError, RecursionError):
            return False

    def _apply(self, content: dict[str, Any], changes: list[dict[str, Any]]) -> bool:
        """Take over what an entry changed; False where it does not start from what the trail led to."""
        if content["changes"] != len(changes):
            return False
        if content["what"] in (BEGIN, FORGET):
            self.forgotten += len(self._bare)
            self._bare.clear()
            self.state.clear()
        # Before the trail reaches an entry that tells of photos forgotten, what came first cannot be known.
        known = not self._bare
        for change in changes:
            key = (change["item"], change["id"])
            if known and self.state.get(key) != change["before"]:
                return False
            if change["after"] is None:
                self.state.pop(key, None)
            else:
                self.state[key] = change["after"]
        return True


def _content(text: str) -> dict[str, Any] | None:
    """What an entry says; None where it is not written as entries are."""
    try:
        content = json.loads(text)
        whole = isinstance(content, dict) and content.keys() == _FIELDS and canonical(content) == text
    except (ValueError, RecursionError):
        return None
    return content if whole else None
