"""Learning as the method does it: not at all, at once, or by epochs."""

import time

import torch

from core.methods.protocol import Batch
from core.training.checkpoint import load_checkpoint
from core.training.commands import Commands, Emit
from core.training.epochs import Epochs, Outcome, Watched
from core.training.judging import Judging
from core.training.lessons import Lessons
from core.training.photos import RunPhotos
from core.training.seen import Seen
from core.training.setup import Setup


def learn(
    setup: Setup, photos: RunPhotos, judging: Judging, zero_shot: Watched, emit: Emit, commands: Commands
) -> Outcome:
    """Let the run's method learn, from its checkpoint on where there is one. Raises as `Epochs.run`."""
    if photos.lessons is None:
        return Outcome({}, 0, 0, 0, 0.0, "nothing_to_learn")
    if setup.learns == "at_once":
        return _at_once(setup, photos.lessons, photos.val)
    if setup.method.needs.kind == "image_features":
        views = _views(photos.lessons)
        setup.method.survey(views, photos.lessons.labels, _judged(setup, photos.val, views.device))
    epochs = Epochs(
        setup.method,
        photos.lessons,
        setup.recipe,
        setup.job.seed,
        watch=judging.watched,
        zero_shot=zero_shot,
        run=setup.run,
        job_id=setup.id,
        autocast=setup.autocast,
    )
    checkpoint = load_checkpoint(setup.run, setup.id)
    if checkpoint is not None:
        epochs.take_up(checkpoint)
    return epochs.run(emit, commands)


def _at_once(setup: Setup, lessons: Lessons, val: Seen) -> Outcome:
    """One look at all views; there is nothing in between from where it could be taken up again."""
    began, views = time.perf_counter(), _views(lessons)
    cards = [views.device] if views.device.type == "cuda" else []
    with torch.random.fork_rng(devices=cards):
        torch.manual_seed(setup.job.seed)
        setup.method.fit(views, lessons.labels, _judged(setup, val, views.device))
    state = setup.method.learned_state()
    return Outcome(state, 1, 1, 1, time.perf_counter() - began, "learned_at_once")


def _views(lessons: Lessons) -> torch.Tensor:
    assert isinstance(lessons.inputs, torch.Tensor), "image features are kept in memory"
    return lessons.inputs


def _judged(setup: Setup, val: Seen, device: torch.device) -> Batch | None:
    """The validation photos, labelled among the learned classes."""
    if not val.photos:
        return None
    labels = torch.tensor(val.among(setup.revision.base), device=device)
    return Batch(torch.from_numpy(val.features).to(device), labels)
