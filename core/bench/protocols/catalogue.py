"""The protocols by name, as the command line offers them."""

from core.bench.protocol import Protocol
from core.bench.protocols.base_to_new import base_to_new, few_shot_curve
from core.bench.protocols.cross_set import cross_set
from core.bench.protocols.domain_shift import domain_shift
from core.bench.protocols.label_noise import label_noise
from core.bench.protocols.long_tail import long_tail
from core.bench.protocols.union import union

PROTOCOLS: dict[str, Protocol] = {
    "base-to-new": base_to_new,
    "few-shot": few_shot_curve,
    "union": union,
    "cross-set": cross_set,
    "domain-shift": domain_shift,
    "long-tail": long_tail,
    "label-noise": label_noise,
}
