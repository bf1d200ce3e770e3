"""Whether a description of towers can belong to a weights file at all: asked before anything is built of it.

A description comes from outside. Towers for which the file has too few bytes would be built, terabytes large, only
to find that the weights do not fit.
"""

from math import prod
from typing import Any

_MOST = 1 << 20
_HARMLESS = (
    1 << 28
)  # parameters that any PC can hold: what does not fit such weights is told as wrong weights
_DEEPEST = 6
_LEAST_WIDTH = 16


def exceeds(model_cfg: dict[str, Any], weights_bytes: int) -> str:
    """What of an open_clip description is too large for weights of that many bytes; "" when nothing is.

    One byte a parameter is the least that is counted; the true number of parameters is always larger than what is
    counted here.
    """
    wild = _wild(model_cfg, "", 0)
    if wild:
        return wild
    embed = _whole(model_cfg.get("embed_dim"))
    decoders = [key for key in ("multimodal_cfg",) if key in model_cfg]
    for key in ("vision_cfg", "text_cfg", *decoders):
        tower = model_cfg.get(key)
        if not isinstance(tower, dict):
            return key
        width = _whole(tower.get("width")) or _LEAST_WIDTH
        layers = tower.get("layers")
        depth = sum(map(_whole, layers)) if isinstance(layers, list) else _whole(layers)
        ratio = max(1, _whole(tower.get("mlp_ratio")))
        least = [
            depth * width * width * ratio,
            width * embed,
            _whole(tower.get("attn_pooler_queries")) * embed,
        ]
        if key == "text_cfg" and "width" in tower:
            least.append(width * _whole(tower.get("vocab_size")))
        elif _whole(tower.get("patch_size")):
            side = _whole(tower.get("image_size")) // _whole(tower["patch_size"])
            least.append(prod((side, side, width)))
        if max(least) > max(weights_bytes, _HARMLESS):
            return key
    return ""


def _wild(value: Any, key: str, depth: int) -> str:
    """The key of a number that is beyond all measure, or of a nesting that is."""
    if depth > _DEEPEST:
        return key
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in parts:
        if found := _wild(part, str(name) if isinstance(value, dict) else key, depth + 1):
            return found
    # Written so that a NaN is wild, too.
    return "" if not isinstance(value, int | float) or abs(value) <= _MOST else key


def _whole(value: Any) -> int:
    return int(value) if isinstance(value, int | float) else 0
