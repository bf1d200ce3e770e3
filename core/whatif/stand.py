"""A finished run stood up again to judge photos."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from core.backbones.device import choose_device
from core.features.file import FeaturesFile
from core.methods.classifier import Array
from core.project.revision import DataRevision, PhotoEntry
from core.training.artefact import Tuned, open_artefact
from core.training.features import FeatureStore
from core.training.job import TrainJob
from core.training.photos import see
from core.training.recall import recall_photos
from core.training.run import Run
from core.training.seen import Encoder, Seen, judged_at_once
from core.training.served import features_of
from core.training.setup import runs_in_bfloat16
from core.training.views import ViewRecipe

_AS_JUDGED = ViewRecipe(seed=0, smallest_crop=1.0, flip=False)


@dataclass(frozen=True, eq=False)
class Stand:
    """What was learned, in the precision in which it was judged; `file` has the photos of a run on features."""

    tuned: Tuned
    seed: int
    autocast: bool
    file: FeaturesFile | None

    @classmethod
    def up(cls, run: Run) -> "Stand":
        """Raises Problem as the artefact, the backbone and the features file raise."""
        job = run.job
        assert isinstance(job, TrainJob), "the run is a training"
        tuned = open_artefact(run.folder, choose_device(job.device).torch_name)
        autocast = runs_in_bfloat16(run.folder, job.precision, tuned.backbone)
        return cls(tuned, job.seed, autocast, features_of(job, run.folder))

    def see(
        self, revision: DataRevision, photos: Sequence[PhotoEntry], cache: Path
    ) -> tuple[Array, list[int]]:
        """Features `(N, D)` of those photos that can be opened, in the order given, and their classes."""
        needs = self.tuned.method.needs
        store = FeatureStore(self.tuned.backbone, _AS_JUDGED, cache, self.autocast, needs)
        return self._encoded(see(revision, photos, store), photos)

    def see_own(
        self, revision: DataRevision, photos: Sequence[PhotoEntry], cache: Path
    ) -> tuple[Array, list[int]]:
        """The same of photos of the run's own revision, which a run on features has in its file."""
        if self.file is None:
            return self.see(revision, photos, cache)
        return self._encoded(recall_photos(self.file, photos), photos)

    def _encoded(self, seen: Seen, photos: Sequence[PhotoEntry]) -> tuple[Array, list[int]]:
        method = self.tuned.method
        features = Encoder(method, judged_at_once(method.needs), self.autocast)(seen)
        place = {photo.path: number for number, photo in enumerate(photos)}
        order = np.argsort([place[photo.path] for photo in seen.photos], kind="stable")
        return features[order], [seen.labels[row] for row in order]
