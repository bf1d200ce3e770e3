"""From a composition and its settings to a method on a backbone."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from core.backbones.clip import Backbone
from core.methods.catalogue import Composition, parse_composition
from core.methods.class_text import ClassText
from core.methods.coop import CoOp
from core.methods.dept import DePT
from core.methods.protocol import Method
from core.methods.zero_shot import ZeroShot
from core.training.job import HyperValue

_METHODS: dict[str, Callable[..., Method]] = {"zero-shot": ZeroShot, "coop": CoOp}
_WRAPPERS: dict[str, Callable[..., Method]] = {"dept": DePT}


def build_method(
    composition: str,
    hyper: Mapping[str, HyperValue],
    backbone: Backbone,
    classes: Sequence[ClassText],
    seed: int = 0,
) -> Method:
    """The method, its parameters initialised from `seed` alone, on the backbone's device.

    Raises:
        Problem: as `parse_composition` and `Composition.configure`, or where the backbone does not suit.
    """
    parsed = parse_composition(composition)
    configs = parsed.configure(hyper)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        method = _build(parsed, configs, backbone, classes)
    return method.to(backbone.device)


def _build(
    composition: Composition, configs: Mapping[str, Any], backbone: Backbone, classes: Sequence[ClassText]
) -> Method:
    config = configs[composition.name]
    if composition.inner is None:
        return _METHODS[composition.name](config, backbone, classes)
    return _WRAPPERS[composition.name](config, _build(composition.inner, configs, backbone, classes))
