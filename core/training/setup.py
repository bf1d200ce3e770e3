"""What a training run stands on: its job, data, device, backbone, and the method with its reference."""

import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import torch

from core.backbones.clip import Backbone
from core.backbones.device import choose_device
from core.backbones.load import load_backbone
from core.backbones.precision import bfloat16_pays
from core.features.file import FeaturesFile
from core.files import write_atomic
from core.methods.build import build_method
from core.methods.catalogue import RECIPE, Composition, parse_composition
from core.methods.class_text import ClassText, class_texts
from core.methods.configs.recipe import RecipeConfig
from core.methods.protocol import Method
from core.methods.zero_shot import ZeroShot, reference_config
from core.problems import Problem
from core.project.revision import DataRevision
from core.training.artefact import ArtefactInfo
from core.training.job import Job, TrainJob
from core.training.run import Run
from core.training.sampling import Sample, few_shot
from core.training.served import check_serves, check_views, features_of, recipe_on

PROJECT_FILE = "project.hikidashi"
PRECISION_FILE = "precision"


@dataclass(frozen=True)
class Setup:
    """Everything that is fixed before the first photo is opened."""

    run: Path
    job: TrainJob
    revision: DataRevision
    device: str
    backbone: Backbone
    recipe: RecipeConfig
    method: Method
    zero_shot: ZeroShot
    cache: Path
    features: FeaturesFile | None = None

    @cached_property
    def composition(self) -> Composition:
        """What is trained, parsed."""
        return parse_composition(self.job.composition)

    @property
    def trains(self) -> bool:
        """Whether there is anything to learn."""
        return self.composition.trainable

    @property
    def learns(self) -> str:
        """How it learns (`Entry.learns`)."""
        return self.composition.learns

    @property
    def judges_new(self) -> bool:
        """Whether classes that were never learned are judged by what was learned."""
        return self.composition.judges_new and self.method.judges_new

    @cached_property
    def classes(self) -> tuple[ClassText, ...]:
        """All classes, base and new, in the revision's order."""
        return class_texts(self.revision)

    @cached_property
    def sample(self) -> Sample:
        """The photos to learn from."""
        return few_shot(self.revision, self.job.shots, self.job.seed)

    @cached_property
    def own_classes(self) -> list[int]:
        """Indices of the operator's own classes: those that are offered on site."""
        return [i for i, entry in enumerate(self.revision.classes) if entry.source == "own"]

    @cached_property
    def id(self) -> str:
        """Hash of all that decides what training does: a checkpoint of another id is not taken up."""
        parts = (
            self.job.model_dump_json(exclude={"run", "features", "wished_error"}),
            self.revision.id,
            self.backbone.card.sha256,
            self.sample.id,
        )
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()

    @cached_property
    def autocast(self) -> bool:
        """Whether the towers run in bfloat16: when asked, or where that was measured to pay."""
        return runs_in_bfloat16(self.run, self.job.precision, self.backbone)

    @cached_property
    def views(self) -> int:
        """How many views of a photo are shown."""
        return views_of(self.method, self.recipe, self.learns)

    def artefact_info(self) -> ArtefactInfo:
        """What to write beside the learned tensors."""
        return ArtefactInfo(
            composition=self.job.composition,
            hyper=self.job.hyper,
            backbone=self.job.backbone,
            backbone_sha256=self.backbone.card.sha256,
            classes=tuple((entry.name, entry.words) for entry in self.method.classes),
        )


def set_up(
    run: Run, backbone: Backbone | None = None, cache: Path | None = None, job: Job | None = None
) -> Setup:
    """Read the run's job, unless another stands in its place, and stand the method up, on the given backbone or the
    one that the job names; what is computed of photos is kept in `cache`, by default the project's.

    Raises:
        Problem: `training.other_backbone`, `training.class_without_photos`, or as job, revision, backbone, method
            and features file raise.
    """
    job = job or run.job
    assert isinstance(job, TrainJob), "not a training job"
    return stand_up(run.folder, job, run.revision, backbone, cache)


