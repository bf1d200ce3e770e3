"""All that lies on the table when a stage is decided about, and the decision with it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from core.poc.advice import Advice, advise
from core.poc.evidence import Evidence, Wish, latest_evidence
from core.poc.handover import Handover
from core.project.decisions import Decision, Stage, Standing, Verdict
from core.project.store import Project


@dataclass(frozen=True)
class Review:
    """Where the project stands, what was wished, what a run showed, what that recommends, what is ready to hand over,
    and what was decided so far."""

    standing: Standing
    wish: Wish
    evidence: Evidence | None
    advice: Advice
    handover: Handover
    decisions: tuple[Decision, ...]

    def seen(self) -> dict[str, Any]:
        """What is kept with a decision."""
        told: dict[str, Any] = {"wish": self.wish.model_dump(), "recommended": self.advice.as_dict()}
        if self.evidence is not None:
            told |= {"evidence": self.evidence.model_dump(mode="json"), "reach": self.evidence.reach}
        if self.standing.stage == 3:
            told["handover"] = self.handover.model_dump()
        return told


def review(project: Project, run: Path | None = None) -> Review:
    """Look at a project, by a run of it or by the newest that has a result.

    Raises:
        Problem: as the project and the run's data raise.
    """
    standing, wish, handover = project.decisions.standing(), Wish.of(project), Handover.of(project)
    evidence = latest_evidence(project, wish, run)
    advice = advise(standing, evidence, handover)
    return Review(standing, wish, evidence, advice, handover, tuple(project.decisions.entries()))


def decide(
    project: Project, seen: Review, verdict: Verdict, *, who: str, reason: str, to: Stage | None = None
) -> Decision:
    """Put a decision on record with what was seen. A go leads where it is recommended to lead, unless told otherwise.

    Raises:
        Problem: as `DecisionLog.decide`.
    """
    if verdict == "go" and to is None and seen.advice.verdict == "go":
        to = seen.advice.to
    run = seen.evidence.run if seen.evidence is not None else ""
    return project.decisions.decide(
        seen.standing.stage, verdict, who=who, reason=reason, to=to, run=run, seen=seen.seen()
    )
