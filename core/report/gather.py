"""From a finished run, and the project it belongs to, to the figures of its report. No model is loaded."""

import platform
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import numpy as np

from core import __version__
from core.backbones.store import EMBEDDED, ModelStore
from core.evaluation.compare import Change, Comparison, compare
from core.evaluation.tally import class_tallies, confusion, consequence
from core.evaluation.unsure import threshold_for
from core.evaluation.wish import wish_for
from core.methods.catalogue import parse_composition
from core.problems import Problem
from core.project.revision import PARTS, DataRevision, Role
from core.project.store import PROJECT_FILE, RUNS_FOLDER, Project
from core.report.assumptions import Assumptions
from core.report.figures import ClassFigures, Headline, Model, Origin, PocReport
from core.report.groups import groupings
from core.report.payback import Effort, Payback, Rates, payback, rates_of
from core.report.risks import data_risks, gravest_first, money_risks, result_risks, threshold_risks
from core.training.events import Event, Resources
from core.training.job import JOB_FILE, TextJob
from core.training.result import PhotoPrediction, TrainResult, UnsureThreshold
from core.training.run import Run, runs_in

REMEMBERED = "report_assumptions"
_LIBRARIES = ("torch", "open_clip_torch", "numpy", "pillow", "safetensors")
_GOOD = re.compile(
    r"(?<!不)良品|(?<!異)正常|(?<!不)合格|^(良|○|ok)$|(?<!no )(?<!not )\b(good|normal|flawless|undamaged)\b|\bok\b",
    re.IGNORECASE,
)


def find_run(folder: Path) -> tuple[Run, Path | None]:
    """The run in a folder, or the newest finished run of the project there, about classes or texts; and the project's
    folder, if any.

    Raises:
        Problem: `report.nothing_here`, `report.no_result`.
    """
    folder = folder.absolute()
    folder = folder.parent if folder.name == PROJECT_FILE else folder
    if (folder / PROJECT_FILE).is_file():
        about_classes = [run for run in runs_in(folder / RUNS_FOLDER) if run.result() is not None]
        about_texts = [run for run in runs_in(folder / RUNS_FOLDER, TextJob) if run.text_result() is not None]
        if not (runs := [*about_classes, *about_texts]):
            raise Problem("report.no_result", path=folder)
        return max(runs, key=lambda run: run.folder.name), folder
    if not (folder / JOB_FILE).is_file():
        raise Problem("report.nothing_here", path=folder)
    owner = folder.parent.parent
    return Run(folder), owner if (owner / PROJECT_FILE).is_file() else None


def remembered(project: Project | None) -> Assumptions:
    """The assumptions kept with a project; the examples where there are none, or none that still can be read."""
    with suppress(Problem):
        return Assumptions() if project is None else Assumptions.of(project.setting(REMEMBERED, {}))
    return Assumptions()


@dataclass(frozen=True)
class Basis:
    """What of a run does not hang on assumptions; payback under any of them follows at once."""

    run: Run
    result: TrainResult
    revision: DataRevision
    effort: Effort
    unsure: UnsureThreshold | None
    project: str

    @cached_property
    def own(self) -> tuple[int, ...]:
        """The indices of the operator's own classes."""
        return tuple(i for i, entry in enumerate(self.revision.classes) if entry.source == "own")

    @cached_property
    def judged(self) -> tuple[PhotoPrediction, ...]:
        """The test photos of the own classes."""
        own = set(self.own)
        return tuple(p for p in self.result.predictions if p.label in own)

    def judged_of(self, role: Role) -> list[PhotoPrediction]:
        """Those of learned (base) or held-back (new) classes."""
        return [p for p in self.judged if self.revision.classes[p.label].role == role]

    @property
    def threshold(self) -> float | None:
        """Below which probability a person decides."""
        return self.unsure.probability if self.unsure else None

    def rates(self, assumed: Assumptions) -> Rates:
        """The machine's mistakes on the learned classes. Raises Problem as `good_classes`."""
        return rates_of(self.judged_of("base"), good_classes(self.revision, assumed), self.threshold)

    def payback(self, assumed: Assumptions) -> Payback | None:
        """When it has paid for itself. Raises Problem as `good_classes`."""
        return payback(self.rates(assumed), self.effort, assumed)


def basis_of(run: Run, project: Project | None = None) -> Basis:
    """Read a finished run.

    Raises:
        Problem: `report.no_result`, `project.revision_unreadable`, `training.job_unreadable`.
    """
    result = run.result()
    if result is None:
        raise Problem("report.no_result", path=run.folder)
    name = project.name if project is not None else run.folder.name
    unsure = threshold_for(result, None if project is None else wish_for(project, result))
    return Basis(run, result, run.revision, effort_of(run, result, project), unsure, name)


