"""A finished run stood up again to judge photos."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.backbones.device import choose_device
from core.methods.classifier import Array
from core.project.revision import DataRevision, PhotoEntry
from core.training.artefact import Tuned, open_artefact
from core.training.features import FeatureStore
from core.training.job import TrainJob
from core.training.photos import see
from core.training.run import Run
from core.training.seen import Encoder, judged_at_once
from core.training.setup import runs_in_bfloat16
from core.training.views import ViewRecipe

_AS_JUDGED = ViewRecipe(seed=0, smallest_crop=1.0, flip=False)


@dataclass(frozen=True, eq=False)
class Stand:
    """What was learned, in the precision in which it was judged."""

    tuned: Tuned
    seed: int
    autocast: bool

    @classmethod
    def up(cls, run: Run) -> "Stand":
        """Raises Problem as the artefact and the backbone raise."""
        job = run.job
        assert isinstance(job, TrainJob), "the run is a training"
        tuned = open_artefact(run.folder, choose_device(job.device).torch_name)
        return cls(tuned, job.seed, runs_in_bfloat16(run.folder, job.precision, tuned.backbone))

    def see(
        self, revision: DataRevision, photos: Sequence[PhotoEntry], cache: Path
    ) -> tuple[Array, list[int]]:
        """Features `(N, D)` of those photos that can be opened, in the order given, and their classes."""
        method = self.tuned.method
        store = FeatureStore(self.tuned.backbone, _AS_JUDGED, cache, self.autocast, method.needs)
        seen = see(revision, photos, store)
        features = Encoder(method, judged_at_once(method.needs), self.autocast)(seen)
        place = {photo.path: number for number, photo in enumerate(photos)}
        order = np.argsort([place[photo.path] for photo in seen.photos], kind="stable")
        return features[order], [seen.labels[row] for row in order]
