"""What could go wrong with this result, found in its own data; nothing is said that was not found."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from core.backbones.store import EMBEDDED
from core.evaluation.compare import Change, Comparison
from core.project.revision import DataRevision
from core.report.assumptions import Assumptions
from core.report.figures import ClassFigures, Risk
from core.report.groups import Grouping
from core.report.payback import Rates
from core.training.result import Interval, UnsureThreshold

FEW_TO_LEARN = 10
FEW_TO_TEST = 30
IMBALANCE = 5.0
WIDE = 0.10
POOR = 0.8
_MOST_NAMED = 5
_BY_GRAVITY = (
    "practice_model", "leaked", "contradicting", "new_worse", "wrong_pass", "poor_class", "no_threshold",
    "everything_unsure", "group_folder", "group_camera", "group_hours", "wide_interval", "examples", "not_promised",
    "few_to_test", "few_to_learn", "imbalance", "new_on_probe", "new_not_measured",
)  # fmt: skip


def gravest_first(risks: Iterable[Risk]) -> tuple[Risk, ...]:
    """In the order in which who signs should read them."""
    return tuple(sorted(risks, key=lambda risk: _BY_GRAVITY.index(risk.code)))


def data_risks(revision: DataRevision, classes: Sequence[ClassFigures]) -> Iterator[Risk]:
    """What the photos themselves show."""
    learned = [entry for entry in classes if entry.role == "base"]
    few = [entry for entry in learned if entry.train < FEW_TO_LEARN]
    if few:
        yield Risk("few_to_learn", {"names": _names(few), "enough": FEW_TO_LEARN})
    untested = [entry for entry in learned if entry.test < FEW_TO_TEST]
    if untested:
        fewest = min(untested, key=lambda entry: entry.test)
        yield Risk("few_to_test", {"names": _names(untested), "photos": fewest.test, "enough": FEW_TO_TEST})
    counts = sorted((entry for entry in learned if entry.train), key=lambda entry: entry.train)
    if len(counts) > 1 and counts[-1].train > IMBALANCE * counts[0].train:
        yield Risk(
            "imbalance",
            {
                "most": counts[-1].name,
                "most_n": counts[-1].train,
                "least": counts[0].name,
                "least_n": counts[0].train,
            },
        )
    leaked, contradicting = _same_content(revision)
    if leaked:
        yield Risk("leaked", {"photos": leaked})
    if contradicting:
        yield Risk("contradicting", {"photos": contradicting})


def result_risks(
    backbone: str,
    classes: Sequence[ClassFigures],
    base: Interval | None,
    new: Comparison | None,
    new_on_probe: bool,
) -> Iterator[Risk]:
    """What the test photos show."""
    if backbone == EMBEDDED:
        yield Risk("practice_model", {})
    if base is not None and base.high - base.low > WIDE:
        yield Risk("wide_interval", {"low": base.low, "high": base.high, "photos": base.n})
    if new is None:
        yield Risk("new_on_probe" if new_on_probe else "new_not_measured", {})
    elif new.change is Change.WORSE:
        yield Risk("new_worse", {"photos": new.photos, "before": new.before, "after": new.after})
    poor = [
        e for e in classes if e.tally and e.role == "base" and e.tally.missed > (1 - POOR) * e.tally.photos
    ]
    if poor:
        worst = max(poor, key=lambda e: e.tally.missed / e.tally.photos if e.tally else 0.0)
        assert worst.tally is not None
        yield Risk(
            "poor_class", {"name": worst.name, "missed": worst.tally.missed, "photos": worst.tally.photos}
        )


def money_risks(rates: Rates, groupings: Sequence[Grouping], assumed: Assumptions) -> Iterator[Risk]:
    """What the groups show, and what the sum of costs stands on."""
    for grouping in groupings:
        if grouping.differs:
            worst = grouping.groups[0]
            facts = {"name": worst.name, "right": worst.right, "photos": worst.photos}
            yield Risk(f"group_{grouping.field}", facts)
    if rates.good is not None and rates.defective.wrong:
        yield Risk("wrong_pass", {"wrong": rates.defective.wrong, "photos": rates.defective.photos})
    if assumed.money_examples:
        yield Risk("examples", {"count": len(assumed.money_examples)})


def threshold_risks(unsure: UnsureThreshold | None) -> Iterator[Risk]:
    """What the threshold cannot do."""
    if unsure is None:
        yield Risk("no_threshold", {})
    elif unsure.probability >= 1:
        yield Risk("everything_unsure", {"photos": unsure.n})
    elif not unsure.promised:
        yield Risk("not_promised", {"photos": unsure.n, "wished": unsure.wished_error})


def _same_content(revision: DataRevision) -> tuple[int, int]:
    """Test photos whose very content was also learned from; photos whose content has more than one label."""
    parts: defaultdict[str, set[str]] = defaultdict(set)
    labels: defaultdict[str, set[int]] = defaultdict(set)
    for photo in revision.photos:
        if photo.sha256:
            parts[photo.sha256].add(photo.part)
            labels[photo.sha256].add(photo.label)
    leaked = sum(p.part == "test" and "train" in parts.get(p.sha256, ()) for p in revision.photos)
    return leaked, sum(len(labels.get(photo.sha256, ())) > 1 for photo in revision.photos)


def _names(classes: Sequence[ClassFigures]) -> tuple[str, ...]:
    return tuple(entry.name for entry in classes[:_MOST_NAMED]) + (
        ("…",) if len(classes) > _MOST_NAMED else ()
    )
