"""The photos of a run as a features file has them: no photo is there, and none is needed."""

from collections.abc import Sequence

import torch

from core.features.file import FeaturesFile
from core.project.revision import PhotoEntry
from core.training.lessons import Lessons
from core.training.photos import RunPhotos, check_all_shown, groups_of
from core.training.seen import Seen
from core.training.setup import Setup


def recall(setup: Setup, file: FeaturesFile) -> RunPhotos:
    """What `gather` gives from the photos themselves.

    Raises:
        Problem: `training.no_photos`.
    """
    seen = [recall_photos(file, group) for group in groups_of(setup.revision, setup.sample)]
    lessons = _lessons(setup, file, seen[0]) if setup.trains else None
    return RunPhotos(lessons, *seen)


def recall_photos(file: FeaturesFile, photos: Sequence[PhotoEntry]) -> Seen:
    """Some photos of the file's revision."""
    return Seen(tuple(photos), file.plain_of(photos)).in_own_order()


def _lessons(setup: Setup, file: FeaturesFile, learned: Seen) -> Lessons:
    check_all_shown(setup.revision, learned)
    device = setup.backbone.device
    features = torch.from_numpy(file.views_of(learned.photos, setup.views)).to(device)
    labels = torch.tensor(learned.among(setup.revision.base), device=device)
    return Lessons(features, labels, features if setup.method.needs.teacher else None)
