"""Any method in its obvious version: the very same method and weights, its towers swapped for plain ones.

What a method computes beside the towers (prompts, features, losses) is the same code in both versions: papers' code
does the same there. So one mechanism serves every method and every wrapper.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from torch import nn

from core.backbones.clip import Backbone
from core.backbones.image_tower import ImageTower
from core.backbones.text_tower import TextTower
from core.bench.plain.image_tower import PlainImageTower
from core.bench.plain.text_tower import PlainTextTower
from core.methods.clip_adapter import CLIPAdapter
from core.methods.protocol import Method


@contextmanager
def plain_towers(method: Method) -> Iterator[None]:
    """Inside, every tower that the method or its backbone holds is the plain one."""
    plain = {
        id(tower): _plain(tower, method.backbone)
        for tower in method.modules()
        if isinstance(tower, TextTower | ImageTower)
    }
    places = [
        (owner, name, part)
        for owner in method.modules()
        for name, part in owner._modules.items()
        if part is not None and id(part) in plain
    ]
    for owner, name, part in places:
        owner._modules[name] = plain[id(part)]
    try:
        yield
    finally:
        for owner, name, part in places:
            owner._modules[name] = part


def forget_texts(method: Method) -> None:
    """Before a step of the obvious version: public code of CLIP-Adapter runs its frozen texts in every step
    (methods.md §11.1); that of other methods keeps them."""
    for part in method.modules():
        if isinstance(part, CLIPAdapter):
            part.__dict__.pop("_texts", None)


def _plain(tower: TextTower | ImageTower, backbone: Backbone) -> nn.Module:
    stock = backbone.stock_blocks(tower)
    return PlainTextTower(tower, stock) if isinstance(tower, TextTower) else PlainImageTower(tower, stock)
