"""What the evidence recommends at a stage: go, not yet, or stop. No interval, no recommendation."""

from dataclasses import dataclass, field
from typing import Any

from core.evaluation.compare import Change
from core.poc.evidence import Evidence
from core.poc.handover import Handover
from core.poc.presets import stage_of
from core.project.decisions import Stage, Standing, Verdict


@dataclass(frozen=True)
class Advice:
    """A recommendation with its reason, whose words are in assets/messages/stage.toml; no `verdict` where the evidence
    carries none. `to` is where a go leads."""

    verdict: Verdict | None
    to: Stage
    code: str
    data: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        """As it is kept with a decision."""
        return {"verdict": self.verdict, "to": self.to, "code": self.code}


def advise(standing: Standing, evidence: Evidence | None, handover: Handover) -> Advice:
    """What to do where the project stands."""
    stage = standing.stage
    if standing.status == "stopped":
        return Advice(None, stage, "stage.was_stopped")
    if standing.status == "handed-over":
        return Advice(None, stage, "stage.was_handed_over")
    if stage == 3:
        missing = len(handover.missing)
        if missing:
            return Advice("not-yet", 3, "stage.handover_missing", {"count": missing})
        return Advice("go", 3, "stage.handover_ready")
    if evidence is None:
        return Advice(None, stage, "stage.no_run")
    if stage == 1 and stage_of(evidence.composition) != 1:
        return Advice(None, stage, "stage.not_small")
    if stage == 2 and standing.decision is not None and evidence.run == standing.decision.run:
        return Advice(None, stage, "stage.not_strengthened")
    return _by_figures(stage, evidence)


def _by_figures(stage: Stage, evidence: Evidence) -> Advice:
    data = _facts(evidence)
    if evidence.reach == "unmeasured":
        return Advice(None, stage, "stage.unmeasured", data)
    if evidence.held_back.change is Change.WORSE:
        return Advice("not-yet", stage, "stage.new_became_worse", data)
    if evidence.learned.change is Change.WORSE:
        return Advice("not-yet", stage, "stage.base_became_worse", data)
    if evidence.reach == "reached":
        return Advice("go", 3, "stage.reached", data)
    if evidence.reach == "unclear":
        return Advice("not-yet", stage, "stage.unclear", data)
    if stage == 1:
        return Advice("go", 2, "stage.missed_small", data)
    if evidence.learned.change is Change.BETTER:
        return Advice("not-yet", stage, "stage.missed_strong", data)
    return Advice("no-go", stage, "stage.missed_without_gain", data)


def _facts(evidence: Evidence) -> dict[str, Any]:
    figure, gain = evidence.figure, evidence.held_back
    if evidence.learned.change is Change.WORSE and gain.change is not Change.WORSE:
        gain = evidence.learned
    facts = {"least": _percent(evidence.wish.least), "photos": gain.photos, "before": gain.before}
    facts |= {"after": gain.after}
    if figure is not None:
        ends = {"mean": figure.mean, "low": figure.low, "high": figure.high}
        facts |= {name: _percent(value) for name, value in ends.items()} | {"n": figure.n}
    return facts


def _percent(share: float) -> str:
    return f"{100 * share:.1f}".removesuffix(".0")