def stand_up(
    folder: Path,
    job: TrainJob,
    revision: DataRevision,
    backbone: Backbone | None = None,
    cache: Path | None = None,
    features: FeaturesFile | None = None,
) -> Setup:
    """The same for a job and data at hand; `folder` is where training keeps its files, `features` the job's features
    file where it is open already."""
    device = choose_device(job.device if backbone is None else str(backbone.device))
    backbone = backbone or load_backbone(job.backbone, device.torch_name)
    if job.backbone_sha256 and backbone.card.sha256 != job.backbone_sha256:
        raise Problem("training.other_backbone", name=job.backbone)
    composition = parse_composition(job.composition)
    check_classes(revision, composition.trainable)
    configs = composition.configure(job.hyper)
    features, recipe = features or features_of(job, folder), configs[RECIPE]
    if features is not None:
        recipe = recipe_on(features, recipe, composition.learns)
    base = class_texts(revision, revision.base)
    setup = Setup(
        run=folder,
        job=job,
        revision=revision,
        device=device.name,
        backbone=backbone,
        recipe=recipe,
        method=build_method(job.composition, job.hyper, backbone, base, job.seed),
        zero_shot=ZeroShot(reference_config(configs), backbone, base),
        cache=cache or cache_folder(folder),
        features=features,
    )
    if features is not None:
        check_serves(features, job.composition, setup.method)
        check_views(features, setup.views, recipe)
    _check_texts(setup)
    return setup


def runs_in_bfloat16(run: Path, precision: str, backbone: Backbone) -> bool:
    """What a job's `precision` ("auto", "fp32", "bf16") means where the backbone lies.

    What was measured is kept in the run's folder: a run that is taken up again goes on in the precision it began in.
    """
    if precision != "auto":
        return precision == "bf16"
    if backbone.device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported())
    record = run / PRECISION_FILE
    if not record.exists():
        write_atomic(record, "bf16" if bfloat16_pays(backbone) else "fp32")
    return record.read_text() == "bf16"


def views_of(method: Method, recipe: RecipeConfig, learns: str) -> int:
    """How many views of a photo a method is shown: no more than it has rounds to see them in."""
    if learns != "by_epochs":
        return recipe.views
    return min(recipe.views, sum(stage.recipe.epochs for stage in method.stages(recipe)))


def cache_folder(run: Path) -> Path:
    """The project's cache for a run inside a project (`<project>/runs/<id>`), else one beside the run's files."""
    project = run.parent.parent
    return (project if (project / PROJECT_FILE).exists() else run) / "cache"


@contextmanager
def kept_photos(run: Run) -> Iterator[Path]:
    """The cache for what a finished run is shown later. A run on features leaves nothing of the photos that it is
    shown: its cache is gone afterwards."""
    if not getattr(run.job, "features", ""):
        yield cache_folder(run.folder)
        return
    with tempfile.TemporaryDirectory(prefix="hikidashi-shown-") as folder:
        yield Path(folder)


def check_classes(revision: DataRevision, learns: bool) -> None:
    """Refuse classes without words, and to learn classes without photos, or one alone.

    Raises:
        Problem: `methods.class_without_words`, `training.class_without_photos`, `training.one_class`.
    """
    for number, entry in enumerate(class_texts(revision), 1):
        if not entry.name.strip() or not any(
            sign.isprintable() and sign.strip("._ ") for sign in entry.words
        ):
            raise Problem("methods.class_without_words", name=entry.name.strip() or number)
    if not learns:
        return
    counts = revision.counts("train")
    empty = [revision.classes[index].name for index in revision.base if not counts[index]]
    if empty or not revision.base:
        raise Problem("training.class_without_photos", classes="、".join(empty))
    if len(revision.base) == 1:
        raise Problem("training.one_class", name=revision.classes[revision.base[0]].name)


def _check_texts(setup: Setup) -> None:
    """Have every description read once: one that does not fit is refused before any photo is opened."""
    setup.zero_shot.classifier(setup.classes)
    if setup.learns == "by_epochs":
        setup.method.classifier(setup.classes)
