"""One run of a protocol: trained in a folder that is thrown away, its artefact stood up again to judge any photos."""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from core.backbones.clip import Backbone
from core.bench.published import OWN, Recipe
from core.bench.sets import BenchSet
from core.evaluation.judged import Judged, judge
from core.methods.build import build_method
from core.methods.class_text import class_texts
from core.methods.classifier import Array, Classifier
from core.methods.presets import Preset
from core.methods.protocol import Method
from core.methods.zero_shot import ZeroShot, reference_config
from core.project.revision import DataRevision, PhotoEntry
from core.training.artefact import read_artefact
from core.training.commands import Emit
from core.training.features import FeatureStore
from core.training.job import DATA_FILE, TrainJob, save_job
from core.training.loop import train
from core.training.photos import see
from core.training.result import TrainResult
from core.training.seen import Encoder, judged_at_once
from core.training.setup import runs_in_bfloat16
from core.training.views import ViewRecipe

_AS_JUDGED = ViewRecipe(seed=0, smallest_crop=1.0, flip=False)


@dataclass(frozen=True, eq=False)
class Engine:
    """What all runs of a protocol share: a backbone, the folder where features are kept, who hears of the runs, and
    by which recipe they are trained."""

    backbone: Backbone
    cache: Path
    emit: Emit
    tell: Callable[[str], None]
    recipe: Recipe = OWN

    def cache_of(self, bench_set: BenchSet) -> Path:
        """Where what is computed of a set's photos is kept."""
        return self.cache / bench_set.name

    @contextmanager
    def trained(
        self, bench_set: BenchSet, preset: Preset, revision: DataRevision, seed: int, about: str = ""
    ) -> Iterator["TrainedRun"]:
        """A preset trained on a revision; its folder lives as long as the context. Raises Problem as `train`."""
        preset = self.recipe.of(preset, bench_set.name, revision)
        self.tell("  ".join(filter(None, (bench_set.name, preset.name, f"seed {seed}", about))))
        folder = Path(tempfile.mkdtemp(prefix="hikidashi-bench-"))
        try:
            revision.save(folder / DATA_FILE)
            job = TrainJob(
                run=str(folder),
                preset=preset.name,
                composition=preset.composition,
                hyper=bench_set.hyper(preset),
                backbone=self.backbone.card.name,
                seed=seed,
                shots=None,
                device="cuda" if self.backbone.device.type == "cuda" else "cpu",
            )
            save_job(job)
            result = train(folder, self.emit, backbone=self.backbone, cache=self.cache_of(bench_set))
            yield TrainedRun(self, bench_set, preset, revision, seed, folder, result)
        finally:
            shutil.rmtree(folder, ignore_errors=True)


@dataclass(frozen=True, eq=False)
class Sight:
    """Photos that could be read, their labels, and their features: `untouched` and `tuned` `(N, D)`."""

    labels: list[int]
    untouched: Array
    tuned: Array


@dataclass(frozen=True, eq=False)
class Verdict:
    """The same photos judged by the untouched backbone and by what was learned."""

    zero_shot: Judged
    tuned: Judged

    def without_probabilities(self) -> "Verdict":
        """Who was right, without the probabilities of every photo for every class: what many runs are kept by."""
        return Verdict(
            *(replace(each, probabilities=each.probabilities[:, :0]) for each in (self.zero_shot, self.tuned))
        )


@dataclass(frozen=True, eq=False)
class TrainedRun:
    """What a run left, ready to judge. Both judges read the sentence of the set, where the papers have one: the
    untouched backbone is never given a weaker text."""

    engine: Engine
    bench_set: BenchSet
    preset: Preset
    revision: DataRevision
    seed: int
    folder: Path
    result: TrainResult

    def on(self, bench_set: BenchSet) -> "TrainedRun":
        """The same to judge another set, in that set's sentence."""
        return replace(self, bench_set=bench_set)

    def judge(
        self,
        revision: DataRevision | None = None,
        base: Sequence[int] | None = None,
        cache: Path | None = None,
    ) -> Verdict:
        """The test photos of a revision, by default the run's own; `base` are its learned classes."""
        revision = revision or self.revision
        learned = revision.base if base is None else base
        zero_shot, tuned = self.classifiers(revision)
        seen = self.sight(revision, revision.of("test"), cache)
        return Verdict(
            judge(zero_shot, seen.untouched, seen.labels, learned),
            judge(tuned, seen.tuned, seen.labels, learned),
        )

    def classifiers(self, revision: DataRevision) -> tuple[Classifier, Classifier]:
        """Over a revision's classes: the untouched backbone's, and what was learned."""
        classes = class_texts(revision)
        return self._reference.classifier(classes), self._method.classifier(classes)

    def sight(self, revision: DataRevision, photos: Sequence[PhotoEntry], cache: Path | None = None) -> Sight:
        """Photos of a revision as judged; what is computed of them is kept in `cache`, by default the set's."""
        backbone, needs = self.engine.backbone, self._method.needs
        autocast = runs_in_bfloat16(self.folder, "auto", backbone)
        kept = cache or self.engine.cache_of(self.bench_set)
        seen = see(revision, photos, FeatureStore(backbone, _AS_JUDGED, kept, autocast, needs))
        own = Encoder(self._method, judged_at_once(needs), autocast)(seen)
        return Sight(seen.labels, seen.features, own)

    @cached_property
    def _method(self) -> Method:
        info, state = read_artefact(self.folder)
        hyper = self.bench_set.hyper(self.preset)
        method = build_method(info.composition, hyper, self.engine.backbone, info.class_texts, self.seed)
        method.load_learned_state(state)
        return method

    @cached_property
    def _reference(self) -> ZeroShot:
        configs = self.preset.parsed.configure(self.bench_set.hyper(self.preset))
        config = reference_config(configs)
        if self.bench_set.template is not None:
            config = replace(config, template=self.bench_set.template)
        return ZeroShot(config, self.engine.backbone, class_texts(self.revision, self.revision.base))
