"""The judgements of a run: while it learns, at its end, and of its artefact stood up again."""

import numpy as np

from core.evaluation.judged import Judged, harmonic_mean, judge, metrics_of, true_class_loss
from core.insight.collapse import distances
from core.insight.findings import Distances
from core.insight.texts import class_texts_of
from core.methods.classifier import Array, Classifier
from core.problems import Problem
from core.training.artefact import open_artefact
from core.training.commands import Emit
from core.training.epochs import Watched
from core.training.events import Warned
from core.training.photos import RunPhotos
from core.training.seen import Encoder, Seen, judged_at_once
from core.training.setup import Setup

# Where a tower must run over them, so many photos of each group tell after every round how training goes.
WATCHED_AT_MOST = 256


class Judging:
    """Judges the photos of a run by its method, in the method's own image features."""

    def __init__(self, setup: Setup, photos: RunPhotos, emit: Emit) -> None:
        self._setup = setup
        self._val = photos.val.spread(WATCHED_AT_MOST)
        self._watched = photos.watched.spread(WATCHED_AT_MOST)
        self._at_once = judged_at_once(
            setup.method.needs,
            lambda count: emit(Warned(code="training.encoding_divided", data={"photos": count})),
        )
        self.encode = Encoder(setup.method, self._at_once, setup.autocast)

    def judge(self, classifier: Classifier, seen: Seen, features: Array) -> Judged:
        """The photos judged by their features."""
        return judge(classifier, features, seen.labels, self._setup.revision.base)

    def watched(self) -> Watched:
        """How the method judges now."""
        classifier = self._setup.method.classifier(self._setup.classes)
        return self._figures(classifier, self.encode(self._val), self.encode(self._watched))

    def watched_untouched(self, classifier: Classifier) -> Watched:
        """How the untouched backbone judges the same photos."""
        return self._figures(classifier, self._val.features, self._watched.features)

    def verify(self, classifier: Classifier, seen: Seen) -> None:
        """Stand the artefact up from its file; it must judge as what was just trained, to the bit.

        Raises:
            Problem: `training.not_verified`.
        """
        setup, shown = self._setup, seen.spread(WATCHED_AT_MOST)
        reopened = open_artefact(setup.run, backbone=setup.backbone).method
        wanted = classifier.probabilities(self.encode(shown))
        encode = Encoder(reopened, self._at_once, setup.autocast)
        found = reopened.classifier(setup.classes).probabilities(encode(shown))
        if not np.array_equal(wanted, found):
            raise Problem("training.not_verified", difference=float(np.abs(wanted - found).max()))

    def _figures(self, classifier: Classifier, val: Array, watched: Array) -> Watched:
        base = self.judge(classifier, self._val, val)
        new = self.judge(classifier, self._watched, watched)
        collapse = self._collapse(classifier, val, watched)
        of_base, of_new = metrics_of(base), metrics_of(new)
        return Watched(
            base=of_base.base,
            new=of_new.new,
            union_h=harmonic_mean(of_base.union_base, of_new.union_new),
            base_loss=float(true_class_loss(base).mean()) if len(base.labels) else 0.0,
            photos=len(base.labels),
            base_collapse=collapse[0],
            new_collapse=collapse[1],
        )

    def _collapse(self, classifier: Classifier, val: Array, watched: Array) -> list[Distances | None]:
        """Of base and of new classes. Texts may depend on the photos, so without a photo nothing is told."""
        seen = np.concatenate([val, watched])
        if not len(seen):
            return [None, None]
        texts, revision = class_texts_of(classifier, seen), self._setup.revision
        groups = (revision.base, self._val, val), (revision.new, self._watched, watched)
        return [
            distances(features, texts[list(members)], np.array(photos.among(members), dtype=np.intp))
            for members, photos, features in groups
        ]
