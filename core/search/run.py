"""The search as part of a training run: from the job that asks for it to the job that training carries out.

First every preset that the time allows as it is, so that the search is never behind them on what it sees; then
variations of the leading ones, drawn by Optuna's TPE; then those in front anew on further divisions of the photos. The
hindmost quarter is given up on the way. No prior over presets takes part: what leads on one set of photos says hardly
anything of another (docs/base-to-new.md), so all that counts is what the operator's own photos show.
"""

from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from core.backbones.clip import Backbone
from core.backbones.device import choose_device
from core.backbones.load import load_backbone
from core.files import write_atomic
from core.methods.catalogue import AUTOMATIC, parse_composition
from core.methods.configs.automatic import AutomaticConfig
from core.methods.presets import load_presets
from core.search.clock import Clock
from core.search.measure import Bench
from core.search.presets import presets_for
from core.search.ranking import Standing
from core.search.search import Search
from core.search.study import Study, forget
from core.training.checkpoint import CHECKPOINT_FILE
from core.training.commands import Commands, Emit
from core.training.events import Decided, Event
from core.training.job import HyperValue, TrainJob
from core.training.result import CHOICE_FILE
from core.training.run import Run
from core.training.sampling import few_shot
from core.training.served import features_of
from core.training.setup import cache_folder, check_classes, runs_in_bfloat16

SEARCH_FOLDER = "search"
CHOSEN = "search.chosen"
_PRECISION = {True: "bf16", False: "fp32"}


class Found(BaseModel):
    """What the search chose, and what is told of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    composition: str
    hyper: dict[str, HyperValue]
    told: dict[str, Any]

    def job(self, asked: TrainJob) -> TrainJob:
        """The job in which the choice stands in place of the search."""
        return asked.model_copy(update={"composition": self.composition, "hyper": self.hyper})

    @property
    def decision(self) -> dict[str, Any]:
        """As a run's decisions are kept."""
        return {"code": CHOSEN, "data": self.told}


def choose(
    run: Run, emit: Emit, commands: Commands, resume: bool, backbone: Backbone | None, cache: Path | None
) -> Found:
    """What the run's search chose; with `resume` an earlier search of the run goes on, or its choice stands.

    Raises:
        Problem: as the data, the backbone and training raise.
        Halt: interrupted, or stopped before anything was judged.
    """
    if not resume:
        forget(run.folder / SEARCH_FOLDER)
    found = _kept(run.folder) or _search(run, emit, commands, backbone, cache)
    emit(Decided(code=CHOSEN, data=found.told))
    return found


def _kept(run: Path) -> Found | None:
    try:
        return Found.model_validate_json((run / CHOICE_FILE).read_bytes())
    except (FileNotFoundError, ValidationError):
        return None


def _search(run: Run, emit: Emit, commands: Commands, backbone: Backbone | None, cache: Path | None) -> Found:
    job, revision = run.job, run.revision
    assert isinstance(job, TrainJob), "not a training job"
    config: AutomaticConfig = parse_composition(job.composition).configure(job.hyper)[AUTOMATIC]
    check_classes(revision, learns=True)
    backbone = backbone or load_backbone(job.backbone, choose_device(job.device).torch_name)
    job = job.model_copy(
        update={"precision": _PRECISION[runs_in_bfloat16(run.folder, job.precision, backbone)]}
    )
    folder = run.folder / SEARCH_FOLDER
    folder.mkdir(exist_ok=True)
    with Study(folder, job.seed) as study:
        clock = Clock(60 * config.budget_minutes, study.spent_s)

        def tell(event: Event) -> None:
            clock.heed(event)
            emit(event)

        features = features_of(job, run.folder)
        bench = Bench(folder, job, backbone, cache or cache_folder(run.folder), tell, commands, features)
        presets = presets_for(load_presets(), features, backbone, revision)
        sample = few_shot(revision, job.shots, job.seed)
        search = Search(bench, study, clock, config, presets, revision, sample)
        standing = search.run()
        found = _found(standing, search, len(study.ended()))
    write_atomic(run.folder / CHOICE_FILE, found.model_dump_json(indent=1))
    (folder / CHECKPOINT_FILE).unlink(missing_ok=True)
    return found


def _found(standing: Standing, search: Search, tried: int) -> Found:
    figures, way = search.told(standing), standing.candidate
    changed = ", ".join(f"{key}={value}" for key, value in way.changed.items())
    told: dict[str, Any] = {
        "preset": way.preset,
        "composition": way.composition,
        "settings": dict(way.changed),
        "changed": changed or "-",
        "tried": tried,
        "wish": search.wish,
        "score": _percent(figures.score),
        "low": _percent(figures.low),
        "high": _percent(figures.high),
        "photos": figures.photos,
    }
    return Found(composition=way.composition, hyper=dict(way.hyper), told=told)


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"
