"""Any method that a wrapper stands around, disturbed, with a batch that it can learn from."""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.backbones.clip import Backbone
from core.methods.build import build_method
from core.methods.class_text import ClassText
from core.methods.protocol import Batch, Method, Wrapper, run_beforehand, total
from core.training.job import HyperValue

BASE = (
    ClassText("ボルト", "red painted bolt"),
    ClassText("ナット", "steel nut"),
    ClassText("座金", "black rubber washer"),
    ClassText("割ピン", "split pin"),
)
NEW = (ClassText("ピン", "copper pin with a long scratch"), ClassText("ばね", "coil spring"))
LABELS = torch.tensor([0, 1, 2, 3, 1, 2])


def wrapped(
    composition: str, backbone: Backbone, hyper: dict[str, HyperValue] | None = None, by: float = 0.1
) -> Wrapper:
    """The composition without dropout, what it learns moved away from where it starts."""
    method = build_method(composition, hyper or {}, backbone, BASE, seed=5).eval()
    assert isinstance(method, Wrapper)
    disturb(method, by)
    return method


def disturb(method: nn.Module, by: float) -> None:
    """Move each learned value, by an amount that its name and shape decide: inside and outside a wrapper alike."""
    with torch.no_grad():
        for name, value in method.named_parameters():
            if value.requires_grad:
                seed = sum(name.rsplit("inner.", 1)[-1].encode()) + value.numel()
                value.add_(torch.randn(value.shape, generator=torch.Generator().manual_seed(seed)), alpha=by)


def batch_for(method: Method, labels: Tensor = LABELS, seed: int = 3) -> Batch:
    """As many photos as labels, as the method takes them."""
    backbone = method.backbone
    generator = torch.Generator().manual_seed(seed)
    pixels = torch.randn(len(labels), 3, 32, 32, generator=generator)
    # Random pictures look alike to a random tower: features are drawn apart where the method takes them as they are.
    if method.needs.kind == "image_features":
        inputs = torch.randn(len(labels), backbone.embed_dim, generator=generator)
    else:
        with torch.no_grad():
            inputs = run_beforehand(backbone, pixels, method.needs)
    teacher = backbone.image_features(pixels).detach() if method.needs.teacher else None
    return Batch(inputs, labels, teacher)


def learned(method: Method) -> list[nn.Parameter]:
    """What learns, in the order of the names."""
    return [value for _, value in sorted(method.named_parameters()) if value.requires_grad]


def gradients(loss: Tensor, parameters: list[nn.Parameter]) -> list[Tensor]:
    """Of a scalar; zero where it does not depend on a parameter."""
    found = torch.autograd.grad(loss, parameters, allow_unused=True)
    return [
        torch.zeros_like(value) if gradient is None else gradient
        for gradient, value in zip(found, parameters, strict=True)
    ]


def close(found: Tensor, wanted: Tensor, within: float = 1e-4) -> bool:
    """The error relative to the size of the whole."""
    return bool((found.double() - wanted.double()).norm() <= within * wanted.double().norm() + 1e-9)


def judged(method: Method, inputs: Tensor, classes: tuple[ClassText, ...]) -> NDArray[np.float32]:
    """Probabilities of photos among classes, as evaluation asks for them."""
    with torch.no_grad():
        features = method.encode(inputs).float().numpy()
    return method.classifier(classes).probabilities(features)


def step(method: Method, batch: Batch, rate: float = 0.05) -> None:
    """One step of plain SGD, with the method's own say in the gradients."""
    optimizer = torch.optim.SGD(learned(method), lr=rate)
    method.backward(method.losses(batch), 1.0)
    method.before_step()
    optimizer.step()


def loss_of(method: Method, batch: Batch) -> Tensor:
    """What is minimised."""
    return total(method.losses(batch))
