"""One training step, forward and backward, in the obvious version and in ours; and whether they are equal."""

from dataclasses import dataclass

import torch
from torch import Tensor

from core.bench.plain.swap import forget_texts, plain_towers
from core.methods.protocol import Batch, Method, run_beforehand

LOGITS_TOLERANCE = 1e-4
GRADIENT_TOLERANCE = 1e-3
# A gradient that is zero in theory (a key's bias) is rounding noise: it is held against this share of the largest.
_NOISE_FLOOR = 1e-3


@dataclass(frozen=True)
class Photos:
    """Normalised pixels `(B, 3, H, W)` and labels `(B,)`."""

    pixels: Tensor
    labels: Tensor


@dataclass(frozen=True)
class Difference:
    """Largest relative errors of ours against the obvious version."""

    logits: float
    gradients: float

    @property
    def is_equal(self) -> bool:
        """Whether both are within what float32 and another order of summation explain."""
        return self.logits <= LOGITS_TOLERANCE and self.gradients <= GRADIENT_TOLERANCE

    @property
    def largest(self) -> float:
        """The larger of both."""
        return max(self.logits, self.gradients)


@torch.no_grad()
def look(method: Method, photos: Photos) -> Batch:
    """What the method needs of photos: frozen, beforehand in our version, in every step in the obvious one."""
    needs = method.needs
    teacher = method.backbone.image_features(photos.pixels) if needs.teacher else None
    return Batch(run_beforehand(method.backbone, photos.pixels, needs), photos.labels, teacher)


def learn(method: Method, batch: Batch) -> Tensor:
    """Gradients of a batch; gives its logits `(B, C)`."""
    method.zero_grad()
    aligned = method.align(batch)
    method.backward(method.terms(aligned, batch), 1.0)
    method.before_step()
    return aligned.logits.detach()


def learn_plainly(method: Method, photos: Photos) -> Tensor:
    """The obvious step, from pixels on; to be called inside `plain_towers`."""
    forget_texts(method)
    return learn(method, look(method, photos))


def compare(method: Method, photos: Photos, seed: int = 0) -> Difference:
    """A step of each, on the same weights, photos and random draws, without dropout.

    A tensor's gradient error is the norm of the difference over the norm of the obvious version's gradient.
    """
    was_training = method.training
    method.eval()
    torch.manual_seed(seed)
    logits = learn(method, look(method, photos))
    gradients = _gradients(method)
    with plain_towers(method):
        torch.manual_seed(seed)
        wanted_logits = learn_plainly(method, photos)
    wanted = _gradients(method)
    method.train(was_training)
    floor = _NOISE_FLOOR * max((float(value.norm()) for value in wanted.values()), default=0.0)
    return Difference(
        relative_error(logits, wanted_logits),
        max((relative_error(gradients[name], value, floor) for name, value in wanted.items()), default=0.0),
    )


def relative_error(found: Tensor, wanted: Tensor, floor: float = 0.0) -> float:
    """‖found − wanted‖ / max(‖wanted‖, floor)."""
    difference = float((found - wanted).norm())
    return difference / max(float(wanted.norm()), floor) if difference else 0.0


def _gradients(method: Method) -> dict[str, Tensor]:
    return {
        name: torch.zeros_like(value) if value.grad is None else value.grad.detach().clone()
        for name, value in method.named_parameters()
        if value.requires_grad
    }
