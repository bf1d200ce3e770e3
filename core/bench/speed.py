"""`bench speed`: a method's obvious version against ours. First they must be equal, then both are timed.

The ratio is over the whole published run: ours pays for its caches (every view of every photo through the frozen
tower once), then for its steps; the obvious version pays the whole step each time. Drawing and decoding of views is
the same for both and left out. Skip Tuning's own code keeps the tokens in the middle of the towers as ours does; its
obvious version here does not, so its ratio says what keeping them brings.
"""

import statistics
from dataclasses import asdict, dataclass
from typing import Any

import torch

from core.backbones.clip import Backbone
from core.bench.measure import matmul_rate, median_seconds, operations, seconds
from core.bench.peak import peak_bytes
from core.bench.plain.swap import plain_towers
from core.bench.recipes import Schedule, schedule, target_ratio
from core.bench.steps import Photos, compare, learn, learn_plainly, look
from core.bench.subject import Subject, build, noise_photos
from core.methods.catalogue import parse_composition
from core.methods.presets import resolve_preset
from core.methods.protocol import Batch, Method

DEFAULT_METHODS = (
    "coop", "kgcoop", "dept(coop)", "npt(coop)", "dept(kgcoop)", "npt(kgcoop)", "cocoop", "maple", "promptsrc",
    "dept(maple)", "dept(promptsrc)", "vpt-shallow", "vpt-deep",
)  # fmt: skip
MATMUL_TARGET = 0.5
_ENCODED_AT_ONCE = 32
_FAST_PER_PLAIN = 5
_ENOUGH_S = 20.0
_FEWEST, _MOST = 2, 7


@dataclass(frozen=True)
class _Steps:
    """Medians of interleaved runs."""

    plain: float
    fast: float


def measure(subject: Subject, backbone: Backbone, *, with_peak: bool = True) -> dict[str, Any]:
    """One method's line; without times where the two versions differ ("equal" is then false).

    Where a method learns in stages, the first one is measured.
    """
    composition = parse_composition(subject.method)
    method = build(subject, backbone).train()
    plan = schedule(composition, resolve_preset(subject.method).hyper, subject.classes)
    pixels = noise_photos(backbone, plan.batch, subject.seed)
    labels = torch.arange(plan.batch, device=pixels.device) % subject.classes
    photos = Photos(pixels, labels)
    batch = look(method, photos)
    method.start(batch)
    method.begin_stage(0)
    difference = compare(method, photos, subject.seed)
    line: dict[str, Any] = {
        "method": subject.method,
        "backbone": subject.backbone,
        "classes": subject.classes,
        "equal": difference.is_equal,
        "max_relative_error": difference.largest,
        "logits_error": difference.logits,
        "gradient_error": difference.gradients,
        "recipe": asdict(plan),
    }
    if not difference.is_equal:
        return line
    wanted = target_ratio(composition, backbone.card.architecture, subject.classes)
    line |= _timed(method, photos, batch, plan, wanted)
    if with_peak:
        line |= _peaks(subject, plan.batch)
    return line


def _timed(
    method: Method, photos: Photos, batch: Batch, plan: Schedule, wanted: float | None
) -> dict[str, Any]:
    device = photos.pixels.device
    steps = _interleaved(method, photos, batch)
    cache = _encoding_seconds(method) * plan.photos * plan.views
    plain_run, fast_run = plan.steps * steps.plain, cache + plan.steps * steps.fast
    fraction = operations(lambda: learn(method, batch)) / matmul_rate(device) / steps.fast
    ratio = plain_run / fast_run
    return {
        "plain_step_s": steps.plain,
        "fast_step_s": steps.fast,
        "step_ratio": steps.plain / steps.fast,
        "cache_s": cache,
        "plain_run_s": plain_run,
        "fast_run_s": fast_run,
        "ratio": ratio,
        "matmul_fraction": fraction,
        "target": {
            "ratio": wanted,
            "ratio_met": None if wanted is None else ratio >= wanted,
            "matmul_fraction": MATMUL_TARGET,
            "matmul_met": fraction >= MATMUL_TARGET,
        },
    }


def _interleaved(method: Method, photos: Photos, batch: Batch) -> _Steps:
    """In turn, so that a machine that slows down slows both; `compare` has warmed both up."""
    device = photos.pixels.device
    plain, fast = list[float](), list[float]()
    while len(plain) < _FEWEST or (len(plain) < _MOST and sum(plain) + sum(fast) < _ENOUGH_S):
        with plain_towers(method):
            plain.append(seconds(lambda: learn_plainly(method, photos), device))
        fast += [seconds(lambda: learn(method, batch), device) for _ in range(_FAST_PER_PLAIN)]
    return _Steps(statistics.median(plain), statistics.median(fast))


def _encoding_seconds(method: Method) -> float:
    """Seconds for one view through what of the frozen tower is run beforehand."""
    if method.needs.kind == "pixels" and not method.needs.teacher:
        return 0.0
    pixels = noise_photos(method.backbone, _ENCODED_AT_ONCE, 1)
    photos = Photos(pixels, torch.zeros(len(pixels), dtype=torch.long, device=pixels.device))
    return median_seconds(lambda: look(method, photos), pixels.device, 3) / len(pixels)


def _peaks(subject: Subject, batch: int) -> dict[str, Any]:
    plain, fast = (peak_bytes(subject, batch, plain=plain) for plain in (True, False))
    return {"plain_peak_bytes": plain, "fast_peak_bytes": fast, "memory_met": fast <= plain}
