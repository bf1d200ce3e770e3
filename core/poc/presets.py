"""Which ways to train belong to which stage, and which of them to recommend there."""

from core.methods.catalogue import parse_composition
from core.methods.presets import Recommendation, recommend
from core.project.decisions import Stage, Standing
from core.project.revision import DataRevision

STRONG_PRESET, STRONG_ON_FEATURES = "pt-peft-lora", "dept-cocoop"


def stage_of(composition: str) -> Stage:
    """1 for what is small and safe: a prefix, or what leaves the model itself as it is (words, a head, references);
    2 for what changes how the model sees."""
    parsed = parse_composition(composition)
    return 2 if parsed.needs_pixels and str(parsed) != "prefix" else 1


def recommend_at(
    standing: Standing, revision: DataRevision, *, features_only: bool = False
) -> Recommendation:
    """The preset that suits the data and the stage: a stronger one only at the second stage, only while the wish is
    not shown to be reached, and only with photos enough to learn from."""
    suits = recommend(revision)
    if standing.stage != 2 or standing.status != "open" or suits.preset != "coop-dept" or _reached(standing):
        return suits
    if features_only:
        return Recommendation(STRONG_ON_FEATURES, "stage.why_strong_on_features")
    return Recommendation(STRONG_PRESET, "stage.why_strong")


def _reached(standing: Standing) -> bool:
    """Whether the figures that led here reached the wish already: the person went on all the same."""
    seen = standing.decision.seen if standing.decision is not None else {}
    return bool(seen.get("reach") == "reached")
