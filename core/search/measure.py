"""One try on one inner examination: trained as a run would be, judged on the photos that the fold set aside."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from core.backbones.clip import Backbone
from core.evaluation.judged import judge
from core.evaluation.union import calibrate, calibrated
from core.features.file import FeaturesFile
from core.methods.classifier import Array, Classifier
from core.search.folds import Fold
from core.search.space import Candidate
from core.search.tally import Tally
from core.training.checkpoint import CHECKPOINT_FILE
from core.training.commands import Commands, Emit
from core.training.epochs import Watched
from core.training.events import Event, StateChanged
from core.training.job import TrainJob
from core.training.judging import Judging
from core.training.learn import learn
from core.training.photos import RunPhotos, gather
from core.training.recall import recall
from core.training.result import Calibration
from core.training.setup import Setup, stand_up
from core.training.views import ViewRecipe

Look = Callable[[float, Tally], None]
LOOKS = 5
_UNSEEN = Watched(None, None, None, 0.0)


@dataclass
class Bench:
    """What all tries of a search share. `folder` holds what training keeps meanwhile; `job` is the one that asked for
    the search, `features` its features file, if any."""

    folder: Path
    job: TrainJob
    backbone: Backbone
    cache: Path
    emit: Emit
    commands: Commands
    features: FeaturesFile | None = None
    _photos: dict[tuple[object, ...], RunPhotos] = field(default_factory=dict)

    def measure(self, candidate: Candidate, fold: Fold, look: Look = lambda _share, _tally: None) -> Tally:
        """Who was right. `look` is shown now and then how far the try is (0–1) and how it would be judged now; what it
        raises ends the try.

        Raises:
            Problem: as training raises.
            Halt: as asked.
        """
        (self.folder / CHECKPOINT_FILE).unlink(missing_ok=True)
        began = time.perf_counter()
        setup = self._set_up(candidate, fold)
        photos = self._photos_of(setup, fold)
        judging = _Examined(setup, photos, fold, self._passing, began, look)
        learned = learn(setup, photos, judging, judging.untouched(), self._passing, self.commands)
        # A stop lets training end with what it has; half a try tells nothing.
        self.commands.heed(self.emit)
        setup.method.load_learned_state(learned.state)
        return judging.tally()

    def _set_up(self, candidate: Candidate, fold: Fold) -> Setup:
        asked = {"composition": candidate.composition, "hyper": dict(candidate.hyper), "shots": None}
        job = self.job.model_copy(update={"run": str(self.folder), "preset": candidate.preset, **asked})
        return stand_up(self.folder, job, fold.revision, self.backbone, self.cache, self.features)

    def _photos_of(self, setup: Setup, fold: Fold) -> RunPhotos:
        """Read once for all tries that need the same of them."""
        shown = ViewRecipe.of(setup.recipe, setup.job.seed)
        key = (fold.key, setup.method.needs, setup.trains, setup.views, shown)
        if key not in self._photos:
            if setup.features is not None:
                self._photos[key] = recall(setup, setup.features)
            else:
                self._photos[key] = gather(setup, self._passing, self.commands)
        return self._photos[key]

    def _passing(self, event: Event) -> None:
        """Of what a try tells only a pause is anyone's business."""
        if isinstance(event, StateChanged):
            self.emit(event)


class _Examined(Judging):
    """Judges a try by the photos that its fold set aside, a few times while it learns and at its end."""

    def __init__(
        self, setup: Setup, photos: RunPhotos, fold: Fold, emit: Emit, began: float, look: Look
    ) -> None:
        super().__init__(setup, photos, emit)
        self._photos, self._fold, self._look, self._began = photos, fold, look, began
        stages = setup.method.stages(setup.recipe) if setup.learns == "by_epochs" else ()
        self._staged = len(stages) > 1
        self._rounds = sum(stage.recipe.epochs for stage in stages)
        self._done = 0

    def untouched(self) -> Watched:
        """How the untouched backbone judges inner validation photos, for methods that decide by it."""
        if not self._staged:
            return _UNSEEN
        return self.watched_untouched(self._setup.zero_shot.classifier(self._setup.classes))

    def watched(self) -> Watched:
        """Asked after every round: the inner validation photos, for methods that decide by them; and a look."""
        self._done += 1
        told = [LOOKS * done // self._rounds for done in (self._done - 1, self._done)]
        if told[0] != told[1] and self._done < self._rounds:
            self._look(self._done / self._rounds, self.tally())
        return super().watched() if self._staged else _UNSEEN

    def tally(self) -> Tally:
        """Who is right now."""
        base, seen = self._setup.revision.base, self._photos.test
        learned, features = self._setup.method.classifier(self._setup.classes), self.encode(seen)
        judged = judge(calibrated(learned, self._scale(learned, features)), features, seen.labels, base)
        return Tally.of(judged, self._fold.apart, time.perf_counter() - self._began)

    def _scale(self, learned: Classifier, features: Array) -> Calibration:
        """Learned and new classes on one scale, as a run's result is judged. A fold's validation photos alone are too
        few to fit it, so those of learned classes that are judged here help: two numbers from them all favour no way,
        whereas judged without a scale the ways stand in another order than after training."""
        base, seen, val = self._setup.revision.base, self._photos.test, self._photos.val
        own = np.isin(seen.labels, base)
        labels = [*val.labels, *np.asarray(seen.labels, dtype=np.intp)[own].tolist()]
        held = self.encode(val) if val.photos else features[:0]
        return calibrate(learned, np.concatenate([held, features[own]]), labels, base)