def gather(basis: Basis, assumed: Assumptions) -> PocReport:
    """The figures under the assumptions. Raises Problem as `good_classes`."""
    result, revision = basis.result, basis.revision
    learned, held_back = (basis.judged_of(role) for role in ("base", "new"))
    base, new = (compare(photos) if photos else None for photos in (learned, held_back))
    rates, paid = basis.rates(assumed), basis.payback(assumed)
    classes = _classes(basis, good_classes(revision, assumed))
    new_on_probe = any(revision.classes[index].source == "probe" for index in revision.new)
    grouped = () if _features_only(basis.run) else groupings(basis.judged, Path(revision.root))
    interval = result.intervals.get("tuned", {}).get("union_base")
    risks = (
        *result_risks(result.backbone, classes, interval, new, new_on_probe),
        *threshold_risks(basis.unsure),
        *data_risks(revision, classes),
        *money_risks(rates, grouped, assumed),
    )
    threshold = np.inf if basis.threshold is None else basis.threshold
    return PocReport(
        origin=_origin(basis),
        model=_model(result),
        classes=classes,
        base=base,
        new=new,
        new_on_probe=new_on_probe,
        metrics=result.metrics,
        intervals=result.intervals,
        confusion=confusion(basis.judged, len(revision.classes))[np.ix_(basis.own, basis.own)],
        unsure=basis.unsure,
        consequence=consequence(learned, threshold) if learned else None,
        rates=rates,
        effort=basis.effort,
        assumed=assumed,
        payback=paid,
        groupings=grouped,
        risks=gravest_first(risks),
        headline=_headline(result, base, new, paid),
    )


def good_classes(revision: DataRevision, assumed: Assumptions) -> frozenset[int]:
    """The indices of the classes that pass an inspection: as assumed, or by their names.

    Raises:
        Problem: `report.unknown_class` when one that is assumed is not among the classes.
    """
    own = {entry.name: index for index, entry in enumerate(revision.classes) if entry.source == "own"}
    if assumed.good_classes is None:
        guessed = {
            index for name, index in own.items() if looks_good(name, revision.classes[index].description)
        }
        # All of them good is a guess gone wrong: then nothing is there to be found.
        return frozenset(guessed if len(guessed) < len(own) else ())
    unknown = [name for name in assumed.good_classes if name not in own]
    if unknown:
        raise Problem("report.unknown_class", name=unknown[0], known=", ".join(own))
    return frozenset(own[name] for name in assumed.good_classes)


def looks_good(name: str, description: str) -> bool:
    """Whether a class is called a good one, in Japanese or English."""
    return bool(_GOOD.search(name) or _GOOD.search(description))


def effort_of(run: Run, result: TrainResult, project: Project | None) -> Effort:
    """What was measured of the work: the project's labelling up to this run, and the training."""
    events = run.events()
    began = datetime.fromtimestamp(events[0].time, UTC) if events else None
    joules, sensors = measured_energy(events)
    minutes = project.labelling_minutes(began) if project is not None else 0.0
    return Effort(minutes or None, sum(result.stages_s.values()) / 60, joules, sensors)


def measured_energy(events: Iterable[Event]) -> tuple[float | None, tuple[str, ...]]:
    """Joules over all workers of a run: each counts from zero, so the count falls where a new one began."""
    total, last, sensors = 0.0, 0.0, dict[str, None]()
    for event in events:
        if isinstance(event, Resources) and event.energy_joules is not None:
            total += last if event.energy_joules < last else 0.0
            last = event.energy_joules
            sensors |= dict.fromkeys(event.energy_sensors)
    return (total + last, tuple(sensors)) if sensors else (None, ())


def _classes(basis: Basis, good: frozenset[int]) -> tuple[ClassFigures, ...]:
    revision = basis.revision
    tallies = {tally.label: tally for tally in class_tallies(basis.judged, len(revision.classes))}
    train, val, test = (revision.counts(part) for part in PARTS)
    return tuple(
        ClassFigures(
            name=revision.classes[index].name,
            words=revision.classes[index].description,
            role=revision.classes[index].role,
            is_good=index in good,
            train=train[index],
            val=val[index],
            test=test[index],
            tally=tallies.get(index),
        )
        for index in basis.own
    )


def _origin(basis: Basis) -> Origin:
    return Origin(
        project=basis.project,
        run=basis.run.folder.name,
        revision=basis.revision.id,
        sample=basis.result.sample,
        features_only=_features_only(basis.run),
        made=datetime.now(UTC).replace(microsecond=0),
        program=__version__,
        platform=f"{platform.system()} {platform.machine()}, Python {platform.python_version()}",
        versions={name: found for name in _LIBRARIES if (found := _version(name))},
    )


def _model(result: TrainResult) -> Model:
    settings = parse_composition(result.composition).settings()
    return Model(
        backbone=result.backbone,
        backbone_sha256=result.backbone_sha256,
        licence=_licence(result.backbone),
        preset=result.preset,
        composition=result.composition,
        parameters=result.trained_parameters,
        judges_new=result.new_judged_by == "method",
        seed=result.seed,
        shots=result.shots,
        steps=result.steps,
        epochs=result.epochs,
        kept_epoch=result.kept_epoch,
        stopped_because=result.stopped_because,
        device=result.device,
        hyper={entry.key: result.hyper.get(entry.key, entry.default) for entry in settings},
        stages_s=dict(result.stages_s),
        decisions=result.decisions,
    )


def _headline(
    result: TrainResult, base: Comparison | None, new: Comparison | None, paid: Payback | None
) -> Headline:
    if base is None:
        return "unmeasured"
    if base.change is Change.WORSE:
        return "worse"
    if result.backbone == EMBEDDED:
        return "practice"
    if base.change is Change.UNCLEAR:
        return "unclear"
    if paid is None or paid.months is None:
        return "costly"
    return "go_with_care" if paid.worst is None or (new and new.change is Change.WORSE) else "go"


def _features_only(run: Run) -> bool:
    return bool(getattr(run.job, "features", ""))


def _licence(backbone: str) -> str:
    try:
        return ModelStore().entry(backbone).licence
    except Problem:
        return ""


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
