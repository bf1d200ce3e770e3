"""From a composition and its settings to a method on a backbone."""

import importlib
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch

from core.backbones.clip import Backbone
from core.methods.catalogue import Composition, parse_composition
from core.methods.class_text import ClassText
from core.methods.protocol import Method
from core.problems import Problem
from core.training.job import HyperValue

# Modules are imported only when their method is asked for: some bring heavy libraries along.
_CLASSES = {
    "zero-shot": "core.methods.zero_shot:ZeroShot",
    "linear-probe": "core.methods.linear_probe:LinearProbe",
    "nearest-mean": "core.methods.nearest_mean:NearestMean",
    "tip-adapter": "core.methods.tip_adapter:TipAdapter",
    "tip-adapter-f": "core.methods.tip_adapter:TipAdapterF",
    "clip-adapter": "core.methods.clip_adapter:CLIPAdapter",
    "coop": "core.methods.coop:CoOp",
    "cocoop": "core.methods.cocoop:CoCoOp",
    "kgcoop": "core.methods.kgcoop:KgCoOp",
    "prograd": "core.methods.prograd:ProGrad",
    "tcp": "core.methods.tcp:TCP",
    "vpt-shallow": "core.methods.vpt:VPT",
    "vpt-deep": "core.methods.vpt:VPT",
    "maple": "core.methods.maple:MaPLe",
    "promptsrc": "core.methods.promptsrc:PromptSRC",
    "prefix": "core.methods.prefix:Prefix",
    "lora": "core.methods.lora:LoRA",
    "adapter": "core.methods.adapter:Adapter",
    "full": "core.methods.full_tuning:FullTuning",
    "bitfit": "core.methods.full_tuning:BitFit",
    "skip-tuning": "core.methods.skip_tuning:SkipTuning",
    "pt-peft": "core.methods.pt_peft:PTPEFT",
    "dept": "core.methods.dept:DePT",
    "linear-fusion": "core.methods.linear_fusion:LinearFusion",
    "npt": "core.methods.npt:NPT",
}


def build_method(
    composition: str,
    hyper: Mapping[str, HyperValue],
    backbone: Backbone,
    classes: Sequence[ClassText],
    seed: int = 0,
) -> Method:
    """The method, its parameters initialised from `seed` alone, on the backbone's device, ready to judge (training
    puts it into training mode).

    Raises:
        Problem: `methods.not_chosen_yet` for the search, which is no method; as `parse_composition` and
            `Composition.configure`, or where the backbone does not suit.
    """
    parsed = parse_composition(composition)
    if parsed.learns == "by_search":
        raise Problem("methods.not_chosen_yet", name=parsed)
    configs = parsed.configure(hyper)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        method = _build(parsed, configs, backbone, classes)
    return method.to(backbone.device).eval()


def _build(
    composition: Composition, configs: Mapping[str, Any], backbone: Backbone, classes: Sequence[ClassText]
) -> Method:
    config = configs[composition.name]
    module, name = _CLASSES[composition.name].split(":")
    kind: Callable[..., Method] = getattr(importlib.import_module(module), name)
    if composition.inner is None:
        return kind(config, backbone, classes)
    return kind(config, _build(composition.inner, configs, backbone, classes))
