"""Where a project stands on its way from a first try to the shop floor, and who decided so, when, on which figures.

Three stages: 1 small and safe, 2 stronger, 3 hand-over. Decisions are only ever added: the file itself refuses to
change or delete one, and what is taken back is taken back by a further entry.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from core.problems import Problem
from core.project.audit import AuditTrail, Change
from core.project.database import Database, now

Stage = Literal[1, 2, 3]
Verdict = Literal["go", "not-yet", "no-go"]
Status = Literal["open", "stopped", "handed-over"]

LAST: Stage = 3
MOST_NAME, MOST_REASON = 100, 2000


@dataclass(frozen=True)
class Decision:
    """One entry. `seen` is what lay on the table: figures with intervals, the wish, what was recommended.

    `stage_after` is where it led; `takes_back` names the entry that it takes back.
    """

    id: int
    time: str
    stage: Stage
    verdict: Literal["go", "not-yet", "no-go", "take-back"]
    stage_after: Stage
    who: str
    reason: str
    run: str
    seen: dict[str, Any]
    takes_back: int | None


@dataclass(frozen=True)
class Standing:
    """Where the project stands, by `decision`: the latest that was not taken back."""

    stage: Stage = 1
    status: Status = "open"
    decision: Decision | None = None


class DecisionLog:
    """The decisions of a project, in the project file. Each is durable before `decide` or `take_back` returns."""

    def __init__(self, database: Database, trail: AuditTrail) -> None:
        self._database = database
        self._trail = trail

    def entries(self) -> list[Decision]:
        """All of them, oldest first, those taken back too."""
        rows = self._database.read(
            """SELECT id, time, stage, verdict, stage_after, who, reason, run, seen, takes_back
            FROM decisions ORDER BY id"""
        )
        return [
            Decision(number, time, stage, verdict, after, who, reason, run, json.loads(seen), taken_back)
            for number, time, stage, verdict, after, who, reason, run, seen, taken_back in rows
        ]

    def standing(self) -> Standing:
        """Where the project stands now."""
        return standing_after(self.entries())

    def decide(
        self,
        stage: Stage,
        verdict: Verdict,
        *,
        who: str,
        reason: str,
        to: Stage | None = None,
        run: str = "",
        seen: Mapping[str, Any] | None = None,
    ) -> Decision:
        """Add a decision about the stage that was looked at; `to` is where a "go" leads (else the next stage).

        Raises:
            Problem: `stage.no_name`, `stage.no_reason`, `stage.bad_target`; `stage.moved` when the project stands
                elsewhere by now, `stage.closed` when it was stopped or handed over.
        """
        after = _target(stage, verdict, to)
        with self._database.transaction():
            standing = self.standing()
            if standing.stage != stage:
                raise Problem("stage.moved", seen=stage, stage=standing.stage)
            if standing.status != "open":
                raise Problem("stage.closed", stage=stage)
            return self._add(stage, verdict, after, who, reason, run, seen or {}, None)

    def take_back(self, *, who: str, reason: str) -> Decision:
        """Take the latest decision back, by a new entry.

        Raises:
            Problem: `stage.no_name`, `stage.no_reason`, `stage.nothing_to_take_back`.
        """
        with self._database.transaction():
            standing = self.standing()
            last = standing.decision
            if last is None:
                raise Problem("stage.nothing_to_take_back")
            return self._add(standing.stage, "take-back", last.stage, who, reason, last.run, {}, last.id)

    def _add(
        self,
        stage: Stage,
        verdict: str,
        after: Stage,
        who: str,
        reason: str,
        run: str,
        seen: Mapping[str, Any],
        takes_back: int | None,
    ) -> Decision:
        name, words = who.strip()[:MOST_NAME], reason.strip()[:MOST_REASON]
        if not name:
            raise Problem("stage.no_name")
        if not words:
            raise Problem("stage.no_reason")
        row: dict[str, Any] = {
            "time": now(), "stage": stage, "verdict": verdict, "stage_after": after, "who": name, "reason": words,
            "run": run, "seen": json.dumps(dict(seen), ensure_ascii=False, allow_nan=False), "takes_back": takes_back,
        }  # fmt: skip
        with self._database.transaction():
            number = self._database.write(
                f"INSERT INTO decisions ({', '.join(row)}) VALUES ({', '.join('?' * len(row))})",
                list(row.values()),
            )
            self._trail.append("decision", name, [Change("decisions", number, None, row)])
        return self.entries()[-1]


def standing_after(entries: Sequence[Decision]) -> Standing:
    """Where decisions lead, oldest first."""
    taken_back = {entry.takes_back for entry in entries}
    standing = [entry for entry in entries if entry.verdict != "take-back" and entry.id not in taken_back]
    if not standing:
        return Standing()
    last = standing[-1]
    status: Status = "open"
    if last.verdict == "no-go":
        status = "stopped"
    elif last.verdict == "go" and last.stage == LAST:
        status = "handed-over"
    return Standing(last.stage_after, status, last)


def _target(stage: Stage, verdict: Verdict, to: Stage | None) -> Stage:
    """Only a go leads on, and only forwards: from the first stage also straight to the hand-over."""
    if verdict != "go":
        if to not in (None, stage):
            raise Problem("stage.bad_target", stage=stage, to=to)
        return stage
    onward: dict[int, tuple[Stage, ...]] = {1: (2, 3), 2: (3,), 3: (3,)}
    target = to or onward[stage][0]
    if target not in onward[stage]:
        raise Problem("stage.bad_target", stage=stage, to=to)
    return target
